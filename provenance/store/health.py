"""What is wrong with a database: what SQLite finds, and whether its parts agree. Only looks."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, TypeVar

from provenance.normalize import digest, tokenize
from provenance.store import postings, rows
from provenance.store.connection import guarded
from provenance.store.lookups import Lookups
from provenance.store.reading import is_copy
from provenance.store.rebuild import Rebuilding
from provenance.store.values import odd_values, told_of

#: Texts, and originals' keys, that are read again where not all are asked for.
SAMPLE = 500
_REINDEX = "Make it anew: provenance reindex."
_RESTORE = "Restore the database from a backup, or read the pages again into a new one."
# Postings that are read at a time.
_ROWS = 100_000

State = Literal["ok", "warning", "damaged"]
T = TypeVar("T")


class Finding(NamedTuple):
    """What one check found."""

    check: str
    state: State
    message: str
    hint: str = ""


def _some(things: list[T]) -> list[T]:
    """The same sample each time."""
    return random.Random(0).sample(things, SAMPLE)  # noqa: S311 - nothing secret hangs on it


class Health(Rebuilding, Lookups):
    """The part of ``Store`` that examines itself."""

    @guarded
    def examine(self, *, all_texts: bool = False) -> Iterator[Finding]:
        """Every check in turn. ``all_texts`` reads every text again, not only a sample."""
        # Where the file itself is damaged, what else could be said of it is not worth much.
        broken = self.check()
        if broken:
            more = f" … and {len(broken) - 3} more" if len(broken) > 3 else ""
            told = "; ".join(line.replace("\n", " ") for line in broken[:3]) + more
            return iter([Finding("file", "damaged", told, _RESTORE)])
        findings = [
            Finding("file", "ok", "SQLite finds no damage, and no reference that leads nowhere"),
            self._values(),
            self._full_text(),
            self._articles(),
        ]
        if not is_copy(self.conn):  # which has neither texts nor an index
            findings += [self._texts(all_texts), *self._index_whole(), *self._unfinished()]
        return iter(findings)

    def _one(self, sql: str, *values: Any) -> int:
        return int(self.conn.execute(sql, values).fetchone()[0])

    def _values(self) -> Finding:
        # Where ``check`` finds nothing, each reference leads somewhere.
        if odd := odd_values(self.conn, references=False):
            return Finding("values", "damaged", told_of(odd), _RESTORE)
        return Finding("values", "ok", "what stands in the columns is of the form that we write")

    def _full_text(self) -> Finding:
        if self.read_only:
            return Finding("full text", "warning", "not examined: the database cannot be written")
        try:
            # An order to FTS5, which writes nothing but must look as if.
            self.conn.execute("BEGIN IMMEDIATE")
            self.conn.execute(
                "INSERT INTO articles_fts(articles_fts, rank) VALUES ('integrity-check', 1)"
            )
        except sqlite3.DatabaseError as error:
            if (error.sqlite_errorcode & 0xFF) != sqlite3.SQLITE_CORRUPT:
                raise
            return Finding(
                "full text",
                "damaged",
                "the full-text index does not agree with the texts",
                "Make it anew: sqlite3 FILE "
                "\"INSERT INTO articles_fts(articles_fts) VALUES ('rebuild')\".",
            )
        finally:
            if self.conn.in_transaction:
                self.conn.execute("ROLLBACK")
        return Finding("full text", "ok", "the full-text index agrees with the texts")

    def _articles(self) -> Finding:
        total = self._one("SELECT count(*) FROM articles")
        originals = self._one("SELECT count(*) FROM articles WHERE role = 'original'")
        told = f"{total:,} articles, {originals:,} of them originals"
        wrong = []
        if (textless := total - self._one("SELECT count(*) FROM texts")) > 0:
            wrong.append(f"{textless:,} have no text")
        if originals != (said := self.size()):
            wrong.append(f"{said:,} originals are said to be there")
        other = self._one(
            "SELECT count(*) FROM fingerprints f JOIN articles a ON a.id = f.article_id"
            " WHERE a.digest <> f.digest"
        )
        if other:
            wrong.append(f"{other:,} have a fingerprint of another text")
        if not wrong:
            return Finding("articles", "ok", told)
        return Finding("articles", "damaged", f"{told}; {', '.join(wrong)}", _REINDEX)

    def _texts(self, every: bool) -> Finding:
        names = [row[0] for row in self.conn.execute("SELECT id FROM articles WHERE words > 0")]
        if not every and len(names) > SAMPLE:
            names = sorted(_some(names))
        bad = []
        for first in range(0, len(names), 100):
            for name, article in self.articles(names[first : first + 100]).items():
                if article.text and digest(tokenize(article.text)) != article.digest:
                    bad.append(name)
        told = f"{len(names):,} texts read again"
        if not bad:
            return Finding("texts", "ok", f"{told}: they are what was stored")
        return Finding(
            "texts",
            "damaged",
            f"{told}: {len(bad):,} are not what was stored (the first: {bad[0]})",
            _RESTORE,
        )

    def _index_whole(self) -> Iterator[Finding]:
        import numpy as np

        held: set[int] = set()
        entries = 0
        after = -1
        while True:
            blocks = self.conn.execute(
                "SELECT id, data FROM postings WHERE id > ? ORDER BY id LIMIT ?", (after, _ROWS)
            ).fetchall()
            if not blocks:
                break
            after = blocks[-1][0]
            for level in {postings.level_of(row) for row, _ in blocks}:
                of_level = [one for one in blocks if postings.level_of(one[0]) == level]
                keys, numbers = postings.read_blocks(level, of_level)
                entries += len(keys)
                held.update(np.unique(numbers).tolist())
        held.discard(postings.HOT)
        waiting = {row[0] for row in self.conn.execute("SELECT number FROM unindexed")}
        known = {
            row[0]
            for row in self.conn.execute(
                "SELECT f.number FROM fingerprints f JOIN articles a ON a.id = f.article_id"
                " WHERE a.role = 'original'"
            )
        }
        levels = [row[0] for row in self.conn.execute("SELECT level FROM levels ORDER BY level")]
        told = f"{entries:,} postings in {len(levels)} levels, {len(waiting):,} originals waiting"
        wrong = []
        if stray := held - known:
            wrong.append(f"{len(stray):,} originals in it are not in the database")
        if lost := known - held - waiting:
            # A text of which every key is shared by too many has no posting of its own.
            lost = {number for number in lost if not self._is_indexed(number)}
        sample = sorted(known - waiting - lost)
        if len(sample) > SAMPLE:
            sample = _some(sample)
        lost |= {number for number in sample if not self._is_indexed(number)}
        if lost:
            wrong.append(f"{len(lost):,} originals are not found by it")
        if wrong:
            yield Finding("index", "damaged", f"{told}; {', '.join(wrong)}", _REINDEX)
        else:
            yield Finding("index", "ok", told)
        capped = self.conn.execute(
            "SELECT channel, count(*), max(originals) FROM capped GROUP BY channel ORDER BY channel"
        ).fetchall()
        yield Finding(
            "capped",
            "ok",
            "; ".join(
                f"{channel}: {count:,} keys are held by too many originals to be looked up "
                f"(up to {most:,})"
                for channel, count, most in capped
            )
            or "no key is held by too many originals",
        )

    def _is_indexed(self, number: int) -> bool:
        """Whether the index gives an original for each of its keys."""
        (found,) = self._query("SELECT * FROM fingerprints WHERE number = ?", number)
        keys = postings.keys_of(rows.to_fingerprint(found), self.parameters.seed)
        given = self._read(keys)
        return all(
            number in given.get(key, ()) or postings.HOT in given.get(key, ()) for key in keys
        )

    def _unfinished(self) -> Iterator[Finding]:
        if self._one("SELECT count(*) FROM meta WHERE key = 'rebuilding'"):
            yield Finding(
                "reindex",
                "warning",
                "fingerprints are being made anew, or that was cut off",
                "Go on with it: provenance reindex.",
            )
