"""One cycle: look, learn, act, show. Knows ports, never edges."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from bridge import plan
from bridge.acting import Actor
from bridge.errors import LEDGER_TROUBLE, BridgeError, Refused
from bridge.model import Effect, Kind, Known, Lesson, Problem, Uptake
from bridge.plan import FormList, Learnt, Moving, Pages, Policy, Seen, Showing, Wish, guards
from bridge.plan.deeds import AT_BACKEND
from bridge.plan.draft import copy_of
from bridge.plan.locks import locked, with_locks
from bridge.plan.tidying import badges_in_order, in_words, put_in_order
from bridge.ports import Change, SheetReading, World
from bridge.report import Report
from bridge.writing import OWN_TABS, written

log = logging.getLogger(__name__)

UNFORESEEN_LIST = "The list of badges in “{title}” could not be changed, in a way nobody foresaw; the log says more."
UNFORESEEN = "It could not be read, in a way that nobody foresaw; the log says more."

T = TypeVar("T")


def run_cycle(world: World, policy: Policy) -> Report:
    """Run one cycle under the lease and say what it did.

    Raise LeaseHeld if another bridge is at work, LeaseLost if one took over, LedgerUnusable if the ledger is lost.
    A part of the world that can't be reached is a problem in the report, and the rest goes on.
    """
    with world.ledger.lease():
        report = Report(started=world.clock.now())
        known = world.ledger.load()
        seen = look(world, known, report.problems)
        world.ledger.renew()  # whoever slept so long that another took over must not judge by what was known before
        learnt = plan.learn(seen, known, world.clock.now(), policy, world.dice())
        report.new_attempts = sum(1 for attempt in learnt.lesson.attempts if attempt.id not in known.attempts)
        if learnt.lesson:
            world.ledger.learn(learnt.lesson)
            known.learn(learnt.lesson)
        report.new_decisions = sum(1 for decision in learnt.lesson.decisions if decision.verdict is not None)
        report.problems.extend(learnt.lesson.problems)
        withheld = act(world, policy, known, report)
        if seen.sheet is not None:
            show(world, policy, known, seen.sheet, plan.with_withheld(learnt, withheld), report)
        keep_lists(world, plan.form_lists(seen, known), report)
        return finished(world, known, report)


def finished(world: World, known: Known, report: Report) -> Report:
    report.take_stock(known)
    report.take_log(known, world.ledger.log())
    report.finished = world.clock.now()
    report.remarks.extend(world.remarks(report.finished))
    return report


#: What moving awards to another backend takes.
_MOVING = (Kind.REISSUE, Kind.PUBLISH_REISSUED, Kind.WITHDRAW, Kind.TELL_REISSUED)


def run_moves(world: World, policy: Policy, wish: Wish) -> tuple[Moving, Report]:
    """Make the awards that *wish* names anew, under the lease, and nothing else; what was begun before goes on too.

    Asking again after a crash goes on where it was left. Raises as `run_cycle` does.
    """
    with world.ledger.lease():
        report = Report(started=world.clock.now())
        known = world.ledger.load()
        moving = plan_moves(world, policy, known, wish)
        if moving.lesson:
            world.ledger.learn(moving.lesson)
            known.learn(moving.lesson)
        others = {key for key, effect in known.effects.items() if effect.kind not in _MOVING}
        Actor(world, policy, known, report, others).run()
        return moving, finished(world, known, report)


def plan_moves(world: World, policy: Policy, known: Known, wish: Wish) -> Moving:
    """Decide which awards *wish* moves; nothing is changed."""
    guards.moved(known, policy)
    taken = world.site.forgotten(known)
    return plan.move_awards(known, wish, world.clock.now(), policy, world.dice(), taken)


def look(world: World, known: Known, problems: list[Problem]) -> Seen:
    """Read all there is, in bulk. What can't be read is a problem, and is left out."""
    sheet = _try("sheet", world.sheet.read, problems)
    forms = _try("form", lambda: world.forms.read(known.facts), problems) or ()
    answers = _try("decision form", lambda: world.answers(known.facts), problems)
    files = _ask("evidence", world.drive.describe, plan.wanted_evidence(forms, known), problems)
    catalogue = sheet.catalogue if sheet else None
    artworks = _ask("artwork", world.drive.fetch, sorted(plan.wanted_artworks(catalogue, known)), problems)
    criteria = _ask("criteria", world.drive.export, plan.wanted_criteria(catalogue, known), problems)
    accepted = _ask_vendors(world, known, problems)
    taken = _try("site", lambda: world.site.forgotten(known), problems) or ()
    return Seen(forms, sheet, files, artworks, criteria, accepted, answers, taken)


