"""A programme under the hands of people, watched: what the bridge may not do, and what must be true at rest."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bridge.model import Kind, Known, Lesson, State, Verdict
from bridge.plan import Policy
from bridge.plan.learning import REBUILD
from bridge.plan.log_tab import SHOWN, log_rows
from bridge.ports import Own, SheetReading
from bridge.report import Report
from bridge.review import Column, columns_of
from tests.crash import at_rest, deeds, watching
from tests.crash.clumsy import PLANNING, Clumsy, View
from tests.crash.meanwhile import Meanwhile
from tests.crash.world import FakeWorld
from tests.fakes.hands import BADGES, OWN, REVIEW, FakeHands, Hands

TEACHERS = tuple(f"{name}@lakeview.example" for name in ("ana", "ben", "cleo", "dan", "eva"))
COORDINATOR = "cora@lakeview.example"
#: What leaves all columns where they are.
STEADY = ("decide", "edit", "sort", "retype", "handle_row")
#: The mails that bear a coach's words, and which.
TOLD = {Kind.TELL_RETURNED: Verdict.RETURN, Kind.TELL_DECLINED: Verdict.DECLINE, Kind.TELL_REVOKED: Verdict.REVOKE}
LOG, ARCHIVE = Own.LOG.title(), Own.ARCHIVE.title()


class Programme(RuleBasedStateMachine):
    """One programme and its bridge; what people do there, `People` says."""

    def __init__(self) -> None:
        super().__init__()
        self.world = FakeWorld()
        self.hands = self.sit_down()
        self.clumsy = Clumsy(self.hands)
        self.meant: set[View] = set()
        self.answers: defaultdict[str, set[str]] = defaultdict(set)  # of each attempt, all that the teacher ever wrote
        self.versions: dict[tuple[str, int], str] = {}  # what the teacher wrote, by attempt and version
        self.catalogue: list[list[str]] = []
        self.twists: frozenset[str] = frozenset()
        self.orderly = self.rules_changed = False
        self.texts = 0

    def sit_down(self) -> Hands:
        """Open the spreadsheet at which people and bridge meet; another machine opens Google's."""
        self.spreadsheet = self.world.sheet
        self.meanwhile = Meanwhile(self.spreadsheet)
        self.world.sheet = self.meanwhile  # type: ignore[assignment]
        return FakeHands(self.spreadsheet)

    def agree_on(self, policy: Policy) -> None:
        """The settings, as the bridge and its spreadsheet have them."""
        self.world.policy = policy
        self.look(columns_of(policy.identity, named=bool(policy.coaches)))

    def look(self, columns: Sequence[Column]) -> None:
        """How Review is made."""
        self.spreadsheet.titles = [column.title for column in columns]

    def reading(self) -> SheetReading:
        return self.spreadsheet.read()

    def do(self, deed: deeds.Deed) -> None:
        """Let people do it, and remember what stood in each row whose words it changed."""
        name, given = deed
        before = self.clumsy.words()
        getattr(self.clumsy, name)(**given)
        self.meant |= self.clumsy.words() - before
        if given.get("tab") == BADGES:
            self.rules_changed = True

    def text(self) -> str:
        self.texts += 1
        return f"Reflection {self.texts}"

    def responses(self) -> list[str]:
        return [response for form in self.world.forms.forms.values() for response in form.responses]

    def mend(self) -> None:
        """Somebody puts the titles right, brings the tab Badges back, or runs `badge-bridge sheet rebuild`."""
        self.do(("mend_titles", {}))
        self.do(("tidy", {}))
        if not self.clumsy.there and self.world.known().shown:
            ledger = self.world.ledger()
            with ledger.lease():
                ledger.learn(Lesson(facts={REBUILD: "yes"}))
        if self.hands.has(BADGES):
            self.hands.delete(BADGES)
        self.hands.add(BADGES, self.catalogue)

    # ── the bridge ───────────────────────────────────────────────────────────────

    def _watched_cycle(self, *, meanwhile: str = "") -> Report:
        """One cycle during which the bridge keeps its hands off people's cells.

        *meanwhile*: what people do at the same time. Where columns move in the second before the write, or rows that
        are about to go to the Archive, the bridge writes into the wrong ones: Google can't be asked to look first.
        """
        tampered, archived = not meanwhile and self._log_was_tampered_with(), len(self.hands.cells(ARCHIVE))
        known = self.world.known()
        self.before = self._look()
        read = self.before.words
        try:
            report = self.world.run_once()
        finally:
            after = self._look()
            moved = len(self.hands.cells(ARCHIVE)) > archived
            if not meanwhile or (meanwhile in STEADY and not moved):
                watching.check(self.before, after, self.hands.cells(ARCHIVE))
            else:
                self.meant |= after.words
            self._learn_from(known, read, after)
        assert not tampered or "sheet, tab Log" in {problem.where for problem in report.problems}
        return report

    def _look(self) -> watching.Sight:
        return watching.look(self.hands, self.reading().review, self.clumsy.words())

    def _log_was_tampered_with(self) -> bool:
        """Lines that were shown once differ from the ledger's, or are gone."""
        shown = int(self.world.known().facts.get(SHOWN, "0"))
        lines = log_rows(self.world.ledger().log())
        told = at_rest.left(self.hands.cells(LOG), len(lines[0]))[1:]
        return told != [list(line) for line in lines[1 : len(told) + 1]] or len(told) < min(shown, len(lines) - 1)

    def _learn_from(self, before: Known, read: frozenset[View], after: watching.Sight) -> None:
        """Of words that stood in a row which did not show the teacher's own answer: once it does, they are about it.

        *read*: the words that stood there when the bridge looked.
        """
        known = self.world.known()
        for attempt in (*before.attempts.values(), *known.attempts.values()):
            self.answers[attempt.id].add(attempt.submission.reflection)
            self.versions[attempt.id, attempt.version] = attempt.submission.reflection
        stood = {one._replace(saw="") for one in self.before.words if one.saw not in self.answers[one.key]}
        self.meant |= {one for one in after.words if one._replace(saw="") in stood}
        self._check_new_words(before, known, read)
        for key in known.orders.keys() - before.orders.keys():
            self._check_what_came_before(before, known, key)

    def _check_new_words(self, before: Known, known: Known, read: frozenset[View]) -> None:
        """Whatever was decided since *before* was meant by somebody, in these words, in that one row. What is in force
        again was checked before.
        """
        for key, words in known.decisions.items():
            old = {replace(word, enacted=False) for word in before.decisions.get(key, ())}
            for place, word in enumerate(words):
                is_again = any(replace(word, n=one.n) == one for one in words[:place])
                by_itself = known.attempts[key].submission.by_itself and place == 0
                if replace(word, enacted=False) in old or word.verdict is None or is_again or by_itself:
                    continue
                said = (word.verdict, word.feedback, word.reviewer)
                seen = [one.saw for one in read & self.meant if one.key == key and one[2:5] == said]
                saw = self.versions[key, word.version]
                has_acted = any(one.enacted for one in words[:place])  # then it is a word about that
                assert seen if has_acted else saw in seen, word

    @staticmethod
    def _check_what_came_before(before: Known, known: Known, key: str) -> None:
        order = known.orders[key]
        wanted = known.achievements[order.achievement].prerequisites
        if wanted is not None:
            held = {
                before.orders[one].achievement
                for one, credential in before.credentials.items()
                if credential.revoked_at is None and before.orders[one].recipient == order.recipient
            }
            assert len(held & set(wanted.of)) >= wanted.number

    @rule(mended=st.booleans())
    def rest(self, mended: bool) -> None:
        """Cycles until one changes nothing; then all must be well, and stay so."""
        if mended:
            self.mend()
        quiet, said = 0, []
        for _ in range(14):
            report = self._watched_cycle()
            said.append([line for line in report.lines() if "Badges" not in line])
            is_quiet = report.changed_nothing and not (report.tabs_written or report.mended)
            quiet = quiet + 1 if is_quiet else 0
            if quiet == 2:  # the first may still have made an empty tab
                break
            self.world.clock.advance(timedelta(hours=8))
        else:
            raise AssertionError(f"no rest: {said}")
        self._check_that_nothing_moves()
        at_rest.check_that_nothing_is_lost(self.world, self.responses())
        at_rest.check_mails(self.world)
        at_rest.check_log(self.world)
        at_rest.check_review(self.world, reading := self.reading())
        at_rest.check_own_tabs(self.world, self.hands, reading)

    def _check_that_nothing_moves(self) -> None:
        tabs = [REVIEW, BADGES, *OWN]
        before, ledger = [self.hands.cells(tab) for tab in tabs], deepcopy(self.world.known())
        report = self._watched_cycle()
        assert report.changed_nothing
        assert [self.hands.cells(tab) for tab in tabs] == before
        assert self.world.known() == ledger

    def teardown(self) -> None:
        self.rest(mended=True)

    # ── what must always hold ────────────────────────────────────────────────────

    @invariant()
    def nobody_holds_a_badge_twice(self) -> None:
        known = self.world.known()
        orders = {order.award: order for order in known.orders.values()}
        held: Counter[tuple[str, str]] = Counter()
        for backend in self.world.backends.values():
            assert len(backend.issued) == len(set(backend.issued))
            held.update(
                (orders[award].recipient, orders[award].achievement)
                for award in backend.credentials
                if award not in backend.revoked
            )
        assert all(times == 1 for times in held.values()), held

    @invariant()
    def every_badge_was_approved_by_somebody_who_saw_this_answer(self) -> None:
        known = self.world.known()
        orders = {order.award: order for order in known.orders.values()}
        for award in [award for backend in self.world.backends.values() for award in backend.issued]:
            order = orders[award]
            if known.attempts[order.attempt_id].submission.by_itself:
                continue
            approvers = self._approvers(order.attempt_id)
            seen = {one for one in self.meant if (one.key, one.verdict) == (order.attempt_id, Verdict.APPROVE)}
            for who, level in approvers.items():
                assert any(
                    (one.saw, one.reviewer) == (order.narrative, who) and level in ("", one.level) for one in seen
                )
            if not self.rules_changed:
                rated = "rubric" in self.twists and order.achievement == "first-aid"
                assert not rated or set(approvers.values()) <= {"meets", "exceeds"}
                assert len(approvers) == (2 if "two" in self.twists and order.achievement == "co-teaching" else 1)

    @invariant()
    def each_mail_bears_the_words_of_its_own_row(self) -> None:
        known = self.world.known()
        for message in self.world.mailer.sent:
            kind, _, subject = message.key.partition(":")
            key, _, n = subject.partition("/")
            if kind in TOLD:
                words = [word for word in known.decisions[key] if word.verdict is TOLD[kind] and n in ("", str(word.n))]
                assert message.to == known.requests[known.attempts[key].request].recipient
                assert words[-1].feedback in " ".join(message.text.split())

    @invariant()
    def nobody_is_revoked_but_whom_somebody_revoked(self) -> None:
        known = self.world.known()
        orders = {order.award: order for order in known.orders.values()}
        said = {(one.key, one.feedback) for one in self.meant if one.verdict is Verdict.REVOKE}
        for backend in self.world.backends.values():
            assert {(orders[award].attempt_id, why) for award, why in backend.revoked.items()} <= said

    def _approvers(self, attempt_id: str) -> dict[str, str]:
        """Who approved what became a badge: since anything else was said, but for what was said of the badge itself;
        and how each rated Planning."""
        found: list[dict[str, str]] = [{}]
        for word in self.world.known().decisions[attempt_id]:
            if word.verdict is Verdict.REVOKE:
                continue  # taken back in time, the Approve before it is in force again
            if word.verdict is not Verdict.APPROVE:
                found.append({})
            elif word.enacted:
                levels = {one.criterion.title: one.level for one in word.ratings}
                found[-1][word.reviewer] = levels.get(PLANNING, "")
        return next(names for names in reversed(found) if names)

    @invariant()
    def nobody_is_returned_more_often_than_the_badge_allows(self) -> None:
        if "limits" in self.twists and not self.rules_changed:
            known = self.world.known()
            returned = {
                effect.attempt_id
                for effect in known.effects.values()
                if effect.kind is Kind.TELL_RETURNED and effect.state is State.DONE
            }
            requests = Counter(known.attempts[key].request for key in returned)
            assert all(
                times <= 1 for number, times in requests.items() if known.requests[number].achievement == "first-aid"
            )
