"""Templates: the canonical N-Quads of all documents of one shape, with holes for the texts that differ.

A template is learnt from PyLD: from a document whose texts are marks it sees where in the RDF each text lands. To fill
it is RDFC-1.0 without the parts that our documents never need: labels of blank nodes follow from the hashes of their
own statements (4.4.3, steps 3 and 4), and where two of these are equal, `fill` gives up and PyLD is asked.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from operator import eq, itemgetter
from typing import Any, NamedTuple

from bridge.openbadges.errors import OpenBadgesError

from .canonical import MAX_BYTES, canonical, rdf

#: The longest sum of texts that is filled in: as JSON in ASCII it stays within `MAX_BYTES`, whatever they are.
LONGEST = 16 * 1024
LARGEST = MAX_BYTES - 12 * LONGEST  # for all else that the document says

#: Addresses that JSON-LD takes as they are: absolute, and no prefix that a context of ours defines.
ADDRESSES = re.compile(
    rb"""(?:"(?:https?://|did:[a-z]|urn:uuid:|mailto:)[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]+"(?:\n|\Z))*"""
)
#: JSON's escapes for the control characters that `text.clean` removes. (`\\b` typed by a person looks alike: no harm.)
CONTROLS = re.compile(rb"\\[bfu]")
NO_CHARACTERS = (b"\x7f", "\ufffe".encode(), "\uffff".encode())

XSD = "http://www.w3.org/2001/XMLSchema#"

Pick = Callable[[Sequence[Any]], tuple[Any, ...]]
Make = Callable[[Sequence[str]], Mapping[str, Any]]

#: JSON writes texts without control characters as canonical N-Quads does: \" \\ \n \r \t, all else as it is.
_quote = json.JSONEncoder(ensure_ascii=False, separators=("\n", "")).encode


#: Between pieces of a `Form`; a text that is filled in never holds it.
BREAK = b"\x1f"


class Form(NamedTuple):
    """Statements as a %-format in pieces, the number of its holes, and what picks the values for them from a pool.

    A piece is one line, or several of one subject that are in order whatever is filled in. So only pieces need sorting,
    provided that the subjects are different.
    """

    text: bytes
    holes: int
    pick: Pick

    def pieces(self, pool: Sequence[bytes]) -> list[bytes]:
        """Return the pieces, filled in and in order."""
        pieces = (self.text % self.pick(pool)).split(BREAK)
        pieces.sort()
        return pieces


class Term(NamedTuple):
    """A term of a statement, as a %-format; *hole* is the place in the pool of what goes in, if anything does."""

    text: str
    hole: int | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """What documents of one shape have in common. The pool of values is: texts in quotes, texts, labels of nodes.

    *count* is the number of texts, *longest* how long they may be in all. *addresses* picks the quoted texts that must
    be addresses, *subjects* the texts that must be different, and none of *others*; *nodes* holds for each blank node
    the statements that it is in, or their hash if they have no holes; *statements* are all of them, made of *terms*.
    """

    count: int
    longest: int
    addresses: Pick
    subjects: Pick
    others: frozenset[bytes]
    nodes: tuple[Form | str, ...]
    statements: Form
    terms: tuple[Sequence[Term], ...]

    def fill(self, texts: Sequence[str]) -> bytes | None:
        """Return the canonical N-Quads of the document with *texts*, in UTF-8, or None where PyLD must decide.

        These are texts that must be refused (control characters, no address where one must stand) or measured, and two
        subjects, statements or blank nodes that are alike.
        """
        quoted = settled(texts, self.longest)
        if quoted is None or not ADDRESSES.fullmatch(b"\n".join(self.addresses(quoted))):
            return None
        pool = [*quoted, *(text[1:-1] for text in quoted)]
        subjects = self.subjects(pool)
        hashes = [node if type(node) is str else digest(node.pieces(pool)) for node in self.nodes]  # type: ignore[union-attr]
        labels = {digest: b"_:c14n%d" % place for place, digest in enumerate(sorted(hashes))}
        pool += [labels[digest] for digest in hashes]
        pieces = self.statements.pieces(pool)
        twins = len(labels) < len(hashes) or len(self.others.union(subjects)) < len(self.others) + len(subjects)
        if twins or any(map(eq, pieces, islice(pieces, 1, None))):
            return None
        return b"\n".join(pieces) + b"\n"

    def narrowed(self, texts: Sequence[str], known: Sequence[int]) -> "Template":
        """Return the template for documents in which the texts at the places *known* are always those of *texts*.

        With all of *texts* this template must have been filled, and some must be left.
        """
        left = [place for place in range(self.count) if place not in set(known)]
        quoted = _quote(texts)[1:-1].split("\n")
        values = [value.replace("%", "%%") for value in (*quoted, *texts)]
        moved = {place: new for new, place in enumerate(left)}
        moved |= {place + self.count: new + len(left) for place, new in moved.items()}

        def fixed(term: Term) -> Term:
            if term.hole is None:
                return term
            if term.hole >= 2 * self.count:
                return Term(term.text, term.hole - 2 * self.count + 2 * len(left))
            if term.hole in moved:
                return Term(term.text, moved[term.hole])
            return Term(term.text.replace("%s", values[term.hole], 1))

        terms = [[fixed(term) for term in statement] for statement in self.terms]
        return assembled(terms, len(left), self.longest - sum(len(quoted[place]) + 1 for place in known))


def digest(pieces: Iterable[bytes]) -> str:
    """Return the hash of a blank node's statements (RDFC-1.0, 4.6.3)."""
    return sha256(b"\n".join(pieces) + b"\n").hexdigest()


