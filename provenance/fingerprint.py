"""Tokens in, fingerprint out: MinHash signature, fragment hashes, rare terms. Pure.

Empty text has no fingerprint: two empty MinHashes would have Jaccard 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from provenance.anchors import keys
from provenance.background import MAX_TERMS, language_of, rare_terms
from provenance.config import Parameters
from provenance.models import Fingerprint
from provenance.normalize import Tokens, digest, sampled, shingles

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MAX_TERMS", "band_keys", "fingerprint", "fragments", "rare_terms", "signature"]

# Hashes that are permuted at once: they stay in the processor's cache.
_AT_ONCE = 2048


@cache
def _permutations(parameters: Parameters) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Factors and summands of the permutations, a column each, as datasketch 2 draws them."""
    drawn = np.random.RandomState(parameters.seed)
    count = parameters.permutations
    # An odd factor makes h → a·h + b mod 2^32 a bijection.
    factors = drawn.randint(0, 1 << 31, count, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    summands = drawn.randint(0, 1 << 32, count, dtype=np.uint32)
    return factors.reshape(-1, 1), summands.reshape(-1, 1)


def _mixed(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The finalizer of MurmurHash3 (Appleby 2011), with which datasketch spreads its input."""
    values = (values ^ (values >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    values = (values ^ (values >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return values ^ (values >> np.uint32(16))


def signature(words: Sequence[str], parameters: Parameters) -> bytes:
    """MinHash signature (Broder 1997): little-endian uint32, one a permutation.

    Bit for bit that of ``datasketch.MinHash(scheme="affine32")`` for the lower halves of the
    shingles' hashes. Computed here because importing datasketch takes longer than a whole look-up
    (it pulls in scipy), and many permutations of many hashes at once take less time. Raises
    ValueError for another scheme.
    """
    if parameters.scheme != "affine32":
        raise ValueError(f"there is no scheme {parameters.scheme!r}")
    hashed = np.array(shingles(words, parameters.shingle, parameters.seed), np.int64)
    values = _mixed(hashed.astype(np.uint64).astype(np.uint32))
    factors, summands = _permutations(parameters)
    least = np.full(parameters.permutations, 0xFFFFFFFF, np.uint32)
    for first in range(0, len(values), _AT_ONCE):
        permuted = factors * values[first : first + _AT_ONCE]
        permuted += summands
        np.minimum(least, permuted.min(axis=1), out=least)
    return least.astype("<u4").tobytes()


def band_keys(signature_bytes: bytes, parameters: Parameters) -> tuple[int, ...]:
    """One signed 64-bit key a band (banding: Leskovec, Rajaraman, Ullman, ch. 3)."""
    import xxhash

    width = 4 * parameters.rows
    keys = []
    for band in range(parameters.bands):
        chunk = signature_bytes[band * width : (band + 1) * width]
        key = xxhash.xxh3_64_intdigest(band.to_bytes(2, "little") + chunk, parameters.seed)
        keys.append(key - (1 << 64) if key >= 1 << 63 else key)
    return tuple(keys)


def fragments(words: Sequence[str], parameters: Parameters) -> tuple[int, ...]:
    """FracMinHash sample (Irber et al. 2022): the shingle hashes ≡ 0 mod ``fragment_modulus``."""
    found = sampled(words, parameters.fragment, parameters.fragment_modulus, parameters.seed)
    return tuple(sorted({value for _, value in found}))


def fingerprint(tokens: Tokens, parameters: Parameters) -> Fingerprint | None:
    """All that is indexed of a text; None for a text without a word."""
    if not tokens.words:
        return None
    signed = signature(tokens.words, parameters)
    return Fingerprint(
        digest=digest(tokens),
        signature=signed,
        bands=band_keys(signed, parameters),
        fragments=fragments(tokens.words, parameters),
        terms=(*rare_terms(tokens.words), *keys(tokens, language_of(tokens.words))),
    )
