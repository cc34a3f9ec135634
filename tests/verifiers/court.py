"""Who judges what, and what each of them can't see. The tests hold every verdict against this table.

`blind` is the exception: a case, or all that are good or bad, of which the judge says the opposite of what it ought to.
One that no longer holds makes a test fail, so the table stays true.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from hashlib import sha256
from importlib import metadata
from pathlib import Path

from . import cases, panel
from .cases import Case
from .panel import INSTALLED, SCHEMA, Program, Verdict

#: The day on which the verdicts below were last read by a person. A new version of a judge asks for a new day.
TRIED = "2026-11-22"


class Court:
    """All cases, and the programs that judge them; both are made when they are first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[Program] = []

    @cached_property
    def cases(self) -> Mapping[str, Sequence[Case]]:
        home, other = cases.lakeview(self.folder / "lakeview"), cases.riverside(self.folder / "riverside")
        robbed, umlaut = cases.hillside(self.folder / "hillside"), cases.seaside(self.folder / "seaside")
        return {
            "credential": list(cases.credentials(home, other, robbed, umlaut)),
            "token": list(cases.tokens(home, umlaut)),
            "assertion": list(cases.assertions(home, other, umlaut)),
        }

    @cached_property
    def node(self) -> Program:
        return self.started(panel.start_node())

    @cached_property
    def validator_2(self) -> Program:
        return self.started(panel.start_validator_2())

    def started(self, program: Program) -> Program:
        self.running.append(program)
        return program

    def close(self) -> None:
        for program in self.running:
            program.close()


@dataclass(frozen=True)
class Judge:
    """One verifier, as it is used here. *kind*: "credential" (embedded proof), "token" (VC-JWT), "assertion" (2.0)."""

    name: str
    kind: str
    version: Callable[[], str]
    tried: str  # its version when the verdicts were last read
    ask: Callable[[Court, Case], Verdict]
    blind: Mapping[str, str] = field(default_factory=dict)
    how: str = ""

    def why_blind(self, case: Case) -> str:
        """Return why the judge says the opposite of what is right about *case*; nothing if it does not."""
        return self.blind.get(case.name, self.blind.get("*good" if case.good else "*bad", ""))

    def expected(self, case: Case) -> bool:
        return case.good != bool(self.why_blind(case))


# ── versions ─────────────────────────────────────────────────────────────────


def npm(name: str) -> Callable[[], str]:
    def version() -> str:
        panel.check_installed()
        found: str = json.loads((INSTALLED / "node_modules" / name / "package.json").read_text())["version"]
        return found

    return version


def pypi(name: str) -> Callable[[], str]:
    return lambda: metadata.version(name)


def validator_2_version() -> str:
    panel.check_installed()
    (found,) = metadata.distributions(name="openbadges", path=[str(INSTALLED / "openbadges-2")])
    return found.version


@cache
def schema_version() -> str:
    return f"sha256 {sha256(SCHEMA.read_bytes()).hexdigest()[:8]}…"


# ── the table ────────────────────────────────────────────────────────────────


def blind_to(reason: str, *names: str) -> dict[str, str]:
    return dict.fromkeys(names, reason)


UNSIGNED_LISTS = blind_to(
    "reads status lists signed as VC-JWT only; ours it reads when told not to check who signed it",
    "revoked, the bit turned back by its host",
    "revoked, the list unsigned",
    "revoked, the list signed by a stranger",
    "revoked, the list of another issuer",
)

JUDGES: Sequence[Judge] = (
    Judge(
        "@digitalbazaar/vc",
        "credential",
        npm("@digitalbazaar/vc"),
        "7.3.0",
        lambda court, case: panel.ask_node(court.node, "vc", case.site, case.given),
        how="with eddsa-rdfc-2022-cryptosuite and vc-bitstring-status-list of the same house",
    ),
    Judge(
        "@digitalcredentials/verifier-core",
        "credential",
        npm("@digitalcredentials/verifier-core"),
        "1.0.0-beta.11",
        lambda court, case: panel.ask_node(court.node, "verifier-core", case.site, case.given),
        blind_to("does not compare the issuers of badge and list", "revoked, the list of another issuer"),
        how="the JSON Schema has to fit, too",
    ),
    Judge(
        "openbadgeslib",
        "credential",
        pypi("openbadgeslib"),
        "4.6.3",
        lambda court, case: panel.openbadgeslib_3(case.site, case.given),
        UNSIGNED_LISTS,
        how="`check_status=True, verify_status_list=False`",
    ),
    Judge(
        "openbadgeslib",
        "credential",
        pypi("openbadgeslib"),
        "4.6.3",
        lambda court, case: panel.openbadgeslib_3(case.site, case.given, verify_status_list=True),
        {"*good": "wants the status list signed as VC-JWT; no form of list is read by all, and the others read ours"},
        how="`check_status=True`",
    ),
    Judge(
        "openvc-core",
        "credential",
        pypi("openvc-core"),
        "1.37.0",
        lambda court, case: panel.openvc_core(case.site, case.given),
        how="`require_status_issuer_binding=True`",
    ),
    Judge(
        "1EdTech JSON Schema",
        "credential",
        schema_version,
        "sha256 b7358e89…",
        lambda court, case: panel.json_schema(case.site, case.given),
        {"*bad": "looks at the shape alone", "the achievement left out": ""},
        how="with jsonschema",
    ),
    Judge(
        "jose",
        "token",
        npm("jose"),
        "6.2.17",
        lambda court, case: panel.ask_node(court.node, "jose", case.site, case.given),
        blind_to("knows signatures and times, no status lists", "revoked"),
        how="the key is what `kid` names in did.json; the claims are compared as Open Badges 3.0, 8.2.4 says",
    ),
    Judge(
        "openbadgeslib",
        "token",
        pypi("openbadgeslib"),
        "4.6.3",
        lambda court, case: panel.openbadgeslib_jwt(case.site, case.given),
        how="`check_status=True, verify_status_list=False`",
    ),
    Judge(
        "openvc-core",
        "token",
        pypi("openvc-core"),
        "1.37.0",
        lambda court, case: panel.openvc_core(case.site, case.given),
        {"*good": "wants the `vc` claim of the older data model, which Open Badges 3.0 does not have, and no RS256"},
    ),
    Judge(
        "1EdTech validator-core (`openbadges`)",
        "assertion",
        validator_2_version,
        "1.1.2",
        lambda court, case: panel.ask_validator_2(court.validator_2, case.site, case.given, case.recipient),
        blind_to(
            "judges what is hosted, and does not compare it with what it was handed", "another badge", "another holder"
        ),
    ),
    Judge(
        "openbadgeslib",
        "assertion",
        pypi("openbadgeslib"),
        "4.6.3",
        lambda court, case: panel.openbadgeslib_2(case.site, case.given, case.recipient),
        how="`verify_hosted(…, check_revocation=True)`",
    ),
)


def names(judges: Iterable[Judge] = JUDGES) -> list[str]:
    """A name for each judge that tells it from the others."""
    return [f"{judge.name}, {judge.kind}, {judge.how}"[:80] for judge in judges]
