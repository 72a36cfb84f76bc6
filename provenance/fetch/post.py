"""One request with a body to one address, under the same guard as pages."""

from __future__ import annotations

import requests

from provenance.config import LIMITS, Limits
from provenance.errors import FetchError
from provenance.fetch.addresses import checked, shown
from provenance.fetch.bounded import bounded
from provenance.fetch.decoding import body_of
from provenance.fetch.exchange import Errand, location, require_success, session
from provenance.fetch.guard import Guard


def post(
    url: str,
    body: bytes,
    *,
    kind: str,
    answer: str,
    limits: Limits = LIMITS,
    allow_private: bool = False,
) -> bytes:
    """The body of what ``url`` answers to ``body``, sent as the media type ``kind``.

    ``answer`` is the media type that must come back. A redirect is not followed: what was sent was
    meant for this address. Sizes, time and addresses are bounded as in ``fetch``. Raises FetchError
    with the codes of ``fetch``.
    """
    guard = Guard(limits, allow_private)

    def ask() -> bytes:
        with session(guard, answer) as opened:
            headers = {"Content-Type": kind}
            request = requests.Request("POST", checked(url), data=body, headers=headers)
            left = guard.remaining()
            response = opened.send(
                opened.prepare_request(request),
                stream=True,
                allow_redirects=False,
                timeout=(min(limits.connect_timeout, left), min(limits.read_timeout, left)),
            )
            try:
                if not guard.connections:
                    raise FetchError("the address could not be checked", code="private")
                if target := location(response, url):
                    raise FetchError(
                        "the server sends elsewhere, which is not followed",
                        hint=f"If you trust it, give that address: {shown(target, 200)}",
                        code="status",
                    )
                require_success(response)
                given = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
                if given != answer:
                    raise FetchError(
                        f"the server answered {shown(given) or 'without a type'}, not {answer}",
                        hint="Is this the address of a time-stamping authority (RFC 3161)?",
                        code="content-type",
                    )
                return body_of(response, guard)
            finally:
                response.close()

    return bounded(Errand(url), guard, ask)
