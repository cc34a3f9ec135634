"""Several places for badges: each badge has its own, and what is out of order at one holds up no other."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.model import State
from tests.crash.vendor_storms import SHORT
from tests.crash.vendor_world import VendorWorld, town
from tests.crash.vendors import EASE, BadgrKeeper, CredlyKeeper, Keeper
from tests.crash.world import CO_TEACHING, FIRST_AID
from tests.fakes.clock import FakeClock
from tests.fakes.forms import SHOW_EVIDENCE, SHOW_NAME

pytestmark = pytest.mark.usefixtures("only_processes_die")

SEVEN = [f"teacher{n}" for n in range(1, 8)]
KEEPERS: dict[str, Callable[[FakeClock], BadgrKeeper | CredlyKeeper]] = {
    "badgr": lambda clock: BadgrKeeper(clock, {"timeout": EASE}),
    "credly": lambda clock: CredlyKeeper(clock, {"timeout": EASE}),
}
#: What each vendor calls making an award, and listing them.
MAKES, LISTS = {"badgr": "assertion_create", "credly": "issue"}, {"badgr": "assertion_list", "credly": "list"}


@contextmanager
def mixed(folder: Path, name: str = "badgr") -> Iterator[tuple[VendorWorld, BadgrKeeper | CredlyKeeper]]:
    """First aid is made at a vendor's, co-teaching here."""
    clock = FakeClock()
    with KEEPERS[name](clock) as keeper:
        yield VendorWorld(clock=clock, keepers=[keeper], makes={"co-teaching": "local"}, folder=folder), keeper


def ids(world: VendorWorld, badge: str) -> list[str]:
    return [row["ID"] for row in world.sheet.rows if row["Badge"] == badge]


def issued(world: VendorWorld, badge: str) -> list[bool]:
    return [world.status(id_).startswith("Issued") for id_ in ids(world, badge)]


# ── each badge has its place ─────────────────────────────────────────────────


@pytest.mark.parametrize("name", KEEPERS)
def test_each_badge_is_made_where_the_catalogue_says(name: str, tmp_path: Path) -> None:
    with mixed(tmp_path, name) as (world, keeper):
        world.ask(SEVEN)
        world.approve_all()
        world.run_once()
        world.check_all_issued()
        assert {(one.place, one.badge) for one in world.held()} == {(name, "first-aid"), ("local", "co-teaching")}
        assert (keeper.calls(MAKES[name]), keeper.calls("image")) == (7, 7)


def test_a_badge_whose_place_changes_is_made_at_the_new_one_from_then_on(tmp_path: Path) -> None:
    with mixed(tmp_path) as (world, _):
        world.ask(SEVEN[:2])
        world.approve_all()
        world.run_to_rest()
        world.sheet.type_in_catalogue("first-aid", "Backend", "local")
        world.sheet.type_in_catalogue("co-teaching", "Backend", "")
        world.ask(SEVEN[2:4])
        world.approve_all()
        world.run_to_rest()
        world.check_all_issued()
        assert sorted((one.place, one.badge, one.recipient.partition("@")[0]) for one in world.held()) == [
            ("badgr", "co-teaching", "teacher3"),
            ("badgr", "co-teaching", "teacher4"),
            ("badgr", "first-aid", "teacher1"),
            ("badgr", "first-aid", "teacher2"),
            ("local", "co-teaching", "teacher1"),
            ("local", "co-teaching", "teacher2"),
            ("local", "first-aid", "teacher3"),
            ("local", "first-aid", "teacher4"),
        ]


# ── one place is out of order ────────────────────────────────────────────────


