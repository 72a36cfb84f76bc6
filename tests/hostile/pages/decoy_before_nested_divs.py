"""A text of its own, then the copy below so many levels that a parser gives up there."""

from hostile_kit import OTHER, Page, within

CASE = Page(within(f"<p>{OTHER}</p>" + "<div>" * 2500, "</div>" * 2500), "verbatim|edited|partial")
