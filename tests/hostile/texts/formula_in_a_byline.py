"""An author who is a formula."""

from hostile_kit import Told

CASE = Told(byline="+1+1|cmd", table=(",+1+1", '"+1+1'))
