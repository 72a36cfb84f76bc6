"""The long scan of benchmarks/soak.py: that it would tell what is lost."""

from __future__ import annotations

from pathlib import Path

import hostile_kit as kit
import pytest
from conftest import OTHER, SOURCE, page, run

from benchmarks import soak


def test_a_lost_record_and_a_lost_worker_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = {"x": kit.Crawl({"x.warc": kit.record(url="https://crawled.example/")}, "x.warc", 1, 1)}
    monkeypatch.setattr(soak.kit, "catalogue", lambda: cases)
    monkeypatch.setattr(
        soak, "corpus_pages", lambda: [("https://o.example/", page(OTHER).encode())]
    )
    db, source, made = tmp_path / "p.db", tmp_path / "source.html", soak.Made()
    source.write_text(page(SOURCE), "utf-8")
    run("add", source, "--url", "https://source.example/1", "--db", db)
    soak.make_round(0, tmp_path / "round", [b"<p>x", b"\x00\xff", page(OTHER).encode()], made)
    assert run("scan", *made.inputs, "--db", db).code == 3
    total, missing, wrong = soak.lost(db, made)
    assert (missing, wrong) == (0, []) and total == sum(made.records.values()) + 1
    # As if a page had been put in that no row accounts for.
    made.records[str(made.inputs[0])] += 1
    _, missing, wrong = soak.lost(db, made)
    assert missing == 1 and len(wrong) == 1
    seen = soak.Watched([(0.0, 1, [5, 5]), (1.0, 1, [5]), (9.0, 1, [5])], seconds=9.0, code=3)
    assert (seen.short(), seen.at_the_end()) == (9.0, 1)
    _, wrong = soak.report(seen, db, made, seen.found, 1)
    assert any("lost for good" in one for one in wrong)
    assert any("copies" in one for one in wrong)
