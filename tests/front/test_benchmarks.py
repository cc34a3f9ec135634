"""`make bench` works; how fast anything is, it alone tells."""

from __future__ import annotations

import re

import pytest

from benchmarks import badges


def test_the_benchmark_of_badges_tells_figures_and_goals(capsys: pytest.CaptureFixture[str]) -> None:
    badges.main(["--rounds", "1", "--awards", "2"])
    told = capsys.readouterr().out
    for name in (
        "memcpy of the file",
        "badge-bridge, PyLD alone",
        "openbadgeslib",
        "openbadges_bakery",
        "bare Ed25519",
    ):
        assert re.search(rf"^{name}.* +[0-9.]+ µs +[0-9.]+", told, re.MULTILINE), name
    assert re.findall(r"^goal (?:met   |MISSED)  (.*?):", told, re.MULTILINE) == [
        "splice at 2 MB",
        "awards on one core",
    ]


def test_the_badge_that_is_measured_is_a_good_one() -> None:
    award, artwork = badges.award(7), badges.picture(400, 4)
    one, other = (
        badges.issue(award, artwork, badges.EVENING, way) for way in (badges.Shapes().canonical, badges.canonical)
    )
    assert one == other
    baked = badges.baking.unbake(one)
    assert award.credential_id in (baked.credential or "")
    assert award.assertion_url in (baked.assertion or "")
