"""Which file of the site says what, and under which address. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from uuid import UUID

from bridge import wording
from bridge.errors import Refused
from bridge.model import Achievement, Alignment, Criterion, Evidence, EvidenceKind, Order
from bridge.openbadges import documents, status
from bridge.plan.site_files import achievement_file

INDEX = "index.html"
STYLE = "style.css"
ISSUER = "issuer.json"
CREDENTIALS = "credentials"


def checked(award: str) -> str:
    """Return *award*, which names files, if it is a UUID as RFC 4122 writes it; raise Refused if not."""
    try:
        if str(UUID(award)) == award:
            return award
    except ValueError:
        pass
    raise Refused(f"{award[:100]!r} is no name of an award. The ledger may be damaged: run badge-bridge doctor")


def page(award: str) -> str:
    return f"awards/{checked(award)}.html"


def credential(award: str) -> str:
    return f"{CREDENTIALS}/{checked(award)}.json"


def token(award: str) -> str:
    """Return the file of the credential as VC-JWT, which an award has where there was a key for it."""
    return f"credentials/{checked(award)}.jwt"


def assertion(award: str) -> str:
    return f"assertions/{checked(award)}.json"


def badge(award: str, suffix: str = "png") -> str:
    return f"badges/{checked(award)}.{suffix}"


def suffix(achievement: Achievement) -> str:
    """Return "png" or "svg": how the files of an achievement's artwork, and of its badges, end."""
    return "svg" if achievement.artwork.endswith(".svg") else "png"


def status_list(number: int) -> str:
    """Return the file of the status list *number*, counted from 1."""
    return f"status/{number}.json"


def status_list_number(name: str) -> int | None:
    """Return the number of the status list whose file is called *name*; None for any other file."""
    found = re.fullmatch(r"status/([1-9][0-9]{0,5})\.json", name, re.ASCII)
    return int(found[1]) if found else None


def achievement(achievement: Achievement, kind: str) -> str:
    """Return the file of one version of an achievement; *kind* is "html" or "json" (BadgeClass)."""
    return achievement_file(achievement, kind)


def artwork(achievement_: Achievement) -> str:
    """Return the file of an achievement's artwork."""
    return achievement(achievement_, suffix(achievement_))


def did_file(issuer: documents.Issuer) -> str:
    """Return the file of the did:web document, seen from the issuer's address (did:web method, 3.2)."""
    below_a_path = issuer.did.count(":") > 2
    return "did.json" if below_a_path else ".well-known/did.json"


def achievement_document(achievement_: Achievement, issuer: documents.Issuer) -> documents.Achievement:
    """Return *achievement_* as the standards tell it, with its addresses on the site."""
    return documents.Achievement(
        id=f"{issuer.url}/{achievement(achievement_, 'html')}",
        badge_class_url=f"{issuer.url}/{achievement(achievement_, 'json')}",
        name=achievement_.name,
        description=achievement_.description,
        criteria=achievement_.criteria,
        image_url=f"{issuer.url}/{artwork(achievement_)}",
        hours=achievement_.hours,
        version=achievement_.version[:12],
        achievement_type=achievement_.kind,
        tags=achievement_.tags,
        alignments=tuple(alignment(target) for target in achievement_.alignment),
        result_descriptions=tuple(described(n, one) for n, one in enumerate(achievement_.rubric, 1)),
    )


def described(n: int, criterion: Criterion) -> documents.ResultDescription:
    """Return the *n*-th criterion of a rubric as the standard tells it; a version's order never changes."""
    levels = tuple(documents.RubricLevel(f"l{m}", level) for m, level in enumerate(criterion.levels, 1))
    needed = f"l{criterion.levels.index(criterion.needed) + 1}" if criterion.needed else None
    return documents.ResultDescription(f"c{n}", criterion.title, "RubricCriterionLevel", levels, needed)


def results(order: Order, rubric: Sequence[Criterion]) -> Iterator[documents.Result]:
    """Yield what *order* tells of the levels reached."""
    reached = {one.criterion.title: one.level for one in order.results}
    for n, criterion in enumerate(rubric, 1):
        if (level := reached.get(criterion.title)) in criterion.levels:
            yield documents.Result(f"c{n}", level=f"l{criterion.levels.index(level) + 1}")


def award_document(order: Order, achievement_: Achievement, issuer: documents.Issuer) -> documents.Award:
    """Return *order* as the standards tell it, with its addresses on the site."""
    number, index = status.place(order.status_index)
    return documents.Award(
        credential_id=f"urn:uuid:{checked(order.award)}",
        recipient=order.recipient,
        salt=order.salt,
        issued_on=order.issued_on,
        achievement=achievement_document(achievement_, issuer),
        page_url=f"{issuer.url}/{page(order.award)}",
        assertion_url=f"{issuer.url}/{assertion(order.award)}",
        credential_url=f"{issuer.url}/{credential(order.award)}",
        image_url=f"{issuer.url}/{badge(order.award, suffix(achievement_))}",
        status_list_url=f"{issuer.url}/{status_list(number)}",
        status_index=index,
        name=order.name or None,
        expires=order.expires,
        evidence=tuple(evidence_item(item) for item in order.evidence),
        narrative=order.narrative or None,
        results=tuple(results(order, achievement_.rubric)),
    )


def alignment(target: Alignment) -> documents.Alignment:
    return documents.Alignment(target.name, target.url, target.code or None, target.framework or None)


#: What a piece of evidence is, in a word (`genre`, Open Badges 3.0, B.1.11).
GENRES = {
    EvidenceKind.UPLOAD: "File",
    EvidenceKind.DRIVE: "File",
    EvidenceKind.FOLDER: "Folder",
    EvidenceKind.WEB: "Web page",
}


def evidence_item(item: Evidence) -> documents.EvidenceItem:
    """Return a piece of public evidence; only a web address becomes one."""
    return documents.EvidenceItem(
        name=wording.one_line(item.name) or None,
        url=wording.web_link(item.url) or None,
        description=wording.one_line(item.note, 500) or None,
        genre=GENRES.get(item.kind),
    )
