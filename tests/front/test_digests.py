"""Digests at the front door: what a dry run, a cycle, the status and the doctor say of them."""

from __future__ import annotations

from datetime import timedelta

from .desk import Desk, Type


def settle(desk: Desk, old: str, new: str) -> None:
    text = desk.config.read_text()
    assert old in text
    desk.config.write_text(text.replace(old, new))


def found(command: Type, what: str) -> list[tuple[str, str]]:
    """What the doctor says of one thing, each finding with its mark."""
    findings = command("doctor", "--json").json["findings"]
    return [(one["mark"], f"{one['sentence']} {one['cure']}".strip()) for one in findings if one["what"] == what]


def test_a_digest_is_foretold_sent_and_remembered_without_an_address(desk: Desk, command: Type) -> None:
    desk.submit()
    command("run")
    desk.world.clock.move(timedelta(days=1))
    foretold = command("plan").out
    assert "coach 1, the digest of what waits" in foretold
    ran = command("run")
    assert "1 coach told of what waits" in ran.out.splitlines()
    said = command("status")
    assert "The last digests, of " in said.out
    assert ": 1 coach was told of what waits." in said.out
    assert list(command("status", "--json").json["digests"].values()) == [1]
    (mail,) = desk.people.mails(desk.programme.coordinator.email)
    assert mail["subject"] == "1 badge request waits for you"
    assert desk.programme.coordinator.email not in foretold + ran.out + ran.err + said.out


def test_the_doctor_says_who_is_told_and_where_nobody_is(desk: Desk, command: Type) -> None:
    assert found(command, "reminders") == [("good", "The coordinator is told of what waits, once a day at most.")]
    settle(desk, f'coordinator = "{desk.programme.coordinator.email}"', 'coordinator = ""')
    nobody, late = found(command, "reminders")
    assert nobody[0] == late[0] == "warn"
    assert nobody[1].startswith("Nobody is asked to decide, but for the reviewers that a badge names itself.")
    assert late[1].startswith("What is late is told in the report alone.")
    settle(desk, "[review]\n", "[review]\ndigest = false\nescalate_days = 0\n")
    assert found(command, "reminders") == [nobody]


def test_the_doctor_names_a_badge_that_nobody_can_approve(desk: Desk, command: Type) -> None:
    first, second = desk.programme.badges[:2]
    coach, stranger = desk.programme.coaches[0].email, "old.coach@district.example"
    settle(desk, "[review]\n", f'[review]\ncoaches = ["{coach}"]\n')
    sheet = f"sheets/{desk.programme.spreadsheet_id}"
    width = len(desk.people.ask("GET", f"{sheet}/Badges")["rows"][0])
    column = chr(ord("A") + width)
    for row, value in ((1, "Reviewers"), (2, stranger), (3, f"{stranger}, {coach}")):
        where = {"tab": "Badges", "range": f"{column}{row}", "value": value, "as": desk.programme.coordinator.email}
        desk.people.ask("POST", f"{sheet}/type", **where)
    told = [sentence for mark, sentence in found(command, "sheet") if mark == "bad"]
    assert told == [
        f"Nobody can approve {first.key}: none of its reviewers is a coach. "
        "Correct its cell Reviewers, or add them to coaches in [review]."
    ]
    assert second.key not in told[0]
