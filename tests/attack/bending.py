"""Good badges of every form, and ways to bend them: for whoever tries to make a check fail, hang or err."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import strategies as st

from bridge.openbadges import addresses, did, open_badges_2, open_badges_3, status
from bridge.openbadges.findings import Report, Verdict
from bridge.openbadges.pictures import baking, svg
from bridge.openbadges.signing import jose
from bridge.openbadges.signing.jose import sign_vc_jwt
from bridge.openbadges.signing.jwk import jwk_of
from bridge.openbadges.signing.keys import JwtKey, PublicJwk
from bridge.openbadges.signing.proof import sign
from bridge.openbadges.verifying.verify import verify
from tests.openbadges import ob_samples
from tests.openbadges.ob_hostile import TEXTS

ISSUER, NOW = ob_samples.ISSUER, ob_samples.NOW
AWARD = ob_samples.full_award()
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="4"/></svg>'
DID = addresses.did_url(ISSUER.did)

P256 = JwtKey(f"{ISSUER.did}#p256", ec.derive_private_key(20_260_115, ec.SECP256R1()))
RSA = JwtKey(f"{ISSUER.did}#rsa", rsa.generate_private_key(65537, 2048))
RSA_URL = f"{ob_samples.URL}/rsa.json"

CREDENTIAL = ob_samples.signed(AWARD)
ASSERTION = open_badges_2.assertion(AWARD, ISSUER)
SIGNED_ASSERTION = {**ASSERTION, "verification": {"type": "SignedBadge", "creator": RSA_URL}}


def text(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def published() -> dict[str, bytes]:
    """Return all that the issuer publishes, by address: also the keys of tokens."""
    keys = [PublicJwk(key.key_id, jwk_of(key.private.public_key())) for key in (P256, RSA)]
    pem = RSA.private.public_key().public_bytes(*PEM).decode()
    owned = {"id": RSA_URL, "type": "CryptographicKey", "owner": ISSUER.profile_url, "publicKeyPem": pem}
    listed = did.did_document(ISSUER, [ob_samples.KEY.public, *keys])
    profile = {**open_badges_2.issuer_profile(ISSUER), "publicKey": RSA_URL}
    documents = {DID: listed, RSA_URL: owned, ISSUER.profile_url: profile}
    return {**ob_samples.site(AWARD), **{url: text(document).encode() for url, document in documents.items()}}


def forms() -> dict[str, bytes]:
    """Return the sample badge in every form that can be checked."""
    unsigned = open_badges_3.credential(AWARD, ISSUER)
    told = {"credential": text(CREDENTIAL), "assertion": text(ASSERTION)}
    token = sign_vc_jwt(unsigned, P256)
    old = jose.sign_token({"alg": "RS256"}, SIGNED_ASSERTION, RSA)
    return {
        "3.0": text(CREDENTIAL).encode(),
        "2.0": text(ASSERTION).encode(),
        "VC-JWT ES256": token.encode(),
        "VC-JWT RS256": sign_vc_jwt(unsigned, RSA).encode(),
        "2.0 signed": old.encode(),
        "PNG": baking.bake(ob_samples.artwork(), **told),
        "SVG": svg.bake(DRAWING, **told),
        "PNG with tokens": baking.bake(ob_samples.artwork(), credential=token, assertion=old),
        "SVG with tokens": svg.bake(DRAWING, credential=token, assertion=old),
        "address": AWARD.assertion_url.encode(),
    }


def pem_words() -> tuple[Any, Any]:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return Encoding.PEM, PublicFormat.SubjectPublicKeyInfo


PEM = pem_words()
PUBLISHED, FORMS = published(), forms()
LIST = AWARD.status_list_url


def ask(data: bytes, world: dict[str, bytes] | None = None, **options: bool) -> Report:
    """Check *data*, and what must be so whatever it is: findings, each a short sentence that commands no terminal."""
    report = verify(data, (PUBLISHED if world is None else world).get, NOW, AWARD.recipient, **options)
    assert report.findings
    for finding in report.findings:
        assert 0 < len(finding.sentence) < 1000
        assert finding.sentence.isprintable()
    return report


def revoked() -> dict[str, bytes]:
    """Return a world in which the sample badge was revoked."""
    listed = status.credential(LIST, ISSUER, status.status_list([AWARD.status_index]), ob_samples.ISSUED)
    signed = sign(listed, ob_samples.KEY, ob_samples.ISSUED)
    hosted = open_badges_2.assertion(AWARD, ISSUER, "A mix-up.")
    return {**PUBLISHED, LIST: text(signed).encode(), AWARD.assertion_url: text(hosted).encode()}


def token(header: Any, claims: Any, key: JwtKey = RSA) -> bytes:
    """Return a token by the issuer that holds anything that JSON can: ours are cleaned before they are signed."""
    signing_input = b".".join(jose.base64url(json.dumps(part).encode()).encode() for part in (header, claims))
    return signing_input + b"." + jose.base64url(key.sign(signing_input)).encode()


# ── what a document means ─────────────────────────────────────────────────────


def meaning(value: Any) -> Any:
    """Return *value* so that two ways to write one thing in JSON-LD are equal.

    One value is a list of one; lists in lists are flat, their order and repetitions mean nothing; what is null is not
    there; an object that is only an id is that id; numbers and truth values are the same as their texts.
    """
    if isinstance(value, dict):
        told = {name: meaning(part) for name, part in value.items() if name != "@context"}
        told = {name: part for name, part in told.items() if part != []}
        return told["id"] if set(told) == {"id"} else [json.dumps(told, sort_keys=True)]
    if isinstance(value, list):
        flat = {json.dumps(one) for item in value for one in meaning(item)}
        return [json.loads(one) for one in sorted(flat)]
    if value is None:
        return []
    if isinstance(value, bool):
        return [str(value).lower()]
    return [f"{value:g}" if isinstance(value, float) else str(value)]


def same(one: dict[str, Any], other: dict[str, Any], but: tuple[str, ...] = ()) -> bool:
    return meaning({k: v for k, v in one.items() if k not in but}) == meaning(
        {k: v for k, v in other.items() if k not in but}
    )


def unaltered(document: dict[str, Any]) -> bool:
    """Return whether a document says what one of the samples says, or no more than what an assertion's issuer says."""
    if "credentialSubject" in document:
        return same(document, CREDENTIAL)
    told = [name for name in document if name not in ("revoked", "revocationReason", "@context")]
    return all(no_more(document[name], ASSERTION.get(name)) for name in told)


