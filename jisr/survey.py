"""What a build finds: the files of the site and of the theme, and what became of those it wrote before."""

import os
import signal
import struct
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISREG
from typing import Any, BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from jisr.errors import Problem, Report
from jisr.model import Source
from jisr.packing import pack, unpacker
from jisr.read.sources import digest, is_litter, opened, scan, signature
from jisr.write.state import Written

THEME = "theme/"
"""Before the paths of the theme's files, where the theme isn't the site itself."""

_LENGTH = 8
"""Bytes in which one process tells another how long its answer is."""

_times = struct.Struct("2q").unpack_from
"""The times in a signature."""

_TICK = 20_000_000
"""Nanoseconds within which two changes of a file may bear one time: a kernel's tick is 4 to 10 ms."""


class Outputs(Struct, frozen=True):
    """What became of a number of outputs, and what is to be reported of it.

    Some are `tampered` with: no longer what was written. Others are `touched`: they only look otherwise.
    """

    number: int
    tampered: frozenset[str]
    touched: dict[str, Written]
    problems: list[Problem]


outputs_of = unpacker(Outputs)

Catalogues = tuple[list[tuple[str, bytes, bool]], list[Problem]]
"""Files of `translations/`, sorted by path, with their signatures and whether they are links; and what
is to be reported."""

catalogues_of: Callable[[bytes], Catalogues | None] = unpacker(Catalogues)  # type: ignore[arg-type]

Hashed = tuple[dict[str, str], list[Problem]]
"""Digests of files by their paths, and what is to be reported."""

hashed_of: Callable[[bytes], Hashed | None] = unpacker(Hashed)  # type: ignore[arg-type]

Look = tuple[Callable[[], Any], Callable[[bytes], Any]]
"""What a process of its own may find, and what unpacks it where it was sent; None if it is damaged."""


def survey(
    root: Path, theme: Path, report: Report, catalogues: Callable[[], Catalogues]
) -> dict[str, Source]:
    """The files that a build may read, by their paths, which are in order; `catalogues` finds the last."""

    def of_site(*folders: str) -> dict[str, Source]:
        return {source.path: source for folder in folders for source in scan(root, folder, report)}

    settings = root / "site.yaml"
    found = of_site("content")
    found["site.yaml"] = Source("site.yaml", root, signature(settings.stat()))
    found |= of_site("static", "templates")
    if theme.resolve() != root.resolve():
        for name in ("static", "templates", "translations"):
            shipped = scan(theme, name, report)
            found |= {THEME + source.path: source for source in shipped if _of_theme(source.path)}
    translations, said = catalogues()
    for problem in said:
        report(problem)
    return found | {path: Source(path, root, sign, link=link) for path, sign, link in translations}


def at_catalogues(root: Path) -> Catalogues:
    """Look at the files of `translations/`."""
    problems: list[Problem] = []
    found = scan(root, "translations", problems.append)
    return [(source.path, source.signature, source.link) for source in found], problems


def resurvey(
    root: Path, theme: Path, before: Mapping[str, Source], changed: Iterable[str]
) -> dict[str, Source] | None:
    """The files that there are after some have changed, named by their paths on the disk.

    None where that can't be told from those paths alone: a new file, a folder, a link.
    """
    found = dict(before)
    for path in changed:
        name = named(root, theme, path)
        if name not in before:
            gone = not os.path.lexists(path)
            if is_litter(Path(path).name) or (gone and not any(one.startswith(f"{name}/") for one in before)):
                continue
            return None
        try:
            stat = os.lstat(path)
        except OSError:
            del found[name]
            continue
        if not S_ISREG(stat.st_mode):
            return None
        found[name] = replace(before[name], signature=signature(stat))
    for link in changed_since([source for source in found.values() if source.link]):
        if not link.file.is_file():
            return None
        name = named(root, theme, str(link.file))
        found[name] = replace(link, signature=signature(link.file.stat()))
    return found


