"""What the mails say to whoever tries again: which attempt it is, and the form with the last answer in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bridge.mail import compose
from bridge.model import Effect, Kind, Known, Verdict
from bridge.ports import Message
from tests.core.test_mail_compose import VOICE, Page
from tests.fakes import story

LINK = "https://docs.google.com/forms/d/e/1FAIpQLS-abc/viewform"
ASKED = {"badge": "1a2b3c4d", "name": "00000002", "links": "0b", "reflection": "0c", "files": "0d", "consent": "0e"}


def allow(known: Known, most: int) -> None:
    """The tab Badges limits the attempts at the badge of request 41."""
    first = known.achievements["feedback-that-moves"]
    known.achievements[first.key] = replace(first, most_attempts=most)


def returned(
    *,
    questions: Mapping[str, str] = ASKED,
    link: str = LINK,
    most: int = 0,
    facts: Mapping[str, str] = MappingProxyType({}),
    **answers: str,
) -> Message:
    known = story.known(replace(story.decision(Verdict.RETURN, "More, please."), enacted=True), issued=False)
    first = known.attempts["41-1"]
    known.attempts["41-1"] = replace(first, submission=replace(first.submission, **answers))  # type: ignore[arg-type]
    known.facts = {f"question:form:{role}": id_ for role, id_ in questions.items()}
    known.facts |= {"form-link:form": link, **facts}
    if most:
        allow(known, most)
    return compose(Effect(Kind.TELL_RETURNED, "41-1/1"), known, VOICE)


def filled_in(message: Message) -> dict[str, str]:
    """What the link of the mail fills in, by number of the question; the same link in text and HTML."""
    (link,) = [link for link in Page(message.html).links if link.startswith(LINK)]
    assert link in message.text.splitlines()
    assert link.isascii()
    assert len(link) <= 2000
    found = parse_qs(urlsplit(link).query, strict_parsing=True)
    assert found.pop("usp") == ["pp_url"]
    return {name: text for name, (text,) in found.items()}


def test_returned_opens_the_form_with_the_last_answer_in_it() -> None:
    words = "I waited; & they asked =1+1?\nThen – “silence”. 🎓"
    message = returned(reflection=words)
    assert filled_in(message) == {
        "entry.439041101": "Feedback that moves learning",
        "entry.2": "Maria Gómez",
        "entry.11": "https://docs.google.com/document/d/1abcDEFghij/edit\nhttps://class.example/blog",
        "entry.12": words,
    }
    assert "Uploads and ticks are yours to add again." in message.text
    assert "It counts as attempt 2, and" in message.text


def test_the_badge_is_chosen_by_the_name_that_the_form_gives_it_now() -> None:
    """The link of an option that the form offers no more would leave the question empty."""
    facts = {"option:form:feedback-that-moves": "Feedback that helps", "option:form:chess": "Chess"}
    assert filled_in(returned(facts=facts))["entry.439041101"] == "Feedback that helps"
    elsewhere = {"option:another:feedback-that-moves": "Feedback that helps"}
    assert filled_in(returned(facts=elsewhere))["entry.439041101"] == "Feedback that moves learning"


def test_what_is_too_long_for_a_link_is_left_out_whole_the_longest_first() -> None:
    message = returned(reflection="ü" * 400, school="A school")
    assert set(filled_in(message)) == {"entry.439041101", "entry.2", "entry.11"}
    for text in (message.text, Page(message.html).text):
        assert "most of what you wrote" in text
        assert "Your longest text was too long for that: please paste it in." in text


@pytest.mark.parametrize(
    "changes",
    [
        {"questions": {}},
        {"questions": {"badge": "not hexadecimal", "files": "0d"}},
        {"link": LINK + "?usp=sf_link"},
        {"link": "javascript:alert(1)"},
        {"link": ""},
    ],
)
def test_where_nothing_can_be_filled_in_the_form_is_linked_as_it_is(changes: dict[str, Any]) -> None:
    message = returned(**changes)
    assert "entry." not in message.text + message.html
    assert "already filled in" not in message.text
    assert "When you are ready, send the form again.\n" in message.text
    link = changes.get("link", LINK)
    assert (link if link.startswith("https:") else VOICE.form_links["form"]) in Page(message.html).links


@pytest.mark.parametrize(("most", "words"), [(3, "attempt 2 of 3, and"), (2, "attempt 2 of 2, the last one, and")])
def test_returned_says_which_attempt_comes_next(most: int, words: str) -> None:
    message = returned(most=most)
    assert f"It counts as {words}" in message.text
    assert f"It counts as {words}" in Page(message.html).text


def test_a_later_attempt_says_which_one_it_is() -> None:
    known = story.known(replace(story.decision(Verdict.RETURN, "More."), enacted=True), issued=False)
    known.attempts["41-2"] = replace(known.attempts["41-1"], n=2)
    message = compose(Effect(Kind.TELL_RECEIVED, "41-2"), known, VOICE)
    assert "(attempt 2)" in message.subject
    assert "has arrived again, as attempt 2." in message.text
    allow(known, 3)
    message = compose(Effect(Kind.TELL_RECEIVED, "41-2"), known, VOICE)
    assert "(attempt 2 of 3)" in message.subject
    assert "attempt 2 of 3." in Page(message.html).text


def test_what_was_sent_twice_before_anybody_looked_is_no_second_attempt() -> None:
    known = story.known(issued=False)
    known.attempts["41-2"] = replace(known.attempts["41-1"], n=2)
    message = compose(Effect(Kind.TELL_RECEIVED, "41-2"), known, VOICE)
    assert "attempt" not in message.subject
    assert "has arrived again.\n" in message.text
