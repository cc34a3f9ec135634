"""The rubric of a badge: what stands in the tab Badges, and what is wrong with it. Pure."""

from __future__ import annotations

from bridge.model import Criterion
from bridge.review import COLUMNS, ONLY, fold
from bridge.wording import shorten, visible

MOST_CRITERIA, MOST_LEVELS, LONGEST = 10, 8, 60

#: What marks the level that Approve needs.
STAR = "*"

EXAMPLE = "Planning: not yet | meets* | exceeds"

#: Titles of the bridge's own, however it is known who decides.
_OWN = {fold(column.title): column.title for columns in (COLUMNS, *ONLY.values()) for column in columns}


def to_rubric(text: str) -> tuple[Criterion, ...]:
    """Read lines such as `Planning: not yet | meets* | exceeds`; raise ValueError for the coordinator."""
    criteria: dict[str, Criterion] = {}
    for line in filter(None, map(_line, text.splitlines())):
        criterion = _to_criterion(line)
        if fold(criterion.title) in criteria:
            raise ValueError(f"Rubric: “{criterion.title}” is there twice; every criterion needs a title of its own.")
        criteria[fold(criterion.title)] = criterion
    if len(criteria) > MOST_CRITERIA:
        raise ValueError(f"Rubric: there are {len(criteria)} criteria; {MOST_CRITERIA} are the most.")
    return tuple(criteria.values())


def _to_criterion(line: str) -> Criterion:
    title, colon, scale = (part.strip() for part in line.replace("：", ":").partition(":"))
    if not title or not colon:
        raise ValueError(f"Rubric: “{shorten(line, 40)}” does not read like {EXAMPLE}.")
    if len(title) > LONGEST:
        raise ValueError(f"Rubric: the title “{shorten(title, 40)}” is longer than {LONGEST} characters.")
    if fold(title) in _OWN:
        raise ValueError(
            f"Rubric: “{title}” can't be a criterion, for the tab Review has the column “{_OWN[fold(title)]}” already. "
            "Give it another title."
        )
    written = [level.strip() for level in scale.replace("｜", "|").split("|")]
    levels = tuple(level.removesuffix(STAR).rstrip() for level in written)
    _check_levels(title, levels)
    needed = [level for level, said in zip(levels, written, strict=True) if said.endswith(STAR)]
    if len(needed) > 1:
        raise ValueError(f"Rubric: “{title}” has {len(needed)} stars; mark only the lowest level that Approve needs.")
    return Criterion(title, levels, *needed)


def _check_levels(title: str, levels: tuple[str, ...]) -> None:
    if not 2 <= len(levels) <= MOST_LEVELS:
        raise ValueError(
            f"Rubric: “{title}” needs 2 to {MOST_LEVELS} levels with | between them, from the lowest to the highest, "
            f"like {EXAMPLE}."
        )
    if not all(levels):
        raise ValueError(f"Rubric: “{title}” has an empty level; write a word between any two |.")
    for level in levels:
        if len(level) > LONGEST:
            raise ValueError(f"Rubric: the level “{shorten(level, 40)}” is longer than {LONGEST} characters.")
        if not (_begins_well(level) and (any(map(str.isalpha, level)) or level.isdecimal())):
            raise ValueError(
                f"Rubric: the level “{level}” of “{title}” must be a whole number, or begin with a letter or a figure "
                "and have a word in it; a spreadsheet would make something else of it."
            )
    if len({fold(level) for level in levels}) < len(levels):
        raise ValueError(f"Rubric: two levels of “{title}” are alike; give each a word of its own.")


def _begins_well(level: str) -> bool:
    """A spreadsheet takes what begins with = or + for a formula; a number must read alike when it comes back."""
    return level[0].isalpha() or level == "0" or (level[0].isdecimal() and (not level.isdecimal() or level[0] != "0"))


def say_rubric(rubric: tuple[Criterion, ...]) -> str:
    """Return how the cell was understood."""
    asked = [f"{one.title}: {one.needed}" for one in rubric if one.needed]
    return shorten(f"Approve needs {', '.join(asked)}", 300) if asked else "may be rated; Approve needs no level"


def _line(text: str) -> str:
    return " ".join(visible(text).split())
