"""Whatever is typed into the tabs: the row itself says what is wrong, and nothing else in the world has changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pytest

from bridge.demo.people import REVIEW
from bridge.plan.decisions import DAMAGED, TWICE
from bridge.sandbox.seed import BADGES_TAB
from bridge.sandbox.sheets import a1, grid
from bridge.sandbox.sheets.people import column, one_row
from bridge.wiring import clock_of, ledger_of
from tests.night.district import District, told
from tests.night.test_bad_sheet import rebuild

OF_ONE, OF_TWO = {"ID": "1-1"}, {"ID": "2-1"}
SAYS = "Waiting for a decision."


@dataclass(frozen=True)
class World:
    """All that a misuse must not change: what every row says, who got which mail, what the ledger knows."""

    rows: list[dict[str, str]]
    badges: list[list[str]]
    mails: object
    ledger: object
    pages: int


def world(town: District) -> World:
    ledger = ledger_of(town.settings, clock_of(town.settings))
    known = ledger.load()
    ledger.close()
    states = {key: (effect.state, effect.attempts) for key, effect in known.effects.items()}
    kept = (known.requests, known.attempts, known.decisions, known.credentials, known.achievements, states)
    badges = town.people.ask("GET", f"sheets/{town.programme.spreadsheet_id}/{BADGES_TAB}")["rows"]
    return World(town.rows(), badges, town.mails(), kept, town.pages())


def pasted(town: District, where: Mapping[str, str], cells: Mapping[str, str], nth: int = 1) -> None:
    """Words come in by a paste, which brings its own cells: no drop-down asks what they say."""
    with town.sandbox.lock:
        book = town.sandbox.world.sheets.spreadsheets[town.programme.spreadsheet_id]
        sheet = a1.named(book, REVIEW)
        assert sheet is not None
        row = one_row(book, sheet, where, nth)
        for title, text in cells.items():
            place = column(sheet, title)
            grid.row_for_writing(sheet, row, place + 1)[place] = {"userEnteredValue": {"stringValue": text}}


@pytest.fixture
def received(town: District) -> District:
    """Two teachers asked, and the sheet shows it; only listed coaches may decide."""
    coaches = ", ".join(f'"{coach.email}"' for coach in town.programme.coaches)
    town.set("[review]\n", f"[review]\ncoaches = [{coaches}]\n")
    town.submit(2)
    town.nights()
    return town


def copy(town: District) -> None:
    town.act("sheet/copy-row", tab=REVIEW, **{"from": OF_ONE})


def unknown_word(town: District) -> None:
    pasted(town, OF_ONE, {"Decision": "Looks good!", "Reviewer": town.programme.coaches[0].email})


def decision_on_a_copy(town: District) -> None:
    copy(town)
    pasted(town, OF_ONE, {"Decision": "Approve", "Reviewer": town.programme.coaches[0].email}, nth=2)


def two_copies_that_differ(town: District) -> None:
    copy(town)
    pasted(town, OF_ONE, {"Decision": "Approve", "Reviewer": town.programme.coaches[0].email})
    words = {"Decision": "Decline", "Feedback": "No.", "Reviewer": town.programme.coaches[1].email}
    pasted(town, OF_ONE, words, nth=2)


def stranger(town: District) -> None:
    pasted(town, OF_ONE, {"Decision": "Approve", "Reviewer": "somebody@elsewhere.example"})


def stranger_returns(town: District) -> None:
    pasted(town, OF_ONE, {"Decision": "Return", "Feedback": "No.", "Reviewer": "somebody@elsewhere.example"})


def nobody(town: District) -> None:
    pasted(town, OF_ONE, {"Decision": "Approve"})


def no_words(town: District) -> None:
    pasted(town, OF_ONE, {"Decision": "Decline", "Reviewer": town.programme.coaches[0].email})


def too_early(town: District) -> None:
    words = {"Decision": "Revoke", "Feedback": "No.", "Reviewer": town.programme.coaches[0].email}
    pasted(town, OF_ONE, words)


NOT_LISTED = "Please choose your address in Reviewer; only the programme's coaches may decide this."
MISUSES: Mapping[str, tuple[Callable[[District], None], list[str]]] = {
    "an unknown word": (
        unknown_word,
        ["“Looks good!” is no decision. Choose one of: Approve, Return, Decline, Hold, Revoke.", SAYS],
    ),
    "a decision on a copied row": (decision_on_a_copy, [TWICE, SAYS, TWICE]),
    "two copies that differ": (two_copies_that_differ, [TWICE, SAYS, TWICE]),
    "a reviewer who is not listed": (stranger, [NOT_LISTED, SAYS]),
    "a reviewer who is not listed returns": (stranger_returns, [NOT_LISTED, SAYS]),
    "no reviewer": (nobody, [NOT_LISTED, SAYS]),
    "no words": (no_words, ["“Decline” needs words: write them into Feedback, for the teacher to read.", SAYS]),
    "too early": (too_early, ["Nothing was issued, so there is nothing to revoke.", SAYS]),
}
QUICK = ("an unknown word", "two copies that differ")


@pytest.mark.parametrize("what", [pytest.param(one, marks=() if one in QUICK else pytest.mark.slow) for one in MISUSES])
def test_a_misuse_is_told_in_its_row_and_changes_nothing_else(received: District, what: str) -> None:
    town = received
    misuse, statuses = MISUSES[what]
    misuse(town)
    before = world(town)
    report = town.night()
    after = world(town)
    assert not report.failed
    assert report.new_decisions == 0
    assert [row["Status"] for row in after.rows] == statuses
    seen = town.colours()
    assert [seen[one] for one in statuses] == ["amber" if one == SAYS else "red" for one in statuses]
    assert [row | {"Status": ""} for row in after.rows] == [row | {"Status": ""} for row in before.rows]
    assert (after.badges, after.mails, after.ledger, after.pages) == (
        before.badges,
        before.mails,
        before.ledger,
        before.pages,
    )
    assert town.night().changed_nothing, "it is at rest"


@pytest.mark.slow
def test_a_copy_that_is_deleted_leaves_the_choice_of_the_other(received: District) -> None:
    town = received
    two_copies_that_differ(town)
    town.night()
    town.act("sheet/delete-rows", tab=REVIEW, row=OF_ONE, nth=2)
    pasted(town, OF_TWO, {"Decision": "Approve", "Reviewer": town.programme.coaches[0].email})
    town.nights()
    town.assert_each_has_one_badge()


@pytest.mark.slow
@pytest.mark.parametrize("how", ["delete-tab", "clear-tab"])
def test_a_tab_that_is_made_again_bears_all_that_was_decided(received: District, how: str) -> None:
    """Also what has not acted: nobody took it back."""
    town = received
    coach = town.programme.coaches[0].email
    pasted(town, OF_ONE, {"Decision": "Approve", "Reviewer": coach})
    pasted(town, OF_TWO, {"Decision": "Hold", "Feedback": "Asked her.", "Reviewer": coach})
    town.nights()
    before = world(town)
    town.act(f"sheet/{how}", tab=REVIEW)
    assert town.night().failed, "nothing is done until somebody says that it is meant"
    rebuild(town)
    town.nights()
    after = world(town)
    assert [row | {"Waiting": ""} for row in after.rows] == [row | {"Waiting": ""} for row in before.rows]
    assert replace(after, rows=before.rows) == before
    assert [row["Decision"] for row in after.rows] == ["Approve", "Hold"]


# ── the tab Badges ───────────────────────────────────────────────────────────


def titled(town: District, title: str) -> None:
    town.act("sheet/insert-column", tab=BADGES_TAB, before="Status", title=title)


def in_badges(town: District, key: str, **cells: str) -> None:
    town.act("sheet/type-in-row", tab=BADGES_TAB, where={"Key": key}, set=cells)


def says(town: District) -> dict[str, str]:
    """The Status of each badge, by key."""
    header, *rows = town.people.ask("GET", f"sheets/{town.programme.spreadsheet_id}/{BADGES_TAB}")["rows"]
    return {row[header.index("Key")]: row[header.index("Status")] for row in rows if any(row)}


@pytest.mark.slow
def test_a_badge_that_is_deleted_while_requests_wait_stays_in_force(received: District) -> None:
    town = received
    key = town.programme.badges[0].key
    town.act("sheet/delete-rows", tab=BADGES_TAB, row={"Key": key})
    before = world(town)
    report = town.night()
    assert f"badge {key}: Its row is gone from the tab Badges, but it stays in force." in told(report)
    after = world(town)
    status = after.rows[0].pop("Status")
    assert status.startswith(f"{before.rows[0].pop('Status')} “{town.programme.badges[0].name}” has no row in")
    assert (after.rows, after.mails) == (before.rows, before.mails)
    assert town.night().changed_nothing
    town.approve_all()
    for where in (OF_ONE, OF_TWO):
        pasted(town, where, {"Reviewer": town.programme.coaches[0].email})
    town.nights()
    town.assert_each_has_one_badge()


@pytest.mark.slow
def test_prerequisites_in_a_circle_are_told_in_each_row_of_it(received: District) -> None:
    town = received
    first, second, third = (badge.key for badge in town.programme.badges[:3])
    titled(town, "Prerequisites")
    in_badges(town, second, Prerequisites=first)
    in_badges(town, third, Prerequisites=second)
    town.night()
    before, all_said = world(town), says(town)
    in_badges(town, first, Prerequisites=third)
    town.night()
    after, now = world(town), says(town)
    for key in (first, second, third):
        assert now.pop(key).startswith("Prerequisites go round in a circle: ")
        del all_said[key]
    assert now == all_said
    assert (after.rows, after.mails, after.ledger) == (before.rows, before.mails, before.ledger)
    in_badges(town, first, Prerequisites="")
    town.nights()
    assert says(town)[third] == f"In use; comes after {second}"


# ── dates, and numbers with a comma ──────────────────────────────────────────


@pytest.mark.parametrize(
    "locale", [pytest.param("en_US", marks=pytest.mark.slow), pytest.param("en_GB", marks=pytest.mark.slow), "de_DE"]
)
def test_dates_that_people_type_are_put_right_or_told(received: District, locale: str) -> None:
    """An ID such as 1-1 becomes a date when it is typed; so does a number, where a comma stands for the point."""
    town = received
    speaks(town, locale)
    town.act("sheet/insert-column", tab=REVIEW, before="Name", title="Met on")
    assert town.night().changed_nothing
    typed = {"Due": "2026-05-01", "Submitted": "1/2/2026", "Waiting": "3/4/2026", "Met on": "3/4/2026"}
    town.act("sheet/type-in-row", tab=REVIEW, where=OF_ONE, set=typed)
    before = world(town)
    kept = before.rows[0]["Met on"]
    town.act("sheet/type-in-row", tab=REVIEW, where=OF_TWO, set={"ID": "2-1"})
    report = town.night()
    assert not report.failed
    after = world(town)
    first, spoilt, anew = after.rows
    assert first["Met on"] == kept
    for title in ("Waiting", "Due", "Submitted", "Status"):
        assert first[title] == before.rows[1][title]
    assert spoilt["ID"] != "2-1"
    assert spoilt["Status"] == DAMAGED.format(new="its own row stands below.")
    assert anew == before.rows[1] | {"Met on": "", "Status": "This row was put back."}
    assert (after.badges, after.mails, after.ledger, after.pages) == (
        before.badges,
        before.mails,
        before.ledger,
        before.pages,
    )
    town.act("sheet/delete-rows", tab=REVIEW, row={"Status": spoilt["Status"]})
    town.night()
    assert town.rows() == [first, before.rows[1] | {"Met on": ""}]
    assert town.night().changed_nothing, "it is at rest"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("title", "sentence"),
    [
        ("Valid for", "Valid for must be a time such as 2 years, 18 months or 24, which are months; or empty."),
        ("Active", "Active must be yes or no."),
        ("Hours", "Hours must be a number, such as 12 or 1.5, and this cell holds a date (3/4/2026)."),
        ("Name", ""),
    ],
)
def test_a_date_in_the_tab_badges_is_told_in_its_row(received: District, title: str, sentence: str) -> None:
    town = received
    key, *others = (badge.key for badge in town.programme.badges)
    before, said = world(town), says(town)
    in_badges(town, key, **{title: "3/4/2026"})
    assert not town.night().failed
    assert says(town)[key].startswith(sentence or "In use")
    assert {one: says(town)[one] for one in others} == {one: said[one] for one in others}
    after = world(town)
    assert (after.rows, after.mails, after.pages) == (before.rows, before.mails, before.pages)
    assert (after.ledger == before.ledger) is bool(sentence), "a name may well be a date"
    assert town.night().changed_nothing


def speaks(town: District, locale: str) -> None:
    """The spreadsheet's owner chooses another language for it (File, Settings)."""
    with town.sandbox.lock:
        town.sandbox.world.sheets.spreadsheets[town.programme.spreadsheet_id].properties["locale"] = locale


