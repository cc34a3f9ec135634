"""The whole corpus of the worst that people may write, before all judges."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.openbadges.ob_hostile import TEXTS

from . import panel
from .cases import token
from .court import Court
from .panel import Site, Verdict
from .test_hostile_texts import hostile_wish
from .world import TEACHER, District, open_district

pytestmark = pytest.mark.slow

SAID = {name: f"x{text[:2500]}" for name, text in TEXTS.items()}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> District:
    """A district where everything that people may write is the same nasty text, one award a text."""
    folder = tmp_path_factory.mktemp("corpus") / "site"
    return open_district(folder, "badges.nastier.example", [hostile_wish(*item) for item in enumerate(SAID.items())])


def refusals(town: District, judge: Callable[[Site, str], Verdict]) -> dict[str, str]:
    site = town.site()
    verdicts = {title: judge(site, title) for title in SAID}
    return {title: verdict.why for title, verdict in verdicts.items() if not verdict.accepted}


@pytest.mark.parametrize("judge", ["vc", "verifier-core"])
def test_node_verifiers_accept_the_whole_corpus(judge: str, town: District, court: Court) -> None:
    assert refusals(town, lambda site, title: panel.ask_node(court.node, judge, site, town.credential(title))) == {}


@pytest.mark.parametrize("judge", [panel.openbadgeslib_3, panel.openvc_core, panel.json_schema])
def test_python_verifiers_accept_the_whole_corpus(judge: Callable[..., Verdict], town: District) -> None:
    assert refusals(town, lambda site, title: judge(site, town.credential(title))) == {}


def test_tokens_of_the_whole_corpus_are_accepted(town: District, court: Court) -> None:
    assert refusals(town, lambda site, title: panel.ask_node(court.node, "jose", site, token(town, title))) == {}


def test_the_validator_of_open_badges_2_accepts_the_whole_corpus(town: District, court: Court) -> None:
    def ask(site: Site, title: str) -> Verdict:
        return panel.ask_validator_2(court.validator_2, site, town.file(title, "badge"), TEACHER)

    assert refusals(town, ask) == {}
