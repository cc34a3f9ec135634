"""A desk at which awards move between backends."""

from __future__ import annotations

from dataclasses import replace

from bridge.model import Credential, Kind, Lesson, Move
from bridge.plan import Moving, Policy, Vendor, Wish, due, move_awards
from tests.core.desk import ENTROPY, POLICY, Desk, asked, submission

BADGES = frozenset({"first-aid", "co-teaching"})
MANY = replace(
    POLICY,
    backends={
        "local": None,
        "badgr": Vendor("Badgr", BADGES),
        "credly": Vendor("Credly", BADGES, wants_names=True),
        "small": Vendor("Small", frozenset({"co-teaching"})),
    },
)


def granted(desk: Desk, attempt_id: str = "1-1", *, told: bool = True) -> Desk:
    """Approved and issued; *told*: and the mail was sent."""
    desk.choose(attempt_id, "Approve")
    desk.look()
    for kind in ("issue", "publish", "tell-issued")[: 3 if told else 2]:
        desk.finish(f"{kind}:{attempt_id}")
    desk.look()
    return desk


def issued(policy: Policy = MANY, *, told: bool = True) -> Desk:
    """An award to somebody of two names."""
    desk = asked(policy)
    desk.submit(submission("r1", name="Ana Gómez"))
    desk.known.attempts["1-1"] = replace(desk.known.attempts["1-1"], submission=submission(name="Ana Gómez"))
    return granted(desk, told=told)


def move(desk: Desk, source: str, target: str, *, badge: str = "", revoke: bool = False) -> Moving:
    """What `badge-bridge reissue` makes of the wish, learnt."""
    wish = Wish(source, target, badge, revoke)
    moving = move_awards(desk.known, wish, desk.now, desk.policy, ENTROPY)
    desk.known.learn(moving.lesson)
    return moving


def arrive(desk: Desk, n: int, attempt_id: str = "1-1") -> Move:
    """The n-th move takes place, as the acting part would have it."""
    known, move = desk.known, desk.known.moves[attempt_id][n - 1]
    known.learn(Lesson(moves=(replace(move, replaced=known.credentials[attempt_id]),), orders=(move.new,)))
    new = move.new
    known.credentials[attempt_id] = Credential(
        new.award, attempt_id, f"https://page/{new.award}", "", new.backend, issued_at=new.issued_on
    )
    desk.finish(f"reissue:{attempt_id}/{n}")
    return known.moves[attempt_id][n - 1]


def moved(desk: Desk, n: int, attempt_id: str = "1-1") -> Move:
    """It takes place and is announced."""
    made = arrive(desk, n, attempt_id)
    for kind in ("publish-reissued", "tell-reissued"):
        desk.finish(f"{kind}:{attempt_id}/{n}")
    return made


def withdrawn(desk: Desk, n: int, attempt_id: str = "1-1") -> None:
    move = desk.known.moves[attempt_id][n - 1]
    assert move.replaced is not None
    gone = replace(move, replaced=replace(move.replaced, revoked_at=desk.now))
    desk.known.learn(Lesson(moves=(gone,)))
    desk.finish(f"withdraw:{attempt_id}/{n}")


def now_due(desk: Desk) -> list[str]:
    return [effect.key for effect in due(desk.known, desk.now) if effect.kind is not Kind.TELL_RECEIVED]


def revoke(desk: Desk) -> None:
    desk.choose("1-1", "Revoke", "Not her work.")
    desk.look()
