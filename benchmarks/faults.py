"""Faults of the extractor, on demand: imported into the workers of benchmarks/soak.py.

No page is known that makes it crash, hang or bloat, since each that was found is mended. So that
the pool is tried all the same, a page that carries one of these marks does it for them, where the
extractor would be called. To import this module is to have the faults; nothing else imports it.
"""

from __future__ import annotations

import os
import re
import signal
import time

from provenance import matching
from provenance.models import Capture, Record

_MARK = re.compile(rb"<!-- fault: (\w+) -->")

_prepare = matching.prepare


def _faulty(item: Capture | Record) -> matching.Page:
    found = _MARK.search(item.body) if isinstance(item, Capture) else None
    match found[1].decode() if found else "":
        case "segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "exit":
            os._exit(3)
        case "bloat":
            held = []
            while True:
                held.append(os.urandom(1 << 24))
        case "hang":
            time.sleep(3600)
        case "spin":
            while True:
                pass
    return _prepare(item)


matching.prepare = _faulty
