"""Pictures with long lists of sources."""

from hostile_kit import Page, within

CASE = Page(
    lambda: within(
        "".join(
            f"<img srcset='a{n}.jpg 1e999x, b{n} -5w, ,,, c{n}.jpg 9999999999999w' data-src='http://['>"
            for n in range(10_000)
        )
    ),
    "verbatim",
    seconds=8,
)
