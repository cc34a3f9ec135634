"""The ledger itself: `ports.Ledger` in SQL. See docs/life-of-a-request.md for when each verb is called.

Who may write what: the verbs of a cycle need the lease. `allow` and `retry` are a person's, at the command line, and
work while a bridge holds it: short transactions that queue behind the bridge's own. Looks need nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, func, insert, select
from sqlalchemy.exc import DBAPIError

from bridge.errors import BridgeError, LeaseLost, LedgerUnusable, Refused
from bridge.ledger import journal, schema, steps
from bridge.ledger.backup import backup, copy
from bridge.ledger.engine import PATIENCE, RESTORE, explained, make_engine, parse_url, reading, sqlite_file
from bridge.ledger.lease import Lease
from bridge.ledger.lessons import event_row, learn, load
from bridge.ledger.migrations import HEAD, upgrade
from bridge.ledger.shelves import CREDENTIALS, EFFECTS, MOVES, ORDERS, Row, upsert
from bridge.model import Credential, Effect, Event, Kind, Known, Lesson, Line, Move, State, Token
from bridge.ports import Clock

log = logging.getLogger(__name__)

TTL = timedelta(seconds=120)

_TELL = insert(schema.history)


def open_ledger(
    url: str, programme: str, clock: Clock, *, ttl: timedelta = TTL, patience: timedelta = PATIENCE
) -> SqlLedger:
    """Open the ledger at *url*, make it where there is none, and bring it to this program's version.

    *ttl*: how long the lease of a silent bridge stands. *patience*: how long to wait for another writer.
    Raise LedgerUnusable (damaged, newer), LedgerBusy (locked) or Refused (wrong address, rights), each with its cure.
    """
    address = parse_url(url)
    where = str(sqlite_file(address) or address.render_as_string(hide_password=True))
    engine = make_engine(address, patience)
    try:
        with explained(address):
            _check(engine, where)
            upgrade(engine, where, keep=lambda: _lay_aside(sqlite_file(address)))
    finally:
        engine.dispose()
    return SqlLedger(programme, clock, address, engine, Lease(programme, clock, ttl))


def _check(engine: Engine, where: str) -> None:
    """Raise LedgerUnusable if the file is damaged."""
    if engine.dialect.name != "sqlite":
        return
    with reading(engine) as connection:
        finding = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()).splitlines()[-1]
    if finding != "ok":
        raise LedgerUnusable(f"The ledger {where} is damaged ({finding}). {RESTORE}")


def _lay_aside(file: Path | None) -> None:
    """Keep a ledger as it was before it is brought to this program's version. (A server has backups of its own.)"""
    if file is not None:
        copy(file, file.with_name(f"{file.name}.before-{HEAD}"))


