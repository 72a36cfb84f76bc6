"""Inputs for the tests of the readers, and how these are read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from provenance.config import LIMITS
from provenance.readers import open_input
from provenance.readers.reading import Item

PAGE = b"<!DOCTYPE html><html><head><title>Bridge</title></head><body><p>Closed.</p></body></html>"
TEXT = "The bridge was closed on Tuesday after an inspection."
SMALL = replace(LIMITS, max_body=2000)
ROW = json.dumps({"text": TEXT}).encode()


def read(spec: Path | str, **options: Any) -> list[Item]:
    return list(open_input(str(spec), **options))


def one(spec: Path | str, **options: Any) -> Any:
    items = read(spec, **options)
    assert len(items) == 1
    return items[0]


def put(path: Path, content: bytes | str = PAGE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(*values: Any) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)
