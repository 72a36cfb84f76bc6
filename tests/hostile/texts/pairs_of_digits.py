"""Numbers without end."""

from hostile_kit import Pair

CASE = Pair(
    lambda: " ".join(map(str, range(6_000))),
    lambda: " ".join(map(str, range(3_000, 9_000))),
    "partial|edited|rewrite|verbatim|independent|unrelated",
    seconds=25,
)
