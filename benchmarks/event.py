"""One event in many outlets: copies, own reports and what lies between, and the cohort question.

    python -m benchmarks.event DATA_FOLDER            # prints the tables
    python -m benchmarks.event DATA_FOLDER --write    # and puts them into docs/event.md
    python -m benchmarks.event DATA_FOLDER --sample 5000   # that many independent pairs only
    python -m benchmarks.event DATA_FOLDER --pairs-only    # without the cohort

Pairs of articles of different outlets, both ways, get silver labels by their word 5-grams: *copy*
at Jaccard ≥ 0.4, *independent* at containment < 0.05 either way, *between* for the rest. What the
shipped model says of them is not out of fold (``dataset.load_event`` draws training pairs from
them), so a second column refits the weights without a single pair of this event.

``benchmarks/readings/event.csv`` holds what reading a pair showed. For the cohort question
every article is held against all others as originals, through ``find_matches``. Deterministic.
"""

from __future__ import annotations

import argparse
import csv
import html
import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.dataset import compare_all, load_all, rows
from benchmarks.evaluate import share, write_tables
from benchmarks.train import calibrate, fit_head, out_of_fold, score_rows, table, threshold
from provenance import compare, matching, traces, verdict
from provenance.calibration import wilson
from provenance.compare.profile import shingle_set
from provenance.extract import article_from_record, parse
from provenance.models import Capture, Comparison, Match, Record, Verdict
from provenance.normalize import tokenize
from provenance.store import Store

PAGE = Path(__file__).parent.parent / "docs" / "event.md"
READINGS = Path(__file__).parent / "readings" / "event.csv"
KINDS = ("copy", "between", "independent")
#: What reading a pair may show, and whether text is then really taken, or shared with a third.
LABELS = {
    "wire": True,
    "snippet": True,
    "quotation": False,
    "tweet": False,
    "caption": False,
    "background": False,
    "brief": False,
    "furniture": False,
    "own": False,
}
_SEED = 1
_TEXTS: list[compare.Profile] = []

Rows = list[dict[str, Any]]
Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Said:
    """What the shipped model says of one pair, and what other weights need to know of it."""

    inputs: dict[str, dict[str, float]]
    ceiling: float
    floor: float
    relation: str
    is_reuse: bool
    same_digest: bool
    words: int


def silver(articles: Rows) -> dict[Key, str]:
    """The kind of every ordered pair (target, source) of different outlets."""
    grams = [shingle_set(tokenize(article["text"]).words, 5) for article in articles]
    found: dict[Key, str] = {}
    for i, here in enumerate(grams):
        for j, there in enumerate(grams[:i]):
            if articles[i]["publisher"] == articles[j]["publisher"]:
                continue
            shared = len(here & there)
            kind = "between"
            if shared >= 0.4 * max(1, len(here | there)):
                kind = "copy"
            elif shared < 0.05 * max(1, min(len(here), len(there))):
                kind = "independent"
            found[i, j] = found[j, i] = kind
    return found


def _begin(texts: Sequence[str]) -> None:
    _TEXTS[:] = [compare.profile(text) for text in texts]


def _say(key: Key) -> Said:
    target, source = (_TEXTS[number] for number in key)
    held: Comparison = compare.compare(target, source)
    same = target.digest == source.digest
    judged = verdict.judge(held, verdict.Context(same_digest=same))
    return Said(
        verdict.inputs(held),
        verdict.ceiling(held),
        verdict.floor(held),
        judged.relation,
        judged.is_reuse,
        same,
        min(held.target_words, held.source_words),
    )


def say_all(articles: Rows, keys: Sequence[Key], jobs: int) -> dict[Key, Said]:
    """Every pair compared and judged; profiles are made once a process."""
    texts = [article["text"] for article in articles]
    with ProcessPoolExecutor(jobs, initializer=_begin, initargs=(texts,)) as pool:
        return dict(zip(keys, pool.map(_say, keys, chunksize=200), strict=True))


def without_event(folder: Path, said: dict[Key, Said], jobs: int) -> dict[Key, bool]:
    """Whether each pair is flagged by weights, calibration and threshold that saw no such pair."""
    pairs = [pair for pair in load_all(folder) if pair.set != "event"]
    data = table(pairs, compare_all(pairs, jobs))
    everything = np.ones(len(pairs), dtype=bool)
    heads = {head: fit_head(data, head, everything) for head in data.x}
    scores = out_of_fold(data)
    taught = data.sets != "furnished"
    knots = calibrate(scores[taught], data.derived[taught])
    limit = threshold(scores, data, knots, everything)
    x = {
        head: np.array([[one.inputs[head][name] for name in names] for one in said.values()])
        for head, names in data.names.items()
    }
    raw = score_rows(replace(data, x=x), heads, np.ones(len(said), dtype=bool))
    return {
        key: one.same_digest
        or max(min(verdict.calibrated(float(score), knots), one.ceiling), one.floor) >= limit
        for (key, one), score in zip(said.items(), raw, strict=True)
    }


