"""The backends that keep one contract: the fake and the embedded issuer. A new one is a line in BACKENDS."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from bridge.backends.local import LocalIssuer
from bridge.ports import Backend
from bridge.site import SiteFiles
from tests.fakes import story
from tests.fakes.backend import FakeBackend


def artwork(digest: str) -> bytes:
    """The ledger's pictures: there is one."""
    assert digest == sha256(story.artwork()).hexdigest()
    return story.artwork()


def local(folder: Path) -> LocalIssuer:
    return LocalIssuer(story.issuer(), story.signing_key(), SiteFiles(folder), artwork)


BACKENDS: dict[str, Callable[[Path], Backend]] = {"memory": lambda folder: FakeBackend(), "local": local}
