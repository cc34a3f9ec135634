"""One look becomes one lesson."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bridge.model import AnswerReading, Artwork, Criteria, FileFacts, FormReading, Identity, Kind, Known, Lesson, Uptake
from bridge.plan import guards
from bridge.plan.acceptance import learn_acceptance
from bridge.plan.answers import forget_proofs, remember_proof
from bridge.plan.assignment import assign
from bridge.plan.catalogue import learn_catalogue
from bridge.plan.decisions import (
    TWICE,
    TWICE_SHOWN,
    Sorted,
    sort_rows,
    tell_of_older_ledger,
)
from bridge.plan.desks import Desk, learn_desks, prepare, unheard
from bridge.plan.digests import plan_digests
from bridge.plan.draft import Draft
from bridge.plan.enact import enact
from bridge.plan.form_list import words_for
from bridge.plan.hearing import learn_words
from bridge.plan.history_note import DUE, with_changed
from bridge.plan.intake import Intake, resolve_labels
from bridge.plan.past import past
from bridge.plan.pathways import fallen, grant, learn_fallen
from bridge.plan.policy import Policy
from bridge.plan.scrambles import (
    DISPLACED,
    RERATED,
    REWORDED,
    SCRAMBLED,
    remember_words,
    renamed,
    rerated,
    reworded,
    scrambled,
)
from bridge.ports import SheetReading, Tab
from bridge.review import Row, read_review, to_rows

#: Fact set by `badge-bridge sheet rebuild`: the tabs Review and Badges may be made again.
REBUILD = "rebuild"


@dataclass(frozen=True, slots=True)
class Seen:
    """All that one look brought home. `sheet` is None when the spreadsheet could not be read."""

    forms: Sequence[FormReading] = ()
    sheet: SheetReading | None = None
    files: Sequence[FileFacts] = ()
    artworks: Sequence[Artwork] = ()
    criteria: Sequence[Criteria] = ()
    #: What earners did with their badges, by award, of each backend that was asked.
    accepted: Mapping[str, Mapping[str, Uptake]] = field(default_factory=dict)
    answers: AnswerReading | None = None  # to the decision form; None: there is none, or it could not be read
    taken: Collection[int] = ()  # entries of status lists that badges bear which the ledger does not know


@dataclass(frozen=True, slots=True)
class Learnt:
    """The lesson, and the sentences that the sheet shows to whoever can cure what is wrong."""

    lesson: Lesson
    notices: Mapping[str, str] = field(default_factory=dict)  # by attempt id
    catalogue: Mapping[int, str] = field(default_factory=dict)  # Status of each row of the Badges tab, by position
    rows: Sorted = field(default_factory=Sorted)
    review_is_whole: bool = False  # its header is there and its rows can be trusted
    leave: frozenset[str] = frozenset()  # attempts whose row is not touched now: a coach chose while the bridge worked
    past: frozenset[str] = frozenset()  # attempts whose rows may stand in the Archive: there is nothing to tell of them
    overview: Mapping[str, str] = field(default_factory=dict)  # by attempt id: what is said in Review alone
    desks: Mapping[str, Desk] = field(default_factory=dict)  # coaches' own tabs, by address


def with_withheld(learnt: Learnt, withheld: Collection[str]) -> Learnt:
    """*learnt*, with a sentence for every attempt whose badge waits for a person's word (keys of effects)."""
    waiting = {key.partition(":")[2]: guards.WITHHELD for key in withheld}
    return replace(learnt, notices=waiting | dict(learnt.notices))


def learn(seen: Seen, known: Known, now: datetime, policy: Policy, entropy: bytes) -> Learnt:
    """Compare all that is with all that is known.

    Raise LedgerUnusable if the ledger was evidently lost, Refused if the site's address was changed under its badges.
    """
    guards.moved(known, policy)
    draft = Draft(known, now)
    rows, whole = _review_rows(draft, seen.sheet)
    guards.ledger_lost(known, rows)
    _learn_files(draft, seen)
    learn_acceptance(draft, seen.accepted)
    catalogue = learn_catalogue(draft, seen.sheet.catalogue, policy) if seen.sheet else {}
    resolve_labels(draft)
    intake = Intake(draft)
    _remember_forms(draft, (*seen.forms, *((seen.answers,) if seen.answers else ())), policy)
    intake.take(submission for form in seen.forms for submission in form.submissions)
    ours = sort_rows(draft.known, rows)
    _spare_twice_told(draft, known, ours)
    desks, overview = prepare(draft, seen.sheet, ours, policy)
    trusted, notices = _decide(draft, known, intake, seen, Rows(rows, ours, whole, desks), policy, entropy)
    overview |= dict.fromkeys(ours.twice, TWICE if policy.identity is Identity.COLUMN else TWICE_SHOWN)
    if policy.identity is Identity.TABS:
        assign(draft, {}, policy)  # who approves as the second, and new attempts
    if trusted:
        plan_digests(draft, policy)
    if draft.known.facts.get(REBUILD) and whole and seen.sheet and seen.sheet.catalogue is not None:
        draft.fact(REBUILD, "")
    if due := with_changed(known, draft.known, policy):
        draft.fact(DUE, due)
    told_for_ever = notices.keys() if whole else fallen(draft.known).keys()  # also while the tab is made again
    over = past(draft.known, now, policy) - told_for_ever - overview.keys()
    return Learnt(draft.lesson(), notices, catalogue, ours, whole, past=over, overview=overview, desks=desks)


