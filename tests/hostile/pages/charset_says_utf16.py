"""The page says UTF-16 in bytes that are plainly not."""

from hostile_kit import Page, within

CASE = Page(within("", head="<meta charset=utf-16>"), "verbatim")
