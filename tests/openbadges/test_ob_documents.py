import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ob_samples import ACHIEVEMENT, EVIDENCE, GRADE, ISSUER, KEY, NOW, RUBRIC, URL, as_json, make_award, signed

from bridge.openbadges import addresses, did, documents, members, open_badges_2, open_badges_3
from bridge.openbadges.documents import Alignment, EvidenceItem, Result
from bridge.openbadges.errors import BadDocument
from bridge.openbadges.signing.keys import PublicKey
from bridge.openbadges.signing.proof import check
from bridge.openbadges.vocabulary import ACHIEVEMENT_TYPES

SCHEMA = json.loads((Path(__file__).parents[1] / "data/ob_v3p0_achievementcredential_schema.json").read_text())
VALIDATOR = jsonschema.Draft201909Validator(SCHEMA, format_checker=jsonschema.FormatChecker())

anything = st.text(st.characters(exclude_categories=()), max_size=60)
hostile = st.one_of(
    anything,
    st.sampled_from(
        [
            '"quoted" \\ back\\slash',
            "<script>alert(1)</script> & <b>",
            "a\x0bb\x0cc\r\nd\te",
            "👩🏽‍🏫 \ue000 \uffe5 \U0001f600",
            "\u202eevil\u2066 שלום العربية",
            "_:b0",
            "https://w3id.org/security#proof",
            "did:web:someone.else",
            "@type",
            "=1+1",
            "x" * 10_000,
        ]
    ),
)
mailboxes = st.sampled_from(["Ada@District.Example", "ÅSA@exämple.org", "o'hara+x@d.example", "a@b"])
words = st.lists(hostile, max_size=5).map(tuple)
named = hostile.filter(lambda text: (members.text(text) or "").strip())
alignments = st.builds(
    Alignment,
    named,
    st.sampled_from(["https://standards.example/1", "HTTPS://Standards.Example/a b", "https://é.example/ü?x=1#y"]),
    st.none() | hostile,
    st.none() | hostile,
    st.none() | hostile,
    st.sampled_from([None, "CFItem", "ext:Level"]),
)


RESULTS = (Result("grade", "A"), Result("reflection", level="masters"))


@st.composite
def awards(draw: st.DrawFn) -> documents.Award:
    achievement = replace(
        ACHIEVEMENT,
        name=draw(hostile.filter(lambda text: members.text(text))),
        description=draw(hostile.filter(lambda text: members.text(text))),
        criteria=draw(hostile),
        tags=draw(words),
        hours=draw(st.sampled_from([None, 0.5, 3.0, 8.25, 1200.0])),
        achievement_type=draw(st.sampled_from([*ACHIEVEMENT_TYPES, "ext:MicroBadge"])),
        alignments=tuple(draw(st.lists(alignments, max_size=3))),
        result_descriptions=(RUBRIC, GRADE),
    )
    item = st.builds(EvidenceItem, hostile, st.sampled_from([None, EVIDENCE.url, "https://é.example/a b"]), hostile)
    return make_award(
        achievement=achievement,
        recipient=draw(mailboxes),
        name=draw(st.none() | hostile),
        narrative=draw(st.none() | hostile),
        evidence=tuple(draw(st.lists(item, max_size=3))),
        results=draw(
            st.sampled_from(
                [(), (Result("grade", "A"),), (Result("grade", "C"), Result("reflection", level="masters"))]
            )
        ),
    )


def test_a_credential_fits_the_published_schema() -> None:
    VALIDATOR.validate(signed(make_award(name="Ada Lovelace", expires=NOW, narrative="Well done.")))


@settings(max_examples=30, deadline=None)
@given(awards())
def test_whatever_people_write_the_badge_is_good(award: documents.Award) -> None:
    document = signed(award)
    VALIDATOR.validate(document)
    check(json.loads(as_json(document)), lambda _: KEY.public)
    assert as_json(document) == as_json(signed(award))
    as_json(open_badges_2.assertion(award, ISSUER)).encode()


