"""One element with 200,000 attributes: parsers look each name up among the others."""

from hostile_kit import Page, within

CASE = Page(
    lambda: within("<div " + " ".join(f"a{n}=1" for n in range(200_000)) + ">x</div>"), "verbatim"
)
