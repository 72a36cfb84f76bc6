"""A hundred kilobytes without a blank."""

from hostile_kit import Pair

CASE = Pair(lambda: "a" * 100_000, lambda: "a" * 99_999, "unrelated")
