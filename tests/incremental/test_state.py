"""The state of earlier builds damaged, the output folder gone, the disk full, two builds at once."""

import ctypes
import errno
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from jisr.model import Stood
from jisr.read.sources import signature
from jisr.write.state import State, Written
from tests.incremental.bench import (
    Bench,
    Build,
    Tree,
    clean_build,
    clean_specimen,
    differences,
    once_it_has_looked,
    quick_folder,
    run,
    tree,
    write_files,
)
from tests.incremental.edits import restore, sources
from tests.incremental.faults import Event, on_events
from tests.incremental.specimen import FILES, catalogue

CODE = str(Path(__file__).parents[2])

DB = ".jisr/state.db"


@pytest.fixture
def bench() -> Iterator[Bench]:
    """The specimen, built once, with a file of others in the output folder."""
    with quick_folder() as home:
        made = Bench(home, FILES, "--jobs", "1")
        made.add_stray("CNAME", "example.org")
        made.check(clean_specimen())
        yield made


def edit(bench: Bench) -> None:
    """Change something, so that there is something to write, and take something away."""
    file = bench.root / "content/articles/b.md"
    file.write_text(file.read_text(encoding="utf-8").replace("v01", "v02"), encoding="utf-8")
    (bench.root / "content/help/me.md").unlink()


def check_message(exit_code: int, stderr: str, *expected: str) -> None:
    """A command ended with a message of the usual form."""
    assert exit_code == 1
    assert re.search(r"^\S.*:\d+:\d+: error: ", stderr, re.MULTILINE), stderr
    assert "Traceback" not in stderr
    assert any(word in stderr for word in expected or ("",)), stderr


# The state damaged.


def _sql(*statements: str) -> Callable[[Path], object]:
    def change(root: Path) -> None:
        with closing(sqlite3.connect(root / DB)) as db:
            for statement in statements:
                db.execute(statement)
            db.commit()

    return change


