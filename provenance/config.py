"""Parameters and limits: one table, read by the code, the docs and the tests.

``Parameters`` are those that change what a fingerprint *is*; they are stored with every
database, and two fingerprints are compared only when theirs are equal. ``Limits`` bound what
hostile input may cost; they change no result for input within them.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any


def setting(default: Any, doc: str) -> Any:
    """A dataclass field that carries its own documentation (shown in docs/settings.md)."""
    return field(default=default, metadata={"doc": doc})


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a fingerprint is made with. Stored in the database; equal or not comparable."""

    version: int = setting(2, "Version of the normalisation and fingerprint rules.")
    scheme: str = setting("affine32", "Permutation scheme, as datasketch ≥ 2 has it.")
    seed: int = setting(
        1,
        "Seed of permutations and hashes. Drawn at random for each new database, because texts "
        "can be crafted against a known seed.",
    )
    permutations: int = setting(128, "MinHash permutations (128: standard error 0.09).")
    hash: str = setting("xxh3_64", "Hash of shingles (xxHash, seeded).")
    shingle: int = setting(3, "Words in a MinHash shingle.")
    bands: int = setting(32, "LSH bands (with 4 rows, half of the pairs at Jaccard 0.42 meet).")
    rows: int = setting(4, "LSH rows in a band.")
    fragment: int = setting(5, "Words in a fragment shingle.")
    fragment_modulus: int = setting(8, "One shingle in this many is kept (FracMinHash).")
    segment: int = setting(24, "Rare words in a segment of a text (some eighty words in all).")

    def asdict(self) -> dict[str, Any]:
        """The parameters as a plain mapping, for JSON."""
        return dataclasses.asdict(self)


@dataclass(frozen=True, slots=True)
class Limits:
    """What input may cost. Nothing within the limits is changed by them."""

    min_words: int = setting(50, "Texts under this many words are `too-short` to judge.")
    max_body: int = setting(10_000_000, "Bytes of a page, as sent and as decoded.")
    max_headers: int = setting(
        1_000_000,
        "Bytes of an answer's headers, interim answers, chunk sizes and trailers together.",
    )
    max_redirects: int = setting(10, "Redirects followed for one URL.")
    connect_timeout: float = setting(10.0, "Seconds to connect.")
    read_timeout: float = setting(15.0, "Seconds without a byte.")
    total_timeout: float = setting(30.0, "Seconds for one URL, redirects and body included.")
    host_delay: float = setting(
        1.0, "Seconds between two requests to one host, of the pages of a list or feed."
    )
    max_crawl_delay: float = setting(30.0, "Seconds that a robots.txt may ask for in its place.")
    retries: int = setting(2, "Times that a page of a list is asked for again.")
    max_wait: float = setting(
        60.0, "Seconds waited before that, when the server names them (Retry-After)."
    )
    fetchers: int = setting(8, "Pages of a list that are fetched at once, of different hosts.")
    host_failures: int = setting(
        5, "Failures of one host in a row after which the rest of its pages is left."
    )
    bucket: int = setting(
        200,
        "Bands, fragments, URLs and picture names that more originals share than this are "
        "passed over.",
    )
    term_bucket: int = setting(
        20, "Rare words, and pairs of them, that more originals share than this are passed over."
    )
    candidates: int = setting(50, "Originals that are compared in full with one text.")
    term_candidates: int = setting(
        40, "Originals that rare words may propose; the source of a passage is among the first."
    )
    page_cpu: float = setting(30.0, "Seconds of processor time for one page in a worker.")
    page_wall: float = setting(60.0, "Seconds for one page in a worker, by the clock.")
    page_memory: int = setting(
        1_500_000_000, "Bytes that a worker may grow by; one that keeps half of them is renewed."
    )
    sentences: int = setting(800, "Sentences of a text that are aligned.")


LIMITS = Limits()
