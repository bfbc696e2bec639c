"""A site that is built incrementally, beside clean builds of copies of it that it must equal."""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from jisr.build import _Run
from jisr.looking import Looked
from tests.conftest import Result, jisr
from tests.incremental.specimen import FILES

JOBS = ["1", "2"]
"""How many processes the builds are made with."""

Tree = dict[str, bytes | str | None]
"""What is below a folder: bytes of files, targets of links, None for folders."""

_STATE = re.compile(r"\.gitignore|lock|(state|bodies)\.db(-journal|-wal|-shm)?|cache")
_STAGING = re.compile(r"\S*\.(?:public|out)\.new")
_LEFT_ALONE = "jisr: left alone in "


def tree(folder: Path) -> Tree:
    """What is below a folder."""
    found: Tree = {}
    for path, entry in _entries(folder):
        if entry.is_symlink():
            found[path] = os.readlink(entry.path)  # noqa: PTH115 - as it is all over a walk
        else:
            found[path] = None if entry.is_dir() else _content(entry.path)
    return found


def times(folder: Path) -> dict[str, tuple[int, int]]:
    """Inode and mtime of each file below a folder: a file that was written again has others."""
    return {
        path: (entry.stat(follow_symlinks=False).st_ino, entry.stat(follow_symlinks=False).st_mtime_ns)
        for path, entry in _entries(folder)
        if entry.is_symlink() or not entry.is_dir()
    }


