"""A second opinion by openbadgeslib (the extra `badge-bridge[verify]`), where our own check can't judge.

It is asked after our own check said that it can't tell, never to overrule it. What it accepts counts as accepted, with
its name in the finding; what it does not accept stays untold, since it does not say whether it found a forgery or only
something that it does not know either. Files are taken apart and addresses asked by our own code.

openbadgeslib reads the system's clock for itself. It takes any key that stands in an issuer's document; whether that
key still vouches for credentials is for us to ask.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bridge.openbadges.errors import OpenBadgesError, ProofInvalid
from bridge.openbadges.findings import Fetch, Finding, as_list, identifier, show
from bridge.openbadges.signing.jose import Token

from .verify_keys import refuse_withdrawn

Document = Mapping[str, Any]

MISSING = "For a second opinion: pip install badge-bridge[verify]"


def on_document(document: Document, fetch: Fetch, sentence: str) -> Finding:
    """Return the finding about a credential whose embedded proof is beyond our own check, which said *sentence*."""

    def ask(download: Callable[[str], bytes]) -> None:
        from openbadgeslib.ob3.ldp import OB3LdpVerifier

        OB3LdpVerifier().verify(dict(document), download=download)

    proofs = [proof for proof in as_list(document.get("proof")) if isinstance(proof, Mapping)]
    keys = [identifier(proof.get("verificationMethod")) for proof in proofs]
    if (refused := withdrawn(keys, identifier(document.get("issuer")), fetch)) is not None:
        return refused
    return opinion("proof", ask, fetch, sentence, "it is genuine")


def on_token(token: Token, text: str, issuer_id: str, fetch: Fetch, sentence: str) -> Finding:
    """Return the finding about a VC-JWT whose signature is beyond our own check; *text* is the *token* as it came."""

    def ask(download: Callable[[str], bytes]) -> None:
        from openbadgeslib.ob3.verifier import OB3Verifier

        OB3Verifier.for_issuer_did(issuer_id, download=download).verify(text)

    if (refused := withdrawn([token.key_id or ""], issuer_id, fetch)) is not None:
        return refused
    return opinion("proof", ask, fetch, sentence, "it is genuine")


def withdrawn(keys: list[str], issuer_id: str, fetch: Fetch) -> Finding | None:
    """Return the finding that the issuer does not vouch with one of *keys*, or that nobody knows; None if it does.

    An issuer that is known by a web address is no matter for openbadgeslib, which does not accept it.
    """
    if not issuer_id.startswith("did:"):
        return None
    try:
        for key_id in keys:
            refuse_withdrawn(key_id, issuer_id, fetch)
    except OpenBadgesError as error:
        sure = isinstance(error, ProofInvalid) and len(keys) == 1
        return Finding("proof", False if sure else None, str(error))
    return None


def on_status(document: Document, fetch: Fetch, sentence: str) -> Finding:
    """Return the finding about a credential whose status is published in a way that is beyond our own check."""

    def ask(download: Callable[[str], bytes]) -> None:
        from openbadgeslib.ob3.credential import OpenBadgeCredential
        from openbadgeslib.ob3.status import check_credential_status

        credential = OpenBadgeCredential.from_vc_document(dict(document))
        if not credential.credential_status:
            raise ValueError("there is no status that it can read")
        check_credential_status(credential, download=download, verify_list=True)

    return opinion("status", ask, fetch, sentence, "it was not revoked")


def opinion(kind: str, ask: Callable[[Callable[[str], bytes]], None], fetch: Fetch, sentence: str, yes: str) -> Finding:
    """Return what came of *ask*, which raises whatever it likes if it does not accept the badge."""

    def download(url: str) -> bytes:
        if (data := fetch(url)) is None:
            raise OSError(f"nothing was found at {show(url)}")
        return data

    try:
        ask(download)
    except ImportError:
        return Finding(kind, None, f"{sentence} {MISSING}")
    except Exception as error:  # noqa: BLE001 - other people's code, on data of unknown origin: all of it becomes words
        return Finding(kind, None, f"{sentence} A second opinion (openbadgeslib) says: {show(error).rstrip('.')}.")
    return Finding(kind, True, f"A second opinion says that {yes} (openbadgeslib; our own check can't judge it).")
