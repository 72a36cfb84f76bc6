"""A sitemap with a page's name."""

from hostile_kit import Page

CASE = Page(
    '<?xml version="1.0"?><urlset><url><loc>https://copy.example/</loc></url></urlset>',
    "unreadable:binary|unreadable:bad-feed",
)
