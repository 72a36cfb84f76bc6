"""The migration that brings the packed index (see ``postings``) in place of three inverted tables.

What was in those is made anew from the fingerprints, which hold all of it: every original waits in
``unindexed`` until the next run.
"""

from __future__ import annotations

INDEX = """
DROP TABLE bands;
DROP TABLE fragments;
DROP TABLE terms;

-- A row a block: its level and place as one number, the rests of its keys, the numbers that hold
-- them. For the program: see provenance/store/postings.py.
CREATE TABLE postings (
  id INTEGER PRIMARY KEY,
  data BLOB NOT NULL
) STRICT;

-- The levels that there are, and about how many originals lie in each.
CREATE TABLE levels (
  level INTEGER PRIMARY KEY,
  originals INTEGER NOT NULL
) STRICT;

-- Originals that are not in the postings yet; a look-up reads them one by one.
CREATE TABLE unindexed (
  number INTEGER PRIMARY KEY REFERENCES fingerprints(number) ON DELETE CASCADE,
  keys BLOB
) STRICT;

-- Keys that more originals hold than a look-up reads, and how many did when they were counted.
CREATE TABLE capped (
  key INTEGER PRIMARY KEY,
  channel TEXT NOT NULL CHECK (channel IN ('minhash', 'fragments', 'terms')),
  originals INTEGER NOT NULL
) STRICT;

INSERT INTO unindexed (number)
SELECT f.number FROM fingerprints f JOIN articles a ON a.id = f.article_id
WHERE a.role = 'original';

INSERT INTO meta (key, value)
SELECT 'originals', CAST(count(*) AS TEXT) FROM articles WHERE role = 'original';
INSERT INTO meta (key, value)
SELECT 'last_number', CAST(coalesce(max(number), 0) AS TEXT) FROM fingerprints;
"""
