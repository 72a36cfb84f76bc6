"""How much each evasion lowers detection, on the reposts of the demonstration corpus.

    python -m benchmarks.evasion [--write]

Each verbatim copy and each rewrite of the corpus is altered in every way of benchmarks/evasions.py
and held against the corpus's originals, candidates and all. ``--write`` puts the tables into
docs/security.md.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.evaluate import write_tables
from benchmarks.evasions import evasions
from provenance import matching, pipeline
from provenance.errors import ProvenanceError
from provenance.intake import Given, open_input
from provenance.models import Capture, Match, Record
from provenance.store import Store

PAGE = Path(__file__).parent.parent / "docs" / "security.md"
#: Stories of others that pad are of this many words at least.
_STORY = 200


@dataclass(frozen=True, slots=True)
class Copy:
    """A page of the corpus that was taken from an original: its text, and that original's file."""

    text: str
    source: str


def text_of(path: Path) -> str:
    for item in open_input(str(path), Given()).items:
        if isinstance(item, Capture | Record):
            return matching.prepare(item).article.text
    return ""


def copies(corpus: Path, relation: str) -> Iterator[Copy]:
    for line in (corpus / "labels.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["relation"] == relation and row["is_repost"] and row["source"]:
            yield Copy(text_of(corpus / row["page"]), row["source"])


def strangers(corpus: Path) -> list[str]:
    """Texts of the crawl that were taken from nowhere."""
    rows = map(json.loads, (corpus / "labels.jsonl").read_text("utf-8").splitlines())
    found = []
    for row in rows:
        if row["relation"] in ("independent", "unrelated") and row["status"] == "ok":
            try:
                text = text_of(corpus / row["page"])
            except ProvenanceError:
                continue
            if len(text.split()) >= _STORY:
                found.append(text)
    return found


def found_of(text: str, source: str, store: Store) -> Match | None:
    """The match of a text with the source that it was taken from, as ``check`` finds it; None for
    none."""
    page, words = matching.admit(matching.prepare(Record(text=text, url="https://x.example/1")))
    made = matching.fingerprint_of(page.article, store.parameters)
    found = matching.find_matches(page, made, store, store.parameters)
    kept = matching.worth_a_row(words, found)
    return next((match for match in kept if match.source.text == source), None)


def row_of(name: str, texts: list[tuple[str, str]], store: Store) -> tuple[str, int]:
    """A line of the table, and how many were found."""
    found = [found_of(text, source, store) for text, source in texts]
    derived = [one for one in found if one is not None and one.verdict.is_reuse]
    relations = Counter(one.verdict.relation if one else "no match" for one in found)
    told = ", ".join(f"{relation} {count}" for relation, count in relations.most_common())
    chances = [one.verdict.probability if one else 0.0 for one in found]
    line = (
        f"| {name} | {len(derived)} of {len(texts)} | {statistics.median(chances):.2f} "
        f"| {min(chances):.2f} | {told} |"
    )
    return line, len(derived)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write the tables into docs/")
    parser.add_argument("--only", default="", help="evasions whose name holds this")
    options = parser.parse_args()
    corpus = pipeline.demo_corpus()
    head = [
        "| alteration | found | probability, median | least | relations |",
        "|---|--:|--:|--:|---|",
    ]
    tables = {}
    with tempfile.TemporaryDirectory() as place, Store.open(Path(place) / "e.db") as store:
        pipeline.add(store, [str(corpus / "originals")], Given())
        others = strangers(corpus)
        for relation in ("verbatim", "rewrite"):
            taken = [
                (copy.text, text_of(corpus / copy.source)) for copy in copies(corpus, relation)
            ]
            lines = []
            for name, altered in evasions(others).items():
                if options.only in name:
                    texts = [(altered(text), source) for text, source in taken]
                    lines.append(row_of(name, texts, store)[0])
                    print(relation, lines[-1], flush=True)
            tables[f"evasion-{relation}"] = [*head, *lines]
    if options.write:
        write_tables(tables, PAGE)


if __name__ == "__main__":
    main()
