"""A verbatim copy behind more sentences than are compared."""

from hostile_kit import SOURCE, Pair

CASE = Pair(
    lambda: "".join(f"Line {n} of the list.\n" for n in range(3000)) + SOURCE,
    SOURCE,
    "partial|edited|verbatim",
)
