"""A desk on which decisions can be tried without any edge: what is known, a review tab as a list, a clock to set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bridge.model import (
    Artwork,
    Credential,
    Effect,
    Evidence,
    EvidenceKind,
    FormReading,
    Kind,
    Known,
    Lesson,
    State,
    Submission,
)
from bridge.plan import Learnt, Policy, Seen, learn, notes_left, show, with_scales
from bridge.plan.catalogue import TITLES
from bridge.plan.pages import as_text
from bridge.plan.standing import Standing, standing
from bridge.ports import Change, SheetReading, Tab
from bridge.review import COLUMNS, DECIDE, LATER, WITH, Column, Scales, columns_of
from tests.fakes.sheet import insert_criteria

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ENTROPY = bytes(range(32))
HEADER = [column.title for column in COLUMNS]
PLACE = {title: place for place, title in enumerate(HEADER)}
COACH = "carla@district.example"
POLICY = Policy(
    issuer_url="https://badges.district.example",
    key_id="did:web:badges.district.example#key-1",
    coordinator="kim@district.example",
)

BADGES = (
    TITLES,
    (
        "first-aid",
        "First Aid",
        "Knows what to do",
        "Shows it",
        "https://drive.google.com/file/d/art1/view",
        "12",
        "",
        "",
    ),
    (
        "co-teaching",
        "Co-Teaching",
        "Teaches in pairs",
        "Does it",
        "https://drive.google.com/file/d/art2/view",
        "",
        "",
        "",
    ),
)


def submission(response: str = "r1", *, badge: str = "First Aid", who: str = "ana", **changes: object) -> Submission:
    given = Submission(
        form_id="form",
        response_id=response,
        stamp="2026-11-20T08:00:00Z",
        submitted_at=NOON - timedelta(days=2),
        recipient=f"{who}@district.example",
        verified=True,
        name=who.capitalize(),
        label=badge,
        evidence=(Evidence(1, EvidenceKind.WEB, "https://example.org/video"),),
        reflection="It went well.",
    )
    return replace(given, **changes)  # type: ignore[arg-type]


def edited(given: Submission, **changes: object) -> Submission:
    """The same response, changed by the teacher: Google moves lastSubmittedTime."""
    return replace(given, stamp=given.stamp + "1", **changes)  # type: ignore[arg-type]


def marked(review: Sequence[Sequence[str]], criteria: Mapping[str, str]) -> dict[str, int]:
    """Where the columns stand that the bridge knows by its mark; here, those that bear its title."""
    header = list(review[0]) if review else []
    marks = {title: title for title in (*LATER, WITH, DECIDE)} | dict(criteria)
    return {mark: header.index(title) for mark, title in marks.items() if title in header}


@dataclass
class Desk:
    policy: Policy = POLICY
    known: Known = field(default_factory=Known)
    responses: dict[str, Submission] = field(default_factory=dict)
    review: list[list[str]] | None = None  # None: no such tab
    badges: list[list[str]] | None = field(default_factory=lambda: [list(row) for row in BADGES])
    now: datetime = NOON
    learnt: Learnt = field(default_factory=lambda: Learnt(Lesson()))
    criteria: dict[str, str] = field(default_factory=dict)  # title of each column of a criterion, by its mark
    scales: Scales | None = None
    artworks: tuple[Artwork, ...] = tuple(Artwork(row[4], str(n) * 64) for n, row in enumerate(BADGES[1:], 1))

    @property
    def columns(self) -> tuple[Column, ...]:
        return columns_of(self.policy.identity, named=bool(self.policy.coaches))

    def submit(self, *given: Submission) -> None:
        self.responses |= {one.response_id: one for one in given}

    def reading(self) -> SheetReading:
        review = (
            None
            if self.review is None
            else Tab(
                1,
                "Review",
                tuple(tuple(row) for row in self.review),
                marked=marked(self.review, self.criteria),
                rated=self.scales.mark if self.scales else "",
            )
        )
        catalogue = None if self.badges is None else Tab(2, "Badges", tuple(tuple(row) for row in self.badges))
        return SheetReading("https://sheet", review, catalogue)

    def look(self, *, show_it: bool = True) -> Learnt:
        """One cycle without effects: learn, and bring the tab in step."""
        seen = self.seen()
        self.learnt = learn(seen, self.known, self.now, self.policy, ENTROPY)
        self.known.learn(self.learnt.lesson)
        if show_it and seen.sheet is not None:
            self.show(seen.sheet)
        return self.learnt

    def seen(self) -> Seen:
        form = FormReading("form", "Requests", verified=True, submissions=tuple(self.responses.values()))
        return Seen(forms=(form,), sheet=self.reading(), artworks=self.artworks)

    def show(self, reading: SheetReading) -> Change:
        showing = show(self.known, reading, self.learnt, self.policy, self.now)
        if self.learnt.review_is_whole or showing.change.make_review:
            showing = with_scales(showing, self.known, reading)
        if showing.change.make_review:
            self.review = [[column.title for column in self.columns]]
            self.criteria, self.scales = {}, None
            if showing.change.ratings:
                self.rate(showing.change.ratings)
        for patch in showing.change.review:
            assert self.review is not None
            row = self.review[patch.row]
            row.extend([""] * (patch.column + 1 - len(row)))
            row[patch.column] = as_text(patch.text)
        for patch in showing.change.catalogue:
            assert self.badges is not None
            self.badges[patch.row][patch.column] = as_text(patch.text)
        for new in showing.change.added:
            assert self.review is not None
            self.review.append([as_text(value) for value in new])
        if showing.change.ratings and not showing.change.make_review:
            self.rate(showing.change.ratings)
        self.known.shown.update(showing.versions)
        for facts in showing.links.values():
            self.known.facts.update(facts)
        self.known.facts.update(notes_left(self.known, self.learnt, showing.change))
        return showing.change

    def rate(self, scales: Scales) -> None:
        assert self.review is not None
        self.criteria |= insert_criteria(self.review, scales)
        self.scales = scales

    def row(self, attempt_id: str) -> list[str]:
        assert self.review is not None
        (row,) = [row for row in self.review if row[0] == attempt_id]
        return row

    def cell(self, attempt_id: str, title: str) -> str:
        assert self.review is not None
        return self.row(attempt_id)[self.review[0].index(title)]

    def choose(self, attempt_id: str, verdict: str, feedback: str = "", reviewer: str | None = None) -> None:
        """Whoever chooses says who they are, unless told otherwise."""
        assert self.review is not None
        row = self.row(attempt_id)
        reviewer = (COACH if verdict else "") if reviewer is None else reviewer
        for title, text in (("Decision", verdict), ("Feedback", feedback), ("Reviewer", reviewer)):
            row[self.review[0].index(title)] = text

    def effect(self, key: str) -> Effect:
        return self.known.effects[key]

    def finish(self, key: str) -> None:
        """The effect was done, as the acting part would have it."""
        effect = self.known.effects[key]
        self.known.effects[key] = replace(effect, state=State.DONE, in_doubt=False, attempts=1)
        if effect.kind is Kind.ISSUE:
            order = self.known.orders[effect.attempt_id]
            self.known.credentials[effect.attempt_id] = Credential(
                order.award, effect.attempt_id, f"https://page/{order.award}", "", "local", issued_at=order.issued_on
            )

    def doubt(self, key: str) -> None:
        self.known.effects[key] = replace(self.known.effects[key], in_doubt=True, attempts=1)

    def standing(self, attempt_id: str) -> Standing:
        return standing(self.known, attempt_id)


def asked(policy: Policy = POLICY) -> Desk:
    """A desk with one request, 1-1, by Ana for First Aid, shown to the coaches."""
    desk = Desk(policy)
    desk.submit(submission())
    desk.look()
    return desk


def approved() -> Desk:
    desk = asked()
    desk.choose("1-1", "Approve")
    desk.look()
    return desk


def issued() -> Desk:
    desk = approved()
    for kind in ("issue", "publish", "tell-issued"):
        desk.finish(f"{kind}:1-1")
    desk.look()
    return desk


def returned() -> Desk:
    desk = asked()
    desk.choose("1-1", "Return", "Please add a photo.")
    desk.look()
    desk.finish("tell-returned:1-1/1")
    desk.look()
    return desk


def declined() -> Desk:
    desk = asked()
    desk.choose("1-1", "Decline", "Not this year.")
    desk.look()
    desk.finish("tell-declined:1-1/1")
    desk.look()
    return desk
