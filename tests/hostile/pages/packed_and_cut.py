"""A packed page that breaks off."""

from hostile_kit import Page, packed, within

CASE = Page(lambda: packed(within("").encode())[:-40], "verbatim|edited|partial", code=3)
