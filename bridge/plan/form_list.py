"""The list of badges in a form beside the badges that are active: what is to be changed, and what to say of it. Pure.

Only options that bear, or once bore, a badge's name are the bridge's to change. What else people offer there stays.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.model import BadgeQuestion, Choice, FormReading, Known, Option, Problem
from bridge.plan.catalogue import on_offer, read_catalogue
from bridge.review import fold
from bridge.wording import isolate, one_line

if TYPE_CHECKING:
    from bridge.plan.learning import Seen

#: So many names are told; in a list that is all wrong nobody reads on.
MOST_TOLD = 5

NONE_ACTIVE = (
    "No badge is active, and a question can't be without options: the list of badges in the form “{form}” stays as it "
    "is."
)
NO_CHOICE = (
    "In the form “{form}” the question “{question}” is no choice among options, so there is nothing to keep in step. "
    "Make it a drop-down, or write keep_list = false."
)
STRANGERS = (
    "The form “{form}” offers {names}, which no badge is called: such a request can't be approved. Take it out of the "
    "question, or give the badge that name in the tab Badges."
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The options of one question beside the badges."""

    choices: tuple[Choice, ...] = ()  # what the options shall be; empty: they are so
    differences: tuple[str, ...] = ()  # what they lack, in words
    strangers: tuple[str, ...] = ()  # options that no badge is or was called


@dataclass(frozen=True, slots=True)
class FormList:
    """What is to be done about the list of one form, and to be told."""

    reading: FormReading
    choices: tuple[Choice, ...] = ()
    differences: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def form_lists(seen: Seen, known: Known) -> list[FormList]:
    """Compare the lists that are to be kept; none while the tab Badges can't be read, since it tells their order."""
    tab = seen.sheet.catalogue if seen.sheet is not None else None
    if tab is None or read_catalogue(tab).problems:
        return []
    names = {one.key: one.name for one in on_offer(known, tab)}
    return [_list_of(form, form.badge, names, known.labels) for form in seen.forms if form.keep_list and form.badge]


def words_for(form: FormReading, known: Known) -> dict[str, str]:
    """By key, the words of the option that is to be chosen for a badge: those that a list bears once it is kept."""
    if form.badge is None or form.badge.options is None:
        return {}
    options, names = form.badge.options, {one.key: one.name for one in known.achievements.values() if one.active}
    kept = _kept(options, names, _keys(options, known.labels))
    if form.keep_list:
        return {key: _choice(name, kept.get(key), options).text for key, name in names.items()}
    return {key: options[place].text for key, place in kept.items()}


def _list_of(
    form: FormReading, question: BadgeQuestion, names: Mapping[str, str], labels: Mapping[str, str]
) -> FormList:
    if question.options is None:
        return _told(form, NO_CHOICE.format(form=form.title, question=one_line(question.title)))
    if not names:
        return _told(form, NONE_ACTIVE.format(form=form.title))
    found = compare(question.options, names, labels)
    strangers = [STRANGERS.format(form=form.title, names=quoted(found.strangers))] if found.strangers else []
    return _told(form, *strangers, found=found)


def _told(form: FormReading, *sentences: str, found: Comparison | None = None) -> FormList:
    found = found or Comparison()
    return FormList(form, found.choices, found.differences, tuple(Problem("form", one) for one in sentences))


def compare(options: Sequence[Option], names: Mapping[str, str], labels: Mapping[str, str]) -> Comparison:
    """Compare *options* with the *names* of the active badges, by key, in their order; *labels* find a badge by any
    name that it ever had."""
    keys = _keys(options, labels)
    kept = _kept(options, names, keys)
    strangers = [place for place, key in keys.items() if key is None]
    choices = [_choice(name, kept.get(key), options) for key, name in names.items()]
    by_place = {choice.was: choice for choice in choices if choice.was is not None}
    below: Choice | None = None
    for place in reversed(keys):
        if place in strangers:  # stays above what it stands above: it may be a heading
            by_place[place] = Choice(options[place].text, place)
            choices.insert(choices.index(below) if below else len(choices), by_place[place])
        below = by_place.get(place, below)
    choices += [Choice(one.text, place) for place, one in enumerate(options) if one.other]
    twice = [options[place].text for place, key in keys.items() if key in names and place not in kept.values()]
    differences = tuple(_differences(options, choices, twice))
    return Comparison(
        tuple(choices) if differences else (), differences, tuple(options[place].text for place in strangers)
    )


def _keys(options: Sequence[Option], labels: Mapping[str, str]) -> dict[int, str | None]:
    """Which badge each option names, by its place; None for one that no badge is or was called."""
    return {place: labels.get(fold(one.text)) for place, one in enumerate(options) if not one.other}


def _kept(options: Sequence[Option], names: Mapping[str, str], keys: Mapping[int, str | None]) -> dict[str, int]:
    """Return the option of each active badge that has one, by key: of several, the one that bears its present name."""
    kept: dict[str, int] = {}
    for place, key in keys.items():
        if key is None or key not in names:
            continue
        if key not in kept or (
            _same(options[place].text, names[key]) and not _same(options[kept[key]].text, names[key])
        ):
            kept[key] = place
    return kept


def _choice(name: str, was: int | None, options: Sequence[Option]) -> Choice:
    """An option that says *name* already, however it is encoded, stays as it is."""
    text = options[was].text if was is not None and _same(options[was].text, name) else name
    return Choice(text, was)


def _same(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _differences(options: Sequence[Option], choices: Sequence[Choice], twice: Sequence[str]) -> Iterator[str]:
    """Yield in words what must change; the order only where nothing else does. *twice* are badges' other options."""
    stays = [choice.was for choice in choices if choice.was is not None]
    missing = [choice.text for choice in choices if choice.was is None]
    gone = [one.text for place, one in enumerate(options) if place not in stays and one.text not in twice]
    renamed = [
        f"{quoted([options[choice.was].text])} is now called {quoted([choice.text])}"
        for choice in choices
        if choice.was is not None and choice.text != options[choice.was].text
    ]
    if missing:
        yield f"{quoted(missing)} {'is' if len(missing) == 1 else 'are'} missing"
    if gone:
        yield f"{quoted(gone)} {'is' if len(gone) == 1 else 'are'} switched off"
    if twice:
        yield f"{quoted(twice)} {'names a badge that is' if len(twice) == 1 else 'name badges that are'} there already"
    yield from renamed[:MOST_TOLD]
    if len(renamed) > MOST_TOLD:
        yield f"{len(renamed) - MOST_TOLD} more are called otherwise now"
    if stays != sorted(stays) and not (missing or gone or twice or renamed):
        yield "the order is not that of the tab Badges"


def quoted(texts: Sequence[str]) -> str:
    """Return *texts* as people read them, in quotation marks: at most a few."""
    told = [f"“{isolate(one_line(text, 60))}”" if text.strip() else "one without words" for text in texts[:MOST_TOLD]]
    return ", ".join(told) + (f" and {len(texts) - MOST_TOLD} more" if len(texts) > MOST_TOLD else "")
