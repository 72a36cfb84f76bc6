"""Fingerprints and index made anew, beside the ones in use, and put in their place at once.

The new fingerprints grow in a table of their own, a batch a transaction, and ``meta`` says how far
they are; killed at any moment, the database is as it was, and the work goes on from there. The
exchange is one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

from provenance.errors import StoreError
from provenance.models import Article, Fingerprint
from provenance.store import rows
from provenance.store.connection import guarded
from provenance.store.index import Told, silent
from provenance.store.queries import Queries

_BATCH = 200

Make = Callable[[Article], Fingerprint | None]


class Rebuilding(Queries):
    """The part of ``Store`` that makes fingerprints and index anew."""

    @property
    @guarded
    def outdated(self) -> bool:
        """Whether the stored fingerprints were made with other parameters than ``parameters``."""
        found = self.conn.execute("SELECT value FROM meta WHERE key = 'parameters'").fetchone()
        return found is None or found[0] != self._wanted()

    def _wanted(self) -> str:
        return json.dumps(self.parameters.asdict(), sort_keys=True)

    @guarded
    def rebuild_index(self, told: Told = silent) -> int:
        """Make the index anew from the stored fingerprints; returns how many originals it holds."""
        with self.transaction():
            self._empty_index()
        return self.fold(told)

    def _empty_index(self) -> None:
        for table in ("postings", "levels", "capped", "unindexed"):
            self.conn.execute(f"DELETE FROM {table}")  # noqa: S608
        self.conn.execute("DELETE FROM meta WHERE key = 'merging'")
        self.conn.execute(
            "INSERT INTO unindexed (number) SELECT f.number FROM fingerprints f"
            " JOIN articles a ON a.id = f.article_id WHERE a.role = 'original'"
        )
        self.conn.execute(
            "UPDATE meta SET value = (SELECT CAST(count(*) AS TEXT) FROM articles"
            " WHERE role = 'original') WHERE key = 'originals'"
        )

    @guarded
    def rebuild(self, make: Make, told: Told = silent) -> int:
        """Make all fingerprints anew with ``parameters``, from the stored texts, then the index.

        ``make`` gives the fingerprint of an article, None for one that has none; ``told`` hears
        how many articles are done, and of how many. Goes on where an earlier call was cut off, if
        that was with the same parameters. Returns how many fingerprints there are. Raises
        StoreError, ``textless`` when articles are stored without their texts among others.
        """
        self._refuse_textless()
        after = self._begin()
        (total,) = self.conn.execute("SELECT count(*) FROM articles").fetchone()
        (done,) = self.conn.execute(
            "SELECT count(*) FROM articles WHERE number <= ?", (after,)
        ).fetchone()
        while batch := self._next(after):
            made = [(article.id, number, make(article)) for number, article in batch]
            after = batch[-1][0]
            with self.transaction():
                self._keep(made)
                self.conn.execute(
                    "UPDATE meta SET value = json_set(value, '$.after', ?)"
                    " WHERE key = 'rebuilding'",
                    (after,),
                )
            done += len(batch)
            told(done, total)
        self._exchange(make)
        self.fold()
        return int(self.conn.execute("SELECT count(*) FROM fingerprints").fetchone()[0])

    def _refuse_textless(self) -> None:
        (count,) = self.conn.execute(
            "SELECT count(*) FROM articles a WHERE NOT EXISTS"
            " (SELECT 1 FROM texts t WHERE t.article_id = a.id)"
        ).fetchone()
        if count:
            raise StoreError(
                f"{count} articles are stored without their texts, so nothing can be made of them",
                subject=str(self.path),
                hint="Use the database that this one is a copy of.",
                code="textless",
            )

    def _begin(self) -> int:
        """The number of the last article that is done; 0 when this starts from nothing."""
        wanted = self.parameters.asdict()
        with self.transaction():
            row = self.conn.execute("SELECT value FROM meta WHERE key = 'rebuilding'").fetchone()
            if row:
                state = json.loads(row[0])
                if state["parameters"] == wanted:
                    return int(state["after"])
            self.conn.execute("DROP TABLE IF EXISTS rebuilt")
            (made_by,) = self.conn.execute(
                "SELECT sql FROM sqlite_schema WHERE name = 'fingerprints'"
            ).fetchone()
            self.conn.execute(f"CREATE TABLE rebuilt {made_by[made_by.index('(') :]}")
            # Above all that ever were: a posting that a merge writes late then names nothing.
            state = {"parameters": wanted, "after": 0, "base": self._next_number()}
            self.conn.execute(
                "INSERT OR REPLACE INTO meta VALUES ('rebuilding', ?)", (json.dumps(state),)
            )
            return 0

    def _next(self, after: int) -> list[tuple[int, Article]]:
        numbered = dict(
            self.conn.execute(
                "SELECT id, number FROM articles WHERE number > ? ORDER BY number LIMIT ?",
                (after, _BATCH),
            ).fetchall()
        )
        return [(numbered[name], one) for name, one in self.articles(list(numbered)).items()]

    def _keep(self, made: Iterable[tuple[str, int, Fingerprint | None]]) -> None:
        (base,) = self.conn.execute(
            "SELECT json_extract(value, '$.base') FROM meta WHERE key = 'rebuilding'"
        ).fetchone()
        for article_id, number, fingerprint in made:
            if fingerprint is not None:
                row = {"number": base + number, **rows.fingerprint_row(article_id, fingerprint)}
                self._insert("rebuilt", row)

    def _exchange(self, make: Make) -> None:
        """Put the new fingerprints in place of the old ones, and let all originals be indexed."""
        # Dropping a table that others refer to would else delete it row by row.
        self.conn.execute("PRAGMA foreign_keys = OFF")
        try:
            with self.transaction():
                self._keep(self._late(make))
                self.conn.execute("DROP TABLE fingerprints")
                self.conn.execute("ALTER TABLE rebuilt RENAME TO fingerprints")
                self._empty_index()
                self.conn.execute("DELETE FROM meta WHERE key = 'rebuilding'")
                self.conn.execute(
                    "INSERT OR REPLACE INTO meta VALUES ('parameters', ?)", (self._wanted(),)
                )
                self._next_generation()
        finally:
            self.conn.execute("PRAGMA foreign_keys = ON")

    def _late(self, make: Make) -> Sequence[tuple[str, int, Fingerprint | None]]:
        """What was stored since it was passed by: a number may be given again."""
        late = dict(
            self.conn.execute(
                "SELECT a.id, a.number FROM articles a LEFT JOIN rebuilt r ON r.article_id = a.id"
                " WHERE r.number IS NULL AND a.gate IS NULL"
            ).fetchall()
        )
        self.conn.execute("DELETE FROM rebuilt WHERE article_id NOT IN (SELECT id FROM articles)")
        return [(name, late[name], make(one)) for name, one in self.articles(list(late)).items()]