def _ask_vendors(world: World, known: Known, problems: list[Problem]) -> Mapping[str, Mapping[str, Uptake]]:
    """Ask each vendor what the earners did with their badges, in a few calls, now and then."""
    answers: dict[str, Mapping[str, Uptake]] = {}
    for name, credentials in plan.wanted_acceptance(known, world.clock.now()).items():
        backend = world.backends.get(name)
        if backend is not None:
            said = _try(f"issuer {name}", partial(backend.acceptance, credentials), problems)
            if said is not None:
                answers[name] = said
    return answers


Q = TypeVar("Q")


def _ask(
    where: str, question: Callable[[Sequence[Q]], Sequence[T]], items: Sequence[Q], problems: list[Problem]
) -> Sequence[T]:
    """Ask only when there is something to ask."""
    return (_try(where, lambda: question(items), problems) or ()) if items else ()


def _try(where: str, read: Callable[[], T], problems: list[Problem]) -> T | None:
    try:
        return read()
    except LEDGER_TROUBLE:
        raise
    except BridgeError as error:
        problems.append(Problem(where, str(error), blocking=True))
        log.warning("could not read: %s", where)
        return None
    except Exception:  # a mistake of ours: what can be done without this part is done all the same
        log.exception("could not read: %s", where)
        problems.append(Problem(where, UNFORESEEN, blocking=True))
        return None


def act(world: World, policy: Policy, known: Known, report: Report) -> frozenset[str]:
    """Run what is due; return the keys of what must wait for a person's word. A word given is used up by it."""
    withheld, problems = plan.withheld(known, world.clock.now(), policy)
    report.problems.extend(problems)
    Actor(world, policy, known, report, withheld).run()
    if known.allowance and not withheld:
        left, _ = plan.withheld(replace(known, allowance=0), world.clock.now(), policy)
        if not left:  # a backend that failed half-way leaves the rest allowed
            world.ledger.allow(0)
    return withheld


def show(world: World, policy: Policy, known: Known, reading: SheetReading, learnt: Learnt, report: Report) -> None:
    """Make the sheet say what the ledger knows, in one write; none when it says so already."""
    now = world.clock.now()
    moving, leaving = plan.to_move(known, learnt, now, policy), plan.leaving(known, learnt, policy, now)
    if moving or leaving or plan.rewrites(known, learnt, policy):
        fresh = _try("sheet", world.sheet.read, report.problems)
        if fresh is None:
            return
        if fresh.review != reading.review:  # somebody is at work there: rows are moved another time
            moving = frozenset()
        leaving = {coach: rows for coach, rows in leaving.items() if plan.is_same(coach, reading, fresh)}
        reading, learnt = fresh, plan.look_again(known, fresh, learnt)
    showing = _showing(known, reading, learnt, moving, leaving, policy, now)
    pages = _try(OWN_TABS, lambda: _pages(world, policy, known, reading), report.problems) or Pages()
    report.problems.extend(pages.problems)
    own = with_locks((*showing.change.own, *pages.changes), reading.unlocked.keys())
    change = replace(showing.change, own=own)
    if change:
        try:
            change, pages = written(world, reading, change, pages, report)
        except LEDGER_TROUBLE:
            raise
        except BridgeError as error:
            report.problems.append(Problem("sheet", str(error), blocking=True))
            return
        report.rows_added, report.rows_moved = len(change.added), len(change.removed)
        report.cells_written = len(change.review) + len(change.catalogue)
        report.tabs_written, report.desks_written = len(pages.changes), len(change.coaches)
        report.mended, report.badges_mended = put_in_order(change, reading), badges_in_order(change, reading)
        report.locked = locked(change)
    versions = showing.versions if change.is_in_review == showing.change.is_in_review else {}  # else all is as it was
    if plan.rewritten(known, learnt, versions):  # what was chosen in the moment before is about the older words
        versions = plan.seen_since(known, learnt, _try("sheet", world.sheet.read, report.problems), versions)
    if versions:
        world.ledger.shown(versions)
    linked = _where_cells_lead(showing.links, showing.change, change)
    moved, noted = showing.facts if change.removed else {}, plan.notes_left(known, learnt, change)
    if facts := {**pages.facts, **linked, **moved, **noted}:
        world.ledger.learn(Lesson(facts=facts))


def _showing(
    known: Known,
    reading: SheetReading,
    learnt: Learnt,
    moving: Collection[str],
    leaving: Mapping[str, Sequence[int]],
    policy: Policy,
    now: datetime,
) -> Showing:
    """What the tabs of requests must say, with the rows of *moving* gone over to the Archive, and those of *leaving*
    (places, by coach) from coaches' own tabs."""
    showing = plan.show(known, reading, learnt, policy, now)
    showing = plan.moved(showing, known, reading, learnt, moving, now, policy)
    showing = replace(showing, change=plan.without(showing.change, leaving))
    return (
        plan.with_scales(showing, known, reading) if learnt.review_is_whole or showing.change.make_review else showing
    )


