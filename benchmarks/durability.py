"""Kill `add`, `scan` and `reindex` at many moments, let them end, and compare all rows with an
unbroken run's.

    python -m benchmarks.durability [--points 60] [--write]

Each round starts from one database, is killed with SIGKILL, examined with ``integrity_check``, run
again to its end, examined as ``provenance doctor`` does, and every table is compared, clocks and
numbers of runs aside. Rounds are forks of this process, so that no start is paid for; those killed
by the clock have two workers and are killed as a group.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import sqlite3
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from benchmarks.evaluate import write_tables
from provenance import learning
from provenance.cli import main as command
from provenance.config import Parameters
from provenance.extract import bare_text
from provenance.store import Store, schema

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "performance.md"
_CLOCKS = {"started", "ended", "found", "run_id", "observed", "stamp"}
#: What was to be hit, by where a kill lies: see ``_Moment``.
MOMENTS = ("at any time", "in a transaction", "in a commit", "in a checkpoint", "while learning",
           "in a migration")  # fmt: skip


def tables(path: Path) -> dict[str, list[str]]:
    """All rows but for clocks, the numbers of runs, and the table of runs itself."""
    found = {}
    with contextlib.closing(sqlite3.connect(path)) as conn:
        for (name,) in conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table'"):
            if name.startswith(("articles_fts", "sqlite_", "runs")):
                continue
            cursor = conn.execute(f"SELECT * FROM {name}")
            kept = [i for i, c in enumerate(cursor.description) if c[0] not in _CLOCKS]
            found[name] = sorted(repr([row[i] for i in kept]) for row in cursor)
    return found


class _Moment(sqlite3.Connection):
    """A connection that ends its process at the n-th statement of a kind."""

    kind = ""
    left = -1
    seen: ClassVar[Counter[str]] = Counter()
    chance = random.Random(0)

    def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
        for kind in self._kinds(sql):
            type(self).seen[kind] += 1
            if kind == self.kind:
                type(self).left -= 1
                if self.left == 0:
                    self._end(sql)
        return super().execute(sql, *given)

    def executemany(self, sql: str, rows: Any) -> sqlite3.Cursor:
        # Row by row, so that a kill may fall between two.
        cursor = self.cursor()
        for row in rows:
            cursor = self.execute(sql, row)
        return cursor

    def _kinds(self, sql: str) -> Iterator[str]:
        word = sql.lstrip()[:6].upper()
        if sql == "COMMIT":
            yield "in a commit"
        elif "wal_checkpoint" in sql:
            yield "in a checkpoint"
        elif self.in_transaction and word in ("INSERT", "UPDATE", "DELETE"):
            yield "in a transaction"
        if "boilerplate" in sql or "t.text, f.terms" in sql:
            yield "while learning"
        if self.in_transaction and word in ("CREATE", "ALTER ", "DROP T", "DROP V", "PRAGMA"):
            yield "in a migration"

    def _end(self, sql: str) -> None:
        if sql == "COMMIT" or "wal_checkpoint" in sql:
            # SQLite runs without our lock: the kill falls within it.
            delay = self.chance.uniform(0, 0.002)
            threading.Thread(target=_die, args=(delay,), daemon=True).start()
        else:
            _die()


def _die(delay: float = 0.0) -> None:
    time.sleep(delay)
    os.kill(os.getpid(), signal.SIGKILL)


def forked(
    words: list[str],
    kind: str = "",
    left: int = -1,
    seed: int = 0,
    more: Sequence[str] = (),
) -> bool:
    """Run the command in a fork; True when it was killed."""
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        os.close(reads)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        _Moment.kind, _Moment.left, _Moment.chance = kind, left, random.Random(seed)
        _Moment.seen.clear()
        plain = sqlite3.connect
        sqlite3.connect = lambda *given, **more: plain(*given, **{**more, "factory": _Moment})
        with contextlib.suppress(BaseException):
            command([*words, *more])
        os.write(writes, json.dumps(_Moment.seen).encode())
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads) as stream:
        told = stream.read()
    _, status = os.waitpid(child, 0)
    if told:
        _Moment.seen.clear()
        _Moment.seen.update(json.loads(told))
    return os.WIFSIGNALED(status)


def clocked(words: list[str], seconds: float) -> bool:
    """Run the command with two workers in a fork, kill all after so long; True when it was."""
    child = os.fork()
    if not child:
        os.setsid()
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        with contextlib.suppress(BaseException):
            command([*words, "--jobs", "2"])
        os._exit(0)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if os.waitpid(child, os.WNOHANG)[0]:
            return False
        time.sleep(0.01)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def made(folder: Path) -> dict[str, tuple[Path, list[str]]]:
    """What is run, by verb: the database before, and the words."""
    paths = sorted((ROOT / "corpus").rglob("*.html"))
    texts = [bare_text(path.read_text("utf-8", "replace")) for path in paths]
    inputs = {}
    for name, count in (("add", 70), ("scan", 60)):
        inputs[name] = folder / f"{name}.jsonl"
        with inputs[name].open("w", encoding="utf-8") as stream:
            for i in range(count):
                own = f"Kept in file {i} of {name}, number {i * i + 7}. {texts[i % len(texts)]}"
                url = f"https://{name}{i % 13}.example/{i}"
                stream.write(json.dumps({"url": url, "text": own}) + "\n")
            stream.write("broken\n")
        os.utime(inputs[name], (1_600_000_000, 1_600_000_000))
    empty, full = folder / "empty.db", folder / "full.db"
    Store.open(empty, parameters=Parameters()).close()
    shutil.copy(empty, full)
    forked(["add", str(ROOT / "corpus" / "originals"), "--db", str(full), "--jobs", "0"])
    old = folder / "old.db"
    every = schema.MIGRATIONS
    from provenance.store import opening

    setattr(opening, "MIGRATIONS", every[:5])  # noqa: B010
    with contextlib.suppress(Exception):
        Store.open(old, parameters=Parameters()).close()
    setattr(opening, "MIGRATIONS", every)  # noqa: B010
    scanned = folder / "scanned.db"
    shutil.copy(full, scanned)
    forked(["scan", str(inputs["scan"]), "--db", str(scanned), "--jobs", "0"])
    return {
        "add": (empty, ["add", str(inputs["add"])]),
        "scan": (full, ["scan", str(inputs["scan"])]),
        "reindex": (scanned, ["reindex", "--seed", "7"]),
        "upgrade": (old, ["add", str(ROOT / "corpus" / "originals")]),
    }


def round_of(
    before: Path, path: Path, words: list[str], kill: Callable[[list[str]], bool],
    expected: dict[str, list[str]],
) -> tuple[bool, list[str]]:  # fmt: skip
    """Whether it was killed, and in what it differs from the unbroken run at last."""
    for leftover in path.parent.glob(f"{path.name}*"):
        leftover.unlink()
    shutil.copy(before, path)
    killed = kill([*words, "--db", str(path)])
    with contextlib.closing(sqlite3.connect(path)) as conn:
        (state,) = conn.execute("PRAGMA integrity_check").fetchone()
    bad = [] if state == "ok" else [f"integrity_check: {state}"]
    if tables(path) != expected:
        last = [] if words[0] == "reindex" else ["--jobs", "0"]
        forked([*words, "--db", str(path), *last])
    got = tables(path)
    bad += [name for name in {**expected, **got} if got.get(name) != expected.get(name)]
    with Store.open(path) as store:
        bad += [str(one) for one in store.examine(all_texts=True) if one.state == "damaged"]
    return killed, bad


def table(points: int) -> list[str]:
    # So that a short crawl is worth learning from.
    learning.STEP = 40
    chance = random.Random(11)
    kills: Counter[tuple[str, str]] = Counter()
    bad: Counter[tuple[str, str]] = Counter()
    told: list[str] = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for verb, (before, words) in made(folder).items():
            whole, path = folder / "whole.db", folder / "killed.db"
            for leftover in folder.glob("whole.db*"):
                leftover.unlink()
            shutil.copy(before, whole)
            none = [] if verb == "reindex" else ["--jobs", "0"]
            began = time.perf_counter()
            forked([*words, "--db", str(whole), *none])
            took = time.perf_counter() - began
            expected, seen = tables(whole), dict(_Moment.seen)
            for kind in MOMENTS:
                if verb == "upgrade" and kind != "in a migration":
                    continue
                most = seen.get(kind, 0)
                if kind == "in a migration" and verb in ("add", "scan"):
                    continue
                for i in range(-(-points // 17)):
                    kill: Callable[[list[str]], bool]
                    if kind == "at any time" and verb != "reindex":
                        kill = partial(clocked, seconds=chance.uniform(0.3, took + 2))
                    elif most:
                        left = 1 + chance.randrange(most)
                        kill = partial(forked, kind=kind, left=left, seed=i, more=none)
                    else:
                        continue
                    was, found = round_of(before, path, words, kill, expected)
                    kills[verb, kind] += was
                    bad[verb, kind] += bool(found)
                    told += [f"{verb} {kind}: {name}" for name in found]
            print(
                verb,
                f"{took:.1f} s,",
                {k: n for (v, k), n in kills.items() if v == verb},
                told,
                flush=True,
            )
    verbs = list(dict.fromkeys(verb for verb, _ in kills))
    lines = [
        f"{sum(kills.values())} kills with SIGKILL, {sum(bad.values())} rounds that ended in other "
        "rows than the unbroken run's"
        + (f" ({'; '.join(sorted(set(told)))})" if told else ", `integrity_check` ok after each.")
        + " Kills, and rounds that differ, by moment:",
        "",
        "| moment | "
        + " | ".join(f"`{verb}`" if verb != "upgrade" else verb for verb in verbs)
        + " |",
        "|---|" + "---:|" * len(verbs),
    ]
    for kind in MOMENTS:
        cells = (
            f"{kills[verb, kind]}, {bad[verb, kind]}" if (verb, kind) in kills else "–"
            for verb in verbs
        )
        lines.append(f"| {kind} | " + " | ".join(cells) + " |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--points", type=int, default=68, help="kills, about (default: 68)")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.name}")
    arguments = parser.parse_args()
    lines = table(arguments.points)
    print("\n".join(lines))
    if arguments.write:
        write_tables({"durability": lines}, PAGE)


if __name__ == "__main__":
    main()
