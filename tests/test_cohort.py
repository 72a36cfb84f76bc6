"""Several originals that hold the same passages: which of them bears the claim of a repost."""

from __future__ import annotations

import dataclasses
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from conftest import EDITED, OTHER, SOURCE, SOURCE_PARAGRAPHS, page, run
from store_samples import article
from store_samples import match as sample

from provenance.cohort import EQUAL, OWN, Finding, settle
from provenance.models import Direction, Evidence, Match, Passage

TARGET = article("target")
TRACED = Direction("source-first", 0.98, (Evidence("trace:source-link", 4.0, "Links it."),))
UNKNOWN = Direction("unknown", 0.5)

Spans = list[tuple[int, int]]


def held(name: str, exact: Spans, reworded: Spans | None = None, **changes: Any) -> Match:
    """A repost of the target's characters ``exact`` (start, end) from ``name``.example."""
    made = sample(article(name), TARGET, **{"direction": UNKNOWN, **changes})
    passages = tuple(
        Passage(start, end - start, start, end - start, kind)  # type: ignore[arg-type]
        for kind, spans in (("exact", exact), ("reworded", reworded or []))
        for start, end in spans
    )
    return dataclasses.replace(
        made, comparison=dataclasses.replace(made.comparison, passages=passages)
    )


def settled(
    *matches: Match, owned: Any = (), alike: bool = True, first: str = ""
) -> dict[str, Finding]:
    """Findings by the name of the source; ``first`` is the source that was there before all."""
    found = settle(
        matches,
        owned=frozenset(frozenset(pair) for pair in owned),
        alike=lambda a, b: alike,
        earlier=lambda a, b: a.source.site == f"{first}.example",
    )
    return {one.source.site.split(".")[0]: found[one.id] for one in matches if one.id in found}


def told(found: dict[str, Finding]) -> dict[str, tuple[bool, str]]:
    return {name: (one.shared, one.reason.code) for name, one in found.items()}


def test_a_lone_copy_stands() -> None:
    assert settled(held("alpha", [(0, 900)])) == {}


def test_equals_share_a_third_text() -> None:
    found = settled(held("alpha", [(0, 900)]), held("beta", [(0, 880)]), held("gamma", [(0, 900)]))
    assert told(found) == dict.fromkeys(("alpha", "beta", "gamma"), (True, "cohort-shared"))
    assert "2 other originals hold the same passages" in found["alpha"].reason.text


def test_the_one_that_explains_more_keeps_the_claim() -> None:
    found = settled(held("alpha", [(0, 1000)]), held("beta", [(100, 700)]))
    assert told(found) == {"alpha": (False, "cohort-best"), "beta": (True, "cohort-less")}
    assert "the next best explains 60 %" in found["alpha"].reason.text
    assert "alpha.example" in found["beta"].reason.text


def test_at_the_margin_of_equality() -> None:
    under, over = round(1000 * EQUAL) - 1, round(1000 * EQUAL)
    assert not settled(held("alpha", [(0, 1000)]), held("beta", [(0, under)]))["alpha"].shared
    assert settled(held("alpha", [(0, 1000)]), held("beta", [(0, over)]))["alpha"].shared


def test_each_of_two_that_explain_other_passages_stands() -> None:
    assert settled(held("alpha", [(0, 500)]), held("beta", [(500, 900)])) == {}
    own = round(500 * (1 - OWN)) - 10
    assert settled(held("alpha", [(0, 500)]), held("beta", [(500 - own, 1000 - own)])) == {}


def test_what_only_several_together_explain_is_left_alone() -> None:
    found = settled(
        held("alpha", [(0, 600)]), held("beta", [(600, 1200)]), held("gamma", [(300, 850)])
    )
    assert found == {}


def test_a_trace_names_the_source() -> None:
    """Also when the one that it names explains a little less."""
    found = settled(
        held("alpha", [(0, 900)], direction=TRACED),
        held("beta", [(0, 1000)]),
        held("gamma", [(0, 400)]),
    )
    assert told(found) == {
        "alpha": (False, "cohort-best"),
        "beta": (True, "cohort-named"),
        "gamma": (True, "cohort-named"),
    }


