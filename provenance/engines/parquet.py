"""Parquet, written and read through duckdb (the extra ``parquet``), a few rows in memory."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provenance.errors import ReadError, UsageError

if TYPE_CHECKING:
    import duckdb

# Rows that are held at a time.
_ROWS = 200
# Bytes that one row may have, as JSON.
_LARGEST = 1 << 30


def require() -> None:
    """Raise UsageError (``no-parquet``) where duckdb is missing."""
    try:
        import duckdb  # noqa: F401
    except ImportError as error:
        raise UsageError(
            "Parquet needs duckdb",
            hint="Try: pip install 'article-provenance[parquet]'",
            code="no-parquet",
        ) from error


def _connect(folder: Path) -> duckdb.DuckDBPyConnection:
    require()
    import duckdb

    bounds: dict[str, Any] = {"threads": 1, "temp_directory": str(folder)}
    return duckdb.connect(":memory:", config=bounds)


def write(path: Path, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> int:
    """Write rows as one Parquet file; how many. ``columns``: their names and SQL types.

    Raises UsageError where duckdb is missing, ReadError where nothing can be written.
    """
    count = 0
    try:
        with tempfile.TemporaryDirectory(dir=path.parent) as place:
            passage = Path(place) / "rows.jsonl"
            with passage.open("w", encoding="ascii") as lines:
                for row in rows:
                    count += 1
                    lines.write(json.dumps(dict(zip(columns, row, strict=True))) + "\n")
            connection = _connect(Path(place))
            shape = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
            try:
                connection.execute(
                    f"COPY (SELECT * FROM read_json(?, columns={{{shape}}}, "  # noqa: S608
                    f"format='newline_delimited', maximum_object_size={_LARGEST}))"
                    " TO " + _quoted(path) + " (FORMAT parquet, COMPRESSION zstd)",
                    [str(passage)],
                )
            finally:
                connection.close()
    except OSError as error:
        raise ReadError(
            f"cannot be written ({error.strerror or error})",
            subject=os.fspath(path),
            hint="Check the free space and the permissions",
            code="unwritable",
        ) from error
    return count


def read(
    files: Path | Sequence[Path],
    columns: Sequence[str],
    where: str = "TRUE",
    values: Sequence[Any] = (),
) -> Iterator[tuple[Any, ...]]:
    """Rows of Parquet: of a file, a folder of them, or several files. ``where`` is SQL of ours,
    ``values`` its parameters. Raises ReadError (``bad-parquet``) for what can't be read."""
    several = (
        sorted(files.glob("*.parquet")) if isinstance(files, Path) and files.is_dir() else files
    )
    several = [several] if isinstance(several, Path) else several
    if not several:
        return
    with tempfile.TemporaryDirectory() as place:
        connection = _connect(Path(place))
        import duckdb

        names = ", ".join(columns)
        try:
            found = connection.execute(
                f"SELECT {names} FROM read_parquet([{', '.join(map(_quoted, several))}])"  # noqa: S608
                f" WHERE {where}",
                list(values),
            )
            while batch := found.fetchmany(_ROWS):
                yield from batch
        except duckdb.Error as error:
            raise ReadError(
                f"the Parquet cannot be read ({type(error).__name__})",
                subject=os.fspath(several[0].parent),
                hint="It is not what a finished scan or export wrote; make it anew",
                code="bad-parquet",
            ) from error
        finally:
            connection.close()


def spans(folder: Path, column: str) -> list[tuple[Path, int, int]]:
    """The files of a folder that hold rows, each with the least and the greatest of a column."""
    found = []
    for file in sorted(folder.glob("*.parquet")):
        ((first, last),) = read(file, [f"min({column})", f"max({column})"])
        if first is not None:
            found.append((file, int(first), int(last)))
    return found


def _quoted(path: Path) -> str:
    return "'" + str(path.resolve()).replace("'", "''") + "'"
