"""Commands about badges: verify."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bridge.errors import ConfigProblems
from bridge.openbadges.errors import BadDocument, OutOfReach
from bridge.openbadges.findings import Fetch, Finding, Report, Verdict, show, verdict_of

from .main import Exit, unforeseen
from .screen import say, say_json

log = logging.getLogger("bridge")

MARKS = {True: "✓", False: "✗", None: "?"}
EXITS = {Verdict.VALID: Exit.DONE, Verdict.NOT_VALID: Exit.STUCK, Verdict.COULD_NOT_TELL: Exit.CANNOT_TELL}
DOCUMENTS = {"3.0": "The Open Badges 3.0 credential", "2.0": "The Open Badges 2.0 assertion", "": "The file"}
MAX_FILE = 32 * 1024 * 1024
STANDARD_INPUT = "-"
WHOSE = "Whose badge it is was not checked: --recipient ADDRESS does that."
PATIENCE = 120  # seconds that one badge may take, before its last question
REVOKED = "It was revoked by its issuer"
UNFORESEEN = "It could not be checked: something happened that was not foreseen. Please report it with the lines above."


@dataclass(frozen=True, slots=True)
class Asking:
    """Whom a check may ask for what issuers publish: the web, the files of a published site, or nobody."""

    site: Path | None = None
    offline: bool = False
    allow_private: bool = False

    def fetch(self, *, wander: bool = False) -> Fetch:
        """Return the way to ask; raise ConfigProblems for choices that contradict each other.

        With *wander* a redirect to another site is followed: for what nobody's word hangs on.
        """
        from bridge.openbadges.verifying.verify import site_fetcher
        from bridge.site.foreign import offline, web

        if self.allow_private and (self.offline or self.site):
            raise ConfigProblems(
                ["--allow-private is about addresses on the network, and --offline and --site ask none."]
            )
        if self.site:
            return site_fetcher(self.site, base_of(self.site))
        return offline if self.offline else web(allow_private=self.allow_private, wander=wander)


def verify(badges: Sequence[str], asking: Asking, recipient: str | None, *, as_json: bool) -> int:
    """Check every badge; the worst answer is the exit code, "not valid" before "could not tell".

    What nobody foresaw is "could not tell", too: scripts must not take a mistake of ours for a forgery.
    """
    try:
        return _verify(badges, asking, recipient, as_json=as_json)
    except ConfigProblems:
        raise
    except Exception:  # noqa: BLE001 - told and logged by `unforeseen`
        return unforeseen(Exit.CANNOT_TELL)


def _verify(badges: Sequence[str], asking: Asking, recipient: str | None, *, as_json: bool) -> int:
    fetch, now = asking.fetch(), datetime.now(UTC)
    source = asking.fetch(wander=True)
    reports = [(badge, _checked(badge, source, fetch, now, recipient)) for badge in badges]
    if as_json:
        say_json({"files": [_told(badge, report) for badge, report in reports]})
    else:
        _say_reports(reports)
        if recipient is None and len(reports) == 1 and reports[0][1].verdict is Verdict.VALID:
            say(f"  {WHOSE}")
    verdicts = {report.verdict for _, report in reports}
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


def _checked(badge: str, source: Fetch, fetch: Fetch, now: datetime, recipient: str | None) -> Report:
    """Return what can be said about one badge; an error that nobody foresaw keeps no other badge from its verdict."""
    try:
        return _judged(badge, source, fetch, now, recipient)
    except OutOfReach as reason:
        return Report((Finding("document", None, str(reason)),))
    except ConfigProblems:
        raise
    except Exception:
        log.exception("A badge could not be checked.")
        return Report((Finding("document", None, UNFORESEEN),))


def _judged(badge: str, source: Fetch, fetch: Fetch, now: datetime, recipient: str | None) -> Report:
    """Check one badge, which is looked for by way of *source*; by *fetch* its issuer is asked."""
    from bridge.openbadges.verifying.verify import verify as check

    data, place = _read(badge, source)
    report = check(data, hurried(fetch), now, recipient, second_opinion=True)
    if place == badge:
        return report
    told = f"Only the badge at {show(place)} was checked, to which this page leads; what else the page says was not."
    return Report((Finding("page", True, told), *report.findings))


def hurried(fetch: Fetch, seconds: float = PATIENCE) -> Fetch:
    """Return *fetch* for one badge: after *seconds* no further address is asked. It may name twenty slow ones."""
    until = time.monotonic() + seconds

    def ask(url: str) -> bytes | None:
        if time.monotonic() >= until:
            raise OutOfReach(f"{show(url)} was not asked: this badge has taken too long already.")
        return fetch(url)

    return ask


def _read(badge: str, fetch: Fetch) -> tuple[bytes, str]:
    """Return what is to be checked, and where it is: a file, what is at or behind a web address, or what comes in."""
    from bridge.openbadges.verifying.verify_source import found_at

    if badge == STANDARD_INPUT:
        if sys.stdin is None:
            raise ConfigProblems(["-: there is no standard input to read a badge from."])
        return sys.stdin.buffer.read(MAX_FILE), badge
    if badge.lower().startswith(("https://", "http://")):
        return found_at(badge, fetch)
    try:
        with Path(badge).open("rb") as opened:
            return opened.read(MAX_FILE), badge
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigProblems([f"{badge}: this file can't be read: {reason}."]) from error


def _told(badge: str, report: Report) -> dict[str, object]:
    findings = [{"kind": f.kind, "ok": f.ok, "sentence": f.sentence, "document": f.document} for f in report.findings]
    return {"file": badge, "verdict": report.verdict, "findings": findings}


# ── for people ────────────────────────────────────────────────────────────────


def _say_reports(reports: Sequence[tuple[str, Report]]) -> None:
    """All that was found in a single badge; of several, only what is not in order, and a count."""
    for badge, report in reports:
        say(f"{_named(badge, report)}: {report.verdict}")
        if len(reports) == 1 or report.verdict is not Verdict.VALID:
            for line in _lines(report):
                say(f"  {line}")
    if len(reports) > 1:
        counts = Counter(report.verdict for _, report in reports)
        say(f"{len(reports)} badges: " + ", ".join(f"{counts[v]} {v}" for v in Verdict if counts[v]) + ".")


def _named(badge: str, report: Report) -> str:
    """Return what the verdict is about: never a page, which can say anything about somebody else's badge."""
    if any(finding.kind == "page" for finding in report.findings):
        return f"the badge to which {badge} leads"
    return "standard input" if badge == STANDARD_INPUT else badge


