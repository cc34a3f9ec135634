"""The servers that make badges in place of the embedded issuer: what the account finds there, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

from bridge import wiring
from bridge.backends.credly import token_age, token_words
from bridge.config import Settings, secret
from bridge.model import LOCAL, Effect, Kind, Known, State, Token
from bridge.ports import TokenStore
from bridge.report import counted
from bridge.wiring_vendors import badgr_of, credly_of, vendors_of
from bridge.wording import shorten

from .badges import Mapped, Row, mapping, named, rows_of, told
from .findings import Finding, Findings, bad, good, looked, warn
from .memory import known_of

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


def vendors(settings: Settings) -> Findings:
    """Ask each that is in use, with one look into the tab Badges for all."""
    rows = rows_of(settings) if settings.badgr.in_use or settings.credly.in_use else None
    yield from looked(BADGR, partial(badgr, settings, rows))
    yield from looked(CREDLY, partial(credly, settings, rows))
    yield from looked("vendors", partial(left_behind, settings))


def badgr(settings: Settings, rows: Mapping[str, Row] | None) -> Findings:
    ours = settings.badgr
    if not ours.in_use:
        return
    with tokens(settings) as store, closing(badgr_of(settings, store, wiring.clock_of(settings))) as server:
        found = server.survey()
    yield good(BADGR, f"{ours.url} lets us in.")
    listed = {issuer.id: issuer for issuer in found.issuers}
    if ours.issuer in listed:
        yield good(BADGR, f"The issuer is “{named(listed[ours.issuer])}”.")
        yield from mapping(Mapped(BADGR, "badgr", "BadgeClass", ours.badges, found.badges), rows)
        return
    what = f"The account can see no issuer {ours.issuer}." if ours.issuer else "[badgr] issuer is missing."
    if found.issuers:
        yield bad(BADGR, what, f"Write one of these into [badgr] issuer: {told(found.issuers)}")
    else:
        yield bad(BADGR, what, "It can see none at all: make one there, or have the account made staff of yours.")


def credly(settings: Settings, rows: Mapping[str, Row] | None) -> Findings:
    ours = settings.credly
    if not ours.in_use:
        return
    clock = wiring.clock_of(settings)
    today = clock.now().astimezone(ZoneInfo(settings.programme.timezone)).date()
    yield token(settings, today)
    with closing(credly_of(settings, clock)) as server:
        found = server.survey()
    yield good(CREDLY, f"{ours.url} lets us in.")
    yield from mapping(Mapped(CREDLY, "credly", "badge template", ours.badges, found.templates), rows)


def token(settings: Settings, today: date) -> Finding:
    """Say how old the token is."""
    if not settings.credly.token_made:
        return warn(CREDLY, "Nobody knows how old the token is; it lives 180 days.", "Fill in [credly] token_made.")
    made = date.fromisoformat(settings.credly.token_made)
    if sentence := token_age(made, today, settings.credly.token_env):
        return warn(CREDLY, sentence)
    return good(CREDLY, token_words(made, today)) if made <= today else warn(CREDLY, token_words(made, today))


def left_behind(settings: Settings) -> Findings:
    """Say what is still to be done at vendors that the settings know no more."""
    here = {LOCAL, *vendors_of(settings), *settings.issuer.gone}
    left: dict[str, list[Effect]] = {}
    known = known_of(settings)
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


CHECKS: Mapping[str, Callable[[Settings], Findings]] = {"vendors": vendors}
