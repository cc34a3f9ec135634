"""Badgr and Credly at the front door: settings, doctor, the column Backend, and what a night's report says."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import requests

from bridge.clock import RealClock
from bridge.config import load
from bridge.wiring import ledger_of

from .desk import Desk, Type
from .vendors import PASSWORD, TOKEN, Vendors, ask, opened


@pytest.fixture
def vendors(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendors]:
    with opened(desk, monkeypatch) as found:
        yield found


# ── doctor ───────────────────────────────────────────────────────────────────


def findings(command: Type, *about: str) -> list[str]:
    """What the doctor says about these servers, each finding with its mark."""
    told = [finding for finding in command("doctor", "--json").json["findings"] if finding["what"] in about]
    return [f"{finding['mark']}: {finding['sentence']} {finding['cure']}".strip() for finding in told]


def test_the_doctor_lists_what_the_accounts_find_by_name(vendors: Vendors, command: Type) -> None:
    first = vendors.keys[0]
    vendors.set_badgr({first: vendors.badgr.badge_class("Checking for Understanding")})
    vendors.set_credly({}, token_made=f"{today(vendors)}")
    other, template = vendors.badgr.badge_class("Another badge"), vendors.credly.template("A template")
    assert findings(command, "Badgr") == [
        f"good: {vendors.badgr.url} lets us in.",
        "good: The issuer is “Conf 2026”.",
        f"good: {first} is “Checking for Understanding”.",
        f"warn: Used by no badge of yours: “Another badge” ({other}). To use one, add its line to [badgr.badges]; left "
        f'of the = stands its Key in the tab Badges:\nanother-badge = "{other}"',
    ]
    age, *others = findings(command, "Credly")
    assert age.startswith("good: The Credly token is ")
    assert others[0] == f"good: {vendors.credly.url} lets us in."
    assert f"“A template” ({template})" in others[-1]


def test_the_doctor_changes_nothing(vendors: Vendors, command: Type) -> None:
    vendors.set_badgr()
    vendors.set_credly()
    before = sorted(path.name for path in vendors.desk.folder.iterdir())
    assert command("doctor").code == 0
    assert sorted(path.name for path in vendors.desk.folder.iterdir()) == before
    assert {call.method for call in vendors.badgr.requests if call.operation != "token"} == {"GET"}
    assert {call.method for call in vendors.credly.requests} == {"GET"}


@pytest.mark.slow
def test_a_refresh_token_is_good_once_so_the_doctor_keeps_the_next(
    vendors: Vendors, command: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = {"username": vendors.badgr.username, "password": vendors.badgr.password}
    given = requests.post(f"{vendors.badgr.url}/o/token", data=form, timeout=10).json()["refresh_token"]
    monkeypatch.delenv(PASSWORD)
    monkeypatch.setenv("BADGE_BRIDGE_BADGR_REFRESH_TOKEN", given)
    vendors.set_badgr(username=None)
    for _ in range(3):
        assert findings(command, "Badgr")[0] == f"good: {vendors.badgr.url} lets us in."
        vendors.badgr.expire_tokens()
    shown = command("doctor").out + command("plan").out
    assert given not in shown


def crossed(vendors: Vendors) -> None:
    classes = vendors.classes()
    one, two = vendors.keys[:2]
    vendors.set_badgr({one: classes[two], two: classes[one]})


def mistyped(vendors: Vendors) -> None:
    vendors.set_badgr({"chekcing": vendors.badgr.badge_class("Checking for Understanding")})


def sent_without_a_line(vendors: Vendors) -> None:
    vendors.set_badgr({})
    vendors.choose("badgr")


def without_any(vendors: Vendors) -> None:
    vendors.set_credly({})


def gone(vendors: Vendors) -> None:
    classes = vendors.classes()
    vendors.set_badgr(classes)
    vendors.badgr.drop_badge_class(classes[vendors.keys[0]])


def archived(vendors: Vendors) -> None:
    vendors.set_badgr()
    vendors.badgr.badge_class("Checking for Understanding", archived=True)


def one_for_two(vendors: Vendors) -> None:
    classes = vendors.classes()
    vendors.set_badgr(classes | {vendors.keys[1]: classes[vendors.keys[0]]})


def template_archived(vendors: Vendors) -> None:
    vendors.set_credly()
    vendors.credly.archive(vendors.credly.template("Checking for Understanding"))


def template_a_draft(vendors: Vendors) -> None:
    vendors.set_credly(vendors.templates() | {vendors.keys[0]: vendors.credly.template("Not yet", state="draft")})


def web_page(vendors: Vendors) -> None:
    """The address that people open, not the API's."""
    vendors.set_badgr()
    vendors.badgr.faults.next("token", "html_200")


