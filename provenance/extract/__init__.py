"""Capture to Article: main text, title, byline, dates, links, images. The only importer of
trafilatura and htmldate.

The page is decoded and parsed here, with limits lifted that would lose text in silence, and
the tree is handed on. When the extractor fails or finds nothing, the visible text of the body
is taken and marked ``rough``. Nothing is printed or logged, and the clock is never read, so
that one capture always gives one article. Hostile pages can still cost time and memory: run
this in a worker that may be killed, and try again with ``rough_only=True``.
"""

from __future__ import annotations

import copy
import html
import logging
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import lxml.etree
import lxml.html
from lxml.html import HtmlElement

from provenance import disguise, markup, normalize, urls
from provenance.dates import iso_time, lag, parse_time
from provenance.errors import ExtractError
from provenance.extract import claims, gates
from provenance.extract.charset import decode
from provenance.models import Article, Capture, Record

#: Tags, or what looks like some, from which a page is read without a parser: tree and traces cost
#: some 60 µs for each. News pages have some thousands.
MAX_TAGS = 150_000
#: A line that a page without a tree repeats is kept so often.
_REPEATS = 3
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,1000})", re.IGNORECASE)
_TAG_NAME = re.compile(r"</?([a-z][a-z0-9]{0,15})")
_ENDS = {"script": "</script>", "style": "</style>", "noscript": "</noscript>"}
_INLINE = frozenset(
    ["a", "abbr", "b", "em", "font", "i", "mark", "span", "strong", "sub", "sup", "u"]
)
#: With fewer words there is nothing to judge, not even roughly.
MIN_WORDS = 20
#: trafilatura's cost grows faster than the number of elements: about 2 s at this many.
MAX_ELEMENTS = 40_000
_MAX_LINKS = 500
_MAX_IMAGES = 200

for _name in ("trafilatura", "htmldate", "courlan", "charset_normalizer"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)

