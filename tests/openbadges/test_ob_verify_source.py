"""What is behind a web address that somebody wants checked."""

import pytest

from bridge.openbadges.errors import OutOfReach
from bridge.openbadges.verifying.verify_source import HEAD, badge_at

PAGE = "https://badges.example/awards/1.html"
LINK = '<link rel="alternate" type="application/json" href="../credentials/1.json">'


def page(html: str) -> dict[str, bytes]:
    return {PAGE: html.encode(), "https://badges.example/credentials/1.json": b'{"a": 1}'}


@pytest.mark.parametrize(
    "html",
    [
        f"<!DOCTYPE html><html><head>{LINK}",
        f"\ufeff\n <!-- words --><html>{LINK}",
        "<html><LINK HREF=/credentials/1.json TYPE='Application/JSON; charset=utf-8' REL='x Alternate'>",
        "<html><link rel=alternate type=application/ld+json href='https://badges.example/credentials/&#49;.json'>",
        f'<html><link rel="stylesheet" href="x"><link rel="alternate" type="text/html" href="y">{LINK}',
    ],
)
def test_a_page_leads_to_its_badge(html: str) -> None:
    assert badge_at(PAGE, page(html).get) == b'{"a": 1}'


@pytest.mark.parametrize("data", [b'{"a": 1}', b"\x89PNG", b"eyJh.e30.AA", b"", b"<svg/>", LINK.encode()])
def test_what_is_no_page_is_taken_as_it_is(data: bytes) -> None:
    assert badge_at(PAGE, {PAGE: data}.get) == data


@pytest.mark.parametrize(
    "html",
    [
        "<html>",
        f"<html><p>{'x' * HEAD}</p>{LINK}",
        LINK.replace("<link", "<html><link").replace("alternate", "canonical"),
        LINK.replace("<link", "<html><link").replace("json", "html"),
        LINK.replace("<link", "<html><link").replace("../credentials/1.json", ""),
        "<html>" + "<link " * 10_000,
        "<html><link " + "a " * 900 + "=" * 100 + ">",
    ],
)
def test_a_page_without_a_badge_is_told(html: str) -> None:
    with pytest.raises(OutOfReach, match="a page that does not say where its badge is"):
        badge_at(PAGE, page(html).get)


def test_a_page_whose_badge_is_gone_is_told() -> None:
    with pytest.raises(OutOfReach, match=r"The badge of this page can't be had: nothing was found at"):
        badge_at(PAGE, {PAGE: f"<html>{LINK}".encode()}.get)
