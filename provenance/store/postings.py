"""Which originals hold which key, packed into blocks. Values in, values out; no SQL.

A *key* is 48 bits: 46 of a hash, and two that say which channel it belongs to. A *posting* is a key
and a ``fingerprints.number``. Postings lie in *levels*, as in a log-structured merge tree (O'Neil
et al. 1996): what is new goes to a small level, which is cheap to write anew, and is merged into
the next one when it is full, so that there are never more than a few places to look. A level is
cut into blocks by the first bits of the key. In a block lie the rests of its keys, sorted, and
behind them as many numbers: eight bytes a posting, and one key is found by halving.

A key that more originals hold than ``Limits`` lets look-ups read keeps one posting, ``HOT``. So no
block grows with the number of copies of one page, and no look-up reads more than a few of them.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from provenance.background import term_keys
from provenance.config import LIMITS
from provenance.models import Channel, Fingerprint
from provenance.normalize import hashed
from provenance.store import rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    #: Keys, sorted, and the number of each.
    Run = tuple[NDArray[np.uint64], NDArray[np.uint32]]

KEY_BITS = 48
#: Stands in place of the numbers of a key that too many hold. Numbers stay below it.
HOT = 0xFFFFFFFF
#: The channels by the last two bits of their keys.
CHANNELS: tuple[Channel, ...] = ("minhash", "fragments", "terms")
# Fibonacci hashing (Knuth, The Art of Computer Programming, vol. 3, 6.4): 2^64 over the golden
# ratio. Sampled fragments all end in the same bits; the product's first bits depend on all.
_MIX = 0x9E3779B97F4A7C15
_64_BITS = (1 << 64) - 1
_SWAP = sys.byteorder == "big"


class Level(NamedTuple):
    """``bits`` of a key that name the block, and what that leaves; how far the level is filled."""

    bits: int
    #: Originals; None for as many as there are.
    most: int | None
    #: Bits of a key that are written in the block, and their bytes.
    rest: int
    width: int


def level(bits: int, most: int | None) -> Level:
    """A level with so many bits to name a block."""
    rest = KEY_BITS - bits
    return Level(bits, most, rest, 4 if rest <= 32 else 8)


#: Some 350 postings an original: blocks of 90 where a level is full, a few to a page of the disk.
LEVELS = (level(14, 4_096), level(17, 32_768), level(20, 262_144), level(22, None))


def band_keys(values: Iterable[int]) -> list[int]:
    """The keys of LSH bands."""
    return [((int(value) * _MIX & _64_BITS) >> 16) & ~3 for value in values]


def fragment_keys(values: Iterable[int]) -> list[int]:
    """The keys of sampled fragments."""
    return [((int(value) * _MIX & _64_BITS) >> 16) & ~3 | 1 for value in values]


def word_keys(words: Sequence[str], seed: int) -> list[int]:
    """The keys of rare words and pairs of them; the seed is that of the database."""
    values = hashed([rows.text_of(word) for word in words], seed)
    return [((value & _64_BITS) >> 16) & ~3 | 2 for value in values]


def keys_of(fingerprint: Fingerprint, seed: int) -> set[int]:
    """All keys that an original is found by."""
    return {
        *band_keys(fingerprint.bands),
        *fragment_keys(fingerprint.fragments),
        *word_keys(term_keys(fingerprint.terms), seed),
    }


def pack(keys: Iterable[int]) -> bytes:
    """The keys of one original, sorted, eight bytes each, little-endian."""
    packed = array("Q", sorted(keys))
    if _SWAP:
        packed.byteswap()
    return packed.tobytes()


def _read(code: str, data: bytes) -> array[int]:
    values = array(code)
    values.frombytes(data)
    if _SWAP:
        values.byteswap()
    return values


def unpack(data: bytes) -> array[int]:
    """What ``pack`` made."""
    return _read("Q", data)


# --- rows: (level, block) is one integer, so that the table is in their order -------------------


def rows_of(place: int, keys: Iterable[int]) -> list[int]:
    """The row that holds each key in the level of this place."""
    first, rest = place << 32, LEVELS[place].rest
    return [first | key >> rest for key in keys]


def level_of(row: int) -> int:
    """The place of a row's level."""
    return row >> 32


def span(place: int, first: int = 0, last: int = 1 << KEY_BITS) -> tuple[int, int]:
    """The rows of the keys from ``first`` to before ``last``: the first, and one past the last.

    Both are taken to be borders of blocks.
    """
    rest = LEVELS[place].rest
    return place << 32 | first >> rest, (place << 32) + (last >> rest)


# --- one block ----------------------------------------------------------------------------------


