"""The article is a picture of itself: not clean, but unreadable."""

from hostile_kit import Page, wrapped

CASE = Page(
    wrapped("<h1>Canal drained</h1><img src=article-1.png><img src=article-2.png>"),
    "unreadable:empty",
)
