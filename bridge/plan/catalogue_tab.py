"""The tab Catalogue: the badges on offer, for anybody to read. It may be published, so it names nobody. Pure."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from bridge.model import Achievement, Known
from bridge.plan.catalogue import on_offer
from bridge.plan.due import due_at
from bridge.plan.expiry import has_lapsed
from bridge.plan.hours import counting, short
from bridge.plan.policy import Policy
from bridge.plan.site_files import achievement_file
from bridge.ports import Rows, Tab, Value
from bridge.wording import discreet, say_months

CATALOGUE_TITLES = (
    "Badge",
    "What it stands for",
    "Hours",
    "Valid for",
    "Decided within",
    "Holders",
    "What is to be done",
)

LONGEST_DESCRIPTION = 2_000


def catalogue_rows(known: Known, tab: Tab | None, now: datetime, policy: Policy) -> Rows:
    """Return the tab, the titles first; the badges stand in the order of the tab Badges, *tab*."""
    held = holders(known, now)
    return (CATALOGUE_TITLES, *(_row(one, held[one.key], now, policy) for one in on_offer(known, tab)))


def holders(known: Known, now: datetime) -> Counter[str]:
    """Return how many people hold each badge, by key: it was neither revoked, nor has it lapsed."""
    orders = (known.orders[attempt_id] for attempt_id in counting(known) if not has_lapsed(known, attempt_id, now))
    return Counter(achievement for achievement, _ in {(order.achievement, order.recipient) for order in orders})


def _row(achievement: Achievement, held: int, now: datetime, policy: Policy) -> tuple[Value, ...]:
    days = (due_at(now, achievement, policy.due_days) - now).days
    within = f"{days} {'day' if days == 1 else 'days'}"
    return (
        discreet(achievement.name),
        discreet(achievement.description, LONGEST_DESCRIPTION),
        short(achievement.hours) if achievement.hours else "",
        say_months(achievement.valid_months) if achievement.valid_months else "unlimited",
        "comes by itself" if achievement.by_itself else within,
        held,
        f"{policy.issuer_url}/{achievement_file(achievement, 'html')}",
    )
