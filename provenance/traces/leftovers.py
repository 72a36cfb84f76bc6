"""Rules of ``traces`` for what copying leaves in the text and the markup. Pure.

Addresses that only the copied site could protect, credits of agencies, titles that keep another
site's name, residue of import plugins, translators and language models.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice

from lxml.etree import XPath
from lxml.html import HtmlElement

from provenance import houses, markup, urls
from provenance.models import Strength, Trace
from provenance.outlets import is_outlet
from provenance.traces import catalogue
from provenance.traces.page import MOST, Page, elements, mark, values

_CFEMAIL = re.compile(r"/cdn-cgi/l/email-protection#([0-9a-f]{6,})", re.IGNORECASE)
_PROTECTED = re.compile(r"\[email\s*protected\]", re.IGNORECASE)
_KEYED = XPath("//*[@data-cfemail] | //a[contains(@href, '/cdn-cgi/l/email-protection#')]")
_BEHIND_CLOUDFLARE = XPath("boolean(//script[contains(@src, '/cdn-cgi/')])")
_MARKS = XPath("//@class | //@id", smart_strings=False)
_ASSETS = XPath(
    "//@href[contains(., '/plugins/')] | //@src[contains(., '/plugins/')]", smart_strings=False
)
_BYLINE_BOX = re.compile(r"byline|author|contributor|writer|bio", re.IGNORECASE)
#: Fewer words with a hidden character may be an editor's slip.
_HIDDEN_WORDS = 5
_TITLE_END = re.compile(r"\s+[|–—·•-]{1,2}\s+|\s*[|»]\s+|\s+::\s+")


def decode_email(key_and_text: str) -> str | None:
    """The address behind Cloudflare's e-mail protection: the first byte is the key of the rest."""
    try:
        raw = bytes.fromhex(key_and_text)
        address = bytes(byte ^ raw[0] for byte in raw[1:]).decode("utf-8")
    except (ValueError, IndexError):
        return None
    address = address.split("?")[0]
    return address if re.fullmatch(r"[^@\s<>]+@[\w.-]+\.\w{2,}", address) else None


def _emails(page: Page) -> Iterator[Trace]:
    keyed = 0
    for node in elements(_KEYED, page.tree)[: 4 * MOST]:
        hidden = node.get("data-cfemail") or ""
        if not hidden and (found := _CFEMAIL.search((node.get("href") or "")[:1000])):
            hidden = found.group(1)
        if not hidden:
            continue
        keyed += 1
        address = decode_email(hidden[:1000])
        if address is None or not _in_article(page, node):
            continue
        mailbox, domain = address.rsplit("@", 1)
        site = page.foreign(f"https://{domain}/")
        if site and site not in catalogue.MAIL_SITES:
            newsroom = catalogue.NEWSROOM_MAILBOX.match(mailbox) or _in_byline(node)
            strength: Strength = "strong" if newsroom else "medium"
            yield mark("email-protected", address, strength, "data-cfemail", None, site)
    if keyed:
        return
    shown = [
        page.article.byline or "",
        *(b.text for b in page.around),
        *page.article.text.split("\n"),
    ]
    for text in shown:
        if found := _PROTECTED.search(text):
            start = max(0, found.start() - 80)
            # Behind Cloudflare the page's own addresses are hidden so.
            bare: Strength = "weak" if _BEHIND_CLOUDFLARE(page.tree) else "medium"
            yield mark("email-protected", "[email protected]", bare, text[start : start + 180])
            return


def _in_article(page: Page, node: HtmlElement) -> bool:
    near = {id(block.node) for block in page.around}
    for step in (node, *node.iterancestors()):
        if step is page.node or id(step) in near or markup.tag(step) == "article":
            return True
        if markup.tag(step) in ("aside", "footer", "nav", "header"):
            return False
    return False


def _in_byline(node: HtmlElement) -> bool:
    around = [node, *islice(node.iterancestors(), 4)]
    return any(_BYLINE_BOX.search(step.get("class") or "") for step in around)


