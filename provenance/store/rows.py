"""Values to rows and back. Pure but for the clock."""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from provenance import urls
from provenance.models import Article, Capture, Fingerprint, Match, Trace
from provenance.normalize import clean
from provenance.redaction import redact_within

# Headers that carry somebody's session: of no use to us, and not ours to keep.
_SECRET_HEADERS = frozenset(
    {"set-cookie", "set-cookie2", "cookie", "authorization", "proxy-authorization"}
)


def now() -> str:
    """The present time in UTC, ISO 8601 to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def text_of(value: str) -> str:
    """A string that SQLite can hold whole (see normalize.clean); ASCII passes at once."""
    return value if value.isascii() and "\x00" not in value else clean(value)


def maybe(value: str | None) -> str | None:
    """As ``text_of``, None kept."""
    return None if value is None else text_of(value)


def safe_url(url: str) -> str:
    """A URL without credentials and secret parameters, fit to be stored."""
    return text_of(urls.redact(url))


def safe(value: Any) -> Any:
    """A value with every URL in it, however deep, made fit to be stored."""
    if isinstance(value, str):
        return safe_url(value) if "://" in value else text_of(value)
    if isinstance(value, Mapping):
        return {str(key): safe(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [safe(inner) for inner in value]
    return value


def to_json(value: Any) -> str:
    """JSON with sorted keys; what JSON lacks (paths, sets) as text."""
    return text_of(json.dumps(value, sort_keys=True, ensure_ascii=False, default=str))


def pack(keys: Iterable[int]) -> bytes:
    """Signed 64-bit integers, little-endian. numpy's integers are taken too."""
    packed = array("q", [int(key) for key in keys])
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def unpack(data: bytes) -> tuple[int, ...]:
    """What ``pack`` made."""
    packed = array("q")
    packed.frombytes(data)
    if sys.byteorder == "big":
        packed.byteswap()
    return tuple(packed)


def earlier(first: str | None, second: str | None) -> str | None:
    """The earlier of two ISO times; one that is missing or unreadable is no time."""
    moments: list[tuple[datetime, str]] = []
    for value in (first, second):
        try:
            moment = datetime.fromisoformat(value or "")
        except ValueError:
            continue
        moments.append((moment if moment.tzinfo else moment.replace(tzinfo=UTC), value or ""))
    return min(moments)[1] if moments else first


def safe_headers(capture: Capture) -> list[tuple[str, str]]:
    """The headers that are stored: none that carries a session, no secret in an address."""
    return [
        (name, redact_within(text_of(value)))
        for name, value in capture.headers
        if name.lower() not in _SECRET_HEADERS
    ]


def capture_row(
    capture: Capture, sha256: str, file: str | None, offset: int | None, length: int | None
) -> dict[str, Any]:
    """A row of ``captures``."""
    return {
        "url": safe_url(capture.url),
        "final_url": safe_url(capture.final_url),
        "sha256": sha256,
        "status": capture.status,
        "headers": to_json(safe_headers(capture)),
        "redirects": to_json([safe_url(url) for url in capture.redirects]),
        "observed": maybe(capture.observed),
        "file": maybe(file),
        "offset": offset,
        "length": length,
    }


def article_row(article: Article, number: int, role: str) -> dict[str, Any]:
    """A row of ``articles``, without the text."""
    return {
        "id": article.id,
        "number": number,
        "role": role,
        "title": text_of(article.title),
        "site": text_of(article.site),
        "url": safe_url(article.url),
        "canonical_url": safe_url(article.canonical_url),
        "byline": maybe(article.byline),
        "published": maybe(article.published),
        "observed": maybe(article.observed),
        "modified": maybe(article.modified),
        "language": maybe(article.language),
        "words": int(article.words),
        "digest": article.digest,
        "rough": int(article.rough),
        "gate": maybe(article.gate),
    }


def to_article(
    row: Mapping[str, Any],
    text: str,
    links: Sequence[str],
    images: Sequence[str],
    aliases: Sequence[str] = (),
) -> Article:
    """The article of a row with ``ARTICLE_COLUMNS``."""
    return Article(
        **{**row, "rough": bool(row["rough"])},
        text=text,
        links=tuple(links),
        images=tuple(images),
        aliases=tuple(aliases),
    )


def fingerprint_row(article_id: str, fingerprint: Fingerprint) -> dict[str, Any]:
    """A row of ``fingerprints``."""
    return {
        "article_id": article_id,
        "digest": fingerprint.digest,
        "signature": bytes(fingerprint.signature),
        "bands": pack(fingerprint.bands),
        "fragments": pack(fingerprint.fragments),
        "terms": to_json([text_of(term) for term in fingerprint.terms]),
    }


def to_fingerprint(row: Mapping[str, Any]) -> Fingerprint:
    """The fingerprint of a row of ``fingerprints``."""
    return Fingerprint(
        digest=row["digest"],
        signature=row["signature"],
        bands=unpack(row["bands"]),
        fragments=unpack(row["fragments"]),
        terms=tuple(json.loads(row["terms"])),
    )


def trace_row(article_id: str, position: int, trace: Trace) -> tuple[Any, ...]:
    """A row of ``traces``."""
    return (
        article_id,
        position,
        trace.kind,
        safe(trace.value),
        None if trace.target_url is None else safe_url(trace.target_url),
        maybe(trace.target_site),
        trace.strength,
        text_of(trace.snippet),
    )


def alias_rows(article: Article) -> list[tuple[str, str, str]]:
    """The rows of ``aliases`` of an original: its other addresses, and the slugs of all."""
    others = [url for url in article.aliases if url not in (article.url, article.canonical_url)]
    slugs = (urls.slug(url) for url in (article.canonical_url, article.url, *others))
    keys = {**{safe_url(url): "url" for url in others}, **{text_of(s): "slug" for s in slugs if s}}
    return [(key, article.id, kind) for key, kind in keys.items()]


def link_rows(article: Article) -> list[tuple[Any, ...]]:
    """The rows of ``links`` of an original; an image without a telling name has no stem."""
    rows: list[tuple[Any, ...]] = [
        (article.id, "link", i, safe_url(url), None) for i, url in enumerate(article.links)
    ]
    rows.extend(
        (article.id, "image", i, safe_url(url), text_of(urls.image_stem(url)) or None)
        for i, url in enumerate(article.images)
    )
    return rows


def match_row(match: Match, run_id: int) -> dict[str, Any]:
    """A row of ``matches``."""
    verdict = match.verdict
    return {
        "id": match.id,
        "source_id": match.source.id,
        "target_id": match.target.id,
        "relation": verdict.relation,
        "probability": float(verdict.probability),
        "is_repost": int(verdict.is_repost),
        "is_reuse": int(verdict.is_reuse),
        "direction": verdict.direction.value,
        "direction_confidence": float(verdict.direction.confidence),
        "attribution": verdict.attribution,
        **match.comparison.scores.asdict(),
        "channels": ",".join(match.channels),
        "run_id": run_id,
        "found": now(),
    }


def phrase_query(text: str) -> str:
    """A full-text query that finds the words of ``text``, whatever operators it seems to hold.

    Every word is quoted; "" when no word holds a letter or digit, which means no result.
    """
    words = [word for word in clean(text).split() if any(c.isalnum() for c in word)]
    return " ".join('"' + word.replace('"', '""') + '"' for word in words)
