"""Is it genuine? Embedded proofs and signed tokens of Open Badges 3.0, each by a key that the issuer vouches for."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from bridge.openbadges.errors import BadDocument, BadJson, CannotTell, OpenBadgesError, ProofInvalid
from bridge.openbadges.findings import Inquiry, as_list, identifier, moment, parse_object, show
from bridge.openbadges.signing.jose import Token, verifies
from bridge.openbadges.signing.keys import PublicKey
from bridge.openbadges.signing.proof import SUITE, check

from .verify_keys import IssuerKey, ed25519, is_web, named_key, own_key, vouching_keys

Document = Mapping[str, Any]

MOST_PROOFS = 2  # each costs what the whole document costs; two seconds at most
CLAIMS = {"iss": "issuer", "jti": "id", "sub": "recipient", "nbf": "beginning", "exp": "end"}
#: Claim → the members of a credential that tell the same time, today's name first (Data Model 2.0 and 1.1).
TIMES = {"nbf": ("validFrom", "issuanceDate"), "exp": ("validUntil", "expirationDate")}


# ── Data Integrity ────────────────────────────────────────────────────────────


def embedded(document: Document, issuer_id: str, inquiry: Inquiry) -> str:
    """Check the proofs in *document*; return "", or the doubt that is left about the key.

    One good proof is enough (Open Badges 3.0, 8.1). Raises ProofInvalid or BadKey if it is not genuine, CannotTell if
    it can't be judged here.
    """
    trouble: OpenBadgesError = ProofInvalid("The document bears no proof.")
    if not all(isinstance(proof, Mapping) for proof in as_list(document.get("proof"))):
        raise ProofInvalid("The proof is not an object.")  # Data Integrity, 2.1: each of several is one
    for number, proof in enumerate(candidates(document)):
        found: list[IssuerKey] = []

        def resolve(key_id: str, found: list[IssuerKey] = found) -> PublicKey:
            found.append(named_key(key_id, issuer_id, inquiry.fetch))
            return ed25519(key_id, found[-1].jwk)

        try:
            refuse_chained(proof)
            check({**document, "proof": proof}, resolve)
            refuse_expired(proof, inquiry.now)
            refuse_ended(found[-1], inquiry.now)
            return found[-1].doubt
        except OpenBadgesError as error:
            trouble = trouble if number else error
    raise trouble


def candidates(document: Document) -> list[Any]:
    """Return the proofs that may be good here: those of our suite, else the first for its name."""
    proofs = as_list(document.get("proof"))
    ours = [proof for proof in proofs if isinstance(proof, Mapping) and proof.get("cryptosuite") == SUITE]
    return (ours or proofs[:1])[:MOST_PROOFS]


def refuse_chained(proof: Any) -> None:
    """Raise CannotTell for a proof that also covers others (Data Integrity, 2.1.2)."""
    if isinstance(proof, Mapping) and "previousProof" in proof:
        raise CannotTell("Its proof builds on another proof, which can't be checked here.")


def refuse_expired(proof: Document, now: datetime) -> None:
    """Raise ProofInvalid for a proof that has itself expired (Data Integrity, 2.1)."""
    if proof.get("expires") is not None and moment(proof["expires"]) <= now:
        raise ProofInvalid("The proof has expired, so the issuer no longer vouches for it.")


def refuse_ended(key: IssuerKey, now: datetime) -> None:
    """Raise ProofInvalid for a key that has expired (Controlled Identifiers 1.0, 2.2)."""
    if key.ends is not None and moment(key.ends) <= now:
        raise ProofInvalid("The issuer's key has expired, so what it signed no longer counts.")


# ── VC-JWT ────────────────────────────────────────────────────────────────────


def claimed(token: Token) -> tuple[Document, Document]:
    """Return the claims of a token, and the credential in them: the claims themselves, or what `vc` holds.

    What `vc` leaves to `iss` and `jti` is put in its place (Verifiable Credentials Data Model 1.1, 6.3.1).
    Raises BadDocument if the payload is not a JSON object.
    """
    try:
        claims = parse_object(token.payload)
    except BadJson as error:
        raise BadDocument(f"The signed token does not hold a badge: its content is not readable. {error}") from error
    inner = claims.get("vc")
    if not isinstance(inner, Mapping):
        return claims, claims
    told = {"issuer": claims.get("iss"), "id": claims.get("jti")}
    return claims, {**{name: value for name, value in told.items() if isinstance(value, str)}, **inner}


def external(token: Token, claims: Document, document: Document, issuer_id: str, inquiry: Inquiry) -> str:
    """Check a VC-JWT (Open Badges 3.0, 8.2); return "", or the doubt that is left about the key.

    Raises as `embedded` does; a token whose claims contradict the credential in it is not genuine either.
    """
    for claim, told, meant in contradictions(claims, document, issuer_id):
        raise ProofInvalid(f"It contradicts itself: as its {CLAIMS[claim]} it names {show(told)} and {show(meant)}.")
    return signed_by_issuer(token, issuer_id, inquiry)


def signed_by_issuer(token: Token, issuer_id: str, inquiry: Inquiry) -> str:
    """Return "", or a doubt, if *token* is signed with a key of the issuer's; raise as `embedded` does if not."""
    jwk = token.header.get("jwk")
    if isinstance(jwk, Mapping) and (token.key_id is None or ":" not in token.key_id):
        require(token, jwk)  # before anybody is asked: if it does not fit its own key, it was altered
        return own_key(jwk, issuer_id, inquiry.fetch).doubt
    if token.key_id is not None:
        absolute = token.key_id if ":" in token.key_id else f"{issuer_id}#{token.key_id.lstrip('#')}"
        key = named_key(absolute, issuer_id, inquiry.fetch)
        require(token, key.jwk)
        refuse_ended(key, inquiry.now)
        return key.doubt
    if is_web(issuer_id):
        raise CannotTell("It does not say with which key it was signed.")
    for known in vouching_keys(issuer_id, inquiry.fetch):
        try:
            if verifies(token, known):
                return ""
        except OpenBadgesError:  # a key for another algorithm is not the one
            continue
    raise ProofInvalid("No key with which the issuer vouches for credentials fits the signature.")