def without(row: int, data: bytes, number: int) -> bytes:
    """The block without one original's postings."""
    width = LEVELS[row >> 32].width
    count = len(data) // (width + 4)
    border = count * width
    gone = [i for i, held in enumerate(_read("I", data[border:])) if held == number]
    kept = bytearray(data)
    for i in reversed(gone):
        del kept[border + 4 * i : border + 4 * i + 4]
    for i in reversed(gone):
        del kept[i * width : (i + 1) * width]
    return bytes(kept)


# --- many at once -------------------------------------------------------------------------------


def run_of(numbers: Sequence[int], packed: Sequence[bytes]) -> Run:
    """A run of what ``pack`` made of so many originals."""
    import numpy as np

    keys = np.frombuffer(b"".join(packed), "<u8").astype(np.uint64)
    repeated = np.repeat(np.array(numbers, np.uint32), [len(data) // 8 for data in packed])
    order = np.argsort(keys, kind="stable")
    return keys[order], repeated[order]


def cut(run: Run, first: int, last: int) -> Run:
    """A copy of what a sorted run has of the keys from ``first`` to before ``last``."""
    import numpy as np

    keys, numbers = run
    begin, end = np.searchsorted(keys, np.array([first, last], np.uint64)).tolist()
    return np.array(keys[begin:end]), np.array(numbers[begin:end])


def read_blocks(place: int, blocks: Sequence[tuple[int, bytes]]) -> Run:
    """A run of the postings of some rows of a level."""
    import numpy as np

    rest, width = LEVELS[place].rest, LEVELS[place].width
    counts = [len(data) // (width + 4) for _, data in blocks]
    both = list(zip(blocks, counts, strict=True))
    rests = b"".join([data[: count * width] for (_, data), count in both])
    numbers = b"".join([data[count * width : count * (width + 4)] for (_, data), count in both])
    first = np.array([row & 0xFFFFFFFF for row, _ in blocks], np.uint64) << np.uint64(rest)
    keys = np.frombuffer(rests, f"<u{width}").astype(np.uint64)
    # Whatever a damaged block holds, its keys stay between those of its neighbours.
    keys &= np.uint64((1 << rest) - 1)
    keys |= np.repeat(first, counts)
    return keys, np.frombuffer(numbers, "<u4").astype(np.uint32)


def search(
    place: int, blocks: Sequence[tuple[int, bytes]], keys: Sequence[int]
) -> Iterator[tuple[int, list[int]]]:
    """Those of the keys that some rows of a level hold, each with its numbers, or with ``HOT``
    alone. The rows are in order."""
    import numpy as np

    held, numbers = read_blocks(place, blocks)
    wanted = np.array(keys, np.uint64)
    first = np.searchsorted(held, wanted).tolist()
    last = np.searchsorted(held, wanted, "right").tolist()
    for key, begin, end in zip(keys, first, last, strict=True):
        if begin < end:
            yield key, numbers[begin:end].tolist()


def merge(runs: Sequence[Run]) -> Run:
    """One run of several, each posting once, sorted by key and number."""
    import numpy as np

    keys = np.concatenate([run[0] for run in runs])
    numbers = np.concatenate([run[1] for run in runs])
    # The runs are sorted each, which this sort makes use of.
    order = np.argsort(keys, kind="stable")
    keys, numbers = keys[order], numbers[order]
    same = keys[1:] == keys[:-1]
    if not same.any():
        return keys, numbers
    shared = np.flatnonzero(np.append(same, False) | np.insert(same, 0, False))
    numbers[shared] = numbers[shared][np.lexsort((numbers[shared], keys[shared]))]
    kept = np.insert(~(same & (numbers[1:] == numbers[:-1])), 0, True)
    return keys[kept], numbers[kept]


def capped(run: Run) -> tuple[Run, list[tuple[int, int]]]:
    """The run with one ``HOT`` for each key that too many hold; those keys, and how many do.

    The number is of those that are new to the key if it was hot before.
    """
    import numpy as np

    keys, numbers = run
    if not len(keys):
        return run, []
    starts = np.flatnonzero(np.insert(keys[1:] != keys[:-1], 0, True))
    counts = np.diff(np.append(starts, len(keys)))
    of_terms = (keys[starts] & np.uint64(3)) == CHANNELS.index("terms")
    before = np.maximum.reduceat(numbers, starts) == HOT
    hot = before | (counts > np.where(of_terms, LIMITS.term_bucket, LIMITS.bucket))
    if not hot.any():
        return run, []
    kept = np.repeat(~hot, counts)
    kept[starts[hot]] = True
    numbers = numbers.copy()
    numbers[starts[hot]] = HOT
    told = zip(keys[starts[hot]].tolist(), (counts - before)[hot].tolist(), strict=True)
    return (keys[kept], numbers[kept]), [(key, count) for key, count in told if count]


def write_blocks(place: int, run: Run) -> Iterator[tuple[int, bytes]]:
    """The rows of a level for a sorted run."""
    import numpy as np

    keys, numbers = run
    if not len(keys):
        return
    rest, width = LEVELS[place].rest, LEVELS[place].width
    names = keys >> np.uint64(rest)
    starts = np.flatnonzero(np.insert(names[1:] != names[:-1], 0, True))
    rests = (keys & np.uint64((1 << rest) - 1)).astype(f"<u{width}").tobytes()
    held = numbers.astype("<u4").tobytes()
    borders = [*starts.tolist(), len(keys)]
    for i, name in enumerate(names[starts].tolist()):
        first, last = borders[i], borders[i + 1]
        yield (
            place << 32 | name,
            rests[first * width : last * width] + held[first * 4 : last * 4],
        )


# --- what is surely not there -------------------------------------------------------------------

# Files of a sieve: its bits, level by level, the keys that too many hold, and what it knows of the
# levels.
_FIELD, _HOT, _LEVELS = "field{}.npy", "hot.npy", "levels.npy"
# Bits of the field of a level, as a power of two: 4 MB. Of a small level hardly a key passes.
_LEAST_BITS = 25
#: Stands for the place of a level where originals still wait for the index.
WAITING = -1


class Sieve:
    """Which keys no original holds, told from memory: a bit for the first bits of each key held, in
    each level.

    One key in eight to sixteen that none holds passes all the same in the largest level, and is
    then looked up.
    ``hot`` are the keys that too many hold. ``counts``: postings to come, about, by the place of
    their level. ``levels``: how the levels stood when they were sifted.
    """

    def __init__(self, counts: Mapping[int, int], levels: Sequence[tuple[int, int]] = ()) -> None:
        import numpy as np

        self._fields: dict[int, NDArray[np.uint8]] = {}
        for place, count in counts.items():
            bits = max(_LEAST_BITS, min(KEY_BITS - 2, count.bit_length() + 3))
            self._fields[place] = np.zeros(1 << (bits - 3), np.uint8)
        self.hot: set[int] = set()
        self.levels = list(levels)

    def add(self, place: int, run: Run) -> None:
        """Let the keys of this run pass in this level."""
        import numpy as np

        keys, numbers = run
        if not len(keys):
            return
        self.hot.update(keys[numbers == HOT].tolist())
        field = self._fields[place]
        places = keys >> _unread(field)
        rows_of_eight = places >> np.uint64(3)
        marks = np.uint8(1) << (places & np.uint64(7)).astype(np.uint8)
        starts = np.flatnonzero(np.insert(rows_of_eight[1:] != rows_of_eight[:-1], 0, True))
        field[rows_of_eight[starts]] |= np.bitwise_or.reduceat(marks, starts)

    def save(self, folder: Path) -> None:
        """Write the sieve into a folder, for other processes to share."""
        import numpy as np

        for place, field in self._fields.items():
            np.save(folder / _FIELD.format(place), field)
        np.save(folder / _HOT, np.array(sorted(self.hot), np.uint64))
        np.save(folder / _LEVELS, np.array(self.levels, np.int64).reshape(-1, 2))

    @classmethod
    def saved(cls, folder: Path) -> Sieve:
        """The sieve that ``save`` wrote there. All that use it share its memory."""
        import numpy as np

        sieve = cls({}, [(place, count) for place, count in np.load(folder / _LEVELS).tolist()])
        for place in (WAITING, *range(len(LEVELS))):
            if (file := folder / _FIELD.format(place)).is_file():
                sieve._fields[place] = np.load(file, mmap_mode="r")
        sieve.hot = set(np.load(folder / _HOT).tolist())
        return sieve

    def kept(self, keys: Iterable[int]) -> dict[int, list[int]]:
        """Those of the keys that some original may hold, by the place of the level."""
        import numpy as np

        given = np.array(list(keys), np.uint64)
        kept: dict[int, list[int]] = {}
        for place, field in self._fields.items():
            places = given >> _unread(field)
            marks = field[places >> np.uint64(3)] >> (places & np.uint64(7)).astype(np.uint8)
            kept[place] = given[(marks & 1).astype(bool)].tolist()
        return kept


def _unread(field: NDArray[np.uint8]) -> np.uint64:
    """The last bits of a key, which a field of a sieve says nothing of."""
    import numpy as np

    return np.uint64(KEY_BITS - 2 - len(field).bit_length())
