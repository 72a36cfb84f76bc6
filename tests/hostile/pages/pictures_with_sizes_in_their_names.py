"""Two hundred pictures whose names end in sizes by the hundred."""

from hostile_kit import Page, within

NAME = "-10x10" * 660
CASE = Page(
    lambda: within("".join(f'<img src="/{i}gate-at-tarrow{NAME}.jpg">' for i in range(200))),
    "verbatim",
)
