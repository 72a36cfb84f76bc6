"""The tutorial, walked: each command of docs/tutorial.md is run, and prints what stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import CORPUS

pytest.importorskip("datasette")

TUTORIAL = Path(__file__).parent.parent / "docs" / "tutorial.md"


def steps(text: str) -> list[tuple[str, str]]:
    """Every command with the output that is printed below it, in order."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line.rstrip())
    return [(command, "\n".join(lines)) for command, lines in found]


def pattern(wanted: str) -> re.Pattern[str]:
    """A line of `…` alone stands for any lines, `…` within a line for any of its text."""
    lines = ["(?:.*\n)*?" if line == "…" else _line(line) for line in wanted.splitlines()]
    return re.compile("".join(lines))


def _line(line: str) -> str:
    return ".*?".join(re.escape(part) for part in line.split("…")) + " *\n"


def test_a_cut_stands_for_what_was_cut() -> None:
    assert pattern("a … c\n…\nd").fullmatch("a b c\n1\n2\nd\n")
    assert pattern("a … c\nd").fullmatch("a b c\n1\nd\n") is None
    assert pattern("a").fullmatch("ab\n") is None


@pytest.mark.timeout(400)
def test_the_tutorial_is_what_happens(tmp_path: Path) -> None:
    (tmp_path / "corpus").symlink_to(CORPUS)
    beside = Path(sys.executable).parent
    env = {**os.environ, "PATH": f"{beside}{os.pathsep}{os.environ['PATH']}"}
    walked = steps(TUTORIAL.read_text("utf-8"))
    assert len(walked) >= 14
    for command, wanted in walked:
        done = subprocess.run(
            command,
            shell=True,
            cwd=tmp_path,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=200,
        )
        assert done.returncode == (3 if command.startswith("provenance scan") else 0), done.stdout
        printed = done.stdout.rstrip("\n") + "\n"
        assert pattern(wanted).fullmatch(printed), f"$ {command}\n{printed}"
    page = (tmp_path / "riskandroof.html").read_text("utf-8")
    assert "seen by the Quill Post" in page.replace("\n", " ") and "<script" not in page
    assert len(list((tmp_path / "report").glob("match-*.html"))) == 5
