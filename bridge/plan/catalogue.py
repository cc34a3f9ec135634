"""The Badges tab becomes achievements: one row each, with a sentence for every row that is wrong.

A row that is wrong leaves the last good version in force.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from bridge.links import parse_doc
from bridge.model import Achievement, Artwork, Criteria, Known
from bridge.plan.badge_cells import (
    is_by_itself,
    to_alignment,
    to_backend,
    to_count,
    to_hours,
    to_kind,
    to_months,
    to_reviewers,
    to_tags,
)
from bridge.plan.badge_titles import meant
from bridge.plan.draft import Draft
from bridge.plan.policy import Policy
from bridge.plan.prerequisites import say, with_prerequisites
from bridge.plan.rubric import say_rubric, to_rubric
from bridge.plan.second_look import MUST_TOO, to_second_look
from bridge.plan.standing import WITHOUT_ROW
from bridge.ports import Tab
from bridge.review import Table, fold, read_table
from bridge.wording import say_months, shorten, visible

KEY, NAME, DESCRIPTION, CRITERIA = "Key", "Name", "Description", "Criteria"
ARTWORK, HOURS, ACTIVE, STATUS = "Artwork", "Hours", "Active", "Status"
TITLES = (KEY, NAME, DESCRIPTION, CRITERIA, ARTWORK, HOURS, ACTIVE, STATUS)
TYPE, TAGS, ALIGNMENT, VALID_FOR, BACKEND = "Type", "Tags", "Alignment", "Valid for", "Backend"
REVIEWERS, REVIEW_DAYS, MOST_ATTEMPTS, SECOND_LOOK = "Reviewers", "Review days", "Most attempts", "Second look"
PREREQUISITES, MILESTONE, RUBRIC = "Prerequisites", "Milestone", "Rubric"
OPTIONAL = (
    *(TYPE, TAGS, ALIGNMENT, VALID_FOR, BACKEND),
    *(REVIEWERS, REVIEW_DAYS, MOST_ATTEMPTS, SECOND_LOOK, PREREQUISITES, MILESTONE, RUBRIC),
)
#: What decides who may approve it, whose, and when: so each column's field is called.
STAYS = {
    REVIEWERS: "reviewers",
    SECOND_LOOK: "second_look",
    PREREQUISITES: "prerequisites",
    RUBRIC: "rubric",
}

#: What makes a version of a badge, and what came later, with the value that says nothing.
FIRST = ("name", "description", "criteria", "hours", "artwork")
LATER: Mapping[str, object] = {"kind": "Badge", "tags": (), "alignment": (), "valid_months": None, "rubric": ()}

#: Every credential holds these words, and verifiers refuse one that is too large.
LONGEST = {NAME: 200, DESCRIPTION: 2_000, CRITERIA: 10_000}

_KEY = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
_YES = frozenset({"", "yes", "y", "true", "1", "x", "✓", "active"})
NO = frozenset({"no", "n", "false", "0", "-", "inactive"})


NONE_YET = "There is no tab “Badges” yet. The bridge makes it, for you to fill in: one row for each badge."
NONE_LEFT = (
    "There is no tab “Badges”. The badges known so far stay in force. Bring it back (File, Version history), or have "
    "it made again with: badge-bridge sheet rebuild"
)
SWITCH_OFF = "Put the row back, with no in Active if the badge is not to be had any more."


def read_catalogue(tab: Tab) -> Table:
    return read_table(tab.values, TITLES, OPTIONAL)


def wanted_artworks(tab: Tab | None, known: Known) -> frozenset[str]:
    """The picture links in the tab that the ledger has no usable picture for."""
    if tab is None or (table := read_catalogue(tab)).problems:
        return frozenset()
    links = {cells[ARTWORK].strip() for _, cells in table.rows}
    return frozenset(link for link in links if link and not (known.artworks.get(link) or Artwork(link)).sha256)


def on_offer(known: Known, tab: Tab | None) -> list[Achievement]:
    """Return the active achievements in the order of the rows of the tab; those that have no row there come last."""
    rows = read_catalogue(tab).rows if tab is not None else ()
    places = {cells.get(KEY, "").strip(): position for position, cells in reversed(rows)}
    active = [one for one in known.achievements.values() if one.active]
    return sorted(active, key=lambda one: (places.get(one.key, len(rows) + 1), fold(one.name), one.key))


def wanted_criteria(tab: Tab | None, known: Known) -> list[Criteria]:
    """The Google Docs that Criteria leads to, as the ledger knows them; one with a problem is to be read again."""
    if tab is None or (table := read_catalogue(tab)).problems:
        return []
    links = sorted({cells[CRITERIA].strip() for _, cells in table.rows if parse_doc(cells[CRITERIA])})
    found = (known.criteria.get(link, Criteria(link)) for link in links)
    return [Criteria(one.link) if one.problem else one for one in found]


def learn_catalogue(draft: Draft, tab: Tab | None, policy: Policy) -> Mapping[int, str]:
    """Take in what the Badges tab says; return what each row's own Status cell should say, by position."""
    if tab is None:
        draft.problem("sheet", NONE_LEFT if draft.known.achievements else NONE_YET)
        _remember_gone(draft, ())
        return {}
    table = read_catalogue(tab)
    if table.problems:
        for sentence in table.problems:
            draft.problem("sheet, tab Badges", f"{sentence} Until then the badges known so far stay in force.")
        return {}
    says: dict[int, str] = {}
    header = [cell for place, cell in enumerate(next(iter(tab.values))) if place not in table.places.values()]
    for sentence in meant(header, [title for title in OPTIONAL if title not in table.places]):
        draft.problem("sheet, tab Badges", sentence)
    kept = _what_stays(draft, table)
    for position, cells, found in _read_rows(table, draft.known, policy):
        if isinstance(found, str):
            says[position] = _in_force(found, cells, draft.known)
            draft.problem(f"badge {shorten(fold(cells[KEY]), 60) or f'in row {position + 1}'}", says[position])
            continue
        if found.key in kept:
            found = replace(found, **kept[found.key])
            found = replace(found, version=version_of(found))
        draft.achievement(found)
        draft.label(fold(found.name), found.key)
        remark = draft.known.artworks[found.artwork_link].remark
        says[position] = f"{in_use(found, policy)}. {remark}" if remark else in_use(found, policy)
    rows = {cells[KEY].strip() for _, cells in table.rows}
    gone = sorted(key for key, one in draft.known.achievements.items() if one.active and key not in rows)
    for key in gone:
        draft.problem(f"badge {key}", "Its row is gone from the tab Badges, but it stays in force. " + SWITCH_OFF)
    _remember_gone(draft, gone)
    return says


