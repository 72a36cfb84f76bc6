"""Clusters: who is a member, who is only attached, and where each page has its text from."""

from __future__ import annotations

import csv
import io
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import run
from hypothesis import given
from hypothesis import strategies as st

from provenance.clusters import group, joins
from provenance.models import Cluster, Edge
from provenance.store import Store
from provenance.upkeep import make_clusters

TIMES = {name: f"2025-07-0{day}T10:00:00Z" for day, name in enumerate("abcdefgh", 1)}


def edge(source: str, target: str, **changes: Any) -> Edge:
    """A verbatim copy, undecided who was first."""
    known: dict[str, Any] = {
        "match_id": f"{source}{target}",
        "source_id": source,
        "target_id": target,
        "relation": "verbatim",
        "is_reuse": True,
        "direction": "unknown",
        "log_odds": 0.0,
        "probability": 0.99,
        "share_target": 1.0,
        "share_source": 1.0,
    }
    return Edge(**known | changes)


def told(clusters: list[Cluster]) -> dict[str, dict[str, tuple[str, str | None]]]:
    """For each cluster its pages: role and best source."""
    return {
        cluster.id: {one.article_id: (one.role, one.source_id) for one in cluster.members}
        for cluster in clusters
    }


def test_an_original_and_its_copies() -> None:
    found = told(group([edge("a", "b"), edge("a", "c", relation="edited")], TIMES))
    assert found == {"a": {"a": ("root", None), "b": ("member", "a"), "c": ("member", "a")}}
    assert group([], {}) == []


def test_a_page_that_excerpts_two_stories_joins_nothing() -> None:
    edges = [edge("a", "b"), edge("c", "d")]
    excerpts = {"relation": "partial", "share_target": 0.3, "share_source": 0.4}
    roundup = [edge("a", "x", **excerpts), edge("c", "x", **excerpts)]
    found = told(group([*edges, *roundup], TIMES))
    assert set(found) == {"a", "c"}
    assert found["a"]["x"] == ("attached", "a") and found["c"]["x"] == ("attached", "c")
    # Nor does one that holds two short stories whole, nor an original that is such a page.
    halves = {"relation": "edited", "share_target": 0.5, "share_source": 1.0}
    both = [*edges, edge("a", "x", **halves), edge("c", "x", **halves)]
    assert set(told(group(both, TIMES))) == {"a", "c"}
    parts = {"relation": "edited", "share_target": 1.0, "share_source": 0.4}
    found = told(group([edge("x", "b", **parts), edge("x", "d", **parts)], TIMES))
    assert found == {"x": {"x": ("root", None), "b": ("attached", "x"), "d": ("attached", "x")}}


def test_nothing_hangs_on_what_hangs() -> None:
    partial = {"relation": "partial", "share_target": 0.2, "share_source": 0.2}
    found = told(group([edge("a", "b", **partial), edge("b", "c", **partial)], TIMES))
    assert found["a"] == {"a": ("root", None), "b": ("attached", "a")}
    assert found["b"] == {"b": ("root", None), "c": ("attached", "b")}


@pytest.mark.parametrize(
    ("relation", "target", "source", "whole"),
    [
        ("edited", 0.51, 0.51, True),
        ("edited", 0.5, 1.0, False),
        ("edited", 1.0, 0.5, False),
        ("partial", 0.9, 0.9, False),
        ("quote", 0.9, 0.9, False),
        # Of a rewrite less is seen: one share is held against the other.
        ("rewrite", 0.3, 0.28, True),
        ("rewrite", 0.4, 0.2, False),
        ("version", 0.8, 0.9, True),
    ],
)
def test_what_joins(relation: str, target: float, source: float, whole: bool) -> None:
    assert (
        joins(edge("a", "b", relation=relation, share_target=target, share_source=source)) == whole
    )


def test_the_best_source() -> None:
    both = [edge("a", "b"), edge("a", "c"), edge("b", "c", share_target=0.9)]
    assert told(group(both, TIMES))["a"]["c"] == ("member", "a")
    decided = [*both[:2], edge("b", "c", direction="source-first", probability=0.9)]
    assert told(group(decided, TIMES))["a"]["c"] == ("member", "b")
    surer = [edge("a", "b"), edge("a", "c", probability=0.9), edge("b", "c")]
    assert told(group(surer, TIMES))["a"]["c"] == ("member", "b")
    # All else equal, the earlier page.
    same = [edge("b", "d"), edge("a", "d"), edge("a", "b")]
    assert told(group(same, TIMES))["a"]["d"] == ("member", "a")


def test_the_target_was_first() -> None:
    found = told(group([edge("b", "a", direction="target-first")], TIMES))
    assert found == {"a": {"a": ("root", None), "b": ("member", "a")}}
    leaning = told(group([edge("b", "a", log_odds=-1.0)], TIMES))
    assert leaning == found


def test_no_page_is_its_own_ancestor() -> None:
    ring = [edge(*pair, direction="source-first") for pair in ("ab", "bc", "ca")]
    (cluster,) = group(ring, TIMES)
    assert sum(one.source_id is None for one in cluster.members) == 1


def test_versions_join_but_make_no_cluster() -> None:
    version = edge("a", "b", relation="version", is_reuse=False)
    assert group([version], TIMES) == []
    found = told(group([version, edge("b", "c")], TIMES))
    assert found == {"a": {"a": ("root", None), "b": ("member", "a"), "c": ("member", "b")}}


