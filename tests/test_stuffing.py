"""Stuffing: pages made to flood the index, or to forge MinHash signatures with a known seed."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
from conftest import run
from store_samples import article
from test_boilerplate import story
from timing import cost

from provenance import candidates
from provenance.config import LIMITS, Parameters
from provenance.fingerprint import _mixed, _permutations, fingerprint, signature
from provenance.models import Article, Fingerprint
from provenance.normalize import shingles, tokenize
from provenance.store import Store

#: The seed that datasketch has when nobody chooses one.
PUBLIC = Parameters(seed=1)


def words(generator: random.Random, count: int) -> list[str]:
    return ["".join(generator.choice("bdfgklmnprst") + generator.choice("aeiou") for _ in range(3))
            for _ in range(count)]  # fmt: skip


def ruling(triples: list[list[str]], parameters: Parameters) -> list[str]:
    """For each permutation the shingle that comes first, as a sentence; each once."""
    hashed = [shingles(triple, 3, parameters.seed)[0] for triple in triples]
    values = _mixed(np.array(hashed, np.int64).astype(np.uint64).astype(np.uint32))
    factors, summands = _permutations(parameters)
    first = [int((a * values + b).argmin()) for a, b in zip(factors, summands, strict=True)]
    return [" ".join(triples[i]).capitalize() + "." for i in dict.fromkeys(first)]


def dominators(parameters: Parameters) -> list[str]:
    """Made of thousands of shingles, so that they rule the signature of any text."""
    generator = random.Random(9)
    return ruling([words(generator, 3) for _ in range(20_000)], parameters)


def own(text: str, parameters: Parameters) -> list[str]:
    """The shingles that the signature of a text is made of."""
    said = tokenize(text).words
    return ruling([list(said[i : i + 3]) for i in range(len(said) - 2)], parameters)


def estimate(one: str, other: str, parameters: Parameters) -> float:
    """The Jaccard that signatures tell."""
    made = [
        np.frombuffer(signature(tokenize(text).words, parameters), "<u4") for text in (one, other)
    ]
    return float((made[0] == made[1]).mean())


def database(path: Path, originals: dict[str, str], seed: int) -> Path:
    with Store.open(path, parameters=Parameters(seed=seed)):
        pass
    rows = [{"url": url, "title": url, "text": text} for url, text in originals.items()]
    (path.parent / "originals.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert run("add", path.parent / "originals.jsonl", "--db", path).code == 0
    return path


def strewn(text: str, stamps: list[str], seed: int) -> str:
    """The text with the stamps between its sentences, in an order of its own."""
    sentences = text.split(". ")
    generator = random.Random(seed)
    for stamp in generator.sample(stamps, len(stamps)):
        sentences.insert(generator.randrange(len(sentences)), stamp.rstrip("."))
    return ". ".join(sentences)


def test_signatures_forged_with_the_public_seed(tmp_path: Path) -> None:
    """A forged signature hides no copy, opens a band, and is never taken for evidence."""
    stamps = dominators(PUBLIC)
    real, other = (story(n, 40) for n in (1, 2))
    outlet = "https://outlet.example/"
    originals = {f"{outlet}{n}": story(100 + n, 40) for n in range(30)}
    originals |= {f"{outlet}real": real, f"{outlet}other": other}
    path = database(tmp_path / "p.db", originals, seed=1)
    page = tmp_path / "page.txt"

    # A copy whose signature has nothing of the original's left.
    hidden = strewn(real, stamps, 0)
    assert estimate(real, hidden, PUBLIC) < 0.1
    page.write_text(hidden)
    found = run("check", page, "--url", "https://blog.example/1", "--db", path, "--json").json
    assert [m["source"]["url"] for m in found["matches"] if m["is_repost"]] == [f"{outlet}real"]

    # A page that others are framed with: two dozen of their words, in nobody's order.
    for framed in (other, real):
        bands = set(made(0, framed)[1].bands)
        stolen = own(framed, PUBLIC)[4:12]
        tried = (strewn(story(n, 12), stolen, n) for n in range(300, 400))
        page.write_text(next(text for text in tried if bands & set(made(0, text)[1].bands)))
        found = run("check", page, "--url", "https://blog.example/2", "--db", path, "--json").json
        assert found["status"] == "ok" and found["matches"] == []


def test_signatures_of_strangers_are_forged_alike() -> None:
    """What the seed is drawn for: with the public one, strangers seem to be equal."""
    stamps = dominators(PUBLIC)
    pair = (strewn(story(2, 40), stamps, 1), strewn(story(3, 40), stamps, 2))
    assert estimate(*pair, PUBLIC) > 0.9


def test_another_seed_undoes_the_forgery() -> None:
    stamp = " ".join(dominators(PUBLIC))
    real, other, stranger = (story(n, 60) for n in (1, 2, 3))
    drawn = Parameters(seed=1_234_567)
    assert estimate(f"{other} {stamp}", f"{stranger} {stamp}", drawn) < 0.6
    assert estimate(real, f"{real} {stamp}", drawn) > 0.4


def made(number: int, text: str) -> tuple[Article, Fingerprint]:
    of = fingerprint(tokenize(text), PUBLIC)
    assert of is not None
    return article(f"site{number}", text), of


def filled(path: Path, texts: list[str]) -> tuple[Store, float]:
    items = [made(number, text) for number, text in enumerate(texts)]
    store = Store.open(path, parameters=PUBLIC)

    def fill() -> None:
        with store.transaction():
            for one, of in items:
                store.add_article(one, "original", of, ())
        store.fold()

    # Once: a second time there would be nothing to do. It is long, and others' noise short.
    return store, cost(fill, runs=1)


def looked_up(store: Store, texts: list[str]) -> float:
    prints = [fingerprint(tokenize(text), PUBLIC) for text in texts]

    def look_up() -> None:
        for of in prints:
            candidates.find(of, store, PUBLIC)

    return cost(look_up)


@pytest.mark.timeout(300)
def test_a_flood_of_near_equal_pages_costs_no_more_than_others(tmp_path: Path) -> None:
    count = 1500
    same = story(1, 12)
    flood = [f"{same} Page {n} of the letter." for n in range(count)]
    ordinary = [" ".join(words(random.Random(n), 160)) + "." for n in range(count)]
    usual, usual_time = filled(tmp_path / "usual.db", ordinary)
    flooded, flood_time = filled(tmp_path / "flood.db", flood)
    with usual, flooded:
        assert flood_time < 3 * usual_time
        assert looked_up(flooded, flood[:200]) < 3 * looked_up(usual, ordinary[:200])
        stored = "SELECT sum(length(data)) FROM postings"
        sizes = [s.conn.execute(stored).fetchone()[0] for s in (flooded, usual)]
        assert sizes[0] < sizes[1] / 2
        capped = dict(
            flooded.conn.execute("SELECT channel, max(originals) FROM capped GROUP BY channel")
        )
        assert capped.keys() == {"minhash", "fragments", "terms"}
        assert all(most > 0.9 * count for most in capped.values())
        assert flooded.capped["minhash"] > 0
        # What is new is found in the flood all the same.
        one, of = made(9999, story(5, 12))
        flooded.add_article(one, "original", of, ())
        assert candidates.find(of, flooded, PUBLIC)[0].source_id == one.id
        (told,) = (f for f in flooded.examine() if f.check == "capped")
        assert "held by too many originals" in told.message and count > LIMITS.bucket
