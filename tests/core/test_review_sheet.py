"""What people do to the review tab over many nights, and what a ledger that is older than the tab makes of it."""

from __future__ import annotations

from bridge.model import State
from bridge.plan.decisions import LOST_BADGE, UNKNOWN
from bridge.plan.draft import copy_of
from bridge.plan.scrambles import SCRAMBLED
from bridge.plan.standing import Standing
from tests.core.desk import HEADER, Desk, asked, submission
from tests.core.test_sheet_accidents import crowd, half_decided


def status_of(desk: Desk) -> list[str]:
    assert desk.review is not None
    place = desk.review[0].index("Status")
    return [row[place] for row in desk.review[1:]]


def test_rows_tidied_last_week_block_no_approval_of_today() -> None:
    desk = half_decided()
    for attempt_id in ("1-1", "2-1"):
        desk.choose(attempt_id, "")
    desk.look()
    for attempt_id in ("4-1", "5-1"):
        desk.choose(attempt_id, "Approve")
    learnt = desk.look()
    assert not learnt.notices
    assert {desk.standing("4-1"), desk.standing("5-1")} == {Standing.APPROVED}


def test_a_column_sorted_after_rows_were_tidied_is_still_noticed() -> None:
    desk = half_decided()
    desk.choose("3-1", "", "No.")
    desk.look()
    for attempt_id, word in zip(desk.known.attempts, ("", "", "", "Approve", "", "Approve"), strict=True):
        desk.choose(attempt_id, word, "No." if attempt_id == "3-1" else "")
    desk.look()
    assert any(SCRAMBLED in words for words in status_of(desk))
    assert desk.standing("4-1") is Standing.WAITING


def test_an_id_that_became_a_date_is_told_to_the_coach() -> None:
    desk = crowd(2)
    desk.row("1-1")[0] = "46023"
    desk.look()
    old = status_of(desk)[0]
    assert "Please delete this row: its own row stands below." in old
    assert desk.cell("1-1", "Status").startswith("This row was put back.")
    assert not desk.look().lesson


def test_notes_that_name_a_person_and_a_badge_nobody_asked_for_are_left_alone() -> None:
    desk = asked()
    assert desk.review is not None
    note = {"E-mail": "bea@district.example", "Badge": "First Aid"}
    desk.review.append([note.get(title, "") for title in HEADER])
    assert not desk.look().lesson
    assert desk.review[-1] == [note.get(title, "") for title in HEADER]


def lost_night() -> Desk:
    """One request is decided and issued, another comes and is decided; then yesterday's ledger is put back."""
    desk = crowd(1)
    yesterday = copy_of(desk.known)
    desk.submit(submission("late", who="late"))
    desk.look()
    for attempt_id in ("1-1", "2-1"):
        desk.choose(attempt_id, "Approve")
    desk.look()
    for attempt_id in ("1-1", "2-1"):
        desk.finish(f"issue:{attempt_id}")
        credential = desk.known.credentials[attempt_id]
        url = f"{desk.policy.issuer_url}/awards/{credential.award}.html"
        desk.known.credentials[attempt_id] = type(credential)(
            credential.award, attempt_id, url, "", "local", issued_at=credential.issued_at
        )
    desk.look()
    desk.known = yesterday
    return desk


def test_an_older_ledger_issues_no_badge_again_that_the_sheet_shows() -> None:
    desk = lost_night()
    links = [desk.cell(attempt_id, "Badge link") for attempt_id in ("1-1", "2-1")]
    learnt = desk.look()
    assert not [key for key in desk.known.effects if key.startswith("issue:")]
    assert [desk.cell(attempt_id, "Status") for attempt_id in ("1-1", "2-1")] == [LOST_BADGE, LOST_BADGE]
    assert [desk.cell(attempt_id, "Badge link") for attempt_id in ("1-1", "2-1")] == links
    assert any("older backup" in problem.sentence and problem.blocking for problem in learnt.lesson.problems)
    assert not desk.look().lesson


def test_an_older_ledger_tells_nobody_again_that_a_request_arrived() -> None:
    desk = lost_night()
    desk.look()
    assert desk.effect("tell-received:2-1").state is State.CANCELLED


def test_an_emptied_link_lets_an_older_ledger_issue_anew() -> None:
    desk = lost_night()
    desk.look()
    row = desk.row("1-1")
    row[-1] = ""
    desk.look()
    assert desk.standing("1-1") is Standing.APPROVED


def test_a_row_of_a_request_that_an_older_ledger_does_not_know_is_kept_as_a_record() -> None:
    desk = lost_night()
    del desk.responses["late"]
    desk.look()
    assert desk.cell("2-1", "Status") == UNKNOWN


def test_a_link_that_a_write_left_in_a_row_sorted_meanwhile_heals() -> None:
    desk = half_decided()
    link = desk.cell("1-1", "Badge link")
    desk.row("4-1")[-1] = link
    desk.choose("4-1", "Approve")
    desk.look()
    assert desk.cell("4-1", "Badge link") == ""
    assert desk.standing("4-1") is Standing.APPROVED
