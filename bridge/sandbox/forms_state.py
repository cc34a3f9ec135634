"""What Forms keeps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Forms:
    pass