def _bytes(change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    """A change of the whole file, what stood in the write-ahead log included."""

    def damage(root: Path) -> None:
        _sql("PRAGMA journal_mode = DELETE")(root)
        (root / DB).write_bytes(change((root / DB).read_bytes()))

    return damage


def _foreign(root: Path) -> None:
    (root / DB).unlink()
    with closing(sqlite3.connect(root / DB)) as db:
        db.execute("CREATE TABLE notes (text TEXT)")
        db.execute("INSERT INTO notes VALUES ('مذكرة')")
        db.commit()


def _same_names(root: Path) -> None:
    """Tables of the names that Jisr's have, with other columns, and its version."""
    with closing(sqlite3.connect(root / DB)) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        version = db.execute("PRAGMA user_version").fetchone()[0]
    (root / DB).unlink()
    with closing(sqlite3.connect(root / DB)) as db:
        for name in names:
            db.execute(f"CREATE TABLE {name} (other TEXT)")
        db.execute(f"PRAGMA user_version = {version}")
        db.commit()


def _directory(*, full: bool) -> Callable[[Path], object]:
    def damage(root: Path) -> None:
        (root / DB).unlink()
        (root / DB).mkdir()
        if full:
            write_files(root / DB, {"x": "x"})

    return damage


def _flipped(at: float) -> Callable[[bytes], bytes]:
    """A page of the file overwritten, the header spared."""

    def change(data: bytes) -> bytes:
        start = 4096 + int((len(data) - 8192) * at) // 4096 * 4096
        return data[:start] + bytes(255 - byte for byte in data[start : start + 4096]) + data[start + 4096 :]

    return change


def _link(root: Path, target: str) -> None:
    (root.parent / "far").mkdir()
    shutil.rmtree(root / ".jisr")
    (root / ".jisr").symlink_to(target)


def _dangling(root: Path) -> None:
    (root / DB).unlink()
    (root / DB).symlink_to("nowhere")


def _file(root: Path) -> None:
    shutil.rmtree(root / ".jisr")
    write_files(root, {".jisr": "x"})


def _folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


def _left_behind(root: Path) -> None:
    (root / f"{DB}-wal").write_bytes(b"\x37\x7f\x06\x82" + os.urandom(5000))
    (root / f"{DB}-shm").write_bytes(os.urandom(32768))


DAMAGED: dict[str, Callable[[Path], object]] = {
    "cut in half": _bytes(lambda data: data[: len(data) // 2]),
    "cut to its header": _bytes(lambda data: data[:100]),
    "text": lambda root: (root / DB).write_text("ليست قاعدة بيانات " * 100, encoding="utf-8"),
    "zeros": _bytes(lambda data: bytes(len(data))),
    "of another program": _foreign,
    "of the same names": _same_names,
    "of a later version": _sql("PRAGMA user_version = 4711"),
    "of a version without a number": _sql("PRAGMA user_version = 0"),
    **{f"overwritten at {at}": _bytes(_flipped(at)) for at in (0, 0.2, 0.4, 0.6, 0.8, 1)},
}
"""Damage that must not pass without a word."""

OTHERWISE: dict[str, Callable[[Path], object]] = {
    "empty": lambda root: (root / DB).write_bytes(b""),
    "cut to a byte": lambda root: (root / DB).write_bytes(b"S"),
    "gone": lambda root: (root / DB).unlink(),
    "gone with its folder": lambda root: shutil.rmtree(root / ".jisr"),
    "a folder": _directory(full=False),
    "a folder that isn't empty": _directory(full=True),
    "a link that leads nowhere": _dangling,
    "beside a log of nobody": _left_behind,
    "beside a journal of nobody": lambda root: (root / f"{DB}-journal").write_bytes(os.urandom(5000)),
    "beside a log that is a folder": lambda root: (root / f"{DB}-wal").mkdir(),
    "in a folder that is a file": _file,
    "in a folder that is a link": lambda root: _link(root, "../far"),
    "in a folder that is a link to nowhere": lambda root: _link(root, "../nowhere"),
    "beside a lock that is a folder": lambda root: _folder(root / ".jisr/lock"),
    "beside an ignore file that is a folder": lambda root: _folder(root / ".jisr/.gitignore"),
}
"""What may pass in silence, or may be what a build can't go on with."""


def check_after_damage(bench: Bench, *, told: bool | None) -> None:
    """The build comes to the clean result, or ends with a message; a word of `.jisr` is said where asked.

    Of what a build doesn't come across it needn't speak (None); but it mustn't stop.
    """
    before = tree(bench.public)
    bench.forget()
    result = run(bench.root, "build", *bench.options)
    assert "Traceback" not in result.stderr
    about = [line for line in result.stderr.splitlines() if ".jisr" in line]
    if result.exit_code:
        check_message(result.exit_code, result.stderr, ".jisr")
        assert told is False, f"a state that is damaged is made anew: {result.stderr}"
        assert tree(bench.public) == before
        state = bench.root / ".jisr"
        state.unlink() if state.is_symlink() or not state.is_dir() else shutil.rmtree(state)
        bench.check()
        return
    if told:
        assert about, "not a word about the state"
        assert all("warning: " in line for line in about)
    want = clean_build(bench.root)
    said = [line for line in result.stderr.splitlines() if line not in about and "left alone" not in line]
    assert said == list(want.messages)
    got = tree(bench.public)
    bench.strays -= want.public.keys()
    strays = before.keys() - want.public.keys() if told else {"CNAME"}  # else the state may have survived
    assert differences({p: c for p, c in got.items() if p not in bench.strays}, want.public) == {}
    assert {path: got.get(path) for path in strays} == {path: before[path] for path in strays}
    again = bench.build()
    assert (again.exit_code, again.messages) == (0, want.messages), "said once, and mended"


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_state_is_made_anew_with_a_word_about_it(bench: Bench, name: str) -> None:
    DAMAGED[name](bench.root)
    overwritten = name.startswith("overwritten")
    check_after_damage(bench, told=None if overwritten else True)
    edit(bench)
    if overwritten:  # what nothing was read from before is found damaged only now
        check_after_damage(bench, told=None)
    else:
        bench.check()


@pytest.mark.parametrize("name", DAMAGED)
def test_a_state_that_is_damaged_when_there_is_something_to_do_is_made_anew(bench: Bench, name: str) -> None:
    DAMAGED[name](bench.root)
    edit(bench)
    check_after_damage(bench, told=True if not name.startswith("overwritten") else None)


@pytest.mark.parametrize("name", OTHERWISE)
def test_a_state_that_is_in_no_order_is_no_hindrance_or_a_message(bench: Bench, name: str) -> None:
    OTHERWISE[name](bench.root)
    edit(bench)
    check_after_damage(bench, told=False)


def columns(path: Path) -> list[tuple[str, str]]:
    """The tables and columns of a state."""
    with closing(sqlite3.connect(path)) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [(name, row[1]) for name in names for row in db.execute(f"PRAGMA table_info({name})")]


VALUES = [
    "NULL",
    "''",
    "x''",
    "x'00'",
    "x'81a16b01'",
    "'{}'",
    "'[1]'",
    "'x'",
    "5",
    "x'ff'",
    "'{\"settings\": 1}'",
    "-1.5",
]
"""What a value may have been replaced by."""


@pytest.mark.parametrize("value", VALUES)
def test_values_that_make_no_sense_are_passed_over_or_make_the_state_anew(value: str) -> None:
    """A bit that flipped, a program that meddled: whole as SQLite sees it, senseless to Jisr."""
    with quick_folder() as home:
        bench = Bench(home, FILES, "--jobs", "1")
        public = bench.check(clean_specimen()).public
        original = sources(bench.root)
        _sql("PRAGMA journal_mode = DELETE")(bench.root)  # all of it in one file
        state = (bench.root / DB).read_bytes()
        for number, (table, column) in enumerate(columns(bench.root / DB)):
            try:
                _sql(f"UPDATE OR IGNORE {table} SET {column} = {value}")(bench.root)
            except sqlite3.IntegrityError:
                continue
            if number % 2:
                edit(bench)
            result = run(bench.root, "build", *bench.options)
            where = f"{table}.{column}: {result.stderr}"
            assert result.exit_code == 0, where
            if number % 2 == 0:
                assert differences(tree(bench.public), public) == {}, where
            restore(bench.root, original)
            _sql("PRAGMA journal_mode = DELETE")(bench.root)
            (bench.root / DB).write_bytes(state)
        bench.state_lost = True
        bench.check(clean_specimen())


def test_a_state_from_elsewhere_deletes_and_writes_nothing_outside_the_output_folder(bench: Bench) -> None:
    """A site's folder may come from anywhere, its `.jisr` with it."""
    precious = bench.root.parent / "precious.txt"
    for text in ("../../precious.txt", str(precious), "en/../../../precious.txt"):
        precious.write_text("نفيس", encoding="utf-8")
        with State(bench.root, lambda problem: pytest.fail(str(problem))) as state:
            before = state.outputs("public")
            state.touch("public", {text: before["index.html"]})
        (bench.root / "content/about.md").write_bytes(
            (bench.root / "content/about.md").read_bytes() + b"\nx\n"
        )
        result = run(bench.root, "build")
        assert "Traceback" not in result.stderr
        assert precious.exists(), f"deleted as {text}"
        assert precious.read_text(encoding="utf-8") == "نفيس"


def test_a_state_from_elsewhere_deletes_nothing_as_an_output_of_a_document_that_is_gone(bench: Bench) -> None:
    """What documents had is believed as long as there are as many outputs as were found."""
    precious = bench.root.parent / "precious.txt"
    precious.write_text("نفيس", encoding="utf-8")
    extra = bench.public / "extra.html"
    extra.write_text("x", encoding="utf-8")
    with State(bench.root, lambda problem: pytest.fail(str(problem))) as state:
        state.touch("public", {"extra.html": Written("\n\n\nx", "0" * 32, signature(extra.lstat()))})
        with state._all_or_nothing():
            state._of_stood("public").change({"content/gone.md": Stood.of("", ["../../precious.txt"])})
    edit(bench)
    result = run(bench.root, "build", *bench.options)
    assert (result.exit_code, "Traceback" in result.stderr) == (0, False)
    assert precious.exists()


def test_outputs_that_the_state_has_lost_are_made_again_though_their_documents_stand(bench: Bench) -> None:
    lost = "en/articles/a/index.html"
    (bench.public / lost).unlink()
    with State(bench.root, lambda problem: pytest.fail(str(problem))) as state:
        assert lost in state.outputs("public")
        with state._all_or_nothing():
            state._of_outputs("public").change({lost: None})
    about = bench.root / "content/about.md"
    about.write_text(about.read_text(encoding="utf-8") + "\nx\n", encoding="utf-8")
    bench.check()
    assert (bench.public / lost).exists()


def changing(file: Path, reading: int, content: bytes) -> tuple[Callable[[Event], None], list[Event]]:
    """What changes a file as it is opened for the first, second … `reading`, and all such events."""
    seen: list[Event] = []

    def act(event: Event) -> None:
        if event.path == str(file):
            seen.append(event)
            if len(seen) == reading:
                file.write_bytes(content)

    return act, seen


@pytest.mark.parametrize(
    "path",
    ["content/articles/a.md", "static/css/extra.css", "static/files/x.txt", "templates/404.html", "templates/base.html",
     "translations/en/articles/a.po", "translations/en/site.po", "translations/en/interface.po", "site.yaml"],
)  # fmt: skip
def test_a_file_that_was_another_for_a_moment_of_the_build_is_read_again(bench: Bench, path: str) -> None:
    """Hashed as it is, it is changed before it is read, and set back after the build."""
    file = bench.root / path
    was = file.read_bytes()
    edited, other = (was.replace(b"v01", new) for new in (b"v02", b"v03"))
    file.write_bytes(edited)
    act, seen = changing(file, 2, other)
    with on_events(bench.root, act, reading=True):
        bench.build()
    assert len(seen) > 1
    file.write_bytes(edited)
    bench.check()


@pytest.mark.parametrize("path", ["static/css/extra.css", "static/files/x.txt"])
def test_a_file_that_is_read_for_an_output_that_was_lost_is_read_again(bench: Bench, path: str) -> None:
    file = bench.root / path
    was = file.read_bytes()
    shutil.rmtree(bench.public)
    act, seen = changing(file, 1, was.replace(b"v01", b"v03"))
    with on_events(bench.root, act, reading=True):
        bench.build()
    assert seen
    file.write_bytes(was)
    bench.check()


@pytest.mark.parametrize("name", ["help/me", "site", "interface"])
def test_a_catalogue_that_is_there_for_a_moment_of_the_build_leaves_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    edited = [bench.root / "content/help/me.md", *(bench.root / "content/articles").glob("*.md")]
    for path in (bench.root / "translations/fr").glob("*.po"):
        path.unlink()
    for text in ("كلام آخر.", "كلام ثالث."):
        bench.build()
        for path in edited:
            path.write_text(path.read_text(encoding="utf-8") + f"\n{text}\n", encoding="utf-8")
    file = bench.root / f"translations/fr/{name}.po"
    file.parent.mkdir(exist_ok=True)
    said = catalogue("fr", ("كلام آخر.", "Autre"), ("tag", "شعر", "Poésie"), ("Menu", "Carte"))
    once_it_has_looked(monkeypatch, lambda: file.write_text(said, encoding="utf-8"))
    bench.build()
    file.unlink()
    bench.check()


@pytest.mark.parametrize(
    "path", ["static/sedAbC", "static/css/sedAbC.css", "content/articles/sedAbC.md", "content/articles/x.txt"]
)
def test_a_file_that_vanishes_during_a_build_is_as_if_it_had_never_been(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    edit(bench)
    file = bench.root / path
    file.write_text("---\ntitle: x\ndate: 2023-10-16\n---\n\nx\n", encoding="utf-8")
    once_it_has_looked(monkeypatch, file.unlink)
    bench.check()


def test_what_was_wrong_with_the_record_is_told_though_the_build_begins_anew(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bench.root / DB).write_bytes(b"garbage" * 99)
    file = bench.root / "content/articles/a.md"
    changed = file.read_bytes() + b"\nx\n"
    once_it_has_looked(monkeypatch, lambda: file.write_bytes(changed))
    got = bench.build()
    assert got.exit_code == 0
    assert [line for line in got.messages if "the record of earlier builds can't be used" in line]


def test_a_file_that_changes_all_the_time_is_told(bench: Bench) -> None:
    file = bench.root / "content/articles/a.md"
    edit(bench)
    before = tree(bench.public)
    number = 0

    def act(event: Event) -> None:
        nonlocal number
        if event.path == str(file):
            number += 1
            file.write_bytes(file.read_bytes() + b"\n")

    with on_events(bench.root, act, reading=True):
        got = bench.build()
    assert got.messages[0] == (
        "content/articles/a.md:1:1: error: the file changes while the site is built; build again when it is calm"
    )
    assert tree(bench.public) == before
    bench.check()


def journals(bench: Bench) -> list[tuple[str, bytes]]:
    """What a build keeps in `.jisr` only while it puts its files in place."""
    seen: list[tuple[str, bytes]] = []

    def act(event: Event) -> None:
        seen.extend(
            (path.name, path.read_bytes())
            for path in (bench.root / ".jisr").iterdir()
            if path.is_file() and not re.fullmatch(r"\.gitignore|lock|state\.db.*", path.name)
        )

    edit(bench)
    with on_events(bench.root, act):
        bench.build()
    return list(dict.fromkeys(seen))


def test_a_journal_from_elsewhere_deletes_and_writes_nothing_outside_the_output_folder(bench: Bench) -> None:
    found = journals(bench)
    assert found, "there is no journal any more: test what has taken its place"
    precious = bench.root.parent / "precious.txt"
    public = str(bench.public)
    for name, content in found:
        for was in re.findall(rb'"([^"\\]+/index\.html)"', content):
            for text in (b"../../precious.txt", os.fsencode(precious)):
                precious.write_text("نفيس", encoding="utf-8")
                (bench.root / ".jisr" / name).write_bytes(content.replace(was, text))
                run(bench.root, "build")
                assert precious.exists(), f"deleted by way of {name}"
                assert precious.read_text(encoding="utf-8") == "نفيس"
        elsewhere = bench.root.parent / "elsewhere"
        write_files(elsewhere, {"index.html": "من يد أخرى", "help/me/index.html": "من يد أخرى"})
        write_files(bench.root.parent / ".elsewhere.new", {"index.html": "شر"})
        (bench.root / ".jisr" / name).write_bytes(content.replace(public.encode(), str(elsewhere).encode()))
        run(bench.root, "build")
        assert set(tree(elsewhere).values()) == {None, "من يد أخرى".encode()}
        # A word that nothing has is nobody's.
        for token in (b'""', b"null", b"5", b"[]"):
            mine = content.replace(public.encode(), str(elsewhere).encode())
            mine = re.sub(rb'"token": "[0-9a-f]*"', b'"token": ' + token, mine)
            mine = mine.replace(b'"removed": []', b'"removed": ["help/me/index.html"]')
            shutil.rmtree(bench.root.parent / ".elsewhere.new", ignore_errors=True)
            (bench.root / ".jisr" / name).write_bytes(mine)
            run(bench.root, "build")
            assert set(tree(elsewhere).values()) == {None, "من يد أخرى".encode()}


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", "{}", "5", '"x"', '{"output": 5}', "\0", "[" * 100_000,
     f'{{"output": "", "written": [], "removed": [], "whole": false, "token": "{"a" * 64}"}}',
     f'{{"output": "/tmp", "written": ["\\ud800"], "removed": [], "whole": false, "token": "{"a" * 64}"}}'],
)  # fmt: skip
def test_a_damaged_journal_is_no_hindrance(bench: Bench, content: str) -> None:
    names = {name for name, _ in journals(bench) if not name.endswith(".new")}
    for name in names:
        (bench.root / ".jisr" / name).write_text(content, encoding="utf-8")
    for name in ("output", "written", "removed"):
        broken = f'{{"output": "{bench.public}", "written": [], "removed": [], "{name}": 5}}'
        write_files(bench.root / ".jisr", dict.fromkeys(names, broken) if content == "{}" else {})
    bench.strays.add("CNAME")
    got = bench.build()
    assert got.exit_code == 0
    assert sorted(bench.left_over()) == []
    bench.check()


# The output folder.


def test_an_output_folder_that_was_moved_and_linked_to_is_what_a_clean_build_makes(bench: Bench) -> None:
    bench.public.rename(bench.root.parent / "www")
    bench.public.symlink_to(bench.root.parent / "www")
    bench.strays |= tree(bench.public).keys()
    bench.state_lost = True
    edit(bench)
    bench.check()
    assert bench.public.is_symlink()


def test_an_output_folder_that_is_another_now_is_what_a_clean_build_makes(bench: Bench) -> None:
    """Put back from a backup, with other times, a page missing and an old one in its place."""
    shutil.copytree(bench.public, bench.root.parent / "backup")
    edit(bench)
    bench.check()
    shutil.rmtree(bench.public)
    shutil.copytree(bench.root.parent / "backup", bench.public)
    bench.strays |= {"help", "help/me", "help/me/index.html"}
    bench.strays |= {
        f"{code}/{path}" for code in ("en", "fr") for path in tree(bench.public / "en") if "help" in path
    }
    bench.check()


def test_an_output_folder_that_vanished_comes_back(bench: Bench) -> None:
    shutil.rmtree(bench.public)
    bench.strays.clear()
    bench.check()
    bench.check_nothing_to_do()


# A disk that refuses.

REFUSALS = {
    "full": OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
    "read-only": OSError(errno.EROFS, os.strerror(errno.EROFS)),
    "denied": PermissionError(errno.EACCES, os.strerror(errno.EACCES)),
}


def refusing(bench: Bench, number: int, error: OSError, *, for_good: bool) -> tuple[Build, int]:
    """A build for which a change of the disk fails, the given one, and those after it where asked; and how
    many changes failed.
    """
    count = failed = 0

    def act(event: Event) -> None:
        nonlocal count, failed
        count += 1
        if count == number + 1 or (for_good and count > number):
            failed += 1
            raise type(error)(error.errno, error.strerror, event.path)

    with on_events(bench.root, act):
        built = bench.build()
    return built, failed


def check_whole(got: Tree, before: Tree, after: Tree) -> None:
    """Every file is the old or the new one, and none is missing that both have."""
    torn = {p for p, c in got.items() if c is not None and c not in (before.get(p), after.get(p))}
    missing = {p for p, c in before.items() if c is not None and after.get(p) is not None and p not in got}
    assert (torn, missing) == (set(), set())


@pytest.mark.parametrize("for_good", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("name", REFUSALS)
def test_a_disk_that_refuses_any_change_is_a_message_and_the_site_stays_whole(
    name: str, for_good: bool
) -> None:
    with quick_folder() as home:
        bench = Bench(home, FILES, "--jobs", "1")
        stray = {"CNAME": b"example.org"}
        bench.add_stray("CNAME", "example.org")
        first, one = bench.check(), sources(bench.root)
        edit(bench)
        second, other = bench.check(), sources(bench.root)
        ways = [(one, second, first), (other, first, second)]
        # Each of the three refuses at other moments than the other two, so that together they go through all.
        number, messages = list(REFUSALS).index(name), 0
        while True:
            texts, before, after = ways[number % 2]
            restore(bench.root, texts)
            got, failed = refusing(bench, number, REFUSALS[name], for_good=for_good)
            where = f"at change {number}: {got.messages}"
            check_whole(got.public, {**before.public, **stray}, {**after.public, **stray})
            if got.exit_code:
                messages += 1
                text = "\n".join(got.messages)
                check_message(got.exit_code, text, REFUSALS[name].strerror or "")
            else:
                files = {path: content for path, content in got.public.items() if content is not None}
                wanted = {p: c for p, c in {**after.public, **stray}.items() if c is not None}
                assert differences(files, wanted) == {}, where  # an empty folder may have stayed
            bench.state_lost = True
            bench.check(after)
            if not failed:
                break
            number += 3
        assert messages > 3, "the build doesn't come by the hook any more: make the fault where it does"


@pytest.mark.parametrize("beginning", [0, 9, 18, 27])
def test_a_first_build_on_a_disk_that_refuses_is_a_message(beginning: int) -> None:
    for number in range(beginning, 400, 36):
        with quick_folder() as home:
            bench = Bench(home, FILES, "--jobs", "1")
            got, failed = refusing(bench, number, REFUSALS["full"], for_good=True)
            if got.exit_code:
                check_message(got.exit_code, "\n".join(got.messages), "No space")
                assert got.public == {} or "index.html" in got.public
            bench.check()
            if not failed:
                break
    assert number > beginning, "the build doesn't come by the hook any more: make the fault where it does"


def in_process(
    bench: Bench, prepare: Callable[[], None], *options: str
) -> "subprocess.CompletedProcess[str]":
    """A build in a process of its own, after preparations in it."""
    command = [sys.executable, "-m", "jisr", "build", "--quiet", "--site", str(bench.root), *options]
    return subprocess.run(
        command, cwd=bench.root, env={**os.environ, "PYTHONPATH": CODE, "PYTHONDONTWRITEBYTECODE": "1"}, text=True,
        capture_output=True, timeout=60, check=False, preexec_fn=prepare,
    )  # fmt: skip


@pytest.mark.parametrize("limit", [0, 100, 3000, 5000, 20_000, 40_000])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_files_that_cant_grow_are_a_message_and_the_site_stays_whole(
    bench: Bench, limit: int, jobs: str
) -> None:
    """As on a full disk, SQLite's files included: a write stops short (RLIMIT_FSIZE)."""
    before = tree(bench.public)
    edit(bench)
    want = clean_build(bench.root)
    done = in_process(
        bench, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)), "--jobs", jobs
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode in (0, 1)
    check_whole(tree(bench.public), before, {**want.public, "CNAME": b"example.org"})
    if done.returncode:
        check_message(done.returncode, done.stderr)
    bench.state_lost = True
    bench.check()


def _obey_modes() -> None:
    """Let file modes hold for this process although it is root's, and for what it runs."""
    if os.geteuid() == 0:
        prctl = ctypes.CDLL(None, use_errno=True).prctl
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            if prctl(24, capability, 0, 0, 0):  # PR_CAPBSET_DROP
                os._exit(99)


MODES: dict[str, dict[str, int]] = {
    "the output folder": {"public": 0o555},
    "a folder in it": {"public/articles/b": 0o555, "public/help/me": 0o555},
    "a page in it": {"public/articles/b/index.html": 0o444},
    "the site's folder": {"": 0o555},
    "the folder of the state": {".jisr": 0o555},
    "the state": {DB: 0o444},
    "the state, unreadable": {DB: 0},
    "the folder of the state, unreadable": {".jisr": 0},
    "the lock": {".jisr/lock": 0},
    "a document": {"content/articles/b.md": 0},
    "a folder of documents": {"content/articles/world": 0},
}
"""What may not be written, or read."""


@pytest.mark.parametrize("name", MODES)
def test_what_may_not_be_written_or_read_is_a_message_or_no_hindrance(bench: Bench, name: str) -> None:
    edit(bench)
    before = tree(bench.public)
    want = clean_build(bench.root)
    modes = {bench.root / path: mode for path, mode in MODES[name].items() if (bench.root / path).exists()}
    kept = {path: path.stat().st_mode & 0o777 for path in modes}
    for path, mode in modes.items():
        path.chmod(mode)
    try:
        done = in_process(bench, _obey_modes)
        if done.returncode == 99:
            pytest.skip("file modes can't be made to hold for root here")
    finally:
        for path, mode in kept.items():
            if path.exists():
                path.chmod(mode)
    assert "Traceback" not in done.stderr, done.stderr
    check_whole(tree(bench.public), before, {**want.public, "CNAME": b"example.org"})
    if done.returncode:
        check_message(done.returncode, done.stderr)
        if name in ("a document", "a folder of documents"):
            assert tree(bench.public) == before
    else:
        got = tree(bench.public)
        if name == "the state, unreadable":  # made anew: what the former one knew is nobody's now
            assert ".jisr/state.db:1:1: warning: " in done.stderr
            got = {path: content for path, content in got.items() if path in want.public or path == "CNAME"}
        assert differences(got, {**want.public, "CNAME": b"example.org"}) == {}
    if name == "the state, unreadable":
        shutil.rmtree(bench.public)
        bench.strays.clear()
    bench.state_lost = True
    bench.check()
    bench.check_nothing_to_do()


# Two builds at once.


def start(bench: Bench, *options: str) -> "subprocess.Popen[str]":
    """A build in a process of its own."""
    command = [sys.executable, "-m", "jisr", "build", "--quiet", "--site", str(bench.root), *options]
    return subprocess.Popen(
        command, cwd=bench.root, env={**os.environ, "PYTHONPATH": CODE}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def check_ended(processes: list["subprocess.Popen[str]"]) -> list[int]:
    """All end, one at least with success, the others with a message."""
    codes = []
    for process in processes:
        _, stderr = process.communicate(timeout=60)
        assert "Traceback" not in stderr, stderr
        codes.append(process.returncode)
        if process.returncode:
            check_message(process.returncode, stderr)
    assert 0 in codes
    return codes


@pytest.mark.parametrize("number", [2, 4])
@pytest.mark.parametrize("fresh", [True, False])
def test_builds_at_once_leave_a_clean_site(bench: Bench, number: int, fresh: bool) -> None:
    if fresh:
        shutil.rmtree(bench.root / ".jisr")
        shutil.rmtree(bench.public)
        bench.strays.clear()
    else:
        edit(bench)
    check_ended([start(bench) for _ in range(number)])
    want = clean_build(bench.root)
    assert (
        differences(tree(bench.public), {**want.public, **dict.fromkeys(bench.strays, b"example.org")}) == {}
    )
    bench.check()


def test_builds_into_two_folders_at_once(bench: Bench) -> None:
    edit(bench)
    other = bench.root.parent / "other"
    codes = check_ended([start(bench), start(bench, "--output", str(other))])
    want = clean_build(bench.root)
    if codes[1] == 0:
        assert differences(tree(other), want.public) == {}
    bench.check()
    run(bench.root, "build", "--output", str(other))
    assert differences(tree(other), want.public) == {}


def test_a_build_waits_for_another_or_says_that_it_is_there(bench: Bench) -> None:
    """The first is halted in its midst, which no lock must survive once it is dead."""
    for end in (signal.SIGCONT, signal.SIGKILL):
        edit_again = bench.root / "content/articles/2024-05-06-c.md"
        edit_again.write_bytes(edit_again.read_bytes() + b"\n\nx\n")
        os.utime(edit_again)
        (bench.root / "templates/base.html").write_bytes(
            (bench.root / "templates/base.html").read_bytes() + b" "
        )
        first = start(bench)
        while not (bench.root / ".public.new").exists():
            assert first.poll() is None, "the build was too fast to be halted"
            time.sleep(0.001)
        first.send_signal(signal.SIGSTOP)
        before = tree(bench.public)
        second = start(bench)
        try:
            second.wait(20)  # it waits for a second, which may be long in coming
            gave_up = True
        except subprocess.TimeoutExpired:
            gave_up = False
        assert tree(bench.public) == before
        if gave_up:
            assert second.returncode == 1, "two builds wrote at once"
        assert run(bench.root, "status").exit_code == 0
        first.send_signal(end)
        first.communicate(timeout=60)
        _, stderr = second.communicate(timeout=60)
        if gave_up:
            check_message(1, stderr, "another build", "running")
        else:
            assert second.returncode == 0
        assert first.returncode == (0 if end == signal.SIGCONT else -signal.SIGKILL)
        bench.state_lost = True
        bench.check()
