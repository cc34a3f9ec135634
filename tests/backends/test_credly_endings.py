"""How a call to Credly can end badly, before and after it was carried out, and that one badge comes of it."""

from __future__ import annotations

import logging
import random
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from bridge.backends.credly import Credly
from bridge.backends.credly.backend import MOST_PAGES
from bridge.errors import BackendClosed, BridgeError, InDoubt, Refused, TryLater
from bridge.issuer import issue_once, revoke_once
from bridge.model import Credential
from tests.backends.badgr_town import patience
from tests.backends.credly_town import Town, order, town
from tests.fakes import story
from tests.fakes.tls import certified
from tests.fakes.web_server import LOOPBACK, Quiet, running


@pytest.fixture
def here() -> Iterator[Town]:
    with town() as made:
        yield made


def issue(credly: Credly) -> Credential:
    return credly.issue(order(), story.achievement())


#: Fault → what it means for a write, how many tries are given to it, and whether it was carried out.
WRITES: dict[str, tuple[type[BridgeError], int | None, bool]] = {
    "500": (InDoubt, 3, False),
    "502": (InDoubt, None, False),
    "commit_then_500": (InDoubt, 3, True),
    "commit_then_503": (InDoubt, None, True),
    "commit_then_nonsense": (InDoubt, None, True),
    "html_200": (InDoubt, None, False),
    "timeout_before": (InDoubt, None, False),
    "timeout_after": (InDoubt, None, True),
    "cut_before": (InDoubt, None, False),
    "cut_after": (InDoubt, None, True),
    "429": (TryLater, None, False),
    "401": (BackendClosed, None, False),
    "403": (BackendClosed, None, False),
    "redirect": (TryLater, None, False),
    "html_404": (TryLater, None, False),
}
LOOKS = ("500", "502", "html_200", "timeout_before", "timeout_after", "cut_before", "cut_after", "429", "401", "403")


@pytest.mark.parametrize("fault", WRITES)
def test_issuing_ends_so_and_the_next_try_makes_it_one_badge(here: Town, fault: str) -> None:
    kind, most, happened = WRITES[fault]
    here.server.faults.next("issue", fault)
    with pytest.raises(kind) as caught:
        issue(here.credly(timeout=patience(fault)))
    assert type(caught.value) is kind
    assert getattr(caught.value, "most", None) == most
    assert len(here.server.badges) == happened
    credential = issue_once(order(), story.achievement(), here.credly(), in_doubt=kind is InDoubt)
    assert [badge["id"] for badge in here.server.badges] == [credential.backend_ref]


@pytest.mark.parametrize("fault", [fault for fault in WRITES if fault not in ("html_200", "commit_then_nonsense")])
def test_revoking_ends_so_and_the_next_try_finishes_it(here: Town, fault: str) -> None:
    credential = issue(here.credly())
    kind, most, happened = WRITES[fault]
    here.server.faults.next("revoke", fault)
    with pytest.raises(kind) as caught:
        here.credly(timeout=patience(fault)).revoke(order(), credential, "A mix-up.", story.NOON)
    assert type(caught.value) is kind
    assert getattr(caught.value, "most", None) == most
    assert (here.server.badges[0]["state"] == "revoked") == happened
    revoked = revoke_once(order(), credential, "A mix-up.", story.NOON, here.credly())
    assert revoked.revoked_why == "A mix-up."
    assert here.server.badges[0]["state"] == "revoked"


@pytest.mark.parametrize("fault", LOOKS)
def test_a_look_is_never_in_doubt(here: Town, fault: str) -> None:
    here.server.patience = 0.4  # longer than the bridge's own
    credly = here.credly(timeout=patience(fault))
    credential = issue(credly)
    moved = replace(credential, image="")  # its picture has to be asked for
    looks = {
        "list": [lambda: credly.find(order()), lambda: credly.acceptance([credential])],
        "templates": [credly.survey],
        "get": [lambda: credly.badge(moved)],
        "image": [lambda: credly.badge(credential)],
    }
    closed = fault in ("401", "403")
    for operation, calls in looks.items():
        for call in calls:
            here.server.faults.next(operation, fault)
            with pytest.raises(TryLater) as caught:
                call()
            assert type(caught.value) is (BackendClosed if closed and operation != "image" else TryLater), operation
            call()


def test_a_look_that_fails_after_a_refusal_leaves_the_award_for_later(here: Town) -> None:
    here.server.faults.next("issue", "422:issued_to_last_name")
    here.server.faults.next("list", "500")
    with pytest.raises(TryLater) as caught:
        issue(here.credly())
    assert type(caught.value) is TryLater


