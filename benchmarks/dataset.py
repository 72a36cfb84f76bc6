"""Labelled pairs for training and evaluation, grouped so that no article is on both sides.

Nothing here ships data: the path is the caller's. A data folder holds ``pairs.jsonl.gz`` (rows
``set, id, label, suspect, source``) and ``one_event.jsonl.gz`` (rows ``publisher, text``).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provenance.compare import compare_texts
from provenance.compare.features import shingle_set
from provenance.models import Comparison
from provenance.normalize import tokenize

#: Labels that say the suspect does not derive from the source.
NEGATIVE = frozenset({"unrelated", "independent"})
_EVENT_SEED = 1


@dataclass(frozen=True, slots=True)
class Pair:
    """One labelled pair. ``group`` is equal for pairs that share an article, however indirectly."""

    set: str
    id: str
    label: str
    suspect: str
    source: str
    group: int

    @property
    def derived(self) -> bool:
        return self.label not in NEGATIVE


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _grouped(rows: Sequence[tuple[str, str, str, str, str]]) -> list[Pair]:
    """Give every pair the number of its connected component (union-find over the texts)."""
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    keys = [tuple(hashlib.sha256(text.encode()).hexdigest() for text in row[3:]) for row in rows]
    for suspect, source in keys:
        parent[root(suspect)] = root(source)
    numbers: dict[str, int] = {}
    return [
        Pair(*row, group=numbers.setdefault(root(key[1]), len(numbers)))
        for row, key in zip(rows, keys, strict=True)
    ]


def load_pairs(folder: Path) -> list[Pair]:
    """The graded pairs, in file order."""
    return _grouped(
        [
            (row["set"], str(row["id"]), row["label"], row["suspect"], row["source"])
            for row in _rows(folder / "pairs.jsonl.gz")
        ]
    )


def load_event(folder: Path, independent: int = 2500, copies: int = 400) -> list[Pair]:
    """Silver pairs of different outlets on one event, by word 5-gram overlap.

    ``copy``: Jaccard ≥ 0.4; ``independent``: containment < 0.05 both ways. Pairs between are left
    out. Every article is its own group here: pairs are drawn within five fixed fifths of the
    articles, and ``group`` is that fifth, so that folds can be held apart by it.
    """
    articles = list(_rows(folder / "one_event.jsonl.gz"))
    grams = [shingle_set(tokenize(article["text"]).words, 5) for article in articles]
    found: dict[str, list[Pair]] = {"copy": [], "independent": []}
    for i, left in enumerate(articles):
        for j, right in enumerate(articles):
            if i == j or left["publisher"] == right["publisher"] or i % 5 != j % 5:
                continue
            shared = len(grams[i] & grams[j])
            jaccard = shared / max(1, len(grams[i] | grams[j]))
            contained = max(shared / max(1, len(grams[i])), shared / max(1, len(grams[j])))
            label = "copy" if jaccard >= 0.4 else "independent" if contained < 0.05 else None
            if label:
                found[label].append(
                    Pair(
                        "event",
                        f"{left['id']}-{right['id']}",
                        label,
                        left["text"],
                        right["text"],
                        i % 5,
                    )
                )
    generator = random.Random(_EVENT_SEED)
    return [
        *generator.sample(found["copy"], min(copies, len(found["copy"]))),
        *generator.sample(found["independent"], min(independent, len(found["independent"]))),
    ]


def _compare(pair: Pair) -> Comparison:
    return compare_texts(pair.suspect, pair.source)


def compare_all(pairs: Sequence[Pair], jobs: int = 2) -> list[Comparison]:
    """Compare every pair; the result does not depend on ``jobs``."""
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(_compare, pairs, chunksize=16))
