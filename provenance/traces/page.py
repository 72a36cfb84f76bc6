"""A page laid out for ``traces``: its lines with their links, and where the article stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from lxml.etree import XPath
from lxml.html import HtmlElement

from provenance import houses, markup, urls
from provenance.models import Article, Strength, Trace
from provenance.outlets import is_generic, same_name, same_outlet
from provenance.redaction import redact_within
from provenance.traces import catalogue

# Lines above the first paragraph, lines and characters after the last one, that still belong
# to the article: there stand bylines, notices and source links.
_HEAD_BLOCKS = 6
_TAIL_BLOCKS = 14
_TAIL_CHARACTERS = 700
#: Characters of a page that a trace shows, of its value, and of the address that it names.
SNIPPET, VALUE, ADDRESS = 200, 500, 2000
#: Links that are read of one line, and images, marks and names that a rule looks at: a page that
#: holds more of them says no more.
MOST = 50
_HOST = re.compile(r"(?:https?:)?//([\w.-]+)", re.IGNORECASE)
_ORIGIN = re.compile(r"https?://[\w.-]+")
# An address with a host, or a path from the root, in which there is nothing to resolve.
_PLAIN = re.compile(
    r"(?:https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+)?(?:/(?!/)(?:[^\s./?#][^\s/?#]*)?)+(?:[?#]\S*[^\s?#])?",
    re.ASCII,
)
_ASIDE_TAGS = frozenset({"aside", "nav", "figure", "figcaption", "form"})


class Block:
    """One line of the page and where it stands."""

    __slots__ = ("_base", "_links", "anchors", "aside", "inside", "matched", "node", "text")

    def __init__(self, line: markup.Line, base: str, *, matched: bool, inside: bool, aside: bool):
        self.node = line.node
        self.text = line.text
        self.anchors = line.anchors
        self.matched = matched
        self.inside = inside
        self.aside = aside
        self._base = base
        self._links: list[tuple[str, str]] | None = None

    @property
    def links(self) -> list[tuple[str, str]]:
        """The links of the line: ``(text, absolute URL)``. Read when asked for: most never are."""
        if self._links is None:
            self._links = [
                (markup.text_of(anchor)[:300], url)
                for anchor in self.anchors[:MOST]
                if (url := _resolved(self._base, anchor.get("href")))
            ]
        return self._links


def _resolved(base: str, href: str | None) -> str | None:
    """As ``markup.absolute``, which parses; most links need none of that."""
    if href and _PLAIN.fullmatch(href) and "archive." not in href:
        if href[0] != "/":
            return href
        if origin := _ORIGIN.match(base):
            return origin.group() + href
    return markup.absolute(base, href)


@dataclass(slots=True)
class Page:
    """What the rules of ``traces`` read. ``head`` and ``tail`` are the lines around the text."""

    tree: HtmlElement
    article: Article
    base: str
    node: HtmlElement | None
    blocks: list[Block]
    head: list[Block]
    tail: list[Block]
    meta: dict[str, list[str]]
    data: list[dict[str, Any]]
    names: list[str]
    hosts: frozenset[str]
    own_sites: frozenset[str]

    @property
    def around(self) -> list[Block]:
        """Head and tail, each line once."""
        seen = {id(block) for block in self.head}
        return self.head + [block for block in self.tail if id(block) not in seen]

    @property
    def body(self) -> list[Block]:
        """The lines inside the article."""
        return [block for block in self.blocks if block.inside and not block.aside]

    def foreign(self, url: str | None) -> str | None:
        """The site of a URL when it is neither ours nor everybody's; else None."""
        if not url or not self.own_sites:
            return None
        site = urls.site(url)
        if not site or any(same_outlet(site, own) for own in self.own_sites):
            return None
        return None if is_generic(url) else site

    def own_name(self, name: str) -> bool:
        """True when a name may be this site's own."""
        return any(same_name(name, own) for own in self.names if own)


