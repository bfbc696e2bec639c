"""Pages → a search index. The only user of Pagefind, which is a program of its own.

The same pages give the same files, in whatever order they are read (docs/decisions/0062-search.md).
"""

import os
import subprocess
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jisr.errors import Problem, SiteError

_UNUSED = ("pagefind-ui", "pagefind-modular-ui", "pagefind-component-ui", "pagefind-highlight")
"""Pagefind's own interfaces, which it writes beside the index."""

_STUB = '<!doctype html><html lang="{}"><head><meta charset="utf-8"></head><body>ꙮ</body></html>'
"""A page with a letter that nobody looks for: without a word Pagefind makes no index, and fails."""


def make(folders: Mapping[Path, tuple[Path, str]], ignored: str, at_once: int) -> None:
    """Make an index of the pages in each folder, at the path that it is mapped to, in the language besides.

    `ignored` is a selector of what isn't text; `at_once` how many processes there may be. Raises `SiteError`.
    """
    from pagefind_bin import get_executable

    program = str(get_executable())
    own = {name: value for name, value in os.environ.items() if not name.startswith("PAGEFIND")}

    def run(pages: Path) -> str:
        target, language = folders[pages]
        pages.mkdir(parents=True, exist_ok=True)
        (pages / "index.html").write_text(_STUB.format(language), encoding="utf-8")
        command = [program, "--site", ".", "--output-path", str(target), "--exclude-selectors", ignored]
        done = subprocess.run([*command, "--silent"], cwd=pages, env=own, capture_output=True, check=False)
        said = (done.stdout + done.stderr).decode(errors="replace").strip()
        return (said[-200:] or "Pagefind ended without a word") if done.returncode else ""

    with ThreadPoolExecutor(at_once) as pool:
        failed = list(filter(None, pool.map(run, folders)))
    if failed:
        what = f"the search index can't be made ({failed[0]})"
        hint = "is there enough memory? search: false does without"
        raise SiteError(Problem("site.yaml", 1, 1, what, hint))


def files(index: Path) -> Iterable[Path]:
    """The files of an index that a page needs, sorted."""
    found = sorted(path for path in index.rglob("*") if path.is_file())
    return [path for path in found if not path.name.startswith(_UNUSED)]
