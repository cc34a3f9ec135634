"""The command `explain`: what a request went through, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bridge.errors import BridgeError, Refused
from bridge.model import LOCAL, Attempt, Effect, Event, Identity, Kind, Known, Request, State
from bridge.plan import Policy
from bridge.plan.deeds import DOING
from bridge.plan.pathways import still_lacking
from bridge.plan.standing import standing
from bridge.plan.status import status_words
from bridge.report import in_words

from .main import Exit
from .memory import opened, settings_of, told
from .screen import say, say_json, table

if TYPE_CHECKING:
    from bridge.config import Settings


def explain(config: Path, number: int, *, as_json: bool) -> int:
    settings = settings_of(config)
    with opened(settings) as ledger:
        known = ledger.load()
        history = ledger.history(number)
    request = known.requests.get(number)
    if request is None:
        raise Refused(f"There is no request {number}. The numbers stand in the review tab, column ID, before the -.")
    if as_json:
        say_json(_as_json(known, request, history))
    else:
        _say(settings, known, request, history)
    return Exit.DONE


def _attempts(known: Known, request: Request) -> list[Attempt]:
    return [attempt for attempt in known.attempts.values() if attempt.request == request.number]


def _effects(known: Known, request: Request) -> list[Effect]:
    return [effect for effect in known.effects.values() if effect.request == request.number]


def _as_json(known: Known, request: Request, history: Sequence[Event]) -> dict[str, object]:
    from .moving import the_map

    attempts = _attempts(known, request)
    return {
        "request": request.number,
        "badge": request.achievement or request.label,
        "asked_at": request.created_at,
        "duplicate_of": request.duplicate_of,
        "attempts": [{"id": a.id, "version": a.version, "standing": standing(known, a.id)} for a in attempts],
        "effects": [told(effect) for effect in _effects(known, request)],
        "backends": {a.id: known.orders[a.id].backend for a in attempts if a.id in known.orders},
        "vendor_pages": [c.vendor_url for a in attempts if (c := known.credentials.get(a.id)) and c.vendor_url],
        "pages": [known.credentials[a.id].url for a in attempts if a.id in known.credentials],
        "moves": the_map(known, [attempt.id for attempt in attempts]),
        "history": [{"at": e.at, "attempt": e.attempt_id, "what": e.what, "note": e.note} for e in history],
    }


def _say(settings: Settings, known: Known, request: Request, history: Sequence[Event]) -> None:
    """Where each attempt stands, in the words of the sheet, then what happened, in the programme's own time."""
    from bridge.wiring_vendors import vendors_of

    zone = settings.programme.timezone
    backends = {LOCAL: None, **vendors_of(settings)}
    policy = Policy(
        settings.issuer.url,
        key_id="",
        tz=ZoneInfo(zone),
        coordinator=settings.programme.coordinator,
        identity=Identity(settings.review.identity),
        backends=backends,
    )
    say(f"Request {request.number}: {request.label or request.achievement}")
    lacking = still_lacking(known, _now(settings))
    for attempt in _attempts(known, request):
        words = status_words(known, attempt, "", policy, lacks=lacking.get(attempt.id, ""))
        say(f"Attempt {attempt.id}: {words}")
        for line in _place(known, attempt, policy):
            say(f"  {line}")
    say()
    events = [(policy.minute(e.at), e.attempt_id, _event(e), e.note) for e in _telling(history)]
    table((f"when ({zone})", "attempt", "what", "note"), events)
    if waiting := [e for e in _effects(known, request) if e.state in (State.PLANNED, State.STUCK)]:
        say()
        say("Not done yet:")
        table(("what", "state", "why"), [(in_words(e), _state(e), e.note) for e in waiting])


def _now(settings: Settings) -> datetime:
    """What the clock of the settings says; that of this machine where it follows a sandbox's that is over, as the
    demo's is."""
    from bridge.wiring import clock_of

    try:
        return clock_of(settings).now()
    except BridgeError:
        return datetime.now(UTC)


def _place(known: Known, attempt: Attempt, policy: Policy) -> Iterator[str]:
    """Say who makes the badge, or made it, and where it is to be seen."""
    order, credential = known.orders.get(attempt.id), known.credentials.get(attempt.id)
    if credential is not None:
        yield credential.url
    if order is not None:
        there = f": {credential.vendor_url}" if credential is not None and credential.vendor_url else ""
        yield f"{'made' if credential is not None else 'to be made'} by {policy.title(order.backend)}{there}"


def _telling(history: Sequence[Event]) -> Iterator[Event]:
    """Leave out the steps of what was done in the end, and tries that ended as the one before; the JSON has all."""
    ends = {(event.attempt_id, event.what) for event in history}
    last: dict[tuple[str, str], str] = {}
    for event in history:
        kind, _, step = event.what.partition(" ")
        done, waits = (event.attempt_id, f"{kind} done"), (event.attempt_id, f"{kind} postponed")
        if step in ("begun", "laid ready") and (done in ends or waits in last):
            continue
        if step == "postponed" and last.get(waits) == event.note:
            continue
        if step == "postponed":
            last[waits] = event.note
        yield event


def _event(event: Event) -> str:
    kind, _, step = event.what.partition(" ")
    return f"{DOING[Kind(kind)]}: {step}" if kind in set(Kind) else event.what


def _state(effect: Effect) -> str:
    return f"{effect.state.value}, in doubt" if effect.in_doubt else effect.state.value
