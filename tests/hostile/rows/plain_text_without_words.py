"""A text of signs alone: no page, and not called clean."""

from hostile_kit import Crawl

CASE = Crawl({"x.txt": "!?! -- ... *** \u200b\u200b\n" * 50}, "x.txt", 0, 0, ("empty",), code=2)