def named(root: Path, theme: Path, path: str) -> str:
    """What the site calls a file, by its path on the disk."""
    for folder, prefix in ((root, ""), (theme, THEME)):
        if path.startswith(f"{folder}/"):
            return prefix + path.removeprefix(f"{folder}/")
    return path


def digests(
    sources: Mapping[str, Source],
    known: Mapping[str, str],
    hashes: Mapping[str, str],
    changed: Iterable[str],
    report: Report,
) -> dict[str, str]:
    """Digest of each file: the known one if it hasn't changed. Of some there are `hashes` already."""
    new, said = hash_files((path, sources[path]) for path in sorted(changed) if path not in hashes)
    for problem in said:
        report(problem)
    found = {**known, **hashes, **new}
    for path in [path for path in known if path not in sources]:
        del found[path]
    return found


def hash_files(sources: Iterable[tuple[str, Source]]) -> Hashed:
    """Digest of each of some files, which may be called otherwise than by their own paths."""
    problems: list[Problem] = []
    return {path: digest(source, problems.append) for path, source in sources}, problems


def changed_since(sources: Iterable[Source]) -> Iterator[Source]:
    """The files that look otherwise than when they were found."""
    for source in sources:
        try:
            now = signature(os.stat(f"{source.root}/{source.path}"))  # noqa: PTH116 - a third of the time
        except OSError:
            now = b""
        if now != source.signature:
            yield source


def tampering(folder: Path, written: Mapping[str, Written], *, verify: bool) -> Outputs:
    """Look at the outputs. With `verify` every file is read, whatever its times say."""
    if not folder.is_dir():
        return Outputs(len(written), frozenset(written), {}, [])
    problems: list[Problem] = []
    tampered = set()
    touched = {}
    with opened(folder) as here:
        for path, before in written.items():
            try:
                now = signature(os.lstat(path, dir_fd=here))
            except OSError:
                tampered.add(path)
                continue
            if now == before.signature and not verify:
                continue
            file = folder / path
            own = file.is_file() and not file.is_symlink()
            if own and digest(Source(path, folder), problems.append) == before.digest:
                touched[path] = Written(before.fingerprint, before.digest, now)
            else:
                tampered.add(path)
    return Outputs(len(written), frozenset(tampered), touched, problems)


@contextmanager
def beside(looks: Sequence[Look], *, fork: bool) -> Iterator[Iterator[Any]]:
    """Take looks in a process of its own meanwhile, with `fork`: its answers, one after another.

    Should that process die, the looks that are left are taken here. One that nobody waits for is given up.
    """
    if not fork:
        yield (look() for look, _ in looks)
        return
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.close(reader)
            with os.fdopen(writer, "wb") as pipe:
                for look, _ in looks:
                    answer = pack(look())
                    pipe.write(len(answer).to_bytes(_LENGTH, "big") + answer)
                    pipe.flush()
        finally:
            os._exit(0)
    os.close(writer)
    try:
        with os.fdopen(reader, "rb") as pipe:
            yield _answers(pipe, looks)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _answers(pipe: BinaryIO, looks: Iterable[Look]) -> Iterator[Any]:
    for look, unpack in looks:
        answer = pipe.read(int.from_bytes(pipe.read(_LENGTH), "big"))
        found = unpack(answer)
        yield look() if found is None else found


def trusted(sign: bytes, since: int) -> bytes:
    """A signature to be compared with later; nothing where the file changed after `since`, or nearly then.

    It could change once more within the same tick of the clock and look the same (as with git's index).
    """
    return b"" if max(_times(sign)) >= since - _TICK else sign


def below(paths: Sequence[str], *folders: str) -> list[str]:
    """Those of the paths, which are in order, that begin with one of the folders; these end with a slash."""
    found: list[str] = []
    for folder in folders:
        after = f"{folder[:-1]}{chr(ord('/') + 1)}"
        found += paths[bisect_left(paths, folder) : bisect_left(paths, after)]
    return found


def _of_theme(path: str) -> bool:
    return not path.startswith("translations/") or path.endswith("/interface.po")