def survey(tree: HtmlElement, article: Article) -> Page:
    """Lay a page out. Linear in its size; the tree is left unchanged."""
    base = markup.base_url(tree, article.url)
    if not urls.is_url(base):
        base = article.canonical_url
    lines, matched, node = markup.layout(tree, article.text)
    blocks = _blocks(lines, matched, node, base)
    places = [i for i, block in enumerate(blocks) if block.matched and block.inside]
    head: list[Block] = []
    tail: list[Block] = []
    if places:
        first, last = places[0], places[-1]
        head = [b for b in blocks[max(0, first - _HEAD_BLOCKS) : first + 2] if not b.aside]
        size = 0
        for i in range(max(last - 3, 0), min(last + 1 + _TAIL_BLOCKS, len(blocks))):
            size += len(blocks[i].text) if i > last else 0
            if size > _TAIL_CHARACTERS:
                break
            if not blocks[i].aside:
                tail.append(blocks[i])
    meta = markup.meta(tree)
    data = markup.json_ld(tree)
    names = [urls.site(article.url).split(".")[0], article.site.split(".")[0]]
    for key in ("og:site_name", "application-name", "al:iphone:app_name", "twitter:site"):
        names += [name.lstrip("@") for name in meta.get(key, [])]
    for item in data:
        # A wire report under a paper's roof often names the agency as its publisher.
        names += [
            name
            for name in markup.json_strings(item.get("publisher"), "name")
            if name.lower() not in houses.AGENCIES
        ]
    hosts = frozenset(_own_hosts(tree, base))
    own = frozenset({article.site, urls.site(article.url)} - {""})
    return Page(tree, article, base, node, blocks, head, tail, meta, data, names, hosts, own)


def _own_hosts(tree: HtmlElement, base: str) -> set[str]:
    """Sites that serve the page's furniture: its style, scripts and icons, not its pictures."""
    found = {urls.host(base)}
    for element in tree.iter("link", "script"):
        rel = (element.get("rel") or "").lower()
        if element.tag == "script" or "stylesheet" in rel or "icon" in rel:
            href = markup.unarchive(element.get("src") or element.get("href") or "")
            if elsewhere := _HOST.match(href):
                found.add(elsewhere.group(1).lower())
    return {urls.site_of_host(host) for host in found} - {""}


def _blocks(
    lines: list[markup.Line], matched: dict[int, int], node: HtmlElement | None, base: str
) -> list[Block]:
    above = set(node.iterancestors()) if node is not None else set()
    places: dict[HtmlElement, tuple[bool, bool]] = {}

    def place(element: HtmlElement) -> tuple[bool, bool]:
        path: list[HtmlElement] = []
        current: HtmlElement | None = element
        while current is not None and current not in places:
            path.append(current)
            current = current.getparent()
        inside, aside = places[current] if current is not None else (False, False)
        for step in reversed(path):
            if step is node:
                inside, aside = True, False
            elif step not in above and not aside:
                aside = _is_aside(step, inside)
            places[step] = (inside, aside)
        return places[element]

    blocks = []
    for i, line in enumerate(lines):
        inside, aside = place(line.node)
        blocks.append(Block(line, base, matched=i in matched, inside=inside, aside=aside))
    return blocks


def _is_aside(element: HtmlElement, inside: bool) -> bool:
    name = markup.tag(element)
    if name in _ASIDE_TAGS or (name == "footer" and not inside):
        return True
    if name in ("body", "html", "p", "a", "span"):
        return False
    marks = f"{element.get('class') or ''} {element.get('id') or ''}"
    return 1 < len(marks) < 300 and _names_aside(marks)


@lru_cache(maxsize=8192)
def _names_aside(marks: str) -> bool:
    return bool(catalogue.ASIDE_BOX.search(marks))


def elements(path: XPath, tree: HtmlElement) -> list[HtmlElement]:
    """The elements that a path finds, in page order."""
    return cast("list[HtmlElement]", path(tree))


def values(path: XPath, tree: HtmlElement) -> list[str]:
    """The attributes that a path finds, in page order."""
    return cast("list[str]", path(tree))


def mark(
    kind: str,
    value: str,
    strength: Strength,
    snippet: str,
    url: str | None = None,
    site: str | None = None,
) -> Trace:
    """A trace with its snippet cut and the secrets in its URLs blacked out."""
    snippet = redact_within(snippet)
    cut = snippet if len(snippet) <= SNIPPET else snippet[: SNIPPET - 1] + "…"
    if url:
        url = urls.redact(url)
        if len(url) > ADDRESS:  # cut short it would name another page
            url = None
    return Trace(kind, urls.redact(value)[:VALUE], url, site, strength, cut)
