"""What a look-up among the originals reads, whole and in order: for a scan on other machines."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from provenance.models import Article, Trace
from provenance.store import Store, postings
from provenance.store.opening import explained

# Slices of the keys that are merged one after the other: borders of blocks in every level.
_SLICES = 64
# Articles that are read at a time.
_PAGES = 200

_NAMES = """
SELECT 'urls' AS kind, canonical_url AS key, id FROM articles WHERE role = 'original'
UNION SELECT 'urls', url, id FROM articles WHERE role = 'original'
UNION SELECT 'urls', key, article_id FROM aliases WHERE kind = 'url'
UNION SELECT 'slugs', key, article_id FROM aliases WHERE kind = 'slug'
UNION SELECT 'stems', stem, article_id FROM links WHERE stem IS NOT NULL
ORDER BY 1, 2, 3
"""


def posting_lists(store: Store) -> Iterator[tuple[int, list[int], int]]:
    """Every key of the index with the numbers that hold it, and how many those are, in order.

    A key that more hold than look-ups read has no numbers, only the count as it was last taken.
    What waits for the index is held in memory: call ``catch_up`` first.
    """
    with explained(store.path):
        hot = dict(store.conn.execute("SELECT key, originals FROM capped").fetchall())
        waiting = [(number, postings.pack(keys)) for number, keys in store._waiting()]
        late = postings.run_of([n for n, _ in waiting], [keys for _, keys in waiting])
        levels = [row[0] for row in store.conn.execute("SELECT level FROM levels ORDER BY level")]
        step = (1 << postings.KEY_BITS) // _SLICES
        for i in range(_SLICES):
            runs = [postings.cut(late, i * step, (i + 1) * step)]
            for level in levels:
                blocks = store.conn.execute(
                    "SELECT id, data FROM postings WHERE id >= ? AND id < ? ORDER BY id",
                    postings.span(level, i * step, (i + 1) * step),
                ).fetchall()
                if blocks:
                    runs.append(postings.read_blocks(level, blocks))
            (keys, numbers), _ = postings.capped(postings.merge(runs))
            pairs = zip(keys.tolist(), numbers.tolist(), strict=True)
            for key, group in groupby(pairs, key=lambda pair: pair[0]):
                held = [number for _, number in group]
                full = postings.HOT in held
                yield key, [] if full else held, hot.get(key, 0) if full else len(held)


def names(store: Store) -> Iterator[tuple[str, str, list[str]]]:
    """Every URL, slug and picture name of the originals: its kind (as in ``Lookups.capped``), the
    name, the ids that have it."""
    with explained(store.path):
        rows = store.conn.execute(_NAMES)
        for (kind, key), group in groupby(rows, key=lambda row: (row[0], row[1])):
            yield kind, key, [row[2] for row in group]


def numbered(store: Store) -> dict[int, str]:
    """The article ids of the originals' ``fingerprints.number``."""
    sql = (
        "SELECT f.number, f.article_id FROM fingerprints f JOIN articles a ON a.id = f.article_id"
        " WHERE a.role = 'original'"
    )
    with explained(store.path):
        return dict(store.conn.execute(sql).fetchall())


def originals(store: Store) -> Iterator[tuple[Article, tuple[Trace, ...]]]:
    """Every original with its text and its page's traces, in the order of their ids."""
    with explained(store.path):
        ids = [
            row[0]
            for row in store.conn.execute(
                "SELECT id FROM articles WHERE role = 'original' ORDER BY id"
            )
        ]
    for first in range(0, len(ids), _PAGES):
        for name, article in store.articles(ids[first : first + _PAGES]).items():
            yield article, store.traces_of(name)
