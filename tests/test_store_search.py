"""The store: the index, finding by words and address, views."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy
import pytest
from store_samples import article, count, filled, fingerprint

from provenance import direction
from provenance.models import Index, Trace
from provenance.store import Store
from provenance.urls import redact

# -- the index -------------------------------------------------------------------------------


def test_the_store_is_an_index(store: Store) -> None:
    index: Index = store
    first, second, _ = filled(store)
    assert index.size() == 2
    assert index.by_bands([1, -2, 2**63 - 1, -(2**63), 77], 10) == [(first.id, 4), (second.id, 1)]
    assert index.by_fragments([10, 11, 10], 10) == [(first.id, 2), (second.id, 1)]
    assert index.by_fragments([10, 11], 10, 2) == [(first.id, 2)]
    held = index.holders(["bridge", "weir", "bridge weir", "none", "a\x00\ud800", "weir"], 9)
    assert {key: len(numbers) for key, numbers in held.items()} == {
        "bridge": 1, "weir": 2, "bridge weir": 1,
    }  # fmt: skip
    assert index.ids(held["bridge"]) == {held["bridge"][0]: first.id}
    assert set(index.ids([*held["weir"], -1]).values()) == {first.id, second.id}
    assert index.holders([], 9) == {} == index.ids([])
    assert index.by_image_stems(["afp__a-1751569992", "logo", ""], 9) == [first.id]
    named = index.by_urls([first.canonical_url, second.url, "https://none.example/"], 1)
    assert named == sorted([first.id, second.id])
    assert index.by_bands([], 10) == [] == index.by_urls([], 10)


def test_other_addresses_and_slugs_of_originals(tmp_path: Path) -> None:
    slug = "harbour-bridge-closed-tuesday"
    short = "https://alpha.example/?p=4711"
    page = article("alpha", url=f"https://alpha.example/{slug}-20714.html")
    page = dataclasses.replace(page, aliases=(short, page.canonical_url))
    with Store.open(tmp_path / "p.db") as store:
        store.add_article(page, "original", None, ())
        assert store.by_urls([short], 1) == [page.id] == store.by_slugs([slug, "", "no"], 1)
        # Crawled pages answer to no other name.
        other = dataclasses.replace(article("beta"), aliases=(short,))
        store.add_article(other, "crawled", None, ())
        assert store.by_urls([short], 9) == [page.id]
        assert store.articles([page.id])[page.id].aliases == (short,)
        assert store.by_slugs([slug], 0) == [] and store.capped["slugs"] == 1
        assert (store.of_site("alpha.example", 9), store.of_site("beta.example", 9)) == (1, 0)
        store.remove_original(page.id)
        assert store.conn.execute("SELECT count(*) FROM aliases").fetchone() == (0,)


def test_hot_buckets_are_passed_over_and_counted(store: Store) -> None:
    for i in range(5):
        page = article(f"site{i}")
        terms = ("heron", "weir") if i == 0 else ("heron",)
        store.add_article(page, "original", fingerprint(page, (7, 100 + i), (8, 9), terms), ())
    assert len(store.by_bands([7], 5)) == 5 and not store.capped
    assert [shared for _, shared in store.by_bands([7, 100], 4)] == [1]
    assert store.by_fragments([8, 9], 4) == []
    assert list(store.holders(["heron", "weir", "heron weir"], 4)) == ["weir", "heron weir"]
    assert store.capped == {"minhash": 1, "fragments": 2, "terms": 1}


def test_addresses_and_pictures_of_too_many_are_passed_over(tmp_path: Path) -> None:
    shared = ("https://cdn.example/AFP__a-1751569992.jpg",) * 2
    own = ("https://cdn.example/harbour-bridge-closed-tuesday.jpg",)
    pages = [
        article(
            "alpha", f"Version {i} of the text.", images=shared + own * (i == 0),
            url="https://alpha.example/?x=1" if i < 2 else "https://alpha.example/?x=2",
        )
        for i in range(5)
    ]  # fmt: skip
    ids = sorted(page.id for page in pages)
    stems = ["afp__a-1751569992", "harbour-bridge-closed-tuesday"]
    one, two = "https://alpha.example/?x=1", "https://alpha.example/?x=2"
    with Store.open(tmp_path / "p.db") as store:
        for page in pages:
            store.add_article(page, "original", None, ())
        store.add_article(article("alpha", "Another.", url=one), "crawled", None, ())
        assert store.by_image_stems(stems, 5) == store.by_urls([pages[0].canonical_url], 5) == ids
        assert store.capped == {}
        assert store.by_image_stems(stems, 4) == [pages[0].id]
        assert store.by_urls([pages[0].canonical_url, one, two], 2) == sorted(
            page.id for page in pages[:2]
        )
        assert dict(store.capped) == {"stems": 1, "urls": 2}
        assert store.capped["minhash"] == 0
    with Store.open(tmp_path / "p.db") as again:
        assert again.capped == {}


def test_keys_of_just_so_many_are_held(store: Store) -> None:
    for i in range(5):
        page = article(f"site{i}")
        terms = ("heron", "weir") if i < 2 else ("heron",)
        store.add_article(page, "original", fingerprint(page, terms=terms), ())
    asked = ["heron", "weir", "heron weir", "heron", "none"]
    for limit, expected in ((1, (0, 0)), (2, (0, 2)), (4, (0, 2)), (5, (5, 2))):
        found = store.holders(asked, limit)
        assert (len(found.get("heron", ())), len(found.get("heron weir", ()))) == expected
        assert all(len(numbers) <= limit for numbers in found.values())
    assert store.capped["terms"] == 3 + 1 + 1


def test_addresses_with_secrets_are_found_and_kept_apart(store: Store) -> None:
    pages = [
        article(
            f"site{i}", url=f"https://a.example/x?token=secret{i}#auth=hidden{i}",
            canonical_url=f"https://a.example/x?token=secret{i}",
        )
        for i in range(2)
    ]  # fmt: skip
    for page in pages:
        store.add_article(page, "original", None, ())
    assert store.by_urls([pages[0].canonical_url], 9) == [pages[0].id]
    assert store.by_urls([pages[1].url], 9) == [pages[1].id]
    stored = store.article(pages[0].id)
    assert stored is not None and "secret" not in stored.url + stored.canonical_url
    assert "hidden" not in stored.url
    assert store.by_urls([stored.canonical_url], 9) == [pages[0].id]
    assert [found.id for found in store.find_articles(pages[1].url)] == [pages[1].id]


def test_traces_name_a_page_with_secrets_whether_it_was_stored_or_not(store: Store) -> None:
    url, picture = "https://alpha.example/x?b=1&token=secret", "https://c.example/i.jpg?sig=secret"
    fresh = article(
        "alpha", url=url, canonical_url="https://alpha.example/x?b=1&token=secret",
        images=(picture,), site="alpha.example",
    )  # fmt: skip
    link = Trace("source-link", "via", redact(url), "alpha.example", "strong")
    other = Trace("source-link", "via", redact(url + "2"), "alpha.example", "strong")
    shown = Trace("hotlink", redact(picture), None, "c.example", "strong")
    page = article("gamma")
    store.add_article(fresh, "original", None, ())
    store.add_article(page, "crawled", None, (link, other, shown))
    stored = store.article(fresh.id)
    assert stored is not None and "secret" not in stored.url
    for source in (fresh, stored):
        for traces in ((link, other, shown), store.traces_of(page.id)):
            how = [direction.names_source(trace, source) for trace in traces]
            assert how == ["page", "site", "page"]


def test_numpy_integers_and_long_key_lists(store: Store) -> None:
    page = article("alpha")
    keys = numpy.arange(-(2**63), -(2**63) + 3000, dtype=numpy.int64)
    print_of = fingerprint(page, tuple(keys), tuple(keys), ("a",))
    assert store.add_article(page, "original", print_of, ())
    assert store.by_bands(list(keys), 10) == [(page.id, 3000)]
    stored = store.fingerprint(page.id)
    assert stored is not None and stored.bands == tuple(int(key) for key in keys)
    assert len(store.articles([f"{i}" for i in range(40_000)])) == 0


def test_ties_do_not_depend_on_the_order_of_adding(tmp_path: Path) -> None:
    pages = [article(f"site{i}") for i in range(6)]
    answers = []
    for number, order in enumerate((pages, pages[::-1])):
        with Store.open(tmp_path / f"{number}.db") as store:
            for page in order:
                store.add_article(page, "original", fingerprint(page), ())
            named = [store.ids(held) for held in store.holders(["weir"], 9).values()]
            answers.append(
                (
                    store.by_bands([1], 9),
                    store.by_fragments([10], 9),
                    [sorted(ids.values()) for ids in named],
                )
            )
    assert answers[0] == answers[1]


# -- finding ---------------------------------------------------------------------------------


def test_originals_are_listed_in_pages(store: Store) -> None:
    first, second, _ = filled(store)
    assert [row["id"] for row in store.originals()] == [first.id, second.id]
    assert [row["id"] for row in store.originals(1, 1)] == [second.id]
    assert [row["matches"] for row in store.originals()] == [1, 0]
    assert [row["id"] for row in store.originals(query="MAYOR alpha")] == [first.id]


def test_articles_are_found_by_id_and_address(store: Store) -> None:
    first, _, copy = filled(store)
    assert store.find_articles(first.id[:8]) == [first]
    assert store.find_articles(" http://alpha.example/news/alpha.html?utm_source=x ") == [first]
    assert store.find_articles(first.url, "original") == [first]
    assert store.find_articles(first.url, "crawled") == []
    assert [found.id for found in store.find_articles(copy.id, "crawled")] == [copy.id]
    assert store.find_articles("") == [] and store.find_articles("%") == []


@pytest.mark.parametrize(
    "query",
    ['"', "'", '"mayor', "mayor\"", "a OR", "NOT", "NEAR(", "mayor*", "title:x", "x AND", "^",
     "{title}: x", "- + ( )", "'; DROP TABLE articles; --", "\x00", "\ud800", "", "   ", "é 日本語",
     "col:" * 500, "*"],
)  # fmt: skip
def test_no_search_is_a_syntax_error(store: Store, query: str) -> None:
    filled(store)
    assert isinstance(store.originals(query=query), list)
    assert isinstance(list(store.matches(query=query)), list)
    assert isinstance(store.find_articles(query), list)
    assert count(store, "articles") == 3


def test_full_text_follows_the_articles(store: Store) -> None:
    first, *_ = filled(store)
    asked = "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'alpha'"
    assert store.conn.execute(asked).fetchone() == (1,)
    store.remove_original(first.id)
    assert store.conn.execute(asked).fetchone() == (0,)
    store.conn.execute("INSERT INTO articles_fts(articles_fts, rank) VALUES ('integrity-check', 1)")
    store.conn.execute("VACUUM")
    assert [row["site"] for row in store.originals(query="beta")] == ["beta.example"]
