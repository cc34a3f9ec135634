"""The site's pages as HTML. Pure: the same values give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from bridge import wording
from bridge.model import Achievement, Order
from bridge.openbadges.documents import Issuer
from bridge.site import places
from bridge.site.markdown import to_html


@dataclass(frozen=True, slots=True)
class Look:
    """How pages tell days: *tz* is a time zone's name, *locale* such as "en-US"."""

    locale: str = "en-US"
    tz: str = "UTC"

    def day(self, moment: datetime) -> str:
        return wording.say_day(moment, self.tz, self.locale)


PLAIN = Look()


def style() -> bytes:
    """Return the style sheet of all pages."""
    return (files("bridge") / "templates" / "site" / places.STYLE).read_bytes()


def award_page(
    order: Order, achievement: Achievement, issuer: Issuer, look: Look, revoked: tuple[str, datetime] | None
) -> bytes:
    """Return the page that anyone may open to see that the award is genuine, or (*revoked*: why, when) no longer.

    It holds no address, the earner's name only where the order has it, and the evidence that the order has.
    """
    why, when = revoked or ("", None)
    facts = {
        "root": "../",
        "mark": mark(order.award, revoked is not None),
        "award": order.award,
        "name": wording.one_line(order.name, 80),
        "issued": look.day(order.issued_on),
        "expires": look.day(order.expires) if order.expires else "",
        "until": order.expires.isoformat() if order.expires else "",
        "revoked": look.day(when) if when else "",
        "why": wording.one_line(why, 500),
        "narrative": to_html(order.narrative) if order.narrative else "",
        "evidence": [evidence(item.name, item.url, item.note, item.item) for item in order.evidence],
        "page": f"{issuer.url}/{places.page(order.award)}",
        "image": f"{issuer.url}/{places.badge(order.award)}",
        "badge_file": "../" + places.badge(order.award),
        "credential_file": "../" + places.credential(order.award),
        "assertion_file": "../" + places.assertion(order.award),
        "achievement_file": "../" + places.achievement(achievement, "html"),
        **achievement_facts(achievement),
    }
    return render("award.html.j2", facts, issuer, look)


def mark(award: str, revoked: bool) -> str:
    """Return what a page bears so that a machine can see which award it shows, and in which state."""
    return f"{award} {'revoked' if revoked else 'issued'}"


def achievement_page(achievement: Achievement, issuer: Issuer, look: Look) -> bytes:
    """Return the page that says what was, or is, to be done for a badge."""
    facts = {
        "root": "../../",
        "page": f"{issuer.url}/{places.achievement(achievement, 'html')}",
        "image": f"{issuer.url}/{places.achievement(achievement, 'png')}",
        "artwork_file": places.achievement(achievement, "png").rsplit("/", 1)[1],
        "json_file": places.achievement(achievement, "json").rsplit("/", 1)[1],
        **achievement_facts(achievement),
    }
    return render("achievement.html.j2", facts, issuer, look)


def index_page(achievements: Iterable[Achievement], issuer: Issuer, look: Look) -> bytes:
    """Return the catalogue: what can be earned now."""
    cards = [
        {
            **achievement_facts(achievement),
            "page_file": places.achievement(achievement, "html"),
            "artwork_file": places.achievement(achievement, "png"),
        }
        for achievement in sorted(achievements, key=lambda achievement: (achievement.name.casefold(), achievement.key))
    ]
    facts = {"root": "", "page": f"{issuer.url}/", "image": "", "cards": cards}
    return render("index.html.j2", facts, issuer, look)


def achievement_facts(achievement: Achievement) -> dict[str, Any]:
    return {
        "badge_name": wording.one_line(achievement.name),
        "description": wording.one_line(achievement.description, 1000),
        "criteria": to_html(achievement.criteria),
        "hours": wording.say_hours(achievement.hours) if achievement.hours else "",
    }


def evidence(name: str, url: str, note: str, number: int) -> dict[str, str]:
    """Return a piece of public evidence to be shown; only a web address becomes a link."""
    link = wording.web_link(url)
    return {
        "name": wording.one_line(name, 100) or called(link) or f"Evidence {number}",
        "link": link,
        "note": wording.one_line(note, 500),
    }


#: What stands behind an address of Google's, by host and a step of its path; the first that fits wins.
_GOOGLES = (
    ("docs.google.com", "document", "A document on Google Docs"),
    ("docs.google.com", "presentation", "A presentation on Google Slides"),
    ("docs.google.com", "spreadsheets", "A table on Google Sheets"),
    ("drive.google.com", "folders", "A folder on Google Drive"),
    ("drive.google.com", "", "A file on Google Drive"),
)


def called(link: str) -> str:
    """Return words for a web address without a name of its own; "" for none."""
    if not link:
        return ""
    parts = urlsplit(link)
    steps = ["", *parts.path.split("/")]
    named = (words for host, step, words in _GOOGLES if parts.hostname == host and step in steps)
    return next(named, wording.shorten(link, 80))


def render(template: str, facts: dict[str, Any], issuer: Issuer, look: Look) -> bytes:
    """Return the page made of *template*."""
    everywhere = {
        "issuer": wording.one_line(issuer.name),
        "issuer_description": wording.one_line(issuer.description or "", 500),
        "issuer_url": issuer.url,
        "language": look.locale.replace("_", "-"),
    }
    return environment().get_template(template).render({**everywhere, **facts}).encode()


@lru_cache(maxsize=1)
def environment() -> Environment:
    return Environment(
        loader=PackageLoader("bridge", "templates/site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
