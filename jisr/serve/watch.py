"""The site's files as they change, by watchfiles."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from watchfiles import Change, awatch

from jisr.errors import Problem, SiteError
from jisr.read.sources import is_litter

FOLDERS = ("content", "static", "templates", "translations")

STEP = 10
"""Milliseconds without a change after which those that there were are handed over."""

DEBOUNCE = 100
"""Milliseconds after which they are, however many more come."""


async def changes(roots: list[Path]) -> AsyncIterator[frozenset[str]]:
    """Paths that have changed, again and again. `roots` are the folders of the site and of its theme.

    Raises `SiteError` where the system watches no more files.
    """
    found: asyncio.Queue[frozenset[str]] = asyncio.Queue()
    renewed = asyncio.Event()
    tasks = [
        asyncio.create_task(_inside(roots, renewed, found)),
        asyncio.create_task(_above(roots, renewed, found)),
    ]
    try:
        while True:
            next_found = asyncio.create_task(found.get())
            await asyncio.wait((next_found, *tasks), return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    next_found.cancel()
                    task.result()
            yield next_found.result()
    except OSError as error:
        what = f"the site's files can't be watched ({error.strerror or error})"
        hint = "let the system watch more: sysctl fs.inotify.max_user_watches"
        raise SiteError(Problem("site.yaml", 1, 1, what, hint)) from None
    finally:
        for task in tasks:
            task.cancel()


async def _inside(roots: list[Path], renewed: asyncio.Event, found: asyncio.Queue[frozenset[str]]) -> None:
    """What changes in the folders that there are, until one comes or goes."""
    while True:
        renewed.clear()
        folders = [root / name for root in roots for name in FOLDERS if (root / name).is_dir()]
        if not folders:
            await renewed.wait()
            continue
        watching = awatch(*folders, watch_filter=_counts, step=STEP, debounce=DEBOUNCE, stop_event=renewed)
        async for changed in watching:
            await found.put(frozenset(path for _, path in changed))


async def _above(roots: list[Path], renewed: asyncio.Event, found: asyncio.Queue[frozenset[str]]) -> None:
    """What changes beside them: the settings, and the folders themselves."""
    async for changed in awatch(*roots, watch_filter=_counts, step=STEP, debounce=DEBOUNCE, recursive=False):
        named = frozenset(path for _, path in changed if Path(path).name in ("site.yaml", *FOLDERS))
        if named:
            if any(Path(path).name in FOLDERS and change != Change.modified for change, path in changed):
                renewed.set()
            await found.put(named)


def _counts(_: Change, path: str) -> bool:
    return not is_litter(Path(path).name)
