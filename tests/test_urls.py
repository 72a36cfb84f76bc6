"""URLs: one spelling for one page, and nothing secret kept."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from provenance.urls import (
    absolute,
    canonical_url,
    day_in_path,
    host,
    image_stem,
    is_url,
    redact,
    site,
    slug,
    unwrap_archive,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://a.example/x", True),
        ("HTTP://A.example", True),
        (" https://a.example ", True),
        ("a.example/x", False),
        ("ftp://a.example/x", False),
        ("https://", False),
        ("https:///x", False),
        ("javascript:alert(1)", False),
        ("mailto:a@b.example", False),
        ("https://[bad/x", False),
        ("", False),
    ],
)
def test_is_url(text: str, expected: bool) -> None:
    assert is_url(text) is expected


@pytest.mark.parametrize(
    ("url", "name", "domain"),
    [
        ("https://www.News.Example.co.uk:8080/x", "www.news.example.co.uk", "example.co.uk"),
        ("https://a.b.example/", "a.b.example", "b.example"),
        ("https://b.example./", "b.example", "b.example"),
        ("http://127.0.0.1:80/", "127.0.0.1", "127.0.0.1"),
        ("http://[::1]:80/", "::1", "::1"),
        ("https://someone.github.io/x", "someone.github.io", "someone.github.io"),
        ("http://localhost/", "localhost", "localhost"),
        ("no url", "", ""),
        ("https://[bad", "", ""),
    ],
)
def test_host_and_site(url: str, name: str, domain: str) -> None:
    assert (host(url), site(url)) == (name, domain)


@pytest.mark.parametrize(
    "spelling",
    [
        "https://a.example/news/1",
        "http://a.example/news/1",
        "https://www.a.example/news/1",
        "HTTPS://A.Example:443/news/1",
        "http://a.example:80/news/1",
        "https://a.example/news/1/",
        "https://a.example/news/1#comments",
        "https://a.example/news/1?utm_source=x&utm_medium=y&fbclid=z",
        "https://a.example/news/1?",
        "https://a.example/news/1/index.html",
        "https://a.example/news/1/amp",
        "https://a.example/news/1/amp/",
        "https://user:secret@a.example/news/1",
        "https://a.example./news/1",
        "https://a.example/n%65ws/1",
        "  https://a.example/news/1 ",
    ],
)
def test_one_spelling_for_one_page(spelling: str) -> None:
    assert canonical_url(spelling) == "https://a.example/news/1"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/news/1", "https://a.example/news/2"),
        ("https://a.example/news?id=1", "https://a.example/news?id=2"),
        ("https://a.example/news/1", "https://b.a.example/news/1"),
        ("https://a.example/news/1", "https://a.example:8080/news/1"),
        ("https://a.example/news/1", "https://a.example/News/1"),
    ],
)
def test_different_pages_stay_apart(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


def test_parameters_are_sorted_and_kept() -> None:
    url = "https://a.example/news?page=2&id=7&empty="
    assert canonical_url(url) == "https://a.example/news?empty=&id=7&page=2"


@pytest.mark.parametrize("text", ["tag:a.example,2025:1", "urn:x", "", "not a url"])
def test_what_is_no_url_stays_as_it_is(text: str) -> None:
    assert canonical_url(f" {text} ") == text


PIECES = st.lists(
    st.sampled_from(["a", "B", "/", "//", "?", "&", "=", "#", "%2F", "%25", "%", "é", " ", "+",
                     ";", ":", "@", "[", "index.html", "/amp/", "utm_x=1", ".", "..", "\\", "~"]),
    max_size=14,
).map("".join)  # fmt: skip
HOSTS = st.sampled_from(
    ["a.example", "www.a.example", "WWW.A.example.", "a.example:80", "a.example:8080",
     "u:p@a.example", "[::1]:8080", "127.0.0.1", "münchen.example", "a.example:99999"]
)  # fmt: skip
URLS = st.builds("{}://{}/{}".format, st.sampled_from(["http", "https", "HTTPS"]), HOSTS, PIECES)


@given(st.one_of(URLS, st.text(max_size=60)))
@example("http://a.example:443/")
@example("https://a.example/x/index.html/")
@example("https://a.example/x/amp/index.html")
def test_a_canonical_url_is_its_own(url: str) -> None:
    assert canonical_url(canonical_url(url)) == canonical_url(url)


@given(st.one_of(URLS, st.text(max_size=60)))
def test_nothing_raises(url: str) -> None:
    for function in (canonical_url, redact, image_stem, unwrap_archive, host, site, slug, is_url):
        function(url)
    resolved = absolute("https://a.example/b/", url)
    assert resolved is None or is_url(resolved)


# Secrets

HIDDEN = "REDACTED-f52fbd32"  # what stands in for "hunter2"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/x?id=1", "https://a.example/x?id=1"),
        ("https://u:hunter2@a.example/x", "https://a.example/x"),
        ("https://u@a.example:81/x#y", "https://a.example:81/x#y"),
        ("https://u:a@b@a.example/x", "https://a.example/x"),
        ("https://a.example/x?token=hunter2&id=1", f"https://a.example/x?token={HIDDEN}&id=1"),
        (
            "https://a.example/?X-Amz-Security-Token=hunter2",
            f"https://a.example/?X-Amz-Security-Token={HIDDEN}",
        ),
        ("https://a.example/?ACCESS_TOKEN=hunter2", f"https://a.example/?ACCESS_TOKEN={HIDDEN}"),
        ("https://a.example/?token=&id=1", "https://a.example/?token=&id=1"),
        ("https://a.example/?token=REDACTED", "https://a.example/?token=REDACTED"),
        ("https://a.example/?code=404&key=sports", "https://a.example/?code=404&key=sports"),
        (
            "https://a.example/?sid=2025-07-03-12-00-00",
            "https://a.example/?sid=2025-07-03-12-00-00",
        ),
        (
            "https://a.example/?key=a-long-word-of-letters",
            "https://a.example/?key=a-long-word-of-letters",
        ),
    ],
)
def test_redact(url: str, expected: str) -> None:
    assert redact(url) == expected


@pytest.mark.parametrize("name", ["code", "key", "SID"])
def test_redact_goes_by_the_value_where_the_name_tells_little(name: str) -> None:
    shown = redact(f"https://a.example/?{name}=AIzaSyD4-9x_Qk2LmN8&id=1")
    assert re.fullmatch(rf"https://a\.example/\?{name}=REDACTED-[0-9a-f]{{8}}&id=1", shown)
    assert redact(shown) == shown


@pytest.mark.parametrize("name", ["token", "signature", "api_key"])
def test_pages_that_differ_in_a_secret_alone_stay_apart(name: str) -> None:
    one, other = (redact(f"https://a.example/x?{name}=secret{i}") for i in (1, 2))
    assert one != other and "secret" not in one + other
    assert one == redact(f"https://a.example/x?{name}=secret1")


@given(
    st.lists(
        st.tuples(st.sampled_from(["token", "sig", "code", "id", "b"]), st.text(max_size=20)),
        max_size=5,
        unique_by=lambda pair: pair[0],
    )
)
def test_a_secret_is_the_same_before_and_after_canonicalisation(pairs: list) -> None:
    url = "http://www.a.example/x/?" + urlencode(pairs, errors="replace")
    assert canonical_url(redact(url)) == redact(canonical_url(url))


@given(st.text("abcXYZ019._~!$&'()*+,;=:@%", max_size=16), PIECES)
def test_redact_leaks_no_login(login: str, rest: str) -> None:
    shown = redact(f"https://{login}hunter2@a.example/{rest}")
    assert "hunter2" not in shown
    assert redact(shown) == shown


@pytest.mark.parametrize(
    "url",
    [
        "https://user:hunter2@[bad/x",
        "https://user:hun/ter2@a.example/x",
        "https://user:hun#ter2@a.example/x",
        "https:\\\\user:hunter2@a.example/x",
    ],
)
def test_redact_of_what_only_looks_like_a_url(url: str) -> None:
    shown = redact(url)
    assert "hunter2" not in shown and "ter2" not in shown


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/x#access_token=hunter2",
        "https://a.example/x?api-key=hunter2",
        "https://a.example/x?id=1#/?token=1&sessionid=hunter2",
    ],
)
def test_redact_of_other_places_of_secrets(url: str) -> None:
    assert "hunter2" not in redact(url)


# Links


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("c", "https://a.example/b/c"),
        ("/c", "https://a.example/c"),
        ("//d.example/c", "https://d.example/c"),
        (" https://d.example/ ", "https://d.example/"),
        ("?q", "https://a.example/b/?q"),
        ("javascript:alert(1)", None),
        ("mailto:x@y.example", None),
        ("https://[bad", None),
        ("data:text/html,x", None),
    ],
)
def test_absolute(href: str, expected: str | None) -> None:
    assert absolute("https://a.example/b/", href) == expected


# Images


@pytest.mark.parametrize(
    ("url", "stem"),
    [
        ("https://a.example/2025/07/AFP__a-1751569992-770x513.jpg?w=9", "afp__a-1751569992"),
        ("https://cdn.example/AFP__a-1751569992-scaled.jpg", "afp__a-1751569992"),
        ("https://cdn.example/AFP__a-1751569992@2x.webp", "afp__a-1751569992"),
        ("https://a.example/harbour-bridge-closed-tuesday-300x200-150x150.png",
         "harbour-bridge-closed-tuesday"),
        ("https://a.example/harbour-bridge-closed-e1751569992.jpg", "harbour-bridge-closed"),
        ("https://a.example/logo.png", ""),
        ("https://a.example/image1.jpg", ""),
        ("https://a.example/placeholder-1200x630.png", ""),
        ("https://a.example/a.jpg", ""),
        ("https://a.example/", ""),
        ("https://[bad", ""),
    ],
)  # fmt: skip
def test_image_stem(url: str, stem: str) -> None:
    assert image_stem(url) == stem


@given(st.text("abcdefghijkl0123456789-_", min_size=1, max_size=30))
def test_an_image_keeps_its_stem_in_every_size(name: str) -> None:
    stem = image_stem(f"https://a.example/{name}.jpg")
    assert image_stem(f"https://b.example/up/{name}-300x200.webp?x=1") == stem
    assert image_stem(f"https://b.example/{name}-scaled.png") == stem


# Archives


@pytest.mark.parametrize(
    ("url", "original", "observed"),
    [
        ("https://web.archive.org/web/20250703120000/https://a.example/x?q=1",
         "https://a.example/x?q=1", "2025-07-03T12:00:00Z"),
        ("http://web.archive.org/web/20250703120000id_/a.example/x",
         "http://a.example/x", "2025-07-03T12:00:00Z"),
        ("https://web.archive.org/web/2025/https://a.example/", "https://a.example/", None),
        ("https://archive.ph/20250703120000/https://a.example/x",
         "https://a.example/x", "2025-07-03T12:00:00Z"),
        ("https://archive.is/o/AbCdE/https://a.example/x", "https://a.example/x", None),
        ("https://archive.ph/AbCdE", "https://archive.ph/AbCdE", None),
        ("https://a.example/web/20250703120000/https://b.example/",
         "https://a.example/web/20250703120000/https://b.example/", None),
        ("https://a.example/x", "https://a.example/x", None),
    ],
)  # fmt: skip
def test_unwrap_archive(url: str, original: str, observed: str | None) -> None:
    assert unwrap_archive(url) == (original, observed)


@pytest.mark.parametrize("stamp", ["20259999999999", "20250230120000", "00000000000000"])
def test_a_time_that_never_was_is_not_told(stamp: str) -> None:
    url = f"https://web.archive.org/web/{stamp}/https://a.example/x"
    assert unwrap_archive(url) == ("https://a.example/x", None)


def test_an_original_whose_host_begins_with_http() -> None:
    url = "https://web.archive.org/web/20250703120000/httpnews.example/x"
    assert unwrap_archive(url)[0] == "http://httpnews.example/x"


def test_an_archive_within_an_archive() -> None:
    url = (
        "https://web.archive.org/web/20250703120000/"
        "https://web.archive.org/web/20240101000000/https://a.example/x"
    )
    assert unwrap_archive(unwrap_archive(url)[0]) == ("https://a.example/x", "2024-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://a.example/2025/07/03/pier", "2025-07-03"),
        ("https://a.example/news/2025/7/3/pier.html", "2025-07-03"),
        ("https://a.example/2025-07-03-pier", "2025-07-03"),
        ("https://a.example/2025/07/03", "2025-07-03"),
        ("https://a.example/2025/13/03/pier", None),
        ("https://a.example/2025/07/pier", None),
        ("https://a.example/12025/07/03/", None),
        ("https://a.example/?at=/2025/07/03/", None),
        ("https://[", None),
        ("", None),
    ],
)
def test_the_day_that_a_path_is_filed_under(url: str, day: str | None) -> None:
    assert day_in_path(url) == day


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://a.example/2025/07/the-old-grain-pier-shut-4711.html", "the-old-grain-pier-shut"),
        ("https://a.example/news/4711-The_old_Grain_Pier_shut/", "the-old-grain-pier-shut"),
        ("https://a.example/the-old-grain-pier-shut-a12f4711", "the-old-grain-pier-shut"),
        ("https://a.example/grain-pier-shut", ""),
        ("https://a.example/a-b-c-d-e-f-g-h-i-j-k-l", ""),
        ("https://a.example/story-20250703-114500123-0001", ""),
        ("https://a.example/", ""),
        ("http://[", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_slug(url: str, found: str) -> None:
    assert slug(url) == found
