"""A pool of processes, each page under limits: a page that crashes, hangs or bloats costs itself.

Why not ``concurrent.futures``: there one dead process breaks the pool, nothing bounds a task, and
nobody learns which task it was. Here each worker has a pipe of its own, so that a death names its
page; a new worker takes its place and the pool goes on at full strength. Results come in the
order of the items, whatever the number of workers.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Generic, TypeVar

from provenance.config import LIMITS, Limits
from provenance.errors import ProvenanceError

T = TypeVar("T")
R = TypeVar("R")

#: What a worker does with one item. Words instead of "" say what the item did to the worker that
#: had it before, and ask for it in the rough way.
Work = Callable[[T, str], R]

# Items that a worker holds: one in hand and one waiting, so that it need not wait for us.
_DEPTH = 2
# Items that are read ahead of the oldest unfinished one, a worker; and the most, while all that is
# held weighs less than so many bytes: a page that is compared takes as long as a hundred that the
# screen lets go.
_AHEAD, _FAR_AHEAD, _AHEAD_BYTES = 8, 128, 16_000_000
# Modules that are imported once, before workers are made of the process that has them.
_PRELOADED = ["provenance.study", "trafilatura", "provenance.compare"]
# Exit codes of a worker that knows why it ends.
_NO_MEMORY, _FAILED = 77, 78
# Objects that are made, beyond those that are gone, before some are looked through for circles that
# hold each other. A page makes few of those, and Python's own 700 are made in a millisecond.
_BETWEEN_COLLECTIONS = 10_000
# Seconds that a worker is given to start, imports included, on a busy machine.
_START = 120.0


def usable_cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Lost:
    """An item that cost a worker its life, also in the rough way, and how."""

    why: str


@dataclass(slots=True)
class _Task(Generic[T]):
    number: int
    item: T
    harm: str = ""


@dataclass(slots=True)
class _Worker(Generic[T]):
    process: Any
    pipe: Connection
    began: float
    ready: bool = False
    tasks: deque[_Task[T]] = field(default_factory=deque)


class Pool(Generic[T, R]):
    """Workers that do ``make(*arguments)`` on items; a context manager.

    ``make`` is a function of a module, called once in each worker; it and the items cross by
    pickle between our own processes. ``lost`` counts the deaths, by reason. ``forked``: workers are
    made of this very process where that is safe (Linux), which is quick: for a page or two, when
    no archive was read and no thread is at work. ``weigh`` tells the bytes of an item, where it
    may be worth while to read far ahead of a slow one.
    """

    def __init__(
        self,
        make: Callable[..., Work[T, R]],
        arguments: tuple[Any, ...],
        *,
        jobs: int,
        limits: Limits = LIMITS,
        forked: bool = False,
        weigh: Callable[[T], int] | None = None,
    ) -> None:
        self.make, self.arguments, self.jobs, self.limits = make, arguments, jobs, limits
        self.weigh = weigh
        self.lost: dict[str, int] = {}
        self._workers: list[_Worker[T]] = []
        methods = multiprocessing.get_all_start_methods()
        # Not fork: our own process has read hostile archives and may hold threads and locks.
        self._forked = forked and sys.platform == "linux"
        server = "forkserver" in methods and not self._forked
        self._context: Any = multiprocessing.get_context(
            "fork" if self._forked else "forkserver" if server else "spawn"
        )
        if server:
            self._context.set_forkserver_preload(_PRELOADED)

    def __enter__(self) -> Pool[T, R]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers, whatever they are at."""
        for worker in self._workers:
            worker.process.kill()
            worker.pipe.close()
        for worker in self._workers:
            worker.process.join(1)
        self._workers.clear()

    def map(self, items: Iterable[T]) -> Iterator[R | Lost]:
        """The result of each item, in order. An error of reading the items comes after the
        results of those before it; a ProvenanceError of a worker is raised here."""
        source = iter(items)
        waiting: deque[_Task[T]] = deque()
        done: dict[int, R | Lost] = {}
        read = given = 0
        # Bytes of each item from the oldest unfinished one on, and of them all.
        weights: deque[int] = deque()
        held = 0
        broken: BaseException | None = None
        ended = False

        def ready() -> Iterator[R | Lost]:
            nonlocal given, held
            while given in done:
                held -= weights.popleft()
                given += 1
                yield done.pop(given - 1)

        while True:
            while not ended and self._reads_on(read - given, held):
                try:
                    waiting.append(_Task(read, next(source)))
                    read += 1
                    weights.append(self.weigh(waiting[-1].item) if self.weigh else 0)
                    held += weights[-1]
                except StopIteration:
                    ended = True
                except Exception as error:
                    broken, ended = error, True
                self._deal(waiting)
                # What is ready is taken between two readings, so that no worker waits for long.
                self._collect(waiting, done, 0.0)
                yield from ready()
            if given == read and ended:
                if broken is not None:
                    raise broken
                return
            self._deal(waiting)
            self._collect(waiting, done, 0.5)
            yield from ready()

    # -- inside --------------------------------------------------------------------------------

    def _reads_on(self, unfinished: int, held: int) -> bool:
        """Whether to read one more item, where so many are unfinished that weigh so many bytes."""
        if unfinished < _AHEAD * self.jobs:
            return True
        far = self.weigh is not None and unfinished < _FAR_AHEAD * self.jobs
        return far and held < _AHEAD_BYTES

    def _start(self) -> _Worker[T]:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_serve,
            args=(theirs, self.make, self.arguments, self.limits, ours if self._forked else None),
            daemon=True,
        )
        with _undisturbed():
            process.start()
        theirs.close()
        worker: _Worker[T] = _Worker(process, ours, time.monotonic())
        self._workers.append(worker)
        return worker

    def _deal(self, waiting: deque[_Task[T]]) -> None:
        """Hand out what waits, to the least busy worker first."""
        while waiting:
            worker = min(self._workers, key=lambda one: len(one.tasks), default=None)
            if len(self._workers) < self.jobs and (worker is None or worker.tasks):
                worker = self._start()
            if worker is None or len(worker.tasks) >= _DEPTH:
                return
            task = waiting.popleft()
            if not worker.tasks:
                worker.began = time.monotonic()
            worker.tasks.append(task)
            # A worker that died meanwhile is found by ``_collect``.
            with contextlib.suppress(OSError):
                worker.pipe.send((task.number, task.item, task.harm))

    def _collect(
        self, waiting: deque[_Task[T]], done: dict[int, R | Lost], patience: float
    ) -> None:
        """Take what workers have finished, and bury the dead."""
        pipes = {worker.pipe: worker for worker in self._workers if worker.tasks}
        for pipe in wait(list(pipes), patience) if pipes else ():
            worker = pipes[pipe]  # type: ignore[index]
            try:
                kind, number, result = worker.pipe.recv()
            except (EOFError, OSError):
                self._bury(worker, waiting, done, "")
                continue
            if kind == "ready":
                worker.ready, worker.began = True, time.monotonic()
            elif kind == "error":
                raise result
            elif kind == "leave":
                # It has grown, and goes of itself: nobody's fault.
                self._remove(worker)
                waiting.extendleft(reversed(worker.tasks))
            else:
                worker.tasks.popleft()
                worker.began = time.monotonic()
                done[number] = result
        now = time.monotonic()
        for worker in list(self._workers):
            allowed = self.limits.page_wall if worker.ready else _START
            if worker.tasks and now - worker.began > allowed:
                self._bury(worker, waiting, done, f"longer than {allowed:.0f} s")

    def _remove(self, worker: _Worker[T]) -> None:
        self._workers.remove(worker)
        worker.process.kill()
        worker.process.join(5)
        worker.pipe.close()

    def _bury(
        self, worker: _Worker[T], waiting: deque[_Task[T]], done: dict[int, R | Lost], why: str
    ) -> None:
        """A worker is dead: its page was the first that it held; the others are dealt again."""
        worker.process.join(0.5)
        why = why or _cause(worker.process.exitcode, self.limits)
        self._remove(worker)
        if not worker.ready:
            raise ProvenanceError(
                f"a worker process could not be started ({why})",
                hint="Try --jobs 0, which works in this process.",
                code="workers",
            )
        first = worker.tasks.popleft()
        waiting.extendleft(reversed(worker.tasks))
        self.lost[why] = self.lost.get(why, 0) + 1
        if first.harm:
            done[first.number] = Lost(why)
        else:
            waiting.appendleft(_Task(first.number, first.item, why))


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep Ctrl-C from what is started here, and for us until it is: it is ours to stop."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _cause(exitcode: int | None, limits: Limits) -> str:
    if exitcode == _NO_MEMORY:
        return f"more than {limits.page_memory // 1_000_000:,} MB of memory"
    if exitcode is None or exitcode >= 0:
        return f"ended with code {exitcode}"
    name = signal.Signals(-exitcode).name if -exitcode in set(signal.Signals) else str(-exitcode)
    if name == "SIGXCPU":
        return f"more than {limits.page_cpu:.0f} s of processor time"
    return f"killed by {name}"


