"""The cell Decide: the link from a row to the decision form, filled in with the row. Pure.

What a sheet tells of its cells is their text, so a link that is not the right one any more does not show. A fact keeps
of what the links were made that stand there.
"""

from __future__ import annotations

from hashlib import sha256

from bridge.links import entry_of, filled_in
from bridge.model import Attempt, Known
from bridge.plan.answers import lines_to_rate, row_answer, row_words
from bridge.plan.policy import Policy
from bridge.plan.ratings import badge_of
from bridge.review import Linked

#: Longer ones are not put into a cell.
LONGEST = 1900

#: Fact: of what the links were made that stand in the rows; "" or none: nobody knows.
LINKS = "decide-links"


def decide_cell(known: Known, attempt: Attempt, policy: Policy) -> Linked:
    """Which row an answer is about, and in which version; a click opens the form. Empty until the form was read."""
    link, entries = _form(known, policy)
    if not link or "row" not in entries:
        return Linked("")
    told = {"row": row_answer(known, attempt), "ratings": lines_to_rate(badge_of(known, attempt.id))}
    text = f"Decide {row_words(attempt)}"
    filled = filled_in(link, {entries[role]: told[role] for role in entries if told[role]})
    if len(filled) > LONGEST:  # many criteria, with long titles: coaches write them themselves
        filled = filled_in(link, {entries["row"]: told["row"]})
    return Linked(text, (0, len(text), filled))


def links_now(known: Known, policy: Policy) -> str:
    """Of what links are made now: the form, its questions, and the criteria of all badges."""
    link, entries = _form(known, policy)
    if not link or "row" not in entries:
        return ""
    rubrics = [lines_to_rate(one) for _, one in sorted(known.achievements.items()) if "ratings" in entries]
    return sha256(repr(("#", link, sorted(entries.items()), rubrics)).encode()).hexdigest()[:16]


def relinks(known: Known, policy: Policy) -> bool:
    """True when the links in the rows are to lead elsewhere."""
    now = links_now(known, policy)
    return bool(now) and known.facts.get(LINKS, "") != now


def _form(known: Known, policy: Policy) -> tuple[str, dict[str, str]]:
    """The address of the form, and how a link names its questions, by role."""
    form_id = policy.decision_form
    link = known.facts.get(f"form-link:{form_id}", "") or f"https://docs.google.com/forms/d/{form_id}/viewform"
    found = {role: entry_of(known.facts.get(f"question:{form_id}:{role}", "")) for role in ("row", "ratings")}
    return link if form_id and "?" not in link else "", {role: entry for role, entry in found.items() if entry}