def _section_suffix(page: Page) -> Iterator[Trace]:
    node = page.tree.find(".//title")
    head = markup.squeeze(node.text_content()) if node is not None else ""
    shown = page.meta.get("og:title", [])[:1]
    shown += [markup.text_of(h1) for h1 in list(page.tree.iter("h1"))[:3]]
    for title, is_head in [(head, True), *((t, False) for t in shown)]:
        pieces = [piece for piece in _TITLE_END.split(title) if piece]
        if len(pieces) < 2 or len(pieces[0]) < 15:
            continue
        end = pieces[-1].strip()
        # The head's last piece is mostly the site's own name: then what stands before it is a
        # section of this site.
        if page.own_name(end) or (is_head and len(pieces) > 2 and page.own_name(pieces[-2])):
            continue
        if not 4 <= len(end) <= 40 or catalogue.PLAIN_SECTIONS.match(end):
            continue
        if is_outlet(end) or re.fullmatch(r"(?:[A-ZÀ-Þ][\w'’.-]*\s){1,3}News", end):
            yield mark("section-suffix", end, "medium", title)


def _told(page: Page) -> Iterator[Trace]:
    counts: Counter[str] = Counter()
    first: dict[str, tuple[str, str]] = {}
    text = page.article.text
    asked = [*catalogue.TOLD.finditer(text), *catalogue.REPORTING_FROM.finditer(text)]
    for found in asked[: 4 * MOST]:
        name = re.sub(r"(?:['’]s|[.,])$", "", found.group("name"))
        name = re.sub(r"^[Tt]he ", "", name)
        known = houses.KNOWN_OUTLET.match(name) or name.lower() in houses.AGENCIES
        named = len(name.split()) > 1 and len(name) <= 60 and houses.OUTLET_NAME.search(name)
        if not (known or named) or page.own_name(name):
            continue
        counts[name] += 1
        start = max(0, found.start() - 60)
        first.setdefault(name, (found.group("verb"), text[start : found.end() + 60]))
    for name, count in counts.items():
        verb, snippet = first[name]
        medium = "report" in verb or "correspondent" in verb or count >= 2
        yield mark("told-outlet", name, "medium" if medium else "weak", markup.squeeze(snippet))


def _furniture(page: Page) -> Iterator[Trace]:
    lines = [*page.article.text.split("\n"), *(block.text for block in page.body)]
    for pattern, whose in catalogue.FURNITURE:
        line = next((line for line in lines if len(line) < 400 and pattern.match(line)), None)
        if line is not None and not (whose and page.own_name(whose)):
            strength: Strength = "medium" if whose else "weak"
            yield mark("house-furniture", whose or "a theme", strength, line)


def _wire(page: Page) -> Iterator[Trace]:
    text = page.article.text
    lines = [line for line in text.split("\n") if line.strip()]
    found: list[tuple[str, str]] = []
    for line in lines[:4]:
        if dateline := catalogue.DATELINE.match(line[:200]):
            name = markup.squeeze(dateline.group("agency"))
            place = dateline.group("place")
            # Any name in capitals or of an agency; a remark in brackets is neither.
            if place[:1].isupper() and (
                name.lower() in houses.AGENCIES
                or (name[:1].isupper() and place.upper() == place)
                or name.isupper()
            ):
                found.append((name, line[:120]))
    for line in [*lines[-5:], *(block.text for block in page.tail)]:
        line = line if len(line) <= 2000 else line[:1000] + " " + line[-1000:]
        if credit := catalogue.REPORTING_BY.search(line):
            found.append(("Reuters", credit.group()))
        if helped := catalogue.CONTRIBUTED.search(line):
            name = helped.group("agency")
            if name.lower() in houses.AGENCIES:
                found.append((name, line))
    byline = (page.article.byline or "")[:300]
    for piece in re.split(r"\s*(?:[,/|;•]|\bwith\b|\band\b)\s*", byline):
        name = re.sub(r"^(?:by|from|via|source)\b:?\s*", "", piece.strip(), flags=re.IGNORECASE)
        if name.lower() in houses.AGENCIES:
            found.append((name, f"byline: {byline}"))
        elif credited := houses.AGENCY_IN_BYLINE.search(name):
            found.append((credited.group(), f"byline: {byline}"))
    for item in page.data:
        for name in markup.json_strings(item.get("publisher"), "name"):
            if markup.is_article_type(item) and name.lower() in houses.AGENCIES:
                found.append((name, f"publisher: {name}"))
    for name, snippet in found:
        agency = houses.AGENCIES.get(name.lower(), name.lower())
        if not page.own_name(name) and not page.own_name(agency):
            yield mark("wire-credit", agency, "medium", snippet)


