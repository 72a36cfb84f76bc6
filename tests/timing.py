"""How long something takes, told so that a busy machine does not change the answer.

A single measurement holds whatever fell into it: a garbage collection, a cold cache, a switch to
another program. The least of three holds the least of that, and it is of processor time, which
others' work adds little to.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

RUNS = 3
#: The smallest time that growth is told from, in seconds: below it, a machine's noise is larger.
NOISE = 0.05


def cost(work: Callable[[], Any], runs: int = RUNS) -> float:
    """The least processor time of ``runs`` runs of ``work``, in seconds."""
    return min(_once(work) for _ in range(runs))


def _once(work: Callable[[], Any]) -> float:
    collects = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        began = time.process_time()
        work()
        return time.process_time() - began
    finally:
        if collects:
            gc.enable()


def assert_grows(small: float, large: float, times: float) -> None:
    """``large`` cost at most ``times`` what ``small`` did, noise aside (both in seconds)."""
    assert large < times * small + NOISE, f"{large:.3f} s after {small:.3f} s"


@contextmanager
def ends_within(seconds: float) -> Iterator[None]:
    """Fails where what is inside takes longer by the clock on the wall.

    For what waits on threads, servers and other programs. A test must name a time that a machine
    five times slower keeps, and that the same work without its bound would break.
    """
    began = time.monotonic()
    yield
    took = time.monotonic() - began
    assert took < seconds, f"{took:.1f} s"