def settled(texts: Sequence[str], longest: int = LONGEST) -> list[bytes] | None:
    """Return *texts* as JSON writes them, in UTF-8; None if they are longer in all, or verifiers may read them unlike.

    See `text.clean`. What it leaves as it is may be too unusual here; what it changes always is.
    """
    try:
        quoted = _quote(texts).encode()
    except UnicodeEncodeError:
        return None
    if len(quoted) > longest or any(map(quoted.__contains__, NO_CHARACTERS)) or CONTROLS.search(quoted):
        return None
    return quoted[1:-1].split(b"\n")


def learn(count: int, make: Make) -> Template | None:
    """Return the template of the documents that *make* makes of *count* texts; None if there is none that is right.

    There is none where a text becomes no term of the RDF (it is part of one, or the document may not be signed at
    all), where graphs have names, or where the template does not give what PyLD gives for two other documents.
    """
    try:
        graphs = rdf(make([mark(number) for number in range(count)]))
        template = template_of(graphs, count) if graphs.keys() == {"@default"} else None
        if template is None or len(json.dumps(make([""] * count))) > LARGEST:
            return None
        tried = [trial(template, count, turn) for turn in range(2)]
        return template if all(template.fill(texts) == canonical(make(texts)).encode() for texts in tried) else None
    except OpenBadgesError:
        return None


def mark(number: int) -> str:
    """Return what is found again in the RDF; an address, so that it may stand anywhere."""
    return f"https://text.invalid/{number}"


def template_of(graphs: Mapping[str, list[dict[str, Any]]], count: int) -> Template | None:
    """Return the template in the RDF of a document of marks."""
    marks = {mark(number): number for number in range(count)}
    names: dict[str, int] = {}
    statements = [
        [term(statement[part], marks, names) for part in ("subject", "predicate", "object")]
        for statement in graphs["@default"]
    ]
    holes = {found.hole for terms in statements for found in terms if found.hole is not None}
    filled = {hole % count for hole in holes if hole < 2 * count}
    if not count or len(filled) < count or any(about[0].hole is None or about[1].hole for about in statements):
        return None
    return assembled(statements, count, LONGEST)


