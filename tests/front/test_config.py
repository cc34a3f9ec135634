"""Settings: what is right is read, and all that is wrong is told at once, each with its place and its cure."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from bridge.config import Settings, load
from bridge.config.cron import crontab
from bridge.config.places import lines
from bridge.config.settings import Form
from bridge.errors import ConfigProblems
from bridge.ports import Own
from bridge.wiring import decision_form_of, pages_of

from .settings_file import GOOD, KEY, write

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config" / "bridge.example.toml"


def problems(file: Path, **options: bool) -> list[str]:
    with pytest.raises(ConfigProblems) as caught:
        load(file, **options)
    return [problem.replace(f"{file.parent}/", "") for problem in caught.value.problems]


def test_good_settings_are_read(tmp_path: Path) -> None:
    settings = load(write(tmp_path))
    assert settings.programme.timezone == "America/Chicago"
    assert settings.issuer.url == "https://badges.district.example"
    assert settings.form[0].questions.badge == "Which badge?"
    assert settings.sender == "badges@district.example"


def test_a_tab_that_came_later_gives_way_in_an_older_file(tmp_path: Path) -> None:
    """Its default title may be the one that the file gives another tab; written down, it is a mistake."""
    older = GOOD.replace("[sheet]\n", '[sheet]\nbadges_tab = "catalogue"\n')
    settings = load(write(tmp_path, older))
    assert pages_of(settings)[Own.CATALOGUE].title == "Catalogue (badge-bridge)"
    both = older.replace("[sheet]\n", '[sheet]\ncatalogue_tab = "Catalogue"\n')
    assert "calls two tabs" in problems(write(tmp_path, both))[0]


def test_paths_are_counted_from_the_config_file(tmp_path: Path) -> None:
    settings = load(write(tmp_path, GOOD + '[ledger]\nurl = "sqlite:///memory/b.db"\nbackups = "/safe"\n'), files=False)
    assert settings.ledger.url == f"sqlite:///{tmp_path}/memory/b.db"
    assert settings.ledger.backups == Path("/safe")
    assert settings.issuer.key == tmp_path / "issuer.key"
    assert settings.mail.wording is None


def test_several_mistakes_are_told_at_once_with_line_and_cure(tmp_path: Path) -> None:
    text = (
        GOOD.replace("America/Chicago", "Chicago")
        .replace('name = "Riverside"\n', "")
        .replace("https://badges", "http://badges")
        .replace('id = "1Sheet"', 'id = "not an id"\nreveiw_tab = "Review"')
        + '[mail]\nvia = "pigeon"\n[schedule]\ncron = "61 2 * * *"\n'
    )
    assert problems(write(tmp_path, text)) == [
        "bridge.toml:3: [programme.timezone] is 'Chicago', which is no time zone. "
        "Write one like America/Chicago or Europe/Berlin.",
        "bridge.toml:13: [sheet.id] is 'not an id'; an id holds only letters, digits, - and _. "
        "It stands in the address after /d/.",
        "bridge.toml:14: [sheet.reveiw_tab] is no setting. Did you mean review_tab?",
        "bridge.toml:16: [issuer.name] is missing. Write the name of the organisation that vouches for the badges.",
        "bridge.toml:17: [issuer.url] is 'http://badges.district.example/'; it must start with https:// "
        "(plain http only for this machine itself).",
        "bridge.toml:20: [mail.via] is 'pigeon'; choose one of: 'gmail', 'smtp' or 'folder'.",
        "bridge.toml:22: [schedule.cron] has '61' as minute; it goes from 0 to 59.",
    ]


WRONG = {
    "no form": (GOOD.replace('[[form]]\nid = "1FormOne"\n', ""), "[form] is missing. Add at least one [[form]]"),
    "one bracket": (GOOD.replace("[[form]]", "[form]"), "[form] must stand in double brackets: [[form]]."),
    "public address": (
        GOOD.replace("1FormOne", "https://docs.google.com/forms/d/e/1FAIpQL/viewform"),
        "is the form's public address",
    ),
    "unknown section": (GOOD + "[githup]\nx = 1\n", "[githup] is no setting."),
    "no section": (GOOD.replace("[sheet]", "[shet]"), "[shet] is no setting. Did you mean sheet?"),
    "a setting of an earlier version": (
        GOOD.replace("[issuer]", "[issuer]\nretired = []"),
        "[issuer.retired] is no setting any more: retired keys are found beside [issuer.key]",
    ),
    "text for a number": (GOOD + '[mail]\nper_day = "many"\n', "[mail.per_day] is 'many', which does not fit"),
    "endpoint away": (
        GOOD.replace('act_as = "', 'endpoint = "http://10.0.0.1"\nact_as = "'),
        "only a sandbox on this machine",
    ),
    "no mailbox": (GOOD.replace('act_as = "badges@district.example"\n', ""), "a service account has no mailbox"),
    "smtp without host": (GOOD + '[mail]\nvia = "smtp"\n', '[mail.smtp.host] is missing, and [mail.via] is "smtp"'),
    "unprotected": (
        GOOD + '[mail.smtp]\nhost = "mail.example.org"\nsecurity = "none"\n',
        "mails would travel unprotected",
    ),
    "command as text": (GOOD + '[site]\npublish = "rsync site"\n', "Write the command as a list"),
    "two tabs of one title": (
        GOOD.replace("[sheet]\n", '[sheet]\nreview_tab = " log "\n'),
        "calls two tabs 'Log': review_tab and log_tab. Give each tab a title of its own",
    ),
    "odd day": (GOOD.replace("[google]", 'year_starts = "02-29"\n[google]'), "write month and day, like 07-01"),
    "odd ledger": (GOOD + '[ledger]\nurl = "mysql://x"\n', "is neither sqlite:///FILE nor postgresql+psycopg://"),
    "no address": (GOOD + '[review]\ncoaches = ["Carla"]\n', "which is no e-mail address"),
    "never": (GOOD + '[schedule]\ncron = ""\n', "[schedule.cron] is empty, and so is every_minutes"),
    "both days": (GOOD + '[schedule]\ncron = "0 0 1 * 1"\n', "days of the month or days of the week, not both"),
    "value for a section": (GOOD + "[mail]\nsmtp = 3\n", "[mail.smtp] must be a section of its own: [mail.smtp]."),
    "placeholder": (GOOD.replace('"1Sheet"', '"<id of the spreadsheet>"'), "still holds the example's placeholder"),
}


#: Addresses that no badge can bear, and what is said of them; "@" says that the address itself is not repeated.
BAD_URLS = {
    "https://x.org/?q=1": "“?”, “#” and “//” can't follow the name",
    "https://x.org/badges#top": "“?”, “#” and “//” can't follow the name",
    "https://x.org/a//b": "“?”, “#” and “//” can't follow the name",
    "https://u:p@x.org": "holds a user name, and everybody reads this address. Leave out what stands before the @.",
    "http://u:p@x.org": "holds a user name, and everybody reads this address.",
    "https://u:p@[x.org": "holds a user name, and everybody reads this address.",
    "https://x.org:99999": "a port is a number from 1 to 65535",
    "https://x.org:0": "a port is a number from 1 to 65535",
    "https://x.org:http": "a port is a number from 1 to 65535",
    "https://[::1": "which is no web address. Write one like https://badges.example.org",
    "https://[2001:db8::1]": "which no badge can bear.",
    "https://x y.org": "which no badge can bear.",
    "https://x.org/%zz": "which no badge can bear.",
    "https://x.org/a/../b": "which no badge can bear.",
    "https://straße.example": "can be read as two domain names.",
    "https://ü..example": "is not a domain name.",
}


@pytest.mark.parametrize("url", BAD_URLS)
@pytest.mark.parametrize("setting", ["url", "former_urls"])
def test_an_address_that_no_badge_can_bear_is_told(tmp_path: Path, url: str, setting: str) -> None:
    text = GOOD.replace("https://badges.district.example/", url)
    if setting == "former_urls":
        text = f'{GOOD}former_urls = ["{url}"]\n'
    (told,) = problems(write(tmp_path, text))
    assert BAD_URLS[url] in told
    assert (repr(url) in told) is ("@" not in url)


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://Badges.District.Example:8443/A/b//", "https://badges.district.example:8443/A/b"),
        ("https://x.org/a b/ü", "https://x.org/a b/ü"),
        ("https://bücher.example/?", "https://bücher.example"),
        ("http://127.0.0.1:8700", "http://127.0.0.1:8700"),
    ],
)
def test_an_address_that_badges_can_bear_is_taken_in_one_spelling(tmp_path: Path, url: str, taken: str) -> None:
    assert load(write(tmp_path, GOOD.replace("https://badges.district.example/", url))).issuer.url == taken


@pytest.mark.parametrize("case", WRONG)
def test_each_mistake_is_one_sentence(tmp_path: Path, case: str) -> None:
    text, sentence = WRONG[case]
    told = problems(write(tmp_path, text))
    assert len([problem for problem in told if sentence in problem]) == 1, told


def test_the_line_of_the_second_form_is_told(tmp_path: Path) -> None:
    text = GOOD + '[[form]]\nid = "2"\n[form.questions]\nbagde = "x"\n'
    assert problems(write(tmp_path, text)) == [
        "bridge.toml:22: [form.questions.bagde of form 2] is no setting. Did you mean badge?"
    ]


def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path) -> None:
    (told,) = problems(write(tmp_path, "[programme]\nname = Riverside\n"))
    assert "at line 2" in told
    assert "Texts stand in quotes" in told


def test_a_missing_file_says_what_to_copy(tmp_path: Path) -> None:
    (told,) = problems(tmp_path / "bridge.toml")
    assert "config/bridge.example.toml" in told


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    file = tmp_path / "bridge.toml"
    file.write_bytes(GOOD.replace("Riverside", "Café").encode("latin-1"))
    assert "not UTF-8" in problems(file)[0]


# ── key files ────────────────────────────────────────────────────────────────


def test_key_files_that_others_can_read_are_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    file = write(tmp_path)
    (tmp_path / "credentials.json").chmod(0o644)
    (tmp_path / "issuer.key").chmod(0o640)
    told = problems(file)
    assert [re.search(r"Run: chmod 600 \S+", problem) is not None for problem in told] == [True, True]


def test_missing_key_files_are_told_both(tmp_path: Path) -> None:
    file = write(tmp_path)
    (tmp_path / "credentials.json").unlink()
    (tmp_path / "issuer.key").unlink()
    google, issuer = problems(file)
    assert "Google Cloud console" in google
    assert "badge-bridge keys new" in issuer


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read everything")
def test_an_unreadable_key_file_is_told(tmp_path: Path) -> None:
    file = write(tmp_path)
    (tmp_path / "credentials.json").chmod(0)
    assert "can't be read: Permission denied" in problems(file)[0]


BROKEN_KEYS: dict[str, tuple[Any, str]] = {
    "no JSON": ("{", "is no JSON"),
    "something else": ([1, 2], "no Google key file"),
    "half": ({"type": "service_account", "client_email": "x@y"}, "lacks private_key, token_uri"),
    "damaged": (KEY | {"private_key": "abc"}, "the private key in the Google key file is damaged"),
}


@pytest.mark.parametrize("case", BROKEN_KEYS)
def test_a_broken_key_file_is_told(tmp_path: Path, case: str) -> None:
    content, sentence = BROKEN_KEYS[case]
    file = write(tmp_path)
    (tmp_path / "credentials.json").write_text(content if isinstance(content, str) else json.dumps(content))
    assert sentence in problems(file)[0]


def test_the_example_of_the_key_file_is_recognised(tmp_path: Path) -> None:
    file = write(tmp_path)
    (tmp_path / "credentials.json").write_bytes((ROOT / "credentials.example.json").read_bytes())
    assert "this is still the example" in problems(file)[0]


def test_other_kinds_of_credentials_are_left_to_google(tmp_path: Path) -> None:
    file = write(tmp_path)
    (tmp_path / "credentials.json").write_text('{"type": "external_account"}')
    assert load(file).google.credentials.name == "credentials.json"


# ── the example ──────────────────────────────────────────────────────────────


def filled_example() -> str:
    values = {
        "<Our micro-credentials>": "Ours",
        "<credentials.json>": "credentials.json",
        "<id of the form>": "1Form",
        "<id of the spreadsheet>": "1Sheet",
        "<Name of the district>": "Riverside",
        "<https://badges.example.org>": "https://badges.example.org",
        "<badges@example.org>": "badges@example.org",
    }
    text = EXAMPLE.read_text("utf-8").replace('act_as = ""', 'act_as = "badges@example.org"')
    for placeholder, value in values.items():
        assert placeholder in text
        text = text.replace(f'"{placeholder}"', f'"{value}"')
    return text


def test_the_example_loads_once_it_is_filled_in(tmp_path: Path) -> None:
    assert load(write(tmp_path, filled_example())).programme.name == "Ours"


def test_the_example_as_it_is_asks_for_each_placeholder() -> None:
    told = problems(EXAMPLE, files=False)
    assert len([problem for problem in told if "placeholder" in problem]) == 7


def test_the_values_in_the_example_are_the_defaults(tmp_path: Path) -> None:
    example = load(write(tmp_path, filled_example())).model_dump()
    minimal = GOOD.replace('timezone = "America/Chicago"\n', "").replace('act_as = "badges@district.example"', "")
    plain = load(write(tmp_path, minimal + '[mail]\nvia = "folder"\nsender = "a@b.c"\n')).model_dump()
    given = {
        "programme": {"name"},
        "google": {"credentials", "act_as"},
        "issuer": {"name", "url", "email"},
        "mail": {"via", "sender"},
        "sheet": {"id"},
    }
    for section in set(plain) - {"form"}:
        for name in set(plain[section]) - given.get(section, set()):
            assert example[section][name] == plain[section][name], f"[{section}] {name}"
    assert example["form"][0] | {"id": ""} == plain["form"][0] | {"id": ""}


def settings_of(model: type[BaseModel], place: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        kind = Form if name == "form" and not place else field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from settings_of(kind, f"{place}{name}.")
        else:
            yield f"{place}{name}"


@pytest.mark.parametrize("setting", list(settings_of(Settings)))
def test_every_setting_is_in_the_example(setting: str) -> None:
    uncommented = re.sub(r"^# (\w+ = )", r"\1", EXAMPLE.read_text("utf-8"), flags=re.MULTILINE)
    section: Any = tomllib.loads(uncommented)
    for name in setting.split("."):
        section = section[0] if isinstance(section, list) else section
        assert name in section, f"[{setting}] is missing from {EXAMPLE.name}"
        section = section[name]


# ── helpers ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("30 2 * * 0", "sun"),
        ("0 1 * * 1-5", "mon,tue,wed,thu,fri"),
        ("0 1 * * 7", "sun"),
        ("0 1 * * */3", "sun,wed,sat"),
    ],
)
def test_week_days_are_counted_as_cron_counts_them(text: str, days: str) -> None:
    assert crontab(text)["day_of_week"] == days


@pytest.mark.parametrize("text", ["", "* * *", "a * * * *", "*/0 * * * *", "5-1 * * * *", "* 24 * * *"])
def test_what_cron_does_not_know_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"needs five fields|does not know|backwards|it goes from"):
        crontab(text)


def test_lines_are_found_around_multi_line_texts() -> None:
    text = 'a = """\n[b]\nc = 1\n"""\n[b]\n"c.d" = 2\nx.y = 3\n'
    assert lines(text) == {("a",): 1, ("b",): 5, ("b", "c.d"): 6, ("b", "x", "y"): 7}


# ── where coaches decide ─────────────────────────────────────────────────────

BY_FORM = '[review]\nidentity = "form"\ncoaches = ["cleo@district.example"]\n'


def test_deciding_in_a_form_is_set_up_by_its_id(tmp_path: Path) -> None:
    decide = '[review.form]\nid = "https://docs.google.com/forms/d/1Decide/edit"\n'
    asked = decision_form_of(load(write(tmp_path, GOOD + BY_FORM + decide)))
    assert asked is not None
    assert (asked.id, asked.questions["row"], asked.questions["ratings"]) == ("1Decide", "Which request?", "")
    assert decision_form_of(load(write(tmp_path, GOOD + decide))) is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (BY_FORM, '[review.form.id] is missing, and [review.identity] is "form". Copy it from the decision form\'s'),
        (BY_FORM + '[review.form]\nid = "1FormOne"\n', "[review.form.id] is that of a form in which teachers ask"),
        (BY_FORM + '[review.form]\nid = "https://docs.google.com/forms/d/1FormOne/edit"\n', "Make a form of its own."),
        (BY_FORM + '[review.form]\nid = "no id"\n', "[review.form.id] is 'no id'; an id holds only letters"),
        (
            BY_FORM + '[review.form]\nid = "1D"\nrow = ""\n',
            "[review.form.row] is empty. Write the title of",
        ),
        ('[review]\nidentity = "form"\n[review.form]\nid = "1D"\n', "[review.coaches] is empty, and [review.identity]"),
        (BY_FORM + '[review.form]\nid = "1D"\nrwo = "x"\n', "[review.form.rwo] is no setting. Did you mean row?"),
    ],
)
def test_what_is_wrong_with_deciding_in_a_form(tmp_path: Path, text: str, sentence: str) -> None:
    (problem,) = problems(write(tmp_path, GOOD + text))
    assert sentence in problem


BY_TABS = '[review]\nidentity = "tabs"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (BY_TABS, "List their addresses in coaches."),
        (
            f'{BY_TABS}coaches = ["cleo@x.example"]\n[review.schools]\n"Hill" = ["bo@x.example"]\n',
            "names bo@x.example for 'Hill', who is none of coaches.",
        ),
        (
            f'{BY_TABS}coaches = ["cleo@x.example"]\n[review.spreadsheets]\n"bo@x.example" = "1{"x" * 43}"\n',
            "has a spreadsheet for 'bo@x.example', who is none of coaches.",
        ),
    ],
)
def test_tabs_of_their_own_are_for_coaches_who_are_named(tmp_path: Path, text: str, sentence: str) -> None:
    (problem,) = problems(write(tmp_path, GOOD + text))
    assert sentence in problem
