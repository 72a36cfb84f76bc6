"""Rows of CSV or TSV (RFC 4180) under the names of their columns, and plain lists of addresses."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from provenance.models import Failure
from provenance.readers import mirror
from provenance.readers.jsonl import FIELDS, to_item
from provenance.readers.reading import Address, Given, Item, Tally
from provenance.urls import is_url

_DELIMITERS = ",\t;|"
_NAMES = {name.lower(): name for names in FIELDS.values() for name in names}
# A table of ours has one of these; "id" or "source" alone may be of any table.
_TELLING = {
    name.lower()
    for field in ("text", "html", "url")
    for name in FIELDS[field]
    if name not in ("id", "source", "content", "body", "article")
}
#: What a row is made of: without one of these a table holds nothing for us.
_NEEDED = frozenset(name.lower() for field in ("text", "html", "url") for name in FIELDS[field])
#: What is said of a table of other columns.
NO_COLUMNS = "no column with texts or addresses; see the names in docs/inputs.md"
#: A host as people copy it, without a scheme; upper case is as good.
BARE_HOST = r"(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?"
_BARE = re.compile(rf"{BARE_HOST}(?:/\S*)?", re.IGNORECASE)
#: Characters of a line of a list of addresses.
MAX_ADDRESS = 8192


def delimiter_of(head: str) -> str | None:
    """What parts the columns, when the first line names columns that we know; else None."""
    line = head.lstrip("\ufeff").split("\n", 1)[0].rstrip("\r")
    if not line or len(line) > 4000:
        return None
    for delimiter in _DELIMITERS:
        try:
            names = _columns(next(csv.reader([line], delimiter=delimiter), []))
        except csv.Error:
            return None
        if len(names) > 1 and set(names) & _TELLING and all(len(name) < 64 for name in names):
            return delimiter
    return None


def likeliest_delimiter(head: str) -> str:
    """What parts the columns of a table, also of one whose columns we don't know."""
    line = head.lstrip("\ufeff").split("\n", 1)[0]
    return delimiter_of(head) or max(_DELIMITERS, key=line.count)


def is_address_list(head: str) -> bool:
    """True when most lines are addresses, empty ones and comments (#) aside.

    One without a scheme is counted, too: such a line is told, and the list is no text.
    """
    lines = [line.strip() for line in head.lstrip("\ufeff").splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if lines and lines[0].lower() in ("url", "urls", "link"):
        lines.pop(0)
    found = sum(len(line.split()) == 1 and _is_address(line) for line in lines)
    return found * 2 > len(lines)


def _is_address(line: str) -> bool:
    return is_url(line) or _BARE.fullmatch(line) is not None


def _columns(row: Sequence[str]) -> list[str]:
    return [name.strip("\ufeff \t").lower() for name in row]


class _Lines:
    """The lines of a table, and how many quotation marks stood in those of the present row."""

    def __init__(self, stream: BinaryIO) -> None:
        self._lines = iter(io.TextIOWrapper(stream, "utf-8-sig", "replace", newline=""))
        self.marks = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.marks += line.count('"')
        return line


def read_table(
    stream: BinaryIO, delimiter: str, label: str, given: Given, parts: Sequence[str], tally: Tally
) -> Iterator[Item]:
    """One item a row: its text or HTML, else its address. ``line`` is that on which a row ends."""
    csv.field_size_limit(given.limits.max_body)
    lines = _Lines(stream)
    reader = csv.reader(lines, delimiter=delimiter)
    names: list[str] = []
    while True:
        lines.marks, first = 0, reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error:
            tally.skipped += given.limits.max_body
            message = "a field that does not end, or too large; quotation marks are unbalanced"
            yield Failure(f"{label}:{reader.line_num}", "read", "bad-csv", message)
            continue
        if row is None:
            return
        if not names:
            names = [_NAMES.get(name, name) for name in _columns(row)]
            if not _NEEDED.intersection(name.lower() for name in names):
                yield Failure(label, "read", "no-columns", NO_COLUMNS)
                return
            continue
        if not any(cell.strip() for cell in row):
            continue
        here = f"{label}:{reader.line_num}"
        own_url = f"{mirror.file_url(parts)}#{reader.line_num}"
        values = dict(zip(names, row, strict=False))
        yield to_item(values, here, given, path=label, line=reader.line_num, own_url=own_url)
        # Over several lines: a single odd mark within a line is an inch.
        if lines.marks % 2 and reader.line_num > first:
            tally.truncated = True
            message = "a quotation that does not end: rows from here on were read as one"
            yield Failure(f"{label}:{first}", "read", "bad-csv", message)


def read_addresses(stream: BinaryIO, label: str, tally: Tally) -> Iterator[Item]:
    """The address on each line. Lines that hold none are failures."""
    number = 0
    while line := stream.readline(MAX_ADDRESS + 1):
        number += 1
        text = line.decode("utf-8-sig", "replace").strip()
        if len(line) > MAX_ADDRESS and not line.endswith(b"\n"):
            while (rest := stream.readline(MAX_ADDRESS)) and not rest.endswith(b"\n"):
                tally.skipped += len(rest)
            text = ""
        elif not text or text.startswith("#") or text.lower() in ("url", "urls", "link"):
            continue
        if is_url(text):
            yield Address(text, path=label, line=number)
        else:
            why = "; write it with https://" if _BARE.fullmatch(text) else ""
            yield Failure(f"{label}:{number}", "read", "no-address", f"the line is no address{why}")
