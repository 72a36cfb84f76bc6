"""A crawl that is compared with itself: which pages are in it, in what order, and their keys.

The pages stand in the order of time: by when they were observed, those that nobody observed last,
ties by id. A page's place in that order is its *rank*. Of pages with one text the first stands for
all. ``Crawl`` holds, for each key, the first pages that have it: as many as a look-up reads, and
one more. A look-up for a page reads those before it, so it finds just what it would find if all
pages before it had been registered as originals, and no key costs more however many pages hold it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from provenance import urls
from provenance.config import LIMITS
from provenance.dates import instant, parse_time
from provenance.models import Article, Fingerprint
from provenance.normalize import hashed
from provenance.store import postings, rows
from provenance.store.connection import guarded
from provenance.store.queries import Queries

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Pages of which the keys are gathered at a time, and postings that are sorted at a time.
_PAGES = 1_000
_POSTINGS = 4_000_000
# Postings that a page is taken to have.
_EACH = 450
# The last two bits of the keys of names: addresses, pictures and slugs.
_NAMES = 3


class Member(NamedTuple):
    """A page of the crawl. ``source`` is whether it may be one: an original is looked up among the
    originals, and a wall is no article."""

    id: str
    observed: str | None
    digest: str
    source: bool


class Crawled(Queries):
    """The part of ``Store`` that keeps the pages of crawls that are compared with themselves."""

    @guarded
    def keep_within(self, article: Article, fingerprint: Fingerprint | None) -> None:
        """Keep what the comparison of a crawl with itself takes of a page that is stored."""
        with self._whole():
            self.conn.execute(
                "INSERT OR REPLACE INTO within_pages VALUES (?, ?, ?, ?)",
                (
                    article.id,
                    *(
                        rows.to_json([rows.safe_url(url) for url in found])
                        for found in (article.links, article.images, article.aliases)
                    ),
                ),
            )
            if fingerprint is not None:
                self._store_missing(article.id, fingerprint)

    def _store_missing(self, article_id: str, fingerprint: Fingerprint) -> None:
        if self._fingerprint(article_id) is None:
            self._store_fingerprint(article_id, fingerprint)

    @guarded
    def gate_of(self, article_id: str) -> str | None:
        """The gate of a stored article; None when it has none, or isn't stored."""
        found = self.conn.execute(
            "SELECT gate FROM articles WHERE id = ?", (article_id,)
        ).fetchone()
        return found[0] if found else None

    @guarded
    def unfinish_others(self, path: str, digest: str) -> None:
        """What is compared now replaces what was found of the crawl when it was another."""
        with self._whole():
            self.conn.execute(
                "UPDATE inputs SET finished = 0, done = 0 WHERE path = ? AND digest <> ?",
                (path, digest),
            )

    @guarded
    def members(self) -> list[Member]:
        """The pages of the crawl, by rank."""
        found = [
            Member(name, observed, digest, bool(source))
            for name, observed, digest, source in self.conn.execute(
                "SELECT a.id, a.observed, a.digest, a.role = 'crawled' AND f.number IS NOT NULL"
                " FROM within_pages w JOIN articles a ON a.id = w.article_id"
                " LEFT JOIN fingerprints f ON f.article_id = a.id"
            )
        ]
        return sorted(found, key=lambda one: (_moment(one.observed), one.id))

    def _key_sets(self, members: Sequence[Member]) -> Iterator[tuple[int, set[int]]]:
        """The rank of each source that is the first of its text, with its keys."""
        wanted = [rank for rank, first in enumerate(firsts(members)) if first == rank]
        for begin in range(0, len(wanted), _PAGES):
            ranks = {members[rank].id: rank for rank in wanted[begin : begin + _PAGES]}
            names = json.dumps(list(ranks))
            made = {
                row["article_id"]: rows.to_fingerprint(row)
                for row in self._query(
                    "SELECT * FROM fingerprints"
                    " WHERE article_id IN (SELECT value FROM json_each(?))",
                    names,
                )
            }
            for row in self._query(
                "SELECT a.id, a.url, a.canonical_url, w.images, w.aliases FROM articles a"
                " JOIN within_pages w ON w.article_id = a.id"
                " WHERE a.id IN (SELECT value FROM json_each(?))",
                names,
            ):
                keys = postings.keys_of(made[row["id"]], self.parameters.seed)
                keys.update(name_keys(_names(row), self.parameters.seed))
                yield ranks[row["id"]], keys

    @guarded
    def index_crawl(self, folder: Path, members: Sequence[Member]) -> None:
        """Write the index of the crawl into a folder; see ``Crawl``. Memory doesn't grow with it
        but for some bytes a page."""
        import numpy as np

        count = 1
        while count < 1 << 16 and len(members) * _EACH > count * _POSTINGS:
            count *= 2
        shift = postings.KEY_BITS - count.bit_length() + 1
        parts = [folder / f"part{i}" for i in range(count)]
        held: list[int] = []
        ranks: list[tuple[int, int]] = []

        def spill() -> None:
            keys = np.array(held, np.uint64)
            owners = np.repeat(
                np.array([rank for rank, _ in ranks], np.uint32), [size for _, size in ranks]
            )
            place = (keys >> np.uint64(shift)).astype(np.int64)
            for i in np.unique(place).tolist():
                chosen = place == i
                rows_ = np.empty(int(chosen.sum()), _PAIR)
                rows_["key"], rows_["rank"] = keys[chosen], owners[chosen]
                with parts[i].open("ab") as stream:
                    stream.write(rows_.tobytes())
            held.clear()
            ranks.clear()

        for rank, keys in self._key_sets(members):
            held.extend(keys)
            ranks.append((rank, len(keys)))
            if len(ranks) >= _PAGES:
                spill()
        if ranks:
            spill()
        with (folder / "keys").open("wb") as keys_out, (folder / "ranks").open("wb") as ranks_out:
            for part in parts:
                if not part.exists():
                    continue
                found = np.fromfile(part, _PAIR)
                part.unlink()
                kept_keys, kept_ranks = _first_of_each(found["key"], found["rank"])
                keys_out.write(kept_keys.tobytes())
                ranks_out.write(kept_ranks.tobytes())
        first = np.array(firsts(members), np.int64)
        np.save(folder / "first.npy", first)
        sources = np.cumsum(first == np.arange(len(members))) if len(members) else first
        np.save(folder / "sources.npy", sources)
        np.save(folder / "ids.npy", np.array([one.id for one in members], dtype=np.str_))


