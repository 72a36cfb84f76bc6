"""What `make audit` says of known vulnerabilities, and that it never takes silence for none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.audit import outcome


def pin(name: str, *ids: str, skipped: str = "") -> dict[str, Any]:
    if skipped:
        return {"name": name, "skip_reason": skipped}
    known = [{"id": one, "fix_versions": ["2.0"], "aliases": []} for one in ids]
    return {"name": name, "version": "1.0", "vulns": known}


def test_none_is_known() -> None:
    lines, code = outcome({"dependencies": [pin("one"), pin("two")]})
    assert (lines, code) == (["audit: 2 of 2 pins asked about, 0 known vulnerabilities"], 0)


def test_what_is_known_is_told() -> None:
    lines, code = outcome({"dependencies": [pin("one", "PYSEC-1"), pin("two", skipped="?")]})
    assert lines[0] == "one 1.0: PYSEC-1, mended in 2.0"
    assert "1 of 2 pins asked about, 1 known vulnerability" in lines[1] and code == 1


def test_what_was_not_asked_is_not_sound() -> None:
    for pins in ([], [pin("one", skipped="Dependency not found on PyPI")]):
        lines, code = outcome({"dependencies": pins})
        assert code == 2 and "nothing is known of" in lines[-1]


def test_without_an_answer_nothing_was_checked(tmp_path: Path) -> None:
    silent = tmp_path / "pip-audit"
    silent.write_text("#!/bin/sh\necho 'ConnectionError: no route' >&2\nexit 1\n")
    silent.chmod(0o755)
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.audit", silent, "constraints.txt"],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    assert ran.returncode == 2 and not ran.stdout
    assert "nothing was checked (ConnectionError: no route)" in ran.stderr
