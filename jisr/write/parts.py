"""Values by path in a table of parts: many values in each, one after another by their paths.

A build needs what is recorded of every file. To take parts to pieces costs a fraction of what reading as
many rows does, while an edit writes a few parts anew.
"""

import sqlite3
from bisect import bisect_right
from collections.abc import Mapping
from typing import Generic, TypeVar

from jisr.packing import pack, unpacker

TABLE = "CREATE TABLE part (name TEXT, first TEXT, content BLOB, PRIMARY KEY (name, first));"

_SIZE = 128
"""Values in a part, once it had to be divided because there were twice as many."""

_OWN = "FROM part WHERE name = ? AND typeof(first) = 'text'"

T = TypeVar("T")


class Parts(Generic[T]):
    """The parts of one `name`, whose values are of one `kind`."""

    def __init__(self, db: sqlite3.Connection, name: str, kind: type[T]) -> None:
        self.db, self.name = db, name
        self.unpack = unpacker(dict[str, kind])  # type: ignore[valid-type]

    def read(self) -> dict[str, T]:
        """All values, sorted by path; without the parts that are damaged."""
        found: dict[str, T] = {}
        for (content,) in self.db.execute(f"SELECT content {_OWN} ORDER BY first", (self.name,)):
            found |= self.unpack(content) or {}
        return found

    def change(self, values: Mapping[str, T | None]) -> None:
        """Put values into their parts. None takes one out."""
        rows = self.db.execute(f"SELECT first {_OWN} ORDER BY first", (self.name,))
        firsts = [first for (first,) in rows] or [""]
        changes: dict[str, dict[str, T | None]] = {}
        for path, value in values.items():
            changes.setdefault(firsts[max(0, bisect_right(firsts, path) - 1)], {})[path] = value
        for first, changed in changes.items():
            merged = self._one(first) | changed
            kept = {path: value for path, value in sorted(merged.items()) if value is not None}
            self._write(first, kept)

    def _one(self, first: str) -> dict[str, T | None]:
        query = "SELECT content FROM part WHERE name = ? AND first = ?"
        row = self.db.execute(query, (self.name, first)).fetchone()
        return dict(self.unpack(row[0]) or {}) if row else {}

    def _write(self, first: str, values: Mapping[str, T]) -> None:
        """Put these values in the place of the part that begins with `first`; too many, in several."""
        self.db.execute("DELETE FROM part WHERE name = ? AND first = ?", (self.name, first))
        paths = list(values)
        size = _SIZE if len(paths) > 2 * _SIZE else 2 * _SIZE
        for start in range(0, len(paths), size):
            part = paths[start : start + size]
            row = (self.name, part[0] if start else first, pack({path: values[path] for path in part}))
            self.db.execute("INSERT OR REPLACE INTO part VALUES (?, ?, ?)", row)