def require(token: Token, jwk: Document) -> None:
    """Raise ProofInvalid unless the signature fits."""
    if not verifies(token, jwk):
        raise ProofInvalid("The signature does not fit: the badge was changed after it was signed.")


def contradictions(claims: Document, document: Document, issuer_id: str) -> Iterator[tuple[str, object, object]]:
    """Yield each claim that says something else than the credential: its name, its value, the credential's value.

    Open Badges 3.0, 8.2.6.1. A claim that is missing contradicts nothing.
    """
    subject = next((item for item in as_list(document.get("credentialSubject")) if isinstance(item, Mapping)), {})
    for claim, meant in (("iss", issuer_id), ("jti", identifier(document)), ("sub", identifier(subject))):
        if claim in claims and meant and claims[claim] != meant:
            yield claim, claims[claim], meant
    for claim, member in ((claim, member) for claim, members in TIMES.items() for member in members):
        if claim not in claims or document.get(member) is None:
            continue
        try:
            if int(moment(document[member]).timestamp()) != int(claim_moment(claims[claim]).timestamp()):
                yield claim, claims[claim], document[member]
        except CannotTell:
            yield claim, claims[claim], document[member]


def with_claims(document: Document, claims: Document) -> Document:
    """Return the credential with its times as all of its token tells them, by whatever name: the strictest one counts.

    All of the token is signed, so older names of these members count as well, and a time that only a claim tells (Open
    Badges 3.0, 8.2.6.1). What is no time is left for `period` to complain of.
    """
    told = dict(document)
    for (claim, members), choose in zip(TIMES.items(), (max, min), strict=True):
        values = [document[member] for member in members if document.get(member) is not None]
        if claims.get(claim) is not None:
            values.append(claim_text(claims[claim]))
        if values:
            told[members[0]] = strictest(values, choose)
    return told


def strictest(values: list[Any], choose: Callable[..., Any]) -> object:
    """Return the time among *values* that *choose* (min, max) takes; before all, what is no time."""
    for value in values:
        try:
            moment(value)
        except CannotTell:
            return value
    return choose(values, key=lambda value: int(moment(value).timestamp()))


def claim_text(value: Any) -> Any:
    """Return a NumericDate as a credential writes it; what is none stays what it is."""
    try:
        return claim_moment(value).isoformat()
    except CannotTell:
        return value


def claim_moment(value: object) -> datetime:
    """Return the time in a NumericDate (RFC 7519, 2); raise CannotTell if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CannotTell(f"{show(value, 40)!r} is not a time.")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise CannotTell(f"{show(value, 40)!r} is not a time.") from error
