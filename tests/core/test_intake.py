"""Responses become requests and attempts, whatever the order in which they are read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.model import Evidence, EvidenceKind, FileAccess, FileFacts, FormReading, State
from bridge.plan import wanted_evidence
from bridge.plan.enact import public_evidence
from bridge.plan.evidence_cell import short_link
from bridge.plan.standing import Standing
from tests.core.desk import NOON, Desk, approved, asked, declined, edited, issued, submission


def test_a_response_becomes_a_request_with_a_row_and_a_mail() -> None:
    desk = asked()
    assert desk.row("1-1")[:7] == ["1-1", "2026-11-20", "2", "2026-11-30", "Ana", "ana@district.example", "First Aid"]
    assert desk.cell("1-1", "Status") == "Waiting for a decision."
    assert desk.effect("tell-received:1-1").state is State.PLANNED


def test_numbers_follow_the_time_of_asking() -> None:
    desk = Desk()
    desk.submit(
        submission("late", who="zoe", submitted_at=NOON),
        submission("early", who="bo", submitted_at=NOON - timedelta(9)),
    )
    desk.look()
    assert [desk.known.requests[n].recipient[:3] for n in (1, 2)] == ["bo@", "zoe"]


def test_the_form_sent_again_while_waiting_replaces_the_earlier_answer() -> None:
    desk = asked()
    desk.submit(submission("r2", stamp="2026-11-21T08:00:00Z", reflection="Better."))
    desk.look()
    assert desk.standing("1-1") is Standing.SUPERSEDED
    assert desk.cell("1-1", "Status") == "Closed: the teacher sent it again (1-2)."
    assert desk.cell("1-2", "Reflection") == "Better."


@pytest.mark.parametrize("make", [approved, issued])
def test_asking_again_for_a_badge_one_has_is_a_duplicate(make) -> None:  # type: ignore[no-untyped-def]
    desk = make()
    desk.submit(submission("r2"))
    desk.look()
    assert desk.standing("2-1") is Standing.DUPLICATE
    assert desk.effect("tell-duplicate:2-1").state is State.PLANNED
    assert "tell-received:2-1" not in desk.known.effects
    desk.choose("2-1", "Approve")
    desk.look()
    assert "issue:2-1" not in desk.known.effects
    assert "request 1" in desk.cell("2-1", "Status")


def test_asking_for_another_badge_is_another_request() -> None:
    desk = issued()
    desk.submit(submission("r2", badge="Co-Teaching"))
    desk.look()
    assert desk.standing("2-1") is Standing.WAITING


def test_after_a_decline_or_revocation_a_new_answer_is_a_new_request() -> None:
    for desk in (declined(), issued()):
        if desk.standing("1-1") is Standing.ISSUED:
            desk.choose("1-1", "Revoke", "It was a mistake.")
            desk.look()
        desk.submit(submission("r2"))
        desk.look()
        assert desk.standing("2-1") is Standing.WAITING


def test_an_edit_to_another_badge_is_another_request() -> None:
    desk = asked()
    desk.submit(edited(submission(), label="Co-Teaching"))
    desk.look()
    assert desk.standing("1-1") is Standing.SUPERSEDED
    assert desk.cell("2-1", "Badge") == "Co-Teaching"
    assert not desk.look().lesson


def test_an_unknown_badge_waits_for_the_catalogue() -> None:
    desk = Desk()
    desk.submit(submission(badge="Frist Aid"))
    desk.look()
    desk.choose("1-1", "Approve")
    desk.look()
    assert "“Frist Aid” is not in use: the tab Badges has no row for it" in desk.cell("1-1", "Status")
    assert desk.standing("1-1") is Standing.WAITING
    assert desk.badges is not None
    desk.badges.append(["frist", "Frist Aid", "d", "c", desk.badges[1][4], "", "", ""])
    desk.look()
    assert desk.standing("1-1") is Standing.APPROVED
    assert desk.known.orders["1-1"].achievement == "frist"


ROW_IS_GONE = "“First Aid” has no row in the tab Badges any more."


@pytest.mark.parametrize(("choice", "before"), [("", "Waiting for a decision."), ("Hold", "On hold until you choose")])
def test_a_badge_whose_row_was_deleted_is_told_where_it_is_waited_for(choice: str, before: str) -> None:
    desk = asked()
    desk.choose("1-1", choice)
    desk.look()
    assert desk.badges is not None
    row = desk.badges.pop(1)
    desk.look()
    assert desk.cell("1-1", "Status").startswith(before)
    assert ROW_IS_GONE in desk.cell("1-1", "Status")
    assert not desk.look().lesson
    desk.badges.append(row)
    desk.look()
    assert desk.cell("1-1", "Status").startswith(before)
    assert ROW_IS_GONE not in desk.cell("1-1", "Status")
    assert not desk.look().lesson


def test_a_badge_whose_row_was_deleted_can_be_approved_and_nothing_is_told_afterwards() -> None:
    desk = asked()
    assert desk.badges is not None
    del desk.badges[1]
    desk.look()
    desk.choose("1-1", "Approve")
    desk.look()
    assert desk.standing("1-1") is Standing.APPROVED
    assert desk.cell("1-1", "Status") == "Approved; the badge is being issued."


def test_of_a_tab_badges_that_is_gone_the_report_tells_alone() -> None:
    desk = asked()
    assert desk.badges is not None
    del desk.badges[1]
    desk.look()
    desk.badges[0][0] = "Code"
    desk.look()
    assert ROW_IS_GONE in desk.cell("1-1", "Status"), "which rows there are can't be read"
    desk.badges = None
    desk.look()
    assert desk.cell("1-1", "Status") == "Waiting for a decision."


def test_of_a_badge_that_was_switched_off_before_its_row_was_deleted_nothing_is_told() -> None:
    desk = asked()
    assert desk.badges is not None
    desk.badges[1][6] = "no"
    desk.look()
    del desk.badges[1]
    desk.look()
    assert desk.cell("1-1", "Status") == "Waiting for a decision."


def test_an_old_label_keeps_its_meaning_after_the_badge_was_renamed() -> None:
    desk = asked()
    assert desk.badges is not None
    desk.badges[1][1] = "First Aid for Schools"
    desk.look()
    desk.submit(submission("r2", who="bo", badge="First Aid"))
    desk.look()
    assert desk.known.requests[2].achievement == "first-aid"


def test_a_badge_whose_row_was_deleted_stays_in_force_and_is_told() -> None:
    desk = asked()
    assert desk.badges is not None
    del desk.badges[1]
    learnt = desk.look()
    assert [p.where for p in learnt.lesson.problems] == ["badge first-aid"]
    desk.choose("1-1", "Approve")
    desk.look()
    assert desk.known.orders["1-1"].achievement == "first-aid"


def test_an_approval_keeps_the_words_that_were_in_force() -> None:
    desk = approved()
    before = desk.known.orders["1-1"]
    assert desk.badges is not None
    desk.badges[1][3] = "Other criteria."
    desk.look()
    assert desk.known.orders["1-1"] == before
    assert desk.known.versions["first-aid", before.version].criteria == "Shows it"
    assert desk.known.achievements["first-aid"].criteria == "Other criteria."


def test_an_order_says_only_what_the_teacher_made_public() -> None:
    for show_name, show_evidence in ((False, False), (True, True), (False, True)):
        desk = Desk()
        desk.submit(submission(show_name=show_name, show_evidence=show_evidence))
        desk.look()
        desk.choose("1-1", "Approve")
        desk.look()
        order = desk.known.orders["1-1"]
        assert (order.name, bool(order.evidence), bool(order.narrative)) == (
            "Ana" if show_name else "",
            show_evidence,
            show_evidence,
        )


def test_files_are_looked_at_once_and_again_only_while_they_do_not_open() -> None:
    files = tuple(Evidence(n, EvidenceKind.DRIVE, f"https://drive/{n}", file_id=f"file-{n}") for n in (1, 2))
    desk = Desk()
    desk.submit(submission(evidence=files))
    form = FormReading("form", "Requests", verified=True, submissions=tuple(desk.responses.values()))
    assert [item.file_id for item in wanted_evidence([form], desk.known)] == ["file-1", "file-2"]
    desk.look()
    for file_id, access in (("file-1", FileAccess.OPENS), ("file-2", FileAccess.MISSING)):
        desk.known.files[file_id] = FileFacts(file_id, access, name=file_id.upper())
    assert [item.file_id for item in wanted_evidence([form], desk.known)] == ["file-2"]
    desk.look()
    assert desk.cell("1-1", "Evidence").split("\n") == [
        "1. ✓ FILE-1",
        "https://drive.google.com/open?id=file-1",
        "2. ✗ can't be opened: FILE-2",
        "https://drive.google.com/open?id=file-2",
    ]
    assert "Evidence 2 can't be opened." in desk.cell("1-1", "Status")
    desk.choose("1-1", "Decline", "No.")
    desk.look()
    assert not wanted_evidence([form], desk.known)


def test_a_name_that_is_not_public_is_not_told_by_the_name_of_an_upload() -> None:
    upload = Evidence(1, EvidenceKind.UPLOAD, "https://drive.google.com/file/d/1", file_id="1", name="Plan - Ana.pdf")
    for show_name, told in ((True, "Plan - Ana.pdf"), (False, "")):
        public = public_evidence(submission(show_name=show_name, show_evidence=True, evidence=(upload,)))
        assert [item.name for item in public] == [told]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://docs.google.com/document/u/1/d/ID/edit?usp=sharing", "https://drive.google.com/open?id=ID"),
        ("https://docs.google.com/document/d/ID/edit?tab=t.0", "https://drive.google.com/open?id=ID"),
        ("https://docs.google.com/document/d/ID/edit?tab=t.4x", "https://docs.google.com/document/d/ID/edit?tab=t.4x"),
        (
            "https://docs.google.com/document/d/ID/edit#heading=h.1",
            "https://docs.google.com/document/d/ID/edit#heading=h.1",
        ),
        ("https://drive.google.com/file/d/ID/view?t=75", "https://drive.google.com/file/d/ID/view?t=75"),
    ],
)
def test_a_link_is_short_unless_it_leads_to_a_place_inside_a_file(url: str, shown: str) -> None:
    assert short_link(Evidence(1, EvidenceKind.DRIVE, url, file_id="ID")) == shown
    keyed = short_link(Evidence(1, EvidenceKind.DRIVE, url, file_id="ID", resource_key="0-k"))
    assert keyed == (f"{shown}&resourcekey=0-k" if "/open?" in shown else shown)


people = st.sampled_from(["ana", "bo", "zoe"])
badges = st.sampled_from(["First Aid", "Co-Teaching", "Unheard Of"])
responses = st.lists(
    st.builds(
        lambda n, who, badge, day: submission(
            f"r{n}", who=who, badge=badge, submitted_at=NOON - timedelta(days=day), stamp=f"s{day}"
        ),
        st.integers(0, 5),
        people,
        badges,
        st.integers(0, 30),
    ),
    max_size=6,
    unique_by=lambda one: one.response_id,
)


@given(responses, st.randoms())
def test_the_order_of_reading_makes_no_difference(given_responses, dice) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(given_responses)
    dice.shuffle(shuffled)
    one, other = Desk(), Desk()
    one.submit(*given_responses)
    other.submit(*shuffled)
    one.look()
    other.look()
    assert one.known == other.known


@given(responses, responses)
def test_looking_again_changes_nothing(first, second) -> None:  # type: ignore[no-untyped-def]
    desk = Desk()
    for batch in (first, second):
        desk.submit(*(replace(one, stamp=one.stamp + str(len(desk.responses))) for one in batch))
        desk.look()
        assert not desk.look().lesson
        assert not desk.show(desk.reading())


@given(responses, responses)
def test_no_request_is_ever_lost(first, second) -> None:  # type: ignore[no-untyped-def]
    desk = Desk()
    for batch in (first, second):
        desk.submit(*batch)
        desk.look()
    latest = {a.submission.response_id for a in desk.known.attempts.values()}
    assert latest == desk.responses.keys()
    assert desk.review is None or len(desk.review) == len(desk.known.attempts) + 1
