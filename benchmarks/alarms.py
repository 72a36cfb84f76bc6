"""How many pages of a crawl are flagged though no original was poured into them.

    python -m benchmarks.alarms DATA DATABASE [--pages 1000] [--read FILE] [--write]

The other figures on false alarms are of pairs; a page meets a dozen originals and more, so that one
in a thousand pairs may be one in a hundred pages. Here the real articles that were held out
(``benchmarks.pouring``) are held, one by one, against DATABASE, one that ``benchmarks.screening``
made: the full way, with the boilerplate that was learned there. Some of them do share text with an
original (agencies, quotations, a site's own lines), so what is flagged is told by how many of its
words lie in runs that the original has word for word. Those without any are told in other words
alone, if they are told at all; ``--read`` writes them, with their passages, to be read by hand.

The collection gives every original a site of its own, so that nobody knows which of them come from
the page's own outlet. A scan knows: it calls them versions, and learns that outlet's lines. So
pages that are flagged for originals of their own outlet alone are counted apart.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from benchmarks.evaluate import write_tables
from benchmarks.pouring import articles, outlets
from provenance import matching, runs
from provenance.boilerplate import Boilerplate
from provenance.errors import ProvenanceError
from provenance.models import Match, Record
from provenance.store import Store

PAGE = Path(__file__).parent.parent / "docs" / "quality.md"
#: Words in exact runs from which a row of the table counts.
_EXACT = (0, 15, 40, 100)


@dataclass(frozen=True, slots=True)
class Seen:
    """One article: originals that it was compared with; of what was flagged the likeliest, if
    anything was, one of another outlet if there is one: words in exact runs, probability, relation,
    and both sides of its passages."""

    number: int
    compared: int
    flagged: bool = False
    #: Flagged for originals of its own outlet alone.
    own: bool = False
    exact: int = 0
    probability: float = 0.0
    relation: str = ""
    passages: Sequence[tuple[str, str]] = ()


@cache
def opened(database: Path) -> tuple[Store, Boilerplate]:
    """A database, open in this process, and the boilerplate that was learned there."""
    store = Store.open(database, create=False, read_only=True)
    return store, runs.known_boilerplate(store)


def seen(number: int, data: Path, database: Path) -> Seen | None:
    """One article, the full way; None for one that is no article by our lights."""
    store, known = opened(database)
    text = articles(data, held_out=True)[number]
    try:
        page = matching.prepare(Record(url=f"https://page{number}.example/", text=text))
    except ProvenanceError:
        return None
    made = matching.fingerprint_of(page.article, store.parameters)
    every = matching.find_matches(page, made, store, store.parameters, known)
    flagged = [
        one for one in matching.worth_a_row(page.article.words, every) if one.verdict.is_reuse
    ]
    if not flagged:
        return Seen(number, len(every))

    def exact(match: Match) -> int:
        text = match.target.text
        return sum(
            len(text[p.target_offset : p.target_offset + p.target_length].split())
            for p in match.comparison.passages
            if p.kind == "exact"
        )

    here = outlets(data, held_out=True)[number]
    others = [one for one in flagged if outlet_of(one.source.id, data) != here]
    best = max(
        others or flagged,
        key=lambda one: (min(exact(one), _EXACT[1]), one.verdict.probability),
    )
    return Seen(
        number,
        len(every),
        True,
        not others,
        exact(best),
        best.verdict.probability,
        best.verdict.relation,
        [
            (
                best.target.text[p.target_offset : p.target_offset + p.target_length],
                best.source.text[p.source_offset : p.source_offset + p.source_length],
            )
            for p in best.comparison.passages
        ],
    )


def outlet_of(original: str, data: Path) -> str:
    """The outlet of an original (``benchmarks.pouring.original``); none of one that was made."""
    real = outlets(data, held_out=False)
    kind, _, number = original.partition("-")
    return real[int(number)] if kind == "made" and int(number) < len(real) else ""


def table(found: Sequence[Seen], size: int) -> list[str]:
    """The pages that are flagged, by how much of them is there word for word."""
    compared = statistics.mean(one.compared for one in found)
    what = (
        f"{len(found):,} real articles that were held out, against {size:,} originals; "
        f"{compared:.1f} of them were compared with each, on average."
    )
    lines = [
        what,
        "",
        (
            "| words in exact runs | articles flagged | for their own outlet's alone "
            "| others, of 1,000 | median probability | relations |"
        ),
        "|---|---:|---:|---:|---:|---|",
    ]
    for least, most in zip(_EXACT, (*_EXACT[1:], None), strict=True):
        flagged = [
            one
            for one in found
            if one.flagged and least <= one.exact and (most is None or one.exact < most)
        ]
        others = [one for one in flagged if not one.own]
        name = f"{least} and more" if most is None else f"{least} to {most - 1}"
        relations = sorted({one.relation for one in others})
        told = ", ".join(f"{r} {sum(one.relation == r for one in others)}" for r in relations)
        median = f"{statistics.median(one.probability for one in others):.3f}" if others else "–"
        lines.append(
            f"| {name} | {len(flagged)} | {len(flagged) - len(others)} "
            f"| {1000 * len(others) / len(found):.0f} | {median} | {told} |"
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("database", type=Path)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--read", type=Path, help="write what has no exact words to this file")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    given = parser.parse_args()
    with Store.open(given.database, create=False, read_only=True) as store:
        size = store.size()
    numbers = range(min(given.pages, len(articles(given.data, held_out=True))))
    with ProcessPoolExecutor(given.jobs) as pool:
        work = partial(seen, data=given.data, database=given.database)
        found = [one for one in pool.map(work, numbers, chunksize=5) if one]
    lines = table(found, size)
    print("\n".join(lines))
    if given.read:
        given.read.write_text(
            "".join(
                f"== {one.number} {one.relation} {one.probability:.2f}"
                f"{' own outlet' if one.own else ''}\n"
                + "".join(f"  {ours}\n  | {theirs}\n" for ours, theirs in one.passages)
                for one in found
                if one.flagged and one.exact < _EXACT[1]
            ),
            "utf-8",
        )
    if given.write:
        write_tables({"alarms": lines}, PAGE)


if __name__ == "__main__":
    main()
