"""Reading an HTML tree: head fields, JSON-LD, visible text, images, the node of the main text.

Pure and lxml only; both ``extract`` and ``traces`` stand on it, so that they read one page alike.
Functions never change the tree that they are given.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from provenance import urls


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: Elements that show no text of their own.
UNSEEN = _names(
    "script style noscript template svg iframe object embed head meta link title select option"
    " textarea button input audio video canvas map math"
)
#: Elements that begin a new line.
BLOCKS = _names(
    "p div li ul ol dl dt dd h1 h2 h3 h4 h5 h6 blockquote pre section article main header footer"
    " nav aside figure figcaption table thead tbody tfoot tr td th form fieldset address center"
    " body details summary hr"
)
_STARTS = BLOCKS | {"br"}
#: Page furniture: no part of an article.
FURNITURE = _names("nav header footer aside form")

_MAX_JSON_LD = 500_000
_MAX_JSON_NODES = 2_000
_ARCHIVE_PREFIX = re.compile(
    r"^(?:https?:)?(?://web\.archive\.org)?/web/\d{4,14}(?:[a-z]{2}_)?/(?=https?:)", re.IGNORECASE
)
_ARCHIVE_TODAY_PREFIX = re.compile(
    r"^https?://archive\.(?:today|is|ph|li|md|vn|fo)/(?:o/\w+|\d{14})/(?=https?:)", re.IGNORECASE
)
_SQUASH = re.compile(r"[\W_]+")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def squeeze(text: str | None) -> str:
    """The text with every run of white space (also no-break spaces) as one space."""
    return " ".join(text.split()) if text else ""


def squash(text: str) -> str:
    """Letters and digits only, lower case: for comparing names and lines."""
    return _SQUASH.sub("", text).lower()


def tag(node: Any) -> str:
    """The element's name, lower case; "" for comments and the like."""
    return node.tag.lower() if isinstance(node.tag, str) else ""


def is_hidden(node: HtmlElement) -> bool:
    """True for an element that its own attributes hide."""
    return "hidden" in node.attrib or bool(_HIDDEN_STYLE.search(node.get("style") or ""))


def walk(
    node: HtmlElement, skip: frozenset[str] = UNSEEN, *, hidden: bool = False
) -> Iterator[tuple[HtmlElement, str, bool]]:
    """Visible pieces below ``node`` in page order: ``(element, text, starts_line)``.

    Iterative, so that nesting can't exhaust the stack. ``hidden`` says to show hidden elements.
    """
    walker = iterwalk(node, events=("start", "end"))
    for event, element in walker:
        name = element.tag
        if event == "start":
            if not isinstance(name, str) or name in skip or (not hidden and is_hidden(element)):
                walker.skip_subtree()
            else:
                yield element, element.text or "", name in BLOCKS or name == "br"
        elif element is not node:
            starts = name in BLOCKS or name == "br"
            if starts or element.tail:
                parent = element.getparent()
                yield element if parent is None else parent, element.tail or "", starts


@dataclass(slots=True)
class Line:
    """One line of a page as shown: the element that begins it, its text, the links in it."""

    node: HtmlElement
    text: str
    anchors: list[HtmlElement]


def page_lines(tree: HtmlElement) -> list[Line]:
    """The lines of a page in order, hidden ones too (archives and readers show them)."""
    lines: list[Line] = []
    current = Line(tree, "", [])
    parts: list[str] = []
    # The links that are open here, outermost first: a line may begin inside one.
    within: list[HtmlElement] = []
    walker = iterwalk(tree, events=("start", "end"))
    for event, node in walker:
        name = node.tag
        start = event == "start"
        if start:
            if name in UNSEEN or not isinstance(name, str):
                walker.skip_subtree()
                continue
            piece = node.text
        elif node is tree or not isinstance(name, str):
            continue
        else:
            piece = node.tail
            if name == "a" and within and within[-1] is node:
                within.pop()
        if name in _STARTS:
            if parts and (text := squeeze("".join(parts))):
                current.text = text
                lines.append(current)
            begins = node if start or (above := node.getparent()) is None else above
            current, parts = Line(begins, "", within[-1:]), []
        if start and name == "a":
            within.append(node)
            current.anchors.append(node)
        if piece:
            parts.append(piece)
    if text := squeeze("".join(parts)):
        current.text = text
        lines.append(current)
    return lines


def text_of(node: HtmlElement) -> str:
    """The visible text of an element on one line."""
    return squeeze("".join((" " if line else "") + text for _, text, line in walk(node)))


def lines_of(node: HtmlElement, skip: frozenset[str] = UNSEEN) -> list[str]:
    """The visible text of an element, one line a block, empty lines left out."""
    lines: list[list[str]] = [[]]
    for _, text, starts in walk(node, skip):
        if starts:
            lines.append([])
        lines[-1].append(text)
    return [line for parts in lines if (line := squeeze("".join(parts)))]


def meta(tree: HtmlElement) -> dict[str, list[str]]:
    """Meta fields by lower-case name, property or itemprop, each with its contents in order."""
    found: dict[str, list[str]] = {}
    for node in tree.iter("meta"):
        content = squeeze(node.get("content"))
        if not content:
            continue
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            for name in (node.get(attribute) or "").lower().split():
                found.setdefault(name, []).append(content)
    return found


def link_rel(tree: HtmlElement, rel: str) -> list[str]:
    """The href of each ``<link rel=…>``, as written."""
    return [
        node.get("href", "").strip()
        for node in tree.iter("link")
        if rel in (node.get("rel") or "").lower().split() and node.get("href", "").strip()
    ]


