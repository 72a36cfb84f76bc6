"""An open database: its connection, its transactions, its parameters."""

from __future__ import annotations

import contextlib
import functools
import sqlite3
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Self, TypeVar, cast

from sqlite_utils import Database

from provenance.config import Parameters
from provenance.store.opening import corrupt, explain, explained, open_database
from provenance.store.values import odd_values, told_of

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S", bound="Connected")

# References that lead nowhere are told up to as many as SQLite tells faults of the file.
_MOST_BROKEN = 100

# What comes of values that are not as we write them.
_OF_ODD_VALUES = (
    ArithmeticError,
    AttributeError,
    LookupError,
    StopIteration,
    TypeError,
    ValueError,
)


def guarded(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """A Store method out of which no sqlite3 error comes."""

    @functools.wraps(method)
    def wrapper(self: S, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(self, *args, **kwargs)
        except sqlite3.Error as error:
            raise explain(error, self.path) from error

    # functools.wraps forgets that a method's self is positional.
    return cast(Callable[Concatenate[S, P], R], wrapper)


class Connected:
    """An open database: its connection, its transactions, its parameters.

    A transaction that another program keeps from beginning is tried for the ``timeout`` of
    ``open``, or as ``wait_longer`` says.
    """

    _patience = 0.0
    _waits: Callable[[], None] = staticmethod(lambda: None)

    def __init__(
        self, path: Path, conn: sqlite3.Connection, parameters: Parameters, *, read_only: bool
    ) -> None:
        self.path = path
        self.conn = conn
        self.db = Database(conn, recursive_triggers=False, execute_plugins=False)
        self.parameters = parameters
        self.read_only = read_only

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        create: bool = True,
        parameters: Parameters | None = None,
        read_only: bool = False,
        timeout: float = 10.0,
        outdated: bool = False,
    ) -> Self:
        """Open a database, made new when the file is missing or empty and ``create`` is set.

        ``parameters`` are for a new database (else drawn with a random seed); given for an
        existing one they must equal those stored. ``outdated`` opens a database whatever its
        parameters are, to be made anew with those of today: then nothing else may be done with it.
        ``read_only`` never creates, migrates or
        writes. ``timeout`` is in seconds, for locks. Raises StoreError: ``missing``,
        ``foreign``, ``newer``, ``corrupt``, ``locked``, ``readonly``, ``parameters``.
        """
        path = Path(path)
        conn, stored = open_database(
            path,
            create=create,
            parameters=parameters,
            read_only=read_only,
            timeout=timeout,
            outdated=outdated,
        )
        return cls(path, conn, stored, read_only=read_only)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        """Close. An error that nobody foresaw comes of the database, where that holds what we never
        write: then StoreError ``corrupt`` is raised in its place."""
        odd: list[str] = []
        try:
            if isinstance(error, _OF_ODD_VALUES):
                with contextlib.suppress(sqlite3.Error):
                    odd = odd_values(self.conn)
        finally:
            self.close()
        if odd:
            raise corrupt(self.path, told_of(odd)) from error

    def close(self) -> None:
        """Close, with all that the WAL holds moved into the database file. May be called twice.

        What another program holds locked is not waited for: the WAL then stays beside the file.
        """
        with contextlib.suppress(sqlite3.Error):
            if not self.read_only and not self.conn.in_transaction:
                self.conn.execute("PRAGMA busy_timeout = 0")
                self.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with contextlib.suppress(sqlite3.Error):
            self.conn.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Inside another transaction it does nothing of its own.

        Takes the write lock at once. Raises StoreError: ``locked``, ``readonly``, ``full``.
        """
        if self.conn.in_transaction:
            yield
            return
        with explained(self.path):
            self._begin_immediate()
            try:
                yield
                self.conn.execute("COMMIT")
            except BaseException:
                self.db.rollback()
                raise

    @guarded
    def wait_longer(self, seconds: float, waits: Callable[[], None]) -> None:
        """Let transactions wait so long for another program that writes; ``waits`` is called after
        the first second of each."""
        # Not all of it in SQLite's own waiting, during which Ctrl-C is not heard.
        self.conn.execute("PRAGMA busy_timeout = 1000")
        self._patience, self._waits = seconds, waits

    def _begin_immediate(self) -> None:
        until = 0.0
        while True:
            try:
                self.conn.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or not self._patience:
                    raise
                now = time.monotonic()
                if not until:
                    until = now + self._patience
                    self._waits()
                elif now > until:
                    raise

    @contextlib.contextmanager
    def _whole(self) -> Iterator[None]:
        """One method's writes: a transaction, or a savepoint when the caller has begun one, so
        that a method which fails leaves nothing half-done for the caller to commit."""
        if self.conn.in_transaction:
            with self.db.atomic():
                yield
        else:
            with self.transaction():
                yield

    @property
    @guarded
    def generation(self) -> int:
        """How often an original, or a relation of sites, was added or removed.

        It names the state of all that verdicts depend on beside the page.
        """
        row = self.conn.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()
        return int(row[0]) if row else 0

    def _next_generation(self) -> None:
        self.conn.execute(
            "UPDATE meta SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)"
            " WHERE key = 'generation'"
        )

    @guarded
    def check(self) -> list[str]:
        """What SQLite itself finds wrong with the file: one line each, at most a hundred of damage
        and as many of references, [] when nothing is.

        Reads the whole database. Flipped bytes inside a value are not seen by it.
        """
        try:
            found = [str(row[0]) for row in self.conn.execute("PRAGMA integrity_check")]
            lines = [] if found == ["ok"] else found
            broken = self.conn.execute("PRAGMA foreign_key_check")
            for table, number, parent, _ in islice(broken, _MOST_BROKEN):
                row = "a row" if number is None else f"row {number}"
                lines.append(f"{row} of {table} refers to a missing row of {parent}")
        except sqlite3.DatabaseError as error:
            if explain(error, self.path).code != "corrupt":
                raise
            return [str(error)]
        return lines

    def _query(self, sql: str, *values: Any) -> Iterator[dict[str, Any]]:
        """Rows as mappings, in the columns' order."""
        cursor = self.conn.execute(sql, values)
        names = [column[0] for column in cursor.description]
        for row in cursor:
            yield dict(zip(names, row, strict=True))
