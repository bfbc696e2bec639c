"""Shards of the work on documents: one here, or one in each of several processes where that pays."""

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from jisr.errors import Problem, SiteError
from jisr.model import Reading
from jisr.rendering import Desk
from jisr.work import Shard
from jisr.write.templates import Templates

if TYPE_CHECKING:  # loaded where processes pay
    from concurrent.futures import Executor, Future

BATCH = 50
"""Documents that a shard is given at once: few enough for a progress bar to move."""

FEW = 5
"""The same while somebody may want a page of the preview: few enough for it to be made in between."""

WORTH_PROCESSES = 80
"""Documents from which starting processes (0.1 s) pays."""

Watch = Callable[[Iterable[Any], int, int], Iterable[Any]]
"""Passes the results of a number of documents on, so many in each, and may show how far they are."""

T = TypeVar("T")


class Shards:
    """One shard here, or one in each of several processes. A document always goes to the same."""

    def __init__(self, jobs: int | None, size: int = BATCH) -> None:
        """`jobs` are the processes to use, as many as it pays if not given."""
        self.jobs, self.size = jobs, size
        self.here: Shard | None = None
        self.executors: list[Executor] = []
        self.opened = False

    def start(self, documents: int) -> None:
        """Start processes where there is work on so many documents, unless they run already."""
        number = processes_for(documents, self.jobs)
        if number == 1 or self.executors:
            return
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        context = multiprocessing.get_context("fork")
        self.executors = [
            ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=(os.getpid(),))
            for _ in range(number)
        ]
        self._tell("prepare")

    def begin(self, reading: Reading) -> None:
        """Have all shards ready to read."""
        if not self.executors:
            self.here = Shard()
            self.here.begin(reading)
        self._tell("begin", reading)

    def take(self, templates: Templates) -> None:
        """Give the templates to a shard that is here; those in other processes load them."""
        if self.here:
            self.here.templates = templates

    def __enter__(self) -> "Shards":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            for executor in self.executors:
                _give_up(executor)
        for executor in self.executors:  # its thread too: the interpreter would trip over it at its end
            executor.shutdown(wait=True, cancel_futures=True)

    def open(self, desk: Desk) -> None:
        """Have all shards ready to render, once."""
        if self.opened:
            return
        self.opened = True
        if self.here:
            self.here.open(desk)
        for future in self._tell("open", desk):
            _answer(future)

    def batches(
        self,
        method: Callable[..., T],
        items: Sequence[Any],
        shard_of: Callable[[Any], int],
        size: int | None = None,
    ) -> Iterator[T]:
        """Call a method of the shards with batches of items, in the items' order for each shard.

        Processes begin at once, before anybody asks for an answer.
        """
        name, size = method.__name__, size or self.size
        if self.here:
            call = getattr(self.here, name)
            return (call(items[start : start + size]) for start in range(0, len(items), size))
        shares: list[list[Any]] = [[] for _ in self.executors]
        for item in items:
            shares[shard_of(item) % len(shares)].append(item)
        futures: deque[Future[T]] = deque()
        for start in range(0, max(map(len, shares), default=0), size):
            for share, executor in zip(shares, self.executors, strict=True):
                if share[start : start + size]:
                    futures.append(executor.submit(_call, name, share[start : start + size]))
        return _answers(futures)

    def _tell(self, method: str, *arguments: Any) -> "list[Future[Any]]":
        """Call a method of the shard in each process."""
        return [executor.submit(_call, method, *arguments) for executor in self.executors]


def processes_for(documents: int, jobs: int | None) -> int:
    """How many processes such a number of documents is worth; as many as asked, if so."""
    if jobs is not None:
        return jobs
    if documents < WORTH_PROCESSES:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_order(paths: Iterable[str]) -> dict[str, int]:
    """A number for each document, by which it is dealt to a shard."""
    return {path: index // BATCH for index, path in enumerate(paths)}


_shard: Shard
"""The one shard of a worker process; set when the process begins."""


def _begin(parent: int) -> None:
    global _shard  # noqa: PLW0603  # a process of an executor has no other place to keep something
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    _shard = Shard()


def _end_with(parent: int) -> None:
    """End this process when its parent has died, which a process that waits for work can't see.

    Until then it holds the build's lock, which it has inherited: another build must not begin while pages of
    this one are still being written.
    """
    while os.getppid() == parent:
        time.sleep(0.1)
    os._exit(1)


def _call(method: str, *arguments: Any) -> Any:
    return getattr(_shard, method)(*arguments)


def _answers(futures: "deque[Future[T]]") -> Iterator[T]:
    while futures:  # an answer that was given on is let go
        yield _answer(futures.popleft())


def _answer(future: "Future[T]") -> T:
    from concurrent.futures.process import BrokenProcessPool

    try:
        return future.result()
    except BrokenProcessPool:
        what = "a worker process died"
        hint = "is there enough memory? try --jobs 1"
        raise SiteError(Problem("site.yaml", 1, 1, what, hint)) from None


def _give_up(executor: Any) -> None:
    """End an executor's process, which may be in the midst of an answer.

    The executor waits for the rest of it as long as anybody could write that, which is this process too, and
    with what it sends as long as anybody could read it.
    """
    for process in list(executor._processes or {}):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    executor._result_queue._writer.close()
    executor._call_queue._reader.close()
