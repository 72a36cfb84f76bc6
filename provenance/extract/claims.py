"""What a page says of itself: title, byline, time of publication, language. Pure; claims only."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from provenance import markup, normalize, urls
from provenance.dates import day_of, iso_time

_SPLIT_TITLE = re.compile(r"\s+[|–—·»:•-]{1,2}\s+|\s*[|»]\s*")
_BY = re.compile(
    r"^(?:written |posted |story |words |report )?(?:by|von|par|por|da|di|от|автор|author)[:\s]+",
    re.IGNORECASE,
)
_BY_END = re.compile(
    r"\s+(?=(?:published|updated|posted|last modified)\b)"
    r"|\s+(?:on )?(?=(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2}\b)"
    r"|\s+(?=\d{1,2}[/.:]\d{1,2})",
    re.IGNORECASE,
)
_BYLINE_CLASS = re.compile(r"(^|[\s_-])(byline|author|author-?name|by-?author)([\s_-]|$)", re.I)
_ASIDE = re.compile(
    r"related|recommend|comment|sidebar|most-(read|popular)|newsletter|promo|footer|disqus"
    r"|trending|more-(from|stories)|read-next|teaser",
    re.IGNORECASE,
)


# Pieces of text of an element in which a name is looked for.
_PIECES = 100


def _words(text: str) -> set[str]:
    return {word for word in re.split(r"\W+", text.lower()) if word}


def _agreement(ours: set[str], theirs: set[str]) -> float:
    both = len(ours & theirs)
    return 2 * both / (len(ours) + len(theirs)) if both else 0.0


def title(
    tree: HtmlElement, fields: dict[str, list[str]], data: list[dict[str, Any]], site: str
) -> str:
    """The headline: the h1 that agrees with the head, else the shared title without the site."""
    node = tree.find(".//head/title")
    if node is None:
        node = tree.find(".//title")
    page_title = markup.squeeze(node.text_content()) if node is not None else ""
    shared = [*fields.get("og:title", []), *fields.get("twitter:title", [])][:1]
    headline = [
        text
        for item in data
        if markup.is_article_type(item)
        for text in markup.json_strings(item.get("headline"))
    ][:1]
    headings = [text for h1 in list(tree.iter("h1"))[:6] if (text := markup.text_of(h1))]
    names = {markup.squash(n) for n in fields.get("og:site_name", [])} | {
        markup.squash(site.split(".")[0])
    }
    # A masthead is often an h1, too, and what the head's title ends in.
    ends = names | {
        markup.squash(_SPLIT_TITLE.split(text)[-1])
        for text in [page_title, *shared]
        if len(_SPLIT_TITLE.split(text)) > 1
    }
    reference = _words([*shared, *headline, page_title][0])
    agreed = [
        (_agreement(_words(heading), reference), heading)
        for heading in headings
        if markup.squash(heading) not in ends
    ]
    best = max(agreed, key=lambda pair: pair[0], default=(0.0, ""))
    if best[0] >= 0.5:
        return normalize.clean(best[1])[:500]
    for text in [*shared, *headline, page_title, *headings]:
        pieces = _SPLIT_TITLE.split(text)
        if len(pieces) > 1 and markup.squash(pieces[-1]) in names:
            text = text[: text.rindex(pieces[-1])].rstrip(" |–—·»:•-")
        if text:
            return normalize.clean(text)[:500]
    return ""


_AUTHOR_META = (
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "byl",
    "dc.creator",
)


def byline(
    tree: HtmlElement, fields: dict[str, list[str]], data: list[dict[str, Any]]
) -> str | None:
    """Who signed the page, as written but for "By" and dates; None when nobody did."""
    found: list[str] = []
    for name in _AUTHOR_META:
        found += fields.get(name, [])
    for item in data:
        if markup.is_article_type(item):
            found += markup.json_strings(item.get("author"), "name")
    if not any(_is_name(text) for text in found):
        for node in tree.iter("a", "span", "div", "p", "address", "cite"):
            if (
                "author" in (node.get("rel") or "").lower().split()
                or "author" in (node.get("itemprop") or "").lower().split()
                or _BYLINE_CLASS.search(node.get("class") or "")
            ):
                found.append(_beginning(node))
    for text in found:
        name = _BY_END.split(_BY.sub("", markup.squeeze(text)), maxsplit=1)[0].strip(" ,;|-")
        if _is_name(name):
            return normalize.clean(name)
    return None


def _beginning(node: HtmlElement) -> str:
    """The first 200 characters of an element's visible text; of boxes in boxes each holds all."""
    parts: list[str] = []
    size = 0
    for _, text, line in islice(markup.walk(node), _PIECES):
        parts.append((" " if line else "") + text[:1000])
        size += len(text)
        if size > 1000:
            break
    return markup.squeeze("".join(parts))[:200]


