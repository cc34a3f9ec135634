"""An older ledger was put back, and decisions come from elsewhere than Review: no badge twice, none to others."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import timedelta

from bridge.model import Known
from bridge.plan.answers import row_answer
from bridge.plan.decisions import LOST_BADGE
from bridge.plan.standing import Standing
from tests.core.answering import FORM, FormDesk, form_desk
from tests.core.desk import Desk, edited, submission
from tests.core.second import ANN
from tests.core.test_desks import ANA, town

EARLY, LATE = timedelta(days=3), timedelta(hours=1)


def issue(desk: Desk) -> None:
    """What was approved is issued, and the sheet shows it."""
    for kind in ("issue", "publish", "tell-issued"):
        desk.finish(f"{kind}:1-1")
    page = f"{desk.policy.issuer_url}/awards/1"
    desk.known.credentials["1-1"] = replace(desk.known.credentials["1-1"], url=page)
    desk.look()


def test_a_row_that_comes_back_to_a_coachs_tab_is_not_approved_again_where_review_bears_the_badge() -> None:
    made = town("t1")
    backup = copy.deepcopy(made.known)
    made.choose_in(ANA, "1-1", "Approve")
    made.look()
    issue(made)
    made.now += timedelta(days=15)
    made.look()
    assert made.ids(ANA) == []
    made.known = backup
    made.look()
    made.choose_in(ANA, "1-1", "Approve")
    made.look()
    made.look()
    assert made.standing("1-1") is Standing.WAITING
    assert made.cell_of(ANA, "1-1", "Status") == made.cell("1-1", "Status") == LOST_BADGE


def test_an_answer_does_not_issue_again_what_a_row_that_is_there_twice_bears() -> None:
    desk = form_desk()
    backup = copy.deepcopy(desk.known)
    desk.answer("1-1", "Approve", by=ANN)
    desk.look()
    issue(desk)
    assert desk.review is not None
    desk.review.append(list(desk.row("1-1")))
    desk.known = backup
    desk.later()
    desk.later()
    assert desk.standing("1-1") is Standing.WAITING


def renumbered() -> tuple[FormDesk, Known]:
    """Ana's request was 2-1; in the ledger that was put back it becomes Zoe's, who had sent hers before. Also: what was
    known when coaches saw Ana's."""
    desk = FormDesk(FORM, badges=form_desk().badges, artworks=form_desk().artworks)
    desk.submit(submission("r0", who="old", submitted_at=desk.now - EARLY))
    desk.look()
    backup = copy.deepcopy(desk.known)
    desk.submit(submission())
    desk.look()
    seen, desk.known = desk.known, backup
    desk.submit(submission("r9", who="zoe", submitted_at=submission().submitted_at - LATE))
    return desk, seen


def test_an_answer_is_not_anothers_who_gets_the_id_in_a_ledger_that_was_put_back() -> None:
    desk, seen = renumbered()
    desk.answer(row_answer(seen, seen.attempts["2-1"]), "Approve", by=ANN)
    desk.later()
    desk.later()
    assert desk.known.requests[2].recipient == "zoe@district.example"
    assert (desk.standing("2-1"), desk.standing("3-1")) == (Standing.WAITING, Standing.WAITING)
    assert [row[-2] for row in desk.review or () if "had this ID before" in row[-2]] != []
    desk.answer(row_answer(desk.known, desk.known.attempts["3-1"]), "Approve", by=ANN)
    desk.later()
    assert (desk.standing("2-1"), desk.standing("3-1")) == (Standing.WAITING, Standing.APPROVED)


def test_nobody_approves_what_is_written_later_whichever_version_they_name() -> None:
    desk = form_desk()
    desk.answer("1-1.2", "Approve", by=ANN)
    desk.later()
    stamp = (desk.now + timedelta(seconds=1)).isoformat()
    desk.submit(replace(edited(submission(), reflection="Something else."), stamp=stamp))
    for _ in range(3):
        desk.later()
    assert (desk.standing("1-1"), desk.known.attempts["1-1"].version) == (Standing.WAITING, 2)
    assert "has changed since" in desk.status()
    desk.answer("1-1.2", "Approve", by=ANN)
    desk.later()
    assert desk.standing("1-1") is Standing.APPROVED
