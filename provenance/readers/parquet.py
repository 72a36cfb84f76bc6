"""Rows of Parquet, through duckdb (the extra ``parquet``): only the columns that are needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from provenance.models import Failure
from provenance.readers import mirror
from provenance.readers.jsonl import FIELDS, to_item
from provenance.readers.reading import Given, Item, Tally
from provenance.readers.table import NO_COLUMNS

# Rows that are held at a time.
_ROWS = 200
# Of the groups, by which the rows are read; what the file says as a whole may be something else.
_COUNTED = (
    "SELECT sum(rows) FROM (SELECT DISTINCT row_group_id, row_group_num_rows AS rows "
    "FROM parquet_metadata(?))"
)
_NEEDED = {name.lower(): name for names in FIELDS.values() for name in names}


def read_parquet(
    path: Path, label: str, given: Given, parts: Sequence[str], tally: Tally
) -> Iterator[Item]:
    """One item a row, as of JSON. ``line`` is the row, from 1.

    What duckdb can't read is one Failure, behind the rows that it could.
    """
    try:
        import duckdb
    except ImportError:
        message = "Parquet needs duckdb; try: pip install 'article-provenance[parquet]'"
        yield Failure(label, "read", "no-parquet", message)
        return
    number = 0
    # Without a folder for it, nothing is written to disk when memory runs out.
    bounds: dict[str, Any] = {"threads": 1, "memory_limit": "512MB", "temp_directory": ""}
    connection = duckdb.connect(":memory:", config=bounds)
    try:
        # The name is read as a pattern otherwise, which may stand for other files.
        quoted = "".join(f"[{c}]" if c in "*?[" else c for c in str(path.resolve()))
        top = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [quoted]).fetchall()
        names = [str(row[0]) for row in top if str(row[0]).lower() in _NEEDED]
        if not names:
            yield Failure(label, "read", "no-columns", NO_COLUMNS)
            return
        # Rows of one repeated value take no bytes: some kilobytes may hold as many as they like.
        (said,) = connection.execute(_COUNTED, [quoted]).fetchone() or (0,)
        if (said or 0) > path.stat().st_size:
            yield Failure(label, "read", "flood", f"{said:,} rows in fewer bytes; not read")
            return
        columns = ", ".join('"' + name.replace('"', '""') + '"' for name in names)
        fields = [_NEEDED[name.lower()] for name in names]
        rows = connection.execute(f"SELECT {columns} FROM read_parquet(?)", [quoted])  # noqa: S608
        while batch := rows.fetchmany(_ROWS):
            for values in batch:
                number += 1
                row = {name: _plain(value) for name, value in zip(fields, values, strict=True)}
                own_url = f"{mirror.file_url(parts)}#{number}"
                here = f"{label}:{number}"
                yield to_item(row, here, given, path=label, line=number, own_url=own_url)
    except duckdb.Error as error:
        tally.truncated = True
        message = f"the Parquet cannot be read further ({type(error).__name__})"
        yield Failure(f"{label}:{number + 1}", "read", "bad-parquet", message)
    finally:
        connection.close()


def _plain(value: Any) -> Any:
    """Times as ISO 8601, bytes as text; else as it is."""
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode("utf-8", "replace")
    return value.isoformat() if hasattr(value, "isoformat") else value
