"""Commands about badges and keys: verify, keys new, keys list."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from bridge.errors import ConfigProblems, Refused
from bridge.openbadges.findings import Report, Verdict

from .main import Exit
from .memory import settings_of
from .screen import say, say_json

MARKS = {True: "✓", False: "✗", None: "?"}
EXITS = {Verdict.VALID: Exit.DONE, Verdict.NOT_VALID: Exit.STUCK, Verdict.COULD_NOT_TELL: Exit.CANNOT_TELL}
MAX_FILE = 32 * 1024 * 1024


def verify(files: list[Path], site: Path | None, recipient: str | None, *, as_json: bool) -> int:
    """Check every file; the worst answer is the exit code, "not valid" before "could not tell"."""
    from bridge.openbadges.verify import site_fetcher
    from bridge.openbadges.verify import verify as check
    from bridge.site.foreign import web_fetch

    fetch = site_fetcher(site, base_of(site)) if site else web_fetch
    now = datetime.now(UTC)
    reports = {file: check(_read(file), fetch, now, recipient) for file in files}
    if as_json:
        say_json({"files": [_told(file, report) for file, report in reports.items()]})
    else:
        _say_reports(reports)
    verdicts = {report.verdict for report in reports.values()}
    worst = next(v for v in (Verdict.NOT_VALID, Verdict.COULD_NOT_TELL, Verdict.VALID) if v in verdicts)
    return EXITS[worst]


def base_of(site: Path) -> str:
    """Return the address under which the site in this folder is published, as its issuer.json tells it."""
    profile = site / "issuer.json"
    try:
        address = json.loads(profile.read_bytes())["id"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigProblems(
            [f"{site}: no published site: it has no readable issuer.json. Give the folder that [site.folder] names."]
        ) from error
    return str(address).removesuffix("/issuer.json")


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_FILE)
    except OSError as error:
        raise ConfigProblems([f"{file}: this file can't be read: {error.strerror}."]) from error


def _told(file: Path, report: Report) -> dict[str, object]:
    findings = [{"kind": f.kind, "ok": f.ok, "sentence": f.sentence} for f in report.findings]
    return {"file": str(file), "verdict": report.verdict, "findings": findings}


def _say_reports(reports: Mapping[Path, Report]) -> None:
    """All that was found in a single file; of several, only what is not in order, and a count."""
    for file, report in reports.items():
        say(f"{file}: {report.verdict}")
        if len(reports) == 1 or report.verdict is not Verdict.VALID:
            for line in dict.fromkeys(f"  {MARKS[finding.ok]} {finding.sentence}" for finding in report.findings):
                say(line)
    if len(reports) > 1:
        counts = Counter(report.verdict for report in reports.values())
        say(f"{len(reports)} files: " + ", ".join(f"{counts[v]} {v}" for v in Verdict if counts[v]) + ".")


def keys_new(config: Path) -> int:
    from bridge.config import PASSPHRASE_ENV, secret
    from bridge.openbadges import keys
    from bridge.openbadges.errors import BadKey

    settings = settings_of(config)
    passphrase = secret(PASSPHRASE_ENV)
    try:
        keys.save(settings.issuer.key, keys.new_key(), passphrase)
    except BadKey as error:
        raise Refused(str(error)) from error
    say(f"The signing key is in {settings.issuer.key}" + (", locked with your passphrase." if passphrase else "."))
    say("Keep a copy in a safe place, apart from this machine: without it no badge can be signed or revoked.")
    if not passphrase:
        say(f"To lock it with a passphrase, set {PASSPHRASE_ENV} before you make it.")
    return Exit.DONE


def keys_list(config: Path, *, as_json: bool) -> int:
    from bridge.wiring import signing_key

    settings = settings_of(config)
    key = signing_key(settings)
    if as_json:
        say_json({"keys": [{"id": key.key_id, "publicKeyMultibase": key.public.multibase, "signs": True}]})
    else:
        say(f"{key.key_id}\n  {key.public.multibase}\n  in {settings.issuer.key}")
    return Exit.DONE
