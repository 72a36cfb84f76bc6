"""Links of every scheme that somebody may click."""

from hostile_kit import Page, within

CASE = Page(
    within(
        "".join(
            f"<a href='{s}:alert(1)'>z</a>"
            for s in (
                "javascript",
                "vbscript",
                "data",
                "file",
                "blob",
                "view-source",
                "JaVaScRiPt",
                " java\tscript",
            )
        )
    ),
    "verbatim|edited",
)
