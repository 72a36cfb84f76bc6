"""Measure what other tools measure, on the pairs that the verdict is measured on.

    python -m benchmarks.peers DATA_FOLDER [--write]

Each measure ranks the graded pairs, and is cut where 1 % of the ``basil`` reports of one event
lie above it, as the verdict is in docs/quality.md; a tie counts against it. The verdict's own
row is out of fold. The measures are those that published tools of text reuse and near-duplicate
detection decide by; what stands around them there (tokenisers, thresholds) is not theirs.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
from datasketch import MinHash
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.dataset import Pair, compare_all, load_all, rows
from benchmarks.evaluate import ORDER, cut_at, write_tables
from benchmarks.train import Array, out_of_fold, table
from provenance.compare.profile import shingle_set
from provenance.normalize import tokenize

SETS = ("pan13", "llmfake", "wmt", "basil", "clough")
#: False alarms on reports of one event at which recall is read.
RATE = 0.01
_PERMUTATIONS = 128


def _words(text: str) -> tuple[str, ...]:
    return tokenize(text).words


def _contained(one: frozenset[object], other: frozenset[object]) -> float:
    """Share of the smaller set that the greater one holds."""
    return len(one & other) / max(1, min(len(one), len(other)))


def minhash(pair: Pair) -> float:
    """Jaccard of word 3-shingles as datasketch estimates it (Broder 1997)."""
    made = []
    for text in (pair.suspect, pair.source):
        one = MinHash(_PERMUTATIONS)
        one.update_batch([" ".join(gram).encode() for gram in shingle_set(_words(text), 3)])
        made.append(one)
    return float(made[0].jaccard(made[1]))


def word_grams(pair: Pair) -> float:
    """Containment of word 5-grams."""
    return _contained(*(frozenset(shingle_set(_words(t), 5)) for t in (pair.suspect, pair.source)))


def character_grams(pair: Pair) -> float:
    """Containment of character 25-grams, the seeds of passim (Smith, Cordell, Dillon 2013)."""
    texts = (" ".join(_words(text)) for text in (pair.suspect, pair.source))
    return _contained(
        *(frozenset(t[i : i + 25] for i in range(max(1, len(t) - 24))) for t in texts)
    )


def difflib_ratio(pair: Pair) -> float:
    """Ratcliff and Obershelp's ratio over words (Python's difflib)."""
    one, other = _words(pair.suspect), _words(pair.source)
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


MEASURES: dict[str, Callable[[Pair], float]] = {
    "MinHash of word 3-shingles, 128 permutations": minhash,
    "word 5-grams, containment": word_grams,
    "character 25-grams, containment": character_grams,
    "difflib over words": difflib_ratio,
}
TFIDF = "TF-IDF cosine of words"


def tfidf(pairs: Sequence[Pair], articles: Iterable[str]) -> Array:
    """Cosine of scikit-learn's TF-IDF vectors, document frequencies from other articles."""
    vectors = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit(articles)
    one, other = (
        vectors.transform(texts)
        for texts in zip(*((p.suspect, p.source) for p in pairs), strict=True)
    )
    return np.asarray(one.multiply(other).sum(axis=1), dtype=np.float64).ravel()


def recalls(pairs: Sequence[Pair], scores: Array) -> list[str]:
    """Recall of each label at the cut, in the order of docs/quality.md."""
    sets = np.array([pair.set for pair in pairs])
    labels = np.array([pair.label for pair in pairs])
    cut = cut_at(scores[sets == "basil"], RATE)
    found = []
    for name, label in columns():
        wanted = (sets == name) & (labels == label)
        found.append(f"{(scores[wanted] > cut).mean():.3f}")
    return found


def columns() -> list[tuple[str, str]]:
    """The sets and labels that derive."""
    return [row for row in ORDER if row[0] in SETS and row[1] not in ("independent", "unrelated")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="put the table into docs/quality.md")
    arguments = parser.parse_args()
    every = load_all(arguments.data)
    chosen = np.array([pair.set in SETS for pair in every])
    pairs = [pair for pair in every if pair.set in SETS]
    scores = {}
    with ProcessPoolExecutor(arguments.jobs) as pool:
        for name, measure in MEASURES.items():
            scores[name] = np.array(list(pool.map(measure, pairs, chunksize=16)))
    texts = (row["text"] for row in rows(arguments.data / "articles.jsonl.gz"))
    scores[TFIDF] = tfidf(pairs, texts)
    data = table(every, compare_all(every, arguments.jobs))
    scores["**provenance**, out of fold"] = out_of_fold(data)[chosen]
    lines = [
        "| measure | " + " | ".join(f"{name} {label}" for name, label in columns()) + " |",
        "|---" * (1 + len(columns())) + "|",
        *(f"| {name} | " + " | ".join(recalls(pairs, one)) + " |" for name, one in scores.items()),
    ]
    print("\n".join(lines))
    if arguments.write:
        write_tables({"peers": lines})


if __name__ == "__main__":
    main()
