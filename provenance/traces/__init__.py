"""What a reposter leaves in a page. Pure: an HTML tree and its article in, traces out.

A trace is a claim that the page itself makes, or a leftover that only copying explains; a plain
link in the text is neither. Links to the page's own house and to sites that everybody links
(``trace_catalogue``) never count, and links are read in the article and right after it, not in
sidebars. Strong: names one page, or surely one outlet. Medium: an outlet or a mechanism. Weak:
a hint.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

from lxml.html import HtmlElement

from provenance import markup, tracekinds, urls
from provenance.models import Article, Reason, Strength, Trace
from provenance.outlets import is_front_page, is_outlet
from provenance.traces import catalogue, head, leftovers, pictures
from provenance.traces.naming import Named, named
from provenance.traces.page import SNIPPET, Block, Page, mark, survey
from provenance.traces.pictures import unproxied, upload_time

__all__ = [
    "Named",
    "lookup_slugs",
    "lookup_stems",
    "lookup_urls",
    "named",
    "read",
    "shared_names",
    "upload_time",
]

_WRITTEN_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'()]{4,300}", re.IGNORECASE)
_RANK: dict[Strength, int] = {"strong": 0, "medium": 1, "weak": 2}
#: Links of the text that are weighed against each other.
_MOST_LINKS = 500
#: Traces of one page that are kept: of one kind, and in all. More say no more.
MOST_OF_A_KIND, MOST_OF_A_PAGE = 5, 40
_PAGES = tracekinds.named(page=True)


def read(tree: HtmlElement, article: Article) -> tuple[Trace, ...]:
    """All traces in a page, strongest first and then as found; the tree is left unchanged.

    ``tree`` is the parsed page and ``article`` what was extracted of it: its text tells where
    the article stands in the tree, its URL and site what is foreign. Without a site, only marks
    that need no comparison are found.
    """
    page = survey(tree, article)
    found: dict[tuple[str, str, str | None], Trace] = {}
    for rule in _RULES:
        for trace in rule(page):
            key = (trace.kind, trace.value, trace.target_url)
            if key not in found or _RANK[trace.strength] < _RANK[found[key].strength]:
                found[key] = trace
    kept: list[Trace] = []
    kinds: Counter[str] = Counter()
    for trace in sorted(found.values(), key=lambda trace: _RANK[trace.strength]):
        kinds[trace.kind] += 1
        if kinds[trace.kind] <= MOST_OF_A_KIND:
            kept.append(trace)
    return tuple(kept[:MOST_OF_A_PAGE])


def lookup_urls(traces: tuple[Trace, ...], article: Article) -> tuple[str, ...]:
    """Canonical URLs of the pages that strong and medium traces name, once each."""
    found = (
        urls.canonical_url(trace.target_url)
        for trace in traces
        if trace.target_url and trace.strength != "weak" and trace.kind in _PAGES
    )
    return tuple(dict.fromkeys(url for url in found if url != article.canonical_url))


def lookup_stems(article: Article) -> tuple[str, ...]:
    """Names of the article's image files (``urls.image_stem``), once each."""
    stems = (urls.image_stem(unproxied(image) or image) for image in article.images)
    return tuple(dict.fromkeys(stem for stem in stems if stem))


def lookup_slugs(article: Article) -> tuple[str, ...]:
    """The words that the article's addresses end in (``urls.slug``), once each."""
    slugs = (urls.slug(url) for url in (article.url, article.canonical_url))
    return tuple(dict.fromkeys(slug for slug in slugs if slug))


def shared_names(source: Article, target: Article) -> tuple[Reason, ...]:
    """File names of pictures, and words of addresses, that two pages of two sites share.

    Neither says who was first: a name goes along with a copy either way.
    """
    if source.site == target.site:
        return ()
    found = []
    theirs = {stem: image for image in source.images if (stem := urls.image_stem(image))}
    shown = [stem for stem in lookup_stems(target) if stem in theirs]
    if shown:
        uploaded = upload_time(theirs[shown[0]])
        when = f", uploaded {uploaded} by its name" if uploaded else ""
        told = f"Both pages show a picture of one file name ({shown[0]}{when})."
        found.append(Reason("shared-picture", told))
    slugs = [slug for slug in lookup_slugs(target) if slug in lookup_slugs(source)]
    if slugs:
        found.append(Reason("shared-slug", f"The addresses of both pages end in “{slugs[0]}”."))
    return tuple(found)


# --- links ----------------------------------------------------------------------------------


def _source_links(page: Page) -> Iterator[Trace]:
    ends = {id(block) for block in page.tail}
    for block in page.around:
        if len(block.text) > 300:
            continue
        at_end = id(block) in ends
        foreign = [(text, url, site) for text, url in block.links if (site := page.foreign(url))]
        for text, url, site in foreign:
            if catalogue.SOURCE_ANCHOR.match(text):
                yield mark("source-link", text or url, "strong", block.text, url, site)
            elif at_end and catalogue.MORE_ANCHOR.match(text) and len(block.text) < 60:
                yield mark("source-link", text, "medium", block.text, url, site)
        label_found = catalogue.SOURCE_LABEL.match(block.text)
        bare = catalogue.BARE_LABEL.match(block.text)
        via = catalogue.VIA_LABEL.match(block.text)
        if not (label_found or bare or via) or len({site for _, _, site in foreign}) > 2:
            continue
        found = bare or label_found or via
        rest = block.text[found.end() :] if found else ""
        strength: Strength = "strong" if label_found or bare else "medium"
        if foreign:
            text, url, site = foreign[0]
            # The link must be what the label introduces, not a word of a sentence behind it.
            if rest.startswith(text) or rest.find(text) in range(40):
                yield mark("source-link", text or url, strength, block.text, url, site)
        elif not block.links and label_found and label_found.group("mark") and len(rest) <= 60:
            yield from _unlinked_source(page, block, rest)


