"""A list to choose from that is longer than the article."""

from hostile_kit import Page, within

CASE = Page(
    lambda: within("<select>" + "<option>Somewhere" * 30_000 + "</select>"), "verbatim|edited"
)
