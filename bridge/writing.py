"""One write to the spreadsheet, and what of it is written all the same where it is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bridge.errors import BridgeError, PartlyWritten, Refused, TryLater
from bridge.model import Problem
from bridge.plan import Pages
from bridge.plan.locks import locked, without_locks
from bridge.plan.scales import without_choices
from bridge.plan.tidying import badges_in_order, low_titles, put_in_order, without_low_titles
from bridge.ports import Change, SheetReading, World
from bridge.report import Report
from bridge.review import TITLES_ROW

#: Where a problem is that keeps the tabs Log, Progress and such from being written.
OWN_TABS = "sheet, the bridge's own tabs"
MADE_ANEW = "Nothing in them is lost: if this comes again, delete them, and the next cycle makes them anew."

UNLOCK = "If this comes again, delete what protects cells there (Data, Protect sheets and ranges)."

OPEN = "Others can write into {tabs}, which are the bridge's alone, and that could not be put in order."
NOT_WRITTEN = "The coaches' own tabs could not be written, so what is chosen there is not answered."
NOT_ALL = "These coaches' own tabs, in a spreadsheet of their own, could not be written:"
MAY_EDIT = "Look whether each address in coaches of [review] is right, and may edit {which}."


def written(world: World, reading: SheetReading, change: Change, pages: Pages, report: Report) -> tuple[Change, Pages]:
    """Write all of *change* in one call; return what of it, and of *pages*, was written.

    Where the looks of Review or the bridge's own tabs are the trouble (the spreadsheet's owner may have locked or cut
    them), the coaches' rows are written without them.
    """
    refused: BridgeError | None = None
    asked = change
    for less in _less_and_less(change, reading):
        try:
            world.sheet.write(reading, less)
        except (Refused, TryLater) as error:
            refused = refused or error
        except PartlyWritten as error:
            refused = refused or error
            whose, cure = ", ".join(sorted(error.failures)), MAY_EDIT.format(which="that spreadsheet")
            report.problems.append(Problem("sheet, coaches' tabs", f"{NOT_ALL} {whose}. {error} {cure}", blocking=True))
            others = {coach: theirs for coach, theirs in less.coaches.items() if coach not in error.failures}
            change, less = replace(change, coaches=others), replace(less, coaches=others)
            break
        else:
            break
    else:
        raise refused or AssertionError("there is always something to try")
    report.problems.extend(low_titles(asked, less, reading, refused))
    own = change.own if less.is_in_review else without_low_titles(change, reading).own
    report.problems.extend(_left(replace(change, own=own), less, reading, refused))
    return less, pages if without_locks(less.own) == without_locks(own) else Pages()


def _left(change: Change, less: Change, reading: SheetReading, refused: BridgeError | None) -> Iterator[Problem]:
    """What to say of each part of *change* that is not in *less*; of titles that are not on top it was said."""
    said = without_locks(change.own)
    if said and not less.own:
        names = " and ".join(own.own.title() for own in said)
        yield Problem(OWN_TABS, f"{names} could not be written. {refused} {MADE_ANEW}", blocking=True)
    elif opened := set(locked(change)) - set(locked(less)):
        sentence = f"{OPEN.format(tabs=' and '.join(sorted(opened)))} {refused} {UNLOCK}"
        yield Problem(OWN_TABS, sentence, blocking=True)
    for tab, in_order in (("Review", put_in_order), ("Badges", badges_in_order)):
        left = set(in_order(change, reading)) - set(in_order(less, reading))
        if left and TITLES_ROW not in left:
            sentence = f"Not put in order: {', '.join(sorted(left))}. {refused} {UNLOCK}"
            yield Problem(f"sheet, tab {tab}", sentence, blocking=True)
    if without_low_titles(change, reading).coaches and not less.coaches:
        cure = MAY_EDIT.format(which="the spreadsheet")
        yield Problem("sheet, coaches' tabs", f"{NOT_WRITTEN} {refused} {cure}", blocking=True)


def _less_and_less(change: Change, reading: SheetReading) -> Iterator[Change]:
    """What to write, and what instead where that is refused."""
    high = without_low_titles(change, reading)
    parts = [change, *([high] if high != change else [])]
    for part in (*parts, *(replace(part, coaches={}) for part in parts if part.coaches)):
        rated, own = part.ratings if part.make_review else None, without_locks(part.own)
        bare = without_choices(part)
        plain = replace(bare, mend_review=False, mend_catalogue=False, ratings=rated, own=own)
        looks = plain != bare
        yield part
        if bare != part:
            yield bare
        if looks:
            yield plain
        if part.own:
            yield replace(bare, own=(), removed=(), ratings=plain.ratings if part.removed else part.ratings)
            if looks:
                yield replace(plain, own=(), removed=())
