"""The migration that keeps of a crawl what comparing it with itself takes."""

from __future__ import annotations

WITHIN = """
-- Pages of crawls that are compared with themselves, and what only originals keep elsewhere: the
-- links, pictures and other addresses of the page, JSON lists.
CREATE TABLE within_pages (
  article_id TEXT PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
  links TEXT NOT NULL CHECK (json_valid(links)),
  images TEXT NOT NULL CHECK (json_valid(images)),
  aliases TEXT NOT NULL CHECK (json_valid(aliases))
) STRICT, WITHOUT ROWID;
"""