# --- mechanisms -----------------------------------------------------------------------------


def _plugins(page: Page) -> Iterator[Trace]:
    # All classes and addresses as one text: a page has thousands, and nearly never a hit.
    for attribute, path in (("class", _MARKS), ("asset", _ASSETS)):
        joined = "\n".join(value for value in values(path, page.tree) if len(value) < 2000)
        lower = joined.lower()
        # Plain search first: the pattern costs ten times as much, and nearly no page has these.
        if not any(word in lower for word in catalogue.IMPORT_WORDS):
            continue
        if found := catalogue.IMPORT_PLUGINS.search(joined):
            start, end = joined.rfind("\n", 0, found.start()) + 1, joined.find("\n", found.end())
            line = joined[start : end if end >= 0 else len(joined)]
            yield mark("import-plugin", found.group().lower(), "medium", f"{attribute}={line}")
    for generator in page.meta.get("generator", [])[:5]:
        if tool := catalogue.IMPORT_PLUGINS.search(generator[:500]):
            yield mark("import-plugin", tool.group().lower(), "medium", f"generator={generator}")


def _translation(page: Page) -> Iterator[Trace]:
    fonts = [
        node
        for node in page.tree.iter("font")
        if re.search(r"vertical-align:\s*inherit", node.get("style") or "")
    ]
    if len(fonts) >= 2:
        snippet = markup.text_of(fonts[0])
        yield mark("machine-translation", "vertical-align: inherit", "medium", snippet)
    classes = page.tree.get("class") or ""
    if found := re.search(r"translated-(?:ltr|rtl)", classes):
        yield mark("machine-translation", found.group(), "medium", f"html class={classes}")
    hosts = [page.article.url, *markup.link_rel(page.tree, "canonical")]
    hosts += [url for block in page.body for _, url in block.links]
    for url in hosts:
        if urls.host(url).endswith(".translate.goog"):
            yield mark("machine-translation", "translate.goog", "medium", url)
            return


def _model(page: Page) -> Iterator[Trace]:
    text = page.article.text
    for found in islice(catalogue.MODEL_RESIDUE.finditer(text), MOST):
        # Reporting about models quotes them.
        if text[max(0, found.start() - 2) : found.start()].strip()[-1:] in tuple("\"“'‘«"):
            continue
        start = max(text.rfind("\n", 0, found.start()) + 1, found.start() - 200)
        line = text[start : found.end() + 80].split("\n")[0]
        yield mark("model-residue", markup.squeeze(found.group()).lower(), "medium", line)
    spun = catalogue.SPINTAX.findall(text)
    # In program text braces and bars are common; in prose two of them are a spinner's.
    if len(spun) >= 2 and not re.search(r"[{}();]\s*$|=>|==|&&", text, re.MULTILINE):
        yield mark("model-residue", "spintax", "medium", " … ".join(spun[:4]))


def _hidden(page: Page) -> Iterator[Trace]:
    texts = (block.text for block in page.body if not block.text.isascii())
    hits = ((text, hit) for text in texts for hit in catalogue.HIDDEN.finditer(text))
    found = [text[max(0, hit.start() - 12) : hit.end() + 12] for text, hit in islice(hits, MOST)]
    if len(found) >= _HIDDEN_WORDS:
        snippet = f"{len(found)} words, such as {found[0]!a}"
        yield mark("hidden-characters", "zero-width", "medium", snippet)


RULES: tuple[Callable[[Page], Iterator[Trace]], ...] = (
    _emails,
    _section_suffix,
    _wire,
    _told,
    _furniture,
    _plugins,
    _translation,
    _model,
    _hidden,
)
