"""Every control character there is, in the text."""

from hostile_kit import Page, within

CASE = Page(
    within("<p>" + "".join(map(chr, [*range(1, 32), *range(127, 160)])) + "</p>"), "verbatim|edited"
)
