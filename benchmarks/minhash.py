"""Measure MinHash signatures: ours against datasketch's own ways and rensa's.

    python -m benchmarks.minhash DATA_FOLDER [--texts N] [--write]

Takes the words of articles and makes a signature of 128 permutations over their 3-shingles, each
way from the words on: shingles, hashes, signature. datasketch by ``update``, a token at a time,
and ``bulk``, with its own SHA-1, as its manual shows them; by ``update_batch`` with our hash; rensa
with its own hash. All in turns, CPU time, the median of the rounds; datasketch's ``update`` is 1.
Then it counts the texts for which our signature is bit for bit that of datasketch, given the same
hashes, a token at a time. rensa is no dependency of ours: ``pip install rensa``; without it its row
is left out.
"""

from __future__ import annotations

import argparse
import importlib
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import xxhash
from datasketch import MinHash

from benchmarks.dataset import rows
from benchmarks.evaluate import write_tables
from provenance.config import Parameters
from provenance.fingerprint import signature
from provenance.normalize import tokenize

rensa: Any = importlib.import_module("rensa") if find_spec("rensa") else None

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
PARAMETERS = Parameters(seed=20250703)
_ROUNDS = 5

Words = Sequence[str]


def grams(words: Words) -> set[str]:
    """The 3-shingles of a text as strings."""
    n = PARAMETERS.shingle
    return {" ".join(words[i : i + n]) for i in range(max(1, len(words) - n + 1))}


def low_bits(value: bytes) -> int:
    """Our hash of a shingle, as much of it as a permutation takes."""
    return int(xxhash.xxh3_64_intdigest(value, PARAMETERS.seed)) & 0xFFFFFFFF


def empty(**more: Any) -> MinHash:
    return MinHash(PARAMETERS.permutations, PARAMETERS.seed, scheme=PARAMETERS.scheme, **more)


def by_update(texts: Sequence[Words]) -> list[Any]:
    made = []
    for words in texts:
        one = empty()
        for gram in grams(words):
            one.update(gram.encode())
        made.append(one)
    return made


def by_bulk(texts: Sequence[Words]) -> list[Any]:
    tokens = [[gram.encode() for gram in grams(words)] for words in texts]
    return list(
        MinHash.bulk(
            tokens,
            num_perm=PARAMETERS.permutations,
            seed=PARAMETERS.seed,
            scheme=PARAMETERS.scheme,
        )
    )


def by_batch(texts: Sequence[Words]) -> list[Any]:
    made = []
    for words in texts:
        one = empty(hashfunc=low_bits)
        one.update_batch([gram.encode() for gram in grams(words)])
        made.append(one)
    return made


def by_rensa(texts: Sequence[Words]) -> list[Any]:
    made = []
    for words in texts:
        one = rensa.RMinHash(num_perm=PARAMETERS.permutations, seed=PARAMETERS.seed)
        one.update(list(grams(words)))
        made.append(one)
    return made


def ours(texts: Sequence[Words]) -> list[Any]:
    return [signature(words, PARAMETERS) for words in texts]


WAYS: dict[str, Callable[[Sequence[Words]], list[Any]]] = {
    "datasketch, `update` a token, SHA-1": by_update,
    "datasketch, `bulk`, SHA-1": by_bulk,
    "datasketch, `update_batch`, xxHash": by_batch,
    "rensa, `update`": by_rensa,
    "provenance": ours,
}


def identical(texts: Sequence[Words]) -> int:
    """Texts of which our signature equals that of datasketch, a token at a time."""
    same = 0
    for words in texts:
        one = empty(hashfunc=low_bits)
        for gram in grams(words):
            one.update(gram.encode())
        same += one.hashvalues.astype("<u4").tobytes() == signature(words, PARAMETERS)
    return same


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--texts", type=int, default=500)
    parser.add_argument(
        "--write", action="store_true", help="put the table into docs/performance.md"
    )
    arguments = parser.parse_args()
    texts: list[Words] = []
    for row in rows(arguments.data / "articles.jsonl.gz"):
        words = tokenize(row["text"]).words
        if words:
            texts.append(words)
        if len(texts) == arguments.texts:
            break
    ways = {name: way for name, way in WAYS.items() if rensa or way is not by_rensa}
    if rensa is None:
        print("rensa is not installed, so it is left out: pip install rensa", file=sys.stderr)
    took: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(_ROUNDS + 1):
        for name, way in ways.items():
            began = time.process_time()
            way(texts)
            took[name].append(time.process_time() - began)
    # The first round loads what is loaded late.
    middle = {name: statistics.median(values[1:]) for name, values in took.items()}
    first = middle[next(iter(ways))]
    mean = statistics.fmean(len(words) for words in texts)
    same = identical(texts)
    told = (
        f"{len(texts):,} articles of {mean:,.0f} words in the mean, {PARAMETERS.permutations} "
        f"permutations, from words to signature; CPU time, median of {_ROUNDS} rounds in turns."
    )
    lines = [
        told,
        "",
        "| way | texts a second, against `update` |",
        "|---|---:|",
        *(f"| {name} | {first / value:.1f} × |" for name, value in middle.items()),
        "",
        f"Our signature is bit for bit that of datasketch for {same:,} of {len(texts):,} texts.",
    ]
    print("\n".join(lines))
    if arguments.write:
        write_tables({"minhash": lines}, PAGE)


if __name__ == "__main__":
    main()
