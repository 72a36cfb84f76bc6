"""How the cost of ``scan --within`` grows, and whether it finds what is in it.

    python -m benchmarks.within [--sizes 1000,4000,16000] [--write]

A made crawl of texts of their own (20 sentences of one form, rare words drawn, as JSON); one in
twenty is told again later by another site, whole or with a third of its sentences left out; a
tenth of the pages are one wall of one text. Each size is read and compared in this process, with no
workers, into a new database. Then copies of the smallest crawl are scanned with the pages before
them registered as originals, judged with the same boilerplate, and the matches are compared.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import math
import random
import resource
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

from benchmarks.evaluate import write_tables
from provenance import learning, pipeline, within
from provenance.config import Parameters
from provenance.pipeline import Given, Tally
from provenance.store import Store

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
_WALL = (
    "We and our partners keep and read what your device holds. You can agree to all of it, or look "
    "at every single purpose first, and change your mind later at the foot of each page. "
) * 3


_FORM = "The {} of the {} was {} when they had {} it in the {} of {}, and all of them {} for a {}."


def _sentence(chance: random.Random) -> str:
    """English by its small words; the others are drawn."""
    drawn = (
        "".join(chance.choices("abcdefghiklmnoprstuvw", k=7)) for _ in range(_FORM.count("{}"))
    )
    return _FORM.format(*drawn)


def crawl(path: Path, count: int) -> int:
    """Write a crawl of so many pages; returns how many of them tell an earlier one again."""
    chance = random.Random(count)
    told: list[list[str]] = []
    copies = 0
    with path.open("w", encoding="utf-8") as lines:
        for i in range(count):
            site = f"s{i % 499}.example"
            if i % 10 == 9:
                text = _WALL
            elif i % 20 == 11 and told:
                source = chance.choice(told)
                kept = source if i % 40 == 11 else [s for s in source if chance.random() > 0.33]
                text, copies, site = " ".join(kept), copies + 1, f"copy{i}.example"
            else:
                sentences = [_sentence(chance) for _ in range(20)]
                told.append(sentences)
                text = " ".join(sentences)
            # An address of the Wayback Machine tells when the page was seen.
            seen = f"2025{1 + i // 28 // 86400 % 12:02}{1 + i // 86400 % 28:02}"
            seen += f"{i // 3600 % 24:02}{i // 60 % 60:02}{i % 60:02}"
            url = f"https://web.archive.org/web/{seen}/https://{site}/{i}"
            lines.write(json.dumps({"url": url, "text": text}) + "\n")
    return copies


def compared(folder: Path, count: int) -> tuple[Path, int, list[float], int]:
    """The database, copies made, seconds of reading, learning and comparing, matches found."""
    source, db = folder / f"{count}.jsonl", folder / f"{count}.db"
    copies = crawl(source, count)
    with Store.open(db, parameters=Parameters()) as store:
        marks = [time.process_time()]
        learn = learning.learn

        def timed(*given: object) -> dict[str, int]:
            marks.append(time.process_time())
            found = learn(*given)  # type: ignore[arg-type]
            marks.append(time.process_time())
            return found

        with mock.patch.object(learning, "learn", timed):
            within.scan_within(store, [str(source)], Given())
        marks.append(time.process_time())
        (found,) = store.conn.execute("SELECT count(*) FROM matches").fetchone()
    return db, copies, [b - a for a, b in itertools.pairwise(marks)], found


def registered(folder: Path, db: Path, count: int) -> tuple[int, int, int]:
    """Matches found within, with the earlier pages registered, and equal in both."""
    lines = (folder / f"{count}.jsonl").read_text("utf-8").splitlines()
    later = [line for i, line in enumerate(lines) if i % 20 == 11]
    parts = folder / "first.jsonl", folder / "later.jsonl"
    parts[0].write_text("\n".join(line for line in lines if line not in set(later)), "utf-8")
    parts[1].write_text("\n".join(later), "utf-8")
    sql = "SELECT id, relation, round(probability, 6), round(coverage, 6) FROM matches"
    with Store.open(folder / "registered.db", parameters=Parameters()) as store:
        store.conn.execute("ATTACH ? AS other", (str(db),))
        store.conn.execute("INSERT INTO boilerplate SELECT * FROM other.boilerplate")
        pipeline.add(store, [str(parts[0])], Given())
        tally: Tally = pipeline.scan(store, [str(parts[1])], Given())
        assert tally.failed == 0
        expected = set(store.conn.execute(sql).fetchall())
    with contextlib.closing(sqlite3.connect(db)) as conn:
        found = set(conn.execute(sql).fetchall())
    return len(found), len(expected), len(found & expected)


def table(sizes: list[int]) -> list[str]:
    lines = [
        "| pages | told again | read | learned | compared | each page | matches | most memory |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    costs: list[tuple[int, float]] = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for count in sizes:
            _, copies, (read, learned, judged), found = compared(folder, count)
            costs.append((count, judged))
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
            lines.append(
                f"| {count:,} | {copies:,} | {read:.1f} s | {learned:.1f} s | {judged:.1f} s"
                f" | {1000 * judged / count:.2f} ms | {found:,} | {memory:.0f} MB |"
            )
            print(lines[-1], file=sys.stderr, flush=True)
        found, expected, both = registered(folder, folder / f"{sizes[0]}.db", sizes[0])
    if len(costs) > 1:
        (small, least), (big, most) = costs[0], costs[-1]
        slope = math.log(most / least) / math.log(big / small)
        lines += ["", f"Slope of the logarithms of comparing against the size: {slope:.2f}."]
    said = (
        f"Of the {sizes[0]:,} pages, {found} matches were found within, {expected} with the "
        f"earlier pages registered, {both} with equal relation, probability and coverage."
    )
    return [*lines, "", said]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", default="1000,4000,16000", help="pages of each crawl")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    arguments = parser.parse_args()
    lines = table([int(size) for size in arguments.sizes.split(",")])
    print("\n".join(lines))
    if arguments.write:
        write_tables({"within": lines}, PAGE)


if __name__ == "__main__":
    main()
