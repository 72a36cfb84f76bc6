"""A saved page, as HTML or as MHTML (RFC 2557, what Chromium saves as a single file)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from provenance.models import Capture, Failure
from provenance.readers import mirror
from provenance.readers.reading import Given
from provenance.readers.streams import whole
from provenance.urls import unwrap_archive

# An MHTML file holds the images, too.
_MHTML_FACTOR = 5


def oversize(label: str, limit: int) -> Failure:
    """The failure of a file that is too large to be a page."""
    return Failure(label, "read", "oversize", f"larger than {limit:,} bytes; not read")


def read_html(
    stream: BinaryIO, label: str, given: Given, parts: Sequence[str], above: Sequence[str] = ()
) -> Iterator[Capture | Failure]:
    """One Capture: the bytes as they are, gzip undone, under the address they came from."""
    body = whole(stream, given.limits.max_body)
    if body is None:
        yield oversize(label, given.limits.max_body)
        return
    # The regular expressions read ASCII; the bytes handed on stay as they were.
    ascii_head = body[: mirror.SEARCHED * 2]
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        ascii_head = ascii_head.decode("utf-16", "replace").encode("utf-8", "replace")
    origin = mirror.origin(ascii_head, parts, above, given.url)
    yield Capture(
        url=origin.url,
        final_url=origin.url,
        body=body,
        observed=origin.observed,
        path=label,
        published=given.published,
        site=given.site,
    )


def read_mhtml(
    stream: BinaryIO, label: str, given: Given, parts: Sequence[str]
) -> Iterator[Capture | Failure]:
    """One Capture: the first HTML part, under the snapshot's address."""
    import email  # 20 ms that only these files are worth
    from email import policy
    from email.message import EmailMessage

    limit = given.limits.max_body
    raw = whole(stream, limit * _MHTML_FACTOR)
    if raw is None:
        yield oversize(label, limit * _MHTML_FACTOR)
        return
    try:
        message = email.message_from_bytes(raw, policy=policy.default)
        page = next((p for p in message.walk() if p.get_content_type() == "text/html"), None)
        body = page.get_payload(decode=True) if isinstance(page, EmailMessage) else None
        charset = page.get_content_charset() if isinstance(page, EmailMessage) else None
        location = str(message.get("Snapshot-Content-Location") or "").strip()
        if not location and isinstance(page, EmailMessage):
            location = str(page.get("Content-Location") or "").strip()
        date = str(message.get("Date") or "")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        message_text = f"the MHTML cannot be parsed ({type(error).__name__})"
        yield Failure(label, "read", "bad-mhtml", message_text)
        return
    if not isinstance(body, bytes) or not body.strip():
        yield Failure(label, "read", "empty", "the MHTML holds no HTML part")
        return
    if len(body) > limit:
        yield oversize(label, limit)
        return
    url, captured = unwrap_archive(given.url or location or mirror.file_url(parts))
    kind = f"text/html; charset={charset}" if charset else "text/html"
    yield Capture(
        url=url,
        final_url=url,
        body=body,
        headers=(("Content-Type", kind),),
        observed=captured or mirror.saved_time(date),
        path=label,
        published=given.published,
        site=given.site,
    )
