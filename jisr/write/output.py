"""The output folder: written aside, put in place in one step, nothing of others lost."""

import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from jisr.errors import Problem, SiteError

STATE = ".jisr"
_WRITTEN = "written.json"


class Staging:
    """A folder beside the output folder that takes its place when the build has succeeded."""

    def __init__(self, site_root: Path, output: Path) -> None:
        self.output = output
        self.state = site_root / STATE / _WRITTEN
        self.new = output.with_name(f".{output.name}.new")
        self.old = output.with_name(f".{output.name}.old")
        self.paths: list[str] = []
        self._folders: set[Path] = set()

    def __enter__(self) -> "Staging":
        _refuse_unsafe(self.output, self.state.parent.parent)
        if self.old.exists() and not self.output.exists():  # a build was killed between the two renames
            self.old.rename(self.output)
        for left in (self.new, self.old):
            shutil.rmtree(left, ignore_errors=True)
        self.new.mkdir(parents=True)
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.new, ignore_errors=True)

    def write(self, path: str, text: str) -> None:
        """Write a text as UTF-8."""
        self._place(path).write_text(text, encoding="utf-8", newline="\n")

    def copy(self, path: str, file: Path) -> None:
        """Copy a file's content."""
        shutil.copyfile(file, self._place(path))

    def commit(self) -> tuple[str, ...]:
        """Put the new folder in place of the old one; returns the files in it that Jisr didn't write.

        Those survive: what isn't in the record of the last build is never deleted.
        """
        kept = tuple(self._strays())
        for path in kept:
            source, target = self.output / path, self._place(path)
            if source.is_symlink():
                target.symlink_to(source.readlink())
            else:
                os.link(source, target)
        written = {str(self.output.resolve()): sorted(set(self.paths) - set(kept))}
        if self.output.exists():
            self.output.rename(self.old)
        self.new.rename(self.output)
        shutil.rmtree(self.old, ignore_errors=True)
        self.state.parent.mkdir(exist_ok=True)
        (self.state.parent / ".gitignore").write_text("*\n", encoding="utf-8")
        self.state.write_text(
            json.dumps(self._records() | written, ensure_ascii=False, indent=0), encoding="utf-8"
        )
        return kept

    def _strays(self) -> Iterable[str]:
        ours = set(self._records().get(str(self.output.resolve()), ())) | set(self.paths)
        for folder, folders, files in os.walk(self.output):
            for name in sorted([*files, *(f for f in folders if Path(folder, f).is_symlink())]):
                path = Path(folder, name).relative_to(self.output).as_posix()
                if path not in ours:
                    yield path

    def _records(self) -> dict[str, list[str]]:
        try:
            records = json.loads(self.state.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return records if isinstance(records, dict) else {}

    def _place(self, path: str) -> Path:
        target = self.new / path
        if target.parent not in self._folders:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(target.parent)
        self.paths.append(path)
        return target


def _refuse_unsafe(output: Path, site_root: Path) -> None:
    """An output folder that holds the site, or is one of its source folders, would be replaced with it."""
    real, site = output.resolve(), site_root.resolve()
    sources = [site / name for name in ("content", "templates", "static", "translations", STATE)]
    if site.is_relative_to(real) or any(real == folder or real.is_relative_to(folder) for folder in sources):
        what = "the output folder is a folder of the site itself"
        raise SiteError(Problem(str(output), 1, 1, what, "choose another with --output"))
    if output.exists() and not output.is_dir():
        raise SiteError(
            Problem(str(output), 1, 1, "the output folder is a file", "choose another with --output")
        )
