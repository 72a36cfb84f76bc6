"""The values that cross a doorway. Frozen; no behaviour beyond what follows from the fields.

Offsets and lengths count code points of the text as stored or given, before any normalisation.
Times are ISO 8601 strings, with hour and zone where they were known. *Claimed* times come from
the page itself; *observed* times from our own clock or an archive's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal, Protocol

Relation = Literal[
    "verbatim",
    "edited",
    "partial",
    "rewrite",
    "translation",
    "common-source",
    "quote",
    "cites",
    "version",
    "independent",
    "unrelated",
]
#: The relations that say the target's text derives from the source's.
DERIVED: frozenset[str] = frozenset({"verbatim", "edited", "partial", "rewrite", "translation"})

DirectionValue = Literal["source-first", "target-first", "unknown"]
Attribution = Literal["licensed", "attributed", "unattributed"]
Strength = Literal["strong", "medium", "weak"]
SiteRelation = Literal["owner", "wire", "licence", "apart"]
#: What a person says of a match: the text is taken; it isn't; it is, and by right.
Decision = Literal["confirmed", "rejected", "licensed"]
Channel = Literal["minhash", "fragments", "terms", "traces"]
Status = Literal["ok", "no-originals", "too-short", "unreadable", "gated"]


@dataclass(frozen=True, slots=True)
class Capture:
    """Bytes of one page and how we came by them."""

    url: str
    body: bytes
    final_url: str = ""
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    observed: str | None = None
    path: str | None = None
    offset: int | None = None
    length: int | None = None
    redirects: tuple[str, ...] = ()
    #: What the user told us about a saved page; it wins over what the page claims.
    published: str | None = None
    site: str | None = None

    @property
    def content_type(self) -> str:
        """The media type of the headers, lower case, without parameters; "" if none."""
        for name, value in self.headers:
            if name.lower() == "content-type":
                return value.split(";")[0].strip().lower()
        return ""


@dataclass(frozen=True, slots=True)
class Record:
    """A text that came already extracted: a JSONL row, a plain text file, standard input."""

    text: str
    url: str = ""
    title: str = ""
    byline: str | None = None
    published: str | None = None
    observed: str | None = None
    language: str | None = None
    site: str | None = None
    path: str | None = None
    #: Line number in the file, from 1.
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """A mark of copying left in the page. ``snippet`` is the text that it was read from."""

    kind: str
    value: str
    target_url: str | None = None
    target_site: str | None = None
    strength: Strength = "medium"
    snippet: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """The main text of one page and what it says of itself.

    ``id`` is a hash of canonical URL and digest, so that the same URL with new text is a new
    version. ``rough`` marks text that a fast parser gave because the extractor could not.
    ``gate`` names a consent wall or paywall that stands where the article should.
    """

    id: str
    url: str
    canonical_url: str
    site: str
    title: str
    text: str
    digest: str
    words: int
    byline: str | None = None
    published: str | None = None
    observed: str | None = None
    #: When the server says that the page last changed (``Last-Modified``): neither the page's
    #: own claim nor a sighting.
    modified: str | None = None
    language: str | None = None
    rough: bool = False
    gate: str | None = None
    links: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    #: Canonical URLs of other addresses that the page gives itself (short link, AMP, GUID).
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """One input that could not be read, and why. Never the same as "no match"."""

    input: str
    stage: Literal["fetch", "read", "extract", "fingerprint", "compare"]
    error: str
    message: str


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is indexed of a text. All hashes are signed 64-bit integers (SQLite's own)."""

    digest: str
    signature: bytes
    bands: tuple[int, ...]
    fragments: tuple[int, ...]
    #: Rare words in text order, repeats among them; ``background.term_keys`` of it is indexed.
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An original that some channel proposes, and which channels did.

    ``slight``: only rare words propose it, and few of them; most such meet by chance.
    """

    source_id: str
    channels: tuple[Channel, ...]
    rank: float
    slight: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """One passage that two texts share, exactly or reworded."""

    target_offset: int
    target_length: int
    source_offset: int
    source_length: int
    kind: Literal["exact", "reworded"]

    def row(self) -> list[Any]:
        """The passage as the JSON contract has it."""
        return [
            self.target_offset,
            self.target_length,
            self.source_offset,
            self.source_length,
            self.kind,
        ]


def score(doc: str) -> Any:
    """A score column: a float with the sentence that explains it (docs, datasette)."""
    return field(default=0.0, metadata={"doc": doc})


@dataclass(frozen=True, slots=True)
class Scores:
    """The numbers of one comparison, each between 0 and 1 unless it says otherwise."""

    jaccard_3: float = score("Jaccard of word 3-shingles, both texts whole.")
    containment_target_5: float = score(
        "Share of the target's word 5-shingles found in the source."
    )
    containment_source_5: float = score(
        "Share of the source's word 5-shingles found in the target."
    )
    coverage: float = score(
        "Share of the target's informative weight that its aligned source sentences account for."
    )
    coverage_source: float = score(
        "Share of the source's informative weight that aligned target sentences account for."
    )
    order: float = score(
        "Share of aligned sentences in the source's order, beyond what chance gives (-1 to 1)."
    )
    hard_containment: float = score(
        "Share of the target's hard tokens (names, numbers, rare words) found in the source."
    )
    hard_source: float = score("Share of the source's hard tokens found in the target.")
    novel: float = score("Share of the target's hard-token weight that the source does not have.")
    quoted: float = score("Share of the shared exact text that stands inside quotation marks.")
    longest_run: float = score("Words in the longest exact passage (a count, not a share).")
    best_block: float = score(
        "Strength of the best run of consecutive reworded sentences (excess similarity, ≥ 0)."
    )

    def asdict(self) -> dict[str, float]:
        """Scores by name, rounded to 4 places: more digits would claim what isn't known."""
        return {f.name: round(float(getattr(self, f.name)), 4) for f in fields(self)}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two texts share: the numbers and the passages."""

    scores: Scores
    passages: tuple[Passage, ...]
    #: Inputs of the model beside the scores; names as in the model file.
    features: Mapping[str, float]
    target_words: int
    source_words: int
    #: The reused stretches: longer than passages, without the seams between them.
    stretches: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a verdict was given. ``code`` is stable, ``text`` is for people."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line of the direction ledger. Positive log-odds: the source was first."""

    kind: str
    log_odds: float
    text: str


