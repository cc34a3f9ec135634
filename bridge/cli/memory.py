"""Commands that ask or tell the ledger: status, retry, allow, restore, sheet rebuild."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bridge.errors import BridgeError, LeaseHeld, Refused
from bridge.model import Effect, Kind, Known, Lesson, State, digest_day
from bridge.plan.learning import REBUILD
from bridge.plan.standing import Standing, standing
from bridge.report import counted, in_words

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


#: What a standing means for people.
STANDINGS = {
    Standing.WAITING: "waiting for a coach",
    Standing.HELD: "on hold, until a coach chooses again",
    Standing.DECIDED: "decided, about to take effect",
    Standing.HALF_APPROVED: "approved by one of two, waiting for the other",
    Standing.APPROVED: "approved, the badge is to be issued",
    Standing.IN_DOUBT: "approved, asking whether the badge was issued",
    Standing.ISSUED: "badge issued",
    Standing.RETURNED: "returned, waiting for the teacher",
    Standing.DECLINED: "declined",
    Standing.SUPERSEDED: "closed, a later attempt took its place",
    Standing.REVOKED: "badge revoked",
    Standing.DUPLICATE: "closed, the teacher had asked before",
}


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
                "digests": dict(last_digests(known)),
                "to_do": len(_in(known, State.PLANNED)),
                "allowed": known.allowance,
                "postponed": [
                    {
                        "why": why,
                        "effects": [e.key for e in effects],
                        "requests": sorted({e.request for e in effects} - {0}),
                    }
                    for why, effects in postponed(known).items()
                ],
                "stuck": [told(effect) for effect in stuck],
            }
        )
    else:
        _say_status(known, standings, stuck)
    return Exit.STUCK if stuck else Exit.DONE


def _say_status(known: Known, standings: dict[Standing, int], stuck: list[Effect]) -> None:
    requests, badges = len(known.requests), len(known.credentials)
    say(f"{counted(requests, 'request', 'requests')}, {counted(badges, 'badge', 'badges')} issued so far.")
    if standings:
        table(("attempts", "where they stand"), [(str(count), STANDINGS[at]) for at, count in standings.items()])
    if planned := _in(known, State.PLANNED):
        say(counted(len(planned), "thing is", "things are") + " to be done in the next cycles.")
    if waiting := postponed(known):
        say("Some of it could not be done yet; it is tried again by itself:")
        table(("what", "why"), [(_several(effects), why) for why, effects in waiting.items()])
    for day, sent in last_digests(known):
        say(f"The last digests, of {day}: {counted(sent, 'coach was', 'coaches were')} told of what waits.")
    if known.allowance:
        say(f"The next cycle may issue up to {known.allowance} badges at once.")
    if stuck:
        say(counted(len(stuck), "thing", "things") + " got stuck, waiting for a person:")
        table(("what", "why"), [(in_words(effect), effect.note) for effect in stuck])


def last_digests(known: Known) -> list[tuple[str, int]]:
    """Return the last day of which digests were sent, and how many; [] where there was none yet."""
    days = Counter(digest_day(e).isoformat() for e in _in(known, State.DONE) if e.kind is Kind.TELL_DIGEST)
    return sorted(days.items())[-1:]


def postponed(known: Known) -> dict[str, list[Effect]]:
    """Return what waits to be tried again, by its cause; causes that differ in nothing but the request are one."""
    found: dict[str, list[Effect]] = {}
    for effect in sorted(_in(known, State.PLANNED), key=lambda effect: effect.request):
        if effect.note and effect.not_before is not None:
            found.setdefault(re.sub(rf"\b{effect.attempt_id}\b", "…", effect.note), []).append(effect)
    return found


def _several(effects: list[Effect]) -> str:
    more = f", and {len(effects) - 1} more" if len(effects) > 1 else ""
    return f"{in_words(effects[0])}{more}"


def _in(known: Known, state: State) -> list[Effect]:
    return [effect for effect in known.effects.values() if effect.state is state]


def _standings(known: Known) -> dict[Standing, int]:
    found = [_stands(known, attempt_id) for attempt_id in known.attempts]
    return {each: found.count(each) for each in Standing if each in found}


def _stands(known: Known, attempt_id: str) -> Standing:
    """Where an attempt stands; what is issued stays so while its move is in doubt."""
    at = standing(known, attempt_id)
    return Standing.ISSUED if at is Standing.IN_DOUBT and attempt_id in known.credentials else at


def told(effect: Effect) -> dict[str, object]:
    return {
        "effect": effect.key,
        "request": effect.request or None,
        "state": effect.state.value,
        "in_doubt": effect.in_doubt,
        "attempts": effect.attempts,
        "not_before": effect.not_before,
        "note": effect.note,
    }


_MADE = "It is in doubt whether the badge was made already; the bridge asks before it repeats anything."
_WITHDRAWN = "It is in doubt whether the badge was withdrawn already; to withdraw it once more changes nothing."
#: What trying again means for what may have happened already. Of mails, Status tells.
DOUBTS = {Kind.ISSUE: _MADE, Kind.REISSUE: _MADE, Kind.REVOKE: _WITHDRAWN, Kind.WITHDRAW: _WITHDRAWN}


def retry(config: Path, number: int, *, as_json: bool) -> int:
    with opened(settings_of(config)) as ledger:
        if number not in ledger.load().requests:
            raise Refused(f"There is no request {number}. The numbers stand in the ID column of the review tab.")
        again = ledger.retry(number)
    if as_json:
        say_json({"request": number, "planned_again": [effect.key for effect in again]})
    elif again:
        say(f"The next cycle tries again: {'; '.join(map(in_words, again))}.")
        for doubt in dict.fromkeys(
            DOUBTS[effect.kind] for effect in again if effect.in_doubt and effect.kind in DOUBTS
        ):
            say(doubt)
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
    say("The next cycle makes the tab Review again, with a row for every attempt, and the tab Badges if it is gone.")
    return Exit.DONE


def _patiently(ledger: SqlLedger, act: Callable[[], T]) -> T:
    """Do *act* under the lease."""

    def leased() -> T:
        with ledger.lease():
            return act()

    return patiently(leased)


def patiently(act: Callable[[], T]) -> T:
    """Do *act*, which takes the lease; wait a while for a bridge that holds it."""
    until = time.monotonic() + WAIT
    while True:
        try:
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
