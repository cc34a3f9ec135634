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
from bridge.plan.pages import LINKED, Pages, pages
from bridge.plan.past import past
from bridge.plan.policy import Policy
from bridge.plan.scales import with_scales, words_of_scales
from bridge.plan.showing import Showing, is_to_be_made
from bridge.ports import Change, Own, OwnChange, SheetReading, Tab
from bridge.review import TITLES_ROW, read_review, to_rows
from bridge.wording import discreet

LOW_TITLES = (
    "The titles of this tab stand in row {row} and could not be put back on top, so nothing was written there. {why} "
    "Delete the rows above them."
)


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
    new = {change.own for change in made}
    told = {name for name, page in ((SHOWN, Own.LOG), (LINKED, Own.HELP)) if page in new}
    kept = replace(own, changes=made, facts={name: fact for name, fact in own.facts.items() if name in told})
    problems = tuple(Problem("sheet, tab Review", sentence, blocking=True) for sentence in distrust(known, reading))
    if is_to_be_made(known, reading):
        showing = show(known, reading, Learnt(Lesson(), past=past(known, now, policy)), policy, now)
        change = with_scales(showing, known, reading).change
        change = replace(change, own=with_locks(made, reading.unlocked.keys()))
        change = replace(change, mend_catalogue=bool(reading.badges_lacking))
        return Tidying(change, showing.versions, kept, problems, showing.links)
    coaches = {} if problems else tidied(known, reading, policy, now)
    looks = Change(mend_review=bool(reading.lacking), mend_catalogue=bool(reading.badges_lacking))
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


def put_in_order(change: Change, reading: SheetReading) -> tuple[str, ...]:
    """What of the tab Review is put in order; its titles come on top with whatever is written there."""
    rated = () if change.make_review else words_of_scales(change.ratings)
    looks = [one for one in reading.lacking if change.mend_review or (one == TITLES_ROW and change.is_in_review)]
    return (*looks, *rated)


def badges_in_order(change: Change, reading: SheetReading) -> tuple[str, ...]:
    """The same of the tab Badges."""
    lacking = reading.badges_lacking
    return tuple(one for one in lacking if change.mend_catalogue or (one == TITLES_ROW and change.catalogue))


def without_low_titles(change: Change, reading: SheetReading) -> Change:
    """*change*, but for the tabs whose titles stand below other rows: they must be moved first, or all goes astray."""
    if _is_low(reading.review):
        # rows that stay don't go to the Archive, either
        own = tuple(one for one in change.own if not (change.removed and one.own is Own.ARCHIVE))
        change = replace(change, mend_review=False, added=(), review=(), notes=(), removed=(), own=own)
        change = replace(change, ratings=None, choices=None)
    if _is_low(reading.catalogue):
        change = replace(change, mend_catalogue=False, catalogue=())
    seen = reading.coaches
    high = {coach: one for coach, one in change.coaches.items() if coach not in seen or not _is_low(seen[coach].review)}
    return replace(change, coaches=high)


def low_titles(change: Change, written: Change, reading: SheetReading, why: object) -> Iterator[Problem]:
    """What to say of each tab to which *change* would have done something, and *written* did nothing."""
    tabs = [reading.review] if change.is_in_review and not written.is_in_review else []
    tabs += [reading.catalogue] if change.is_in_catalogue and not written.is_in_catalogue else []
    unwritten = sorted(change.coaches.keys() - written.coaches.keys())
    tabs += [reading.coaches[coach].review for coach in unwritten if coach in reading.coaches]
    for tab in tabs:
        if tab is not None and tab.titles_at:
            sentence = LOW_TITLES.format(row=tab.titles_at + 1, why=why)
            yield Problem(f"sheet, tab {discreet(tab.title, 100)}", sentence, blocking=True)


def _is_low(tab: Tab | None) -> bool:
    return tab is not None and tab.titles_at > 0


def filled(change: Change) -> str:
    """What stands in the tab of badges that is made; "" where nobody has written a row yet."""
    return f"with the {len(change.badges)} that the ledger knows" if change.badges else ""


def in_words(change: Change, reading: SheetReading) -> Iterator[str]:
    """What was done, once it is."""
    if change.make_review:
        yield "the tab Review was made"
    if in_order := put_in_order(change, reading):
        yield f"put in order in Review: {', '.join(in_order)}"
    if change.make_catalogue:
        yield f"the tab Badges was made, {filled(change) or 'for you to write a row for each badge'}"
    if in_order := badges_in_order(change, reading):
        yield f"put in order in Badges: {', '.join(in_order)}"
    for coach, theirs in change.coaches.items():
        yield f"the tab of {coach} was made" if theirs.make_review else f"put in order: the tab of {coach}"
    for own in without_locks(change.own):
        yield f"the tab {own.own.title()} was made" if own.make else f"the charts of {own.own.title()} were drawn"
    for title in locked(change):
        yield f"put in order in {title}: who may write there"