def test_a_trace_takes_nothing_from_one_that_explains_more() -> None:
    found = settled(held("alpha", [(0, 500)], direction=TRACED), held("beta", [(0, 1000)]))
    assert "beta" not in found


def test_two_that_are_named_both_stand() -> None:
    found = settled(
        held("alpha", [(0, 900)], direction=TRACED), held("beta", [(0, 900)], direction=TRACED)
    )
    assert not any(one.shared for one in found.values())


def test_a_claimed_date_names_nobody() -> None:
    dated = Direction("source-first", 0.8, (Evidence("claimed", 1.5, "A day earlier."),))
    found = settled(held("alpha", [(0, 900)], direction=dated), held("beta", [(0, 900)]))
    assert told(found) == dict.fromkeys(("alpha", "beta"), (True, "cohort-shared"))


def test_the_original_of_the_originals_keeps_the_claim() -> None:
    """Of an original and an earlier repost of it, both registered, the first is the source."""
    found = settled(held("alpha", [(0, 880)]), held("beta", [(0, 900)]), first="alpha")
    assert told(found) == {"alpha": (False, "cohort-first"), "beta": (True, "cohort-later")}


def test_one_house_takes_nothing_from_itself() -> None:
    for same in ({"site": "alpha.example"}, {"site": ""}):
        other = held("beta", [(0, 900)])
        other = dataclasses.replace(other, source=dataclasses.replace(other.source, **same))
        assert settled(held("alpha", [(0, 900)]), other) == {}
    pair = [held("alpha", [(0, 900)]), held("beta", [(0, 900)])]
    assert settled(*pair, owned=[("alpha.example", "beta.example")]) == {}


def test_an_edition_of_the_best_falls_with_it() -> None:
    early, late = held("alpha", [(0, 900)]), held("later", [(0, 890)])
    late = dataclasses.replace(late, source=dataclasses.replace(late.source, site="alpha.example"))
    found = settle(
        [early, late, held("beta", [(0, 900)])],
        alike=lambda a, b: True,
        earlier=lambda a, b: False,
    )
    assert len(found) == 3 and all(one.shared for one in found.values())


def test_reworded_sources_are_compared_themselves() -> None:
    pair = [held("alpha", [], [(0, 900)]), held("beta", [], [(0, 900)])]
    assert settled(*pair, alike=False) == {}
    assert all(one.shared for one in settled(*pair, alike=True).values())


def test_exact_words_explain_more_than_reworded_ones() -> None:
    found = settled(held("alpha", [], [(0, 900)]), held("beta", [(0, 900)]))
    assert told(found) == {"alpha": (True, "cohort-less"), "beta": (False, "cohort-best")}


@pytest.mark.parametrize(
    "verdict",
    [
        {"is_repost": False, "direction": Direction("target-first", 0.9)},
        {"relation": "version", "is_repost": False, "is_reuse": False},
        {"relation": "quote", "is_repost": False, "is_reuse": False},
    ],
    ids=["target-first", "version", "quote"],
)
def test_what_cannot_be_the_source_takes_no_claim_away(verdict: dict[str, Any]) -> None:
    assert settled(held("alpha", [(0, 900)]), held("beta", [(0, 900)], **verdict)) == {}


def test_a_credited_wire_takes_the_claim_from_those_without_credit() -> None:
    credited = {"relation": "common-source", "is_repost": False}
    found = settled(held("alpha", [(0, 900)]), held("beta", [(0, 880)], **credited))
    assert told(found) == {"alpha": (True, "cohort-shared")}


def test_order_makes_no_difference() -> None:
    matches = [
        held("alpha", [(0, 900)]),
        held("beta", [(0, 900)]),
        held("gamma", [(0, 300), (950, 1200)]),
        held("delta", [(950, 1180)]),
        held("epsilon", [(0, 100)], [(200, 500)]),
    ]
    expected = settled(*matches)
    for order in itertools.permutations(matches):
        assert settled(*order) == expected


# --- through the command line ------------------------------------------------------------------


def add(tmp_path: Path, name: str, html: str, *more: str) -> None:
    file = tmp_path / f"{name}.html"
    file.write_text(html, "utf-8")
    ran = run("add", file, "--url", f"https://{name}.example/a", "--db", tmp_path / "p.db", *more)
    assert ran.code == 0, ran.err


