"""Where in the text: the stretches held against PAN's annotated passages, by PAN's own measure.

    python -m benchmarks.plagdet DATA_FOLDER [--write]

Plagdet (Potthast, Stein, Barrón-Cedeño and Rosso, COLING 2010): the harmonic mean of macro-averaged
precision and recall over characters of both texts, divided by ``log2(1 + granularity)``, where
granularity is the mean number of detections of a detected passage. Pairs without reuse count with
what is detected in them. ``--write`` puts the table into ``docs/quality.md``.
"""

from __future__ import annotations

import argparse
import hashlib
import math
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.dataset import rows
from benchmarks.evaluate import write_tables
from provenance.compare import compare_texts

#: Detections under so many characters on either side are left out, as PAN's participants did.
SHORTEST = 150
LABELS = ("verbatim", "obfuscated", "mt-rewrite", "summary")

#: ``(target offset, target length, source offset, source length)``, in code points.
Span = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Case:
    """One pair: the annotated passages, what was detected, and the half of the set it is in."""

    label: str
    true: list[Span]
    found: list[Span]
    half: int


@dataclass(frozen=True, slots=True)
class Plagdet:
    """The measure and its parts."""

    precision: float
    recall: float
    granularity: float

    @property
    def score(self) -> float:
        total = self.precision + self.recall
        if not total:
            return 0.0
        return 2 * self.precision * self.recall / total / math.log2(1 + self.granularity)


def _met(one: Span, other: Span) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """The overlap in target and source; None when one of them is empty."""
    target = max(one[0], other[0]), min(one[0] + one[1], other[0] + other[1])
    source = max(one[2], other[2]), min(one[2] + one[3], other[2] + other[3])
    return (target, source) if target[0] < target[1] and source[0] < source[1] else None


def _union(ranges: Sequence[tuple[int, int]]) -> int:
    total, reached = 0, 0
    for start, end in sorted(ranges):
        total += max(0, end - max(start, reached))
        reached = max(reached, end)
    return total


def _share(of: Span, by: Sequence[Span]) -> tuple[float, int]:
    """Share of a span's characters that others cover, and how many of them do."""
    met = [overlap for other in by if (overlap := _met(of, other))]
    covered = _union([target for target, _ in met]) + _union([source for _, source in met])
    return covered / (of[1] + of[3]), len(met)


def plagdet(cases: Sequence[Case]) -> Plagdet:
    """Precision, recall and granularity over all cases."""
    precise = [_share(span, case.true)[0] for case in cases for span in case.found]
    recalled = [_share(span, case.found) for case in cases for span in case.true]
    counts = [count for _, count in recalled if count]
    return Plagdet(
        sum(precise) / max(1, len(precise)),
        sum(share for share, _ in recalled) / max(1, len(recalled)),
        sum(counts) / len(counts) if counts else 1.0,
    )


def detect(row: dict[str, Any]) -> Case:
    """Compare one row of the data and keep what PAN's measure reads."""
    found = [
        (one.target_offset, one.target_length, one.source_offset, one.source_length)
        for one in compare_texts(row["suspect"], row["source"]).stretches
    ]
    half = hashlib.sha256(row["source"].encode()).digest()[0] % 2
    true = [(a, b, c, d) for a, b, c, d in row["passages"]]
    kept = [span for span in found if min(span[1], span[3]) >= SHORTEST]
    return Case(row["label"], true, kept, half)


def table(cases: Sequence[Case]) -> list[str]:
    lines = [
        "| label | plagdet | precision | recall | granularity |",
        "|---|---:|---:|---:|---:|",
    ]
    groups = [(label, [case for case in cases if case.label == label]) for label in LABELS]
    groups += [(f"all, half {n + 1}", [case for case in cases if case.half == n]) for n in (0, 1)]
    for name, group in [*groups, ("**all**", list(cases))]:
        found = plagdet(group)
        lines.append(
            f"| {name} | {found.score:.3f} | {found.precision:.3f} | {found.recall:.3f} "
            f"| {found.granularity:.3f} |"
        )
    clean = [case for case in cases if case.label == "unrelated"]
    flagged = sum(bool(case.found) for case in clean)
    lines += ["", f"Pairs without reuse in which something was detected: {flagged} of {len(clean)}"]
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="folder that holds pairs.jsonl.gz")
    parser.add_argument("--write", action="store_true", help="put the table into docs/quality.md")
    arguments = parser.parse_args()
    wanted = [row for row in rows(arguments.data / "pairs.jsonl.gz") if row["set"] == "pan13"]
    with ProcessPoolExecutor(2) as pool:
        cases = list(pool.map(detect, wanted, chunksize=8))
    found = table(cases)
    print("\n".join(found))
    if arguments.write:
        write_tables({"plagdet": found})


if __name__ == "__main__":
    main()
