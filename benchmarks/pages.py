"""How long the page of a match takes: two long texts, as a file and through datasette.

    python -m benchmarks.pages [--words 20000] [--write]

The texts are made of the words of the demonstration corpus: an original of so many words, and a
copy of it in which every third sentence is cut or reworded by exchanging words. One run times the
page alone, the page through datasette (its own client, no network), and datasette's own page of
the same row, which is the least that datasette takes.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.evaluate import write_tables
from provenance import __version__
from provenance.cli import cli
from provenance.report.match_page import match_page
from provenance.store import Store

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "performance.md"
_SEED = 7


def texts(words: int) -> tuple[str, str]:
    """An original of so many words, and a copy of it with sentences cut and words exchanged."""
    chance = random.Random(_SEED)
    pool = [
        word
        for path in sorted((ROOT / "corpus" / "originals").rglob("*.html"))
        for word in path.read_text("utf-8").split()
        if word.isalpha()
    ]
    original, copy = [], []
    count = 0
    while count < words:
        sentence = [chance.choice(pool) for _ in range(chance.randint(8, 30))]
        count += len(sentence)
        original.append(" ".join(sentence).capitalize() + ".")
        turn = chance.randrange(6)
        if turn == 0:
            continue
        if turn < 4:
            sentence = [chance.choice(pool) if chance.random() < 0.2 else w for w in sentence]
        copy.append(" ".join(sentence).capitalize() + ".")
    return "\n".join(original), "\n".join(copy)


def stored(folder: Path, words: int) -> tuple[Path, str]:
    """A database with that pair, and the id of its match."""
    database = folder / "pages.db"
    for verb, name, text in zip(("add", "check"), ("original", "copy"), texts(words), strict=True):
        path = folder / f"{name}.txt"
        path.write_text(text, encoding="utf-8")
        given = [verb, str(path), "--url", f"https://{name}.example/a", "--db", str(database)]
        cli.main([*given, "--json"] if verb == "check" else given, standalone_mode=False)
    with Store.open(database, read_only=True) as store:
        return database, next(iter(store.matches()))["id"]


def timed(runs: int, once: Callable[[], object]) -> list[float]:
    """Milliseconds of each run; one before them is not counted."""
    once()
    found = []
    for _ in range(runs):
        began = time.perf_counter()
        once()
        found.append((time.perf_counter() - began) * 1000)
    return found


def table(words: int, runs: int) -> list[str]:
    from contextlib import redirect_stdout
    from importlib import metadata
    from io import StringIO

    from datasette.app import Datasette

    with tempfile.TemporaryDirectory() as place:
        with redirect_stdout(StringIO()):
            database, match_id = stored(Path(place), words)
        with Store.open(database, read_only=True) as store:
            row = store.match(match_id)
            assert row is not None
            alone = timed(runs, lambda: match_page(row, version=__version__))
            size = len(match_page(row, version=__version__).encode())
        served = Datasette(immutables=[str(database)])
        loop = asyncio.new_event_loop()
        loop.run_until_complete(served.invoke_startup())

        def ask(url: str) -> None:
            response = loop.run_until_complete(served.client.get(url))
            assert response.status_code == 200, response.text

        page = timed(runs, lambda: ask(f"/-/provenance/pages/{match_id}"))
        bare = timed(runs, lambda: ask(f"/pages/matches/{match_id}"))
        loop.close()
    passages = len(row["passages"])
    measured = (
        f"Two texts of {row['source']['words']:,} and {row['target']['words']:,} words, "
        f"{passages} passages, a page of {size / 1e6:.1f} MB; datasette "
        f"{metadata.version('datasette')}, {runs} runs."
    )
    lines = [
        measured,
        "",
        "| what | median | slowest |",
        "|---|---|---|",
    ]
    for name, found in (
        ("the page alone (`report`)", alone),
        ("the page through datasette", page),
        ("datasette's own page of the row", bare),
    ):
        lines.append(f"| {name} | {statistics.median(found):.0f} ms | {max(found):.0f} ms |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--words", type=int, default=20_000, help="of each text (default: 20000)")
    parser.add_argument("--runs", type=int, default=9, help="times each is run (default: 9)")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    arguments = parser.parse_args()
    if arguments.words < 100 or arguments.runs < 1:
        parser.error("--words must be at least 100 and --runs at least 1")
    lines = table(arguments.words, arguments.runs)
    print("\n".join(lines))
    if arguments.write:
        write_tables({"pages": lines}, PAGE)


if __name__ == "__main__":
    main()
