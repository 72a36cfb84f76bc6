"""What was fetched of a list so far, and pages that were fetched before."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from provenance.models import Capture, Failure
from provenance.redaction import redact_within
from provenance.store import archive, rows
from provenance.store.connection import Connected, guarded

# After so long, what a stopped fetch had got is asked for again.
_LASTING = timedelta(days=1)


class Visit(NamedTuple):
    """What came of one address of a list: the row of its page, or why there is none."""

    capture_id: int | None
    error: str
    message: str


class Visits(Connected):
    """The part of ``Store`` that fetching needs."""

    @guarded
    def visit(self, listed: str, url: str) -> Visit | None:
        """What came of an address of this list in a fetch that was stopped less than a day ago."""
        oldest = (datetime.now(UTC) - _LASTING).strftime("%Y-%m-%dT%H:%M:%SZ")
        row = self.conn.execute(
            "SELECT capture_id, error, message FROM visits WHERE list = ? AND url = ? AND at > ?",
            (rows.safe(listed), rows.safe_url(url), oldest),
        ).fetchone()
        return Visit(row[0], row[1] or "", row[2] or "") if row else None

    @guarded
    def note_visit(
        self, listed: str, url: str, capture_id: int | None, failure: Failure | None = None
    ) -> None:
        """Write what came of an address: a page, or a failure."""
        with self._whole():
            self.conn.execute(
                "INSERT OR REPLACE INTO visits (list, url, at, capture_id, error, message)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    rows.safe(listed),
                    rows.safe_url(url),
                    rows.now(),
                    capture_id,
                    failure and rows.text_of(failure.error),
                    failure and redact_within(rows.text_of(failure.message)),
                ),
            )

    @guarded
    def end_visits(self, listed: str, *, whole: bool) -> None:
        """A list was fetched to its end. Unless ``whole``, its pages are kept for the next time,
        and only what failed is fetched then."""
        with self._whole():
            sql = "DELETE FROM visits WHERE list = ?"
            if not whole:
                sql += " AND capture_id IS NULL"
            self.conn.execute(sql, (rows.safe(listed),))

    @guarded
    def last_capture(self, url: str) -> int | None:
        """The newest page that was fetched from an address and lies beside the database."""
        found = self.conn.execute(
            'SELECT max(id) FROM captures WHERE url = ? AND file = ? AND "offset" IS NOT NULL',
            (rows.safe_url(url), self._kept_in().name),
        ).fetchone()
        return None if found[0] is None else int(found[0])

    @guarded
    def kept(self, capture_id: int) -> Capture:
        """A page that was fetched, from the WARC file beside the database.

        Raises StoreError ``archive`` when it can't be read there any more.
        """
        row = next(self._query("SELECT * FROM captures WHERE id = ?", capture_id))
        body = archive.read(
            self._kept_in().with_name(str(row["file"])), row["offset"] or 0, row["length"] or 0
        )
        return Capture(
            url=row["url"],
            body=body,
            final_url=row["final_url"],
            status=row["status"],
            headers=tuple((str(name), str(value)) for name, value in json.loads(row["headers"])),
            observed=row["observed"],
            redirects=tuple(json.loads(row["redirects"])),
        )

    @guarded
    def keep_again(self, capture_id: int, capture: Capture) -> None:
        """Write the bytes of a known page anew, where the archive has lost them."""
        offset, length = archive.append(self._kept_in(), capture)
        with self._whole():
            self.conn.execute(
                'UPDATE captures SET "offset" = ?, length = ? WHERE id = ?',
                (offset, length, capture_id),
            )

    def _kept_in(self) -> Path:
        return self.path.with_suffix(".warc.gz")
