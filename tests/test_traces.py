"""Every kind of trace: a page that leaves it, and a near miss that must not."""

from __future__ import annotations

import json
from collections import Counter
from functools import partial

import lxml.etree
import pytest
from timing import assert_grows, cost

from provenance import extract, tracekinds, traces
from provenance.models import Article, Capture, Trace
from provenance.outlets import is_generic, same_name, same_outlet
from provenance.traces import upload_time
from provenance.traces.leftovers import decode_email

TEXT = (
    (
        "The harbour council of Port Ellery voted on Tuesday to close the old grain pier "
        "after divers "
        "found cracks in eleven of its oak piles."
    ),
    (
        "Engineer Maud Tarrow said the repair would take two winters, and that the ferry "
        "to Skerrow "
        "would leave from the fish dock until then."
    ),
    (
        "Traders on the quay asked for lower rents, because their customers would no "
        "longer walk past "
        "the stalls on the way to the boat."
    ),
    (
        "The council will hear them on the ninth, when it also decides who pays for the "
        "divers and the "
        "timber that was ordered last spring."
    ),
)
URL = "https://www.copyquay.example/2025/07/grain-pier-closed"
SOURCE = "https://portellery-post.example/news/grain-pier-shut"


def page(
    end: str = "",
    *,
    start: str = "",
    head: str = "",
    text: tuple[str, ...] = TEXT,
    after: str = "",
    html: str = "<html lang='en'>",
    title: str = "Grain pier in Port Ellery closes after divers find cracks",
    byline: str = "",
) -> str:
    body = "".join(f"<p>{line}</p>" for line in text)
    return (
        f"<!doctype html>{html}<head><title>{title}</title>{head}</head><body>"
        "<nav><a href='/'>Home</a> <a href='/sport'>Sport</a></nav>"
        f"<main><article><h1>{title}</h1>{byline}{start}<div class='entry'>{body}{end}</div>"
        f"</article>{after}</main><footer><p>Copy Quay, all the harbour news</p></footer>"
        "</body></html>"
    )


def read(html: str, url: str = URL) -> tuple[Trace, ...]:
    capture = Capture(url, html.encode())
    document = extract.parse(capture)
    return traces.read(document.tree, extract.extract(capture, document))


def of_kind(html: str, kind: str, url: str = URL) -> list[Trace]:
    return [trace for trace in read(html, url) if trace.kind == kind]


def protect(address: str, key: int = 0x5A) -> str:
    return bytes([key, *(byte ^ key for byte in address.encode())]).hex()


LINK = f"<a href='{SOURCE}'>Port Ellery Post</a>"
PICTURE = "https://portellery-post.example/wp-content/uploads/2025/07/pier-1751569992-770x513.jpg"
EDITOR = f"/cdn-cgi/l/email-protection#{protect('editor@portellery-post.example')}"

EXAMPLES = [
    pytest.param(kind, example, id=f"{kind.name}-{i}")
    for kind in tracekinds.KINDS
    for i, example in enumerate(kind.examples)
]


def with_markup(place: tracekinds.Place, markup: str) -> str:
    """A page with this markup at a place of it, as ``tracekinds.Example`` names them."""
    if place == "text":
        if markup.startswith("^"):
            return page(text=(markup[1:] + TEXT[0], *TEXT[1:]))
        return page(text=(*TEXT[:3], f"{TEXT[3]} {markup}"))
    return page(**{"html" if place == "root" else place: markup})


@pytest.mark.parametrize(("kind", "example"), EXAMPLES)
def test_example_leaves_its_trace(kind: tracekinds.Kind, example: tracekinds.Example) -> None:
    html = with_markup(example.place, example.page)
    found = of_kind(html, kind.name)
    assert [trace.strength for trace in found][:1] == [example.strength], read(html)
    assert all(len(trace.snippet) <= 200 and trace.snippet for trace in found)
    # What a kind says of itself is borne out by what it finds.
    assert not kind.page or found[0].target_url or example.strength == "medium"
    assert not kind.hearsay or found[0].target_url is None


@pytest.mark.parametrize(("kind", "example"), EXAMPLES)
def test_near_miss_leaves_none(kind: tracekinds.Kind, example: tracekinds.Example) -> None:
    html = with_markup(example.near_place or example.place, example.near)
    assert of_kind(html, kind.name) == []


ORGANISATION = {"@type": "Organization", "url": SOURCE}
OWN = "https://www.copyquay.example/2025/07/other"
# Ways of saying it that the catalogue has no line for.
FOUND = [
    ("source-link", page(after=f"<p><a href='{SOURCE}'>Go to Source</a></p>"), "strong"),
    ("source-link", page(f"<p>Fuente: {LINK}</p>"), "strong"),
    ("source-link", page(f"<p>Источник: {LINK}</p>"), "strong"),
    ("source-link", page(f"<p>出典：{LINK}</p>"), "strong"),
    ("source-link", page(f"<p>المصدر: {LINK}</p>"), "strong"),
    ("source-link", page(f"<p><a href='{SOURCE}'>View original</a></p>"), "strong"),
    ("source-link", page(f"<p><a href='{SOURCE}'>Read full article</a></p>"), "strong"),
    (
        "feed-footer",
        page(f"<p>Der Beitrag <a href='{SOURCE}'>Pier</a> erschien zuerst auf {LINK}.</p>"),
        "strong",
    ),
]


