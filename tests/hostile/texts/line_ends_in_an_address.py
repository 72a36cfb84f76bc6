"""An address with line ends, for a log that believes lines."""

from hostile_kit import Told

CASE = Told(url="https://copy.example/a%0d%0aprovenance:%20all%20clear", never=("\r",))
