"""What must be true of a world in which people and bridge have come to rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bridge.model import Kind, Known, State
from bridge.plan.catalogue_tab import catalogue_rows
from bridge.plan.cells import cells_of
from bridge.plan.chain import first_break
from bridge.plan.help_page import help_rows
from bridge.plan.history_note import history_note
from bridge.plan.hours import hours_of, hours_rows
from bridge.plan.log_tab import log_rows
from bridge.plan.pages import as_text
from bridge.plan.progress import progress_rows
from bridge.ports import Own, Rows, SheetReading
from bridge.review import BADGE, EMAIL, ID, LINK, STATUS, Noted, fold, is_id, read_review, to_rows
from tests.crash.world import FakeWorld
from tests.fakes.hands import Hands


def check_that_nothing_is_lost(world: FakeWorld, responses: Sequence[str]) -> None:
    known = world.known()
    assert not [effect for effect in known.effects.values() if effect.state is State.STUCK]
    asked = {a.submission.response_id for a in known.attempts.values() if not a.submission.by_itself}
    assert asked == set(responses)
    made = {award for backend in world.backends.values() for award in backend.credentials}
    assert {known.orders[key].award for key in known.credentials} == made


def check_mails(world: FakeWorld) -> None:
    known = world.known()
    assert not [key for key, times in Counter(world.mails).items() if times > 1]
    issued = {f"tell-issued:{key}" for key, credential in known.credentials.items() if not credential.revoked_at}
    revoked = {f"tell-revoked:{key}" for key, credential in known.credentials.items() if credential.revoked_at}
    received = {e.key for e in known.effects.values() if e.kind.is_mail and not e.after and e.state is State.DONE}
    digests = {key for key in received if key.startswith("tell-digest")}  # nothing may wait any more once it is due
    assert (issued | revoked | received) - digests <= set(world.mails)


def check_log(world: FakeWorld) -> None:
    """A line for each decision and each deed, in an unbroken chain."""
    log, known = world.ledger().log(), world.known()
    assert first_break(log) is None
    done = [e for e in known.effects.values() if e.state is State.DONE and e.kind is not Kind.TELL_DIGEST]
    told = [line for line in log if not line.what.startswith("coach told")]
    assert len(told) == len(done) + sum(map(len, known.decisions.values()))


def check_review(world: FakeWorld, reading: SheetReading) -> None:
    """Each attempt has a row, or stands in the Archive; all that the bridge fills in is what the ledger knows."""
    known, tab = world.known(), reading.review
    if tab is None or not tab.values:
        return
    table = read_review(tab.values, tab.marked)
    rows = () if table.problems else to_rows(table)
    if table.problems or _emptied(known, [row.attempt_id for row in rows]):
        return
    there = Counter(row.attempt_id for row in rows)
    away = {attempt_id for attempt_id, version in known.shown.items() if version == 0}
    assert known.attempts.keys() <= there.keys() | away
    assert not away or Own.ARCHIVE in reading.own
    for row in rows:
        assert row.cells[STATUS] or not is_id(row.attempt_id), f"nothing is said of row {row.attempt_id}"
        attempt = known.attempts.get(row.attempt_id)
        if attempt is None or there[row.attempt_id] > 1:
            continue
        request, status = known.requests[attempt.request], row.cells[STATUS]
        if (fold(row.cells[EMAIL]), fold(row.cells[BADGE])) != (request.recipient, fold(request.label)):
            continue
        wanted = cells_of(known, attempt, world.policy, world.clock.now())
        for title, value in wanted.items():
            if title in table.places and title != STATUS:
                assert row.cells[title] == as_text(value), (row.attempt_id, title)
        if isinstance(noted := row.cells[ID], Noted):  # as a fake tells it
            assert noted.note == history_note(known, attempt, world.policy), row.attempt_id
        if status.startswith(("Issued", "Revoked")):
            credential = known.credentials[row.attempt_id]
            assert row.cells[LINK] == credential.url
            assert status.startswith("Revoked") == bool(credential.revoked_at)


def _emptied(known: Known, ids: Sequence[str]) -> bool:
    """All rows were deleted at once: they wait for `sheet rebuild`."""
    shown = {attempt_id for attempt_id, version in known.shown.items() if version}
    return len(shown) >= 3 and not shown & set(ids)


def check_own_tabs(world: FakeWorld, hands: Hands, reading: SheetReading) -> None:
    """Log, Hours, Progress, Catalogue and Help say what the ledger knows; what stands right of that is people's."""
    known, now, policy = world.known(), world.clock.now(), world.policy
    expected: dict[Own, Rows] = {
        Own.LOG: log_rows(world.ledger().log()),
        Own.HOURS: hours_rows(hours_of(known, policy)),
        Own.PROGRESS: progress_rows(known, now, policy),
        Own.CATALOGUE: catalogue_rows(known, reading.catalogue, now, policy),
        Own.HELP: help_rows(policy, reading.views),
    }
    for own, rows in expected.items():
        assert left(hands.cells(own.title()), len(rows[0])) == [[as_text(value) for value in row] for row in rows], own


def left(cells: Sequence[Sequence[str]], width: int) -> list[list[str]]:
    """The first columns, without the empty rows at the end."""
    rows = [[*row[:width], *[""] * (width - len(row))] for row in cells]
    while rows and not any(rows[-1]):
        rows.pop()
    return rows
