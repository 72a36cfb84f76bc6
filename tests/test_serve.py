"""``serve``: where it listens, and that whoever ends it ends the server, too."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import run


def answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def until(port: int, wanted: bool) -> bool:
    """Wait until the port answers, or doesn't any more."""
    for _ in range(600):
        if answers(port) == wanted:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ended_from_outside_it_leaves_no_server_behind(small: Path) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    words = [sys.executable, "-m", "provenance", "serve", "--db", str(small), "--port", str(port)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        assert until(port, True)
        process.terminate()
        assert process.wait(30) == 128 + signal.SIGTERM
    assert until(port, False)


def test_a_place_where_nothing_can_listen_is_told_in_one_line(small: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = run("serve", "--db", small, "--port", port)
    assert ran.code == 2 and not ran.out
    assert f"port {port} is in use" in ran.err and "--port" in ran.err
    ran = run("serve", "--db", small, "--host", "nowhere.example")
    assert ran.code == 2 and "nowhere.example" in ran.err and len(ran.err.splitlines()) == 1
