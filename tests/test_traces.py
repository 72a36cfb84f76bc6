"""Every kind of trace: a page that leaves it, and a near miss that must not."""

from __future__ import annotations

import json

import lxml.etree
import pytest

from provenance import extract, traces
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
INNER = [f"<a href='https://portellery-post.example/news/{n}'>item {n}</a>" for n in range(4)]
LINKED = (*TEXT[:3], TEXT[3] + " " + " and ".join(INNER))

BASED = {"@type": "NewsArticle", "isBasedOn": SOURCE}
PROXIED = "/_next/image?url=https%3A%2F%2Fportellery-post.example%2F2025%2F07%2Fc.jpg&w=6"
EDITOR = f"/cdn-cgi/l/email-protection#{protect('editor@portellery-post.example')}"

FOUND = [
    ("source-link", page(f"<p><a href='{SOURCE}'>Source link</a></p>"), "strong"),
    ("source-link", page(f"<p>Source: {LINK}</p>"), "strong"),
    ("source-link", page(after=f"<p><a href='{SOURCE}'>Go to Source</a></p>"), "strong"),
    ("source-link", page(f"<p>Originally published on {LINK}</p>"), "strong"),
    ("source-link", page(f"<p>Quelle: {LINK}</p>"), "strong"),
    ("source-link", page(f"<p>Fuente: {LINK}</p>"), "strong"),
    ("source-link", page(f"<p>Источник: {LINK}</p>"), "strong"),
    ("source-link", page(f"<p>出典：{LINK}</p>"), "strong"),
    ("source-link", page(f"<p>المصدر: {LINK}</p>"), "strong"),
    ("source-link", page(f"<p><a href='{SOURCE}'>View original</a></p>"), "strong"),
    ("source-link", page(f"<p><a href='{SOURCE}'>Read full article</a></p>"), "strong"),
    ("source-link", page(f"<p>Source: {SOURCE}</p>"), "strong"),
    ("source-link", page(f"<p>Via {LINK}</p>"), "medium"),
    ("source-link", page(f"<p><a href='{SOURCE}'>Read more</a></p>"), "medium"),
    ("source-link", page("<p>Source: Port Ellery Post</p>"), "medium"),
    ("canonical", page(head=f"<link rel='canonical' href='{SOURCE}'>"), "strong"),
    ("og-url", page(head=f"<meta property='og:url' content='{SOURCE}'>"), "strong"),
    (
        "jsonld",
        page(head=f"<script type='application/ld+json'>{json.dumps(BASED)}</script>"),
        "strong",
    ),
    (
        "syndication-source",
        page(head=f"<meta name='syndication-source' content='{SOURCE}'>"),
        "strong",
    ),
    ("original-source", page(head=f"<meta name='original-source' content='{SOURCE}'>"), "strong"),
    (
        "feed-footer",
        page(
            f"<p>The post <a href='{SOURCE}'>Pier shut</a> appeared first on "
            "<a href='https://portellery-post.example/'>Port Ellery Post</a>.</p>"
        ),
        "strong",
    ),
    (
        "feed-footer",
        page(f"<p>Der Beitrag <a href='{SOURCE}'>Pier</a> erschien zuerst auf {LINK}.</p>"),
        "strong",
    ),
    ("hotlink", page(start=f"<img src='{PICTURE}'>"), "strong"),
    (
        "image-proxy",
        page(
            start="<img src='https://i0.wp.com/portellery-post.example/wp-content/uploads/a.jpg?w=9'>"
        ),
        "strong",
    ),
    (
        "image-proxy",
        page(
            start="<img src='https://images.weserv.nl/?url=portellery-post.example/2025/07/b.jpg'>"
        ),
        "strong",
    ),
    (
        "image-proxy",
        page(start=f"<img src='{PROXIED}'>"),
        "strong",
    ),
    (
        "email-protected",
        page(f"<p>Write to <a data-cfemail='{protect('news@portellery-post.example')}'>us</a></p>"),
        "strong",
    ),
    (
        "email-protected",
        page(byline="<p class='byline'>Maud Tarrow [email&#160;protected]</p>"),
        "medium",
    ),
    ("section-suffix", page(title="Grain pier in Port Ellery closes | Harbour News"), "medium"),
    (
        "told-outlet",
        page(text=(TEXT[0], TEXT[1] + " “It is a pity,” she told Reuters.", *TEXT[2:])),
        "weak",
    ),
    (
        "told-outlet",
        page(
            text=(
                *TEXT[:3],
                TEXT[3] + " Finn Oakes, reporting for the Port Ellery Post, was there.",
            )
        ),
        "medium",
    ),
    ("wire-credit", page(text=("PORT ELLERY, Maine (AP) — " + TEXT[0], *TEXT[1:])), "medium"),
    ("wire-credit", page(text=("SKERROW (Northwire) - " + TEXT[0], *TEXT[1:])), "medium"),
    ("wire-credit", page("<p>(Reporting by Maud Tarrow; Editing by Finn Oakes)</p>"), "medium"),
    ("wire-credit", page(head="<meta name='author' content='Agence France-Presse'>"), "medium"),
    (
        "republish-notice",
        page(f"<p>This article was first published by {LINK} and is used here.</p>"),
        "strong",
    ),
    (
        "republish-notice",
        page(f"<p>Republished with permission from the {LINK}.</p>"),
        "strong",
    ),
    (
        "republish-notice",
        page(f"<p>This story is republished from {LINK} under a Creative Commons license.</p>"),
        "strong",
    ),
    ("internal-links", page(text=LINKED), "medium"),
    (
        "internal-links",
        page(text=(*TEXT[:3], LINKED[3].replace("/news/", "/tag/"))),
        "strong",
    ),
    ("import-plugin", page(start="<div class='wprss-feed-meta'>Feed</div>"), "medium"),
    (
        "import-plugin",
        page(head="<link rel='stylesheet' href='/wp-content/plugins/feedzy-rss-feeds/css/a.css'>"),
        "medium",
    ),
    (
        "machine-translation",
        page(text=tuple(f"<font style='vertical-align: inherit;'>{line}</font>" for line in TEXT)),
        "medium",
    ),
    ("machine-translation", page(html="<html lang='en' class='translated-ltr'>"), "medium"),
    (
        "model-residue",
        page(text=("Sure! Here is the rewritten article about the old grain pier:", *TEXT)),
        "medium",
    ),
    (
        "model-residue",
        page(
            text=(
                TEXT[0]
                + " The {council|board} met in the {hall|room} and {voted|decided} at once.",
                *TEXT[1:],
            )
        ),
        "medium",
    ),
    (
        "tracking-params",
        page(text=(*TEXT[:3], TEXT[3] + f" <a href='{SOURCE}?at_medium=RSS'>Pier</a>")),
        "medium",
    ),
]


