"""Whatever coaches rate, and however rubrics change meanwhile: no badge by levels that were not on offer."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.plan.ratings import why_below
from bridge.review import fold
from tests.core.desk import Desk
from tests.core.rated import desk_with, rate, rubric

RUBRICS = (
    "Planning: low | mid* | high",
    "Planning: high | mid* | low",
    "Planning: low | mid* | high\nPace: slow | brisk",
    "Planning: mid | high*",
    "Pace: slow | brisk*",
)
#: What people do, what of, and how.
ACTS = st.sampled_from(
    [
        *(
            ("rate", title, word)
            for title, words in (("planning", ("mid", "high")), ("pace", ("brisk",)))
            for word in words
        ),
        *(("choose", verdict, "") for verdict in ("Approve", "Approve", "Return", "")),
        *(("rubric", cell, "") for cell in RUBRICS),
        *[("look", "", "")] * 4,
    ]
)


class Watched:
    """A desk, and what each rating in its only row was chosen from."""

    def __init__(self) -> None:
        self.desk: Desk = desk_with(RUBRICS[0])
        self.chosen: dict[str, tuple[str, ...]] = {}  # criterion → the levels that were offered
        self.asked_since: dict[str, bool] = {}  # … whether a look passed without Approve since other ones are

    def offered(self) -> dict[str, tuple[str, ...]]:
        assert self.desk.scales is not None
        return {title: tuple(map(fold, levels)) for title, levels in self.desk.scales.rows[0].items()}

    def rate(self, title: str, word: str) -> None:
        """A coach chooses what the row offers."""
        scale = self.offered().get(title)
        if scale is not None and (word in scale or not word):
            rate(self.desk, "1-1", **{title: word})
            self.chosen[title], self.asked_since[title] = scale, False

    def look(self) -> None:
        before = self.offered()
        self.desk.look()
        if self.desk.cell("1-1", "Decision") != "Approve":
            for title, levels in self.offered().items():
                if before.get(title) == levels or self.chosen.get(title) != levels:
                    self.asked_since[title] = True

    def judge(self) -> None:
        """The badge that was approved has every level that it needs, each chosen from its own scale, or confirmed."""
        order, decision = self.desk.known.orders["1-1"], self.desk.known.decision("1-1")
        achievement = self.desk.known.versions[order.achievement, order.version]
        assert decision is not None
        assert why_below(achievement, decision.ratings) == ""
        for rating in decision.ratings:
            title = fold(rating.criterion.title)
            levels = tuple(map(fold, rating.criterion.levels))
            assert rating.criterion in achievement.rubric
            assert self.chosen[title] == levels or self.asked_since[title], title


@settings(max_examples=80, deadline=None)
@given(st.lists(ACTS, min_size=4, max_size=16))
def test_an_approved_badge_was_rated_by_what_its_rubric_offers(acts: list[tuple[str, str, str]]) -> None:
    watched = Watched()
    watched.rate("planning", "mid")
    for act, what, more in acts:
        match act:
            case "rate":
                watched.rate(what, more)
            case "choose":
                watched.desk.choose("1-1", what, "Please add a photo.")
            case "rubric":
                rubric(watched.desk, what)
            case _:
                watched.look()
        if "1-1" in watched.desk.known.orders:
            watched.judge()
            return
