"""Bytes without sense, with a tag in front."""

import random

from hostile_kit import Page

CASE = Page(
    lambda: b"<p>" + random.Random(7).randbytes(60_000),
    "unreadable:binary|unreadable:unreadable|unreadable:empty|no-match",
    seconds=8,
)
