"""The fast way to the canonical form gives what PyLD gives, byte for byte, or leaves the document to PyLD."""

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pyoxigraph
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ob_samples import ACHIEVEMENT, ALIGNMENT, EVIDENCE, ISSUED, ISSUER, KEY, URL, full_award, make_award
from test_ob_documents import awards

from bridge.openbadges import open_badges_3, status
from bridge.openbadges.documents import Award
from bridge.openbadges.errors import BadDocument, CannotTell, OpenBadgesError
from bridge.openbadges.signing import keys, proof
from bridge.openbadges.signing.canonical import CONTEXTS, canonical, context
from bridge.openbadges.signing.keys import SigningKey
from bridge.openbadges.signing.shapes import Shapes, put_together, take_apart
from bridge.openbadges.signing.templates import settled
from bridge.openbadges.text import is_clean

DATA = Path(__file__).parents[1] / "data"
Document = dict[str, Any]


def credential(award: Award) -> Document:
    return open_badges_3.credential(award, ISSUER)


def knowing(*documents: Document) -> Shapes:
    """Return shapes that have seen *documents* twice, so that they know them."""
    shapes = Shapes()
    for document in (*documents, *documents):
        shapes.canonical(document)
    return shapes


def filled(document: Document) -> str:
    """Return the canonical form of *document*, certainly by a template."""
    quads = knowing(document).fast(document)
    assert quads is not None
    return quads


def outcome(ask: Callable[[], str]) -> tuple[object, ...]:
    """Return what *ask* returns, or the error that it raises."""
    try:
        return (ask(),)
    except OpenBadgesError as error:
        return (type(error), str(error))


FULL = credential(full_award())
PLAIN = credential(make_award())
KNOWN = knowing(FULL, PLAIN)


@pytest.mark.parametrize("document", [PLAIN, FULL], ids=["plain", "full"])
def test_the_third_document_of_a_shape_is_filled_in(document: Document) -> None:
    shapes, expected = Shapes(), canonical(document)
    for _ in range(2):
        assert shapes.fast(document) is None
        assert shapes.canonical(document) == expected
    assert shapes.fast(document) == expected
    assert shapes.canonical(document) == expected


def test_a_long_text_is_filled_in() -> None:
    document = credential(full_award(narrative="A long story. " * 715))
    assert filled(document) == canonical(document)


# ── published vectors ────────────────────────────────────────────────────────


def test_the_canonical_form_published_by_1edtech_is_filled_in() -> None:
    vector = json.loads((DATA / "1edtech-teamwork.json").read_text())
    assert filled(vector["document"]) == vector["canonical"]


def test_the_proof_published_by_1edtech_comes_from_templates_alone() -> None:
    vector = json.loads((DATA / "1edtech-teamwork.json").read_text())
    published = vector["proof"]
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vector["privateKey"]))
    key = SigningKey(published["verificationMethod"], private)
    signed = proof.sign(vector["document"], key, datetime.fromisoformat(published["created"]), filled)
    assert signed["proof"] == published


def test_the_proof_published_by_w3c_comes_from_templates_alone() -> None:
    vector = json.loads((DATA / "w3c-eddsa-rdfc-2022.json").read_text())
    document = {name: value for name, value in vector["signed"].items() if name != "proof"}
    published = vector["signed"]["proof"]
    private = Ed25519PrivateKey.from_private_bytes(keys.from_base58(vector["privateKeyMultibase"][1:])[2:])
    key = SigningKey(published["verificationMethod"], private)
    assert proof.sign(document, key, datetime.fromisoformat(published["created"]), filled) == vector["signed"]


# ── equal to the others ──────────────────────────────────────────────────────


