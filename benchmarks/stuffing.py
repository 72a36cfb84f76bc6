"""Unrelated texts into which the same invented sentences were put: how many are called reuse.

    python -m benchmarks.stuffing [--write]

Every text of the demonstration corpus's originals against every other of another story, in English,
with the same sentences of invented words strewn into both.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from itertools import permutations
from pathlib import Path

from benchmarks.evaluate import write_tables
from benchmarks.evasion import text_of
from provenance import pipeline
from provenance.background import language_of
from provenance.errors import ProvenanceError
from provenance.matching import hold_texts
from provenance.normalize import tokenize

PAGE = Path(__file__).parent.parent / "docs" / "security.md"
#: Texts that are held against one another, and words of an invented sentence.
_TEXTS, _WORDS = 12, 12


def invented(chance: random.Random, count: int) -> list[str]:
    """Sentences of words that nobody has."""
    found = []
    for _ in range(count):
        words = [
            "".join(chance.choice("bdfgklmnprst") + chance.choice("aeiou") for _ in range(3))
            for _ in range(_WORDS)
        ]
        found.append(" ".join(words).capitalize() + ".")
    return found


def stuffed(text: str, sentences: list[str], chance: random.Random) -> str:
    """The text with the sentences in places of its own."""
    parts = text.split(". ")
    for sentence in sentences:
        parts.insert(chance.randrange(1, len(parts)), sentence.rstrip("."))
    return ". ".join(parts)


def english(corpus: Path) -> list[str]:
    """Whole English texts of the originals."""
    found = []
    for path in sorted((corpus / "originals").rglob("*.html")):
        try:
            text = text_of(path)
        except ProvenanceError:
            continue
        words = tokenize(text).words
        if len(words) > 250 and language_of(words) == "english":
            found.append(text)
    return found[:_TEXTS]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put the table into docs/security.md")
    options = parser.parse_args()
    texts = english(pipeline.demo_corpus())
    lines = ["| sentences put into both | pairs | called reuse | relations |", "|--:|--:|--:|---|"]
    for count in (0, 1, 2, 4, 8):
        chance = random.Random(count)
        sentences = invented(chance, count)
        made = [stuffed(text, sentences, chance) for text in texts]
        verdicts = [hold_texts(one, other)[1] for one, other in permutations(made, 2)]
        told = ", ".join(f"{r} {n}" for r, n in Counter(v.relation for v in verdicts).most_common())
        reuse = sum(verdict.is_reuse for verdict in verdicts)
        lines.append(f"| {count} | {len(verdicts)} | {reuse} | {told} |")
        print(lines[-1], flush=True)
    if options.write:
        write_tables({"stuffing": lines}, PAGE)


if __name__ == "__main__":
    main()
