"""Awards are made anew at another backend: which, under what name, and what follows. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from bridge.model import Credential, Effect, Kind, Known, Lesson, Move, Order, State
from bridge.plan.draft import Draft
from bridge.plan.expiry import has_lapsed
from bridge.plan.indexes import FreeIndexes
from bridge.plan.names import names_of
from bridge.plan.policy import Policy

#: What a move does, one after the other, and what may follow when it is public.
STEPS = (Kind.REISSUE, Kind.PUBLISH_REISSUED)
LATER = (Kind.WITHDRAW, Kind.TELL_REISSUED)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a coordinator asked for: awards of *badge* (a key; "": all) go from one backend to another."""

    source: str
    target: str
    badge: str = ""
    revoke: bool = False  # also withdraw what they replace


@dataclass(frozen=True, slots=True)
class Moving:
    """What becomes of a wish: the lesson to be learnt, and attempt ids that stay where they are, with the reason."""

    lesson: Lesson
    moves: tuple[Move, ...] = ()
    stay: tuple[tuple[str, str], ...] = ()


def move_awards(
    known: Known, wish: Wish, now: datetime, policy: Policy, entropy: bytes, taken: Collection[int] = ()
) -> Moving:
    """Plan that every award at *wish.source*, or on its way there, is made anew at *wish.target*.

    Asking again while it is under way, or when it is done, plans nothing. A move to elsewhere that has not begun is
    called off; one that leads back to where an award is, calls off and plans nothing. *entropy* and *taken* as for
    `enact`.
    """
    draft = Draft(known, now)
    free = FreeIndexes(known, entropy, taken)
    moves, stay = [], []
    for attempt_id in sorted(known.credentials, key=sort_key):
        order, under_way = known.orders[attempt_id], moving(known, attempt_id)
        places = {order.backend, under_way.new.backend} if under_way else {order.backend}
        if wish.source not in places or (wish.badge and order.achievement != wish.badge):
            continue
        why = why_it_stays(known, order, under_way, wish, now, policy)
        if under_way is not None and not why:
            call_off(draft, under_way, policy)
            if order.backend == wish.target:
                why = f"it was not at {policy.title(under_way.new.backend)} yet: its move was called off"
        if why:
            stay.append((attempt_id, why))
            continue
        n = len(known.moves.get(attempt_id, ())) + 1
        move = Move(attempt_id, n, order, new_order(known, order, wish.target, policy, free), now)
        plan_move(draft, move, policy, revoke=wish.revoke)
        moves.append(move)
    return Moving(draft.lesson(), tuple(moves), tuple(stay))


def sort_key(attempt_id: str) -> tuple[int, int]:
    request, _, n = attempt_id.partition("-")
    return int(request), int(n)


def why_it_stays(known: Known, order: Order, under_way: Move | None, wish: Wish, now: datetime, policy: Policy) -> str:
    """Return why an award can't be moved now; "" if it can."""
    vendor, credential = policy.backends.get(wish.target), known.credentials[order.attempt_id]
    if credential.revoked_at is not None or f"{Kind.REVOKE}:{order.attempt_id}" in known.effects:
        return "it was revoked"
    if under_way is not None and (
        under_way.new.backend == wish.target or known.effects[under_way.key(Kind.REISSUE)].in_doubt
    ):
        return "it is being moved already"
    if order.backend == wish.target:
        return ""  # it need only stay: its move is called off
    if has_lapsed(known, order.attempt_id, now):
        return "it has expired"
    if vendor is not None and is_being_withdrawn(known, order.attempt_id, wish.target):
        return f"its earlier badge at {vendor.title} is still to be withdrawn; run badge-bridge run first"
    if vendor is not None and order.achievement not in vendor.badges:
        return f"the badge {order.achievement} has no line in [{wish.target}.badges]"
    if policy.wants_names(wish.target) and not names_of(known.attempts[order.attempt_id].submission).family:
        return f"{policy.title(wish.target)} wants first and last name, and there is only one"
    return ""


def is_being_withdrawn(known: Known, attempt_id: str, backend: str) -> bool:
    """Return whether a replaced badge at *backend* awaits its withdrawal: until then it is in the way of another."""
    withdrawals = (
        known.effects.get(move.key(Kind.WITHDRAW))
        for move in known.moves.get(attempt_id, ())
        if move.old.backend == backend
    )
    return any(effect is not None and effect.state in (State.PLANNED, State.STUCK) for effect in withdrawals)


