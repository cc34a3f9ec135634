"""Mails: laid ready, written down, sent; after a crash asked about before anything is sent again."""

from __future__ import annotations

from bridge.acting import performing
from bridge.errors import Refused
from bridge.model import Digest, Effect, Kind, Known
from bridge.plan import Policy, digest_of
from bridge.ports import Message, Outcome, World


def tell(world: World, policy: Policy, known: Known, effect: Effect) -> None:
    """Send one mail, unless an interrupted try has sent it already.

    A digest that was laid ready and not sent is thrown away, and its words are chosen anew, if there still are any.
    """
    digest = digest_now(world, policy, known, effect) if effect.kind is Kind.TELL_DIGEST else None
    mailer, ref, message = world.mailer, effect.ref, _message(world, known, effect, digest)
    may_be_left = not ref and (effect.attempts > 0 or effect.in_doubt)
    if effect.in_doubt and ref and was_sent(effect, mailer.outcome(ref, message), policy):
        return
    if digest is not None and ref:
        _remember(world, known, effect, "")  # first: a draft that is gone and still remembered would count as sent
        mailer.discard(ref)
        ref = ""
    if digest is not None and not digest.is_worth_a_mail:
        return
    if not ref:
        ref = mailer.prepare(message, again=may_be_left)
        _remember(world, known, effect, ref)
    mailer.send(ref, message)


def digest_now(world: World, policy: Policy, known: Known, effect: Effect) -> Digest:
    """Return what a digest says at this moment."""
    return digest_of(known, effect, world.clock.now(), policy)


def _message(world: World, known: Known, effect: Effect, digest: Digest | None) -> Message:
    if digest is not None:
        return world.remind(effect, digest)
    return world.compose(effect, known, performing.badge_of(world, known, effect))


def _remember(world: World, known: Known, effect: Effect, ref: str) -> None:
    known.effects[effect.key] = world.ledger.prepared(known.effects[effect.key], ref)


def was_sent(effect: Effect, outcome: Outcome, policy: Policy) -> bool:
    """Return whether a mail was sent; raise Refused where nobody can say and it may not be repeated unasked.

    It is repeated when a person says so (`retry` counts afresh), or by setting. A digest counts as sent: the next comes
    tomorrow.
    """
    if effect.kind is Kind.TELL_DIGEST:
        return outcome is not Outcome.NOT_SENT
    may_repeat = effect.attempts == 0 or (policy.smtp_repeat and effect.attempts == 1)
    if outcome is Outcome.UNKNOWN and not may_repeat:
        raise Refused("Nobody can say whether this mail was sent. Please ask the teacher.", for_coach=True)
    return outcome is Outcome.SENT
