"""A text whose words are cut up or run together, read by the words of what it is held against.

Both texts are but their letters here. Where a run of letters is the same in both, the words end
where those of the other end; elsewhere the text stays as it was read. So blanks that were put in
or left out undo no copy, whatever the language, and nothing is read into a text that its letters
don't say.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from provenance.compare.profile import Profile, anew
from provenance.normalize import Tokens

#: Letters of a run that both texts have: three words or so, no name alone.
LEAST_RUN = 16
#: Letters of either text that are held together, a bound on hostile input.
MOST_LETTERS = 400_000


class _Letters(NamedTuple):
    """The letters of a text in a row, and where among them each token and each sentence begins."""

    run: str
    tokens: list[int]
    sentences: list[int]


def meant(one: Profile, other: Profile) -> Profile:
    """``one`` read by the words of ``other``; the same where it is not odd, or shares no run."""
    if not one.odd:
        return one
    tokens = one.cut or one.tokens
    own, theirs = _letters(tokens), _letters(other.cut or other.tokens)
    starts, sentences = _cuts(own, theirs, _spans(one.odd, tokens, own))
    ends = [*sorted(starts)[1:], len(own.run)]
    if starts == set(own.tokens):
        return replace(one, odd=())
    places = _places(tokens)
    spans = list(zip(sorted(starts), ends, strict=True))
    before = set(zip(own.tokens, [*own.tokens[1:], len(own.run)], strict=True))
    number_of = {first: number for number, (first, _) in enumerate(spans)}
    begins = sorted(number_of[place] for place in sentences)
    read = Tokens(
        tuple(own.run[first:last] for first, last in spans),
        tuple(places[first][0] for first, _ in spans),
        tuple(places[last - 1][1] for _, last in spans),
        tuple(one.text[places[first][0]].isupper() for first, _ in spans),
        tuple(zip(begins, [*begins[1:], len(spans)], strict=True)),
        len(spans),
    )
    return anew(one, read, sum(span not in before for span in spans))


def _letters(tokens: Tokens) -> _Letters:
    starts, at = [], 0
    for word in tokens.words:
        starts.append(at)
        at += len(word)
    return _Letters("".join(tokens.words), starts, [starts[first] for first, _ in tokens.sentences])


def _spans(
    places: Sequence[tuple[int, int]], tokens: Tokens, own: _Letters
) -> list[tuple[int, int]]:
    """Ranges of code points as ranges of letters, ``MOST_LETTERS`` in all."""
    found, left = [], MOST_LETTERS
    at = [*own.tokens, len(own.run)]
    for start, end in places:
        first, last = (at[bisect_left(tokens.starts, place)] for place in (start, end))
        last = min(last, first + left)
        left -= last - first
        found.append((first, last))
    return found


def _cuts(
    own: _Letters, theirs: _Letters, spans: Sequence[tuple[int, int]]
) -> tuple[set[int], set[int]]:
    """Where the words begin among ``own`` letters, and where the sentences; those in ``spans`` of
    letters by what is the same in ``theirs``."""
    cuts, cuts_sentence = set(own.tokens), set(own.sentences)
    first_at: dict[str, int] = {}
    for place in range(min(MOST_LETTERS, len(theirs.run) - LEAST_RUN + 1)):
        first_at.setdefault(theirs.run[place : place + LEAST_RUN], place)
    begins, begins_sentence = set(theirs.tokens), set(theirs.sentences)
    for at, last in spans:
        while at < last:
            there = first_at.get(own.run[at : min(last, at + LEAST_RUN)])
            if there is None:
                at += 1
                continue
            start, length = at, LEAST_RUN
            while (
                at + length < last
                and there + length < len(theirs.run)
                and own.run[at + length] == theirs.run[there + length]
            ):
                length += 1
            at += length
            # Where the run begins, and where the next word does, the text's own words count, too.
            cuts.difference_update(range(start + 1, at))
            cuts_sentence.difference_update(range(start + 1, at))
            cuts.update(start + i for i in range(length) if there + i in begins)
            cuts_sentence.update(start + i for i in range(length) if there + i in begins_sentence)
            if at < len(own.run) and (
                there + length in begins or there + length == len(theirs.run)
            ):
                cuts.add(at)
    return cuts, cuts_sentence


def _places(tokens: Tokens) -> list[tuple[int, int]]:
    """Where each letter of the tokens stands in the text as given: start and end."""
    found = []
    for word, start, end in zip(tokens.words, tokens.starts, tokens.ends, strict=True):
        # Folding makes some words shorter or longer than they are written.
        last = end - 1
        found += [(min(start + i, last), min(start + i, last) + 1) for i in range(len(word))]
        found[-1] = (found[-1][0], end)
    return found
