"""Plain text and Markdown: the text is the article."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from provenance.models import Failure, Record
from provenance.normalize import clean
from provenance.readers import mirror
from provenance.readers.html import oversize
from provenance.readers.reading import Given
from provenance.readers.streams import is_utf16, whole
from provenance.urls import unwrap_archive

_HEADING = re.compile(r"\s*#[ \t]+([^\n]{1,300})")


def decode(body: bytes) -> str | None:
    """Bytes of unknown encoding as text: UTF-8, UTF-16 by its mark, else the likeliest; None
    when none is likely."""
    if is_utf16(body):
        return body.decode("utf-16", "replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(body).best()
        return str(best) if best else None


def read_text(
    stream: BinaryIO, label: str, given: Given, parts: Sequence[str]
) -> Iterator[Record | Failure]:
    """One Record: the text whole, line ends made uniform; the title from a first Markdown
    heading, which stays in the text."""
    limit = given.limits.max_body
    body = whole(stream, limit)
    if body is None:
        yield oversize(label, limit)
        return
    text = decode(body)
    if text is None:
        yield Failure(label, "read", "binary", "neither text nor a page")
        return
    text = clean(text.replace("\r\n", "\n").replace("\r", "\n"))
    if not text.strip():
        yield Failure(label, "read", "empty", "nothing in it")
        return
    heading = _HEADING.match(text)
    url, observed = unwrap_archive(given.url or mirror.file_url(parts))
    yield Record(
        text=text,
        url=url,
        title=heading.group(1).strip() if heading else "",
        published=given.published,
        observed=observed,
        site=given.site,
        path=label,
    )