_PAIR = [("key", "<u8"), ("rank", "<u4")]


def _moment(observed: str | None) -> float:
    moment = parse_time(observed) if observed else None
    if moment is None:
        return float("inf")
    return instant(moment).timestamp()


def firsts(members: Iterable[Member]) -> list[int]:
    """For each page the rank of the first page that may be a source and has its text; its own
    where it is that page, -1 where there is none before it."""
    seen: dict[str, int] = {}
    found = []
    for rank, one in enumerate(members):
        if one.source:
            seen.setdefault(one.digest, rank)
        found.append(seen.get(one.digest, -1))
    return found


def signature(members: Iterable[Member]) -> str:
    """What the crawl is: equal, and so are the pages, their order and their texts."""
    found = hashlib.sha256()
    for one in members:
        found.update(f"{one.id} {one.observed} {one.source}\n".encode())
    return found.hexdigest()


def _names(row: dict[str, Any]) -> list[str]:
    """What a page may be named by: its addresses, pictures and slugs, each with its kind."""
    others = [row["canonical_url"], *json.loads(row["aliases"])]
    slugs = (urls.slug(url) for url in (row["url"], *others))
    stems = (urls.image_stem(url) for url in json.loads(row["images"]))
    return [
        *(f"url {url}" for url in (row["url"], *others) if url),
        *(f"slug {slug}" for slug in slugs if slug),
        *(f"stem {stem}" for stem in stems if stem),
    ]


def name_keys(names: Sequence[str], seed: int) -> list[int]:
    """The keys of names."""
    every = hashed([rows.text_of(name) for name in dict.fromkeys(names)], seed)
    return [((value & ((1 << 64) - 1)) >> 16) & ~3 | _NAMES for value in every]


