"""The site's files as they change, by watchfiles."""

from collections.abc import AsyncIterator
from pathlib import Path

from watchfiles import awatch

from jisr.theme import theme_root

FOLDERS = ("content", "static", "templates", "translations")

STEP = 10
"""Milliseconds without a change after which those that there were are handed over."""

DEBOUNCE = 200
"""Milliseconds after which they are, however many more come."""


async def changes(root: Path) -> AsyncIterator[frozenset[str]]:
    """Paths that have changed, again and again."""
    theme = theme_root()
    roots = [root] if theme == root else [root, theme]
    watched = [folder / name for folder in roots for name in FOLDERS if (folder / name).is_dir()]
    async for found in awatch(*watched, root / "site.yaml", step=STEP, debounce=DEBOUNCE):
        yield frozenset(path for _, path in found)
