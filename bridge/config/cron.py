"""The five fields of a crontab line, with the meaning that cron gives them."""

from __future__ import annotations

import re

DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")  # cron counts from Sunday and knows two Sundays
NAMES = ("minute", "hour", "day", "month", "day_of_week")
LIMITS = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "day_of_week": (0, 7)}
WORDS = {
    "month": ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    "day_of_week": DAYS,
}
PART = re.compile(r"(?:\*|(\w+)(?:-(\w+))?)(?:/(\d+))?")


def crontab(text: str) -> dict[str, str]:
    """Return the fields of *text* by name, week days spelt out: APScheduler counts them from Monday, cron from Sunday.

    Raises ValueError, as a sentence, for anything that cron would not take.
    """
    fields = text.split()
    if len(fields) != len(NAMES):
        raise ValueError(f"is {text!r}; it needs five fields: minute, hour, day, month, week day. Like 30 2 * * *.")
    if fields[2] != "*" and fields[4] != "*":
        raise ValueError(f"is {text!r}: name days of the month or days of the week, not both.")
    return {name: _field(name, field) for name, field in zip(NAMES, fields, strict=True)}


def _field(name: str, field: str) -> str:
    return ",".join(_part(name, part.lower()) for part in field.split(","))


def _part(name: str, part: str) -> str:
    match = PART.fullmatch(part)
    if match is None or match[3] == "0":
        raise ValueError(f"has {part!r} as {name.replace('_', ' ')}, which cron does not know.")
    ends = [_number(name, word) for word in match.groups()[:2] if word is not None]
    if ends != sorted(ends):
        raise ValueError(f"has {part!r} as {name.replace('_', ' ')}: the range runs backwards.")
    if name != "day_of_week" or part == "*":
        return part
    days = range(ends[0] if ends else 0, (ends[-1] if ends else 6) + 1, int(match[3] or 1))
    return ",".join(dict.fromkeys(DAYS[day] for day in days))


def _number(name: str, word: str) -> int:
    low, high = LIMITS[name]
    if word in WORDS.get(name, ()):
        return WORDS[name].index(word) + low
    if not word.isdigit() or not low <= int(word) <= high:
        raise ValueError(f"has {word!r} as {name.replace('_', ' ')}; it goes from {low} to {high}.")
    return int(word)
