"""What every reader gives: a stream of captures, records and failures, with its account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from provenance.config import LIMITS, Limits
from provenance.errors import ProvenanceError, ReadError
from provenance.models import Capture, Failure, InputAccount, Record

#: Failures of one input after which the rest of it is left, where they are ten times as many as
#: all else: some kilobytes may unpack to any number of empty rows, each a failure on record.
MAX_FAILURES = 100_000


@dataclass(frozen=True, slots=True)
class Address:
    """A page that an input names but doesn't hold, with what it says of it."""

    url: str
    path: str | None = None
    #: Line, row or entry, from 1.
    line: int | None = None
    title: str = ""
    published: str | None = None


#: What a reader gives.
Item = Capture | Record | Failure | Address


@dataclass(slots=True)
class Tally:
    """The running account of one input; readers add to it as they go."""

    records: int = 0
    failures: int = 0
    skipped: int = 0
    truncated: bool = False
    #: What was read and is no page, by reason.
    passed: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Given:
    """What the user says of the input, and what it may cost."""

    url: str | None = None
    published: str | None = None
    site: str | None = None
    limits: Limits = field(default=LIMITS)


def crashed(label: str, error: Exception) -> Failure:
    """The failure of what makes a reader stumble."""
    message = f"{type(error).__name__} while reading it; what follows in it is left"
    return Failure(label, "read", "crashed", message)


class Reading:
    """One input, opened. Iterate over it for its captures, records and failures, in order.

    Nothing is kept in memory but the page or row at hand. Files and folders can be iterated
    again, which starts a new account; standard input only once.
    """

    def __init__(
        self,
        path: str,
        kind: str,
        items: Callable[[Tally], Iterator[Item]],
        digest: Callable[[], str | None],
    ) -> None:
        self.path = path
        #: ``html-folder``, ``html``, ``mhtml``, ``jsonl``, ``json``, ``table``, ``addresses``,
        #: ``feed``, ``text``, ``warc`` (also ARC and WET), ``wacz``, ``parquet``, ``empty``; with
        #: ``stdin-`` before it for what came on standard input, ``url-`` for a list or feed that
        #: was fetched.
        self.kind = kind
        self._items = items
        self._digest = digest
        self._tally = Tally()

    def __iter__(self) -> Iterator[Capture | Record | Failure]:
        """Addresses are not fetched: they are counted, and one Failure at the end says so.

        Raises ReadError ``no-pages`` at the end of a folder that held nothing to read.
        """
        for item in self.with_addresses():
            if isinstance(item, Address):
                self._tally.passed["not-fetched"] += 1
            else:
                yield item
        if listed := self._tally.passed["not-fetched"]:
            pages, those = ("page is", "it") if listed == 1 else ("pages are", "them")
            message = f"{listed:,} {pages} listed by address only; --fetch fetches {those}"
            yield Failure(self.path, "read", "not-fetched", message)

    def with_addresses(self) -> Iterator[Item]:
        """The items with the addresses among them, for whoever fetches those."""
        tally = self._tally = Tally()
        listed = 0
        for item in self._whatever_comes(tally):
            if isinstance(item, Failure):
                tally.failures += 1
            elif isinstance(item, Address):
                listed += 1
            else:
                tally.records += 1
            yield item
            if tally.failures > max(MAX_FAILURES, 10 * (tally.records + listed)):
                tally.truncated = True
                message = f"{tally.failures:,} times nothing could be read of it; the rest is left"
                yield Failure(self.path, "read", "flood", message)
                return
        found = tally.records or tally.failures or tally.passed
        if self.kind == "html-folder" and not found:
            raise ReadError(
                "the folder holds no page that can be read",
                subject=self.path,
                hint="Pages, rows, texts and crawls are read, hidden files are not",
                code="no-pages",
            )

    def _whatever_comes(self, tally: Tally) -> Iterator[Item]:
        """The items; what nobody foresaw in one input is no end of a run over many."""
        try:
            yield from self._items(tally)
        except ProvenanceError:
            raise
        except Exception as error:
            tally.truncated = True
            yield crashed(self.path, error)

    def account(self) -> InputAccount:
        """What was read so far, and what of it was damaged. Bytes are of the decoded input,
        save for what is missing of a damaged gzip file, where only the packed bytes are known."""
        tally = self._tally
        return InputAccount(
            self.path,
            self.kind,
            tally.records,
            tally.skipped,
            tally.truncated,
            tuple(sorted(tally.passed.items())),
            tally.failures,
        )

    def digest(self) -> str | None:
        """SHA-256 of the file, or of the folder's listing (names, sizes, times); None when the
        input can't be read twice. Equal digest: a resumed run has nothing new to read."""
        return self._digest()
