"""Comments in a row before a page, to be tried in every combination."""

from hostile_kit import PAGE, Page

CASE = Page("<!-- a -->" * 150 + PAGE, "verbatim", False)
