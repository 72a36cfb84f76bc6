"""A doctype on which a careless pattern takes squares of its length."""

from hostile_kit import Page, within

CASE = Page(lambda: "<!DOCTYPE" + " html PUBLIC" * 16_000 + within("")[15:], "verbatim|edited")
