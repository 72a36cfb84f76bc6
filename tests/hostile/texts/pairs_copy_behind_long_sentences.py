"""The same behind long sentences, each another one."""

from hostile_kit import SOURCE, Pair

CASE = Pair(
    lambda: (
        "".join(
            f"On day {n} somebody wrote that number {n * 7} was left over, and that nobody came to ask for it.\n"
            for n in range(2000)
        )
        + SOURCE
    ),
    SOURCE,
    "partial|edited|verbatim",
    seconds=12,
)
