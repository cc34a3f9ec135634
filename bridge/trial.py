"""Settings and keys for a programme that was planted in a sandbox."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.errors import Refused
from bridge.files import write_whole
from bridge.openbadges.signing import keys
from bridge.openbadges.signing.keys import Kind

if TYPE_CHECKING:
    from bridge.sandbox.seed import Programme

KEY_FILE, JWT_KEY_FILE, CREDENTIALS_FILE = "issuer.key", "issuer-jwt.key", "credentials.json"

#: {names in braces} are filled in with JSON texts, which TOML reads alike.
TEMPLATE = """\
# Settings for a trial against a sandbox on this machine. See config/bridge.example.toml for what else can be set.

[programme]
name = {name}
timezone = "America/Los_Angeles"
locale = "en-US"
coordinator = {coordinator}

[google]
credentials = "credentials.json"
act_as = {mailbox}
endpoint = {url}

[[form]]
id = {form}

[form.questions]
{questions}

[sheet]
id = {sheet}

[review]
settle_minutes = 0

[issuer]
name = {district}
url = {issuer_url}
email = {mailbox}
key = "issuer.key"
jwt_key = "issuer-jwt.key"

[site]
folder = "site"
check = "file"

[mail]
via = "gmail"

[schedule]
every_minutes = {every_minutes}

[clock]
follow = {url}
"""


def write_trial(programme: Programme, url: str, config: Path, *, every_minutes: float = 0.5) -> None:
    """Write *config*, and beside it the sandbox's key file and new signing keys, readable by their owner alone.

    *url* is the sandbox's, such as http://127.0.0.1:8700. Signing keys that are there already are kept.
    Raises Refused when *config* is there already, or the folder can't be written.
    """
    if config.exists():
        raise Refused(f"{config} is there already, and is not overwritten. Remove it, or choose another name.")
    folder = config.resolve().parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, kind in ((KEY_FILE, Kind.ED25519), (JWT_KEY_FILE, Kind.ES256)):
            if not (folder / name).exists():
                keys.save(folder / name, keys.new_private(kind))
        write_private(folder / CREDENTIALS_FILE, json.dumps(programme.key_for(url), indent=2).encode())
        write_whole(config, settings_text(programme, url, every_minutes).encode())
    except OSError as error:
        raise Refused(f"{folder} can't be written: {error.strerror}. Choose another folder.") from error


def settings_text(programme: Programme, url: str, every_minutes: float) -> str:
    """Return the settings as TOML."""
    told = {
        "url": url,
        "name": f"{programme.district} micro-credentials",
        "coordinator": programme.coordinator.email,
        "mailbox": programme.mailbox,
        "form": programme.form_id,
        "sheet": programme.spreadsheet_id,
        "district": programme.district,
        "issuer_url": f"https://badges.{programme.domain}",
        "every_minutes": every_minutes,
    }
    texts = {name: json.dumps(value, ensure_ascii=False) for name, value in told.items()}
    questions = (f"{role} = {json.dumps(title, ensure_ascii=False)}" for role, title in programme.titles.items())
    return TEMPLATE.format(**texts, questions="\n".join(questions))


def write_private(path: Path, data: bytes) -> None:
    """Put *data* at *path*, for nobody else's eyes at any moment."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
