"""What each kind of effect does in the world. Raise TryLater, InDoubt or Refused; the actor writes it down."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bridge.errors import Refused, TryLater
from bridge.issuer import issue_once, revoke_once
from bridge.model import Achievement, Credential, Effect, Kind, Known, Move, Order
from bridge.ports import Backend, Outcome, World

#: Why a credential ends whose place another one took, where only that is to be told.
MOVED = "Replaced: the same award was issued anew elsewhere."


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an effect, to be written with its end: a new or revoked credential, a move that took place."""

    credential: Credential | None = None
    move: Move | None = None


def backend_of(world: World, order: Order) -> Backend:
    """Raise TryLater where the settings know the backend no more: all its awards wait until they do again."""
    backend = world.backends.get(order.backend)
    if backend is None:
        raise TryLater(
            f"The badge of {order.attempt_id} belongs to {order.backend!r}, which is not in the settings any more. Put "
            f"its section back, or have the badge made elsewhere: badge-bridge reissue --from {order.backend} --to …; "
            f"one that was not issued yet, by emptying its Decision cell and approving it again a cycle later."
        )
    return backend


def achievement_of(known: Known, order: Order) -> Achievement:
    return known.versions[order.achievement, order.version]


def move_of(known: Known, effect: Effect) -> Move:
    """Return the move that an effect with the subject attempt id/n is about."""
    n = int(effect.subject.partition("/")[2])
    return next(move for move in known.moves[effect.attempt_id] if move.n == n)


def issue(world: World, known: Known, effect: Effect) -> Done:
    order = known.orders[effect.attempt_id]
    backend = backend_of(world, order)
    return made(issue_once(order, achievement_of(known, order), backend, in_doubt=effect.in_doubt), order)


def made(credential: Credential, order: Order, move: Move | None = None) -> Done:
    """A new credential says when the award was made, whenever the backend got to it.

    One that was found, and withdrawn by hand there since, stays issued here until a coach revokes it.
    """
    return Done(replace(credential, issued_at=order.issued_on, revoked_at=None), move)


def revoke(world: World, known: Known, effect: Effect) -> Done:
    order, credential = known.orders[effect.attempt_id], known.credentials[effect.attempt_id]
    decision = known.decisions[effect.attempt_id][-1]
    backend = backend_of(world, order)
    return Done(revoke_once(order, credential, decision.feedback, decision.seen_at, backend))


def reissue(world: World, known: Known, effect: Effect) -> Done:
    """Make the credential of a move. Always ask first: the award may have stood at that backend once before."""
    move = move_of(known, effect)
    order = move.new
    credential = issue_once(order, achievement_of(known, order), backend_of(world, order), in_doubt=True)
    if credential.revoked_at is not None:
        raise Refused(
            f"The badge that {order.attempt_id} once had at {order.backend} was withdrawn there by hand, so it can't "
            f"be taken up again. Leave the award where it is: badge-bridge reissue --from {order.backend} --to "
            f"{move.old.backend}"
        )
    return made(credential, order, replace(move, replaced=known.credentials[effect.attempt_id]))


def withdraw(world: World, known: Known, effect: Effect) -> Done:
    """Withdraw the credential that a move replaced; with the coach's words where the award itself was revoked."""
    move = move_of(known, effect)
    if move.replaced is None:
        raise Refused(f"Nothing of {effect.attempt_id} was replaced yet. Please report this.")
    now = known.credentials[effect.attempt_id]
    reason, at = (now.revoked_why, now.revoked_at) if now.revoked_at is not None else (MOVED, move.at)
    withdrawn = revoke_once(move.old, move.replaced, reason, at, backend_of(world, move.old))
    world.site.supersede(move.old, achievement_of(known, move.old), withdrawn, now)  # its page must not call it genuine
    return Done(move=replace(move, replaced=withdrawn))


def lay_page(world: World, known: Known, effect: Effect) -> None:
    """Lay the pages into the site's folder that are not the embedded issuer's own work, as they should be now."""
    order, credential = known.orders[effect.attempt_id], known.credentials[effect.attempt_id]
    moved = bool(known.moves.get(effect.attempt_id))
    if order.at_vendor or moved:
        world.site.show(
            order, achievement_of(known, order), credential, lambda: backend_of(world, order).badge(credential)
        )
    for old, replaced in known.replaced(effect.attempt_id):
        world.site.supersede(old, achievement_of(known, old), replaced, credential)


def publish(world: World, known: Known, effect: Effect) -> Done:
    credential = known.credentials[effect.attempt_id]
    if not world.site.is_public(credential):
        raise TryLater(f"Nobody can open {credential.url}")
    return Done()


def badge_of(world: World, known: Known, effect: Effect) -> bytes | None:
    """Return the picture that a mail brings; None for one that brings none."""
    if effect.kind not in (Kind.TELL_ISSUED, Kind.TELL_REISSUED):
        return None
    order, credential = known.orders[effect.attempt_id], known.credentials[effect.attempt_id]
    laid = world.site.picture(credential) if order.at_vendor else None
    return laid or backend_of(world, order).badge(credential)


def was_sent(outcome: Outcome, *, repeat: bool) -> bool:
    """Return whether a mail was sent; raise Refused where nobody can say and it may not be repeated unasked."""
    if outcome is Outcome.UNKNOWN and not repeat:
        raise Refused("Nobody can say whether this mail was sent. Please ask the teacher.")
    return outcome is Outcome.SENT
