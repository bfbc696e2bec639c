"""The output folder: changed files are written aside, then put in place under a journal.

Each file is whole at any moment; a build that was killed is completed or discarded by the next one
(docs/decisions/0005-output-folder.md). Nothing that Jisr didn't write is deleted.
"""

import json
import os
import re
import shutil
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

from jisr.errors import Problem, SiteError
from jisr.fingerprint import hashed
from jisr.read.sources import signature

FOLDER = ".jisr"
"""The folder in the site's where builds keep what they remember."""

PREVIEW = f"{FOLDER}/serve"
"""The same for the preview, so that neither keeps the other waiting, nor makes it begin anew."""

_JOURNAL = "journal.json"
_TOKEN = ".token"
"""In the staging folder: the journal's word. One that came with a site from elsewhere has none there."""

_WORD = re.compile("[0-9a-f]{64}")


class Finished(Struct, frozen=True):
    """What completing a killed build did: files put in place and files removed, in which folder."""

    folder: str
    written: tuple[str, ...]
    removed: tuple[str, ...]


class Aside(Struct, frozen=True):
    """Where a build's files wait: as they will stand, to be renamed as a whole, or all in one folder.

    Folders for the pages of a site that stands already would be made only to be removed: with 34,000 files on
    a disk that took half of the time in which they came into place.
    """

    folder: Path
    whole: bool

    def at(self, path: str) -> str:
        """The place of an output, by its path."""
        return f"{self.folder}/{path if self.whole else hashed(path.encode())}"

    def put(self, path: str, content: bytes) -> bytes:
        """Write a file. Its signature, or nothing where it changes as the file is moved into its place."""
        file = os.open(self._ready(path), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        try:
            left = memoryview(content)
            while left:  # a disk that is nearly full takes a part of it
                left = left[os.write(file, left) :]
            return signature(os.fstat(file)) if self.whole else b""
        finally:
            os.close(file)

    def copy(self, path: str, source: Path) -> None:
        """Copy a file."""
        shutil.copyfile(source, self._ready(path))

    def _ready(self, path: str) -> str:
        """The place of an output, in a folder that is there."""
        target = self.at(path)
        if self.whole:
            folder = os.path.dirname(target)
            try:
                os.mkdir(folder)  # nearly each page has its own; a look first would cost as much again
            except OSError:
                os.makedirs(folder, exist_ok=True)
        return target


class PageWritten(Struct, frozen=True):
    """A file that was made. Where it `changed`, it waits in the staging folder; `signature` may be known."""

    path: str
    digest: str
    changed: bool
    signature: bytes = b""


def put(aside: Aside, path: str, content: bytes, before: str) -> PageWritten:
    """Write a file aside unless its digest is that of what stands in its place already."""
    digest = hashed(content)
    changed = digest != before
    return PageWritten(path, digest, changed, aside.put(path, content) if changed else b"")


class Staging:
    """A folder beside the output folder in which a build's files wait until all of them are there.

    Raises `SiteError` for an output folder that must not be written to, and `OSError` where the disk
    refuses.
    """

    def __init__(self, site_root: Path, output: Path, record: str = FOLDER) -> None:
        # A link is followed: what it leads to is what a host serves.
        self.output = Path(os.path.realpath(output))
        _refuse_unsafe(output, self.output, Path(os.path.realpath(site_root)))
        self.name = name_of(site_root, self.output)
        self.folder = self.output.with_name(f".{self.output.name}.new")
        self.aside = Aside(self.folder, whole=True)
        self.record = site_root / record
        self.journal = self.record / _JOURNAL

    def clear(self) -> None:
        """Remove what a build has left that was stopped before it put anything in place."""
        if self.folder.exists():
            shutil.rmtree(self.folder)
        self.aside = Aside(self.folder, whole=not self.output.exists())

    def __enter__(self) -> "Staging":
        if self.folder.exists():
            shutil.rmtree(self.folder)
        self.folder.mkdir(parents=True)
        if self.output.exists() and self.output.stat().st_dev != self.folder.stat().st_dev:
            self.folder.rmdir()
            what = "the output folder is a file system of its own, which no file can be moved into"
            raise SiteError(Problem(str(self.output), 1, 1, what, "choose a folder inside it"))
        return self

    def __exit__(self, *_: object) -> None:
        if not self.journal.exists():
            shutil.rmtree(self.folder, ignore_errors=True)

    def commit(self, written: Iterable[str], removed: Iterable[str]) -> None:
        """Put what was written in place and remove what is no longer planned."""
        token = os.urandom(32).hex()
        (self.folder / _TOKEN).write_text(token, encoding="utf-8")
        plan = {
            "output": str(self.output),
            "written": sorted(written),
            "removed": sorted(removed),
            "whole": self.aside.whole,
            "token": token,
        }
        new = self.journal.with_suffix(".new")
        with new.open("w", encoding="utf-8") as file:
            json.dump(plan, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.journal)
        _put_in_place(plan, self.folder)

    def close(self) -> None:
        """The build is recorded: nothing is left to complete."""
        self.journal.unlink(missing_ok=True)


def finish(site_root: Path, record: str) -> Finished | None:
    """Complete a build that was killed while it put its files in place. To be recorded, then closed."""
    journal = site_root / record / _JOURNAL
    try:
        plan = json.loads(journal.read_text(encoding="utf-8"))
        output, written, removed = Path(plan["output"]), list(plan["written"]), list(plan["removed"])
        token = plan["token"]
        if not (output.is_absolute() and all(map(is_plain, (*written, *removed))) and _WORD.fullmatch(token)):
            raise ValueError
        os.fsencode("".join((str(output), *written, *removed)))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, RecursionError):  # not ours: a journal comes into place whole
        journal.unlink()
        return None
    folder = output.with_name(f".{output.name}.new")
    # Without a staging folder all was done but for the record; a first build's has become the output folder.
    if _token(folder) == token:
        _put_in_place(plan, folder)
    elif _token(output) == token:
        (output / _TOKEN).unlink()
    return Finished(name_of(site_root, output), tuple(written), tuple(removed))


