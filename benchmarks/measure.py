"""Runs a command and measures it: wall time, and peak memory of all its processes together."""

import os
import resource
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

INTERVAL = 0.2
"""Seconds between two looks at the processes. One at three of them takes 10 ms of a processor."""


class FailedError(Exception):
    """A command that ended with another exit code than 0."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run cost: seconds, and bytes at the peak."""

    seconds: float
    memory: int


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str], limit: float) -> Cost:
    """Run the command in the folder, for at most `limit` seconds.

    It begins when all that was written or removed before is on the disk: no run pays for another's files.

    Memory is the kernel's own count, the peak of resident memory, as long as there is one process. Where
    there are several, their proportional shares (PSS) are added up five times a second: pages that they share
    count once. A single process isn't asked for its share: that takes time where it holds much.
    """
    os.sync()
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryFile() as output:
        begun = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        watch = _Watch(process.pid)
        watch.start()
        timer = threading.Timer(limit, process.kill)
        timer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - begun
        finally:
            timer.cancel()
            watch.ended.set()
        process.returncode = os.waitstatus_to_exitcode(status)
        watch.join()
        if process.returncode:
            output.seek(0)
            said = output.read().decode(errors="replace")[-3000:]
            raise FailedError(f"{' '.join(command)} ended with {process.returncode}:\n{said}")
    # A process begins with the peak of the one that started it (Linux keeps it over exec), so the count
    # at its end says nothing where it is no more than ours.
    return Cost(seconds, max(watch.peak, usage.ru_maxrss * 1024 if usage.ru_maxrss > own else 0))


class _Watch(threading.Thread):
    """Adds up the memory of a process and its descendants, again and again."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root = root
        self.peak = 0
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(INTERVAL):
            processes = _tree(self.root)
            if len(processes) > 1:
                self.peak = max(self.peak, sum(map(_share, processes)))
            else:
                self.peak = max(self.peak, _highest(self.root))


def _tree(root: int) -> list[int]:
    """The process and all that descend from it."""
    found = [root]
    for process in found:
        try:
            for task in Path(f"/proc/{process}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
        except OSError:  # it has ended
            continue
    return found


def _share(process: int) -> int:
    return _field(f"/proc/{process}/smaps_rollup", "Pss:")


def _highest(process: int) -> int:
    """The peak so far; unlike the count at the end, of this program alone."""
    return _field(f"/proc/{process}/status", "VmHWM:")


def _field(path: str, name: str) -> int:
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:  # the process has ended
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(name)), 0)
