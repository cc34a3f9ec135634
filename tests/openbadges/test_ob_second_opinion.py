"""Where our own check can't judge, openbadgeslib is asked; it never overrules us."""

import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from ob_samples import ISSUER, KEY, URL, as_json, fetcher, make_award, signed, site
from openbadgeslib.ob3.credential import Achievement, Issuer, OpenBadgeCredential
from openbadgeslib.ob3.did import multikey_from_pem
from openbadgeslib.ob3.ldp import add_data_integrity_proof
from openbadgeslib.ob3.signer import OB3Signer
from openvc.keys import P256SigningKey
from openvc.proof.ecdsa_sd import EcdsaSdProofSuite

from bridge.openbadges import addresses, did, open_badges_3, status
from bridge.openbadges.findings import Finding
from bridge.openbadges.signing.canonical import CONTEXTS, context
from bridge.openbadges.signing.jwk import jwk_of
from bridge.openbadges.signing.keys import PublicJwk
from bridge.openbadges.verifying.verify import Report, Verdict, verify

AWARD = make_award()
NOW = datetime.now(UTC)  # openbadgeslib reads the system's clock
RSA = rsa.generate_private_key(65537, 2048)
LISTED = did.did_document(ISSUER, [PublicJwk(f"{ISSUER.did}#rsa", jwk_of(RSA.public_key())), KEY.public])
SITE = {**site(AWARD), addresses.did_url(ISSUER.did): as_json(LISTED).encode()}


def check(data: str, published: dict[str, bytes] = SITE, *, second_opinion: bool = True) -> Report:
    return verify(data.encode(), fetcher(published), NOW, second_opinion=second_opinion)


def found(report: Report, kind: str) -> Finding:
    (finding,) = (finding for finding in report.findings if finding.kind == kind)
    return finding


def pem(private: Any) -> bytes:
    data: bytes = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return data


def foreign(algorithm: str = "RS512", **changes: Any) -> str:
    """A VC-JWT in an algorithm of which our own check knows nothing."""
    made = OpenBadgeCredential(
        issuer=Issuer(id=ISSUER.did, name="Elsewhere"),
        recipient_id="mailto:ada@district.example",
        achievement=Achievement(id=f"{URL}/a", name="Knots", description="Ties knots.", criteria_narrative="Tie ten."),
        issuance_date=NOW - timedelta(days=1),
        **changes,
    )
    token: str = OB3Signer(pem(RSA), algorithm).sign(made)
    return token


def endorsed() -> str:
    """A credential with an endorsement inside, whose contexts and ids our own check does not follow."""
    document = {**open_badges_3.credential(AWARD, ISSUER)}
    endorsement = {
        "@context": document["@context"],
        "id": "urn:uuid:7c0f2f1e-4a55-4b7c-9d0c-3f1f2c9f1a11",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": {"id": "did:web:other.example", "type": ["Profile"]},
        "validFrom": "2026-01-16T00:00:00Z",
        "credentialSubject": {
            "id": AWARD.achievement.id,
            "type": ["EndorsementSubject"],
            "endorsementComment": "A good course.",
        },
    }
    made = add_data_integrity_proof({**document, "endorsement": [endorsement]}, pem(KEY.private), KEY.key_id)
    return as_json(made)


def selective() -> tuple[str, dict[str, bytes]]:
    """A credential of which its holder shows a part (ecdsa-sd-2023), and what its issuer publishes."""
    key_id, key = f"{ISSUER.did}#selective", ec.derive_private_key(5, ec.SECP256R1())
    made = OpenBadgeCredential(
        issuer=Issuer(id=ISSUER.did, name="Elsewhere"),
        recipient_id="mailto:ada@district.example",
        achievement=Achievement(id=f"{URL}/a", name="Knots", description="Ties knots.", criteria_narrative="Tie ten."),
        issuance_date=NOW - timedelta(days=1),
        expiration_date=NOW + timedelta(days=3),
        credential_status=[open_badges_3.credential(AWARD, ISSUER)["credentialStatus"]],
    )
    known = {address: context(address) for address in CONTEXTS}
    suite = EcdsaSdProofSuite()
    base = suite.add_base_proof(
        made.to_vc(),
        signing_key=P256SigningKey(key, key_id),
        verification_method=key_id,
        extra_contexts=known,
        mandatory_pointers=["/validFrom", "/validUntil", "/credentialStatus", "/issuer", "/credentialSchema"],
    )
    shown = suite.derive_proof(base, selective_pointers=["/credentialSubject", "/name"], extra_contexts=known)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    listed = did.did_document(ISSUER, [KEY.public])
    method = {"id": key_id, "type": "Multikey", "controller": ISSUER.did}
    listed["verificationMethod"].append({**method, "publicKeyMultibase": multikey_from_pem(public)})
    listed["assertionMethod"].append(key_id)
    return as_json(shown), {**SITE, addresses.did_url(ISSUER.did): as_json(listed).encode()}


