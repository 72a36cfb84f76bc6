"""The originals away from their database: exported once, and asked through a notebook.

A walk asks an index key by key. On a cluster all pages ask at once, by joins, so each page is
walked with a ``Notebook`` in place of the store: first an empty one, which writes down what is
asked; then one with the answers, which writes down which originals are wanted; then one with those,
too. It is ``matching.find_matches`` every time, and the answers are those of the store, so the
candidates are the same, ranks included.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from provenance.boilerplate import Boilerplate, snapshot
from provenance.config import LIMITS, Parameters
from provenance.engines import parquet, plain
from provenance.errors import ReadError, UsageError
from provenance.languages import language_key, names
from provenance.models import Article, Trace
from provenance.runs import judged_with, known_boilerplate
from provenance.store import Store, exporting, postings
from provenance.store.lookups import Lookups

# Bits of the filter for each key, the keys that an original is taken to have, and bits at most:
# 32 MB, enough for 40,000 originals. Of more, it lets more through.
_BITS = 16
_KEYS_EACH = 400
_MOST_BITS = 1 << 28

ABOUT = {"about": "VARCHAR"}
ORIGINALS = {"id": "VARCHAR", "url": "VARCHAR", "site": "VARCHAR", "title": "VARCHAR"} | {
    "published": "VARCHAR",
    "language": "VARCHAR",
    "words": "INTEGER",
    "original": "VARCHAR",
}
POSTINGS = {"key": "BIGINT", "channel": "VARCHAR", "originals": "VARCHAR[]", "held": "INTEGER"}
NAMES = {"name": "VARCHAR", "originals": "VARCHAR[]", "held": "INTEGER"}


@dataclass(frozen=True, slots=True)
class Original:
    """A known original as a judgement needs it."""

    article: Article
    traces: tuple[Trace, ...]


@dataclass(frozen=True, slots=True)
class About:
    """What every walk needs of the collection, whatever the page. It goes to every machine."""

    parameters: Parameters
    #: With what the verdicts are made, as the row of a run has it.
    judged_with: dict[str, Any]
    generation: int
    size: int
    relations: tuple[tuple[str, str, str], ...]
    #: Keys of the languages that any original is in.
    languages: tuple[str, ...]
    boilerplate_rows: tuple[tuple[int, str, str], ...]
    #: A bit for each key that any original holds: most that is asked is held by none, and need
    #: not be sent. The number of bits is a power of two.
    filter: bytes
    boilerplate: Boilerplate = field(default_factory=Boilerplate)

    @property
    def threshold(self) -> float:
        """The probability from which on a text derives, in the database of the originals."""
        return float(self.judged_with["threshold"])

    def text(self) -> str:
        """All of it as JSON."""
        return json.dumps(
            {
                "parameters": self.parameters.asdict(),
                "judged_with": self.judged_with,
                "generation": self.generation,
                "size": self.size,
                "relations": self.relations,
                "languages": self.languages,
                "boilerplate": self.boilerplate_rows,
                "filter": base64.b64encode(self.filter).decode("ascii"),
            }
        )

    @classmethod
    def of_text(cls, text: str) -> About:
        """What ``text`` made. Raises ReadError (``bad-index``) for what it didn't."""
        try:
            told = json.loads(text)
            rows = tuple(
                (int(h), str(site), str(origin)) for h, site, origin in told["boilerplate"]
            )
            return cls(
                parameters=Parameters(**told["parameters"]),
                judged_with=told["judged_with"],
                generation=int(told["generation"]),
                size=int(told["size"]),
                relations=tuple((a, b, kind) for a, b, kind in told["relations"]),
                languages=tuple(told["languages"]),
                boilerplate_rows=rows,
                filter=base64.b64decode(told["filter"]),
                boilerplate=snapshot(rows),  # type: ignore[arg-type]  # as we wrote them
            )
        except (ValueError, KeyError, TypeError) as error:
            raise ReadError(
                "this is no index that provenance exported",
                hint="Make one: provenance export-index -o DIR",
                code="bad-index",
            ) from error

    def may_hold(self, key: int) -> bool:
        """Whether any original may hold this key; False is sure."""
        bit = (key >> 2) & (8 * len(self.filter) - 1)
        return bool(self.filter[bit >> 3] >> (bit & 7) & 1)


def name_key(name: str) -> int:
    """The key of a URL, slug or picture name in the filter."""
    return int.from_bytes(hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=8).digest())


# --- out of the database -----------------------------------------------------------------------