def by_pyoxigraph(quads: str) -> str:
    """Return *quads* made canonical by another implementation of RDFC-1.0; the labels they have are lost before."""
    renamed = re.sub(r"^_:c14n|(?<=> )_:c14n(?=\d+ \.$)", "_:other", quads, flags=re.MULTILINE)
    dataset = pyoxigraph.Dataset(pyoxigraph.parse(renamed, pyoxigraph.RdfFormat.N_QUADS))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    written = pyoxigraph.serialize(dataset, format=pyoxigraph.RdfFormat.N_QUADS).decode()
    return "".join(sorted(line + "\n" for line in written.split("\n") if line))


#: Without what may not be signed; that is tried further down.
words = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n\r\x85")).filter(is_clean)
traps = st.sampled_from(['"', "\\", "\\n", "%s", "%", "{0}", "_:c14n0", "\u2028", "", "https://x.example", "x .\n<"])
addresses = st.from_regex(
    r"https?://[a-z]{1,9}(/[A-Za-z0-9._~-]{0,9}){0,3}|urn:uuid:[0-9a-f-]{36}|did:web:[a-z]{1,9}(#k)?", fullmatch=True
)


def texts_of(document: Document) -> list[str]:
    parts = take_apart(document)
    assert parts
    return parts.texts


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from([FULL, PLAIN]))
def test_whatever_the_texts_the_bytes_are_those_of_others(data: st.DataObject, document: Document) -> None:
    texts = [data.draw(addresses if ":" in old[:9] else words | traps) for old in texts_of(document)]
    other = put_together(document, texts)
    quads = KNOWN.canonical(other)
    assert quads == canonical(other)
    assert quads == by_pyoxigraph(quads)
    assert KNOWN.canonical(other) == KNOWN.canonical(other) == quads  # now the achievement is known as well
    later = {**other, "id": f"urn:uuid:{UUID(int=1)}", "name": data.draw(words), "evidence": document["evidence"]}
    assert KNOWN.canonical(later) == canonical(later)


@settings(max_examples=20, deadline=None)
@given(awards())
def test_whatever_an_award_says_its_shape_can_be_learnt(award: Award) -> None:
    document = credential(award)
    shapes, expected = knowing(document), canonical(document)
    assert shapes.fast(document) in (None, expected)
    assert shapes.canonical(document) == expected


def named(number: int) -> Award:
    return make_award(recipient=f"t{number}@d.example", name=f"T {number}", salt=f"{number:x}", status_index=number)


@pytest.mark.parametrize("recipients", [30, pytest.param(400, marks=pytest.mark.slow)])
def test_labels_follow_the_order_of_hashes(recipients: int) -> None:
    several = [credential(named(number)) for number in range(recipients)]
    shapes = knowing(several[0])
    found = [shapes.fast(document) for document in several]
    assert found == [canonical(document) for document in several]
    lines = [line for quads in found if quads for line in quads.splitlines() if '"emailAddress"' in line]
    assert len({line.split()[0] for line in lines}) > 1


def test_proof_options_and_status_lists_are_filled_in_too() -> None:
    listed = status.credential(f"{URL}/status/1.json", ISSUER, status.status_list(), ISSUED)
    options = {"@context": PLAIN["@context"], **proof.sign(PLAIN, KEY, ISSUED)["proof"]}
    del options["proofValue"]
    for document in (listed, options):
        assert filled(document) == canonical(document)


def test_a_signature_is_the_same_whatever_the_way() -> None:
    for number in range(5):
        document = credential(named(number))
        created = ISSUED + timedelta(seconds=number)
        assert proof.sign(document, KEY, created) == proof.sign(document, KEY, created, canonical)


def test_many_threads_get_what_one_gets() -> None:
    several = [credential(replace(named(number), evidence=(EVIDENCE,) * (number % 2))) for number in range(24)]
    shapes = Shapes()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(shapes.canonical, several)) == [canonical(document) for document in several]


# ── what is left to PyLD ─────────────────────────────────────────────────────

TWO_ALIGNMENTS = (ALIGNMENT, replace(ALIGNMENT, code="2.2"))
BASE = credential(make_award(achievement=replace(ACHIEVEMENT, alignments=TWO_ALIGNMENTS)))
KNOWN.canonical(BASE)
KNOWN.canonical(BASE)