def test_a_locale_with_decimal_commas(town: District) -> None:
    """1,5 is a number; 1.5 is a day, and no badge counts for what was made of it."""
    first, second, third = (badge.key for badge in town.programme.badges[:3])
    speaks(town, "de_DE")
    in_badges(town, first, Hours="1,5")
    in_badges(town, second, Hours="0,25")
    town.submit(2)
    town.night()
    town.approve_all()
    town.nights()
    town.assert_each_has_one_badge()
    hours = town.people.ask("GET", f"sheets/{town.programme.spreadsheet_id}/Hours")["rows"]
    assert [row[-1] for row in hours] == ["Hours", "1,5", "0,25"]
    town.act("sheet/type", tab="Hours", cell="F2", value="1.5")
    town.nights()
    assert town.people.ask("GET", f"sheets/{town.programme.spreadsheet_id}/Hours")["rows"] == hours

    before = world(town)
    in_badges(town, third, Hours="1.5")
    assert not town.night().failed
    said = says(town)[third]
    assert said.startswith("Hours must be a number, such as 12 or 1.5, and this cell holds a date (01.05).")
    assert said.endswith("The last good version stays in force.")
    after = world(town)
    assert (after.rows, after.mails, after.ledger, after.pages) == (
        before.rows,
        before.mails,
        before.ledger,
        before.pages,
    )
    assert town.night().changed_nothing
