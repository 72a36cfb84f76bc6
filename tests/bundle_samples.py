"""What the tests of bundles share: their members, and bundles that somebody changed."""

from __future__ import annotations

import itertools
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conftest import run

from provenance.evidence import container

_NUMBERS = itertools.count()


def members(bundle: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(bundle) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def checks(bundle: Path, *words: object) -> dict[str, dict[str, Any]]:
    """What ``verify --json`` says, by part."""
    ran = run("verify", bundle, "--json", *words)
    return {check["part"]: check for check in ran.json["checks"]}


def changed(bundle: Path, changes: Mapping[str, bytes | None], *, honest: bool = True) -> Path:
    """A bundle beside, with members put in another's place or (None) left out.

    ``honest``: with digests made anew, as somebody would who knows how a bundle is made.
    """
    now = dict(members(bundle))
    for name, content in changes.items():
        now.pop(name, None)
        if content is not None:
            now[name] = content
    if honest:
        about = json.loads(now.pop("manifest.json"))
        now.pop("SHA256SUMS", None)
        now["SHA256SUMS"] = container.sums(now)
        holds = {one["name"]: one["holds"] for one in about.pop("members")}
        rest = {name: value for name, value in about.items() if name not in ("format", "version")}
        now["manifest.json"] = container.manifest(
            now, {name: holds.get(name, "") for name in now}, rest
        )
    made = bundle.with_name(f"changed-{next(_NUMBERS)}.zip")
    made.write_bytes(container.pack(now))
    return made
