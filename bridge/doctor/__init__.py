"""Is everything in place? Looks, changes nothing, and says for each thing what is wrong and what to do."""

from __future__ import annotations

from .examine import examine
from .findings import Finding, Mark

__all__ = ["Finding", "Mark", "examine"]
