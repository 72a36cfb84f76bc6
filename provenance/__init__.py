"""Tells which known original a news page came from.

The public names are loaded on first use, so that ``import provenance`` stays cheap.
"""

__version__ = "0.1.0"