def export(store: Store, folder: Path) -> dict[str, int]:
    """Write what look-ups need of the originals as Parquet; how many rows of each table.

    Tables: ``about`` (one row), ``originals``, ``postings``, ``names``. What was exported there
    before is replaced. Raises UsageError for a folder that holds anything else.
    """
    taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    if taken and not (folder / "about.parquet").is_file():
        raise UsageError(
            "this is something else than an exported index; it was left as it is",
            subject=str(folder),
            hint="Name another folder with -o",
        )
    parquet.require()
    unfinished = folder.with_name(folder.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        unfinished.mkdir(parents=True)
    except OSError as error:
        raise UsageError(
            f"the folder cannot be made ({error.strerror or error})",
            subject=str(folder),
            hint="Name another folder with -o",
        ) from error
    try:
        rows = _tables(store, unfinished)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    # Last, and at once: a folder with this name is whole.
    if folder.exists():
        shutil.rmtree(folder)
    unfinished.rename(folder)
    return rows


def _tables(store: Store, folder: Path) -> dict[str, int]:
    """Write every table of an index; how many rows of each."""
    store.catch_up()
    seen = Filter(store.size())
    rows = {
        "originals": parquet.write(folder / "originals.parquet", ORIGINALS, _originals(store)),
        "postings": parquet.write(folder / "postings.parquet", POSTINGS, _keys(store, seen)),
        "names": parquet.write(folder / "names.parquet", NAMES, _names(store, seen)),
    }
    about = _about(store, seen).text()
    rows["about"] = parquet.write(folder / "about.parquet", ABOUT, [(about,)])
    return rows


def read_about(folder: Path) -> About:
    """What an exported index says of itself. Raises ReadError."""
    path = folder / "about.parquet"
    if not path.is_file():
        raise ReadError(
            "there is no exported index here",
            subject=str(folder),
            hint=f"Make one: provenance export-index -o {folder}",
            code="missing",
        )
    ((text,),) = parquet.read(path, ["about"])
    return About.of_text(text)


def _about(store: Store, keys: Filter) -> About:
    known = known_boilerplate(store)
    held = [key for key in map(language_key, names()) if store.held([key])]
    return About(
        parameters=store.parameters,
        judged_with=judged_with(known, store.threshold),
        generation=store.generation,
        size=store.size(),
        relations=tuple(store.relations()),
        languages=tuple(held),
        boilerplate_rows=tuple(sorted(store.boilerplate_hashes())),
        filter=bytes(keys.bits),
        boilerplate=known,
    )


class Filter:
    """Bits of keys that are held, as many as so many originals are worth."""

    def __init__(self, originals: int) -> None:
        size = 1 << 10
        while size < min(originals * _KEYS_EACH * _BITS, _MOST_BITS):
            size *= 2
        self.bits = bytearray(size // 8)

    def add(self, key: int) -> None:
        """Take a key."""
        bit = (key >> 2) & (8 * len(self.bits) - 1)
        self.bits[bit >> 3] |= 1 << (bit & 7)


def _originals(store: Store) -> Iterator[tuple[Any, ...]]:
    for article, traces in exporting.originals(store):
        yield (
            article.id,
            article.url,
            article.site,
            article.title,
            article.published,
            article.language,
            article.words,
            plain.dumps(Original(article, traces)),
        )


def _keys(store: Store, seen: Filter) -> Iterator[tuple[Any, ...]]:
    ids = exporting.numbered(store)
    for key, numbers, held in exporting.posting_lists(store):
        seen.add(key)
        # A number that names nothing counts as a holder all the same, as it does in the store.
        originals = [ids.get(number) or f"-{number:x}" for number in numbers]
        yield key, postings.CHANNELS[key & 3], originals, held


def _names(store: Store, seen: Filter) -> Iterator[tuple[Any, ...]]:
    for kind, key, ids in exporting.names(store):
        name = f"{kind}:{key}"
        seen.add(name_key(name))
        yield name, ids if len(ids) <= LIMITS.bucket else [], len(ids)


# --- asked -------------------------------------------------------------------------------------


class Notebook(Lookups):
    """The originals as one page meets them: look-ups like the store's, over answers at hand.

    ``keys`` and ``names`` are the answers: each with the ids that hold it, none for one that too
    many do; what is asked and not among them is held by none. Asked is written down in ``asked``,
    ``asked_names`` and ``wanted`` (originals), without what surely nobody holds.
    """

    def __init__(
        self,
        about: About,
        keys: Mapping[int, Sequence[str]] | None = None,
        names: Mapping[str, Sequence[str]] | None = None,
        originals: Iterable[Original] = (),
    ) -> None:
        # Not the store's: there is no database.
        self.about, self.parameters = about, about.parameters
        self.path, self.read_only = Path("index"), True
        self.capped: Counter[str] = Counter()
        self.answers = keys or {}
        self.named = names or {}
        self.originals = {one.article.id: one for one in originals}
        self.asked: dict[int, None] = {}
        self.asked_names: dict[str, None] = {}
        self.wanted: dict[str, None] = {}

    def _postings(self, keys: Any) -> dict[int, list[int]]:
        self.asked.update((key, None) for key in keys if self.about.may_hold(key))
        return {
            key: [int(name, 16) for name in self.answers[key]] or [postings.HOT]
            for key in keys
            if key in self.answers
        }

    def ids(self, numbers: Sequence[int]) -> dict[int, str]:
        """The article ids of what look-ups gave as numbers: the same, in hexadecimal digits."""
        return {number: f"{number:020x}" for number in numbers if number >= 0}

    def held(self, keys: Sequence[str]) -> bool:
        """Whether any original is in one of these languages: the walk asks for no other keys."""
        return any(key in self.about.languages for key in keys)

    def _holders(self, name: str, selects: Sequence[str], key: str, limit: int) -> set[str]:
        full = f"{name}:{key}"
        if self.about.may_hold(name_key(full)):
            self.asked_names[full] = None
        if full not in self.named:
            return set()
        found = set(self.named[full])
        if found:
            return found
        self.capped[name] += 1
        return set()

    def size(self) -> int:
        """How many originals there are."""
        return self.about.size

    def articles(self, ids: Sequence[str]) -> dict[str, Article]:
        """Those of the originals that are at hand."""
        self.wanted.update(dict.fromkeys(ids))
        return {name: self.originals[name].article for name in ids if name in self.originals}

    def traces_of(self, article_id: str) -> tuple[Trace, ...]:
        """The traces of an original's page."""
        return self.originals[article_id].traces

    def relations(self) -> list[tuple[str, str, str]]:
        """What is known of the sites."""
        return list(self.about.relations)
