"""What the tests of other engines share: a scan by the same steps, joined in this process."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from provenance.engines import index, parquet, spark, walk

CORPUS = Path(__file__).parent.parent / "corpus"
CLOCKS = {"started", "ended", "found", "stamp"}

PAGES = {"page": "BIGINT", "spec": "VARCHAR", "kind": "VARCHAR", "body": "VARCHAR"} | {
    "keys": "BIGINT[]",
    "names": "VARCHAR[]",
}
MATCHES = {"page": "BIGINT", "position": "INTEGER", "kind": "VARCHAR", "id": "VARCHAR"} | {
    "source_id": "VARCHAR",
    "target_id": "VARCHAR",
    "relation": "VARCHAR",
    "is_repost": "BOOLEAN",
    "probability": "DOUBLE",
    "direction": "VARCHAR",
    "attribution": "VARCHAR",
    "match": "VARCHAR",
}


class Joined:
    """The tables of an exported index, as Spark's joins would answer from them."""

    def __init__(self, folder: Path) -> None:
        self.about = index.read_about(folder)
        self.keys = dict(parquet.read(folder / "postings.parquet", ["key", "originals"]))
        self.names = dict(parquet.read(folder / "names.parquet", ["name", "originals"]))
        self.originals = dict(parquet.read(folder / "originals.parquet", ["id", "original"]))
        self.capped: dict[str, int] = {}

    def scan(self, specs: Sequence[str], out: Path, *, jobs: int = 0, within: bool = False) -> None:
        """What ``spark.scan`` writes, from the same steps."""
        out.mkdir()
        named = [(number, spec, None) for number, spec in enumerate(specs)]
        pages = list(walk.read(named, self.about, jobs=jobs, within=within))
        asking: list[walk.Asking] = []
        for page, _, kind, body, keys, names in pages:
            if kind != "page" or within:
                continue
            answers = (
                {key: self.keys[key] for key in keys if key in self.keys},
                {name: self.names[name] for name in names if name in self.names},
            )
            wanted, capped = walk.seek(body, answers, self.about)
            for channel, count in capped.items():
                self.capped[channel] = self.capped.get(channel, 0) + count
            if wanted:
                asking.append((page, body, answers, [self.originals[name] for name in wanted]))
        found = walk.judged(asking, self.about, jobs=jobs)
        told = spark.Outcome(self.about, tuple(specs), self.capped, within).text()
        for name, columns, rows in (
            ("pages", PAGES, pages),
            ("matches", MATCHES, found),
            ("about", index.ABOUT, [(told,)]),
        ):
            (out / name).mkdir()
            parquet.write(out / name / "part.parquet", columns, rows)
        (out / "about" / "_SUCCESS").touch()


def copied(database: Path, place: Path) -> Path:
    """A copy of a database, to be written."""
    return Path(shutil.copy(database, place))


def tables(path: Path) -> dict[str, list[str]]:
    """All rows of a database by table, without its clocks; the runs by their counts."""
    conn = sqlite3.connect(path)
    found = {}
    for (name,) in conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
        if name.startswith(("articles_fts", "sqlite_")):
            continue
        cursor = conn.execute(f"SELECT * FROM {name}")
        kept = [i for i, column in enumerate(cursor.description) if column[0] not in CLOCKS]
        found[name] = sorted(repr([row[i] for i in kept]) for row in cursor)
    conn.close()
    return found