def _unlinked_source(page: Page, block: Block, rest: str) -> Iterator[Trace]:
    name = rest.strip(" .|-–—()[]")
    if written := _WRITTEN_URL.search(rest):
        url = written.group().rstrip(".,;)")
        url = url if url.startswith("http") else f"https://{url}"
        if site := page.foreign(url):
            yield mark("source-link", url, "strong", block.text, url, site)
    elif re.fullmatch(r"(?:[\w-]+\.)+[a-z]{2,12}", name, re.IGNORECASE):
        if site := page.foreign(f"https://{name}/"):
            yield mark("source-link", name, "medium", block.text, None, site)
    elif is_outlet(name) and not page.own_name(name):
        yield mark("source-link", name, "medium", block.text)


def _feed_footer(page: Page) -> Iterator[Trace]:
    for block in page.around:
        # Only the ends of a long line: it may be a whole page without breaks.
        found = catalogue.FEED_FOOTER.search(block.text[:1000]) or (
            catalogue.FEED_FOOTER.search(block.text[-1000:]) if len(block.text) > 1000 else None
        )
        if not found:
            continue
        name = markup.squeeze(next((g for g in found.groups() if g), "")).strip(" .")
        foreign = [(url, site) for _, url in block.links if (site := page.foreign(url))]
        if foreign:
            # The link of the title names the page; that of the site only its front.
            url, site = next((f for f in foreign if not is_front_page(f[0])), foreign[-1])
            yield mark("feed-footer", name or url, "strong", block.text, url, site)
        elif name and not block.links and not page.own_name(name):
            yield mark("feed-footer", name, "medium", block.text)


def _republish(page: Page) -> Iterator[Trace]:
    for block in page.around:
        if len(block.text) > 900:
            continue
        for notice, pattern in catalogue.REPUBLISH:
            found = pattern.search(block.text)
            if not found:
                continue
            start = max(0, found.start() - 40)
            snippet = f"{notice}: {block.text[start : start + SNIPPET]}"
            name = markup.squeeze(found.groupdict().get("name") or "")
            near = [
                (url, site)
                for text, url in block.links
                if (site := page.foreign(url)) and abs(block.text.find(text) - found.end()) < 200
            ]
            if near:
                url, site = next((n for n in near if not is_front_page(n[0])), near[0])
                yield mark("republish-notice", name or site, "strong", snippet, url, site)
            elif (not block.links or notice in catalogue.LICENSED_NOTICES) and not (
                name and page.own_name(name)
            ):
                yield mark("republish-notice", name or notice, "medium", snippet)
            break


def _internal_links(page: Page) -> Iterator[Trace]:
    if not page.article.site:
        return
    targets = [url for block in page.body for _, url in block.links][:_MOST_LINKS]
    # Nearly all links of nearly all pages are the site's own: seen without a parse.
    own = tuple(f"{scheme}//{urls.host(page.base)}/" for scheme in ("https:", "http:"))
    foreign = [url for url in targets if not url.startswith(own)]
    if len(foreign) < 3:
        return
    counted = [(url, site) for url in foreign if (site := page.foreign(url))]
    total = sum(urls.canonical_url(url) != page.article.canonical_url for url in targets)
    for site, count in Counter(site for _, site in counted).most_common(1):
        pages = {urls.canonical_url(url) for url, s in counted if s == site}
        deep = [url for url in pages if not is_front_page(url)]
        if count < 3 or len(deep) < 3 or count * 2 < total:
            continue
        # An outlet links its own topic pages; others link its articles.
        topics = [u for u in deep if re.search(r"/(tags?|topics?|authors?|category|section)/", u)]
        strength: Strength = "strong" if len(topics) >= 2 else "medium"
        snippet = f"{count} of {total} links in the text lead to {site}"
        yield mark("internal-links", site, strength, snippet, None, site)


def _promo_lines(page: Page) -> Iterator[Trace]:
    for block in [*page.body, *page.tail]:
        if len(block.text) > 300 or not block.anchors:
            continue
        leads = catalogue.PROMO.match(block.text)
        if not leads and not catalogue.NEWSLETTER.search(block.text):
            continue
        for text, url in block.links:
            site = page.foreign(url)
            # Newsletters are sent by services: only a page of that name on a site is the site's.
            if site and not is_front_page(url) and (leads or "newsletter" in url):
                yield mark("promo-line", text or url, "medium", block.text, url, site)
                break


def _tracking(page: Page) -> Iterator[Trace]:
    for block in page.body + page.tail:
        for text, url in block.links:
            if "?" not in url and "/~r/" not in url:
                continue
            if burner := catalogue.FEEDBURNER.search(url):
                yield mark("tracking-params", f"feedburner {burner.group(1)}", "medium", text, url)
                continue
            feed = catalogue.FEED_PARAMETERS.search(url)
            marked = feed or catalogue.TRACKED.search(url)
            if marked and (site := page.foreign(url)):
                strength: Strength = "medium" if feed else "weak"
                yield mark("tracking-params", marked.group(1), strength, text or url, url, site)


_RULES: tuple[Callable[[Page], Iterator[Trace]], ...] = (
    _source_links,
    *head.RULES,
    _feed_footer,
    _republish,
    *pictures.RULES,
    _internal_links,
    _promo_lines,
    _tracking,
    *leftovers.RULES,
)
