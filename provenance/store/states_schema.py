"""The migration that says of each input what became of its records, and when the file was made."""

from __future__ import annotations

STATES = """
-- records_read = matched + unmatched + skipped + failed.
ALTER TABLE inputs ADD COLUMN matched INTEGER NOT NULL DEFAULT 0;
ALTER TABLE inputs ADD COLUMN unmatched INTEGER NOT NULL DEFAULT 0;
ALTER TABLE inputs ADD COLUMN skipped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE inputs ADD COLUMN failed INTEGER NOT NULL DEFAULT 0;

-- Of size, time and place of the file, and of what was said of it: the same, and its digest need
-- not be made again.
ALTER TABLE inputs ADD COLUMN stamp TEXT;
"""
