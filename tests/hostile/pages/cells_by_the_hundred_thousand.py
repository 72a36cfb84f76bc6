"""A table without end."""

from hostile_kit import Page, within

CASE = Page(
    lambda: within("<table>" + "<tr><td>1<td>2<td>3<td>4</tr>" * 25_000 + "</table>"),
    "verbatim|edited|partial",
    rough=True,
    seconds=12,
)
