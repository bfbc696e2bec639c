"""The site's files: what is there, and text as it should be.

Follows a symbolic link only where it stays inside the site.
"""

import codecs
import os
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from operator import attrgetter
from pathlib import Path

from jisr.errors import CONTROL, Problem, Report
from jisr.model import Source

_LITTER = re.compile(
    r"\.DS_Store|Thumbs\.db|desktop\.ini|\.git.*|\.env.*|.*~|\..*\.sw[a-p]|#.*#|\.#.*|\.~lock\..*"
    r"|.+\.(?:bak|orig|rej|tmp)"
)
"""What systems and programs leave behind, and what is secret."""

_LITTER_BEGINS = (".", "#", "Thumbs.db", "desktop.ini")
_LITTER_ENDS = ("~", ".bak", ".orig", ".rej", ".tmp")
"""How all of it begins or ends."""

_signature = struct.Struct("4q").pack

_PART = 65_536
"""Bytes that are hashed at once: hashlib's own function asks for four times that, whatever a file has."""

_CONTROLS = [chr(code).encode() for code in (*range(128), 0xFFFE, 0xFFFF) if CONTROL.match(chr(code))]

MAX_LINE = 100_000
MAX_FILE = 4_000_000

MAX_CATALOGUE = 4 * MAX_FILE
"""A catalogue has a document's text twice, and more that is no longer used; each message is one line."""


def inside(root: Path, path: Path) -> bool:
    """Whether a path, links followed, lies in the site: nothing else is read or written."""
    if _is_straight(str(root), str(path)):  # nearly always, and in a tenth of the time
        return True
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))


def _is_straight(folder: str, path: str) -> bool:
    """Whether a path leads down from a folder, without a link on the way."""
    start = "" if folder == "." else folder + os.sep  # pathlib leaves the dot out
    if not path.startswith(start) or os.path.isabs(path) != os.path.isabs(folder):
        return False
    here = folder
    for part in path[len(start) :].split(os.sep):
        here = f"{here}{os.sep}{part}"
        if part == ".." or os.path.islink(here):
            return False
    return True


def scan(root: Path, folder: str, report: Report) -> tuple[Source, ...]:
    """The files below a folder of the site, sorted by path; litter of systems and editors left out."""
    start = root / folder
    if not start.is_dir():
        return ()
    if not inside(root, start):
        report(Problem(folder, 1, 1, "a symbolic link leads out of the site", "copy the folder here instead"))
        return ()
    found: list[Source] = []
    _walk(root, str(start), folder, (), found, report)
    return tuple(sorted(found, key=attrgetter("path")))


def is_litter(name: str) -> bool:
    """Whether a file is what systems and editors leave behind."""
    # In a third of the time for all others.
    suspect = name.startswith(_LITTER_BEGINS) or name.endswith(_LITTER_ENDS)
    return suspect and _LITTER.fullmatch(name) is not None


@contextmanager
def opened(folder: str | Path) -> Iterator[int]:
    """A folder's descriptor: to look at a file from there takes a third less than by its whole path."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def signature(stat: os.stat_result) -> bytes:
    """What tells a file that has been changed, without reading it: as git's index does it.

    The time of the last change of its inode catches an edit that sets the old time of modification.
    """
    return _signature(stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino)


def digest(source: Source, report: Report) -> str:
    """Digest of the file's bytes, as by `fingerprint.hashed`; nothing, and a report, if it can't be read."""
    try:
        found = sha256()
        with open(f"{source.root}/{source.path}", "rb", buffering=0) as file:
            while part := file.read(_PART):
                found.update(part)
        return found.hexdigest()[:32]
    except OSError as error:
        report(Problem(source.path, 1, 1, f"can't be read ({error.strerror})", "check that it may be read"))
        return ""


def unsettled(path: str) -> Problem:
    """What to say of a file that isn't the same all the time that it is worked with."""
    return Problem(path, 1, 1, "the file changes while the site is built", "build again when it is calm")


def read_text(source: Source, report: Report) -> str | None:
    """The file's text: UTF-8, no byte order mark, line ends as `\\n`. Reports what isn't that."""
    found = read_with_bytes(source, report)
    return found and found[0]


