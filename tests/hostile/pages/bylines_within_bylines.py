"""A byline within a byline, 1,900 levels deep, each of which holds all the text below it."""

from hostile_kit import Page, within

WORDS = "<i>word</i> " * 10_000
CASE = Page(
    lambda: within("", '<span class="author">' * 1_900 + WORDS),
    "verbatim|edited|partial",
    seconds=6.0,
)
