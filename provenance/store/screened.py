"""Pages that the screen let go: a capture and why, no article."""

from __future__ import annotations

import hashlib

from provenance.models import Capture
from provenance.store import rows
from provenance.store.connection import Connected, guarded


class Screened(Connected):
    """The part of ``Store`` that keeps what was let go."""

    @guarded
    def add_screened(self, capture_id: int, why: str, *, input_id: int | None = None) -> None:
        """Record a page that the screen let go. The first reason stands."""
        with self._whole():
            # sqlite_utils looks the table up for every insert, which is too slow page by page.
            self.conn.execute(
                "INSERT OR IGNORE INTO screened (capture_id, input_id, why) VALUES (?, ?, ?)",
                (capture_id, input_id, rows.text_of(why)),
            )

    @guarded
    def drop_screened(self, capture_id: int) -> None:
        """Forget that a page was let go: it goes the full way now."""
        with self._whole():
            self.conn.execute("DELETE FROM screened WHERE capture_id = ?", (capture_id,))

    @guarded
    def has_article_of(self, capture: Capture) -> bool:
        """Whether an article was made of this very capture: these bytes, of this place."""
        found = self.conn.execute(
            "SELECT 1 FROM captures c JOIN articles a ON a.capture_id = c.id"
            " WHERE c.sha256 = ? AND c.url = ? AND coalesce(c.file, '') = ? LIMIT 1",
            (
                hashlib.sha256(capture.body).hexdigest(),
                rows.safe_url(capture.url),
                rows.maybe(capture.path) or "",
            ),
        )
        return found.fetchone() is not None
