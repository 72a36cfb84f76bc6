"""Measure boilerplate: how much is learned, how much of it is some, and what that does to pairs.

    python -m benchmarks.boilerplate DATA_FOLDER [--write] [--sample FILE]

Learns from the one-event set and from the articles of the folder, each for itself. What was read
by hand is in ``boilerplate_read.tsv``: hash of a sentence and ``1`` for boilerplate, ``0`` for
none; no text. ``--sample`` writes the sentences of the sample that nobody has read yet.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.dataset import rows
from provenance import boilerplate
from provenance.boilerplate import Boilerplate, Found, Text
from provenance.compare.profile import shingle_set
from provenance.compare.tiles import tiles
from provenance.config import Parameters
from provenance.fingerprint import fingerprint
from provenance.learning import sentences_of
from provenance.normalize import Tokens, tokenize, without

PAGE = Path(__file__).parent.parent / "docs" / "boilerplate.md"
READ = Path(__file__).parent / "boilerplate_read.tsv"
#: A fixed seed, so that two runs draw the same sample.
SEED = 1
#: Sentences of each kind that are read by hand.
EACH = 25
PARAMETERS = Parameters(seed=1)

Sites = Mapping[str, Sequence[Text]]


class Collection:
    """One data set: its texts, by outlet, as they are and as learning sees them."""

    def __init__(self, path: Path, site: str) -> None:
        self.articles: list[tuple[str, str, Tokens]] = []
        self.sites: dict[str, list[Text]] = defaultdict(list)
        self.sentences: dict[int, str] = {}
        #: Seconds.
        self.tokenizing, self.fingerprinting, self.learning = 0.0, 0.0, 0.0
        for number, row in enumerate(rows(path)):
            name, outlet = f"{number:06}", str(row[site])
            began = time.perf_counter()
            tokens = tokenize(row["text"])
            cut = time.perf_counter()
            made = fingerprint(tokens, PARAMETERS)
            self.tokenizing += cut - began
            self.fingerprinting += time.perf_counter() - cut
            self.articles.append((outlet, row["text"], tokens))
            if made:
                self.sites[outlet].append(boilerplate.text(name, tokens, made.terms))
            self.sentences |= {h: text for h, (text, _) in sentences_of(row["text"]).items()}
        began = time.perf_counter()
        self.found = learned(self.sites)
        self.learning = time.perf_counter() - began
        self.known = boilerplate.snapshot((one.hash, one.site, "learned") for one in self.found)


def learned(sites: Sites) -> list[Found]:
    """All boilerplate of a collection."""

    def read() -> Iterator[tuple[str, Sequence[Text]]]:
        for site in sorted(sites):
            yield site, sites[site]

    return boilerplate.learn(read)


def kinds(collection: Collection) -> dict[str, list[int]]:
    """Sentences that stand in three texts and more of a site, by what speaks for them."""
    found: dict[str, set[int]] = defaultdict(set)
    for texts in collection.sites.values():
        holders: dict[int, list[Text]] = defaultdict(list)
        for one in texts:
            for value, words in zip(one.hashes, one.words, strict=True):
                if words >= boilerplate.LEAST_WORDS and one not in holders[value]:
                    holders[value].append(one)
        for value, held in holders.items():
            if len(held) < boilerplate.STORIES:
                continue
            different, stories = boilerplate.recurrence(value, held)
            if stories >= boilerplate.STORIES:
                found["3 stories of a site"].add(value)
            elif different >= 3:
                found[f"{different} texts of a site, fewer stories"].add(value)
    found["everywhere"] = {one.hash for one in collection.found if not one.site}
    return {kind: sorted(values) for kind, values in found.items()}


def read_by_hand() -> dict[int, bool]:
    """What was read: hash to verdict."""
    lines = READ.read_text("utf-8").splitlines() if READ.is_file() else []
    return {int(value): mark == "1" for value, mark in (line.split("\t") for line in lines)}


def sampled(values: Sequence[int]) -> list[int]:
    return random.Random(SEED).sample(values, min(EACH, len(values)))


def precision_table(collections: Mapping[str, Collection]) -> list[str]:
    """Share of boilerplate among the sentences that were read, by kind."""
    read = read_by_hand()
    lines = [
        "| set | stands in | learned | sentences | read | boilerplate | share |",
        "|---|---|---|---:|---:|---:|---:|",
    ]
    for name, collection in collections.items():
        of_site = {one.hash for one in collection.found}
        for kind, values in sorted(kinds(collection).items()):
            if not values:
                continue
            seen = [read[value] for value in sampled(values) if value in read]
            right = sum(seen)
            share = f"{right / len(seen):.2f}" if seen else "–"
            yes = "yes" if all(value in of_site for value in values) else "no"
            lines.append(
                f"| {name} | {kind} | {yes} | {len(values)} | {len(seen)} | {right} | {share} |"
            )
    return lines


def learned_table(collections: Mapping[str, Collection]) -> list[str]:
    """How much is learned."""
    lines = [
        "| set | articles | sites | of sites | of so many | everywhere | words left out |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, collection in collections.items():
        local = [one for one in collection.found if one.site]
        total = sum(len(tokens.words) for _, _, tokens in collection.articles)
        left = sum(
            len(without(tokens, collection.known.of(site))[0].words)
            for site, _, tokens in collection.articles
        )
        lines.append(
            f"| {name} | {len(collection.articles)} | {len(collection.sites)} | {len(local)} | "
            f"{len({one.site for one in local})} | {len(collection.found) - len(local)} | "
            f"{100 * (1 - left / total):.2f} % |"
        )
    return lines


Pair = tuple[int, int]


def event_pairs(collection: Collection) -> tuple[list[Pair], list[Pair]]:
    """Pairs of different outlets, by word 5-gram overlap: copies (Jaccard ≥ 0.4), independent
    (containment < 0.05)."""
    grams = [shingle_set(tokens.words, 5) for _, _, tokens in collection.articles]
    copies, apart = [], []
    for i, (outlet, _, _) in enumerate(collection.articles):
        for j in range(i):
            if outlet == collection.articles[j][0]:
                continue
            shared = len(grams[i] & grams[j])
            if shared >= 0.4 * max(1, len(grams[i] | grams[j])):
                copies.append((i, j))
            elif shared < 0.05 * max(1, min(len(grams[i]), len(grams[j]))):
                apart.append((i, j))
    return copies, apart


def same_site_pairs(collection: Collection, most: int) -> list[Pair]:
    """Random pairs of one outlet's articles."""
    by_site: dict[str, list[int]] = defaultdict(list)
    for i, (outlet, _, _) in enumerate(collection.articles):
        by_site[outlet].append(i)
    generator = random.Random(SEED)
    several = [places for places in by_site.values() if len(places) > 1]
    chosen = generator.choices(several, weights=[len(places) for places in several], k=most)
    return [(pair[0], pair[1]) for pair in (generator.sample(places, 2) for places in chosen)]


