"""The address that badges bear for ever: may it still be chosen, was it changed, does a former one still answer?"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from bridge import wiring
from bridge.config import Settings
from bridge.config.addresses import is_loopback
from bridge.ledger import issued
from bridge.openbadges.addresses import did_web
from bridge.openbadges.findings import identifier, parse_object
from bridge.plan.guards import MOVING, address_of
from bridge.report import counted
from bridge.site import SiteFiles, keep_address, places
from bridge.site.public import get_page

from .findings import Findings, bad, good, warn

WHAT = "issuer's address"
OTHERS = (("github", "io"), ("gitlab", "io"), ("web", "app"), ("netlify", "app"), ("vercel", "app"), ("pages", "dev"))


def issuer_address(settings: Settings) -> Findings:
    url, did = settings.issuer.url, did_web(settings.issuer.url)
    badges = issued(settings.ledger.url, settings.key)
    former = {did_web(former) for former in settings.issuer.former_urls}
    strangers = badges.keys() - former - {did}
    for other in sorted(strangers):
        yield bad(
            WHAT,
            f"{bearing(badges[other])} {address_of(other)}, and [issuer.url] says {url}. No cycle runs, so that they "
            f"stay genuine.",
            f"Put the old address back. If it really must change, read “{MOVING}” in docs/operating.md.",
        )
    if not strangers:
        yield from choice(url, badges.get(did, 0))
    keep_address(SiteFiles(settings.site.folder), wiring.issuer_of(settings))


def choice(url: str, badges: int) -> Findings:
    """Say whether *url*, which so many badges bear, was well chosen, and whether it may still be chosen."""
    host = urlsplit(url).hostname or ""
    if is_loopback(host) or host.endswith((".example", ".test", ".invalid", ".localhost", ".local")):
        yield warn(
            WHAT,
            f"{url} can't be opened by strangers: fine for a trial.",
            "Badges bear the address for ever: before the first real one, choose an address that you will keep.",
        )
        return
    if tuple(host.split(".")[-2:]) in OTHERS:
        yield warn(
            WHAT,
            f"{host} belongs to somebody else; badges bear it for ever.",
            "An address of your own domain can move to another host, and badges stay valid.",
        )
    if badges:
        yield good(WHAT, f"{url}. {counted(badges, 'badge bears', 'badges bear')} it.")
    else:
        yield warn(
            WHAT,
            "No badge has been issued yet: this is the last moment to choose the address.",
            f"From the first one on, every badge bears {url} for ever.",
        )


def bearing(badges: int) -> str:
    return counted(badges, "badge bears", "badges bear")


def former_addresses(settings: Settings) -> Findings:
    """See whether strangers can still verify the badges of former addresses: their keys must be published there."""
    if settings.site.check != "http":
        return
    badges, present = issued(settings.ledger.url, settings.key), wiring.issuer_of(settings)
    for url in settings.issuer.former_urls:
        keys = places.did_file(replace(present, url=url))
        did, count = did_web(url), badges.get(did_web(url), 0)
        if not count:
            yield good("former address", f"No badge of this ledger bears {url}.")
        elif owner(get_page(f"{url}/{keys}", url)) == did:
            yield good("former address", f"{bearing(count)} {url}, and its keys are published there.")
        else:
            yield bad(
                "former address",
                f"{bearing(count)} {url}, and its keys are not published there any more: nobody can verify them.",
                "Publish the files of that site again, as they were, under that address.",
            )


def owner(document: bytes | None) -> str:
    """Return whose keys a DID document holds, "" for what is none."""
    try:
        return identifier(parse_object(document or b""))
    except ValueError:
        return ""
