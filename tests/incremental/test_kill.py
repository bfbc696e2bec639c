"""Builds that are killed: every file stays whole, and the next build finishes what was begun or does it anew."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path

import pytest

from tests.incremental.bench import (
    JOBS,
    Bench,
    Build,
    Tree,
    clean_build,
    differences,
    quick_folder,
    run,
    tree,
    write_files,
)
from tests.incremental.edits import restore, sources
from tests.incremental.faults import on_events
from tests.incremental.specimen import FILES, catalogue

pytestmark = pytest.mark.kill

ROUNDS, PARTS = 100, 5
"""Of builds that are killed, over all numbers of processes, and the tests that they are dealt out to."""

CODE = str(Path(__file__).parents[2])


def version(number: int) -> dict[str, str]:
    """A site of some thirty articles. From one version to another, some change, come, go, or are renamed."""
    files = {path: text for path, text in FILES.items() if path.startswith(("site.yaml", "templates/"))}
    files["content/about.md"] = "---\ntitle: عن جسر\n---\n\nنحن.\n"
    for index in range(32):
        if index % 20 == number:
            continue
        turn = number if index % 5 == 0 else 0
        name = f"content/articles/{'moved-' if index % 15 == number else ''}{index}.md"
        files[name] = (
            f"---\ntitle: خبر {index}\ndate: 2023-01-{index % 28 + 1:02}\n---\n\n"
            f"فقرة {turn} في {index}.\n\n" + "".join(f"- بند {one} من {turn}\n" for one in range(6))
        )
        if index % 10 == 0:
            files[f"translations/en/articles/{index}.po"] = catalogue(
                "en", (f"فقرة {turn} في {index}.", f"Paragraph {turn} of {index}.")
            )
    files |= {f"static/files/{index}.txt": f"{index} {number} " * 2000 for index in range(5)}
    if number % 2:
        files["static/odd.txt"] = "فردي"
    if number > 2:  # all pages change
        files["templates/base.html"] = files["templates/base.html"].replace("v01", "v02")
    return files


@pytest.fixture(autouse=True)
def _no_survivors() -> Iterator[None]:
    """Whatever becomes of a test, its processes don't outlive it."""
    _groups.clear()
    yield
    for group in _groups:
        outlived(group, 0)


_groups: list[int] = []
"""The process groups that a test began."""