def exact_words(collection: Collection, pairs: Iterable[Pair], known: Boilerplate) -> list[int]:
    """Words in shared exact passages of each pair, what is known left out."""
    kept = [without(tokens, known.of(outlet))[0].words for outlet, _, tokens in collection.articles]
    return [sum(n for _, _, n in tiles(kept[i], kept[j])) for i, j in pairs]


def effect_table(collections: Mapping[str, Collection]) -> list[str]:
    """Shared exact words of pairs with and without boilerplate."""
    event, news = collections["one event"], collections["news"]
    copies, apart = event_pairs(event)
    lines = [
        "| articles | pairs | share a passage | after | shared words | after | kept |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, collection, pairs in (
        ("one event, other outlets, independent", event, apart),
        ("one event, other outlets, copies", event, copies),
        ("one event, same outlet", event, same_site_pairs(event, 1000)),
        ("news, same outlet", news, same_site_pairs(news, 2000)),
    ):
        before = exact_words(collection, pairs, Boilerplate())
        after = exact_words(collection, pairs, collection.known)
        lines.append(
            f"| {name} | {len(pairs)} | {sum(map(bool, before))} | {sum(map(bool, after))} | "
            f"{sum(before)} | {sum(after)} | {100 * sum(after) / max(1, sum(before)):.1f} % |"
        )
    return lines


