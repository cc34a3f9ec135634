"""A district with an account on a Badgr server and one at Credly, both on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from bridge.clock import RealClock
from bridge.sandbox.seed import CONSENT
from bridge.sandbox.state import Person
from tests.peers.badgr_server import BadgrServer
from tests.peers.credly_server import CredlyServer

from .desk import Desk, Type

PASSWORD, TOKEN = "BADGE_BRIDGE_BADGR_PASSWORD", "BADGE_BRIDGE_CREDLY_TOKEN"


@dataclass(frozen=True, slots=True)
class Vendors:
    """The two servers, and the settings in which the district names them."""

    desk: Desk
    badgr: BadgrServer
    credly: CredlyServer

    @property
    def keys(self) -> list[str]:
        return [badge.key for badge in self.desk.programme.badges]

    def classes(self) -> dict[str, str]:
        """Make a BadgeClass for every badge of the catalogue; key → entity id."""
        return {badge.key: self.badgr.badge_class(badge.name) for badge in self.desk.programme.badges}

    def templates(self) -> dict[str, str]:
        return {badge.key: self.credly.template(badge.name) for badge in self.desk.programme.badges}

    def set_badgr(self, badges: dict[str, str] | None = None, **told: object) -> None:
        """Write [badgr] into the settings, in the place of what stands there; *told* changes single lines."""
        lines = {"url": self.badgr.url, "issuer": self.badgr.issuer, "username": self.badgr.username} | told
        self._set("badgr", lines, self.classes() if badges is None else badges)

    def set_credly(self, badges: dict[str, str] | None = None, **told: object) -> None:
        lines = {"url": self.credly.url, "organization": self.credly.organization} | told
        self._set("credly", lines, self.templates() if badges is None else badges)

    def _set(self, name: str, lines: dict[str, object], badges: dict[str, str]) -> None:
        before, _, after = self.desk.config.read_text().partition(f"\n[{name}]\n")
        _, begins, others = after.partition("\n[credly]\n" if name == "badgr" else "\n[badgr]\n")
        text = "\n".join([f"\n[{name}]", *_toml(lines), "", f"[{name}.badges]", *_toml(badges), ""])
        self.desk.config.write_text(before + text + begins + others)

    def unset(self) -> None:
        """Take the sections out of the settings again."""
        text = self.desk.config.read_text()
        self.desk.config.write_text(text.partition("\n[badgr]\n")[0].partition("\n[credly]\n")[0])

    def choose(self, backend: str, row: int = 2) -> None:
        """The coordinator writes into the column Backend of the tab Badges, which is made where it is missing."""
        where = {"M1": "Backend", f"M{row}": backend}
        for cell, value in where.items():
            what = {"tab": "Badges", "cell": cell, "value": value, "as": self.desk.programme.coordinator.email}
            self.desk.people.ask("POST", f"sheets/{self.desk.programme.spreadsheet_id}/type", **what)


def _toml(lines: dict[str, object]) -> list[str]:
    return [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in lines.items() if value is not None]


@contextmanager
def opened(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendors]:
    """Run both servers; the secrets that open them stand in the environment, and nothing in the settings yet."""
    with BadgrServer(RealClock()) as badgr, CredlyServer(RealClock()) as credly:
        monkeypatch.setenv(PASSWORD, badgr.password)
        monkeypatch.setenv(TOKEN, credly.token)
        yield Vendors(desk, badgr, credly)


def ask(vendors: Vendors, teacher: Person, **answers: object) -> None:
    """Send the form: the first badge, unless *answers* say otherwise."""
    programme = vendors.desk.programme
    given = {"name": teacher.name, "badge": programme.badges[0].name, "reflection": "They ask.", "consent": CONSENT}
    vendors.desk.people.submit(teacher.email, given | answers)


def issue(vendors: Vendors, command: Type, teachers: int, names: Sequence[str] = ()) -> None:
    """So many teachers ask for the first badge and get it; *names*: what they call themselves."""
    desk = vendors.desk
    command("run")
    for n, teacher in enumerate(desk.programme.teachers[:teachers]):
        ask(vendors, teacher, **({"name": names[n]} if names else {}))
    command("run")
    for n in range(1, teachers + 1):
        desk.decide(f"{n}-1", "Approve")
    told = command("run", "--json").json
    assert told["done"] == {"issue": teachers, "publish": teachers, "tell-issued": teachers}
