"""The cell Badge of a row that is there: when it is written anew, so that it leads to what an Approve would issue."""

from __future__ import annotations

from dataclasses import replace

from bridge.model import Artwork
from bridge.plan import rewrites, show, tidy
from bridge.plan.badge_link import LEADS
from bridge.plan.catalogue import TITLES
from bridge.plan.room import weight
from bridge.review import BADGE, EVIDENCE, STATUS, Linked
from tests.core.desk import PLACE, POLICY, Desk, submission

PAGES = replace(POLICY, criteria_page=lambda badge: f"https://badges.example/{badge.key}/{badge.version}.html")
CRITERIA = TITLES.index("Criteria")


def asked(*who: str) -> Desk:
    desk = Desk(PAGES)
    desk.submit(*(submission(f"r{n}", who=one) for n, one in enumerate(who or ("ana",))))
    desk.look()
    return desk


def change(desk: Desk, criteria: str, badge: int = 1) -> None:
    assert desk.badges is not None
    desk.badges[badge][CRITERIA] = criteria


def led(desk: Desk, title: str = BADGE, *, show_it: bool = True) -> dict[int, str]:
    """Where the cells lead that the next cycle writes, by row."""
    desk.look(show_it=False)
    written = {}
    for patch in show(desk.known, desk.reading(), desk.learnt, desk.policy, desk.now).change.review:
        if patch.column == PLACE[title]:
            assert isinstance(patch.text, Linked)
            written[patch.row] = patch.text.links[0][2] if patch.text.links else ""
    if show_it:
        desk.show(desk.reading())
    return written


def newest(desk: Desk) -> str:
    return PAGES.criteria_page(desk.known.achievements["first-aid"])


def test_other_criteria_move_the_links_of_that_badges_rows_once() -> None:
    desk = asked("ana", "bo")
    desk.submit(submission("r9", who="cy", badge="Co-Teaching"))
    desk.look()
    before = newest(desk)
    assert led(desk) == {}
    change(desk, "Shows it twice")
    assert rewrites(desk.known, desk.look(show_it=False), PAGES), "identity cells are written right after a look"
    assert led(desk) == {1: newest(desk), 2: newest(desk)}
    assert newest(desk) != before
    assert led(desk) == {}
    assert not rewrites(desk.known, desk.learnt, PAGES)


def test_a_write_that_failed_is_done_again() -> None:
    desk = asked()
    change(desk, "Shows it twice")
    assert led(desk, show_it=False) == led(desk) == {1: newest(desk)}


def test_what_was_issued_keeps_the_link_to_what_it_took() -> None:
    desk = asked("ana", "bo")
    desk.choose("1-1", "Approve")
    desk.look()
    change(desk, "Shows it twice")
    assert led(desk) == {2: newest(desk)}


def test_criteria_that_change_in_the_night_of_the_approval_count_and_are_linked() -> None:
    desk = asked()
    change(desk, "Shows it twice")
    desk.choose("1-1", "Approve")
    assert led(desk) == {1: newest(desk)}
    assert desk.known.orders["1-1"].version == desk.known.achievements["first-aid"].version


def test_a_row_that_came_before_its_badge_gets_its_link_with_it() -> None:
    desk = asked()
    desk.submit(submission("r2", who="bo", badge="Juggling"))
    desk.look()
    assert led(desk) == {}
    assert desk.badges is not None
    art = "https://drive.google.com/file/d/art3/view"
    desk.badges.append(["juggling", "Juggling", "Juggles", "Three balls", art, "", "", ""])
    desk.artworks = (*desk.artworks, Artwork(art, "3" * 64))
    assert led(desk) == {2: PAGES.criteria_page(desk.known.achievements["juggling"])}
    assert led(desk) == {}


def test_a_row_of_a_name_that_a_badge_gets_later_is_linked_although_others_are() -> None:
    desk = asked()
    desk.submit(submission("r2", who="bo", badge="Aid"))
    desk.look()
    assert desk.badges is not None
    desk.badges[1][1] = "Aid"
    desk.look(show_it=False)
    assert led(desk)[2] == newest(desk)
    assert led(desk) == {}


def test_a_row_that_is_there_twice_is_linked_once_one_of_them_is_deleted() -> None:
    desk = asked("ana", "bo")
    assert desk.review is not None
    desk.review.append(list(desk.review[1]))
    change(desk, "Shows it twice")
    assert led(desk) == {2: newest(desk)}
    assert led(desk) == {}
    del desk.review[3]
    assert led(desk) == {1: newest(desk)}
    assert led(desk) == {}


def test_an_older_ledger_writes_the_links_once_more() -> None:
    desk = asked()
    del desk.known.facts[LEADS]
    assert led(desk) == {1: newest(desk)}
    assert led(desk) == {}


def test_with_another_status_the_links_of_the_evidence_are_there_again() -> None:
    desk = asked()
    assert led(desk, EVIDENCE) == {}
    desk.choose("1-1", "Hold")
    assert led(desk, EVIDENCE) == {1: "https://example.org/video"}
    assert desk.cell("1-1", STATUS).startswith("On hold")
    assert led(desk, EVIDENCE) == {}


def test_a_tab_that_is_made_without_a_cycle_leads_where_it_should() -> None:
    desk = Desk(PAGES)
    desk.submit(submission())
    desk.look(show_it=False)
    tidying = tidy(desk.known, desk.reading(), (), desk.now, PAGES)
    assert newest(desk)
    assert LEADS in tidying.links[""]


def test_where_a_cell_leads_takes_room_too() -> None:
    address = "https://badges.example/" + "x" * 500
    assert weight(Linked("Aid", (0, 3, address))) > weight("Aid") + len(address)
