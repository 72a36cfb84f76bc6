"""Tables in tables, as nobody's layout has them."""

from hostile_kit import Page, within

CASE = Page(within("<table><tr><td>" * 400, "</td></tr></table>" * 400), "verbatim|edited")
