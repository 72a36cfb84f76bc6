"""What the candidate channels ask of the originals: the ``models.Index`` protocol in SQL."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from provenance.models import Channel
from provenance.store import rows
from provenance.store.connection import Connected, guarded

_OF_URL = (
    "SELECT id FROM articles WHERE canonical_url = ? AND role = 'original' LIMIT ?",
    "SELECT id FROM articles WHERE url = ? AND role = 'original' LIMIT ?",
    "SELECT article_id FROM aliases WHERE key = ? AND kind = 'url' LIMIT ?",
)
# One statement for all keys, which are a thousand for a long text. Whether a key is over the limit
# is asked before its rows are read, and costs no more than ``limit`` steps.
_OF_TERMS = """
WITH asked AS MATERIALIZED (
  SELECT value AS key,
    (SELECT 1 FROM terms WHERE key = each.value LIMIT 1 OFFSET :most) AS hot
  FROM json_each(:keys) each
)
SELECT asked.key, terms.fingerprint FROM asked JOIN terms ON terms.key = asked.key
WHERE asked.hot IS NULL
UNION ALL
SELECT key, NULL FROM asked WHERE hot
"""
_OF_SLUG = ("SELECT article_id FROM aliases WHERE key = ? AND kind = 'slug' LIMIT ?",)
_OF_STEM = ("SELECT DISTINCT article_id FROM links WHERE stem = ? LIMIT ?",)


class Lookups(Connected):
    """The part of ``Store`` that is a ``models.Index``.

    ``capped`` counts the buckets that were passed over since the store was opened because they
    held more originals than the limit: a ``dict[str, int]`` with the keys ``minhash``,
    ``fragments``, ``terms``, ``urls``, ``stems`` and ``slugs``; a key that is missing counts 0.
    """

    _sized: tuple[int, int] = (-1, 0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.capped: Counter[str] = Counter()

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
        return sorted(
            ((name, scores[number]) for number, name in self.ids(list(scores)).items()),
            key=lambda pair: (-pair[1], pair[0]),
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
    def holders(self, keys: Sequence[str], limit: int) -> dict[str, list[int]]:
        """The originals that hold each key of the terms, by their ``fingerprints.number``.

        A key that none holds is left out, and so is one that more than ``limit`` hold.
        """
        held = {key: rows.text_of(key) for key in keys}
        found: dict[str, list[int]] = {}
        for key, number in self.conn.execute(
            _OF_TERMS, {"keys": json.dumps(sorted(set(held.values()))), "most": limit}
        ):
            if number is None:
                self.capped["terms"] += 1
            else:
                found.setdefault(key, []).append(number)
        return {key: found[stored] for key, stored in held.items() if stored in found}

    @guarded
    def held(self, keys: Sequence[str]) -> bool:
        """Whether any original holds any of these terms, be it in a bucket that is too full."""
        query = "SELECT 1 FROM terms WHERE key = ? LIMIT 1"
        return any(self.conn.execute(query, (rows.text_of(key),)).fetchone() for key in keys)

    @guarded
    def ids(self, numbers: Sequence[int]) -> dict[int, str]:
        """The article ids of ``fingerprints.number``."""
        return dict(
            self.conn.execute(
                "SELECT number, article_id FROM fingerprints"
                " WHERE number IN (SELECT value FROM json_each(?))",
                (json.dumps(list(numbers)),),
            ).fetchall()
        )

    def _holders(self, name: str, selects: Sequence[str], key: str, limit: int) -> set[str]:
        """Ids that any of the statements gives for the key; none when they are too many."""
        found: set[str] = set()
        for sql in selects:
            found.update(row[0] for row in self.conn.execute(sql, (key, limit + 1)))
        if len(found) <= limit:
            return found
        self.capped[name] += 1
        return set()

    @guarded
    def by_urls(self, urls: Sequence[str], limit: int) -> list[str]:
        """Ids of originals whose canonical URL, URL as given, or other address that their page
        gives itself, is one of these; in id order.

        A URL of more than ``limit`` originals is passed over.
        """
        found: set[str] = set()
        for url in sorted({rows.safe_url(url) for url in urls}):
            found |= self._holders("urls", _OF_URL, url, limit)
        return sorted(found)

    @guarded
    def by_image_stems(self, stems: Sequence[str], limit: int) -> list[str]:
        """Ids of originals that show an image of one of these names; in id order.

        A name that more than ``limit`` originals show is passed over.
        """
        found: set[str] = set()
        for stem in sorted({rows.text_of(stem) for stem in stems if stem}):
            found |= self._holders("stems", _OF_STEM, stem, limit)
        return sorted(found)

    @guarded
    def by_slugs(self, slugs: Sequence[str], limit: int) -> list[str]:
        """Ids of originals whose address ends in these words (``urls.slug``); in id order.

        Words that more than ``limit`` originals have are passed over.
        """
        found: set[str] = set()
        for slug in sorted({rows.text_of(slug) for slug in slugs if slug}):
            found |= self._holders("slugs", _OF_SLUG, slug, limit)
        return sorted(found)

    @guarded
    def of_site(self, site: str, limit: int) -> int:
        """How many originals a site (registered domain) has, counted up to ``limit``."""
        (count,) = self.conn.execute(
            "SELECT count(*) FROM (SELECT 1 FROM articles"
            " WHERE site = ? AND role = 'original' LIMIT ?)",
            (rows.text_of(site), limit),
        ).fetchone()
        return int(count)

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
