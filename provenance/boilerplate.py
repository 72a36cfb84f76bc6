"""Which sentences are boilerplate: what recurs in texts that are otherwise different. Pure.

Copying repeats sentences too: a wire story stands on forty sites, a passage in the pages of forty
reposters. So occurrences are not counted. Two texts that hold a sentence count as two only when
they are *otherwise different*: outside of the run that they share around the sentence, less than
half of the shorter one stands in the other. They are two *stories* when they also share few of
their rare terms. A block of lines that always stand together is one run, and needs no rule of its
own; nor do the start and the end of a text, since it is the rest of the text that must differ.

A sentence is boilerplate of a site when it stands there

- in ``STORIES`` different stories, or
- in ``TEXTS`` otherwise different texts (a crawl that follows one event has but one story), or
- on ``PAGES`` pages that have under ``WALL_WORDS`` words each, whatever else they say: a wall.

It is boilerplate everywhere when it is so of ``SITES`` sites, or stands in ``SPREAD`` different
stories on as many sites. Sentences common to forty reposters of one passage are in one story.

How often each number is right is measured in ``docs/boilerplate.md``.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import xxhash

from provenance.normalize import Tokens, sentence_hashes

#: Stories of one site that make a sentence its boilerplate.
STORIES = 3
#: Otherwise different texts of one site that do so.
TEXTS = 5
#: Short pages of one site that do so.
PAGES = 10
#: Shorter sentences are not learned: they are phrases of the language, and no passage is so short.
LEAST_WORDS = 4
#: Words under which a page may be a wall: as in ``extract.gates``.
WALL_WORDS = 300
#: Sites whose boilerplate is boilerplate everywhere.
SITES = 3
#: Stories, each on a site of its own, that make a sentence boilerplate everywhere.
SPREAD = 5
#: Share of the shorter text, outside the common run, from which two texts are not different.
SAME_TEXT = 0.5
#: Share of the shorter list of rare terms from which two texts tell one story.
SAME_STORY = 0.1
#: A text with fewer rare terms is of no known story.
FEW_TERMS = 5
#: Texts of one site that are read: those with the smallest ids, which are hashes, so that this
#: is a fair sample and the same in whatever order the pages came.
TEXTS_OF_SITE = 1000
#: Texts with the sentence that are held against each other.
_TRIED = 40
#: Texts of one site that are tried for a story of its own.
_TRIED_OF_SITE = 3
# Sites are first counted in so many buckets by hash, so that memory is bounded; only sentences
# of full buckets are counted exactly (Park, Chen and Yu 1995, "An effective hash-based algorithm
# for mining association rules").
_BUCKETS = 1 << 25

Origin = Literal["learned", "added", "kept"]


# --- what is known -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Marks:
    """The sentence hashes that don't count in the texts of one site."""

    everywhere: frozenset[int] = frozenset()
    here: frozenset[int] = frozenset()
    kept: frozenset[int] = frozenset()

    def __contains__(self, value: object) -> bool:
        return value in self.here or (value in self.everywhere and value not in self.kept)

    def __bool__(self) -> bool:
        return bool(self.everywhere or self.here)


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """The snapshot that a run is judged with: sentence hashes, everywhere and by site."""

    everywhere: frozenset[int] = frozenset()
    sites: Mapping[str, frozenset[int]] = field(default_factory=dict)
    #: What a person said is none, by site.
    kept: Mapping[str, frozenset[int]] = field(default_factory=dict)
    #: Names the snapshot: 16 hex digits of all that is in it, or ``none``.
    name: str = "none"

    def of(self, site: str) -> Marks:
        """What doesn't count in the texts of a site ("" for an unknown one)."""
        nothing: frozenset[int] = frozenset()
        return Marks(self.everywhere, self.sites.get(site, nothing), self.kept.get(site, nothing))


def snapshot(rows: Iterable[tuple[int, str, Origin]]) -> Boilerplate:
    """The snapshot that the rows ``(hash, site, origin)`` make; site "" is everywhere.

    What a person said goes before what was learned: a sentence kept everywhere is boilerplate
    only of the sites that it was added for.
    """
    said: dict[Origin, dict[str, set[int]]] = {
        origin: defaultdict(set) for origin in ("learned", "added", "kept")
    }
    for value, site, origin in rows:
        said[origin][site].add(value)
    kept = said["kept"]
    marked: dict[str, frozenset[int]] = {}
    for site in said["learned"].keys() | said["added"].keys():
        learned = said["learned"].get(site, set()) - kept.get(site, set()) - kept.get("", set())
        marked[site] = frozenset(learned | said["added"].get(site, set()))
    everywhere = marked.pop("", frozenset())
    sites = {site: marked[site] for site in sorted(marked) if marked[site]}
    spared = {site: frozenset(kept[site] & everywhere) for site in sorted(kept) if site}
    spared = {site: values for site, values in spared.items() if values}
    if not everywhere and not sites:
        return Boilerplate()
    content = repr(
        [
            sorted(everywhere),
            [(site, sorted(values)) for site, values in sites.items()],
            [(site, sorted(values)) for site, values in spared.items()],
        ]
    )
    name = hashlib.sha256(content.encode()).hexdigest()[:16]
    return Boilerplate(everywhere, sites, spared, name)


# --- what is learned -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """A text as learning sees it: hashes only, about a kilobyte for an article."""

    id: str
    hashes: array[int]
    #: Words of each sentence.
    words: array[int]
    #: Hashes of the rare terms.
    terms: frozenset[int]
    total: int


def text(name: str, tokens: Tokens, terms: Iterable[str]) -> Text:
    """A tokenized text, with the rare terms of its fingerprint."""
    lengths = array("H", (last - first for first, last in tokens.sentences))
    hashed = frozenset(xxhash.xxh32_intdigest(term.encode()) for term in terms)
    return Text(name, array("q", sentence_hashes(tokens)), lengths, hashed, sum(lengths))


