"""What is read back from Credly: what earners did, which templates there are; and how old the token is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bridge.backends.credly import token_age, token_words
from bridge.backends.listed import Listed
from bridge.errors import TryLater
from bridge.model import Acceptance, Uptake
from tests.backends.credly_town import Town, order, town
from tests.fakes import story


@pytest.fixture
def here() -> Iterator[Town]:
    with town() as made:
        yield made


def test_acceptance_is_read_in_one_listing_a_template(here: Town) -> None:
    states = {"accepted": Acceptance.ACCEPTED, "rejected": Acceptance.REJECTED, "pending": Acceptance.WAITING}
    made = {}
    for number, state in enumerate((*states, "revoked")):
        award = f"00000000-0000-0000-0000-00000000000{number}"
        made[state] = here.issue(award, recipient=f"teacher{number}@lakeview.example")
        here.server.accept(made[state].backend_ref, state)
    here.server.requests.clear()
    told = here.credly().acceptance([*made.values(), replace(story.credential(), backend_ref="elsewhere")])
    shown = f"https://www.credly.com/badges/{made['accepted'].backend_ref}"
    assert told == {
        made[state].award: Uptake(acceptance, shown if state == "accepted" else "")
        for state, acceptance in states.items()
    }
    assert len(here.server.requests) == 1
    assert here.credly().acceptance([]) == {}


def test_an_accepted_badge_is_seen_where_credly_shows_it(here: Town) -> None:
    credential = here.issue()
    assert credential.untaken
    here.server.accept(credential.backend_ref)
    found = here.credly().find(order())
    assert found is not None
    assert found.vendor_url == f"https://www.credly.com/badges/{credential.backend_ref}"
    assert not found.untaken


def test_the_survey_lists_every_template_by_name(here: Town) -> None:
    here.server.per = 2
    here.server.template("Old one", state="archived")
    here.server.template("To come", state="draft")
    listed = here.credly().survey().templates
    assert [(one.name, one.archived) for one in listed] == [
        ("Feedback that moves learning", False),
        ("Old one", True),
        ("To come", True),
    ]
    assert listed[0] == Listed(here.template, "Feedback that moves learning", False)


def test_an_organization_that_credly_does_not_know_is_told_with_its_cure(here: Town) -> None:
    with pytest.raises(TryLater, match=r"knows no organization nobody.*\[credly\] organization"):
        here.credly(organization="nobody").survey()


@pytest.mark.parametrize(
    ("days", "words", "warned"),
    [
        (0, "is 0 days old; it ends on 2026-11-30", False),
        (1, "is 1 day old; it ends on 2026-11-30", False),
        (149, "is 149 days old; it ends on 2026-11-30", False),
        (150, "is 150 days old; it ends on 2026-11-30", True),
        (180, "is 180 days old; it ended on 2026-11-30", True),
        (-3, "is dated 2026-06-03, which is still to come", False),
    ],
)
def test_the_report_tells_the_age_of_the_token(days: int, words: str, warned: bool) -> None:
    made = date(2026, 6, 3)
    today = made + timedelta(days=days)
    assert words in token_words(made, today)
    said = token_age(made, today)
    assert (said is not None) == warned
    if said:
        assert said.startswith(token_words(made, today))
        assert "Add Token" in said