def nobody_listens(keeper: BadgrKeeper | CredlyKeeper) -> Callable[[], None]:
    """Let the settings lead to a port at which nobody is; return how to put them right."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    before = keeper.told
    keeper.told = {**before, "url": f"http://127.0.0.1:{port}"}

    def mend() -> None:
        keeper.told = before

    return mend


def fails(fault: str) -> Callable[[BadgrKeeper | CredlyKeeper], Callable[[], None]]:
    def break_it(keeper: BadgrKeeper | CredlyKeeper) -> Callable[[], None]:
        keeper.faults.mood = lambda operation: fault
        if fault.startswith("timeout"):
            keeper.told = {**keeper.told, **SHORT}

        def mend() -> None:
            keeper.faults.mood = None

        return mend

    return break_it


OUT_OF_ORDER = {
    "badgr: nobody listens": nobody_listens,
    "badgr: 502": fails("502_html"),
    "badgr: 500": fails("500"),
    "badgr: silent": fails("timeout_before"),
    "badgr: cut": fails("cut_before"),
    "badgr: throttled": fails("429"),
    "badgr: another page": fails("html_200"),
    "credly: nobody listens": nobody_listens,
    "credly: 502": fails("502"),
    "credly: 500": fails("500"),
    "credly: silent": fails("timeout_before"),
    "credly: cut": fails("cut_before"),
    "credly: token has ended": fails("401"),
    "credly: another page": fails("html_200"),
}


@pytest.mark.parametrize("trouble", OUT_OF_ORDER)
def test_a_vendor_that_is_out_of_order_holds_up_nobody_elsewhere(trouble: str, tmp_path: Path) -> None:
    with mixed(tmp_path, trouble.partition(":")[0]) as (world, keeper):
        world.ask(SEVEN)
        world.approve_all()
        mend = OUT_OF_ORDER[trouble](keeper)
        report = world.run_once()
        assert issued(world, CO_TEACHING) == [True] * 7
        assert issued(world, FIRST_AID) == [False] * 7
        assert report.failed
        for id_ in ids(world, FIRST_AID):
            assert world.status(id_).startswith("Approved; "), world.status(id_)
        states = {effect.state for effect in world.known().effects.values()}
        assert states == {State.DONE, State.PLANNED}  # nobody waits for a person
        mend()
        world.clock.advance(timedelta(hours=8))
        world.settle()
        world.run_to_rest()
        world.check_all_issued()


def test_a_wrong_password_is_told_once_and_sticks_nobody(tmp_path: Path) -> None:
    with mixed(tmp_path) as (world, keeper):
        right = keeper.told
        keeper.told = {**right, "password": "mistyped"}
        world.ask(SEVEN)
        world.approve_all()
        report = world.run_once()
        assert keeper.calls("token") == 1  # the server lets nobody try again at once, and nobody does
        assert keeper.calls("assertion_create") == 0
        assert "does not let the bridge in by its username and password" in "\n".join(report.lines())
        assert issued(world, CO_TEACHING) == [True] * 7
        keeper.told = right
        world.clock.advance(timedelta(hours=8))
        world.run_to_rest()
        world.check_all_issued()


# ── one badge is not to be had ───────────────────────────────────────────────


def archive(keeper: BadgrKeeper | CredlyKeeper, *, archived: bool) -> None:
    """The vendor's users put First Aid away, or take it out again."""
    if isinstance(keeper, BadgrKeeper):
        keeper.server.badge_class(FIRST_AID, archived=archived)
    else:
        keeper.server.templates[keeper.ids["first-aid"]]["state"] = "archived" if archived else "active"


@pytest.mark.parametrize("name", KEEPERS)
def test_an_archived_badge_is_one_alert_and_goes_on_by_itself_when_it_is_back(name: str, tmp_path: Path) -> None:
    clock = FakeClock()
    with KEEPERS[name](clock) as keeper:
        world = town(keeper, clock, tmp_path)
        world.ask(SEVEN)
        world.approve_all()
        archive(keeper, archived=True)
        for night in range(1, 4):
            report = world.run_once()
            assert [problem.where for problem in report.problems] == ["badge first-aid"]
            assert report.stuck == []
            assert keeper.calls(MAKES[name]) == 7 + night  # one try each night for all of them
            clock.advance(timedelta(hours=8))
        assert issued(world, CO_TEACHING) == [True] * 7
        for id_ in ids(world, FIRST_AID):
            assert world.status(id_).startswith("Approved; it waits for "), world.status(id_)
        archive(keeper, archived=False)
        world.run_to_rest()
        world.check_all_issued()
        world.check_rest()


