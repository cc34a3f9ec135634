"""What can be set, as values that cannot be wrong. Each field's description is the cure that a person is told.

Paths are absolute: relative ones were taken from the folder of the config file, which comes in as `context["base"]`.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator

from bridge.openbadges.addresses import did_url, did_web, sure_host
from bridge.openbadges.errors import BadDocument

from .addresses import Address, Section, has_login, is_loopback, is_port
from .cron import crontab
from .vendors import Badgr, Credly, Variable

SQLITE = "sqlite:///"
LIKE = "Write one like https://badges.example.org or https://example.org/badges."


def from_config_folder(path: Path, info: ValidationInfo) -> Path:
    base: Path = (info.context or {}).get("base", Path())
    return base / path.expanduser()


def database(url: str, info: ValidationInfo) -> str:
    if url.startswith(SQLITE):
        return SQLITE + str(from_config_folder(Path(url.removeprefix(SQLITE) or "bridge.db"), info))
    if url.startswith(("postgresql:", "postgresql+psycopg:")):
        return url
    raise ValueError("is neither sqlite:///FILE nor postgresql+psycopg://HOST/DATABASE.")


def google_id(value: str) -> str:
    """Take an id, or the address of the form or spreadsheet as it stands in the browser."""
    if "/forms/d/e/" in value:
        raise ValueError(
            "is the form's public address. Open the form for editing and take the id from there: …/forms/d/ID/edit."
        )
    found = re.search(r"/d/([\w-]+)", value)
    value = found[1] if found else value
    if not re.fullmatch(r"[\w-]+", value):
        raise ValueError(
            f"is {value!r}; an id holds only letters, digits, - and _. It stands in the address after /d/."
        )
    return value


def public_address(value: str) -> str:
    """Take an address that badges can bear for ever, in its one spelling."""
    if has_login(value):
        raise ValueError("holds a user name, and everybody reads this address. Leave out what stands before the @.")
    try:
        parts = urlsplit(value)
    except ValueError as error:
        raise ValueError(f"is {value!r}, which is no web address. {LIKE}") from error
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))):
        raise ValueError(f"is {value!r}; it must start with https:// (plain http only for this machine itself).")
    if parts.query or parts.fragment or "//" in parts.path.rstrip("/"):
        raise ValueError(f"is {value!r}; “?”, “#” and “//” can't follow the name, since files lie below it. {LIKE}")
    if not is_port(parts):
        raise ValueError(f"is {value!r}; a port is a number from 1 to 65535. Most sites need none. {LIKE}")
    address = parts._replace(netloc=parts.netloc.lower()).geturl().rstrip("/")
    try:
        sure_host(parts.hostname)
        did_url(did_web(address))
    except BadDocument as error:
        raise ValueError(f"is {value!r}, which no badge can bear. {error} {LIKE}") from error
    return address


def sandbox_address(value: str) -> str:
    parts = urlsplit(value)
    if value and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise ValueError(f"is {value!r}; only a sandbox on this machine is followed, such as http://127.0.0.1:8700.")
    return value.rstrip("/")


def zone_name(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(
            f"is {value!r}, which is no time zone. Write one like America/Chicago or Europe/Berlin."
        ) from error
    return value


def day_of_year(value: str) -> str:
    try:
        date.fromisoformat(f"2023-{value}")  # not a leap year: the day must exist every year
    except ValueError as error:
        raise ValueError(f"is {value!r}; write month and day, like 07-01.") from error
    return value


def five_fields(value: str) -> str:
    if value:
        crontab(value)
    return value


ConfigPath = Annotated[Path, AfterValidator(from_config_folder)]
OptionalPath = Annotated[ConfigPath | None, BeforeValidator(lambda value: None if value == "" else value)]
GoogleId = Annotated[str, AfterValidator(google_id)]
Url = Annotated[str, AfterValidator(public_address)]
SandboxUrl = Annotated[str, AfterValidator(sandbox_address)]


class Programme(Section):
    name: str = Field(min_length=1, description="Write the programme's name, as teachers know it.")
    timezone: Annotated[str, AfterValidator(zone_name)] = Field("UTC", description="Write the district's time zone.")
    locale: str = Field("en", pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$", description="Write a language, such as en or en-US.")
    year_starts: Annotated[str, AfterValidator(day_of_year)] = Field("07-01", description="First day of a school year.")
    coordinator: Address = Field("", description="Write the address of the person who looks after the programme.")

    @property
    def month_and_day(self) -> tuple[int, int]:
        """On which a school year begins."""
        month, day = self.year_starts.split("-")
        return int(month), int(day)


class Google(Section):
    credentials: ConfigPath = Field(description="Write the path of the service account's key file (JSON).")
    act_as: Address = Field("", description="Write the account that the bridge acts for (domain-wide delegation).")
    endpoint: SandboxUrl = Field("", description="Leave empty for Google; a sandbox's address otherwise.")


class Questions(Section):
    """Question titles or ids, by role. Empty: the form does not ask this."""

    name: str = Field("Your name", description="Write the title of the question for the teacher's name.")
    given_name: str = Field("", description="Write the title of the question for the first name, for Credly.")
    family_name: str = Field("", description="Write the title of the question for the last name, for Credly.")
    school: str = Field("", description="Write the title of the question for the school.")
    badge: str = Field("Which badge?", min_length=1, description="Write the title of the question for the badge.")
    links: str = Field("Links to your evidence", description="Write the title of the question for links.")
    files: str = Field("Upload evidence", description="Write the title of the upload question.")
    reflection: str = Field("What changed in your class?", description="Write the title of the reflection question.")
    consent: str = Field(
        "No student can be identified in my evidence", description="Write the title of the privacy tick."
    )
    show: str = Field("On the public page, show", description="Write the title of the question on what may be public.")


class Form(Section):
    id: GoogleId = Field(description="Copy it from the form's address while editing: …/forms/d/ID/edit.")
    accept_typed_address: bool = Field(False, description="true or false.")
    keep_list: bool = Field(False, description="true or false.")
    show_name: str = Field("", description="Write the option of the question `show` that allows the name.")
    show_evidence: str = Field("", description="Write the option of the question `show` that allows the evidence.")
    questions: Questions = Field(default_factory=lambda: Questions.model_validate({}))


#: Tabs that came with later versions. Where an older file gives another tab such a title, they are called a little
#: differently: “Catalogue (badge-bridge)”.
LATER_TABS = frozenset({"catalogue_tab", "archive_tab"})


class Sheet(Section):
    id: GoogleId = Field(description="Copy it from the spreadsheet's address: …/spreadsheets/d/ID/edit.")
    review_tab: str = Field("Review", min_length=1, description="Write the title of the tab where coaches decide.")
    badges_tab: str = Field("Badges", min_length=1, description="Write the title of the tab with the catalogue.")
    progress_tab: str = Field("Progress", min_length=1, description="Write the title of the tab with the charts.")
    log_tab: str = Field("Log", min_length=1, description="Write the title of the tab with the decision log.")
    hours_tab: str = Field("Hours", min_length=1, description="Write the title of the tab with everybody's hours.")
    archive_tab: str = Field("Archive", min_length=1, description="Write the title of the tab for rows that are past.")
    catalogue_tab: str = Field("Catalogue", min_length=1, description="Write the title of the tab for publishing.")
    help_tab: str = Field("Help", min_length=1, description="Write the title of the tab that explains the others.")

    @model_validator(mode="after")
    def _have_titles_of_their_own(self) -> Self:
        """Two tabs of a spreadsheet can't bear one title, and letter case makes no difference to Google.

        An older file goes on working: a tab that came later gives way until the file names it.
        """
        taken: dict[str, str] = {}
        for name, title in self.model_dump(exclude={"id", *(LATER_TABS - self.model_fields_set)}).items():
            other = taken.setdefault(" ".join(title.split()).casefold(), name)
            if other != name:
                raise ValueError(f"calls two tabs {title!r}: {other} and {name}. Give each tab a title of its own.")
        return self


class DecisionForm(Section):
    """The form in which coaches decide, and its questions by their titles or ids."""

    id: Annotated[str, AfterValidator(lambda value: google_id(value) if value else "")] = Field(
        "", description="Copy it from the decision form's address while editing: …/forms/d/ID/edit."
    )
    row: str = Field("Which request?", min_length=1, description="Write the title of the question for the ID.")
    decision: str = Field("Your decision", min_length=1, description="Write the title of the question for it.")
    feedback: str = Field(
        "Words for the teacher", min_length=1, description="Write the title of the question for the words."
    )
    ratings: str = Field("", description="Write the title of the question for how a rubric is rated.")


class Review(Section):
    identity: Literal["column", "form", "tabs"] = Field("column", description="Choose column, form or tabs.")
    settle_minutes: int = Field(10, ge=0, le=24 * 60, description="Write a number of minutes.")
    due_days: int = Field(10, ge=1, le=366, description="Write a number of days.")
    archive_after_days: int = Field(180, ge=0, le=3660, description="Write a number of days; 0 is never.")
    coaches: tuple[Address, ...] = Field((), description="Write a list of addresses.")
    schools: dict[str, tuple[Address, ...]] = Field(
        {}, description='Write a line for each school, such as "Lakeview Elementary" = ["carla@example.org"].'
    )
    spreadsheets: dict[Address, GoogleId] = Field(
        {}, description='Write a line for each coach, such as "carla@example.org" = "<id of a spreadsheet>".'
    )
    digest: bool = Field(True, description="true or false.")
    digest_hour: int = Field(7, ge=0, le=23, description="Write an hour of the day, 0 to 23.")
    escalate_days: int = Field(5, ge=0, le=366, description="Write a number of days, or 0 for never.")
    form: DecisionForm = Field(default_factory=lambda: DecisionForm.model_validate({}))

    @model_validator(mode="after")
    def _have_coaches(self) -> Self:
        """A tab of one's own is for somebody who is named."""
        if self.identity == "tabs" and not self.coaches:
            raise ValueError(
                'makes a tab for each coach (identity = "tabs"), and names none. List their addresses in coaches.'
            )
        for coach in self.spreadsheets:
            if coach not in self.coaches:
                raise ValueError(f"has a spreadsheet for {coach!r}, who is none of coaches. Add the address there.")
        for school, people in self.schools.items():
            if others := sorted(set(people) - set(self.coaches)):
                raise ValueError(f"names {others[0]} for {school!r}, who is none of coaches. Add the address there.")
        return self


