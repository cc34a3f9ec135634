"""The command that makes badges anew at another backend: reissue."""

from __future__ import annotations

import logging
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from bridge.config import Settings, load
from bridge.cycle import plan_moves, run_moves
from bridge.errors import BridgeError, ConfigProblems, LeaseHeld, Refused
from bridge.logs import start_log
from bridge.model import Kind, Known, Move, Order, State
from bridge.plan import Moving, Policy, Wish
from bridge.plan.moves import is_taken_up, sort_key
from bridge.plan.names import names_of
from bridge.ports import World
from bridge.report import Report, counted
from bridge.service import Stopped, stopping, until_stopped
from bridge.wiring import ledger_file, open_world

from .main import Exit
from .memory import WAIT
from .screen import progress, say, say_json, say_stopped, table

#: So many awards does a dry run list.
MOST_AWARDS = 20


def reissue(config: Path, wish: Wish, *, dry_run: bool, as_json: bool) -> int:
    settings = load(config)
    if not dry_run:
        start_log(logging.WARNING if sys.stderr.isatty() else logging.INFO)
    try:
        moving, known, policy, report = _moved(settings, wish, dry_run=dry_run, quiet=as_json)
    except Stopped as stopped:
        say_stopped(str(stopped), as_json=as_json)
        return Exit.DONE
    if as_json:
        say_json(_told(moving, known) | ({"report": report.as_json()} if report else {"dry_run": True}))
    else:
        for line in chain(_planned(moving, known, wish, policy, dry_run=dry_run), _done(moving, known, report)):
            say(line)
    return Exit.STUCK if report is not None and report.failed else Exit.DONE


def _moved(
    settings: Settings, wish: Wish, *, dry_run: bool, quiet: bool
) -> tuple[Moving, Known, Policy, Report | None]:
    """Move the awards, or only look which; return what is known afterwards, too."""
    file = ledger_file(settings)
    if file is not None and not file.exists():
        raise Refused(f"There is no ledger {file} yet. The first cycle makes it: badge-bridge run")
    with (
        stopping() as stop,
        progress(quiet=quiet) as told,
        open_world(settings, leased=not dry_run, progress=until_stopped(told, stop), stop=stop) as (world, policy),
    ):
        known = world.ledger.load()
        check(wish, policy, known)
        if dry_run:
            return plan_moves(world, policy, known, wish), known, policy, None
        moving, report = _patiently(world, policy, wish)
        return moving, world.ledger.load(), policy, report


def _patiently(world: World, policy: Policy, wish: Wish) -> tuple[Moving, Report]:
    """Move the awards; wait a while for a bridge that is at work."""
    until = time.monotonic() + WAIT
    while True:
        try:
            return run_moves(world, policy, wish)
        except LeaseHeld as busy:
            if time.monotonic() > until:
                raise BridgeError(f"{busy} Nothing was moved; try again when it is done.") from busy
            time.sleep(0.5)


def check(wish: Wish, policy: Policy, known: Known) -> None:
    """Raise ConfigProblems for a wish that can't be meant."""
    there, used = ", ".join(sorted(policy.backends)), {order.backend for order in known.all_orders()}
    no_such = "there is no such backend in the settings. There is"
    problems = []
    if wish.source not in policy.backends.keys() | used:
        problems.append(f"--from {wish.source}: {no_such}: {there}.")
    elif wish.revoke and wish.source not in policy.backends:
        problems.append(
            f"--revoke: {wish.source} is not in the settings any more, so nothing can be withdrawn there. Put its "
            "section back, or leave --revoke away."
        )
    if wish.target not in policy.backends:
        problems.append(f"--to {wish.target}: {no_such}: {there}.")
    if wish.source == wish.target:
        problems.append(f"--from and --to are both {wish.source}: there is nothing to move.")
    badges = {order.achievement for order in known.orders.values()} | known.achievements.keys()
    if wish.badge and wish.badge not in badges:
        which = ", ".join(sorted(badges)) or "none yet"
        problems.append(f"--badge {wish.badge}: there is no badge with this Key in the tab Badges. There is: {which}.")
    if problems:
        raise ConfigProblems(problems)


# ── for programs ─────────────────────────────────────────────────────────────


