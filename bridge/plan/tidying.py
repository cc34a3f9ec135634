"""What `badge-bridge sheet sync` does: make tabs that are missing, mend looks; no cell of a row is touched. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bridge.model import Known, Lesson, Line, Problem
from bridge.plan import guards
from bridge.plan.catalogue_rows import badges_to_make
from bridge.plan.desk_showing import show, tidied
from bridge.plan.learning import Learnt, distrust
from bridge.plan.locks import locked, with_locks, without_locks
from bridge.plan.log_tab import SHOWN
from bridge.plan.pages import Pages, pages
from bridge.plan.past import past
from bridge.plan.policy import Policy
from bridge.plan.scales import with_scales, words_of_scales
from bridge.plan.showing import Showing, is_to_be_made
from bridge.ports import Change, Own, OwnChange, SheetReading
from bridge.review import read_review, to_rows


@dataclass(frozen=True, slots=True)
class Tidying:
    """What is to be written, and to be remembered once it is: the versions that rows show, and facts."""

    change: Change = field(default_factory=Change)
    versions: Mapping[str, int] = field(default_factory=dict)
    pages: Pages = field(default_factory=Pages)
    problems: tuple[Problem, ...] = ()
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # as `Showing.links`


def tidy(known: Known, reading: SheetReading, log: Sequence[Line], now: datetime, policy: Policy) -> Tidying:
    """Compare the tabs and their looks with what they should be.

    Raise LedgerUnusable if the ledger was evidently lost, Refused if the site's address was changed under its badges.
    """
    guards.moved(known, policy)
    tab = reading.review
    table = read_review(tab.values, tab.marked) if tab is not None else None
    guards.ledger_lost(known, to_rows(table) if table is not None and not table.problems else ())
    own = pages(known, reading, log, now, policy)
    made = tuple(_made(own.changes))
    shown = own.facts if any(change.own is Own.LOG for change in made) else {}
    kept = replace(own, changes=made, facts={name: fact for name, fact in shown.items() if name == SHOWN})
    problems = tuple(Problem("sheet, tab Review", sentence, blocking=True) for sentence in distrust(known, reading))
    if is_to_be_made(known, reading):
        showing = show(known, reading, Learnt(Lesson(), past=past(known, now, policy)), policy, now)
        change = with_scales(showing, known, reading).change
        change = replace(change, own=with_locks(made, reading.unlocked.keys()), mend_catalogue=reading.badges_lack)
        return Tidying(change, showing.versions, kept, problems, showing.links)
    coaches = {} if problems else tidied(known, reading, policy, now)
    looks = Change(mend_review=bool(reading.lacking), mend_catalogue=reading.badges_lack)
    badges = badges_to_make(known, reading)
    looks = replace(looks, make_catalogue=badges is not None, badges=badges or ())
    change = replace(looks, own=with_locks(made, reading.unlocked.keys()), coaches=coaches)
    rated = Showing(change) if problems else with_scales(Showing(change), known, reading)
    return Tidying(rated.change, {}, kept, problems)


def _made(changes: Sequence[OwnChange]) -> Iterator[OwnChange]:
    """Of what the bridge's own tabs need: those that are not there, and charts that are missing."""
    for change in changes:
        if change.make:
            yield change
        elif change.draw:
            yield OwnChange(change.own, draw=True)


def put_in_order(change: Change, lacking: Sequence[str]) -> tuple[str, ...]:
    """What of the tab Review is put in order: *lacking* is what the reading lacked."""
    rated = () if change.make_review else words_of_scales(change.ratings)
    return (*(lacking if change.mend_review else ()), *rated)


def filled(change: Change) -> str:
    """What stands in the tab of badges that is made; "" where nobody has written a row yet."""
    return f"with the {len(change.badges)} that the ledger knows" if change.badges else ""


def in_words(change: Change, lacking: Sequence[str]) -> Iterator[str]:
    """What was done, once it is: *lacking* is what the reading lacked."""
    if change.make_review:
        yield "the tab Review was made"
    if in_order := put_in_order(change, lacking):
        yield f"put in order in Review: {', '.join(in_order)}"
    if change.make_catalogue:
        yield f"the tab Badges was made, {filled(change) or 'for you to write a row for each badge'}"
    if change.mend_catalogue:
        yield "put in order in Badges: the warning for who types into Status"
    for coach, theirs in change.coaches.items():
        yield f"the tab of {coach} was made" if theirs.make_review else f"put in order: the tab of {coach}"
    for own in without_locks(change.own):
        yield f"the tab {own.own.title()} was made" if own.make else f"the charts of {own.own.title()} were drawn"
    for title in locked(change):
        yield f"put in order in {title}: who may write there"