def test_a_badge_class_that_is_gone_is_one_alert(tmp_path: Path) -> None:
    clock = FakeClock()
    with BadgrKeeper(clock, {"timeout": EASE}) as badgr:
        world = town(badgr, clock, tmp_path)
        world.ask(SEVEN)
        world.approve_all()
        badgr.server.drop_badge_class(badgr.ids["first-aid"])
        report = world.run_once()
        (problem,) = report.problems
        assert problem.where == "badge first-aid"
        assert badgr.ids["first-aid"] in problem.sentence
        badgr.ids["first-aid"] = badgr.server.badge_class("First Aid 2027")
        clock.advance(timedelta(hours=8))
        world.run_to_rest()
        world.check_all_issued()


# ── what one person has to mend ──────────────────────────────────────────────


def test_a_field_that_credly_does_not_take_is_named_in_the_row_and_retried_after_the_cure(tmp_path: Path) -> None:
    with mixed(tmp_path, "credly") as (world, keeper):
        world.ask(SEVEN[:2], ["first-aid"])
        world.approve_all()
        keeper.faults.next("issue", "422:issued_to_last_name")
        report = world.run_once()
        assert world.status("1-1").startswith(
            "Approved; the badge is being issued. Needs fix: Credly does not take the last name of 1-1 (422)"
        )
        assert world.status("1-1").endswith("who corrects the answer, and approve what comes in.")
        assert [effect.key for effect in report.stuck] == ["issue:1-1"]
        assert issued(world, FIRST_AID) == [False, True]
        world.ledger().retry(1)
        world.run_to_rest()
        world.check_all_issued()


def mended(world: VendorWorld, response: str, words: str, **answers: str) -> None:
    """As the row says: the coach returns the request, the teacher mends the answer, the coach approves that."""
    world.sheet.decide("1-1", "Return", words)
    world.run_to_rest()
    world.forms.edit(response, **answers)
    world.run_to_rest()
    world.sheet.decide("1-2", "Approve")
    world.run_to_rest()
    world.check_books()
    (held,) = world.held()
    (keeper,) = world.keepers
    assert (held.place, held.recipient, held.badge) == (keeper.name, "ana@lakeview.example", "first-aid")
    assert world.statuses()["1-2"].startswith("Issued DAY, and mailed.")
    assert [key for key in world.mails if key.startswith("tell-issued:")] == ["tell-issued:1-2"]


def test_a_missing_last_name_is_mended_in_the_form(tmp_path: Path) -> None:
    clock = FakeClock()
    with CredlyKeeper(clock, {"timeout": EASE}) as credly:
        world = town(credly, clock, tmp_path)
        response = world.forms.submit("ana@lakeview.example", FIRST_AID, name="Ana")
        world.run_to_rest()
        world.sheet.decide("1-1", "Approve")
        world.run_once()
        said = world.status("1-1")
        assert "Needs fix: Credly names the earner by first and last name, and the last name of 1-1 is missing" in said
        assert credly.calls("issue") == 0
        mended(world, response, "Please give your first and your last name.", name="Ana Lima")
        (badge,) = credly.server.badges
        assert (badge["issued_to_first_name"], badge["issued_to_last_name"]) == ("Ana", "Lima")


def test_a_link_that_the_server_refuses_is_mended_in_the_form(tmp_path: Path) -> None:
    """The order is fixed: to try again says the same."""
    clock = FakeClock()
    with BadgrKeeper(clock, {"timeout": EASE}) as badgr:
        world = town(badgr, clock, tmp_path)
        links = "https://example.org/my lesson"
        response = world.forms.submit("ana@lakeview.example", FIRST_AID, links=links, show=(SHOW_EVIDENCE,))
        world.run_to_rest()
        world.sheet.decide("1-1", "Approve")
        badgr.faults.next("assertion_create", "400_evidence")
        world.run_once()
        said = world.status("1-1")
        assert "refused the badge of 1-1" in said
        assert "Choose Return with a word to the teacher" in said
        assert "retry" not in said
        mended(world, response, "Please look at your link.", links="https://example.org/my-lesson")


