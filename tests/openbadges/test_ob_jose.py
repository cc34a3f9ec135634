import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from hypothesis import example, given
from hypothesis import strategies as st
from ob_samples import ISSUED, ISSUER, make_award

from bridge.openbadges import open_badges_3
from bridge.openbadges.errors import BadDocument, BadKey, CannotTell, OpenBadgesError, ProofInvalid
from bridge.openbadges.signing import jose
from bridge.openbadges.signing.jwk import base64url, from_base64url, jwk_from_pem, jwk_of, public_key, thumbprint
from bridge.openbadges.signing.keys import JwtKey

RSA = rsa.generate_private_key(65537, 2048)
P256 = ec.derive_private_key(20_260_115, ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))

KEYS = {"RS256": JwtKey(f"{ISSUER.did}#rsa", RSA), "ES256": JwtKey(f"{ISSUER.did}#p256", P256)}
EACH = pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)


def vc_jwt(key: JwtKey, **changes: Any) -> str:
    return jose.sign_vc_jwt(open_badges_3.credential(make_award(**changes), ISSUER), key)


def pem(key: Any) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    text: bytes = key.public_key().public_bytes(serialization.Encoding.PEM, form)
    return text.decode()


def made(header: object, payload: bytes = b"{}", signature: bytes = b"") -> jose.Token:
    parts = (json.dumps(header).encode(), payload, signature)
    return jose.parse_token(".".join(map(base64url, parts)))


@EACH
def test_a_vc_jwt_holds_the_whole_credential_and_says_it_again_as_claims(key: JwtKey) -> None:
    ends = ISSUED + timedelta(days=365)
    document = open_badges_3.credential(make_award(expires=ends), ISSUER)
    token = jose.parse_token(jose.sign_vc_jwt(document, key))
    claims = json.loads(token.payload)
    subject = claims["credentialSubject"].pop("id")
    told = {name: claims.pop(name) for name in ("iss", "jti", "nbf", "exp", "sub")}
    assert token.header == {"alg": key.algorithm, "kid": key.key_id, "typ": "JWT"}
    assert claims == document
    assert told == {
        "iss": ISSUER.did,
        "jti": document["id"],
        "nbf": int(ISSUED.timestamp()),
        "exp": int(ends.timestamp()),
        "sub": subject,
    }


def test_the_subject_of_a_vc_jwt_tells_nothing_about_the_person() -> None:
    one, same, other = (
        json.loads(jose.parse_token(vc_jwt(KEYS["ES256"], **changes)).payload)["sub"]
        for changes in ({}, {"recipient": "someone.else@district.example"}, {"credential_id": "urn:uuid:other"})
    )
    assert one == same
    assert one != other
    assert one.startswith("urn:uuid:")


@EACH
def test_the_same_credential_gives_the_same_token(key: JwtKey) -> None:
    assert vc_jwt(key) == vc_jwt(key)


def test_a_credential_without_id_or_date_is_not_signed() -> None:
    whole = open_badges_3.credential(make_award(), ISSUER)
    for lacking in ("id", "issuer", "validFrom"):
        document = {name: value for name, value in whole.items() if name != lacking}
        with pytest.raises(BadDocument, match="can't be signed"):
            jose.sign_vc_jwt(document, KEYS["ES256"])


@EACH
def test_a_token_is_its_keys_own_and_no_other_one(key: JwtKey) -> None:
    token = jose.parse_token(vc_jwt(key))
    other = (
        ec.derive_private_key(7, ec.SECP256R1()) if key.algorithm == "ES256" else rsa.generate_private_key(65537, 2048)
    )
    altered = token.signing_input[:-1] + (b"A" if token.signing_input[-1:] != b"A" else b"B")
    assert jose.verifies(token, key.public.jwk)
    assert not jose.verifies(replace(token, signing_input=altered), key.public.jwk)
    assert not jose.verifies(replace(token, signature=token.signature[:-1]), key.public.jwk)
    assert not jose.verifies(replace(token, signature=b""), key.public.jwk)
    assert not jose.verifies(token, JwtKey("other", other).public.jwk)


@EACH
def test_pyjwt_reads_our_tokens_and_we_read_its(key: JwtKey) -> None:
    theirs = jwt.PyJWK.from_dict(dict(key.public.jwk), algorithm=key.algorithm)
    when = {"verify_nbf": True, "verify_exp": True}
    claims = jwt.decode(vc_jwt(key), theirs, algorithms=[key.algorithm], issuer=ISSUER.did, options=when)
    assert claims["jti"] == make_award().credential_id
    token = jwt.encode({"a": 1}, key.private, algorithm=key.algorithm)
    assert jose.verifies(jose.parse_token(token), key.public.jwk)
    ended = vc_jwt(key, expires=datetime(2026, 1, 16, tzinfo=UTC) - timedelta(days=1))
    with pytest.raises(jwt.ExpiredSignatureError):
        jwt.decode(ended, theirs, algorithms=[key.algorithm])