def changed(path: str, value: Any) -> Document:
    """Return BASE with *value* at *path*; another text leaves it the same shape."""
    document: Document = deepcopy(BASE)
    part: Any = document
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in way:
        part = part[step]
    part[last] = value
    return document


ADDRESSES = [
    "id",
    "issuer.id",
    "issuer.image.id",
    "credentialSubject.achievement.id",
    "credentialSubject.achievement.criteria.id",
    "evidence.0.id",
    "credentialSchema.0.id",
    "credentialStatus.id",
    "credentialStatus.statusListCredential",
]


@pytest.mark.parametrize(
    "value", ["a\x0bb", "a\x0cb", "a\x00b", "a\x08b", "a\x1fb", "a\x7fb", "a\ud800b", "x" * 270_000]
)
def test_a_text_that_may_not_be_signed_is_refused_in_the_same_words(value: str) -> None:
    document = changed("name", value)
    assert KNOWN.fast(document) is None
    expected = outcome(lambda: canonical(document))
    assert expected[0] is CannotTell
    assert outcome(lambda: KNOWN.canonical(document)) == expected


@given(st.text(st.characters(exclude_categories=())))
@example("\ufffe")
@example("é\x7f")
def test_no_template_takes_a_text_that_is_not_clean(text: str) -> None:
    assert is_clean(text) or settled([text]) is None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        *((path, "relative") for path in ADDRESSES),
        *(
            ("id", value)
            for value in ("", "_:b0", "https://a b", "@type", "Award", "https://a\nhttps://b", "https://a>")
        ),
    ],
)
def test_what_is_no_address_is_refused_in_the_same_words(path: str, value: str) -> None:
    document = changed(path, value)
    assert KNOWN.fast(document) is None
    expected = outcome(lambda: canonical(document))
    assert issubclass(expected[0], OpenBadgesError)
    assert outcome(lambda: KNOWN.canonical(document)) == expected


@pytest.mark.parametrize(
    ("path", "value"),
    [
        *(("name", value) for value in ("a\\bc", "a\\fc", "a\\uc", "x" * 20_000)),
        *(
            ("id", value)
            for value in ("https://é.example", "ftp://a", "urn:isbn:1", "HTTPS://A.EXAMPLE", "https://[::1]/")
        ),
        ("credentialSubject.achievement.tag.0", "safety"),
        ("credentialSubject.achievement.id", BASE["issuer"]["id"]),
        ("credentialSubject.achievement.alignment.0.targetCode", "2.2"),
    ],
)
def test_what_is_unusual_is_left_to_pyld(path: str, value: str) -> None:
    document = changed(path, value)
    assert KNOWN.fast(document) is None
    assert KNOWN.canonical(document) == canonical(document)


A = "urn:a:p"
XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("evidence", [{"type": ["Evidence"], "name": "twin"}] * 2),
        ("evidence", ({"type": ["Evidence"], "name": "no list"},)),
        ("@context", [*BASE["@context"], {"title": "https://schema.org/url"}]),
        ("@context", [*BASE["@context"], "https://a.example/context.json"]),
        ("type", ["VerifiableCredential", "Unknown"]),
        ("type", [["VerifiableCredential"]]),
        ("nmae", "undefined"),
        ("evidence.0.nmae", "undefined"),
        (A, {"@value": "Erste Hilfe", "@language": "de"}),
        (A, {"@value": "1.50", "@type": f"{XSD}double"}),
        (A, {"@value": {"a": "b"}, "@type": "@json"}),
        (A, {"@list": ["a", "a"]}),
        (A, [True, 1, 1.0, None, -0.0, 0, 10**30, 0.1, []]),
        (A, {"id": "did:web:a.example", "@type": "https://a.example/Type"}),
        ("proof", {"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022"}),
        ("endorsement", [{"id": "urn:uuid:0", "type": ["VerifiableCredential"], "name": "x"}]),
    ],
    ids=range(16),
)
def test_other_shapes_get_the_same_answer_each_time(path: str, value: Any) -> None:
    document = changed(path, value)
    expected = outcome(lambda: canonical(document))
    shapes = Shapes()
    assert [outcome(lambda: shapes.canonical(document)) for _ in range(3)] == [expected] * 3


