"""The migration that lets a page's article be found by its capture.

A migration like those of ``schema``, in a module of its own: never edit it once released.
"""

from __future__ import annotations

OF_CAPTURES = """
CREATE INDEX articles_capture ON articles(capture_id) WHERE capture_id IS NOT NULL;
"""
