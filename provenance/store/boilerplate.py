"""The sentences that don't count: what was learned, and what people said of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from provenance.errors import StoreError
from provenance.store import rows
from provenance.store.connection import Connected, guarded
from provenance.store.opening import explained

Origin = Literal["learned", "added", "kept"]

#: Characters of a sentence that are kept to show what it is.
_SAMPLE = 160
_INSERT = "INSERT INTO boilerplate VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
#: The run, in ``meta``, that learned boilerplate at its end and is not told yet.
LEARNED_IN = "learned_in"
_LEARNED_FROM = "boilerplate_learned_from"


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence for the table. ``site`` "" is everywhere."""

    hash: int
    site: str
    sentence: str
    words: int
    articles: int = 0
    sites: int = 0


def line_id(value: int, site: str) -> str:
    """Stable id of a sentence of a site: 12 hex digits."""
    return hashlib.sha256(f"{site}\n{value}".encode()).hexdigest()[:12]


class Lines(Connected):
    """The part of ``Store`` that keeps boilerplate."""

    @guarded
    def boilerplate_hashes(self) -> list[tuple[int, str, Origin]]:
        """All that a snapshot is made of: ``(hash, site, origin)``."""
        return [
            (int(value), site, origin)
            for value, site, origin in self.conn.execute(
                "SELECT hash, site, origin FROM boilerplate"
            )
        ]

    @guarded
    def boilerplate_lines(self, site: str | None = None) -> list[dict[str, Any]]:
        """The table's rows, what stands everywhere first, then by site and number of articles.

        Keys: id, hash, site ("" for everywhere), sentence (its start), words, articles, sites,
        origin, found. With a ``site``: its own and those of everywhere.
        """
        return list(
            self._query(
                "SELECT id, hash, site, sentence, words, articles, sites, origin, found"
                " FROM boilerplate WHERE ? IS NULL OR site IN ('', ?)"
                " ORDER BY site, articles DESC, sentence, id",
                *2 * [rows.maybe(site)],
            )
        )

    @guarded
    def learned_from(self) -> int:
        """How many articles there were when boilerplate was learned last; 0 for never."""
        row = self.conn.execute("SELECT value FROM meta WHERE key = ?", (_LEARNED_FROM,)).fetchone()
        return int(row[0]) if row else 0

    @guarded
    def article_count(self) -> int:
        """How many articles there are, originals and crawled."""
        return int(self.conn.execute("SELECT count(*) FROM articles").fetchone()[0])

    def texts_of_sites(
        self, most: int
    ) -> Iterator[tuple[str, Iterator[tuple[str, str, Sequence[str]]]]]:
        """For each known site, by name, its texts by id: ``(id, text, rare terms)``.

        At most ``most`` of a site, and one a canonical URL: versions of a page are one page.
        Each site's texts must be read before the next site is asked for.
        """
        with explained(self.path):
            sites = [
                row[0]
                for row in self.conn.execute(
                    "SELECT DISTINCT site FROM articles WHERE site <> '' ORDER BY site"
                )
            ]
        for site in sites:
            yield site, self._texts_of(site, most)

    def _texts_of(self, site: str, most: int) -> Iterator[tuple[str, str, Sequence[str]]]:
        seen: set[str] = set()
        with explained(self.path):
            for name, url, text, terms in self.conn.execute(
                "SELECT a.id, a.canonical_url, t.text, f.terms FROM articles a"
                " JOIN texts t ON t.article_id = a.id"
                " LEFT JOIN fingerprints f ON f.article_id = a.id"
                " WHERE a.site = ? ORDER BY a.id",
                (site,),
            ):
                if url in seen:
                    continue
                if url:
                    seen.add(url)
                yield name, text, json.loads(terms) if terms else ()
                most -= 1
                if not most:
                    return

    # -- writing -----------------------------------------------------------------------------

    @guarded
    def replace_learned(self, lines: Iterable[Line], articles: int, run: int | None = None) -> None:
        """Put what was learned of so many articles in place of what was learned before.

        What people said stays, and goes before it. ``run`` is at its end, but not told yet (see
        ``learned_in``).
        """
        with self._whole():
            self.learned_in(run)
            before = dict(
                self.conn.execute("SELECT id, found FROM boilerplate WHERE origin = 'learned'")
            )
            self.conn.execute("DELETE FROM boilerplate WHERE origin = 'learned'")
            now = rows.now()
            self.conn.executemany(
                f"{_INSERT} ON CONFLICT(id) DO NOTHING",
                (
                    _row(line, "learned", before.get(line_id(line.hash, line.site), now))
                    for line in lines
                ),
            )
            self.conn.execute(
                "INSERT INTO meta(key, value) VALUES (?, ?)"
                " ON CONFLICT(key) DO UPDATE SET value = excluded.value",
                (_LEARNED_FROM, str(articles)),
            )

    @guarded
    def learned_in(self, run: int | None) -> None:
        """Say that boilerplate was learned at the end of this run, which is not told yet; None
        when it is."""
        with self._whole():
            self.conn.execute("DELETE FROM meta WHERE key = ?", (LEARNED_IN,))
            if run is not None:
                self.conn.execute("INSERT INTO meta VALUES (?, ?)", (LEARNED_IN, str(run)))

    @guarded
    def say_boilerplate(self, line: Line, origin: Literal["added", "kept"]) -> str:
        """Record what a person says of a sentence, over what was known; returns the row's id."""
        with self._whole():
            self.conn.execute(
                f"{_INSERT} ON CONFLICT(id) DO UPDATE"
                " SET origin = excluded.origin, found = excluded.found",
                _row(line, origin, rows.now()),
            )
        return line_id(line.hash, line.site)

    @guarded
    def boilerplate_line(self, id_prefix: str) -> dict[str, Any] | None:
        """The row whose id starts so; None when there is none.

        Raises StoreError (``ambiguous``) when several do.
        """
        prefix = rows.text_of(id_prefix.strip().lower())
        if not prefix:
            return None
        found = list(
            self._query(
                "SELECT * FROM boilerplate WHERE id >= ? AND id < ? ORDER BY id LIMIT 2",
                prefix,
                prefix + "\U0010ffff",
            )
        )
        if len(found) > 1:
            raise StoreError(
                f"several sentences start with {prefix!r}",
                hint="Give more of the id.",
                code="ambiguous",
            )
        return found[0] if found else None

    @guarded
    def remove_boilerplate(self, line: str) -> None:
        """Forget the row with this id."""
        with self._whole():
            self.conn.execute("DELETE FROM boilerplate WHERE id = ?", (line,))


def _row(line: Line, origin: Origin, found: str) -> tuple[Any, ...]:
    sentence = " ".join(rows.text_of(line.sentence).split())
    if len(sentence) > _SAMPLE:
        sentence = sentence[: _SAMPLE - 1].rstrip() + "…"
    return (
        line_id(line.hash, line.site),
        line.hash,
        rows.text_of(line.site),
        sentence,
        line.words,
        line.articles,
        line.sites,
        origin,
        found,
    )
