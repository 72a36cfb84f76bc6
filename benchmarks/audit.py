"""Whether a pinned version has a known vulnerability, as PyPI's advisories say; needs the network.

    python -m benchmarks.audit PIP_AUDIT constraints.txt

Asks with pip-audit, whose program is named, and installs nothing. Exit codes: 0 none is known of
any pin, 1 some are known, 2 not every pin could be asked about: nothing is known of the rest.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from typing import Any

#: Names of pins that are told where many could not be asked about.
_TOLD = 5


def outcome(report: dict[str, Any]) -> tuple[list[str], int]:
    """What pip-audit's JSON says, in lines, and the exit code."""
    pins = report["dependencies"]
    unasked = [one["name"] for one in pins if one.get("skip_reason")]
    lines = []
    for one in pins:
        for known in one.get("vulns", ()):
            mended = ", ".join(known.get("fix_versions", ())) or "no version yet"
            lines.append(f"{one['name']} {one['version']}: {known['id']}, mended in {mended}")
    code = 1 if lines else 0
    lines.append(
        f"audit: {len(pins) - len(unasked)} of {len(pins)} pins asked about, "
        f"{len(lines)} known {'vulnerability' if len(lines) == 1 else 'vulnerabilities'}"
    )
    if unasked or not pins:
        more = f" and {len(unasked) - _TOLD} more" if len(unasked) > _TOLD else ""
        lines.append(
            f"audit: nothing is known of {', '.join(unasked[:_TOLD]) or 'any'}{more}: the index "
            "that was asked has no advisories of them; ask again where PyPI itself can be reached"
        )
        code = code or 2
    return lines, code


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="pip-audit")
    parser.add_argument("constraints", help="file of pins")
    options = parser.parse_args()
    asking = ["--requirement", options.constraints, "--no-deps", "--disable-pip"]
    asked = subprocess.run(
        [options.program, *asking, "--format", "json", "--progress-spinner", "off"],
        capture_output=True,
        text=True,
    )
    try:
        report = json.loads(asked.stdout)
    except ValueError:
        last = (asked.stderr.strip().splitlines() or ["no answer"])[-1]
        print(f"audit: PyPI could not be asked, and nothing was checked ({last})", file=sys.stderr)
        print("audit: it needs the network; try again where there is one", file=sys.stderr)
        sys.exit(2)
    lines, code = outcome(report)
    print("\n".join(lines))
    sys.exit(code)


if __name__ == "__main__":
    main()
