"""Labelled pairs for training and evaluation, grouped so that no article is on both sides.

Nothing here ships data: the path is the caller's. A data folder holds ``pairs.jsonl.gz`` (rows
``set, id, label, suspect, source``), ``one_event.jsonl.gz`` (rows ``publisher, text``) and
``articles.jsonl.gz`` (rows ``id, site, text``). Beside them may lie ``reviewed.jsonl.gz``, pairs on
which people decided: ``provenance calibrate --export reviewed.jsonl.gz``.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from provenance.compare import compare, profile
from provenance.compare.profile import shingle_set
from provenance.models import Comparison
from provenance.normalize import tokenize

#: Labels that say the suspect does not derive from the source.
NEGATIVE = frozenset({"unrelated", "independent"})
_SEED = 1
#: Articles at every tenth place host splices, and are nobody's neighbour.
HOST = 9
#: One article in so many is held out: no set of negatives has it (see ``benchmarks.pouring``).
HELD_OUT = 8


@dataclass(frozen=True, slots=True)
class Pair:
    """One labelled pair. ``group`` is equal for pairs that share an article, however indirectly."""

    set: str
    id: str
    label: str
    suspect: str
    source: str
    group: int
    #: The set whose texts a made pair was made from.
    made_from: str = ""

    @property
    def derived(self) -> bool:
        return self.label not in NEGATIVE


def rows(path: Path) -> Iterator[dict[str, Any]]:
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


def load_pairs(folder: Path, *, reviewed: bool = False) -> list[Pair]:
    """The graded pairs, in file order; with ``reviewed`` those after them that users decided."""
    files = [folder / "pairs.jsonl.gz"]
    if reviewed and (more := folder / "reviewed.jsonl.gz").is_file():
        files.append(more)
    return _grouped(
        [
            (row["set"], str(row["id"]), row["label"], row["suspect"], row["source"])
            for file in files
            for row in rows(file)
        ]
    )


def load_event(folder: Path, independent: int = 2500, copies: int = 400) -> list[Pair]:
    """Silver pairs of different outlets on one event, by word 5-gram overlap.

    ``copy``: Jaccard ≥ 0.4; ``independent``: containment < 0.05 both ways. Pairs between are left
    out. Every article is its own group here: pairs are drawn within five fixed fifths of the
    articles, and ``group`` is that fifth, so that folds can be held apart by it.
    """
    articles = list(rows(folder / "one_event.jsonl.gz"))
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
    generator = random.Random(_SEED)
    return [
        *generator.sample(found["copy"], min(copies, len(found["copy"]))),
        *generator.sample(found["independent"], min(independent, len(found["independent"]))),
    ]


def load_spliced(folder: Path, pairs: Sequence[Pair], each: int = 250) -> list[Pair]:
    """Excerpts in news pages, made from the graded pairs and unrelated articles.

    ``excerpt``: a run of consecutive sentences of a source, word for word, inside another
    article; ``excerpt-rewrite``: the same with the graded rewrite of it. Runs are a tenth to a
    half of the text they come from, and at least two sentences. The group is that of the pair.
    """
    generator = random.Random(_SEED)
    hosts = [
        row["text"]
        for number, row in enumerate(rows(folder / "articles.jsonl.gz"))
        if number % 10 == HOST
    ]
    # Each host serves once, so that none is on both sides of a fold.
    generator.shuffle(hosts)
    whole = [pair for pair in pairs if pair.set in ("llmfake", "wmt") and pair.derived]
    found = []
    for label in ("excerpt", "excerpt-rewrite"):
        for pair in generator.sample(whole, min(each, len(whole))):
            given = pair.source if label == "excerpt" else pair.suspect
            tokens = tokenize(given)
            total = len(tokens.sentences)
            run = max(2, round(total * generator.uniform(0.1, 0.5)))
            first = generator.randint(0, max(0, total - run))
            last = min(first + run, total) - 1
            start = tokens.starts[tokens.sentences[first][0]]
            end = tokens.ends[tokens.sentences[last][1] - 1]
            host = hosts.pop()
            lines = host.split("\n")
            lines.insert(generator.randint(0, len(lines)), given[start:end] + ".")
            found.append(
                Pair(
                    "spliced",
                    pair.id,
                    label,
                    "\n".join(lines),
                    pair.source,
                    pair.group,
                    pair.set,
                )
            )
    return found


def load_neighbours(folder: Path, count: int = 1500) -> list[Pair]:
    """What retrieval brings up: an article and its nearest of another site by rare words.

    Silver negatives: pairs that share more than 3 % of their word 5-grams either way are left
    out. Nearest is by summed log(N / df) of shared words that at most 2 % of articles hold. The
    group is that of the article's place, in five fifths; both articles are of one fifth, and none
    of them is held out.
    """
    generator = random.Random(_SEED)
    articles = list(rows(folder / "articles.jsonl.gz"))
    words = [set(tokenize(row["text"]).words) for row in articles]
    frequency = Counter(word for one in words for word in one)
    rare = {
        w: math.log(len(articles) / n) for w, n in frequency.items() if 2 <= n <= len(articles) / 50
    }
    holders: dict[str, list[int]] = defaultdict(list)
    for i, one in enumerate(words):
        for word in one & rare.keys():
            holders[word].append(i)
    found = []
    for i in generator.sample(range(len(articles)), len(articles)):
        weights: dict[int, float] = defaultdict(float)
        for word in words[i] & rare.keys():
            for j in holders[word]:
                if (
                    j % 5 == i % 5
                    and j % 10 != HOST
                    and j % HELD_OUT
                    and articles[j]["site"] != articles[i]["site"]
                ):
                    weights[j] += rare[word]
        if not weights or i % 10 == HOST or i % HELD_OUT == 0:
            continue
        j = min(weights, key=lambda k: (-weights[k], k))
        left, right = (shingle_set(tokenize(articles[k]["text"]).words, 5) for k in (i, j))
        if len(left & right) > 0.03 * min(len(left), len(right)):
            continue
        found.append(
            Pair(
                "nearest",
                f"{i}-{j}",
                "independent",
                articles[i]["text"],
                articles[j]["text"],
                i % 5,
            )
        )
        if len(found) == count:
            break
    return found


#: Furniture as sites print it around every article; each line is ours.
FURNITURE = (
    "Sign up to our morning newsletter and get the day's top stories straight to your inbox.",
    "Follow us on our social channels for breaking news, live updates and behind the scenes video.",
    "This article is part of our coverage of the region; read more stories like this one below.",
    "Have you got a story for us? Contact the newsroom in confidence by mail or by telephone.",
    "All rights reserved. No part of this page may be reproduced without our written permission.",
    "Support independent journalism: for less than the price of a coffee a week you keep us going.",
    "Our reporters work hard to check every fact. If you find an error, please tell the editors.",
    "Photo: archive picture. The text was produced by our staff and edited for length and clarity.",
    "Download our free app for phone and tablet to receive alerts on the news that matters to you.",
    "Readers may comment on this story until midnight. Comments are moderated before they appear.",
)


def load_furnished(pairs: Sequence[Pair]) -> list[Pair]:
    """Negatives to which both sides got the same one or two lines of furniture.

    They stay negatives: what two sites print around every article is no copying.
    """
    generator = random.Random(_SEED)
    found = []
    for pair in pairs:
        lines = generator.sample(FURNITURE, generator.choice((1, 1, 2)))
        before = generator.random() < 0.3
        suspect, source = (
            "\n".join([*lines, text] if before else [text, *lines])
            for text in (pair.suspect, pair.source)
        )
        found.append(Pair("furnished", pair.id, pair.label, suspect, source, pair.group))
    return found


def load_all(folder: Path) -> list[Pair]:
    """Everything that the model learns from, graded first."""
    # It needs this module.
    from benchmarks.met import load_met

    pairs = load_pairs(folder, reviewed=True)
    neighbours = load_neighbours(folder)
    return [
        *pairs,
        *load_spliced(folder, pairs),
        *load_event(folder),
        *neighbours,
        *load_furnished(neighbours[:400]),
        *load_met(folder),
    ]


#: Sets whose labels come from a rule, not from a person or from how the text was made.
SILVER = frozenset({"event", "nearest", "furnished", "met"})
#: Sets in which only a passage is reused.
PARTIAL = frozenset({"pan13", "spliced", "reviewed-partial"})


# Pairs of one article follow one another.
_profile = lru_cache(maxsize=32)(profile)


def _compare(pair: Pair) -> Comparison:
    return compare(_profile(pair.suspect), _profile(pair.source))


def compare_all(pairs: Sequence[Pair], jobs: int = 2) -> list[Comparison]:
    """Compare every pair; the result does not depend on ``jobs``."""
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(_compare, pairs, chunksize=16))
