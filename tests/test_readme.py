"""The README's sample is what the program prints."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

from provenance.commands.demo import demo

README = Path(__file__).parent.parent / "README.md"


def test_the_sample_is_what_the_demo_prints(tmp_path: Path) -> None:
    sample = README.read_text("utf-8").split("```console\n")[1].split("```")[0]
    ran = CliRunner().invoke(demo, ["--db", str(tmp_path / "demo.db")], catch_exceptions=False)
    printed = " ".join(ran.output.split())
    assert ran.exit_code == 0
    # The command, in two lines, is one that can be typed in a checkout.
    typed, page = sample.splitlines()[:2]
    assert typed == "$ provenance check --db demo.db \\"
    assert (README.parent / page.strip()).is_file()
    for line in sample.splitlines()[2:]:
        for part in re.split(r" ?…| {2,}", line.removeprefix("  ").strip()):
            wanted = " ".join(part.strip(" ·").split())
            assert wanted in printed, wanted