@pytest.mark.parametrize(("kind", "html", "strength"), FOUND)
def test_trace_is_found(kind: str, html: str, strength: str) -> None:
    assert [trace.strength for trace in of_kind(html, kind)][:1] == [strength], read(html)


NEAR = [
    # A source that is everybody's, or stands in the middle of the text or in a sidebar.
    ("source-link", page("<p>Source: <a href='https://stats.gov.uk/table'>Office</a></p>")),
    ("source-link", page("<p>Source: <a href='https://www.reuters.com/'>Reuters</a></p>")),
    ("source-link", page(text=(TEXT[0] + f" {LINK}", *TEXT[1:]))),
    ("source-link", page(text=(f"The report in the {LINK} was the first.", *TEXT))),
    ("source-link", page(after=f"<aside><p>Source: {LINK}</p></aside>")),
    (
        "jsonld",
        page(head=f"<script type='application/ld+json'>{json.dumps(ORGANISATION)}</script>"),
    ),
    (
        "hotlink",
        page(
            head="<link rel='stylesheet' href='https://quayfiles.example/a.css'>",
            start="<img src='https://quayfiles.example/2025/07/pier.jpg'>",
        ),
    ),
    (
        "email-protected",
        page(f"<p>Write <a data-cfemail='{protect('maud@gmail.com')}'>her</a></p>"),
    ),
    ("email-protected", page(f"<p>Write <a data-cfemail='{protect('no address')}'>us</a></p>")),
    ("section-suffix", page(title="Grain pier in Port Ellery closes - Copy Quay News")),
    ("section-suffix", page(title="Grain pier in Port Ellery - what happens next to the ferry")),
    ("told-outlet", page(text=(TEXT[0] + " She told Maud Tarrow and told Parliament.", *TEXT[1:]))),
    ("model-residue", page(text=("var a = {left|right}; b = {up|down};", *TEXT))),
    (
        "cc-mark",
        page(
            "<p>Photo: Oakes, <a href='https://creativecommons.org/licenses/by/2.0/'>CC BY</a></p>"
        ),
    ),
    (
        "promo-line",
        page("<p>Sign up for the <a href='https://eepurl.example/x'>newsletter</a></p>"),
    ),
]


@pytest.mark.parametrize(("kind", "html"), NEAR)
def test_near_miss_is_no_trace(kind: str, html: str) -> None:
    assert of_kind(html, kind) == []


def test_bare_address_on_a_host_behind_cloudflare_says_little() -> None:
    own = "<script src='/cdn-cgi/scripts/5c5dd728/email-decode.min.js'></script>"
    found = of_kind(page(head=own, byline="<p>By [email&#160;protected]</p>"), "email-protected")
    assert [trace.strength for trace in found] == ["weak"]


def test_strength_is_told_of_every_kind() -> None:
    assert len(tracekinds.BY_NAME) == len(tracekinds.KINDS)
    for kind in tracekinds.KINDS:
        assert kind.examples and len({example.page for example in kind.examples}) == len(
            kind.examples
        )
    assert tracekinds.sentence("hotlink", "post.example") == "loads a picture from post.example"
    assert tracekinds.sentence("of-an-older-version", "x") == "of-an-older-version: x"


IMPORTERS = (
    "feedzy-rss-feeds wp-rss-aggregator wprss-item feedwordpress wpematico wp-automatic cyberseo"
    " wordpress-automatic echo-rss crawlomatic newsomatic autoblogging wp-content-crawler wp-robot"
    " rss-post-importer rss-importer fivefilters full-text-rss feed2post"
)


@pytest.mark.parametrize("mark", IMPORTERS.split())
def test_import_plugins(mark: str) -> None:
    found = of_kind(page(start=f"<div class='a {mark}'>Feed</div>"), "import-plugin")
    assert [trace.strength for trace in found] == ["medium"]


def many(kind: str, count: int) -> str:
    if kind == "images":
        return page(start="".join(f"<img src='{PICTURE}?{i}'>" for i in range(count)))
    if kind == "classes":
        return page(start=f"<div class='{'wp-automatic ' * count}'>x</div>")
    if kind == "hidden":
        return page("<p>" + "wo\u200brd " * count + "</p>")
    if kind == "mail":
        return page(
            "".join(
                f"<p><a data-cfemail='{protect(f'news@p{i}.example')}'>x</a></p>"
                for i in range(count)
            )
        )
    if kind == "links":
        return page("".join(f"<a href='https://p{i}.example/{i}'>Source</a>" for i in range(count)))
    if kind == "fields":
        return page(
            head="".join(
                f"<meta name='original_link' content='https://p{i}.example/a'>"
                for i in range(count)
            )
        )
    if kind == "data":
        data = {"@type": "NewsArticle", "sameAs": [f"https://p{i}.example/a" for i in range(count)]}
        return page(head=f"<script type='application/ld+json'>{json.dumps(data)}</script>")
    if kind == "footer":
        return page("<p>" + "The post of The story " * count + "</p>")
    if kind == "residue":
        return page("<p>" + "As an AI model, I " * count + "</p>")
    return page(text=(*TEXT, "She told Reuters. " * count))


