"""Capture to Article: encodings, claims, archives, walls, and pages that break extractors."""

from __future__ import annotations

import logging

import lxml.etree
import pytest

from provenance import extract
from provenance.dates import iso_time
from provenance.errors import ExtractError
from provenance.extract.charset import decode
from provenance.extract.gates import gate
from provenance.models import Article, Capture, Record

URL = "https://www.ellery.example/news/pier?utm_source=x"
LINES = (
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
)
RUSSIAN = (
    (
        "Совет порта во вторник решил закрыть старый хлебный причал, потому что водолазы "
        "нашли трещины "
        "в одиннадцати дубовых сваях под настилом."
    ),
    (
        "Инженер сказала, что ремонт займёт две зимы, а паром до острова будет отходить от рыбной "
        "пристани, где места хватает на всех."
    ),
    (
        "Торговцы с набережной просят снизить плату, ведь покупатели больше не пройдут "
        "мимо их лавок "
        "по дороге к лодке."
    ),
)


def page(
    *,
    head: str = "",
    lines: tuple[str, ...] = LINES,
    inner: str = "",
    html: str = "<html>",
    title: str = "Grain pier closes - Ellery Times",
    h1: str = "Grain pier closes",
) -> str:
    body = "".join(f"<p>{line}</p>" for line in lines)
    return (
        f"<!doctype html>{html}<head><title>{title}</title>{head}</head><body><header><h1>Ellery "
        f"Times</h1></header><article><h1>{h1}</h1>{inner}{body}</article>"
        "<footer>All rights of the Ellery Times</footer></body></html>"
    )


def take(html: str | bytes, url: str = URL, **fields: object) -> Article:
    body = html.encode() if isinstance(html, str) else html
    return extract.extract(Capture(url, body, **fields))  # type: ignore[arg-type]


def test_article_of_a_plain_page() -> None:
    article = take(
        page(
            html="<html lang='en-GB'>",
            head="<meta name='author' content='By Maud Tarrow'>"
            "<meta property='article:published_time' content='2025-07-01T08:30:00+02:00'>"
            "<meta property='og:image' content='/a.jpg'>",
            inner="<a href='/b'>b</a><img srcset='/s.jpg 320w, /l.jpg 1200w' data-src='/lazy.jpg'>",
        ),
        observed="2025-07-02T00:00:00Z",
    )
    assert article.text.split("\n")[-3:] == list(LINES)
    assert "All rights" not in article.text
    assert article.title == "Grain pier closes"
    assert article.byline == "Maud Tarrow"
    assert article.published == "2025-07-01T08:30:00+02:00"
    assert article.language == "en"
    assert article.url == URL
    assert article.canonical_url == "https://ellery.example/news/pier"
    assert article.site == "ellery.example"
    assert article.links == ("https://www.ellery.example/b",)
    assert article.images == tuple(
        f"https://www.ellery.example/{name}.jpg" for name in ("a", "lazy", "l")
    )
    assert not article.rough and article.gate is None and article.words > 60


def test_same_capture_same_article_every_time(capfd: pytest.CaptureFixture[str]) -> None:
    first = take(page())
    assert all(take(page()) == first for _ in range(5))
    assert capfd.readouterr() == ("", "")


def test_the_libraries_are_silent(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    take(page())
    with pytest.raises(ExtractError):
        take("<html><body><p>Short.</p></body></html>")
    assert caplog.records == []


def test_the_tree_is_left_unchanged() -> None:
    capture = Capture(URL, page().encode())
    document = extract.parse(capture)
    before = lxml.etree.tostring(document.tree)
    extract.extract(capture, document)
    assert lxml.etree.tostring(document.tree) == before


# --- encodings ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "header", "meta"),
    [
        ("utf-8", "", ""),
        ("utf-8", "text/html; charset=iso-8859-1", ""),  # a server's default
        ("utf-8-sig", "", "windows-1251"),
        ("utf-16", "", ""),
        ("utf-16-le", "text/html; charset=utf-16le", ""),
        ("cp1251", "", ""),
        ("cp1251", "text/html; charset=windows-1251", ""),
        ("cp1251", "", "windows-1251"),
        ("cp1251", "text/html; charset=utf-8", "windows-1251"),
        ("koi8-r", "text/html; charset=KOI8-R", ""),
        ("cp1251", "text/html; charset=no-such", ""),
    ],
)
def test_encodings(encoding: str, header: str, meta: str) -> None:
    head = f"<meta charset='{meta}'>" if meta else ""
    headers = (("Content-Type", header),) if header else ()
    article = take(page(lines=RUSSIAN, head=head).encode(encoding), headers=headers)
    assert article.text.split("\n")[-3:] == list(RUSSIAN)


