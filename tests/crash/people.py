"""The machine of people: rules for what they do, the bridge that starts, works and dies, and what must never happen."""

from __future__ import annotations

import re
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from bridge.plan.catalogue import ARTWORK, CRITERIA, NAME, OPTIONAL, TITLES
from bridge.ports import Own
from tests.crash import deeds, sorting
from tests.crash.clumsy import COACHES, Choice
from tests.crash.meanwhile import Moment
from tests.crash.mortal import Death
from tests.crash.programme import Programme
from tests.crash.world import CO_TEACHING, FIRST_AID, with_policy
from tests.fakes.forms import SHOW_EVIDENCE, SHOW_NAME
from tests.fakes.hands import BADGES, REVIEW

TEACHERS = tuple(f"{name}@lakeview.example" for name in ("ana", "ben", "cleo", "dan", "eva"))
COORDINATOR = "cora@lakeview.example"
#: What a cycle tells where the tab is not heard: it was sorted in part, or a title is gone, of which is told first.
NOT_HEARD = re.compile("stands? in other rows|is missing from the first row")
LOG, ARCHIVE = Own.LOG.title(), Own.ARCHIVE.title()


class People(Programme):
    """Teachers, coaches and the coordinator."""

    @initialize(
        orderly=st.booleans(),
        settle=st.sampled_from([0, 10]),
        new_awards=st.sampled_from([50, 50, 1]),
        asked=st.lists(st.tuples(st.sampled_from(TEACHERS), deeds.badges), min_size=3, max_size=7),
        twists=deeds.twists,
        first=deeds.choices | deeds.noes,
    )
    def open(
        self,
        orderly: bool,
        settle: int,
        new_awards: int,
        asked: list[tuple[str, str]],
        twists: frozenset[str],
        first: list[Choice],
    ) -> None:
        self.orderly, self.twists = orderly, twists
        policy = with_policy(
            settle=timedelta(minutes=settle),
            new_awards=new_awards,
            archive_after=timedelta(days=60) if "archive" in twists else None,
            digests="digests" in twists,
            coaches=frozenset(deeds.COACHES_OF_TWO) if "digests" in twists else frozenset(),
            coordinator=COORDINATOR if "digests" in twists else "",
            escalate_days=3,
        )
        self.agree_on(policy)
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

    # ── coaches ──────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.clumsy.has(*COACHES))
    @rule(deed=deeds.decisions)
    def decide_and_go_home(self, deed: deeds.Deed) -> None:
        """The ordinary day."""
        self.do(deed)
        self.rest(mended=False)

    @precondition(lambda self: not self.orderly and self.clumsy.there)
    @rule(deed=deeds.in_review | deeds.above)
    def fumble(self, deed: deeds.Deed) -> None:
        self.do(deed)

    @precondition(lambda self: not self.orderly and self.clumsy.has(*COACHES))
    @rule(row=deeds.rows, act=deeds.copies)
    def double_a_row(self, row: int, act: str) -> None:
        """Nothing is decided in either of the two, whichever is the one that was meant."""
        self.do(("handle_row", {"row": row, "act": act}))
        self.cycle(deed=None, steps=None)

    @precondition(lambda self: not self.orderly and self.clumsy.has(*COACHES))
    @rule(
        title=deeds.sorted_titles,
        width=st.sampled_from([1, 1, 1, 2, 3, 5]),
        by=st.integers(0, 4),
        left=st.sampled_from([False, False, False, True]),
    )
    def sort_some_columns(self, title: str, width: int, by: int, left: bool) -> None:
        """Sort one column, or some, without the others: where that shows in two rows, no decision is taken."""
        self.cycle(deed=None, steps=None)
        if not self.clumsy.has(title):
            return
        place = self.clumsy.column(title)
        end = min(place + width, len(self.clumsy.header))
        before, known, rows = self.hands.cells(REVIEW), self.world.known(), self.clumsy.rows()
        was_whole = sorting.rows_are_whole(known, rows)
        words = self.clumsy.words()
        if len(before) < 3:
            return
        self.hands.sort(REVIEW, place + by % (end - place), place, end)
        if was_whole and sorting.shows(known, rows, self.clumsy.rows()):
            report = self._watched_cycle()
            assert any(NOT_HEARD.search(problem.sentence) for problem in report.problems)
            assert sorting.words(known) == sorting.words(self.world.known())
            if not left:
                for row, cells in enumerate(before[1:], 1):
                    for column in range(place, end):
                        self.hands.put_back(REVIEW, row, column, cells[column])
        self.meant |= self.clumsy.words() - words

    @precondition(lambda self: not self.orderly)
    @rule(deed=deeds.in_other_tabs)
    def trespass(self, deed: deeds.Deed) -> None:
        self.do(deed)

    @precondition(lambda self: not self.orderly)
    @rule()
    def put_right(self) -> None:
        self.mend()

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

    @rule(moment=st.sampled_from(Moment), deed=deeds.anything, n=st.integers(0, 9), edited=st.booleans())
    def act_while_the_bridge_works(self, moment: Moment, deed: deeds.Deed, n: int, edited: bool) -> None:
        """Two at once: people do it between the bridge's looks, or between its look and its write.

        *edited*: so that there is something to be written into rows that coaches look at.
        """
        if edited and self.responses():
            self.edit(n=n, badge="")
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
        report = self._watched_cycle(meanwhile=name)
        self.meanwhile.catch_up()
        self.world.clock.advance(timedelta(hours=1))
        assert not report.failed or report.problems
