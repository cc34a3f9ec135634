"""What Sheets keeps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Sheets:
    pass
