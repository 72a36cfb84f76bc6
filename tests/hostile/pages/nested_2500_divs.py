"""Beyond some two thousand levels libxml2 gives up and says nothing."""

from hostile_kit import Page, within

CASE = Page(within("<div>" * 2500, "</div>" * 2500), "verbatim")
