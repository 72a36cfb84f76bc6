"""A comment in the middle of each word of the article."""

from hostile_kit import Page, within

CASE = Page(within("").replace("the", "t<!-- x -->he").replace("and", "an<!---->d"), "verbatim")