def no_more(told: Any, own: Any) -> bool:
    """Return whether *told* means what *own* means, or leaves out of it all but an id."""
    match told, own:
        case dict(), dict() if told.keys() == own.keys():
            return all(no_more(part, own[name]) for name, part in told.items())
        case list(), list() if len(told) == len(own):
            return all(map(no_more, told, own))
        case str(), dict():
            return told == own.get("id")
    return meaning(told) == meaning(own)


# ── bending JSON ──────────────────────────────────────────────────────────────

Path = tuple[Any, ...]


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the way to every place in a JSON value, but for the whole of it."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inside:
        yield (*path, name)
        yield from places(part, (*path, name))


def copied(value: Any) -> Any:
    """Return a copy in which each thing stands in one place; `deepcopy` keeps what stands in two as one.

    Else a thing repeated by one bend could come to lie in itself by the next.
    """
    match value:
        case dict():
            return {name: copied(part) for name, part in value.items()}
        case list():
            return [copied(part) for part in value]
    return value


def at(value: Any, path: Path) -> Any:
    for name in path:
        value = value[name]
    return value


NAMES = (
    "id", "type", "@id", "@type", "@graph", "@context", "@included", "@reverse", "@value", "@language", "name", "proof",
    "issuer", "validFrom", "validUntil", "evidence", "credentialStatus", "credentialSubject", "achievement", "hashed",
    "identifier", "salt", "narrative", "termsOfUse", "refreshService", "endorsement", "jsonSchema", "image", "revoked",
    "vc", "verification", "badge", "recipient", "expires", "publicKey", "verificationMethod", "assertionMethod",
    "controller", "publicKeyMultibase", "encodedList", "statusPurpose", "statusSize", "https://schema.org/name",
    "x:y", "",
)  # fmt: skip
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 8, 7.5, 1e308, float("inf"), -0.0, 2**53, 10**400, "", " ", "0", "true", "\ud800",
    "@id", "_:b0", "_:c14n0", "urn:uuid:58172aac-d8ba-51ed-83dd-0b3aef56cc33", AWARD.achievement.id, ISSUER.did,
    "did:web:", "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "did:jwk:e30", "https://[", "https://a:99999/",
    LIST, "data:application/json,{}", "file:///etc/passwd", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "2026-01-15T09:30:00Z", "sha256$", "md5$", "٣", "1" * 5000, "z" * 300, "-" * 70_000, [], {}, [[]], [{}],
    {"id": "x"}, {"@value": "x"}, {"@list": ["x"]}, {"@set": []}, {"id": ISSUER.did, "name": "Eve"}, "0x:1",
    {"id": "0x:1", "name": "Eve"}, "https://x\u2028y", {"type": 5},
    json.loads("[" * 70 + "]" * 70), json.loads('{"a":' * 40 + "1" + "}" * 40), ["x"] * 3000, [{}] * 1500,
)  # fmt: skip

scalars = st.sampled_from(ODD) | st.sampled_from(sorted(TEXTS.values())) | st.integers() | st.floats() | st.text()
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=6,
)


@st.composite
def bent(draw: st.DrawFn, document: dict[str, Any], most: int = 3) -> dict[str, Any]:
    """Draw *document*, changed in a few places."""
    whole = document
    for _ in range(draw(st.integers(1, most))):
        whole = copied(whole)
        ways = list(islice(places(whole), 400))
        if not ways:
            break
        path = draw(st.sampled_from(ways))
        bend(draw, whole, path, ways)
    return whole


def bend(draw: st.DrawFn, whole: dict[str, Any], path: Path, ways: list[Path]) -> None:
    """Change one place of *whole*: *path*."""
    parent, name = at(whole, path[:-1]), path[-1]
    match draw(st.sampled_from(["replace", "remove", "add", "swap", "copy", "wrap", "repeat", "edit"])):
        case "replace":
            parent[name] = draw(anything)
        case "remove":
            del parent[name]
        case "add" if isinstance(parent[name], dict):
            parent[name][draw(st.sampled_from(NAMES))] = draw(anything)
        case "add":
            whole[draw(st.sampled_from(NAMES))] = draw(anything)
        case "swap":
            other = draw(st.sampled_from(ways))
            if other[: len(path)] != path and path[: len(other)] != other:
                elsewhere = at(whole, other[:-1])
                parent[name], elsewhere[other[-1]] = elsewhere[other[-1]], parent[name]
        case "copy":
            parent[name] = copied(at(whole, draw(st.sampled_from(ways))))
        case "wrap":
            parent[name] = draw(st.sampled_from([[parent[name]], {"id": parent[name]}, {"@value": parent[name]}]))
        case "repeat":
            parent[name] = [parent[name]] * draw(st.integers(2, 4))
        case _ if isinstance(parent[name], str):
            place = draw(st.integers(0, len(parent[name])))
            parent[name] = parent[name][:place] + draw(st.text(max_size=3)) + parent[name][place + 1 :]


def valid(report: Report) -> bool:
    return report.verdict is Verdict.VALID
