"""The site's pages as HTML. Pure: the same values give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from bridge import wording
from bridge.model import Achievement, Alignment, Criterion, Order, Rating
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


@dataclass(frozen=True, slots=True)
class Extras:
    """What a page tells beside the award itself."""

    token: bool = False  # the credential is offered as VC-JWT too
    vendor: str = ""  # whose server made it, as people know it; "": the embedded issuer did
    vendor_url: str = ""  # where that server shows it to all; "": nowhere
    untaken: bool = False  # it shows it to nobody until the holder has taken it
    gone: bool = False  # that server exists no more
    picture: str = ""  # name of the badge's file; "": the embedded issuer's, or, of a vendor's badge, the artwork
    successor: str = ""  # the page of the credential that took its place


PLAINLY = Extras()


def award_page(
    order: Order,
    achievement: Achievement,
    issuer: Issuer,
    look: Look,
    revoked: tuple[str, datetime] | None,
    extras: Extras = PLAINLY,
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
        "achievement_file": "../" + places.achievement(achievement, "html"),
        **award_addresses(order, achievement, issuer, extras),
        **achievement_facts(achievement, order.results),
    }
    return render("award.html.j2", facts, issuer, look)


def award_addresses(order: Order, achievement: Achievement, issuer: Issuer, extras: Extras) -> dict[str, Any]:
    """Return where an award's files are, at a vendor's or here, and where it lives on."""
    vendor = extras.vendor
    ours = places.badge(order.award, places.suffix(achievement))
    picture = extras.picture or (places.artwork(achievement) if vendor else ours)
    return {
        "image": f"{issuer.url}/{picture}",
        "badge_file": f"../{picture}",
        "badge_kind": picture.rpartition(".")[2].upper(),
        "baked": bool(extras.picture) or not vendor,
        "credential_file": "" if vendor else "../" + places.credential(order.award),
        "token_file": "../" + places.token(order.award) if extras.token else "",
        "assertion_file": "" if vendor else "../" + places.assertion(order.award),
        "vendor_url": wording.web_link(extras.vendor_url),
        "vendor": wording.one_line(vendor, 100),
        "untaken": extras.untaken,
        "gone": extras.gone,
        "successor": wording.web_link(extras.successor),
    }


def mark(award: str, revoked: bool) -> str:
    """Return what a page bears so that a machine can see which award it shows, and in which state."""
    return f"{award} {'revoked' if revoked else 'issued'}"


def achievement_page(achievement: Achievement, issuer: Issuer, look: Look) -> bytes:
    """Return the page that says what was, or is, to be done for a badge."""
    facts = {
        "root": "../../",
        "page": f"{issuer.url}/{places.achievement(achievement, 'html')}",
        "image": f"{issuer.url}/{places.artwork(achievement)}",
        "artwork_file": places.artwork(achievement).rsplit("/", 1)[1],
        "json_file": places.achievement(achievement, "json").rsplit("/", 1)[1],
        **achievement_facts(achievement),
    }
    return render("achievement.html.j2", facts, issuer, look)


def index_page(achievements: Iterable[Achievement], issuer: Issuer, look: Look, vendors: Sequence[str] = ()) -> bytes:
    """Return the catalogue: what can be earned now. Some badges were made through *vendors*."""
    cards = [
        {
            **achievement_facts(achievement),
            "page_file": places.achievement(achievement, "html"),
            "artwork_file": places.artwork(achievement),
        }
        for achievement in sorted(achievements, key=lambda achievement: (achievement.name.casefold(), achievement.key))
    ]
    facts = {
        "root": "",
        "page": f"{issuer.url}/",
        "image": "",
        "cards": cards,
        "vendors": [wording.one_line(one, 100) for one in vendors],
    }
    return render("index.html.j2", facts, issuer, look)


def achievement_facts(achievement: Achievement, results: Sequence[Rating] = ()) -> dict[str, Any]:
    """Return what is told of an achievement; *results*: what one earner reached, as far as that is public."""
    return {
        "badge_name": wording.one_line(achievement.name),
        "description": wording.one_line(achievement.description, 1000),
        "criteria": to_html(achievement.criteria),
        "hours": wording.say_hours(achievement.hours) if achievement.hours else "",
        "kind": wording.say_kind(achievement.kind) if achievement.kind != "Badge" else "",
        "tags": [wording.one_line(tag, 60) for tag in achievement.tags],
        "alignment": [alignment(target) for target in achievement.alignment],
        "rubric": rubric(achievement.rubric, results),
        "reached": bool(results),
        "counts_for": wording.say_months(achievement.valid_months) if achievement.valid_months else "",
    }


def rubric(criteria: Sequence[Criterion], results: Sequence[Rating]) -> list[dict[str, Any]]:
    """Return criteria to be shown, each with its levels; one of them may be needed, one reached."""
    reached = {result.criterion.title: result.level for result in results}
    return [
        {
            "title": wording.one_line(one.title),
            "levels": [
                {
                    "name": wording.one_line(level),
                    "needed": level == one.needed,
                    "reached": level == reached.get(one.title),
                }
                for level in one.levels
            ],
        }
        for one in criteria
    ]


def alignment(target: Alignment) -> dict[str, str]:
    """Return a standard to be shown: its name, where it is explained, and what its framework calls it."""
    known_as = (wording.one_line(words, 200) for words in (target.framework, target.code))
    return {
        "name": wording.one_line(target.name, 200),
        "link": wording.web_link(target.url),
        "note": " · ".join(words for words in known_as if words),
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
