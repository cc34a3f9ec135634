"""As test_badgr_recordings.py: what is asked once more, what is never asked, and that no recording was forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.backends import test_badgr_recordings as first
from tests.backends import test_badgr_recordings_more as more
from tests.backends.replay import changed, client, concludes, names, order_of, recording, replaying
from tests.fakes import story

# ── an award of which the list leaves the evidence out ───────────────────────

#: The list, the award that it tells without its evidence, and what that award says when it is asked for by itself.
WITHOUT_EVIDENCE = [("173", "he8tf0rNSrW_N3J54Ookyg", "168")]


@pytest.mark.parametrize("ours", [True, False])
@pytest.mark.parametrize(("name", "bearer", "alone"), WITHOUT_EVIDENCE)
def test_an_award_without_its_evidence_is_asked_for_by_itself(name: str, bearer: str, alone: str, ours: bool) -> None:
    listed = changed(name)
    (short,) = (one for one in listed["response"]["json"]["result"] if one["entityId"] == bearer)
    del short["evidence"]
    whole = changed(alone, mark=story.PAGE if ours else "", bearer=bearer)
    order = order_of({"recipient": {"identity": recording(name)["request"]["params"]["recipient"]}})
    with replaying(listed, whole) as server:
        found = client(server.url).find(order)
        recorded = recording(alone)["request"]
        assert (server.asked[1].method, server.asked[1].target) == (recorded["method"], recorded["path"])
        assert len(server.asked) == 2
    assert (found.backend_ref if found else "") == (bearer if ours else "")
    assert found is None or found.revoked_at is not None


# ── what is refused without asking ───────────────────────────────────────────

#: The server breaks on it.
UNSENT = [("221", "Refused a Badgr server keeps at most 768")]


@pytest.mark.parametrize(("name", "expected"), UNSENT)
def test_what_would_break_the_server_is_not_sent(name: str, expected: str) -> None:
    order = order_of(recording(name)["request"]["json"])
    with replaying() as server:
        concludes(lambda: client(server.url).issue(order, story.achievement()), expected)
        assert server.asked == []


# ── what our client never asks ───────────────────────────────────────────────

#: Why the client can't meet them → recordings that stand in no table: of the stock server, and of the fork.
NOT_OURS: Mapping[str, tuple[str, str]] = {
    "it logs in as a person, not as an application": ("017", "007"),
    "it gives no token back and looks up none": ("022 025 200 215", "052"),
    "it asks nothing about the account itself": ("019 026 036", "008"),
    "issuers are made, changed and deleted by people": ("037 038 039 040 041 042 043 051 052 219", "010 011 012"),
    "so are BadgeClasses": ("053 054 055 056 057 058 059 060 061 062 063 176 217 220", "014 016"),
    "its recipients are addresses": ("075", ""),
    "it sends no extensions; how such a refusal reads, 098 shows": ("099", ""),
    "it names the BadgeClass by its id": ("103 104", ""),
    "it changes no award, but withdraws it": ("109 207 208", ""),
    "it speaks version 2 only": ("124 125", "030"),
    "it reads no public JSON": ("142 143 144 145 146 149 151 152 169 225", "034 035 036 037 038 039 047"),
    "it asks for the picture in one way, without a version": ("155 156 157 158", "042 043"),
    "it withdraws one award at a time": ("174", "048"),
    "it asks for the issuer's awards, and not for what changed": ("179 180 181 182", ""),
    "the backpack belongs to the earner": ("185 186 187 188 189 190 191 192 196 197 198", "050 051"),
    "it does not have the server verify badges": ("199", ""),
    "whether the server is well, its answers tell": ("203", ""),
}

#: All lists of those files are tables.
TABLES = [
    *(value for module in (first, more) for value in vars(module).values() if isinstance(value, list)),
    *(WITHOUT_EVIDENCE, UNSENT),
]


def named(table: Any) -> Iterator[str]:
    """Yield the recordings that a table names, wherever in its rows."""
    if isinstance(table, str):
        yield from [table] if re.fullmatch(r"(fork )?\d{3}", table) else []
    elif isinstance(table, list | tuple):
        for one in table:
            yield from named(one)


def not_ours() -> list[str]:
    numbers = [(stock.split(), fork.split()) for stock, fork in NOT_OURS.values()]
    return [name for stock, fork in numbers for name in (*stock, *(f"fork {number}" for number in fork))]


def test_every_recording_stands_in_a_table_or_is_none_of_ours() -> None:
    concluded, others = set(named(TABLES)), not_ours()
    assert len(others) == len(set(others))
    assert concluded & set(others) == set()
    assert sorted(names()) == sorted(concluded | set(others))
