"""The corridor: what is kept when a page, a run or a lock goes wrong."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import EXCERPT, INDEPENDENT, OTHER, REWORDED, SOURCE

from provenance import matching, pipeline, verdict
from provenance.compare import compare_texts
from provenance.errors import ExtractError
from provenance.models import Match
from provenance.store import Store

GIVEN = pipeline.Given()
PAGE = "<html><head><title>{title}</title></head><body><article>{body}</article></body></html>"


def page(text: str, title: str = "A page", extra: str = "") -> str:
    body = "".join(f"<p>{line}</p>" for line in text.split("\n") if line.strip())
    return PAGE.format(title=title, body=body + extra)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    original = tmp_path / "outlet.example" / "story.html"
    original.parent.mkdir()
    original.write_text(page(SOURCE, "The original"), "utf-8")
    with Store.open(tmp_path / "p.db") as opened:
        pipeline.add(opened, [str(tmp_path)], GIVEN)
        yield opened


def crawl(folder: Path, count: int) -> Path:
    place = folder / "crawl" / "blog.example"
    place.mkdir(parents=True)
    for number in range(count):
        text = (REWORDED, OTHER, EXCERPT, INDEPENDENT)[number % 4] + f"\n\nPage number {number}."
        (place / f"p{number:03}.html").write_text(page(text), "utf-8")
    return folder / "crawl"


def test_a_page_that_crashes_costs_itself_alone(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, prepare = crawl(tmp_path, 12), matching.prepare

    def fragile(item: Any) -> matching.Page:
        if item.path and item.path.endswith("p005.html"):
            raise RecursionError("too deep")
        return prepare(item)

    monkeypatch.setattr(matching, "prepare", fragile)
    tally = pipeline.scan(store, [str(folder)], GIVEN)
    assert (tally.read, tally.failed, tally.rough) == (12, 0, 1)
    assert store.counts()["crawled"] == 12  # it was read roughly, and does not hide
    (failure,) = store.failures()
    assert failure["error"] == "crashed" and failure["input"].endswith("p005.html")
    monkeypatch.setattr(matching, "prepare_roughly", fragile)
    tally = pipeline.scan(store, [str(folder / "blog.example" / "p005.html")], GIVEN)
    assert (tally.read, tally.failed, tally.rough) == (1, 1, 0)


def test_what_was_told_is_stored_when_a_run_is_stopped(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, prepare, told = crawl(tmp_path, 30), matching.prepare, list[Match]()

    def stopped(item: Any) -> matching.Page:
        if item.path and item.path.endswith("p020.html"):
            raise KeyboardInterrupt
        return prepare(item)

    monkeypatch.setattr(matching, "prepare", stopped)
    with pytest.raises(KeyboardInterrupt):
        pipeline.scan(store, [str(folder)], GIVEN, found=told.append)
    stored = {row["id"] for row in store.matches()}
    assert told and {match.id for match in told} <= stored
    assert store.counts()["crawled"] == 20

    monkeypatch.setattr(matching, "prepare", prepare)
    tally = pipeline.scan(store, [str(folder)], GIVEN)
    assert not tally.skipped_inputs and store.counts()["crawled"] == 30


def test_others_may_write_while_a_scan_reads(store: Store, tmp_path: Path) -> None:
    folder, waited = crawl(tmp_path, 8), []

    def progress(_: pipeline.Tally) -> None:
        with sqlite3.connect(store.path, timeout=0) as other:
            other.execute("INSERT OR REPLACE INTO meta VALUES ('touched', '1')")
        waited.append(1)

    assert pipeline.scan(store, [str(folder)], GIVEN, progress).read == 8 == len(waited)


def test_a_page_judged_anew_replaces_what_was_said_of_it(store: Store, tmp_path: Path) -> None:
    link = '<p>As <a href="https://outlet.example/story.html">the outlet</a> had it.</p>'
    name = tmp_path / "own.html"
    given = pipeline.Given(url="https://blog.example/own")
    name.write_text(page(OTHER, extra=link), "utf-8")
    assert [m.verdict.relation for m in pipeline.check(store, str(name), given).matches] == [
        "cites"
    ]
    name.write_text(page(OTHER, extra=link.replace("outlet.example", "elsewhere.example")), "utf-8")
    assert not pipeline.check(store, str(name), given).matches
    assert not list(store.matches())


def test_an_input_that_may_be_readable_later_is_read_again(store: Store, tmp_path: Path) -> None:
    empty = tmp_path / "nothing"
    empty.mkdir()
    for _ in range(2):
        tally = pipeline.scan(store, [str(empty)], GIVEN)
        assert (tally.read, tally.unopened) == (0, 1) and not tally.skipped_inputs


def test_another_address_for_the_same_file_is_no_repetition(store: Store, tmp_path: Path) -> None:
    name = tmp_path / "saved.html"
    name.write_text(page(OTHER), "utf-8")
    for address in ("https://one.example/a", "https://two.example/b"):
        pipeline.add(store, [str(name)], pipeline.Given(url=address))
    assert {row["site"] for row in store.originals()} >= {"one.example", "two.example"}


def test_walls_are_not_compared(tmp_path: Path) -> None:
    wall = (
        "We and our 120 partners store and access information on a device, such as cookies. "
        "You can change your choices at any time in the privacy settings. By clicking accept all "
        "you agree to personalised advertising and content. You may withdraw your consent later."
    )
    for name in ("a.html", "b.html"):
        (tmp_path / name).write_text(page(wall, "Before you continue"), "utf-8")
    with pytest.raises(ExtractError) as caught:
        pipeline.compare_two(str(tmp_path / "a.html"), str(tmp_path / "b.html"), GIVEN)
    assert caught.value.code == "gated"


def test_the_end_of_a_long_text_counts() -> None:
    start = " ".join(f"Sentence number {n} has a few words in it." for n in range(900))
    tail = " ".join(f"Another ending, line {n}, follows here." for n in range(300))
    _, found = matching.hold_texts(start + tail, start)
    assert found.probability < 1 or found.relation != "verbatim"
    assert not any(reason.code == "same-digest" for reason in found.reasons)


def test_the_model_reads_what_it_was_taught() -> None:
    given = verdict.inputs(compare_texts(SOURCE, OTHER))
    heads = verdict.model()["heads"]
    assert {name: set(head["weights"]) for name, head in heads.items()} == {
        name: set(values) for name, values in given.items()
    }


def test_the_pages_of_quality_hold_their_tables() -> None:
    pages = {
        "quality": ("out-of-fold", "shipped", "retrieval"),
        "event": ("event-pairs", "event-readings", "event-cohort"),
    }
    for page_name, tables in pages.items():
        text = (Path(__file__).parent.parent / "docs" / f"{page_name}.md").read_text("utf-8")
        for name in tables:
            table = text.split(f"<!-- {name} -->\n")[1].split(f"<!-- /{name} -->")[0]
            assert table.count("\n| ") >= 3, name
