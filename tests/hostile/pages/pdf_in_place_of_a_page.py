"""A PDF with a page's name."""

from hostile_kit import Page

CASE = Page(
    b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>", "unreadable:binary"
)