def _told(moving: Moving, known: Known) -> dict[str, object]:
    """Return what this call moves, what stays, and the map: old → new, of all moves that there ever were."""
    return {
        "moves": [{"attempt": move.attempt_id, **_ends(move, {})} for move in moving.moves],
        "stay": [{"attempt": attempt_id, "why": why} for attempt_id, why in moving.stay],
        "map": the_map(known, sorted(known.moves, key=sort_key)),
    }


def the_map(known: Known, attempts: Iterable[str]) -> list[dict[str, object]]:
    """Return all moves of *attempts* (ids): what took the place of what, and how far that has come."""
    pages = {credential.award: (credential.url, credential.vendor_url) for _, credential in known.all_credentials()}
    return [
        {
            "attempt": move.attempt_id,
            "n": move.n,
            "at": move.at,
            **_ends(move, pages),
            "state": known.effects[move.key(Kind.REISSUE)].state.value,
            "old_withdrawn_at": move.replaced.revoked_at if move.replaced else None,
        }
        for attempt_id in attempts
        for move in known.moves.get(attempt_id, ())
    ]


def _ends(move: Move, pages: dict[str, tuple[str, str]]) -> dict[str, object]:
    def end(order: Order) -> dict[str, str]:
        known = {"backend": order.backend, "award": order.award}
        page, vendor_url = pages.get(order.award, ("", ""))
        return known | ({"page": page} if page else {}) | ({"vendor_url": vendor_url} if vendor_url else {})

    return {"from": end(move.old), "to": end(move.new)}


# ── for people ───────────────────────────────────────────────────────────────


def _planned(moving: Moving, known: Known, wish: Wish, policy: Policy, *, dry_run: bool) -> Iterator[str]:
    source, target = policy.title(wish.source), policy.title(wish.target)
    if moving.moves:
        be = "would be" if dry_run else "to be"
        again = sum(is_taken_up(known, move) for move in moving.moves)
        if anew := len(moving.moves) - again:
            yield f"{counted(anew, 'badge', 'badges')} {be} made anew: from {source} to {target}."
        if again:
            yield f"{counted(again, 'badge', 'badges')} {be} taken up again: from {source} to {target}."
    elif not moving.stay:
        what = f"no badge {wish.badge}" if wish.badge else "no badge"
        yield f"Nothing to move: {what} is at {source}."
    if moving.moves and dry_run:
        rows = [(move.attempt_id, known.versions[move.new.achievement, move.new.version].name) for move in moving.moves]
        table(("request", "badge"), rows[:MOST_AWARDS])
        if len(rows) > MOST_AWARDS:
            yield f"… and {len(rows) - MOST_AWARDS} more: --json lists them all."
        yield from _names(moving, known, target)
        ends = "revoked, once its successor is public" if wish.revoke else "left as it is; --revoke withdraws it"
        yield f"Each holder gets one mail. What is replaced is {ends}."
    for why, number in Counter(why for _, why in moving.stay).most_common():
        words = f"it is: {why}" if number == 1 else f"they are: {of_several(why)}"
        yield f"{counted(number, 'badge stays', 'badges stay')} where {words}."
    if dry_run:
        yield "Nothing was changed."


def of_several(why: str) -> str:
    """Say of several badges why they stay: “it is being moved already” becomes “they are being moved already”."""
    for one, several in _SEVERAL.items():
        why = re.sub(rf"\b{one}\b", several, why)
    return why


_SEVERAL = {"it is": "they are", "it was": "they were", "it has": "they have", "its": "their"}


def _names(moving: Moving, known: Known, target: str) -> Iterator[str]:
    """Say how many names the target may get wrong."""
    named = [move.attempt_id for move in moving.moves if move.new.given_name]
    if cut := sum(names_of(known.attempts[attempt_id].submission).guessed for attempt_id in named):
        names = counted(cut, "name would be cut", "names would be cut")
        yield f"{names} in two before the last word, since {target} wants first and last name apart."


def _done(moving: Moving, known: Known, report: Report | None) -> Iterator[str]:
    """What was done, and what is left to the next cycle."""
    if report is None:
        return
    yield from report.lines()
    withdrawals = (known.effects.get(move.key(Kind.WITHDRAW)) for move in moving.moves)
    if left := sum(effect is not None and effect.state is State.PLANNED for effect in withdrawals):
        badges = counted(left, "replaced badge is", "replaced badges are")
        yield f"{badges} withdrawn by the next: badge-bridge run"
    if report.done:
        yield "The sheet tells of it after the next: badge-bridge run"