def check(tmp_path: Path, html: str, *more: str) -> dict[str, dict[str, Any]]:
    """What is said of a page, by the site of the source."""
    file = tmp_path / "page.html"
    file.write_text(html, "utf-8")
    url = ["--url", "https://copy.example/x", "--db", tmp_path / "p.db"]
    found = run("check", file, "--json", *url, *more).json["matches"]
    return {one["source"]["site"]: one for one in found}


def codes(match: dict[str, Any]) -> set[str]:
    return {reason["code"] for reason in match["reasons"] if "cohort" in reason["code"]}


def test_two_papers_with_one_wire_text(tmp_path: Path) -> None:
    add(tmp_path, "firstpaper", page(SOURCE))
    alone = check(tmp_path, page(EDITED))["firstpaper.example"]
    assert alone["is_repost"] and not codes(alone)
    add(tmp_path, "otherpaper", page(SOURCE.replace("Nobody was hurt", "No one was hurt")))
    both = check(tmp_path, page(EDITED))
    assert set(both) == {"firstpaper.example", "otherpaper.example"}
    for one in both.values():
        assert one["relation"] == "common-source" and one["is_reuse"] and not one["is_repost"]
        assert codes(one) == {"cohort-shared"}
    ran = run("check", tmp_path / "page.html", "--db", tmp_path / "p.db", "--exit-code")
    assert ran.code == 0 and "may derive from a third text" in " ".join(ran.out.split())


def test_a_source_link_names_one_of_them(tmp_path: Path) -> None:
    for name in ("firstpaper", "otherpaper"):
        add(tmp_path, name, page(SOURCE))
    copy = page(EDITED).replace(
        "</article>", '<p>Source: <a href="https://otherpaper.example/a">here</a></p></article>'
    )
    found = check(tmp_path, copy)
    assert found["otherpaper.example"]["is_repost"]
    assert not found["firstpaper.example"]["is_repost"]
    assert codes(found["firstpaper.example"]) == {"cohort-named"}


def test_an_original_and_its_first_repost(tmp_path: Path) -> None:
    add(tmp_path, "maker", page(SOURCE))
    repost = page(EDITED).replace(
        "</article>", '<p>Source: <a href="https://maker.example/a">here</a></p></article>'
    )
    add(tmp_path, "reposter", repost)
    found = check(tmp_path, page(EDITED))
    assert found["maker.example"]["is_repost"]
    assert codes(found["reposter.example"]) == {"cohort-later"}


def test_a_page_that_quotes_the_original_at_length(tmp_path: Path) -> None:
    add(tmp_path, "maker", page(SOURCE))
    add(tmp_path, "digest", page("\n\n".join((OTHER, *SOURCE_PARAGRAPHS[1:4]))))
    found = check(tmp_path, page(SOURCE))
    assert found["maker.example"]["is_repost"] and codes(found["maker.example"]) == {"cohort-best"}
    assert found["digest.example"]["relation"] == "common-source"
    assert codes(found["digest.example"]) == {"cohort-less"}


def test_scan_says_the_same_in_any_order(tmp_path: Path) -> None:
    texts = {"one": SOURCE, "two": EDITED, "three": "\n\n".join(SOURCE_PARAGRAPHS[:3])}
    originals = [{"url": f"https://{name}.example/a", "text": texts[name]} for name in texts]
    crawl = [{"url": f"https://copy{n}.example/x", "text": SOURCE} for n in range(3)]
    found = []
    for step in (1, -1):
        db = tmp_path / f"{step}.db"
        for verb, rows in (("add", originals), ("scan", crawl)):
            file = tmp_path / f"{verb}.jsonl"
            file.write_text("".join(json.dumps(row) + "\n" for row in rows[::step]), "utf-8")
            assert run(verb, file, "--db", db).code == 0
        listed = run("matches", "--json", "--db", db).json
        found.append(sorted((row["id"], row["relation"], row["is_repost"]) for row in listed))
    assert found[0] == found[1] and len(found[0]) == 9
    assert {relation for _, relation, _ in found[0]} == {"common-source", "verbatim"}
