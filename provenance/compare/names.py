"""Names that were spelled otherwise: what transliteration and translation make of them."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provenance.compare.profile import Profile

# Consonants of a skeleton under which two names are alike by chance.
_LEAST = 3


@lru_cache(maxsize=65536)
def skeleton(word: str) -> str:
    """What transliteration leaves of a name: its consonants, doubled ones once, five at most."""
    kept: list[str] = []
    for i, letter in enumerate(word):
        letter = {"c": "k", "q": "k", "z": "s", "w": "v", "j": "g", "y": "i"}.get(letter, letter)
        if (letter in "aeiouh'" and i) or (kept and kept[-1] == letter):
            continue
        kept.append(letter)
    return "".join(kept[:5])


def respelled(target: Profile, source: Profile) -> dict[str, str]:
    """Names of the target that the source spells otherwise: ``{target stem: source stem}``.

    Both must be hard tokens that the other text lacks, with one skeleton, and there must be no
    second candidate on either side: a wrong pairing would make two people one.
    """
    here, there = target.vocabulary, source.vocabulary

    def lone(profile: Profile, other: frozenset[str]) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for stem in profile.hard_weights:
            if len(stem) > _LEAST and stem not in other and not stem[0].isdigit():
                found[skeleton(stem)].add(stem)
        return found

    theirs = lone(source, here)
    return {
        min(stems): min(theirs[bone])
        for bone, stems in lone(target, there).items()
        if len(bone) >= _LEAST and len(stems) == 1 and len(theirs.get(bone, ())) == 1
    }
