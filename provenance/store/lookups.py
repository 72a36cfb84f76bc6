"""What the candidate channels ask of the originals: the ``models.Index`` protocol in SQL."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from provenance import urls
from provenance.languages import MARK
from provenance.models import Channel
from provenance.store import postings, rows
from provenance.store.connection import guarded
from provenance.store.index import Indexed

_OF_URL = (
    "SELECT id FROM articles WHERE canonical_url = ? AND role = 'original' LIMIT ?",
    "SELECT id FROM articles WHERE url = ? AND role = 'original' LIMIT ?",
    "SELECT article_id FROM aliases WHERE key = ? AND kind = 'url' LIMIT ?",
)
_OF_SLUG = ("SELECT article_id FROM aliases WHERE key = ? AND kind = 'slug' LIMIT ?",)
_OF_STEM = ("SELECT DISTINCT article_id FROM links WHERE stem = ? LIMIT ?",)


class Lookups(Indexed):
    """The part of ``Store`` that is a ``models.Index``.

    ``capped`` counts the buckets that were passed over since the store was opened because they
    held more originals than the limit. No limit reaches further than that of ``Limits``, over which
    the index keeps none of them. A ``dict[str, int]`` with the keys ``minhash``, ``fragments``,
    ``terms``, ``urls``, ``stems`` and ``slugs``; a key that is missing counts 0.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.capped: Counter[str] = Counter()

    def _buckets(self, channel: Channel, keys: Sequence[int], limit: int) -> dict[int, list[int]]:
        """The numbers of each key that no more than ``limit`` originals hold."""
        found = self._postings(keys)
        kept = {
            key: numbers
            for key, numbers in found.items()
            if len(numbers) <= limit and postings.HOT not in numbers
        }
        if len(kept) < len(found):
            self.capped[channel] += len(found) - len(kept)
        return kept

    def _named(self, scores: Mapping[int, float]) -> list[tuple[str, float]]:
        """Best first, ties by article id, so that the order never depends on that of adding."""
        return sorted(
            ((name, scores[number]) for number, name in self.ids(list(scores)).items()),
            key=lambda pair: (-pair[1], pair[0]),
        )

    def _shared(
        self, channel: Channel, keys: Sequence[int], limit: int, least: int = 1
    ) -> list[tuple[str, int]]:
        hits = Counter[int]()
        for numbers in self._buckets(channel, list(dict.fromkeys(keys)), limit).values():
            hits.update(numbers)
        # Names lie all over the disk: only of those that are asked for.
        kept = {number: count for number, count in hits.items() if count >= least}
        return [(name, int(count)) for name, count in self._named(kept)]

    @guarded
    def by_bands(self, keys: Sequence[int], limit: int) -> list[tuple[str, int]]:
        """Originals that share LSH bands: ``(article_id, bands shared)``, best first."""
        return self._shared("minhash", postings.band_keys(keys), limit)

    @guarded
    def by_fragments(
        self, hashes: Sequence[int], limit: int, least: int = 1
    ) -> list[tuple[str, int]]:
        """Originals that share ``least`` fragments or more: ``(article_id, how many)``, best
        first."""
        return self._shared("fragments", postings.fragment_keys(hashes), limit, least)

    @guarded
    def fragment_holders(self, hashes: Sequence[int], limit: int) -> dict[int, list[int]]:
        """The originals that hold each fragment, as ``holders`` tells those of terms."""
        wanted = list(dict.fromkeys(hashes))
        held = dict(zip(wanted, postings.fragment_keys(wanted), strict=True))
        found = self._buckets("fragments", list(dict.fromkeys(held.values())), limit)
        return {value: found[key] for value, key in held.items() if key in found}

    @guarded
    def terms_of(self, numbers: Sequence[int]) -> dict[int, list[str]]:
        """The rare words of originals, by their ``fingerprints.number``; the keys of names and
        numbers, which stand last, are left out."""
        found = self.conn.execute(
            "SELECT number, terms FROM fingerprints"
            " WHERE number IN (SELECT value FROM json_each(?))",
            (json.dumps(list(numbers)),),
        )
        words = ((number, terms.partition(f'"{MARK}')) for number, terms in found)
        return {
            number: json.loads(f"{before.rstrip(', ')}]" if mark else before)
            for number, (before, mark, _) in words
        }

    @guarded
    def sites(self) -> frozenset[str]:
        """Registered domains under which originals have an address."""
        found = self.conn.execute("SELECT DISTINCT site FROM articles WHERE role = 'original'")
        named = {str(row[0]) for row in found}
        aliases = self.conn.execute("SELECT key FROM aliases WHERE kind = 'url'")
        return frozenset(named | {urls.site(row[0]) for row in aliases} - {""})

    @guarded
    def holders(self, keys: Sequence[str], limit: int) -> dict[str, list[int]]:
        """The originals that hold each key of the terms, by their ``fingerprints.number``.

        A key that none holds is left out, and so is one that more than ``limit`` hold.
        """
        wanted = list(dict.fromkeys(keys))
        held = dict(zip(wanted, postings.word_keys(wanted, self.parameters.seed), strict=True))
        found = self._buckets("terms", list(dict.fromkeys(held.values())), limit)
        return {word: found[key] for word, key in held.items() if key in found}

    @guarded
    def held(self, keys: Sequence[str]) -> bool:
        """Whether any original holds any of these terms, be it in a bucket that is too full."""
        return bool(self._postings(postings.word_keys(keys, self.parameters.seed)))

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
        row = self.conn.execute("SELECT value FROM meta WHERE key = 'originals'").fetchone()
        return int(row[0]) if row else 0
