"""From decisions to precision, to a threshold of one's own, and to rows for training."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cli_samples import essence, scanned
from conftest import EXCERPT, REWORDED, page, run
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.dataset import load_pairs
from provenance import calibration
from provenance.calibration import Decided
from provenance.store import Store
from provenance.verdict import shipped_threshold


@pytest.fixture
def db(corpus_scanned: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "p.db"
    shutil.copy(corpus_scanned, copy)
    return copy


def matches(path: Path, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run("matches", *words, "--json", "--db", path).json
    return found


def decide(path: Path, choice: dict[str, Any]) -> None:
    with Store.open(path) as store:
        for name, decision in choice.items():
            store.decide(name, decision)


# -- the figures -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    [  # by the closed form, as tables of the interval have it
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (8, 10, 0.4902, 0.9433),
        (95, 100, 0.88825, 0.97846),
        (0, 0, 0.0, 1.0),
    ],
)
def test_the_interval_is_wilsons(right: int, of: int, low: float, high: float) -> None:
    assert calibration.wilson(right, of) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(0, 400), st.integers(0, 400))
def test_the_interval_holds_the_share(right: int, wrong: int) -> None:
    low, high = calibration.wilson(right, right + wrong)
    assert 0 <= low <= high <= 1
    assert not right + wrong or low <= right / (right + wrong) <= high


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.1, 0.5])
def test_so_many_right_claims_hold_a_rate_and_no_fewer(rate: float) -> None:
    least = calibration.needed(rate)
    assert calibration.wilson(0, least)[1] <= rate < calibration.wilson(0, least - 1)[1]


@pytest.mark.parametrize(
    ("decision", "relation", "is_repost", "expected"),
    [
        ("confirmed", "rewrite", True, True),
        ("licensed", "edited", True, True),
        ("rejected", "rewrite", True, False),
        ("rejected", "rewrite", False, None),  # who was first may be what is wrong
        ("rejected", "verbatim", True, None),
        ("confirmed", "verbatim", True, True),
        ("confirmed", "quote", False, False),
        ("rejected", "cites", False, True),
        ("licensed", "quote", False, True),
        ("confirmed", "version", False, None),
        ("rejected", "common-source", False, None),
    ],
)
def test_what_a_decision_says_of_the_texts(
    decision: str, relation: str, is_repost: bool, expected: bool | None
) -> None:
    assert calibration.derives(decision, relation, is_repost) is expected


def test_a_threshold_is_found_between_the_wrong_and_the_right() -> None:
    pairs = [Decided(str(i), 0.9 + i / 10_000, True) for i in range(60)]
    pairs += [Decided(f"w{i}", 0.7, False) for i in range(20)]
    found = calibration.held(pairs, 0.1, 0.6)
    assert found.threshold is not None and 0.7 < found.threshold < 0.9
    assert found.observed is not None and 0.7 < found.observed <= found.threshold
    of = calibration.precision(pairs, found.threshold)
    assert of.decided == of.right == 60 and of.low is not None and of.low >= 0.9
    assert calibration.held(pairs, 0.01, 0.6).threshold is None  # 60 are too few for that
    assert calibration.held(pairs, 0.4, 0.6).threshold == 0.6  # and all of it holds that
    assert calibration.held([], 0.1, 0.6) == calibration.Held(0.1, None, None, 35)


@given(
    st.lists(st.tuples(st.sampled_from([0.65, 0.7, 0.8, 0.9, 0.99]), st.booleans()), max_size=80),
    st.sampled_from([0.05, 0.2, 0.5]),
)
def test_what_is_held_is_held(drawn: list[tuple[float, bool]], rate: float) -> None:
    pairs = [Decided(str(i), p, derived) for i, (p, derived) in enumerate(drawn)]
    found = calibration.held(pairs, rate, 0.6)
    if found.threshold is not None:
        of = calibration.precision(pairs, found.threshold)
        assert calibration.wilson(of.decided - of.right, of.decided)[1] <= rate
        assert found.observed is not None and found.observed <= found.threshold
    if found.observed is not None:
        of = calibration.precision(pairs, found.observed)
        assert of.share is not None and 1 - of.share <= rate + 1e-9


# -- the verb ----------------------------------------------------------------------------------


def test_too_few_decisions_are_said_to_be(db: Path) -> None:
    none = run("calibrate", "--db", db)
    assert none.code == 0 and "nobody has decided" in none.out and "takes 381" in none.out
    refused = run("calibrate", "--set", "--db", db)
    assert refused.code == 2 and "too few" in refused.err and refused.out == ""
    with Store.open(db) as store:
        assert store.threshold is None


def test_precision_is_told_by_band(db: Path) -> None:
    reposts = matches(db, "--reposts")
    unsure = {row["id"]: row["probability"] for row in reposts if row["probability"] < 0.8}
    assert unsure and len(unsure) < len(reposts) / 5
    decide(db, {row["id"]: "rejected" if row["id"] in unsure else "confirmed" for row in reposts})
    found = run("calibrate", "--json", "--false-alarms", "0.2", "--db", db).json
    assert found["decisions"] == len(reposts) and found["threshold"] == shipped_threshold()
    assert found["precision"]["right"] == found["precision"]["decided"] - len(unsure)
    by_band = {band["from"]: band for band in found["bands"]}
    assert by_band[0.7]["share"] == 0.0 and by_band[0.95]["share"] == 1.0
    assert sum(band["decided"] for band in found["bands"]) == found["precision"]["decided"]
    assert all(band["claimed"] >= band["decided"] for band in found["bands"])
    probability = max(unsure.values())
    higher = run("calibrate", "--threshold", "0.8", "--json", "--db", db).json
    assert higher["precision"]["share"] == 1.0 and higher["threshold_in_use"] < probability < 0.8
    told = run("calibrate", "--false-alarms", "0.2", "--db", db)
    assert "held from" in told.out and "0.70 to 0.80" in told.out and told.err == ""


def test_a_threshold_counts_for_this_database_and_is_undone(tmp_path: Path) -> None:
    db = tmp_path / "p.db"
    scanned(db)
    before = essence(db)
    (unsure,) = [row for row in matches(db, "--relation", "rewrite") if row["is_repost"]]
    assert unsure["probability"] < 0.8
    decide(db, {unsure["id"]: "confirmed"})
    done = run("calibrate", "--threshold", "0.8", "--set", "--json", "--db", db).json
    assert done["set"] == 0.8 and done["judged"] >= 1
    assert {"before": "rewrite, unattributed", "after": None, "matches": 1} in done["changed"]
    assert unsure["id"] not in {row["id"] for row in matches(db)}
    raised = essence(db)

    # A scan with the same threshold finds the same, with workers too.
    for jobs in ("0", "1"):
        scanned(db, "--jobs", jobs)
        assert essence(db)[0] == raised[0]
    with closing(sqlite3.connect(db)) as conn:
        (last,) = conn.execute("SELECT parameters FROM runs ORDER BY id DESC LIMIT 1").fetchone()
    assert json.loads(last)["threshold"] == 0.8
    assert "0.8 (set for this database)" in run("doctor", "--db", db).out
    assert run("doctor", "--json", "--db", db).json["database"]["threshold"]["set_here"] is True

    told = run("calibrate", "--unset", "--db", db)
    assert told.code == 0 and "as shipped" in told.err
    assert "(as shipped)" in run("doctor", "--db", db).out
    scanned(db)
    again = {row["id"]: row for row in matches(db)}
    assert again[unsure["id"]]["decision"] == "confirmed"  # it was gone meanwhile
    decide(db, {unsure["id"]: None})
    assert essence(db) == before


def test_check_takes_the_threshold_of_its_database(small: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.html"
    copy.write_text(page(REWORDED), "utf-8")
    first = run("check", copy, "--json", "--db", small).json
    (found,) = first["matches"]
    assert found["is_repost"] and found["probability"] < 1
    assert run("calibrate", "--threshold", "1", "--set", "--db", small).code == 0
    second = run("check", copy, "--json", "--db", small).json
    assert second["matches"] == [] and second["parameters"]["threshold"] == 1.0
    assert second["nearest"]["probability"] == found["probability"]


@pytest.mark.parametrize(
    "words",
    [
        ["--set", "--unset"],
        ["--export", "x", "--set"],
        ["--false-alarms", "0"],
        ["--threshold", "1.5"],
    ],
)
def test_what_cannot_be_calibrated(db: Path, words: list[str]) -> None:
    assert run("calibrate", *words, "--db", db).code == 2


def test_decided_pairs_become_rows_for_training(db: Path, tmp_path: Path) -> None:
    found = {row["relation"]: row["id"] for row in matches(db)}
    decide(
        db,
        {
            found["rewrite"]: "rejected",
            found["edited"]: "licensed",
            found["partial"]: "confirmed",
            found["version"]: "confirmed",  # tells nothing of the texts alone
        },
    )
    file = tmp_path / "reviewed.jsonl.gz"
    told = run("calibrate", "--export", file, "--db", db)
    assert told.code == 0 and "Written: 3 pairs" in told.err and told.out == ""
    (tmp_path / "pairs.jsonl.gz").write_bytes(gzip.compress(b""))
    assert load_pairs(tmp_path) == []
    pairs = {pair.id: pair for pair in load_pairs(tmp_path, reviewed=True)}
    shown = run("show", found["edited"], "--json", "--db", db).json
    assert pairs[found["edited"]].suspect == shown["target"]["text"]
    assert pairs[found["edited"]].source == shown["source"]["text"]
    assert [pairs[found[name]].label for name in ("edited", "partial")] == ["edited", "partial"]
    assert pairs[found["partial"]].set == "reviewed-partial"
    assert not pairs[found["rewrite"]].derived and pairs[found["edited"]].derived
    plain = run("calibrate", "--export", "-", "--db", db)
    assert {row["id"] for row in plain.rows} == set(pairs)


def test_an_export_that_cannot_be_written(db: Path, tmp_path: Path) -> None:
    ran = run("calibrate", "--export", tmp_path / "none" / "x.jsonl", "--db", db)
    assert ran.code == 2 and "could not be written" in ran.err


def test_a_lower_threshold_asks_for_less(small: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.html"
    copy.write_text(page(EXCERPT), "utf-8")
    run("check", copy, "--db", small)
    with Store.open(small) as store:
        before = list(store.matches())
    assert run("calibrate", "--threshold", "0.1", "--set", "--db", small).code == 0
    with Store.open(small) as store:
        assert store.threshold == 0.1
        assert [row["relation"] for row in store.matches()] == [row["relation"] for row in before]
