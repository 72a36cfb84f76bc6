"""What the tests of the command line and of the judging share."""

from __future__ import annotations

import fcntl
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from httpd import PAGE, Server, response
from hypothesis import settings

from provenance.cli import main
from provenance.store import Store

# These helpers assert, too: let pytest tell what was compared.
pytest.register_assert_rewrite("cli_samples", "fetching", "reader_samples", "store_samples")

# The same examples in every run, however slow the machine.
settings.register_profile("tests", deadline=None, derandomize=True, database=None)
settings.load_profile("tests")

# A shell starts what runs in its background with Ctrl-C ignored, which every command under test
# would inherit, and be deaf to the Ctrl-C of its test.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

CORPUS = Path(__file__).parent.parent / "corpus"

# A report, and what others might make of it. All of it is invented for these tests.

SOURCE = """\
The lock gates at Tarrow Basin failed shortly after four on Tuesday morning, emptying 1.6 miles \
of the Elver Canal in less than an hour and leaving 43 boats lying in the mud. Nobody was hurt, \
the Inland Waters Board said.

Engineer Ingrid Halloway, who reached the basin before dawn, found the lower gate torn from its \
hinge post. She believes that a steel pin fitted in 1987 had rusted through beneath the \
waterline, where no inspection had looked since 2009.

Residents of the moored boats were woken by a noise that several compared to a goods train. \
Tobias Wrenfield, a retired baker, climbed out of his hatch in slippers and stepped onto the \
canal bed. His neighbours carried two dogs and a parrot to the towpath.

The board has ordered a replacement pair of gates from a yard in Mossleigh, but oak of that \
length has to be felled and seasoned, and the work is priced at £740,000. Until March at the \
earliest, boats from Pennerton will have to turn at Quarry Bend.

Councillor Amrit Sandhu called for every gate on the waterway to be examined by divers. Eleven \
of the nineteen locks carry pins of the same make, according to a register that the board \
published in the afternoon.

Fish rescue teams moved about 3,000 roach and bream into the reservoir above Coldharbour before \
the pools warmed. A heron, unimpressed by the machinery, stood among the volunteers and ate what \
they dropped.\
"""
SOURCE_PARAGRAPHS = tuple(SOURCE.split("\n\n"))

EDITED = SOURCE
for _old, _new in (
    ("shortly after four on Tuesday morning", "just after 4am on Tuesday"),
    ("Nobody was hurt, the Inland Waters Board said.", "No one was injured, the board said."),
    ("found the lower gate torn", "discovered the lower gate torn"),
    (" His neighbours carried two dogs and a parrot to the towpath.", ""),
    ("is priced at £740,000", "will cost £740,000"),
    (", unimpressed by the machinery,", ""),
):
    assert _old in EDITED
    EDITED = EDITED.replace(_old, _new)

REWORDED = """\
A canal gave way at Tarrow Basin in the small hours of Tuesday: its lock gates broke soon after \
four, some 1.6 miles of the Elver drained within the hour, and 43 boats were stranded on the \
mud. The Inland Waters Board reports no injuries.

Ingrid Halloway, the engineer who got there ahead of sunrise, saw that the lower of the gates \
had been ripped away from the post it hung on. In her view rust had eaten a steel pin dating \
from 1987, hidden under the water and unseen by inspectors for the years since 2009.

People living aboard woke to a din that some likened to a passing goods train. The retired baker \
Tobias Wrenfield left his hatch wearing slippers and found himself standing on the bed of the \
canal. Two dogs and a parrot were brought to the towpath by neighbours.

New gates are on order at a Mossleigh yard. Oak so long must first be cut down and seasoned, \
though, and the bill comes to £740,000. Boats out of Pennerton are going to be turned round at \
Quarry Bend until March or later.

Divers should look at each gate of the waterway, said councillor Amrit Sandhu. A register issued \
by the board that afternoon shows pins of this make at eleven locks out of nineteen.

Around 3,000 bream and roach were taken by rescue teams to the reservoir over Coldharbour ahead \
of the pools getting warm. Among the volunteers stood a heron, whom the machines did not \
impress, eating whatever fell.\
"""

INDEPENDENT = """\
Gwen Stallard heard the water go. From the window of the lock cottage she has rented for twelve \
years she watched the pound sink past the moorings, past the rings, past the old brick lining \
that nobody alive had seen.

By breakfast the towpath was crowded with families and cameras. A sandwich van did a trade that \
its owner, Pietro Lanza, called his best Tuesday in a decade. Children threw bread to ducks that \
had nowhere left to swim.

Thirty-one people spent the night in the sports hall at Elver Green, where the parish had laid \
out camp beds, and most expect to stay through the weekend. Insurers sent two assessors on \
Wednesday. One of them, who would not give his name, said policies for houseboats seldom cover a \
missing canal.

The failure at Tarrow Basin is the third on the waterway since the spring floods. Anglers had \
complained in June of leaks by the lower gate, according to letters that the club's secretary, \
Maud Perrin, keeps in a biscuit tin and showed to this newspaper.

A public meeting is to be held on the 28th in the chapel at Fenwick Row. The county's chief \
executive, Dele Akande, has promised to attend, and to bring somebody who can answer questions \
about money.\
"""

