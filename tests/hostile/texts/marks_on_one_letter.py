"""One letter with ten thousand accents, which would cover the screen."""

from hostile_kit import SOURCE, Told

CASE = Told(
    title="Z" + "\u0301" * 3000 + "algo",
    text=SOURCE + "\n\nZ" + "\u0301" * 10_000,
)
