"""A NUL before the page."""

from hostile_kit import Page, within

CASE = Page("\0" + within(""), "verbatim|unreadable:binary")