@pytest.mark.parametrize(
    "kind",
    ["images", "mail", "classes", "hidden", "links", "fields", "data", "footer", "residue", "told"],
)
def test_a_page_full_of_marks_costs_no_more_than_its_size(kind: str) -> None:
    spent = []
    for count in (1_000, 8_000):
        tree = extract.parse(Capture(URL, many(kind, count).encode())).tree
        text = "\n".join(TEXT) + ("\n" + "She told Reuters. " * count if kind == "told" else "")
        article = Article("i", URL, URL, "copyquay.example", "", text, "d", 90)
        spent.append(cost(partial(traces.read, tree, article)))
        found = traces.read(tree, article)
        assert len(found) <= traces.MOST_OF_A_PAGE
        counted = Counter(trace.kind for trace in found)
        assert max(counted.values(), default=0) <= traces.MOST_OF_A_KIND
        assert all(len(trace.value) <= 500 and len(trace.snippet) <= 200 for trace in found)
    # Eight times the page: far from the sixty-four times of a quadratic rule.
    assert_grows(*spent, times=25)


def test_targets_are_named() -> None:
    found = of_kind(page(f"<p>Source: {LINK}</p>"), "source-link")[0]
    assert (found.target_url, found.target_site) == (SOURCE, "portellery-post.example")
    image = of_kind(page(start=f"<img src='{PICTURE}'>"), "hotlink")[0]
    assert image.target_site == "portellery-post.example"
    assert "2025-07-03T" in image.snippet
    mail = of_kind(
        page(f"<p>To <a href='{EDITOR}'>us</a></p>"),
        "email-protected",
    )[0]
    assert mail.value == "editor@portellery-post.example"
    assert mail.target_site == "portellery-post.example"


def test_upload_time_needs_the_month_of_its_folder() -> None:
    assert upload_time(PICTURE) == "2025-07-03T19:13:12Z"
    assert upload_time(PICTURE.replace("/2025/07/", "/2024/07/")) is None
    assert upload_time(PICTURE.replace("-1751569992", "-harbour-view")) is None


def test_lookups() -> None:
    html = page(
        f"<p>Source: <a href='{SOURCE}?utm_source=rss&id=3'>Port Ellery Post</a></p>",
        start=f"<img src='{PICTURE}'><img src='/logo.png'>",
    )
    capture = Capture(URL, html.encode())
    document = extract.parse(capture)
    article = extract.extract(capture, document)
    found = traces.read(document.tree, article)
    assert traces.lookup_urls(found, article) == (SOURCE + "?id=3",)
    assert traces.lookup_stems(article) == ("pier-1751569992",)


def test_plain_page_has_no_traces_and_is_left_unchanged() -> None:
    capture = Capture(URL, page().encode())
    document = extract.parse(capture)
    article = extract.extract(capture, document)
    before = lxml.etree.tostring(document.tree)
    assert traces.read(document.tree, article) == ()
    assert lxml.etree.tostring(document.tree) == before


def test_without_a_site_nothing_is_foreign() -> None:
    html = page(f"<p>Source: {LINK}</p>", head=f"<meta property='og:image' content='{PICTURE}'>")
    assert [t for t in read(html, "file:///saved.html") if t.target_site] == []


def test_text_that_is_not_in_the_tree() -> None:
    article = Article("i", URL, URL, "copyquay.example", "", "Other words entirely.", "d", 3)
    document = extract.parse(Capture(URL, page(f"<p>Source: {LINK}</p>").encode()))
    assert traces.read(document.tree, article) == ()


@pytest.mark.parametrize("code", ["", "5a", "zz", "5a00", protect("a@b"), "0"])
def test_decode_email_refuses(code: str) -> None:
    assert decode_email(code) is None


def test_houses_and_names() -> None:
    assert same_outlet("bbc.com", "bbc.co.uk") and same_outlet("nytimes.com", "nyt.com")
    assert same_outlet("reuters.com", "reutersmedia.net")
    assert not same_outlet("newsnation.in", "news.com.au") and not same_outlet(
        "cnn.com", "cnet.com"
    )
    assert same_name("The New York Times", "nytimes") and same_name("Associated Press", "apnews")
    assert same_name("RT World News", "rt") and not same_name("Harbour News", "copyquay")
    assert is_generic("https://www.gov.uk/x") and is_generic("https://www.google.co.in/maps")
    assert is_generic("https://apnews.com/") and not is_generic("https://apnews.com/article/1")