def log_in_page(vendors: Vendors) -> None:
    vendors.set_credly()
    vendors.credly.faults.next("templates", "html_200")


def today(vendors: Vendors) -> date:
    """The day that it is in the programme."""
    return datetime.now(ZoneInfo(load(vendors.desk.config).programme.timezone)).date()


def is_old(vendors: Vendors, days: int) -> None:
    vendors.set_credly(token_made=f"{today(vendors) - timedelta(days=days)}")


AILING: dict[str, tuple[Callable[[Vendors], object], str]] = {
    "crossed": (
        crossed,
        "warn: checking-for-understanding is “Checking for Understanding” in the tab Badges, and the BadgeClass "
        "“Productive Group Work”. If that is another badge, it would be awarded in its place: Correct the line",
    ),
    "mistyped": (
        mistyped,
        "bad: chekcing: the tab Badges has no badge with this Key. Correct the line in [badgr.badges].",
    ),
    "sent without a line": (
        sent_without_a_line,
        "warn: The tab Badges has checking-for-understanding made here, and no line of [badgr.badges] says which "
        'BadgeClass it is. Add one: checking-for-understanding = "id of the BadgeClass"',
    ),
    "without any": (without_any, "warn: It has no badge template that can be awarded now. Make one there,"),
    "vanished": (gone, "bad: checking-for-understanding: there is no BadgeClass "),
    "archived": (
        archived,
        "bad: checking-for-understanding: the BadgeClass “Checking for Understanding” is archived. Bring it back",
    ),
    "one for two": (one_for_two, "warn: checking-for-understanding, productive-group-work are one BadgeClass:"),
    "no issuer": (
        lambda vendors: vendors.set_badgr(issuer=None),
        "bad: [badgr] issuer is missing. Write one of these into [badgr] issuer: “Conf 2026” (",
    ),
    "another's issuer": (
        lambda vendors: vendors.set_badgr(issuer="nobodys"),
        "bad: The account can see no issuer nobodys. Write one of these into [badgr] issuer: “Conf 2026” (",
    ),
    "no rights": (
        lambda vendors: vendors.set_badgr(username=vendors.badgr.stranger.email),
        "bad: The account can see no issuer ",
    ),
    "wrong password": (
        lambda vendors: vendors.set_badgr(username="nobody@example.org"),
        "does not let the bridge in by its username and password",
    ),
    "wrong host": (
        web_page,
        "answered with a web page (200) where a Badgr server's API should be. Correct [badgr] url",
    ),
    "nobody there": (lambda vendors: vendors.set_badgr(url="http://127.0.0.1:9"), "127.0.0.1:9 can't be reached"),
    "template archived": (
        template_archived,
        "bad: checking-for-understanding: the badge template “Checking for Understanding” is archived.",
    ),
    "template a draft": (
        template_a_draft,
        "bad: checking-for-understanding: the badge template “Not yet” is a draft. Publish it there, or name another.",
    ),
    "wrong organization": (
        lambda vendors: vendors.set_credly(organization="nobodys"),
        "knows no organization nobodys (404)",
    ),
    "wrong host at Credly": (log_in_page, "Check [credly] url: https://api.credly.com"),
    "a young token": (lambda vendors: is_old(vendors, 100), "good: The Credly token is 10"),
    "an old token": (lambda vendors: is_old(vendors, 170), "warn: The Credly token is 17"),
    "a dead token": (lambda vendors: is_old(vendors, 200), "warn: The Credly token is 20"),
    "a token of tomorrow": (lambda vendors: is_old(vendors, -2), "which is still to come: set the date on which it"),
    "a token of nobody knows when": (lambda vendors: vendors.set_credly(), "warn: Nobody knows how old the token is"),
}


