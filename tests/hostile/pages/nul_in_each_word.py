"""NUL characters, which browsers drop and C strings end at."""

from hostile_kit import Page, within

CASE = Page(within("").replace("the ", "t\0he ").replace("of ", "o\0f "), "verbatim|edited")
