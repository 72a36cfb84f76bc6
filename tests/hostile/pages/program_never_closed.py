"""An instruction for a server that was left in, and does not end."""

from hostile_kit import Page, within

CASE = Page(within("<?php echo '", "<?"), "verbatim|edited|unreadable:empty")
