"""Shards of the work on documents: one here, or one in each of several processes where that pays."""

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from msgspec import Struct

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

AHEAD = 2
"""Batches that a process has at once: one that it works on, and one that it finds ready after that."""

T = TypeVar("T")


class Shards:
    """One shard here, or one in each of several processes. A document goes where it was last."""

    def __init__(self, jobs: int | None, size: int = BATCH) -> None:
        """`jobs` are the processes to use, as many as it pays if not given."""
        self.jobs, self.size = jobs, size
        self.here: Shard | None = None
        self.executors: list[Executor] = []
        self.owners: dict[int, int] = {}
        """The process that has what goes by a number, where it isn't the one that it was dealt to."""
        self.opened = False
        self.ending: list[threading.Thread] = []

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

    def end(self) -> None:
        """Let the processes end, which takes them 20 ms: nothing more is wanted of them."""
        self.ending = [threading.Thread(target=executor.shutdown) for executor in self.executors]
        self.executors = []
        for thread in self.ending:
            thread.start()

    def __enter__(self) -> "Shards":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            for executor in self.executors:
                _give_up(executor)
        for executor in self.executors:  # its thread too: the interpreter would trip over it at its end
            executor.shutdown(wait=True, cancel_futures=True)
        for thread in self.ending:
            thread.join()

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
        number_of: Callable[[Any], int],
        size: int | None = None,
    ) -> Iterator[T]:
        """Call a method of the shards with batches of items; those of one number go to one shard.

        Processes begin at once, before anybody asks for an answer. One that has done its own takes what is
        left of another's, from the end.
        """
        name, size = method.__name__, size or self.size
        if self.here:
            call = getattr(self.here, name)
            return (call(items[start : start + size]) for start in range(0, len(items), size))
        shares: list[list[tuple[int, Any]]] = [[] for _ in self.executors]
        for item in items:
            number = number_of(item)
            shares[self.owners.get(number, number % len(shares))].append((number, item))
        waiting = [
            deque(_batch(share[start : start + size]) for start in range(0, len(share), size))
            for share in shares
        ]
        answers = deque(batch.answer for row in zip_longest(*waiting) for batch in row if batch)
        _Dealing(name, self.executors, waiting, self.owners).begin()
        return _answers(answers)

    def _tell(self, method: str, *arguments: Any) -> "list[Future[Any]]":
        """Call a method of the shard in each process."""
        return [executor.submit(_call, method, *arguments) for executor in self.executors]


class _Batch(Struct, Generic[T]):
    """Items with the numbers that they go by, and what they will come to."""

    numbers: list[int]
    items: list[Any]
    answer: "Future[T]"


class _Dealing(Generic[T]):
    """Batches that wait for processes, each for one: an executor's thread gives the next when one is done."""

    def __init__(
        self,
        method: str,
        executors: "Sequence[Executor]",
        waiting: list[deque[_Batch[T]]],
        owners: dict[int, int],
    ) -> None:
        self.method, self.executors, self.waiting, self.owners = method, executors, waiting, owners

    def begin(self) -> None:
        """Give every process its first batches, those that have none of their own last."""
        first = sorted(range(len(self.executors)), key=lambda index: not self.waiting[index])
        for index in first * AHEAD:
            self._give(index)

    def _give(self, index: int) -> None:
        """Give a process its next batch, if there is one."""
        batch = self._next(index)
        if not batch:
            return
        try:
            future = self.executors[index].submit(_call, self.method, batch.items)
        except RuntimeError as error:  # the process is no more
            self._fail(batch, error)
        else:
            future.add_done_callback(partial(self._take, index, batch))

    def _next(self, index: int) -> _Batch[T] | None:
        """The next batch of a process, or else the last one of that which has most before it."""
        with suppress(IndexError):  # none is left, or another thread has just taken it
            return self.waiting[index].popleft()
        with suppress(IndexError):
            batch = max(self.waiting, key=len).pop()
            self.owners.update(dict.fromkeys(batch.numbers, index))
            return batch
        return None

    def _take(self, index: int, batch: _Batch[T], future: "Future[T]") -> None:
        try:
            answer = future.result()
        except Exception as error:
            self._fail(batch, error)
        else:
            self._give(index)
            batch.answer.set_result(answer)

    def _fail(self, batch: _Batch[T], error: Exception) -> None:
        """Let nobody wait for a batch, nor for what would have come after it."""
        batch.answer.set_exception(error)
        for queue in self.waiting:
            with suppress(IndexError):
                while queue:
                    queue.pop().answer.set_exception(error)


def _batch(numbered: Iterable[tuple[int, Any]]) -> _Batch[Any]:
    from concurrent.futures import Future

    numbers, items = zip(*numbered, strict=True)
    return _Batch(list(numbers), list(items), Future())


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
    with what it sends as long as anybody could read it. So these ends of its pipes lead to nothing from here
    on; to close them is left to its own thread, which may be about to.
    """
    for process in list(executor._processes or {}):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    with open(os.devnull, "r+b", buffering=0) as nothing:  # noqa: PTH123
        for end in (executor._result_queue._writer, executor._call_queue._reader):
            with suppress(OSError):  # it is closed
                os.dup2(nothing.fileno(), end.fileno(), inheritable=False)
