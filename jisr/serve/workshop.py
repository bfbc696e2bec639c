"""The site kept between builds, and built anew as its files change.

Builds go on one at a time in a thread of their own: what is open in them belongs to that thread.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from jisr.build import Built, Options, build
from jisr.errors import Problem, SiteError
from jisr.read.sources import inside
from jisr.serve.channel import News
from jisr.write.output import PREVIEW

AROUND = 3
"""Lines shown before and after the one that an error is in."""


class Workshop:
    """A site that is being worked on. `tell` hears of each build, in the server's loop."""

    def __init__(self, root: Path, options: Options, tell: Callable[[News], None]) -> None:
        self.root, self.options, self.tell = root, options, tell
        self.output = root / PREVIEW / "site"
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="build")
        self.number = 0
        self.built: Built | None = None

    async def build(self) -> News:
        """Build what has changed, and tell it."""
        news = await asyncio.get_running_loop().run_in_executor(self.thread, self.build_here)
        self.tell(news)
        return news

    def build_here(self) -> News:
        """Build what has changed, in this thread."""
        self.number += 1
        begun = time.perf_counter()
        try:
            self.built = build(self.root, self.output, self.options, record=PREVIEW)
        except SiteError as error:
            return self._news(begun, error.problems, failed=True)
        changed = frozenset((*self.built.written, *self.built.removed))
        return self._news(begun, self.built.warnings, changed)

    def close(self) -> None:
        """Wait for the build that is going on, and end."""
        self.thread.shutdown()

    def _news(
        self,
        begun: float,
        problems: tuple[Problem, ...],
        changed: frozenset[str] = frozenset(),
        *,
        failed: bool = False,
    ) -> News:
        shown = tuple(asdict(problem) | {"lines": lines_around(self.root, problem)} for problem in problems)
        return News(self.number, changed, failed, problems, shown, time.perf_counter() - begun)


def lines_around(root: Path, problem: Problem) -> list[tuple[int, str]]:
    """The line of the site's file that a problem is in, and those around it, each with its number."""
    file = root / problem.path
    if problem.path.startswith(".") or not inside(root, file):
        return []
    try:
        lines = file.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    except OSError:
        return []
    first = max(problem.line - AROUND, 1)
    return [(number, line[:300]) for number, line in enumerate(lines, 1)][first - 1 : problem.line + AROUND]