class Issuer(Section):
    name: str = Field(min_length=1, description="Write the name of the organisation that vouches for the badges.")
    url: Url = Field(description="Write the address under which the site folder is published.")
    email: Address = Field(min_length=3, description="Write an address for questions about the badges.")
    description: str = Field("", description="Say in a sentence who you are.")
    backend: Literal["local", "badgr", "credly"] = Field("local", description="Choose local, badgr or credly.")
    key: ConfigPath = Field(Path("issuer.key"), validate_default=True, description="Write the path of the signing key.")
    jwt_key: OptionalPath = Field(None, description="Write the path of the key for VC-JWT, or leave it empty.")
    leaked: tuple[Annotated[str, Field(pattern=r"^did:web:[^#\s]+#\S+$")], ...] = Field(
        (), description="List ids of keys, as this tells them: badge-bridge keys list"
    )
    publish_reasons: bool = Field(False, description="true or false.")
    publish_levels: bool = Field(False, description="true or false.")
    gone: tuple[Literal["badgr", "credly"], ...] = Field((), description="List vendors that exist no more.")
    former_urls: tuple[Url, ...] = Field((), description="List the addresses under which badges were issued before.")
    linkedin_organization: str = Field("", pattern=r"^\d*$", description="Write LinkedIn's number of your page.")


