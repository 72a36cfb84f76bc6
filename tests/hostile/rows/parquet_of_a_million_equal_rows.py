"""A million rows in some kilobytes, as one value that is repeated."""

import tempfile
from pathlib import Path

from hostile_kit import Crawl


def made() -> bytes:
    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.parquet"
        with duckdb.connect() as connection:
            connection.execute(
                f"COPY (SELECT '' AS text FROM range(1000000)) TO '{path}' (COMPRESSION zstd)"
            )
        return path.read_bytes()


CASE = Crawl({"x.parquet": made}, "x.parquet", 0, 0, ("flood",), code=2)
