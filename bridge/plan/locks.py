"""The tabs that are the bridge's alone are kept closed to all but the spreadsheet's owner. Pure."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

from bridge.ports import Change, Own, OwnChange


def with_locks(changes: Sequence[OwnChange], unlocked: Set[Own]) -> tuple[OwnChange, ...]:
    """*changes*, and with them what closes those that are *unlocked*."""
    others = unlocked - {one.own for one in changes}
    alone = (OwnChange(own, lock=True) for own in Own if own in others)
    return (*(replace(one, lock=one.own in unlocked) for one in changes), *alone)


def without_locks(changes: Sequence[OwnChange]) -> tuple[OwnChange, ...]:
    """What *changes* does to what the tabs say."""
    bare = (replace(one, lock=False) for one in changes)
    return tuple(one for one in bare if one != OwnChange(one.own))


def locked(change: Change) -> tuple[str, ...]:
    """The names of the tabs that are closed again."""
    those = {one.own for one in change.own if one.lock}
    return tuple(own.title() for own in Own if own in those)