@dataclass(frozen=True, slots=True)
class Direction:
    """Who was first, how sure (0.5 to 1), and the ledger that says so."""

    value: DirectionValue
    confidence: float
    evidence: tuple[Evidence, ...] = ()

    @property
    def log_odds(self) -> float:
        """The sum of the ledger. Exact before it is rounded once, so that order is nothing."""
        return math.fsum(line.log_odds for line in self.evidence)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the target is to the source, with every reason."""

    relation: Relation
    probability: float
    is_reuse: bool
    is_repost: bool
    direction: Direction
    attribution: Attribution
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """One target held against one source, whole."""

    id: str
    source: Article
    target: Article
    comparison: Comparison
    verdict: Verdict
    traces: tuple[Trace, ...] = ()
    channels: tuple[Channel, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """A stored match as the clusters see it: two pages, and how firmly their texts are one.

    ``log_odds`` is the sum of the direction's ledger; shares (0 to 1) are of either text's
    content that the other accounts for.
    """

    match_id: str
    source_id: str
    target_id: str
    relation: Relation
    is_reuse: bool
    direction: DirectionValue
    log_odds: float
    probability: float
    share_target: float
    share_source: float


@dataclass(frozen=True, slots=True)
class ClusterMember:
    """One page of a cluster, with the page that it most likely came from, and the match."""

    article_id: str
    role: Literal["root", "member", "attached"]
    source_id: str | None = None
    match_id: str | None = None


@dataclass(frozen=True, slots=True)
class Cluster:
    """Pages that tell one text, verified pair by pair; ``id`` is that of its root article."""

    id: str
    members: tuple[ClusterMember, ...]


@dataclass(frozen=True, slots=True)
class InputAccount:
    """What was read of one input, and what of it was damaged."""

    path: str
    kind: str
    records_read: int = 0
    bytes_skipped: int = 0
    truncated: bool = False
    #: Records that are no page of an article (pictures, redirects, repeats, addresses of a list),
    #: by reason.
    passed_over: tuple[tuple[str, int], ...] = ()
    #: Records that the reader could not make anything of, each a ``Failure``.
    failures: int = 0

    @property
    def records(self) -> int:
        """All records that were met, whatever became of them."""
        return self.records_read + self.failures + sum(count for _, count in self.passed_over)


@dataclass(frozen=True, slots=True)
class States:
    """What became of the records of an input; each is in one state.

    ``unmatched``: compared, or let go by the screen; ``skipped``: of no page of an article;
    ``failed``: of a page that could not be read.
    """

    matched: int = 0
    unmatched: int = 0
    skipped: int = 0
    failed: int = 0

    @property
    def records(self) -> int:
        """How many records there are."""
        return self.matched + self.unmatched + self.skipped + self.failed


class Index(Protocol):
    """What the candidate channels ask of a collection of originals.

    Every look-up passes over buckets (keys, URLs, image stems) that hold more than ``limit``
    originals. Bands and fragments give at most one row an original, ``(article_id, how many keys
    it shares)``, of fragments only those that share ``least`` or more; URLs, stems and slugs the
    id alone, in id order. Terms give numbers that stand for originals, by key, in no order;
    ``ids`` names them. ``held`` tells whether any of some terms is held at all, however often.
    """

    def by_bands(self, keys: Sequence[int], limit: int) -> list[tuple[str, int]]: ...

    def by_fragments(
        self, hashes: Sequence[int], limit: int, least: int = 1
    ) -> list[tuple[str, int]]: ...

    def holders(self, keys: Sequence[str], limit: int) -> dict[str, list[int]]: ...

    def held(self, keys: Sequence[str]) -> bool: ...

    def ids(self, numbers: Sequence[int]) -> dict[int, str]: ...

    def by_urls(self, urls: Sequence[str], limit: int) -> list[str]: ...

    def by_image_stems(self, stems: Sequence[str], limit: int) -> list[str]: ...

    def by_slugs(self, slugs: Sequence[str], limit: int) -> list[str]: ...

    def size(self) -> int: ...