def _where_cells_lead(links: Mapping[str, Mapping[str, str]], wanted: Change, written: Change) -> Mapping[str, str]:
    """The facts of those tabs that were written as they were to be."""
    left = wanted.coaches.keys() - written.coaches.keys()
    left |= {""} if wanted.is_in_review and not written.is_in_review else set()
    return {name: fact for coach, facts in links.items() if coach not in left for name, fact in facts.items()}


def _pages(world: World, policy: Policy, known: Known, reading: SheetReading) -> Pages:
    return plan.pages(known, reading, world.ledger.log(), world.clock.now(), policy)


def keep_lists(world: World, lists: Sequence[FormList], report: Report) -> None:
    """Bring the lists of badges in the forms in step, last of all: no badge, mail or row waits for Google Forms.

    Nothing is remembered of it: the next cycle compares anew.
    """
    for one in lists:
        report.problems.extend(one.problems)
        if not one.choices:
            continue
        try:
            world.forms.offer(one.reading, one.choices)
        except LEDGER_TROUBLE:
            raise
        except BridgeError as error:
            report.problems.append(Problem("form", str(error), blocking=isinstance(error, Refused)))
        except Exception:  # a mistake of ours: the other forms, and the report, come all the same
            log.exception("could not write: form")
            report.problems.append(Problem("form", UNFORESEEN_LIST.format(title=one.reading.title), blocking=True))
        else:
            report.lists_written += 1


@dataclass(frozen=True, slots=True)
class Synced:
    """What `sheet sync` did, in words, and what keeps it from doing more."""

    did: tuple[str, ...]
    problems: tuple[Problem, ...]


def run_sync(world: World, policy: Policy) -> Synced:
    """Make the tabs that are missing and mend looks, under the lease, in one write at most; touch no row.

    Raises as `run_cycle` does, and Refused or TryLater where the spreadsheet can't be read or written.
    """
    with world.ledger.lease():
        report, known = Report(started=world.clock.now()), world.ledger.load()
        reading = world.sheet.read(choices=True)
        tidying = plan.tidy(known, reading, world.ledger.log(), world.clock.now(), policy)
        change, pages = tidying.change, tidying.pages
        if change:
            change, pages = written(world, reading, change, pages, report)
        if tidying.versions:
            world.ledger.shown(tidying.versions)
        if facts := {**pages.facts, **_where_cells_lead(tidying.links, tidying.change, change)}:
            world.ledger.learn(Lesson(facts=facts))
        did = tuple(in_words(change, reading))
        return Synced(did, (*tidying.problems, *tidying.pages.problems, *report.problems))


@dataclass(frozen=True, slots=True)
class Preview:
    """What a cycle would do: a dry run changes nothing, in the world or in the ledger."""

    effects: tuple[Effect, ...]
    withheld: frozenset[str]
    change: Change
    problems: tuple[Problem, ...] = field(default=())
    lacking: tuple[str, ...] = ()  # what of the review tab's looks would be put in order
    badges_lacking: tuple[str, ...] = ()  # the same of the tab of badges
    places: Mapping[str, str] = field(default_factory=dict)  # key of an effect → who makes, or withdraws, the badge
    lists: tuple[FormList, ...] = ()  # of badges, in forms, that would change
    moved: tuple[str, ...] = ()  # attempts whose rows would go over to the Archive, if nobody is at work in Review


def plan_cycle(world: World, policy: Policy) -> Preview:
    """Look and decide on a copy. Effects that follow from others are not yet due, and not listed."""
    problems: list[Problem] = []
    known = copy_of(world.ledger.load())
    seen = look(world, known, problems)
    now = world.clock.now()
    learnt = plan.learn(seen, known, now, policy, world.dice())
    known.learn(learnt.lesson)
    withheld, guarded = plan.withheld(known, now, policy)
    told = plan.with_withheld(learnt, withheld)
    showing, moving = Showing(Change()), frozenset[str]()
    if seen.sheet is not None:
        moving = plan.to_move(known, told, now, policy)
        showing = _showing(known, seen.sheet, told, moving, plan.leaving(known, told, policy, now), policy, now)
        own = with_locks(showing.change.own, seen.sheet.unlocked.keys())
        showing = replace(showing, change=replace(showing.change, own=own))
    effects = tuple(plan.due(known, now, leave=withheld))
    lists = plan.form_lists(seen, known)
    listed = [problem for one in lists for problem in one.problems]
    return Preview(
        effects=effects,
        withheld=withheld,
        change=showing.change,
        problems=(*problems, *learnt.lesson.problems, *guarded, *listed),
        lacking=put_in_order(showing.change, seen.sheet) if seen.sheet else (),
        badges_lacking=badges_in_order(showing.change, seen.sheet) if seen.sheet else (),
        places={e.key: policy.title(known.order_of(e).backend) for e in effects if e.kind in AT_BACKEND},
        lists=tuple(one for one in lists if one.choices),
        moved=tuple(attempt.id for attempt in known.attempts.values() if attempt.id in moving),
    )