# --- what they really are ----------------------------------------------------------------------


def readings(articles: Rows) -> dict[Key, str]:
    """What reading showed: the label of each pair, by numbers of articles, lower first."""
    numbers = {str(article["id"]): number for number, article in enumerate(articles)}
    found = {}
    with READINGS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            i, j = sorted((numbers[row["target"]], numbers[row["source"]]))
            found[i, j] = row["label"]
    assert set(found.values()) <= LABELS.keys()
    return found


def once(keys: Iterable[Key]) -> dict[Key, list[Key]]:
    """Ordered pairs gathered by the unordered one."""
    found: dict[Key, list[Key]] = defaultdict(list)
    for i, j in keys:
        found[min(i, j), max(i, j)].append((i, j))
    return found


def relations_of(told: Iterable[str]) -> str:
    """Relations with their counts, most first."""
    return ", ".join(f"{name} {n}" for name, n in Counter(told).most_common())


def kinds_table(
    kinds: dict[Key, str], said: dict[Key, Said], unseen: dict[Key, bool], short: int = 50
) -> list[str]:
    """Of each kind: how many pairs there are, were compared and are flagged."""
    lines = [
        "| pairs | all | compared | flagged | flagged, weights without this event | relations |",
        "|---|---:|---:|---|---|---|",
    ]
    for kind in (*KINDS, "short"):
        keys = [
            key
            for key, one in said.items()
            if kinds[key] == ("independent" if kind == "short" else kind)
            and (kind != "short" or one.words >= short)
        ]
        if not keys:
            continue
        name = f"independent, both of {short} words and more" if kind == "short" else kind
        total = "" if kind == "short" else sum(other == kind for other in kinds.values())
        cells = []
        for hits in (sum(said[key].is_reuse for key in keys), sum(unseen[key] for key in keys)):
            low, high = (1000 * bound for bound in wilson(hits, len(keys)))
            rate = f"{1000 * hits / len(keys):.1f} per 1,000 ({low:.1f}–{high:.1f})"
            cells.append(f"{hits}: {rate if name != 'copy' else share(hits, len(keys))}")
        told = relations_of(said[key].relation for key in keys)
        lines.append(f"| {name} | {total} | {len(keys)} | {cells[0]} | {cells[1]} | {told} |")
    return lines


def readings_table(
    read: dict[Key, str], kinds: dict[Key, str], said: dict[Key, Said], unseen: dict[Key, bool]
) -> list[str]:
    """Label by what the tool says, of every pair that was read, and of independent pairs that are
    flagged and were not. A pair counts once: as flagged when it is flagged either way."""
    lines = []
    for kind in ("independent", "between"):
        pairs = once(key for key in said if kinds[key] == kind)
        wanted = {
            pair: keys
            for pair, keys in pairs.items()
            if pair in read or (kind == "independent" and any(said[key].is_reuse for key in keys))
        }
        lines += [
            "",
            f"| {kind} | taken | pairs | flagged | weights without this event | relations |",
            "|---|---|---:|---:|---:|---|",
        ]
        labels = Counter(read.get(pair, "not read") for pair in wanted)
        for label, n in labels.most_common():
            chosen = [keys for pair, keys in wanted.items() if read.get(pair, "not read") == label]
            here = sum(any(said[key].is_reuse for key in keys) for keys in chosen)
            there = sum(any(unseen[key] for key in keys) for keys in chosen)
            told = relations_of(said[key].relation for keys in chosen for key in keys)
            shared = {True: "yes", False: "no"}.get(LABELS.get(label), "?")  # type: ignore[arg-type]
            lines.append(f"| {label} | {shared} | {n} | {here} | {there} | {told} |")
    return lines[1:]


# --- the cohort question -----------------------------------------------------------------------


def page_of(article: dict[str, Any]) -> matching.Page:
    """An article as a page: its text as given, and the agency credits that its lines hold."""
    url = f"https://{article['publisher']}/{article['id']}"
    made = article_from_record(Record(text=article["text"], url=url))
    lines = (f"<p>{html.escape(line)}</p>" for line in article["text"].split("\n") if line.strip())
    body = f"<html><body><article>{''.join(lines)}</article></body></html>"
    found = traces.read(parse(Capture(url, body.encode())).tree, made)
    # A scrape keeps no markup, so nothing else that is read here was in the page.
    credits = tuple(trace for trace in found if trace.kind == "wire-credit")
    return matching.Page(made, credits)


