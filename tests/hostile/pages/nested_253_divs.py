"""At 253 levels libxml2's tree is near a limit of its own where it counts."""

from hostile_kit import Page, within

CASE = Page(within("<div>" * 253, "</div>" * 253), "verbatim")
