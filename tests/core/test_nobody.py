"""Requests that nobody can approve: it is told at once, in the row and in the report, until somebody can."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.model import Identity
from bridge.plan import Policy
from bridge.plan.catalogue import REVIEWERS, SECOND_LOOK
from bridge.plan.nobody import why_nobody
from bridge.plan.standing import Standing
from tests.core.answering import FORM, FormDesk
from tests.core.desk import POLICY, Desk, submission
from tests.core.test_badge_cells import desk_with
from tests.core.test_desks import TABS, Town

ANA, BEA, CAI, KIM = (f"{who}@district.example" for who in ("ana", "bea", "cai", "kim"))
PEOPLE = (ANA, BEA, CAI, KIM)
OF = {Identity.COLUMN: POLICY, Identity.FORM: FORM, Identity.TABS: TABS}
IN_SETTINGS = "in coaches, in the section [review] of the settings."


def asked(identity: Identity, *coaches: str, coordinator: str = KIM, who: str = "ana", **cells: str) -> Desk:
    """Somebody asks for First Aid, whose cells in the tab Badges say this; the row is shown."""
    bare = desk_with({REVIEWERS: cells.get("reviewers", ""), SECOND_LOOK: cells.get("look", "")})
    made = {Identity.COLUMN: Desk, Identity.FORM: FormDesk, Identity.TABS: Town}[identity]
    desk: Desk = made(badges=bare.badges, artworks=bare.artworks)
    desk.policy = replace(OF[identity], coaches=frozenset(coaches), coordinator=coordinator, digests=False)
    desk.submit(submission(who=who))
    desk.look()
    return desk


def choose(desk: Desk, who: str, verdict: str, words: str = "") -> None:
    """Somebody chooses, as their programme has it, and the bridge comes by."""
    if isinstance(desk, FormDesk):
        desk.answer("1-1", verdict, words, by=who)
    elif isinstance(desk, Town):
        if "1-1" in desk.ids(who):
            desk.choose_in(who, "1-1", verdict, words)
    else:
        desk.choose("1-1", verdict, words, who)
    desk.look()


def told(desk: Desk) -> list[tuple[str, bool]]:
    """What the report says of it, and whether a command ends with exit code 1 for it."""
    return [(one.sentence, one.blocking) for one in desk.learnt.lesson.problems if one.where == "review"]


def change(desk: Desk, title: str, cell: str) -> None:
    """The coordinator changes a cell of the badge."""
    assert desk.badges is not None
    desk.badges[1][desk.badges[0].index(title)] = cell


every_identity = pytest.mark.parametrize("identity", list(Identity))


@every_identity
def test_where_the_only_coach_asks_the_row_says_so_at_once_and_the_report_too(identity: Identity) -> None:
    desk = asked(identity, ANA)
    assert desk.cell("1-1", "Status") == (
        "Nobody can approve this yet: there is no coach but the teacher who asks. Have another coach named "
        f"{IN_SETTINGS} (Waiting for a decision.)"
    )
    ((sentence, blocking),) = told(desk)
    assert sentence.startswith("Nobody can approve 1-1. Status there says why, and what helps")
    assert blocking


@every_identity
def test_it_goes_away_once_somebody_can(identity: Identity) -> None:
    desk = asked(identity, ANA)
    desk.policy = replace(desk.policy, coaches=frozenset({ANA, BEA}))
    desk.look()
    desk.look()
    assert (desk.cell("1-1", "Status"), told(desk)) == ("Waiting for a decision.", [])
    choose(desk, BEA, "Approve")
    assert desk.standing("1-1") is Standing.APPROVED


@every_identity
def test_where_the_only_reviewer_of_the_badge_asks(identity: Identity) -> None:
    desk = asked(identity, ANA, BEA, reviewers=ANA)
    assert desk.cell("1-1", "Status").startswith(
        "Nobody can approve this yet: “First Aid” has no reviewer but the teacher who asks. Have another reviewer "
        f"named in the tab Badges, and, if need be, {IN_SETTINGS}"
    )
    change(desk, REVIEWERS, f"{ANA}, {BEA}")
    desk.look()
    desk.look()
    assert desk.cell("1-1", "Status") == "Waiting for a decision."


def test_of_settings_only_whom_they_concern_is_told() -> None:
    desk = asked(Identity.COLUMN, reviewers=ANA)
    assert "Have another reviewer named in the tab Badges. (" in desk.cell("1-1", "Status")
    assert "settings" not in desk.cell("1-1", "Status")


def test_where_no_reviewer_of_the_badge_is_a_coach_any_more() -> None:
    desk = asked(Identity.COLUMN, ANA, BEA, CAI, reviewers=CAI)
    desk.policy = replace(desk.policy, coaches=frozenset({ANA, BEA}))
    desk.look()
    assert "none of the reviewers of “First Aid” is a coach" in desk.cell("1-1", "Status")


@every_identity
def test_where_two_must_approve_and_only_one_may(identity: Identity) -> None:
    desk = asked(identity, ANA, BEA, look="coach")
    assert "two must approve “First Aid”, and too few may" in desk.cell("1-1", "Status")


@every_identity
def test_where_nobody_is_left_for_the_second_look(identity: Identity) -> None:
    desk = asked(identity, ANA, BEA, CAI, look="coach")
    desk.look()
    first, other = (BEA, CAI) if identity is not Identity.TABS or "1-1" in desk.ids(BEA) else (CAI, BEA)  # type: ignore[attr-defined]
    choose(desk, first, "Approve")
    assert told(desk) == []
    desk.policy = replace(desk.policy, coaches=desk.policy.coaches - {other})
    desk.look()
    assert desk.standing("1-1") is Standing.HALF_APPROVED
    status = desk.cell("1-1", "Status")
    assert status.startswith("Nobody can approve this yet: two must approve “First Aid”, and too few may.")
    assert f"(Approved by {first}; a second coach must approve, too" in status
    assert [blocking for _, blocking in told(desk)] == [True]


@every_identity
def test_where_the_coordinator_s_word_is_needed_and_it_is_she_who_asks(identity: Identity) -> None:
    desk = asked(identity, BEA, CAI, who="kim", look="coordinator")
    assert desk.cell("1-1", "Status").startswith(
        "Nobody can approve this yet: the coordinator must approve “First Aid”, too, and it is the coordinator who asks"
    )
    desk.policy = replace(desk.policy, coordinator="")
    desk.look()
    assert "too, and the settings name none." in desk.cell("1-1", "Status")


@every_identity
def test_where_the_coordinator_is_the_only_coach_that_is_left_nobody_comes_before_or_after_her(
    identity: Identity,
) -> None:
    desk = asked(identity, BEA, KIM, look="coordinator")
    assert desk.cell("1-1", "Status") == "Waiting for a decision."
    desk.policy = replace(desk.policy, coaches=frozenset({KIM}))
    desk.look()
    assert "two must approve “First Aid”, and too few may" in desk.cell("1-1", "Status")


@every_identity
def test_a_held_row_says_so_too(identity: Identity) -> None:
    desk = asked(identity, ANA)
    desk.look()
    choose(desk, KIM, "Hold")
    assert desk.standing("1-1") is Standing.HELD
    assert desk.cell("1-1", "Status").startswith("Nobody can approve this yet: ")
    assert "(On hold until you choose again" in desk.cell("1-1", "Status")


@every_identity
def test_the_coordinator_who_is_asked_then_says_no_and_reads_why_she_can_t_approve(identity: Identity) -> None:
    desk = asked(identity, ANA)
    desk.look()
    choose(desk, KIM, "Approve")
    status = desk.tabs[KIM][1][-2] if isinstance(desk, Town) else desk.cell("1-1", "Status")
    assert "Nobody can approve this yet: there is no coach but the teacher who asks." in status
    assert not any(words in status for words in ("Only the", "only the", "of them"))
    choose(desk, KIM, "Return", "Please add a photo.")
    assert desk.standing("1-1") is Standing.RETURNED
    assert told(desk) == []


def test_a_misspelt_choice_does_not_hide_it() -> None:
    desk = asked(Identity.COLUMN, ANA)
    choose(desk, BEA, "Aprove")
    assert desk.cell("1-1", "Status").startswith("“Aprove” is no decision.")
    assert "Nobody can approve this yet" in desk.cell("1-1", "Status")


# ── nobody is asked, and anybody may ─────────────────────────────────────────


@pytest.mark.parametrize(("coordinator", "who"), [("", "ana"), (KIM, "kim")])
def test_where_anybody_may_and_nobody_is_asked_it_is_told_without_alarm(coordinator: str, who: str) -> None:
    desk = asked(Identity.COLUMN, coordinator=coordinator, who=who)
    assert desk.cell("1-1", "Status") == (
        "Waiting for a decision. Nobody is asked to take it: have coaches named in the section [review] of the "
        "settings."
    )
    ((sentence, blocking),) = told(desk)
    assert sentence.startswith("Nobody is asked to decide about 1-1.")
    assert not blocking
    choose(desk, BEA, "Approve")
    assert (desk.standing("1-1"), told(desk)) == (Standing.APPROVED, [])


# ── who is asked, and who may ────────────────────────────────────────────────

some = st.frozensets(st.sampled_from(PEOPLE))


@settings(max_examples=15)
@given(
    coaches=some,
    reviewers=some,
    coordinator=st.sampled_from(["", KIM]),
    look=st.sampled_from(["", "coach", "coordinator"]),
)
def test_nobody_can_approve_exactly_where_whoever_tries_is_refused(
    coaches: frozenset[str], reviewers: frozenset[str], coordinator: str, look: str
) -> None:
    """Whoever chooses Approve, alone or as the first of two: somebody gets the badge issued, or Status said at once
    that nobody can."""
    for identity in (Identity.COLUMN, Identity.FORM) if coaches else (Identity.COLUMN,):
        cells = {"reviewers": " ".join(sorted(reviewers)), "look": look}
        policy = replace(OF[identity], coaches=coaches, coordinator=coordinator)
        start = _with_policy(identity, policy, cells)
        if "first-aid" not in start.known.achievements:
            return  # two are to approve what one person may: the row in the tab Badges says so, and it is not in use
        said = bool(why_nobody(start.known, start.known.attempts["1-1"], policy))
        tries = [(first, second) for first in (*PEOPLE, "") for second in (*PEOPLE, "")]
        assert said is not any(_gets_through(identity, policy, cells, pair) for pair in tries)


def _with_policy(identity: Identity, policy: Policy, cells: dict[str, str]) -> Desk:
    """The cells were right once: whoever left the settings since stays in the catalogue."""
    desk = asked(identity, *PEOPLE, coordinator=KIM, **cells)
    desk.policy = policy
    desk.look()
    return desk


def _gets_through(identity: Identity, policy: Policy, cells: dict[str, str], pair: tuple[str, str]) -> bool:
    desk = _with_policy(identity, policy, cells)
    for who in pair:
        choose(desk, who, "Approve")
    return desk.standing("1-1") is Standing.APPROVED
