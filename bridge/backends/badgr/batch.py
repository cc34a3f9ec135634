"""Several awards in one call. The server checks them as a whole, but makes them one after the other. Pure.

So a refusal means that nothing was made, and any other trouble that the first few may have been.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta

from bridge.backends import LARGEST_BATCH
from bridge.errors import BridgeError, InDoubt, Refused, TryLater
from bridge.model import Achievement, Credential, Order

from . import issuing, words
from .account import Account
from .answers import Answer, Assertion, assertions, per_item
from .explain import Errand

#: What a call may end with.
ENDINGS = (InDoubt, Refused, TryLater)


def errand(orders: Sequence[Order]) -> Errand:
    first = orders[0].attempt_id
    others = f" and {len(orders) - 1} more" if len(orders) > 1 else ""
    return Errand(f"issue the badges of {first}{others} in one call", write=True)


def sort_out(
    orders: Sequence[Order], achievement: Achievement, account: Account
) -> tuple[dict[str, Credential | BridgeError], list[Order]]:
    """Return what can't go along, each with its reason, and what can.

    Two awards to one person in one call would both be made. One text that the server can't store would take the others
    down with it.
    """
    outcome: dict[str, Credential | BridgeError] = {}
    going: dict[str, Order] = {}
    for order in orders:
        try:
            issuing.check(order, achievement)
        except Refused as error:
            outcome[order.award] = error
            continue
        person = order.recipient.lower()
        odd = not account.plain_text and not all(map(words.is_plain, words.texts(order)))
        if odd or person in going or len(going) >= LARGEST_BATCH:
            outcome[order.award] = alone(order)
        else:
            going[person] = order
    return outcome, list(going.values())


def alone(order: Order) -> TryLater:
    return TryLater(f"The badge of {order.attempt_id} was not issued together with others.", wait=timedelta(0))


def made(
    orders: Sequence[Order],
    answer: Answer,
    credential: Callable[[Order, Assertion], Credential],
    account: Account,
) -> Mapping[str, Credential | BridgeError]:
    """Return the credentials by award: in the order of the call, each checked to be its own; InDoubt for the others.

    A server that only took the batch in (202) tells none.
    """
    found = assertions(answer.told)
    if len(found) != len(orders):
        return {order.award: issuing.untold(order, account) for order in orders}
    outcome: dict[str, Credential | BridgeError] = {}
    for order, one in zip(orders, found, strict=True):
        is_own = one.recipient == order.recipient.lower() or issuing.is_of(one, order)
        outcome[order.award] = credential(order, one) if is_own else issuing.untold(order, account)
    return outcome


def told_apart(orders: Sequence[Order], answer: Answer) -> Iterator[tuple[Order, issuing.Complaints | None]]:
    """Yield each order of a refused batch, and what the server says about it; None where that is nothing.

    What it says about the BadgeClass (404) is about each.
    """
    if answer.status in (404, 410):
        yield from ((order, issuing.complaints_of(answer)) for order in orders)
        return
    told = per_item(answer.told, len(orders)) or ((),) * len(orders)
    yield from ((order, found or None) for order, found in zip(orders, told, strict=True))
