"""Rules of ``traces`` for what a page declares: its head, its page data, marks of rights. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from provenance import markup, urls
from provenance.models import Strength, Trace
from provenance.outlets import is_front_page
from provenance.traces import catalogue
from provenance.traces.page import MOST, Page, mark

#: Characters of one script in which an importer's field is looked for.
_SCRIPT = 200_000
_CACHE = ".cdn.ampproject.org/"
_KEYS = tuple((key, name) for name in catalogue.IMPORT_FIELDS for key in (f"data-{name}", name))


def _head_urls(page: Page) -> Iterator[Trace]:
    rels = {
        "canonical": "canonical",
        "amphtml": "amp-link",
        "shortlink": "short-link",
        "syndication-source": "syndication-source",
        "original-source": "original-source",
    }
    declared: list[tuple[str, str]] = []
    for node in page.tree.iter("link"):
        href = (node.get("href") or "").strip()
        for rel in (node.get("rel") or "").lower().split():
            if href and rel in rels:
                declared.append((rels[rel], href))
        if "/wp-json/wp/v2/posts/" in href:
            declared.append(("short-link", href))
    for key in ("og:url", "twitter:url"):
        declared += [("og-url", href) for href in page.meta.get(key, [])]
    for key in ("syndication-source", "original-source"):
        declared += [(key, href) for href in page.meta.get(key, [])]
    for key in ("dc.source", "dcterms.source"):
        declared += [("dc-source", href) for href in page.meta.get(key, []) if urls.is_url(href)]
    for node in page.tree.iter("base"):
        declared.append(("base-href", (node.get("href") or "").strip()))
    for kind, href in declared[:MOST]:
        url = markup.absolute(page.base, href)
        # The AMP cache keeps the page's own, too.
        if url and _CACHE not in url and (site := page.foreign(url)):
            strength: Strength = "medium" if is_front_page(url) else "strong"
            yield mark(kind, url, strength, f"{kind}: {href}", url, site)


def _json_ld(page: Page) -> Iterator[Trace]:
    articles = [item for item in page.data if markup.is_article_type(item)]
    for item in articles[:MOST]:
        for key in (
            "mainEntityOfPage",
            "isBasedOn",
            "url",
            "sameAs",
            "publisher",
            "copyrightHolder",
        ):
            for text in markup.json_strings(item.get(key), "@id", "url")[:MOST]:
                url = markup.absolute(page.base, text)
                site = page.foreign(url)
                if url and site:
                    # A publisher is often the mother company, which copied nothing.
                    page_like = key in ("mainEntityOfPage", "isBasedOn", "url", "sameAs")
                    strong = page_like and not is_front_page(url)
                    yield mark(
                        "jsonld", url, "strong" if strong else "medium", f"{key}: {text}", url, site
                    )


def _pixels(page: Page) -> Iterator[Trace]:
    for node in page.tree.iter("img", "script", "iframe", "amp-pixel"):
        src = node.get("src") or ""
        # Cheaper than the patterns, which nearly all pages fail.
        if not ("pixel" in src or "count" in src) or len(src) > 2000:
            continue
        for pattern, whose in catalogue.PIXELS:
            found = pattern.search(src)
            if not found:
                continue
            site = page.foreign(f"https://{whose or found.group(1)}/")
            if site:
                yield mark("republish-pixel", site, "strong", f"{node.tag}: {src}", None, site)


def _creative_commons(page: Page) -> Iterator[Trace]:
    for item in page.data:
        if markup.is_article_type(item):
            for text in markup.json_strings(item.get("license"), "@id", "url")[:MOST]:
                if found := catalogue.CREATIVE_COMMONS.search(text):
                    yield mark("cc-mark", found.group("name").lower(), "medium", f"license: {text}")
    for href in markup.link_rel(page.tree, "license")[:MOST]:
        if found := catalogue.CREATIVE_COMMONS.search(href):
            yield mark("cc-mark", found.group("name").lower(), "medium", f"rel=license: {href}")
    for block in page.around:
        for anchor in block.anchors[:MOST]:
            found = catalogue.CREATIVE_COMMONS.search((anchor.get("href") or "")[:300])
            said = "license" in (anchor.get("rel") or "").lower().split() or (
                catalogue.LICENSES_TEXT.search(block.text[:2000])
                and not catalogue.OF_A_PICTURE.search(block.text[:2000])
            )
            if found and said:
                yield mark("cc-mark", found.group("name").lower(), "medium", block.text)


def _noindex(page: Page) -> Iterator[Trace]:
    for name in ("robots", "googlebot", "googlebot-news"):
        for content in page.meta.get(name, [])[:3]:
            if "noindex" in content.lower():
                yield mark("noindex", name, "weak", f"{name}: {content}")


def _import_fields(page: Page) -> Iterator[Trace]:
    noted: list[tuple[str, str]] = []
    for name in catalogue.IMPORT_FIELDS:
        noted += [(name, href) for href in page.meta.get(name, [])]
    # Importers note it on the article or on a line beside it.
    near = [] if page.node is None else [page.node, *page.node.iterancestors()]
    near += [block.node for block in page.around]
    for node in near:
        if len(node.attrib):
            noted += [(name, href) for key, name in _KEYS if (href := node.get(key))]
    for node in page.tree.iter("script"):
        text = node.text
        # A field's name holds an underscore between these; most scripts are passed over here.
        if text and ("original_" in text or "_permalink" in text or "feedzy" in text):
            for found in catalogue.IMPORT_FIELD_IN_SCRIPT.finditer(text[:_SCRIPT]):
                noted.append((found.group("field"), found.group("url").replace("\\/", "/")))
                if len(noted) >= MOST:
                    break
    for name, href in noted[:MOST]:
        url = markup.absolute(page.base, href)
        if url and (site := page.foreign(url)):
            strength: Strength = "medium" if is_front_page(url) else "strong"
            yield mark("import-fields", url, strength, f"{name}: {href}", url, site)


RULES: tuple[Callable[[Page], Iterator[Trace]], ...] = (
    _head_urls,
    _json_ld,
    _pixels,
    _creative_commons,
    _noindex,
    _import_fields,
)