_NOT_HTML = re.compile(
    rb"^(%PDF|\x89PNG|GIF8|\xff\xd8\xff|PK\x03\x04|\x1f\x8b|BM.{4}\x00\x00|OggS|ID3|RIFF"
    rb"|\x00\x00\x00.ftyp|\x7fELF|SQLite format|\{|\[\s*[\[{\"])",
    re.DOTALL,
)
# Possessive, because comments one after the other must not be tried in every combination.
_FEED = re.compile(
    r"\s*+(?:<\?xml[^>]*>\s*+|(?><!--.*?-->)\s*+)*+<(?:rss|feed|urlset|sitemapindex|rdf:RDF)\b"
)
_TAG = re.compile(r"<(?:!doctype|/?[a-z][a-z0-9]*)\b[^<>]*>", re.IGNORECASE)
# Attribute lists of this length are inline images or an attack; libxml2 is quadratic in them.
_LONG_TAG = re.compile(r"<(\w+)\b[^<>]{30000,}>")
_NESTERS = re.compile(
    r"</?(?:div|span|font|b|i|u|em|strong|small|big|ul|ol|dl|table|tbody|tr|td|section|article|main"
    r"|center|blockquote|fieldset|form|a)\b[^<>]*>",
    re.IGNORECASE,
)
_RECORD_HTML = re.compile(
    r"</(?:p|div|span|a|h[1-6]|li|ul|em|strong|b|i|body|html)\s*>|<br\s*/?>", re.IGNORECASE
)
_MEDIA_TYPES = re.compile(
    r"^(image|audio|video|font)/|/(pdf|zip|json|octet-stream|csv|epub)|ld\+json"
)


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed page: its tree, its real URL (out of any web archive), and when it was seen.

    ``base`` is what relative links are resolved against. Readers of ``tree`` leave it unchanged.
    """

    tree: HtmlElement
    url: str
    base: str
    encoding: str
    observed: str | None = None


def _subject(capture: Capture) -> str:
    """What an error names: of a saved page its file, else its address, both without secrets."""
    saved = capture.path if capture.status is None else None
    return urls.redact(saved or capture.final_url or capture.url)


def markup_of(capture: Capture) -> tuple[str, str]:
    """The bytes of a capture, decoded, and the name of their encoding.

    Raises ExtractError (``unreadable``) for anything that is no HTML page.
    """
    subject = _subject(capture)
    body = capture.body
    if not body.strip():
        raise ExtractError("the page is empty", subject=subject, code="unreadable")
    head = body[:64].lstrip()
    if _NOT_HTML.match(head) or (
        _MEDIA_TYPES.search(capture.content_type) and b"<html" not in body[:4096].lower()
    ):
        kind = capture.content_type or "binary"
        raise ExtractError(
            f"this is no HTML page ({kind})",
            subject=subject,
            hint="Save the article as HTML or as plain text and give that file.",
            code="unreadable",
        )
    declared = next((v for k, v in capture.headers if k.lower() == "content-type"), "")
    text, encoding = decode(body, declared)
    if _FEED.match(text[:2000]):
        raise ExtractError(
            "this is a feed or a sitemap, not a page",
            subject=subject,
            hint="Give the addresses of the pages that it links.",
            code="unreadable",
        )
    if not _TAG.search(text):
        raise ExtractError(
            "this is no HTML page (it holds no tags)",
            subject=subject,
            hint="Plain text is read from a file whose name ends in .txt.",
            code="unreadable",
        )
    return text, encoding


def parse(capture: Capture) -> Document:
    """Decode and parse the bytes of a capture.

    Raises ExtractError (``unreadable``) for anything that is no HTML page.
    """
    text, encoding = markup_of(capture)
    # From here on no address of the page holds a password or a token.
    address = urls.redact(capture.final_url or capture.url)
    tree = _tree(text, _subject(capture))
    url, archived = urls.unwrap_archive(address)
    _drop_archive_bar(tree)
    return Document(tree, url, markup.base_url(tree, url), encoding, archived or capture.observed)


def _tree(text: str, subject: str) -> HtmlElement:
    clean = _LONG_TAG.sub(r"<\1>", normalize.clean(text))
    tree = None
    try:
        # What a parser drops in silence would be a place to hide a text in.
        for way in (_as_it_is, _without_nesters, _plain):
            found, whole = _parse(way(clean))
            tree = tree if found is None else found
            if found is not None and whole and _has_text(found):
                break
    except (lxml.etree.LxmlError, ValueError, AssertionError) as error:
        raise ExtractError(
            "the page could not be parsed", subject=subject, code="unreadable"
        ) from error
    if tree is None:
        raise ExtractError("the page holds no elements", subject=subject, code="unreadable")
    return tree


def _parse(text: str) -> tuple[HtmlElement | None, bool]:
    """The tree of a page, and whether the parser read to its end: libxml2 gives up beyond some
    2,000 levels, and what follows is lost."""
    parser = lxml.html.HTMLParser(
        encoding="utf-8",
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        tree = lxml.html.document_fromstring(text.encode(), parser=parser)
    except lxml.etree.ParserError:  # nothing but white space or comments
        return None, True
    last = parser.error_log.last_error
    whole = last is None or last.type != lxml.etree.ErrorTypes.ERR_RESOURCE_LIMIT
    return (tree if isinstance(tree, HtmlElement) else None), whole


def _as_it_is(text: str) -> str:
    return text


def _without_nesters(text: str) -> str:
    return str(_NESTERS.sub("\n", text))


def _plain(text: str) -> str:
    """A page of its bare lines: where elements without end, or that nest, swallow all of it."""
    title = _TITLE.search(text)
    head = f"<title>{title.group(1)}</title>" if title else ""
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in bare_text(text).split("\n"))
    return f"<html><head>{head}</head><body>{lines}</body></html>"


def _has_text(tree: HtmlElement) -> bool:
    return any(piece.strip() for _, piece, _ in markup.walk(tree, hidden=True))


def _drop_archive_bar(tree: HtmlElement) -> None:
    """Take out what the Wayback Machine and archive.today add. The tree is still ours alone."""
    for name in ("wm-ipp-base", "wm-ipp", "wm-ipp-print", "donato", "HEADER"):
        if name == "HEADER" and tree.find(".//*[@id='CONTENT']") is None:
            continue
        for node in tree.findall(f".//*[@id='{name}']"):
            if node.getparent() is not None:
                node.drop_tree()


def extract(
    capture: Capture, document: Document | None = None, *, rough_only: bool = False
) -> Article:
    """The article of a capture; ``document`` saves parsing it twice.

    ``rough_only`` leaves the extractor out: for pages on which it was killed. Raises
    ExtractError: ``unreadable`` (no HTML) or ``empty`` (fewer than 20 words of text).
    """
    page = document or parse(capture)
    text = "" if rough_only else _main_text(page)
    rough = False
    words = disguise.word_count(text)
    if words < MIN_WORDS:
        text, rough = rough_text(page.tree), True
        words = disguise.word_count(text)
    if words < MIN_WORDS:
        raise ExtractError(
            "the page holds no article text",
            subject=_subject(capture),
            hint="If it is built by script, save it from a browser and give that file with --url.",
            code="empty",
        )
    fields = markup.meta(page.tree)
    data = markup.json_ld(page.tree)
    canonical = urls.redact(_canonical(page, fields))
    site = capture.site or urls.site(page.url) or urls.site(canonical)
    title = claims.title(page.tree, fields, data, site)
    _, _, node = markup.layout(page.tree, text)
    base = page.base if urls.is_url(page.base) else canonical
    digest = normalize.digest(normalize.tokenize(text))
    return Article(
        id=normalize.article_id(canonical, digest),
        url=page.url,
        canonical_url=canonical,
        site=site,
        title=title,
        text=text,
        digest=digest,
        words=words,
        byline=claims.byline(page.tree, fields, data),
        published=_published(capture, page, fields, data, canonical, node),
        observed=page.observed,
        modified=_modified(capture, page.observed),
        language=claims.language(page.tree, fields),
        rough=rough,
        gate=gates.gate(text, title),
        links=_links(node, base),
        images=_images(page.tree, node, fields, base),
        aliases=claims.addresses(page.tree, fields, data, base),
    )


def is_flood(capture: Capture) -> bool:
    """Whether a page has so many tags that a parser should not be asked."""
    return capture.body.count(b"<") > MAX_TAGS


def bare_record(capture: Capture) -> Record:
    """The words of a page by a scan for tags alone: no tree, no charset guessing, time linear in
    its bytes. For pages that defeat the parser. Lines that repeat are kept a few times: filling
    must not be dearer than text.
    """
    text, _ = decode(capture.body, "")
    title = _TITLE.search(text)
    declared = title.group(1) if title else ""
    seen: Counter[str] = Counter()
    lines = []
    for line in bare_text(text).split("\n"):
        seen[line] += 1
        if seen[line] <= _REPEATS:
            lines.append(line)
    return Record(
        text="\n".join(lines),
        url=urls.redact(capture.final_url or capture.url),
        title=html.unescape(declared),
        published=capture.published,
        observed=capture.observed,
        site=capture.site,
        path=capture.path,
    )


def bare_text(page: str) -> str:
    """The text of a page without its tags, scripts, styles and comments; a line a block."""
    parts: list[str] = []
    at, size = 0, len(page)
    lower = page.lower()
    missing: set[str] = set()
    while at < size:
        start = page.find("<", at)
        if start < 0:
            parts.append(page[at:])
            break
        parts.append(page[at:start])
        name = _TAG_NAME.match(lower, start)
        word = name.group(1) if name else ""
        closing = "-->" if lower.startswith("<!--", start) else _ENDS.get(word, ">")
        # What was not found once is not there: looked for again, a page of "<!--" takes squares.
        end = -1 if closing in missing else lower.find(closing, start + 1)
        if end < 0:
            missing.add(closing)
            end = page.find(">", start)
            closing = ">"
            if end < 0:
                break
        parts.append("" if word in _INLINE else "\n")
        at = end + len(closing)
    lines = (" ".join(line.split()) for line in html.unescape("".join(parts)).split("\n"))
    return "\n".join(line for line in lines if line)


def article_from_record(record: Record) -> Article:
    """The article of a text that came already extracted.

    The text is kept as given (offsets are told in it) unless it clearly is HTML. Raises
    ExtractError (``empty``) when it holds no word.
    """
    text = normalize.clean(record.text)
    if len(_RECORD_HTML.findall(text)) >= 2:
        tree, whole = _parse(text)
        # Nested too deeply for the parser, a row of markup still has its words.
        found = rough_text(tree) if tree is not None and whole else ""
        text = found or bare_text(text)
    tokens = normalize.tokenize(text)
    if not tokens.count:
        subject = urls.redact(record.path or record.url)
        raise ExtractError("the text is empty", subject=subject, code="empty")
    url, archived = urls.unwrap_archive(urls.redact(record.url))
    canonical = urls.redact(urls.canonical_url(url))
    digest = normalize.digest(tokens)
    title = markup.squeeze(normalize.clean(record.title))
    return Article(
        id=normalize.article_id(canonical, digest),
        url=url,
        canonical_url=canonical,
        site=record.site or urls.site(url),
        title=title,
        text=text,
        digest=digest,
        words=disguise.word_count(text),
        byline=markup.squeeze(normalize.clean(record.byline or "")) or None,
        published=iso_time(record.published),
        observed=archived or record.observed,
        language=claims.primary_language(record.language),
        gate=gates.gate(text, title),
    )


def _main_text(page: Document) -> str:
    if sum(1 for _ in page.tree.iter()) > MAX_ELEMENTS:
        return ""
    from trafilatura import bare_extraction

    try:
        found: Any = bare_extraction(
            # A copy: the tree is read again after this.
            copy.deepcopy(page.tree),
            url=page.url if urls.is_url(page.url) else None,
            fast=True,
            include_comments=False,
            include_tables=False,
            # Its cache lives as long as the process and would drop every later copy of a text.
            deduplicate=False,
            with_metadata=False,
        )
    # Whatever a hostile page makes it raise (AssertionError, RecursionError, …): the rough text
    # stands in.
    except Exception:
        return ""
    text = getattr(found, "text", None) or ""
    return normalize.clean(text).strip()


def rough_text(tree: HtmlElement) -> str:
    """The visible text of the body without page furniture, one line a block."""
    body = tree if markup.tag(tree) == "body" else tree.find(".//body")
    node = tree if body is None else body
    lines = markup.lines_of(node, markup.UNSEEN | markup.FURNITURE)
    return normalize.clean("\n".join(lines))


def _canonical(page: Document, fields: dict[str, list[str]]) -> str:
    """Identity comes from the real URL; the page may only choose among its own site's."""
    declared = [
        url
        for href in [*markup.link_rel(page.tree, "canonical"), *fields.get("og:url", [])]
        if (url := markup.absolute(page.base, href))
    ]
    if not urls.is_url(page.url):
        return urls.canonical_url(declared[0] if declared else page.url)
    for url in declared[:1]:
        # Some systems declare the front page for every page.
        same = urls.site(url) == urls.site(page.url)
        if same and (urlsplit(url).path.strip("/") or not urlsplit(page.url).path.strip("/")):
            return urls.canonical_url(url)
    return urls.canonical_url(page.url)


