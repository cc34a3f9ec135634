"""The cell Decide: text and link of each row, and when they are written anew."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from bridge.model import Criterion, Identity
from bridge.plan import show
from bridge.plan.decide_cell import LINKS, decide_cell
from bridge.review import DECIDE, Linked
from tests.core.answering import FORM, FormDesk, form_desk
from tests.core.desk import edited, submission

OTHER = replace(FORM, identity=Identity.COLUMN, decision_form="")


def linked(desk: FormDesk, attempt_id: str = "1-1") -> Linked:
    return decide_cell(desk.known, desk.known.attempts[attempt_id], desk.policy)


def address(text: Linked) -> dict[str, list[str]]:
    ((start, end, link),) = text.links
    assert (start, end) == (0, len(text))
    assert link.startswith("https://docs.google.com/forms/d/e/decide/viewform?")
    return parse_qs(urlsplit(link).query)


def patched(desk: FormDesk) -> dict[int, object]:
    """The cells Decide that the next cycle would write, by row."""
    desk.learnt = desk.look(show_it=False)
    reading = desk.reading()
    showing = show(desk.known, reading, desk.learnt, desk.policy, desk.now)
    assert desk.review is not None
    place = desk.review[0].index(DECIDE)
    return {patch.row: patch.text for patch in showing.change.review if patch.column == place}


def test_each_row_leads_to_the_form_with_its_id_filled_in() -> None:
    desk = form_desk()
    assert desk.cell("1-1", DECIDE) == "Decide 1-1"
    assert address(linked(desk)) == {"usp": ["pp_url"], "entry.2561": ["1-1 #ee138"]}  # 0xa01: the question's id


def test_an_edited_answer_has_a_link_of_its_own() -> None:
    desk = form_desk()
    desk.submit(edited(submission(), reflection="More"))
    desk.look()
    assert desk.cell("1-1", DECIDE) == "Decide 1-1.2"
    assert address(linked(desk))["entry.2561"] == ["1-1.2 #ee138"]


def test_the_link_stays_when_the_row_is_closed_so_that_a_badge_can_be_revoked() -> None:
    desk = form_desk()
    desk.answer("1-1", "Return", "Photo?", by="ann@district.example")
    desk.look()
    assert desk.cell("1-1", DECIDE) == "Decide 1-1"
    assert patched(desk) == {}


def test_while_the_form_was_never_read_there_is_no_link_that_leads_nowhere() -> None:
    desk = FormDesk(FORM, reachable=False)
    desk.submit(submission())
    desk.look()
    assert desk.cell("1-1", DECIDE) == ""
    desk.reachable = True
    desk.look()
    assert desk.cell("1-1", DECIDE) == "Decide 1-1"


def test_another_form_means_other_links_although_the_words_are_the_same() -> None:
    desk = form_desk()
    desk.look()
    assert patched(desk) == {}
    desk.known.facts["form-link:form-decide"] = "https://docs.google.com/forms/d/e/other/viewform"
    desk.known.facts[LINKS] = "what was made of another form"
    assert patched(desk) == {1: "Decide 1-1"}
    desk.look()
    assert patched(desk) == {}


def test_where_cells_decide_again_the_links_go() -> None:
    desk = form_desk()
    desk.policy = OTHER
    desk.look()
    assert desk.cell("1-1", DECIDE) == ""
    assert patched(desk) == {}


def test_a_link_that_would_be_too_long_for_a_cell_fills_in_the_row_alone() -> None:
    desk = form_desk()
    key = desk.known.requests[1].achievement
    desk.known.facts["question:form-decide:ratings"] = "00000a04"
    short, long = (tuple(Criterion(f"{n} {title}", ("1", "2")) for n in range(10)) for title in ("Tact", "Ä" * 60))
    desk.known.achievements[key] = replace(desk.known.achievements[key], rubric=short)
    assert address(linked(desk))["entry.2564"] == ["".join(f"{n} Tact: \n" for n in range(10)).rstrip("\n")]
    desk.known.achievements[key] = replace(desk.known.achievements[key], rubric=long)
    assert address(linked(desk)) == {"usp": ["pp_url"], "entry.2561": ["1-1 #ee138"]}