def moving(known: Known, attempt_id: str) -> Move | None:
    """Return the move of an award that has not taken place yet, if there is one."""
    steps = zip(known.moves.get(attempt_id, ()), known.reissues(attempt_id), strict=True)
    return next((move for move, effect in steps if effect.state not in (State.DONE, State.CANCELLED)), None)


def call_off(draft: Draft, move: Move, policy: Policy) -> None:
    """Take back what of *move* has not begun."""
    draft.cancel(*map(move.key, (*STEPS, *LATER)))
    draft.event(move.attempt_id, f"to be issued anew at {policy.title(move.new.backend)}: called off")


def new_order(known: Known, order: Order, target: str, policy: Policy, free: FreeIndexes) -> Order:
    """Return the order of the award at *target*: the one that it had there before, if it still stands; else a new one.

    It says what the old one says, of the same version of the badge; name, keys and place in a list are its own.
    """
    for earlier, credential in known.replaced(order.attempt_id):
        if earlier.backend == target and stands(known, earlier, credential, policy):
            return earlier
    n = len(known.moves.get(order.attempt_id, ())) + 1
    name = f"{policy.issuer_url}/awards/{order.attempt_id}/{order.salt}/{n}"
    names = names_of(known.attempts[order.attempt_id].submission) if policy.wants_names(target) else None
    award = str(uuid5(NAMESPACE_URL, name))
    return replace(
        order,
        award=award,
        salt=hashlib.sha256(name.encode()).hexdigest()[:32],
        status_index=free.draw_for(award),
        key_id=policy.key_id,
        backend=target,
        given_name=names.given if names else "",
        family_name=names.family if names else "",
    )


def is_taken_up(known: Known, move: Move) -> bool:
    """Return whether *move* takes up again what the award had at its new place once before."""
    earlier = (one for one in known.moves.get(move.attempt_id, ()) if one.n < move.n)
    return any(one.old.award == move.new.award for one in earlier)


def stands(known: Known, order: Order, credential: Credential, policy: Policy) -> bool:
    """Return whether a replaced *credential* may come into force again: it was not withdrawn, and is not to be.

    A badge of our own that bears a former address of the site is not written any more.
    """
    withdrawing = (
        known.effects.get(move.key(Kind.WITHDRAW))
        for move in known.moves[order.attempt_id]
        if move.old.award == order.award
    )
    ended = any(effect is not None and effect.state is not State.CANCELLED for effect in withdrawing)
    ours = order.at_vendor or order.key_id.partition("#")[0] == policy.key_id.partition("#")[0]
    return credential.revoked_at is None and not ended and ours


def plan_move(draft: Draft, move: Move, policy: Policy, *, revoke: bool) -> None:
    """Plan all that *move* takes. Nobody is told twice: a mail that is still to be sent will tell of the new place."""
    draft.move(move)
    draft.plan(*STEPS, subject=move.subject)
    public = move.key(Kind.PUBLISH_REISSUED)
    if was_told(draft.known, move.attempt_id):
        draft.cancel(*(earlier.key(Kind.TELL_REISSUED) for earlier in draft.known.moves[move.attempt_id]))
        draft.follow(Effect(Kind.TELL_REISSUED, move.subject, after=public))
    if revoke:
        draft.follow(Effect(Kind.WITHDRAW, move.subject, after=public))
    source, target = policy.title(move.old.backend), policy.title(move.new.backend)
    draft.event(move.attempt_id, f"to be issued anew: from {source} to {target}")


def was_told(known: Known, attempt_id: str) -> bool:
    """Return whether the earner was, or may have been, told of the award."""
    tell = known.effects.get(f"{Kind.TELL_ISSUED}:{attempt_id}")
    return tell is not None and (tell.state is State.DONE or tell.in_doubt)


def withdraw_all(draft: Draft, attempt_id: str) -> None:
    """An award is revoked: what it replaced is withdrawn too, and a move that has not taken place never does."""
    known, moves = draft.known, draft.known.moves.get(attempt_id, ())
    draft.cancel(*(move.key(kind) for move in moves for kind in (*STEPS, Kind.TELL_REISSUED)))
    draft.cancel(*(move.key(Kind.WITHDRAW) for move in moves if move.replaced is None))
    standing = {order.award for order, credential in known.replaced(attempt_id) if credential.revoked_at is None}
    for move in {m.old.award: m for m in moves}.values():
        if move.old.award in standing:
            draft.follow(Effect(Kind.WITHDRAW, move.subject, after=f"{Kind.REVOKE}:{attempt_id}"))
