"""A consent wall's words before the whole article: a wall, or the article, but never clean."""

from hostile_kit import Page, within

CASE = Page(
    within(
        "<div><p>We value your privacy. We and our partners store cookies. Accept all to continue reading.</p></div>"
    ),
    "verbatim|edited|gated",
)
