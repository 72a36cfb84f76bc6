"""Measure the verdict on labelled pairs, and write the tables of ``docs/quality.md``.

    python -m benchmarks.evaluate DATA_FOLDER            # prints the tables
    python -m benchmarks.evaluate DATA_FOLDER --write    # and puts them into docs/quality.md

Out of fold: the weights are refitted for each of five folds, and no pair is scored by weights
that saw it, its articles or its event. Ranking is by the uncalibrated score; a tie counts against
us. Intervals are Wilson's at 95 %. Deterministic.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.ablation import ablation_table, reliability
from benchmarks.dataset import Pair, compare_all, load_all
from benchmarks.missed import missed_table, told_table
from benchmarks.train import Array, Table, calibrate, out_of_fold, table, threshold
from provenance.calibration import wilson
from provenance.verdict import calibrated

PAGE = Path(__file__).parent.parent / "docs" / "quality.md"
PLOT = PAGE.with_name("reliability.svg")
#: Share of the pairs that retrieval brings up, eight or nine a page: a page in a hundred.
MET = 0.001
ORDER = (
    ("llmfake", "rewrite"),
    ("wmt", "mt-rewrite"),
    ("pan13", "verbatim"),
    ("pan13", "obfuscated"),
    ("pan13", "mt-rewrite"),
    ("pan13", "summary"),
    ("clough", "verbatim"),
    ("clough", "light"),
    ("clough", "heavy"),
    ("spliced", "excerpt"),
    ("spliced", "excerpt-rewrite"),
    ("event", "copy"),
    ("event", "independent"),
    ("basil", "independent"),
    ("nearest", "independent"),
    ("met", "independent"),
    ("furnished", "independent"),
    ("pan13", "unrelated"),
    ("clough", "unrelated"),
)


def share(hits: int, n: int) -> str:
    """A share with its interval."""
    low, high = wilson(hits, n)
    return f"{hits / max(1, n):.3f} ({low:.3f}–{high:.3f})"


def cut_at(negatives: Array, rate: float) -> float:
    """The score that at most ``rate`` of the negatives exceed."""
    ranked = np.sort(negatives)[::-1]
    return float(ranked[int(rate * len(ranked))])


def rows_of(data: Table) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
    for name, label in ORDER:
        yield name, label, (data.sets == name) & (data.labels == label)


def expected_error(probability: Array, derived: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error (Naeini et al. 2015) over equal-width bins."""
    which = np.minimum((probability * bins).astype(int), bins - 1)
    return float(
        sum(
            (which == b).sum()
            / len(which)
            * abs(probability[which == b].mean() - derived[which == b].mean())
            for b in range(bins)
            if (which == b).any()
        )
    )


