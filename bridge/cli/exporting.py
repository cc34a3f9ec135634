"""The command `export hours`: what each person earned in a school year, for the salary office."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from bridge.errors import BridgeError, ConfigProblems, Refused
from bridge.plan import Policy
from bridge.plan.hours import HOURS_TITLES, Hours, hours_of
from bridge.report import counted

from .main import Exit
from .memory import opened, settings_of
from .screen import say, say_json

#: What a spreadsheet program would take for the start of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export_hours(config: Path, year: str, out: Path | None, *, as_json: bool, decimal_comma: bool) -> int:
    from zoneinfo import ZoneInfo

    settings = settings_of(config)
    zone = ZoneInfo(settings.programme.timezone)
    policy = Policy(settings.issuer.url, key_id="", tz=zone, year_starts=settings.programme.month_and_day)
    with opened(settings) as ledger:
        everybody = hours_of(ledger.load(), policy)
    found = of_year(everybody, year)
    if as_json:
        say_json({"hours": [dict(zip(HOURS_TITLES, one.row, strict=True)) for one in found]})
        return Exit.DONE
    told = as_csv(found, decimal_comma=decimal_comma)
    if out is None:
        sys.stdout.write(told)
    else:
        keep(out, told)
        say(f"{counted(len(found), 'line', 'lines')} written to {out}")
    return Exit.DONE


def of_year(everybody: Sequence[Hours], year: str) -> list[Hours]:
    """Return those of one school year, which may be written 2026-27, 2026-2027, 2026/27 or 2026; of all for "".

    Raise Refused when nothing was earned in it, naming the years in which something was.
    """
    if not everybody:
        raise Refused("No badge was issued yet, so there are no hours.")
    if not year:
        return list(everybody)
    wanted = _folded(year)
    found = [one for one in everybody if _folded(one.year) == wanted]
    if not found:
        years = ", ".join(sorted({one.year for one in everybody}))
        raise Refused(f"No badge was issued in the school year {year}. There are hours of: {years}")
    return found


def _folded(year: str) -> str:
    """The calendar year in which it begins. Raise ConfigProblems for what is no year."""
    first, _, second = year.strip().replace("/", "-").partition("-")
    numbers = [part for part in (first, second) if part.isascii() and part.isdigit()]
    follows = not second or (len(numbers) == 2 and int(second) % 100 == (int(first) + 1) % 100)
    if len(first) != 4 or first not in numbers or not follows:
        raise ConfigProblems([f"--school-year {year}: write it like 2026-27."])
    return first


def as_csv(found: Sequence[Hours], *, decimal_comma: bool = False) -> str:
    """Return them as CSV (RFC 4180), the titles first; no text in it is a formula to a spreadsheet program.

    With *decimal_comma* as such programs read it where 1,5 is one and a half: with semicolons between the fields.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if decimal_comma else ",")
    writer.writerow(HOURS_TITLES)
    writer.writerows([_field(value, "," if decimal_comma else ".") for value in one.row] for one in found)
    return out.getvalue()


def _field(value: str | float, point: str) -> str:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return str(value).replace(".", point)


def keep(file: Path, told: str) -> None:
    """Write the file with the mark by which spreadsheet programs know UTF-8."""
    try:
        file.write_text(told, "utf-8-sig", newline="")
    except OSError as error:
        raise BridgeError(f"{file} can't be written: {error.strerror}. Name another file with --out.") from error
