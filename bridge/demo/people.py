"""Teachers and coaches at their browsers: the sandbox's /_sandbox/ acts, over HTTP like everything else."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import requests

from bridge.sandbox.seed import Programme
from bridge.sandbox.seed_evidence import EvidenceFile

REVIEW = "Review"


@dataclass
class People:
    """What everybody does by hand. Raises RuntimeError when the sandbox does not let them."""

    url: str
    programme: Programme
    session: requests.Session = field(default_factory=requests.Session)

    def ask(self, verb: str, path: str, **body: Any) -> dict[str, Any]:
        answer = self.session.request(verb, f"{self.url}/_sandbox/{path}", json=body or None, timeout=30)
        if not answer.ok:
            raise RuntimeError(f"{verb} {path}: {answer.status_code} {answer.text[:300]}")
        told: dict[str, Any] = answer.json()
        return told

    def bytes_at(self, path: str) -> bytes:
        answer = self.session.get(f"{self.url}/_sandbox/{path}", timeout=30)
        answer.raise_for_status()
        return answer.content

    # ── teachers ─────────────────────────────────────────────────────────────────

    def own(self, owner: str, file: EvidenceFile, *, shared: bool = True) -> str:
        """Put a file into a teacher's own Drive, share it with the programme, and return its link."""
        data = base64.b64encode(file.data).decode()
        made = self.ask("POST", "drive/files", owner=owner, name=file.name, mime=file.mime, base64=data)
        if shared:
            self.share(made["id"])
        return str(made["link"])

    def share(self, file_id: str) -> None:
        self.ask("POST", f"drive/files/{file_id}/share", **{"with": self.programme.mailbox})

    def trash(self, file_id: str) -> None:
        self.ask("POST", f"drive/files/{file_id}/trash")

    def submit(self, email: str, answers: dict[str, Any]) -> str:
        """Answer the form; *answers* go by role. Return the response's id."""
        return str(
            self.ask("POST", f"forms/{self.programme.form_id}/responses", email=email, answers=self._named(answers))[
                "responseId"
            ]
        )

    def edit(self, response_id: str, answers: dict[str, Any]) -> None:
        path = f"forms/{self.programme.form_id}/responses/{response_id}"
        self.ask("POST", path, answers=self._named(answers))

    def _named(self, answers: dict[str, Any]) -> dict[str, Any]:
        return {self.programme.questions[role]: given for role, given in answers.items()}

    def offer(self, badges: list[str]) -> None:
        """The coordinator changes the list of badges in the form."""
        question = self.programme.questions["badge"]
        self.ask("POST", f"forms/{self.programme.form_id}/change", question=question, options=badges)

    def mails(self, email: str) -> list[dict[str, Any]]:
        box = self.ask("GET", f"mailbox/{quote(email)}")
        found: list[dict[str, Any]] = box["messages"]
        return found

    # ── coaches ──────────────────────────────────────────────────────────────────

    def rows(self) -> list[dict[str, str]]:
        """The review tab as dicts by header."""
        rows = self.ask("GET", f"sheets/{self.programme.spreadsheet_id}/{REVIEW}")["rows"]
        header = rows[0]
        return [dict(zip(header, [*row, *[""] * (len(header) - len(row))], strict=False)) for row in rows[1:]]

    def in_sheet(self, act: str, coach: str, **what: Any) -> None:
        self.ask("POST", f"sheets/{self.programme.spreadsheet_id}/{act}", tab=REVIEW, **what, **{"as": coach})

    def decide(
        self, attempt_id: str, verdict: str, feedback: str, coach: str, ratings: Mapping[str, str] | None = None
    ) -> None:
        words = (
            {"Decision": verdict, "Reviewer": coach}
            | ({"Feedback": feedback} if feedback else {})
            | {**(ratings or {})}
        )
        self.in_sheet("type-in-row", coach, where={"ID": attempt_id}, set=words)
