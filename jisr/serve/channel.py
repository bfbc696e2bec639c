"""What open pages are told, as server-sent events.

Each page has a place for what it hasn't been told yet, and not a queue: one that listens slowly, or no
longer, gets the sum of it later and keeps nobody waiting.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from jisr.errors import Problem

QUIET = 15.0
"""Seconds of silence after which a line is sent, so that a broken connection is found."""

MOST = 200
"""Pages that are listened to at once."""


@dataclass(frozen=True, slots=True)
class News:
    """What a build brought. `changed` are paths in the built site; where it failed, there are none.

    `problems` are those of the site as it is now; `shown` has some for browsers, errors first, as JSON.
    """

    number: int
    changed: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    shown: tuple[dict[str, Any], ...] = ()
    seconds: float = 0.0

    @property
    def counted(self) -> dict[str, int]:
        """How many problems there are, by what they are."""
        errors = sum(problem.severity == "error" for problem in self.problems)
        return {"errors": errors, "warnings": len(self.problems) - errors}


@dataclass(eq=False, slots=True)
class Listener:
    """An open page; `paths` are those in the built site that its address can stand for."""

    paths: frozenset[str]
    changed: set[str] = field(default_factory=set)
    awake: asyncio.Event = field(default_factory=asyncio.Event)


class Channel:
    """All pages that are open. `run` names this run of the server."""

    def __init__(self, run: str) -> None:
        self.run = run
        self.news = News(0)
        self.listeners: set[Listener] = set()
        self.closed = False

    def open_paths(self) -> frozenset[str]:
        """The paths in the built site of all pages that are open."""
        return frozenset(path for listener in self.listeners for path in listener.paths)

    def tell(self, news: News) -> None:
        """Tell all pages."""
        self.news = news
        for listener in self.listeners:
            listener.changed |= news.changed
            listener.awake.set()

    def close(self) -> None:
        """End all streams."""
        self.closed = True
        for listener in self.listeners:
            listener.awake.set()

    def listen(self, address: str) -> Listener | None:
        """Listen for a page, named by the path of its address; None where there are too many."""
        if len(self.listeners) >= MOST:
            return None
        listener = Listener(paths_of(unquote(address)))
        listener.awake.set()
        self.listeners.add(listener)
        return listener

    async def events(self, listener: Listener) -> AsyncIterator[str]:
        """What a page is told: first how things are, then what changes."""
        while not self.closed:
            try:
                await asyncio.wait_for(listener.awake.wait(), QUIET)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            listener.awake.clear()
            changed, listener.changed = listener.changed, set()
            news = json.dumps(self._for(listener, changed), ensure_ascii=False)
            yield f"event: news\ndata: {news}\n\n"

    def _for(self, listener: Listener, changed: set[str]) -> dict[str, Any]:
        return {
            "run": self.run,
            "build": self.news.number,
            "page": not listener.paths.isdisjoint(changed),
            "missing": any(path.endswith("404.html") for path in changed),
            "styles": _addresses(changed, ".css"),
            "scripts": _addresses(changed, ".js"),
            "pictures": _addresses(changed, ".avif", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp"),
            "problems": self.news.shown,
            **self.news.counted,
        }


def paths_of(address: str) -> frozenset[str]:
    """The paths in the built site that the path of an address can stand for, decoded."""
    path = address.strip("/")
    return frozenset((path, f"{path}/index.html".lstrip("/")))


def _addresses(changed: Iterable[str], *ends: str) -> Sequence[str]:
    return sorted(f"/{path}" for path in changed if path.endswith(ends))