def test_a_proof_that_we_can_t_judge_is_judged_by_another() -> None:
    for badge, published in ((foreign(), SITE), (endorsed(), SITE), selective()):
        assert check(badge, published, second_opinion=False).verdict is Verdict.COULD_NOT_TELL
        report = check(badge, published)
        assert report.verdict is Verdict.VALID
        assert found(report, "proof").sentence == (
            "A second opinion says that it is genuine (openbadgeslib; our own check can't judge it)."
        )


def test_what_the_other_does_not_accept_stays_untold() -> None:
    head, body, end = foreign().split(".")
    shown, published = selective()
    for badge in (
        f"{head}.{body}.AAAA{end[4:]}",
        endorsed().replace("First Aid", "Brain Surgery"),
        shown.replace("Knots", "Brain Surgery"),
    ):
        report = check(badge, published)
        assert report.verdict is Verdict.COULD_NOT_TELL
        assert "A second opinion (openbadgeslib) says:" in found(report, "proof").sentence
        assert len(found(report, "proof").sentence) < 600


def test_what_the_other_accepts_may_have_expired_all_the_same() -> None:
    report = check(foreign(expiration_date=NOW - timedelta(seconds=20)))  # within the other's leeway
    assert report.verdict is Verdict.NOT_VALID
    assert found(report, "expiry").ok is False


def test_what_is_not_valid_is_not_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.startswith("openbadgeslib")]:
        monkeypatch.setitem(sys.modules, module, None)
    forged = {**signed(AWARD), "name": "Brain Surgery"}
    assert check(as_json(forged)).verdict is Verdict.NOT_VALID
    assert check(as_json(signed(AWARD)), {}).verdict is Verdict.COULD_NOT_TELL
    assert check(as_json(signed(AWARD))).verdict is Verdict.VALID


def test_it_is_said_what_to_install_for_a_second_opinion(monkeypatch: pytest.MonkeyPatch) -> None:
    badge = foreign()
    for module in [name for name in sys.modules if name.startswith("openbadgeslib")]:
        monkeypatch.setitem(sys.modules, module, None)
    report = check(badge)
    assert report.verdict is Verdict.COULD_NOT_TELL
    assert "pip install badge-bridge[verify]" in found(report, "proof").sentence


def test_an_older_status_list_is_judged_by_another() -> None:
    list_url = AWARD.status_list_url
    entry = {
        "id": f"{list_url}#5",
        "type": "StatusList2021Entry",
        "statusPurpose": "revocation",
        "statusListIndex": "5",
        "statusListCredential": list_url,
    }
    badge = foreign("RS256", credential_status=[entry])
    for revoked, verdict in (([6], Verdict.VALID), ([5], Verdict.COULD_NOT_TELL)):
        listed = status.credential(list_url, ISSUER, status.status_list(revoked), NOW - timedelta(days=1))
        signer = OB3Signer(pem(RSA), "RS256")
        published = {**SITE, list_url: signer.sign_payload({**listed, "iss": ISSUER.did}).encode()}
        report = check(badge, published)
        assert report.verdict is verdict
        assert found(report, "proof").sentence.startswith("It is genuine")
        assert "second opinion" in found(report, "status").sentence
    assert check(badge, SITE).verdict is Verdict.COULD_NOT_TELL