@pytest.mark.parametrize(("kind", "html", "strength"), FOUND)
def test_trace_is_found(kind: str, html: str, strength: str) -> None:
    found = of_kind(html, kind)
    assert [trace.strength for trace in found][:1] == [strength], read(html)
    assert all(len(trace.snippet) <= 200 for trace in found)


ORGANISATION = {"@type": "Organization", "url": SOURCE}
OWN = "https://www.copyquay.example/2025/07/other"
NEAR = [
    # A source that is our own, everybody's, or stands in the middle of the text or in a sidebar.
    ("source-link", page(f"<p>Source: <a href='{OWN}'>Copy Quay</a></p>")),
    ("source-link", page("<p>Source: <a href='https://www.facebook.com/pier'>Facebook</a></p>")),
    ("source-link", page("<p>Source: <a href='https://stats.gov.uk/table'>Office</a></p>")),
    ("source-link", page("<p>Source: <a href='https://www.reuters.com/'>Reuters</a></p>")),
    ("source-link", page(text=(TEXT[0] + f" {LINK}", *TEXT[1:]))),
    ("source-link", page(text=(f"The report in the {LINK} was the first.", *TEXT))),
    ("source-link", page(after=f"<aside><p>Source: {LINK}</p></aside>")),
    (
        "source-link",
        page(after=f"<div class='related-stories'><p><a href='{SOURCE}'>Read more</a></p></div>"),
    ),
    ("source-link", page("<p>Source of the river and of all our trouble.</p>")),
    ("canonical", page(head=f"<link rel='canonical' href='{OWN}'>")),
    ("canonical", page(head="<link rel='canonical' href='https://copyquay.test/pier'>")),
    ("og-url", page(head="<meta property='og:url' content='/2025/07/x'>")),
    (
        "jsonld",
        page(head=f"<script type='application/ld+json'>{json.dumps(ORGANISATION)}</script>"),
    ),
    ("syndication-source", page(head=f"<meta name='syndication-source' content='{URL}'>")),
    ("original-source", page(head=f"<meta name='original-source' content='{URL}'>")),
    (
        "feed-footer",
        page(
            f"<p>The post <a href='{OWN}'>Pier</a> appeared first on <a href='/'>Copy Quay</a>.</p>"
        ),
    ),
    ("feed-footer", page("<p>The post appeared first on the quay in 1911.</p>")),
    ("hotlink", page(start="<img src='https://d111abc.cloudfront.net/uploads/2025/07/pier.jpg'>")),
    ("hotlink", page(start="<img src='https://cdn.copyquay.example/2025/07/pier.jpg'>")),
    (
        "hotlink",
        page(
            head="<link rel='stylesheet' href='https://quayfiles.example/a.css'>",
            start="<img src='https://quayfiles.example/2025/07/pier.jpg'>",
        ),
    ),
    ("image-proxy", page(start="<img src='https://i0.wp.com/copyquay.example/2025/a.jpg'>")),
    (
        "email-protected",
        page(f"<p>Write <a data-cfemail='{protect('news@copyquay.example')}'>us</a></p>"),
    ),
    (
        "email-protected",
        page(f"<p>Write <a data-cfemail='{protect('maud@gmail.com')}'>her</a></p>"),
    ),
    ("email-protected", page(f"<p>Write <a data-cfemail='{protect('no address')}'>us</a></p>")),
    ("section-suffix", page(title="Grain pier in Port Ellery closes - Copy Quay News")),
    ("section-suffix", page(title="Grain pier in Port Ellery closes | World News | Copy Quay")),
    ("section-suffix", page(title="Grain pier in Port Ellery - what happens next to the ferry")),
    ("told-outlet", page(text=(TEXT[0] + " She told Maud Tarrow and told Parliament.", *TEXT[1:]))),
    ("told-outlet", page(text=(TEXT[0] + " She told Copy Quay that it hurts.", *TEXT[1:]))),
    ("wire-credit", page(text=("The council (which sits in Skerrow) — " + TEXT[0], *TEXT[1:]))),
    ("wire-credit", page(text=("SKERROW (Copy Quay) — " + TEXT[0], *TEXT[1:]))),
    (
        "republish-notice",
        page("<p>This article was first published on <a href='/x'>Copy Quay</a>.</p>"),
    ),
    ("republish-notice", page("<p>Her first book was published by a small house in Skerrow.</p>")),
    ("internal-links", page(text=(*TEXT[:3], TEXT[3] + " " + " and ".join(INNER[:2])))),
    (
        "internal-links",
        page(
            text=(
                *TEXT[:3],
                LINKED[3] + "".join(f" <a href='/own/{n}'>own {n}</a>" for n in range(9)),
            )
        ),
    ),
    (
        "import-plugin",
        page(text=(TEXT[0] + " They use wp-automatic and feedwordpress there.", *TEXT[1:])),
    ),
    ("machine-translation", page(text=(f"<font color='red'>{TEXT[0]}</font>", *TEXT[1:]))),
    (
        "model-residue",
        page(text=(TEXT[0] + " It wrote: “As an AI language model, I cannot vote.”", *TEXT[1:])),
    ),
    ("model-residue", page(text=("var a = {left|right}; b = {up|down};", *TEXT))),
    (
        "tracking-params",
        page(text=(*TEXT[:3], TEXT[3] + f" <a href='{OWN}?utm_source=rss'>Pier</a>")),
    ),
]


@pytest.mark.parametrize(("kind", "html"), NEAR)
def test_near_miss_is_no_trace(kind: str, html: str) -> None:
    assert of_kind(html, kind) == []


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
