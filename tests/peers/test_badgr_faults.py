"""What the peer does when things go wrong, told by what lies on the server afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import parsedate_to_datetime
from io import BytesIO
from itertools import cycle
from typing import Any

import pytest
import requests
from openbadges_bakery.png_bakery import unbake

from tests.fakes.clock import FakeClock
from tests.peers.badgr.faults import FAULTS, OPERATIONS
from tests.peers.badgr.routes import ROUTES
from tests.peers.badgr_server import BadgrServer

IMPATIENT = 0.2
AWARD = {"recipient": {"identity": "a@example.org"}, "allowDuplicateAwards": False}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def server(clock: FakeClock) -> Iterator[BadgrServer]:
    with BadgrServer(clock, patience=0.6) as running:
        yield running


class Client:
    """A caller with a token, who believes nothing and repeats nothing."""

    timeout = 10.0

    def __init__(self, server: BadgrServer) -> None:
        self.server, self.badge = server, server.badge_class("First Aid")
        answer = self.log_in()
        self.headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def log_in(self, **form: str) -> requests.Response:
        whole = {"username": self.server.username, "password": self.server.password} | form
        return requests.post(f"{self.server.url}/o/token", data=whole, timeout=5)

    def refresh(self, token: str) -> requests.Response:
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return requests.post(f"{self.server.url}/o/token", data=form, timeout=5)

    def call(self, method: str, path: str, json: Any = None, **options: Any) -> requests.Response:
        options = {"headers": self.headers, "allow_redirects": False, "timeout": self.timeout} | options
        return requests.request(method, self.server.url + path, json=json, **options)  # noqa: S113  # it is in there

    def issue(self, who: str = "a@example.org", **members: Any) -> requests.Response:
        body = AWARD | {"recipient": {"identity": who}} | members
        return self.call("POST", f"/v2/badgeclasses/{self.badge}/assertions", body)

    def batch(self, *who: str) -> requests.Response:
        items = [{"recipient": {"identity": one}, "allowDuplicateAwards": False} for one in who]
        return self.call("POST", f"/v2/badgeclasses/{self.badge}/issue", {"assertions": items})


@pytest.fixture
def client(server: BadgrServer) -> Client:
    return Client(server)


# ── an issue that goes wrong ─────────────────────────────────────────────────

ENDINGS: list[tuple[str, int | type[Exception], int]] = [  # fault, what the client sees, awards afterwards
    ("500", 500, 0),
    ("commit_then_500", 500, 1),
    ("502_html", 502, 0),
    ("html_200", 200, 0),
    ("400_evidence", 400, 0),
    ("401", 401, 0),
    ("404", 404, 0),
    ("429", 429, 0),
    ("429_retry_after:30", 429, 0),
    ("403_rate_limit", 403, 0),
    ("timeout_before", requests.ReadTimeout, 0),
    ("timeout_after", requests.ReadTimeout, 1),
    ("cut_before", requests.ConnectionError, 0),
    ("cut_after", requests.ConnectionError, 1),
    ("cut_answer", requests.exceptions.ChunkedEncodingError, 1),
]


@pytest.mark.parametrize(("fault", "seen", "awards"), ENDINGS)
def test_a_fault_leaves_what_its_name_says(
    client: Client, fault: str, seen: int | type[Exception], awards: int
) -> None:
    client.server.faults.next("assertion_create", fault)
    if isinstance(seen, int):
        assert client.issue().status_code == seen
    else:
        client.timeout = IMPATIENT if seen is requests.ReadTimeout else client.timeout
        with pytest.raises(seen):
            client.issue()
        client.timeout = Client.timeout
        client.server.settle()
    assert len(client.server.assertions) == awards
    assert client.server.faults.happened == [("assertion_create", fault)]
    assert client.issue().status_code == (400 if awards else 201)  # the fault was for one call


def test_a_late_request_and_its_repetition_make_one_award(client: Client) -> None:
    client.server.faults.next("assertion_create", "timeout_late")
    with pytest.raises(requests.ReadTimeout):
        client.call("POST", f"/v2/badgeclasses/{client.badge}/assertions", AWARD, timeout=IMPATIENT)
    assert client.server.assertions == []
    assert client.issue().status_code == 201
    client.server.settle()
    assert len(client.server.assertions) == 1


def test_two_at_once_pass_the_same_check(client: Client) -> None:
    client.server.race(2)
    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(client.issue), pool.submit(client.issue)]
    assert [answer.result().status_code for answer in answers] == [201, 201]
    assert len(client.server.awards_of("a@example.org")) == 2


def test_a_killed_batch_leaves_a_prefix(client: Client) -> None:
    client.server.faults.next("batch", "killed_batch:2")
    with pytest.raises(requests.ConnectionError):
        client.batch("a@example.org", "b@example.org", "c@example.org")
    assert [award.recipient for award in client.server.assertions] == ["a@example.org", "b@example.org"]


def test_a_mail_that_fails_leaves_the_award(client: Client) -> None:
    client.server.mail_down = True
    assert client.issue().status_code == 500
    assert client.batch("b@example.org", "c@example.org").status_code == 500
    assert [award.recipient for award in client.server.assertions] == ["a@example.org", "b@example.org"]
    assert client.server.mails == []


def test_the_first_award_to_an_address_mails_whatever_was_asked(client: Client) -> None:
    client.issue(notify=False)
    client.badge = client.server.badge_class("Swimming")
    client.issue(notify=False)
    client.issue("b@example.org", notify=True)
    assert [mail.to for mail in client.server.mails] == ["a@example.org", "b@example.org"]


def test_a_mood_strikes_where_nothing_is_queued(client: Client) -> None:
    moods = cycle(["cut_after", None])
    client.server.faults.mood = lambda operation: next(moods) if operation == "assertion_create" else None
    client.server.faults.next("assertion_create", "500")
    assert client.issue().status_code == 500
    with pytest.raises(requests.ConnectionError):
        client.issue()
    assert client.issue().status_code == 400
    assert client.server.faults.waiting == 0


@pytest.mark.parametrize(("operation", "fault"), [("assertion_creat", "500"), ("batch", "tiemout")])
def test_a_misspelt_fault_is_refused(server: BadgrServer, operation: str, fault: str) -> None:
    with pytest.raises(LookupError):
        server.faults.next(operation, fault)


def test_every_operation_can_meet_a_fault() -> None:
    assert {operation for route in ROUTES for operation, _ in route.methods.values()} == OPERATIONS
    assert {fault.partition(":")[0] for fault, _, _ in ENDINGS} == {*FAULTS} - {"timeout_late", "killed_batch"}


def test_nothing_listens_afterwards(clock: FakeClock) -> None:
    with requests.Session() as session, BadgrServer(clock) as server:
        assert session.get(f"{server.url}/health", timeout=5).ok
    with requests.Session() as session, pytest.raises(requests.ConnectionError):
        session.get(f"{server.url}/health", timeout=5)


def test_a_mistake_of_the_peers_own_fails_the_test(clock: FakeClock) -> None:
    server = BadgrServer(clock).__enter__()
    with pytest.raises(requests.ConnectionError):
        Client(server).call("GET", "/v1/user/profile")
    with pytest.raises(ExceptionGroup, match="The peer itself broke"):
        server.__exit__()


# ── log-ins ──────────────────────────────────────────────────────────────────


def test_each_failed_log_in_doubles_the_wait(client: Client, clock: FakeClock) -> None:
    waits = []
    for _ in range(13):
        assert client.log_in(password="wrong").status_code == 400
        refused = client.log_in()
        assert (refused.status_code, "Retry-After" in refused.headers) == (429, False)
        waits.append(refused.json()["expires"])
        clock.advance(timedelta(seconds=waits[-1]))
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600]
    assert client.log_in().status_code == 200
    assert client.log_in().status_code == 200


def test_a_failed_refresh_blocks_the_address_and_not_the_person(client: Client) -> None:
    good = client.log_in().json()["refresh_token"]
    assert client.refresh("worn out").status_code == 400
    assert client.refresh(good).status_code == 429
    assert client.log_in().status_code == 200


def test_a_refresh_kills_both_old_tokens(client: Client, clock: FakeClock) -> None:
    old = client.log_in().json()
    new = client.refresh(old["refresh_token"]).json()
    seen = [
        client.call("GET", "/v2/users/self", headers={"Authorization": f"Bearer {token}"}).status_code
        for token in (old["access_token"], new["access_token"])
    ]
    assert seen == [401, 200]
    assert client.refresh(old["refresh_token"]).status_code == 400


def test_a_token_lives_as_long_as_it_is_used(client: Client, clock: FakeClock) -> None:
    seen = []
    for hours in (13, 13, 13, 25):
        clock.advance(timedelta(hours=hours))
        seen.append(client.call("GET", "/v2/issuers").status_code)
    assert seen == [200, 200, 200, 401]


def test_expired_tokens_leave_the_refresh_tokens_alive(client: Client) -> None:
    kept = client.log_in().json()["refresh_token"]
    client.server.expire_tokens()
    assert client.call("GET", "/v2/issuers").status_code == 401
    assert client.refresh(kept).status_code == 200


def test_a_stranger_sees_no_issuer_and_no_badge(client: Client) -> None:
    stranger = client.server.stranger
    token = client.log_in(username=stranger.email, password=stranger.password).json()["access_token"]
    client.headers = {"Authorization": f"Bearer {token}"}
    assert client.call("GET", "/v2/issuers").json()["result"] == []
    assert client.issue().status_code == 404
    assert client.server.assertions == []


# ── pictures, lists, badges ──────────────────────────────────────────────────


def picture(client: Client, assertion: str) -> str | None:
    """What is baked into the picture behind the lasting address."""
    found = client.call("GET", f"/public/assertions/{assertion}/image", allow_redirects=True)
    text: str | None = unbake(BytesIO(found.content))
    return text


def test_evidence_is_baked_in_by_a_change_only(client: Client) -> None:
    made = client.issue(evidence=[{"url": "https://club.example/awards/1"}], narrative="Well done").json()["result"][0]
    first = picture(client, made["entityId"]) or ""
    changed = client.call("PUT", f"/v2/assertions/{made['entityId']}", {"narrative": "Better"}).json()["result"][0]
    second = picture(client, made["entityId"]) or ""
    assert ("Well done" in first, "awards/1" in first) == (True, False)
    assert ("Better" in second, "awards/1" in second) == (True, True)
    assert changed["image"] != made["image"]
    assert requests.get(made["image"], timeout=5).status_code == 404


def test_a_reason_too_long_loses_the_picture_and_revokes_nothing(client: Client) -> None:
    made = client.issue().json()["result"][0]
    path = f"/v2/assertions/{made['entityId']}"
    assert client.call("DELETE", path, {"revocation_reason": "x" * 256}).status_code == 500
    assert not client.server.stored(made["entityId"]).revoked
    assert requests.get(made["image"], timeout=5).status_code == 404


def test_pictures_may_lie_elsewhere(client: Client, clock: FakeClock) -> None:
    client.server.storage = "http://storage.example"
    made = client.issue().json()["result"][0]
    found = client.call("GET", f"/public/assertions/{made['entityId']}/image")
    assert found.headers["Location"].startswith("http://storage.example/media/")


def test_links_lead_through_every_award_once_and_to_another_host(client: Client) -> None:
    for number in range(7):
        client.issue(f"p{number}@example.org")
    client.server.link_host = "wrong.example"
    path, seen = f"/v2/badgeclasses/{client.badge}/assertions?num=3", []
    while path:
        page = client.call("GET", path)
        seen += [one["recipient"]["plaintextIdentity"] for one in page.json()["result"]]
        link = requests.utils.parse_header_links(page.headers.get("Link", ""))
        after = [one["url"] for one in link if one["rel"] == "next"]
        assert all(url.startswith("http://wrong.example/") for url in after)
        path = after[0].removeprefix("http://wrong.example") if after else ""
    assert seen == [f"p{number}@example.org" for number in range(6, -1, -1)]


def test_a_case_sensitive_database_takes_capitals_for_somebody_else(client: Client) -> None:
    client.issue()
    assert client.issue("A@example.org").status_code == 400
    client.server.case_sensitive = True
    assert client.issue("A@example.org").status_code == 201
    assert [award.recipient for award in client.server.assertions] == ["a@example.org", "a@example.org"]


def test_a_badge_that_is_archived_or_gone_issues_nothing(client: Client) -> None:
    client.server.badge_class("First Aid", archived=True)
    listed = client.call("GET", f"/v2/issuers/{client.server.issuer}/badgeclasses").json()["result"]
    assert [(badge["name"], badge.get("archived")) for badge in listed] == [("First Aid", True)]
    assert client.issue().status_code == 404
    client.server.drop_badge_class(client.badge)
    assert client.issue().status_code == 404
    assert client.server.assertions == []


def test_what_the_earner_does_is_told(client: Client) -> None:
    made = client.issue().json()["result"][0]
    client.server.accept(made["entityId"])
    told = client.call("GET", f"/v2/assertions/{made['entityId']}").json()["result"][0]
    assert (made["acceptance"], told["acceptance"]) == ("Unaccepted", "Accepted")


def test_a_clock_behind_ours_refuses_our_present(client: Client, clock: FakeClock) -> None:
    now = clock.now()
    assert client.issue(issuedOn=now.isoformat()).status_code == 201
    client.server.behind = timedelta(seconds=90)
    refused = client.issue("b@example.org", issuedOn=now.isoformat())
    assert refused.json()["fieldErrors"] == {"issuedOn": ["Only issuedOn dates in the past are acceptable."]}
    assert parsedate_to_datetime(refused.headers["Date"]) == now - timedelta(seconds=90)


# ── the fork ─────────────────────────────────────────────────────────────────


@pytest.fixture
def fork(clock: FakeClock) -> Iterator[Client]:
    with BadgrServer(clock, fork=True, patience=0.6) as server:
        yield Client(server)


def test_on_the_fork_a_cookie_outranks_the_header(fork: Client) -> None:
    with requests.Session() as session:
        form = {"username": fork.server.learner.email, "password": fork.server.learner.password}
        session.post(f"{fork.server.url}/o/token", data=form, timeout=5)
        told = session.get(f"{fork.server.url}/v2/users/self", headers=fork.headers, timeout=5)
    assert told.json()["result"][0]["firstName"] == "Lea"


def test_on_the_fork_no_refresh_works_and_a_batch_says_nothing(fork: Client) -> None:
    assert fork.refresh(fork.log_in().json()["refresh_token"]).status_code == 401
    assert fork.batch("a@example.org", "b@example.org").status_code == 202
    assert len(fork.server.assertions) == 2
    fork.server.batch_works = False
    assert fork.batch("c@example.org").status_code == 202
    assert len(fork.server.assertions) == 2


def test_on_the_fork_the_picture_holds_open_badges_3(fork: Client) -> None:
    made = fork.issue(narrative="Well done 🎉").json()["result"][0]
    content = fork.call("GET", made["image"].removeprefix(fork.server.url), allow_redirects=True).content
    assert unbake(BytesIO(content)) is None
    assert b"openbadgecredential" in content
    assert b"eddsa-rdfc-2022" in content