def _remember_gone(draft: Draft, keys: Sequence[str]) -> None:
    """For Status of the requests that wait for them; where the whole tab is gone, the report tells it once."""
    if keys or draft.known.facts.get(WITHOUT_ROW):
        draft.fact(WITHOUT_ROW, " ".join(keys))


def _what_stays(draft: Draft, table: Table) -> Mapping[str, Mapping[str, Any]]:
    """By key, what columns that are gone said of who may approve a badge: a title that was lost approves nothing."""
    kept: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for title, name in STAYS.items():
        said = {key: value for key, one in draft.known.achievements.items() if (value := getattr(one, name))}
        if title in table.places or not said:
            continue
        for key, value in said.items():
            kept[key][name] = value
        draft.problem(
            "sheet, tab Badges",
            f"The column “{title}” is gone, and what it said stays in force, of {', '.join(sorted(said)[:5])}. "
            "Write that title above its column again. Is it meant? Then empty its cells.",
        )
    return kept


def _read_rows(
    table: Table, known: Known, policy: Policy
) -> Iterator[tuple[int, Mapping[str, str], Achievement | str]]:
    """Yield each row that is not empty: position, cells, and the badge, or a sentence that says what is wrong."""
    rows = [
        (position, cells)
        for position, cells in table.rows
        if any(text.strip() for title, text in cells.items() if title != STATUS)
    ]
    count = Counter(cells[KEY].strip() for _, cells in rows)
    known = replace(known, labels=dict(known.labels))
    faults: dict[int, str] = {}
    read: dict[str, tuple[Achievement, str]] = {}
    for position, cells in rows:
        try:
            one = to_achievement(cells, known, policy, twice=count[cells[KEY].strip()] > 1)
        except ValueError as wrong:
            faults[position] = str(wrong)
        else:
            known.labels.setdefault(fold(one.name), one.key)
            read[one.key] = one, cells[PREREQUISITES]
    settled = with_prerequisites(read, known)
    for position, cells in rows:
        yield position, cells, faults.get(position) or settled[cells[KEY].strip()]


def in_use(achievement: Achievement, policy: Policy) -> str:
    """What Status says of a row that is right: which vendor makes it, and how its other cells were understood: 2 in
    "Valid for" may be meant as years."""
    vendor = policy.backends.get(achievement.backend or policy.backend)
    made = f"; made at {vendor.title}" if vendor is not None else ""
    counts = f"; valid for {say_months(achievement.valid_months)}" if achievement.valid_months else ""
    comes = "issued by itself after" if achievement.by_itself else "comes after"
    after = f"; {comes} {say(achievement.prerequisites)}" if achievement.prerequisites else ""
    looks = f"; {MUST_TOO[achievement.second_look]}" if achievement.second_look else ""
    rated = f"; {say_rubric(achievement.rubric)}" if achievement.rubric else ""
    return f"In use{made}{counts}{looks}{after}{rated}" if achievement.active else "Switched off"


