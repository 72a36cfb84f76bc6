"""What a glance spares of the comparisons of a scan, and what it loses.

    python -m benchmarks.glances DATA DATABASE [--pages 1000] [--write]

DATABASE is one that ``benchmarks.screening`` made. Texts are held against it the full way, and
every candidate is compared, as if no glance told it to be worth nothing: the real articles that
were held out, made texts without a source, those that ``benchmarks.screening`` pours, and
the graded pairs of PAN. *Worth a row* are comparisons whose finding is recorded; *lost* those of
them that a glance would have spared, those with the text's own graded source apart.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from benchmarks.alarms import opened
from benchmarks.dataset import load_pairs
from benchmarks.evaluate import write_tables
from benchmarks.pouring import articles, unrelated_text
from benchmarks.screening import cases
from provenance import compare, matching
from provenance.errors import ProvenanceError
from provenance.models import Record

REAL = "real, held out"
PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
_HEADS = (
    *("texts", "how many", "candidates of each", "compared after a glance"),
    *("worth a row", "lost", "of these with the own source", "lost"),
)


class Text(NamedTuple):
    """A text, what it is called in the table, and its source if it has one."""

    kind: str
    text: str
    source: str = ""


class Held(NamedTuple):
    """What a text is compared with: of each whether a glance spares it, whether its finding is
    worth a row, and whether it is with the text's own source; seconds of processor time for looking
    up and comparing, everything and what a glance leaves."""

    pairs: list[tuple[bool, bool, bool]]
    every: float = 0.0
    left: float = 0.0


def texts(data: Path, pages: int) -> Iterator[Text]:
    """All texts of the table."""
    pairs = load_pairs(data)
    for text in articles(data, held_out=True)[:pages]:
        yield Text(REAL, text)
    for number in range(pages // 3):
        yield Text("made, without a source", unrelated_text(number, data))
    for case in cases(data, pairs, None):
        yield Text(case.kind, case.text, case.source)
    for pair in pairs:
        if pair.set == "pan13" and pair.derived:
            yield Text(f"{pair.set} {pair.label}", pair.suspect, pair.source)


def held(one: Text, database: Path) -> Held:
    """Everything that a scan without a glance would compare a text with."""
    store, known = opened(database)
    try:
        page = matching.prepare(Record(url="https://page.example/", text=one.text))
    except ProvenanceError:
        return Held([])
    made = matching.fingerprint_of(page.article, store.parameters)
    search = partial(matching.find_matches, page, made, store, store.parameters, known)
    began = time.process_time()
    if one.kind == REAL:
        search()
    first = time.process_time()
    # What the first search made ready would spare the second one.
    matching._source_profile.cache_clear()
    with patch.object(compare.Glance, "is_worth", return_value=True):
        found = search()
    last = time.process_time()
    matching._source_profile.cache_clear()
    marks = known.of(page.article.site)
    glance = compare.Glance(compare.profile(page.article.text, boilerplate=marks))
    pairs = [
        (
            "traces" not in match.channels and not glance.is_worth(match.source.text),
            bool(matching.worth_a_row(page.article.words, [match])),
            match.source.text == one.source,
        )
        for match in found
    ]
    return Held(pairs, last - first, first - began)


def table(found: Sequence[tuple[str, Held]]) -> list[str]:
    """By kind of text: what is compared, what is spared, and what is lost."""
    kinds: dict[str, list[Held]] = defaultdict(list)
    for kind, one in found:
        kinds[kind].append(one)
    lines = [f"| {' | '.join(_HEADS)} |", "|---|---:|---:|---:|---:|---:|---:|---:|"]
    for kind, of in kinds.items():
        every = [pair for one in of for pair in one.pairs]
        lost = [spared for spared, row, _ in every if row]
        own = [spared for spared, row, mine in every if row and mine]
        left = sum(not spared for spared, _, _ in every)
        lines.append(
            f"| {kind} | {len(of):,} | {len(every) / len(of):.1f} | {left / len(of):.1f} "
            f"| {len(lost):,} | {sum(lost)} | {len(own):,} | {sum(own)} |"
        )
    share = sum(one.left for one in kinds[REAL]) / sum(one.every for one in kinds[REAL])
    cost = f"Looking up and comparing the real ones takes {share:.2f} of the time with the glance."
    return [*lines, "", cost]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("database", type=Path)
    parser.add_argument("--pages", type=int, default=1000, help="real articles that were held out")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    given = parser.parse_args()
    every = list(texts(given.data, given.pages))
    with ProcessPoolExecutor(given.jobs) as pool:
        told = pool.map(partial(held, database=given.database), every, chunksize=5)
        found = list(zip((one.kind for one in every), told, strict=True))
    lines = table(found)
    print("\n".join(lines))
    if given.write:
        write_tables({"glances": lines}, PAGE)


if __name__ == "__main__":
    main()