@dataclass(frozen=True, slots=True)
class Rows:
    """What stands in the tabs where people decide."""

    all: Sequence[Row]  # of Review
    ours: Sorted  # the same, told apart
    whole: bool  # they can be trusted
    desks: Mapping[str, Desk]  # coaches' own tabs


def _decide(
    draft: Draft, known: Known, intake: Intake, seen: Seen, rows: Rows, policy: Policy, entropy: bytes
) -> tuple[bool, dict[str, str]]:
    """Take in what was decided, and let it act once it has settled.

    Say whether nobody's word was missed; and, by attempt, why a word could not be taken.
    """
    trusted = rows.whole or (seen.sheet is not None and not draft.known.shown)
    if not rows.whole:
        return trusted, {}  # unless nothing was ever shown, coaches may have decided, and nobody knows
    if told := _sorted_alone(draft.known, rows.ours, policy):
        for sentence in dict.fromkeys(told.values()):
            draft.problem("sheet, tab Review", sentence, blocking=True)
        return False, dict(told)
    tell_of_older_ledger(draft, rows.ours, policy)
    learnt: Mapping[str, str] | None
    if policy.identity is Identity.TABS:
        learnt = learn_desks(draft, known, intake, rows.ours, rows.desks, policy)
    else:
        learnt = learn_words(draft, known, intake, rows.ours, seen.answers, policy)
    remember_words(draft, rows.ours.good)
    if learnt is not None:
        # only now: whoever took a word back in time must have been heard
        enact(draft, policy, entropy, seen.taken, unheard(draft.known, rows.desks))
        grant(draft, rows.all, policy, entropy, seen.taken)
    return learnt is not None, learn_fallen(draft) | dict(learnt or {})


def _sorted_alone(known: Known, ours: Sorted, policy: Policy) -> Mapping[str, str]:
    """What to say, by attempt, where rows show that one column was sorted without the others; nothing where words in
    cells decide nothing."""
    if policy.identity is not Identity.COLUMN:
        return {}
    lost = scrambled(known, ours.good) or renamed(known, ours.good)
    return (
        dict.fromkeys(reworded(known, ours.good), REWORDED)
        | dict.fromkeys(rerated(known, ours.good), RERATED)
        | dict.fromkeys(lost, SCRAMBLED)
        | dict.fromkeys(ours.displaced, DISPLACED)
    )


def _learn_files(draft: Draft, seen: Seen) -> None:
    """Take in what lies on Drive."""
    for artwork in seen.artworks:
        draft.artwork(artwork)
    for criteria in seen.criteria:
        draft.criteria(criteria)
    for file in seen.files:
        draft.file(file)


def _remember_forms(draft: Draft, forms: Sequence[FormReading | AnswerReading], policy: Policy) -> None:
    """Questions are known by their ids from now on, a form by where people fill it in, its options by their words."""
    if policy.identity is not Identity.FORM:
        forget_proofs(draft)
    for form in forms:
        for role, question in form.questions.items():
            draft.fact(f"question:{form.form_id}:{role}", question)
        if form.link:
            draft.fact(f"form-link:{form.form_id}", form.link)
        if isinstance(form, AnswerReading):
            remember_proof(draft, form)
        else:
            for key, words in words_for(form, draft.known).items():
                draft.fact(f"option:{form.form_id}:{key}", words)
        draft.problems.extend(form.problems)


def _spare_twice_told(draft: Draft, known: Known, ours: Sorted) -> None:
    """An attempt that is new to the ledger, but not to the tab, was received before an older backup was put back."""
    for attempt_id in ours.good:
        if attempt_id not in known.attempts:
            draft.cancel(f"{Kind.TELL_RECEIVED}:{attempt_id}")


def _review_rows(draft: Draft, sheet: SheetReading | None) -> tuple[tuple[Row, ...], bool]:
    """Read the review tab; False when its rows can't be trusted, with a problem that says why."""
    if sheet is None:
        return (), False
    tab, known = sheet.review, draft.known
    for sentence in distrust(known, sheet):
        draft.problem("sheet, tab Review", sentence, blocking=True)
    if tab is None or not _has_content(tab):
        return (), False
    table = read_review(tab.values, tab.marked)
    rows = () if table.problems else to_rows(table)
    return rows, not (table.problems or (guards.emptied(known, rows) and not known.facts.get(REBUILD)))


def distrust(known: Known, sheet: SheetReading) -> tuple[str, ...]:
    """Return why the rows of the review tab can't be trusted, if so."""
    tab, awaited = sheet.review, known.shown and not known.facts.get(REBUILD)
    if tab is None or not _has_content(tab):
        what = "is empty" if tab else "is gone"
        gone = (
            f"The tab Review {what}, although requests were shown there. Bring it back (File, Version history), or "
            "have it made again with: badge-bridge sheet rebuild. Until then no decision is taken."
        )
        return (gone,) if awaited else ()
    table = read_review(tab.values, tab.marked)
    if table.problems:
        return tuple(f"{sentence} Until then no decision is taken from this sheet." for sentence in table.problems)
    if awaited and guards.emptied(known, to_rows(table)):
        return (
            "All rows of the tab Review are gone. Bring them back (File, Version history), or have them made again "
            "with: badge-bridge sheet rebuild. Until then no decision is taken.",
        )
    return ()


def _has_content(tab: Tab) -> bool:
    return any(cell.strip() for row in tab.values for cell in row)