def read_with_bytes(source: Source, report: Report) -> tuple[str, bytes] | None:
    """The same, with the bytes that it was read from."""
    try:
        with open(f"{source.root}/{source.path}", "rb", buffering=0) as file:
            raw = file.read()
    except OSError as error:
        report(
            Problem(
                source.path, 1, 1, f"can't be read ({error.strerror})", "check that it exists and may be read"
            )
        )
        return None
    text = decode(raw, source.path, report)
    return None if text is None else (text, raw)


def decode(raw: bytes, path: str, report: Report) -> str | None:
    """Bytes as text, by the rules of `read_text`."""
    catalogue = path.endswith(".po")
    most = MAX_CATALOGUE if catalogue else MAX_FILE
    if len(raw) > most:
        report(Problem(path, 1, 1, f"the file has {len(raw):,} bytes", f"keep it under {most:,}"))
        return None
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        report(Problem(path, 1, 1, "the file is UTF-16", "save it as UTF-8"))
        return None
    raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        start = raw.rfind(b"\n", 0, error.start) + 1
        column = len(raw[start : error.start].decode(errors="replace")) + 1
        what = f"the byte 0x{raw[error.start]:02x} is not UTF-8"
        report(Problem(path, raw.count(b"\n", 0, error.start) + 1, column, what, "save the file as UTF-8"))
        return None
    if b"\r" in raw:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    # To look for each is five times as fast as to look for any.
    if any(map(raw.__contains__, _CONTROLS)) and (found := CONTROL.search(text)):
        line, column = place(text, found.start())
        what = f"the character U+{ord(found[0]):04X} can't stand in a text"
        report(Problem(path, line, column, what, "remove it"))
        return None
    if len(text) > MAX_LINE and not catalogue:
        for number, line_text in enumerate(text.split("\n"), 1):
            if len(line_text) > MAX_LINE:
                what = f"the line has {len(line_text):,} characters"
                report(Problem(path, number, 1, what, f"break it into lines under {MAX_LINE:,}"))
                return None
    return text


def place(text: str, index: int) -> tuple[int, int]:
    """Line and column of an index, from 1."""
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def _walk(
    root: Path,
    folder: str,
    path: str,
    above: tuple[str, ...],
    found: list[Source],
    report: Report,
    *,
    linked: bool = False,
) -> None:
    real = os.path.realpath(folder)
    if real in above:
        report(Problem(path, 1, 1, "a symbolic link leads back to its own folder", "remove the link"))
        return
    try:
        folders = _listed(root, folder, path, found, report, linked=linked)
    except PermissionError as error:
        what = f"the folder can't be read ({error.strerror})"
        report(Problem(path, 1, 1, what, "check that it may be read and entered"))
        return
    for name, link in folders:
        _walk(root, f"{folder}/{name}", f"{path}/{name}", (*above, real), found, report, linked=link)


def _listed(
    root: Path, folder: str, path: str, found: list[Source], report: Report, *, linked: bool
) -> list[tuple[str, bool]]:
    """Add the files of a folder to those `found`; its folders by name, and whether they are behind a link."""
    folders = []
    with opened(folder) as here, os.scandir(here) as entries:
        for entry in entries:
            name = entry.name
            file = f"{path}/{name}"
            if is_litter(name):
                continue
            if not name.isprintable():
                shown = os.fsencode(file).decode(errors="backslashreplace")
                what = "the name has characters that can't be read"
                report(Problem(shown, 1, 1, what, "rename the file"))
                continue
            link = entry.is_symlink()
            if link and (wrong := _astray(root, Path(folder, name))):
                report(Problem(file, 1, 1, *wrong))
            elif entry.is_file():
                found.append(Source(file, root, signature(entry.stat()), link=link or linked))
            elif entry.is_dir():
                folders.append((name, link or linked))
            else:
                report(Problem(file, 1, 1, "neither a file nor a folder", "move it out of the site"))
    return folders


def _astray(root: Path, link: Path) -> tuple[str, str] | None:
    """What is wrong with a symbolic link, and what to do; None for one to something in the site."""
    target = Path(os.path.realpath(link))
    if not inside(root, target):
        return "a symbolic link leads out of the site", "copy the file here instead"
    return None if target.exists() else ("a symbolic link leads nowhere", "remove it or mend it")
