"""Names that were spelled otherwise: what transliteration and translation make of them."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provenance.compare.profile import Profile

# Letters of a skeleton under which two names are alike by chance; a name has more than these.
_LEAST = 3


# Letters that one sound is written with.
_ALIKE = str.maketrans("cqzwjy", "kksvgi")


def skeleton(word: str) -> str:
    """What transliteration leaves of a name: its consonants, doubled ones once, five at most."""
    kept: list[str] = []
    for i, letter in enumerate(word.translate(_ALIKE)):
        if (letter in "aeiouh'" and i) or (kept and kept[-1] == letter):
            continue
        kept.append(letter)
    return "".join(kept[:5])


@lru_cache(maxsize=65536)
def bone(stem: str) -> str:
    """The skeleton of a stem; "" when it is too short to know a name by."""
    found = skeleton(stem) if len(stem) > _LEAST else ""
    return found if len(found) >= _LEAST else ""


def respelled(target: Profile, source: Profile) -> dict[str, str]:
    """Names of the target that the source spells otherwise: ``{target stem: source stem}``.

    Both must be hard tokens that the other text lacks, with one skeleton, and there must be no
    second candidate on either side: a wrong pairing would make two people one.
    """
    here, there = target.vocabulary, source.vocabulary

    def lone(profile: Profile, other: dict[str, int]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for stem, bone in profile.spellings:
            if stem not in other:
                found[bone].append(stem)
        return found

    theirs = lone(source, here)
    return {
        stems[0]: theirs[bone][0]
        for bone, stems in lone(target, there).items()
        if len(stems) == 1 and len(theirs.get(bone, ())) == 1
    }
