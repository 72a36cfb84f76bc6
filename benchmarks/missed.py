"""Which PAN pairs are missed, out of fold, and what was seen of them. Called by ``evaluate.py``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from benchmarks.dataset import rows
from benchmarks.train import Table
from provenance.models import Comparison
from provenance.verdict import retold

LABELS = ("verbatim", "obfuscated", "mt-rewrite", "summary")


def reused_words(folder: Path) -> dict[tuple[str, str], int]:
    """Words of the suspect in annotated passages, by label and id."""
    found = {}
    for row in rows(folder / "pairs.jsonl.gz"):
        if row["set"] == "pan13":
            spans = (row["suspect"][at : at + length] for at, length, _, _ in row["passages"])
            found[row["label"], str(row["id"])] = sum(len(span.split()) for span in spans)
    return found


def missed_table(
    folder: Path, data: Table, comparisons: Sequence[Comparison], flagged: NDArray[np.bool_]
) -> list[str]:
    """Flagged against missed: how much is reused, and how much of it any stretch tells."""
    words = reused_words(folder)
    titles = ["label", "", "pairs", "words reused", "share of the text", "no stretch found"]
    titles += ["`retold`", "most", "held down by rule"]
    lines = ["| " + " | ".join(titles) + " |", "|---|---|" + "---:|" * (len(titles) - 2)]
    for label in LABELS:
        of_label = (data.sets == "pan13") & (data.labels == label)
        for name, chosen in (("flagged", of_label & flagged), ("missed", of_label & ~flagged)):
            at = np.flatnonzero(chosen).tolist()
            if not at:
                continue
            reused = [words[label, data.pairs[i].id] for i in at]
            part = [n / comparisons[i].target_words for n, i in zip(reused, at, strict=True)]
            told = [retold(comparisons[i]) for i in at]
            blind = sum(not comparisons[i].features["stretch_words"] for i in at)
            held = int((data.ceilings[at] < 1.0).sum())
            lines.append(
                f"| {label} | {name} | {len(at)} | {median(reused):.0f} | {median(part):.1%} "
                f"| {blind} | {median(told):.0f} | {max(told):.0f} | {held} |"
            )
    return lines


def told_table(data: Table, comparisons: Sequence[Comparison]) -> list[str]:
    """How much of `retold` the negatives reach, set by set."""
    told = np.array([retold(comparison) for comparison in comparisons])
    lines = [
        "| negatives | pairs | `retold` ≥ 5 | ≥ 10 | ≥ 15 | ≥ 20 | most |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name in sorted(set(data.sets[~data.derived].tolist())):
        values = told[(data.sets == name) & ~data.derived]
        counts = " | ".join(str(int((values >= least).sum())) for least in (5, 10, 15, 20))
        lines.append(f"| {name} | {len(values)} | {counts} | {values.max():.1f} |")
    return lines
