"""A district on a sandbox, and whole nights of the real bridge over it, on a clock that only the bridge moves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from html import unescape
from pathlib import Path

import requests

from bridge.config import Settings, load
from bridge.cycle import run_cycle
from bridge.demo.people import REVIEW, People
from bridge.model import State
from bridge.ports import World
from bridge.report import Report
from bridge.review import DECISION, ID, REVIEWER, STATUS
from bridge.sandbox.drive_resource import web_link
from bridge.sandbox.drive_state import new_file, share
from bridge.sandbox.forms_acts import answer_form
from bridge.sandbox.seed import CONSENT, SHOW_NAME, Programme
from bridge.sandbox.server import Sandbox
from bridge.sheet_requests import AMBER, GREEN, RED
from bridge.trial import write_trial
from bridge.wiring import open_world
from tests.fakes.planted import CONFIG, Kept, keep, planted

EVENING = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # 8 p.m. in California
TOKEN = "oauth2.token"
COLOURS = {
    "#" + "".join(f"{round(255 * part):02x}" for part in colour): name
    for name, colour in (("green", GREEN), ("amber", AMBER), ("red", RED))
}


@dataclass
class District:
    sandbox: Sandbox
    programme: Programme
    people: People
    config: Path
    teachers: list[str] = field(default_factory=list)  # addresses of those who asked

    @property
    def settings(self) -> Settings:
        return load(self.config)

    @property
    def folder(self) -> Path:
        return self.config.parent

    def set(self, text: str, instead: str) -> None:
        """Change a line of the settings."""
        told = self.config.read_text("utf-8")
        assert text in told
        self.config.write_text(told.replace(text, instead), "utf-8")

    def keep(self, place: Path) -> Kept:
        """Keep all as it is now, for `district`."""
        with self.sandbox.lock:
            return keep(self.sandbox.world, self.programme, self.folder, self.sandbox.url, place, self.teachers)

    # ── people ───────────────────────────────────────────────────────────────────

    def submit(self, number: int = 1) -> list[str]:
        """So many teachers ask for a badge, each with an uploaded file and a link to one of their own; their addresses.

        They act behind the server's door: thousands of them take a moment.
        """
        with self.sandbox.lock:
            return [self._ask_for_badge() for _ in range(number)]

    def _ask_for_badge(self) -> str:
        world, programme, n = self.sandbox.world, self.programme, len(self.teachers)
        email = f"teacher{n:05}@{programme.domain}"
        own = new_file(world, email, f"Plan {n}.pdf", "application/pdf", b"%PDF-1.4")
        share(world, own.id, programme.mailbox)
        answers = {
            "name": f"Teacher No. {n}",
            "badge": programme.badges[n % len(programme.badges)].name,
            "links": web_link(own),
            "files": {"files": [{"name": f"photo {n}.txt", "text": f"What happened in lesson {n}"}]},
            "reflection": "My class asks its own questions now.",
            "consent": [CONSENT],
            "show": [SHOW_NAME],
        }
        answer_form(
            world, programme.form_id, email, {programme.questions[role]: given for role, given in answers.items()}
        )
        self.teachers.append(email)
        return email

    def approve_all(self) -> None:
        """A coach drags "Approve" down the column, and their own address."""
        header, *rows = self.people.ask("GET", f"sheets/{self.programme.spreadsheet_id}/{REVIEW}")["rows"]
        coach = self.programme.coaches[0].email
        for title, value in ((DECISION, "Approve"), (REVIEWER, coach)):
            column = chr(ord("A") + header.index(title))
            self.people.in_sheet("type", coach, range=f"{column}2:{column}{len(rows) + 1}", value=value)

    def act(self, path: str, **what: object) -> None:
        """Do something to the programme's "form", its "sheet" or a file, as its owner: "form/change"."""
        place, _, act = path.partition("/")
        ids = {"form": f"forms/{self.programme.form_id}", "sheet": f"sheets/{self.programme.spreadsheet_id}"}
        self.people.ask("POST", f"{ids.get(place, f'drive/files/{place}')}/{act}", **what)

    def rows(self) -> list[dict[str, str]]:
        return self.people.rows()

    def statuses(self) -> list[str]:
        return [row[STATUS] for row in self.rows()]

    def colours(self) -> dict[str, str]:
        """The colour of each cell of Review as people see it, by what stands there; "" if it is none of Status."""
        place = f"{self.sandbox.url}/_sandbox/sheets/{self.programme.spreadsheet_id}"
        page = requests.get(f"{place}/{REVIEW}.html", timeout=10)
        cells = re.findall(r"<td([^>]*)>(.*?)</td>", page.text, re.DOTALL)
        found = (
            (unescape(re.sub("<[^>]*>", "", words)).strip(), re.search(r"background: (#\w+)", how))
            for how, words in cells
        )
        return {words: COLOURS.get(back[1], "") if back else "" for words, back in found}

    # ── the bridge ───────────────────────────────────────────────────────────────

    def night(self, *, new_awards: int = 100_000, change: Callable[[World], World] = lambda world: world) -> Report:
        """One cycle of a new process."""
        with open_world(self.settings) as (world, ours):
            return run_cycle(change(world), replace(ours, new_awards=new_awards))

    def nights(self, most: int = 8) -> Report:
        """Nights until one finds nothing to do, but that it is another day; that one's report."""
        for _ in range(most):
            report = self.night()
            if not (report.new_attempts or report.rows_added or report.done or report.failed):
                report = self.night()
            if report.changed_nothing and not report.failed:
                return report
            self.wait_a_day()
        raise AssertionError(f"no rest after {most} nights: {list(report.lines())}")

    def retry_stuck(self) -> None:
        """A person asks for what is stuck, as `badge-bridge retry` does."""
        with open_world(self.settings) as (world, _):
            stuck = {effect.request for effect in world.ledger.load().effects.values() if effect.state is State.STUCK}
            for request in sorted(stuck):
                world.ledger.retry(request)

    def wait_a_day(self) -> None:
        self.wait(timedelta(hours=24))

    def wait(self, time: timedelta) -> None:
        with self.sandbox.lock:
            self.sandbox.world.clock.move(time)

    # ── what came of it ──────────────────────────────────────────────────────────

    def calls(self) -> Counter[str]:
        """HTTP requests by method id since the last time."""
        with self.sandbox.lock:
            log = self.sandbox.workspace.calls
            counts = Counter(log.counts())
            log.clear()
        return counts

    def mails(self) -> Counter[tuple[str, str]]:
        """(recipient, what it is about) of all mails that lie in any inbox."""
        found: Counter[tuple[str, str]] = Counter()
        with self.sandbox.lock:
            for email, box in self.sandbox.world.gmail.mailboxes.items():
                for message in box.messages.values():
                    if "INBOX" in message.labels:
                        found[email, _about(message.raw)] += 1
        return found

    def offered(self) -> list[str]:
        """What the question for the badge offers."""
        with self.sandbox.lock:
            for item in self.sandbox.world.forms.forms[self.programme.form_id].items:
                question = item.get("questionItem", {}).get("question", {})
                if question.get("questionId") == self.programme.questions["badge"]:
                    return [option["value"] for option in question["choiceQuestion"]["options"]]
        raise AssertionError("the question for the badge is gone")

    def drafts(self) -> int:
        with self.sandbox.lock:
            return sum(len(box.drafts) for box in self.sandbox.world.gmail.mailboxes.values())

    def pages(self) -> int:
        return len(list((self.folder / "site" / "awards").glob("*.html")))

    def once(self, *about: str) -> Counter[tuple[str, str]]:
        """What `mails` says when each teacher has had one mail about each of these."""
        return Counter({(teacher, what): 1 for teacher in self.teachers for what in about})

    def all_shown_once(self) -> bool:
        """Every request has one row, which says that the badge was issued and mailed."""
        numbers = sorted(int(row[ID].removesuffix("-1")) for row in self.rows())
        return numbers == list(range(1, len(self.teachers) + 1)) and all(map(_is_over, self.statuses()))

    def assert_each_has_one_badge(self) -> None:
        """Nothing was lost, and nothing was done twice."""
        assert self.mails() == self.once("received", "issued")
        assert self.pages() == len(self.teachers)
        assert self.all_shown_once(), self.statuses()
        assert self.drafts() == 0


def _is_over(status: str) -> bool:
    return status.startswith("Issued") and status.endswith("and mailed.")


def _about(raw: bytes) -> str:
    """The badge is attached to a mail about a badge that was issued; all others say that something was received."""
    mail = message_from_bytes(raw, policy=policy.default)
    return "issued" if any(mail.iter_attachments()) else "received"


@contextmanager
def district(folder: Path, like: Kept | None = None) -> Iterator[District]:
    """A planted programme, or one as it was kept; no answer of the sandbox may break Google's contract, no call of ours
    may stretch it."""
    world, programme, teachers = like.town() if like else (*planted(EVENING), [])
    with Sandbox(world) as sandbox:
        town = District(sandbox, programme, People(sandbox.url, programme), folder / CONFIG, teachers)
        if like:
            like.lay(folder, sandbox.url)
        else:
            write_trial(programme, sandbox.url, town.config)
            town.set("[review]\n", "[review]\ndigest = false\n")  # tests/night/test_digests.py switches them on
        yield town
        assert sandbox.broken == []
        assert sandbox.warnings == []


def told(report: Report) -> str:
    return "\n".join(report.lines())