def json_ld(tree: HtmlElement) -> list[dict[str, Any]]:
    """All JSON-LD objects of the page, nested ones included; broken blocks are passed over."""
    nodes: list[dict[str, Any]] = []
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        text = script.text or ""
        if not text.strip() or len(text) > _MAX_JSON_LD:
            continue
        try:
            value = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        stack = [value]
        while stack and len(nodes) < _MAX_JSON_NODES:
            current = stack.pop()
            if isinstance(current, dict):
                nodes.append(current)
                stack.extend(reversed(list(current.values())))
            elif isinstance(current, list):
                stack.extend(reversed(current))
    return nodes


def json_type(node: dict[str, Any]) -> set[str]:
    """The types of a JSON-LD object, lower case."""
    kinds = node.get("@type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    return {kind.lower() for kind in listed if isinstance(kind, str)}


def is_article_type(node: dict[str, Any]) -> bool:
    """True for a JSON-LD object that describes an article."""
    return any("article" in kind or kind == "blogposting" for kind in json_type(node))


def json_strings(value: Any, *keys: str) -> list[str]:
    """Strings of a JSON-LD value: itself, or the named keys of the objects in it."""
    out: list[str] = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str) and item.strip():
            out.append(squeeze(item))
        elif isinstance(item, dict):
            out.extend(
                squeeze(item[key])
                for key in keys
                if isinstance(item.get(key), str) and item[key].strip()
            )
    return out


def unarchive(href: str) -> str:
    """A link as the page had it before a web archive rewrote it."""
    href = href.strip()
    for prefix in (_ARCHIVE_PREFIX, _ARCHIVE_TODAY_PREFIX):
        if found := prefix.match(href):
            return href[found.end() :]
    return href


def base_url(tree: HtmlElement, url: str) -> str:
    """What relative links are resolved against."""
    for node in tree.iter("base"):
        if href := unarchive(node.get("href") or ""):
            return urls.absolute(url, href) or url
    return url


def absolute(base: str, href: str | None) -> str | None:
    """The absolute http URL of a link, archive prefixes gone; None for anything else."""
    return urls.absolute(base, unarchive(href)) if href and len(href) < 4096 else None


def _widest(srcset: str) -> str | None:
    best, best_size = None, -1.0
    for part in re.split(r",\s+|,(?=https?:)", srcset):
        words = part.split()
        if not words:
            continue
        size = re.match(r"[\d.]+", words[-1]) if len(words) > 1 else None
        try:
            width = float(size.group()) if size else 0.0
        except ValueError:
            width = 0.0
        if width > best_size:
            best, best_size = words[0], width
    return best


def image_urls(nodes: Iterable[HtmlElement], base: str) -> list[str]:
    """Absolute image URLs below the nodes, in order and once each: lazy sources, widest srcset."""
    found: dict[str, None] = {}
    for top in nodes:
        for node in top.iter("img", "source", "amp-img"):
            sources = [
                node.get(name) for name in ("src", "data-src", "data-lazy-src", "data-original")
            ]
            sources += [_widest(node.get(name) or "") for name in ("srcset", "data-srcset")]
            for source in sources:
                if source and (url := absolute(base, source)):
                    found.setdefault(url)
    return list(found)


def matched_lines(lines: Sequence[Line], text: str) -> dict[int, int]:
    """Which lines of a page are lines of ``text``: place in ``lines`` to length in characters."""
    wanted: dict[str, int] = {}
    for row in text.split("\n"):
        key = squash(row[:400])[:60]
        if len(key) >= 20:
            wanted.setdefault(key, len(row))
    found: dict[str, int] = {}
    for i, line in enumerate(lines):
        key = squash(line.text[:400])[:60]
        # A teaser or a caption may repeat a line of the text: a paragraph is believed first.
        if key in wanted and (
            key not in found or (tag(lines[found[key]].node) != "p" and tag(line.node) == "p")
        ):
            found[key] = i
    return {i: wanted[key] for key, i in sorted(found.items(), key=lambda item: item[1])}


def content_node(
    tree: HtmlElement, lines: Sequence[Line], matched: dict[int, int]
) -> HtmlElement | None:
    """The closest element that holds the extracted text; None when it can't be found.

    It is the deepest element below which stand at least four fifths (by characters) of the
    matched lines.
    """
    total = sum(matched.values())
    if not total:
        return None
    sizes: dict[HtmlElement, int] = {}
    for i, size in matched.items():
        current: HtmlElement | None = lines[i].node
        while current is not None:
            sizes[current] = sizes.get(current, 0) + size
            current = current.getparent()
    body = tree if tag(tree) == "body" else tree.find(".//body")
    node = tree if body is None else body
    while True:
        inner = [child for child in node if sizes.get(child, 0) >= 0.8 * total]
        if not inner or tag(inner[0]) == "p":
            return node
        node = inner[0]


@lru_cache(maxsize=1)
def layout(tree: HtmlElement, text: str) -> tuple[list[Line], dict[int, int], HtmlElement | None]:
    """The lines of a page, which of them are lines of ``text``, and the element that holds it.

    Of the last page it is kept: ``extract`` and ``traces`` ask one after the other, and neither
    changes a tree that it was given.
    """
    lines = page_lines(tree)
    matched = matched_lines(lines, text)
    return lines, matched, content_node(tree, lines, matched)
