"""What the tab Help says to whoever opens the spreadsheet: short, and true of this programme's settings. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from bridge.model import Identity
from bridge.plan.policy import Policy
from bridge.ports import Rows
from bridge.review import DECIDE, DECISION, FEEDBACK, ID, REVIEWER, STATUS, WITH, Linked


def help_rows(policy: Policy, views: Iterable[tuple[str, str]] = ()) -> Rows:
    """Return the tab, the titles first; *views*: the filter views of Review, each with the link that opens it."""
    deciding = _WHERE.get(policy.identity, _IN_CELLS)
    titles = ("You want to …", "What to do, and what comes of it")
    note = "" if policy.identity is Identity.FORM else " Clear your note before you approve: it goes out."
    hold = ("hold", f"Nothing happens until you choose something else.{note}")
    return (titles, *_of_views(views), *deciding, *_NOT_NOW, hold, _REVOKE, *_of_settings(policy), *_LIVING)


def _of_views(views: Iterable[tuple[str, str]]) -> Rows:
    text, links = "", list[tuple[int, int, str]]()
    for title, link in views:
        text += "\n" if text else ""
        links.append((len(text), len(text) + len(title), link))
        text += title
    return (("see only these rows of Review: click", Linked(text, *links)),) if text else ()


_IN_A_FORM = (
    (
        "decide about a request",
        f"Click on the link under {DECIDE} in its row: it opens a form with the row's ID in it. Choose, write to the "
        f"teacher, and send. Google says who you are. Then look at {STATUS}: it says what comes of it, or what is "
        f"missing. What stands under {DECISION}, {FEEDBACK} and {REVIEWER} counts for nothing.",
    ),
    (
        "approve",
        "The badge is issued, published and mailed, with your words if you wrote some. Where two must approve, the "
        f"second one sends the form as well; {STATUS} says who is awaited.",
    ),
    (
        "rate by a rubric",
        f"Where a badge has one, its criteria stand in the form, a line each: write the level behind it. {STATUS} says "
        "what Approve lacks. On Return the teacher reads what you rated.",
    ),
)

_IN_CELLS = (
    (
        "decide about a request",
        f"Go to the tab Review and choose from the list under {DECISION}. Write to the teacher under {FEEDBACK}, and "
        f"put your own e-mail address under {REVIEWER}: Approve and Revoke need it. Then look at {STATUS}: it says "
        "what comes of it, or what is missing.",
    ),
    (
        "approve",
        "The badge is issued, published and mailed, with your words if you wrote some. Where two must approve, the "
        f"second one puts their own address under {REVIEWER} and leaves Approve; {STATUS} says who is awaited.",
    ),
    (
        "rate by a rubric",
        f"Where a badge has one, choose a level in each of its columns beside {DECISION}. {STATUS} says what Approve "
        "lacks. On Return the teacher reads what you rated.",
    ),
)

_IN_TABS = (
    (
        "decide about a request",
        f"Go to the tab that bears your name, and choose from the list under {DECISION}; write to the teacher under "
        f"{FEEDBACK}. Nobody else can write there but the owner of this file. Then look at {STATUS}: it says what "
        f"comes of it, or what is missing. Review is the overview; {WITH} says there with whom each row is.",
    ),
    (
        "give a row to somebody else",
        f"Choose their address under {REVIEWER} in the tab Review. What was chosen, and has not acted, does not go "
        "along.",
    ),
    (
        "approve",
        "The badge is issued, published and mailed, with your words if you wrote some. Where two must approve, the row "
        f"goes to the second one's tab then; {STATUS} says who is awaited.",
    ),
    _IN_CELLS[-1],
)

_WHERE = {Identity.FORM: _IN_A_FORM, Identity.TABS: _IN_TABS}

_NOT_NOW = (
    (
        "return",
        "Not yet. The teacher gets your words and a link to the form with the last answer in it; what comes back is "
        f"the next attempt, in a row of its own. Needs words. Where a badge has a last attempt, {STATUS} says so.",
    ),
    ("decline", "No, with your words. Needs words."),
)

_REVOKE = (
    "revoke",
    "Only once a badge is issued: it is withdrawn for good, its page says so, and the teacher gets your words. "
    "Needs words.",
)


def _of_settings(policy: Policy) -> Rows:
    minutes = round(policy.settle / timedelta(minutes=1))
    undo = "send the form again, with Hold" if policy.identity is Identity.FORM else "empty the cell"
    acts = (
        f"A decision acts once it has stood for {minutes} minutes; until then, {undo}. {STATUS} says when."
        if minutes
        else f"A decision acts when the bridge comes next. Until then, {undo} to take it back."
    )
    who = (
        "Whoever the coordinator has named as a coach; nobody approves a request of their own."
        if policy.coaches
        else "Whoever may edit this spreadsheet; nobody approves a request of their own."
    )
    shared = f" with {policy.share_with}" if policy.share_with else ""
    return (
        ("change your mind", acts),
        ("know who may decide", who),
        (
            "know by when",
            f"Due says the day that the teacher was promised: {policy.due_days} days after the request, or as many as "
            "the badge's row in the tab Badges says.",
        ),
        *([_REMINDED] if policy.digests else []),
        (
            "open evidence that has a ✗ or a ?",
            f"✗: the teacher was asked to share it{shared}. Once that is done, the mark changes by itself. "
            "? not checked: a page of the web, or a file that the bridge could not look at yet. Click on it.",
        ),
        *_of_archive(policy),
    )


_REMINDED = (
    "know what waits for you",
    "Once a day at most, and only when something waits, a mail tells you. What came in today is told tomorrow; what is "
    "on hold, by itself, only once it is late.",
)


def _of_archive(policy: Policy) -> Rows:
    if policy.archive_after is None:
        return ()
    words = (
        f"Where nothing has happened for {policy.archive_after.days} days, its rows stand in the tab Archive. To have "
        f"one back, copy its ID from there and paste it under {ID} in an empty row of Review."
    )
    return (("find an old request", words),)


_LIVING = (
    (
        "sort, filter, hide columns",
        "All of it is fine, and so are rows of your own, and columns to the right of all others. Only never sort one "
        "column by itself. (If it happened: Ctrl+Z.) The titles are locked.",
    ),
    (
        "see only what waits",
        "Data, Filter views: Waiting, Overdue, Closed, and one for each coach that is named. They change nothing for "
        "others. Overdue rows are tinted, and those that wait for no coach are grey.",
    ),
    ("type into a shaded column", "Better not: the bridge puts it right. The white columns are yours, and stay yours."),
    (
        "offer another badge, or change one",
        "Write it into the tab Badges, one row for each. Its own Status says whether the row is understood; until it "
        "is, the last good version stays in force.",
    ),
    (
        "show the badges on a website",
        "Publish the tab Catalogue: File, Share, Publish to web, and choose that tab in the place of Entire document, "
        "for the other tabs name people.",
    ),
    (
        "see who decided what, and when",
        "The tab Log has a line for each decision and each thing done, without names. It is only added to; what is "
        "changed or deleted there is put back, and reported to the coordinator.",
    ),
)
