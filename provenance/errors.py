"""Every error that a user can meet, with what to try next.

::

    ProvenanceError
    ├── UsageError         the command cannot be run as it was typed
    ├── FetchError         a URL could not be fetched         (code: dns, timeout, status, …)
    ├── ReadError          a file could not be read           (code: missing, empty, binary, …)
    ├── ExtractError       a page holds no text that we can read
    └── StoreError         the database cannot be used        (code: locked, foreign, newer, …)

Lower errors of the libraries are mapped onto these at the door where the library enters;
none of theirs crosses into the corridor.
"""

from __future__ import annotations


class ProvenanceError(Exception):
    """What failed, on what, and what to try next.

    ``subject`` is the URL or file; ``hint`` is a sentence that names the next step, or "".
    """

    code = "error"

    def __init__(self, message: str, *, subject: str = "", hint: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.subject = subject
        self.hint = hint
        if code:
            self.code = code

    def __str__(self) -> str:
        head = f"{self.subject}: {self.message}" if self.subject else self.message
        return f"{head}. {self.hint}" if self.hint else head


class UsageError(ProvenanceError):
    """The command cannot be run as it was typed."""

    code = "usage"


class FetchError(ProvenanceError):
    """A URL could not be fetched."""

    code = "fetch"
    #: Of the answer, where there was one, and the seconds that it asks to wait (Retry-After).
    status: int | None = None
    wait: float | None = None


class ReadError(ProvenanceError):
    """A file, a folder or a record in it could not be read."""

    code = "read"


class ExtractError(ProvenanceError):
    """A page was read, but holds no main text that we can find."""

    code = "extract"


class StoreError(ProvenanceError):
    """The database cannot be used as it is. It was left untouched."""

    code = "store"
