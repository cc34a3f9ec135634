"""Badges that come after others: approved once those are there, or issued by themselves."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.mail import Sender, Voice, compose
from bridge.mail.compose import Message
from bridge.model import Kind, Lesson, State, Verdict
from bridge.plan import withheld
from bridge.plan.catalogue import TITLES, VALID_FOR
from bridge.plan.hours import hours_of
from bridge.plan.progress import cases_of
from bridge.plan.standing import Standing
from tests.core.desk import NOON, Desk, submission
from tests.core.test_prerequisites import tab, write

VOICE = Voice(programme="Lakeview badges", sender=Sender("badges@district.example", "Lakeview badges"))
TITLE = len(TITLES)


def earn(table: Desk, *attempt_ids: str) -> None:
    for attempt_id in attempt_ids:
        table.choose(attempt_id, "Approve")
        table.look()
        finish(table, attempt_id)


def finish(table: Desk, attempt_id: str) -> None:
    for kind in (Kind.ISSUE, Kind.PUBLISH, Kind.TELL_ISSUED):
        table.finish(f"{kind}:{attempt_id}")


def ask(table: Desk, *badges: str, who: str = "ana", **changes: object) -> None:
    for badge in badges:
        table.submit(submission(f"{who}:{badge}", badge=badge, who=who, **changes))
        table.look()


def path(leader: str = "any 2 of first-aid, chess, go | by itself", **changes: object) -> Desk:
    """A desk with the badge Leader, for which Ana has asked for the parts First Aid, 1-1, and Chess, 2-1."""
    table = tab(first_aid="", chess="", go="", leader=leader)
    ask(table, "First Aid", "Chess", **changes)
    return table


def won(**changes: object) -> Desk:
    """Ana got the Leader, 3-1, by itself."""
    table = path(**changes)
    earn(table, "1-1", "2-1")
    table.look()
    finish(table, "3-1")
    table.look()
    return table


# ── asked for ────────────────────────────────────────────────────────────────


def test_it_is_approved_only_once_what_comes_before_is_there() -> None:
    table = path("first-aid, chess")
    ask(table, "Leader")
    table.choose("3-1", "Approve")
    table.look()
    assert table.standing("3-1") is Standing.WAITING
    assert table.cell("3-1", "Status") == (
        "“Leader” comes after First Aid and Chess, and this teacher lacks First Aid, Chess. Approve acts once "
        "that is so, unless you take it back before."
    )
    earn(table, "1-1")
    table.look()
    assert "and this teacher lacks Chess." in table.cell("3-1", "Status")
    earn(table, "2-1")
    table.look()
    assert table.standing("3-1") is Standing.APPROVED, "it acts by itself"


@pytest.mark.parametrize(
    ("after", "lacks"),
    [
        ("first-aid, chess", ["First Aid, Chess", "Chess"]),
        ("any 2 of first-aid, chess, go", ["2 of First Aid, Chess, Go", "1 of Chess, Go"]),
    ],
)
def test_what_is_lacking_is_told_before_anybody_chooses(after: str, lacks: list[str]) -> None:
    table = path(after)
    ask(table, "Leader")
    assert table.cell("3-1", "Status") == f"Waiting for a decision; still lacks: {lacks[0]}."
    earn(table, "1-1")
    table.look()
    assert table.cell("3-1", "Status") == f"Waiting for a decision; still lacks: {lacks[1]}."
    earn(table, "2-1")
    table.look()
    assert table.cell("3-1", "Status") == "Waiting for a decision."


def test_any_two_of_three_are_enough() -> None:
    table = path("any 2 of first-aid, chess, go")
    ask(table, "Leader")
    earn(table, "1-1")
    table.choose("3-1", "Approve")
    table.look()
    assert "comes after any 2 of First Aid, Chess, Go, and this teacher has 1 of them." in table.cell("3-1", "Status")
    earn(table, "2-1")
    table.look()
    assert table.standing("3-1") is Standing.APPROVED


def test_somebody_elses_badges_count_for_nobody() -> None:
    table = path("first-aid")
    earn(table, "1-1")
    ask(table, "Leader", who="bea")
    table.choose("3-1", "Approve")
    table.look()
    assert "lacks First Aid" in table.cell("3-1", "Status")


@pytest.mark.parametrize("how", ["revoked", "lapsed"])
def test_a_badge_that_no_longer_counts_is_lacking(how: str) -> None:
    table = path("first-aid")
    assert table.badges is not None
    table.badges = [[*row, VALID_FOR if row[0] == "Key" else "1 month"] for row in table.badges]
    table.look()
    ask(table, "Leader")
    earn(table, "1-1")
    if how == "revoked":
        table.choose("1-1", "Revoke", "It was a slip.")
    else:
        table.now += timedelta(days=60)
    table.choose("3-1", "Approve")
    table.look()
    assert table.standing("3-1") is Standing.WAITING
    assert "lacks First Aid" in table.cell("3-1", "Status")


def test_return_and_decline_need_no_other_badge() -> None:
    table = path("first-aid")
    ask(table, "Leader")
    table.choose("3-1", "Decline", "Not this year.")
    table.look()
    assert table.standing("3-1") is Standing.DECLINED


# ── by itself ────────────────────────────────────────────────────────────────


def test_it_comes_by_itself_once_enough_is_there() -> None:
    table = path(show_name=True, school="Lakeview High")
    earn(table, "1-1")
    table.look()
    assert "3-1" not in table.known.attempts
    earn(table, "2-1")
    table.now += timedelta(hours=1)
    table.look()
    assert [table.cell("3-1", title) for title in ("Name", "E-mail", "Badge", "Decision", "Reviewer")] == [
        *("Ana", "ana@district.example", "Leader", "Approve", "")
    ]
    pages = [table.known.credentials[part].url for part in ("1-1", "2-1")]
    assert table.cell("3-1", "Evidence") == f"1. ✓ First Aid\n{pages[0]}\n2. ✓ Chess\n{pages[1]}"
    order, decision = table.known.orders["3-1"], table.known.decision("3-1")
    assert (order.achievement, order.recipient, order.name, order.issued_on) == (
        *("leader", "ana@district.example", "Ana", table.now),
    )
    assert (order.evidence, order.narrative) == ((), ""), "the parts may tell a name"
    assert decision is not None
    assert (decision.verdict, decision.reviewer, decision.feedback, decision.enacted) == (Verdict.APPROVE, "", "", True)
    assert {effect.kind for effect in table.known.effects.values() if effect.attempt_id == "3-1"} == {
        *(Kind.ISSUE, Kind.PUBLISH, Kind.TELL_ISSUED)
    }
    assert len({order.status_index for order in table.known.orders.values()}) == 3
    finish(table, "3-1")
    table.look()
    assert table.cell("3-1", "Status") == "Issued by itself 2026-11-22, and mailed."
    for _ in range(2):
        assert table.look().lesson == Lesson()


@pytest.mark.parametrize(("first", "second", "name"), [(True, True, "Ana"), (True, False, ""), (False, True, "Ana")])
def test_the_name_is_public_only_where_the_newest_part_tells_it(first: bool, second: bool, name: str) -> None:
    table = path(show_name=first)
    earn(table, "1-1")
    table.now += timedelta(hours=1)
    table.submit(submission("ana:Go", badge="Go", show_name=second))
    table.look()
    earn(table, "3-1")
    table.look()
    assert table.known.orders["4-1"].name == name


def test_the_mail_says_why_it_came() -> None:
    table = won()
    mail = compose(table.effect("tell-issued:3-1"), table.known, VOICE)
    assert isinstance(mail, Message)
    assert "Nobody had to ask for it: you have it for First Aid, Chess.\n" in mail.text
    assert "you have it for <bdi>First Aid</bdi> and <bdi>Chess</bdi>." in mail.html
    asked = compose(table.effect("tell-issued:1-1"), table.known, VOICE)
    assert "Nobody had to ask" not in asked.text + asked.html
    assert "tell-received:3-1" not in table.known.effects


def test_it_waits_while_the_row_of_the_coaches_can_not_be_trusted() -> None:
    table = path()
    earn(table, "1-1", "2-1")
    assert table.review is not None
    whole = deepcopy(table.review)
    table.review[0][0] = "Number"
    table.look()
    assert "3-1" not in table.known.attempts
    table.review = whole
    table.look()
    assert table.standing("3-1") is Standing.APPROVED


@pytest.mark.parametrize("off", ["no", "in a circle"])
def test_a_milestone_that_is_switched_off_or_wrong_comes_to_nobody(off: str) -> None:
    table = path()
    assert table.badges is not None
    if off == "no":
        table.badges[4][TITLES.index("Active")] = "no"
    else:
        table.known = replace(table.known, achievements={})
        write(table, "go", "leader")
    earn(table, "1-1", "2-1")
    table.look()
    assert "3-1" not in table.known.attempts


def test_whoever_asked_first_is_left_to_the_coach() -> None:
    for verdict, at in (("", Standing.WAITING), ("Hold", Standing.HELD), ("Decline", Standing.DECLINED)):
        table = path()
        ask(table, "Leader")
        table.choose("3-1", verdict, "Not this year.")
        table.look()
        earn(table, "1-1", "2-1")
        table.look()
        assert table.standing("3-1") is at
        assert len(table.known.requests) == 3


def test_whoever_asks_afterwards_is_told_of_the_badge_they_have() -> None:
    table = won()
    ask(table, "Leader")
    assert table.standing("4-1") is Standing.DUPLICATE
    assert table.known.requests[4].duplicate_of == 3
    assert table.effect("tell-duplicate:4-1").state is State.PLANNED


def test_whoever_asks_in_the_same_look_waits_for_the_coach() -> None:
    table = path()
    earn(table, "1-1", "2-1")
    ask(table, "Leader")
    assert table.standing("3-1") is Standing.WAITING
    table.look()
    assert len(table.known.requests) == 3


def test_it_can_be_taken_back_until_it_is_issued_and_comes_no_second_time() -> None:
    table = path()
    earn(table, "1-1", "2-1")
    table.look()
    table.look()
    assert table.standing("3-1") is Standing.APPROVED, "an empty cell would have taken it back"
    table.choose("3-1", "")
    table.look()
    assert table.standing("3-1") is Standing.WAITING
    assert table.effect("issue:3-1").state is State.CANCELLED
    table.look()
    assert len(table.known.requests) == 3
    table.choose("3-1", "Approve")
    table.look()
    assert table.standing("3-1") is Standing.APPROVED


@pytest.mark.parametrize("how", ["revoked", "lapsed"])
def test_it_comes_once_although_it_was_revoked_or_lapsed(how: str) -> None:
    table = path()
    assert table.badges is not None
    table.badges = [[*row, "1 month" if row[0] == "leader" else ""] for row in table.badges]
    table.badges[0][-1] = VALID_FOR
    earn(table, "1-1", "2-1")
    table.look()
    finish(table, "3-1")
    if how == "revoked":
        table.choose("3-1", "Revoke", "It was a slip.")
    else:
        table.now += timedelta(days=60)
    table.look()
    table.look()
    assert len(table.known.requests) == 3
    ask(table, "Leader")
    assert table.standing("4-1") is Standing.WAITING


def test_unusually_many_wait_for_a_word() -> None:
    table = tab(first_aid="", leader="first-aid")
    for n in range(8):
        ask(table, "First Aid", who=f"t{n}")
        earn(table, f"{n + 1}-1")
    write(table, "leader", "first-aid")
    assert table.badges is not None
    table.badges[2][TITLE + 1] = "by itself"
    table.look()
    assert sum(one.submission.by_itself for one in table.known.attempts.values()) == 8
    few = replace(table.policy, new_awards=2)
    table.known.credentials = dict(list(table.known.credentials.items())[:2])
    left, problems = withheld(table.known, NOON + timedelta(days=90), few)
    assert len(left) == 8
    assert "8 new badges at once are more than usual" in problems[0].sentence


def test_an_older_ledger_that_was_put_back_grants_nothing_that_the_sheet_shows() -> None:
    table = path()
    earn(table, "1-1", "2-1")
    table.policy = replace(table.policy, issuer_url="https://page")
    backup = deepcopy(table.known)
    table.look()
    finish(table, "3-1")
    table.look()
    table.known = backup
    learnt = table.look()
    assert "3-1" not in table.known.attempts
    assert any("was an older backup put back?" in problem.sentence for problem in learnt.lesson.problems)
    assert "Was an older backup put back?" in table.cell("3-1", "Status")


def test_an_older_ledger_grants_anew_what_was_not_issued_once_its_unknown_row_is_deleted() -> None:
    table = path()
    earn(table, "1-1", "2-1")
    backup = deepcopy(table.known)
    table.look()
    table.known = backup
    table.look()
    assert "3-1" not in table.known.attempts
    assert "please delete it" in table.cell("3-1", "Status")
    assert table.review is not None
    del table.review[3]
    table.look()
    assert table.standing("3-1") is Standing.APPROVED
    assert [row[0] for row in table.review] == ["ID", "1-1", "2-1", "3-1"]


def test_a_milestone_may_be_a_part_of_another_one() -> None:
    table = tab(a="", b="a | by itself", c="b | by itself")
    ask(table, "A")
    earn(table, "1-1")
    for attempt_id in ("2-1", "3-1"):
        table.look()
        finish(table, attempt_id)
    table.look()
    assert [table.known.orders[one].achievement for one in ("1-1", "2-1", "3-1")] == ["a", "b", "c"]
    assert len(table.known.requests) == 3


def test_figures_count_it_as_a_badge_and_not_as_a_request() -> None:
    table = won(school="Lakeview High")
    (case,) = [case for case in cases_of(table.known, table.policy) if case.badge == "Leader"]
    assert (case.by_itself, case.issued, case.first, case.school) == (True, True, None, "Lakeview High")
    assert len(hours_of(table.known, table.policy)) == 1
