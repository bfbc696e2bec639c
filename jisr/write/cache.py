"""What took long to make, kept under the digest of what it is made of. Nothing is lost with it.

Any process may use it at any time: a file comes into its place whole, and one that is gone or damaged is made
again.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from jisr.write.output import FOLDER

NAME = "cache"
_SIZE = 16


class Cache:
    """The files kept for a site. `version` is that of their maker: those of another don't count."""

    def __init__(self, root: Path, version: str) -> None:
        self.folder = root / FOLDER / NAME
        self.version = version.encode()

    def get(self, name: str) -> bytes | None:
        """What is kept under a name, if it is whole."""
        try:
            kept = (self.folder / name).read_bytes()
        except OSError:
            return None
        return kept[_SIZE:] if kept[:_SIZE] == self._digest(kept[_SIZE:]) else None

    def put(self, name: str, content: bytes) -> None:
        """Keep something. A disk that refuses costs time, no more."""
        new = self.folder / f".{name}.{os.getpid()}"
        with suppress(OSError):
            self.folder.mkdir(exist_ok=True)
            new.write_bytes(self._digest(content) + content)
            new.replace(self.folder / name)

    def _digest(self, content: bytes) -> bytes:
        return blake2b(content, digest_size=_SIZE, key=self.version[:64]).digest()


def keep_only(root: Path, names: Iterable[str]) -> None:
    """Remove what is kept under other names than these."""
    wanted = frozenset(names)
    with suppress(OSError), os.scandir(root / FOLDER / NAME) as entries:
        for entry in entries:
            if entry.name not in wanted:
                with suppress(OSError):
                    Path(entry.path).unlink()
