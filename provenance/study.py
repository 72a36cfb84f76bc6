"""What is done with one page, in this process or in a worker's: read, fingerprint, judge.

Reads the store, writes nothing. A page that defeats a parser is still fingerprinted, from rough
text: to crash the extractor must be no way to hide.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from provenance import matching
from provenance.boilerplate import Boilerplate
from provenance.config import Parameters
from provenance.errors import ExtractError, ProvenanceError, StoreError
from provenance.intake import item_name
from provenance.matching import Page
from provenance.models import Capture, Failure, Fingerprint, Index, Match, Record
from provenance.screen import Screen
from provenance.store import Store
from provenance.urls import redact


@dataclass(frozen=True, slots=True)
class Studied:
    """One page, read and judged, not yet stored."""

    page: Page
    fingerprint: Fingerprint | None
    #: Words that are not boilerplate.
    words: int
    #: All that was compared, best first, and what of it is worth a row.
    every: tuple[Match, ...] = ()
    kept: tuple[Match, ...] = ()
    #: Why the page was read in the rough way, if it was because it defeated the other.
    trouble: Failure | None = None
    #: Keys that were passed over for it because too many hold them, by channel.
    capped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LetGo:
    """A page that no channel wanted, and why. The capture comes without its bytes."""

    capture: Capture
    sha256: str
    why: str


Judge = Callable[[Page], Studied]
#: Words instead of "" say what the item did to the worker that had it before.
Study = Callable[[Capture | Record, str], Studied | LetGo | Failure]
#: What became of a page at a quick look: let go, or None for the full way.
Look = Callable[[Capture], LetGo | None]


def failure(error: ProvenanceError, name: str, stage: str) -> Failure:
    """What a row of ``failures`` says of an error."""
    kind = "extract" if isinstance(error, ExtractError) else stage
    return Failure(redact(name), kind, error.code, error.message)  # type: ignore[arg-type]


def crashed(item: Capture | Record, stage: str, why: str) -> Failure:
    """The failure of a page that defeated a parser, or its process."""
    return Failure(redact(item_name(item)), stage, "crashed", why)  # type: ignore[arg-type]


def costly(harm: str) -> str:
    """What a failure says of a page that cost a worker."""
    return f"the page costs its reader too much: {harm}"


def admitted(page: Page, known: Boilerplate, parameters: Parameters) -> Studied:
    """A page that is to be an original. Raises ExtractError (``gated``) for what is none."""
    page, words = matching.admit(page, known)
    if page.article.gate == "boilerplate":
        raise ExtractError("its text stands on many pages, so it is no article", code="gated")
    if page.article.gate:
        raise ExtractError(f"a {page.article.gate} wall, no article", code="gated")
    return Studied(page, matching.fingerprint_of(page.article, parameters), words)


def judged(
    page: Page,
    store: Store,
    known: Boilerplate,
    threshold: float | None = None,
    earlier: Index | None = None,
    *,
    nearest: bool = False,
) -> Studied:
    """A page held against the originals, and against the pages of ``earlier`` if it is given.

    ``threshold`` as in ``verdict.judge``, ``nearest`` as in ``matching.find_matches``.
    """
    page, words = matching.admit(page, known)
    made = matching.fingerprint_of(page.article, store.parameters)
    before = Counter(store.capped)
    every = matching.find_matches(
        page, made, store, store.parameters, known, threshold, earlier, nearest=nearest
    )
    kept = tuple(matching.worth_a_row(words, every))
    return Studied(page, made, words, tuple(every), kept, capped=store.capped - before)


def looking(store: Store, known: Boilerplate) -> Look:
    """The screen over the originals: pages that the full way need not see.

    A page whose article is stored is judged anew like any other. Only what stays where it was
    read is let go: a row of it says where.
    """
    screen = Screen(store, store.parameters)

    def look(capture: Capture) -> LetGo | None:
        if capture.path is None or not screen.size:
            return None
        decision = matching.screened(capture, screen, store, known)
        if decision.wanted or store.has_article_of(capture):
            return None
        sha256 = hashlib.sha256(capture.body).hexdigest()
        return LetGo(dataclasses.replace(capture, body=b""), sha256, decision.why)

    return look


def studying(judge: Judge, look: Look | None = None, *, raising: bool = False) -> Study:
    """The whole way of one item, with its failures; only a StoreError is raised, and, if
    ``raising``, any error of ours in place of the failure that tells it.

    ``look`` may let a page go before it is extracted.
    """

    def roughly(item: Capture | Record, trouble: Failure) -> Studied | Failure:
        try:
            return dataclasses.replace(judge(matching.prepare_roughly(item)), trouble=trouble)
        except StoreError:
            raise
        except Exception:
            return trouble

    def glanced(item: Capture | Record) -> LetGo | None:
        if look is None or not isinstance(item, Capture):
            return None
        try:
            return look(item)
        except StoreError:
            raise
        except Exception:  # the full way says what is wrong with the page
            return None

    def study(item: Capture | Record, harm: str) -> Studied | LetGo | Failure:
        if harm:
            return roughly(item, crashed(item, "extract", costly(harm)))
        if let_go := glanced(item):
            return let_go
        stage = "extract"
        if matching.is_flood(item):
            return roughly(item, crashed(item, stage, costly("too many tags")))
        try:
            page = matching.prepare(item)
            stage = "compare"
            return judge(page)
        except StoreError:
            raise
        except ProvenanceError as error:
            if raising:
                raise
            return failure(error, item_name(item), stage)
        except Exception as error:
            why = f"{type(error).__name__} while reading it"
            return roughly(item, crashed(item, stage, why))

    return study


# --- in a worker: values that cross to it, and no open database ---------------------------------


def for_add(known: Boilerplate, parameters: Parameters) -> Study:
    """The study of originals."""
    return studying(lambda page: admitted(page, known, parameters))


def for_scan(
    database: Path,
    known: Boilerplate,
    threshold: float | None = None,
    screen: bool = False,
    sieve: Path | None = None,
) -> Study:
    """The study of a crawl, over a connection of its own that only reads. ``sieve``: the folder of
    one that is shared (``Store.save_sieve``)."""
    store = Store.open(database, create=False, read_only=True)
    if sieve is not None:
        store.load_sieve(sieve)
    look = looking(store, known) if screen else None
    return studying(lambda page: judged(page, store, known, threshold), look)


def for_check(database: Path, known: Boilerplate, threshold: float | None = None) -> Study:
    """The study of one page, over a connection of its own; errors of ours are raised."""
    store = Store.open(database, create=False, read_only=True)
    return studying(lambda page: judged(page, store, known, threshold, nearest=True), raising=True)


def reading() -> Study:
    """The study of a page that is only read; errors of ours are raised."""
    return studying(lambda page: Studied(page, None, page.article.words), raising=True)