@dataclass
class SqlLedger:
    """`ports.Ledger` for one programme. Made by `open_ledger`; used by one thread at a time."""

    programme: str
    clock: Clock
    url: URL
    _engine: Engine = field(repr=False)
    _lease: Lease = field(repr=False)
    _token: int | None = field(default=None, repr=False)

    # ── the lease ────────────────────────────────────────────────────────────────

    @contextmanager
    def lease(self) -> Iterator[None]:
        """Hold the programme for the time of the block. Raise LeaseHeld, naming the holder, if another bridge does."""
        with self._transaction() as connection:
            token = self._lease.take(connection)
        self._token = token
        try:
            yield
        finally:
            self._release(token)

    def _release(self, token: int) -> None:
        self._token = None
        try:
            with self._transaction() as connection:
                self._lease.release(connection, token)
        except (BridgeError, DBAPIError):  # what ended the block matters more
            log.exception("The lease of %s could not be given back; it runs out by itself.", self.programme)

    def renew(self) -> None:
        with self._held():
            pass

    @contextmanager
    def _held(self) -> Iterator[Connection]:
        """One transaction of the bridge that holds the lease, which it prolongs; all of it or nothing."""
        if self._token is None:
            raise LeaseLost(f"The programme {self.programme!r} is not held: nothing may be written.")
        with self._transaction() as connection:
            self._lease.renew(connection, self._token)
            yield connection

    @contextmanager
    def _personal(self) -> Iterator[Connection]:
        """One transaction of a person, which needs no lease; of a bridge that has one it is like any other."""
        if self._token is not None:
            with self._held() as connection:
                yield connection
            return
        with self._transaction() as connection:
            self._lease.queue(connection)
            yield connection

    def _transaction(self) -> AbstractContextManager[Connection]:
        return self._connected(self._engine.begin)

    def _look(self) -> AbstractContextManager[Connection]:
        return self._connected(lambda: reading(self._engine))

    @contextmanager
    def _connected(self, connect: Callable[[], AbstractContextManager[Connection]]) -> Iterator[Connection]:
        try:
            with explained(self.url), connect() as connection:
                yield connection
        finally:
            if self._token is None:
                # Between cycles no file stays open: `restore` may put another in its place.
                self._engine.dispose()

    # ── looking ──────────────────────────────────────────────────────────────────

    def load(self) -> Known:
        """All that is known, of one moment."""
        with self._look() as connection:
            return load(connection, self.programme)

    def artwork(self, name: str) -> bytes:
        """The picture kept under this name. Raise Refused if there is none."""
        kept = schema.pictures.c
        with self._look() as connection:
            data = connection.execute(
                select(kept.data).where(kept.programme == self.programme, kept.sha256 == name)
            ).scalar()
        if data is None:
            raise Refused(f"The ledger has no picture {name[:12]}…; open the Badges tab and check the artwork's link.")
        return bytes(data)

    def history(self, request: int) -> Sequence[Event]:
        """What happened to a request, oldest first."""
        kept = schema.history.c
        with self._look() as connection:
            rows = connection.execute(
                select(kept.at, kept.attempt_id, kept.what, kept.note)
                .where(kept.programme == self.programme, kept.request == request)
                .order_by(kept.at, kept.id)
            )
            return [Event(*row) for row in rows]

    def log(self) -> Sequence[Line]:
        """The decision log, oldest first."""
        with self._look() as connection:
            return journal.lines(connection, self.programme)

    def mails_since(self, moment: datetime) -> int:
        kept = schema.effects.c
        mails = [kind for kind in Kind if kind.is_mail]
        with self._look() as connection:
            count = connection.execute(
                select(func.count()).where(
                    kept.programme == self.programme, kept.done_at >= moment, kept.kind.in_(mails)
                )
            ).scalar_one()
        return int(count)

    # ── learning ─────────────────────────────────────────────────────────────────

    def learn(self, lesson: Lesson) -> None:
        if not lesson:
            return
        with self._held() as connection:
            learn(connection, self.programme, lesson, self.clock.now())

    def shown(self, versions: Mapping[str, int]) -> None:
        rows: list[Row] = [
            {"programme": self.programme, "attempt_id": attempt, "version": n} for attempt, n in versions.items()
        ]
        if rows:
            with self._held() as connection:
                upsert(connection, schema.shown, rows)

    def allow(self, awards: int) -> None:
        """Let one cycle issue up to *awards* at once; 0 takes it back. Needs no lease."""
        with self._personal() as connection:
            upsert(connection, schema.allowances, [{"programme": self.programme, "awards": awards}])

    # ── effects ──────────────────────────────────────────────────────────────────

    def begin(self, effect: Effect) -> Effect:
        return self._step(effect, "begun", steps.begun)

    def prepared(self, effect: Effect, ref: str) -> Effect:
        return self._step(effect, "laid ready", lambda known: steps.laid_ready(known, ref))

    def postpone(self, effect: Effect, until: datetime, note: str, *, in_doubt: bool) -> Effect:
        return self._step(effect, "postponed", lambda known: steps.postponed(known, until, note, in_doubt=in_doubt))

    def stick(self, effect: Effect, note: str, *, in_doubt: bool, for_coach: bool = False) -> Effect:
        return self._step(
            effect, "stuck", lambda known: steps.stuck(known, note, in_doubt=in_doubt, for_coach=for_coach)
        )

    def finish(
        self, effect: Effect, note: str = "", credential: Credential | None = None, move: Move | None = None
    ) -> Effect:
        return self._step(effect, "done", lambda known: steps.done(known, note), credential, move)

    def retry(self, request: int) -> Sequence[Effect]:
        """Plan what is stuck or postponed again, at once; return those effects. Needs no lease."""
        with self._personal() as connection:
            waiting = [
                effect
                for effect in EFFECTS.read(connection, self.programme, schema.effects.c.request == request)
                if steps.waits(effect)
            ]
            return [self._write(connection, steps.again(effect), "planned again") for effect in waiting]

    def _step(
        self,
        effect: Effect,
        what: str,
        step: Callable[[Effect], Effect],
        credential: Credential | None = None,
        move: Move | None = None,
    ) -> Effect:
        """Take the effect as the ledger has it now (a person may have touched it) one step further."""
        with self._held() as connection:
            known = EFFECTS.find(connection, self.programme, "key", effect.key)
            if not known:
                raise Refused(f"The ledger knows no effect {effect.key}; it must be learnt before it is tried.")
            if credential is not None:
                CREDENTIALS.put(connection, self.programme, [credential])
            if move is not None:
                MOVES.put(connection, self.programme, [move])
                ORDERS.put(connection, self.programme, [move.new] if credential is not None else ())
            return self._write(connection, step(known[0]), what)

    def _write(self, connection: Connection, effect: Effect, what: str) -> Effect:
        now = self.clock.now()
        row = {**EFFECTS.row(self.programme, effect), "done_at": now if effect.state is State.DONE else None}
        upsert(connection, schema.effects, [row])
        event = steps.event(now, effect, what)
        connection.execute(_TELL, [event_row(self.programme, event)])
        if effect.state is State.DONE and effect.kind is not Kind.TELL_DIGEST:  # the log is about requests
            journal.tell_effect(connection, self.programme, effect, now)
        return effect

    # ── vendors' tokens ──────────────────────────────────────────────────────────

    def token(self, backend: str) -> Token | None:
        """What *backend*'s server gave us last; never part of `load`, so that nothing shows it by mistake."""
        kept = schema.tokens.c
        columns = (kept.access, kept.refresh, kept.expires_at, kept.blocked_until, kept.failures)
        with self._look() as connection:
            row = connection.execute(
                select(*columns).where(kept.programme == self.programme, kept.backend == backend)
            ).one_or_none()
        return None if row is None else Token(*row)

    def keep_token(self, backend: str, token: Token) -> None:
        """Needs no lease: `doctor` logs in as well, and what the server gave us last is what counts."""
        row = {"programme": self.programme, "backend": backend} | {
            name: getattr(token, name) for name in ("access", "refresh", "expires_at", "blocked_until", "failures")
        }
        with self._personal() as connection:
            upsert(connection, schema.tokens, [row])

    # ── keeping ──────────────────────────────────────────────────────────────────

    def backup(self, folder: Path, keep: int) -> Path | None:
        """Copy the ledger into *folder*, keep the newest *keep*. None: PostgreSQL has backups of its own (pg_dump)."""
        file = sqlite_file(self.url)
        return None if file is None else backup(file, folder, self.clock.now(), keep)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()