@dataclass(frozen=True, slots=True)
class Found:
    """One sentence that was learned. ``site`` "" is everywhere."""

    hash: int
    site: str
    #: Texts that hold it, of those that were read.
    articles: int
    #: Sites that hold it; 1 for what is of one site.
    sites: int
    #: Id of a text that holds it.
    example: str


def differ(one: Text, other: Text, sentence: int) -> bool:
    """Whether two texts that hold a sentence are otherwise different."""
    a, b = one.hashes, other.hashes
    first, there = a.index(sentence), b.index(sentence)
    last, beyond = first + 1, there + 1
    while first and there and a[first - 1] == b[there - 1]:
        first, there = first - 1, there - 1
    while last < len(a) and beyond < len(b) and a[last] == b[beyond]:
        last, beyond = last + 1, beyond + 1
    outside = min(one.total, other.total) - sum(one.words[first:last])
    if outside <= 0:
        return False
    held = set(b)
    shared = sum(one.words[i] for i in (*range(first), *range(last, len(a))) if a[i] in held)
    return bool(shared < SAME_TEXT * outside)


def tell_apart(one: Text, other: Text) -> bool:
    """Whether two texts tell different stories, by their rare terms (overlap coefficient)."""
    fewest = min(len(one.terms), len(other.terms))
    return len(one.terms & other.terms) < SAME_STORY * fewest


def _holders(texts: Iterable[Text]) -> dict[int, list[Text]]:
    """The texts that hold each sentence that is long enough to be learned."""
    holders: dict[int, list[Text]] = defaultdict(list)
    for one in texts:
        for value in dict.fromkeys(
            value
            for value, words in zip(one.hashes, one.words, strict=True)
            if words >= LEAST_WORDS
        ):
            holders[value].append(one)
    return holders


def of_site(texts: Sequence[Text]) -> dict[int, list[Text]]:
    """The boilerplate of one site, from its texts: each sentence with the texts that hold it."""
    found = {}
    for value, held in _holders(texts).items():
        if len(held) < STORIES:
            continue
        different, stories = recurrence(value, held)
        walls = sum(one.total < WALL_WORDS for one in held)
        if stories >= STORIES or different >= TEXTS or walls >= PAGES:
            found[value] = held
    return found


def recurrence(sentence: int, holders: Sequence[Text]) -> tuple[int, int]:
    """In how many otherwise different texts a sentence stands, and in how many stories.

    Counted until one of the two is enough.
    """
    texts: list[Text] = []
    stories: list[Text] = []
    for one in _longest(holders[:_TRIED]):
        if all(differ(one, other, sentence) for other in texts):
            texts.append(one)
        if _is_new_story(one, stories, sentence):
            stories.append(one)
        if len(texts) >= TEXTS or len(stories) >= STORIES:
            break
    return len(texts), len(stories)


def _longest(texts: Iterable[Text]) -> list[Text]:
    """Longest first: a page that holds nothing but furniture is different from no other, and
    taken first it would keep all others from being counted."""
    return sorted(texts, key=lambda one: (-one.total, one.id))


def _is_new_story(one: Text, stories: Sequence[Text], sentence: int) -> bool:
    return len(one.terms) >= FEW_TERMS and all(
        tell_apart(one, other) and differ(one, other, sentence) for other in stories
    )


def learn(read: Callable[[], Iterable[tuple[str, Sequence[Text]]]]) -> list[Found]:
    """All boilerplate, by site and hash.

    ``read`` gives ``(site, texts)``, site by site and each once, no more than ``TEXTS_OF_SITE``
    texts of each, in the order of their ids; it is asked twice and must say the same. Memory
    holds one site, a table of fixed size, and what recurs.
    """
    counted = bytearray(_BUCKETS)
    found: list[Found] = []
    local: dict[int, list[Found]] = defaultdict(list)
    for site, texts in read():
        for value, held in of_site(texts).items():
            one = Found(value, site, len(held), 1, held[0].id)
            local[value].append(one)
            found.append(one)
        for bucket in {value % _BUCKETS for value in _holders(texts)}:
            counted[bucket] = min(counted[bucket] + 1, SPREAD)
    shared = {value: every for value, every in local.items() if len(every) >= SITES}
    found.extend(_everywhere(read(), counted, shared))
    return sorted(found, key=lambda one: (one.site, one.hash))


@dataclass(slots=True)
class _Spread:
    """What is counted of a sentence over the sites."""

    articles: int = 0
    sites: int = 0
    stories: list[Text] = field(default_factory=list)


def _everywhere(
    read: Iterable[tuple[str, Sequence[Text]]],
    counted: bytearray,
    shared: Mapping[int, Sequence[Found]],
) -> list[Found]:
    spread: dict[int, _Spread] = defaultdict(_Spread)
    for _, texts in read:
        for value, held in _holders(texts).items():
            if value not in shared and counted[value % _BUCKETS] < SPREAD:
                continue
            seen = spread[value]
            seen.articles += len(held)
            seen.sites += 1
            if len(seen.stories) < SPREAD and value not in shared:
                # At most one of a site: each story must stand on a site of its own.
                tried = _longest(held)[:_TRIED_OF_SITE]
                seen.stories.extend(
                    [one for one in tried if _is_new_story(one, seen.stories, value)][:1]
                )
    return [
        Found(
            value,
            "",
            seen.articles,
            seen.sites,
            shared[value][0].example if value in shared else seen.stories[0].id,
        )
        for value, seen in spread.items()
        if value in shared or len(seen.stories) >= SPREAD
    ]
