"""Check an Open Badges 3.0 credential as a stranger would: proof, issuer's key, time, status, recipient."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from bridge.openbadges.errors import BadDocument, BadKey, CannotTell, OutOfReach, ProofInvalid
from bridge.openbadges.findings import ITS_OWN_WORD, Finding, Inquiry, as_list, identifier, issued, period, show, texts
from bridge.openbadges.signing.canonical import refuse_large
from bridge.openbadges.signing.jose import Token
from bridge.openbadges.signing.proof import refuse_ambiguous

from .recipients import recipient_finding
from .verify_proof import embedded, external, refuse_chained, with_claims
from .verify_status import status_findings

Document = Mapping[str, Any]

#: What an Open Badge calls itself (Open Badges 3.0, B.1.1).
BADGES = {"OpenBadgeCredential", "AchievementCredential"}
GENUINE = "It is genuine: the signature fits, and nothing was changed since."


def is_credential(document: Document) -> bool:
    """Return whether *document* means to be a verifiable credential."""
    return "VerifiableCredential" in texts(document.get("type")) or "credentialSubject" in document


def credential_findings(document: Document, inquiry: Inquiry) -> Iterator[Finding]:
    """Yield what is to be said about a credential with an embedded proof."""

    def prove(issuer_id: str) -> str:
        return embedded(document, issuer_id, inquiry)

    def ask(sentence: str) -> Finding:
        from .second_opinion import on_document

        try:
            refuse_large(document)
            refuse_ambiguous({name: value for name, value in document.items() if name != "proof"})
            for proof in as_list(document.get("proof")):
                refuse_ambiguous(proof if isinstance(proof, Mapping) else {})
                refuse_chained(proof)
        except CannotTell as error:  # others would work for long, take the one reading or the other, or read too little
            return Finding("proof", None, str(error))
        return on_document(document, inquiry.fetch, sentence)

    yield from findings(document, inquiry, prove, ask)


def token_findings(
    token: Token, text: str, claims: Document, document: Document, inquiry: Inquiry
) -> Iterator[Finding]:
    """Yield what is to be said about the credential *document* in the VC-JWT *text*, which was taken apart before."""

    def prove(issuer_id: str) -> str:
        return external(token, claims, document, issuer_id, inquiry)

    def ask(sentence: str) -> Finding:
        from .second_opinion import on_token

        return on_token(token, text, identifier(document.get("issuer")), inquiry.fetch, sentence)

    yield from findings(with_claims(document, claims), inquiry, prove, ask)


def findings(
    document: Document, inquiry: Inquiry, prove: Callable[[str], str], ask: Callable[[str], Finding]
) -> Iterator[Finding]:
    """Yield the findings about a credential; a forged one gets no further than its proof.

    *prove* gets the issuer's id and does as `verify_proof.embedded` does; *ask* asks for a second opinion.
    """
    issuer = document.get("issuer")
    issuer_id = identifier(issuer)
    if not issuer_id:
        yield Finding("proof", False, "The credential does not say who issued it.")
        return
    genuine = proof_finding(issuer_id, inquiry, prove, ask)
    yield genuine
    if genuine.ok is False:
        return
    if not BADGES & set(texts(document.get("type"))):
        yield Finding("document", False, f"It is a credential of another kind by {show(issuer_id)}, not an Open Badge.")
        return
    if len(subjects := as_list(document.get("credentialSubject"))) != 1 or not isinstance(subjects[0], Mapping):
        yield Finding("document", None, "It does not speak of one recipient, so nobody can say who earned what.")
    told = about(document, issuer, issuer_id)
    unproved = f"It says of itself: {told.sentence.removesuffix(ITS_OWN_WORD).rstrip()}"
    yield told if genuine.ok else replace(told, ok=None, sentence=unproved)
    yield period(document.get("validFrom"), document.get("validUntil"), inquiry.now)
    yield from status_findings(document, issuer_id, inquiry)
    yield from endorsed(document)
    if inquiry.recipient is not None:
        yield recipient_finding(identities(document), inquiry.recipient)


def proof_finding(
    issuer_id: str, inquiry: Inquiry, prove: Callable[[str], str], ask: Callable[[str], Finding]
) -> Finding:
    """Return whether the proof is good and by a key with which the issuer vouches."""
    try:
        doubt = prove(issuer_id)
    except (ProofInvalid, BadKey) as error:
        return Finding("proof", False, str(error))
    except OutOfReach as error:
        return Finding("proof", None, str(error))
    except (CannotTell, BadDocument) as error:
        return ask(str(error)) if inquiry.second_opinion else Finding("proof", None, str(error))
    return Finding("proof", None, doubt) if doubt else Finding("proof", True, GENUINE)


def about(document: Document, issuer: object, issuer_id: str) -> Finding:
    """Return what the credential is and who vouches for it."""
    name = issuer.get("name") if isinstance(issuer, Mapping) else None
    subject = next((item for item in as_list(document.get("credentialSubject")) if isinstance(item, Mapping)), {})
    achievement = subject.get("achievement")
    title = achievement.get("name") if isinstance(achievement, Mapping) else None
    told = issued(title or document.get("name") or "A badge without a name", name, issuer_id)
    return Finding("issuer", True, told)


def endorsed(document: Document) -> Iterator[Finding]:
    """Yield how many others vouch for the badge, if any; their words have proofs of their own."""
    number = len(as_list(document.get("endorsement"))) + len(as_list(document.get("endorsementJwt")))
    if number:
        what = "an endorsement by somebody else, which was" if number == 1 else f"{number} endorsements, which were"
        yield Finding("endorsement", True, f"It brings {what} not checked.")


def identities(document: Document) -> Iterator[Mapping[str, Any]]:
    """Yield the e-mail identities of a credential's recipient."""
    for subject in as_list(document.get("credentialSubject")):
        if not isinstance(subject, Mapping):
            continue
        if identifier(subject).startswith("mailto:"):
            yield {"hashed": False, "identity": identifier(subject)}
        for item in as_list(subject.get("identifier")):
            if isinstance(item, Mapping) and item.get("identityType") == "emailAddress":
                yield item