def _published(
    capture: Capture,
    page: Document,
    fields: dict[str, list[str]],
    data: list[dict[str, Any]],
    canonical: str,
    node: HtmlElement | None,
) -> str | None:
    """What the user told; else what the page claims; else what the library reads out of it."""
    if told := iso_time(capture.published):
        return told
    seen = parse_time(page.observed) if page.observed else None
    latest = seen + timedelta(days=2) if seen else None
    claimed = claims.published(page.tree, fields, data, node, latest)
    return claimed or _guessed_day(page, canonical, latest)


def _modified(capture: Capture, observed: str | None) -> str | None:
    """``Last-Modified`` (RFC 9110, 8.8.2); None for a page that is made when it is asked for."""
    told = next((v for k, v in capture.headers if k.lower() == "last-modified"), None)
    found = iso_time(told)
    if found is None or observed is None:
        return found
    passed = lag(found, observed)
    # Made anew within the minute before we saw it: then it says what the sighting says.
    return found if passed and passed[0] > 60 else None


def _guessed_day(page: Document, canonical: str, latest: datetime | None) -> str | None:
    if sum(1 for _ in page.tree.iter()) > MAX_ELEMENTS:
        return None
    from htmldate import find_date

    try:
        day = find_date(
            copy.deepcopy(page.tree),
            extensive_search=False,
            original_date=True,
            url=canonical if urls.is_url(canonical) else None,
            min_date="1995-01-01",
            # Without it the library asks the clock, and a page would change with the day.
            max_date=latest.strftime("%Y-%m-%d") if latest else "2100-01-01",
        )
    except Exception:  # the same hostile pages as in _main_text
        return None
    return iso_time(day, latest=latest)


def _links(node: HtmlElement | None, base: str) -> tuple[str, ...]:
    if node is None:
        return ()
    found = (markup.absolute(base, a.get("href")) for a in node.iter("a"))
    return tuple(dict.fromkeys(url for url in found if url))[:_MAX_LINKS]


def _images(
    tree: HtmlElement, node: HtmlElement | None, fields: dict[str, list[str]], base: str
) -> tuple[str, ...]:
    shown = [markup.absolute(base, url) for url in fields.get("og:image", [])[:3]]
    holders = [] if node is None else [node]
    # Lead pictures often stand above the text, inside the same <article>.
    if node is not None:
        holders += list(node.iterancestors("article", "main"))[:1]
    shown += markup.image_urls(holders, base)
    return tuple(dict.fromkeys(url for url in shown if url))[:_MAX_IMAGES]