class Site(Section):
    folder: ConfigPath = Field(
        Path("site"), validate_default=True, description="Write the folder for the public files."
    )
    publish: tuple[str, ...] = Field((), description='Write a command as a list, such as ["rsync", "-a", "./", "…"].')
    check: Literal["file", "http"] = Field("http", description="Choose http, or file where nothing serves the pages.")
    publish_timeout: int = Field(300, ge=1, le=3600, description="Write a number of seconds.")


class Smtp(Section):
    host: str = Field("", description="Write the name of your mail server.")
    port: int = Field(587, ge=1, le=65535, description="Write the port of your mail server.")
    user: str = Field("", description="Write the user name at the mail server, or leave it empty.")
    password_env: Variable = Field("BADGE_BRIDGE_SMTP_PASSWORD", description="Write the name of a variable.")
    security: Literal["starttls", "tls", "none"] = Field("starttls", description="Choose starttls or tls.")


class Mail(Section):
    via: Literal["gmail", "smtp", "folder"] = Field("gmail", description="Choose gmail, smtp or folder.")
    sender: Address = Field("", description="Write the address that mails come from.")
    sender_name: str = Field("", description="Write the name that mails come from.")
    reply_to: Address = Field("", description="Write the address that answers go to.")
    folder: ConfigPath = Field(Path("mail"), validate_default=True, description="Write the folder for mails as files.")
    wording: ConfigPath | None = Field(None, description="Write the folder with your own wording.")
    per_day: int = Field(1500, ge=1, description="Write how many mails may leave in a day.")
    on_doubt: Literal["stop", "repeat"] = Field("stop", description="Choose stop or repeat.")
    smtp: Smtp = Field(default_factory=lambda: Smtp.model_validate({}))


