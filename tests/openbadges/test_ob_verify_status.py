"""verify and the ways in which issuers say that a credential no longer counts."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from ob_samples import ISSUED, ISSUER, KEY, NOW, as_json, fetcher, make_award, site

from bridge.openbadges import addresses, did, open_badges_3, status
from bridge.openbadges.signing import jose
from bridge.openbadges.signing.jwk import jwk_of
from bridge.openbadges.signing.keys import JwtKey, PublicJwk
from bridge.openbadges.signing.proof import sign
from bridge.openbadges.verifying.verify import Report, Verdict, verify

Document = dict[str, Any]

AWARD = make_award()
LIST = AWARD.status_list_url
NAMES = "https://badges.district.example/staff/revocations"
P256 = JwtKey(f"{ISSUER.did}#p256", ec.derive_private_key(20_260_115, ec.SECP256R1()))
LISTED = did.did_document(ISSUER, [KEY.public, PublicJwk(P256.key_id, jwk_of(P256.private.public_key()))])
SITE = {**site(AWARD), addresses.did_url(ISSUER.did): as_json(LISTED).encode()}

EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"


def entry(**changes: Any) -> Document:
    told = open_badges_3.credential(AWARD, ISSUER)["credentialStatus"]
    return {name: value for name, value in {**told, **changes}.items() if value is not None}


def check(entries: Any, published: dict[str, bytes], **options: Any) -> Report:
    """Check the sample credential with *entries* as its status."""
    document = sign({**open_badges_3.credential(AWARD, ISSUER), "credentialStatus": entries}, KEY, ISSUED)
    return verify(as_json(document).encode(), fetcher({**SITE, **published}), NOW, **options)


def told(report: Report) -> list[tuple[bool | None, str]]:
    return [(finding.ok, finding.sentence) for finding in report.findings if finding.kind == "status"]


def unsigned(revoked: list[int], purpose: Any = "revocation", **changes: Any) -> Document:
    document = status.credential(LIST, ISSUER, status.status_list(revoked), ISSUED)
    document["credentialSubject"] |= {"statusPurpose": purpose}
    return {**document, **changes}


def listed(revoked: list[int], purpose: Any = "revocation", **changes: Any) -> bytes:
    return as_json(sign(unsigned(revoked, purpose, **changes), KEY, ISSUED)).encode()


def as_token(document: Document, **changes: Any) -> bytes:
    claims = {**document, "iss": ISSUER.did, "jti": LIST, "nbf": int(ISSUED.timestamp()), **changes}
    return jose.sign_token({"alg": "ES256", "kid": P256.key_id}, claims, P256).encode()


# ── bitstring status lists ────────────────────────────────────────────────────


@pytest.mark.parametrize("form", ["json", "token", "vc claim"])
@pytest.mark.parametrize("revoked", [True, False])
def test_a_list_is_read_in_each_form(form: str, revoked: bool) -> None:
    document = unsigned([AWARD.status_index] if revoked else [])
    data = {
        "json": as_json(sign(document, KEY, ISSUED)).encode(),
        "token": as_token(document),
        "vc claim": as_token({"vc": document}),
    }[form]
    report = check(entry(), {LIST: data})
    assert report.verdict is (Verdict.NOT_VALID if revoked else Verdict.VALID)
    assert told(report) == [(not revoked, "It was revoked by its issuer." if revoked else "It was not revoked.")]


def test_suspension_is_told_apart_from_revocation() -> None:
    both = [entry(), entry(statusPurpose="suspension", statusListIndex="7", id=f"{LIST}#7")]
    report = check(both, {LIST: listed([7], ["revocation", "suspension"])})
    assert report.verdict is Verdict.NOT_VALID
    assert told(report) == [
        (True, "It was not revoked."),
        (False, "It is suspended by its issuer, which may be taken back."),
    ]
    assert check(both, {LIST: listed([8], ["revocation", "suspension"])}).verdict is Verdict.VALID


def test_a_list_about_something_else_does_not_bear_on_validity() -> None:
    report = check(entry(statusPurpose="message"), {LIST: b"not asked"})
    assert report.verdict is Verdict.VALID
    assert "says nothing about whether it is valid" in told(report)[0][1]


@pytest.mark.parametrize(
    ("changes", "data", "word"),
    [
        ({}, b"gone", "not readable"),
        ({}, b"eyJhbGciOiJFUzI1NiJ9.e30", "not readable"),
        ({}, b"eyJhbGciOiJFUzI1NiJ9.e30.AAAA", "not this issuer's status list"),
        ({}, as_token(unsigned([]))[:-4] + b"AAAA", "not genuine"),
        ({}, as_token(unsigned([]), iss="did:web:evil.example"), "contradicts itself"),
        ({}, as_token(unsigned([], issuer="did:web:evil.example")), "not this issuer's status list"),
        ({}, as_token(unsigned([], id=f"{LIST}x")), "not this issuer's status list"),
        ({}, as_token(unsigned([], validUntil="2026-02-01T00:00:00Z")), "does not count today"),
        ({}, listed([], "suspension"), "for another purpose"),
        ({"statusPurpose": "praise"}, listed([]), "not for revocation"),
        ({"statusPurpose": None}, listed([]), "not for revocation"),
        ({"statusListIndex": "131072"}, listed([]), "131072 is not one of them"),
        ({"statusListIndex": "-1"}, listed([]), "lacks a list or an index"),
        ({"statusListIndex": "٣"}, listed([]), "lacks a list or an index"),
        ({"statusSize": 2}, listed([]), "more than one bit"),
    ],
)
def test_a_list_that_can_t_be_trusted_tells_nothing(changes: Document, data: bytes, word: str) -> None:
    report = check(entry(**changes), {LIST: data})
    assert report.verdict is Verdict.COULD_NOT_TELL
    ((ok, sentence),) = told(report)
    assert ok is None
    assert word in sentence


def test_many_entries_are_not_all_looked_up() -> None:
    entries = [entry(statusListIndex=str(number), id=f"{LIST}#{number}") for number in range(40)]
    report = check(entries, {})
    assert told(report) == [(None, "It has 40 entries about its status, more than are looked up.")]


# ── 1EdTech revocation lists ──────────────────────────────────────────────────


def by_name(*items: Any, member: str = "revokedCredential", **changes: Any) -> Report:
    document = {"id": NAMES, "issuer": ISSUER.did, member: list(items), **changes}
    return check({"id": NAMES, "type": "1EdTechRevocationList"}, {NAMES: as_json(document).encode()})


@pytest.mark.parametrize("member", ["revokedCredential", "revokedCredentials"])
def test_a_list_of_names_is_read(member: str) -> None:
    mine = {"id": AWARD.credential_id}
    assert told(by_name({"id": "urn:uuid:other"}, member=member)) == [(True, "It was not revoked.")]
    for item in (mine, {**mine, "revoked": True}, AWARD.credential_id):
        assert told(by_name({"id": "urn:uuid:other"}, item, member=member)) == [
            (False, "It was revoked by its issuer.")
        ]
    assert by_name({**mine, "revoked": False}, member=member).verdict is Verdict.VALID
    reason = told(by_name({**mine, "revocationReason": "Given\nby mistake."}, member=member))
    assert reason == [(False, "It was revoked by its issuer: Given by mistake.")]


@pytest.mark.parametrize(
    ("changes", "word"),
    [({"issuer": "did:web:evil.example"}, "another issuer's"), ({"member": "names"}, "not a revocation list")],
)
def test_a_list_of_names_of_somebody_else_tells_nothing(changes: Document, word: str) -> None:
    report = by_name(**changes)
    assert report.verdict is Verdict.COULD_NOT_TELL
    assert word in told(report)[0][1]


def test_another_kind_of_status_can_t_be_told() -> None:
    report = check({"id": NAMES, "type": "1EdTechCredentialRefresh"}, {})
    assert report.verdict is Verdict.COULD_NOT_TELL
    assert told(report) == [
        (None, "Whether it was revoked can't be told. Its status is published in a way that can't be read here.")
    ]