def test_ed25519_is_read_by_its_old_name_and_its_new_one() -> None:
    token = jose.parse_token(jwt.encode({"a": 1}, ED, algorithm="EdDSA"))
    assert jose.verifies(token, jwk_of(ED.public_key()))
    header = base64url(b'{"alg":"Ed25519"}')
    signing_input = f"{header}.e30".encode()
    renamed = jose.parse_token(f"{header}.e30.{base64url(ED.sign(signing_input))}")
    assert jose.verifies(renamed, jwk_of(ED.public_key()))


def test_the_signature_of_the_standards_own_example_fits() -> None:
    """RFC 7515, A.3 (ES256)."""
    key = {
        "kty": "EC",
        "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    }
    token = jose.parse_token(
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    )
    assert jose.verifies(token, key)
    assert b"http://example.com/is_root" in token.payload


@pytest.mark.parametrize("name", ["none", "None", "nOnE", "", None, 5, "HS256", "hs512"])
def test_tokens_that_prove_nothing_are_refused(name: object) -> None:
    for jwk in (KEYS["RS256"].public.jwk, {"kty": "oct", "k": base64url(b"secret")}):
        with pytest.raises(ProofInvalid, match=r"not signed|shared secret"):
            jose.verifies(made({"alg": name}), jwk)


def test_a_public_key_is_no_shared_secret() -> None:
    """The oldest trick: HS256 with the text of the RSA key, which everybody has."""
    text = pem(RSA).encode()
    parts = ".".join(map(base64url, (b'{"alg":"HS256","typ":"JWT"}', b'{"iss":"me"}')))
    token = jose.parse_token(f"{parts}.{base64url(hmac.digest(text, parts.encode(), 'sha256'))}")
    with pytest.raises(ProofInvalid, match="shared secret"):
        jose.verifies(token, jwk_from_pem(text))


@pytest.mark.parametrize("name", ["PS256", "ES384", "ES256K", "RS512", "\x1b[31mred"])
def test_other_algorithms_can_not_be_told(name: str) -> None:
    with pytest.raises(CannotTell, match="can't be checked here") as caught:
        jose.verifies(made({"alg": name}), KEYS["RS256"].public.jwk)
    assert "\x1b" not in str(caught.value)


def test_algorithm_and_key_must_fit() -> None:
    keys = {**{name: key.public.jwk for name, key in KEYS.items()}, "EdDSA": jwk_of(ED.public_key())}
    for name in keys:
        for other, jwk in keys.items():
            if other != name:
                with pytest.raises(ProofInvalid, match="another algorithm"):
                    jose.verifies(made({"alg": name}), jwk)
    with pytest.raises(ProofInvalid, match="another algorithm"):
        jose.verifies(made({"alg": "RS256"}), {**keys["RS256"], "alg": "PS256"})
    for unfit in ({"use": "enc"}, {"key_ops": ["encrypt"]}, {"key_ops": 5}):
        with pytest.raises(ProofInvalid, match="not one for signatures"):
            jose.verifies(made({"alg": "RS256"}), {**keys["RS256"], **unfit})


def test_extensions_that_must_be_understood_are_refused() -> None:
    with pytest.raises(ProofInvalid, match="crit"):
        jose.verifies(made({"alg": "ES256", "crit": ["b64"], "b64": False}), KEYS["ES256"].public.jwk)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "three parts"),
        ("a.b", "three parts"),
        ("a.b.c.d", "three parts"),
        ("eyJhbGciOiJFUzI1NiJ9.e30=.AAAA", "base64url"),
        ("eyJhbGciOiJFUzI1NiJ9.e3 0.AAAA", "base64url"),
        ("eyJhbGciOiJFUzI1NiJ9.e30.A+/A", "base64url"),
        ("eyJhbGciOiJFUzI1NiJ9.e30.AB", "base64url"),  # stray bits: another spelling of the same signature
        ("eyJhbGciOiJFUzI1NiJ9.e30.A", "base64url"),
        ("eyJhbGciOiJFUzI1NiJ9.é.AAAA", "base64url"),
        ("e30x.e30.AAAA", "not readable"),
        ("W10.e30.AAAA", "not an object"),
        (base64url(b"\xff\xfe") + ".e30.AAAA", "not readable"),
        (base64url(b'{"alg":"none","alg":"RS256"}') + ".e30.AAAA", "not readable"),
        (base64url(b"[" * 5000) + ".e30.AAAA", "not readable"),
        ("a" * 1_100_000, "1 MiB"),
    ],
)
def test_what_is_no_token_is_told(text: str, sentence: str) -> None:
    with pytest.raises(BadDocument, match=sentence):
        jose.parse_token(text)


