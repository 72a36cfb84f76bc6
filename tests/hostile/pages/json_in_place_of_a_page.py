"""A value of JSON with a page's name."""

from hostile_kit import Page

CASE = Page('{"error": "not found", "status": 404}', "unreadable:usage")
