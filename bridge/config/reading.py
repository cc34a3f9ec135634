"""Read a config file, and say everything that is wrong with it in one go."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bridge.errors import ConfigProblems

from .addresses import is_loopback
from .places import Place, declared_twice, line_of, lines
from .secrets import is_placeholder, private_bytes, read_robot
from .settings import SQLITE, Form, Settings, google_id

#: Settings that there were once, and what to do instead.
GONE: Mapping[Place, str] = {
    ("issuer", "retired"): "is no setting any more: retired keys are found beside [issuer.key], as "
    "issuer.retired-1.key, issuer.retired-2.key and so on, oldest first. Give those that are listed such names, and "
    "remove this line.",
}

START = "Copy config/bridge.example.toml to bridge.toml and fill it in, or say where it is: --config FILE."


def load(path: Path, *, files: bool = True) -> Settings:
    """Return the settings in *path*; with *files*, the key files that they name are checked too.

    Raises ConfigProblems with all problems at once: "FILE:LINE: [section.key] what is wrong. What to do."
    """
    text, data = _read(path)
    found = lines(text)
    problems: list[tuple[Place, str]] = [*_placeholders(data), *_across(data)]
    settings: Settings | None = None
    try:
        settings = Settings.model_validate(_whole(data), context={"base": path.resolve().parent})
    except ValidationError as error:
        told = {place for place, _ in problems}
        problems += [(tuple(e["loc"]), _sentence(e)) for e in error.errors() if tuple(e["loc"]) not in told]
    sentences = [_told(path, found, place, sentence) for place, sentence in problems]
    if files:
        sentences += _file_problems(settings) if settings else _key_problems(*_named_keys(data, path.resolve().parent))
    if sentences or settings is None:
        raise ConfigProblems(sentences)
    return settings


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigProblems([f"There is no config file {path}. {START}"]) from error
    except OSError as error:
        raise ConfigProblems([f"The config file {path} can't be read: {error.strerror}."]) from error
    except UnicodeDecodeError as error:
        raise ConfigProblems([f"{path}: this is not UTF-8 text. Save it as UTF-8."]) from error
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        if found := declared_twice(text):
            name, first, line = found
            what = f"[{name}] stands twice, first in line {first}. Put all of its lines under the first one."
            raise ConfigProblems([f"{path}:{line}: {what}"]) from error
        advice = "Texts stand in quotes; each setting has a line of its own: key = value."
        raise ConfigProblems([f"{path}: this is not TOML: {error}. {advice}"]) from error


def _whole(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return *data* with the missing sections as empty ones, so that each setting they lack is told by its name."""
    return {name: {} for name in Settings.model_fields if name != "form"} | dict(data)