def assembled(statements: Sequence[Sequence[Term]], count: int, longest: int) -> Template:
    """Return the template of *statements* with holes for *count* texts."""
    holes = {found.hole for terms in statements for found in terms if found.hole is not None}
    subjects = {terms[0] for terms in statements}
    nodes = [form(around(node, statements), count, node) for node in sorted(holes) if node >= 2 * count]
    return Template(
        count=count,
        longest=longest,
        addresses=picker(sorted(hole - count for hole in holes if count <= hole < 2 * count)),
        subjects=picker([term.hole for term in subjects if term.hole is not None and term.hole < 2 * count]),
        others=frozenset(term.text[1:-1].replace("%%", "%").encode() for term in subjects if term.hole is None),
        nodes=tuple(node if node.holes else digest(node.pieces(())) for node in nodes),
        statements=form(statements, count),
        terms=tuple(statements),
    )


def term(found: Mapping[str, Any], marks: Mapping[str, int], names: dict[str, int]) -> Term:
    """Return a term of PyLD's; *names* are the blank nodes met so far."""
    value, count = str(found["value"]), len(marks)
    if found["type"] == "blank node":
        return Term("%s", 2 * count + names.setdefault(value, len(names)))
    if found["type"] == "IRI":
        return Term("<%s>", count + marks[value]) if value in marks else Term(f"<{value}>".replace("%", "%%"))
    kind = "" if found["datatype"] == f"{XSD}string" else f"^^<{found['datatype']}>".replace("%", "%%")
    if value in marks and "language" not in found and found["datatype"] != f"{XSD}double":  # PyLD rewrites doubles
        return Term(f"%s{kind}", marks[value])
    language = f"@{found['language']}" if "language" in found else kind
    return Term(json.dumps(value, ensure_ascii=False).replace("%", "%%") + language)


def around(node: int, statements: Iterable[Sequence[Term]]) -> list[Sequence[Term]]:
    """Return the statements that the blank node is in."""
    return [terms for terms in statements if any(found.hole == node for found in terms)]


class Line(NamedTuple):
    """A statement as a %-format with the places of its holes; *fixed* is what follows the subject up to a hole."""

    text: str
    holes: list[int]
    fixed: str


def form(statements: Iterable[Sequence[Term]], count: int, node: int | None = None) -> Form:
    """Return *statements* as they are to be filled; seen from *node* it is _:a, and the other nodes are _:z."""
    subjects: dict[Term, list[Line]] = {}
    for terms in statements:
        seen = terms
        if node is not None:
            labels = (Term("_:a" if found.hole == node else "_:z") for found in terms)
            seen = [
                label if (found.hole or 0) >= 2 * count else found for found, label in zip(terms, labels, strict=True)
            ]
        text = " ".join([*(found.text for found in seen), "."])
        holes = [found.hole for found in seen if found.hole is not None]
        subjects.setdefault(seen[0], []).append(Line(text, holes, text[len(seen[0].text) :].partition("%")[0]))
    lines = [line for each in subjects.values() for line in joined(each)]
    holes = [hole for line in lines for hole in line.holes]
    return Form(BREAK.join(line.text.encode() for line in lines), len(holes), picker(holes))


def joined(lines: list[Line]) -> list[Line]:
    """Return *lines* of one subject, those joined whose order is settled by what is fixed."""
    pieces: list[Line] = []
    after_settled = False
    for line in sorted(lines, key=lambda line: line.fixed):
        others = [other.fixed for other in lines if other is not line]
        settled = not any(other.startswith(line.fixed) or line.fixed.startswith(other) for other in others)
        if settled and after_settled:
            text, holes, fixed = pieces.pop()
            line = Line(f"{text}\n{line.text}", holes + line.holes, fixed)
        pieces.append(line)
        after_settled = settled
    return pieces


def picker(places: Sequence[int]) -> Pick:
    """Return what picks the values at *places* as a tuple; itemgetter alone gives one only for two and more."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda pool: tuple(pool[place] for place in places)


def trial(template: Template, count: int, turn: int) -> list[str]:
    """Return texts to try *template* with: awkward ones, and ones that sort the other way round."""
    awkward = ' %s {} "\\\n\t\r é\u2028\ue000'
    texts = [f"{count - number}{awkward}" if turn else mark(count - number) for number in range(count)]
    for number in map(int, template.addresses([str(number) for number in range(count)])):
        texts[number] = f"did:web:x{count - number}.example:{turn}#%20a"
    return texts
