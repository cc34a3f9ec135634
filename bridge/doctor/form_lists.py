"""The list of badges in each form beside the catalogue; and may the bridge change it, where it is told to?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from bridge import wiring
from bridge.config import Settings
from bridge.errors import BridgeError
from bridge.form_answers import edit_address
from bridge.google import Errand, Google
from bridge.model import BadgeQuestion, FormReading
from bridge.plan.catalogue import ACTIVE, KEY, NAME, NO, on_offer, read_catalogue
from bridge.plan.form_list import NO_CHOICE, STRANGERS, compare, quoted
from bridge.ports import Tab
from bridge.review import fold
from bridge.wording import one_line

from .findings import Findings, bad, good, warn
from .memory import known_of

WHAT = "list of badges"


def form_lists(settings: Settings, google: Google, readings: Sequence[FormReading]) -> Findings:
    """Say of each form which options and badges differ, and of those that are kept in step whether they can be."""
    names, labels = _badges(settings, google)
    for reading in readings:
        if names and reading.badge is not None:
            yield from _differences(reading, reading.badge, names, labels)
    with ExitStack() as stack:
        editor = wiring.editor_of(settings, wiring.clock_of(settings), stack)
        for reading in readings:
            if editor is not None and reading.keep_list and reading.badge is not None:
                yield from _right(editor, reading)


def _badges(settings: Settings, google: Google) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the names of the active badges by key, in their order, and every name that a badge had, with its key.

    Before the first cycle the tab Badges alone tells them.
    """
    known, tab = known_of(settings), _catalogue(settings, google)
    if known.achievements:
        return {one.key: one.name for one in on_offer(known, tab)}, known.labels
    table = read_catalogue(tab) if tab is not None else None
    rows = [] if table is None or table.problems else [cells for _, cells in table.rows if fold(cells[NAME])]
    names = {cells[KEY].strip(): one_line(cells[NAME]) for cells in rows if fold(cells[ACTIVE]) not in NO}
    return names, {fold(cells[NAME]): cells[KEY].strip() for cells in rows}


def _catalogue(settings: Settings, google: Google) -> Tab | None:
    """Return the tab Badges; None where it can't be read: the look at the sheet says why."""
    try:
        return wiring.sheet_of(settings, google).read().catalogue
    except BridgeError:
        return None


def _differences(
    reading: FormReading, question: BadgeQuestion, names: Mapping[str, str], labels: Mapping[str, str]
) -> Findings:
    title = f"“{reading.title}”"
    if question.options is None:
        if reading.keep_list:
            yield bad(WHAT, NO_CHOICE.format(form=reading.title, question=one_line(question.title)))
        return
    found = compare(question.options, names, labels)
    if found.strangers:
        yield warn(WHAT, STRANGERS.format(form=reading.title, names=quoted(found.strangers)))
    if found.differences:
        cure = "The next cycle changes it." if reading.keep_list else "Correct it, or let the bridge: keep_list = true."
        yield warn(WHAT, f"{title} is not in step with the tab Badges: {'; '.join(found.differences)}.", cure)
    elif not found.strangers:
        yield good(WHAT, f"{title} offers the badges that are active.")


def _right(editor: Google, reading: FormReading) -> Findings:
    """See through Drive, with the right to change forms, whether the bridge may edit this one."""
    request = editor.leaf("drive", "v3", "files").get(
        fileId=reading.form_id, fields="id,capabilities(canEdit)", supportsAllDrives=True
    )
    errand = Errand("change forms", edit_address(reading.form_id), "Editor")
    found = editor.call(errand, request.execute, idempotent=True, bucket="drive", units=5)
    if found.get("capabilities", {}).get("canEdit"):
        yield good(WHAT, f"“{reading.title}” can be edited.")
    else:
        who = editor.identity.who
        cure = f"Open {edit_address(reading.form_id)}, Share, Editor."
        yield bad(WHAT, f"{who} may not edit “{reading.title}”.", cure)
