"""A text of one word, two hundred kilobytes long, behind the article."""

from hostile_kit import SOURCE, Told

CASE = Told(text=SOURCE + "\n\n" + "a" * 200_000)
