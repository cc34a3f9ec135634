"""An award that says all that an award can say: it fits the schema, and nothing of it is lost on the way to RDF."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ob_samples import (
    ACHIEVEMENT,
    ALIGNMENT,
    FULL_ACHIEVEMENT,
    GRADE,
    ISSUER,
    KEY,
    RUBRIC,
    STATUS,
    as_json,
    full_award,
    make_award,
    signed,
)
from pyld import jsonld

from bridge.openbadges import open_badges_2, open_badges_3, vocabulary
from bridge.openbadges.documents import Achievement, Alignment, Award, EvidenceItem, Result, ResultDescription
from bridge.openbadges.errors import BadDocument
from bridge.openbadges.signing import canonical
from bridge.openbadges.signing.proof import check

DATA = Path(__file__).parents[1] / "data"
SCHEMA = json.loads((DATA / "ob_v3p0_achievementcredential_schema.json").read_text())
VALIDATOR = jsonschema.Draft201909Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
OLDER = ("ob-v3p0-context-3.0.3-of-2025-04.json", "ob-v3p0-context-3.0.3-oldest.json")


def subject(award: Award) -> dict[str, Any]:
    found: dict[str, Any] = open_badges_3.credential(award, ISSUER)["credentialSubject"]
    return found


def achievement(**changes: Any) -> dict[str, Any]:
    """The achievement of a credential, as JSON."""
    found: dict[str, Any] = subject(make_award(achievement=replace(ACHIEVEMENT, **changes)))["achievement"]
    return found


def values(whole: object) -> Iterator[Any]:
    """The dataclasses in *whole*, and itself."""
    yield whole
    for field in fields(whole):  # type: ignore[arg-type]
        value = getattr(whole, field.name)
        for part in value if isinstance(value, tuple) else (value,):
            if hasattr(part, "__dataclass_fields__"):
                yield from values(part)


def test_the_sample_leaves_nothing_unsaid() -> None:
    said: dict[type, set[str]] = {}
    for value in values(full_award()):
        here = {field.name for field in fields(value) if getattr(value, field.name) not in (None, ())}
        said[type(value)] = said.get(type(value), set()) | here
    assert said == {kind: {field.name for field in fields(kind)} for kind in said}
    assert {Achievement, Alignment, Award, EvidenceItem, Result, ResultDescription} <= set(said)


# ── Open Badges 3.0 ───────────────────────────────────────────────────────────


def test_everything_fits_the_published_schema() -> None:
    VALIDATOR.validate(signed(full_award()))


def test_everything_is_covered_by_the_signature() -> None:
    document = signed(full_award())
    check(json.loads(as_json(document)), lambda _: KEY.public)
    quads = canonical.canonical({name: part for name, part in document.items() if name != "proof"})
    for text in texts(document["credentialSubject"], but={"type"}):
        assert json.dumps(text, ensure_ascii=False)[1:-1] in quads


def texts(value: object, but: set[str]) -> Iterator[str]:
    """Every text in a document, but for that in members named *but*."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from texts(part, but) if name not in but else ()
    elif isinstance(value, list):
        for part in value:
            yield from texts(part, but)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("older", OLDER)
def test_every_content_of_the_context_reads_the_same(older: str) -> None:
    document = open_badges_3.credential(full_award(), ISSUER)
    assert n_quads(document, {canonical.OPEN_BADGES: DATA / older}) == canonical.canonical(document)


def n_quads(document: dict[str, Any], instead: Mapping[str, Path]) -> str:
    """*document* as canonical N-Quads under other contents of some contexts; an undefined word fails.

    The contexts are put into the document: PyLD remembers by their addresses what it has loaded.
    """
    stated = document["@context"]
    urls = stated if isinstance(stated, list) else [stated]
    contexts = [json.loads(instead[url].read_bytes()) if url in instead else canonical.context(url) for url in urls]
    lost: list[str | None] = []
    whole = {**document, "@context": [content["@context"] for content in contexts]}
    expanded = jsonld.expand(whole, on_property_dropped=lost.append)
    assert lost == []
    quads: str = jsonld.normalize(expanded, {"algorithm": "URDNA2015", "format": "application/n-quads"})
    return quads


