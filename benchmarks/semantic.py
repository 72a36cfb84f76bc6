"""What static sentence embeddings would add: the model refitted with and without them.

    pip install wordllama==0.4.0.post1
    python -m benchmarks.semantic DATA_FOLDER [--write]

wordllama (MIT) ships its weights in the wheel: 256 numbers a token, averaged over a sentence, so
that a synonym may answer a word that the stems know nothing of. Nothing is downloaded. To each head
go three inputs: how well the target's sentences are answered by the source's (mean of the best
cosine of each), the same the other way, and the best run of three sentences of the target less the
middle of all such runs; then the same in the passage head alone. ``--write`` puts the table into
``docs/quality.md``. Deterministic.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.ablation import COLUMNS, recalls
from benchmarks.dataset import compare_all, load_all
from benchmarks.evaluate import write_tables
from benchmarks.train import Array, Table, out_of_fold, table
from provenance.normalize import tokenize

NAMES = ("semantic_target", "semantic_source", "semantic_run")
#: Sentences of a run.
RUN = 3
# A text of more sentences is cut, as a bound on the matrix.
_MOST = 400


@cache
def embedder() -> Any:
    """wordllama with the weights of its own package."""
    import wordllama

    return wordllama.WordLlama.load(
        cache_dir=Path(wordllama.__file__).parent, disable_download=True
    )


def sentences(text: str) -> list[str]:
    """The sentences of a text as they stand in it."""
    tokens = tokenize(text)
    return [
        text[tokens.starts[first] : tokens.ends[last - 1]]
        for first, last in tokens.sentences[:_MOST]
    ] or [""]


def embedded(text: str) -> Array:
    """Unit vectors of the sentences (n × 256)."""
    found: Array = np.asarray(embedder().embed(sentences(text), norm=True), dtype=np.float32)
    return found


def semantic(target: Array, source: Array) -> tuple[float, float, float]:
    """The three inputs (see above): cosines, -1 to 1."""
    cosines = target @ source.T
    there, back = cosines.max(axis=1), cosines.max(axis=0)
    runs = np.convolve(there, np.full(RUN, 1 / RUN), "valid") if len(there) >= RUN else there
    return float(there.mean()), float(back.mean()), float(runs.max() - np.median(runs))


def with_semantic(data: Table, columns: Array, heads: Collection[str]) -> Table:
    """The same pairs with the three inputs in some heads."""
    return replace(
        data,
        x={h: np.column_stack((x, columns)) if h in heads else x for h, x in data.x.items()},
        names={h: [*names, *NAMES] if h in heads else names for h, names in data.names.items()},
    )


def semantic_table(data: Table, texts: Sequence[tuple[str, str]]) -> list[str]:
    began = time.process_time()
    ready = {text: embedded(text) for text in dict.fromkeys(t for pair in texts for t in pair)}
    embedding = 1000 * (time.process_time() - began) / len(ready)
    began = time.process_time()
    columns = np.array([semantic(ready[target], ready[source]) for target, source in texts])
    comparing = 1000 * (time.process_time() - began) / len(texts)
    titles = [f"{name} {label}" for name, label in COLUMNS]
    lines = ["| inputs | " + " | ".join(titles) + " |", "|---|" + "---:|" * len(titles)]
    for name, found in (
        ("as shipped", data),
        ("with embeddings", with_semantic(data, columns, data.x)),
        ("in the passage head alone", with_semantic(data, columns, ("passage",))),
    ):
        for leave_out in (None, "pan13", "llmfake"):
            told = recalls(found, out_of_fold(found, leave_out))
            title = name if leave_out is None else f"{name}, {leave_out} left out"
            lines.append(f"| {title} | " + " | ".join(f"{value:.3f}" for value in told) + " |")
    return [
        *lines,
        "",
        f"Processor time: {embedding:.1f} ms to embed a text, {comparing:.2f} ms to compare two.",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="folder of labelled data (benchmarks/dataset.py)")
    parser.add_argument("--write", action="store_true", help="put the table into docs/quality.md")
    arguments = parser.parse_args()
    pairs = load_all(arguments.data)
    data = table(pairs, compare_all(pairs))
    lines = semantic_table(data, [(pair.suspect, pair.source) for pair in pairs])
    print("\n".join(lines))
    if arguments.write:
        write_tables({"semantic": lines})


if __name__ == "__main__":
    main()
