"""The machine of people: rules for what they do, the bridge that starts, works and dies, and what must never happen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from copy import deepcopy
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bridge.model import Kind, Known, Lesson, State, Verdict
from bridge.plan.catalogue import ARTWORK, CRITERIA, NAME, OPTIONAL, TITLES
from bridge.plan.learning import REBUILD
from bridge.plan.log_tab import SHOWN, log_rows
from bridge.ports import Own, SheetReading
from bridge.report import Report
from bridge.review import BADGE, DECISION, EMAIL, ID, fold
from tests.crash import at_rest, deeds, watching
from tests.crash.clumsy import COACHES, Clumsy, View
from tests.crash.meanwhile import Meanwhile, Moment
from tests.crash.mortal import Death
from tests.crash.world import CO_TEACHING, FIRST_AID, FakeWorld, with_policy
from tests.fakes.forms import SHOW_EVIDENCE, SHOW_NAME
from tests.fakes.hands import BADGES, OWN, REVIEW, FakeHands, Hands

TEACHERS = tuple(f"{name}@lakeview.example" for name in ("ana", "ben", "cleo", "dan", "eva"))
COORDINATOR = "cora@lakeview.example"
LOG, ARCHIVE = Own.LOG.title(), Own.ARCHIVE.title()


class People(RuleBasedStateMachine):
    """One programme, its teachers, coaches and coordinator, and a bridge."""

    def __init__(self) -> None:
        super().__init__()
        self.world = FakeWorld()
        self.hands = self.sit_down()
        self.clumsy = Clumsy(self.hands)
        self.approved: set[View] = set()
        self.answers: defaultdict[str, set[str]] = defaultdict(set)  # of each attempt, all that the teacher ever wrote
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

    def reading(self) -> SheetReading:
        return self.spreadsheet.read()

    @initialize(
        orderly=st.booleans(),
        settle=st.sampled_from([0, 10]),
        new_awards=st.sampled_from([50, 50, 1]),
        asked=st.lists(st.tuples(st.sampled_from(TEACHERS), deeds.badges), min_size=3, max_size=7),
        twists=deeds.twists,
        first=deeds.choices,
    )
    def open(
        self,
        orderly: bool,
        settle: int,
        new_awards: int,
        asked: list[tuple[str, str]],
        twists: frozenset[str],
        first: list[tuple[int, str, str, str]],
    ) -> None:
        self.orderly, self.twists = orderly, twists
        self.world.policy = with_policy(
            settle=timedelta(minutes=settle),
            new_awards=new_awards,
            archive_after=timedelta(days=60) if "archive" in twists else None,
            digests="digests" in twists,
            coaches=frozenset(deeds.COACHES_OF_TWO) if "digests" in twists else frozenset(),
            coordinator=COORDINATOR if "digests" in twists else "",
            escalate_days=3,
        )
        self.write_catalogue()
        for who, badge in asked:
            self.submit(who=who, badge=badge)
        self.cycle(deed=None, steps=None)
        self.cycle(deed=("decide", {"choices": first}), steps=None)

    def write_catalogue(self) -> None:
        """The tab Badges, with all its columns, as this run has it."""
        header, *rows = self.hands.cells(BADGES)
        width = len(TITLES) + len(OPTIONAL)
        picture = rows[0][header.index(ARTWORK)]
        made = [[*row, *[""] * (width - len(row))] for row in rows]
        self.catalogue = [[*TITLES, *OPTIONAL], *made]
        if "by itself" in self.twists:
            self.catalogue.append(["helper", "Helper", "Helps", "Comes by itself", picture, *[""] * (width - 5)])
        for twist, key, title, text in deeds.CATALOGUE:
            if twist in self.twists:
                row = next(row for row in self.catalogue if row[0] == key)
                row[self.catalogue[0].index(title)] = text
        if "criteria" in self.twists:
            doc = self.world.drive.add("criteria", b"# What to do", "application/vnd.google-apps.document")
            self.catalogue[1][self.catalogue[0].index(CRITERIA)] = f"https://docs.google.com/document/d/{doc}/edit"
        self.hands.delete(BADGES)
        self.hands.add(BADGES, self.catalogue)

    def do(self, deed: deeds.Deed) -> None:
        """Let people do it, and remember what stood in each row that it made say Approve."""
        name, given = deed
        before = self.clumsy.approvals()
        getattr(self.clumsy, name)(**given)
        self.approved |= self.clumsy.approvals() - before
        if given.get("tab") == BADGES:
            self.rules_changed = True

    # ── teachers ─────────────────────────────────────────────────────────────────

    @rule(who=st.sampled_from(TEACHERS), badge=deeds.badges)
    def submit(self, who: str, badge: str) -> None:
        file = self.world.drive.add("photo.jpg")
        link = f"https://drive.google.com/file/d/{file}/view"
        self.world.forms.submit(who, badge, links=link, reflection=self.text(), show=(SHOW_NAME, SHOW_EVIDENCE))

    @precondition(lambda self: self.responses())
    @rule(n=st.integers(0, 9), badge=st.sampled_from(["", "", FIRST_AID, CO_TEACHING, deeds.SWIMMING]))
    def edit(self, n: int, badge: str) -> None:
        response = self.responses()[n % len(self.responses())]
        self.world.forms.edit(response, reflection=self.text(), **({"badge": badge} if badge else {}))

    def text(self) -> str:
        self.texts += 1
        return f"Reflection {self.texts}"

    def responses(self) -> list[str]:
        return [response for form in self.world.forms.forms.values() for response in form.responses]

    # ── coaches ──────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.clumsy.has(*COACHES))
    @rule(deed=deeds.decisions)
    def decide_and_go_home(self, deed: deeds.Deed) -> None:
        """The ordinary day."""
        self.do(deed)
        self.rest(mended=False)

    @precondition(lambda self: not self.orderly and self.clumsy.there)
    @rule(deed=deeds.in_review)
    def fumble(self, deed: deeds.Deed) -> None:
        self.do(deed)

    @precondition(lambda self: not self.orderly and self.clumsy.has(*COACHES))
    @rule(
        first=st.integers(0, 20),
        width=st.sampled_from([1, 1, 1, 2, 3, 5]),
        by=st.integers(0, 4),
        left=st.sampled_from([False, False, False, True]),
    )
    def sort_some_columns(self, first: int, width: int, by: int, left: bool) -> None:
        """Sort one column, or some, without the others: where that shows in two rows, no decision is taken."""
        self.cycle(deed=None, steps=None)
        place = first % max(1, len(self.clumsy.header))
        end = min(place + width, len(self.clumsy.header))
        before, was_whole, known = self.hands.cells(REVIEW), self._rows_are_whole(), self.world.known()
        views = self.clumsy.approvals()
        if len(before) < 3:
            return
        self.hands.sort(REVIEW, place + by % (end - place), place, end)
        if was_whole and self._shows_that_it_was_sorted(known):
            report = self._watched_cycle()
            assert any(
                "stand in other rows" in p.sentence or "stands in other rows" in p.sentence for p in report.problems
            )
            assert self._words(known) == self._words(self.world.known())
            if not left:
                for row, cells in enumerate(before[1:], 1):
                    for column in range(place, end):
                        self.hands.type(REVIEW, row, column, cells[column])
        self.approved |= self.clumsy.approvals() - views

    def _rows_are_whole(self) -> bool:
        """Each row is the one row of an attempt, and bears its e-mail and badge."""
        known, rows = self.world.known(), self.clumsy.rows()
        return len({row.get(ID) for row in rows}) == len(rows) and all(_is_of(known, row) for row in rows)

    def _shows_that_it_was_sorted(self, known: Known) -> bool:
        """Two rows or more bear another one's ID, e-mail or badge, or lost what they were decided with."""
        rows = self.clumsy.rows()
        if not all(_is_of(known, row) for row in rows):
            return True
        words, feedback = 0, 0
        for row in rows:
            word = known.decision(row[ID])
            if word is not None and word.enacted and word.verdict is not None:
                said = known.facts.get(f"cell:{row[ID]}/{word.n}", word.verdict.value)
                told = known.facts.get(f"feedback:{row[ID]}/{word.n}", word.feedback)
                words += bool(said) and row[DECISION] != said
                feedback += bool(told) and row[DECISION] == said and row["Feedback"] != told
        return words >= 2 or feedback >= 2

    @staticmethod
    def _words(known: Known) -> Counter[Verdict | None]:
        return Counter(word.verdict for words in known.decisions.values() for word in words)

    @precondition(lambda self: not self.orderly)
    @rule(deed=deeds.in_other_tabs)
    def trespass(self, deed: deeds.Deed) -> None:
        self.do(deed)

    @precondition(lambda self: not self.orderly)
    @rule()
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

    # ── the coordinator, and time ────────────────────────────────────────────────

    @rule(
        edit=st.none() | deeds.edits,
        file=st.none() | st.tuples(deeds.rows, st.sampled_from(["unshare", "share", "trash"])),
        awards=st.integers(0, 5),
    )
    def coordinate(self, edit: tuple[int, str, str] | None, file: tuple[int, str] | None, awards: int) -> None:
        """Change a cell of the catalogue, or add the badge that is missing; handle a file; allow some badges."""
        cells = self.hands.cells(BADGES)
        header = cells[0] if cells else []
        if edit is not None and edit[1] in header and edit[0] < len(cells):
            row, column, text = edit
            self.hands.type(BADGES, row, header.index(column), text)
        elif ARTWORK in header and NAME in header and deeds.SWIMMING not in [row[header.index(NAME)] for row in cells]:
            picture = self.catalogue[1][TITLES.index(ARTWORK)]
            swimming = {
                "Key": "swimming",
                NAME: deeds.SWIMMING,
                "Description": "Swims",
                CRITERIA: "Does it",
                ARTWORK: picture,
            }
            for column, title in enumerate(header):
                self.hands.type(BADGES, len(cells), column, swimming.get(title, ""))
        if file is not None:
            files = list(self.world.drive.files)
            getattr(self.world.drive, file[1])(files[file[0] % len(files)])
        self.world.ledger().allow(awards)

    @rule(days=st.sampled_from([1, 7, 61, 61]))
    def let_time_pass(self, days: int) -> None:
        self.world.clock.advance(timedelta(days=days))

    # ── the bridge ───────────────────────────────────────────────────────────────

    @rule(deed=st.none() | deeds.decisions, steps=st.none() | st.integers(1, 120))
    def cycle(self, deed: deeds.Deed | None, steps: int | None) -> None:
        """One cycle by a new process, which may die, perhaps after somebody has decided something."""
        if deed is not None:
            self.do(deed)
        self.world.doom.dies_at = -1 if steps is None else self.world.doom.steps + steps
        try:
            self._watched_cycle()
        except Death:
            self.world.doom.dead = False
        finally:
            self.world.doom.dies_at = -1
        self.world.clock.advance(timedelta(hours=1))

    @rule(moment=st.sampled_from(Moment), deed=deeds.anything, n=st.integers(0, 9))
    def act_while_the_bridge_works(self, moment: Moment, deed: deeds.Deed, n: int) -> None:
        """Two at once: people do it between the bridge's looks, or between its look and its write."""
        name, _ = deed
        if self.orderly and name not in ("decide", "edit"):
            return

        def act() -> None:
            if name != "edit":
                self.do(deed)
            elif self.responses():
                self.edit(n=n, badge="")
            self.before = self._look()

        self.meanwhile.plan(moment, act)
        report = self._watched_cycle(is_alone=False)
        self.meanwhile.catch_up()
        self.world.clock.advance(timedelta(hours=1))
        assert not report.failed or report.problems

    def _watched_cycle(self, *, is_alone: bool = True) -> Report:
        """One cycle during which the bridge keeps its hands off people's cells."""
        tampered = is_alone and self._log_was_tampered_with()
        known = self.world.known()
        self.before = self._look()
        try:
            report = self.world.run_once()
        finally:
            after = self._look()
            if is_alone:
                watching.check(self.before, after, self.hands.cells(ARCHIVE))
            self._learn_from(known, after)
        assert not tampered or "sheet, tab Log" in {problem.where for problem in report.problems}
        return report

    def _look(self) -> watching.Sight:
        return watching.look(self.hands, self.reading().review, self.clumsy.approvals())

    def _log_was_tampered_with(self) -> bool:
        """Lines that were shown once differ from the ledger's, or are gone."""
        shown = int(self.world.known().facts.get(SHOWN, "0"))
        lines = log_rows(self.world.ledger().log())
        told = at_rest.left(self.hands.cells(LOG), len(lines[0]))[1:]
        return told != [list(line) for line in lines[1 : len(told) + 1]] or len(told) < min(shown, len(lines) - 1)

    def _learn_from(self, before: Known, after: watching.Sight) -> None:
        """Of words that stood in a row which did not show the teacher's own answer: once it does, they are about it."""
        known = self.world.known()
        for attempt in (*before.attempts.values(), *known.attempts.values()):
            self.answers[attempt.id].add(attempt.submission.reflection)
        stood = {(key, who) for key, saw, who in self.before.approvals if saw not in self.answers[key]}
        self.approved |= {view for view in after.approvals if (view[0], view[2]) in stood}
        for key in known.orders.keys() - before.orders.keys():
            self._check_what_came_before(before, known, key)

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
            assert {(order.attempt_id, order.narrative, who) for who in approvers} <= self.approved
            if not self.rules_changed:
                assert len(approvers) == (2 if "two" in self.twists and order.achievement == "co-teaching" else 1)

    def _approvers(self, attempt_id: str) -> set[str]:
        """Who approved what became a badge: since anything else was said, but for what was said of the badge itself."""
        found: list[set[str]] = [set()]
        for word in self.world.known().decisions[attempt_id]:
            if word.verdict is not Verdict.APPROVE:
                found.append(set())
            elif word.enacted:
                found[-1].add(word.reviewer)
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


def _is_of(known: Known, row: Mapping[str, str]) -> bool:
    attempt = known.attempts.get(row.get(ID, ""))
    if attempt is None:
        return False
    request = known.requests[attempt.request]
    return (fold(row.get(EMAIL, "")), fold(row.get(BADGE, ""))) == (request.recipient, fold(request.label))
