"""Settings become the right adapters, and decisions the right policy."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event

import pytest

from bridge import wiring, wiring_vendors
from bridge.clock import RealClock, SandboxClock
from bridge.config import Settings, load
from bridge.errors import ConfigProblems, TryLater
from bridge.mail import FolderMailer, GmailMailer, SmtpMailer
from bridge.openbadges.signing import keys
from bridge.openbadges.signing.rotation import rotate
from tests.backends.replay import Tokens
from tests.fakes import story
from tests.fakes.clock import FakeClock
from tests.fakes.web_server import LOOPBACK, running

from .desk import Desk
from .settings_file import GOOD, write
from .vendors import PASSWORD, TOKEN, opened


def settings(folder: Path, more: str = "") -> Settings:
    return load(write(folder, GOOD + more))


def test_decisions_settle_only_where_cycles_come_often(tmp_path: Path) -> None:
    given = settings(tmp_path, "[review]\nsettle_minutes = 7\n")
    assert wiring.policy_of(given, "key", "", often=True).settle == timedelta(minutes=7)
    assert wiring.policy_of(given, "key", "", often=False).settle == timedelta(0)


def test_limits_reach_the_policy(tmp_path: Path) -> None:
    more = (
        '[review]\ndue_days = 5\ncoaches = ["Carla@X.org"]\n'
        '[guards]\nnew_awards = 9\n[mail]\nper_day = 8\non_doubt = "repeat"\n'
    )
    policy = wiring.policy_of(settings(tmp_path, more), "did#key", "share@x.org", often=False)
    assert (policy.due_days, policy.coaches, policy.new_awards) == (5, frozenset({"carla@x.org"}), 9)
    assert (policy.mails_per_day, policy.smtp_repeat, policy.share_with) == (8, True, "share@x.org")
    assert str(policy.tz) == "America/Chicago"


MAILERS = {
    'via = "gmail"': GmailMailer,
    'via = "folder"': FolderMailer,
    'via = "smtp"\n[mail.smtp]\nhost = "127.0.0.1"\nsecurity = "none"': SmtpMailer,
}


@pytest.mark.parametrize("via", MAILERS)
def test_mails_go_the_way_that_is_set(tmp_path: Path, via: str) -> None:
    given = settings(tmp_path, f"[mail]\n{via}\n")
    mailer = wiring.mailer_of(given, GoogleNeverCalled(), wiring.signing_of(given), RealClock())  # type: ignore[arg-type]
    assert isinstance(mailer, MAILERS[via])


class GoogleNeverCalled:
    """Making a mailer sends nothing."""


def test_where_coaches_are_named_reviewer_is_a_choice_among_them_and_the_coordinator(tmp_path: Path) -> None:
    for coaches, names in (((), ()), (("ana@x.org", "bo@x.org"), ("ana@x.org", "bo@x.org", "ruth@x.org"))):
        given = settings(tmp_path, f"[review]\ncoaches = {list(coaches)}\n")
        ruth = given.model_copy(update={"programme": given.programme.model_copy(update={"coordinator": "ruth@x.org"})})
        choices = {column.title: tuple(column.choices) for column in wiring.review_look(ruth).columns}
        assert choices["Reviewer"] == names
        choices = {column.title: tuple(column.choices) for column in wiring.review_look(given).columns}
        assert choices["Reviewer"] == coaches
        assert choices["Decision"] == ("Approve", "Return", "Decline", "Hold", "Revoke")


def test_an_smtp_user_without_password_is_told_where_to_put_it(tmp_path: Path) -> None:
    given = settings(tmp_path, '[mail]\nvia = "smtp"\n[mail.smtp]\nhost = "mail.x.org"\nuser = "u"\n')
    with pytest.raises(ConfigProblems, match="BADGE_BRIDGE_SMTP_PASSWORD"):
        wiring.smtp_server(given)


def test_keys_are_named_by_their_public_half_and_old_ones_are_kept(tmp_path: Path) -> None:
    first = wiring.signing_of(settings(tmp_path))
    rotate(tmp_path / "issuer.key", keys.new_key(), None, datetime(2026, 11, 22, tzinfo=UTC))
    second = wiring.signing_of(settings(tmp_path))
    assert second.key.key_id != first.key.key_id
    assert [key.key_id for key in second.retired] == [first.key.key_id]
    assert second.mail_secret == first.mail_secret  # a new key does not make old mails strangers


def test_the_clock_is_the_machines_or_a_sandboxs(tmp_path: Path) -> None:
    assert isinstance(wiring.clock_of(settings(tmp_path)), RealClock)
    followed = wiring.clock_of(settings(tmp_path, '[clock]\nfollow = "http://127.0.0.1:8700"\n'))
    assert isinstance(followed, SandboxClock)


class Patient(BaseHTTPRequestHandler):
    """Answers every call with nothing, and keeps the connection until the caller hangs up."""

    protocol_version = "HTTP/1.1"
    hung_up: Event  # of the class for one server

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST = answer

    def finish(self) -> None:
        super().finish()
        self.hung_up.set()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize("pace", [1, 1000])
def test_the_pace_that_is_set_is_kept_with_the_calls_to_vendors(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, pace: int
) -> None:
    with opened(desk, monkeypatch) as vendors:
        vendors.set_badgr(calls_per_minute=pace)
        vendors.set_credly(calls_per_minute=pace)
        given = load(desk.config)
        clocks = {"badgr": FakeClock(story.NOON), "credly": FakeClock(story.NOON)}
        server = wiring_vendors.badgr_of(given, Tokens(), clocks["badgr"])
        for backend in (server, wiring_vendors.credly_of(given, clocks["credly"])):
            for _ in range(3):
                backend.survey()
        for clock in clocks.values():
            assert (clock.now() - story.NOON >= timedelta(minutes=2)) is (pace == 1)
            assert (clock.now() == story.NOON) is (pace == 1000)


def test_whoever_closes_the_world_hangs_up_at_the_vendors(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD, "secret")
    monkeypatch.setenv(TOKEN, "secret")
    ended = {"badgr": Event(), "credly": Event()}
    with ExitStack() as stack:
        for name, event in ended.items():
            handler = type(name, (Patient,), {"hung_up": event})
            url = stack.enter_context(running(ThreadingHTTPServer(LOOPBACK, handler)))
            known = {"badgr": 'issuer = "1"\nusername = "carla@x.org"', "credly": 'organization = "1"'}[name]
            desk.config.write_text(f'{desk.config.read_text()}\n[{name}]\nurl = "{url}"\n{known}\n')
        with wiring.open_world(load(desk.config)) as (world, _):
            for name in ended:
                with pytest.raises(TryLater):
                    world.backends[name].find(story.order())
            assert not any(event.wait(0.2) for event in ended.values())
        assert [name for name, event in ended.items() if event.wait(5)] == ["badgr", "credly"]
