"""References to what is no character."""

from hostile_kit import Page, within

CASE = Page(
    within("<p>&#0;&#xD800;&#xDFFF;&#x110000;&#99999999999999999999;&#x;&#;&;&nosuch;</p>"),
    "verbatim|edited",
)
