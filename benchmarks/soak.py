"""A long scan of hostile pages: is any page lost, any worker gone for good, does memory stay flat?

    python -m benchmarks.soak [--minutes 20] [--keep FOLDER] [--write]

Rounds are made of the catalogue in tests/hostile/: every page of it, as it is in the first round
and mutated in the others, with the demonstration corpus's pages and sound copies of one original
between them; pages at which the extractor crashes, bloats, hangs or spins (benchmarks/faults.py);
and every file and folder of the catalogue that is scanned there. Each round is a WARC, an HTML
folder of the smaller pages, and the catalogue's files. One round is timed; then one `provenance
scan --jobs 2` is given more rounds than the minutes can hold, and interrupted when they are over:
the rounds that it finished are what is reported.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import random
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.evaluate import write_tables
from benchmarks.fuzz import mutated
from provenance import pipeline

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "security.md"
sys.path.insert(0, str(ROOT / "tests"))
kit: Any = importlib.import_module("hostile_kit")

JOBS = 2
# Largest page that is put into the folder as well, and that is mutated; bytes.
_SMALL = 200_000
# A sound copy after so many hostile pages.
_COPY_EACH = 10
# So many times the rounds that the minutes would hold at the first one's speed are made.
_SPARE = 1.1
# What the command runs, its workers being made of a process that has the faults.
_SCAN = (
    "from provenance import workers; workers._PRELOADED.append('benchmarks.faults');"
    " from provenance.cli import main; main()"
)
#: A median of the last third may be so many times that of the first, in so many rounds or more: in
#: few, the start is a good part of the first third.
FLAT, ENOUGH = 1.25, 6


@dataclass(slots=True)
class Made:
    """Rounds as they were made: what is to be scanned, and what is to come of it."""

    inputs: list[Path] = field(default_factory=list)
    #: Records of each input, or (for the catalogue's files) pages that are read of it.
    records: dict[str, int] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)
    #: Addresses of copies that must be found.
    copies: set[str] = field(default_factory=set)
    faults: Counter[str] = field(default_factory=Counter)


def corpus_pages() -> list[tuple[str, bytes]]:
    """Address and bytes of every page of the demonstration corpus's crawl."""
    folder = pipeline.demo_corpus() / "crawl"
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [(f"https://{path.relative_to(folder).as_posix()}", path.read_bytes()) for path in paths]


def hostile_pages() -> list[bytes]:
    """The bytes of every page of the catalogue."""
    cases = kit.catalogue().values()
    return [kit.content(case.content) for case in cases if isinstance(case, kit.Page)]


def faulty(kind: str) -> bytes:
    """A copy of the original, on a page that asks benchmarks/faults.py for a fault."""
    page: bytes = kit.PAGE.encode()
    return page.replace(b"</body>", f"<!-- fault: {kind} --></body>".encode())


def make_round(number: int, folder: Path, pages: list[bytes], made: Made) -> None:
    """Write a round's files, and note what is expected of them."""
    chance = random.Random(number)
    small = tuple(page for page in pages if len(page) <= _SMALL)
    ordinary = iter(corpus_pages())
    written: list[tuple[str, bytes]] = []

    def copied(body: bytes, name: str) -> None:
        url = f"https://copy{len(written)}.round{number}.example/{name}"
        made.copies.add(url)
        written.append((url, body))

    wanted = ["segfault", "exit", "bloat", *(["hang"] if number % 4 == 1 else [])]
    wanted += ["spin"] if number % 4 == 3 else []
    places = {chance.randrange(len(pages)): kind for kind in wanted}
    made.faults.update(places.values())
    for place, body in enumerate(chance.sample(pages, len(pages))):
        if number and len(body) <= _SMALL and chance.random() < 0.7:
            body = mutated(body, chance, small, _SMALL)
        written.append((f"https://hostile.round{number}.example/{place}", body))
        if place % _COPY_EACH == 0:
            copied(kit.PAGE.encode(), "copy")
        if kind := places.get(place):
            copied(faulty(kind), kind)
        with contextlib.suppress(StopIteration):
            written.append(next(ordinary))
    written += ordinary
    folder.mkdir(parents=True)
    archive, mirror = folder / "pages.warc.gz", folder / "pages"
    with archive.open("wb") as stream:
        for url, body in written:
            stream.write(kit.packed(kit.record(body, url)))
    mirror.mkdir()
    small_ones = [body for url, body in written if "hostile." in url and len(body) <= _SMALL]
    for place, body in enumerate(small_ones):
        (mirror / f"{place:03}.html").write_bytes(body)
    made.inputs += [archive, mirror]
    made.records |= {str(archive): len(written), str(mirror): len(small_ones)}
    for name, case in kit.catalogue().items():
        if isinstance(case, kit.Crawl):
            place = folder / name.replace("/", "-")
            place.mkdir()
            for file, content in case.files.items():
                (place / file).write_bytes(kit.content(content))
            made.inputs.append(place / case.spec)
            made.read[str(made.inputs[-1])] = case.read


