"""verify and embedded proofs of other issuers: several proofs, issuers known by a web address, odd key documents."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from ob_samples import ISSUED, ISSUER, KEY, NOW, artwork, as_json, fetcher, make_award, signed, site

from bridge.openbadges import addresses, open_badges_3
from bridge.openbadges.errors import OutOfReach
from bridge.openbadges.pictures import svg
from bridge.openbadges.pictures.baking import bake
from bridge.openbadges.signing.jwk import base64url, jwk_of
from bridge.openbadges.signing.keys import SigningKey
from bridge.openbadges.signing.proof import sign
from bridge.openbadges.verifying.verify import MOST_ADDRESSES, Report, Verdict, sparing, verify

Document = dict[str, Any]

AWARD = make_award()
SITE = site(AWARD)
DID = addresses.did_url(ISSUER.did)
VECTOR = json.loads((Path(__file__).parents[1] / "data/1edtech-teamwork.json").read_text())
WEB = "https://school.example/issuer.json"


def check(data: bytes | Document, published: dict[str, bytes] = SITE, **options: Any) -> Report:
    data = data if isinstance(data, bytes) else as_json(data).encode()
    return verify(data, fetcher(published), options.pop("now", NOW), **options)


def told(report: Report, kind: str) -> list[tuple[bool | None, str]]:
    return [(finding.ok, finding.sentence) for finding in report.findings if finding.kind == kind]


def by_web_issuer(key_id: str = f"{WEB}#k", **changes: Any) -> Document:
    document = open_badges_3.credential(AWARD, ISSUER)
    del document["credentialStatus"]
    issuer = {"id": WEB, "type": ["Profile"], "name": "School"}
    return sign({**document, "issuer": issuer, **changes}, SigningKey(key_id, KEY.private), ISSUED)


def published(address: str, **members: Any) -> dict[str, bytes]:
    return {address: as_json({"id": address, **members}).encode()}


def method(key_id: str, **changes: Any) -> Document:
    return {"id": key_id, "type": "Multikey", "controller": WEB, "publicKeyMultibase": KEY.public.multibase, **changes}


# ── issuers known by a web address ────────────────────────────────────────────


@pytest.mark.parametrize("member", ["verificationMethod", "assertionMethod", "publicKey"])
def test_a_key_in_the_issuer_s_profile_is_its_key(member: str) -> None:
    world = published(WEB, **{member: [method(f"{WEB}#k")]})
    assert check(by_web_issuer(), world).verdict is Verdict.VALID
    changed = {**by_web_issuer(), "name": "Brain Surgery"}
    assert check(changed, world).verdict is Verdict.NOT_VALID


def test_where_a_profile_says_which_keys_vouch_others_do_not() -> None:
    members = {"verificationMethod": [method(f"{WEB}#k")], "assertionMethod": [f"{WEB}#other"]}
    assert check(by_web_issuer(), published(WEB, **members)).verdict is Verdict.COULD_NOT_TELL
    members["assertionMethod"].append(f"{WEB}#k")
    assert check(by_web_issuer(), published(WEB, **members)).verdict is Verdict.VALID


def test_a_key_document_of_the_issuer_s_origin_is_its_key_if_its_profile_lists_it() -> None:
    key_id = "https://school.example/keys/1"
    document, silent = by_web_issuer(key_id), published(WEB)
    for members, verdict in (
        (method(key_id), Verdict.VALID),
        (method(key_id, controller="https://evil.example/"), Verdict.NOT_VALID),
        ({"verificationMethod": [method(key_id)], "id": "https://school.example/x"}, Verdict.VALID),
        ({"id": "https://school.example/x"}, Verdict.COULD_NOT_TELL),
    ):
        key = {key_id: as_json(members).encode()}
        for name in ("assertionMethod", "verificationMethod", "publicKey"):
            assert check(document, published(WEB, **{name: [key_id]}) | key).verdict is verdict
        unlisted = check(document, silent | key)
        assert unlisted.verdict is (Verdict.COULD_NOT_TELL if verdict is Verdict.VALID else verdict)
    altered = {**document, "name": "Brain Surgery"}
    assert check(altered, silent | {key_id: as_json(method(key_id)).encode()}).verdict is Verdict.NOT_VALID


@pytest.mark.parametrize("member", ["expires", "revoked"])
def test_a_key_document_may_say_that_the_key_has_ended(member: str) -> None:
    key_id = "https://school.example/keys/1"
    profile = published(WEB, assertionMethod=key_id)
    for moment, verdict in (("2026-02-01T00:00:00Z", Verdict.NOT_VALID), (None, Verdict.VALID)):
        ended = {key_id: as_json(method(key_id, **{member: moment})).encode()}
        assert check(by_web_issuer(key_id), profile | ended).verdict is verdict


def test_on_a_host_of_many_a_key_beside_the_issuer_s_profile_proves_nothing() -> None:
    issuer_id, key_id = "https://raw.host.example/university/issuer.json", "https://raw.host.example/mallory/key.json"
    forged = by_web_issuer(key_id, issuer={"id": issuer_id, "type": ["Profile"], "name": "University"})
    key = {key_id: as_json(method(key_id, controller=issuer_id)).encode()}
    report = check(forged, published(issuer_id, type="Issuer", name="University") | key)
    assert report.verdict is Verdict.COULD_NOT_TELL
    ((ok, sentence),) = told(report, "proof")
    assert ok is None
    assert sentence.endswith(f"nothing proves that this key belongs to {issuer_id}. {issuer_id} does not list it.")
    assert all(ok is None for ok, _ in told(report, "issuer"))
    assert check(forged, published(issuer_id, assertionMethod=key_id) | key).verdict is Verdict.VALID


def test_a_document_at_the_issuer_s_own_address_may_be_its_key() -> None:
    document = by_web_issuer(WEB)
    assert check(document, {WEB: as_json(method(WEB)).encode()}).verdict is Verdict.VALID
    assert check(document, published(WEB)).verdict is Verdict.COULD_NOT_TELL
    assert check(document, {}).verdict is Verdict.COULD_NOT_TELL
    naming = {WEB: as_json({**method(WEB), "assertionMethod": f"{WEB}#other"}).encode()}
    assert check(document, naming).verdict is Verdict.COULD_NOT_TELL


def test_a_key_beside_an_issuer_of_whom_nothing_is_published_proves_nothing() -> None:
    """Anybody can name an address at which there is nothing, and publish a key on the same host of many."""
    key_id = "https://school.example/keys/1"
    world = {key_id: as_json(method(key_id)).encode()}
    assert check(by_web_issuer(key_id), world).verdict is Verdict.COULD_NOT_TELL
    listing = published(WEB, verificationMethod=[method(f"{WEB}#other")])
    assert check(by_web_issuer(key_id), world | listing).verdict is Verdict.COULD_NOT_TELL


def test_a_key_document_elsewhere_is_the_issuer_s_only_if_its_profile_says_so() -> None:
    key_id = "https://keys.example/1"
    world = {key_id: as_json(method(key_id)).encode()}
    report = check(by_web_issuer(key_id), world)
    assert report.verdict is Verdict.COULD_NOT_TELL
    assert "Nothing proves that the key https://keys.example/1 is the issuer's" in told(report, "proof")[0][1]
    assert check(by_web_issuer(key_id), {**world, **published(WEB, publicKey=key_id)}).verdict is Verdict.VALID


def test_the_published_vector_names_a_key_that_nothing_ties_to_its_issuer() -> None:
    document = {**VECTOR["document"], "proof": VECTOR["proof"]}
    issuer_id, key_id = document["issuer"]["id"], VECTOR["proof"]["verificationMethod"]
    report = check(document, {})
    assert report.verdict is Verdict.COULD_NOT_TELL
    assert "The signature fits the key that the badge itself names, but nothing proves" in told(report, "proof")[0][1]
    name = f"“Teamwork”, issued by “Example Corp” ({issuer_id})."
    assert told(report, "issuer") == [(None, f"It says of itself: {name}")]
    listed = check(document, published(issuer_id, assertionMethod=key_id))
    assert listed.verdict is Verdict.VALID
    assert told(listed, "issuer") == [(True, f"{name} The name is what the issuer calls itself; go by the address.")]
    forged = {**document, "name": "Brain Surgery"}
    assert check(forged, {}).verdict is Verdict.NOT_VALID


def test_a_profile_of_somebody_else_says_nothing() -> None:
    world = {WEB: as_json({"id": "https://evil.example/", "publicKey": method(f"{WEB}#k")}).encode()}
    assert check(by_web_issuer(), world).verdict is Verdict.COULD_NOT_TELL


# ── key documents of DIDs ─────────────────────────────────────────────────────


def did_document(**changes: Any) -> dict[str, bytes]:
    return {**SITE, DID: as_json({**json.loads(SITE[DID]), **changes}).encode()}


def test_keys_are_read_in_each_form_that_did_documents_have() -> None:
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64url(KEY.private.public_key().public_bytes_raw())}
    full = {"id": KEY.key_id, "type": "JsonWebKey", "controller": ISSUER.did, "publicKeyJwk": jwk}
    for changes in (
        {"verificationMethod": [full]},
        {"verificationMethod": full, "assertionMethod": "#key-1"},
        {"verificationMethod": [{**full, "id": "#key-1"}], "assertionMethod": ["#key-1"]},
        {"verificationMethod": [], "assertionMethod": [full]},
    ):
        assert check(signed(AWARD), did_document(**changes)).verdict is Verdict.VALID
    other = {**full, "publicKeyJwk": jwk_of(ec.derive_private_key(7, ec.SECP256R1()).public_key())}
    assert check(signed(AWARD), did_document(verificationMethod=[other])).verdict is Verdict.NOT_VALID
    private = {**full, "publicKeyJwk": {**jwk, "d": jwk["x"]}}
    report = check(signed(AWARD), did_document(verificationMethod=[private]))
    assert "private half of the issuer's key is public" in told(report, "proof")[0][1]


def test_a_key_of_a_kind_that_is_not_known_can_t_be_told() -> None:
    for key in ({"publicKeyMultibase": "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme"}, {"publicKeyHex": "00"}):
        odd = {"id": KEY.key_id, "type": "Odd", "controller": ISSUER.did, **key}
        assert check(signed(AWARD), did_document(verificationMethod=[odd])).verdict is Verdict.COULD_NOT_TELL


def test_did_jwk_is_an_issuer_too() -> None:
    jwk = jwk_of(KEY.private.public_key())
    issuer_id = f"did:jwk:{base64url(as_json(jwk).encode())}"
    document = by_web_issuer(f"{issuer_id}#0", issuer={"id": issuer_id, "type": ["Profile"], "name": "Me"})
    report = check(document, {})
    assert report.verdict is Verdict.VALID
    assert "nothing proves its name" in told(report, "issuer")[0][1]
    damaged = {**document, "issuer": "did:jwk:e30", "proof": {**document["proof"], "verificationMethod": "did:jwk:e30"}}
    assert check(damaged, {}).verdict is not Verdict.VALID


# ── proofs ────────────────────────────────────────────────────────────────────


def test_one_good_proof_among_several_is_enough() -> None:
    document = signed(AWARD)
    other = {**document["proof"], "cryptosuite": "ecdsa-rdfc-2019"}
    broken = {**document["proof"], "created": "2020-01-01T00:00:00Z"}
    for proofs in ([other, document["proof"]], [document["proof"], other], [broken, document["proof"]]):
        assert check({**document, "proof": proofs}).verdict is Verdict.VALID
    assert check({**document, "proof": [broken, broken]}).verdict is Verdict.NOT_VALID
    assert check({**document, "proof": [other, other]}).verdict is Verdict.COULD_NOT_TELL
    assert check({**document, "proof": []}).verdict is Verdict.NOT_VALID
    assert check({**document, "proof": [broken] * 9 + [document["proof"]]}).verdict is Verdict.NOT_VALID


@pytest.mark.parametrize("other", [True, None, 7, "eddsa", []])
def test_what_stands_beside_a_good_proof_is_a_proof(other: object) -> None:
    document = signed(AWARD)
    for proofs in ([other, document["proof"]], [document["proof"], other]):
        assert check({**document, "proof": proofs}).verdict is Verdict.NOT_VALID


def test_a_proof_that_builds_on_another_can_t_be_told() -> None:
    document = signed(AWARD)
    report = check({**document, "proof": {**document["proof"], "previousProof": "urn:uuid:1"}})
    assert told(report, "proof") == [(None, "Its proof builds on another proof, which can't be checked here.")]


def test_a_credential_with_endorsements_says_that_they_were_not_checked() -> None:
    document = open_badges_3.credential(AWARD, ISSUER)
    report = check(sign({**document, "endorsementJwt": ["eyJ.e30.AA"]}, KEY, ISSUED))
    assert report.verdict is Verdict.VALID
    assert told(report, "endorsement") == [
        (True, "It brings an endorsement by somebody else, which was not checked."),
    ]


def test_a_credential_of_another_kind_is_no_badge() -> None:
    report = check(SITE[AWARD.status_list_url])
    assert report.verdict is Verdict.NOT_VALID
    assert "a credential of another kind" in told(report, "document")[0][1]


def test_an_unversioned_context_can_t_be_told() -> None:
    contexts = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context.json"]
    report = check({**signed(AWARD), "@context": contexts})
    assert report.verdict is Verdict.COULD_NOT_TELL
    assert "uses the context" in told(report, "proof")[0][1]


# ── pictures ──────────────────────────────────────────────────────────────────

DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'
ASSERTION = SITE[AWARD.assertion_url].decode()


def test_a_drawing_is_read_like_any_picture() -> None:
    badge = svg.bake(DRAWING, credential=as_json(signed(AWARD)), assertion=ASSERTION)
    report = check(badge, recipient=AWARD.recipient)
    assert report.verdict is Verdict.VALID
    assert list(report.parts) == ["3.0", "2.0"]
    assert check(DRAWING).findings[0].sentence == "There is no badge in this picture."
    assert check(badge[:-9]).verdict is Verdict.NOT_VALID
    altered = check(badge.replace(b"First Aid", b"Last Aids"))
    assert altered.verdict is Verdict.NOT_VALID
    twice = badge.replace(
        b"<rect", badge[badge.index(b"<openbadges:credential") : badge.index(b"<openbadges:a")] + b"<rect"
    )
    assert "two badges of one kind" in check(twice).findings[0].sentence


def test_a_picture_with_a_good_and_a_bad_badge_is_not_valid_and_it_is_said_which() -> None:
    forged = as_json({**json.loads(ASSERTION), "narrative": "the best of all"})
    report = check(bake(artwork(), credential=as_json(signed(AWARD)), assertion=forged))
    assert report.verdict is Verdict.NOT_VALID
    assert {finding.document for finding in report.findings if finding.ok is False} == {"2.0"}
    assert {finding.ok for finding in report.parts["3.0"]} == {True}


def test_a_badge_that_names_many_addresses_is_left() -> None:
    asked: list[str] = []

    def fetch(url: str) -> bytes | None:
        asked.append(url)
        return None

    spare = sparing(fetch)
    for number in [*range(MOST_ADDRESSES), *range(MOST_ADDRESSES)]:
        assert spare(f"https://x.example/{number}") is None
    with pytest.raises(OutOfReach, match="names too many addresses"):
        spare("https://x.example/more")
    assert asked == [f"https://x.example/{number}" for number in range(MOST_ADDRESSES)]