def _is_name(text: str) -> bool:
    return 2 <= len(text) <= 120 and "://" not in text and not text.startswith("@")


_PUBLISHED_META = (
    "article:published_time",
    "og:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "article.published",
    "publish-date",
    "publication_date",
    "pubdate",
    "ptime",
    "dc.date.issued",
    "dcterms.created",
    "dc.date",
    "date",
)


def published(
    tree: HtmlElement,
    fields: dict[str, list[str]],
    data: list[dict[str, Any]],
    node: HtmlElement | None,
    latest: datetime | None,
) -> str | None:
    """The claimed time of publication, ISO 8601, with the hour if any field tells it; or None.

    ``node`` holds the text; claims later than ``latest`` are passed over.
    """
    claims: list[str] = []
    for only_articles in (True, False):
        for item in data:
            if markup.is_article_type(item) is only_articles:
                claims += markup.json_strings(item.get("datePublished"), "@value")
        if only_articles:
            for name in _PUBLISHED_META:
                claims += fields.get(name, [])
    claims += _time_elements(tree, node)
    times = [time for claim in claims if (time := iso_time(claim, latest=latest))]
    if times:
        # An hour, where another claim of the same day tells it.
        return next((t for t in times if len(t) > 10 and day_of(t) == day_of(times[0])), times[0])
    return None


def _time_elements(tree: HtmlElement, node: HtmlElement | None) -> list[str]:
    marked: list[str] = []
    plain: list[str] = []
    for time in tree.iter("time", "span", "abbr"):
        value = time.get("datetime") or time.get("content") or ""
        props = (time.get("itemprop") or "").lower()
        if not value or (markup.tag(time) != "time" and "datepublished" not in props):
            continue
        if "datepublished" in props or "pubdate" in time.attrib:
            marked.append(value)
            continue
        around = list(islice(time.iterancestors(), 8))
        if any(
            markup.tag(a) in ("aside", "footer", "nav")
            or _ASIDE.search(f"{a.get('class') or ''} {a.get('id') or ''}")
            for a in around
        ):
            continue
        # The dateline stands in the article or just above it.
        top = node.getparent() if node is not None else None
        holders = [a for a in (node, top) if a is not None]
        if any(markup.tag(a) in ("article", "main", "header") or a in holders for a in around):
            plain.append(value)
    return marked + plain[:1]


def addresses(
    tree: HtmlElement, fields: dict[str, list[str]], data: list[dict[str, Any]], base: str
) -> tuple[str, ...]:
    """Canonical URLs of the addresses that the page gives itself on its own site, at most ten.

    Those on other sites are a copy's claim, and would make the copy answer to the source's name.
    """
    hrefs = [*fields.get("og:url", []), *fields.get("twitter:url", [])]
    for rel in ("canonical", "shortlink", "amphtml"):
        hrefs += markup.link_rel(tree, rel)
    for item in data:
        if markup.is_article_type(item):
            for key in ("mainEntityOfPage", "url"):
                hrefs += markup.json_strings(item.get(key), "@id", "url")[:3]
    own = urls.site(base)
    found = (markup.absolute(base, href) for href in hrefs[:50])
    kept = dict.fromkeys(
        urls.canonical_url(urls.redact(url))
        for url in found
        # Some systems declare the front page for every page.
        if url and urls.site(url) == own and (urlsplit(url).path.strip("/") or "?" in url)
    )
    return tuple(kept)[:10]


def primary_language(language: str | None) -> str | None:
    """The primary subtag of a language tag, lower case: ``pt`` for ``pt-BR``."""
    found = re.match(r"([a-z]{2,3})(?=$|[-_;,.\s])", (language or "").strip().lower())
    return found.group(1) if found else None


def language(tree: HtmlElement, fields: dict[str, list[str]]) -> str | None:
    """The language that the page declares; often a default of its system, so weak."""
    claims = [tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")]
    claims += [tree.get("xml:lang"), *fields.get("og:locale", [])]
    claims += fields.get("content-language", [])
    return next((found for claim in claims if (found := primary_language(claim))), None)
