"""The site kept between builds, and built anew as its files change.

A change is answered twice: at once by proofs of the pages that somebody looks at, and then by a build, the
one that `jisr build` makes, which takes longer on a large site. Each has a thread of its own.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any

from msgspec.structs import asdict, replace

from jisr.build import Built, Kept, Options, Seen, build
from jisr.errors import Problem, SiteError
from jisr.progress import Watch
from jisr.read.sources import inside
from jisr.serve.channel import News
from jisr.serve.finder import Finder
from jisr.serve.proof import Press, Proof
from jisr.survey import named
from jisr.theme import theme_root
from jisr.write.output import PREVIEW

AROUND = 3
"""Lines shown before and after the one that an error is in."""

MOST_SHOWN = 50
"""Problems that browsers are told of."""

CALM = 0.15
"""Seconds without a change before a build: proofs come first, and git changes files by the hundred."""


class Workshop:
    """A site that is being worked on. `tell` hears what each proof and each build brought.

    All but what the two threads are given belongs to the server's loop.
    """

    def __init__(self, root: Path, base_url: str, tell: Callable[[News], None]) -> None:
        self.root, self.theme, self.tell = root, theme_root(), tell
        self.output = root / PREVIEW / "site"
        self.options = Options(base_url=base_url, drafts=True, preview=True)
        self.press = Press(root, self.output, base_url)
        self.builder = ThreadPoolExecutor(1, thread_name_prefix="build")
        self.printer = ThreadPoolExecutor(1, thread_name_prefix="proof")
        self.finder = Finder(root, self.output)
        self.indexer = ThreadPoolExecutor(1, thread_name_prefix="index")
        self.number = 0
        self.problems: tuple[Problem, ...] = ()
        self.seen: Seen | None = None
        # Since the build of `seen` began, and since the one began that is going on now, if any.
        self.changed: set[str] = set()
        self.arrived: set[str] = set()
        self.proofs: dict[str, str] = {}
        self.fresh_proofs: dict[str, str] = {}
        self.printed: set[str] = set()
        self.wanted = asyncio.Event()
        self.undisturbed = Event()  # by a proof, for which somebody waits
        self.undisturbed.set()
        self.last_change = 0.0

    def begin(self, watch: Watch) -> None:
        """The first build, here and now."""
        begun = time.perf_counter()
        self._take(self._build(Kept(), watch), begun)
        # Later there are other threads, and a process that is forked beside them may stand still for ever.
        self.options = replace(self.options, jobs=1)

    async def change(self, paths: frozenset[str], looked_at: Iterable[str]) -> None:
        """Files have changed: make proofs of the outputs that are looked at, and have a build follow."""
        self.changed |= paths
        self.arrived |= paths
        self.printed.clear()
        names = [named(self.root, self.theme, path) for path in paths]
        asyncio.get_running_loop().run_in_executor(self.printer, self.press.note, names)
        self.last_change = time.monotonic()
        self.wanted.set()
        await self.prove(looked_at)

    async def prove(self, outputs: Iterable[str]) -> None:
        """Have outputs be as the files are now, where a change waits for its build."""
        asked = [path for path in outputs if path not in self.printed]
        if not (asked and self.changed and self.seen):
            return
        self.printed.update(asked)
        begun = time.perf_counter()
        changed = frozenset(named(self.root, self.theme, path) for path in self.changed)
        loop = asyncio.get_running_loop()
        proof = await loop.run_in_executor(self.printer, self._print, self.seen, changed, asked)
        if proof.written or proof.sources:
            self.proofs |= proof.written
            self.fresh_proofs |= proof.written
            others = {problem for problem in self.problems if problem.path not in proof.sources}
            problems = tuple(sorted({*others, *proof.problems}))
            self._tell(begun, problems, frozenset(proof.written))

    async def ready(self, outputs: Collection[str]) -> None:
        """Have outputs be there to be answered: as the files are now, an index as the last build has them."""
        if not self.output.is_dir():  # .jisr/ may be deleted at any time
            self.wanted.set()
        await self.prove(outputs)
        for path in outputs:
            if self.seen and not self.finder.has(self.seen, path):
                loop = asyncio.get_running_loop()
                with suppress(OSError, SiteError):  # the page says that the search can't be reached
                    await loop.run_in_executor(self.indexer, self.finder.make, self.seen, path)

    async def keep_building(self) -> None:
        """Build after changes, whenever it has become calm."""
        loop = asyncio.get_running_loop()
        while True:
            await self.wanted.wait()
            while (left := self.last_change + CALM - time.monotonic()) > 0:
                await asyncio.sleep(left)
            self.wanted.clear()
            self.arrived, self.fresh_proofs = set(), {}
            there = self.output.is_dir()
            kept = Kept(self.seen, frozenset(self.changed), frozenset(self.proofs)) if there else Kept()
            begun = time.perf_counter()
            self._take(await loop.run_in_executor(self.builder, self._build, kept, self._giving_way), begun)

    def close(self) -> None:
        """Wait for what is going on, and end."""
        self.builder.shutdown()
        self.printer.shutdown()
        self.indexer.shutdown()

    def _build(self, kept: Kept, watch: Watch) -> Built | tuple[Problem, ...]:
        try:
            return build(self.root, self.output, self.options, watch, record=PREVIEW, kept=kept)
        except SiteError as error:
            return error.problems
        except Exception as error:  # a fault of ours must not end the editor's work
            what = f"the build stopped ({type(error).__name__}: {error})"
            return (Problem("site.yaml", 1, 1, what, "this is a fault of Jisr; jisr build shows where"),)

    def _print(self, seen: Seen, changed: frozenset[str], outputs: list[str]) -> Proof:
        self.undisturbed.clear()
        try:
            return self.press.print(seen, changed, outputs)
        except Exception:
            return Proof()  # a file is being moved, a record is gone: the build says so if it stays so
        finally:
            self.undisturbed.set()

    def _giving_way(self, results: Iterable[Any], *_: int) -> Iterator[Any]:
        """Have the build wait while a proof is made: together, each would take twice as long."""
        for result in results:
            yield result
            self.undisturbed.wait()

    def _prepare(self, seen: Seen) -> None:
        with suppress(Exception):  # for the same reasons
            self.press.prepare(seen)

    def _take(self, result: Built | tuple[Problem, ...], begun: float) -> None:
        """Take a build's result for what is known from now on, and tell it."""
        if not isinstance(result, Built):
            self._tell(begun, result)
            return
        assert result.seen
        written = result.seen.written
        told = {
            path for path, digest in self.proofs.items() if path in written and written[path].digest == digest
        }
        self.seen, self.changed, self.proofs = result.seen, self.arrived, self.fresh_proofs
        self.printed.clear()
        self.printer.submit(self._prepare, result.seen)
        if self.proofs:  # made while the build was, by what was known before
            self.wanted.set()
        self._tell(begun, result.warnings, frozenset((*result.written, *result.removed)) - told)

    def _tell(
        self, begun: float, problems: tuple[Problem, ...], changed: frozenset[str] = frozenset()
    ) -> None:
        self.number += 1
        self.problems = problems
        errors_first = sorted(problems, key=lambda problem: problem.severity != "error")
        texts: dict[str, list[str]] = {}
        shown = tuple(
            asdict(problem) | {"lines": lines_around(self.root, problem, texts)}
            for problem in errors_first[:MOST_SHOWN]
        )
        self.tell(News(self.number, changed, problems, shown, time.perf_counter() - begun))


def lines_around(root: Path, problem: Problem, texts: dict[str, list[str]]) -> list[tuple[int, str]]:
    """The line of the site's file that a problem is in, and those around it, each with its number.

    `texts` are the lines of files that were asked for before.
    """
    file = root / problem.path
    if problem.path not in texts:
        texts[problem.path] = []
        with suppress(OSError):
            if not problem.path.startswith(".") and inside(root, file) and file.is_file():
                texts[problem.path] = file.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    first = max(problem.line - AROUND, 1)
    lines = texts[problem.path][first - 1 : problem.line + AROUND]
    return [(number, line[:300]) for number, line in enumerate(lines, first)]
