"""A title that clears the screen and renames the window."""

from hostile_kit import Told

CASE = Told(title="Canal \x1b[2J\x1b]0;owned\x07 drained \x9b31m", never=("\x1b", "\x07", "\x9b"))
