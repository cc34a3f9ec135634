"""The mails of a badge with a rubric tell the teacher how the coach rated."""

from __future__ import annotations

from bridge.mail.compose import compose
from bridge.mail.voice import Sender, Voice
from bridge.ports import Message
from tests.core.desk import Desk
from tests.core.rated import desk_with, good, rate

VOICE = Voice("Riverside", Sender("badges@riverside.example"), site_url="https://badges.riverside.example")


def told(desk: Desk, key: str) -> Message:
    return compose(desk.known.effects[key], desk.known, VOICE)


def returned(cell: str | None = None, **words: str) -> Message:
    desk = desk_with(*([] if cell is None else [cell]))
    rate(desk, "1-1", **words)
    desk.choose("1-1", "Return", "Please add a plan.")
    desk.look()
    return told(desk, "tell-returned:1-1/1")


def test_a_return_tells_the_levels_and_what_is_needed() -> None:
    mail = returned(planning="not yet", delivery="good", style="rich")
    lines = "* Planning: not yet (needed: meets)\n* Delivery: good\n* Style: rich\n"
    assert f"> Please add a plan.\n\nBy the badge's rubric:\n{lines}\nWhen you are ready" in mail.text
    assert "<bdi>Planning</bdi>: <strong><bdi>not yet</bdi></strong> (needed: <bdi>meets</bdi>)</li>" in mail.html


def test_what_was_not_rated_is_not_told() -> None:
    assert "Delivery" not in returned(planning="not yet").text
    assert "rubric" not in returned().text + returned().html
    assert "rubric" not in returned("").text + returned("").html


def test_the_levels_are_those_of_the_decision_whatever_the_rubric_says_later() -> None:
    desk = desk_with()
    rate(desk, "1-1", planning="not yet")
    desk.choose("1-1", "Return", "Please add a plan.")
    desk.look()
    assert desk.badges is not None
    desk.badges[1][-1] = "Planning: no | yes*"
    desk.look()
    assert "* Planning: not yet (needed: meets)\n" in told(desk, "tell-returned:1-1/1").text


def test_the_mail_with_the_badge_tells_them_too() -> None:
    desk = desk_with()
    good(desk)
    desk.choose("1-1", "Approve")
    desk.look()
    desk.finish("issue:1-1")
    assert "By the badge's rubric:\n* Planning: meets\n* Delivery: good\n" in told(desk, "tell-issued:1-1").text


def test_hostile_criteria_stay_words_in_html() -> None:
    evil = "a<b onclick=x>"
    mail = returned(f"{evil}: no | {evil}*", **{evil: evil})
    assert "a&lt;b onclick=x&gt;" in mail.html
    assert "<b onclick" not in mail.html
