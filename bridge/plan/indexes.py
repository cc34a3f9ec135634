"""Places in the status lists, drawn at random. Pure: the dice are given."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Collection

from bridge.model import Known
from bridge.openbadges.status import ENTRIES


class FreeIndexes:
    """Unused entries of the status lists, drawn at random: a badge's entry must not tell when it was issued.

    There are as many lists as it takes to have no more than half of all entries in use, and every list is drawn from,
    the older ones too: a few throws find a free entry, and one in the first list may be of yesterday. An entry that
    was ever in a badge is never drawn again.
    """

    def __init__(self, known: Known, entropy: bytes, taken: Collection[int] = ()) -> None:
        self.ordered = {order.status_index for order in known.all_orders()}
        self.used = self.ordered.union(taken)
        self.dice = random.Random(entropy)  # noqa: S311 the seed is random; the order need only look so

    @property
    def lists(self) -> int:
        """How many lists are drawn from."""
        return 2 * len(self.used) // ENTRIES + 1

    def draw_for(self, award: str) -> int:
        """Return the entry of an award whose name is always the same, which an older ledger may have forgotten.

        The name decides, so that the badge that may lie there already bears the very entry. Whatever is *taken* was
        most likely taken by it.
        """
        index = int.from_bytes(hashlib.sha256(award.encode()).digest()) % (self.lists * ENTRIES)
        if index in self.ordered:
            return self.draw()
        self.ordered.add(index)
        self.used.add(index)
        return index

    def draw(self) -> int:
        while (index := self.dice.randrange(self.lists * ENTRIES)) in self.used:
            pass
        self.used.add(index)
        return index
