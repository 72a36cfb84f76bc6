"""Opening a database: identify it first, touch it after; and what SQLite's errors mean.

Everything that SQLite can raise leaves here as a StoreError whose ``code`` is one of ``missing``,
``foreign``, ``newer``, ``corrupt``, ``locked``, ``readonly``, ``parameters``, ``full``,
``ambiguous``, ``inconsistent``, ``published`` or ``store``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import pathname2url

from provenance.config import Parameters
from provenance.errors import StoreError
from provenance.store.reading import is_copy
from provenance.store.schema import APPLICATION_ID, MIGRATIONS, statements
from provenance.store.trusted import differences

_MAGIC = b"SQLite format 3\x00"
#: STRICT tables came with this version.
_OLDEST_SQLITE = (3, 37, 0)

# Parameters that are not chosen: they say how this version of the program works.
_FIXED = ("version", "scheme", "hash")

# By SQLite's primary result code: our code, what happened, what to try next.
_MEANING: dict[int, tuple[str, str, str]] = {
    sqlite3.SQLITE_BUSY: (
        "locked",
        "the database is in use by another program",
        "Wait for it to end (a running scan or an open editor holds the lock), then try again.",
    ),
    sqlite3.SQLITE_READONLY: (
        "readonly",
        "the database cannot be written",
        "Make the file and its folder writable, or copy it elsewhere and name the copy with --db.",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "corrupt",
        "the database is damaged",
        "Restore it from a backup, or save what can be read with `sqlite3 FILE .recover`.",
    ),
    sqlite3.SQLITE_NOTADB: (
        "foreign",
        "the file is no SQLite database",
        "Name another file with --db; this one was left untouched.",
    ),
    sqlite3.SQLITE_FULL: (
        "full",
        "the disk is full",
        "Free some space, then run the same command again: it goes on where it stopped.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "readonly",
        "the database cannot be opened",
        "Check that its folder exists and that you may write there.",
    ),
    sqlite3.SQLITE_CONSTRAINT: (
        "inconsistent",
        "the row refers to something that is not in the database, or breaks a rule of it",
        "Add the articles before their matches.",
    ),
}
_MEANING[sqlite3.SQLITE_LOCKED] = _MEANING[sqlite3.SQLITE_BUSY]
_MEANING[sqlite3.SQLITE_IOERR] = (
    "store",
    "the disk failed while the database was read or written",
    "Check the disk, then run the same command again.",
)


def explain(error: sqlite3.Error, path: Path) -> StoreError:
    """The StoreError for an error of SQLite's, with SQLite's own words kept in the message."""
    primary = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    code, message, hint = _MEANING.get(primary, ("store", "the database refused the request", ""))
    return StoreError(f"{message} ({error})", subject=str(path), hint=hint, code=code)


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Map every sqlite3 error raised inside to a StoreError."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, path) from error


@contextlib.contextmanager
def decoded(path: Path) -> Iterator[None]:
    """Map what decoding packed bytes raises, where they are not what we packed, to ``corrupt``."""
    try:
        yield
    except (ValueError, IndexError, KeyError, OverflowError) as error:
        raise corrupt(path, f"the database is damaged (its index: {error})") from error


def uri(path: Path, query: str) -> str:
    return f"file:{pathname2url(str(path.absolute()))}?{query}"


def connect(path: Path, query: str, timeout: float) -> sqlite3.Connection:
    # isolation_level None: transactions are begun by us, at once and for writing, because a
    # deferred one that turns to writing later fails without waiting for the lock.
    return sqlite3.connect(uri(path, query), uri=True, timeout=timeout, isolation_level=None)


def _foreign(path: Path, message: str) -> StoreError:
    return StoreError(
        message,
        subject=str(path),
        hint="Name another file with --db; this one was left untouched.",
        code="foreign",
    )


def _newer(path: Path, version: int) -> StoreError:
    return StoreError(
        f"the database was written by a newer version of provenance (schema {version}; this "
        f"version knows {len(MIGRATIONS)})",
        subject=str(path),
        hint="Upgrade: pip install -U article-provenance.",
        code="newer",
    )


def corrupt(path: Path, message: str) -> StoreError:
    """The error of a database that is damaged, with the way out."""
    return StoreError(
        message, subject=str(path), hint=_MEANING[sqlite3.SQLITE_CORRUPT][2], code="corrupt"
    )


def identify(path: Path) -> bool:
    """True when the file holds a database of ours, False when it is empty or not there.

    Reads the 100 bytes of the header, without SQLite, so that nothing is created beside a file
    that isn't ours. Raises StoreError: ``foreign``, ``newer``, ``readonly``.
    """
    try:
        if not path.exists():
            return False
        if not path.is_file():
            raise _foreign(path, "this is no file")
        with path.open("rb") as stream:
            header = stream.read(100)
    except OSError as error:
        raise StoreError(
            f"the file cannot be read ({error.strerror or error})",
            subject=str(path),
            hint="Check its permissions.",
            code="readonly",
        ) from error
    if not header:
        return False
    if not header.startswith(_MAGIC):
        raise _foreign(path, "the file is no SQLite database")
    if len(header) < 100:
        raise corrupt(path, "the file is cut short within its header")
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise _foreign(path, "this SQLite database was not made by provenance")
    version = int.from_bytes(header[60:64], "big")
    if version > len(MIGRATIONS):
        raise _newer(path, version)
    return True


def _inspect(path: Path, timeout: float, outdated: bool, *, writing: bool) -> None:
    """Look at schema and parameters through a read-only connection, before anything is opened to
    write: what is refused stays as it was."""
    if Path(f"{path}-journal").exists():
        return  # killed while it was made: only a writer can roll that back
    conn = connect(path, "mode=ro", timeout)
    try:
        (version,) = conn.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            raise _newer(path, version)
        missing, strange = differences(conn, version)
        if strange:
            raise _foreign(path, f"the database holds code that is not ours: {strange[0]}")
        if missing:
            raise corrupt(path, f"tables are missing from the database: {', '.join(missing[:3])}")
        if version and not outdated:
            _parameters(conn, path)
        if version and writing and is_copy(conn):
            raise StoreError(
                "this is a copy for publication, without texts; nothing is added to it",
                subject=str(path),
                hint="Name the database that it was made from with --db.",
                code="published",
            )
    finally:
        conn.close()


def _parameters(conn: sqlite3.Connection, path: Path) -> Parameters:
    """The stored parameters. Raises StoreError (``parameters``) for what can't be worked with."""

    def refuse(why: str) -> StoreError:
        return StoreError(
            f"the fingerprints in it were made with other parameters than today's: {why}",
            subject=str(path),
            hint=f"Make them anew from the stored texts: provenance reindex --db {path}.",
            code="parameters",
        )

    stored = _stored(conn)
    if not stored:
        raise refuse("there are none that can be read")
    known = {field.name: field for field in dataclasses.fields(Parameters)}
    if odd := sorted(set(stored) ^ set(known)):
        raise refuse("unknown or missing: " + ", ".join(odd))
    for name, field in known.items():
        fixed = name in _FIXED and stored[name] != field.default
        if fixed or type(stored[name]) is not type(field.default):
            raise refuse(f"{name} is {stored[name]!r}")
    return Parameters(**stored)