def test_words_that_the_server_cannot_store_wait_for_a_person_who_has_them_cleaned(tmp_path: Path) -> None:
    clock = FakeClock()
    with BadgrKeeper(clock, {"timeout": EASE}, {"utf8mb3": True}) as badgr:
        world = town(badgr, clock, tmp_path)
        shown = (SHOW_NAME, SHOW_EVIDENCE)
        world.forms.submit("ana@lakeview.example", FIRST_AID, reflection="It grew \U0001f331 on us.", show=shown)
        world.ask(SEVEN[:1], ["first-aid"])
        world.approve_all()
        for _ in range(6):
            world.run_once()
            clock.advance(timedelta(hours=8))
        assert badgr.calls("assertion_create") == 1 + 3  # it is not asked for ever
        assert issued(world, FIRST_AID) == [False, True]
        note = world.known().effects["issue:1-1"].note
        assert note.endswith("it then reads “It grew on us.”. Then the coordinator runs: badge-bridge retry 1")
        badgr.told = {**badgr.told, "plain_text": True}
        world.ledger().retry(1)
        world.run_to_rest()
        world.check_all_issued()
        (ana,) = badgr.server.awards_of("ana@lakeview.example")
        assert ana.narrative == "It grew on us."


# ── what the earners did ─────────────────────────────────────────────────────

#: Awards, and the listings that it takes to look through them: 100 a page there, 50 a page here.
THREE_HUNDRED = {"badgr": 3, "credly": 6}
SAID = {"Accepted": "Accepted by the teacher.", "Rejected": "The teacher turned it down there."}


@pytest.mark.slow
@pytest.mark.parametrize("name", KEEPERS)
def test_what_three_hundred_earners_did_is_read_back_within_a_day_in_a_few_calls(name: str, tmp_path: Path) -> None:
    clock = FakeClock()
    with KEEPERS[name](clock) as keeper:
        if name == "badgr":
            keeper.told = {**keeper.told, "batch": 50}
        world = town(keeper, clock, tmp_path, new_awards=300)
        world.ask([f"teacher{n}" for n in range(150)])
        world.approve_all()
        world.run_to_rest()
        world.check_all_issued()
        assert len(world.held()) == 300
        said = accept_some(keeper, world)
        clock.advance(timedelta(days=1))
        before = keeper.calls(LISTS[name])
        world.run_once()
        assert keeper.calls(LISTS[name]) - before <= THREE_HUNDRED[name] + 1
        for id_, status in world.statuses().items():
            words = SAID.get(said.get(id_, ""), "Not accepted by the teacher yet.")
            assert status.startswith(f"Issued DAY, and mailed. {words}"), (id_, status)
        clock.advance(timedelta(hours=1))
        before = keeper.calls(LISTS[name])
        world.run_once()
        assert keeper.calls(LISTS[name]) == before


def accept_some(keeper: Keeper, world: VendorWorld) -> dict[str, str]:
    """Every third badge is accepted, every seventh turned down; return which, by attempt id."""
    said = {}
    for number, (attempt_id, credential) in enumerate(world.known().credentials.items()):
        word = "Accepted" if number % 3 == 0 else "Rejected" if number % 7 == 0 else ""
        if word:
            said[attempt_id] = word
            if isinstance(keeper, BadgrKeeper):
                keeper.server.accept(credential.backend_ref, word)
            elif isinstance(keeper, CredlyKeeper):
                keeper.server.accept(credential.backend_ref, word.lower())
    return said


def test_a_programme_with_all_three_places(tmp_path: Path) -> None:
    """Badgr makes what the catalogue says nothing of; Credly, too, stands ready."""
    clock = FakeClock()
    with ExitStack() as stack:
        keepers: list[Keeper] = [make(clock) for make in KEEPERS.values()]
        for keeper in keepers:
            stack.enter_context(keeper)
        world = VendorWorld(clock=clock, keepers=keepers, makes={"co-teaching": "credly"}, folder=tmp_path)
        world.ask(SEVEN)
        world.approve_all()
        world.run_to_rest()
        world.check_all_issued()
        assert {(one.place, one.badge) for one in world.held()} == {("badgr", "first-aid"), ("credly", "co-teaching")}
        world.check_rest()
