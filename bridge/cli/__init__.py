"""The command line: `badge-bridge`."""

from __future__ import annotations

from .main import main

__all__ = ["main"]
