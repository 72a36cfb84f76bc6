"""Links to addresses that no program should read twice."""

from hostile_kit import Page, within

CASE = Page(
    lambda: within(
        "".join(f"<a href='http://[::{n:x}]:{n}/{n}?q=%'>{n}</a>" for n in range(5_000))
    ),
    "verbatim|edited|partial",
    seconds=12,
)
