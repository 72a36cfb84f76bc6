"""Elements that no list of ours names nest beyond the parser's limit."""

from hostile_kit import Page, within

CASE = Page(within("<x-y>" * 5000, "</x-y>" * 5000), "verbatim|edited")
