"""Count the background table: document frequencies of English stems in news articles.

    python benchmarks/background.py articles.jsonl.gz

Writes ``provenance/data/background.tsv.gz``: a header line, then one stem and its document
frequency a line, for stems of at least three articles. Counts only; no text goes in.
Deterministic: the same articles give the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from pathlib import Path

from provenance.background import language_of, stemmer
from provenance.normalize import tokenize

TABLE = Path(__file__).parent.parent / "provenance" / "data" / "background.tsv.gz"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path, help="JSONL (gzip) with a `text` field a row")
    arguments = parser.parse_args()
    counts: Counter[str] = Counter()
    total = 0
    with gzip.open(arguments.articles, "rt", encoding="utf-8") as lines:
        for line in lines:
            words = tokenize(json.loads(line)["text"]).words
            if language_of(words) != "english":
                continue
            total += 1
            counts.update(set(stemmer("english")(words)))
    rows = sorted((word, n) for word, n in counts.items() if n >= 3 and len(word) <= 40)
    text = f"# articles\t{total}\n" + "".join(f"{word}\t{n}\n" for word, n in rows)
    TABLE.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(f"{total} articles, {len(rows)} stems, {TABLE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