def judged(data: Table, leave_out: str | None = None) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Score, probability and flag of every pair, out of fold.

    Calibration and threshold of each fold come from the other four. ``leave_out`` names a set
    whose positives teach neither weights nor calibration.
    """
    scores = out_of_fold(data, leave_out)
    unseen = (data.sets == leave_out) & data.derived
    probability = np.zeros(len(scores))
    flagged = np.zeros(len(scores), dtype=bool)
    for fold in sorted(set(data.folds.tolist())):
        rest, held = data.folds != fold, data.folds == fold
        taught = rest & (data.sets != "furnished") & ~unseen
        knots = calibrate(scores[taught], data.derived[taught])
        limit = threshold(scores[rest], data, knots, rest)
        told = np.array([calibrated(float(s), knots) for s in scores[held]])
        probability[held] = data.bounded(told, held)
        flagged[held] = probability[held] >= limit
    return scores, probability, flagged


def flagged_table(data: Table, plot: Path | None = None) -> list[str]:
    """Out of fold: recall at 1 % false alarms, and what the threshold flags, per set and label.

    ``plot`` is where the reliability plot goes.
    """
    scores, probability, flagged = judged(data)
    basil = (data.sets == "basil") & ~data.derived
    cut = cut_at(scores[basil], 0.01)
    met_cut = cut_at(scores[data.sets == "met"], MET)
    left_out = {name: judged(data, name) for name in ("llmfake", "wmt", "pan13", "clough")}
    if plot:
        plot.write_text(reliability(probability, data.derived), "utf-8")
    lines = [
        (
            "| set | label | pairs | recall at 1 % | the same, left out "
            f"| recall at {MET:.1%} of `met` | flagged | flagged, left out |"
        ),
        "|---|---|---:|---|---|---|---|---|",
    ]
    for name, label, rows in rows_of(data):
        n = int(rows.sum())
        if not n:
            continue
        at_cut = without = at_met = unseen = "–"
        if data.derived[rows].all():
            at_cut = share(int((scores[rows] > cut).sum()), n)
            at_met = share(int((scores[rows] > met_cut).sum()), n)
            if name in left_out:
                other, _, held = left_out[name]
                other_cut = cut_at(other[basil], 0.01)
                without = share(int((other[rows] > other_cut).sum()), n)
                unseen = share(int(held[rows].sum()), n)
        lines.append(
            f"| {name} | {label} | {n} | {at_cut} | {without} | {at_met} "
            f"| {share(int(flagged[rows].sum()), n)} | {unseen} |"
        )
    lines += [
        "",
        "| calibration | pairs | expected calibration error (10 bins) |",
        "|---|---:|---|",
    ]
    for name in ("all", *sorted(set(data.sets.tolist()))):
        rows = np.ones(len(scores), dtype=bool) if name == "all" else data.sets == name
        error = expected_error(probability[rows], data.derived[rows])
        lines.append(f"| {name} | {int(rows.sum())} | {error:.3f} |")
    lines += ["", "| probability, out of fold | pairs | derived |", "|---|---:|---:|"]
    for low in range(10):
        rows = (probability >= low / 10) & (probability < (low + 1) / 10 + (low == 9))
        if rows.any():
            lines.append(
                f"| {low / 10:.1f}–{(low + 1) / 10:.1f} | {int(rows.sum())} "
                f"| {data.derived[rows].mean():.3f} |"
            )
    return lines


def shipped_table(pairs: Sequence[Pair]) -> list[str]:
    """What `provenance compare --pairs` says, with the shipped weights (which saw these pairs)."""
    rows = run_pairs(pairs)
    negatives = np.array(
        [row["probability"] for pair, row in zip(pairs, rows, strict=True) if pair.set == "basil"]
    )
    cut = cut_at(negatives, 0.01)
    lines = [
        "| set | label | pairs | `is_repost` | recall at 1 % | relations |",
        "|---|---|---:|---:|---:|---|",
    ]
    for name, label in ORDER:
        chosen = [
            row
            for pair, row in zip(pairs, rows, strict=True)
            if (pair.set, pair.label) == (name, label)
        ]
        if not chosen:
            continue
        counts: dict[str, int] = {}
        for row in chosen:
            counts[row["relation"]] = counts.get(row["relation"], 0) + 1
        told = ", ".join(f"{k} {v}" for k, v in sorted(counts.items(), key=lambda kv: -kv[1]))
        reposts = sum(row["is_repost"] for row in chosen)
        above = sum(row["probability"] > cut for row in chosen)
        lines.append(
            f"| {name} | {label} | {len(chosen)} | {reposts} | {above / len(chosen):.3f} | {told} |"
        )
    return lines


def run_pairs(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """The command line's own rows for these pairs."""
    given = "".join(
        json.dumps({"id": pair.id, "suspect": pair.suspect, "source": pair.source}) + "\n"
        for pair in pairs
    )
    command = [sys.executable, "-m", "provenance", "compare", "--pairs", "-"]
    done = subprocess.run(command, input=given.encode(), stdout=subprocess.PIPE, check=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in rows] == [pair.id for pair in pairs]
    return rows


def write_tables(tables: dict[str, list[str]], path: Path = PAGE) -> None:
    """Put tables between their marks in a page, ``docs/quality.md`` unless told otherwise."""
    page = path.read_text("utf-8")
    for name, lines in tables.items():
        before, rest = page.split(f"<!-- {name} -->\n")
        after = rest.split(f"<!-- /{name} -->")[1]
        table = "\n".join(lines)
        page = f"{before}<!-- {name} -->\n{table}\n<!-- /{name} -->{after}"
    path.write_text(page, "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "data", type=Path, help="folder of labelled data (see benchmarks/dataset.py)"
    )
    parser.add_argument("--write", action="store_true", help="put the tables into docs/quality.md")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    every = load_all(arguments.data)
    pairs = [pair for pair in every if pair.set in ("pan13", "llmfake", "wmt", "basil", "clough")]
    comparisons = compare_all(every, arguments.jobs)
    data = table(every, comparisons)
    tables = {
        "missed": missed_table(arguments.data, data, comparisons, judged(data)[2]),
        "retold": told_table(data, comparisons),
        "out-of-fold": flagged_table(data, PLOT if arguments.write else None),
        "ablation": ablation_table(data),
        "shipped": shipped_table(pairs),
    }
    for name, lines in tables.items():
        print(f"\n{name}\n" + "\n".join(lines))
    if arguments.write:
        write_tables(tables)


if __name__ == "__main__":
    main()