class LedgerPlace(Section):
    url: Annotated[str, AfterValidator(database)] = Field(
        "sqlite:///bridge.db", validate_default=True, description="Write sqlite:/// and a file."
    )
    backups: ConfigPath = Field(Path("backups"), validate_default=True, description="Write a folder.")
    keep: int = Field(7, ge=1, description="Write how many backups to keep.")
    programme: str = Field("", description="Leave it empty, or write the id of the spreadsheet that was replaced.")


class Guards(Section):
    new_awards: int = Field(50, ge=1, description="Write a number of awards.")


class Schedule(Section):
    cron: Annotated[str, AfterValidator(five_fields)] = Field("30 2 * * *", description="Write five fields, like cron.")
    every_minutes: float = Field(0, ge=0, le=24 * 60, description="Write a number of minutes, 0 to use cron instead.")


class ClockSource(Section):
    follow: SandboxUrl = Field("", description="Leave empty, or write the address of a sandbox.")


class Settings(Section):
    """All that a coordinator can set; see config/bridge.example.toml."""

    programme: Programme
    google: Google
    form: tuple[Form, ...] = Field((), description="Add at least one [[form]] with its id.")
    sheet: Sheet
    review: Review
    issuer: Issuer
    badgr: Badgr
    credly: Credly
    site: Site
    mail: Mail
    ledger: LedgerPlace
    guards: Guards
    schedule: Schedule
    clock: ClockSource

    @property
    def key(self) -> str:
        """Names the programme in the ledger: by its spreadsheet, or by the first one where that was replaced."""
        return self.ledger.programme or self.sheet.id

    @property
    def coaches_places(self) -> dict[str, str]:
        """Coach → id of the spreadsheet in which their tab lies, where that is not the programme's own."""
        if self.review.identity != "tabs":
            return {}
        return {coach: file for coach, file in self.review.spreadsheets.items() if file != self.sheet.id}

    @property
    def sender(self) -> str:
        return self.mail.sender or self.google.act_as
