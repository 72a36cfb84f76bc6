"""Two texts of nothing but noise are not alike."""

from hostile_kit import Pair

CASE = Pair(lambda: "\u0301\u200b" * 5000 + "x", lambda: "\ud7ff\ue000" * 5000 + "y", "unrelated")