def _limits(keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """How many pages of each key a look-up reads at most."""
    import numpy as np

    of_terms = (keys & np.uint64(3)) == postings.CHANNELS.index("terms")
    return np.where(of_terms, LIMITS.term_bucket, LIMITS.bucket).astype(np.int64)


def _first_of_each(
    keys: NDArray[np.uint64], ranks: NDArray[np.uint32]
) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    """Sorted by key and rank, and of each key no more than a look-up reads, and one."""
    import numpy as np

    order = np.lexsort((ranks, keys))
    keys, ranks = keys[order], ranks[order]
    starts = np.flatnonzero(np.insert(keys[1:] != keys[:-1], 0, True))
    sizes = np.diff(np.append(starts, len(keys)))
    place = np.arange(len(keys)) - np.repeat(starts, sizes)
    kept = place <= _limits(keys)
    return keys[kept], ranks[kept]


class Crawl:
    """The index of a crawl, read where it lies. ``before(rank)`` is what a page can be held
    against."""

    def __init__(self, folder: Path, seed: int) -> None:
        import numpy as np

        self.seed = seed
        empty = not (folder / "keys").stat().st_size
        self.keys: Any = [] if empty else np.asarray(np.memmap(folder / "keys", "<u8", "r"))
        self.ranks: Any = [] if empty else np.asarray(np.memmap(folder / "ranks", "<u4", "r"))
        self.first = np.load(folder / "first.npy", mmap_mode="r")
        self.sources = np.load(folder / "sources.npy", mmap_mode="r")
        self.ids = np.load(folder / "ids.npy", mmap_mode="r")

    def before(self, rank: int) -> Earlier:
        """The pages before the one of this rank, as an index."""
        return Earlier(self, rank)


class Earlier:
    """A ``models.Index`` of the pages that stand before one page in a crawl."""

    def __init__(self, crawl: Crawl, rank: int) -> None:
        self.crawl, self.rank = crawl, rank
        first = int(crawl.first[rank])
        #: The page of the same text that stands for it.
        self.twin = first if 0 <= first < rank else None
        self.capped: Counter[str] = Counter()

    def _buckets(self, keys: Sequence[int], limit: int) -> dict[int, list[int]]:
        """The ranks of each key that no more than ``limit`` pages before this one hold."""
        import numpy as np

        if not len(self.crawl.keys):
            return {}
        asked = np.array(list(dict.fromkeys(keys)), np.uint64)
        begins = np.searchsorted(self.crawl.keys, asked, "left").tolist()
        ends = np.searchsorted(self.crawl.keys, asked, "right").tolist()
        found = {}
        for key, begin, end in zip(asked.tolist(), begins, ends, strict=True):
            if begin == end:
                continue
            ranks = self.crawl.ranks[begin:end]
            ranks = ranks[: int(np.searchsorted(ranks, self.rank))]
            if 0 < len(ranks) <= limit:
                found[key] = ranks.tolist()
            elif len(ranks):
                self.capped[(*postings.CHANNELS, "names")[key & 3]] += 1
        return found

    def _shared(self, keys: Sequence[int], limit: int, least: int = 1) -> list[tuple[str, int]]:
        hits = Counter[int]()
        for ranks in self._buckets(keys, limit).values():
            hits.update(ranks)
        named = [
            (str(self.crawl.ids[rank]), count) for rank, count in hits.items() if count >= least
        ]
        return sorted(named, key=lambda pair: (-pair[1], pair[0]))

    def by_bands(self, keys: Sequence[int], limit: int) -> list[tuple[str, int]]:
        """As ``models.Index`` says; the page of the same text is among them, however many are
        like it."""
        found = self._shared(postings.band_keys(keys), limit)
        if self.twin is None:
            return found
        twin = str(self.crawl.ids[self.twin])
        return [(twin, len(keys)), *(row for row in found if row[0] != twin)]

    def by_fragments(
        self, hashes: Sequence[int], limit: int, least: int = 1
    ) -> list[tuple[str, int]]:
        return self._shared(postings.fragment_keys(hashes), limit, least)

    def holders(self, keys: Sequence[str], limit: int) -> dict[str, list[int]]:
        wanted = list(dict.fromkeys(keys))
        held = dict(zip(wanted, postings.word_keys(wanted, self.crawl.seed), strict=True))
        found = self._buckets(list(held.values()), limit)
        return {word: found[key] for word, key in held.items() if key in found}

    def held(self, keys: Sequence[str]) -> bool:
        return bool(self._buckets(postings.word_keys(keys, self.crawl.seed), 1 << 32))

    def ids(self, numbers: Sequence[int]) -> dict[int, str]:
        return {number: str(self.crawl.ids[number]) for number in numbers}

    def _by_names(self, kind: str, names: Sequence[str], limit: int) -> list[str]:
        asked = name_keys([f"{kind} {name}" for name in names if name], self.crawl.seed)
        return sorted(name for name, _ in self._shared(asked, limit))

    def by_urls(self, urls: Sequence[str], limit: int) -> list[str]:
        return self._by_names("url", [rows.safe_url(url) for url in urls], limit)

    def by_image_stems(self, stems: Sequence[str], limit: int) -> list[str]:
        return self._by_names("stem", stems, limit)

    def by_slugs(self, slugs: Sequence[str], limit: int) -> list[str]:
        return self._by_names("slug", slugs, limit)

    def size(self) -> int:
        return int(self.crawl.sources[self.rank - 1]) if self.rank else 0
