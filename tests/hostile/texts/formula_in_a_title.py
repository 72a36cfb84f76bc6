"""A title that a spreadsheet would run."""

from hostile_kit import Told

CASE = Told(
    title='=HYPERLINK("https://evil.example","x")',
    table=(",=HYPERLINK", '"=HYPERLINK', "\n=HYPERLINK"),
)
