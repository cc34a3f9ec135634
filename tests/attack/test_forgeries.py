"""Badges that their named issuer never issued, or that were altered, expired or revoked: none is called valid."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from openbadgeslib.ob3.credential import Achievement, OpenBadgeCredential
from openbadgeslib.ob3.credential import Issuer as OtherIssuer
from openbadgeslib.ob3.ldp import add_data_integrity_proof
from openbadgeslib.ob3.signer import OB3Signer

from bridge.cli import checking
from bridge.cli.checking import hurried, one_issuer
from bridge.openbadges import addresses, open_badges_3, status
from bridge.openbadges.findings import Report, Verdict, issued, origin
from bridge.openbadges.pictures import svg
from bridge.openbadges.signing.jose import sign_token
from bridge.openbadges.signing.jwk import jwk_of
from bridge.openbadges.signing.keys import JwtKey, SigningKey
from bridge.openbadges.signing.proof import sign
from bridge.openbadges.verifying.verify import verify
from bridge.site.foreign import moved
from tests.attack import bending
from tests.attack.bending import AWARD, DID, FORMS, ISSUER, LIST, P256, PUBLISHED, RSA, text
from tests.openbadges import ob_samples

KEY = ob_samples.KEY
NOW = datetime.now(UTC)  # openbadgeslib reads the system's clock
UNSIGNED = open_badges_3.credential(AWARD, ISSUER)


def check(badge: Any, world: dict[str, bytes] | None = None, recipient: str | None = None) -> Report:
    """Check *badge* as the command does, with a second opinion, where the issuer publishes *world* as well."""
    data = badge if isinstance(badge, bytes) else (badge if isinstance(badge, str) else text(badge)).encode()
    return verify(data, {**PUBLISHED, **(world or {})}.get, NOW, recipient, second_opinion=True)


def sentence(report: Report, kind: str) -> str:
    return " ".join(finding.sentence for finding in report.findings if finding.kind == kind)


def signed(document: dict[str, Any], key: SigningKey = KEY) -> dict[str, Any]:
    return sign(document, key, ob_samples.ISSUED)


def without(*keys: str) -> dict[str, bytes]:
    """Return what the issuer publishes after it took *keys* from those that vouch; their descriptions still stand."""
    listed = json.loads(PUBLISHED[DID])
    vouching = [key_id for key_id in listed["assertionMethod"] if key_id not in keys]
    return {DID: text({**listed, "assertionMethod": vouching}).encode()}


# ── a key that was stolen, and that its issuer took from its list ─────────────


def pem(private: Any) -> bytes:
    words = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    data: bytes = private.private_bytes(*words)
    return data


def endorsed() -> dict[str, Any]:
    """Return a badge with an endorsement inside, which only a second opinion judges."""
    contexts = UNSIGNED["@context"]
    endorsement = {
        "@context": contexts,
        "id": "urn:uuid:7c0f2f1e-4a55-4b7c-9d0c-3f1f2c9f1a11",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": {"id": "did:web:other.example", "type": ["Profile"]},
        "validFrom": "2026-01-16T00:00:00Z",
        "credentialSubject": {"id": "urn:x:1", "type": ["EndorsementSubject"], "endorsementComment": "Good."},
    }
    document = {**UNSIGNED, "endorsement": [endorsement]}
    made: dict[str, Any] = add_data_integrity_proof(document, pem(KEY.private), KEY.key_id)
    return made


def unusual_token() -> str:
    """Return a VC-JWT in an algorithm that only a second opinion judges, without a `kid`."""
    made = OpenBadgeCredential(
        issuer=OtherIssuer(id=ISSUER.did, name="Elsewhere"),
        recipient_id="mailto:ada@district.example",
        achievement=Achievement(id="https://x.example/a", name="Knots", description="Ties.", criteria_narrative="Tie."),
        issuance_date=NOW - timedelta(days=1),
    )
    token: str = OB3Signer(pem(RSA.private), "RS512").sign(made)
    return token


def test_a_key_that_was_withdrawn_makes_nothing_valid_even_if_others_accept_it() -> None:
    first_rsa = json.loads(PUBLISHED[DID])
    first_rsa["verificationMethod"].sort(key=lambda method: method["id"] != RSA.key_id)
    for badge, key_id in ((endorsed(), KEY.key_id), (unusual_token(), RSA.key_id)):
        world = {DID: text(first_rsa).encode()}
        assert "A second opinion says that it is genuine" in sentence(check(badge, world), "proof")
        first = {**first_rsa, "assertionMethod": [key for key in first_rsa["assertionMethod"] if key != key_id]}
        report = check(badge, {DID: text(first).encode()})
        assert report.verdict is Verdict.NOT_VALID
        assert "does not list the key" in sentence(report, "proof")


# ── names and addresses that look like somebody else's ────────────────────────

EVIL = "did:web:evil.example"
THIEF = SigningKey(f"{EVIL}#k", Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))), ob_samples.ISSUED)


def by_evil(issuer_id: str = EVIL, **changes: Any) -> dict[str, Any]:
    """Return a badge by somebody who calls himself like the sample issuer, with *changes* to what it is."""
    subject = deepcopy(UNSIGNED["credentialSubject"])
    subject["achievement"].update(changes)
    document = {**UNSIGNED, "issuer": {**UNSIGNED["issuer"], "id": issuer_id}, "credentialSubject": subject}
    document.pop("credentialStatus", None)
    return signed(document, replace(THIEF, key_id=f"{issuer_id}#k"))


def listed(issuer_id: str) -> bytes:
    method = {"id": f"{issuer_id}#k", "type": "Multikey", "controller": issuer_id}
    method["publicKeyMultibase"] = THIEF.public.multibase
    return text({"id": issuer_id, "verificationMethod": [method], "assertionMethod": [method["id"]]}).encode()


WORLD = {"https://evil.example/.well-known/did.json": listed(EVIL)}


def test_a_name_is_quoted_and_can_t_pass_for_a_sentence_of_ours() -> None:
    report = check(by_evil(name="Gold”, issued by “Good School” (did:web:good.example). “"), WORLD)
    assert report.verdict is Verdict.VALID  # it is genuine, by evil.example
    told = sentence(report, "issuer")
    assert told.count("”") == told.count("“") == 2
    assert told.endswith(f"({EVIL}). The name is what the issuer calls itself; go by the address.")


@pytest.mark.parametrize(
    "issuer_id",
    [
        "did:web:go\u043ed.example",
        "did:web:good.example#.evil.example",
        "did:web:good.example@evil.example",
        "did:web:good.example%40evil.example",
        "did:web:good.example:files?name=",
        "did:web:good.example:..:uploads",
        "did:web:good.example:%2e%2E:uploads",
    ],
)
def test_an_issuer_whose_id_is_no_did_is_not_looked_up(issuer_id: str) -> None:
    asked: list[str] = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return listed(issuer_id)

    report = verify(text(by_evil(issuer_id)).encode(), fetch, NOW)
    assert report.verdict is not Verdict.VALID
    assert not [url for url in asked if url.endswith("did.json")]


def test_the_end_of_a_long_domain_name_is_shown() -> None:
    issuer_id = "did:web:good.example." + "login." * 34 + "evil.example"
    report = check(by_evil(issuer_id), {addresses.did_url(issuer_id): listed(issuer_id)})
    assert report.verdict is Verdict.VALID
    assert "login.evil.example)" in sentence(report, "issuer")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://stra\u00dfe.example/", "https://strasse.example/"),
        ("https://go\u200dod.example/", "https://good.example/"),
        ("https://good\u3002example/", "https://good.example/"),
        ("https://\U0001f130b.example/", "https://ab.example/"),
        ("https://evil.example\\.good.example/", "https://evil.example\\.good.example/"),
    ],
)
def test_two_names_that_some_take_for_one_are_not_one_origin(one: str, other: str) -> None:
    """What is asked is looked up by newer rules than Python's own: a key of the one could pass for the other's."""
    assert origin(one) == "" or origin(one) != origin(other)


def test_a_name_in_foreign_letters_is_shown_as_it_travels() -> None:
    issuer_id = "https://go\u043ed.example/issuer.json"
    assert "(https://xn--god-" in issued("Gold", "Good School", issuer_id)
    assert origin("https://m\u00fcnchen.example") == origin("https://M\u00dcNCHEN.example:443") != ""


def test_two_badges_in_one_picture_are_told_as_one_only_if_one_issuer_made_both() -> None:
    """Whoever calls himself like the issuer can add a badge of his own to the issuer's picture."""
    ours = one_issuer(issued("Gold", "Good School", ISSUER.did))
    assert ours == one_issuer(issued("Gold", "Good School", ISSUER.profile_url))
    assert ours != one_issuer(issued("Gold", "Good School", EVIL))
    assert ours != one_issuer(issued("Gold", "Good School", "https://evil.example/issuer.json"))
    other = "https://badges.district.example/students/issuer.json"
    assert ours != one_issuer(issued("Gold", "Good School", other))


