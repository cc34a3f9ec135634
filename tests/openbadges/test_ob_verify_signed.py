"""verify reads Open Badges 2.0: signed assertions, and what hosted ones may look like elsewhere."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from ob_samples import ACHIEVEMENT, ISSUED, ISSUER, NOW, artwork, as_json, fetcher, make_award, site
from openbadgeslib.ob2.models import (
    Assertion,
    BadgeClass,
    CryptographicKey,
    IdentityObject,
    Profile,
    RevocationList,
    Verification,
)
from openbadgeslib.ob2.signer import OB2Signer

from bridge.openbadges import open_badges_2
from bridge.openbadges.pictures import svg
from bridge.openbadges.pictures.baking import bake
from bridge.openbadges.verifying.verify import Report, Verdict, verify

Document = dict[str, Any]

RSA = rsa.generate_private_key(65537, 2048)
PRIVATE = {
    "RS256": RSA,
    "ES256": ec.derive_private_key(20_260_115, ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))),
}
HOME = "https://elsewhere.example"
KEY = f"{HOME}/key.json"
UID = "urn:uuid:0e1b4ad7-9d5e-4c5b-8b62-3d0f4d2e5a11"


def private_pem(private: Any) -> bytes:
    pem: bytes = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem


def public_pem(private: Any) -> str:
    pem: bytes = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem.decode()


def assertion(**changes: Any) -> Assertion:
    made = Assertion(
        recipient=IdentityObject.create("ada.lovelace@district.example", "c0ffee"),
        badge=f"{HOME}/badge.json",
        verification=Verification("SignedBadge", KEY),
        id=UID,
        issued_on=ISSUED,
        expires=NOW + timedelta(days=30),
    )
    return replace(made, **changes)


def world(private: Any = RSA, revoked: list[Any] | None = None, **profile: Any) -> dict[str, bytes]:
    """What an issuer that uses openbadgeslib publishes."""
    members: dict[str, Any] = {"public_key": [KEY], "revocation_list": f"{HOME}/revoked.json", **profile}
    documents = [
        Profile(id=f"{HOME}/issuer.json", name="Elsewhere", url=HOME, **members),
        BadgeClass(
            id=f"{HOME}/badge.json",
            name="Knots",
            description="Ties knots.",
            image=f"{HOME}/knots.png",
            criteria=f"{HOME}/knots.html",
            issuer=f"{HOME}/issuer.json",
        ),
        CryptographicKey(id=KEY, owner=f"{HOME}/issuer.json", public_key_pem=public_pem(private)),
        RevocationList(f"{HOME}/revoked.json", f"{HOME}/issuer.json", revoked or []),
    ]
    told: list[Document] = [document.to_dict() for document in documents]
    return {document["id"]: as_json(document).encode() for document in told}


def token(made: Assertion | None = None, algorithm: str = "RS256") -> str:
    text: str = OB2Signer(private_pem(PRIVATE[algorithm]), algorithm).sign(made or assertion())
    return text


def check(data: bytes | str | Document, published: dict[str, bytes], **options: Any) -> Report:
    if isinstance(data, dict):
        data = as_json(data)
    data = data.encode() if isinstance(data, str) else data
    return verify(data, fetcher(published), options.pop("now", NOW), **options)


def told(report: Report, kind: str) -> list[tuple[bool | None, str]]:
    return [(finding.ok, finding.sentence) for finding in report.findings if finding.kind == kind]


# ── signed ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("algorithm", PRIVATE)
def test_signed_assertions_of_openbadgeslib_are_judged(algorithm: str) -> None:
    published = world(PRIVATE[algorithm])
    report = check(token(algorithm=algorithm), published, recipient="Ada.Lovelace@district.example")
    assert report.verdict is Verdict.VALID
    name = "The name is what the issuer calls itself; go by the address."
    assert told(report, "issuer") == [(True, f"“Knots”, issued by “Elsewhere” ({HOME}/issuer.json). {name}")]
    assert told(report, "expiry") == [(True, "It was issued on 2026-01-15 and is valid until 2026-03-31 00:00 UTC.")]
    assert told(report, "status") == [(True, "It was not revoked.")]
    assert {finding.document for finding in report.findings} == {"2.0"}
    assert check(token(algorithm=algorithm), published, recipient="eve@x.example").verdict is Verdict.NOT_VALID
    assert check(token(algorithm=algorithm), published, now=NOW + timedelta(days=31)).verdict is Verdict.NOT_VALID


def test_a_signed_assertion_is_found_in_pictures() -> None:
    signer = OB2Signer(private_pem(RSA))
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'
    for picture in (
        bake(artwork(), assertion=token()),
        svg.bake(drawing, assertion=token()),
        signer.sign_into_svg(assertion(), drawing),
        signer.sign_into_png(assertion(), artwork()),
    ):
        assert check(picture, world()).verdict is Verdict.VALID


def test_a_signed_assertion_that_was_changed_is_not_valid() -> None:
    head, body, end = token().split(".")
    _, other, _ = token(assertion(narrative="the best of all")).split(".")
    report = check(f"{head}.{other}.{end}", world())
    assert told(report, "proof") == [(False, "The signature does not fit: the badge was changed after it was signed.")]
    assert not told(report, "issuer")
    assert body != other


@pytest.mark.parametrize(
    ("profile", "verdict", "word"),
    [
        ({"public_key": []}, Verdict.COULD_NOT_TELL, "names no key"),
        ({"public_key": [f"{HOME}/other.json"]}, Verdict.NOT_VALID, "does not list the key"),
        ({"public_key": [f"{HOME}/other.json", KEY]}, Verdict.VALID, "genuine"),
    ],
)
def test_the_issuer_s_profile_decides_whose_key_it_is(profile: Document, verdict: Verdict, word: str) -> None:
    report = check(token(), world(**profile))
    assert report.verdict is verdict
    assert word in told(report, "proof")[0][1]


def test_a_key_of_another_owner_is_not_the_issuer_s() -> None:
    theirs = CryptographicKey(id=KEY, owner="https://evil.example/", public_key_pem=public_pem(RSA)).to_dict()
    report = check(token(), {**world(), KEY: as_json(theirs).encode()})
    assert told(report, "proof") == [(False, f"The key {KEY} belongs to someone else.")]


def test_a_key_may_stand_in_the_profile_itself() -> None:
    published = world()
    profile = json.loads(published[f"{HOME}/issuer.json"])
    key = {"id": KEY, "type": "CryptographicKey", "owner": profile["id"], "publicKeyPem": public_pem(RSA)}
    published[profile["id"]] = as_json({**profile, "publicKey": key}).encode()
    del published[KEY]
    assert check(token(), published).verdict is Verdict.VALID
    assert check(token(assertion(verification=Verification("SignedBadge"))), published).verdict is Verdict.VALID


@pytest.mark.parametrize("missing", ["issuer.json", "badge.json", "key.json", "revoked.json"])
def test_without_what_the_issuer_publishes_it_can_t_be_told(missing: str) -> None:
    published = {address: data for address, data in world().items() if not address.endswith(missing)}
    report = check(token(), published)
    assert report.verdict is Verdict.COULD_NOT_TELL
    assert any(missing in finding.sentence for finding in report.findings if finding.ok is None)


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (UID, "It was revoked by its issuer."),
        ({"id": UID, "revocationReason": "Given by mistake."}, "It was revoked by its issuer: Given by mistake."),
        ({"uid": UID}, "It was revoked by its issuer."),
        ({"uid": 5}, "It was not revoked."),
        ("urn:uuid:other", "It was not revoked."),
    ],
)
def test_the_issuer_s_list_of_revoked_ones_counts(entry: Any, sentence: str) -> None:
    for listed in ([entry, "urn:uuid:1"], entry):
        report = check(token(), world(revoked=listed))
        assert [found[1] for found in told(report, "status")] == [sentence]
    assert check(token(), world(revoked=[entry])).verdict is (Verdict.VALID if "not" in sentence else Verdict.NOT_VALID)


def test_a_signed_assertion_without_its_signature_can_t_be_told() -> None:
    report = check(assertion().to_dict(), world())
    assert report.verdict is Verdict.COULD_NOT_TELL
    assert "the signature that it should bear is not here" in told(report, "hosted")[0][1]


def test_a_signature_does_not_make_a_hosted_assertion_genuine() -> None:
    """The issuer's copy is what counts: the signature of a hosted one could be anybody's."""
    award = make_award()
    hosted = Verification("HostedBadge")
    mine = assertion(id=award.assertion_url, badge=ACHIEVEMENT.badge_class_url, verification=hosted)
    assert check(token(mine), site(award)).verdict is Verdict.NOT_VALID


# ── hosted ────────────────────────────────────────────────────────────────────

AWARD = make_award()
ASSERTION = open_badges_2.assertion(AWARD, ISSUER)
SITE = site(AWARD)


def hosted_at(address: str, **profile: Any) -> tuple[Document, dict[str, bytes]]:
    """The sample assertion, published at *address* by an issuer whose profile says *profile* as well."""
    document = {**ASSERTION, "id": address}
    told = {**json.loads(SITE[ISSUER.profile_url]), **profile}
    return document, {**SITE, address: as_json(document).encode(), ISSUER.profile_url: as_json(told).encode()}


@pytest.mark.parametrize(
    ("address", "verification", "verdict"),
    [
        ("https://assertions.example/1", {"allowedOrigins": "assertions.example"}, Verdict.VALID),
        ("https://assertions.example/1", {"allowedOrigins": ["x.example", "assertions.example"]}, Verdict.VALID),
        ("https://assertions.example/1", {"allowedOrigins": "https://assertions.example"}, Verdict.VALID),
        ("https://assertions.example/1", {"startsWith": "https://assertions.example/"}, Verdict.VALID),
        ("https://assertions.example/a/1", {"startsWith": ["https://assertions.example/a"]}, Verdict.VALID),
        ("https://assertions.example/1", {}, Verdict.NOT_VALID),
        ("https://assertions.example/1", {"allowedOrigins": "x.example"}, Verdict.NOT_VALID),
        ("http://assertions.example/1", {"allowedOrigins": "assertions.example"}, Verdict.NOT_VALID),
        ("https://assertions.example.evil.example/1", {"startsWith": "https://assertions.example"}, Verdict.NOT_VALID),
        ("https://assertions.example/ab/1", {"startsWith": "https://assertions.example/a"}, Verdict.NOT_VALID),
        ("https://assertions.example/a/../b", {"startsWith": "https://assertions.example/a/"}, Verdict.NOT_VALID),
        (
            "https://assertions.example/1",
            {"startsWith": "https://assertions.example/", "allowedOrigins": "x.example"},
            Verdict.NOT_VALID,
        ),
    ],
)
def test_the_issuer_says_where_its_assertions_are(address: str, verification: Document, verdict: Verdict) -> None:
    document, published = hosted_at(address, verification=verification)
    assert check(document, published).verdict is verdict


@pytest.mark.parametrize(
    ("path", "verdict"),
    [
        ("a/%2e%2e/b/1", Verdict.NOT_VALID),
        ("a/%2E./b/1", Verdict.NOT_VALID),
        ("a/..%2fb/1", Verdict.NOT_VALID),
        ("a/%252e%252e/b/1", Verdict.NOT_VALID),
        ("a/%25252e%25252e%25252fb/1", Verdict.NOT_VALID),
        ("a/..\\b\\1", Verdict.NOT_VALID),
        ("a/x%5C..%5Cb/1", Verdict.NOT_VALID),
        ("a/.%09./b/1", Verdict.NOT_VALID),
        ("a/.\t./b/1", Verdict.NOT_VALID),
        ("a/..;/b/1", Verdict.NOT_VALID),
        ("a%2Fb/1", Verdict.NOT_VALID),
        ("%61/1", Verdict.VALID),
        ("a/%7eada/erste%20Hilfe/%C3%A9.json", Verdict.VALID),
        ("a/100%25.json", Verdict.VALID),
        ("a/1?by=/../b", Verdict.VALID),
    ],
)
def test_an_address_that_leads_out_of_where_the_issuer_says_is_not_the_issuer_s(path: str, verdict: Verdict) -> None:
    """Servers, and whoever asks them, decode what stands in an address, and go up where it says so."""
    rules = {"startsWith": "https://assertions.example/a/", "allowedOrigins": "assertions.example"}
    document, published = hosted_at(f"https://assertions.example/{path}", verification=rules)
    assert check(document, published).verdict is verdict


def test_descriptions_may_be_baked_in_if_they_are_those_that_are_published() -> None:
    badge = json.loads(SITE[ACHIEVEMENT.badge_class_url])
    profile = json.loads(SITE[ISSUER.profile_url])
    for issuer in (badge["issuer"], profile, {"id": profile["id"], "name": profile["name"]}):
        assert check({**ASSERTION, "badge": {**badge, "issuer": issuer}}, SITE).verdict is Verdict.VALID
    for forged in ({**badge, "name": "Brain Surgery"}, {**badge, "issuer": {**profile, "name": "Harvard"}}):
        assert check({**ASSERTION, "badge": forged}, SITE).verdict is Verdict.NOT_VALID


def test_one_moment_may_be_written_in_two_ways() -> None:
    assert check({**ASSERTION, "issuedOn": "2026-01-15T10:30:00+01:00"}, SITE).verdict is Verdict.VALID
    assert check({**ASSERTION, "issuedOn": "2026-01-15T10:30:00Z"}, SITE).verdict is Verdict.NOT_VALID


def test_descriptions_without_an_address_are_taken_as_the_issuer_hosts_them() -> None:
    badge = {key: value for key, value in json.loads(SITE[ACHIEVEMENT.badge_class_url]).items() if key != "id"}
    document = {**ASSERTION, "badge": badge}
    assert check(document, {**SITE, AWARD.assertion_url: as_json(document).encode()}).verdict is Verdict.VALID
    nobody = {**ASSERTION, "badge": {**badge, "issuer": {"type": "Issuer", "name": "Harvard"}}}
    report = check(nobody, {**SITE, AWARD.assertion_url: as_json(nobody).encode()})
    assert report.verdict is Verdict.COULD_NOT_TELL
    assert "has no web address" in told(report, "hosted")[0][1]


@pytest.mark.parametrize("form", ["text", "png", "svg"])
def test_an_address_alone_is_looked_up(form: str) -> None:
    drawing = (
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:o="http://openbadges.org"><o:assertion verify="%s"/></svg>'
    )
    data = {
        "text": AWARD.assertion_url.encode() + b"\n",
        "png": bake(artwork(), assertion=AWARD.assertion_url),
        "svg": drawing % AWARD.assertion_url.encode(),
    }[form]
    assert check(data, SITE, recipient=AWARD.recipient).verdict is Verdict.VALID
    assert check(data, {}).verdict is Verdict.COULD_NOT_TELL
    assert check(data, {AWARD.assertion_url: b'{"type": "Recipe"}'}).verdict is Verdict.NOT_VALID


@pytest.mark.parametrize(
    "document",
    [
        {**ASSERTION, "@context": "https://w3id.org/openbadges/v1"},
        {
            "uid": "f2c20",
            "recipient": {"type": "email", "hashed": False, "identity": "ada@x.example"},
            "badge": "https://x.example/badge.json",
            "verify": {"type": "hosted", "url": "https://x.example/assertion.json"},
            "issuedOn": 1359217910,
        },
    ],
)
def test_badges_of_open_badges_1_are_named(document: Document) -> None:
    report = check(document, SITE)
    assert report.verdict is Verdict.COULD_NOT_TELL
    assert "a badge of Open Badges 1" in report.findings[0].sentence