@settings(max_examples=60)
@given(awards())
def test_no_plain_address_is_published(award: documents.Award) -> None:
    written = as_json(open_badges_3.credential(award, ISSUER)) + as_json(open_badges_2.assertion(award, ISSUER))
    if award.recipient not in (award.name or "") + (award.narrative or ""):
        assert award.recipient not in written
        assert award.recipient.lower() not in written


def test_an_address_in_capitals_is_the_same_recipient() -> None:
    shouted = make_award(recipient=" Ada.Lovelace@DISTRICT.example ")
    assert open_badges_3.credential(shouted, ISSUER) == open_badges_3.credential(make_award(), ISSUER)
    assert open_badges_2.assertion(shouted, ISSUER) == open_badges_2.assertion(make_award(), ISSUER)


def test_the_hash_is_the_one_of_the_standard() -> None:
    # the example printed in Open Badges 3.0, IdentityObject
    expected = "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399"
    assert documents.identity_hash("a@example.com", "Kosher") == expected


def test_the_name_is_told_only_when_given() -> None:
    assert len(subject(open_badges_3.credential(make_award(), ISSUER))["identifier"]) == 1
    named = subject(open_badges_3.credential(make_award(name="Ada"), ISSUER))["identifier"][1]
    assert named == {"type": "IdentityObject", "hashed": False, "identityHash": "Ada", "identityType": "name"}


def test_evidence_with_one_address_twice_tells_the_address_once() -> None:
    items = (EVIDENCE, replace(EVIDENCE, name="The same, by another name"), EVIDENCE)
    document = open_badges_3.credential(make_award(evidence=items), ISSUER)
    assert [item.get("id") for item in document["evidence"]] == [EVIDENCE.url, None]


@pytest.mark.parametrize("url", [ACHIEVEMENT.id, f"{ACHIEVEMENT.id}#criteria", ACHIEVEMENT.image_url, ISSUER.image])
def test_what_evidence_says_can_not_be_swapped_with_what_the_badge_says(url: str) -> None:
    item = EvidenceItem("Doctor of Medicine", url, "Can operate.")
    document = open_badges_3.credential(make_award(evidence=(item,)), ISSUER)
    assert document["evidence"] == [{"type": ["Evidence"], "name": item.name, "description": item.description}]


def test_without_public_evidence_there_is_no_member_for_it() -> None:
    assert "evidence" not in open_badges_3.credential(make_award(evidence=()), ISSUER)
    assert "evidence" not in open_badges_2.assertion(make_award(evidence=()), ISSUER)


def test_tags_whose_order_verifiers_dispute_become_one_text() -> None:
    assert members.tags(("safety", "health", "safety", " \x00")) == ["safety", "health", " "]
    assert members.tags(("\uffe5", "\U0001f600")) == ["\uffe5, \U0001f600"]


def test_whole_hours_are_whole_numbers() -> None:
    document = open_badges_3.credential(make_award(), ISSUER)
    assert json.dumps(subject(document)["creditsEarned"]) == "8"
    assert json.dumps(subject(document)["achievement"]["creditsAvailable"]) == "8"


def test_an_assertion_says_when_and_why_it_was_revoked() -> None:
    assert "revoked" not in open_badges_2.assertion(make_award(), ISSUER)
    revoked = open_badges_2.assertion(make_award(), ISSUER, "Given by mistake\x0b.")
    assert (revoked["revoked"], revoked["revocationReason"]) == (True, "Given by mistake\n.")
    assert open_badges_2.assertion(make_award(), ISSUER, "")["revoked"] is True


def test_both_versions_of_a_badge_name_each_other() -> None:
    award = make_award()
    achievement = subject(open_badges_3.credential(award, ISSUER))["achievement"]
    assert achievement["otherIdentifier"][0]["identifier"] == open_badges_2.badge_class(ACHIEVEMENT, ISSUER)["id"]
    assert open_badges_2.badge_class(ACHIEVEMENT, ISSUER)["related"] == [achievement["id"]]
    assert open_badges_2.assertion(award, ISSUER)["related"] == [award.credential_url]
    assert open_badges_2.assertion(award, ISSUER)["badge"] == ACHIEVEMENT.badge_class_url
    assert open_badges_2.badge_class(ACHIEVEMENT, ISSUER)["issuer"] == open_badges_2.issuer_profile(ISSUER)["id"]