# ── what is read need not be what is meant ────────────────────────────────────


def test_of_two_recipients_neither_gets_what_the_other_earned() -> None:
    """In RDF their order means nothing, so whoever holds the badge may change it."""
    other = deepcopy(UNSIGNED["credentialSubject"])
    other["achievement"] = {**other["achievement"], "id": "https://x.example/took-part", "name": "Took part"}
    other["identifier"] = [
        {
            "type": "IdentityObject",
            "identityType": "emailAddress",
            "hashed": False,
            "identityHash": "eve@x.example",
        }
    ]
    both = signed({**UNSIGNED, "credentialSubject": [UNSIGNED["credentialSubject"], other]})
    report = check(both, recipient="eve@x.example")
    assert sentence(report, "proof").startswith("It is genuine")
    assert report.verdict is Verdict.COULD_NOT_TELL


@pytest.mark.parametrize("member", ["revoked", "expires"])
@pytest.mark.parametrize("form", ["3.0", "VC-JWT ES256"])
def test_a_key_that_its_issuer_ended_makes_nothing_valid(form: str, member: str) -> None:
    document = json.loads(PUBLISHED[DID])
    for method in document["verificationMethod"]:
        method[member] = "2026-02-01T00:00:00Z"
    assert check(FORMS[form]).verdict is Verdict.VALID
    report = check(FORMS[form], {DID: text(document).encode()})
    assert report.verdict is Verdict.NOT_VALID
    assert "no longer counts" in sentence(report, "proof")


