"""How far each input is: what became of its records, and whether they need another reading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provenance.models import States
from provenance.store import rows
from provenance.store.boilerplate import LEARNED_IN
from provenance.store.connection import guarded
from provenance.store.writing import Writing


class Progress(Writing):
    """The part of ``Store`` that knows how far the reading of each input is."""

    @guarded
    def note_states(self, input_id: int, states: States) -> None:
        """Write what became of the records of an input that are written so far."""
        with self._whole():
            self.conn.execute(
                "UPDATE inputs SET records_read = ?, matched = ?, unmatched = ?, skipped = ?,"
                " failed = ? WHERE id = ?",
                (
                    states.records,
                    states.matched,
                    states.unmatched,
                    states.skipped,
                    states.failed,
                    input_id,
                ),
            )

    @guarded
    def states_of(self, path: str, digest: str) -> States:
        """What became of the records of an input, as the present verb has read it."""
        found = self.conn.execute(
            "SELECT matched, unmatched, skipped, failed FROM inputs"
            " WHERE path = ? AND digest = ? AND verb = coalesce(?, verb)",
            (rows.safe(path), digest, self._verb),
        ).fetchone()
        return States(*found) if found else States()

    @guarded
    def damage_of(self, path: str, digest: str) -> tuple[int, bool]:
        """What was damaged of an input when the present verb read it: how many bytes were passed
        over, and whether it was cut short."""
        found = self.conn.execute(
            "SELECT bytes_skipped, truncated FROM inputs"
            " WHERE path = ? AND digest = ? AND verb = coalesce(?, verb)",
            (rows.safe(path), digest, self._verb),
        ).fetchone()
        return (int(found[0]), bool(found[1])) if found else (0, False)

    @guarded
    def is_finished(
        self, purpose: str, path: str, digest: str, judged_with: Mapping[str, Any]
    ) -> bool:
        """As ``finished_input``, before a run is begun."""
        before = self._verb, self._made_with
        self._verb, self._made_with = purpose, self._parameters_of(judged_with)
        try:
            return self.finished_input(path, digest)
        finally:
            self._verb, self._made_with = before

    # -- files that changed ------------------------------------------------------------------

    @guarded
    def known_digest(self, path: str, stamp: str) -> str | None:
        """The digest of a file that was read when it had the same size, time and place."""
        found = self.conn.execute(
            "SELECT digest FROM inputs WHERE path = ? AND stamp = ? ORDER BY id DESC",
            (rows.safe(path), stamp),
        ).fetchone()
        return found[0] if found else None

    @guarded
    def note_stamp(self, input_id: int, stamp: str | None) -> None:
        """Write when the file was made that has this input's digest."""
        with self._whole():
            self.conn.execute("UPDATE inputs SET stamp = ? WHERE id = ?", (stamp, input_id))

    @guarded
    def changed_input(self, path: str, digest: str) -> bool:
        """Whether the present verb read something else under this name, and never this."""
        seen = {
            row[0]
            for row in self.conn.execute(
                "SELECT digest FROM inputs WHERE path = ? AND verb = coalesce(?, verb)",
                (rows.safe(path), self._verb),
            )
        }
        return bool(seen) and digest not in seen

    # -- runs that were killed when they had learned -----------------------------------------

    @guarded
    def settled_input(self, path: str, digest: str) -> bool:
        """Whether a run that was killed after it had learned boilerplate was done with this input.

        Such a run had read all its inputs. They would be read again with what it learned, as by a
        second run; but the user has not seen the first one end.
        """
        found = self.conn.execute(
            "SELECT 1 FROM inputs i JOIN runs r ON r.id = i.run_id"
            " JOIN runs killed ON killed.id ="
            " (SELECT CAST(value AS INTEGER) FROM meta WHERE key = ?)"
            " WHERE i.path = ? AND i.digest = ? AND i.generation = ? AND i.verb = ?"
            " AND (i.run_id = killed.id OR (i.finished = 1 AND r.parameters = killed.parameters))",
            (LEARNED_IN, rows.safe(path), digest, self.generation, self._verb),
        ).fetchone()
        return found is not None
