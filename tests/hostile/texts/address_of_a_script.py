"""A canonical address that is a script never becomes a link."""

from hostile_kit import Told

CASE = Told(
    url="https://copy.example/x#javascript:alert(1)",
    markup=('href="javascript', "href='javascript"),
)