def test_a_bit_of_a_purpose_that_nobody_knows_is_not_taken_for_good() -> None:
    entry = {**UNSIGNED["credentialStatus"], "statusPurpose": "annulment"}
    badge = signed({**UNSIGNED, "credentialStatus": entry})
    listed = status.credential(LIST, ISSUER, status.status_list([AWARD.status_index]), ob_samples.ISSUED)
    listed["credentialSubject"]["statusPurpose"] = "annulment"
    token = sign_token({"alg": "ES256", "kid": P256.key_id}, {**listed, "iss": ISSUER.did}, P256)
    report = check(badge, {LIST: token.encode()})
    assert report.verdict is Verdict.COULD_NOT_TELL
    assert sentence(report, "status").startswith("Whether it was revoked can't be told")


def test_a_status_list_whose_token_has_expired_says_nothing() -> None:
    """Whoever keeps an old list in the place of the new one could bring a revoked badge back."""
    unsigned = status.credential(LIST, ISSUER, status.status_list(), ob_samples.ISSUED)
    claims = {**unsigned, "iss": ISSUER.did, "exp": 1_770_000_000}
    old = bending.token({"alg": "ES256", "kid": P256.key_id}, claims, P256)
    fresh = bending.token({"alg": "ES256", "kid": P256.key_id}, {**claims, "exp": 4_000_000_000}, P256)
    assert check(FORMS["3.0"], {LIST: fresh}).verdict is Verdict.VALID
    report = check(FORMS["3.0"], {LIST: old})
    assert report.verdict is Verdict.COULD_NOT_TELL
    assert "does not count today" in sentence(report, "status")


def test_a_picture_with_a_token_and_another_badge_in_one_element_is_no_badge() -> None:
    token = FORMS["VC-JWT ES256"].decode()
    forged = text(by_evil(name="Brain Surgery"))
    baked = svg.bake(bending.DRAWING, credential=token).decode()
    body = f"><![CDATA[{forged}]]></openbadges:credential>"
    both = re.sub("(<openbadges:credential [^>]*)/>", lambda tag: tag[1] + body, baked)
    assert both != baked
    assert check(baked).verdict is Verdict.VALID
    assert check(both).verdict is Verdict.NOT_VALID