@pytest.mark.parametrize("case", AILING)
def test_the_doctor_finds_what_ails_a_vendor_and_names_the_cure(
    vendors: Vendors, command: Type, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    make_ill, sentence = AILING[case]
    if case == "no rights":
        monkeypatch.setenv(PASSWORD, vendors.badgr.stranger.password)
    make_ill(vendors)
    found = findings(command, "Badgr", "Credly")
    assert [finding for finding in found if sentence in finding], found
    assert vendors.badgr.password not in str(found)
    assert vendors.credly.token not in str(found)


@pytest.mark.parametrize("variable", [PASSWORD, TOKEN])
def test_a_missing_secret_is_told_by_its_variable(
    vendors: Vendors, command: Type, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    vendors.set_badgr()
    vendors.set_credly()
    monkeypatch.delenv(variable)
    (told,) = [finding for finding in command("doctor", "--json").json["findings"] if variable in finding["sentence"]]
    assert told["mark"] == "bad"
    run = command("run", "--json")
    assert run.code == 1
    assert [p["blocking"] for p in run.json["problems"] if variable in p["sentence"]] == [True]


@pytest.mark.parametrize("variable", [PASSWORD, TOKEN])
def test_a_vendor_whose_secret_is_missing_waits_alone(
    vendors: Vendors, command: Type, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """Other badges are made and mailed; once the secret is there, the next cycle goes on by itself."""
    vendors.set_badgr()
    vendors.set_credly()
    desk, ours = vendors.desk, "badgr" if variable == PASSWORD else "credly"
    vendors.choose(ours, row=2)
    command("run")
    for n in range(2):
        ask(vendors, desk.programme.teachers[n], badge=desk.programme.badges[n].name)
    command("run")
    value = os.environ[variable]
    monkeypatch.delenv(variable)
    for n in (1, 2):
        desk.decide(f"{n}-1", "Approve")
    night = command("run", "--json")
    assert night.code == 1
    assert night.json["done"] == {"issue": 1, "publish": 1, "tell-issued": 1}
    title = ours.capitalize()
    told = desk.people.rows()[0]["Status"]
    assert told == f"Approved; it waits for {title}. Nothing for you to do; the coordinator sees why."
    status = command("status", "--json").json["postponed"]
    assert [(variable in each["why"], each["effects"]) for each in status] == [(True, ["issue:1-1"])]
    assert variable in command("status").out
    assert variable in command("explain", "1").out
    for _ in range(2):
        command("run")
    history = command("explain", "1").out.partition("Not done yet")[0]
    assert history.count(variable) == 1, "what ends alike again and again is told once"
    monkeypatch.setenv(variable, value)
    assert command("run", "--json").json["done"] == {"issue": 1, "publish": 1, "tell-issued": 1}


# ── per badge ────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_each_badge_is_made_where_its_row_says(vendors: Vendors, command: Type) -> None:
    vendors.set_badgr()
    vendors.set_credly()
    desk = vendors.desk
    vendors.choose("badgr", row=2)
    vendors.choose("credly", row=3)
    command("run")
    for n in range(3):
        ask(vendors, desk.programme.teachers[n], badge=desk.programme.badges[n].name)
    command("run")
    for n in range(1, 4):
        desk.decide(f"{n}-1", "Approve")
    due = {each["effect"]: each.get("by") for each in command("plan", "--json").json["due"]}
    assert due == {"issue:1-1": "Badgr", "issue:2-1": "Credly", "issue:3-1": "this bridge"}
    assert "1-1, issuing the badge\tBadgr" in command("plan").out
    assert command("run", "--json").json["done"] == {"issue": 3, "publish": 3, "tell-issued": 3}
    assert f"made by Badgr: {vendors.badgr.url}/public/assertions/" in command("explain", "1").out
    assert "made by this bridge\n" in command("explain", "3").out
    with closing(ledger_of(load(desk.config), RealClock())) as ledger:
        made = ledger.load().credentials
    assert [made[f"{n}-1"].backend for n in range(1, 4)] == ["badgr", "credly", "local"]
    assert [len(vendors.badgr.assertions), len(vendors.credly.badges)] == [1, 1]
    for credential in made.values():  # whoever made it: its page is ours
        page = (desk.folder / "site" / "awards" / f"{credential.award}.html").read_text()
        assert f'content="{credential.award} issued"' in page
        assert credential.url == f"https://badges.district.example/awards/{credential.award}.html"


def test_a_badge_that_the_vendor_lacks_is_told_in_its_row(vendors: Vendors, command: Type) -> None:
    vendors.set_badgr({})
    vendors.choose("badgr")
    told = command("run").out
    assert "The settings don't say which badge of Badgr it is." in told
    assert f'then add a line to [badgr.badges]: {vendors.keys[0]} = "its id"' in told
    vendors.choose("canvas")
    assert "Backend “canvas” is not set up. Choose one of: badgr, local; or leave it empty." in command("run").out


# ── the report of a night ────────────────────────────────────────────────────


def test_every_report_tells_the_tokens_age_and_warns_in_time(vendors: Vendors, command: Type) -> None:
    is_old(vendors, 20)
    young = command("run")
    assert young.code == 0
    assert " days old; it ends on " in young.out
    assert "Make a new one" not in young.out
    is_old(vendors, 160)
    old = command("run", "--json")
    assert old.code == 0  # nothing failed yet
    (remark,) = old.json["remarks"]
    assert "Make a new one in Credly" in remark
    assert vendors.credly.token not in old.out