def scan(pages: Sequence[matching.Page]) -> list[list[Match]]:
    """Each page against all others as originals."""
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "event.db") as store:
        made = [matching.fingerprint_of(page.article, store.parameters) for page in pages]
        with store.transaction():
            for page, fingerprint in zip(pages, made, strict=True):
                store.add_article(page.article, "original", fingerprint, page.traces)
        return [
            matching.find_matches(page, fingerprint, store, store.parameters)
            for page, fingerprint in zip(pages, made, strict=True)
        ]


def cohort_table(articles: Rows, kinds: dict[Key, str]) -> list[str]:
    """What becomes of copies: those that several other outlets carry, and those of one other."""
    pages = [page_of(article) for article in articles]
    numbers = {page.article.id: number for number, page in enumerate(pages)}
    sites = [page.article.site for page in pages]
    found = [
        {numbers[match.source.id]: match.verdict for match in matches} for matches in scan(pages)
    ]
    copies: dict[int, list[int]] = defaultdict(list)
    for (i, j), kind in kinds.items():
        if kind == "copy" and sites[i] != sites[j]:
            copies[i].append(j)
    groups: dict[str, list[int]] = {
        "two or more other outlets": [],
        "one other outlet": [],
        "no other outlet": [],
    }
    for i in range(len(pages)):
        outlets = min(2, len({sites[j] for j in copies[i]}))
        list(groups.values())[2 - outlets].append(i)
    lines = [
        "| copied at | articles | copies | `common-source` | still a repost | others | after |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, members in groups.items():
        pairs = [(i, j) for i in members for j in copies[i]]
        told = [found[i][j].relation for i, j in pairs if j in found[i]]
        kept = sum(any(j in found[i] and found[i][j].is_repost for j in copies[i]) for i in members)
        claims = [(i, j) for i in members for j in found[i] if j not in copies[i]]
        after = [key for key in claims if found[key[0]][key[1]].is_repost]
        taken = [key for key in claims if _taken(found[key[0]][key[1]])]
        lines.append(
            f"| {name} | {len(members)} | {len(pairs)} | {told.count('common-source')} "
            f"| {kept} | {len(after) + len(taken)} | {len(after)} |"
        )
    credited = [bool(page.traces) for page in pages]
    both = sum(credited[i] and credited[j] for i in copies for j in copies[i])
    total = sum(map(len, copies.values()))
    note = (
        f"An agency's credit is read in {sum(credited)} of {len(pages)} articles, and on both "
        f"sides of {both} of {total} copies: by credits alone that many are `common-source`."
    )
    return [*lines, "", note]


def _taken(found: Verdict) -> bool:
    """Whether the claim of a repost was there until the other originals were heard."""
    return found.relation == "common-source" and any(
        reason.code.startswith("cohort-") for reason in found.reasons
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="folder of data (see benchmarks/dataset.py)")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/event.md")
    parser.add_argument("--sample", type=int, help="independent pairs to compare (default: all)")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--pairs-only", action="store_true", help="leave the cohort table out")
    arguments = parser.parse_args()
    articles = list(rows(arguments.data / "one_event.jsonl.gz"))
    kinds = silver(articles)
    apart = sorted(key for key, kind in kinds.items() if kind == "independent")
    if arguments.sample is not None:
        apart = random.Random(_SEED).sample(apart, min(arguments.sample, len(apart)))
    chosen = sorted(key for key, kind in kinds.items() if kind != "independent") + apart
    read = readings(articles)
    # What was read is always looked at again; the rates are those of the sample.
    wanted = {key for pair in read for key in (pair, pair[::-1]) if kinds.get(key)}
    said = say_all(articles, sorted(wanted | set(chosen)), arguments.jobs)
    unseen = without_event(arguments.data, said, arguments.jobs)
    drawn = {key: said[key] for key in chosen}
    tables = {
        "event-pairs": kinds_table(kinds, drawn, unseen),
        "event-readings": readings_table(read, kinds, said, unseen),
    }
    if not arguments.pairs_only:
        tables["event-cohort"] = cohort_table(articles, kinds)
    for name, lines in tables.items():
        print(f"\n{name}\n" + "\n".join(lines))
    if arguments.write:
        write_tables(tables, PAGE)


if __name__ == "__main__":
    main()