def _stored(conn: sqlite3.Connection) -> dict[str, Any]:
    """The stored parameters as they are; {} where there are none."""
    row = conn.execute("SELECT value FROM meta WHERE key = 'parameters'").fetchone()
    try:
        stored = json.loads(row[0]) if row else {}
    except ValueError:
        return {}
    return stored if isinstance(stored, dict) else {}


def _of_today(conn: sqlite3.Connection) -> Parameters:
    """Today's parameters, with the seed that the database has, if it has one."""
    seed = _stored(conn).get("seed")
    return Parameters(seed=seed if type(seed) is int else secrets.randbits(31))


def migrate(conn: sqlite3.Connection, parameters: Parameters | None) -> None:
    """Bring the schema up to date in one transaction; a new database gets its parameters too."""
    conn.execute("BEGIN IMMEDIATE")
    try:
        # Read again under the lock: another program may have done the work meanwhile.
        (version,) = conn.execute("PRAGMA user_version").fetchone()
        for script in MIGRATIONS[version:]:
            for statement in statements(script):
                conn.execute(statement)
        if version == 0:
            chosen = parameters or Parameters(seed=secrets.randbits(31))
            conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            conn.executemany(
                "INSERT INTO meta(key, value) VALUES (?, ?)",
                [
                    ("generation", "0"),
                    ("parameters", json.dumps(chosen.asdict(), sort_keys=True)),
                ],
            )
        if version < len(MIGRATIONS):
            conn.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        conn.execute("COMMIT")
    except BaseException:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise


