"""The same below elements that no list of ours names."""

from hostile_kit import OTHER, Page, within

CASE = Page(within(f"<p>{OTHER}</p>" + "<x-y>" * 2500), "verbatim|edited|partial")
