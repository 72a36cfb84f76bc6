"""The store: every table there and back, idempotence, what is kept."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from store_samples import (
    DESIGNED,
    TRACES,
    article,
    count,
    dump,
    filled,
    fingerprint,
    match,
    whole_text_index,
)

from provenance.config import Parameters
from provenance.errors import StoreError
from provenance.models import Capture, Failure, InputAccount, Scores
from provenance.store import MIGRATIONS, Store

VIEWS = ["reposts", "repost_network", "top_reposters", "needs_review", "timeline"]


def test_tables_and_views_are_as_designed(store: Store) -> None:
    assert {*DESIGNED, "postings", "levels", "capped"} <= set(store.db.table_names())
    assert set(VIEWS) <= set(store.db.view_names())
    assert all(
        store.db[name].strict for name in store.db.table_names() if not name.startswith("articles_")
    )
    columns = [column.name for column in store.db["matches"].columns]
    scores = [field.name for field in dataclasses.fields(Scores)]
    start = columns.index(scores[0])
    assert columns[start : start + len(scores)] == scores
    assert store.conn.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert store.conn.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store.conn.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    assert store.check() == []


def test_every_table_there_and_back(store: Store) -> None:
    first, second, copy = filled(store)
    rows = dump(store)
    assert all(rows.values()), [name for name, found in rows.items() if not found]

    assert store.article(first.id) == first
    assert store.article(copy.id) == copy
    assert store.article("none") is None
    assert list(store.articles([copy.id, "none", second.id])) == [copy.id, second.id]
    assert store.traces_of(copy.id) == TRACES
    assert store.fingerprint(first.id) == fingerprint(first)
    assert store.fingerprint(copy.id) == fingerprint(copy)
    assert store.relations() == [("alpha.example", "beta.example", "owner")]
    assert store.counts() == {
        "originals": 2, "crawled": 1, "matches": 1, "reuse": 1, "reposts": 1, "captures": 1,
        "screened": 1, "inputs": 1, "failures": 1, "runs": 1,
    }  # fmt: skip

    capture = rows["captures"][0]
    assert capture["url"] == "https://gamma.example/?token=REDACTED-ba7816bf&x=1"
    assert "abc" not in capture["redirects"] and "secret" not in capture["headers"]
    assert capture["headers"] == '[["Content-Type", "text/html"]]'
    assert (capture["file"], capture["offset"], capture["length"]) == ("crawl.warc.gz", 10, 20)
    assert rows["failures"][0]["input"] == "https://x.example/?pwd=REDACTED-6b86b273"
    assert store.failures(1)[0]["stage"] == "fetch" and store.failures(2) == []
    assert rows["inputs"][0]["bytes_skipped"] == 17 and rows["inputs"][0]["truncated"] == 1
    assert rows["runs"][0]["counts"] == '{"matches": 1}'
    assert [row["stem"] for row in rows["links"]] == ["afp__a-1751569992", None, None, None]


def test_a_match_there_and_back(store: Store) -> None:
    first, _, copy = filled(store)
    made = match(first, copy)
    found = store.match(made.id[:6])
    assert found is not None
    assert found["scores"] == made.comparison.scores.asdict()
    assert found["passages"] == [passage.row() for passage in made.comparison.passages]
    assert found["reasons"][0] == {"code": "long-run", "text": "212 words in a row are the same."}
    assert found["evidence"][0]["log_odds"] == 1.5
    assert found["traces"][0]["target_site"] == "a.example"
    assert found["channels"] == ["minhash", "fragments"]
    assert found["source"]["text"] == first.text and found["target"]["url"] == copy.url
    assert (found["is_repost"], found["direction"]) == (True, "source-first")
    assert store.match("ffff") is None and store.match(" ") is None and store.match("é") is None

    (row,) = store.matches()
    assert row["source_site"] == "alpha.example" and row["target_title"] == copy.title
    assert row["jaccard_3"] == 0.05 and row["is_reuse"] is True


def test_matches_are_filtered_and_best_first(store: Store) -> None:
    first, second, copy = filled(store)
    weak = match(second, copy, probability=0.4, relation="rewrite", is_repost=False)
    store.add_match(weak, 1)
    assert [row["probability"] for row in store.matches()] == [0.95, 0.4]
    assert [row["id"] for row in store.matches(relation="rewrite")] == [weak.id]
    assert [row["id"] for row in store.matches(repost=False)] == [weak.id]
    assert [row["id"] for row in store.matches(site="beta.example")] == [weak.id]
    assert len(list(store.matches(site="gamma.example"))) == 2
    assert [row["source_id"] for row in store.matches(min_probability=0.5)] == [first.id]
    assert [row["source_id"] for row in store.matches(limit=1)] == [first.id]
    assert [row["id"] for row in store.matches(query="council beta")] == [weak.id]
    assert len(list(store.matches(since="2020-01-01"))) == 2
    assert list(store.matches(since="2999-01-01T00:00:00+02:00")) == []


def test_an_ambiguous_prefix_is_an_error(store: Store) -> None:
    first, second, copy = filled(store)
    for number, source in enumerate((first, second)):
        changed = dataclasses.replace(match(source, copy), id=f"abc{number}")
        store.add_match(changed, 1)
    store.add_match(dataclasses.replace(match(second, first), id="abc0ff"), 1)
    with pytest.raises(StoreError, match="abc1") as caught:
        store.match("abc")
    assert caught.value.code == "ambiguous"
    whole = store.match("abc0")
    assert whole is not None and whole["id"] == "abc0"


def test_doing_it_all_again_changes_no_row(store: Store) -> None:
    first, second, copy = filled(store)
    before, generation = dump(store), store.generation
    assert not store.add_article(first, "original", fingerprint(first), TRACES)
    assert not store.add_article(first, "crawled", fingerprint(first), TRACES)
    assert not store.add_article(copy, "crawled", fingerprint(copy), TRACES)
    store.add_match(match(first, copy), 1)
    store.add_relations([("alpha.example", "beta.example", "owner")])
    store.add_screened(1, "another reason")
    store.add_failure(1, Failure("https://x.example/?pwd=1", "fetch", "timeout", "slow"), 1)
    account = InputAccount("crawl.warc.gz", "warc", 3, 17, True)
    assert store.add_input(1, account, digest="d1", size=99, finished=True) == 1
    store.db["inputs"].update(1, {"generation": before["inputs"][0]["generation"]})
    assert dump(store) == before
    assert store.generation == generation
    assert second.id in store.articles([second.id])


def test_an_interrupted_run_ends_in_the_same_rows(tmp_path: Path) -> None:
    with Store.open(tmp_path / "whole.db", parameters=Parameters()) as whole:
        filled(whole)
        expected = dump(whole)
    with Store.open(tmp_path / "broken.db", parameters=Parameters()) as broken:
        with pytest.raises(KeyboardInterrupt), broken.transaction():
            filled(broken)
            raise KeyboardInterrupt
        assert not any(dump(broken).values())
        assert broken.generation == 0
        filled(broken)
        assert dump(broken) == expected


def test_a_method_that_fails_leaves_nothing_for_the_caller_to_commit(store: Store) -> None:
    first, second, copy = filled(store)
    stranger = article("delta")
    before = dump(store)
    with store.transaction():
        with pytest.raises(StoreError) as caught:
            store.add_match(match(first, stranger), 1)
        assert caught.value.code == "inconsistent"
        with pytest.raises(StoreError):
            store.add_match(match(first, copy, probability=float("nan")), 1)
        with pytest.raises(StoreError):
            store.add_match(match(first, second, relation="stolen"), 1)  # type: ignore[arg-type]
    assert dump(store) == before


def test_a_match_that_is_judged_again_is_replaced(store: Store) -> None:
    first, _, copy = filled(store)
    store.conn.execute("UPDATE matches SET found = '2001-01-01T00:00:00Z'")
    store.add_match(match(first, copy, relation="verbatim", reasons=(), probability=1), 1)
    (row,) = store.matches()
    assert (row["relation"], row["probability"]) == ("verbatim", 1.0)
    assert row["found"] == "2001-01-01T00:00:00Z"
    assert count(store, "reasons") == 0 and count(store, "passages") == 2


def test_removing_an_original_takes_its_rows_along(store: Store) -> None:
    first, second, copy = filled(store)
    generation = store.generation
    assert not store.remove_original(copy.id)
    assert not store.remove_original("none")
    assert store.generation == generation
    assert store.remove_original(first.id)
    assert store.generation == generation + 1
    for table in ("matches", "passages", "reasons", "direction_evidence", "links"):
        assert count(store, table) == 0, table
    assert count(store, "texts") == 2 and store.size() == 1
    assert store.originals(query="alpha") == []
    assert [row["id"] for row in store.originals()] == [second.id]
    assert store.by_bands([1, -2], 10) == [(second.id, 1)]
    assert store.check() == []


def test_a_crawled_page_is_promoted(store: Store) -> None:
    page = article("alpha", links=("https://b.example/",))
    assert store.add_article(page, "crawled", fingerprint(page), TRACES)
    assert store.generation == 0 and store.size() == 0 and store.by_urls([page.url], 9) == []
    found = store.article(page.id)
    assert found is not None and found.links == ()
    assert store.add_article(page, "original", None, TRACES[:1])
    assert store.generation == 1 and store.size() == 1
    assert store.by_bands([1], 10) == [(page.id, 1)]
    assert store.article(page.id) == page
    assert store.traces_of(page.id) == TRACES[:1]
    assert not store.add_article(page, "crawled", None, ())
    assert store.size() == 1


def test_a_promoted_page_takes_over_what_is_now_known(store: Store) -> None:
    run = store.begin_run("add", {})
    source = store.add_input(run, InputAccount("a.html", "html"), digest="d")
    capture = store.add_capture(Capture("https://a.example/", b"x"), file=None, offset=0, length=1)
    rough = article(
        "alpha", title="Zeppelin", published=None, rough=True, gate="consent",
        observed="2025-07-01T09:00:00Z", language="de",
    )  # fmt: skip
    better = dataclasses.replace(
        rough, title="Dirigible", byline="B. Writer", published="2025-06-30", site="a.example",
        language=None, url="http://alpha.example/?p=1", rough=False, gate=None,
        observed="2025-07-09T09:00:00Z", links=("https://l.example/",),
        images=("https://cdn.example/AFP__a-1751569992.jpg",),
    )  # fmt: skip
    assert store.add_article(rough, "crawled", fingerprint(rough), TRACES)
    assert store.add_article(
        better, "original", fingerprint(rough), TRACES[1:], input_id=source, capture_id=capture
    )
    assert store.article(rough.id) == dataclasses.replace(
        better, observed=rough.observed, language="de", gate="consent"
    )
    assert store.traces_of(rough.id) == TRACES[1:]
    (row,) = store.db["articles"].rows
    assert (row["role"], row["input_id"], row["capture_id"]) == ("original", source, capture)
    assert store.originals(query="zeppelin") == []
    assert [found["id"] for found in store.originals(query="dirigible mayor")] == [rough.id]
    assert store.by_image_stems(["afp__a-1751569992"], 9) == [rough.id]
    whole_text_index(store)
    before = dump(store)
    other = dataclasses.replace(rough, title="Another", byline=None, links=())
    assert not store.add_article(other, "crawled", fingerprint(rough, (5,)), TRACES)
    assert dump(store) == before
    assert store.remove_original(rough.id)
    whole_text_index(store)
    assert count(store, "articles_fts") == 0


def test_a_crawled_page_seen_again_fills_what_was_empty(store: Store) -> None:
    bare = article("alpha", title="", byline=None, published=None)
    full = article("alpha", language="fr", rough=True)
    assert store.add_article(bare, "crawled", fingerprint(bare), TRACES)
    assert not store.add_article(full, "crawled", None, TRACES[:1])
    assert store.article(bare.id) == dataclasses.replace(full, language="en", rough=False)
    assert store.traces_of(bare.id) == TRACES[:1]
    other = dataclasses.replace(full, title="Other", byline="Other", published="2001-01-01")
    for again in (other, bare):
        assert not store.add_article(again, "crawled", None, ())
    kept = store.article(bare.id)
    assert kept == dataclasses.replace(full, language="en", rough=False)
    assert store.traces_of(bare.id) == () and store.generation == 0
    asked = "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'title: bridge'"
    assert store.conn.execute(asked).fetchone() == (1,)
    whole_text_index(store)


def test_a_page_that_is_kept_is_known(store: Store) -> None:
    page = Capture("https://a.example/?token=abc", b"<html>")
    assert store.known_capture(page, "f.warc.gz") is None
    made = store.add_capture(page, file="f.warc.gz", offset=0, length=9)
    assert store.known_capture(page, "f.warc.gz") == made
    assert store.add_capture(page, file="f.warc.gz", offset=9, length=9) == made
    assert store.known_capture(page, None) is None
    assert store.known_capture(page, "g.warc.gz") is None
    assert store.known_capture(dataclasses.replace(page, body=b"<html "), "f.warc.gz") is None
    another = dataclasses.replace(page, url="https://a.example/?token=abd")
    assert store.known_capture(another, "f.warc.gz") is None
    nowhere = store.add_capture(page, file=None, offset=None, length=None)
    assert store.known_capture(page, None) == nowhere != made


def test_what_was_said_of_a_page_is_dropped(store: Store) -> None:
    first, second, copy = filled(store)
    other = article("delta")
    store.add_article(other, "crawled", None, ())
    kept, stranger = match(second, copy), match(first, other)
    store.add_match(kept, 1)
    store.add_match(stranger, 1)
    assert store.drop_matches(copy.id, {kept.id, "unknown"}) == 1
    assert {row["id"] for row in store.matches()} == {kept.id, stranger.id}
    for table, each in (("passages", 2), ("reasons", 2), ("direction_evidence", 1)):
        assert count(store, table) == 2 * each, table
    assert store.drop_matches(copy.id, [kept.id]) == 0
    assert store.drop_matches(copy.id, ()) == 1
    assert store.drop_matches(first.id, ()) == 0 == store.drop_matches("none", ())
    assert [row["id"] for row in store.matches()] == [stranger.id]
    assert store.check() == []


def test_relations_change_the_generation(store: Store) -> None:
    pair = ("alpha.example", "beta.example")
    store.add_relations([(*pair, "owner"), (*pair, "wire")])
    assert store.generation == 1
    store.add_relations([(*pair, "owner")])
    store.add_relations([])
    assert store.generation == 1
    store.add_relations([(*pair, "owner"), (*pair, "licence")])
    assert store.generation == 2
    assert store.remove_relation(*pair, "wire")
    assert store.generation == 3
    assert not store.remove_relation(*pair, "wire")
    assert store.generation == 3


def test_the_earlier_observation_is_kept(store: Store) -> None:
    page = article("alpha", observed="2025-07-01T12:00:00Z")
    store.add_article(page, "crawled", None, ())
    for observed in ("2025-07-01T13:30:00+02:00", None, "2025-07-02", "no time"):
        store.add_article(dataclasses.replace(page, observed=observed), "crawled", None, ())
    found = store.article(page.id)
    assert found is not None and found.observed == "2025-07-01T13:30:00+02:00"


def test_text_that_sqlite_cannot_hold_keeps_its_offsets(store: Store) -> None:
    text = "a\x00b \ud800 end \U0001f600 ﬁn"
    page = article(
        "alpha", text, title="T\x00\udfff", byline="\ud800", images=("https://x/\ud800",)
    )
    assert store.add_article(page, "original", None, ())
    found = store.article(page.id)
    assert found is not None and len(found.text) == len(text) and found.text.endswith("😀 ﬁn")
    assert store.originals(query="end \ud800")[0]["id"] == page.id
    assert store.find_articles("\ud800") == [] and store.by_urls(["https://\ud800"], 9) == []


def test_an_input_is_finished_only_for_the_same_work(store: Store) -> None:
    first, *_ = filled(store)
    assert not store.finished_input("crawl.warc.gz", "d1")  # originals came after it was begun
    run = store.begin_run("scan", {})
    account = InputAccount("crawl.warc.gz", "warc", 3)
    source = store.add_input(run, account, digest="d1")
    assert not store.finished_input("crawl.warc.gz", "d1")
    store.finish_input(source, account)
    assert store.finished_input("crawl.warc.gz", "d1")
    assert not store.finished_input("crawl.warc.gz", "d2")
    assert not store.finished_input("other.warc.gz", "d1")
    store.begin_run("scan", {"within": True})
    assert not store.finished_input("crawl.warc.gz", "d1")
    store.begin_run("add", {})
    assert not store.finished_input("crawl.warc.gz", "d1")
    store.begin_run("scan", {})
    assert store.finished_input("crawl.warc.gz", "d1")
    store.conn.execute("UPDATE runs SET parameters = '{}'")
    assert not store.finished_input("crawl.warc.gz", "d1")
    store.begin_run("scan", {})
    store.add_input(4, account, digest="d1", finished=True)
    store.remove_original(first.id)
    assert not store.finished_input("crawl.warc.gz", "d1")


def test_an_input_is_finished_only_for_the_same_judge(store: Store) -> None:
    account = InputAccount("crawl.warc.gz", "warc", 3)
    judge = {"model": {"version": 3}, "threshold": 0.5, "file": Path("m.json")}
    run = store.begin_run("scan", {}, judge)
    store.finish_input(store.add_input(run, account, digest="d1"), account)
    for judged_with, same in (
        (dict(reversed(judge.items())), True),
        ({**judge, "threshold": 0.6}, False),
        ({**judge, "model": {"version": 4}}, False),
        ({**judge, "more": 1}, False),
        ({}, False),
        (None, False),
        (judge, True),
    ):
        store.begin_run("scan", {}, judged_with)
        assert store.finished_input("crawl.warc.gz", "d1") is same, judged_with


def test_a_match_has_the_parameters_of_its_own_run(store: Store) -> None:
    first, second, copy = filled(store)
    plain, judged = match(first, copy), match(second, copy)
    url = "https://m.example/?token=abc"
    run = store.begin_run("scan", {}, {"threshold": 0.7, "seed": -1, "model": {"url": url}})
    store.add_match(judged, run)
    store.begin_run("scan", {}, {"threshold": 0.1})
    own = store.parameters.asdict()
    found = [store.match(made.id) for made in (plain, judged)]
    assert found[0] is not None and found[0]["parameters"] == own
    model = {"url": "https://m.example/?token=REDACTED-ba7816bf"}
    assert found[1] is not None
    assert found[1]["parameters"] == {**own, "threshold": 0.7, "model": model}
    stored = store.conn.execute("SELECT parameters FROM runs WHERE id = ?", (run,)).fetchone()[0]
    assert json.loads(stored) == found[1]["parameters"]