def _placeholders(data: Any, place: Place = ()) -> Iterator[tuple[Place, str]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _placeholders(value, (*place, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _placeholders(value, (*place, index))
    elif is_placeholder(data):
        yield place, f"still holds the example's placeholder. {_cure(place)}"


def _across(data: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """Yield what is wrong between settings that are right by themselves."""
    mail, google, schedule, site = (_table(data, name) for name in ("mail", "google", "schedule", "site"))
    smtp = _table(mail, "smtp")
    if not data.get("form"):
        yield ("form",), f"is missing. {_cure(('form',))}"
    if mail.get("via", "gmail") == "gmail" and not google.get("act_as"):
        yield (
            ("google", "act_as"),
            "is needed to send through Gmail: a service account has no mailbox. "
            'Write the account it acts for, or choose [mail.via] "smtp" or "folder".',
        )
    if mail.get("via") == "smtp" and not smtp.get("host"):
        yield ("mail", "smtp", "host"), 'is missing, and [mail.via] is "smtp". Write the name of your mail server.'
    if mail.get("via") in ("smtp", "folder") and not (mail.get("sender") or google.get("act_as")):
        yield ("mail", "sender"), "is missing. Write the address that mails come from."
    if smtp.get("security") == "none" and not is_loopback(str(smtp.get("host"))):
        yield ("mail", "smtp", "security"), 'is "none": mails would travel unprotected. Choose "starttls" or "tls".'
    if schedule.get("cron", "?") == "" and not schedule.get("every_minutes"):
        yield ("schedule", "cron"), "is empty, and so is every_minutes. Fill in one of them."
    issuer = _table(data, "issuer")
    if issuer.get("jwt_key") and issuer.get("jwt_key") == issuer.get("key", "issuer.key"):
        yield ("issuer", "jwt_key"), "is the signing key itself. A VC-JWT needs a key of its own: name another file."
    yield from _vendors(data)
    yield from _deciding(data)
    if isinstance(site.get("publish"), str):
        yield ("site", "publish"), 'is one text. Write the command as a list: ["rsync", "-a", "./", "…"].'


def _vendors(data: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """Yield what a vendor's section lacks, where it is begun or chosen."""
    chosen = _table(data, "issuer").get("backend", "local")
    badgr, credly = _table(data, "badgr"), _table(data, "credly")
    if chosen == "badgr" and not badgr.get("url"):
        yield ("badgr", "url"), 'is missing, and [issuer.backend] is "badgr". Write the address of your region\'s API.'
    if chosen == "credly" and not credly.get("organization"):
        yield ("credly", "organization"), 'is missing, and [issuer.backend] is "credly". Write your organization\'s id.'
    gone = _table(data, "issuer").get("gone")
    for name, begun in (("badgr", badgr.get("url")), ("credly", credly.get("organization"))):
        if begun and isinstance(gone, list) and name in gone:
            yield ("issuer", "gone"), f"names {name}, and [{name}] is filled in. Take one of them out."


def _deciding(data: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """Yield what deciding in a form lacks, where that is chosen."""
    review = _table(data, "review")
    decides = _table(review, "form").get("id")
    if review.get("identity") == "form":
        if not decides:
            yield (
                ("review", "form", "id"),
                f'is missing, and [review.identity] is "form". {_cure(("review", "form", "id"))}',
            )
        if not review.get("coaches"):
            yield (
                ("review", "coaches"),
                'is empty, and [review.identity] is "form": whoever can open the form could decide. List the coaches.',
            )
    forms = data.get("form")
    asks = [one.get("id") for one in forms if isinstance(one, dict)] if isinstance(forms, list) else []
    if isinstance(decides, str) and decides and _same_id(decides) in map(_same_id, asks):
        yield ("review", "form", "id"), "is that of a form in which teachers ask for badges. Make a form of its own."


def _same_id(value: object) -> object:
    """An id, however it is written; what is none, as it is."""
    try:
        return google_id(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _table(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _told(path: Path, found: Mapping[Place, int], place: Place, sentence: str) -> str:
    line = line_of(place, dict(found))
    where = f"{path}:{line}" if line else f"{path}"
    names = ".".join(str(part) for part in place if isinstance(part, str))
    which = next((part for part in place if isinstance(part, int)), 0)
    if place[:1] == ("form",) and which:
        names += f" of form {which + 1}"
    return f"{where}: [{names}] {sentence}"


def _sentence(error: ErrorDetails) -> str:
    """Say one finding of pydantic's in our words, with the cure."""
    place: Place = tuple(error["loc"])
    cure = _cure(place)
    given = error["input"]
    match error["type"]:
        case "missing":
            return f"is missing. {cure}"
        case "extra_forbidden":
            return _unknown(place)
        case "value_error":
            return str(error["ctx"]["error"])
        case "literal_error":
            return f"is {given!r}; choose one of: {error['ctx']['expected']}."
        case "string_too_short" | "too_short":
            return f"is empty. {cure}"
        case "model_type" | "tuple_type" if place == ("form",):
            return "must stand in double brackets: [[form]]."
        case "model_type":
            return f"must be a section of its own: [{'.'.join(map(str, place))}]."
        case "greater_than_equal":
            return f"is {given!r}; it must be at least {error['ctx']['ge']:g}. {cure}"
        case "less_than_equal":
            return f"is {given!r}; it must be at most {error['ctx']['le']:g}. {cure}"
    return f"is {given!r}, which does not fit. {cure}"


def _unknown(place: Place) -> str:
    if place in GONE:
        return GONE[place]
    model = _model(place[:-1])
    known = list(model.model_fields) if model else []
    near = get_close_matches(str(place[-1]), known, n=1)
    if near:
        return f"is no setting. Did you mean {near[0]}?"
    return f"is no setting. There are: {', '.join(known)}."


def _model(place: Place) -> type[BaseModel] | None:
    """Return the model of the section at *place*."""
    model: type[BaseModel] = Settings
    for part in place:
        if isinstance(part, int):
            continue
        field = model.model_fields.get(str(part))
        kind = Form if part == "form" and model is Settings else field.annotation if field else None
        if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
            return None
        model = kind
    return model


def _cure(place: Place) -> str:
    names = tuple(part for part in place if isinstance(part, str))
    model = _model(names[:-1])
    field = model.model_fields.get(names[-1]) if model and names else None
    return (field.description or "") if field else ""


def _named_keys(data: Mapping[str, Any], base: Path) -> tuple[Path | None, Path | None, Path | None]:
    """The key files that settings name which are wrong elsewhere; None where they name none."""
    google, issuer = _table(data, "google"), _table(data, "issuer")
    named = (google.get("credentials"), issuer.get("key", "issuer.key"), issuer.get("jwt_key"))
    credentials, key, jwt_key = (
        base / Path(path).expanduser() if isinstance(path, str) and path and not is_placeholder(path) else None
        for path in named
    )
    return credentials, key, jwt_key


def _key_problems(credentials: Path | None, key: Path | None, jwt_key: Path | None) -> list[str]:
    problems: list[str] = []
    try:
        if credentials is not None:
            read_robot(credentials)
    except ConfigProblems as error:
        problems += error.problems
    for path, what, make in (
        (key, "the signing key", "badge-bridge keys new"),
        (jwt_key, "the key for VC-JWT", "badge-bridge keys new --kind es256"),
    ):
        try:
            if path is not None:
                private_bytes(path, what, f"Make one with: {make}")
        except ConfigProblems as error:
            problems += error.problems
    return problems


def _file_problems(settings: Settings) -> list[str]:
    """Say what is wrong with the files that the settings name, all of it."""
    problems = _key_problems(settings.google.credentials, settings.issuer.key, settings.issuer.jwt_key)
    if settings.ledger.url.startswith(SQLITE):
        folder = Path(settings.ledger.url.removeprefix(SQLITE)).parent
        if not (folder.is_dir() and os.access(folder, os.W_OK)):
            problems.append(f"{folder}: the ledger's folder is not there or not writable. Make it: mkdir -p {folder}")
    return problems
