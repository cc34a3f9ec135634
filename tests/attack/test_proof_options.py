"""Options of a proof in other words: they mean the same, so the signature still fits, but a reader would miss them."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.openbadges import open_badges_3
from bridge.openbadges.findings import Verdict
from bridge.openbadges.signing import proof as proofs
from bridge.openbadges.signing.canonical import canonical
from bridge.openbadges.signing.keys import base58
from tests.attack.bending import AWARD, ISSUER, ask, text
from tests.openbadges.ob_samples import KEY

UNSIGNED = open_badges_3.credential(AWARD, ISSUER)
OPTIONS = {
    "type": "DataIntegrityProof",
    "cryptosuite": proofs.SUITE,
    "created": "2026-01-15T09:30:00Z",
    "verificationMethod": KEY.key_id,
    "proofPurpose": "assertionMethod",
}
TIME = "http://www.w3.org/2001/XMLSchema#dateTime"
SECURITY = "https://w3id.org/security#"
EXPIRED, OTHER = "2026-02-01T00:00:00Z", "urn:uuid:11111111-1111-4111-8111-111111111111"

FULL: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "expires": ({"expires": EXPIRED}, {f"{SECURITY}expiration": {"@value": EXPIRED, "@type": TIME}}),
    "previousProof": ({"previousProof": OTHER}, {f"{SECURITY}previousProof": {"@id": OTHER}}),
    "in a list": ({"expires": EXPIRED}, {f"{SECURITY}expiration": [{"@value": EXPIRED, "@type": TIME}]}),
}


def signed(**more: Any) -> dict[str, Any]:
    """Return the sample badge with a proof by its issuer that has *more* options than ours have."""
    options = {**OPTIONS, **more}
    message = proofs.digest(proofs.encoded(UNSIGNED, canonical), UNSIGNED, options, canonical)
    return {**UNSIGNED, "proof": {**options, "proofValue": "z" + base58(KEY.sign(message))}}


def meaning(badge: dict[str, Any]) -> str:
    """Return what the options of a badge's proof say to a signature."""
    options = {name: value for name, value in badge["proof"].items() if name != "proofValue"}
    return canonical({"@context": badge["@context"], **options})


@pytest.mark.parametrize("second_opinion", [False, True])
@pytest.mark.parametrize(("short", "full"), FULL.values(), ids=FULL)
def test_an_option_of_a_proof_can_t_be_hidden_behind_its_full_address(
    short: dict[str, Any], full: dict[str, Any], second_opinion: bool
) -> None:
    badge = signed(**short)
    bare = {name: value for name, value in badge["proof"].items() if name not in short}
    hidden = {**badge, "proof": {**bare, **full}}
    assert meaning(badge) == meaning(hidden)  # so the signature fits
    assert ask(text(badge).encode(), second_opinion=second_opinion).verdict is not Verdict.VALID
    report = ask(text(hidden).encode(), second_opinion=second_opinion)
    assert report.verdict is Verdict.COULD_NOT_TELL
    assert f"has a member '{SECURITY}" in report.findings[0].sentence


def test_options_that_are_told_plainly_are_read() -> None:
    assert ask(text(signed(expires="2036-02-01T00:00:00Z")).encode()).verdict is Verdict.VALID
    assert ask(text(signed(expires=EXPIRED)).encode()).verdict is Verdict.NOT_VALID
    assert ask(text(signed(id=OTHER, domain="school.example", nonce="1")).encode()).verdict is Verdict.VALID
