"""Spark on 127.0.0.1 for measuring: a master with two workers, spark-submit, and Spark's own log.

All that is started here ends with the block that started it, however that ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).parent.parent
CLUSTER = "local-cluster[2,1,1024]"
# Seconds that what was asked to end is given.
_GRACE = 15.0


def end_on_signals() -> None:
    """End as an error does when asked to, so that what was started is ended, too."""

    several = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)

    def end(number: int, _: FrameType | None) -> None:
        for each in several:  # once is enough: ending takes its time
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(128 + number)

    for each in several:
        signal.signal(each, end)


@contextlib.contextmanager
def started(
    command: Sequence[str], log: Path, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A program, all it says in a file; it and what it started are ended with the block."""
    with log.open("wb") as stream:
        # A group of its own: what it starts is in it, and is reached by one signal.
        program = subprocess.Popen(
            command, stdout=stream, stderr=stream, env={**os.environ, **(env or {})},
            start_new_session=True,
        )  # fmt: skip
    try:
        yield program
    finally:
        _end(program)


def _end(program: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(program.pid, number)
        until = time.monotonic() + _GRACE
        while time.monotonic() < until:
            program.poll()
            try:
                os.killpg(program.pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.05)


def ran(command: Sequence[str], log: Path, env: Mapping[str, str] | None = None) -> float:
    """Seconds that a command took. It may have met a page that can't be read."""
    began = time.perf_counter()
    with started(command, log, env) as program:
        program.wait()
    if program.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(command[:6])} …: {log.read_text('utf-8')[-2000:]}")
    return time.perf_counter() - began


# --- a cluster ---------------------------------------------------------------------------------


def home() -> Path:
    """Where Spark is installed."""
    import pyspark

    return Path(pyspark.__file__).parent


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def standalone(folder: Path) -> Iterator[str]:
    """A master with two workers of one core each, on 127.0.0.1; its address. What executors do
    lies in ``folder / "work"``."""
    port = free_port()
    address = f"spark://127.0.0.1:{port}"
    env = {
        "SPARK_HOME": str(home()),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_WORKER_DIR": str(folder / "work"),
    }
    launch = [str(home() / "bin" / "spark-class")]
    here = ["--host", "127.0.0.1", "--webui-port", "0"]
    with contextlib.ExitStack() as stack:

        def start(name: str, kind: str, *more: str) -> None:
            command = [*launch, f"org.apache.spark.deploy.{kind}", *here, *more]
            stack.enter_context(started(command, folder / f"{name}.log", env))

        start("master", "master.Master", "--port", str(port))
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.2)
        for number in (1, 2):
            start(f"worker{number}", "worker.Worker", "--cores", "1", "--memory", "1g", address)
        yield address


def executors(folder: Path) -> list[int]:
    """The executors of the cluster in this folder that run."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            told = (place / "cmdline").read_bytes()
            where = (place / "cwd").resolve()
            if b"CoarseGrainedExecutorBackend" in told and where.is_relative_to(folder.resolve()):
                found.append(int(place.name))
    return sorted(found)


def logged(folder: Path) -> dict[str, str]:
    """The settings by which Spark writes its log of events into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {"enabled": "true", "dir": folder.resolve().as_uri()}
    told |= {"compress": "false", "rolling.enabled": "false"}
    return {f"spark.eventLog.{name}": value for name, value in told.items()}


def submitted(
    folder: Path, log: Path, wheel: Path, index: Path, source: Sequence[Path], *, kill: bool
) -> float:
    """Seconds of a scan by spark-submit on two workers into ``folder / "out"``. ``kill``: one
    executor (SIGKILL) once some of its tasks have ended."""
    conf = logged(log) | {
        "spark.executor.memory": "800m",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        # Spark's own number, 200, is for more cores than two.
        "spark.sql.shuffle.partitions": "8",
    }
    out = folder / "out"
    with standalone(folder) as address:
        command = [str(home() / "bin" / "spark-submit"), "--master", address]
        command += ["--py-files", str(wheel)]
        command += [word for pair in conf.items() for word in ("--conf", "=".join(pair))]
        command += [str(ROOT / "provenance" / "engines" / "spark.py")]
        command += ["--index", str(index), "-o", str(out), *map(str, source)]
        env = {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
        told = folder / "submit.log"
        began = time.perf_counter()
        with started(command, told, env) as program:
            while kill and program.poll() is None:
                # While pages are read: a task has ended, others are under way.
                if list(out.glob("pages/_temporary/*/task_*")):
                    os.kill(executors(folder)[0], signal.SIGKILL)
                    kill = False
                time.sleep(0.1)
            program.wait()
        took = time.perf_counter() - began
    if program.returncode not in (0, 3) or kill:
        raise SystemExit(f"spark-submit: {told.read_text('utf-8')[-3000:]}")
    return took


# --- what Spark says of it ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Events:
    """Of a log of events: bytes that tasks wrote for others to read, tasks that ended well and
    that did not, and executors that were lost before the end."""

    shuffled: int = 0
    tasks: int = 0
    failed: int = 0
    lost: int = 0


def events(folder: Path) -> Events:
    """What Spark's logs of events in a folder come to."""
    shuffled = tasks = failed = lost = 0
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        for line in path.read_text("utf-8").splitlines():
            if '"SparkListenerTaskEnd"' in line:
                told = json.loads(line)
                metrics = told.get("Task Metrics") or {}
                written = metrics.get("Shuffle Write Metrics", {})
                shuffled += written.get("Shuffle Bytes Written", 0)
                well = told["Task End Reason"]["Reason"] == "Success"
                tasks, failed = tasks + well, failed + (not well)
            elif '"SparkListenerExecutorRemoved"' in line:
                lost += 1
    return Events(shuffled, tasks, failed, lost)