def test_the_servers_time_is_kept_apart() -> None:
    told = (("Last-Modified", "Thu, 03 Jul 2025 10:00:00 GMT"),)
    article = take(page(), headers=told, observed="2025-07-05T10:00:00Z")
    assert article.modified == "2025-07-03T10:00:00+00:00"
    # Made when it was asked for: that is the sighting once more.
    assert take(page(), headers=told, observed="2025-07-03T10:00:20Z").modified is None
    assert take(page(), headers=(("Last-Modified", "soon"),)).modified is None


def test_odd_bytes_never_fail() -> None:
    assert decode(b"caf\xe9 \x00", "text/html; charset=latin-1")[0].startswith("café")
    assert decode("schön\u20ac".encode()[:-1])[0].startswith("schön")  # cut inside a character
    assert decode(b"\x81\xff" * 50, "text/html; charset=utf-8")[1] == "utf-8"
    assert decode(b"plain +AGE-", "text/html; charset=utf-7") == ("plain +AGE-", "utf-8")
    damaged = ("ö" * 400).encode() + b"\xff"
    assert decode(damaged)[0] == "ö" * 400 + "\ufffd"
    assert (
        decode("日本の港".encode("iso2022_jp"), "text/html; charset=iso-2022-jp")[0] == "日本の港"
    )


