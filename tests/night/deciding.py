"""A district whose coaches decide in a form of their own, made by hand as docs/set-up.md says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from bridge.demo.people import REVIEW
from bridge.model import Verdict
from bridge.review import DECIDE, ID
from bridge.sandbox.forms import choice, new_form, questions_of, text
from bridge.sandbox.forms_acts import answer_form, edit_response, open_link
from tests.night.district import District

ASKED = {
    "row": "Which request?",
    "decision": "Your decision",
    "feedback": "Words for the teacher",
    "ratings": "Ratings",
}


@dataclass
class Deciding:
    """The decision form of a district, and the people who open it by the links in Review."""

    town: District
    form_id: str
    questions: dict[str, str]  # role → id

    def link(self, attempt_id: str) -> str:
        """The link in the row's cell Decide."""
        with self.town.sandbox.lock:
            book = self.town.sandbox.world.sheets.spreadsheets[self.town.programme.spreadsheet_id]
            (tab,) = [tab for tab in book.sheets if tab.title == REVIEW]
            titles = [_text(cell) for cell in tab.rows[0]]
            row = next(row for row in tab.rows if _text(row[titles.index(ID)]) == attempt_id)
            runs = (row[titles.index(DECIDE)] or {}).get("textFormatRuns", ())
            return str(runs[0]["format"]["link"]["uri"])

    def decide(self, attempt_id: str, verdict: str, words: str = "", *, by: str, link: str = "", **more: str) -> str:
        """A coach clicks on the row's link, chooses, and sends; return the response's id."""
        link = link or self.link(attempt_id)
        with self.town.sandbox.lock:
            form, filled = open_link(self.town.sandbox.world, link)
            given = {"decision": verdict} | ({"feedback": words} if words else {}) | more
            answers = filled | {self.questions[role]: told for role, told in given.items()}
            return answer_form(self.town.sandbox.world, form.id, by, answers).id

    def edit(self, response_id: str, **answers: str) -> None:
        with self.town.sandbox.lock:
            told: dict[str, Any] = {self.questions[role]: said for role, said in answers.items()}
            edit_response(self.town.sandbox.world, self.form_id, response_id, told)

    def delete(self, response_id: str) -> None:
        self.town.people.ask("DELETE", f"forms/{self.form_id}/responses/{response_id}")

    def collect(self, kind: str) -> None:
        self.town.people.ask("POST", f"forms/{self.form_id}/change", collect=kind)

    def status(self, attempt_id: str) -> str:
        return next(row["Status"] for row in self.town.rows() if row[ID] == attempt_id)


def _text(cell: Any) -> str:
    return str((cell or {}).get("userEnteredValue", {}).get("stringValue", ""))


def deciding(town: District, *, ratings: bool = False) -> Deciding:
    """Make the form, share it, and say so in the settings."""
    programme = town.programme
    with town.sandbox.lock:
        items = [
            text(ASKED["row"], required=True),
            choice(ASKED["decision"], list(Verdict), required=True),
            text(ASKED["feedback"], paragraph=True),
            *([text(ASKED["ratings"], paragraph=True)] if ratings else []),
        ]
        form_id = new_form(
            town.sandbox.world,
            owner=programme.coordinator.email,
            title="Decide about a request",
            items=items,
            parent=programme.folder_id,
        )
        form = town.sandbox.world.forms.forms[form_id]
        roles = {title: role for role, title in ASKED.items()}
        questions = {roles[item["title"]]: one["questionId"] for item in form.items for one in questions_of(item)}
    coaches = json.dumps([coach.email for coach in programme.coaches])
    town.set("[review]\n", f'[review]\nidentity = "form"\ncoaches = {coaches}\n')
    asks = f"ratings = {json.dumps(ASKED['ratings'])}\n" if ratings else ""
    town.set("[issuer]\n", f"[review.form]\nid = {json.dumps(form_id)}\n{asks}\n[issuer]\n")
    return Deciding(town, form_id, questions)
