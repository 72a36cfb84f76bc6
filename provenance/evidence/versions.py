"""What is installed: results depend on it, so it is written down."""

from __future__ import annotations

import platform
import re
from collections.abc import Sequence
from importlib import metadata

from provenance import __version__

_EXTRA = re.compile(r"extra == ['\"](\w+)")


def installed(extras: Sequence[str] = ()) -> dict[str, str]:
    """Versions of Python, provenance and every package that is named as needed, also for
    these extras. A package that is not there says so."""
    found = {"provenance": __version__, "python": platform.python_version()}
    try:
        needed = metadata.requires("article-provenance") or []
    except metadata.PackageNotFoundError:
        needed = []
    for requirement in needed:
        name, _, marker = requirement.partition(";")
        extra = _EXTRA.search(marker)
        if extra and extra.group(1) not in extras:
            continue
        package = re.split(r"[\s<>=!~\[(]", name.strip(), maxsplit=1)[0]
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed" + (" (optional)" if extra else "")
    return found
