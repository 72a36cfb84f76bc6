"""The page says US-ASCII and is UTF-8."""

from hostile_kit import Page, within

CASE = Page(
    within("<p>žluťoučký kůň úpěl ďábelské ódy</p>", head="<meta charset=us-ascii>"),
    "verbatim|edited",
)
