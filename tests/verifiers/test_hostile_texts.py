"""Whatever people write, everybody else can read it: a fixed list of texts that have broken other software."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bridge.model import Alignment, Evidence, EvidenceKind

from . import panel
from .cases import token
from .court import Court
from .panel import Site, Verdict
from .texts import TEXTS
from .world import FULL, TEACHER, District, open_district, wish

ALIKE = (Alignment("The same", "https://standards.example/1"),) * 2


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> District:
    """A district where everything that people may write is the same nasty text, one award a text."""
    folder = tmp_path_factory.mktemp("town") / "site"
    return open_district(folder, "badges.nasty.example", [hostile_wish(*item) for item in enumerate(TEXTS.items())])


def hostile_wish(number: int, item: tuple[str, str]) -> Any:
    title, text = item
    evidence = Evidence(1, EvidenceKind.WEB, "https://BÜCHER.example/ü ä?q=ß", name=text, note=text)
    achievement = replace(
        FULL,
        key=f"k{number}",
        name=text,
        description=text,
        criteria=text,
        tags=(text, text, "\uffe5", "🌱"),
        alignment=ALIKE,
    )
    recipient = TEACHER.upper() if number % 2 else TEACHER
    told = {"name": text, "narrative": text, "evidence": (evidence, evidence), "recipient": recipient}
    return wish(title, achievement, algorithm="RS256" if number % 2 else "ES256", **told)


def refusals(town: District, judge: Callable[[Site, str], Verdict]) -> dict[str, str]:
    site = town.site()
    verdicts = {title: judge(site, title) for title in TEXTS}
    return {title: verdict.why for title, verdict in verdicts.items() if not verdict.accepted}


@pytest.mark.parametrize("judge", ["vc", "verifier-core"])
def test_node_verifiers_accept_whatever_people_write(judge: str, town: District, court: Court) -> None:
    assert refusals(town, lambda site, title: panel.ask_node(court.node, judge, site, town.credential(title))) == {}


@pytest.mark.parametrize("judge", [panel.openbadgeslib_3, panel.openvc_core, panel.json_schema])
def test_python_verifiers_accept_whatever_people_write(judge: Callable[..., Verdict], town: District) -> None:
    assert refusals(town, lambda site, title: judge(site, town.credential(title))) == {}


def test_tokens_are_accepted_whatever_people_write(town: District, court: Court) -> None:
    assert refusals(town, lambda site, title: panel.ask_node(court.node, "jose", site, token(town, title))) == {}
    assert refusals(town, lambda site, title: panel.openbadgeslib_jwt(site, token(town, title))) == {}


def test_open_badges_2_is_accepted_whatever_people_write(town: District, court: Court) -> None:
    def validator_2(site: Site, title: str) -> Verdict:
        return panel.ask_validator_2(court.validator_2, site, town.file(title, "badge"), TEACHER)

    assert refusals(town, validator_2) == {}
    assert refusals(town, lambda site, title: panel.openbadgeslib_2(site, town.file(title, "badge"), TEACHER)) == {}


def test_the_texts_are_in_the_badges(town: District) -> None:
    told = {title: town.credential(title) for title in TEXTS}
    assert told["quotes"]["name"] == TEXTS["quotes"]
    assert told["markup"]["credentialSubject"]["narrative"] == TEXTS["markup"]
    assert len(told["long"]["credentialSubject"]["achievement"]["criteria"]["narrative"]) > 10_000
    assert all("BÜCHER" not in str(document["evidence"][0].get("id")) for document in told.values())