OTHER = """\
My grandmother kept bees behind a pharmacy in Lisbon, and she held that a hive could tell a liar \
by his breath. I have never tested it. I mention her because this week's column is about \
patience, of which she had plenty and I have none.

On Saturday I planted forty crocus bulbs in a window box designed for twelve. The instructions \
spoke of drainage, of grit, of waiting. I own a spoon and a bucket, and I waited for the kettle \
instead, which is roughly the limit of my discipline.

A reader in Aberdeen writes to ask whether parsley can be trusted. It can't. It sulks for six \
weeks, comes up somewhere else, and goes to seed the moment you have told your friends. Grow \
chives, which forgive everything, even slugs, even me.

Next week I shall be reviewing gloves. If you own a pair that has survived a rose bush, please \
send a photograph and a short account of the battle, with dates where you have them.\
"""
OTHER_PARAGRAPHS = tuple(OTHER.split("\n\n"))

#: Two whole paragraphs of the source inside somebody's own column.
EXCERPT = "\n\n".join((*OTHER_PARAGRAPHS[:2], *SOURCE_PARAGRAPHS[1:3], *OTHER_PARAGRAPHS[2:]))
SHUFFLED = "\n\n".join(SOURCE_PARAGRAPHS[i] for i in (3, 0, 5, 2, 4, 1))


def page(text: str, title: str = "Canal drained at Tarrow Basin", head: str = "") -> str:
    """A page of HTML with ``text`` as its article."""
    body = "".join(f"<p>{paragraph}</p>\n" for paragraph in text.split("\n\n"))
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}'
        f"</head><body><article><h1>{title}</h1>\n{body}</article></body></html>"
    )


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def rows(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


class _Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


def run(*words: object, stdin: bytes = b"", terminal: bool = False) -> Ran:
    """Run the command line in this process, as ``python -m provenance`` would."""
    kind = _Terminal if terminal else io.TextIOWrapper
    out, err = (kind(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    code: object = 0
    with ExitStack() as stack:
        stack.enter_context(redirect_stdout(out))
        stack.enter_context(redirect_stderr(err))
        given = io.TextIOWrapper(io.BytesIO(stdin), "utf-8")
        stack.enter_context(mock.patch.object(sys, "stdin", given))
        try:
            main([str(word) for word in words])
        except SystemExit as end:
            code = end.code or 0
    told = [stream.buffer.getvalue().decode() for stream in (out, err)]  # type: ignore[attr-defined]
    assert isinstance(code, int), code
    return Ran(code, *told)


def command(*words: object) -> list[str]:
    """The words that start the command line in a process of its own."""
    return [sys.executable, "-m", "provenance", *map(str, words)]


def spawn(*words: object, stdin: bytes = b"", **env: str) -> Ran:
    """Run the command line in a process of its own."""
    done = subprocess.run(
        command(*words), input=stdin, capture_output=True, timeout=60, env={**os.environ, **env}
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture(autouse=True)
def no_database_from_outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("PROVENANCE_DB", raising=False)
    # Starting workers costs more than most tests; those of the pool ask for it.
    monkeypatch.setenv("PROVENANCE_JOBS", "0")
    yield


@pytest.fixture(scope="session")
def corpus_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``added.db`` and ``scanned.db``, made once for all workers of xdist."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "corpus"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        added, scanned, working = (folder / f"{n}.db" for n in ("added", "scanned", "working"))
        if not scanned.exists():
            ran = run("add", CORPUS / "originals", "--db", added)
            assert ran.code == 0, ran.err
            shutil.copy(added, working)
            ran = run("scan", CORPUS / "crawl", "--db", working)
            assert ran.code == 3, ran.err  # one page of the crawl is empty
            working.rename(scanned)
    return folder


@pytest.fixture(scope="session")
def corpus_added(corpus_folder: Path) -> Path:
    """A database with the corpus's originals. Not to be written: copy it."""
    return corpus_folder / "added.db"


@pytest.fixture(scope="session")
def corpus_scanned(corpus_folder: Path) -> Path:
    """The same with the corpus's crawl scanned. Not to be written: copy it."""
    return corpus_folder / "scanned.db"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A database of one original, the report above."""
    original = tmp_path / "original.html"
    original.write_text(page(SOURCE), "utf-8")
    db = tmp_path / "small.db"
    url = "https://elverpost.example/tarrow-basin"
    ran = run("add", original, "--db", db, "--url", url, "--published", "2021-02-04T09:00:00Z")
    assert ran.code == 0, ran.err
    return db


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "p.db") as opened:
        yield opened


@pytest.fixture
def server() -> Iterator[Server]:
    with Server({"/": response(PAGE)}) as running:
        yield running