def _in_force(sentence: str, cells: Mapping[str, str], known: Known) -> str:
    stays = cells[KEY].strip() in known.achievements
    return f"{sentence} The last good version stays in force." if stays else sentence


def to_achievement(cells: Mapping[str, str], known: Known, policy: Policy, *, twice: bool) -> Achievement:
    """Read one row, but for its prerequisites, which are about other rows.

    Raise ValueError with a sentence for the coordinator.
    """
    artwork_link = cells[ARTWORK].strip()
    cells = {**cells, CRITERIA: _criteria(cells[CRITERIA], known)}
    key, name = _key_and_name(cells, known, twice=twice)
    if (active := fold(cells[ACTIVE])) not in _YES | NO:
        raise ValueError("Active must be yes or no.")
    artwork = known.artworks.get(artwork_link)
    if artwork is None:
        raise ValueError("The artwork could not be fetched yet; the next cycle tries again.")
    if artwork.problem:
        raise ValueError(artwork.problem)
    reviewers = to_reviewers(cells[REVIEWERS], policy)
    achievement = Achievement(
        key=key,
        version="",
        name=name,
        description=cells[DESCRIPTION].strip(),
        criteria=cells[CRITERIA].strip(),
        hours=to_hours(cells[HOURS]),
        artwork=artwork.sha256,
        active=active in _YES,
        artwork_link=artwork_link,
        kind=to_kind(cells[TYPE]),
        tags=to_tags(cells[TAGS]),
        alignment=to_alignment(cells[ALIGNMENT]),
        valid_months=to_months(cells[VALID_FOR]),
        backend=to_backend(cells[BACKEND], key, policy),
        reviewers=reviewers,
        review_days=to_count(REVIEW_DAYS, cells[REVIEW_DAYS], 366),
        most_attempts=to_count(MOST_ATTEMPTS, cells[MOST_ATTEMPTS], 99),
        by_itself=is_by_itself(cells[MILESTONE]),
        second_look=to_second_look(cells[SECOND_LOOK], reviewers, policy),
        rubric=to_rubric(cells[RUBRIC]),
    )
    _check_milestone(achievement)
    return replace(achievement, version=version_of(achievement))


def _check_milestone(achievement: Achievement) -> None:
    for title, said in ((SECOND_LOOK, achievement.second_look), (RUBRIC, achievement.rubric)):
        if achievement.by_itself and said:
            raise ValueError(f"{title} and Milestone don't go together: a badge that is issued by itself asks nobody.")


def _criteria(text: str, known: Known) -> str:
    """What the cell says, or the Google Doc that it leads to; raise ValueError if that can't be had."""
    if parse_doc(text) is None:
        return text
    found = known.criteria.get(text.strip())
    if found is None:
        raise ValueError("The Doc in Criteria could not be read yet; the next cycle tries again.")
    if found.problem:
        raise ValueError(found.problem)
    return found.text


def _key_and_name(cells: Mapping[str, str], known: Known, *, twice: bool) -> tuple[str, str]:
    """Whose row it is; raise ValueError if that, or one of the texts that every badge needs, is wrong."""
    key, name = cells[KEY].strip(), " ".join(visible(cells[NAME]).split())
    if not _KEY.fullmatch(key):
        raise ValueError("The key must be a short word of a–z, 0–9 and hyphens, such as first-aid.")
    if twice:
        raise ValueError(f"The key “{key}” stands in two rows; every badge needs one of its own.")
    for title in (NAME, DESCRIPTION, CRITERIA, ARTWORK):
        if not visible(cells[title]).strip():
            raise ValueError(f"{title} is empty.")
    for title, longest in LONGEST.items():
        if len(cells[title].strip()) > longest:
            raise ValueError(f"{title} is longer than {longest:,} characters.")
    if (owner := known.labels.get(fold(name), key)) != key:
        raise ValueError(f"The name “{name}” already belongs to the badge “{owner}”; choose another one.")
    return key, name


def version_of(achievement: Achievement) -> str:
    """The name of this version: 12 hex digits of a hash of all that it says.

    What later columns say is hashed only where they say something, so that a badge without them keeps its version.
    """
    said: list[object] = [getattr(achievement, name) for name in FIRST]
    later = {name: value for name, nothing in LATER.items() if (value := getattr(achievement, name)) != nothing}
    said += [later] if later else []
    return hashlib.sha256(json.dumps(said, default=asdict).encode()).hexdigest()[:12]
