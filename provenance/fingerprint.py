"""Tokens in, fingerprint out: MinHash signature, fragment hashes, rare terms. Pure.

Empty text has no fingerprint: two empty MinHashes would have Jaccard 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from provenance.anchors import keys
from provenance.background import documents, frequency, language_of, stemmer
from provenance.config import Parameters
from provenance.models import Fingerprint
from provenance.normalize import Tokens, digest, shingles

if TYPE_CHECKING:
    from datasketch import MinHash

#: Rare words kept of one text, repeats among them: about 15,000 words of running text. A page that
#: stuffs words can't stuff the index.
MAX_TERMS = 4096
# Share of the background's articles above which a word tells nothing about which article it is.
_COMMON = 0.1


@cache
def _empty(parameters: Parameters) -> MinHash:
    # 0.6 s: the package pulls in scipy. Loaded when the first text is fingerprinted.
    from datasketch import MinHash

    return MinHash(
        num_perm=parameters.permutations,
        seed=parameters.seed,
        scheme=parameters.scheme,
        hashfunc=_low_bits,
    )


def _low_bits(value: int) -> int:
    """The 32 bits that datasketch's affine32 scheme takes of an already well-mixed hash."""
    return value & 0xFFFFFFFF


def signature(words: Sequence[str], parameters: Parameters) -> bytes:
    """MinHash signature (Broder 1997): little-endian uint32, one a permutation."""
    made = _empty(parameters).copy()
    made.update_batch(sorted(set(shingles(words, parameters.shingle, parameters.seed))))
    return bytes(made.hashvalues.astype("<u4").tobytes())


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
    hashed = shingles(words, parameters.fragment, parameters.seed)
    return tuple(sorted({h for h in hashed if h % parameters.fragment_modulus == 0}))


def rare_terms(words: Sequence[str]) -> tuple[str, ...]:
    """Stems of the words that few articles hold, in text order with repeats, at most ``MAX_TERMS``.

    In a language without a background every word of three letters and more counts; the
    collection's own document frequencies then tell the rare ones.
    """
    language = language_of(words)
    known = language == "english"
    limit = _COMMON * documents()
    found = (
        stem
        for word, stem in zip(words, stemmer(language)(words), strict=True)
        if (len(word) > 2 or not word.isascii() or word.isdigit())
        and not (known and frequency(stem) > limit)
    )
    return tuple(islice(found, MAX_TERMS))


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
