"""An address of a hundred thousand figures, and a letter behind them."""

from hostile_kit import Crawl, row

CASE = Crawl({"x.jsonl": row(url="https://copy.example/-" + "1" * 100_000 + "g")}, "x.jsonl", 1, 1)
