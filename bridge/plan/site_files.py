"""Where on the public site the pages of a badge lie, seen from the site's address. Pure."""

from __future__ import annotations

import re
from hashlib import sha256

from bridge.model import Achievement


def achievement_file(achievement: Achievement, kind: str) -> str:
    """Return the file of one version of an achievement; *kind* is how it ends: "html", "json", "png" …"""
    return f"achievements/{segment(achievement.key)}/{segment(achievement.version)}.{kind}"


def segment(word: str) -> str:
    """Return *word* as one step of a path; what could mislead there is replaced, and a hash keeps it apart."""
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}", word):
        return word
    slug = re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-")[:40]
    return f"{slug or 'x'}-{sha256(word.encode(errors='replace')).hexdigest()[:8]}"