def _entries(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """All that is below a folder, with its path from there; nothing where there is no folder."""
    to_do = [(str(folder), "")]
    while to_do:
        here, prefix = to_do.pop()
        try:
            entries = list(os.scandir(here))
        except OSError:
            continue
        for entry in entries:
            path = f"{prefix}{entry.name}"
            yield path, entry
            if entry.is_dir(follow_symlinks=False):
                to_do.append((entry.path, f"{path}/"))


def _content(path: str) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123
        return file.read()


def write_files(root: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files with the folders that they need."""
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())


def run(root: Path, command: str, *options: str) -> Result:
    """Run a command on a site in this process, in its folder; an exception is the test's to see."""
    with chdir(root):
        return jisr(command, "--site", str(root), *options)


def once_it_has_looked(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Have something happen in the middle of the next build, when it has found its files."""
    look = _Run._look

    def looked(build: _Run) -> Looked:
        found = look(build)
        monkeypatch.setattr(_Run, "_look", look)
        act()
        return found

    monkeypatch.setattr(_Run, "_look", looked)


@dataclass(frozen=True, slots=True)
class Build:
    """What a build said and left."""

    exit_code: int
    stdout: str
    messages: tuple[str, ...]
    """The lines of the standard error, without what was left alone, paths of the site made equal."""
    left_alone: bool
    public: Tree


def built(root: Path, output: Path, result: Result) -> Build:
    """What a build has left, for comparison with that of another copy of the site."""
    said = _STAGING.sub("STAGING", result.stderr)
    lines = said.replace(f"{output}", "OUTPUT").replace(f"{root}", "SITE").splitlines()
    return Build(
        result.exit_code,
        result.stdout,
        tuple(line for line in lines if not line.startswith(_LEFT_ALONE)),
        any(line.startswith(_LEFT_ALONE) for line in lines),
        tree(output),
    )


def clean_build(root: Path, *options: str) -> Build:
    """A build of a copy of the site that has no state, into another folder.

    Made once for the same sources and options, unless a link may lead to something else by then.
    """
    copy, output = root.parent / "copy" / "site", root.parent / "copy" / "out"
    shutil.rmtree(copy.parent, ignore_errors=True)
    shutil.copytree(root, copy, symlinks=True, ignore=lambda folder, _: _not_sources(Path(folder), root))
    sources = tree(copy)
    key = (options, *sorted(sources.items()))
    if key in _clean:
        return _clean[key]
    made = built(copy, output, run(copy, "build", "--output", str(output), *options))
    if not any(isinstance(content, str) for content in sources.values()):
        if len(_clean) == KEPT:
            del _clean[next(iter(_clean))]
        _clean[key] = made
    return made


_clean: dict[tuple[object, ...], Build] = {}
KEPT = 64
"""Clean builds that are kept, of half a megabyte each."""


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A folder in memory where there is one, for tests that make thousands of files."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="jisr-", dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder).resolve()


def _not_sources(folder: Path, root: Path) -> list[str]:
    """What is in the site's folder that a build made."""
    return [name for name in os.listdir(folder) if folder == root and name.startswith((".", "public"))]  # noqa: PTH208


@cache
def clean_specimen() -> Build:
    """What a clean build makes of the specimen."""
    with quick_folder() as home:
        write_files(home / "site", FILES)
        return clean_build(home / "site")


class Bench:
    """A site, and what is known of what others have put into its output folder."""

    def __init__(self, home: Path, files: Mapping[str, str], *options: str) -> None:
        self.root = home / "site"
        self.public = self.root / "public"
        self.options: tuple[str, ...] = options
        self.asked: tuple[str, ...] = ()
        """Options that make another site, which a clean build is given too."""
        self.strays: set[str] = set()
        self.state_lost = True
        """Whether the next build can't know what the former wrote, and may write all of it again."""
        write_files(self.root, files)

    def forget(self) -> None:
        """The state is gone: what is in the output folder now belongs to nobody."""
        self.strays |= tree(self.public).keys()
        self.state_lost = True

    def add_stray(self, path: str, text: str) -> None:
        """Put a file of others into the output folder, unless something is there."""
        file = self.public / path
        if not file.exists() and not any(p.is_file() for p in file.parents):
            above = [parent.as_posix() for parent in Path(path).parents[:-1]]
            self.strays |= {path, *(parent for parent in above if not (self.public / parent).exists())}
            write_files(self.public, {path: text})

    def build(self) -> Build:
        """An incremental build."""
        return built(self.root, self.public, run(self.root, "build", *self.options, *self.asked))

    def check(self, want: Build | None = None) -> Build:
        """Build, and compare in every respect with a clean build, which is returned; or with a given one."""
        before, stamps = tree(self.public), times(self.public)
        got = self.build()
        want = want or clean_build(self.root, *self.asked)
        assert got.messages == want.messages, "\n".join(
            ["incremental:", *got.messages, "clean:", *want.messages]
        )
        assert got.exit_code == want.exit_code
        assert sorted(self.left_over()) == []
        if got.exit_code:
            assert differences(got.public, before) == {}, "a build that failed changed the output folder"
            return want
        self._check_strays(before, got.public, want.public)
        held = {parent.as_posix() for path in self.strays for parent in Path(path).parents}
        ours = {
            p: c
            for p, c in got.public.items()
            if p not in self.strays and (p in want.public or p not in held)
        }
        # What is empty was empty before: a folder out of which somebody took our file.
        hollow = {path for path, content in before.items() if content is None and not _below(path, before)}
        ours = {p: c for p, c in ours.items() if p in want.public or p not in hollow}
        assert differences(ours, want.public) == {}, "incremental is not clean"
        assert got.left_alone == any(_is_thing(path, got.public) for path in self.strays)
        if not self.state_lost:
            now = times(self.public)
            again = [p for p in stamps if before[p] == got.public.get(p) and now.get(p) != stamps[p]]
            assert again == [], "written again without need"
        self.state_lost = False
        return want

    def check_nothing_to_do(self) -> None:
        """Build once more: not a file is written."""
        before = times(self.public), tree(self.public)
        again = self.build()
        assert again.exit_code == 0
        assert (times(self.public), again.public) == before
        assert says_nothing_written(again.stdout)

    def left_over(self) -> Iterator[str]:
        """What a build has left beside the output folder and the state."""
        for path in self.root.iterdir():
            if path.name.startswith(".") and path.name != ".jisr":
                yield path.name
        if (self.root / ".jisr").is_dir():
            for path in (self.root / ".jisr").iterdir():
                if not _STATE.fullmatch(path.name):
                    yield f".jisr/{path.name}"

    def _check_strays(self, before: Tree, got: Tree, want: Tree) -> None:
        for path in sorted(self.strays):
            if path in want:
                self.strays.discard(path)  # a page has taken its place, and belongs to Jisr from now on
            elif path in before:
                assert path in got, f"{path} was not written by Jisr, and is gone"
                assert got[path] == before[path], f"{path} was not written by Jisr, and is changed"
            else:
                self.strays.discard(path)


def differences(got: Mapping[str, object], want: Mapping[str, object]) -> dict[str, str]:
    """Where two trees differ, and how: short, for the output of a failed test."""
    found = {}
    for path in sorted(got.keys() | want.keys()):
        if path not in got:
            found[path] = "missing"
        elif path not in want:
            found[path] = "too much"
        elif got[path] != want[path]:
            found[path] = _where(got[path], want[path])
    return found


def _where(got: object, want: object) -> str:
    if not isinstance(got, bytes) or not isinstance(want, bytes):
        return f"{got!r:.80} instead of {want!r:.80}"
    ends: Sequence[tuple[int, int]] = list(zip(got, want, strict=False))
    at = next((i for i, (one, other) in enumerate(ends) if one != other), len(ends))
    start = max(0, at - 40)
    shown = [text[start : at + 60].decode(errors="replace") for text in (got, want)]
    return f"at {at}: …{shown[0]}… instead of …{shown[1]}…"


def says_nothing_written(stdout: str) -> bool:
    """Whether a build's closing line says that it wrote nothing."""
    return bool(re.search(r"\b0 written|nothing (?:was |to )?(?:written|write|do)", stdout))


def _below(folder: str, found: Tree) -> bool:
    return any(path.startswith(f"{folder}/") and content is not None for path, content in found.items())


def _is_thing(path: str, found: Tree) -> bool:
    """A file or a link; of folders only those of others are named, and only while they are empty."""
    return found.get(path, None) is not None
