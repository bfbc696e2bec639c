"""What a process asks of the file system, seen through the audit hooks of Python (PEP 578).

Independent of which functions the code calls. What SQLite does in its own file is not seen.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_CHANGES = frozenset({
    "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.utime", "os.chmod",
})  # fmt: skip
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


@dataclass(frozen=True, slots=True)
class Event:
    """Something that is about to happen to a file, or to its two paths."""

    name: str
    path: str
    other: str = ""


_watchers: list[Callable[[str, tuple[object, ...]], None]] = []
"""Who is told of events; a hook can't be taken out again."""


def _hook(name: str, arguments: tuple[object, ...]) -> None:
    if _watchers and (name == "open" or name in _CHANGES):
        for watcher in tuple(_watchers):
            watcher(name, arguments)


@contextmanager
def on_events(root: Path, act: Callable[[Event], object], *, reading: bool = False) -> Iterator[None]:
    """Call `act` before each change of what is below `root`, or of that file; or each opening for reading.

    An `OSError` that it raises is what the call that was about to happen raises.
    """
    if _hook not in _installed:
        sys.addaudithook(_hook)
        _installed.add(_hook)
    busy = False

    def watcher(name: str, arguments: tuple[object, ...]) -> None:
        nonlocal busy
        event = _event(name, arguments, reading=reading)
        if busy or event is None:
            return
        paths = [Path(path) for path in (event.path, event.other) if Path(path).is_absolute()]
        # A relative path is one that `shutil.rmtree` reaches from an open folder.
        if not paths or any(path.is_relative_to(root) for path in paths):
            busy = True
            try:
                act(event)
            finally:
                busy = False

    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


_installed: set[object] = set()


def _event(name: str, arguments: tuple[object, ...], *, reading: bool) -> Event | None:
    path = arguments[0]
    if not isinstance(path, str | bytes | os.PathLike):
        return None
    if name == "open":
        flags = arguments[2]
        if not isinstance(flags, int) or bool(flags & _WRITING) == reading:
            return None
    elif reading:
        return None
    other = arguments[1] if name in ("os.rename", "os.link") else ""
    return Event(
        name, os.fsdecode(path), os.fsdecode(other) if isinstance(other, str | bytes | os.PathLike) else ""
    )
