"""Pairs of articles that a page of a crawl meets, and that don't derive from each other.

A page is held against what retrieval brings up, eight or nine originals: the nearest in subject,
other reports of its event, pages with alike lists of captions. No other set has many of these. Here
each real article is looked up among all others by the very channels of a scan. What would be
compared, were there no glance, is a pair, if it comes from another outlet and few words stand in
both in a row: then one is not made of the other, though both may be made of one event's facts. The
thirty that the model before held likeliest were read by hand, and none derives.

The articles that ``benchmarks.alarms`` holds against a collection (``benchmarks.pouring``) are left
out, so that what is told there of false alarms is told of pages that taught nothing.
"""

from __future__ import annotations

import dataclasses
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from pathlib import Path

from benchmarks.dataset import HELD_OUT, HOST, Pair, rows
from benchmarks.scale import PARAMETERS, Made, load
from provenance import candidates, compare, matching
from provenance.errors import ProvenanceError
from provenance.models import Record
from provenance.normalize import shingles, tokenize
from provenance.store import Store

#: Words in a row that are looked for in both texts, and how many words may stand in such rows.
_ROW, _FEW = 5, 15
_OPEN: dict[Path, Store] = {}


def _made(numbered: tuple[int, str]) -> Made | None:
    """An article by its number, as a scan would read it; None where it has no text of its own."""
    number, text = numbered
    url = f"https://article{number}.example/"
    try:
        article = matching.prepare(Record(url=url, text=text)).article
    except ProvenanceError:
        return None
    of = matching.fingerprint_of(article, PARAMETERS)
    return (dataclasses.replace(article, id=str(number)), of) if of else None


# As many as a fifth of the articles, which are asked for together.
@lru_cache(maxsize=1500)
def _rows(text: str) -> list[int]:
    return shingles(tokenize(text).words, _ROW, 0)


def few(target: str, source: str) -> bool:
    """Whether few words of the target stand in rows that the source has too."""
    theirs = set(_rows(source))
    shared: set[int] = set()
    for place, row in enumerate(_rows(target)):
        if row in theirs:
            shared.update(range(place, place + _ROW))
    return len(shared) < _FEW


def _met(made: Made, path: Path) -> list[int]:
    """Numbers of the articles of its fifth that a scan would compare this one with."""
    store = _OPEN.get(path) or _OPEN.setdefault(path, Store.open(path, read_only=True))
    article, of = made
    number = int(article.id)
    wanted = {
        one.source_id: one.channels
        for one in candidates.find(of, store, PARAMETERS)
        if not one.slight and one.source_id != article.id and int(one.source_id) % 5 == number % 5
    }
    if not wanted:
        return []
    own = compare.profile(article.text)
    return [
        int(key)
        for key, other in store.articles(list(wanted)).items()
        if few(article.text, other.text)
        and (wanted[key] != ("terms",) or compare.may_derive(own, compare.profile(other.text)))
    ]


def load_met(folder: Path, jobs: int = 2) -> list[Pair]:
    """What a scan compares articles with: silver negatives.

    The group is the fifth of the articles by their place; both are of one, and neither hosts a
    splice, as in ``nearest``. The index holds the articles of all fifths.
    """
    every = list(rows(folder / "articles.jsonl.gz"))
    chosen = [n for n in range(len(every)) if n % HELD_OUT and n % 10 != HOST]
    texts = [(n, str(every[n]["text"])) for n in sorted(chosen, key=lambda n: (n % 5, n))]
    with tempfile.TemporaryDirectory() as place, ProcessPoolExecutor(jobs) as pool:
        path = Path(place) / "articles.db"
        made = [one for one in pool.map(_made, texts, chunksize=50) if one]
        with Store.open(path, parameters=PARAMETERS) as store:
            load(store, iter(made))
        found = list(pool.map(partial(_met, path=path), made, chunksize=100))
    return [
        Pair(
            "met",
            f"{article.id}-{other}",
            "independent",
            article.text,
            str(every[other]["text"]),
            other % 5,
        )
        for (article, _), others in zip(made, found, strict=True)
        for other in sorted(others)
        if every[other]["site"] != every[int(article.id)]["site"]
    ]
