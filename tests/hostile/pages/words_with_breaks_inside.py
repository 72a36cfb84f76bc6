"""Marks of where a word may break, in every word."""

from hostile_kit import SOURCE_PARAGRAPHS, Page, wrapped

CASE = Page(
    wrapped(
        "<article>"
        + "".join(
            f"<p>{''.join(w[:3] + '<wbr>' + w[3:] + ' ' for w in one.split())}</p>"
            for one in SOURCE_PARAGRAPHS
        )
        + "</article>"
    ),
    "verbatim|edited",
)
