"""The migration that brings other names of the originals.

A migration like those of ``schema``, in a module of its own: never edit it once released.
"""

from __future__ import annotations

ALIASES = """
-- Of originals only: addresses that the page gives itself, and the slug of its address. They are
-- kept of what is added from now on.
CREATE TABLE aliases (
  key TEXT NOT NULL,
  article_id TEXT NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('url', 'slug')),
  PRIMARY KEY (key, article_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX aliases_article ON aliases(article_id);
"""
