"""The one retry layer. Whatever sends, sends once; whether to send again is decided here.

Repeated are calls that certainly did not happen (429, 403 for speed, nothing reached Google) and, when they are
idempotent, those that may have happened (5xx, time-outs, cut connections). All else is told at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import SystemRandom
from typing import TypeVar

from bridge.errors import TryLater
from bridge.google.answers import FAILURES, answer_of
from bridge.google.explain import Errand, Identity, judge
from bridge.ports import Clock, Quota

T = TypeVar("T")

LONGEST_PAUSE = 64.0
DICE = SystemRandom().random


@dataclass(frozen=True, slots=True)
class Retry:
    """Truncated exponential back-off with jitter: 1, 2, 4 … 64 seconds and up to one more, for *patience* seconds."""

    clock: Clock
    quota: Quota
    identity: Identity
    dice: Callable[[], float] = DICE  # 0 ≤ x < 1
    patience: float = 300.0  # seconds of waiting and working in all

    def call(self, errand: Errand, fn: Callable[[], T], *, idempotent: bool, bucket: str, units: int = 1) -> T:
        """Return what *fn* returns; take *units* from *bucket* before each try.

        *fn* sends at most once. Raises TryLater when patience is at an end, InDoubt when it may have happened and
        must not be repeated blindly, Refused when a person must act. Mistakes of ours come through as they are.
        """
        started = self.clock.now()
        waited = 0.0
        tries = 0
        while True:
            self.quota.wait(bucket, units)
            try:
                return fn()
            except FAILURES as error:
                now = self.clock.now()
                answer = answer_of(error, now)
                verdict = judge(answer, errand, self.identity, idempotent=idempotent)
                pause = max(min(2.0**tries, LONGEST_PAUSE) + self.dice(), answer.retry_after or 0.0)
                spent = max(waited, (now - started).total_seconds())
                if not isinstance(verdict, TryLater) or spent + pause > self.patience:
                    raise verdict from error
            self.clock.sleep(pause)
            waited += pause
            tries += 1
