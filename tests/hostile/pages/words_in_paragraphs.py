"""Each word in a paragraph of its own."""

from hostile_kit import SOURCE, Page, wrapped

CASE = Page(
    lambda: wrapped("<article>" + "".join(f"<p>{w}</p>" for w in SOURCE.split()) + "</article>"),
    "verbatim|edited",
    seconds=8,
)