def name_of(site_root: Path, output: Path) -> str:
    """What the record calls an output folder: inside the site's folder, its path from there, so that a site
    can be moved with it; else its full path.
    """
    root = os.path.realpath(site_root)
    return output.relative_to(root).as_posix() if output.is_relative_to(root) else str(output)


def _token(folder: Path) -> str:
    try:
        return (folder / _TOKEN).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def is_plain(path: object) -> bool:
    """Whether a path leads to something inside the folder that it is taken from."""
    return isinstance(path, str) and bool(path) and not path.startswith("/") and ".." not in path.split("/")


def strays(output: Path, known: Iterable[str]) -> Iterator[str]:
    """Files and links in the output folder that no build has written, sorted."""
    ours = frozenset(known)
    for folder, folders, files in os.walk(output):
        folders.sort()
        below = f"{folder}/".removeprefix(f"{output}/")
        links = [name for name in folders if os.path.islink(f"{folder}/{name}")]
        yield from (path for name in sorted([*files, *links]) if (path := below + name) not in ours)


def refuse_clashes(
    output: Path,
    written: Iterable[str],
    removed: Iterable[str],
    known: Mapping[str, object],
    tampered: Container[str],
) -> None:
    """Stop before something of others stands where a page must go, or a page in the way of others.

    Nor is anything `written` or `removed` behind a link to another folder. Of the `known` outputs those are
    looked at that were `tampered` with.
    """
    made: set[str] = set()
    doubted = [path for path in written if path not in known or path in tampered]
    for path in doubted:
        target = output / path
        if target.is_dir() and not target.is_symlink() and any(_files(target, output, known)):
            raise _clash(target)
    for path in (*doubted, *(path for path in removed if path in tampered)):
        for parent in Path(path).parents:
            name = parent.as_posix()
            if name in made:
                break
            made.add(name)
            above = output / name
            if name != "." and name not in known and (above.is_symlink() or above.is_file()):
                raise _clash(above)


def _files(folder: Path, output: Path, known: Mapping[str, object]) -> Iterator[Path]:
    """What is in a folder that no build has written, empty folders too."""
    for path in (folder, *folder.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            foreign = not any(path.iterdir())
        else:
            foreign = path.relative_to(output).as_posix() not in known
        if foreign:
            yield path


def _clash(target: Path) -> SiteError:
    what = "something that Jisr didn't write stands where a page must go"
    return SiteError(Problem(str(target), 1, 1, what, "move it away"))


def _put_in_place(plan: Mapping[str, Any], folder: Path) -> None:
    """Move and remove; what has been done already is passed over, so that it can be done again."""
    output = Path(plan["output"])
    aside = Aside(folder, whole=bool(plan.get("whole")))
    written = list(plan["written"])
    if aside.whole and not output.exists() and folder.exists():
        folder.rename(output)  # a first build appears in one step
        (output / _TOKEN).unlink(missing_ok=True)
        written = []
    emptied = set()
    for path in plan["removed"]:
        target = output / path
        # Done before, by a build that was killed: a folder can stand there by now, or a file above it.
        with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            target.unlink()
        emptied.add(target.parent)
    for parent in sorted(emptied, key=lambda path: -len(path.parts)):
        _remove_empty(parent, output)
    for path in written:
        source, target = aside.at(path), f"{output}/{path}"
        try:
            os.replace(source, target)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            if os.path.exists(source):
                _make_way(Path(target), output)
                os.replace(source, target)
    shutil.rmtree(folder, ignore_errors=True)


def _make_way(target: Path, output: Path) -> None:
    """The folders above a file that is to be put in place, and none where it goes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir() and not target.is_symlink():
        _remove_empty(target, output)


def _remove_empty(folder: Path, output: Path) -> None:
    while folder != output:
        try:
            folder.rmdir()
        except (FileNotFoundError, NotADirectoryError):
            pass  # gone already: a build that was killed had come this far
        except OSError:
            return
        folder = folder.parent


def _refuse_unsafe(named: Path, output: Path, site: Path) -> None:
    """An output folder that holds the site, or is one of its source folders, would mix with it."""
    if not str(output).isprintable():
        shown = os.fsencode(named.absolute()).decode(errors="backslashreplace")
        what = "the output folder's path has characters that can't be read"
        raise SiteError(Problem(shown, 1, 1, what, "choose another with --output"))
    sources = [site / name for name in ("content", "templates", "static", "translations", FOLDER)]
    own = output.parent == site / PREVIEW
    if site.is_relative_to(output) or (any(output.is_relative_to(folder) for folder in sources) and not own):
        what = "the output folder is a folder of the site itself"
        raise SiteError(Problem(str(named.absolute()), 1, 1, what, "choose another with --output"))
    if output.exists() and not output.is_dir():
        what = "the output folder is a file"
        raise SiteError(Problem(str(named.absolute()), 1, 1, what, "choose another with --output"))
