"""The Open Badges 2.0 validator of 1EdTech as a program: a question a line on stdin, an answer a line on stdout.

    {"site": "home", "documents": {"https://…": ["image/png", "base64"], …}}   what the web answers from here on
    {"site": "home", "badge": "text" or "base64:…", "recipient": "an@address" or null}
        an address, a JSON text or a picture, and whose it should be → {"accepted": …, "why": …}

It runs apart from our own packages: its path holds the folder that `make test` unpacked, and stand_ins before that.
"""

from __future__ import annotations

import io
import json
import sys
from base64 import b64decode
from typing import Any

import openbadges
import requests_cache
from openbadges.verifier.openbadges_context import OPENBADGES_CONTEXT_V2_DICT, OPENBADGES_CONTEXT_V2_URI

CONTEXT = ("application/ld+json", json.dumps(OPENBADGES_CONTEXT_V2_DICT).encode())


def judged(badge: str, recipient: str | None) -> dict[str, Any]:
    given = io.BytesIO(b64decode(badge[7:])) if badge.startswith("base64:") else badge
    report = openbadges.verify(given, {"email": recipient} if recipient else None)["report"]
    why = "; ".join(str(m.get("result")) for m in report["messages"] if m["messageLevel"] == "ERROR")
    return {"accepted": report["valid"], "why": why}


def main() -> None:
    answers, sys.stdout = sys.stdout, sys.stderr
    sites: dict[str, dict[str, tuple[str, bytes]]] = {}
    for line in sys.stdin:
        job = json.loads(line)
        if "documents" in job:
            sites[job["site"]] = {url: (kind, b64decode(data)) for url, (kind, data) in job["documents"].items()}
            continue
        requests_cache.WEB.clear()
        requests_cache.WEB.update(sites[job["site"]] | {OPENBADGES_CONTEXT_V2_URI: CONTEXT})
        try:
            verdict = judged(job["badge"], job["recipient"])
        except Exception as error:  # noqa: BLE001 - how it fails is its verdict
            verdict = {"accepted": False, "why": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(verdict) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
