"""Open formatting is opened again in each paragraph: quadratic in parsers that do as told."""

from hostile_kit import Page, within

CASE = Page(within("<p>" + "<b><i><u><s><em>" * 400), "verbatim|edited")
