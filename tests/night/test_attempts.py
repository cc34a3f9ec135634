"""A Return, and what becomes of it: the mail's link opens the form filled in, and what is sent is the next attempt."""

from __future__ import annotations

import re
from urllib.parse import quote

from bridge.sandbox.seed import CONSENT
from tests.night.district import District

FORM = re.compile(r"https://docs\.google\.com/forms/\S+")


def follow(town: District, teacher: str) -> dict[str, str]:
    """Open the form by the link in the newest mail; return what is filled in, by question id."""
    mail = next(mail for mail in town.people.mails(teacher) if mail["subject"].startswith("Not yet"))
    (link,) = FORM.findall(mail["text"])
    found = town.people.ask("GET", f"filled-form?link={quote(link, safe='')}")
    assert found["formId"] == town.programme.form_id
    answers: dict[str, str] = found["answers"]
    return answers


def test_the_mail_of_a_return_leads_to_the_next_attempt(town: District) -> None:
    (teacher,) = town.submit()
    town.night()
    coach = town.programme.coaches[0].email
    town.people.decide("1-1", "Return", "Please show what the class did next.", coach)
    town.night()
    answers = follow(town, teacher)
    questions = town.programme.questions
    (before,) = town.rows()
    assert answers[questions["badge"]] == before["Badge"]
    assert answers[questions["reflection"]] == before["Reflection"]
    assert answers[questions["links"]].startswith("https://drive.google.com/")
    assert answers.keys().isdisjoint(questions[role] for role in ("files", "consent", "show"))
    answers |= {questions["reflection"]: "They asked the next class.", questions["consent"]: [CONSENT]}
    town.people.ask("POST", f"forms/{town.programme.form_id}/responses", email=teacher, answers=answers)
    town.night()
    closed, waiting = town.rows()
    assert closed["Status"] == "Closed: the teacher sent it again (1-2)."
    assert (closed["Decision"], closed["Feedback"]) == ("Return", "Please show what the class did next.")
    assert (waiting["ID"], waiting["Reflection"]) == ("1-2", "They asked the next class.")
    assert any(mail["subject"].endswith("(attempt 2)") for mail in town.people.mails(teacher))
    assert town.night().changed_nothing
