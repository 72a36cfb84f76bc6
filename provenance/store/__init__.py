"""The database: one SQLite file, all SQL of the product, the only importer of sqlite_utils.

::

    with Store.open(Path("provenance.db")) as store, store.transaction():
        store.add_article(article, "original", fingerprint, traces)

Tables and columns are meant to be read by people: see ``schema.py`` and docs.
"""

from __future__ import annotations

import sqlite3

from provenance.store.boilerplate import Line, Lines
from provenance.store.health import Finding, Health
from provenance.store.network import Network
from provenance.store.reviews import Reviews
from provenance.store.schema import APPLICATION_ID, MIGRATIONS
from provenance.store.screened import Screened
from provenance.store.visits import Visits
from provenance.store.within import Crawl, Crawled, Earlier, Member, signature

#: Of the library that is in use.
SQLITE_VERSION = sqlite3.sqlite_version

__all__ = [
    "APPLICATION_ID",
    "MIGRATIONS",
    "SQLITE_VERSION",
    "Crawl",
    "Earlier",
    "Finding",
    "Line",
    "Member",
    "Store",
    "signature",
]


class Store(Health, Crawled, Network, Lines, Visits, Reviews, Screened):
    """An open database. Make one with ``Store.open``; use it as a context manager.

    Not to be shared between threads or carried into a child process. ``capped`` tells how many
    look-ups were cut short since it was opened (see ``Lookups``).
    """
