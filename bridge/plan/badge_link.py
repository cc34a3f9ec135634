"""Where the cell Badge leads: to what the badge takes, in the version that an Approve now would issue. Pure.

The catalogue may change while a request waits, and what a sheet tells of its cells is their text. So a fact for each
tab keeps where its rows lead.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from hashlib import sha256

from bridge.model import Attempt, Known
from bridge.plan.policy import Policy

#: Fact of Review; of a coach's own tab, with the address behind it. By key of a badge, a mark of the page to which the
#: rows of its newest version lead; below "", the attempts whose row leads nowhere, or could not be written.
LEADS = "badge-links"


def badge_page(known: Known, attempt: Attempt, policy: Policy) -> str:
    """Where it stands what the badge takes; "" while there is no such badge."""
    achievement = known.achievement_of(attempt.id)
    return policy.criteria_page(achievement) if achievement is not None else ""


def misled(known: Known, policy: Policy, coach: str = "") -> frozenset[str]:
    """The attempts whose row, where it stands in the tab, leads elsewhere than it should, or nowhere."""
    before, lost = _before(known, coach)
    changed = {key for key, mark in _marks(known, policy).items() if before.get(key) != mark}
    return frozenset(
        attempt.id
        for attempt in known.attempts.values()
        if ((attempt.id in lost) or _is_newest(known, attempt, changed)) and badge_page(known, attempt, policy)
    )


def links_after(
    known: Known, policy: Policy, here: Collection[str], left: Collection[str] = (), coach: str = ""
) -> Mapping[str, str]:
    """The fact of a tab in which the rows *here* stand once it is written, if it is not so known already; those of
    *left* were not."""
    lost = {one for one in here if one in left or not badge_page(known, known.attempts[one], policy)}
    told = _marks(known, policy) | ({"": " ".join(sorted(lost))} if lost else {})
    name, value = _name(coach), json.dumps(told, ensure_ascii=False, sort_keys=True)
    return {name: value} if known.facts.get(name, "{}") != value else {}


def _is_newest(known: Known, attempt: Attempt, keys: Collection[str]) -> bool:
    """True of what bears, or would bear, the newest version of a badge among *keys*."""
    one = known.achievement_of(attempt.id)
    return one is not None and one.key in keys and one.version == known.achievements[one.key].version


def _before(known: Known, coach: str) -> tuple[Mapping[str, str], frozenset[str]]:
    said = json.loads(known.facts.get(_name(coach)) or "{}")
    return said, frozenset(said.get("", "").split())


def _marks(known: Known, policy: Policy) -> dict[str, str]:
    pages = {key: policy.criteria_page(achievement) for key, achievement in known.achievements.items()}
    return {key: sha256(page.encode()).hexdigest()[:12] for key, page in pages.items() if page}


def _name(coach: str) -> str:
    return f"{LEADS}:{coach}" if coach else LEADS
