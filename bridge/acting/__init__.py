"""Effects are performed, each written down before it is tried: after a crash the ledger says what to do next."""

from bridge.acting.actor import Actor

__all__ = ["Actor"]
