"""Values by path in a table of parts: many values in each, one after another by their paths.

A build needs what is recorded of every file. To take parts to pieces costs a fraction of what reading as
many rows does, while an edit writes a few parts anew.
"""

import sqlite3
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from jisr.packing import pack, unpacker

TABLE = "CREATE TABLE part (name TEXT, first TEXT, content BLOB, PRIMARY KEY (name, first));"

_SIZE = 128
"""Values in a part, once it had to be divided because there were twice as many."""

_OWN = "FROM part WHERE name = ? AND typeof(first) = 'text'"

T = TypeVar("T")


class Recorded(Mapping[str, T]):
    """The values of parts as they were read. A part is taken to pieces when one of its values is asked for.

    Parts that are damaged have none.
    """

    def __init__(
        self, parts: Sequence[tuple[str, bytes]], unpack: Callable[[bytes], Mapping[str, T]]
    ) -> None:
        """`parts` are in their order, each with the path that it begins with."""
        self.parts = parts
        self._firsts = [first for first, _ in parts]
        self._unpack = unpack
        self._unpacked: dict[int, Mapping[str, T]] = {}
        self._whole: dict[str, T] | None = None

    def __getitem__(self, path: str) -> T:
        if self._whole is not None:
            return self._whole[path]
        at = max(0, bisect_right(self._firsts, path) - 1)
        if at not in self._unpacked:
            self._unpacked[at] = self._unpack(self.parts[at][1]) if self.parts else {}
        return self._unpacked[at][path]

    def __iter__(self) -> Iterator[str]:
        return iter(self.whole())

    def __len__(self) -> int:
        return len(self.whole())

    def halves(self) -> "tuple[Recorded[T], Recorded[T]]":
        """The first half of the parts, and the others."""
        middle = len(self.parts) // 2
        first, second = self.parts[:middle], self.parts[middle:]
        return Recorded(first, self._unpack), Recorded(second, self._unpack)

    def whole(self) -> dict[str, T]:
        """All values, sorted by path."""
        if self._whole is None:
            self._whole = {}
            for _, content in self.parts:
                self._whole |= self._unpack(content)
        return self._whole


class Parts(Generic[T]):
    """The parts of one `name`, whose values are of one `kind`."""

    def __init__(
        self,
        db: sqlite3.Connection,
        name: str,
        kind: type[T],
        sift: Callable[[dict[str, T]], dict[str, T]] = lambda values: values,
    ) -> None:
        """`sift` takes out of the values of a part what is of no use."""
        self.db, self.name, self.sift = db, name, sift
        self.taken_apart = unpacker(dict[str, kind])  # type: ignore[valid-type]

    def unpack(self, content: bytes) -> dict[str, T]:
        """The values of a part; none where it is damaged."""
        return self.sift(self.taken_apart(content) or {})

    def read(self) -> Recorded[T]:
        """All values."""
        rows = self.db.execute(f"SELECT first, content {_OWN} ORDER BY first", (self.name,))
        return Recorded(rows.fetchall(), self.unpack)

    def whole(self) -> dict[str, T]:
        """The same, taken to pieces: part after part, since memory that wasn't used yet takes time."""
        found: dict[str, T] = {}
        query = f"SELECT content {_OWN} ORDER BY first"
        for (content,) in self.db.execute(query, (self.name,)):
            found |= self.unpack(content)
        return found

    def differing(self, values: Mapping[str, T]) -> tuple[set[str], set[str]]:
        """Paths whose values aren't as recorded, and recorded ones without a value; `values` are in order.

        Parts are compared as they are: only those that differ are taken to pieces.
        """
        rows = self.db.execute(f"SELECT first, content {_OWN} ORDER BY first", (self.name,)).fetchall()
        paths, items = list(values), list(values.items())
        ends = [*[bisect_left(paths, first) for first, _ in rows[1:]], len(paths)]
        changed: set[str] = set()
        gone: set[str] = set()
        start = 0
        for (_, content), end in zip(rows or [("", b"")], ends, strict=True):
            now = dict(items[start:end])
            if pack(now) != content:
                before = self.unpack(content)
                changed |= {path for path, value in now.items() if before.get(path) != value}
                gone |= before.keys() - now.keys()
            start = end
        return changed, gone - values.keys()

    def change(self, values: Mapping[str, T | None]) -> None:
        """Put values into their parts. None takes one out."""
        rows = self.db.execute(f"SELECT first {_OWN} ORDER BY first", (self.name,))
        firsts = [first for (first,) in rows] or [""]
        changes: dict[str, dict[str, T | None]] = {}
        if len(firsts) == 1 and values:
            changes[firsts[0]] = dict(values)
        for path, value in values.items() if len(firsts) > 1 else ():
            changes.setdefault(firsts[max(0, bisect_right(firsts, path) - 1)], {})[path] = value
        for first, changed in changes.items():
            merged = self._one(first) | changed
            self._write(first, {path: one for path in sorted(merged) if (one := merged[path]) is not None})

    def clear(self) -> None:
        """Take all values out."""
        self.db.execute("DELETE FROM part WHERE name = ?", (self.name,))

    def _one(self, first: str) -> dict[str, T | None]:
        query = "SELECT content FROM part WHERE name = ? AND first = ?"
        row = self.db.execute(query, (self.name, first)).fetchone()
        return dict(self.unpack(row[0])) if row else {}

    def _write(self, first: str, values: Mapping[str, T]) -> None:
        """Put these values in the place of the part that begins with `first`; too many, in several."""
        self.db.execute("DELETE FROM part WHERE name = ? AND first = ?", (self.name, first))
        items = list(values.items())
        size = _SIZE if len(items) > 2 * _SIZE else 2 * _SIZE
        for start in range(0, len(items), size):
            part = items[start : start + size]
            row = (self.name, part[0][0] if start else first, pack(dict(part)))
            self.db.execute("INSERT OR REPLACE INTO part VALUES (?, ?, ?)", row)