def start(bench: Bench, *options: str) -> "subprocess.Popen[str]":
    """A build in a process, and a process group, of its own."""
    command = [sys.executable, "-m", "jisr", "build", "--quiet", "--site", str(bench.root), *options]
    process = subprocess.Popen(
        command, cwd=bench.root, env={**os.environ, "PYTHONPATH": CODE}, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    _groups.append(process.pid)
    return process


def ended(process: "subprocess.Popen[str]") -> int:
    """The exit code of a build that has come to its end; what it said isn't waited for, which workers may hold."""
    code = process.wait()
    for stream in (process.stdout, process.stderr):
        if stream:
            stream.close()
    return code


def alive(group: int) -> list[int]:
    """The processes of a group that still run, as far as the system tells."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text, ours = stat.read_text(), b"jisr" in stat.with_name("cmdline").read_bytes()
        except OSError:
            continue
        state, _, of_group = text.rpartition(")")[2].split()[:3]
        if int(of_group) == group and state not in "ZX" and ours:
            found.append(int(stat.parent.name))
    return found


def outlived(group: int, seconds: float) -> list[int]:
    """Processes of a group that go on although their parent is dead; they are ended."""
    until = time.monotonic() + seconds
    while (left := alive(group)) and time.monotonic() < until:
        time.sleep(0.02)
    for process in left:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    return left


def check_whole(got: Tree, before: Tree, *afters: Tree) -> None:
    """Every file is the old or a new one, and none is missing that all have.

    There are several new ones where a build completes another that was killed, and is killed itself.
    """
    trees = (before, *afters)
    wrong = {
        path: "torn" if any(path in tree for tree in trees) else "of none"
        for path, content in got.items()
        if content is not None and not any(content == tree.get(path) for tree in trees)
    }
    everywhere = {path for path in before if all(tree.get(path) is not None for tree in trees)}
    assert (wrong, everywhere - got.keys()) == ({}, set())


def write_version(bench: Bench, number: int) -> None:
    """Bring the site's sources to a version; files that are as they were stay untouched."""
    files = version(number)
    for path, content in sources(bench.root).items():
        if content is not None and path not in files:
            (bench.root / path).unlink()
    for path, text in files.items():
        file = bench.root / path
        if not file.exists() or file.read_bytes() != text.encode():
            write_files(bench.root, {path: text})


def check_next_build(bench: Bench, want: Build) -> None:
    """The next build comes to the clean result, and leaves nothing of the killed one."""
    until = time.monotonic() + 20
    got = bench.build()
    while got.exit_code and "another build" in got.messages[0] and time.monotonic() < until:
        time.sleep(0.02)  # what was killed has workers, which die with it, but not at once
        got = bench.build()
    assert (got.exit_code, got.messages) == (0, want.messages)
    assert differences(got.public, want.public) == {}
    assert sorted(bench.left_over()) == []


@cache
def clean_version(number: int) -> Build:
    """A clean build of a version of the site."""
    with quick_folder() as home:
        write_files(home / "site", version(number))
        built = clean_build(home / "site")
        assert built.exit_code == 0, built.messages
        return built


def killed_at(bench: Bench, number: int) -> bool:
    """Build in a child process that dies before its change number `number` of the disk, if it comes to it."""
    child = os.fork()
    if child == 0:
        left = number

        def act(_: object) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            with on_events(bench.root, act):
                bench.build()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


EDITED: Mapping[str, str | None] = {
    "content/articles/a.md": FILES["content/articles/a.md"].replace("v01", "v02"),
    "content/articles/2024-05-06-c.md": None,
    "content/articles/new.md": "---\ntitle: جديد\ndate: 2024-02-02\n---\n\nنص.\n",
    "content/articles/2025-01-01-renamed.md": FILES["content/articles/world/d/index.md"].replace("map.png", "p.png"),
    "content/articles/world/d/index.md": None,
    "content/articles/b.md": FILES["content/articles/b.md"].replace("world/d/index.md", "new.md"),
    "content/about.md": FILES["content/about.md"].replace("articles/2024-05-06-c.md", "articles/new.md"),
    "translations/en/about.po": None,
    "static/files/x.txt": None,
    "static/files/x.txt/index.html": "مجلدٌ مكان ملف",
    "static/new.txt": "جديد",
}  # fmt: skip


def edit(bench: Bench) -> None:
    """Files that change, come and go; one gives way to a folder, which another time gives way to it."""
    for path, text in EDITED.items():
        if text is None:
            (bench.root / path).unlink()
        else:
            write_files(bench.root, {path: text})
    replaced = FILES["content/articles/a.md"].replace("v01", "v02").replace("/files/x.txt", "/new.txt")
    write_files(bench.root, {"content/articles/a.md": replaced})


# The longest comes first: others run beside it.
def test_a_build_killed_before_each_of_its_changes_leaves_whole_files_and_the_next_is_clean() -> None:
    with quick_folder() as home:
        bench = Bench(home, FILES, "--jobs", "1")
        bench.add_stray("CNAME", "example.org")
        first = bench.check()
        one = sources(bench.root)
        edit(bench)
        second = bench.check()
        assert (first.exit_code, second.exit_code) == (0, 0), second.messages
        other = sources(bench.root)
        ways = [(one, second, first), (other, first, second)]
        number = 0
        while True:
            texts, before, after = ways[number % 2]
            restore(bench.root, texts)
            stray: Tree = {"CNAME": b"example.org"}
            dead = killed_at(bench, number)
            check_whole(tree(bench.public), {**before.public, **stray}, {**after.public, **stray})
            if number % 3:  # the next build is killed as well
                killed_at(bench, number * 7 % 23)
                check_whole(tree(bench.public), {**before.public, **stray}, {**after.public, **stray})
            else:
                run(bench.root, "status")
            got = bench.build()
            assert (got.exit_code, got.messages) == (0, after.messages)
            assert differences(got.public, {**after.public, **stray}) == {}, f"killed before change {number}"
            assert sorted(bench.left_over()) == []
            if not dead:
                break
            number += 3  # odd, so that the two ways take turns
        assert number > 20, "the builds hardly change anything that the hook sees"


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("jobs", JOBS)
def test_a_build_killed_at_any_moment_leaves_whole_files_and_the_next_is_clean(jobs: str, part: int) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    killed = torn_apart = 0
    survivors: list[int] = []
    with quick_folder() as home:
        clean = {number: clean_version(number) for number in range(5)}
        bench = Bench(home, version(0))
        usual = 0.0
        for number in (3, 0):  # a build of everything, twice: the second without compiling Python
            write_version(bench, number)
            begun = time.monotonic()
            assert ended(start(bench, "--jobs", jobs)) == 0
            usual = time.monotonic() - begun
        old = 0
        turns = ROUNDS // len(JOBS)
        for turn in count(part, PARTS):  # on, until so many were killed as there are turns
            if turn >= turns and killed >= turns // PARTS:
                break
            assert turn < 10 * turns, "hardly a build was killed: mend the delays"
            if turn % 10 == 9:  # a first build
                shutil.rmtree(bench.root / ".jisr", ignore_errors=True)
                shutil.rmtree(bench.public, ignore_errors=True)
            before = tree(bench.public)
            new = chance.choice([number for number in clean if number != old])
            allowed = [before]
            begun_with = [clean[new].public]
            for _ in range(1 + (turn % 4 == 3)):  # at times the next build is killed as well
                write_version(bench, new)
                allowed.append(clean[new].public)
                process = start(bench, "--jobs", jobs)
                time.sleep(
                    chance.uniform(0.6 * usual if turn % 2 else 0, usual)
                )  # the end is where it writes
                process.send_signal(signal.SIGTERM if turn % 5 == 4 else signal.SIGKILL)
                if ended(process):
                    killed += 1
                else:  # it came to its end before: the machine does more by now than when it was measured
                    usual *= 0.8
                if turn % 8 < 4:  # the next build doesn't wait for what is left of this one
                    survivors += outlived(process.pid, 3)
                got = tree(bench.public)
                if got:
                    check_whole(got, before, *begun_with)
                else:
                    assert not before, "no site is left where it is served from"
                torn_apart += got not in allowed
                if turn % 5 == 0:
                    run(bench.root, "status")
                    run(bench.root, "sync") if turn % 25 == 0 else None
                    assert tree(bench.public) == got, "status and sync don't touch the output folder"
                    write_version(bench, new)
                if turn % 6 == 5:  # edits between the killed build and the next
                    new = chance.choice(list(clean))
                    write_version(bench, new)
                    begun_with.append(clean[new].public)
                before = got
            check_next_build(bench, clean[new])
            survivors += outlived(process.pid, 3)
            if turn % 10 == 0:
                bench.check_nothing_to_do()
            old = new
    print(f"{killed} killed, {torn_apart} of them between the first and the last file of the output folder")
    assert survivors == [], "workers outlive a killed build"


@pytest.mark.parametrize("jobs", JOBS)
def test_an_interrupted_build_ends_at_once_without_a_traceback(jobs: str) -> None:
    interrupted = 0
    with quick_folder() as home:
        clean = {number: clean_version(number) for number in range(2)}
        bench = Bench(home, version(0))
        staging = bench.root / ".public.new"
        check_next_build(bench, clean[0])
        for turn in range(6):
            new = 1 - turn % 2
            write_version(bench, new)
            if turn > 3:  # a first build
                shutil.rmtree(bench.root / ".jisr")
                shutil.rmtree(bench.public)
            before = tree(bench.public)
            process = start(bench, "--jobs", jobs)
            until = time.monotonic() + 60
            while not staging.exists() and process.poll() is None and time.monotonic() < until:
                time.sleep(0.002)
            time.sleep(0.03 * (turn % 5))
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)  # as a terminal does it: to all processes
            begun = time.monotonic()
            _, stderr = process.communicate(timeout=20)
            took = time.monotonic() - begun
            assert "Traceback" not in stderr, stderr
            if process.returncode:
                interrupted += 1
                assert process.returncode in (1, 130, -signal.SIGINT), stderr
                assert took < 1
            check_whole(tree(bench.public), before, clean[new].public)
            assert outlived(process.pid, 2) == []
            check_next_build(bench, clean[new])
        assert interrupted, "no build was interrupted: mend the delays"
