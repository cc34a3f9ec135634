"""Of which colour each Status is: amber waits, green is done, red asks somebody to put something right."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest

import bridge.plan
from bridge.model import State
from bridge.plan import Policy
from bridge.review import NEEDS_FIX
from bridge.sheet_keeping import STATUS_COLOURS
from bridge.sheet_requests import AMBER, GREEN, RED, Colour
from tests.core import desk as tables
from tests.core.answering import SLOW, form_desk
from tests.core.desk import POLICY, Desk, asked, declined, issued, returned, submission
from tests.core.second import half_approved

SETTLING = replace(POLICY, settle=timedelta(minutes=10))

#: Where Status gets sentences from, besides what it says of each standing.
TOLD = (
    *("allowed", "answers", "assignment", "attempts", "decisions", "desks", "hearing", "nobody", "pathways"),
    *("ratings", "rescaled", "scrambles", "second_look", "showing", "standing"),
)
#: Of these, sentences that are no Status: they stand in a report, or begin in the middle; or that ask nobody anything.
NO_STATUS = (
    *("An answer names", "What stands in this tab counts for nothing", "This coach's tab", "Others than its coach"),
    *("Until then no decision", "Row {}: the badge was built", "Reviewer of the tab Review"),
    *("Nothing to decide:", "This row was put back.", "Approved by", "Second look "),
)


def colour_of(status: str) -> Colour | None:
    """As the rules have it."""
    if NEEDS_FIX in status:
        return RED
    return next((colour for words, colour in STATUS_COLOURS.items() if status.startswith(words)), None)


def chosen(verdict: str, words: str = "", policy: Policy = POLICY) -> Desk:
    desk = asked(policy)
    desk.choose("1-1", verdict, words)
    desk.look()
    return desk


def revoked() -> Desk:
    desk = issued()
    desk.choose("1-1", "Revoke", "It was a slip.")
    desk.look()
    return desk


def withdrawn() -> Desk:
    desk = revoked()
    desk.finish("revoke:1-1")
    credential = desk.known.credentials["1-1"]
    desk.known.credentials["1-1"] = replace(credential, revoked_at=desk.now)
    desk.look()
    return desk


def sent_again() -> Desk:
    desk = asked()
    desk.submit(submission("r2", stamp="2026-11-21T08:00:00Z"))
    desk.look()
    return desk


def asked_twice() -> Desk:
    desk = issued()
    desk.submit(submission("r2"))
    desk.look()
    return desk


def stuck(key: str) -> Desk:
    desk = tables.approved() if key.startswith("issue") else issued()
    desk.known.effects[key] = replace(
        desk.effect(key), state=State.STUCK, note="Please ask the teacher.", for_coach=True
    )
    desk.look()
    return desk


def by_form() -> Desk:
    desk = form_desk(SLOW)
    desk.answer("1-1", "Approve", by="ann@district.example")
    desk.look()
    return desk


STATES = {
    "waiting": (asked, "Waiting", AMBER),
    "on hold": (lambda: chosen("Hold"), "On hold", AMBER),
    "approve noted": (lambda: chosen("Approve", policy=SETTLING), "Approve noted", AMBER),
    "return noted": (lambda: chosen("Return", "A photo?", SETTLING), "Return noted", AMBER),
    "decline noted": (lambda: chosen("Decline", "No.", SETTLING), "Decline noted", AMBER),
    "approve noted, verified": (by_form, "Approve by", AMBER),
    "half approved": (half_approved, "Approved by", AMBER),
    "approved": (tables.approved, "Approved;", AMBER),
    "issued": (issued, "Issued", GREEN),
    "returned": (returned, "Returned;", None),
    "declined": (declined, "Declined;", None),
    "sent again": (sent_again, "Closed:", None),
    "asked twice": (asked_twice, "Nothing to decide:", None),
    "being revoked": (revoked, "Being revoked.", RED),
    "revoked": (withdrawn, "Revoked", RED),
    "nobody can approve": (
        lambda: asked(replace(POLICY, coaches=frozenset({"ana@district.example"}))),
        "Nobody can",
        RED,
    ),
    "refused by a vendor": (lambda: stuck("issue:1-1"), "Approved;", RED),
    "a mail that was perhaps not sent": (lambda: stuck("tell-issued:1-1"), "Issued", RED),
}


@pytest.mark.parametrize("name", STATES)
def test_each_state_has_its_colour(name: str) -> None:
    make, begins, colour = STATES[name]
    desk = make()
    rows = [row[0] for row in (desk.review or [])[1:]]
    statuses = [desk.cell(one, "Status") for one in rows]
    (status,) = [one for one in statuses if one.startswith(begins)]
    assert colour_of(status) == colour


def sentences(module: str) -> Iterator[str]:
    """All sentences in a module's code, "{}" for what is filled in."""
    tree = ast.parse((Path(bridge.plan.__file__).parent / f"{module}.py").read_text("utf-8"))
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    parts |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        text = ""
        if isinstance(node, ast.JoinedStr):
            text = "".join(one.value if isinstance(one, ast.Constant) else "{}" for one in node.values)  # type: ignore[misc]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            text = node.value
        if " " in text.strip() and (text[0].isupper() or text[0] == "“"):
            yield text


@pytest.mark.parametrize("module", TOLD)
def test_whatever_a_row_asks_of_people_is_red(module: str) -> None:
    found = [one for one in sentences(module) if not one.startswith(NO_STATUS)]
    assert found or module == "showing"
    assert [one for one in found if colour_of(one) != RED] == []


def test_no_other_module_tells_rows_anything() -> None:
    """What these three ask for stands in the tabs Badges and Help."""
    asks = ("Please ", "please ", "choose ", "Choose ")
    others = {path.stem for path in Path(bridge.plan.__file__).parent.glob("*.py")} - {*TOLD, "status"}
    asking = {name for name in others if any(word in one for one in sentences(name) for word in asks)}
    assert asking == {"badge_cells", "catalogue", "help_page"}


def test_no_beginning_is_that_of_another_colour() -> None:
    """Rules that are added later come on top of older ones, so their order must not matter."""
    pairs = permutations(STATUS_COLOURS.items(), 2)
    assert [(one, other) for (one, a), (other, b) in pairs if other.startswith(one) and a != b] == []
