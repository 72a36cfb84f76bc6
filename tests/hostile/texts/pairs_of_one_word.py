"""One word ten thousand times, against the article."""

from hostile_kit import SOURCE, Pair

CASE = Pair(lambda: "canal " * 10_000, SOURCE, "unrelated|independent")
