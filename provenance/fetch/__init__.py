"""URL to Capture. The only room that talks to the network, and the only importer of requests.

Everything on the other side is taken for hostile. requests by itself bounds neither the time of
a dripping answer nor the size of a decoded body, reads the bodies of redirects, hands the
passwords of ``.netrc`` to whoever asks, and connects to private addresses. So here: redirects are
followed by us, bodies are read in pieces and decoded under a cap, every address is checked on
the way to the socket, and the whole runs in a thread that the caller outlives.
"""

from __future__ import annotations

from provenance.fetch.addresses import is_public
from provenance.fetch.bounded import fetch
from provenance.fetch.exchange import ROBOTS_HEADER, USER_AGENT, Known, now
from provenance.fetch.robots import Robots, recorded

__all__ = [
    "ROBOTS_HEADER",
    "USER_AGENT",
    "Known",
    "Robots",
    "fetch",
    "is_public",
    "now",
    "recorded",
]
