"""One key given ten thousand times, the last with the text."""

from hostile_kit import Crawl, row

CASE = Crawl({"x.jsonl": lambda: "{" + '"text": "x",' * 10_000 + row()[1:]}, "x.jsonl", 1, 1)
