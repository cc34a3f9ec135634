"""Google's token endpoint for service accounts, and the tokens it has given out.

Signatures and times are checked for real, on real time: google-auth signs with it, whatever the sandbox's clock says.
Source: https://developers.google.com/identity/protocols/oauth2/service-account#httprest
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bridge.sandbox.api import Caller
from bridge.sandbox.state import ServiceAccount, World

Json = dict[str, Any]

HOST = "oauth2.googleapis.com"
METHOD = "oauth2.token"

#: google-auth puts this into every assertion, whatever the key file's token_uri says.
AUDIENCE = "https://oauth2.googleapis.com/token"

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIFETIME = 3600  # seconds
SKEW = 300  # seconds that a caller's watch may be wrong
#: Google's keys have 2,048 bits, which take each process 30 ms to load. This one opens nothing but the sandbox.
KEY_SIZE = 1024


class TokenRefused(Exception):
    """The token endpoint says no: HTTP *status*, OAuth *error* and its description."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description

    def body(self) -> Json:
        return {"error": self.error, "error_description": self.description}


@dataclass(slots=True)
class Tokens:
    """Access tokens given out, each with its caller and the real time of its end. They die with the process."""

    known: dict[str, tuple[Caller, float]] = field(default_factory=dict)

    def give(self, caller: Caller) -> Json:
        now = time.time()
        self.known = {token: held for token, held in self.known.items() if held[1] > now}
        token = "ya29.sandbox-" + secrets.token_urlsafe(24)
        self.known[token] = (caller, now + LIFETIME)
        return {"access_token": token, "expires_in": LIFETIME - 1, "token_type": "Bearer"}

    def caller(self, authorization: str) -> Caller | None:
        """Return whom the Authorization header's bearer token stands for, if it is one of ours and still good."""
        kind, _, token = authorization.partition(" ")
        caller, until = self.known.get(token.strip(), (None, 0.0))
        return caller if kind.lower() == "bearer" and until > time.time() else None

    def forget(self) -> None:
        """Make every token invalid, as when an admin signs a session out."""
        self.known.clear()


def exchange(world: World, form: bytes) -> Caller:
    """Check a token request's form body and return who calls; raise TokenRefused as Google does."""
    fields = {name: values[0] for name, values in parse_qs(form.decode("utf-8", "replace")).items()}
    grant = fields.get("grant_type", "")
    if grant != GRANT:
        raise TokenRefused(400, "unsupported_grant_type", f"Invalid grant_type: {grant}")
    account, claims = _verified(world, fields.get("assertion", ""))
    scopes = frozenset(str(claims.get("scope", "")).split())
    if not scopes:
        raise TokenRefused(400, "invalid_scope", "Invalid OAuth scope or ID token audience provided.")
    subject = str(claims.get("sub") or "").lower()
    if subject and subject != account.email:
        _check_delegation(world, account, subject, scopes)
    return Caller(subject or account.email, account.email, scopes)


def _check_delegation(world: World, account: ServiceAccount, subject: str, scopes: frozenset[str]) -> None:
    if not world.is_member(subject) and subject.endswith("@" + world.domain):
        raise TokenRefused(400, "invalid_grant", "Invalid email or User ID")
    if not world.is_member(subject) or not scopes <= set(account.delegated_scopes):
        raise TokenRefused(
            401,
            "unauthorized_client",
            "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of "
            "the scopes requested.",
        )


def _verified(world: World, assertion: str) -> tuple[ServiceAccount, Json]:
    """Return the signer and the claims of *assertion*, or raise TokenRefused."""
    try:
        head, payload, signature = assertion.split(".")
        header, claims = json.loads(_unbase64(head)), json.loads(_unbase64(payload))
        signed = _unbase64(signature)
    except (ValueError, binascii.Error) as error:
        raise TokenRefused(400, "invalid_grant", "Bad Request: the assertion is not a JWT.") from error
    account = world.service_accounts.get(str(claims.get("iss", "")).lower())
    if account is None:
        raise TokenRefused(400, "invalid_grant", "Invalid grant: account not found")
    if header.get("alg") != "RS256" or header.get("kid", account.key_id) != account.key_id:
        raise TokenRefused(400, "invalid_grant", "Invalid JWT Signature.")
    _check_signature(account, f"{head}.{payload}".encode(), signed)
    _check_claims(claims)
    return account, claims


def _check_signature(account: ServiceAccount, message: bytes, signature: bytes) -> None:
    key = serialization.load_pem_public_key(account.public_key_pem.encode())
    if not isinstance(key, rsa.RSAPublicKey):
        raise TypeError(f"{account.email} has a key that is not RSA")
    try:
        key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as error:
        raise TokenRefused(400, "invalid_grant", "Invalid JWT Signature.") from error


def _check_claims(claims: Json) -> None:
    if claims.get("aud") != AUDIENCE:
        raise TokenRefused(
            400, "invalid_grant", f"Invalid JWT: Failed audience check. The right audience is {AUDIENCE}"
        )
    begins, ends, now = claims.get("iat"), claims.get("exp"), time.time()
    timely = (
        isinstance(begins, int | float)
        and isinstance(ends, int | float)
        and begins - SKEW <= now <= ends + SKEW
        and 0 < ends - begins <= LIFETIME + SKEW
    )
    if not timely:
        raise TokenRefused(
            400,
            "invalid_grant",
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your "
            "iat and exp values in the JWT claim.",
        )


def _unbase64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def new_service_account(
    world: World, email: str, url: str, *, delegated_scopes: tuple[str, ...] = (), project: str = "sandbox"
) -> Json:
    """Add a service account with a fresh key; return its key file, whose token_uri points at the sandbox at *url*.

    *delegated_scopes* is what the domain's admin allows it to do in a member's name.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_SIZE)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    account = ServiceAccount(
        email=email.lower(),
        client_id=str(10**20 + secrets.randbelow(10**20)),
        public_key_pem=public.decode(),
        key_id=secrets.token_hex(20),
        delegated_scopes=list(delegated_scopes),
    )
    world.service_accounts[account.email] = account
    return {
        "type": "service_account",
        "project_id": project,
        "private_key_id": account.key_id,
        "private_key": private.decode(),
        "client_email": account.email,
        "client_id": account.client_id,
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": f"{url.rstrip('/')}/{HOST}/token",
        "universe_domain": "googleapis.com",
    }
