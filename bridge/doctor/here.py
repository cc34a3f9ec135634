"""What lies on this machine: keys, ledger, backups, folders."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bridge import wiring
from bridge.config import Settings, read_robot
from bridge.config.signing import signing_of
from bridge.ledger import issued, journal_rule
from bridge.ledger.backup import check
from bridge.ledger.engine import PATIENCE, explained, make_engine, parse_url, reading
from bridge.ledger.lease import Lease
from bridge.ledger.migrations import HEAD, version_of
from bridge.ledger.sql import TTL
from bridge.report import counted
from bridge.site import SiteFiles, keep_badges, places

from .address import issuer_address
from .findings import Findings, bad, good, warn

#: Backups older than this mean that the nights don't run.
OLD = timedelta(days=2)


def google_key(settings: Settings) -> Findings:
    robot = read_robot(settings.google.credentials)
    yield good("Google key", f"{robot.address or settings.google.credentials.name} ({robot.kind}).")
    if not settings.google.act_as:
        yield warn(
            "Google key",
            "[google.act_as] is empty: only what is shared with the service account itself can be seen.",
            "Many domains forbid sharing with outsiders; domain-wide delegation avoids that.",
        )


def signing_keys(settings: Settings) -> Findings:
    signing = signing_of(settings)
    yield good("signing key", f"{signing.key.key_id}{and_older(signing.retired)}.")
    if signing.jwt_key:
        algorithm = signing.jwt_key.algorithm
        yield good(
            "signing key", f"{signing.jwt_key.key_id}{and_older(signing.jwt_retired)}, for VC-JWT ({algorithm})."
        )
    here = {key.key_id for key in (signing.key, *signing.retired, signing.jwt_key, *signing.jwt_retired) if key}
    for stranger in sorted(signing.leaked - here):
        yield warn(
            "signing key",
            f"[issuer.leaked] names {stranger}, and no key of that name is here.",
            "Is it written as badge-bridge keys list tells it? If its file is lost, all is well.",
        )


def and_older(retired: Sequence[object]) -> str:
    return f", and {len(retired)} older {'one' if len(retired) == 1 else 'ones'}" if retired else ""


def ledger(settings: Settings) -> Findings:
    file = wiring.ledger_file(settings)
    if file is not None and not file.exists():
        yield from _writable("ledger", file.parent)
        yield warn("ledger", f"There is no ledger {file} yet.", "The first cycle makes it. Lost? badge-bridge restore")
        return
    if file is not None:
        check(file)
    address = parse_url(settings.ledger.url)
    engine = make_engine(address, PATIENCE)
    try:
        with explained(address), reading(engine) as connection:
            version = version_of(connection)
            at_work = Lease(settings.key, wiring.clock_of(settings), TTL).live(connection) if version else None
    finally:
        engine.dispose()
    if version == HEAD:
        yield good("ledger", f"Sound, version {version}.")
    else:
        yield warn("ledger", f"Version {version}; this program writes {HEAD}.", "The next cycle brings it up to date.")
    if file is not None:
        journal, why = journal_rule()
        yield good("ledger", f"Journal {journal}: {why}")
    yield good("lease", at_work or "No bridge is at work.")


def backup(settings: Settings) -> Findings:
    if wiring.ledger_file(settings) is None:
        yield warn("backup", "PostgreSQL is backed up by its own means.", "See that somebody does.")
        return
    newest = wiring.newest_backup(settings)
    if newest is None:
        yield warn("backup", "There is none yet.", "The first cycle of each night makes one.")
    elif (age := datetime.now(UTC) - newest) > OLD:
        yield warn(
            "backup", f"The newest is {age.days} days old.", "Do the nights run? Look at the log of your scheduler."
        )
    else:
        yield good("backup", f"The newest is of {newest:%Y-%m-%d %H:%M} UTC.")
    yield from _writable("backup", settings.ledger.backups)


def site_folder(settings: Settings) -> Findings:
    yield from _writable("site", settings.site.folder)
    files, issuer = SiteFiles(settings.site.folder), wiring.issuer_of(settings)
    there = sum(name.endswith(".json") for name in files.names(places.CREDENTIALS))
    lost = max(0, issued(settings.ledger.url, settings.key).get(issuer.did, 0) - there)
    keep_badges(files, lost)
    if lost:
        yield bad(
            "site",
            f"{counted(lost, 'issued badge is', 'issued badges are')} not in {files.folder}.",
            "Put the folder back, from a backup or from your web server.",
        )
    command = settings.site.publish
    if command and shutil.which(command[0]) is None:
        yield bad("site", f"The publish command {command[0]!r} is not there.", "Correct [site.publish].")
    if settings.site.check == "file":
        yield warn(
            "site", 'The pages are not looked up ([site.check] is "file"): mails may leave before they are public.'
        )


def wording(settings: Settings) -> Findings:
    folder = settings.mail.wording
    if folder is None:
        return
    if folder.is_dir():
        yield good("wording", f"Your own, in {folder}.")
    else:
        yield bad("wording", f"The folder {folder} is not there.", "Correct [mail.wording], or remove it.")


def reminders(settings: Settings) -> Findings:
    """Say who is told of what waits, and how a programme comes to tell nobody."""
    review, coordinator = settings.review, settings.programme.coordinator
    if not (review.coaches or coordinator):
        yield warn(
            "reminders",
            "Nobody is asked to decide, but for the reviewers that a badge names itself.",
            "Name coaches in [review], or a coordinator in [programme].",
        )
    elif review.digest:
        who = counted(len(review.coaches), "coach is", "coaches are") if review.coaches else "The coordinator is"
        yield good("reminders", f"{who} told of what waits, once a day at most.")
    if review.escalate_days and not coordinator:
        yield warn(
            "reminders",
            "What is late is told in the report alone.",
            "Name a coordinator in [programme] to have it mailed.",
        )


def _writable(what: str, folder: Path) -> Findings:
    """Say whether files can be made in *folder*, which may not be there yet; nothing is made to find out."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if not there.is_dir():
        yield bad(what, f"{there} is a file, not a folder.", "Choose another name.")
    elif os.access(there, os.W_OK | os.X_OK):
        yield good(what, f"{folder} can be written.")
    else:
        yield bad(what, f"{there} can't be written.", "Let the bridge's user write there.")


CHECKS: Mapping[str, Callable[[Settings], Findings]] = {
    "Google key": google_key,
    "signing key": signing_keys,
    "issuer's address": issuer_address,
    "ledger": ledger,
    "backup": backup,
    "site": site_folder,
    "wording": wording,
    "reminders": reminders,
}
