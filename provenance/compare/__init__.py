"""Two texts in, the numbers and the passages out. Exact and pure: no index, no clock.

Nothing is fitted on what is read: the weights of words come from the background table shipped
with the package and from the two texts themselves.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from provenance.compare.across import LEAST_ANCHORS, across
from provenance.compare.align import Alignment, align, matrix
from provenance.compare.changes import Changes, changes
from provenance.compare.features import measure
from provenance.compare.glance import Glance
from provenance.compare.meant import meant
from provenance.compare.profile import Bools, Profile, profile, shared_stems, toward
from provenance.compare.stretch_features import exact_long, gist_features, stretch_features
from provenance.compare.stretches import Coded, Stretch, condensed, gist, stretches_of
from provenance.compare.tiles import SEED, tiles
from provenance.models import Comparison, Passage

__all__ = [
    "Changes",
    "Glance",
    "Profile",
    "changes",
    "compare",
    "compare_texts",
    "may_derive",
    "meant",
    "profile",
]

# Exact runs shorter than this are common phrases; they count in the scores and are not shown.
_SHOWN_WORDS = 8
# Aligned sentences that share less of their weight (Dice) count in the scores and are not shown:
# most of them answer each other by chance.
_SHOWN_DICE = 0.3
# A stretch with less than this part of the strongest one's strength is not shown.
_FAINT = 0.2
#: Share of either text's hard tokens that the other must hold to be worth a comparison.
LEAST_SHARED = 0.1


def compare_texts(target: str, source: str) -> Comparison:
    """Compare two texts. Offsets count code points of the strings as given."""
    return compare(profile(target), profile(source))


def compare(target: Profile, source: Profile) -> Comparison:
    """Compare two texts that were made ready before (one target against many sources)."""
    target, source = _ready(target, source)
    pieces = min(target.pieces, source.pieces)
    shared = shared_stems(target, source)
    seeds = target.words_5 & source.words_5 if pieces == 1 else None
    runs = tiles(target.tokens.words, source.tokens.words, SEED * pieces, seeds)
    found = matrix(target, source, shared)
    alignment = align(found)
    scores, features = measure(target, source, shared, runs, found, alignment)
    coded = Coded(target, source, shared)
    kept = stretches_of(coded, runs)
    exact = np.zeros(len(target.tokens.words), dtype=bool)
    for start, _, length in runs:
        exact[start : start + length] = True
    features |= stretch_features(coded, target, kept, exact)
    features |= gist_features(coded, target, source, gist(coded, target))
    features["exact_long"] = exact_long(target, runs)
    reused = _reused(kept, condensed(coded, target, source, found.common, kept))
    shown = tuple(_placed(target, source, one) for one in reused)
    passages = _passages(target, source, runs, alignment, reused)
    anchors, anchored = across(target, source)
    if not passages:
        passages = anchored
    return Comparison(
        scores,
        passages,
        features | anchors,
        target.tokens.count,
        source.tokens.count,
        tuple(sorted(shown, key=lambda p: (p.target_offset, p.source_offset))),
    )


def _ready(target: Profile, source: Profile) -> tuple[Profile, Profile]:
    """Both, each read toward the other."""
    target, source = meant(target, source), meant(source, target)
    return toward(target, source), toward(source, target)


def _reused(kept: list[Stretch], summed_up: list[Stretch]) -> list[Stretch]:
    """The stretches that are worth showing: no weak one beside a strong one, none in a gist."""
    strongest = max((one.strength for one in kept), default=0.0)
    return [
        one
        for one in kept
        if one.strength >= _FAINT * strongest
        and not any(
            one.target[0] < other.target[1] and other.target[0] < one.target[1]
            for other in summed_up
        )
    ] + summed_up


def _placed(target: Profile, source: Profile, one: Stretch) -> Passage:
    tt, st = target.tokens, source.tokens
    (a, b), (c, d) = one.target, one.source
    return Passage(
        tt.starts[a],
        tt.ends[b - 1] - tt.starts[a],
        st.starts[c],
        st.ends[d - 1] - st.starts[c],
        "exact" if one.kind == "exact" else "reworded",
    )


def may_derive(target: Profile, source: Profile) -> bool:
    """Whether two texts share enough names, numbers and rare words to be worth a comparison.

    Cheap, and generous: of the graded pairs it loses none that are rewritten as a whole (the
    least shares a fifth). For candidates that no shared wording speaks for. Texts in different
    languages must share as many anchors as a translation does.
    """
    target, source = _ready(target, source)
    if across(target, source)[0].get("across_anchors", 0) >= LEAST_ANCHORS:
        return True
    shared = shared_stems(target, source)
    return _shares(target.hard_stems, shared.of_target) or _shares(
        source.hard_stems, shared.of_source
    )


def _shares(hard: Bools, met: Bools) -> bool:
    return bool((hard & met).sum() >= LEAST_SHARED * hard.sum() > 0)


def _passages(
    target: Profile,
    source: Profile,
    runs: list[tuple[int, int, int]],
    alignment: Alignment,
    reused: Sequence[Stretch],
) -> tuple[Passage, ...]:
    tt, st = target.tokens, source.tokens
    shown = [run for run in runs if run[2] >= _SHOWN_WORDS * target.pieces]
    found = [
        Passage(
            tt.starts[i],
            tt.ends[i + n - 1] - tt.starts[i],
            st.starts[j],
            st.ends[j + n - 1] - st.starts[j],
            "exact",
        )
        for i, j, n in shown
    ]
    taken = [(i, i + n) for i, _, n in shown]
    for link in alignment.links:
        t_first, t_last = tt.sentences[link.target[0]][0], tt.sentences[link.target[1] - 1][1]
        s_first, s_last = st.sentences[link.source[0]][0], st.sentences[link.source[1] - 1][1]
        if link.dice < _SHOWN_DICE:
            continue
        exact = sum(max(0, min(t_last, end) - max(t_first, start)) for start, end in taken)
        if exact * 2 >= t_last - t_first:
            continue
        found.append(
            Passage(
                tt.starts[t_first],
                tt.ends[t_last - 1] - tt.starts[t_first],
                st.starts[s_first],
                st.ends[s_last - 1] - st.starts[s_first],
                "reworded",
            )
        )
        taken.append((t_first, t_last))
    # Text that was shuffled or joined has stretches where no sentence answers another.
    for one in reused:
        start, end = one.target
        told = sum(max(0, min(last, end) - max(first, start)) for first, last in taken)
        if told * 2 < end - start:
            found.append(_placed(target, source, one))
    return tuple(sorted(found, key=lambda p: (p.target_offset, p.source_offset)))
