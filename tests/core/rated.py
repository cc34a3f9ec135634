"""A desk on which a badge has a rubric, and how a coach rates there."""

from __future__ import annotations

from bridge.plan.catalogue import RUBRIC, SECOND_LOOK, TITLES
from tests.core.desk import POLICY, Desk, submission

PLANNING = "Planning: not yet | meets* | exceeds"
SCALES = f"{PLANNING}\nDelivery: weak | fair | good*\nStyle: plain | rich"


def rate(desk: Desk, attempt_id: str, **words: str) -> None:
    """Type these words into the columns of criteria: planning="meets"."""
    assert desk.review is not None
    titles = [title.casefold() for title in desk.review[0]]
    row = desk.row(attempt_id)
    for title, word in words.items():
        place = titles.index(title)
        row.extend([""] * (place + 1 - len(row)))
        row[place] = word


def rubric(desk: Desk, cell: str, badge: int = 1) -> None:
    """The coordinator writes *cell* into the column Rubric."""
    assert desk.badges is not None
    if RUBRIC not in desk.badges[0]:
        desk.badges = [[*row, *[""] * (len(TITLES) - len(row)), ""] for row in desk.badges]
        desk.badges[0][-1] = RUBRIC
    desk.badges[badge][desk.badges[0].index(RUBRIC)] = cell


def desk_with(cell: str = SCALES, policy: object = POLICY, second_look: str = "") -> Desk:
    """A desk with one request, 1-1, for a badge that has this rubric, shown to the coaches."""
    desk = Desk(policy)  # type: ignore[arg-type]
    rubric(desk, cell)
    if second_look:
        assert desk.badges is not None
        desk.badges = [[*row, ""] for row in desk.badges]
        desk.badges[0][-1], desk.badges[1][-1] = SECOND_LOOK, second_look
    desk.submit(submission())
    desk.look()
    return desk


def good(desk: Desk, attempt_id: str = "1-1") -> None:
    rate(desk, attempt_id, planning="meets", delivery="good")