def test_values_that_verifiers_sort_differently_are_not_signed_by_a_template_either() -> None:
    document = changed("credentialSubject.achievement.tag", ["\uffe5", "\U0001f600"])
    for _ in range(3):
        with pytest.raises(BadDocument, match="sort"):
            proof.sign(document, KEY, ISSUED)
    assert proof.SHAPES.fast(document) is not None


def defined(words: Any) -> Iterator[str]:
    """Yield the terms of a context, and of the contexts in it."""
    for part in words if isinstance(words, list) else [words]:
        if isinstance(part, dict):
            for name, meaning in part.items():
                yield name
                yield from defined(meaning.get("@context") if isinstance(meaning, dict) else None)


TERMS = sorted({term for url in CONTEXTS for term in defined(context(url)["@context"]) if not term.startswith("@")})


def test_no_term_is_taken_for_the_scheme_of_an_address() -> None:
    assert len(TERMS) > 150
    assert not {"http", "https", "did", "urn", "mailto"} & set(TERMS)
    for term in TERMS:
        for path in ADDRESSES:
            assert KNOWN.fast(changed(path, f"{term}:x")) is None


# ── shapes ───────────────────────────────────────────────────────────────────

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda parts: (
        st.lists(parts, max_size=3)
        | st.dictionaries(st.sampled_from(["", "a", "b", "type", "@context"]), parts, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=300)
@given(json_values)
def test_a_document_is_put_together_again_from_its_parts(document: Any) -> None:
    parts = take_apart(document)
    if parts:
        assert repr(put_together(document, parts.texts)) == repr(document)


@settings(max_examples=300)
@given(json_values, json_values)
def test_documents_of_one_shape_differ_in_their_texts_alone(one: Any, other: Any) -> None:
    first, second = take_apart(one), take_apart(other)
    if first and second and first.shape == second.shape:
        assert repr(put_together(one, second.texts)) == repr(other)


@pytest.mark.parametrize(
    "unlike",
    [
        [{"a": True}, {"a": 1}, {"a": 1.0}, {"a": "1"}, {"a": None}],
        [{"a": 0.0}, {"a": -0.0}, {"a": 0}, {"a": False}],
        [{"a": "x", "b": {"c": "y"}}, {"a": {"c": "x"}, "b": "y"}, {"a": {"b": "x", "c": "y"}}],
        [{"a": ["x"]}, {"a": "x"}, {"a": [["x"]]}, {"a": ["x", "y"]}, {"a": []}, {"a": {}}],
        [{"type": "x"}, {"type": "y"}, {"type": ["x"]}, {"type": ["", "x"]}, {"type": []}],
        [{"a": "x", "b": "y"}, {"b": "x", "a": "y"}],
    ],
)
def test_what_is_unlike_has_another_shape(unlike: list[Document]) -> None:
    shapes = [parts.shape for document in unlike if (parts := take_apart(document))]
    assert len(set(shapes)) == len(unlike)


def test_shapes_that_did_not_come_for_long_are_forgotten() -> None:
    several = [{"@context": PLAIN["@context"], "id": f"{URL}/{n}", "name": [*map(str, range(n))]} for n in range(1, 5)]
    shapes = Shapes(room=3)
    for document in several[:3]:
        shapes.canonical(document)
        shapes.canonical(document)
    assert all(shapes.fast(document) for document in several[:3])
    assert shapes.fast(several[0])
    shapes.canonical(several[3])
    shapes.canonical(several[3])
    assert [shapes.fast(document) is not None for document in several] == [True, False, True, True]
