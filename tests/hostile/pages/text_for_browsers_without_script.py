"""The article stands in noscript: shown to those who run none."""

from hostile_kit import ARTICLE, Page, wrapped

CASE = Page(wrapped(f"<noscript>{ARTICLE}</noscript>"), "verbatim|unreadable:empty")
