"""What a bundle needs of the database beside the match: where the pages' bytes lie."""

from __future__ import annotations

import json
from typing import Any

from provenance.store.connection import Connected
from provenance.store.opening import explained

_COLUMNS = (
    "url", "final_url", "sha256", "status", "headers", "redirects", "observed", "file", "offset",
    "length",
)  # fmt: skip
_SELECTED = ", ".join(f'c."{name}"' for name in _COLUMNS)


def capture_of(store: Connected, article_id: str) -> dict[str, Any] | None:
    """The capture that an article was read from; None for what came as text.

    Keys: url, final_url, sha256 (of the body), status, headers (name and value pairs),
    redirects, observed, file, offset, length. Raises StoreError.
    """
    with explained(store.path):
        row = store.conn.execute(
            f"SELECT {_SELECTED} FROM articles a JOIN captures c ON c.id = a.capture_id"  # noqa: S608
            " WHERE a.id = ?",
            (article_id,),
        ).fetchone()
    if row is None:
        return None
    names = [
        "url",
        "final_url",
        "sha256",
        "status",
        "headers",
        "redirects",
        "observed",
        "file",
        "offset",
        "length",
    ]
    found = dict(zip(names, row, strict=True))
    return {
        **found,
        "headers": json.loads(found["headers"]),
        "redirects": json.loads(found["redirects"]),
    }