@EACH
def test_a_cheap_look_tells_tokens_from_documents(key: JwtKey) -> None:
    assert jose.is_token(vc_jwt(key))
    assert jose.is_token("\n " + vc_jwt(key) + "\n")
    for spelling in ('{ "alg":"x"}', '{\n"alg":"x"}', '{\r\n"alg":"x"}', '{\t"alg":"x"}'):
        assert jose.is_token(f"{base64url(spelling.encode())}.e30.AAAA")
    for other in ("", "{}", '{"a": "eyJh.e30.b"}', "https://badges.example/a.b.c", "hello. you. there", "eyJ"):
        assert not jose.is_token(other)


@given(st.binary(max_size=200))
def test_base64url_comes_back(data: bytes) -> None:
    assert from_base64url(base64url(data)) == data


@given(st.text(max_size=60))
@example("..")
def test_any_text_is_a_token_or_a_sentence(text: str) -> None:
    sentence, whole = "", text.strip()
    try:
        token = jose.parse_token(text)
        whole = ".".join([token.signing_input.decode(), base64url(token.signature)])
    except BadDocument as error:
        sentence = str(error)
    assert whole == text.strip()
    assert sentence.endswith(".") or not sentence


JSONS = st.recursive(
    st.none() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3), max_leaves=4
)


@given(
    st.dictionaries(
        st.sampled_from(["kty", "crv", "n", "e", "x", "y", "use", "alg"]),
        JSONS | st.sampled_from(["RSA", "EC", "P-256", "OKP", "Ed25519", "AQAB"]),
    )
)
@example({"kty": "EC", "crv": "P-256", "x": base64url(bytes(32)), "y": base64url(bytes(32))})
@example({"kty": "RSA", "n": base64url(b"\xff" * 256), "e": base64url(b"\0")})
@example({"kty": "RSA", "n": base64url(b"\xff" * 256), "e": base64url(b"\xff" * 256)})
def test_any_jwk_is_a_key_or_a_sentence(jwk: dict[str, Any]) -> None:
    with pytest.raises(OpenBadgesError, match=r"\.$"):
        jose.verifies(made({"alg": "RS256"}), jwk)


def test_keys_that_vouch_for_nothing_are_refused() -> None:
    short = jwk_of(rsa.generate_private_key(65537, 1024).public_key())  # noqa: S505 - that is the point
    with pytest.raises(BadKey, match="1024 bits"):
        public_key(short)
    with pytest.raises(BadKey, match="bits"):
        public_key({"kty": "RSA", "e": "AQAB", "n": base64url(b"\xff" * 1200)})
    with pytest.raises(BadKey, match="anyone can sign"):
        public_key({**KEYS["ES256"].public.jwk, "d": "AAAA"})
    with pytest.raises(BadKey, match="damaged"):
        public_key({**KEYS["ES256"].public.jwk, "x": base64url(bytes(31))})
    with pytest.raises(CannotTell, match="kind 'EC P-384'"):
        public_key({"kty": "EC", "crv": "P-384", "x": "", "y": ""})


def test_the_pem_of_open_badges_2_becomes_a_jwk() -> None:
    for key in (RSA, P256, ED):
        assert jwk_from_pem(pem(key)) == jwk_of(key.public_key())
    pkcs1 = RSA.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.PKCS1)
    assert jwk_from_pem(pkcs1) == jwk_of(RSA.public_key())
    for text in ("", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "\ud800"):
        with pytest.raises(BadKey, match="not a public key in PEM form"):
            jwk_from_pem(text)
    for other in (dsa.generate_private_key(2048), ec.generate_private_key(ec.SECP384R1())):
        with pytest.raises(CannotTell, match="can't be used here"):
            jwk_from_pem(pem(other))


def test_a_thumbprint_is_the_one_of_the_standard() -> None:
    """RFC 7638, 3.1."""
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs"
        "tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn"
        "1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    jwk = {"kty": "RSA", "n": modulus, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}
    assert thumbprint(jwk) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    assert thumbprint({**jwk_of(P256.public_key()), "kid": "x"}) == thumbprint(jwk_of(P256.public_key()))
