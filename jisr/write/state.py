"""What the last build of a site saw and wrote: a SQLite file in `.jisr/`, and a lock on it.

Everything in it can be made anew from the site: a damaged, foreign or older one is put aside with a word
about it. Only plain values go in (MessagePack): a site's folder may come from anywhere.
"""

import fcntl
import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta, Struct

from jisr.errors import Problem, Report, SiteError
from jisr.model import DocumentFacts, RenderFacts, Stood
from jisr.write.output import FOLDER, is_plain
from jisr.write.parts import TABLE, Parts, Recorded

FILE = "state.db"
VERSION = 11
"""Of the tables below and of what is in them."""

PATIENCE = 1.0
"""Seconds to wait for the lock."""

ONE_BY_ONE = 500
"""Documents whose summaries are read by themselves: each takes 20 µs, those of 10,000 at once 30 ms."""

_DAMAGE = (
    sqlite3.SQLITE_ERROR,  # no such table or column
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_NOTADB,
)

_TABLES = f"""
{TABLE}
CREATE TABLE summary (path TEXT PRIMARY KEY, summaries BLOB);
CREATE TABLE picture (path TEXT PRIMARY KEY, facts BLOB) WITHOUT ROWID;
CREATE TABLE run (folder TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""

_WITH_LOG = "PRAGMA journal_mode = WAL"

_Digest = Annotated[str, Meta(min_length=32, max_length=32)]


class Written(Struct, frozen=True, gc=False, array_like=True):
    """A file of the output folder as it was written. An unknown fingerprint is empty."""

    fingerprint: str
    digest: str
    signature: bytes


class State:
    """The state of one site, locked for this process while it is open.

    `record` is the folder in the site's that holds it: builds have one, the preview another.
    """

    def __init__(self, root: Path, report: Report, record: str = FOLDER) -> None:
        self.folder = root / record
        self.links = [root / FOLDER, self.folder]
        self.path = self.folder / FILE
        self.report = report
        self._documents: dict[str, DocumentFacts] | None = None
        self._editions: dict[str, RenderFacts] | None = None
        self._stood: dict[str, dict[str, Stood]] = {}
        self._summaries: dict[str, bytes] | None = None
        self._asked = 0

    def __enter__(self) -> "State":
        if any(folder.is_symlink() for folder in self.links):
            raise SiteError(Problem(FOLDER, 1, 1, "a symbolic link stands where the state goes", "remove it"))
        self.folder.mkdir(parents=True, exist_ok=True)
        ignore = self.folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
        self.lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        self._take_lock()
        try:
            self.db = self._open()
        except BaseException:
            os.close(self.lock)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.db.close()
        os.close(self.lock)

    def _take_lock(self) -> None:
        """Wait a little: the workers of a build that was killed hold the lock until they see it."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > until:
                    os.close(self.lock)
                    what = "another build of this site is running"
                    raise SiteError(Problem(FOLDER, 1, 1, what, "wait until it has ended")) from None
                time.sleep(0.02)

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connect()
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            return self._anew(error)

    def discard(self, error: Exception) -> None:
        """Begin with an empty record, since this one is damaged, and say so."""
        self.db.close()
        self.db = self._anew(error)

    def _anew(self, error: Exception) -> sqlite3.Connection:
        hint = "it was made anew: this build reads everything"
        what = f"the record of earlier builds can't be used ({error})"
        self.report(Problem(f"{FOLDER}/{FILE}", 1, 1, what, hint, "warning"))
        self._forget()
        for name in (FILE, *(f"{FILE}-{kind}" for kind in ("journal", "wal", "shm"))):
            (self.folder / name).unlink(missing_ok=True)
        return self._connect()

    def _connect(self) -> sqlite3.Connection:
        new = not self.path.exists()
        db = sqlite3.connect(self.path, isolation_level=None)
        try:
            if not new:  # what a first build records would be written twice: `save` sets it then
                db.execute(_WITH_LOG)
            db.execute("PRAGMA synchronous = NORMAL")
            version = db.execute("PRAGMA user_version").fetchone()[0]
            names = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not new and not (version == 0 and not names):
                if version != VERSION:
                    raise sqlite3.DatabaseError(f"version {version} instead of {VERSION}")
                if names != {"part", "summary", "picture", "run"}:
                    raise sqlite3.DatabaseError("not a record of Jisr's")
                return db
            db.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
        except BaseException:
            db.close()
            raise
        return db

    def differing(self, signatures: Mapping[str, bytes]) -> tuple[set[str], set[str]]:
        """Files that are new or look otherwise than the last build saw them, and those that are no more.

        Their `signatures` are in the order of their paths.
        """
        return self._of_signatures().differing(signatures)

    def digests(self) -> dict[str, str]:
        """The digest of each file that the last build read."""
        return self._of_digests().whole()

    def documents(self) -> dict[str, DocumentFacts]:
        """The facts of each document."""
        if self._documents is None:
            self._documents = self._of_documents().whole()
        return self._documents

    def pictures(self) -> dict[str, bytes]:
        """The facts of each picture, by the digest of its file."""
        return dict(self.db.execute("SELECT path, facts FROM picture WHERE typeof(facts) = 'blob'"))

    def editions(self) -> dict[str, RenderFacts]:
        """The facts of each document's rendering."""
        if self._editions is None:
            self._editions = self._of_editions().whole()
        return self._editions

    def summaries(self, path: str) -> bytes:
        """The editions of a document, without their bodies. Where many are asked for, all are read."""
        if self._asked < ONE_BY_ONE:
            self._asked += 1
            found = self.db.execute("SELECT summaries FROM summary WHERE path = ?", (path,)).fetchone()
            return found[0] if found and type(found[0]) is bytes else b""
        if self._summaries is None:
            query = "SELECT path, summaries FROM summary WHERE typeof(summaries) = 'blob'"
            self._summaries = dict(self.db.execute(query))
        return self._summaries.get(path, b"")

    def outputs(self, folder: str) -> Recorded[Written]:
        """What was written into an output folder."""
        return self._of_outputs(folder).read()

    def stood(self, folder: str) -> dict[str, Stood]:
        """The outputs of each document and listing in an output folder; under nothing, those of neither."""
        if folder not in self._stood:
            self._stood[folder] = self._of_stood(folder).whole()
        return self._stood[folder]

    def prepare(self, folder: str) -> None:
        """Read what a build with something to do will ask for."""
        self.documents()
        self.editions()
        self.stood(folder)

    def run(self, folder: str) -> dict[str, Any]:
        """What the last build into a folder was asked, and said; of "" what holds for them all.

        Empty where there was none, or what is recorded of it is damaged.
        """
        found = self.db.execute("SELECT value FROM run WHERE folder = ?", (folder,)).fetchone()
        try:
            record = json.loads(str(found[0]) if found else "{}")
        except ValueError:
            return {}
        return record if isinstance(record, dict) else {}

    def save(
        self,
        folder: str,
        *,
        signatures: Mapping[str, bytes | None],
        digests: Mapping[str, str | None],
        documents: Mapping[str, DocumentFacts | None],
        pictures: Mapping[str, bytes | None],
        editions: Mapping[str, tuple[RenderFacts, bytes] | None],
        outputs: Mapping[str, Written | None],
        stood: Mapping[str, Stood | None],
        run: Mapping[str, Any],
        site: Mapping[str, Any],
    ) -> None:
        """Record a build in one transaction, and what was said of it. None takes a value out."""
        rendered = {path: one and one[0] for path, one in editions.items()}
        summaries = {path: one and one[1] for path, one in editions.items()}
        with self._all_or_nothing() as db:
            self._forget()
            self._of_signatures().change(signatures)
            self._of_digests().change(digests)
            self._of_documents().change(documents)
            self._of_editions().change(rendered)
            self._of_outputs(folder).change(outputs)
            self._of_stood(folder).change(stood)
            for table, rows in (("summary", summaries), ("picture", pictures)):
                gone = ((path,) for path, value in rows.items() if value is None)
                db.executemany(f"DELETE FROM {table} WHERE path = ?", gone)
                kept = ((path, value) for path, value in rows.items() if value is not None)
                db.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?)", kept)
            said = [(of, json.dumps(one, ensure_ascii=False)) for of, one in ((folder, run), ("", site))]
            db.executemany("INSERT OR REPLACE INTO run VALUES (?, ?)", said)
        with suppress(sqlite3.OperationalError):  # somebody reads it: then the next build sets it
            self.db.execute(_WITH_LOG)

    def touch(self, folder: str, outputs: Mapping[str, Written]) -> None:
        """Record how files look now that are what they were."""
        with self._all_or_nothing():
            self._of_outputs(folder).change(outputs)

    def note(self, folder: str, paths: Iterable[str], gone: Iterable[str]) -> None:
        """Record that files were written, and others removed, by a build that didn't come to its end."""
        rows: dict[str, Written | None] = dict.fromkeys(paths, Written("", "", b""))
        with self._all_or_nothing() as db:
            self._of_outputs(folder).change(rows | dict.fromkeys(gone))
            self._of_stood(folder).clear()
            db.execute("DELETE FROM run WHERE folder = ?", (folder,))

    def _of_signatures(self) -> Parts[bytes]:
        return Parts(self.db, "signature", bytes)

    def _of_digests(self) -> Parts[str]:
        return Parts(self.db, "digest", _Digest)

    def _of_documents(self) -> Parts[DocumentFacts]:
        return Parts(self.db, "document", DocumentFacts)

    def _of_editions(self) -> Parts[RenderFacts]:
        return Parts(self.db, "edition", RenderFacts)

    def _of_outputs(self, folder: str) -> Parts[Written]:
        return Parts(self.db, f"output {folder}", Written, _plain)

    def _of_stood(self, folder: str) -> Parts[Stood]:
        return Parts(self.db, f"stood {folder}", Stood)

    def _forget(self) -> None:
        self._documents = self._editions = self._summaries = None
        self._stood = {}

    @contextmanager
    def _all_or_nothing(self) -> Iterator[sqlite3.Connection]:
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield self.db
            self.db.execute("COMMIT")
        except BaseException:
            self.db.execute("ROLLBACK")
            raise


def _plain(rows: dict[str, Written]) -> dict[str, Written]:
    """Those whose paths lead to something inside the folder."""
    # A look at all paths together takes a hundredth of what a look at each takes.
    together = "\n".join(rows)
    if ".." in together or "\n/" in together or together.startswith("/") or "" in rows:
        return {path: row for path, row in rows.items() if is_plain(path)}
    return rows


def recorded(root: Path, record: str) -> dict[str, bytes]:
    """The editions of all documents without their bodies; a build may go on meanwhile.

    Raises `sqlite3.DatabaseError` where there is no record.
    """
    with closing(_read_only(root / record / FILE)) as db:
        return dict(db.execute("SELECT path, summaries FROM summary"))


def recorded_of(root: Path, record: str, paths: Iterable[str]) -> dict[str, bytes]:
    """The same for some documents."""
    with closing(_read_only(root / record / FILE)) as db:
        query = "SELECT path, summaries FROM summary WHERE path = ?"
        return dict(row for path in paths for row in db.execute(query, (path,)))


def _read_only(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether an error tells of a bad file, and not of a disk or a right that is wanting."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is None or code & 0xFF in _DAMAGE
