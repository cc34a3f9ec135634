"""What real servers answered, as templates: the only source of this peer's statuses, headers, shapes and words."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "data" / "badgr"
STOCK, FORK = FOLDER / "recordings", FOLDER / "recordings_ob3_fork"

#: Headers that each answer gets anew.
FRESH = {"Date", "Content-Length", "Link", "Location", "Set-Cookie"}


@dataclass
class Answer:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@cache
def load(folder: Path) -> dict[str, dict[str, Any]]:
    """Every recording of *folder* by its file's name without the ending: "067_assertion_create_full"."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}


@cache
def by_name(folder: Path) -> dict[str, dict[str, Any]]:
    """The same by the name alone: "assertion_create_full"."""
    return {name[4:]: recording for name, recording in load(folder).items()}


class Recordings:
    """The recorded answers of one server; what the fork's lack is taken from the stock server's."""

    def __init__(self, url: str, *, fork: bool) -> None:
        self.url, self.fork = url, fork
        self._all = {**by_name(STOCK), **(by_name(FORK) if fork else {})}

    def recorded(self, name: str) -> dict[str, Any]:
        response: dict[str, Any] = self._all[name]["response"]
        return response

    def json(self, name: str) -> Any:
        """A copy of the recorded body."""
        return deepcopy(self.recorded(name)["json"])

    def template(self, name: str) -> dict[str, Any]:
        """A copy of the first thing in the recorded result."""
        first: dict[str, Any] = deepcopy(self.recorded(name)["json"]["result"][0])
        return first

    def answer(self, name: str, body: Any = None, **headers: str) -> Answer:
        """The recorded answer, with *body* in the place of the recorded one and *headers* added."""
        recorded = self.recorded(name)
        kept = {name: value for name, value in recorded["headers"].items() if name not in FRESH}
        added = {name.replace("_", "-"): value for name, value in headers.items() if value}
        return Answer(recorded["status"], kept | added, self._body(recorded, body))

    def broken(self) -> Answer:
        """The page that stands for whatever the server did not foresee."""
        return self.answer("assertion_create_notify_500" if self.fork else "batch_v2_no_assertions")

    def results(self, name: str, results: list[dict[str, Any]], **headers: str) -> Answer:
        """The recorded answer with *results* in the place of the recorded ones."""
        body = self.json(name)
        body["result"] = results
        return self.answer(name, body, **headers)

    def _body(self, recorded: dict[str, Any], body: Any) -> bytes:
        if body is None:
            body = recorded.get("json", recorded.get("text", ""))
        if isinstance(body, bytes):
            return body
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        for port in (8800, 8801, 8810):
            text = text.replace(f"http://127.0.0.1:{port}", self.url)
        return text.encode()


def stock(name: str) -> Any:
    """A copy of what the stock server answered, for what the fork's recordings do not show."""
    return deepcopy(by_name(STOCK)[name]["response"]["json"])


def fill(template: dict[str, Any], **members: Any) -> dict[str, Any]:
    """*template* with *members* in it; a member that the recorded one lacks is a mistake of the peer's."""
    unknown = set(members) - set(template)
    if unknown:
        raise LookupError(f"No recording has {', '.join(sorted(unknown))} here.")
    return {name: members.get(name, value) for name, value in template.items()}
