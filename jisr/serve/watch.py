"""The site's files as they change, by watchfiles."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from watchfiles import Change, awatch
from watchfiles._rust_notify import WatchfilesRustInternalError

from jisr.errors import Problem, SiteError
from jisr.read.sources import is_litter

FOLDERS = ("content", "static", "templates", "translations")

STEP = 10
"""Milliseconds without a change after which those that there were are handed over."""

DEBOUNCE = 100
"""Milliseconds after which they are, however many more come."""


PAUSE = 1
"""Seconds before another watch where one has failed."""


async def changes(roots: list[Path]) -> AsyncIterator[frozenset[str]]:
    """Paths that have changed, again and again. `roots` are the folders of the site and of its theme.

    A folder among them stands for all that is in it: the first answer names all folders, since something may
    have changed before they were watched. Raises `SiteError` where the system watches no more files.
    """
    found: asyncio.Queue[frozenset[str]] = asyncio.Queue()
    renewed = asyncio.Event()
    tasks = [
        asyncio.create_task(_above(roots, renewed, found)),
        asyncio.create_task(_inside(roots, renewed, found)),
    ]
    try:
        while True:
            following = asyncio.create_task(found.get())
            done, _ = await asyncio.wait((following, *tasks), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            yield following.result()
    except OSError as error:
        what = f"the site's files can't be watched ({error.strerror or error})"
        hint = "let the system watch more: sysctl fs.inotify.max_user_watches"
        raise SiteError(Problem("site.yaml", 1, 1, what, hint)) from None
    finally:
        for task in tasks:
            task.cancel()


async def _above(roots: list[Path], renewed: asyncio.Event, found: asyncio.Queue[frozenset[str]]) -> None:
    """What changes beside the folders: the settings, and which folders there are."""
    async for changed in _watch(roots, asyncio.Event(), recursive=False):
        if any(Path(path).name in FOLDERS and change != Change.modified for change, path in changed):
            renewed.set()
        if settings := frozenset(path for _, path in changed if Path(path).name == "site.yaml"):
            await found.put(settings)


async def _inside(roots: list[Path], renewed: asyncio.Event, found: asyncio.Queue[frozenset[str]]) -> None:
    """What changes in the folders that there are, until one comes or goes; and again."""
    while True:
        renewed.clear()
        folders = [root / name for root in roots for name in FOLDERS if (root / name).is_dir()]
        if not folders:
            await renewed.wait()
            continue
        async for changed in _watch(folders, renewed, recursive=True):
            await found.put(frozenset(path for _, path in changed) or frozenset(map(str, folders)))


async def _watch(
    paths: list[Path], stop: asyncio.Event, *, recursive: bool
) -> AsyncIterator[set[tuple[Change, str]]]:
    """Changes, again and again: a name that isn't UTF-8, of which the build tells, ends a watch."""
    while True:
        try:
            async for changed in _watch_once(paths, stop, recursive=recursive):
                yield changed
            return
        except ExceptionGroup as group:
            if group.split(WatchfilesRustInternalError)[1]:
                raise
        await asyncio.sleep(PAUSE)


async def _watch_once(
    paths: list[Path], stop: asyncio.Event, *, recursive: bool
) -> AsyncIterator[set[tuple[Change, str]]]:
    """Changes; the first are none, and say that from now on none is missed."""
    watching = awatch(
        *paths, watch_filter=_counts, step=STEP, debounce=DEBOUNCE, stop_event=stop, recursive=recursive
    )
    following = asyncio.ensure_future(anext(watching, None))
    try:
        await asyncio.sleep(0)  # awatch begins to watch before it waits for the first time
        yield set()
        while (changed := await following) is not None:
            following = asyncio.ensure_future(anext(watching, None))
            yield changed
    finally:
        following.cancel()


def _counts(_: Change, path: str) -> bool:
    return not is_litter(Path(path).name)
