"""Where the review tab's cells lead: the badge to what it takes, each piece of evidence, the badge's page."""

from __future__ import annotations

from dataclasses import replace

from bridge.model import Evidence, EvidenceKind, FileAccess, FileFacts, Known
from bridge.plan import show
from bridge.plan.evidence_cell import evidence_words
from bridge.ports import Value
from bridge.review import BADGE, COLUMNS, LINK, Linked
from bridge.sheet_requests import cell
from tests.core.desk import POLICY, Desk, issued, submission

PLACE = {column.title: place for place, column in enumerate(COLUMNS)}
WITH_PAGES = replace(POLICY, criteria_page=lambda achievement: f"https://badges.example/{achievement.key}.html")


def leads(value: Value) -> list[tuple[str, str]]:
    """Each linked piece of a text, and its address."""
    assert isinstance(value, Linked)
    return [(value[start:end], address) for start, end, address in value.links]


def new_row(desk: Desk) -> tuple[Value, ...]:
    desk.look(show_it=False)
    (row,) = show(desk.known, desk.reading(), desk.learnt, desk.policy, desk.now).change.added
    return row


def test_the_badge_leads_to_what_it_takes() -> None:
    desk = Desk(WITH_PAGES)
    desk.submit(submission())
    assert leads(new_row(desk)[PLACE[BADGE]]) == [("First Aid", "https://badges.example/first-aid.html")]
    unknown = Desk(WITH_PAGES)
    unknown.submit(submission(badge="Sword swallowing"))
    assert leads(new_row(unknown)[PLACE[BADGE]]) == []


def test_each_piece_of_evidence_leads_to_itself() -> None:
    video = "https://example.org/video"
    items = (
        Evidence(1, EvidenceKind.WEB, video),
        Evidence(2, EvidenceKind.DRIVE, "https://drive.google.com/file/d/abc/view", file_id="abc", name="=Plan 🦆.pdf"),
        Evidence(3, EvidenceKind.ODD, "ask me", name="ask me", note="no link"),
        Evidence(4, EvidenceKind.DRIVE, "https://drive.google.com/file/d/xyz/view", file_id="xyz"),
    )
    known = Known(files={"abc": FileFacts("abc", FileAccess.OPENS)})
    words = evidence_words(known, items)
    assert words.split("\n") == [
        f"1. ? not checked: {video}",
        "2. ✓ =Plan 🦆.pdf",
        "https://drive.google.com/open?id=abc",
        "3. ✗ “ask me”: no link",
        "4. ? not checked: https://drive.google.com/open?id=xyz",
    ]
    assert leads(words) == [
        (video, video),
        ("=Plan 🦆.pdf\nhttps://drive.google.com/open?id=abc", "https://drive.google.com/open?id=abc"),
        ("https://drive.google.com/open?id=xyz",) * 2,
    ]


def test_of_a_badge_that_came_by_itself_the_bridge_knows_the_pages() -> None:
    page = "https://badges.example/awards/a.html"
    items = (Evidence(1, EvidenceKind.WEB, page, name="First Aid"),)
    words = evidence_words(Known(), items, ours=True)
    assert (words, leads(words)) == (f"1. ✓ First Aid\n{page}", [(f"First Aid\n{page}", page)])


def test_the_link_to_the_badge_leads_there() -> None:
    desk = issued()
    url = desk.cell("1-1", "Badge link")
    desk.row("1-1")[PLACE[LINK]] = "https://page/of-another"
    desk.look(show_it=False)
    (patch,) = show(desk.known, desk.reading(), desk.learnt, desk.policy, desk.now).change.review
    assert (patch.text, leads(patch.text)) == (url, [(url, url)])


def test_a_link_costs_no_write_of_its_own() -> None:
    desk = Desk(WITH_PAGES)
    desk.submit(submission())
    desk.look()
    desk.look(show_it=False)
    assert not show(desk.known, desk.reading(), desk.learnt, desk.policy, desk.now).change


def runs(*links: tuple[int, int, str], text: str = "🦆 one, two") -> object:
    return cell(Linked(text, *links)).get("textFormatRuns")


def test_runs_begin_where_google_counts_them() -> None:
    one, two = "https://a.example/1", "https://a.example/2"
    assert runs((2, 5, one), (7, 10, two)) == [
        {"startIndex": 3, "format": {"link": {"uri": one}}},
        {"startIndex": 6, "format": {}},
        {"startIndex": 8, "format": {"link": {"uri": two}}},
    ]
    assert runs((0, 10, one)) == [{"startIndex": 0, "format": {"link": {"uri": one}}}]


def test_what_google_might_refuse_is_text_without_a_link() -> None:
    for address in (
        "javascript:alert(1)",
        "https://",
        "https://a.example/with space",
        "https://a.example/ü",
        'https://a.example/"',
        "https://a.example/\n",
        "https://-a.example/",
        "//a.example",
        "ftp://a.example/",
        "https://a.example/" + "x" * 2_000,
    ):
        assert runs((0, 3, address)) is None, address
    assert cell(Linked("=1+1", (0, 4, "https://a.example/")))["userEnteredValue"] == {"stringValue": "=1+1"}
    assert cell(Linked("")) == {}