# --- in the worker -----------------------------------------------------------------------------


def _memory() -> tuple[int, int]:
    """Address space and resident memory of this process, in bytes; zeros where nobody says."""
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()
    except OSError:
        return 0, 0
    size = os.sysconf("SC_PAGE_SIZE")
    return int(pages[0]) * size, int(pages[1]) * size


def _limit(name: str, soft: int) -> None:
    """Lower or raise a soft limit of this process, within the hard one."""
    if sys.platform == "win32":
        return
    import resource

    kind = getattr(resource, name)
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (soft, hard))


def _told(pipe: Connection, message: tuple[str, int, Any]) -> bool:
    """Tell the parent; False where it was killed: there is nobody to hear of it, nor to be told."""
    try:
        pipe.send(message)
    except OSError:
        return False
    return True


def _serve(
    pipe: Connection,
    make: Callable[..., Work[T, R]],
    arguments: tuple[Any, ...],
    limits: Limits,
    parents: Connection | None,
) -> None:
    """The life of a worker: it ends when the pipe does, so also when its parent is killed.

    ``parents`` is the parent's end of the pipe where it was forked with us: while we held it, the
    pipe would not end.
    """
    import queue
    import threading

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if parents is not None:
        parents.close()
    try:
        work = make(*arguments)
    except ProvenanceError as error:
        _told(pipe, ("error", -1, error))
        return
    # The modules, and what they hold, stay as long as we do: they need not be looked through.
    gc.freeze()
    gc.set_threshold(_BETWEEN_COLLECTIONS)
    if not _told(pipe, ("ready", -1, None)):
        return
    space, resident = _memory()
    if space:
        _limit("RLIMIT_AS", space + limits.page_memory)
    inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def receive() -> None:
        # Read at once, so that the parent never waits to be heard.
        try:
            while True:
                inbox.put(pipe.recv())
        except (EOFError, OSError):
            inbox.put(None)

    threading.Thread(target=receive, daemon=True).start()
    while (got := inbox.get()) is not None:
        number, item, harm = got
        _limit("RLIMIT_CPU", int(time.process_time() + limits.page_cpu) + 1)
        try:
            answer: tuple[str, int, Any] = ("done", number, work(item, harm))
        except ProvenanceError as error:
            answer = ("error", number, error)
        except MemoryError:
            os._exit(_NO_MEMORY)
        except Exception:
            os._exit(_FAILED)
        if not _told(pipe, answer):
            return
        if _memory()[1] > resident + limits.page_memory // 2:
            _told(pipe, ("leave", -1, None))
            return
