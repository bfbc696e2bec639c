"""The output folder: written aside, put in place in one step, nothing of others lost."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from jisr.errors import Problem, SiteError

STATE = ".jisr"
_WRITTEN = "written.json"


class Staging:
    """A folder beside the output folder that takes its place when the build has succeeded.

    Raises `SiteError` for an output folder that must not be replaced, and `OSError` where the disk
    refuses, the old folder then as it was.
    """

    def __init__(self, site_root: Path, output: Path) -> None:
        # A link is followed: what it leads to is what a host serves.
        self.output = Path(os.path.realpath(output))
        _refuse_unsafe(output, self.output, Path(os.path.realpath(site_root)))
        self.state = site_root / STATE / _WRITTEN
        self.new = self.output.with_name(f".{self.output.name}.new")
        self.old = self.output.with_name(f".{self.output.name}.old")
        self.paths: set[str] = set()
        self._folders: set[Path] = set()

    def __enter__(self) -> "Staging":
        if self.old.exists() and not self.output.exists():  # a build was killed between the two renames
            self.old.rename(self.output)
        for left in (self.new, self.old):
            if left.exists():
                shutil.rmtree(left)
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
        """Put the new folder in place of the old one; returns what is in it that Jisr didn't write.

        That survives: what isn't in the record of the last build is never deleted.
        """
        written = sorted(self.paths)
        kept = tuple(self._strays())
        self._refuse_clashes(kept)
        for path in kept:
            self._keep(path)
        records = self._records() | {str(self.output): written}
        self.state.parent.mkdir(exist_ok=True)
        (self.state.parent / ".gitignore").write_text("*\n", encoding="utf-8")
        record = self.state.with_suffix(".new")
        record.write_text(json.dumps(records, ensure_ascii=False, indent=0), encoding="utf-8")
        had = self.output.exists()
        if had:
            self.output.rename(self.old)
        try:
            self.new.rename(self.output)
        except OSError:
            if had:
                self.old.rename(self.output)
            raise
        record.replace(self.state)
        shutil.rmtree(self.old, ignore_errors=True)
        return kept

    def _strays(self) -> Iterator[str]:
        """Files, links and empty folders (with a slash) in the output folder that no build has written."""
        ours = set(self._records().get(str(self.output), ())) | self.paths
        for folder, folders, files in os.walk(self.output):
            folders.sort()
            here = Path(folder).relative_to(self.output)
            links = [name for name in folders if Path(folder, name).is_symlink()]
            for name in sorted([*files, *links]):
                path = (here / name).as_posix()
                if path not in ours:
                    yield path
            if not folders and not files and folder != str(self.output):
                yield f"{here.as_posix()}/"

    def _refuse_clashes(self, kept: tuple[str, ...]) -> None:
        folders = {parent.as_posix() for path in self.paths for parent in Path(path).parents}
        for stray in kept:
            above = {parent.as_posix() for parent in Path(stray).parents}
            if stray in folders or above & self.paths or stray.rstrip("/") in self.paths:
                what = "something that Jisr didn't write stands where a page must go"
                raise SiteError(Problem(str(self.output / stray), 1, 1, what, "move it away"))

    def _keep(self, path: str) -> None:
        source, target = self.output / path, self.new / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith("/"):
            target.mkdir(exist_ok=True)
        elif source.is_symlink():
            target.symlink_to(source.readlink())
        else:
            try:
                os.link(source, target)
            except OSError:  # a file system without hard links
                shutil.copy2(source, target)

    def _records(self) -> dict[str, list[str]]:
        """What each output folder was written with; nothing where the record is damaged."""
        try:
            records = json.loads(self.state.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(records, dict):
            return {}
        return {folder: paths for folder, paths in records.items() if isinstance(paths, list)}

    def _place(self, path: str) -> Path:
        target = self.new / path
        if target.parent not in self._folders:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(target.parent)
        self.paths.add(path)
        return target


def _refuse_unsafe(named: Path, output: Path, site: Path) -> None:
    """An output folder that holds the site, or is one of its source folders, would be replaced with it."""
    sources = [site / name for name in ("content", "templates", "static", "translations", STATE)]
    if site.is_relative_to(output) or any(output.is_relative_to(folder) for folder in sources):
        what = "the output folder is a folder of the site itself"
        raise SiteError(Problem(str(named.absolute()), 1, 1, what, "choose another with --output"))
    if output.exists() and not output.is_dir():
        raise SiteError(
            Problem(str(named), 1, 1, "the output folder is a file", "choose another with --output")
        )
