"""Criteria in a Google Doc, over whole nights: read when they changed, told when they can't be, else one call."""

from __future__ import annotations

from base64 import b64encode

import pytest

from bridge.sandbox.drive_state import DOCUMENT
from bridge.sandbox.seed import BADGES_TAB
from tests.night.district import District
from tests.night.test_bad_artwork import catalogue_says
from tests.night.test_calls import READS


def page(town: District, key: str) -> str:
    """All that the site says of a badge."""
    return "\n".join(
        path.read_text("utf-8") for path in sorted((town.folder / "site" / "achievements" / key).rglob("*.html"))
    )


@pytest.mark.slow
def test_a_badge_whose_criteria_stand_in_a_doc(town: District) -> None:
    key = town.programme.badges[0].key
    made = town.people.ask(
        "POST",
        "drive/files",
        owner=town.programme.coordinator.email,
        name="Criteria",
        mime=DOCUMENT,
        base64=b64encode(b"# What you show\n\n* Three pieces of feedback").decode(),
        parent=town.programme.folder_id,
    )
    link = f"https://docs.google.com/document/d/{made['id']}/edit"
    town.act("sheet/type-in-row", tab=BADGES_TAB, where={"Key": key}, set={"Criteria": link})
    town.submit()
    town.night()
    town.approve_all()
    town.nights()
    assert "Three pieces of feedback" in page(town, key)

    town.calls()
    assert town.night().changed_nothing
    assert {name: n for name, n in town.calls().items() if not name.startswith(("forms", "oauth2"))} == READS | {
        "drive.batch": 1
    }
    town.act(f"{made['id']}/edit", base64=b64encode(b"* Four pieces").decode())
    town.nights()
    assert "Four pieces" in page(town, key)
    town.act(f"{made['id']}/trash")
    town.night()
    assert catalogue_says(town)[key] == (
        "The Doc in Criteria lies in the trash. Take it out, or link another one. The last good version stays in force."
    )
    assert "Four pieces" in page(town, key)
    town.act(f"{made['id']}/untrash")
    assert town.nights().problems == []
    assert set(catalogue_says(town).values()) == {"In use"}
