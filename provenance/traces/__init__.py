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
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from provenance import markup, urls
from provenance.models import Article, Strength, Trace
from provenance.outlets import is_cdn, is_front_page, is_outlet, same_outlet
from provenance.traces import catalogue, leftovers
from provenance.traces.page import SNIPPET, Block, Page, mark, survey

_EPOCH = re.compile(r"(?<!\d)(1\d{9})$")
_FOLDER = re.compile(r"/(20\d\d)/(0[1-9]|1[0-2])/")
_WRITTEN_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'()]{4,300}", re.IGNORECASE)
_RANK: dict[Strength, int] = {"strong": 0, "medium": 1, "weak": 2}
_PICTURE = re.compile(r"\.(jpe?g|png|webp|gif|avif)$", re.IGNORECASE)
#: A gallery of one outlet's pictures says no more than its first ones.
_MAX_HOTLINKS = 3
# Their URLs are files, mailboxes or marked links, no articles to look up.
_NO_PAGE = frozenset({"hotlink", "image-proxy", "email-protected", "tracking-params"})


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
    return tuple(sorted(found.values(), key=lambda trace: _RANK[trace.strength]))


def lookup_urls(traces: tuple[Trace, ...], article: Article) -> tuple[str, ...]:
    """Canonical URLs of the pages that strong and medium traces name, once each."""
    found = (
        urls.canonical_url(trace.target_url)
        for trace in traces
        if trace.target_url and trace.strength != "weak" and trace.kind not in _NO_PAGE
    )
    return tuple(dict.fromkeys(url for url in found if url != article.canonical_url))


def lookup_stems(article: Article) -> tuple[str, ...]:
    """Names of the article's image files (``urls.image_stem``), once each."""
    stems = (urls.image_stem(_unproxied(image) or image) for image in article.images)
    return tuple(dict.fromkeys(stem for stem in stems if stem))


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


def _head_urls(page: Page) -> Iterator[Trace]:
    declared = [("canonical", href) for href in markup.link_rel(page.tree, "canonical")]
    for key in ("og:url", "twitter:url"):
        declared += [("og-url", href) for href in page.meta.get(key, [])]
    for key in ("syndication-source", "original-source"):
        declared += [(key, href) for href in page.meta.get(key, [])]
        declared += [(key, href) for href in markup.link_rel(page.tree, key)]
    for kind, href in declared:
        url = markup.absolute(page.base, href)
        if url and (site := page.foreign(url)):
            strength: Strength = "medium" if is_front_page(url) else "strong"
            yield mark(kind, url, strength, f"{kind}: {href}", url, site)


def _json_ld(page: Page) -> Iterator[Trace]:
    for item in page.data:
        if not markup.is_article_type(item):
            continue
        for key in ("mainEntityOfPage", "isBasedOn", "url", "publisher", "copyrightHolder"):
            for text in markup.json_strings(item.get(key), "@id", "url"):
                url = markup.absolute(page.base, text)
                site = page.foreign(url)
                if url and site:
                    # A publisher is often the mother company, which copied nothing.
                    page_like = key in ("mainEntityOfPage", "isBasedOn", "url")
                    strong = page_like and not is_front_page(url)
                    yield mark(
                        "jsonld", url, "strong" if strong else "medium", f"{key}: {text}", url, site
                    )


def _feed_footer(page: Page) -> Iterator[Trace]:
    for block in page.around:
        found = catalogue.FEED_FOOTER.search(block.text)
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
    targets = [
        (text, url)
        for block in page.body
        for text, url in block.links
        if urls.canonical_url(url) != page.article.canonical_url
    ]
    counted = [(text, url, site) for text, url in targets if (site := page.foreign(url))]
    by_site = Counter(site for _, _, site in counted)
    for site, count in by_site.most_common(1):
        pages = {urls.canonical_url(url) for _, url, s in counted if s == site}
        deep = [url for url in pages if not is_front_page(url)]
        if count < 3 or len(deep) < 3 or count * 2 < len(targets):
            continue
        # An outlet links its own topic pages; others link its articles.
        topics = [u for u in deep if re.search(r"/(tags?|topics?|authors?|category|section)/", u)]
        strength: Strength = "strong" if len(topics) >= 2 else "medium"
        snippet = f"{count} of {len(targets)} links in the text lead to {site}"
        yield mark("internal-links", site, strength, snippet, None, site)


def _tracking(page: Page) -> Iterator[Trace]:
    for block in page.body + page.tail:
        for text, url in block.links:
            site = page.foreign(url)
            feed = catalogue.FEED_PARAMETERS.search(url)
            marked = feed or catalogue.TRACKED.search(url)
            if site and marked:
                strength: Strength = "medium" if feed else "weak"
                yield mark("tracking-params", marked.group(1), strength, text or url, url, site)


# --- images ---------------------------------------------------------------------------------


def _unproxied(image: str) -> str | None:
    """The origin of an image behind a proxy that keeps it in the URL; None for others."""
    for pattern in catalogue.IMAGE_PROXIES:
        if found := pattern.search(image):
            inner = unquote(found.group(1))
            if not inner.startswith("http"):
                inner = "https://" + inner.lstrip("/")
            return inner if urls.is_url(inner) else None
    return None


def _images(page: Page) -> Iterator[Trace]:
    counts: Counter[str] = Counter()
    for image in page.article.images:
        inner = _unproxied(image)
        url = inner or image
        site = page.foreign(url)
        if not site or is_cdn(url) or any(same_outlet(site, host) for host in page.hosts):
            continue
        counts[site] += 1
        if counts[site] > _MAX_HOTLINKS:
            continue
        host = urls.host(url).removeprefix("www.")
        # A picture in the upload folder of the outlet's front host; a host of another name may
        # be a picture service that isn't known here.
        uploaded = "/wp-content/uploads/" in url or bool(_FOLDER.search(url))
        strength: Strength = "weak"
        if host == site and _PICTURE.search(urlsplit(url).path):
            strength = "strong" if uploaded else "medium"
        snippet = f"image on {host}"
        if (epoch := upload_time(url)) is not None:
            snippet += f", uploaded {epoch} by its name, in the folder of that month"
        yield mark("image-proxy" if inner else "hotlink", url, strength, snippet, None, site)


def upload_time(image: str) -> str | None:
    """When an image was uploaded, if its name ends in a Unix time of its folder's month (UTC)."""
    found = _EPOCH.search(urls.image_stem(image))
    folder = _FOLDER.search(urlsplit(image).path)
    if not found or not folder:
        return None
    moment = datetime.fromtimestamp(int(found.group(1)), UTC)
    if (moment.year, moment.month) != (int(folder.group(1)), int(folder.group(2))):
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


_RULES: tuple[Callable[[Page], Iterator[Trace]], ...] = (
    _source_links,
    _head_urls,
    _json_ld,
    _feed_footer,
    _republish,
    _images,
    _internal_links,
    _tracking,
    *leftovers.RULES,
)
