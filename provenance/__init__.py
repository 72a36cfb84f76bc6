"""Tells which known original a news page came from.

The verbs of the command line, for use from Python::

    from pathlib import Path
    from provenance import Given, Store, add, check

    with Store.open(Path("provenance.db")) as store:
        add(store, ["originals/"], Given())
        found = check(store, "page.html", Given(url="https://blog.example/post"))
        for match in found.matches:
            print(match.verdict.relation, match.verdict.probability, match.source.url)

and, without a database, ``compare_texts(suspect, source)``. Names are loaded on first use, so that
``import provenance`` stays cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from provenance.errors import ProvenanceError as ProvenanceError
    from provenance.intake import Given as Given
    from provenance.matching import hold_texts as compare_texts  # noqa: F401
    from provenance.models import Article as Article
    from provenance.models import Match as Match
    from provenance.models import Verdict as Verdict
    from provenance.pipeline import Checked as Checked
    from provenance.pipeline import add as add
    from provenance.pipeline import check as check
    from provenance.pipeline import scan as scan
    from provenance.store import Store as Store

__version__ = "0.1.0"

_PLACES = {
    "Article": ("provenance.models", "Article"),
    "Checked": ("provenance.pipeline", "Checked"),
    "Given": ("provenance.intake", "Given"),
    "Match": ("provenance.models", "Match"),
    "ProvenanceError": ("provenance.errors", "ProvenanceError"),
    "Store": ("provenance.store", "Store"),
    "Verdict": ("provenance.models", "Verdict"),
    "add": ("provenance.pipeline", "add"),
    "check": ("provenance.pipeline", "check"),
    "compare_texts": ("provenance.matching", "hold_texts"),
    "scan": ("provenance.pipeline", "scan"),
}

__all__ = ["__version__", *sorted(_PLACES)]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _PLACES[name]
    return getattr(import_module(module), attribute)