@pytest.mark.parametrize(("older", "word"), [(OLDER[0], "endorsementJwt"), (OLDER[1], "inLanguage")])
def test_a_newer_word_would_be_noticed(older: str, word: str) -> None:
    document = open_badges_3.credential(full_award(), ISSUER)
    document["credentialSubject"]["achievement"][word] = "en"
    assert canonical.canonical(document)
    with pytest.raises(AssertionError, match=word):
        n_quads(document, {canonical.OPEN_BADGES: DATA / older})


def test_the_words_are_those_of_the_schema() -> None:
    found = SCHEMA["$defs"]

    def words(kind: str, member: str) -> tuple[str, ...]:
        stated = found[kind]["properties"][member]
        return tuple(stated.get("enum") or stated["oneOf"][0]["enum"])

    assert words("Achievement", "achievementType") == vocabulary.ACHIEVEMENT_TYPES
    assert words("Alignment", "targetType") == vocabulary.TARGET_TYPES
    assert words("ResultDescription", "resultType") == vocabulary.RESULT_TYPES
    assert words("Result", "status") == vocabulary.RESULT_STATUSES


@pytest.mark.parametrize("word", ["ext:Micro-Badge", "ext:x", "MicroCredential"])
def test_a_type_of_somebody_s_own_is_allowed(word: str) -> None:
    document = signed(make_award(achievement=replace(ACHIEVEMENT, achievement_type=word)))
    VALIDATOR.validate(document)
    assert document["credentialSubject"]["achievement"]["achievementType"] == word


@pytest.mark.parametrize("word", ["", "badge", "Badge ", "ext:", "ext: x", "ext:a\n", "https://x.example", "x" * 5000])
def test_other_types_are_refused(word: str) -> None:
    with pytest.raises(BadDocument, match="not a type of achievement"):
        achievement(achievement_type=word)


# ── alignments and tags ───────────────────────────────────────────────────────


def test_an_alignment_says_where_its_target_is() -> None:
    bare, full = achievement(alignments=(Alignment("Helping", "https://é.example/a b"), ALIGNMENT))["alignment"]
    assert bare == {
        "type": ["Alignment"],
        "targetName": "Helping",
        "targetUrl": "https://xn--9ca.example/a%20b",
    }
    assert (full["targetCode"], full["targetType"]) == ("2.1", "CFItem")


def test_what_is_the_same_is_told_once() -> None:
    twin = replace(ALIGNMENT, name="Educator: Learner\x00", url=f" {ALIGNMENT.url} ")
    told = replace(ACHIEVEMENT, alignments=(ALIGNMENT, twin, ALIGNMENT), tags=("a", "b", "a\x00", ""))
    document = achievement(alignments=told.alignments, tags=told.tags)
    assert (len(document["alignment"]), document["tag"]) == (1, ["a", "b"])
    older = open_badges_2.badge_class(told, ISSUER)
    assert (len(older["alignment"]), older["tags"]) == (1, ["a", "b"])
    item = EvidenceItem("Told in person")
    assert len(open_badges_3.credential(make_award(evidence=(item, item)), ISSUER)["evidence"]) == 1


@pytest.mark.parametrize("url", ["", "standards.example", "javascript:alert(1)", "https://", "ftp://x.example/"])
def test_an_alignment_without_a_web_address_is_refused(url: str) -> None:
    with pytest.raises(BadDocument, match="The alignment 'Helping' needs an address"):
        achievement(alignments=(Alignment("Helping", url),))
    with pytest.raises(BadDocument, match="needs an address"):
        open_badges_2.badge_class(replace(ACHIEVEMENT, alignments=(Alignment("Helping", url),)), ISSUER)


@pytest.mark.parametrize("name", ["", " ", "\x00"])
def test_an_alignment_without_a_name_is_refused(name: str) -> None:
    with pytest.raises(BadDocument, match="has no name"):
        achievement(alignments=(replace(ALIGNMENT, name=name),))


