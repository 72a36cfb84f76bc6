"""A title that reads backwards."""

from hostile_kit import Told

CASE = Told(
    title="Canal \u202edeniard\u202c \u2066x\u2069 \u200f", never=("\u202e", "\u2066", "\u200f")
)
