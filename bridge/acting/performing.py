"""What each kind of effect does in the world. Raise TryLater, InDoubt or Refused; the actor writes it down."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bridge.acting.gone import APPROVE_ANEW, REISSUE, Gone
from bridge.errors import BackendClosed, NotMade, NotThere, Refused, TryLater
from bridge.issuer import issue_once, revoke_once
from bridge.model import REPLACED_BY, Achievement, Credential, Effect, Kind, Known, Move, Order
from bridge.plan import Policy
from bridge.ports import Backend, World


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an effect, to be written with its end: a new or revoked credential, a move that took place."""

    credential: Credential | None = None
    move: Move | None = None


def backend_of(world: World, known: Known, effect: Effect) -> Backend:
    """Raise BackendClosed where the settings know the backend no more: what is to be done there waits until
    they do again.

    Of one that is gone for good nothing is left to be waited for.
    """
    order = known.order_of(effect)
    backend = world.backends.get(order.backend)
    if backend is not None:
        return backend
    if order.backend in world.gone:
        return Gone(order.backend)
    raise BackendClosed(
        f"The badge of {order.attempt_id} belongs to {order.backend!r}, which is not in the settings any more. "
        f"{cure_of(world, known, effect)}"
    )


def cure_of(world: World, known: Known, effect: Effect) -> str:
    """Return what a person can do about an effect whose backend the settings know no more."""
    name = known.order_of(effect).backend
    gone = f'If it is gone for good, say so in the settings: [issuer] gone = ["{name}"]'
    match effect.kind:
        case Kind.ISSUE | Kind.REISSUE if effect.in_doubt:
            return f"It may have been made there: put its section back, and the bridge asks. {gone}"
        case Kind.ISSUE:
            return f"Put its section back. {APPROVE_ANEW}"
        case Kind.REISSUE:
            return f"Put its section back. {leave_it(world, known.move_of(effect))}"
        case Kind.REVOKE | Kind.WITHDRAW:
            return f"It can be withdrawn only there: put its section back until that is done. {gone}"
    return f"Put its section back. {REISSUE.format(name)}"


def leave_it(world: World, move: Move) -> str:
    """Return how an award is not moved after all. The command goes by badges, not by single awards."""
    old, new, badge = move.old.backend, move.new.backend, move.new.achievement
    if old not in world.backends:
        return f"{REISSUE.format(new)} --badge {badge}"
    return (
        f"To leave it where it is, with this badge of all who hold it, run badge-bridge reissue --from {new} "
        f"--to {old} --badge {badge}"
    )


def achievement_of(known: Known, order: Order) -> Achievement:
    return known.versions[order.achievement, order.version]


def issue(world: World, known: Known, effect: Effect) -> Done:
    order = known.orders[effect.attempt_id]
    backend = backend_of(world, known, effect)
    return made(issue_once(order, achievement_of(known, order), backend, in_doubt=effect.in_doubt), order)


def made(credential: Credential, order: Order, move: Move | None = None) -> Done:
    """A new credential says when the award was made, whenever the backend got to it.

    One that was found, and withdrawn by hand there since, stays issued here until a coach revokes it.
    """
    return Done(replace(credential, issued_at=order.issued_on, revoked_at=None), move)


def revoke(world: World, known: Known, effect: Effect) -> Done:
    order, credential = known.orders[effect.attempt_id], known.credentials[effect.attempt_id]
    decision = known.decisions[effect.attempt_id][-1]
    backend = backend_of(world, known, effect)
    return Done(revoke_once(order, credential, decision.feedback, decision.seen_at, backend))


def reissue(world: World, policy: Policy, known: Known, effect: Effect) -> Done:
    """Make the credential of a move. Always ask first: the award may have stood at that backend once before."""
    move = known.move_of(effect)
    order, backend = move.new, backend_of(world, known, effect)
    try:
        credential = issue_once(order, achievement_of(known, order), backend, in_doubt=True)
    except Refused as error:
        cure = f"{leave_it(world, move)}; to go on with it, correct the cause."
        trouble = next(kind for kind in (NotMade, NotThere, Refused) if isinstance(error, kind))
        raise trouble(error.what, cure) from error  # a move is no matter of the coach's
    if credential.revoked_at is not None:
        raise Refused(
            f"The badge that {order.attempt_id} once had at {policy.title(order.backend)} was withdrawn there by hand, "
            f"so it can't be taken up again. {leave_it(world, move)}"
        )
    return made(credential, order, replace(move, replaced=known.credentials[effect.attempt_id]))


def withdraw(world: World, known: Known, effect: Effect) -> Done:
    """Withdraw the credential that a move replaced; with the coach's words where the award itself was revoked."""
    move = known.move_of(effect)
    if move.replaced is None:
        raise Refused(f"Nothing of {effect.attempt_id} was replaced yet. Please report this.")
    now = known.credentials[effect.attempt_id]
    reason, at = now.revoked_why, now.revoked_at
    if at is None:
        reason, at = f"{REPLACED_BY}{now.url}", move.at
    withdrawn = revoke_once(move.old, move.replaced, reason, at, backend_of(world, known, effect))
    world.site.supersede(move.old, achievement_of(known, move.old), withdrawn, now)  # its page must not call it genuine
    return Done(move=replace(move, replaced=withdrawn))


def lay_page(world: World, known: Known, effect: Effect) -> None:
    """Lay the pages into the site's folder that are not the embedded issuer's own work, as they should be now."""
    order, credential = known.orders[effect.attempt_id], known.credentials[effect.attempt_id]
    moved = bool(known.moves.get(effect.attempt_id))
    if order.at_vendor or moved:
        world.site.show(
            order, achievement_of(known, order), credential, lambda: backend_of(world, known, effect).badge(credential)
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
    return laid or backend_of(world, known, effect).badge(credential)
