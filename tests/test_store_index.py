"""The packed index: the same answers whatever level the postings are in, and after any kill."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from pathlib import Path

import pytest
from store_samples import article, count, fingerprint

from provenance.config import LIMITS, Parameters
from provenance.errors import StoreError
from provenance.models import Article, Fingerprint
from provenance.store import Store, postings

PARAMETERS = Parameters(seed=7)
#: Small levels, so that a few hundred originals fill several.
SMALL = tuple(
    postings.level(one.bits, most)
    for one, most in zip(postings.LEVELS, (20, 60, 150, None), strict=True)
)


def page(number: int, generator: random.Random) -> tuple[Article, Fingerprint]:
    """An original with some keys of its own, and some of a few that others have, too."""
    made = article(f"site{number}")
    words = [f"w{generator.randrange(400)}" for _ in range(12)]
    bands = [generator.randrange(-(2**63), 2**63), generator.randrange(300)]
    fragments = [8 * generator.randrange(500) for _ in range(6)]
    return made, fingerprint(made, tuple(bands), tuple(fragments), tuple(words))


def pages(total: int) -> list[tuple[Article, Fingerprint]]:
    generator = random.Random(3)
    return [page(number, generator) for number in range(total)]


def answers(store: Store, items: list[tuple[Article, Fingerprint]]) -> list[object]:
    """All that the index says of these texts, by article id."""
    said: list[object] = []
    for _, made in items:
        held = store.holders([*made.terms, "none"], 20)
        named = store.ids([number for numbers in held.values() for number in numbers])
        said.append(store.by_bands(made.bands, 50))
        said.append(store.by_fragments(made.fragments, 50))
        said.append({key: sorted(named[n] for n in numbers) for key, numbers in held.items()})
    return said


def expected(
    held: list[tuple[Article, Fingerprint]], asked: list[tuple[Article, Fingerprint]]
) -> list[object]:
    """The same by counting."""
    said: list[object] = []
    for _, made in asked:
        for channel in ("bands", "fragments"):
            hits = Counter[str]()
            for key in set(getattr(made, channel)):
                hits.update(a.id for a, other in held if key in set(getattr(other, channel)))
            said.append(sorted(hits.items(), key=lambda pair: (-pair[1], pair[0])))
        words = {
            word: sorted(a.id for a, other in held if word in other.terms) for word in made.terms
        }
        said.append({word: ids for word, ids in words.items() if 0 < len(ids) <= 20})
    return said


def add(store: Store, items: list[tuple[Article, Fingerprint]]) -> None:
    with store.transaction():
        for made, of in items:
            store.add_article(made, "original", of, ())


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postings, "LEVELS", SMALL)


@pytest.mark.usefixtures("small")
def test_the_same_answers_from_every_level(tmp_path: Path) -> None:
    items = pages(300)
    with Store.open(tmp_path / "p.db", parameters=PARAMETERS) as store:
        done = 0
        for size in (15, 30, 10, 70, 12, 120, 5, 38):
            add(store, items[done : done + size])
            done += size
            if size != 38:  # the last ones wait
                store.fold()
            asked = items[:done:7] + items[done : done + 2]
            assert answers(store, asked) == expected(items[:done], asked), done
        assert [row[0] for row in store.conn.execute("SELECT level FROM levels")] == [0, 3]
        assert store.waiting() == 38 and store.size() == 300 and store.check() == []


def test_all_at_once_and_bit_by_bit_are_the_same_rows(tmp_path: Path) -> None:
    items = pages(250)
    found = []
    for name, step in (("once", 250), ("bits", 40)):
        with Store.open(tmp_path / f"{name}.db", parameters=PARAMETERS) as store:
            for first in range(0, len(items), step):
                add(store, items[first : first + step])
                store.fold()
            found.append(store.conn.execute("SELECT * FROM postings").fetchall())
            found.append(store.conn.execute("SELECT * FROM levels").fetchall())
    assert found[:2] == found[2:]


def test_a_look_up_merges_what_waits_when_it_is_much(tmp_path: Path) -> None:
    items = pages(101)
    with Store.open(tmp_path / "p.db", parameters=PARAMETERS) as store:
        add(store, items[:100])
        store.by_bands([1], 9)
        assert store.waiting() == 100
        add(store, items[100:])
        with store.transaction():
            assert answers(store, items[:3]) == expected(items, items[:3])
            assert store.waiting() == 101
        with Store.open(tmp_path / "p.db", read_only=True) as reader:
            assert answers(reader, items[:3]) == expected(items, items[:3])
        assert answers(store, items[:3]) == expected(items, items[:3])
        assert store.waiting() == 0 and store.generation == 101


@pytest.mark.usefixtures("small")
def test_a_removed_original_is_in_no_level(tmp_path: Path) -> None:
    items = pages(120)
    gone = random.Random(5).sample(range(120), 40)
    with Store.open(tmp_path / "p.db", parameters=PARAMETERS) as store:
        for first, last in ((0, 70), (70, 90), (90, 120)):
            add(store, items[first:last])
            if last < 120:
                store.fold()
        for number in gone:
            assert store.remove_original(items[number][0].id)
        kept = [item for i, item in enumerate(items) if i not in gone]
        assert answers(store, items) == expected(kept, items)
        store.fold()
        assert answers(store, items) == expected(kept, items)
        numbers = {row[0] for row in store.conn.execute("SELECT number FROM fingerprints")}
        assert numbers_held(store) == numbers and store.size() == 80


@pytest.mark.usefixtures("small")
def test_a_sieve_hides_nothing_that_another_program_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provenance.store.index._AT_ONCE", 500)
    items = pages(95)
    path = tmp_path / "p.db"

    def levels() -> list[int]:
        return [row[0] for row in store.conn.execute("SELECT level FROM levels ORDER BY level")]

    with Store.open(path, parameters=PARAMETERS) as store:
        for first, last in ((0, 70), (70, 85), (85, 95)):
            add(store, items[first:last])
            if last < 95:
                store.fold()
        assert levels() == [0, 2]
        with Store.open(path, read_only=True) as reader:
            assert reader.sift()

            def found(*_: object) -> None:
                assert answers(reader, items[::6]) == expected(items, items[::6])

            found()
            # Slice by slice, those that wait and one level go into another.
            assert store.fold(found) == 10
            assert levels() == [1, 2]
            found()


@pytest.mark.usefixtures("small")
def test_a_damaged_block_spoils_no_other(tmp_path: Path) -> None:
    items = pages(60)
    with Store.open(tmp_path / "p.db", parameters=PARAMETERS) as store:
        add(store, items)
        store.fold()
        blocks = store.conn.execute("SELECT id, data FROM postings ORDER BY id").fetchall()
        keys = sorted({key for _, made in items for key in postings.keys_of(made, 7)})
        place = postings.level_of(blocks[0][0])
        whole = dict(postings.search(place, blocks, keys))
        assert set(whole) == set(keys)
        spoilt = blocks[1][0]
        blocks[1] = (spoilt, b"\xff" * (len(blocks[1][1]) + 3))
        left = [key for key in keys if postings.rows_of(place, [key]) != [spoilt]]
        assert 0 < len(left) < len(keys)
        assert dict(postings.search(place, blocks, left)) == {key: whole[key] for key in left}


def numbers_held(store: Store) -> set[int]:
    """Every number that any posting has."""
    rows = store.conn.execute("SELECT id, data FROM postings").fetchall()
    runs = [postings.read_blocks(postings.level_of(row[0]), [row]) for row in rows]
    return {number for _, numbers in runs for number in numbers.tolist()}


def test_a_number_is_not_given_twice(tmp_path: Path) -> None:
    (first, of_first), (second, of_second) = pages(2)
    with Store.open(tmp_path / "p.db", parameters=PARAMETERS) as store:
        store.add_article(first, "original", of_first, ())
        store.remove_original(first.id)
        store.add_article(second, "original", of_second, ())
        assert store.conn.execute("SELECT number FROM fingerprints").fetchall() == [(2,)]


def test_hot_keys_keep_one_posting_and_are_counted(tmp_path: Path) -> None:
    bucket, terms = LIMITS.bucket, LIMITS.term_bucket
    with Store.open(tmp_path / "p.db", parameters=PARAMETERS) as store:
        for start in (0, 150, 300):
            for i in range(start, start + 150):
                made = article(f"site{i}")
                own = (f"own{i}", "heron") if i < terms else ("weir", "heron")
                bands = (1, 1000 + i) if i < bucket else (2, 1000 + i)
                store.add_article(made, "original", fingerprint(made, bands, (i % 3,), own), ())
            store.fold()
        # Band 1 is held by just so many as are read, band 2 by more.
        assert len(store.by_bands([1], bucket)) == bucket and not store.capped
        assert store.by_bands([2, 1444], bucket) == store.by_bands([1444], bucket) != []
        assert store.capped == {"minhash": 1}
        assert set(store.holders(["own3", "weir", "heron", "heron own3"], terms)) == {
            "own3", "heron own3",
        }  # fmt: skip
        assert store.held(["heron"]) and not store.held(["none"])
        # What a sieve knows as hot is told, and counted, without being read.
        capped = store.capped.copy()
        (hot,) = store.conn.execute("SELECT count(*) FROM capped").fetchone()
        assert store.sift() and store.sieve is not None and len(store.sieve.hot) == hot
        assert set(store.holders(["own3", "weir", "heron"], terms)) == {"own3"}
        assert store.by_bands([2, 1444], bucket) == store.by_bands([1444], bucket) != []
        assert store.capped == capped + Counter(minhash=1, terms=2)
        told = store.conn.execute("SELECT channel, originals FROM capped ORDER BY 2").fetchall()
        assert told == [("minhash", 250), ("terms", 430), ("terms", 430), ("terms", 450)]
        size = store.conn.execute("SELECT sum(length(data)) FROM postings").fetchone()[0]
        assert size < 450 * 4 * 12


@pytest.mark.parametrize("cut", range(9))
def test_a_merge_that_is_cut_off_is_done_again(
    tmp_path: Path, cut: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provenance.store.index._AT_ONCE", 500)
    monkeypatch.setattr(postings, "LEVELS", SMALL)
    items = pages(90)

    class Killed(BaseException):
        pass

    steps = 0

    def stop(done: int, of: int) -> None:
        nonlocal steps
        steps += 1
        if steps > cut:
            raise Killed

    path = tmp_path / "cut.db"
    with Store.open(path, parameters=PARAMETERS) as store:
        add(store, items[:50])
        store.fold()
        add(store, items[50:])
        with pytest.raises(Killed):
            store.fold(stop)
        assert store.waiting() == 40
    with Store.open(path, read_only=True) as store:
        assert answers(store, items[::9]) == expected(items, items[::9])
        assert store.waiting() == 40
    with Store.open(path) as store:
        assert store.remove_original(items[0][0].id)
        store.add_article(items[0][0], "original", items[0][1], ())
        assert store.fold() == 41
        assert answers(store, items[::9]) == expected(items, items[::9])
        store.rebuild_index()
        assert answers(store, items[::9]) == expected(items, items[::9])


@pytest.mark.parametrize("cut", [0, 2, 5])
def test_a_merge_that_is_done_again_ends_in_the_same_rows(
    tmp_path: Path, cut: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provenance.store.index._AT_ONCE", 500)
    items = pages(90)
    found = []
    for name in ("whole", "cut"):
        with Store.open(tmp_path / f"{name}.db", parameters=PARAMETERS) as store:
            add(store, items)
            if name == "cut":
                with pytest.raises(ZeroDivisionError):
                    store.fold(lambda done, _: 1 // (cut + 1 - done))
            store.fold()
            found.append(store.conn.execute("SELECT * FROM postings").fetchall())
    assert found[0] == found[1]


@pytest.mark.parametrize("cut", [0, 15, 30])
def test_what_is_capped_is_counted_once_however_often_a_merge_is_cut_off(
    tmp_path: Path, cut: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provenance.store.index._AT_ONCE", 5_000)
    found = []
    for name in ("whole", "cut"):
        with Store.open(tmp_path / f"{name}.db", parameters=PARAMETERS) as store:
            for i in range(LIMITS.bucket + 50):
                made = fingerprint(article(f"site{i}"), (1, 1000 + i), (i % 3,), ("weir", "heron"))
                store.add_article(article(f"site{i}"), "original", made, ())
                if i == LIMITS.bucket + 20:
                    store.fold()
            if name == "cut":
                with pytest.raises(ZeroDivisionError):
                    store.fold(lambda done, _: 1 // (cut + 1 - done))
            store.fold()
            assert store.conn.execute("SELECT 1 FROM meta WHERE key = 'merging'").fetchone() is None
            found.append(
                [
                    store.conn.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
                    for table in ("capped", "levels", "postings", "unindexed")
                ]
            )
    assert found[0] == found[1]
    assert (LIMITS.bucket + 50) in {originals for *_, originals in found[0][0]}


def test_two_that_merge_at_once_lose_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provenance.store.index._AT_ONCE", 500)
    monkeypatch.setattr(postings, "LEVELS", SMALL)
    items = pages(120)
    path = tmp_path / "p.db"
    with Store.open(path, parameters=PARAMETERS) as store, Store.open(path) as other:
        add(store, items[:15])
        store.fold()
        add(store, items[15:80])

        def meanwhile(done: int, of: int) -> None:
            if done == of // 2:
                assert other.fold() == 65  # the same ones, into the same level
                add(other, items[80:95])
                assert other.fold() == 15  # into a level that the first one clears

        store.fold(meanwhile)
        assert store.waiting() == 0
        assert answers(store, items[:95:5]) == expected(items[:95], items[:95:5])
        add(store, items[95:])
        store.fold()
        assert answers(store, items[::5]) == expected(items, items[::5])


def test_a_full_disk_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("provenance.store.index._AT_ONCE", 100)
    items = pages(60)
    with Store.open(tmp_path / "p.db", parameters=PARAMETERS) as store:
        add(store, items)

        def full(**_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("tempfile.TemporaryFile", full)
        with pytest.raises(StoreError) as caught:
            store.fold()
        assert caught.value.code == "full" and "No space left" in str(caught.value)
        assert store.waiting() == 60 and count(store, "postings") == 0
        monkeypatch.undo()
        store.conn.execute("PRAGMA max_page_count = 60")
        pages_before = store.conn.execute("PRAGMA page_count").fetchone()[0]
        if pages_before >= 60:
            with pytest.raises(StoreError) as caught:
                store.fold()
            assert caught.value.code == "full"
        store.conn.execute("PRAGMA max_page_count = 1000000")
        assert answers(store, items[::9]) == expected(items, items[::9])
        assert store.fold() == 60 and store.check() == []


def test_an_older_database_is_indexed_anew(tmp_path: Path) -> None:
    """What the migration lets wait without keys is indexed from the stored fingerprints."""
    items = pages(110)
    path = tmp_path / "p.db"
    with Store.open(path, parameters=PARAMETERS) as store:
        add(store, items)
    conn = sqlite3.connect(path)
    conn.execute("UPDATE unindexed SET keys = NULL")
    conn.commit()
    conn.close()
    with Store.open(path, read_only=True) as store:
        assert answers(store, items[:2]) == expected(items, items[:2])
    with Store.open(path) as store:
        assert store.fold() == 110
        assert answers(store, items[::9]) == expected(items, items[::9])
