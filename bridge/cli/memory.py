"""Commands that ask or tell the ledger: status, explain, retry, allow, restore, sheet rebuild."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bridge.errors import BridgeError, LeaseHeld, Refused
from bridge.model import Effect, Event, Kind, Known, Lesson, State
from bridge.plan.learning import REBUILD
from bridge.plan.standing import Standing, standing

from .main import Exit
from .screen import say, say_json, table

if TYPE_CHECKING:
    from bridge.config import Settings
    from bridge.ledger import SqlLedger

T = TypeVar("T")

WAIT = 30.0  # seconds for which a person's command waits while a bridge holds the lease


def settings_of(config: Path) -> Settings:
    """Load the settings; the key files need not be there for what only asks the ledger."""
    from bridge.config import load

    return load(config, files=False)


@contextmanager
def opened(settings: Settings) -> Iterator[SqlLedger]:
    """Open the ledger of a programme that has one. Raise Refused when there is none yet."""
    from bridge.wiring import clock_of, ledger_file, ledger_of

    file = ledger_file(settings)
    if file is not None and not file.exists():
        raise Refused(f"There is no ledger {file} yet. The first cycle makes it: badge-bridge run")
    ledger = ledger_of(settings, clock_of(settings))
    try:
        yield ledger
    finally:
        ledger.close()


def status(config: Path, *, as_json: bool) -> int:
    with opened(settings_of(config)) as ledger:
        known = ledger.load()
    stuck = sorted(_in(known, State.STUCK), key=lambda effect: effect.key)
    standings = _standings(known)
    if as_json:
        say_json(
            {
                "requests": len(known.requests),
                "attempts": {name.value.replace(" ", "_"): count for name, count in standings.items()},
                "badges": len(known.credentials),
                "mails": sum(1 for e in _in(known, State.DONE) if e.kind.is_mail),
                "to_do": len(_in(known, State.PLANNED)),
                "allowed": known.allowance,
                "stuck": [_told(effect) for effect in stuck],
            }
        )
    else:
        _say_status(known, standings, stuck)
    return Exit.STUCK if stuck else Exit.DONE


def _say_status(known: Known, standings: dict[Standing, int], stuck: list[Effect]) -> None:
    say(f"{len(known.requests)} requests, {len(known.credentials)} badges.")
    table(("attempts", "count"), [(name.value, str(count)) for name, count in standings.items()])
    if planned := _in(known, State.PLANNED):
        say(f"{len(planned)} things are to be done in the next cycles.")
    if known.allowance:
        say(f"The next cycle may issue up to {known.allowance} badges at once.")
    if stuck:
        say(f"{len(stuck)} got stuck and wait for a person:")
        table(("what", "why"), [(effect.key, effect.note) for effect in stuck])
        say(f"Once the cause is gone: badge-bridge retry {stuck[0].request}")


def _in(known: Known, state: State) -> list[Effect]:
    return [effect for effect in known.effects.values() if effect.state is state]


def _standings(known: Known) -> dict[Standing, int]:
    found = [standing(known, attempt_id) for attempt_id in known.attempts]
    return {each: found.count(each) for each in Standing if each in found}


def _told(effect: Effect) -> dict[str, object]:
    return {
        "effect": effect.key,
        "request": effect.request,
        "state": effect.state.value,
        "in_doubt": effect.in_doubt,
        "attempts": effect.attempts,
        "not_before": effect.not_before,
        "note": effect.note,
    }


def explain(config: Path, number: int, *, as_json: bool) -> int:
    with opened(settings_of(config)) as ledger:
        known = ledger.load()
        history = ledger.history(number)
    request = known.requests.get(number)
    if request is None:
        raise Refused(f"There is no request {number}. The numbers stand in the review tab, column ID, before the -.")
    attempts = [attempt for attempt in known.attempts.values() if attempt.request == number]
    effects = [effect for effect in known.effects.values() if effect.request == number]
    if as_json:
        say_json(
            {
                "request": number,
                "badge": request.achievement or request.label,
                "asked_at": request.created_at,
                "duplicate_of": request.duplicate_of,
                "attempts": [{"id": a.id, "version": a.version, "standing": standing(known, a.id)} for a in attempts],
                "effects": [_told(effect) for effect in effects],
                "pages": [known.credentials[a.id].url for a in attempts if a.id in known.credentials],
                "history": [{"at": e.at, "attempt": e.attempt_id, "what": e.what, "note": e.note} for e in history],
            }
        )
        return Exit.DONE
    say(f"Request {number}: {request.label or request.achievement}, asked {_minute(request.created_at)} UTC")
    for attempt in attempts:
        say(f"Attempt {attempt.id}: {standing(known, attempt.id).value}")
    table(("when (UTC)", "attempt", "what", "note"), [_line(event) for event in history])
    if open_ := [effect for effect in effects if effect.state in (State.PLANNED, State.STUCK)]:
        say("Not done yet:")
        table(("what", "state", "why"), [(e.key, _state(e), e.note) for e in open_])
    return Exit.DONE


def _line(event: Event) -> tuple[str, str, str, str]:
    return (_minute(event.at), event.attempt_id, event.what, event.note)


def _state(effect: Effect) -> str:
    return f"{effect.state.value}, in doubt" if effect.in_doubt else effect.state.value


def _minute(moment: object) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def retry(config: Path, number: int, *, as_json: bool) -> int:
    with opened(settings_of(config)) as ledger:
        if number not in ledger.load().requests:
            raise Refused(f"There is no request {number}. The numbers stand in the ID column of the review tab.")
        again = ledger.retry(number)
    if as_json:
        say_json({"request": number, "planned_again": [effect.key for effect in again]})
    elif again:
        say(f"The next cycle tries again: {', '.join(effect.key for effect in again)}.")
        if any(effect.in_doubt and effect.kind in (Kind.ISSUE, Kind.REVOKE) for effect in again):
            say("It is in doubt whether it happened already; the bridge asks before it repeats anything.")
    else:
        say(f"Nothing of request {number} is stuck or postponed.")
    return Exit.DONE


def allow(config: Path, awards: int) -> int:
    with opened(settings_of(config)) as ledger:
        ledger.allow(awards)
    say(f"The next cycle may issue up to {awards} badges at once." if awards else "The allowance is taken back.")
    return Exit.DONE


def sheet_rebuild(config: Path) -> int:
    with opened(settings_of(config)) as ledger:
        _patiently(ledger, lambda: ledger.learn(Lesson(facts={REBUILD: "yes"})))
    say("The next cycle makes the review tab again, with a row for every attempt.")
    return Exit.DONE


def _patiently(ledger: SqlLedger, act: Callable[[], T]) -> T:
    """Do *act* under the lease; wait a while for a bridge that holds it."""
    until = time.monotonic() + WAIT
    while True:
        try:
            with ledger.lease():
                return act()
        except LeaseHeld as error:
            if time.monotonic() > until:
                raise BridgeError(f"{error} Nothing was changed; try again when it is done.") from error
            time.sleep(0.5)


def list_backups(config: Path) -> int:
    from bridge.ledger.backup import backups

    folder = settings_of(config).ledger.backups
    kept = backups(folder)
    for file in kept:
        say(str(file))
    if not kept:
        say(f"There is no backup in {folder}.")
    return Exit.DONE


def restore(config: Path, file: Path | None) -> int:
    from bridge.wiring import restore_ledger

    settings = settings_of(config)
    used, aside = restore_ledger(settings, file)
    say(f"{used} is the ledger now.")
    if aside is not None:
        say(f"The one before was set aside as {aside}.")
    say("What was sent or issued since that backup is not known any more. Look first: badge-bridge plan")
    return Exit.DONE
