"""Matches as CSV. Pure."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from provenance.report.html import without_hidden

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]+")
# A cell that starts so is run as a formula by spreadsheets (OWASP, "CSV Injection"), also in the
# wide, small and raised forms that some of them take for the plain ones.
_STARTS = frozenset("=+-@\u2212")
# Where commas are decimal signs, a spreadsheet parts the cells at these.
_PARTED = re.compile(r"(;\s*)(?=(\S))")


def _is_start(character: str) -> bool:
    return bool(_STARTS & set(unicodedata.normalize("NFKC", character)[:1]))


def _guarded(found: re.Match[str]) -> str:
    return found.group(1) + ("'" if _is_start(found.group(2)) else "")


def cell(value: Any) -> Any:
    """A value as a CSV cell that no spreadsheet will run and no terminal will obey.

    Control characters, and characters that are not seen or turn the direction of others, become
    spaces. An apostrophe stands before what could begin a formula, white space in front of it or
    not, also behind a semicolon.
    """
    if not isinstance(value, str):
        return value
    value = without_hidden(_CONTROL.sub(" ", value))
    # Marks of their scripts stay; before a formula some program may drop them.
    first = next((c for c in value if not c.isspace() and unicodedata.category(c) != "Cf"), "")
    value = _PARTED.sub(_guarded, value)
    return "'" + value if _is_start(first) else value


def csv_lines(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[str]:
    """Lines of CSV (RFC 4180), the header first; formulas neutralised."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)

    def line(cells: Iterable[Any]) -> str:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow(list(cells))
        return buffer.getvalue()

    yield line(columns)
    for row in rows:
        yield line(cell(row.get(column)) for column in columns)
