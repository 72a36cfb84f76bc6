"""What some bytes are, by their content; the name only breaks ties."""

from __future__ import annotations

import codecs
import json
import re
from pathlib import PurePath

from provenance.readers.records import begins_record, looks_like_records
from provenance.readers.streams import HEAD, is_utf16
from provenance.readers.table import delimiter_of, is_address_list

#: Names under which a text file is meant as a text, whatever tags it speaks of.
TEXT_SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown"})
HTML_SUFFIXES = frozenset({".html", ".htm", ".xhtml", ".shtml"})
ROWS_SUFFIXES = frozenset({".jsonl", ".ndjson", ".jsonlines"})
#: Tables, which are none of our texts where we know no column of theirs.
TABLE_SUFFIXES = frozenset({".csv", ".tsv"})
#: Crawls, which may be damaged where their content would tell what they are.
CRAWL_NAME = re.compile(r"\.(?:w?arc|wet)(?:\.gz|\.zst)?$")
# What a WACZ begins with: the first member's name (browsertrix, py-wacz, wget-at).
_WACZ = re.compile(
    rb"PK\x03\x04.{26}(?:archive/|indexes/|pages/|logs/|fuzzy|datapackage)", re.DOTALL
)

# Atomic groups, because comments without end must not be tried in every combination.
_TAG = re.compile(
    rb"\s*+(?:<\?xml[^>]{0,200}\?>\s*+)?(?>(?:<!--(?>.*?-->)\s*+)*+)<(?:!doctype\s+html|html|head"
    rb"|body|title|meta|link|script|style|base|main|article|section|div|p|h[1-6]|table|span|font"
    rb"|center|header|nav|ul|ol|a|b|i|img|br|hr|noscript|blockquote|figure)\b",
    re.IGNORECASE | re.DOTALL,
)
_ROOT = re.compile(rb"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_IN_ROOT = re.compile(rb"<(?:head|body|meta|title)\b", re.IGNORECASE)
_MHTML = re.compile(
    rb"^(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*){0,30}?content-type:\s*multipart/related", re.I
)
# Formats that have a name, so that the message can say it.
_KNOWN = (
    (b"PK\x03\x04", "a ZIP archive"),
    (b"%PDF", "a PDF file"),
    (b"bplist0", "a Safari web archive (save the page as source instead)"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\x1f\x8b", "gzip within another packing"),
    (b"\x28\xb5\x2f\xfd", "Zstandard within another packing"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
)
# Controls that no text holds; tab, line feed, vertical tab, form feed, return, escape may stand.
_CONTROL = bytes(set(range(32)) - {9, 10, 11, 12, 13, 27}) + b"\x7f"
_MAX_CONTROLS = 0.01


def unmarked(head: bytes) -> bytes:
    """The head as UTF-8 without byte order mark, when it has one; else as it is."""
    if is_utf16(head):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace").encode("utf-8", "replace")
    return head.removeprefix(codecs.BOM_UTF8)


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _json(head: bytes, whole: bool, suffix: str) -> str | None:
    text = head.lstrip()
    if re.match(rb"\[\s*(?:\{|\]\s*$)", text):
        return "json"
    if not re.match(rb"\{\s*[\"}]", text):
        return None
    lines = [line for line in text.split(b"\n") if line.strip()]
    if not whole:
        if len(lines) == 1:  # one line, longer than what we see
            return "jsonl"
        lines.pop()
    if any(_is_object(line) for line in lines[:20]):
        return "jsonl"
    if suffix in ROWS_SUFFIXES:
        return "jsonl"
    return "json" if len(lines) > 1 or suffix == ".json" else None


def _is_text(head: bytes) -> bool:
    if head.translate(None, _CONTROL) != head:
        controls = len(head) - len(head.translate(None, _CONTROL))
        if b"\0" in head or controls > _MAX_CONTROLS * len(head):
            return False
    try:
        # The head may end within a character.
        codecs.getincrementaldecoder("utf-8")().decode(head)
        return True
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        return from_bytes(head[:8192]).best() is not None


def sniff(head: bytes, name: str = "") -> str:
    """``html``, ``mhtml``, ``jsonl``, ``json``, ``table``, ``addresses``, ``text``, ``feed``,
    ``warc``, ``wacz``, ``parquet``, ``empty`` or ``binary``.

    ``head`` is the beginning of the content, at most ``streams.HEAD`` bytes of it, the packing
    undone; less than that is taken for the whole.
    """
    path = PurePath(re.sub(r"\.(?:gz|zst)$", "", name.lower()))
    suffix = path.suffix
    whole = len(head) < HEAD
    text = unmarked(head)
    if begins_record(head):
        return "warc"
    if not text.strip():
        return "empty"
    if head.startswith(b"PAR1"):
        return "parquet"
    if _WACZ.match(head) or (head.startswith(b"PK\x03\x04") and suffix == ".wacz"):
        return "wacz"
    if any(head.startswith(magic) for magic, _ in _KNOWN):
        return "binary"
    if _TAG.match(text):
        return "html"
    if re.match(rb"\s*<(?:\?xml|rss|feed)\b", text):
        if re.search(rb"<html\b", text[:4096], re.IGNORECASE):
            return "html"
        return "feed" if re.search(rb"<(?:rss|feed|rdf:RDF)\b", text[:4096]) else "binary"
    if looks_like_records(head):  # the first of them damaged
        return "warc"
    if found := _json(text, whole, suffix):
        return found
    if _MHTML.match(text):
        return "mhtml"
    root = None if suffix in TEXT_SUFFIXES or b"\0" in text else _ROOT.search(text)
    if root and _IN_ROOT.search(text, root.end()):
        return "html"  # after a warning of the server's, say
    if suffix in ROWS_SUFFIXES and text.lstrip().startswith((b"{", b"[", b'"')):
        return "jsonl"
    if not _is_text(text):
        return "binary"
    shown = text.decode("utf-8", "replace")
    if suffix not in {".md", ".markdown"}:
        if is_address_list(shown if whole else shown[: shown.rfind("\n") + 1]):
            return "addresses"
        if delimiter_of(shown) or suffix in TABLE_SUFFIXES:
            return "table"
    return "text"


def named(head: bytes) -> str:
    """What to call content that is not read: "a PDF file", else "binary content"."""
    for magic, name in _KNOWN:
        if head.startswith(magic):
            return name
    if re.match(rb"\s*<\?xml", head):
        return "XML that is no page"
    return "binary content"
