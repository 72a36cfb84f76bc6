"""Each letter in an element of its own."""

from hostile_kit import SOURCE_PARAGRAPHS, Page, wrapped

CASE = Page(
    lambda: wrapped(
        "<article>"
        + "".join(
            "<p>" + "".join(f"<span>{c}</span>" for c in one) + "</p>" for one in SOURCE_PARAGRAPHS
        )
        + "</article>"
    ),
    "verbatim|edited",
    seconds=8,
)
