"""verify reads VC-JWT: whose key it is decides, and a token that contradicts itself is not genuine."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from ob_samples import ISSUED, ISSUER, NOW, URL, artwork, as_json, fetcher, make_award, site
from openbadgeslib.ob3.credential import Achievement, Issuer, OpenBadgeCredential
from openbadgeslib.ob3.did import did_jwk_from_jwk, did_key_from_pem
from openbadgeslib.ob3.signer import OB3Signer

from bridge.openbadges import addresses, did, open_badges_3
from bridge.openbadges.pictures.baking import bake
from bridge.openbadges.signing import jose
from bridge.openbadges.signing.jwk import jwk_of
from bridge.openbadges.signing.keys import JwtKey, PublicJwk
from bridge.openbadges.verifying.verify import Report, Verdict, verify

RSA = rsa.generate_private_key(65537, 2048)
P256 = ec.derive_private_key(20_260_115, ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = ec.derive_private_key(7, ec.SECP256R1())

KEYS = {"RS256": JwtKey(f"{ISSUER.did}#rsa", RSA), "ES256": JwtKey(f"{ISSUER.did}#p256", P256)}
EACH = pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
AWARD = make_award(expires=NOW + timedelta(days=365))
DID = addresses.did_url(ISSUER.did)
LISTED = did.did_document(ISSUER, [PublicJwk(key.key_id, jwk_of(key.private.public_key())) for key in KEYS.values()])
SITE = {**site(AWARD), DID: as_json(LISTED).encode()}
WEB = "https://school.example/issuer.json"

Document = dict[str, Any]


def credential(**changes: Any) -> Document:
    """The sample credential, without a status list (whose key these issuers do not have), with *changes*."""
    document = {**open_badges_3.credential(AWARD, ISSUER), **changes}
    del document["credentialStatus"]
    return document


def check(token: str | bytes, published: Mapping[str, bytes] = SITE, **options: Any) -> Report:
    data = token if isinstance(token, bytes) else token.encode()
    return verify(data, fetcher(dict(published)), options.pop("now", NOW), **options)


def told(report: Report, kind: str) -> list[tuple[bool | None, str]]:
    return [(finding.ok, finding.sentence) for finding in report.findings if finding.kind == kind]


def proof(report: Report) -> str:
    (found,) = told(report, "proof")
    return found[1]


def signed(claims: Mapping[str, Any], private: Any = P256, **header: Any) -> str:
    key = JwtKey("x", private) if not isinstance(private, ed25519.Ed25519PrivateKey) else None
    if key:
        return jose.sign_token({"alg": key.algorithm, **header}, claims, key)
    parts = [jose.base64url(json.dumps(part).encode()) for part in ({"alg": "EdDSA", **header}, claims)]
    return ".".join([*parts, jose.base64url(ED.sign(".".join(parts).encode()))])


def published(issuer_id: str, **members: Any) -> dict[str, bytes]:
    return {issuer_id: json.dumps({"id": issuer_id, "type": "Profile", **members}).encode()}


def claims_of(document: Document, **changes: Any) -> Document:
    issuer_id = document["issuer"]["id"] if isinstance(document["issuer"], dict) else document["issuer"]
    return {**document, "iss": issuer_id, "jti": document["id"], "nbf": int(ISSUED.timestamp()), **changes}


# ── whose key ─────────────────────────────────────────────────────────────────


@EACH
@pytest.mark.parametrize("form", ["text", "png"])
def test_a_token_of_ours_is_valid(key: JwtKey, form: str) -> None:
    token = jose.sign_vc_jwt(credential(), key)
    report = check(bake(artwork(), credential=token) if form == "png" else f"\n{token}\n", recipient=AWARD.recipient)
    assert report.verdict is Verdict.VALID
    assert "It is genuine" in proof(report)
    assert told(report, "recipient") == [(True, "It was issued to ada.lovelace@district.example.")]
    assert {finding.document for finding in report.findings} == {"3.0"}


@EACH
def test_a_token_that_was_changed_is_not_valid(key: JwtKey) -> None:
    head, body, end = jose.sign_vc_jwt(credential(), key).split(".")
    other = jose.base64url(jose.parse_token(f"{head}.{body}.{end}").payload.replace(b"First Aid", b"Last Aids"))
    assert "changed after it was signed" in proof(check(f"{head}.{other}.{end}"))
    assert check(f"{head}.{body}.{end[:-4]}").verdict is Verdict.NOT_VALID
    assert check(f"{head}.{body}=.{end}").verdict is not Verdict.VALID


def test_a_key_that_the_issuer_does_not_list_is_not_its_key() -> None:
    claims = claims_of(credential())
    report = check(signed(claims, OTHER, kid=f"{ISSUER.did}#other"))
    assert report.verdict is Verdict.NOT_VALID
    assert "does not list the key" in proof(report)
    assert "is not the issuer's" in proof(check(signed(claims, OTHER, kid="did:web:evil.example#k")))
    assert "does not list" in proof(check(signed(claims, OTHER, jwk=jwk_of(OTHER.public_key()))))


def test_a_key_in_the_token_counts_if_the_issuer_lists_that_very_key() -> None:
    claims = claims_of(credential())
    assert check(signed(claims, jwk=jwk_of(P256.public_key()))).verdict is Verdict.VALID
    assert check(signed(claims, kid="p256")).verdict is Verdict.VALID
    assert check(signed(claims)).verdict is Verdict.VALID  # no key named: one that the issuer lists fits
    wrong = check(signed(claims, jwk=jwk_of(OTHER.public_key())))
    assert "changed after" in proof(wrong)


def test_kid_wins_over_jwk() -> None:
    """Open Badges 3.0, 8.2.5: a key that travels along does not help a badge whose kid names another one."""
    token = signed(claims_of(credential()), OTHER, kid=f"{ISSUER.did}#p256", jwk=jwk_of(OTHER.public_key()))
    assert "changed after it was signed" in proof(check(token))


def test_an_issuer_who_is_its_key_needs_no_site() -> None:
    pem = P256.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    for issuer_id in (did_key_from_pem(pem), did_jwk_from_jwk(jwk_of(P256.public_key()))):
        document = credential(issuer={"id": issuer_id, "type": ["Profile"], "name": "Harvard"})
        for header in ({"jwk": jwk_of(P256.public_key())}, {"kid": f"{issuer_id}#0"}, {}):
            report = check(signed(claims_of(document), **header), {})
            assert report.verdict is Verdict.VALID
            assert "nothing proves its name" in told(report, "issuer")[0][1]
        assert check(signed(claims_of(document), OTHER, jwk=jwk_of(OTHER.public_key())), {}).verdict is (
            Verdict.NOT_VALID
        )


def test_ed25519_tokens_are_read_too() -> None:
    issuer_id = did_jwk_from_jwk(jwk_of(ED.public_key()))
    assert check(signed(claims_of(credential(issuer=issuer_id)), ED), {}).verdict is Verdict.VALID


# ── issuers known by a web address ────────────────────────────────────────────


def web_claims(**changes: Any) -> Document:
    return claims_of(credential(issuer={"id": WEB, "type": ["Profile"], "name": "School"}), **changes)


def test_a_key_that_the_issuer_s_profile_lists_is_its_key() -> None:
    method = {"id": f"{WEB}#k", "controller": WEB, "publicKeyJwk": jwk_of(P256.public_key())}
    for members in ({"verificationMethod": [method]}, {"assertionMethod": method}, {"publicKey": method}):
        for header in ({"kid": f"{WEB}#k"}, {"jwk": jwk_of(P256.public_key())}):
            assert check(signed(web_claims(), **header), published(WEB, **members)).verdict is Verdict.VALID


def test_a_bare_key_on_the_issuer_s_own_origin_is_its_key_if_its_profile_lists_it() -> None:
    key_id = "https://school.example/keys/1"
    key = {key_id: json.dumps(jwk_of(P256.public_key())).encode()}
    silent, listing = published(WEB), published(WEB, publicKey=key_id)
    assert check(signed(web_claims(), kid=key_id), key | listing).verdict is Verdict.VALID
    unlisted = check(signed(web_claims(), kid=key_id), key | silent)
    assert unlisted.verdict is Verdict.COULD_NOT_TELL
    assert f"nothing proves that this key belongs to {WEB}" in proof(unlisted)
    for profile in (silent, listing):
        assert "changed after" in proof(check(signed(web_claims(), OTHER, kid=key_id), key | profile))


@pytest.mark.parametrize(
    "key_id", ["https://evil.example/keys/1", "http://school.example/keys/1", "https://school.example:444/k"]
)
def test_a_key_somewhere_else_proves_nothing(key_id: str) -> None:
    world = {key_id: json.dumps(jwk_of(P256.public_key())).encode(), **published(WEB)}
    report = check(signed(web_claims(), kid=key_id), world)
    assert report.verdict is Verdict.COULD_NOT_TELL
    assert "Nothing proves that the key" in proof(report)


def test_a_key_that_only_the_badge_names_proves_nothing() -> None:
    report = check(signed(web_claims(), jwk=jwk_of(P256.public_key())), published(WEB))
    assert report.verdict is Verdict.COULD_NOT_TELL
    assert "nothing proves that this key belongs to https://school.example/issuer.json" in proof(report)
    unreachable = check(signed(web_claims(), jwk=jwk_of(P256.public_key())), {})
    assert "nothing was found at https://school.example/issuer.json" in proof(unreachable)


def test_a_key_address_counts_for_a_did_only_if_it_lists_that_key() -> None:
    key_id = "https://badges.district.example/somebody/key.json"
    for private, verdict in ((P256, Verdict.VALID), (OTHER, Verdict.NOT_VALID)):
        world = {**SITE, key_id: json.dumps(jwk_of(private.public_key())).encode()}
        assert check(signed(claims_of(credential()), private, kid=key_id), world).verdict is verdict


# ── what it says ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("claim", "value", "word"),
    [
        ("iss", "did:web:evil.example", "issuer"),
        ("iss", None, "issuer"),
        ("jti", "urn:uuid:00000000-0000-0000-0000-000000000000", "id"),
        ("sub", "did:example:eve", "recipient"),
        ("nbf", int(ISSUED.timestamp()) + 1, "beginning"),
        ("nbf", "yesterday", "beginning"),
        ("exp", int(NOW.timestamp()) + 10**9, "end"),
        ("exp", 1e300, "end"),
    ],
)
def test_a_token_that_contradicts_itself_is_not_valid(claim: str, value: object, word: str) -> None:
    document = credential()
    document["credentialSubject"] = {**document["credentialSubject"], "id": "did:example:ada"}
    report = check(signed(claims_of(document, **{claim: value}), kid=f"{ISSUER.did}#p256"))
    assert report.verdict is Verdict.NOT_VALID
    assert f"It contradicts itself: as its {word} it names" in proof(report)


def test_the_end_that_only_the_token_tells_counts() -> None:
    document = {name: value for name, value in credential().items() if name not in ("validUntil", "validFrom")}
    token = signed(claims_of(document, exp=int(NOW.timestamp()) - 1), kid=f"{ISSUER.did}#p256")
    assert told(check(token), "expiry") == [(False, "It expired on 2026-02-28.")]
    assert check(token, now=ISSUED).verdict is Verdict.VALID


def test_the_older_form_with_a_vc_claim_is_read() -> None:
    document = credential()
    claims = {**claims_of({"id": document["id"], "issuer": ISSUER.did}), "vc": document}
    assert check(signed(claims, kid=f"{ISSUER.did}#p256")).verdict is Verdict.VALID


def older(**times: str) -> Document:
    """The sample credential as the data model 1.1 writes it: with older names for its times, none of its issuer."""
    left_out = ("validFrom", "validUntil", "issuer", "id")
    return {**{name: value for name, value in credential().items() if name not in left_out}, **times}


START, END = int(ISSUED.timestamp()), int(NOW.timestamp()) + 1000
DATES = {"issuanceDate": "2026-01-15T09:30:00Z", "expirationDate": "2026-03-01T00:16:40Z"}
NAMES = {"iss": ISSUER.did, "jti": "urn:uuid:58172aac-d8ba-51ed-83dd-0b3aef56cc33"}


@pytest.mark.parametrize("nested", [True, False])
@pytest.mark.parametrize(
    ("claims", "times", "verdict"),
    [
        ({"nbf": START, "exp": END}, DATES, Verdict.VALID),
        ({"nbf": START, "exp": END - 2000}, DATES, Verdict.NOT_VALID),
        ({"nbf": START + 10**8, "exp": END}, DATES, Verdict.NOT_VALID),
        ({"exp": END + 1}, DATES, Verdict.NOT_VALID),
        ({}, {**DATES, "expirationDate": "2026-02-01T00:00:00Z"}, Verdict.NOT_VALID),
        ({}, {**DATES, "validUntil": "2026-02-01T00:00:00Z"}, Verdict.NOT_VALID),
        ({}, {**DATES, "validUntil": "2030-01-01T00:00:00Z"}, Verdict.VALID),
        (
            {},
            {**DATES, "expirationDate": "2026-02-01T00:00:00Z", "validUntil": "2030-01-01T00:00:00Z"},
            Verdict.NOT_VALID,
        ),
        ({}, {**DATES, "validFrom": "2026-04-01T00:00:00Z"}, Verdict.NOT_VALID),
        ({"nbf": START}, {"issuanceDate": DATES["issuanceDate"], "validUntil": "soon"}, Verdict.COULD_NOT_TELL),
        ({"nbf": START}, {**DATES, "validUntil": "soon"}, Verdict.COULD_NOT_TELL),
    ],
    ids=range(11),
)
def test_of_several_times_the_strictest_counts_by_whatever_name(
    nested: bool, claims: Document, times: dict[str, str], verdict: Verdict
) -> None:
    document = older(**times)
    told = {**NAMES, **claims, **({"vc": document} if nested else {**document, "issuer": ISSUER.did})}
    assert check(signed(told, kid=f"{ISSUER.did}#p256")).verdict is verdict


def test_a_credential_in_a_token_has_the_issuer_and_the_id_that_the_token_names() -> None:
    document = older(**DATES)
    report = check(signed({**NAMES, "vc": document}, kid=f"{ISSUER.did}#p256"))
    assert report.verdict is Verdict.VALID
    assert told(report, "issuer") == [(True, f"“First Aid”, issued by {ISSUER.did}.")]
    for other in ({"issuer": "did:web:evil.example"}, {"id": "urn:uuid:1"}):
        contradicted = check(signed({**NAMES, "vc": {**document, **other}}, kid=f"{ISSUER.did}#p256"))
        assert contradicted.verdict is Verdict.NOT_VALID
        assert "contradicts itself" in proof(contradicted)
    nobody = check(signed({"vc": document, "iss": None}, kid=f"{ISSUER.did}#p256"))
    assert "does not say who issued it" in proof(nobody)


@pytest.mark.parametrize("alg", ["none", "None", "HS256", ""])
def test_a_token_that_nobody_signed_is_not_valid(alg: str) -> None:
    parts = [jose.base64url(json.dumps(part).encode()) for part in ({"alg": alg}, claims_of(credential()))]
    report = check(".".join([*parts, ""]))
    assert report.verdict is Verdict.NOT_VALID


def test_another_algorithm_can_t_be_told() -> None:
    parts = [
        jose.base64url(json.dumps(part).encode())
        for part in ({"alg": "PS512", "kid": f"{ISSUER.did}#rsa"}, claims_of(credential()))
    ]
    report = check(".".join([*parts, "AAAA"]))
    assert report.verdict is Verdict.COULD_NOT_TELL
    assert "PS512, which can't be checked here" in proof(report)


# ── made by others ────────────────────────────────────────────────────────────


def foreign(issuer_id: str, algorithm: str, private: Any, **changes: Any) -> str:
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    made = OpenBadgeCredential(
        issuer=Issuer(id=issuer_id, name="Elsewhere"),
        recipient_id="mailto:ada.lovelace@district.example",
        achievement=Achievement(id=f"{URL}/a", name="Knots", description="Ties knots.", criteria_narrative="Tie ten."),
        issuance_date=ISSUED,
        **changes,
    )
    token: str = OB3Signer(pem, algorithm).sign(made)
    return token


@pytest.mark.parametrize(("algorithm", "private"), [("RS256", RSA), ("ES256", P256)])
def test_tokens_of_openbadgeslib_are_judged(algorithm: str, private: Any) -> None:
    token = foreign(ISSUER.did, algorithm, private)
    assert check(token, recipient="Ada.Lovelace@district.example").verdict is Verdict.VALID
    assert check(token, recipient="eve@district.example").verdict is Verdict.NOT_VALID
    assert check(foreign(ISSUER.did, algorithm, private, expiration_date=NOW)).verdict is Verdict.NOT_VALID
    assert check(token, {}).verdict is Verdict.COULD_NOT_TELL


# ── whatever comes in ─────────────────────────────────────────────────────────

TOKEN = jose.sign_vc_jwt(credential(), KEYS["ES256"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=10), children, max_size=3),
    max_leaves=8,
)


@settings(deadline=20_000, max_examples=100)
@given(st.sampled_from(["alg", "kid", "jwk", "typ", "crit"]), json_values)
def test_any_header_gets_a_report(name: str, value: Any) -> None:
    parts = [jose.base64url(json.dumps({"alg": "ES256", name: value}).encode()), *TOKEN.split(".")[1:]]
    assert check(".".join(parts)).verdict is not Verdict.VALID


@settings(deadline=20_000, max_examples=100)
@given(st.data(), json_values)
def test_any_claim_gets_a_report(data: st.DataObject, value: Any) -> None:
    claims = json.loads(jose.parse_token(TOKEN).payload)
    claims[data.draw(st.sampled_from(sorted(claims)))] = value
    report = check(signed(claims, kid=f"{ISSUER.did}#p256"), recipient=AWARD.recipient)
    assert all(len(finding.sentence) < 1000 and finding.sentence.isprintable() for finding in report.findings)


@settings(deadline=20_000, max_examples=100)
@given(st.integers(0, len(TOKEN) - 1), st.characters(max_codepoint=127))
def test_a_token_with_another_character_is_never_valid(place: int, character: str) -> None:
    bent = TOKEN[:place] + character + TOKEN[place + 1 :]
    assert (check(bent).verdict is Verdict.VALID) == (bent.strip() == TOKEN)