# --- claims ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "read"),
    [
        ("2025-07-01T08:30:00Z", "2025-07-01T08:30:00+00:00"),
        ("2025-07-01 08:30:00 +0530", "2025-07-01T08:30:00+05:30"),
        ("2025-07-01T08:30:00.123456789+02:00", "2025-07-01T08:30:00+02:00"),
        ("2025-07-01T08:30-08", "2025-07-01T08:30:00-08:00"),
        ("2025/7/1", "2025-07-01"),
        ("2025-07-01T00:00:00Z", "2025-07-01"),
        ("Tue, 01 Jul 2025 08:30:00 GMT", "2025-07-01T08:30:00+00:00"),
        ("1751358600", "2025-07-01T08:30:00+00:00"),
        ("1994-12-31T10:00:00Z", None),
        ("0001-01-01T00:00:00", None),
        ("2025-13-45", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_times(claim: str | None, read: str | None) -> None:
    assert iso_time(claim) == read


def test_published_prefers_the_hour_and_believes_the_user() -> None:
    data = '<script type="application/ld+json">{"@graph":[{"@type":["NewsArticle"],%s}]}</script>'
    head = data % '"datePublished":"2025-07-01"'
    both = head + "<meta property='article:published_time' content='2025-07-01T08:30:00Z'>"
    assert take(page(head=head)).published == "2025-07-01"
    assert take(page(head=both)).published == "2025-07-01T08:30:00+00:00"
    assert take(page(head=both), published="2025-06-30").published == "2025-06-30"
    future = data % '"datePublished":"2031-01-01T10:00:00Z"'
    assert take(page(head=future), observed="2025-07-02T00:00:00Z").published is None
    shown = page(inner="<time datetime='2025-07-01T09:00:00Z'>today</time>")
    assert take(shown).published == "2025-07-01T09:00:00+00:00"
    broken = '<script type="application/ld+json">{"@type": "NewsArticle", </script>'
    assert take(page(head=broken)).published is None


def test_title_skips_the_masthead_and_keeps_a_foreign_ending() -> None:
    assert take(page(h1="Grain pier closes | Harbour News")).title.endswith("| Harbour News")
    head = "<meta property='og:title' content='Grain pier closes - Ellery Times'>"
    head += "<meta property='og:site_name' content='Ellery Times'>"
    assert take(page(head=head, h1="")).title == "Grain pier closes"


def test_byline_keeps_protected_addresses() -> None:
    article = take(page(inner="<span class='byline'>By [email&#160;protected]</span>"))
    assert article.byline == "[email protected]"


@pytest.mark.parametrize(
    ("url", "canonical", "identity"),
    [
        (URL, "/pier-2", "https://ellery.example/pier-2"),
        (URL, "https://m.ellery.example/pier-2", "https://m.ellery.example/pier-2"),
        (URL, "https://other.example/pier", "https://ellery.example/news/pier"),
        (URL, "https://www.ellery.example/", "https://ellery.example/news/pier"),
        ("file:///saved.html", "https://other.example/pier", "https://other.example/pier"),
    ],
)
def test_identity_comes_from_the_real_url(url: str, canonical: str, identity: str) -> None:
    assert (
        take(page(head=f"<link rel=canonical href='{canonical}'>"), url).canonical_url == identity
    )


def test_saved_page_without_canonical() -> None:
    article = take(page(inner="<a href='/b'>b</a>"), "file:///saved.html")
    assert (article.canonical_url, article.site, article.links) == ("file:///saved.html", "", ())
    assert take(page(), "file:///saved.html", site="Ellery").site == "Ellery"


def test_archived_page_is_unwrapped() -> None:
    wrapped = "https://web.archive.org/web/20250703101112/https://www.ellery.example/news/pier"
    html = page(
        head="<link rel=canonical href='https://web.archive.org/web/20250703101112/"
        "https://www.ellery.example/news/pier'>",
        inner="<a href='/web/20250703101112/https://other.example/x'>x</a>"
        "<img src='https://web.archive.org/web/20250703101112im_/https://img.example/p.jpg'>",
    ).replace(
        "<body>", "<body><div id='wm-ipp-base'><p>The Wayback Machine has this page.</p></div>"
    )
    article = take(html, wrapped, observed="2026-01-01T00:00:00Z")
    assert article.url == "https://www.ellery.example/news/pier"
    assert article.canonical_url == "https://ellery.example/news/pier"
    assert article.observed == "2025-07-03T10:11:12Z"
    assert article.links == ("https://other.example/x",)
    assert article.images == ("https://img.example/p.jpg",)
    assert "Wayback" not in article.text


# --- pages that break things ----------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n ",
        b"%PDF-1.7 ...",
        b"\x89PNG\r\n\x1a\n",
        b'{"headline": "x"}',
        b"Only words, and no tag anywhere.",
        b"<?xml version='1.0'?><rss version='2.0'><channel></channel></rss>",
        b"<urlset></urlset>",
    ],
)
def test_unreadable(body: bytes) -> None:
    with pytest.raises(ExtractError) as caught:
        extract.parse(Capture(URL, body))
    assert caught.value.code == "unreadable"


@pytest.mark.parametrize("html", ["<html></html>", "<p>Too short.</p>", "<video ><ol></ol><e>"])
def test_empty(html: str) -> None:
    with pytest.raises(ExtractError) as caught:
        take(html)
    assert caught.value.code in ("empty", "unreadable") and caught.value.subject == URL


@pytest.mark.parametrize("depth", [300, 1500, 5000])
def test_deep_nesting_loses_no_text(depth: int) -> None:
    html = (
        "<html><body>" + "<div>" * depth + "".join(f"<p>{x}</p>" for x in LINES) + "</div>" * depth
    )
    assert all(line in take(html).text for line in LINES)


def test_deep_lists_and_long_tags() -> None:
    lists = "<ul><li>" * 900 + " ".join(LINES) + "</li></ul>" * 900
    assert LINES[0] in take(f"<html><body>{lists}</body></html>").text
    attributes = " ".join(f"a{n}=1" for n in range(40_000))
    assert LINES[0] in take(page(inner=f"<div {attributes}></div>")).text


