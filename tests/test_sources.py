"""Nothing outside the site is read, by whatever way its path leads there; what is read is text."""

from pathlib import Path

import pytest

from jisr.errors import Problem
from jisr.read.sources import decode, inside
from tests.conftest import MakeSite


@pytest.mark.parametrize("root", [".", "../site", "absolute"])
@pytest.mark.parametrize(
    ("path", "lies"),
    [
        ("content/a.md", True),
        ("content/none.md", True),
        ("content/link/b.md", False),
        ("content/here/a.md", True),
        ("../outside/b.md", False),
        ("content/../../outside/b.md", False),
        ("content/../site.yaml", True),
    ],
)
def test_links_and_ways_up_are_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: str, path: str, lies: bool
) -> None:
    site, outside = tmp_path / "site", tmp_path / "outside"
    for file in (site / "content/a.md", outside / "b.md"):
        file.parent.mkdir(parents=True)
        file.touch()
    (site / "content/link").symlink_to(outside)
    (site / "content/here").symlink_to(site / "content")
    monkeypatch.chdir(site)
    folder = site if root == "absolute" else Path(root)
    assert inside(folder, folder / path) is lies


def test_a_faulty_byte_has_its_place_behind_a_byte_order_mark_too() -> None:
    said: list[Problem] = []
    for mark in (b"", b"\xef\xbb\xbf"):
        assert decode(mark + "نص\nقال ".encode() + b"\xff\n", "a.md", said.append) is None
    assert [(problem.line, problem.column, problem.message) for problem in said] == [
        (2, 5, "the byte 0xff is not UTF-8")
    ] * 2


def test_what_programs_leave_behind_is_not_published(site: MakeSite) -> None:
    left = (
        "a.md~", "#a.md#", ".a.md.swp", ".#a.md", ".~lock.a.odt#", ".DS_Store", "Thumbs.db", ".gitkeep", ".env",
        ".env.local", "a.md.bak", "a.md.orig", "a.md.rej", "a.md.tmp",
    )  # fmt: skip
    folder = site({f"content/{name}": "draft" for name in (*left, "kept.txt.gz", "bak", ".well-known")})
    assert folder.build().exit_code == 0
    there = {path.name for path in (folder.path / "public").iterdir()}
    assert there.isdisjoint(left)
    assert {"kept.txt.gz", "bak", ".well-known"} <= there
