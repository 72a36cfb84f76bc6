"""Traces on real pages: how many, how many of them true, what was missed, what they cost.

    python -m benchmarks.traces DATA_FOLDER [--write] [--list]

The folder holds ``html/*.html.gz`` and ``html/ground-truth.json``, which names each page's URL.
Every strong and medium trace was read by hand on its page; ``readings/traces.tsv`` has a row
for each: start of the page's name, kind, strength, ``true`` or ``false``, and ``syndicated`` where
the page carries a text of the outlet or agency that the trace names, else ``cites``. It holds no
text. A trace without a row counts as unread; ``--list`` shows those, to be read.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import time
from collections import Counter
from pathlib import Path

from benchmarks.evaluate import write_tables
from provenance import extract, traces
from provenance.errors import ProvenanceError
from provenance.models import Capture, Trace

PAGE = Path(__file__).parent.parent / "docs" / "traces.md"
READ = Path(__file__).parent / "readings" / "traces.tsv"
_NAME = 12

Reading = tuple[str, str, str]


def readings() -> dict[Reading, tuple[bool, bool]]:
    """``(page, kind, strength)`` to ``(the trace is true, the page is syndicated)``."""
    found = {}
    for line in READ.read_text("utf-8").splitlines():
        page, kind, strength, is_true, what = line.split("\t")
        found[page, kind, strength] = (is_true == "true", what == "syndicated")
    return found


def measure(folder: Path) -> tuple[dict[str, tuple[Trace, ...]], list[tuple[float, float]]]:
    """The traces of each page, and per page the seconds of extracting and of reading traces."""
    known = json.loads((folder / "html" / "ground-truth.json").read_text("utf-8"))
    found: dict[str, tuple[Trace, ...]] = {}
    spent: list[tuple[float, float]] = []
    for path in sorted((folder / "html").glob("*.html.gz")):
        name = path.name.removesuffix(".html.gz")
        capture = Capture(known[name]["url"], gzip.decompress(path.read_bytes()))
        try:
            document = extract.parse(capture)
            began = time.perf_counter()
            article = extract.extract(capture, document)
        except ProvenanceError as error:
            print(f"{name[:_NAME]}: {error}")
            continue
        cut = time.perf_counter()
        found[name[:_NAME]] = traces.read(document.tree, article)
        spent.append((cut - began, time.perf_counter() - cut))
    return found, spent


def lines(found: dict[str, tuple[Trace, ...]], spent: list[tuple[float, float]]) -> list[str]:
    """The table of ``docs/traces.md``."""
    read = readings()
    rows: Counter[tuple[str, str, str]] = Counter()
    pages: dict[tuple[str, str], set[str]] = {}
    for page, marks in found.items():
        for trace in marks:
            key = read.get((page, trace.kind, trace.strength))
            state = "unread" if key is None else "true" if key[0] else "false"
            rows[trace.strength, trace.kind, state] += 1
            pages.setdefault((trace.strength, trace.kind), set()).add(page)
    out = [
        f"{len(found)} real article pages.",
        "",
        "| strength | kind | pages | traces | read as true | as false | not read |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for strength in ("strong", "medium", "weak"):
        for kind in sorted(kind for s, kind in pages if s == strength):
            told = [rows[strength, kind, state] for state in ("true", "false", "unread")]
            cells = [len(pages[strength, kind]), sum(told), *told]
            out.append(f"| {strength} | `{kind}` | {' | '.join(map(str, cells))} |")
    carried = {page for (page, _, _), (_, syndicated) in read.items() if syndicated}
    named = {
        page for page in carried if any(trace.strength != "weak" for trace in found.get(page, ()))
    }
    bare = sum(not marks for marks in found.values())
    ratio = statistics.median(reading / extraction for extraction, reading in spent)
    missed = (
        f"{len(carried)} pages were read as carrying another house's text; a strong or medium "
        f"trace names it on {len(named)}. Which others do was looked for among the lines around "
        "the text, by the names of agencies and words such as “originally”; of a page that says "
        f"nothing of it, reading can't tell. {bare} pages have no trace at all. Weak traces were "
        "not read: nothing rests on them."
    )
    cost = (
        f"Reading the traces of a page takes {ratio:.2f} of the time that its extraction takes "
        "(median, same run)."
    )
    return [*out, "", missed, "", cost]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="folder with html/")
    parser.add_argument("--write", action="store_true", help="write docs/traces.md")
    parser.add_argument("--list", action="store_true", help="show the traces that nobody read")
    arguments = parser.parse_args()
    found, spent = measure(arguments.data)
    if arguments.list:
        read = readings()
        for page, marks in found.items():
            for trace in marks:
                if trace.strength != "weak" and (page, trace.kind, trace.strength) not in read:
                    print(page, trace.kind, trace.strength, trace.value, trace.snippet, sep="\t")
    table = lines(found, spent)
    print("\n".join(table))
    reading = [seconds for _, seconds in spent]
    print(f"median {1000 * statistics.median(reading):.2f} ms a page")
    if arguments.write:
        write_tables({"measured": table}, PAGE)


if __name__ == "__main__":
    main()
