"""Links as teachers paste them, and what the bridge reads in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.links import find_evidence, parse_link
from bridge.model import EvidenceKind

UPLOAD, DRIVE, FOLDER, WEB, ODD = EvidenceKind
ID = "1AbCdEfGhIjKlMnOpQrStUvWxYz-_0123456"


@pytest.mark.parametrize(
    "link",
    [
        f"https://drive.google.com/file/d/{ID}/view?usp=sharing",
        f"https://drive.google.com/file/d/{ID}/view?usp=drive_link",
        f"https://drive.google.com/file/d/{ID}/edit",
        f"https://drive.google.com/file/d/{ID}/preview#t=12",
        f"https://drive.google.com/file/d/{ID}",
        f"https://drive.google.com/file/u/0/d/{ID}/view",
        f"https://drive.google.com/a/district.example/file/d/{ID}/view",
        f"https://drive.google.com/open?id={ID}",
        f"https://drive.google.com/open?usp=forms_web&id={ID}",
        f"https://drive.google.com/u/2/open?id={ID}&usp=drive_copy",
        f"https://drive.google.com/uc?id={ID}&export=download",
        f"https://drive.google.com/uc?export=view&id={ID}",
        f"https://drive.google.com/thumbnail?id={ID}&sz=w1000",
        f"https://docs.google.com/document/d/{ID}/edit?tab=t.0#heading=h.abc",
        f"https://docs.google.com/document/u/1/d/{ID}/edit",
        f"https://docs.google.com/a/district.example/document/d/{ID}/edit",
        f"https://docs.google.com/spreadsheets/d/{ID}/edit#gid=0",
        f"https://docs.google.com/presentation/d/{ID}/mobilepresent",
        f"https://docs.google.com/drawings/d/{ID}/edit",
        f"https://docs.google.com/forms/d/{ID}/edit",
        f"https://docs.google.com/file/d/{ID}/edit",
        f"https://drive.usercontent.google.com/download?id={ID}&export=download&confirm=t",
        f"https://lh3.googleusercontent.com/d/{ID}=w1000",
        f"http://drive.google.com/file/d/{ID}/view",
        f"HTTPS://DRIVE.GOOGLE.COM/file/d/{ID}/view",
        f"drive.google.com/file/d/{ID}/view",
        f"https://www.google.com/url?q=https://drive.google.com/file/d/{ID}/view%3Fusp%3Dsharing&sa=D&source=docs",
    ],
)
def test_a_link_to_a_file(link: str) -> None:
    (item,) = find_evidence(link)
    assert (item.kind, item.file_id, item.resource_key) == (DRIVE, ID, "")


@pytest.mark.parametrize(
    "link",
    [
        f"https://drive.google.com/drive/folders/{ID}",
        f"https://drive.google.com/drive/folders/{ID}?usp=sharing",
        f"https://drive.google.com/drive/u/1/folders/{ID}",
        f"https://drive.google.com/drive/mobile/folders/{ID}",
        f"https://drive.google.com/folderview?id={ID}",
        f"https://drive.google.com/corp/drive/folders/{ID}",
    ],
)
def test_a_link_to_a_folder(link: str) -> None:
    (item,) = find_evidence(link)
    assert (item.kind, item.file_id) == (FOLDER, ID)


def test_a_resource_key_travels_with_the_file() -> None:
    (item,) = find_evidence(f"https://drive.google.com/file/d/{ID}/view?usp=sharing&resourcekey=0-Ab_C-d")
    assert item.resource_key == "0-Ab_C-d"
    (item,) = find_evidence(f"https://drive.google.com/file/d/{ID}/view?resourcekey=a,b/c")
    assert item.resource_key == ""


@pytest.mark.parametrize(
    "link",
    [
        "https://docs.google.com/document/d/e/2PACX-1vQabcdefghijklmnop/pub",
        "https://docs.google.com/presentation/u/0/d/e/2PACX-1vQabcdefghijklmnop/embed",
        "https://docs.google.com/forms/d/e/1FAIpQLSabcdefghijklmnop/viewform",
        f"https://docs.google.com/forms/d/{ID}/viewform",
        "https://sites.google.com/district.example/my-class/home",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://example.org/a_(b)",
        "https://en.wikipedia.org/wiki/Badge_(disambiguation)",
        "https://web.archive.org/web/2020/https://example.org/",
        "https://example.org/?to=https://other.example/",
        "https://schule.example/größe?ä=ö",
        "https://docs.google.com/viewer?url=https://example.org/a.pdf",
    ],
)
def test_other_pages_of_the_web(link: str) -> None:
    (item,) = find_evidence(link)
    assert (item.kind, item.url, item.file_id, item.note) == (WEB, link, "", "")


@pytest.mark.parametrize("link", ["https://forms.gle/AbC123", "https://goo.gl/abc", "https://bit.ly/3xyz"])
def test_a_short_link_is_the_web_and_says_so(link: str) -> None:
    (item,) = find_evidence(link)
    assert item.kind is WEB
    assert "short link" in item.note


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("see my Google Classroom", "no web address"),
        ("n/a", "no web address"),
        ("ann@district.example", "no web address"),
        ("javascript:alert(1)", "begin with javascript:"),
        ("JavaScript:alert(document.cookie)", "begin with javascript:"),
        ("data:text/html,<b>hi</b>", "begin with data:"),
        ("file:///C:/Users/ann/photo.jpg", "begin with file:"),
        ("ftp://example.org/photo.jpg", "begin with ftp:"),
        ("https://drive.google.com/drive/my-drive", "own Drive"),
        ("https://drive.google.com/drive/u/0/home", "own Drive"),
        ("https://drive.google.com/", "own Drive"),
        ("https://drive.google.com/file/d/…/view", "cut off"),
        ("https://drive.google.com/open?id=", "cut off"),
        ("https://docs.google.com/document/d/abc/edit", "cut off"),
        ("https://localhost/photo", "names no website"),
        ("https://", "no web address"),
        ("https://drive.google.com@evil.example/x", "names no website"),
        ("https://[::1", "no web address"),
        ("https://example.org/" + "a" * 3000, "longer than"),
    ],
)
def test_what_can_not_be_opened_has_no_address_to_click(text: str, note: str) -> None:
    (item,) = find_evidence(text)
    assert (item.kind, item.url, item.file_id) == (ODD, "", "")
    assert note in item.note
    assert 0 < len(item.name) <= 120


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("Here: https://a.example/x, and https://b.example/y.", ["https://a.example/x", "https://b.example/y"]),
        ("(https://a.example/x)", ["https://a.example/x"]),
        ("<https://a.example/x>; “https://b.example/y”!", ["https://a.example/x", "https://b.example/y"]),
        ("[my film](https://a.example/x_(1))", ["https://a.example/x_(1)"]),
        ("https://a.example/x,https://b.example/y", ["https://a.example/x", "https://b.example/y"]),
        ("https://a.example/xhttps://b.example/y", ["https://a.example/x", "https://b.example/y"]),
        ("www.a.example/film und b.example/y", ["https://www.a.example/film", "https://b.example/y"]),
        ("1. https://a.example/x\r\n2. https://b.example/y", ["https://a.example/x", "https://b.example/y"]),
        ("https://a.example/x\nhttps://a.example/x", ["https://a.example/x"]),
        ("https://a.example/x?", ["https://a.example/x"]),
        ("https://a.example\\@evil.example/", ["https://a.example"]),
        ("\n  \n---\n", []),
        ("", []),
    ],
)
def test_links_in_prose(text: str, urls: list[str]) -> None:
    assert [item.url for item in find_evidence(text)] == urls


def test_the_same_file_twice_is_one_item_and_keeps_its_key() -> None:
    text = f"https://drive.google.com/open?id={ID}\nhttps://drive.google.com/file/d/{ID}/view?resourcekey=0-k"
    (item,) = find_evidence(text)
    assert (item.item, item.file_id, item.resource_key) == (1, ID, "0-k")


def test_items_are_numbered_on_and_bounded() -> None:
    text = "\n".join(f"https://a.example/{n}" for n in range(30))
    items = find_evidence(text, first=3, most=5)
    assert [item.item for item in items] == [3, 4, 5, 6, 7]
    assert [item.kind for item in items] == [WEB, WEB, WEB, WEB, ODD]
    assert "26 more links" in items[-1].note


def test_a_redirect_to_a_redirect_is_left_alone() -> None:
    url = "https://www.google.com/url?q=https://www.google.com/url?q=https://a.example"
    assert parse_link(url).url == url
    for target in ("javascript:alert(1)", "https://a.example/%22%3E%3Cscript%3E", "https://a.example/%20b"):
        assert parse_link(f"https://www.google.com/url?q={target}").url.startswith("https://www.google.com/url?q=")


def test_a_flood_of_brackets_is_read_at_once() -> None:
    (item,) = find_evidence("https://a.example/" + ")" * 50_000)
    assert item.kind is ODD


@given(st.text(max_size=200) | st.from_regex(r"https?://drive\.google\.com/.{0,80}"))
def test_no_text_is_too_odd(text: str) -> None:
    for number, item in enumerate(find_evidence(text), 1):
        assert item.item == number
        assert item.url.startswith(("https://", "http://")) or item.kind is ODD
        assert not set(item.url) & set(' \n\t<>"\\')
        assert bool(item.note) or item.kind is not ODD
