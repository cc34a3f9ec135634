"""The settings of Badgr and Credly: each mistake is one sentence, with its line and its cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.config import load
from bridge.errors import ConfigProblems

from .settings_file import GOOD, write

#: What stands at the end of the settings, and the one sentence about it. The first line is line 20.
BADGR, CREDLY = '[badgr]\nurl = "https://api.badges.parchment.com"\n', '[credly]\norganization = "9f2c"\n'
MISTAKES = {
    "no scheme": (
        '[badgr]\nurl = "api.badges.parchment.com"\n',
        "20: [badgr.url] is 'api.badges.parchment.com'; it must be the address of the API, such as "
        "https://api.badges.parchment.com.",
    ),
    "unprotected": (
        '[badgr]\nurl = "http://badgr.example"\n',
        "20: [badgr.url] is 'http://badgr.example'; it must start with https:// (plain http only for this machine "
        "itself).",
    ),
    "a page": (
        '[badgr]\nurl = "https://badgr.example/issuer?tab=2"\n',
        "20: [badgr.url] is 'https://badgr.example/issuer?tab=2'; it must be the address of the API, such as "
        "https://api.badges.parchment.com.",
    ),
    "a password in the address": (
        '[badgr]\nurl = "https://me:s3cret@badgr.example"\n',
        "20: [badgr.url] must not hold a name or a password; those have settings of their own.",
    ),
    "no address": (BADGR + 'username = "Carla"\n', "21: [badgr.username] is 'Carla', which is no e-mail address."),
    "the password itself": (BADGR + 'password = "s3cret"\n', "21: [badgr.password] is no setting. Did you mean "),
    "the password for its variable": (
        BADGR + 'password_env = "s3cret!"\n',
        "21: [badgr.password_env] is not the name of an environment variable, such as BADGE_BRIDGE_SECRET. The secret "
        "itself goes into that variable, and never into this file.",
    ),
    "too many at once": (
        BADGR + "batch = 51\n",
        "21: [badgr.batch] is 51; it must be at most 50. Write a number up to 50; 0 is one by one.",
    ),
    "no calls": (
        BADGR + "calls_per_minute = 0\n",
        "21: [badgr.calls_per_minute] is 0; it must be at least 1. Write a number of calls.",
    ),
    "an address for an id": (
        BADGR + '[badgr.badges]\nfirst-aid = "https://badgr.example/b/1"\n',
        "22: [badgr.badges.first-aid] is 'https://badgr.example/b/1'; an id holds only letters, digits, - and _. "
        "Without this line, badge-bridge doctor lists those that there are.",
    ),
    "a name for a key": (
        BADGR + '[badgr.badges]\n"First Aid" = "1"\n',
        "21: [badgr.badges] names 'First Aid'; left of the = stands the badge's Key in the tab Badges: a short word of "
        "a–z, 0–9 and hyphens.",
    ),
    "half a server": (
        '[badgr]\nissuer = "1"\n',
        "19: [badgr] is filled in, but for url, so it is not used. Write the address of your region's API.",
    ),
    "half an organization": (
        '[credly]\n[credly.badges]\nfirst-aid = "1"\n',
        "19: [credly] is filled in, but for organization, so it is not used. Write your organization's id.",
    ),
    "gone, and set up": (
        'gone = ["badgr"]\n' + BADGR,
        "19: [issuer.gone] names badgr, and [badgr] is filled in. Take one of them out.",
    ),
    "gone, and unheard of": (
        'gone = ["bagdr"]\n',
        "19: [issuer.gone] is 'bagdr'; choose one of: 'badgr' or 'credly'.",
    ),
    "no such day": (
        CREDLY + 'token_made = "27.11.2026"\n',
        "21: [credly.token_made] is '27.11.2026'; write year, month and day, like 2026-11-27.",
    ),
    "the token itself": (CREDLY + 'token = "s3cret"\n', "21: [credly.token] is no setting. Did you mean token_env?"),
    "a section pasted again": (
        BADGR + '[badgr.badges]\n\n[badgr.badges]\nfirst-aid = "1"\n',
        "23: [badgr.badges] stands twice, first in line 21. Put all of its lines under the first one.",
    ),
    "no language": (
        CREDLY + 'locale = "english"\n',
        "21: [credly.locale] is 'english', which does not fit. Write a language, such as en.",
    ),
    "a password beside an odd port": (
        '[badgr]\nurl = "https://me:s3cret@badgr.example:99999"\n',
        "20: [badgr.url] must not hold a name or a password; those have settings of their own.",
    ),
    "an odd port": (
        '[badgr]\nurl = "https://badgr.example:99999"\n',
        "20: [badgr.url] is 'https://badgr.example:99999'; it must be the address of the API, such as "
        "https://api.badges.parchment.com.",
    ),
    "no address of Credly's": (
        CREDLY + 'url = "api.credly.com"\n',
        "21: [credly.url] is 'api.credly.com'; it must be the address of the API, such as https://api.credly.com.",
    ),
    "no address at all": (
        CREDLY + 'url = "https://[credly"\n',
        "21: [credly.url] is 'https://[credly'; it must be the address of the API, such as https://api.credly.com.",
    ),
    "nowhere": (
        CREDLY + 'url = ""\n',
        "21: [credly.url] is empty. Write https://api.credly.com, or leave the line out.",
    ),
    "chosen, not set up": (
        'backend = "badgr"\n',
        ' [badgr.url] is missing, and [issuer.backend] is "badgr". Write the address of your region\'s API.',
    ),
    "nobody": ('backend = "bagdr"\n', "19: [issuer.backend] is 'bagdr'; choose one of: 'local', 'badgr' or 'credly'."),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_each_mistake_is_one_sentence_that_tells_no_secret(tmp_path: Path, case: str) -> None:
    text, sentence = MISTAKES[case]
    file = write(tmp_path, GOOD + text)
    with pytest.raises(ConfigProblems) as caught:
        load(file)
    (told,) = caught.value.problems
    assert told.startswith(f"{file}:{sentence}")
    assert "s3cret" not in told


def test_a_day_may_be_written_as_toml_writes_days(tmp_path: Path) -> None:
    assert load(write(tmp_path, GOOD + CREDLY + "token_made = 2026-11-27\n")).credly.token_made == "2026-11-27"