def test_whatever_befalls_the_calls_one_award_is_one_badge(here: Town) -> None:
    """Two bridges, one after the other, under random misfortunes; each knows whether the last try left a doubt."""
    here.server.patience = 0.1
    faults = ("", "", "500", "commit_then_500", "cut_before", "cut_after", "429", "timeout_after")
    dice = random.Random(4)  # noqa: S311 - a schedule, not a secret
    here.server.faults.mood = lambda operation: dice.choice(faults) if operation != "list" else dice.choice(("", "500"))
    bridges = [here.credly(timeout=(1.0, 0.05)) for _ in range(2)]
    awards = [f"00000000-0000-0000-0000-{number:012}" for number in range(25)]
    for number, award in enumerate(awards):
        wanted = order(award, recipient=f"teacher{number}@lakeview.example")
        doubt, made = False, None
        while made is None:
            try:
                made = issue_once(wanted, story.achievement(), dice.choice(bridges), in_doubt=doubt)
            except InDoubt:
                doubt = True
            except TryLater:
                continue
    marks = [badge["evidence"][-1]["value"] for badge in here.server.badges]
    assert marks == [f"{story.SITE}/awards/{award}.html" for award in awards]
    assert len({fault for _, fault in here.server.faults.happened}) == len(set(faults)) - 1


# ── trouble with the account or the server comes right by itself once it was mended ─────────────────────────────


def said(error: pytest.ExceptionInfo[BridgeError], kind: type[BridgeError] = TryLater) -> str:
    assert type(error.value) is kind
    return str(error.value)


def test_a_wrong_token_is_told_with_the_way_to_a_new_one(here: Town) -> None:
    credly = here.credly(token="an-old-secret")
    with pytest.raises(TryLater) as caught:
        issue(credly)
    told = said(caught, BackendClosed)
    assert "does not accept the token (401)" in told
    assert "Developers, Authorization Tokens" in told
    assert "into the variable BADGE_BRIDGE_CREDLY_TOKEN, write the day into [credly] token_made" in told
    assert "an-old-secret" not in told + repr(credly)


def test_a_wrong_organization_is_no_fault_of_the_award(here: Town) -> None:
    with pytest.raises(TryLater) as caught:
        issue(here.credly(organization="nobody"))
    assert "knows no organization nobody" in said(caught, BackendClosed)


@pytest.mark.parametrize("fault", ["html_404", "redirect", "html_200"])
def test_a_wrong_host_is_told_as_such(here: Town, fault: str) -> None:
    here.server.faults.next("list", fault)
    with pytest.raises(TryLater) as caught:
        here.credly().find(order())
    assert "Check [credly] url: https://api.credly.com" in said(caught)
    assert "<" not in said(caught)
    assert here.server.image_requests == []  # no redirect was followed


def test_a_server_that_is_down_was_told_nothing(here: Town) -> None:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
    with pytest.raises(TryLater) as caught:
        issue(here.credly(url=f"http://127.0.0.1:{port}"))
    assert "can't be reached" in said(caught)


def test_a_certificate_that_does_not_count_was_told_nothing(
    here: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = ThreadingHTTPServer(LOOPBACK, Quiet)
    server.socket = certified(tmp_path, monkeypatch).wrap_socket(server.socket, server_side=True)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with running(server, "https") as url, pytest.raises(TryLater) as caught:
        issue(here.credly(url=url))
    assert "certificate of 127.0.0.1" in said(caught)


def test_a_server_without_tls_was_told_nothing(here: Town) -> None:
    with pytest.raises(TryLater) as caught:
        issue(here.credly(url=here.server.url.replace("http:", "https:")))
    assert "certificate of 127.0.0.1" in said(caught)
    assert here.server.badges == []


@pytest.mark.parametrize(
    ("told", "wait"),
    [
        ("7", timedelta(seconds=7)),
        ("99999999999999999999", timedelta(days=1)),
        (format_datetime(story.NOON + timedelta(minutes=2)), timedelta(minutes=2)),
        (format_datetime(story.NOON - timedelta(minutes=2)), timedelta()),
        ("soon", None),
        ("", None),
    ],
)
def test_a_pause_lasts_as_long_as_credly_asks(here: Town, told: str, wait: timedelta | None) -> None:
    here.server.retry_after = told
    here.server.faults.next("issue", "429")
    with pytest.raises(TryLater) as caught:
        issue(here.credly())
    assert caught.value.wait == wait


def test_an_address_with_v1_at_its_end_is_understood(here: Town) -> None:
    assert issue(here.credly(url=f"{here.server.url}/v1/")).backend_ref == here.server.badges[0]["id"]


def test_sentences_and_logs_tell_neither_the_token_nor_the_address(
    here: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bridge")
    everything = []
    for fault in (*WRITES, "422:recipient_email", "archived"):
        here.server.faults.next("issue", fault)
        try:
            credly = here.credly(timeout=patience(fault))
            credly.issue(order(recipient=f"maria+{fault.partition(':')[0]}@lakeview.example"), story.achievement())
        except (TryLater, InDoubt, Refused) as error:
            everything.append(str(error))
    assert len(everything) == len(WRITES) + 2
    for text in (*everything, caplog.text):
        assert here.server.token not in text
        assert "@lakeview.example" not in text


def test_a_listing_without_an_end_is_given_up(here: Town) -> None:
    credential = issue(here.credly())
    here.server.per = 1
    here.server.badges *= MOST_PAGES + 1
    here.server.requests.clear()
    with pytest.raises(TryLater, match=f"more than {MOST_PAGES} pages"):
        here.credly().acceptance([replace(credential, backend_ref="elsewhere")])
    assert len(here.server.requests) == MOST_PAGES