# ── whose word it is ──────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("asked", "found", "same"),
    [
        ("https://good.example/go?to=https://evil.example/a.json", "https://evil.example/a.json", False),
        ("https://good.example/go/evil.example/a.json", "https://evil.example/a.json", False),
        ("https://good.example/go/%65vil.example/a.json", "https://evil.example/a.json", False),
        ("https://good.example/go/%2565vil.example/a.json", "https://evil.example/a.json", False),
        ("https://good.example/go/ev%09il.example/a.json", "https://evil.example/a.json", False),
        ("https://good.example/go/ev%20il.example/a.json", "https://evil.example/a.json", False),
        ("https://good.example/go/ev%C2%ADil.example/a.json", "https://evil.example/a.json", False),
        ("https://good.example/go/%C3%AAvil.example/a.json", "https://xn--vil-fma.example/a.json", False),
        ("https://good.example/s/x7", "https://evil.example/s/x7", False),
        ("https://good.example/key.json", "https://evil.example/mine/key.json", False),
        ("https://good.example/go?x=1", "https://good.example/a.json", True),
        ("https://good.example/.well-known/did.json", "https://www.good.example/.well-known/did.json", True),
        ("https://school.github.io/badges/did.json", "https://badges.school.example/did.json", True),
    ],
)
def test_a_redirect_does_not_make_another_site_s_word_the_issuer_s(asked: str, found: str, same: bool) -> None:
    """Many sites have a page that leads wherever its visitors say: a badge could name it as its own address."""
    assert moved(asked, found) is same


def test_a_badge_that_names_slow_servers_is_not_waited_for() -> None:
    ask = hurried(PUBLISHED.get, 0)
    report = verify(FORMS["3.0"], ask, NOW)
    assert report.verdict is Verdict.COULD_NOT_TELL
    assert "taken too long" in sentence(report, "proof")


def test_of_a_page_that_leads_to_a_badge_only_the_badge_is_vouched_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A page of anybody's can lead to a genuine badge of somebody else, and say whatever it likes beside it."""
    for url, data in {**PUBLISHED, f"{ISSUER.url}/credential.json": FORMS["3.0"]}.items():
        file = tmp_path / url.removeprefix(f"{ISSUER.url}/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    link = '<link rel="alternate" type="application/ld+json" href="credential.json">'
    (tmp_path / "page.html").write_text(f"<!doctype html><head>{link}</head>Eve is a brain surgeon.")
    page, badge = f"{ISSUER.url}/page.html", f"{ISSUER.url}/credential.json"
    assert checking.verify([page], checking.Asking(site=tmp_path), None, as_json=False) == 0
    told = f"Only the badge at {badge} was checked, to which this page leads; what else the page says was not."
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [f"the badge to which {page} leads: valid", f"  ✓ {told}"]
    assert lines[-1] == "  Whose badge it is was not checked: --recipient ADDRESS does that."
    assert checking.verify([badge], checking.Asking(site=tmp_path), None, as_json=False) == 0
    assert "Only the badge" not in capsys.readouterr().out


# ── what holds ────────────────────────────────────────────────────────────────

EVIL_KEY = JwtKey("https://evil.example/k.json", ec.derive_private_key(7, ec.SECP256R1()))
EVIL_JWK = jwk_of(EVIL_KEY.private.public_key())


@pytest.mark.parametrize(
    "header",
    [
        {"kid": P256.key_id, "jwk": EVIL_JWK},
        {"jwk": EVIL_JWK},
        {"kid": EVIL_KEY.key_id},
        {"kid": f"{EVIL}#k"},
        {"kid": f"{ISSUER.did}?x=1#p256"},
        {"jku": EVIL_KEY.key_id},
        {},
    ],
    ids=range(7),
)
def test_a_token_by_a_key_of_somebody_else_is_not_valid_whatever_its_header_names(header: dict[str, Any]) -> None:
    token = sign_token({"alg": "ES256", **header}, UNSIGNED, EVIL_KEY)
    report = check(token, {**WORLD, EVIL_KEY.key_id: text(EVIL_JWK).encode()})
    assert report.verdict is Verdict.NOT_VALID
    assert sentence(report, "issuer") == ""


ELSEWHERE = "https://evil.example/a.json"
INLINE = {"id": "urn:x:1", "type": "BadgeClass", "name": "Gold", "issuer": ISSUER.profile_url}


@pytest.mark.parametrize("badge", [bending.ASSERTION["badge"], INLINE, {**INLINE, "issuer": [ISSUER.profile_url]}])
def test_an_assertion_that_somebody_else_hosts_is_not_the_issuer_s(badge: Any) -> None:
    hosted = {**bending.ASSERTION, "id": ELSEWHERE, "badge": badge}
    report = check(hosted, {ELSEWHERE: text(hosted).encode()})
    assert report.verdict is not Verdict.VALID
    assert sentence(report, "issuer") == ""
