"""What people do, as strategies: the name of an act of `Clumsy`, and with what."""

from __future__ import annotations

from typing import Any, TypeAlias

from hypothesis import strategies as st

from bridge.model import Verdict
from bridge.plan.catalogue import (
    ACTIVE,
    BACKEND,
    DESCRIPTION,
    HOURS,
    MILESTONE,
    MOST_ATTEMPTS,
    NAME,
    PREREQUISITES,
    RUBRIC,
    SECOND_LOOK,
)
from bridge.review import DECISION, EMAIL, FEEDBACK, ID, REVIEWER, STATUS
from tests.crash.clumsy import COACHES, IDENTITY, PLANNING, TITLES
from tests.crash.world import CO_TEACHING, FIRST_AID
from tests.fakes.hands import BADGES, OWN, REVIEW

Deed: TypeAlias = tuple[str, dict[str, Any]]

COACHES_OF_TWO = ("coach@lakeview.example", "carla@lakeview.example")
SWIMMING = "Swimming"  # not in the catalogue at first

#: What the catalogue says in some runs: key, title, text.
CATALOGUE = (
    ("two", "co-teaching", SECOND_LOOK, "coach"),
    ("before", "co-teaching", PREREQUISITES, "first-aid"),
    ("limits", "first-aid", MOST_ATTEMPTS, "2"),
    ("vendor", "co-teaching", BACKEND, "badgr"),
    ("rubric", "first-aid", RUBRIC, "Planning: not yet | meets* | exceeds\nStyle: plain | rich"),
    ("by itself", "helper", PREREQUISITES, "first-aid"),
    ("by itself", "helper", MILESTONE, "by itself"),
)
twists = st.frozensets(
    st.sampled_from(["two", "before", "limits", "vendor", "by itself", "criteria", "archive", "digests", "rubric"]),
    max_size=5,
)

#: Some are chosen more often.
VERDICTS = (*[Verdict.APPROVE] * 4, *Verdict, Verdict.REVOKE, "")
#: Typed anywhere: titles, IDs, words that mean something elsewhere, and what Google takes for a number or a formula.
TEXTS = (
    "",
    "oops",
    "Approve",
    "Return",
    "1-1",
    "77-1",
    "2",
    "=1+1",
    "yes",
    "no",
    DECISION,
    STATUS,
    "first-aid",
    FIRST_AID,
)

rows = st.integers(0, 8)
badges = st.sampled_from([FIRST_AID, FIRST_AID, FIRST_AID, CO_TEACHING, CO_TEACHING, SWIMMING])
words = st.sampled_from(["Please add a photo.", "Not this time.", "Once more, please.", "One two three.", ""])
whose = st.sampled_from(COACHES_OF_TWO)
verdicts = st.sampled_from(VERDICTS)
titles = st.sampled_from((*TITLES, PLANNING, DECISION, ID, EMAIL, STATUS, FEEDBACK, REVIEWER))
levels = st.sampled_from(["meets", "meets", "exceeds", "not yet", ""])
#: Sorted without the others: mostly what decides something.
sorted_titles = st.sampled_from((*[DECISION] * 6, *[FEEDBACK] * 4, ID, EMAIL, REVIEWER, *TITLES))
choices = st.lists(st.tuples(rows, verdicts, words, whose, levels), min_size=1, max_size=5)
#: To several teachers at once, each in words of their own.
noes = st.lists(
    st.tuples(
        rows,
        st.sampled_from([Verdict.RETURN, Verdict.DECLINE, Verdict.REVOKE]),
        words.filter(bool),
        whose,
        st.just(""),
    ),
    min_size=2,
    max_size=5,
    unique_by=lambda choice: choice[0],
)

edits = st.sampled_from(
    [
        (row, title, text)
        for row in (1, 2)
        for title, text in (
            (HOURS, "many"),
            (HOURS, "3"),
            (NAME, FIRST_AID),
            (NAME, CO_TEACHING),
            (NAME, "First Aid for all"),
            (NAME, SWIMMING),
            (ACTIVE, "no"),
            (ACTIVE, "yes"),
            (DESCRIPTION, ""),
            (DESCRIPTION, "In other words"),
        )
    ]
)


def deed(name: str, **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Deed]:
    return st.tuples(st.just(name), st.fixed_dictionaries(given))


decide = deed("decide", choices=choices)
drag = deed("drag", verdict=verdicts, feedback=words, reviewer=whose, level=levels)
filtered = deed(
    "filter_and_decide", title=titles, row=rows, verdict=verdicts, feedback=words, reviewer=whose, level=levels
)
decisions = st.one_of(decide, decide, decide, deed("decide", choices=noes), drag, filtered)

sort = deed("sort", title=titles)
copies = st.sampled_from(["copy", "copy and decide", "copy and decide above"])
handle_row = deed("handle_row", row=rows, act=copies | st.sampled_from(["delete", "insert"]))
handle_column = deed(
    "handle_column", title=titles, act=st.sampled_from(["move", "insert", "delete", "mangle"]), to=st.integers(0, 20)
)
in_review = st.one_of(
    deed("retype", row=rows, title=st.sampled_from(COACHES), text=st.sampled_from(["", "approved!", "yes", "Sorry."])),
    deed("retype", row=rows, title=st.sampled_from(IDENTITY), text=st.sampled_from(["", "77-1", "oops"])),
    deed("retype", row=rows, title=titles, text=st.sampled_from(TEXTS)),
    deed("type", tab=st.just(REVIEW), row=rows, column=st.integers(0, 20), text=st.sampled_from(TEXTS)),
    sort,
    handle_row,
    handle_row,
    handle_column,
    deed("lose", act=st.sampled_from(["clear", "delete", "rows"])),
)

#: Not in the moment before a write: the bridge would write into the row of titles, for Google can't be asked to look.
above = deed("insert_above", count=st.integers(1, 2), note=st.sampled_from(["", "Please decide by Friday"]))

#: Of all tabs but Review. What is pasted into Review comes from any of them.
TRESPASSES = (
    *("delete", "clear", "sort", "sort alone", "insert row", "delete row", "insert column", "delete column"),
    *("paste a request", "paste into Review", "paste into Review"),
)
others = st.sampled_from([*OWN, BADGES, "Archive", "Log", BADGES])
in_other_tabs = st.one_of(
    deed("type", tab=others, row=st.integers(0, 30), column=st.integers(0, 20), text=st.sampled_from(TEXTS)),
    deed("vandalize", tab=others, act=st.sampled_from(TRESPASSES), row=st.integers(0, 30), column=st.integers(0, 20)),
)

#: In the moment between the bridge's look and its write; "edit" is the teacher's.
anything = st.one_of(decide, decide, deed("edit"), sort, handle_row, handle_column, in_review, in_other_tabs)
