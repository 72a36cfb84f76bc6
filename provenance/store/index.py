"""The index of the originals: what is looked up, what is entered, what is taken out.

New originals wait in ``unindexed``, where every look-up reads them one by one; when they are more
than a few they are merged into the ``postings``. That is done by slices of the keys, a transaction
each. ``meta`` says which originals are being merged, and how many slices are done: a merge that was
cut off anywhere goes on there, so does another program that meets it, and no slice is done twice.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from provenance.errors import StoreError
from provenance.models import Fingerprint
from provenance.store import postings, rows
from provenance.store.connection import Connected, guarded
from provenance.store.opening import decoded, explained

if TYPE_CHECKING:
    from provenance.store.postings import Run

#: Originals that may wait: reading them costs a look-up a millisecond.
WAITING = 100
# Postings that are sorted, or merged, at a time: about 100 MB.
_AT_ONCE = 3_000_000
# Rows of the waiting list that one transaction removes.
_REMOVED = 10_000
#: Postings up to which a sieve is held, some 200,000 originals: 128 MB, and 4 for each small level.
SIFTED = 1 << 26
# Blocks that are read at a time to make one.
_SIFTED_AT_ONCE = 20_000
# Postings that an original is taken to have, where none are counted.
_EACH = 350

# How the levels stand, and under -1, while a merge goes on, how far it is.
_LEVELS = (
    "SELECT level, originals FROM levels"
    " UNION ALL SELECT -1, json_extract(value, '$.done') FROM meta WHERE key = 'merging'"
)
_BLOCKS = "SELECT p.id, p.data FROM json_each(?) asked JOIN postings p ON p.id = asked.value"

Told = Callable[[int, int], None]
#: What a sorted run has of the keys from one to before another.
Cut = Callable[[int, int], "Run"]


def silent(done: int, of: int) -> None:
    return None


class Merge(NamedTuple):
    """A merge of all that waited up to the number ``last`` into a level, which then holds about
    ``total`` originals."""

    last: int
    target: int
    total: int
    slices: int
    done: int = 0
    #: Begun here and now, not found as somebody left it.
    new: bool = True


class Indexed(Connected):
    """The part of ``Store`` that keeps the index."""

    #: Keys that are surely in no posting, once ``sift`` was called.
    sieve: postings.Sieve | None = None

    # -- looking up --------------------------------------------------------------------------

    def _postings(self, keys: Collection[int]) -> dict[int, list[int]]:
        """The numbers of each key that any original holds; ``HOT`` among them where too many do."""
        if not self.read_only and not self.conn.in_transaction:
            with contextlib.suppress(StoreError):  # locked, full, …: they can be read as they lie
                self.catch_up()
        return self._read(keys)

    def _read(self, keys: Collection[int]) -> dict[int, list[int]]:
        """The same, from the index as it lies."""
        found: dict[int, list[int]] = {}
        again: set[int] = set()
        wanted = set(keys)
        kept: dict[int, list[int]] = {}
        if self.sieve is not None:
            kept = self.sieve.kept(wanted)
            wanted = set(chain.from_iterable(kept.values()))
            hot = wanted & self.sieve.hot
            found = {key: [postings.HOT] for key in hot}
            wanted -= hot
            if not wanted:
                return found
        with self._snapshot(), decoded(self.path):
            levels = self.conn.execute(_LEVELS).fetchall()
            # Once a merge moves postings, each may be in any level.
            settled = self.sieve is not None and levels == self.sieve.levels
            for place, _ in levels:
                asked = list(wanted.intersection(kept.get(place, ())) if settled else wanted)
                if place < 0 or not asked:
                    continue
                names = sorted(set(postings.rows_of(place, asked)))
                blocks = self.conn.execute(_BLOCKS, (json.dumps(names),)).fetchall()
                for key, numbers in postings.search(place, blocks, asked):
                    if key in found:
                        again.add(key)
                        numbers = found[key] + numbers
                    found[key] = numbers
            for number, held in self._waiting():
                for key in wanted.intersection(held):
                    again.add(key)
                    found.setdefault(key, []).append(number)
        # While a merge goes on, or after one was cut off, a posting may be in two places.
        return found | {key: list(dict.fromkeys(found[key])) for key in again}

    @contextlib.contextmanager
    def _snapshot(self) -> Iterator[None]:
        """Several statements that see one state of the database."""
        if self.conn.in_transaction:
            yield
            return
        self.conn.execute("BEGIN")
        try:
            yield
        finally:
            self.conn.execute("COMMIT")

    def _waiting(self) -> Iterator[tuple[int, Sequence[int]]]:
        """The numbers that wait, with their keys, in order."""
        for number, packed in self.conn.execute("SELECT number, keys FROM unindexed"):
            yield number, postings.unpack(self._packed(number, packed))

    def _packed(self, number: int, packed: bytes | None) -> bytes:
        """The keys of a number, made of its fingerprint where they are not at hand."""
        if packed is not None:
            return packed
        (found,) = self._query("SELECT * FROM fingerprints WHERE number = ?", number)
        return postings.pack(postings.keys_of(rows.to_fingerprint(found), self.parameters.seed))

    def sift(self, most: int = SIFTED) -> bool:
        """Hold in memory which keys are not in the index, so that most need not be looked up.

        For the many look-ups of a scan: what is added from now on by others is not seen. Reads the
        whole index once, and takes one to two bytes a posting, 4 MB a level at least; False, and
        nothing is done, where there are more than ``most`` postings.
        """
        with explained(self.path), self._snapshot():
            sizes = self.conn.execute(
                "SELECT id >> 32, sum(length(data)) FROM postings GROUP BY id >> 32"
            )
            counts = {place: size // 8 for place, size in sizes.fetchall()}
            if sum(counts.values()) > most:
                return False
            if some := self.waiting():
                counts[postings.WAITING] = some * _EACH
            sieve = postings.Sieve(counts, self.conn.execute(_LEVELS).fetchall())
            rows_of = self.conn.execute("SELECT id, data FROM postings ORDER BY id")
            while blocks := rows_of.fetchmany(_SIFTED_AT_ONCE):
                for place in sorted({postings.level_of(row) for row, _ in blocks}):
                    here = [one for one in blocks if postings.level_of(one[0]) == place]
                    sieve.add(place, postings.read_blocks(place, here))
            for number, held in self._waiting():
                run = postings.run_of([number], [postings.pack(held)])
                sieve.add(postings.WAITING, run)
        self.sieve = sieve
        return True

    def save_sieve(self, folder: Path) -> None:
        """Let go of the sieve that is held, into a folder from which many processes share it."""
        if self.sieve is not None:
            self.sieve.save(folder)
            self.sieve = None

    def load_sieve(self, folder: Path) -> None:
        """Hold the sieve that was saved there, of this same database."""
        self.sieve = postings.Sieve.saved(folder)

    # -- entering ----------------------------------------------------------------------------

    def _enter(self, number: int, fingerprint: Fingerprint) -> None:
        """Let an original wait for the index."""
        keys = postings.pack(postings.keys_of(fingerprint, self.parameters.seed))
        self.conn.execute("INSERT OR REPLACE INTO unindexed VALUES (?, ?)", (number, keys))

    def _next_number(self) -> int:
        """A number that no fingerprint ever had, so that a stray posting names nothing."""
        (number,) = self.conn.execute(
            "SELECT 1 + max(coalesce((SELECT max(number) FROM fingerprints), 0),"
            " (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'last_number'))"
        ).fetchone()
        return int(number)

    @guarded
    def waiting(self) -> int:
        """How many originals are not in the postings yet."""
        return int(self.conn.execute("SELECT count(*) FROM unindexed").fetchone()[0])

    def catch_up(self, told: Told = silent) -> int:
        """Merge the originals that wait, if they are more than a few; returns how many it merged.

        As ``fold``. To be called after originals were added; a look-up does it, too.
        """
        with explained(self.path):
            # Not ``waiting``: counting many rows of this width reads them all.
            (some,) = self.conn.execute(
                "SELECT count(*) FROM (SELECT 1 FROM unindexed LIMIT ?)", (WAITING + 1,)
            ).fetchone()
        return self.fold(told) if some > WAITING else 0

    @guarded
    def fold(self, told: Told = silent) -> int:
        """Merge the originals that wait into the postings; returns how many there were.

        Not within a transaction: it has many of its own, each some megabytes, and may be killed
        between any two. ``told`` hears how many of them are done. Raises StoreError.
        """
        merged = 0
        with self._not_wiping():
            while merge := self._merging():
                merged += self._fold(merge, told)
                if merge.new:
                    break
        return merged

    def _fold(self, merge: Merge, told: Told) -> int:
        """Do what is left of a merge."""
        step = (1 << postings.KEY_BITS) // merge.slices
        with contextlib.ExitStack() as stack:
            runs, numbers = self._runs(stack, merge.last)
            for i in range(merge.done, merge.slices):
                with self.transaction():
                    self.conn.execute("INSERT OR IGNORE INTO levels VALUES (?, 0)", (merge.target,))
                    # Another program may be at the same merge: each slice is done once.
                    marked = self.conn.execute(
                        "UPDATE meta SET value = json_set(value, '$.done', ?) WHERE key = 'merging'"
                        " AND json_extract(value, '$.last') = ?"
                        " AND json_extract(value, '$.done') = ?",
                        (i + 1, merge.last, i),
                    )
                    if marked.rowcount:
                        self._merge_slice(runs, merge.target, i * step, (i + 1) * step)
                told(i + 1, merge.slices)
            self._settle(merge, numbers)
        return len(numbers)

    def _merging(self) -> Merge | None:
        """The merge that was begun, else a new one of all that wait; None when nothing does."""
        with self.transaction():
            row = self.conn.execute("SELECT value FROM meta WHERE key = 'merging'").fetchone()
            if row:
                return Merge(**json.loads(row[0]), new=False)
            new, last = self.conn.execute(
                "SELECT count(number), max(number) FROM unindexed"
            ).fetchone()
            if not new:
                return None
            sizes = dict(self.conn.execute("SELECT level, originals FROM levels").fetchall())
            target, total = _target(sizes, new)
            slices = 1
            while slices < 1 << postings.LEVELS[0].bits and total * _EACH > slices * _AT_ONCE:
                slices *= 2
            merge = Merge(last, target, total, slices)
            self.conn.execute(
                "INSERT INTO meta VALUES ('merging', ?)",
                (json.dumps({name: getattr(merge, name) for name in Merge._fields[:-1]}),),
            )
            return merge

    @contextlib.contextmanager
    def _not_wiping(self) -> Iterator[None]:
        """Leave freed pages as they are: they held hashes, and wiping them doubles the writing."""
        (wiping,) = self.conn.execute("PRAGMA secure_delete").fetchone()
        self.conn.execute("PRAGMA secure_delete = FAST")
        try:
            yield
        finally:
            self.conn.execute(f"PRAGMA secure_delete = {int(wiping)}")

    def _runs(self, stack: contextlib.ExitStack, last: int) -> tuple[list[Cut], list[int]]:
        """All that wait up to a number, as sorted runs, in files that go with the stack where there
        are many."""
        runs: list[Cut] = []
        numbers: list[int] = []
        batch: list[tuple[int, bytes]] = []
        size = 0

        def flush(whole: bool) -> None:
            run = postings.run_of([number for number, _ in batch], [data for _, data in batch])
            runs.append(
                partial(postings.cut, run) if whole and not runs else self._spill(run, stack)
            )
            numbers.extend(number for number, _ in batch)
            batch.clear()

        for number, packed in self.conn.execute(
            "SELECT number, keys FROM unindexed WHERE number <= ? ORDER BY number", (last,)
        ):
            batch.append((number, self._packed(number, packed)))
            size += len(batch[-1][1])
            if size >= 8 * _AT_ONCE:
                flush(whole=False)
                size = 0
        if batch:
            flush(whole=True)
        return runs, numbers

    def _spill(self, run: Run, stack: contextlib.ExitStack) -> Cut:
        """The same run, read from a file that is gone when the stack is closed."""
        import numpy as np

        count = len(run[0])
        try:
            file = tempfile.TemporaryFile(dir=self.path.absolute().parent)  # noqa: SIM115
            stack.enter_context(file)
            for values in run:
                values.tofile(file)
            file.flush()
        except OSError as error:
            raise StoreError(
                f"the index cannot be made ({error.strerror or error})",
                subject=str(self.path),
                hint="Free some space beside the database, then run the same command again.",
                code="full",
            ) from error

        def cut(first: int, last: int) -> Run:
            # Mapped for this one slice only: what is mapped counts as memory in use.
            keys = np.memmap(file, np.uint64, "r", shape=(count,))
            numbers = np.memmap(file, np.uint32, "r", offset=8 * count, shape=(count,))
            return postings.cut((keys, numbers), first, last)

        return cut

    def _merge_slice(self, runs: Sequence[Cut], target: int, first: int, last: int) -> None:
        """Merge a slice of the keys: of the runs, and of all levels up to the target."""
        parts: list[Run] = []
        for level in range(target + 1):
            span = postings.span(level, first, last)
            where = "WHERE id >= ? AND id < ?"
            blocks = self.conn.execute(
                f"SELECT id, data FROM postings {where} ORDER BY id",  # noqa: S608
                span,
            ).fetchall()
            if blocks:
                parts.append(postings.read_blocks(level, blocks))
                self.conn.execute(f"DELETE FROM postings {where}", span)  # noqa: S608
        parts.extend(cut(first, last) for cut in runs)
        merged, hot = postings.capped(postings.merge(parts))
        self.conn.executemany(
            "INSERT INTO postings VALUES (?, ?)", postings.write_blocks(target, merged)
        )
        self.conn.executemany(
            "INSERT INTO capped VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET originals = originals + excluded.originals",
            [(key, postings.CHANNELS[key & 3], count) for key, count in hot],
        )

    def _settle(self, merge: Merge, numbers: Sequence[int]) -> None:
        """Say that what waited is in the target level, with all that was in those below."""
        for first in range(0, len(numbers), _REMOVED):
            with self.transaction():
                self.conn.executemany(
                    "DELETE FROM unindexed WHERE number = ?",
                    ((number,) for number in numbers[first : first + _REMOVED]),
                )
        with self.transaction():
            ended = self.conn.execute(
                "DELETE FROM meta WHERE key = 'merging' AND json_extract(value, '$.last') = ?",
                (merge.last,),
            )
            if not ended.rowcount:  # another program has ended it
                return
            self.conn.execute(
                "UPDATE levels SET originals = ? WHERE level = ?", (merge.total, merge.target)
            )
            for level in range(merge.target):
                self.conn.execute(
                    "DELETE FROM levels WHERE level = ? AND NOT EXISTS"
                    " (SELECT 1 FROM postings WHERE id >= ? AND id < ?)",
                    (level, *postings.span(level)),
                )

    # -- taking out --------------------------------------------------------------------------

    def _take_out(self, number: int, fingerprint: Fingerprint) -> None:
        """Remove an original's postings, by its keys. Its number is not given again."""
        keys = postings.keys_of(fingerprint, self.parameters.seed)
        touched = {
            row
            for (level,) in self.conn.execute("SELECT level FROM levels").fetchall()
            for row in postings.rows_of(level, keys)
        }
        changed = [
            (postings.without(row, data, number), row)
            for row, data in self.conn.execute(_BLOCKS, (json.dumps(sorted(touched)),))
        ]
        self.conn.executemany("UPDATE postings SET data = ? WHERE id = ?", changed)
        self.conn.execute(
            "UPDATE meta SET value = CAST(max(CAST(value AS INTEGER), ?) AS TEXT)"
            " WHERE key = 'last_number'",
            (number,),
        )


def _target(sizes: dict[int, int], new: int) -> tuple[int, int]:
    """The level that takes so many new originals and all levels below; how many it then holds."""
    total = new
    for place, level in enumerate(postings.LEVELS):
        total += sizes.get(place, 0)
        if level.most is None or total <= level.most:
            break
    return place, total
