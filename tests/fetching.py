"""How the tests of fetching ask for a page, and what its refusal must say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provenance.config import LIMITS
from provenance.errors import FetchError
from provenance.fetch import fetch
from provenance.models import Capture

QUICK = replace(LIMITS, connect_timeout=1.0, read_timeout=1.0, total_timeout=1.5, max_body=100_000)


def get(url: str, **changes: object) -> Capture:
    limits = replace(QUICK, **changes)  # type: ignore[arg-type]
    return fetch(url, limits=limits, allow_private=True)


def failure(url: str, **changes: object) -> FetchError:
    with pytest.raises(FetchError) as caught:
        get(url, **changes)
    assert caught.value.subject
    assert caught.value.message
    assert "\n" not in str(caught.value)
    return caught.value