def originals(path: Path, folder: Path) -> None:
    """A database with the corpus's originals, and the one that is copied."""
    source = folder / "source.html"
    source.write_text(kit.PAGE, "utf-8")
    for words in (
        [str(pipeline.demo_corpus() / "originals")],
        [str(source), "--url", "https://source.example/canal", "--published", "2021-02-04"],
    ):
        subprocess.run(
            [sys.executable, "-m", "provenance", "add", *words, "--db", str(path)],
            check=False, capture_output=True,
        )  # fmt: skip


# --- watching ----------------------------------------------------------------------------------


@dataclass(slots=True)
class Watched:
    """Samples of a scan: seconds since its start, resident bytes of the command, of each worker."""

    samples: list[tuple[float, int, list[int]]] = field(default_factory=list)
    seconds: float = 0.0
    interrupted: bool = False
    code: int = 0
    told: str = ""
    #: How often the page of an address was called reuse, and which were called reposts.
    found: Counter[str] = field(default_factory=Counter)
    reposts: set[str] = field(default_factory=set)

    def thirds(self, of: str) -> tuple[float, float, float]:
        """Median of the first third and of the last, and the most, in MB."""
        sizes = [parent if of == "command" else sum(workers) for _, parent, workers in self.samples]
        third = max(1, len(sizes) // 3)
        first, last = statistics.median(sizes[:third]), statistics.median(sizes[-third:])
        return first / 1e6, last / 1e6, max(sizes) / 1e6

    def short(self) -> float:
        """The longest time with fewer workers than there should be, in seconds."""
        longest = since = 0.0
        began = False
        for at, _, workers in self.samples:
            began = began or len(workers) == JOBS
            if not began or len(workers) >= JOBS:
                since = at
            longest = max(longest, at - since)
        return longest

    def at_the_end(self) -> int:
        """Workers that were alive in the last tenth of the time."""
        tenth = self.samples[-max(1, len(self.samples) // 10) :]
        return max(len(workers) for _, _, workers in tenth)


def _processes(leader: int) -> Iterator[tuple[int, int, int]]:
    """Number, parent's number and resident bytes of each process of a session."""
    size = os.sysconf("SC_PAGE_SIZE")
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            if os.getsid(int(place.name)) == leader:
                parent = int((place / "stat").read_text().rpartition(")")[2].split()[1])
                yield int(place.name), parent, int((place / "statm").read_text().split()[1]) * size


def sample(leader: int) -> tuple[int, list[int]]:
    """Resident bytes of the command and of each worker: its grandchildren, by the fork server."""
    found = {number: (parent, held) for number, parent, held in _processes(leader)}
    children = {number for number, (parent, _) in found.items() if parent == leader}
    workers = [held for parent, held in found.values() if parent in children]
    return found.get(leader, (0, 0))[1], workers


def scanned(
    database: Path, inputs: list[Path], place: Path, seconds: float = float("inf")
) -> Watched:
    """One scan, watched every half second, and interrupted (as by Ctrl-C) after so many seconds."""
    words = [sys.executable, "-c", _SCAN, "scan", *map(str, inputs), "--db", str(database)]
    seen = Watched()
    with (place / "out").open("wb") as out, (place / "err").open("wb") as err:
        began = time.perf_counter()
        process = subprocess.Popen(
            [*words, "--jobs", str(JOBS), "--json"],
            stdout=out,
            stderr=err,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

        def watch() -> None:
            while process.poll() is None:
                elapsed = time.perf_counter() - began
                seen.samples.append((elapsed, *sample(process.pid)))
                if elapsed > seconds and not seen.interrupted:
                    seen.interrupted = True
                    process.send_signal(signal.SIGINT)
                time.sleep(0.5)

        watching = threading.Thread(target=watch)
        watching.start()
        seen.code = process.wait()
        seen.seconds = time.perf_counter() - began
        watching.join()
    with (place / "out").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["is_reuse"]:
                seen.found[row["target"]["url"]] += 1
            if row["is_repost"]:
                seen.reposts.add(row["target"]["url"])
    seen.told = (place / "err").read_text("utf-8", "replace")
    return seen


# --- what came of it ---------------------------------------------------------------------------


def whole_rounds(database: Path, made: Made, rounds: int) -> int:
    """How many of the rounds an interrupted scan finished; ``made`` is cut down to these."""
    with contextlib.closing(sqlite3.connect(database)) as conn:
        # Inputs are taken in order, and one that is damaged is never called finished.
        asked = "SELECT path FROM inputs WHERE verb = 'scan' ORDER BY id DESC LIMIT 1"
        (last,) = conn.execute(asked).fetchone()
    each = len(made.inputs) // rounds
    whole = list(map(str, made.inputs)).index(last) // each
    made.inputs = made.inputs[: whole * each]
    places = {f"round{number}" for number in range(whole)}
    made.copies = {url for url in made.copies if url.split(".")[1] in places}
    return whole


def lost(database: Path, made: Made) -> tuple[int, int, list[str]]:
    """Records in all, records lost, and what is wrong with an input's account."""
    wrong = []
    missing = total = 0
    with contextlib.closing(sqlite3.connect(database)) as conn:
        asked = "SELECT path, records_read, matched, unmatched, skipped, failed FROM inputs"
        rows = {path: counts for path, *counts in conn.execute(f"{asked} WHERE verb = 'scan'")}
    for path in map(str, made.inputs):
        read, *states = rows.get(path, (0, 0, 0, 0, 0))
        there, wanted = sum(states), made.records.get(path)
        total += there
        if wanted is None:  # a file of the catalogue: its pages are known, not its records
            there, wanted = states[0] + states[1], made.read[path]
        missing += abs(wanted - there)
        if there != wanted or read != sum(states):
            wrong.append(f"{path}: {wanted} put in, {there} accounted for {states}, {read} read")
    return total, missing, wrong


def deaths(database: Path) -> Counter[str]:
    """Workers that pages cost, by what they died of."""
    with contextlib.closing(sqlite3.connect(database)) as conn:
        asked = "SELECT message FROM failures WHERE message LIKE 'the page costs its reader%'"
        told = [message.partition(": ")[2] for (message,) in conn.execute(asked)]
    # Known before any worker was asked to read it.
    return Counter(why for why in told if why != "too many tags")


def report(seen: Watched, database: Path, made: Made, ordinary: Counter[str], rounds: int) -> tuple[
    list[str], list[str]
]:  # fmt: skip
    """The table, and what is wrong."""
    total, missing, wrong = lost(database, made)
    died = deaths(database)
    copies = len(made.copies & seen.reposts)
    wanted = rounds * sum(ordinary.values())
    found = sum(min(seen.found[url], rounds * count) for url, count in ordinary.items())
    gone = max(0, JOBS - seen.at_the_end())
    rate = total / seen.seconds
    told = ", ".join(f"{count} {why}" for why, count in sorted(died.items()))
    head = (
        f"{total:,} records in {rounds} rounds, {seen.seconds / 60:.0f} minutes by the clock with "
        f"{JOBS} workers ({rate:.1f} a second; two hours at this speed are {rate * 7200:,.0f})."
    )
    lines = [
        head,
        "",
        "| | |",
        "|---|--:|",
        f"| records lost | {missing} |",
        f"| workers that died of a page | {sum(died.values())}: {told} |",
        f"| workers lost for good | {gone} |",
        f"| longest time with one worker less | {seen.short():.0f} s |",
        f"| copies of one original found, as reposts | {copies:,} of {len(made.copies):,} |",
        f"| pages of the corpus found that are reuse | {found:,} of {wanted:,} |",
    ]
    for of in ("command", "workers"):
        first, last, most = seen.thirds(of)
        lines.append(
            f"| memory of the {of}, MB: median of the first third, of the last, the most "
            f"| {first:,.0f}, {last:,.0f}, {most:,.0f} |"
        )
        if rounds >= ENOUGH and last > FLAT * first:
            wrong.append(f"memory of the {of} grew from {first:,.0f} to {last:,.0f} MB")
    if seen.code != (130 if seen.interrupted else 3) or "Traceback" in seen.told:
        wrong.append(f"the scan ended with code {seen.code}: {seen.told[-500:]}")
    if gone:
        wrong.append(f"{gone} workers were lost for good")
    if copies < len(made.copies) or found < wanted:
        wrong.append(
            f"{len(made.copies) - copies} copies and {wanted - found} pages of the corpus not found"
        )
    return lines, wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=20.0, help="by the clock; 120: two hours")
    parser.add_argument("--rounds", type=int, help="so many, in place of minutes")
    parser.add_argument("--keep", type=Path, help="folder to work in, and to leave")
    parser.add_argument("--write", action="store_true", help="put the table into docs/security.md")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        place = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        place.mkdir(exist_ok=True)
        ready, database = place / "originals.db", place / "soak.db"
        originals(ready, place)
        # What the corpus's pages give where nothing hostile is among them.
        plain = place / "plain.warc.gz"
        plain.write_bytes(b"".join(kit.packed(kit.record(b, url)) for url, b in corpus_pages()))
        shutil.copy(ready, database)
        ordinary = scanned(database, [plain], place).found
        pages = hostile_pages()
        rounds, seconds = options.rounds, float("inf")
        if not rounds:
            made = Made()
            make_round(0, place / "timed", pages, made)
            shutil.copy(ready, database)
            once = scanned(database, made.inputs, place)
            print(*report(once, database, made, ordinary, 1)[0], sep="\n", flush=True)
            shutil.rmtree(place / "timed")
            seconds = 60 * options.minutes
            rounds = max(3, round(_SPARE * seconds / once.seconds))
        made = Made()
        for number in range(rounds):
            make_round(number, place / f"round{number}", pages, made)
        print(f"{rounds} rounds, {len(made.inputs):,} inputs, faults: {made.faults}", flush=True)
        shutil.copy(ready, database)
        seen = scanned(database, made.inputs, place, seconds)
        if seen.interrupted:
            rounds = whole_rounds(database, made, rounds)
            print(f"interrupted after {rounds} whole rounds", flush=True)
        lines, wrong = report(seen, database, made, ordinary, rounds)
    print(*lines, *wrong, sep="\n")
    if options.write:
        write_tables({"soak": lines}, PAGE)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