def _lines(report: Report) -> Iterator[str]:
    """Yield what was found, each thing once; by document where a file holds two of which one is better, or of
    which each has another issuer."""
    verdicts = {document: verdict_of(findings) for document, findings in report.parts.items()}
    issuers = {one_issuer(finding.sentence) for finding in report.findings if finding.kind == "issuer"}
    if len(set(verdicts.values())) < 2 and len(issuers) < 2:
        yield from (f"{MARKS[finding.ok]} {finding.sentence}" for finding in _merged(report.findings))
        return
    for document, findings in report.parts.items():
        yield f"{DOCUMENTS[document]}: {verdicts[document]}"
        yield from (f"  {MARKS[finding.ok]} {finding.sentence}" for finding in _merged(findings))


def _merged(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield *findings* without what the second of two documents only repeats."""
    told = list(findings)
    reasons = any(finding.sentence.startswith(f"{REVOKED}:") for finding in told)
    seen: set[tuple[bool | None, str]] = set()
    for finding in told:
        said = one_issuer(finding.sentence) if finding.kind == "issuer" else finding.sentence
        if (finding.ok, said) in seen or (reasons and finding.sentence == f"{REVOKED}."):
            continue
        seen.add((finding.ok, said))
        yield finding


def one_issuer(sentence: str) -> str:
    """Return the sentence about an issuer with the place where it publishes instead of its id: one issuer has two
    names, did:web:… in a credential and https://… in an assertion. Another place is another issuer."""
    from bridge.openbadges.addresses import did_url

    told, bracket, rest = sentence.rpartition(" (")
    issuer_id, bracket_too, after = rest.partition(")")
    try:
        address = did_url(issuer_id) if issuer_id.startswith("did:web:") else issuer_id
    except BadDocument:
        return sentence
    folder = address.rpartition("/")[0].removesuffix("/.well-known")
    return f"{told}{bracket}{folder}{bracket_too}{after}"
