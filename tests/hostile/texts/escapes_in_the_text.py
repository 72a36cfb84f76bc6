"""Escapes between the words of the text."""

from hostile_kit import SOURCE, Told

CASE = Told(text=SOURCE.replace(" the ", " \x1b[31mthe\x1b[0m "), never=("\x1b",))