def test_an_alignment_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(BadDocument, match="not a type of alignment"):
        achievement(alignments=(replace(ALIGNMENT, kind="CFThing"),))


# ── results ───────────────────────────────────────────────────────────────────


def test_results_name_what_they_are_results_of() -> None:
    told = subject(full_award())
    described = {one["id"]: one for one in told["achievement"]["resultDescription"]}
    first = told["result"][0]
    criterion = described[first["resultDescription"]]
    assert criterion["name"] == "Reflection"
    assert first["achievedLevel"] in [level["id"] for level in criterion["rubricCriterionLevel"]]
    assert criterion["requiredLevel"] == criterion["rubricCriterionLevel"][0]["id"]
    assert first["resultDescription"].startswith(f"{FULL_ACHIEVEMENT.id}#result-")
    assert len({one["resultDescription"] for one in told["result"]}) == len(told["result"])


@pytest.mark.parametrize(
    ("result", "why"),
    [
        (Result("posture", value="A"), "does not describe the result 'posture'"),
        (Result("reflection", level="unheard-of"), "has no level 'unheard-of'"),
        (Result("grade", value="Z"), "does not allow the value 'Z'"),
        (Result("grade"), "neither a value, nor a level, nor a status"),
        (Result("grade", value="\x00"), "neither a value"),
        (Result("course", value="done"), "must say which"),
        (Result("course", status="Done"), "not a status of a result"),
        (Result("#x", value="A"), "can't name one of the results"),
    ],
)
def test_a_result_that_the_achievement_does_not_describe_is_refused(result: Result, why: str) -> None:
    with pytest.raises(BadDocument, match=why):
        subject(full_award(results=(result,)))


def test_a_result_is_told_once() -> None:
    with pytest.raises(BadDocument, match="the same key"):
        subject(full_award(results=(Result("grade", value="A"), Result("grade", value="B"))))


@pytest.mark.parametrize(
    ("described", "why"),
    [
        ((RUBRIC, RUBRIC), "Two of the results have the same key"),
        ((replace(RUBRIC, required_level="masterful"),), "asks for the level 'masterful'"),
        ((replace(RUBRIC, levels=RUBRIC.levels * 2),), "Two of the levels"),
        ((replace(GRADE, required_value="F"),), "does not allow the value 'F'"),
        ((replace(STATUS, kind="Mood"),), "not a type of result"),
        ((replace(STATUS, key="Two words"),), "can't name one of the results"),
    ],
)
def test_a_result_must_be_described_well(described: tuple[ResultDescription, ...], why: str) -> None:
    with pytest.raises(BadDocument, match=why):
        achievement(result_descriptions=described)


# ── Open Badges 2.0 ───────────────────────────────────────────────────────────


def test_open_badges_2_says_it_too_and_nothing_is_lost() -> None:
    award = full_award()
    contexts = {open_badges_2.OPEN_BADGES_2: DATA / "ob-v2-context.json"}
    assertion = n_quads(open_badges_2.assertion(award, ISSUER), contexts)
    assert all(text in assertion for text in ("A talk of an hour.", "Picture", award.salt))
    badge_class = n_quads(open_badges_2.badge_class(award.achievement, ISSUER), contexts)
    assert all(text in badge_class for text in (ALIGNMENT.url, ALIGNMENT.framework or "?", "救急"))
    assert ISSUER.email in n_quads(open_badges_2.issuer_profile(ISSUER), contexts)
    notice = n_quads(open_badges_2.assertion(award, ISSUER, "Given by mistake."), contexts)
    assert "Given by mistake." in notice
    assert award.salt not in notice


def test_an_alignment_of_open_badges_2_has_its_words() -> None:
    assert open_badges_2.badge_class(replace(ACHIEVEMENT, alignments=(ALIGNMENT,)), ISSUER)["alignment"] == [
        {
            "type": "AlignmentObject",
            "targetName": ALIGNMENT.name,
            "targetUrl": ALIGNMENT.url,
            "targetDescription": ALIGNMENT.description,
            "targetFramework": ALIGNMENT.framework,
            "targetCode": ALIGNMENT.code,
        }
    ]
