"""One sentence of the source a thousand times."""

from hostile_kit import SOURCE, Pair

CASE = Pair(
    lambda: "Barges came to rest on the mud beside pike and old bicycles. " * 1000,
    SOURCE,
    "partial|unrelated|independent",
)
