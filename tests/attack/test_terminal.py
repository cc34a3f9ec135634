"""Words of people on the screen of whoever runs the bridge."""

from __future__ import annotations

import json

import pytest

from bridge.cli.screen import say, say_json, table

HOSTILE = "Ana\x1b]0;owned\x07\x1b[2J\x9b31m\u0085\ud800 Smith"


def test_no_name_commands_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say(HOSTILE)
    table(("ID", HOSTILE), [("1-1", HOSTILE)])
    told = capsys.readouterr().out
    assert "Ana" in told
    assert "Smith" in told
    assert all(character.isprintable() or character in "\n\t" for character in told)


def test_json_says_the_same_without_commands(capsys: pytest.CaptureFixture[str]) -> None:
    say_json({"name": HOSTILE, "badge": "Café 💩"})
    told = capsys.readouterr().out
    assert all(character.isprintable() or character == "\n" for character in told)
    assert json.loads(told) == {"name": HOSTILE, "badge": "Café 💩"}
