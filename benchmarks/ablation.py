"""What each group of features is worth: the model refitted without it, and the reliability plot.

Called by ``benchmarks/evaluate.py``; the pairs are compared once for all tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.train import Array, Table, out_of_fold

#: Groups of features by the beginnings of their names, in either head.
GROUPS: dict[str, tuple[str, ...]] = {
    "sentence alignment": ("coverage", "linked", "aligned", "reach"),
    "order (monotone against shuffled)": ("order", "monotone"),
    "names, numbers, rare words": ("hard_", "novel"),
    "numbers that agree or conflict": ("numbers_",),
    "exact words and pairs of words": (
        "bigram",
        "exact_own",
        "few_exact",
        "log_longest_run",
        "log_exact_long",
    ),
    "best run of sentences (block)": ("block_", "log_block"),
    "gist (words of a run, anywhere in the source)": ("gist_", "log_gist_"),
    "whole-text cosine": ("cosine",),
    "lengths": ("length_ratio", "log_target", "log_source", "log_room"),
}
COLUMNS = (
    ("llmfake", "rewrite"),
    ("wmt", "mt-rewrite"),
    ("pan13", "obfuscated"),
    ("pan13", "mt-rewrite"),
    ("pan13", "summary"),
    ("spliced", "excerpt-rewrite"),
)


def without(data: Table, beginnings: Sequence[str]) -> Table:
    """The same pairs without the features whose names begin so."""
    x, names = {}, {}
    for head, columns in data.names.items():
        kept = [i for i, name in enumerate(columns) if not name.startswith(tuple(beginnings))]
        x[head] = data.x[head][:, kept]
        names[head] = [columns[i] for i in kept]
    return replace(data, x=x, names=names)


def recalls(data: Table, scores: Array) -> list[float]:
    """Recall at 1 % false alarms of each of ``COLUMNS``."""
    basil = np.sort(scores[(data.sets == "basil") & ~data.derived])[::-1]
    cut = float(basil[int(0.01 * len(basil))])
    return [
        float((scores[(data.sets == name) & (data.labels == label)] > cut).mean())
        for name, label in COLUMNS
    ]


def ablation_table(data: Table) -> list[str]:
    """Recall at 1 % false alarms, out of fold, with one group of features left out."""
    whole = recalls(data, out_of_fold(data))
    titles = [f"{name} {label}" for name, label in COLUMNS]
    lines = [
        "| left out | " + " | ".join(titles) + " |",
        "|---|" + "---:|" * len(titles),
        "| nothing | " + " | ".join(f"{value:.3f}" for value in whole) + " |",
    ]
    for title, beginnings in GROUPS.items():
        found = recalls(data, out_of_fold(without(data, beginnings)))
        told = [f"{now - then:+.3f}" for now, then in zip(found, whole, strict=True)]
        lines.append(f"| {title} | " + " | ".join(told) + " |")
    return lines


def reliability(probability: Array, derived: NDArray[np.bool_], bins: int = 10) -> str:
    """A reliability plot as SVG: share derived against probability, in equal-width bins.

    A dot's area goes with the pairs in its bin; on the diagonal a probability means what it says.
    """
    side, pad = 320, 44
    which = np.minimum((probability * bins).astype(int), bins - 1)
    dots = []
    for b in range(bins):
        rows = which == b
        if rows.any():
            x, y = float(probability[rows].mean()), float(derived[rows].mean())
            radius = 2.5 + 1.6 * float(np.log10(rows.sum()))
            dots.append(
                f'<circle cx="{pad + x * side:.1f}" cy="{pad + (1 - y) * side:.1f}" '
                f'r="{radius:.1f}"><title>{int(rows.sum())} pairs: said {x:.2f}, '
                f"true {y:.2f}</title></circle>"
            )
    ticks = []
    for tenth in range(0, 11, 2):
        at = tenth / 10
        ticks.append(
            f'<text x="{pad + at * side:.0f}" y="{pad + side + 18}" text-anchor="middle">'
            f"{at:.1f}</text>"
            f'<text x="{pad - 8}" y="{pad + (1 - at) * side + 4:.0f}" text-anchor="end">'
            f"{at:.1f}</text>"
        )
    size = side + 2 * pad
    return "\n".join(
        [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" '
                f'width="{size}" height="{size}" role="img" font-family="sans-serif" '
                f'font-size="12">'
            ),
            "<title>Reliability, out of fold</title>",
            f'<rect width="{size}" height="{size}" fill="#fff"/>',
            f'<rect x="{pad}" y="{pad}" width="{side}" height="{side}" fill="none" stroke="#999"/>',
            (
                f'<path d="M{pad} {pad + side}L{pad + side} {pad}" stroke="#999" '
                'stroke-dasharray="4 4"/>'
            ),
            *ticks,
            (
                f'<text x="{pad + side / 2:.0f}" y="{size - 6}" text-anchor="middle">probability '
                "said</text>"
            ),
            (
                f'<text x="14" y="{pad + side / 2:.0f}" text-anchor="middle" '
                f'transform="rotate(-90 14 {pad + side / 2:.0f})">share derived</text>'
            ),
            '<g fill="#1b6ca8" fill-opacity="0.8">',
            *dots,
            "</g>",
            "</svg>",
            "",
        ]
    )
