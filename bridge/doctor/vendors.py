"""The servers that make badges in place of the embedded issuer: what the account finds there, by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from bridge import wiring
from bridge.backends.credly import token_age, token_words
from bridge.backends.listed import Listed
from bridge.config import Settings, secret
from bridge.ledger.engine import PATIENCE, explained, make_engine, parse_url, reading
from bridge.ledger.lessons import load
from bridge.ledger.migrations import HEAD, version_of
from bridge.model import LOCAL, Effect, Kind, Known, State, Token
from bridge.ports import TokenStore
from bridge.report import counted
from bridge.wording import shorten, visible

from .findings import Finding, Findings, bad, good, warn

BADGR, CREDLY = "Badgr", "Credly"


@dataclass
class Scratch:
    """`TokenStore` for the time of one look."""

    kept: dict[str, Token] = field(default_factory=dict)

    def token(self, backend: str) -> Token | None:
        return self.kept.get(backend)

    def keep_token(self, backend: str, token: Token) -> None:
        self.kept[backend] = token


@contextmanager
def tokens(settings: Settings) -> Iterator[TokenStore]:
    """The ledger, where there is one.

    Where there is none yet, none is made; but a refresh token is good for one use, so the next one must be kept.
    """
    file = wiring.ledger_file(settings)
    if file is not None and not file.exists() and not secret(settings.badgr.refresh_token_env):
        yield Scratch()
        return
    ledger = wiring.ledger_of(settings, wiring.clock_of(settings))
    try:
        yield ledger
    finally:
        ledger.close()


def badgr(settings: Settings) -> Findings:
    ours = settings.badgr
    if not ours.in_use:
        return
    with tokens(settings) as store, closing(wiring.badgr_of(settings, store, wiring.clock_of(settings))) as server:
        found = server.survey()
    yield good(BADGR, f"{ours.url} lets us in.")
    listed = {issuer.id: issuer for issuer in found.issuers}
    if ours.issuer in listed:
        yield good(BADGR, f"The issuer is “{named(listed[ours.issuer])}”.")
        yield from mapping(BADGR, "badgr", "BadgeClass", ours.badges, found.badges)
        return
    what = f"The account can see no issuer {ours.issuer}." if ours.issuer else "[badgr] issuer is missing."
    if found.issuers:
        yield bad(BADGR, what, f"Write one of these into [badgr] issuer: {told(found.issuers)}")
    else:
        yield bad(BADGR, what, "It can see none at all: make one there, or have the account made staff of yours.")


def credly(settings: Settings) -> Findings:
    ours = settings.credly
    if not ours.in_use:
        return
    clock = wiring.clock_of(settings)
    today = clock.now().astimezone(ZoneInfo(settings.programme.timezone)).date()
    yield token(settings, today)
    with closing(wiring.credly_of(settings, clock)) as server:
        found = server.survey()
    yield good(CREDLY, f"{ours.url} lets us in.")
    yield from mapping(CREDLY, "credly", "badge template", ours.badges, found.templates)


def token(settings: Settings, today: date) -> Finding:
    """Say how old the token is."""
    if not settings.credly.token_made:
        return warn(CREDLY, "Nobody knows how old the token is; it lives 180 days.", "Fill in [credly] token_made.")
    made = date.fromisoformat(settings.credly.token_made)
    if sentence := token_age(made, today):
        return warn(CREDLY, sentence)
    return good(CREDLY, token_words(made, today)) if made <= today else warn(CREDLY, token_words(made, today))


def mapping(title: str, section: str, what: str, badges: Mapping[str, str], found: Sequence[Listed]) -> Findings:
    """Say of each badge of the settings whether it is there, and list what none of them names."""
    listed = {one.id: one for one in found}
    for key, vendor_id in badges.items():
        one = listed.get(vendor_id)
        if one is None:
            yield bad(title, f"{key}: there is no {what} {vendor_id}.", f"Correct the line in [{section}.badges].")
        elif one.archived:
            yield bad(title, f"{key}: the {what} “{named(one)}” is archived.", "Bring it back there, or name another.")
        else:
            yield good(title, f"{key} is “{named(one)}”.")
    for vendor_id, count in Counter(badges.values()).items():
        if count > 1:
            keys = ", ".join(key for key, one in badges.items() if one == vendor_id)
            yield warn(title, f"{keys} are one {what}: whoever has one of them can't have another.", "Is it meant?")
    if left := [one for one in found if one.id not in badges.values() and not one.archived]:
        lines = f"To use one, add a line to [{section}.badges]: its Key in the tab Badges = the id."
        yield warn(title, f"Used by no badge of yours: {told(left)}", lines)


def left_behind(settings: Settings) -> Findings:
    """Say what is still to be done at vendors that the settings know no more."""
    here = {LOCAL, *wiring.vendors_of(settings), *settings.issuer.gone}
    left: dict[str, list[Effect]] = {}
    known = _known(settings)
    for effect in known.effects.values():
        if effect.state in (State.PLANNED, State.STUCK) and _needs_its_backend(known, effect):
            left.setdefault(known.order_of(effect).backend, []).append(effect)
    for name, effects in sorted((name, effects) for name, effects in left.items() if name not in here):
        what = counted(len(effects), "thing is", "things are")
        requests = sorted({effect.request for effect in effects})
        rows = "row of request" if len(requests) == 1 else "rows of requests"
        yield warn(
            "vendors",
            f"{what} still to be done at {name}, which is not in the settings: see badge-bridge status, and in the "
            f"sheet the {rows} {shorten(', '.join(map(str, requests)), 60)}.",
            "Put its section back until that is done; Status says what else helps. If it is gone for good, write: "
            f'[issuer] gone = ["{name}"]',
        )


def _needs_its_backend(known: Known, effect: Effect) -> bool:
    """Return whether only its backend can do it: make, withdraw, or show the picture of what is made."""
    if effect.kind in (Kind.PUBLISH, Kind.PUBLISH_REISSUED):
        return (
            known.effects[effect.after].state is State.DONE
            and f"{Kind.REVOKE}:{effect.attempt_id}" not in known.effects
        )
    return effect.kind in (Kind.ISSUE, Kind.REISSUE, Kind.REVOKE, Kind.WITHDRAW)


def _known(settings: Settings) -> Known:
    """What the ledger tells, as it lies there: nothing where there is none, or one of another version."""
    file = wiring.ledger_file(settings)
    if file is not None and not file.exists():
        return Known()
    address = parse_url(settings.ledger.url)
    engine = make_engine(address, PATIENCE)
    try:
        with explained(address), reading(engine) as connection:
            return load(connection, settings.key) if version_of(connection) == HEAD else Known()
    finally:
        engine.dispose()


def named(one: Listed) -> str:
    return shorten(" ".join(visible(one.name).split()), 60)


def told(listed: Sequence[Listed], most: int = 20) -> str:
    """Return names and ids, so that these can be copied into the settings."""
    words = [f"“{named(one)}” ({shorten(visible(one.id), 60)})" for one in listed[:most]]
    more = f", and {len(listed) - most} more" if len(listed) > most else ""
    return (", ".join(words) or "none") + more + "."


CHECKS: Mapping[str, Callable[[Settings], Findings]] = {BADGR: badgr, CREDLY: credly, "vendors": left_behind}
