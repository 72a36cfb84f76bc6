"""What the candidate channels ask of the originals: the ``models.Index`` protocol in SQL."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from provenance.models import Channel
from provenance.store import rows
from provenance.store.connection import Connected, guarded


class Lookups(Connected):
    """The part of ``Store`` that is a ``models.Index``.

    ``capped`` counts, by channel, the buckets that were passed over since the store was opened
    because they held more originals than the limit.
    """

    capped: Counter[str]
    _sized: tuple[int, int] = (-1, 0)

    def _buckets(
        self, table: str, channel: Channel, keys: Iterable[Any], limit: int
    ) -> list[list[int]]:
        # One prepared look-up a key: it can stop at the limit, which a join could not.
        sql = f"SELECT fingerprint FROM {table} WHERE key = ? LIMIT ?"  # noqa: S608
        found = []
        for key in sorted(set(keys)):
            bucket = [row[0] for row in self.conn.execute(sql, (key, limit + 1))]
            if len(bucket) > limit:
                self.capped[channel] += 1
            elif bucket:
                found.append(bucket)
        return found

    def _named(self, scores: dict[int, float]) -> list[tuple[str, float]]:
        """Best first, ties by article id, so that the order never depends on that of adding."""
        names = self.conn.execute(
            "SELECT number, article_id FROM fingerprints"
            " WHERE number IN (SELECT value FROM json_each(?))",
            (json.dumps(list(scores)),),
        )
        return sorted(
            ((name, scores[number]) for number, name in names), key=lambda pair: (-pair[1], pair[0])
        )

    def _shared(
        self, table: str, channel: Channel, keys: Sequence[int], limit: int
    ) -> list[tuple[str, int]]:
        hits = Counter[int]()
        for bucket in self._buckets(table, channel, map(int, keys), limit):
            hits.update(bucket)
        return [(name, int(count)) for name, count in self._named(dict(hits))]

    @guarded
    def by_bands(self, keys: Sequence[int], limit: int) -> list[tuple[str, int]]:
        """Originals that share LSH bands: ``(article_id, bands shared)``, best first."""
        return self._shared("bands", "minhash", keys, limit)

    @guarded
    def by_fragments(self, hashes: Sequence[int], limit: int) -> list[tuple[str, int]]:
        """Originals that share fragments: ``(article_id, fragments shared)``, best first."""
        return self._shared("fragments", "fragments", hashes, limit)

    @guarded
    def by_terms(self, terms: Sequence[str], limit: int) -> list[tuple[str, float]]:
        """Originals that share terms: ``(article_id, weight)``, best first.

        The weight is the sum of ``log(1 + N / df)`` over the shared terms, N the originals and
        df those that have the term.
        """
        total = self.size()
        weights: dict[int, float] = {}
        for bucket in self._buckets("terms", "terms", map(rows.text_of, terms), limit):
            weight = math.log(1 + total / len(bucket))
            for number in bucket:
                weights[number] = weights.get(number, 0.0) + weight
        return self._named(weights)

    @guarded
    def by_urls(self, urls: Sequence[str]) -> list[str]:
        """Ids of originals whose canonical URL, or URL as given, is one of these; in id order."""
        wanted = json.dumps(sorted({rows.safe_url(url) for url in urls}))
        found = self.conn.execute(
            "SELECT id FROM articles WHERE role = 'original'"
            " AND canonical_url IN (SELECT value FROM json_each(?1))"
            " UNION SELECT id FROM articles WHERE role = 'original'"
            " AND url IN (SELECT value FROM json_each(?1)) ORDER BY 1",
            (wanted,),
        )
        return [row[0] for row in found]

    @guarded
    def by_image_stems(self, stems: Sequence[str]) -> list[str]:
        """Ids of originals that show an image of one of these names; in id order."""
        wanted = json.dumps(sorted({rows.text_of(stem) for stem in stems if stem}))
        found = self.conn.execute(
            "SELECT DISTINCT article_id FROM links"
            " WHERE stem IN (SELECT value FROM json_each(?)) ORDER BY 1",
            (wanted,),
        )
        return [row[0] for row in found]

    @guarded
    def document_frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """How many originals have each term; 0 for one that none has."""
        return {
            term: self.conn.execute(
                "SELECT count(*) FROM terms WHERE key = ?", (rows.text_of(term),)
            ).fetchone()[0]
            for term in set(terms)
        }

    @guarded
    def size(self) -> int:
        """How many originals there are."""
        generation = self.generation
        if self._sized[0] != generation:
            (count,) = self.conn.execute(
                "SELECT count(*) FROM articles WHERE role = 'original'"
            ).fetchone()
            self._sized = (generation, int(count))
        return self._sized[1]
