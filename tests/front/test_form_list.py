"""The list of badges in the form at the front door: what the doctor and a dry run say of it."""

from __future__ import annotations

from bridge.google import EDIT_FORMS

from .desk import Desk, Type

FORM = "Request a micro-credential"


def keep(desk: Desk) -> None:
    text = desk.config.read_text()
    desk.config.write_text(text.replace("[form.questions]", "keep_list = true\n\n[form.questions]"))


def offer(desk: Desk, *options: str) -> None:
    programme = desk.programme
    desk.people.ask(
        "POST", f"forms/{programme.form_id}/change", question=programme.questions["badge"], options=list(options)
    )


def told(command: Type) -> list[tuple[str, str]]:
    """What the doctor says of the list, each finding with its mark."""
    found = command("doctor", "--json").json["findings"]
    return [
        (one["mark"], f"{one['sentence']} {one['cure']}".strip()) for one in found if one["what"] == "list of badges"
    ]


def test_the_doctor_says_how_form_and_catalogue_differ(desk: Desk, command: Type) -> None:
    """Before the first cycle the tab alone tells the badges; afterwards the ledger knows their older names, too."""
    first, *others = [badge.name for badge in desk.programme.badges]
    offer(desk, *others, "Archery")
    stranger, missing = told(command)
    assert (stranger[0], missing[0]) == ("warn", "warn")
    assert "offers “Archery”, which no badge is called" in stranger[1]
    assert missing[1] == (
        f"“{FORM}” is not in step with the tab Badges: “{first}” is missing. Correct it, or let the bridge: "
        "keep_list = true."
    )
    keep(desk)
    command("run")
    assert told(command) == [stranger, ("good", f"“{FORM}” can be edited.")]


def test_a_dry_run_says_what_would_become_of_the_form(desk: Desk, command: Type) -> None:
    keep(desk)
    first, *others = [badge.name for badge in desk.programme.badges]
    offer(desk, *others)
    assert command("run", "--json").json["lists_written"] == 1
    offer(desk, *others)
    said = command("plan").out.splitlines()
    assert f"In the form “{FORM}” the list of badges would change: “{first}” is missing." in said
    assert command("plan", "--json").json["forms"] == [{"form": FORM, "options": [first, *others]}]
    assert desk.calls().get("forms.forms.batchUpdate") == 1


def test_a_scope_that_is_missing_stops_no_night(desk: Desk, command: Type) -> None:
    """Everything else goes on; the doctor and the report name all the scopes that the admin must allow."""
    keep(desk)
    withdraw(desk)
    doctor = command("doctor")
    assert doctor.code == 1
    (line,) = [line for line in doctor.out.splitlines() if line.startswith("✗")]
    assert "list of badges" in line
    assert EDIT_FORMS[0] in line
    assert "gmail.compose" in line
    offer(desk, desk.programme.badges[0].name)
    desk.submit()
    run = command("run", "--json").json
    assert run["new_attempts"] == 1
    assert run["done"] == {"tell-received": 1}
    (problem,) = run["problems"]
    assert problem["where"] == "form"
    assert EDIT_FORMS[0] in problem["sentence"]
    assert len(desk.subjects()) == 1


def withdraw(desk: Desk) -> None:
    """The admin never allowed the service account to change forms."""
    account = desk.world.service_accounts[desk.programme.robot]
    account.delegated_scopes = [scope for scope in account.delegated_scopes if scope not in EDIT_FORMS]
