"""A list in a film that does not end: extractors have fallen over it."""

from hostile_kit import Page, within

CASE = Page(within("<video ><ol></ol><e>"), "verbatim|edited")
