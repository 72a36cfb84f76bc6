"""Train the verdict model and write ``provenance/data/model.json``. Deterministic.

    python benchmarks/train.py DATA_FOLDER

Calibration and threshold come from out-of-fold scores: five folds, split so that no article (and
no event) is on both sides. Every figure that is stated about quality comes from
``benchmarks/evaluate.py``, which refits inside each fold.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from benchmarks.dataset import PARTIAL, SILVER, Pair, compare_all, load_all
from provenance.models import Comparison
from provenance.verdict import calibrated, ceiling, floor, inputs, joined

MODEL = Path(__file__).parent.parent / "provenance" / "data" / "model.json"
VERSION = "2026.11.4"
FOLDS = 5
#: Inverse regularisation strength, chosen by the cross-validated recall (see docs/quality.md).
STRENGTH = 1.0
#: How much more a graded negative counts than a silver one.
GRADED = 10.0
#: Share of negatives that may be called derived: graded reports of one event, silver ones, and
#: what retrieval brings up for a page, of which there are eight or nine.
FALSE_ALARMS = {"basil": 0.01, "event": 0.002, "nearest": 0.002, "met": 0.0008}

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Table:
    """All pairs as arrays: one row a pair, one column a feature of a head."""

    pairs: list[Pair]
    x: dict[str, Array]
    names: dict[str, list[str]]
    derived: NDArray[np.bool_]
    sets: NDArray[np.str_]
    labels: NDArray[np.str_]
    folds: NDArray[np.int64]
    #: The highest probability that each pair may be given (``verdict.ceiling``).
    ceilings: Array
    #: The lowest (``verdict.floor``).
    floors: Array

    def bounded(self, probability: Array, rows: NDArray[np.bool_]) -> Array:
        """Probabilities of the chosen rows between what the rules allow and what they ask for."""
        return np.maximum(np.minimum(probability, self.ceilings[rows]), self.floors[rows])


def table(pairs: list[Pair], comparisons: Sequence[Comparison]) -> Table:
    """Features of all pairs, with the fold of each."""
    read = [inputs(comparison) for comparison in comparisons]
    names = {head: list(read[0][head]) for head in read[0]}
    x = {
        head: np.array([[row[head][name] for name in names[head]] for row in read])
        for head in names
    }
    derived = np.array([pair.derived for pair in pairs])
    sets = np.array([pair.set for pair in pairs])
    labels = np.array([pair.label for pair in pairs])
    groups = np.array([pair.group for pair in pairs])
    folds = np.zeros(len(pairs), dtype=np.int64)
    silver = np.isin(sets, list(SILVER))
    graded = np.flatnonzero(~silver)
    for number, (_, held) in enumerate(
        GroupKFold(FOLDS).split(graded, derived[graded], groups[graded])
    ):
        folds[graded[held]] = number
    folds[silver] = groups[silver]
    ceilings = np.array([ceiling(comparison) for comparison in comparisons])
    floors = np.array([floor(comparison) for comparison in comparisons])
    return Table(pairs, x, names, derived, sets, labels, folds, ceilings, floors)


def fit_head(data: Table, head: str, rows: NDArray[np.bool_]) -> dict[str, Any]:
    """One logistic regression: ``{"intercept": b, "weights": {name: [weight, mean, scale]}}``.

    The whole head learns from pairs that are reused as a whole, the passage head from documents
    with a reused passage; both from all negatives. Classes weigh the same.
    """
    # Furniture is held down by a rule; taught to the heads, it would cost them true excerpts.
    rows = rows & (data.sets != "furnished")
    partial = np.isin(data.sets, list(PARTIAL))
    wanted = rows & (~data.derived | (partial if head == "passage" else ~partial))
    x, y = data.x[head][wanted], data.derived[wanted]
    weight = np.where(np.isin(data.sets[wanted], list(SILVER)), 1.0, GRADED)
    for side in (True, False):
        weight[y == side] *= len(y) / 2 / weight[y == side].sum()
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
    fitted = LogisticRegression(C=STRENGTH, max_iter=10_000).fit(
        (x - mean) / scale, y, sample_weight=weight
    )
    return {
        "intercept": round(float(fitted.intercept_[0]), 6),
        "weights": {
            name: [round(float(w), 6), round(float(m), 6), round(float(s), 6)]
            for name, w, m, s in zip(data.names[head], fitted.coef_[0], mean, scale, strict=True)
        },
    }


def score_rows(data: Table, heads: dict[str, Any], rows: NDArray[np.bool_]) -> Array:
    """Uncalibrated log-odds of the chosen rows."""
    logits = {}
    for head, fitted in heads.items():
        w, m, s = (np.array(column) for column in zip(*fitted["weights"].values(), strict=True))
        logits[head] = fitted["intercept"] + ((data.x[head][rows] - m) / s) @ w
    return np.array([joined(*row) for row in zip(*logits.values(), strict=True)])


def out_of_fold(data: Table, leave_out: str | None = None) -> Array:
    """Scores of every pair by weights that saw neither it nor its articles.

    ``leave_out`` names a set whose positives no fold may learn from.
    """
    scores = np.zeros(len(data.pairs))
    allowed = np.ones(len(data.pairs), dtype=bool)
    if leave_out:
        made = np.array([leave_out in (pair.set, pair.made_from) for pair in data.pairs])
        allowed = ~made | ~data.derived
    for fold in range(FOLDS):
        heads = {head: fit_head(data, head, allowed & (data.folds != fold)) for head in data.x}
        held = data.folds == fold
        scores[held] = score_rows(data, heads, held)
    return scores


def calibrate(scores: Array, derived: NDArray[np.bool_]) -> list[list[float]]:
    """Knots of an increasing calibration curve.

    Isotonic regression has flat steps, and a flat step would tie pairs that the score tells
    apart; a little of the plain logistic curve keeps the order.
    """
    iso = IsotonicRegression(y_min=0.001, y_max=0.999, out_of_bounds="clip").fit(scores, derived)
    grid = np.unique(np.quantile(scores, np.linspace(0, 1, 41)).round(3))
    mixed = 0.95 * iso.predict(grid) + 0.05 / (1 + np.exp(-grid))
    return [[float(x), round(float(y), 6)] for x, y in zip(grid, mixed, strict=True)]


def threshold(
    scores: Array, data: Table, knots: list[list[float]], rows: NDArray[np.bool_]
) -> float:
    """The probability that no more than ``FALSE_ALARMS`` of any set's negatives reach.

    ``scores`` are of the chosen ``rows`` only.
    """
    negative = ~data.derived[rows]
    highest = 0.5
    for name, rate in FALSE_ALARMS.items():
        held = negative & (data.sets[rows] == name)
        if not held.any():
            continue
        # What a rule holds down is no false alarm of the model.
        worst = np.sort(scores[held & (data.ceilings[rows] == 1.0)])[::-1]
        highest = max(highest, calibrated(float(worst[int(rate * held.sum())]), knots))
    return round(highest + 0.0005, 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "data", type=Path, help="folder of labelled data (see benchmarks/dataset.py)"
    )
    arguments = parser.parse_args()
    pairs = load_all(arguments.data)
    data = table(pairs, compare_all(pairs))
    scores = out_of_fold(data)
    taught = data.sets != "furnished"
    knots = calibrate(scores[taught], data.derived[taught])
    everything = np.ones(len(pairs), dtype=bool)
    sets = {
        name: int((data.sets == name).sum()) for name in sorted(set(data.sets[taught].tolist()))
    }
    model: dict[str, Any] = {
        "version": VERSION,
        "card": {
            "purpose": "Probability that one news text derives from another, as a whole or in a "
            "passage. Not a finding of wrongdoing, and not a statement of who was first.",
            "trained_on": sets,
            "negatives": "Other outlets' reports of the same event, other articles that a scan "
            "compares a page with, and unrelated texts.",
            "languages": "English; weights of other languages are untested.",
            "calibration": "Isotonic on out-of-fold scores of the training mixture; at another "
            "share of true copies the probabilities shift.",
            "threshold": "Out of fold, no more than these shares of the negatives reach it: "
            + ", ".join(f"{name} {rate:.2%}" for name, rate in FALSE_ALARMS.items()),
            "made_by": "benchmarks/train.py",
        },
        "heads": {head: fit_head(data, head, everything) for head in data.x},
        "calibration": knots,
        "thresholds": {"repost": threshold(scores, data, knots, everything)},
    }
    MODEL.write_text(json.dumps(model, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"{len(pairs)} pairs; threshold {model['thresholds']['repost']}; wrote {MODEL.name}")


if __name__ == "__main__":
    main()
