"""The round: settings first, then this machine, then Google and the web."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from bridge.config import load
from bridge.errors import ConfigProblems
from bridge.ports import Progress

from . import away, here, vendors
from .findings import Finding, bad, good, looked


def examine(config: Path, progress: Progress) -> list[Finding]:
    """Look at everything that *config* names; what can't be looked at is a finding too."""
    try:
        settings = load(config, files=False)
    except ConfigProblems as error:
        return [bad("settings", problem) for problem in error.problems]
    findings = [good("settings", f"{config} can be used.")]
    checks = {**here.CHECKS, **away.CHECKS, **vendors.CHECKS}
    for done, (what, look) in enumerate(checks.items(), start=1):
        findings += looked(what, partial(look, settings))
        progress("checks", done, len(checks))
    return findings