names = st.sampled_from("abcdefgh")
some_edges = st.lists(
    st.builds(
        lambda pair, relation, direction, share, odds: edge(
            *pair, relation=relation, direction=direction, share_target=share, log_odds=odds
        ),
        st.tuples(names, names).filter(lambda pair: pair[0] != pair[1]),
        st.sampled_from(["verbatim", "edited", "partial", "rewrite"]),
        st.sampled_from(["source-first", "target-first", "unknown"]),
        st.sampled_from([0.3, 0.6, 1.0]),
        st.sampled_from([-1.0, 0.0, 1.0]),
    ),
    max_size=14,
    unique_by=lambda one: one.match_id,
)


@given(some_edges, st.randoms(use_true_random=False))
def test_any_graph(edges: list[Edge], shuffled: random.Random) -> None:
    found = group(edges, TIMES)
    again = list(edges)
    shuffled.shuffle(again)
    assert group(again, TIMES) == found  # whatever the order
    members = [m.article_id for c in found for m in c.members if m.role != "attached"]
    assert len(members) == len(set(members))
    assert {page for one in edges for page in (one.source_id, one.target_id)} == {
        m.article_id for c in found for m in c.members
    }
    by_id = {one.match_id: one for one in edges}
    for cluster in found:
        inside = {m.article_id: m for m in cluster.members}
        assert len(inside) == len(cluster.members) >= 2
        assert cluster.members[0].article_id == cluster.id and cluster.members[0].role == "root"
        for member in cluster.members:
            if member.match_id:
                match = by_id[member.match_id]
                assert {member.article_id, member.source_id} == {match.source_id, match.target_id}
                assert inside[str(member.source_id)].role != "attached"
                assert joins(match) == (member.role == "member")
            seen = set()
            at: str | None = member.article_id
            while at is not None:  # every page leads to one without a source
                assert at not in seen
                seen.add(at)
                at = inside[at].source_id


# -- the verb ----------------------------------------------------------------------------------


@pytest.fixture
def db(corpus_scanned: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(corpus_scanned, tmp_path / "p.db"))


def test_the_corpus(db: Path) -> None:
    found = run("clusters", "--db", db, "--json")
    assert found.code == 0, found.err
    by_root = {row["pages"][0]["site"]: row for row in found.json}
    story = by_root["meridianworld.example"]
    assert story["id"] == story["pages"][0]["id"]
    roles = {page["site"]: page["role"] for page in story["pages"]}
    assert roles["worldupdatehub.example"] == roles["sterlingdispatch.example"] == "member"
    assert roles["carrowmereletter.example"] == "attached"  # three paragraphs in a round-up
    assert (story["members"], story["attached"], story["sites"]) == (4, 1, 5)
    copy = next(p for p in story["pages"] if p["site"] == "worldupdatehub.example")
    assert copy["source_id"] == story["id"] and copy["lag_minutes"] == 453
    assert copy["direction"] == "source-first" and copy["relation"] == "rewrite"
    with closing(sqlite3.connect(db)) as conn:
        stored = conn.execute(
            "SELECT role, count(*) FROM cluster_members WHERE cluster_id = ? GROUP BY role",
            (story["id"],),
        ).fetchall()
        assert dict(stored) == {"attached": 1, "member": 3, "root": 1}
        assert conn.execute("PRAGMA foreign_key_check").fetchall() == []


def test_text_csv_and_filters(db: Path) -> None:
    ran = run("clusters", "--db", db, "--min", "5")
    assert ran.code == 0 and "4 pages, 1 attached, 5 sites" in ran.out
    assert "from 1" in ran.out and "+7 h 33 min" in ran.out
    rows = list(csv.DictReader(io.StringIO(run("clusters", "--db", db, "--csv").out)))
    many = run("clusters", "--db", db, "--json").json
    assert len(rows) == sum(len(row["pages"]) for row in many)
    assert {row["role"] for row in rows} == {"root", "member", "attached"}
    assert len(run("clusters", "--db", db, "--json", "--limit", "2").json) == 2
    assert run("clusters", "--db", db, "--min", "99", "--json").json == []
    assert run("clusters", "--db", db, "--min", "1").code == 2


def test_no_matches_no_clusters(small: Path, tmp_path: Path) -> None:
    ran = run("clusters", "--db", small)
    assert ran.code == 0 and ran.out == "" and "No clusters" in ran.err
    assert "No clusters of 9 pages or more" in run("clusters", "--db", small, "--min", 9).err
    assert run("clusters", "--db", tmp_path / "none.db").code == 2
    empty = tmp_path / "empty.db"
    empty.touch()
    assert run("clusters", "--db", empty).code == 2


def test_made_anew_they_follow_the_matches(db: Path) -> None:
    with Store.open(db) as store:
        before = make_clusters(store)
        assert make_clusters(store) == before
        gone = before[0].id
        with store.transaction():
            store.conn.execute("DELETE FROM matches WHERE source_id = ?", (gone,))
        assert gone not in {cluster.id for cluster in make_clusters(store)}
        (left,) = store.conn.execute("SELECT count(*) FROM clusters").fetchone()
        assert left == len(before) - 1
    with Store.open(db, read_only=True) as store:
        assert len(make_clusters(store)) == left


def test_sites_of_one_owner_stay_in_the_cluster(db: Path) -> None:
    """A version is no repost, but the same text."""
    words = ("meridianworld.example", "owner", "sterlingdispatch.example")
    assert run("sites", "add", *words, "--db", db).code == 0
    rows = run("clusters", "--db", db, "--json", "--min", "5").json
    pages = {page["site"]: page for page in rows[0]["pages"]}
    assert pages["sterlingdispatch.example"]["relation"] == "version"
