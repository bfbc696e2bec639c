"""What documents came to in each language, kept for a build in which only templates have changed.

Beside the record and apart from it: nothing is lost with it. A row that is missing, of another rendering or
damaged means that its document is rendered once more. What a crash tears is seen by its CRC-32, which takes a
fourth of the time of a cryptographic digest.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from zlib import crc32

FILE = "bodies.db"
_TABLE = "CREATE TABLE IF NOT EXISTS body (path TEXT PRIMARY KEY, key TEXT, crc INTEGER, packed BLOB)"


class Bodies:
    """The bodies kept for a site, beside its record. One process writes them; several can read."""

    def __init__(self, record: Path) -> None:
        self.file = record / FILE
        self.db: sqlite3.Connection | None = None

    def get(self, path: str, key: str) -> bytes:
        """What was kept of a document, if that is what `key` names; else nothing."""
        with suppress(sqlite3.Error):
            found = self._open().execute("SELECT key, crc, packed FROM body WHERE path = ?", (path,))
            row = found.fetchone()
            if row and row[0] == key and type(row[2]) is bytes and row[1] == crc32(row[2]):
                return row[2]
        return b""

    def keep(self, rows: Iterable[tuple[str, str, bytes]]) -> None:
        """Keep paths, keys and bodies until `close`."""
        values = [(path, key, crc32(packed), packed) for path, key, packed in rows]
        try:
            self._put(values)
        except sqlite3.DatabaseError:
            self._begin_anew()
            with suppress(sqlite3.Error):  # a full disk: the next build renders what it misses
                self._put(values)

    def forget(self, paths: Iterable[str]) -> None:
        """Take documents out that are no more."""
        if self.file.exists():
            with suppress(sqlite3.Error):
                self._open().executemany("DELETE FROM body WHERE path = ?", ((path,) for path in paths))

    def close(self) -> None:
        """Write down what was kept."""
        if self.db:
            with suppress(sqlite3.Error):
                self.db.commit()
            self.db.close()
            self.db = None

    def _put(self, values: list[tuple[str, str, int, bytes]]) -> None:
        db = self._open()
        db.execute(_TABLE)
        db.executemany("INSERT OR REPLACE INTO body (path, key, crc, packed) VALUES (?, ?, ?, ?)", values)

    def _open(self) -> sqlite3.Connection:
        if self.db is None:
            self.db = sqlite3.connect(self.file)
            self.db.execute("PRAGMA page_size = 32768")  # a body is 15 kB
            self.db.execute("PRAGMA journal_mode = OFF")
            self.db.execute("PRAGMA synchronous = OFF")
        return self.db

    def _begin_anew(self) -> None:
        if self.db:
            self.db.close()
            self.db = None
        self.file.unlink(missing_ok=True)
