"""The migration that brings the journal of fetched lists.

A migration like those of ``schema``, in a module of its own: never edit it once released.
"""

from __future__ import annotations

VISITS = """
-- What came of the addresses of a list or feed while it is fetched: a fetch that was stopped goes
-- on after them. A list that was fetched to its end has no rows here.
CREATE TABLE visits (
  list TEXT NOT NULL,
  url TEXT NOT NULL,
  at TEXT NOT NULL,
  capture_id INTEGER REFERENCES captures(id) ON DELETE CASCADE,
  error TEXT,
  message TEXT,
  PRIMARY KEY (list, url),
  CHECK ((capture_id IS NULL) = (error IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX visits_capture ON visits(capture_id);
-- The last capture of an address, to ask whether it has changed.
CREATE INDEX captures_url ON captures(url);
"""
