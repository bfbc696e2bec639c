"""Work that is dealt out to processes: who does what, and what becomes of it when one fails."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

import pytest

from jisr.errors import SiteError
from jisr.model import Reading
from jisr.processes import Shards
from jisr.work import Shard

Answers = list[tuple[int, int]]
"""Items, each with the process that it was given to."""


def answer(_shard: Shard, items: Sequence[int]) -> Answers:
    """Take a while for even numbers."""
    time.sleep(sum(0.05 for item in items if item % 2 == 0))
    return [(item, os.getpid()) for item in items]


def fail(_shard: Shard, items: Sequence[int]) -> Answers:
    """Do everything but one item."""
    if items == [9]:
        os._exit(1)
    time.sleep(0.01)
    return [(item, os.getpid()) for item in items]


@pytest.fixture
def shards(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shards]:
    monkeypatch.setattr(Shard, "answer", answer, raising=False)
    monkeypatch.setattr(Shard, "fail", fail, raising=False)
    with Shards(2, size=1) as made:
        made.start(2)
        made.begin(Reading())
        yield made


def told(answers: Iterator[Answers]) -> Answers:
    return [one for batch in answers for one in batch]


def test_a_process_with_nothing_left_takes_the_last_of_anothers(shards: Shards) -> None:
    done = told(shards.batches(answer, range(20), lambda item: item))
    assert sorted(item for item, _ in done) == list(range(20))
    slow = dict(done)[0]
    own = [item for item, process in done if process == slow]
    taken = [item for item, process in done if process != slow and item % 2 == 0]
    assert len(own) < 10
    assert min(taken) > max(own)
    # What goes by its number goes where it was last.
    assert told(shards.batches(answer, taken[:1], lambda item: item)) == [(taken[0], dict(done)[taken[0]])]


def test_answers_come_in_one_order_whoever_gives_them(shards: Shards) -> None:
    both = [[item for item, _ in told(shards.batches(answer, range(12), lambda item: item))] for _ in "12"]
    assert both == [list(range(12)), list(range(12))]


def test_two_rounds_of_work_can_be_begun_at_once(shards: Shards) -> None:
    first = shards.batches(answer, range(0, 12, 2), lambda item: item)
    second = shards.batches(answer, range(1, 12, 2), lambda item: item)
    assert [item for item, _ in told(first)] == list(range(0, 12, 2))
    assert [item for item, _ in told(second)] == list(range(1, 12, 2))


def test_nobody_waits_for_what_a_process_that_dies_would_have_done(shards: Shards) -> None:
    with pytest.raises(SiteError, match="a worker process died"):
        told(shards.batches(fail, range(40), lambda item: item))


GIVEN_UP = """
import os, time
from multiprocessing.connection import Connection
from jisr.model import Reading
from jisr.processes import Shards
from jisr.work import Shard

def begin_to_send(self, buffer):
    os.write(self.fileno(), bytes(buffer[:6]))
    time.sleep(600)

def answer(self, items):
    Connection._send = begin_to_send
    return items

Shard.answer = answer
try:
    with Shards(2) as shards:
        shards.start(2)
        shards.begin(Reading())
        shards.batches(Shard.answer, [0, 1], lambda item: item)
        time.sleep(1)
        raise KeyboardInterrupt
except KeyboardInterrupt:
    print("ended")
"""


def test_processes_that_are_given_up_amid_an_answer_keep_nobody_waiting() -> None:
    command = [sys.executable, "-c", GIVEN_UP]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ended\n", "")


TWICE = """
import time
from multiprocessing import connection
from jisr.model import Reading
from jisr.processes import Shards
from jisr.work import Shard

close = connection.Connection._close

def slowly(self):
    time.sleep(0.005)
    close(self)

connection.Connection._close = slowly
for _ in range(10):
    try:
        with Shards(2) as shards:
            shards.start(2)
            shards.begin(Reading())
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
print("ended")
"""


def test_what_a_process_is_given_up_with_is_closed_once() -> None:
    """By its executor's own thread, at a moment of its own: what came by that number may be another's."""
    command = [sys.executable, "-c", TWICE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ended\n", "")
