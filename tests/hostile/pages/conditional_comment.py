"""A whole article for a browser that is dead."""

from hostile_kit import ARTICLE, Page, wrapped

CASE = Page(wrapped(f"<!--[if IE]>{ARTICLE}<![endif]--><p>Nothing here.</p>"), "unreadable:empty")