def copied_table(collections: Mapping[str, Collection]) -> list[str]:
    """What is learned wrongly when forty sites copy: a whole text, or a passage in own texts.

    Each trial takes an article of the one-event set and puts it, or a run of six of its
    sentences, onto forty new sites: whole, inside pages of other outlets on the same event, or
    inside pages on anything.
    """
    event, news = collections["one event"], collections["news"]
    lines = [
        "| what forty sites copied | trials | sentences copied | learned |",
        "|---|---:|---:|---:|",
    ]
    trials = 20
    long = [i for i, (_, _, tokens) in enumerate(event.articles) if len(tokens.sentences) >= 20]
    for name, hosts in (
        ("a whole text", None),
        ("six sentences, in reports of the same event", event.articles),
        ("six sentences, in articles on anything", news.articles),
    ):
        generator = random.Random(SEED)
        copied = wrong = 0
        for place in generator.sample(long, trials):
            outlet, source, tokens = event.articles[place]
            first = generator.randrange(4, len(tokens.sentences) - 10)
            start = tokens.starts[tokens.sentences[first][0]]
            end = tokens.ends[tokens.sentences[first + 5][1] - 1]
            passage = source if hosts is None else source[start:end]
            sites = dict(event.sites)
            if hosts is None:
                pages = [source] * 40
            else:
                others = [text for site, text, _ in hosts if site != outlet and len(text) > 1500]
                pages = [
                    text[: (cut := text.find(" ", len(text) // 2))]
                    + f".\n{passage}.\n"
                    + text[cut:]
                    for text in generator.sample(others, 40)
                ]
            for number, page in enumerate(pages):
                sites[f"copy{number}"] = [made(f"copy{number}", page)]
            mine = {h for h in sentences_of(passage) if event.sentences.get(h)}
            before = {one.hash for one in event.found}
            copied += len(mine)
            wrong += len({one.hash for one in learned(sites)} & mine - before)
        lines.append(f"| {name} | {trials} | {copied} | {wrong} |")
    return lines


def made(name: str, page: str) -> Text:
    """A page as learning sees it."""
    tokens = tokenize(page)
    terms = fingerprint(tokens, PARAMETERS)
    return boilerplate.text(name, tokens, terms.terms if terms else ())


def cost_table(collections: Mapping[str, Collection]) -> list[str]:
    """What learning costs, its two readings of the texts with it, beside fingerprinting them."""
    lines = ["| set | time of learning ÷ time of tokenizing and fingerprinting |", "|---|---:|"]
    for name, c in collections.items():
        ratio = (2 * c.tokenizing + c.learning) / (c.tokenizing + c.fingerprinting)
        lines.append(f"| {name} | {ratio:.2f} |")
    return lines


TABLES: dict[str, Callable[[Mapping[str, Collection]], list[str]]] = {
    "learned": learned_table,
    "precision": precision_table,
    "effect": effect_table,
    "copied": copied_table,
    "cost": cost_table,
}


def write(tables: Mapping[str, Sequence[str]]) -> None:
    """Put the tables between their marks in ``docs/boilerplate.md``."""
    page = PAGE.read_text("utf-8")
    for name, lines in tables.items():
        before, rest = page.split(f"<!-- {name} -->\n")
        after = rest.split(f"<!-- /{name} -->")[1]
        table = "\n".join(lines)
        page = f"{before}<!-- {name} -->\n{table}\n<!-- /{name} -->{after}"
    PAGE.write_text(page, "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="folder of data (see benchmarks/dataset.py)")
    parser.add_argument("--write", action="store_true", help="put the tables into the docs")
    parser.add_argument("--sample", type=Path, help="write what is to be read, and end")
    arguments = parser.parse_args()
    collections = {
        "one event": Collection(arguments.data / "one_event.jsonl.gz", "publisher"),
        "news": Collection(arguments.data / "articles.jsonl.gz", "site"),
    }
    if arguments.sample:
        read = read_by_hand()
        with arguments.sample.open("w", encoding="utf-8") as out:
            for name, collection in collections.items():
                for kind, values in sorted(kinds(collection).items()):
                    for value in sampled(values):
                        if value not in read:
                            shown = " ".join(collection.sentences[value].split())
                            out.write(f"{value}\t{name}, {kind}\t{shown}\n")
        return
    tables = {name: table(collections) for name, table in TABLES.items()}
    for name, lines in tables.items():
        print(f"\n{name}\n" + "\n".join(lines))
    if arguments.write:
        write(tables)


if __name__ == "__main__":
    main()
