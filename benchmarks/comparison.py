"""How long one comparison takes, beside Python's own way to hold two word lists together.

    python -m benchmarks.comparison DATA_FOLDER            # prints the table
    python -m benchmarks.comparison DATA_FOLDER --write    # and puts it into docs/performance.md

The reference is ``difflib.SequenceMatcher(autojunk=False).ratio()`` over the folded words of the
same pairs; it is given the words, so that it has no text to read. All are timed pair by pair in
one run, one after the other, in processor time of one thread, so that what else the machine does
costs all of them alike, and little. A pair's time is the median of its runs; the ratio is the
median of the pairs' own ratios. What is remembered of a text that was just read is forgotten before
each is timed; what is known of words is kept, as in a scan, which meets the same words again.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path

from benchmarks.dataset import Pair, load_pairs
from benchmarks.evaluate import write_tables
from provenance.compare import compare, compare_texts, profile

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
REFERENCE = "difflib, words given"
# Reading remembers the last two texts.
_OTHERS = ("One text that is read in between.", "And another text after that one.")
_SEED = 1


def articles(pair: Pair) -> bool:
    """A news article of 500 to 700 words against another one."""
    sizes = (len(pair.suspect.split()), len(pair.source.split()))
    return pair.set in ("llmfake", "basil") and all(500 <= size <= 700 for size in sizes)


def long_documents(pair: Pair) -> bool:
    """A web page against another one, one of them of 1,500 words or more."""
    return pair.set == "pan13" and max(len(pair.suspect.split()), len(pair.source.split())) >= 1500


def seconds(call: Callable[[], object]) -> float:
    """Processor time of one call that reads its texts anew."""
    for text in _OTHERS:
        profile(text)
    began = time.process_time()
    call()
    return time.process_time() - began


def timed(pair: Pair, runs: int) -> dict[str, float]:
    """Seconds of every way for one pair, each the median of its runs."""
    target, source = profile(pair.suspect), profile(pair.source)
    words = target.tokens.words, source.tokens.words
    ways: dict[str, Callable[[], object]] = {
        "comparison, both texts ready": partial(compare, target, source),
        "target made ready": partial(profile, pair.suspect),
        "comparison, target ready": lambda: compare(target, profile(pair.source)),
        "comparison, texts given": partial(compare_texts, pair.suspect, pair.source),
        REFERENCE: lambda: SequenceMatcher(None, *words, autojunk=False).ratio(),
    }
    compare(target, source)  # What a text keeps of itself is derived when it first meets another.
    took: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(runs):
        for way, call in ways.items():
            took[way].append(seconds(call))
    return {way: statistics.median(times) for way, times in took.items()}


def table(groups: dict[str, list[Pair]], runs: int) -> list[str]:
    """The lines of the table."""
    lines = [
        f"| pairs | what | median | 95 % | times {REFERENCE} |",
        "|---|---|---:|---:|---:|",
    ]
    for name, pairs in groups.items():
        took = [timed(pair, runs) for pair in pairs]
        for way in took[0]:
            times = sorted(1000 * one[way] for one in took)
            ratio = statistics.median(one[way] / one[REFERENCE] for one in took)
            high = times[int(0.95 * len(times))]
            lines.append(
                f"| {name}, {len(pairs)} | {way} | {statistics.median(times):.2f} ms "
                f"| {high:.2f} ms | {ratio:.3f} |"
            )
    return lines


def sample(pairs: Sequence[Pair], count: int) -> list[Pair]:
    """So many of the pairs, the same ones every time."""
    return random.Random(_SEED).sample(pairs, min(count, len(pairs)))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="folder of labelled pairs (benchmarks/dataset.py)")
    parser.add_argument("--pairs", type=int, default=60, help="pairs of each kind (default: 60)")
    parser.add_argument("--runs", type=int, default=5, help="times each is run (default: 5)")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    arguments = parser.parse_args()
    if arguments.pairs < 1 or arguments.runs < 1:
        parser.error("--pairs and --runs must be at least 1")
    if not (arguments.data / "pairs.jsonl.gz").is_file():
        parser.error(f"{arguments.data} holds no pairs.jsonl.gz")
    pairs = load_pairs(arguments.data)
    groups = {
        "articles of 500–700 words": sample(list(filter(articles, pairs)), arguments.pairs),
        "PAN pages, one of 1,500 words or more": sample(
            list(filter(long_documents, pairs)), arguments.pairs
        ),
    }
    if empty := [name for name, found in groups.items() if not found]:
        parser.error(f"{arguments.data}: no pairs of {empty[0]}")
    lines = table(groups, arguments.runs)
    print("\n".join(lines))
    if arguments.write:
        write_tables({"comparison": lines}, PAGE)


if __name__ == "__main__":
    main()
