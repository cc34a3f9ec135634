"""Other people's software reads our badges, and refuses them when they were altered, have expired or are not theirs."""

import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import openbadges_bakery
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from ob_samples import ISSUED, ISSUER, KEY, NOW, artwork, as_json, make_award, signed, site
from openbadgeslib.baking import bake_png, extract_png
from openbadgeslib.ob2.verifier import OB2VerificationError, OB2Verifier
from openbadgeslib.ob3.ldp import OB3LdpVerifier, verify_data_integrity_proof
from openbadgeslib.ob3.verifier import OB3VerificationError
from test_ob_documents import awards

from bridge.openbadges import addresses, did, members, open_badges_2
from bridge.openbadges.documents import Award
from bridge.openbadges.pictures.baking import Baked, bake, unbake
from tests.verifiers import panel

AWARD = make_award(name="Ada Lovelace", narrative="Well done.")
CREDENTIAL, ASSERTION = as_json(signed(AWARD)), as_json(open_badges_2.assertion(AWARD, ISSUER))
BADGE = bake(artwork(), credential=CREDENTIAL, assertion=ASSERTION)
SITE = {url: ("application/json", data) for url, data in site(AWARD).items()}
PUBLISHED = panel.Site("any award of the district", {**panel.standards(), **SITE})


def download_from(published: dict[str, bytes]) -> Callable[[str], bytes]:
    return published.__getitem__


def lib_verify(document: str | dict[str, Any], **options: Any) -> Any:
    verifier = OB3LdpVerifier.for_issuer_did(ISSUER.did)
    return verifier.verify(document, download=download_from(site(AWARD)), **options)


def bakery_unbake(png: bytes) -> str | None:
    text: str | None = openbadges_bakery.unbake(io.BytesIO(png))
    return text


# ── baking ────────────────────────────────────────────────────────────────────


def test_openbadges_bakery_reads_the_assertion() -> None:
    assert bakery_unbake(BADGE) == ASSERTION


def test_openbadgeslib_reads_both() -> None:
    assert extract_png(BADGE) == ASSERTION
    assert extract_png(BADGE, keyword=b"openbadgecredential") == CREDENTIAL


def test_we_read_what_others_baked() -> None:
    theirs = openbadges_bakery.bake(io.BytesIO(artwork()), "http://assertion.example/1").read()
    assert unbake(theirs) == Baked(None, "http://assertion.example/1")
    assert unbake(bake_png(artwork(), CREDENTIAL, keyword=b"openbadgecredential")) == Baked(CREDENTIAL, None)


def test_a_badge_baked_by_others_is_replaced() -> None:
    theirs = openbadges_bakery.bake(io.BytesIO(artwork()), "http://assertion.example/1").read()
    ours = bake(theirs, credential=CREDENTIAL, assertion=ASSERTION)
    assert ours == BADGE
    assert bakery_unbake(ours) == ASSERTION


def test_openbadges_bakery_leaves_our_credential_in_place() -> None:
    theirs = openbadges_bakery.bake(io.BytesIO(BADGE), "new").read()
    assert unbake(theirs) == Baked(CREDENTIAL, "new")


# ── Open Badges 3.0 with openbadgeslib ────────────────────────────────────────


def test_openbadgeslib_verifies_the_proof() -> None:
    found = lib_verify(extract_png(BADGE, keyword=b"openbadgecredential"))
    assert (found.name, found.issuer.id, found.credits_earned) == ("First Aid", ISSUER.did, 8)


@settings(max_examples=25, deadline=None)
@given(awards())
def test_openbadgeslib_verifies_whatever_people_write(award: Award) -> None:
    found = lib_verify(as_json(signed(award)))
    assert found.name == members.text(award.achievement.name)


def test_openbadgeslib_refuses_an_altered_badge() -> None:
    with pytest.raises(OB3VerificationError):
        lib_verify(CREDENTIAL.replace("First Aid", "Last Aid"))


def test_openbadgeslib_refuses_an_expired_badge() -> None:
    with pytest.raises(OB3VerificationError, match="expired"):
        lib_verify(signed(make_award(expires=ISSUED + timedelta(days=1))))


def test_openbadgeslib_refuses_a_key_that_is_not_published() -> None:
    published = {**site(AWARD), addresses.did_url(ISSUER.did): as_json(did.did_document(ISSUER, [])).encode()}
    with pytest.raises(OB3VerificationError):
        OB3LdpVerifier.for_issuer_did(ISSUER.did).verify(CREDENTIAL, download=download_from(published))


def test_openbadgeslib_verifies_the_status_list_s_proof() -> None:
    listed = json.loads(site(AWARD)[AWARD.status_list_url])
    pem = KEY.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    verify_data_integrity_proof(listed, pem)
    listed["credentialSubject"]["encodedList"] += "A"
    with pytest.raises(OB3VerificationError):
        verify_data_integrity_proof(listed, pem)


# ── whatever people write, with those of tests/verifiers ──────────────────────


@pytest.fixture(scope="module")
def node() -> Iterator[panel.Program]:
    program = panel.start_node()
    yield program
    program.close()


@pytest.mark.slow
@pytest.mark.parametrize("judge", ["vc", "verifier-core"])
@settings(max_examples=100, deadline=None)
@given(award=awards())
def test_node_verifiers_verify_whatever_people_write(judge: str, node: panel.Program, award: Award) -> None:
    assert panel.ask_node(node, judge, PUBLISHED, signed(award)) == (True, "")


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(awards())
def test_openvc_verifies_whatever_people_write(award: Award) -> None:
    assert panel.openvc_core(PUBLISHED, signed(award)) == (True, "")


# ── Open Badges 2.0 with openbadgeslib ────────────────────────────────────────


def hosted(published: dict[str, bytes]) -> OB2Verifier:
    return OB2Verifier(download=download_from(published))


def test_openbadgeslib_verifies_the_hosted_assertion() -> None:
    found = hosted(site(AWARD)).verify_hosted(ASSERTION, expected_recipient=AWARD.recipient, check_revocation=True)
    assert found.id == AWARD.assertion_url


def test_openbadgeslib_refuses_an_altered_expired_or_foreign_assertion() -> None:
    later = as_json(open_badges_2.assertion(make_award(issued_on=NOW), ISSUER))
    with pytest.raises(OB2VerificationError):
        hosted(site(AWARD)).verify_hosted(later)
    with pytest.raises(OB2VerificationError):
        hosted(site(AWARD)).verify_hosted(ASSERTION, expected_recipient="eve@district.example")
    old = make_award(expires=ISSUED + timedelta(days=1))
    with pytest.raises(OB2VerificationError, match=r"[Ee]xpired"):
        hosted(site(old)).verify_hosted(as_json(open_badges_2.assertion(old, ISSUER)))