def test_what_the_extractor_cannot_do_is_taken_roughly(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise AssertionError("no")

    monkeypatch.setattr("trafilatura.bare_extraction", fails)
    article = take(page(inner="<script>var x</script><p hidden>secret</p><nav>menu</nav>"))
    assert article.rough
    assert article.text.split("\n") == ["Grain pier closes", *LINES]


def test_rough_only_and_many_elements() -> None:
    capture = Capture(URL, page().encode())
    assert extract.extract(capture, rough_only=True).rough
    many = page(inner="<br>" * (extract.MAX_ELEMENTS + 1))
    assert take(many).rough


def test_surrogates_and_nuls() -> None:
    article = take(page(lines=("\x00 A &#xD800; sign.", *LINES)))
    assert "\x00" not in article.text
    article.text.encode()


# --- records --------------------------------------------------------------------------------


def test_record_is_kept_as_given() -> None:
    text = "  A < B, and  two\n\nspaces <3 stay.\n"
    article = extract.article_from_record(
        Record(text, url=URL, title=" T ", published="2025-07-01", language="EN-us")
    )
    assert article.text == text
    assert (article.title, article.language, article.site) == ("T", "en", "ellery.example")
    assert article.canonical_url == "https://ellery.example/news/pier"


def test_record_of_html_is_stripped_and_an_empty_one_refused() -> None:
    article = extract.article_from_record(Record("<p>One <b>pier</b></p><p>Two</p>"))
    assert article.text == "One pier\nTwo"
    for text in ("", " … "):
        with pytest.raises(ExtractError):
            extract.article_from_record(Record(text))


# --- gates ----------------------------------------------------------------------------------

WALLS = [
    (
        "consent",
        (
            "We and our 842 partners store and/or access information on a device, such as "
            "cookies. You "
            "can change your preferences at any time. Click Accept all to continue or manage your "
            "choices. See our privacy policy."
        ),
    ),
    (
        "consent",
        (
            "Nous et nos partenaires utilisons des cookies. Vous pouvez modifier vos choix à tout "
            "moment. Continuer sans accepter. Gérer mes préférences."
        ),
    ),
    (
        "consent",
        (
            "Wir und unsere Partner verwenden Cookies und ähnliche Technologien. Alle "
            "akzeptieren oder "
            "Ihre Einwilligung verwalten. Details in der Datenschutzerklärung."
        ),
    ),
    (
        "consent",
        (
            "Utilizamos cookies propias y de terceros. Aceptar todas o configurar sus "
            "preferencias. "
            "Consulte nuestra política de cookies."
        ),
    ),
    (
        "consent",
        (
            "Мы используем файлы cookie на этом сайте. Нажимая кнопку, вы соглашаетесь с этим. "
            "Принять все или открыть настройки cookie."
        ),
    ),
    (
        "paywall",
        (
            "Subscribe now to continue reading this story. Already a subscriber? Log in. "
            "Start your "
            "free trial today, cancel any time."
        ),
    ),
    (
        "paywall",
        (
            "Cet article est réservé aux abonnés. Déjà abonné ? Identifiez-vous. Il vous "
            "reste 80 % de "
            "cet article à lire."
        ),
    ),
    (
        "challenge",
        "Checking your browser before you go on. Please enable JavaScript and cookies. Ray ID: 7f.",
    ),
]


@pytest.mark.parametrize(("kind", "text"), WALLS)
def test_walls(kind: str, text: str) -> None:
    assert gate(text, "") == kind


ABOUT = [
    (
        "The regulator fined the shop chain on Friday for its cookie banners. It said "
        "that visitors "
        "could accept all cookies with one click, while refusing took five. The chain "
        "has thirty days "
        "to appeal. A spokesman said the design had already been changed. Consumer groups had "
        "complained in March about the colours of the buttons. The fine is the largest this year."
    ),
    (
        "The newspaper will let readers keep ten stories a month for free, it said on Monday. Most "
        "readers subscribe to read its football pages, a survey found. Its rivals had "
        "dropped their "
        "own paywalls in spring. The publisher lost money in each of the past four "
        "years. Shares rose."
    ),
    " ".join(LINES) + " Subscribe to continue reading.",
    "",
]


@pytest.mark.parametrize("text", ABOUT)
def test_reporting_about_walls_is_no_wall(text: str) -> None:
    assert gate(text, "What the new cookie rules mean") is None


def test_a_long_text_is_never_a_wall() -> None:
    assert gate(WALLS[0][1] * 12, "Before you continue") is None


def test_gate_reaches_the_article() -> None:
    article = take(page(lines=(WALLS[0][1],), title="Your privacy", h1=""))
    assert article.gate == "consent"