def _open_to_write(
    path: Path, ours: bool, parameters: Parameters | None, timeout: float, outdated: bool
) -> sqlite3.Connection:
    # SQLite would open an unwritable file read-only without a word and fail much later.
    folder = path.absolute().parent
    if not os.access(folder, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        code, message, hint = _MEANING[sqlite3.SQLITE_READONLY]
        raise StoreError(message, subject=str(path), hint=hint, code=code)
    if ours:
        _inspect(path, timeout, outdated, writing=True)
    conn = connect(path, "mode=rw" if ours else "mode=rwc", timeout)
    try:
        conn.execute("PRAGMA foreign_keys = ON")
        (version,) = conn.execute("PRAGMA user_version").fetchone()
        if version < len(MIGRATIONS):
            migrate(conn, parameters)
        conn.execute("PRAGMA journal_mode = WAL")
        # In WAL mode this survives a killed program; a power cut may lose the last transactions.
        conn.execute("PRAGMA synchronous = NORMAL")
        conn.execute("PRAGMA journal_size_limit = 67108864")
        # 64 MiB of pages: index rows fall all over the tree, and the default of 2 MiB thrashes.
        conn.execute("PRAGMA cache_size = -65536")
    except BaseException:
        conn.close()
        raise
    return conn


def _open_to_read(path: Path, timeout: float, outdated: bool) -> sqlite3.Connection:
    wal = Path(f"{path}-wal")
    try:
        _inspect(path, timeout, outdated, writing=False)
        return connect(path, "mode=ro", timeout)
    except sqlite3.OperationalError as error:
        # Where nothing may be created beside the file, SQLite can't read one in WAL mode unless
        # it is told that nobody writes it.
        unwritable = not os.access(path.absolute().parent, os.W_OK)
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CANTOPEN or not unwritable:
            raise
        if wal.exists() and wal.stat().st_size:
            raise
        return connect(path, "mode=ro&immutable=1", timeout)


def open_database(
    path: Path,
    *,
    create: bool,
    parameters: Parameters | None,
    read_only: bool,
    timeout: float,
    outdated: bool = False,
) -> tuple[sqlite3.Connection, Parameters]:
    """What ``Store.open`` does; the connection and the stored parameters."""
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} is too old",
            hint="3.37 is needed: use a newer Python, or install a newer SQLite.",
        )
    ours = identify(path)
    if not ours and (read_only or not create):
        raise StoreError(
            "there is no database here",
            subject=str(path),
            hint="Register originals first (`provenance add …`), or name the file with --db.",
            code="missing",
        )
    if not path.absolute().parent.is_dir():
        raise StoreError(
            "the folder does not exist",
            subject=str(path),
            hint="Create it first, or name another place with --db.",
            code="missing",
        )
    with explained(path):
        conn = (
            _open_to_read(path, timeout, outdated)
            if read_only
            else _open_to_write(path, ours, parameters, timeout, outdated)
        )
        try:
            return conn, _of_today(conn) if outdated else _ready(conn, path, parameters)
        except BaseException:
            conn.close()
            raise


def _ready(conn: sqlite3.Connection, path: Path, wanted: Parameters | None) -> Parameters:
    (version,) = conn.execute("PRAGMA user_version").fetchone()
    if version < len(MIGRATIONS):  # only through a read-only connection
        raise StoreError(
            "the database was written by an older version",
            subject=str(path),
            hint="Open it once for writing (`provenance originals`) to upgrade it.",
            code="readonly",
        )
    stored = _parameters(conn, path)
    if wanted is not None and wanted != stored:
        raise StoreError(
            "the database was made with other parameters than those asked for",
            subject=str(path),
            hint="Name another file with --db, or make its fingerprints anew: provenance reindex.",
            code="parameters",
        )
    return stored
