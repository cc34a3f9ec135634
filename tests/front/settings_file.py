"""A config file that is right, to be spoilt by tests."""

from __future__ import annotations

import json
from pathlib import Path

from bridge.openbadges.signing import keys

GOOD = """\
[programme]
name = "Micro-credentials"
timezone = "America/Chicago"

[google]
credentials = "credentials.json"
act_as = "badges@district.example"

[[form]]
id = "1FormOne"

[sheet]
id = "1Sheet"

[issuer]
name = "Riverside"
url = "https://badges.district.example/"
email = "badges@district.example"
"""

KEY = {
    "type": "service_account",
    "client_email": "robot@project.iam.gserviceaccount.com",
    "private_key": "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n",
    "token_uri": "https://oauth2.googleapis.com/token",
}


def write(folder: Path, text: str = GOOD) -> Path:
    """Write a config file with *text*, and good key files, into *folder*."""
    file = folder / "bridge.toml"
    file.write_text(text, "utf-8")
    credentials = folder / "credentials.json"
    credentials.write_text(json.dumps(KEY))
    credentials.chmod(0o600)
    if not (folder / "issuer.key").exists():
        keys.save(folder / "issuer.key", keys.new_key())
    return file
