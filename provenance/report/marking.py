"""Two texts with their shared passages marked, each leading to its counterpart. Pure."""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from provenance.anchors import names_of
from provenance.borrowed import borrowed
from provenance.languages import language_of
from provenance.normalize import number_value, tokenize
from provenance.report.html import shown

Side = Literal["target", "source"]
#: Letters in the ids of a page: t12 is passage 12 in the target, s12 in the source.
_LETTER: dict[Side, str] = {"target": "t", "source": "s"}
_NAME: dict[Side, str] = {"target": "the page", "source": "the source"}


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, in code points; ``number`` counts passages from 1."""

    start: int
    end: int
    kind: str
    number: int = 0


def spans(passages: Sequence[Sequence[Any]], side: Side, length: int) -> list[Span]:
    """The passages on one side, numbered in the target's order, cut to the text's length."""
    at, size = (0, 1) if side == "target" else (2, 3)
    ordered = sorted(passages, key=lambda passage: (passage[0], passage[2]))
    found = []
    for number, passage in enumerate(ordered, 1):
        start = min(max(0, int(passage[at])), length)
        end = min(max(start, start + int(passage[size])), length)
        found.append(Span(start, end, str(passage[4]), number))
    return found


def cover(length: int, given: Sequence[Span]) -> Iterator[Span]:
    """The text from 0 to ``length`` in stretches that don't overlap; number 0 where none is.

    Where spans overlap, an exact one wins, then the one with the lower number.
    """
    starts = sorted(given, key=lambda span: span.start)
    edges = sorted({0, length, *(s.start for s in given), *(s.end for s in given)})
    active: list[tuple[bool, int, int, Span]] = []
    waiting = 0
    pending: Span | None = None
    for start, end in pairwise(edges):
        while waiting < len(starts) and starts[waiting].start <= start:
            span = starts[waiting]
            heapq.heappush(active, (span.kind != "exact", span.number, waiting, span))
            waiting += 1
        while active and active[0][3].end <= start:
            heapq.heappop(active)
        kind, number = (active[0][3].kind, active[0][3].number) if active else ("", 0)
        if pending and (pending.kind, pending.number) == (kind, number):
            pending = Span(pending.start, end, kind, number)
            continue
        if pending:
            yield pending
        pending = Span(start, end, kind, number)
    if pending:
        yield pending


def share(length: int, given: Sequence[Span]) -> dict[str, float]:
    """Share of a text's characters in exact, in reworded and in all passages, 0 to 1."""
    counts = {"exact": 0, "reworded": 0}
    for span in cover(length, given):
        if span.number:
            counts[span.kind] = counts.get(span.kind, 0) + span.end - span.start
    total = {kind: count / max(1, length) for kind, count in counts.items()}
    return {**total, "all": sum(total.values())}


def changed(
    texts: tuple[str, str], passages: Sequence[Sequence[Any]]
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Names and numbers inside reworded passages that the other side's passage lacks.

    ``texts`` are the target's and the source's; the answer has their places, each in order.
    """
    tokens = [tokenize(text) for text in texts]
    languages = [language_of(found.words) for found in tokens]
    names = [names_of(found, language) for found, language in zip(tokens, languages, strict=True)]
    places: tuple[set[tuple[int, int]], set[tuple[int, int]]] = (set(), set())
    if languages[0] != languages[1]:
        # Across languages every word differs: to mark them would say nothing.
        return [], []
    for t_start, t_length, s_start, s_length, kind in passages:
        if kind != "reworded":
            continue
        inside = [
            range(bisect_left(found.starts, start), bisect_left(found.starts, start + size))
            for found, start, size in zip(
                tokens, (t_start, s_start), (t_length, s_length), strict=True
            )
        ]
        words = [
            {_plain(tokens[side].words[i]) for i in inside[side]} for side in range(len(tokens))
        ]
        for side, found in enumerate(tokens):
            for i in inside[side]:
                word = found.words[i]
                hard = number_value(word) is not None or (found.capital[i] and word in names[side])
                if hard and _plain(word) not in words[1 - side]:
                    places[side].add((found.starts[i], found.ends[i]))
    return sorted(places[0]), sorted(places[1])


def _plain(word: str) -> str:
    """Numbers by their digits, so that "three" is no change of "3"."""
    return number_value(word) or word


def marked(
    text: str, given: Sequence[Span], side: Side, changes: Sequence[tuple[int, int]] = ()
) -> str:
    """The text as HTML: passages as numbered links to their counterparts, the rest dimmed.

    Quotations, captions and embedded posts are set apart; ``changes`` are marked as
    insertions (target) or deletions (source), as screen readers know them.
    """
    other: Side = "source" if side == "target" else "target"
    here, there = _LETTER[side], _LETTER[other]
    quoted = list(cover(len(text), [Span(a, b, "q", 1) for a, b in borrowed(text)]))
    edges = sorted({edge for span in quoted for edge in (span.start, span.end)})
    in_quote = {span.start: bool(span.number) for span in quoted}
    altered = dict(changes)
    begins = sorted(altered)
    tag = "ins" if side == "target" else "del"
    seen: set[int] = set()
    out = []

    def words(start: int, end: int) -> str:
        """Text without passage or quotation edges inside, its changes marked."""
        parts, at = [], start
        for i in range(bisect_left(begins, start), bisect_left(begins, end)):
            first = begins[i]
            last = min(end, altered[first])
            parts.append(shown(text[at:first]))
            parts.append(f"<{tag}>{shown(text[first:last])}</{tag}>")
            at = last
        parts.append(shown(text[at:end]))
        return "".join(parts)

    def quotes(start: int, end: int) -> str:
        cuts = [start, *edges[bisect_left(edges, start + 1) : bisect_left(edges, end)], end]
        parts = []
        for first, last in pairwise(cuts):
            place = max(0, bisect_left(edges, first + 1) - 1)
            inner = words(first, last)
            flag = edges and in_quote.get(edges[place], False)
            parts.append(f'<span class="q">{inner}</span>' if flag else inner)
        return "".join(parts)

    for span in cover(len(text), given):
        inner = quotes(span.start, span.end)
        if not span.number:
            out.append(f'<span class="own">{inner}</span>' if inner.strip() else inner)
            continue
        first = span.number not in seen
        seen.add(span.number)
        name = f' id="{here}{span.number}"' if first else ""
        number = f'<b class="n">{span.number}</b>' if first else ""
        told = f"Passage {span.number}, {span.kind}: go to it in {_NAME[other]}"
        out.append(
            f'<a class="{span.kind}"{name} href="#{there}{span.number}" title="{told}">'
            f"{number}{inner}</a>"
        )
    # A passage that others hide wholly must still be found.
    lost = [f'<span id="{here}{span.number}"></span>' for span in given if span.number not in seen]
    return "".join(lost) + "".join(out)
