"""A picture of the article under three lines of text: too short to judge, and said to be."""

from hostile_kit import Page, wrapped

CASE = Page(
    wrapped(
        "<article><h1>Canal drained</h1><p>Our report of today follows below in full, as a picture for those who "
        "like it so; please enlarge it, and write to us whenever it does not load for you.</p><img src=a.png></article>"
    ),
    "too-short",
)
