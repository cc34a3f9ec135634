"""Small random lessons about the requests of `ledgers.BASIS`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from bridge.model import (
    Achievement,
    Alignment,
    Artwork,
    Attempt,
    Criteria,
    Criterion,
    Decision,
    Effect,
    Event,
    FileAccess,
    FileFacts,
    Kind,
    Lesson,
    Move,
    Rating,
    State,
    Verdict,
)
from tests.contract.ledgers import NOON, credential, order, request, submission

ATTEMPTS = st.sampled_from([(1, 1), (1, 2), (2, 1)])
IDS = ATTEMPTS.map(lambda pair: f"{pair[0]}-{pair[1]}")
KINDS = st.sampled_from([Kind.ISSUE, Kind.TELL_ISSUED])
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)
TIMES = st.integers(0, 10**6).map(lambda n: NOON + timedelta(microseconds=n))
HASHES = st.sampled_from(["aa", "bb"])


def several(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=3).map(tuple)


BACKENDS = st.sampled_from(["", "local", "badgr"])


def achievement(key: str, name: str, active: bool, link: str, tags: tuple[str, ...], backend: str) -> Achievement:
    target = (Alignment(name, "https://x.example", *tags[:2]),) if tags else ()
    months = len(tags) or None
    version = f"version of {name!r} {tags!r}"
    return Achievement(key, version, name, "", "", "", None, active, link, "Badge", tags, target, months, backend)


def decisions() -> st.SearchStrategy[Decision]:
    verdicts = st.none() | st.sampled_from(Verdict)
    ratings = several(st.builds(Rating, st.builds(Criterion, WORDS, several(WORDS), WORDS), WORDS))
    numbers = st.integers(1, 3)
    return st.builds(Decision, IDS, numbers, st.just(1), verdicts, WORDS, WORDS, TIMES, st.booleans(), ratings)


def moves() -> st.SearchStrategy[Move]:
    """From here to a vendor; those that took place know what they replaced."""

    def move(attempt_id: str, n: int, name: str, replaced: bool) -> Move:
        old, new = order(attempt_id, expires=NOON), order(attempt_id, award=f"{n}", backend="badgr", given_name=name)
        return Move(attempt_id, n, old, new, NOON, credential(attempt_id, revoked_why=name) if replaced else None)

    return st.builds(move, IDS, st.integers(1, 3), WORDS, st.booleans())


def lessons() -> st.SearchStrategy[Lesson]:
    return st.builds(
        Lesson,
        achievements=several(
            st.builds(achievement, st.sampled_from("ab"), WORDS, st.booleans(), HASHES, several(WORDS), BACKENDS)
        ),
        artworks=several(st.builds(Artwork, HASHES, HASHES, st.binary(max_size=3), WORDS)),
        criteria=several(st.builds(Criteria, HASHES, WORDS, WORDS, WORDS)),
        labels=st.dictionaries(WORDS, WORDS, max_size=2),
        requests=several(st.builds(request, st.integers(1, 4), label=WORDS, created_at=TIMES)),
        attempts=several(
            st.builds(
                lambda pair, version, name: Attempt(pair[0], pair[1], submission(name=name), version),
                ATTEMPTS,
                st.integers(1, 3),
                WORDS,
            )
        ),
        files=several(st.builds(FileFacts, HASHES, st.sampled_from(FileAccess), WORDS)),
        decisions=several(decisions()),
        orders=several(st.builds(order, IDS, name=WORDS, expires=st.none() | TIMES, family_name=WORDS)),
        moves=several(moves()),
        effects=several(
            st.builds(
                Effect, KINDS, IDS, state=st.sampled_from(State), in_doubt=st.booleans(), not_before=st.none() | TIMES
            )
        ),
        cancelled=several(st.builds("{}:{}".format, KINDS, IDS)),
        forgotten=several(st.builds("{}:{}".format, KINDS, IDS)),
        facts=st.dictionaries(WORDS, WORDS, max_size=2),
        history=several(st.builds(Event, TIMES, IDS, WORDS, WORDS)),
    )
