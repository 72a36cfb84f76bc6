"""What people decided on matches: a history that only grows. No verdict and no score changes."""

from __future__ import annotations

import json
from typing import Any

from provenance.models import DERIVED, Decision
from provenance.store import reading, rows
from provenance.store.connection import Connected, guarded

_DECIDE = """
INSERT INTO reviews (match_id, source_id, target_id, decision, note, reviewer, decided,
  relation, probability, is_repost, is_reuse, direction, attribution)
SELECT id, source_id, target_id, ?, ?, ?, ?,
  relation, probability, is_repost, is_reuse, direction, attribution
FROM matches WHERE id = ?
"""

_STANDING = """
SELECT r.match_id, r.source_id, r.target_id, r.decision, r.relation, r.is_repost,
  coalesce(m.probability, r.probability) AS probability
FROM reviews r LEFT JOIN matches m ON m.id = r.match_id
WHERE r.decision <> 'undone'
  AND r.id = (SELECT max(l.id) FROM reviews l WHERE l.match_id = r.match_id)
ORDER BY r.match_id
"""


class Reviews(Connected):
    """The part of ``Store`` that keeps decisions."""

    @guarded
    def decide(
        self, match_id: str, decision: Decision | None, *, note: str = "", reviewer: str = ""
    ) -> None:
        """Add a decision on a stored match, together with its verdict of now; None takes the one
        that stands back, and both stay in the history."""
        with self._whole():
            told = (
                decision or "undone",
                rows.text_of(note).strip(),
                rows.text_of(reviewer).strip(),
                rows.now(),
                match_id,
            )
            self.conn.execute(_DECIDE, told)

    @guarded
    def to_review(self, limit: int | None = None) -> list[dict[str, Any]]:
        """What is left to decide, as ``matches`` gives it and with ``unsure_of``, in the order of
        the view ``needs_review``."""
        unsure = dict(
            self.conn.execute(
                "SELECT match_id, unsure_of FROM needs_review LIMIT ?",
                (-1 if limit is None else limit,),
            ).fetchall()
        )
        found = {
            row["id"]: reading.booleans(row)
            for row in self._query(
                f"{reading.MATCHES} WHERE m.id IN (SELECT value FROM json_each(?))",  # noqa: S608
                json.dumps(list(unsure)),
            )
        }
        return [{**found[name], "unsure_of": why} for name, why in unsure.items()]

    @guarded
    def count_to_review(self) -> int:
        """How many matches are left to decide."""
        return int(self.conn.execute("SELECT count(*) FROM needs_review").fetchone()[0])

    # -- the threshold -----------------------------------------------------------------------

    @property
    @guarded
    def threshold(self) -> float | None:
        """The probability from which a text is said to derive, if one was set for this database."""
        row = self.conn.execute("SELECT value FROM meta WHERE key = 'threshold'").fetchone()
        return float(row[0]) if row else None

    @guarded
    def set_threshold(self, threshold: float | None) -> None:
        """Keep a threshold (0 to 1) for this database; None forgets it. Judges nothing anew."""
        with self._whole():
            self.conn.execute("DELETE FROM meta WHERE key = 'threshold'")
            if threshold is not None:
                self.conn.execute(
                    "INSERT INTO meta(key, value) VALUES ('threshold', ?)", (repr(threshold),)
                )

    @guarded
    def probabilities(self) -> list[float]:
        """The probability of every match whose text is said to derive, in order."""
        return [
            row[0]
            for row in self.conn.execute(
                "SELECT probability FROM matches WHERE relation IN"
                " (SELECT value FROM json_each(?)) ORDER BY probability",
                (json.dumps(sorted(DERIVED)),),
            )
        ]

    @guarded
    def standing(self) -> list[dict[str, Any]]:
        """Every decision that stands, by match: match_id, source_id, target_id, decision, and
        relation and is_repost as they were decided on; probability as it is now, or was then
        where the match is no longer found."""
        return [{**row, "is_repost": bool(row["is_repost"])} for row in self._query(_STANDING)]
