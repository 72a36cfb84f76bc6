"""Fuzzing led by coverage: one target of benchmarks/fuzz.py under atheris, in a process of its own.

    pip install atheris                       (Linux, where there is a wheel for your Python)
    python -m benchmarks.fuzz --guided [--executions N] [--minutes N] [--only NAME] [--write]

Not among what working on provenance takes: atheris has no wheel for every Python that we support.
A run is bounded as the other is, and can't be run again byte for byte.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

#: What libFuzzer says at its end: executions, edges of our code that were reached.
_DONE = re.compile(r"^#(\d+)\s+DONE\s+cov: (\d+)", re.MULTILINE)


def available() -> bool:
    """Whether atheris can be imported."""
    return importlib.util.find_spec("atheris") is not None


def hunt(name: str, count: int, seconds: float) -> tuple[int, float, int, list[str]]:
    """Executions, seconds, edges that were reached, and the findings of one target."""
    words = [sys.executable, "-m", "benchmarks.guided", name, str(count), str(int(seconds))]
    began = time.perf_counter()
    ran = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False)
    took = time.perf_counter() - began
    print(ran.stdout, end="", flush=True)
    findings = [line for line in ran.stdout.splitlines() if line]
    ended = _DONE.search(ran.stderr)
    if not ended:
        findings.append(f"{name}: ended with code {ran.returncode}")
        print(findings[-1], *ran.stderr.splitlines()[-5:], sep="\n", flush=True)
    done, edges = (int(ended[1]), int(ended[2])) if ended else (0, 0)
    return done, took, edges, findings


def main() -> None:
    """Fuzz the one target that is named; what it finds is told on standard output."""
    atheris: Any = importlib.import_module("atheris")
    name, count, seconds = sys.argv[1:]
    with atheris.instrument_imports(include=["provenance"]):
        from benchmarks import fuzz
    found: dict[str, bytes] = {}

    def once(given: bytes) -> None:
        if (what := fuzz.tried(fuzz.targets_by_name[name], given)) and what not in found:
            found[what] = given
            fuzz.keep(f"guided {name}", len(found) - 1, what, given)

    with tempfile.TemporaryDirectory() as place:
        seeds = Path(place) / "seeds"
        seeds.mkdir()
        for number, seed in enumerate(fuzz.targets_by_name[name].seeds):
            (seeds / str(number)).write_bytes(seed)
        words = Path(place) / "words"
        lines = ("".join(f"\\x{byte:02x}" for byte in token) for token in fuzz.TOKENS)
        words.write_text("".join(f'"{line}"\n' for line in lines))
        options = [f"-runs={count}", f"-max_total_time={seconds}", f"-timeout={fuzz.SLOW:.0f}"]
        options += [f"-dict={words}", f"-artifact_prefix={fuzz.FINDINGS}/", "-max_len=20000"]
        fuzz.FINDINGS.mkdir(exist_ok=True)
        atheris.Setup([sys.argv[0], *options, str(seeds)], once)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