@pytest.mark.parametrize(
    ("url", "did", "document"),
    [
        ("https://badges.example", "did:web:badges.example", "https://badges.example/.well-known/did.json"),
        ("https://Badges.example/x/y", "did:web:badges.example:x:y", "https://badges.example/x/y/did.json"),
        ("https://b.example:8443", "did:web:b.example%3A8443", "https://b.example:8443/.well-known/did.json"),
        ("http://127.0.0.1:80/s", "did:web:127.0.0.1%3A80:s", "https://127.0.0.1:80/s/did.json"),
        ("https://schülerzeitung.example", "did:web:xn--schlerzeitung-yob.example", None),
    ],
)
def test_a_site_has_a_did(url: str, did: str, document: str | None) -> None:
    assert addresses.did_web(url) == did
    if document:
        assert addresses.did_url(did) == document


@pytest.mark.parametrize("url", ["", "badges.example", "ftp://b.example", "https://", "https://b.example/?x=1"])
def test_an_issuer_needs_a_web_address(url: str) -> None:
    with pytest.raises(BadDocument, match="issuer's address"):
        addresses.did_web(url)


@pytest.mark.parametrize("did", ["", "did:web:", "did:key:z6Mk", "xdid:web:a", "did:web:a::b", "did:web:a/b"])
def test_other_identifiers_are_no_did_web(did: str) -> None:
    with pytest.raises(BadDocument, match="did:web"):
        addresses.did_url(did)


def test_the_did_document_lists_retired_keys_too() -> None:
    retired = PublicKey(f"{ISSUER.did}#key-0", KEY.public.multibase)
    document = did.did_document(ISSUER, [KEY.public, retired])
    assert document["assertionMethod"] == [KEY.key_id, retired.key_id]
    assert {method["type"] for method in document["verificationMethod"]} == {"Multikey"}
    with pytest.raises(BadDocument, match="does not belong"):
        did.did_document(ISSUER, [PublicKey("did:web:other.example#key-1", KEY.public.multibase)])


@pytest.mark.parametrize(
    "url",
    ["", "drive.google.com/x", "javascript:alert(1)", "file:///etc/passwd", "https://", "https://[x/", "https://a:b/"],
)
def test_evidence_needs_a_web_address(url: str) -> None:
    with pytest.raises(BadDocument, match="web address"):
        addresses.web_address(url)


def test_web_addresses_are_encoded_once() -> None:
    assert addresses.web_address(' https://x.example/a b"<é>?q=%20 ') == "https://x.example/a%20b%22%3C%C3%A9%3E?q=%20"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://x.example/[a]?[b]#[c]", "https://x.example/%5Ba%5D?%5Bb%5D#%5Bc%5D"),
        ("https://x.example/50%?%zz%20", "https://x.example/50%25?%25zz%20"),
        ("https://x.example/#a#b", "https://x.example/#a%23b"),
        ("https://[::1]:8443/[x]", "https://[::1]:8443/%5Bx%5D"),
    ],
)
def test_what_an_iri_may_not_hold_is_encoded(url: str, address: str) -> None:
    assert addresses.web_address(url) == address


def test_an_international_domain_is_written_so_that_it_is_found() -> None:
    assert addresses.web_address("https://bücher.example:444/ü#ü") == "https://xn--bcher-kva.example:444/%C3%BC#%C3%BC"
    issuer = replace(ISSUER, url="https://bücher.example")
    assert open_badges_2.badge_class(ACHIEVEMENT, issuer)["issuer"] == open_badges_2.issuer_profile(issuer)["id"]


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(BadDocument, match="time zone"):
        open_badges_3.credential(make_award(issued_on=NOW.replace(tzinfo=None)), ISSUER)


def test_addresses_are_below_the_issuer() -> None:
    assert open_badges_2.issuer_profile(ISSUER)["id"] == f"{URL}/issuer.json"


def subject(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["credentialSubject"]
    return found
