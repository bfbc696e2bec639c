"""The output folder: put in place whole or not at all, and nothing in it of others lost."""

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from jisr.write.state import State
from tests.conftest import SITE_YAML, MakeSite, Result, SiteFolder

ARTICLE = "---\ntitle: خبرٌ عن الجسر\ndate: 2023-10-16\n---\n\nافتُتح الجسرُ عام 2023 بطول 40 مترًا.\n"
FILES = {"content/articles/a.md": ARTICLE, "content/about.md": "---\ntitle: عن جسر\n---\n\nمن نحن.\n"}


def tree(folder: Path) -> dict[str, bytes | str | None]:
    """What is below a folder: bytes of files, targets of links, None for folders."""
    return {
        path.relative_to(folder).as_posix(): (
            str(path.readlink()) if path.is_symlink() else path.read_bytes() if path.is_file() else None
        )
        for path in sorted(folder.rglob("*"))
    }


def built(site: MakeSite, files: Mapping[str, str] = FILES) -> SiteFolder:
    """A site that has been built once."""
    folder = site(files)
    result = folder.build()
    assert (result.exit_code, result.stderr) == (0, "")
    return folder


def check_message(result: Result) -> None:
    """The build ended with a message of the usual form, and exit code 1."""
    assert result.exit_code == 1
    assert result.stdout == ""
    assert ": error: " in result.stderr
    assert "Traceback" not in result.stderr


def check_nothing_is_left_over(folder: SiteFolder) -> None:
    """Beside the output folder lies nothing of a build."""
    assert not [path.name for path in folder.path.iterdir() if path.name.startswith(".public")]


def test_the_first_build_makes_the_folder_and_leaves_nothing_beside_it(site: MakeSite) -> None:
    folder = site(FILES)
    result = folder.build()
    assert (result.exit_code, result.stderr) == (0, "")
    assert "افتُتح الجسرُ" in folder.read("articles/a/index.html")
    assert {path.name for path in folder.path.iterdir()} == {"site.yaml", "content", "public", ".jisr"}
    assert (folder.path / ".jisr/.gitignore").read_text(encoding="utf-8") == "*\n"


def test_the_folders_above_the_output_folder_are_made(site: MakeSite, tmp_path: Path) -> None:
    folder = site(FILES)
    assert folder.build("-o", str(tmp_path / "far/away/web")).exit_code == 0
    assert (tmp_path / "far/away/web/index.html").is_file()
    assert not (folder.path / "public").exists()


def test_an_empty_output_folder_is_filled(site: MakeSite) -> None:
    folder = site(FILES)
    (folder.path / "public").mkdir()
    assert folder.build().exit_code == 0
    assert (folder.path / "public/index.html").is_file()


def test_a_file_whose_name_is_no_utf8_is_copied_or_a_message(site: MakeSite) -> None:
    folder = site({**FILES, "static/x.txt": "x"})
    (Path(os.fsdecode(os.fsencode(folder.path / "static") + b"/caf\xe9.txt"))).write_bytes(b"x")
    result = folder.build()
    if result.exit_code:
        check_message(result)
        assert not (folder.path / "public").exists()
    else:
        assert os.fsdecode(b"caf\xe9.txt") in os.listdir(folder.path / "public")  # noqa: PTH208


def test_a_file_of_others_whose_name_is_no_utf8_survives(site: MakeSite) -> None:
    folder = built(site)
    stray = Path(os.fsdecode(os.fsencode(folder.path / "public") + b"/caf\xe9\n.txt"))
    stray.write_bytes(b"x")
    result = folder.build()
    assert result.exit_code == 0
    assert result.stderr.endswith(r"public: caf\xe9\n.txt (not written by Jisr)" + "\n")
    assert stray.read_bytes() == b"x"


def test_files_of_others_survive_and_are_reported(site: MakeSite) -> None:
    folder = built(site)
    folder.write("public/CNAME", "example.org")
    folder.write("public/.well-known/security.txt", "Contact: mailto:user@example.org")
    folder.write("public/articles/a/صورة.txt", "صورة")
    (folder.path / "public/latest").symlink_to("articles/a")
    (folder.path / "public/nowhere").symlink_to("gone")
    before = tree(folder.path / "public")
    for _ in range(2):  # what was left alone once isn't taken for ours the next time
        result = folder.build()
        assert result.exit_code == 0
        assert result.stderr == (
            "jisr: left alone in public: CNAME, latest, nowhere, .well-known/security.txt, "
            "articles/a/صورة.txt (not written by Jisr)\n"
        ).replace("public:", f"{folder.path / 'public'}:")
        assert tree(folder.path / "public") == before


def test_nothing_is_written_or_removed_behind_a_link_in_the_output_folder(
    site: MakeSite, tmp_path: Path
) -> None:
    folder = built(site)
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "index.html").write_text("precious")
    shutil.rmtree(folder.path / "public/about")
    (folder.path / "public/about").symlink_to(precious)
    for about in (folder.path / "content/about.md", folder.path / "content/who.md"):
        result = folder.build()
        assert result.exit_code == 1
        assert "public/about:1:1: error: something that Jisr didn't write stands where" in result.stderr
        assert (precious / "index.html").read_text() == "precious"
        if about.exists():
            about.rename(folder.path / "content/who.md")
    (folder.path / "public/about").unlink()
    assert folder.build().exit_code == 0


@pytest.mark.parametrize("kind", ["empty", "within", "linked"])
@pytest.mark.parametrize("known", [True, False])
def test_folders_without_files_are_in_the_way_too(
    site: MakeSite, tmp_path: Path, kind: str, known: bool
) -> None:
    folder = built(site, {**FILES, "static/a.txt": "1", "static/m.txt": "1", "static/z.txt": "1"})
    for name in ("a", "z", "m" if known else "n"):
        folder.write(f"static/{name}.txt", "2")
    place = folder.path / f"public/{'m' if known else 'n'}.txt"
    place.unlink(missing_ok=True)
    place.mkdir()
    if kind == "within":
        (place / "sub").mkdir()
    if kind == "linked":
        (place / "l").symlink_to(tmp_path)
    result = folder.build()
    assert result.exit_code == 1
    assert f"public/{place.name}" in result.stderr
    assert "something that Jisr didn't write stands where a page must go" in result.stderr
    assert folder.read("a.txt") == folder.read("z.txt") == "1"
    assert not (folder.path / ".jisr/journal.json").exists()


@pytest.mark.parametrize("obstacle", ["about", "about/index.html"])
def test_what_stands_in_the_place_of_a_page_stops_the_build_before_it_changes_anything(
    site: MakeSite, obstacle: str
) -> None:
    folder = built(site)
    shutil.rmtree(folder.path / "public/about")
    folder.write("public/about/index.html/mine.txt" if "/" in obstacle else "public/about", "mine")
    folder.write("site.yaml", SITE_YAML.replace("title: Jisr", "title: Other"))
    before = tree(folder.path / "public")
    result = folder.build()
    assert result.exit_code == 1
    assert f"public/{obstacle}:1:1: error: something that Jisr didn't write stands where" in result.stderr
    assert tree(folder.path / "public") == before
    path = folder.path / "public" / obstacle
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert folder.build().exit_code == 0
    assert "Other" in folder.read("en/about/index.html")


def test_an_empty_folder_of_others_survives(site: MakeSite) -> None:
    folder = built(site)
    (folder.path / "public/uploads").mkdir()
    assert folder.build().exit_code == 0
    assert (folder.path / "public/uploads").is_dir()


def test_a_file_of_others_keeps_its_time_and_its_mode(site: MakeSite) -> None:
    folder = built(site)
    folder.write("public/deploy.sh", "#!/bin/sh\n")
    script = folder.path / "public/deploy.sh"
    script.chmod(0o750)
    os.utime(script, (1_000_000_000, 1_000_000_000))
    folder.build()
    assert (script.stat().st_mode & 0o777, script.stat().st_mtime) == (0o750, 1_000_000_000)


def test_many_files_of_others_are_named_in_part(site: MakeSite) -> None:
    folder = built(site)
    for number in range(7):
        folder.write(f"public/{number}.txt", "x")
    assert "0.txt, 1.txt, 2.txt, 3.txt, 4.txt … (not written by Jisr)" in folder.build().stderr
    assert (folder.path / "public/6.txt").is_file()


def test_what_a_former_build_wrote_and_this_one_doesnt_goes_away(site: MakeSite) -> None:
    folder = built(site, {**FILES, "content/articles/b.md": ARTICLE, "static/old.txt": "قديم"})
    assert {"articles/b/index.html", "old.txt"} <= set(tree(folder.path / "public"))
    (folder.path / "content/articles/b.md").unlink()
    (folder.path / "static/old.txt").unlink()
    result = folder.build()
    assert (result.exit_code, result.stderr) == (0, "")
    left = set(tree(folder.path / "public"))
    assert "articles/a/index.html" in left
    assert not left & {"articles/b", "articles/b/index.html", "en/articles/b", "old.txt"}


def test_a_file_of_others_at_a_former_page_survives(site: MakeSite) -> None:
    folder = built(site, {**FILES, "content/articles/b.md": ARTICLE})
    (folder.path / "content/articles/b.md").unlink()
    folder.build()
    folder.write("public/articles/b/index.html", "من يد أخرى")
    result = folder.build()
    assert "left alone" in result.stderr
    assert "articles/b/index.html" in result.stderr
    assert folder.read("articles/b/index.html") == "من يد أخرى"


def test_a_page_that_takes_the_place_of_anothers_file_goes_away_with_its_document(site: MakeSite) -> None:
    folder = built(site)
    folder.write("public/articles/b/index.html", "من يد أخرى")
    folder.write("content/articles/b.md", ARTICLE)
    assert folder.build().stderr == ""
    assert "افتُتح" in folder.read("articles/b/index.html")
    (folder.path / "content/articles/b.md").unlink()
    assert folder.build().stderr == ""
    assert not (folder.path / "public/articles/b").exists()


def test_two_output_folders_have_a_record_each(site: MakeSite, tmp_path: Path) -> None:
    folder = built(site, {**FILES, "content/articles/b.md": ARTICLE})
    other = tmp_path / "other"
    assert folder.build("-o", str(other)).stderr == ""
    (folder.path / "content/articles/b.md").unlink()
    assert folder.build().stderr == ""
    assert (other / "articles/b/index.html").is_file()
    assert folder.build("-o", str(other)).stderr == ""
    assert tree(other) == tree(folder.path / "public")


def test_without_the_record_nothing_is_lost(site: MakeSite) -> None:
    folder = built(site, {**FILES, "content/articles/b.md": ARTICLE})
    folder.write("public/CNAME", "example.org")
    before = tree(folder.path / "public")
    shutil.rmtree(folder.path / ".jisr")
    (folder.path / "content/articles/b.md").unlink()
    result = folder.build()
    assert result.exit_code == 0
    assert "CNAME" in result.stderr
    assert "articles/b/index.html" in result.stderr
    assert tree(folder.path / "public").keys() == before.keys()


@pytest.mark.parametrize(
    "record", ["", "{", "[]", "null", '{"x": 1}', "\0", '{"%s": null}', '{"%s": 5}', '{"%s": [1]}']
)
def test_a_damaged_record_loses_nothing(site: MakeSite, record: str) -> None:
    folder = built(site)
    folder.write("public/CNAME", "example.org")
    folder.write(".jisr/written.json", record.replace("%s", str((folder.path / "public").resolve())))
    assert folder.build().exit_code == 0
    assert folder.read("CNAME") == "example.org"
    assert folder.build().exit_code == 0


SITE_ITSELF = [".", "..", "content", "content/articles", "content/new", "templates", "static", "static/web",
               "translations", "translations/en", ".jisr", ".jisr/x"]  # fmt: skip


@pytest.mark.parametrize("output", SITE_ITSELF)
def test_an_output_folder_that_is_the_site_itself_is_refused(site: MakeSite, output: str) -> None:
    folder = site({**FILES, "templates/x.html": "", "static/x.txt": "", "translations/en/articles/a.po": ""})
    before = tree(folder.path)
    target = Path(output) if output in (".", "..") else folder.path / output
    result = folder.build("-o", str(target))
    check_message(result)
    assert "folder of the site itself" in result.stderr
    assert tree(folder.path) == before


def test_an_output_folder_that_leads_to_the_site_by_a_link_is_refused(site: MakeSite, tmp_path: Path) -> None:
    folder = site(FILES)
    (tmp_path / "web").symlink_to(folder.path / "content")
    result = folder.build("-o", str(tmp_path / "web"))
    check_message(result)
    assert (folder.path / "content/about.md").is_file()


def test_the_root_of_the_disk_is_refused(site: MakeSite) -> None:
    folder = site(FILES)
    check_message(folder.build("-o", "/"))


def test_an_output_that_is_a_file_is_refused_and_stays(site: MakeSite) -> None:
    folder = site(FILES)
    folder.write("public", "ملف")
    result = folder.build()
    check_message(result)
    assert "the output folder is a file" in result.stderr
    assert (folder.path / "public").read_text(encoding="utf-8") == "ملف"


def test_an_output_below_a_file_is_refused(site: MakeSite) -> None:
    folder = site(FILES)
    folder.write("web", "ملف")
    check_message(folder.build("-o", str(folder.path / "web/public")))
    assert (folder.path / "web").read_text(encoding="utf-8") == "ملف"


def test_an_output_folder_behind_a_link_is_filled_there_or_refused(site: MakeSite, tmp_path: Path) -> None:
    folder = site(FILES)
    real = tmp_path / "www"
    real.mkdir()
    (real / "CNAME").write_text("example.org", encoding="utf-8")
    link = folder.path / "public"
    link.symlink_to(real)
    for _ in range(2):
        result = folder.build()
        assert link.is_symlink(), (
            "the link was replaced by a folder: what serves its target serves the old site"
        )
        assert (real / "CNAME").read_text(encoding="utf-8") == "example.org"
        if result.exit_code:
            check_message(result)
        else:
            assert (real / "index.html").is_file()
    check_nothing_is_left_over(folder)


def test_a_folder_where_a_page_belongs_is_a_message(site: MakeSite) -> None:
    folder = site(FILES)
    folder.write("public/404.html/مهم.txt", "من يد أخرى")
    before = tree(folder.path / "public")
    check_message(folder.build())
    assert tree(folder.path / "public") == before
    check_nothing_is_left_over(folder)


def test_a_file_where_a_folder_belongs_is_a_message(site: MakeSite) -> None:
    folder = site(FILES)
    folder.write("public/about", "من يد أخرى")
    before = tree(folder.path / "public")
    check_message(folder.build())
    assert tree(folder.path / "public") == before
    check_nothing_is_left_over(folder)


@pytest.mark.parametrize(
    "faulty",
    [
        {"content/articles/b.md": "بلا بيانات"},
        {"templates/article.html": "{{ nothing }}"},
        {"templates/404.html": "{{ site.title }} {{ 1 / 0 }}"},
        {"content/articles/b.md": ARTICLE.replace("مترًا.", "[صلة](none.md)")},
        {"static/articles/a/index.html": "يصطدم"},
    ],
)  # fmt: skip
def test_a_failing_build_leaves_the_old_site_byte_for_byte(site: MakeSite, faulty: dict[str, str]) -> None:
    folder = built(site)
    folder.write("public/CNAME", "example.org")
    before, record = tree(folder.path / "public"), tree(folder.path / ".jisr")
    del record["bodies.db"]  # keeps what was made of documents without errors, under what they came to
    for path, text in faulty.items():
        folder.write(path, text)
    folder.write("content/about.md", FILES["content/about.md"].replace("من نحن", "تغيّر النص"))
    check_message(folder.build())
    assert tree(folder.path / "public") == before
    after = tree(folder.path / ".jisr")
    del after["bodies.db"]
    assert after == record
    check_nothing_is_left_over(folder)


def test_what_a_killed_build_had_written_is_cleared(site: MakeSite) -> None:
    folder = built(site)
    before = tree(folder.path / "public")
    folder.write(".public.new/articles/half/index.html", "<!doctype")
    result = folder.build()
    assert (result.exit_code, result.stderr) == (0, "")
    assert tree(folder.path / "public") == before
    check_nothing_is_left_over(folder)


def failing(
    monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, error: OSError, on: Callable[[Path], bool]
) -> list[str]:
    """Make a function of paths fail for those that `on` picks; returns where the failures will be noted."""
    real = getattr(owner, name)
    noted: list[str] = []

    def fails(*args: Any, **kwargs: Any) -> Any:
        if any(isinstance(a, str | os.PathLike) and on(Path(a)) for a in args):
            noted.append(name)
            raise error
        return real(*args, **kwargs)

    monkeypatch.setattr(owner, name, fails)
    return noted


FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
DENIED = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
BUSY = OSError(errno.EBUSY, os.strerror(errno.EBUSY))

FAILURES: dict[str, tuple[Any, str, OSError, Callable[[Path], bool]]] = {
    "the folder above may not be written": (Path, "mkdir", DENIED, lambda p: p.name == ".public.new"),
    "the disk is full at a page": (
        os, "open", FULL, lambda p: p.parent.name == ".public.new" and len(p.name) == 32),
    "the disk is full at a file": (
        shutil, "copyfile", FULL, lambda p: p.name == "robots.txt"),
    "the journal can't be written": (Path, "replace", FULL, lambda p: p.name == "journal.new"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAILURES)
def test_a_disk_that_refuses_is_a_message_and_the_old_site_stays(
    site: MakeSite, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Simulated, for the tests may run as root, whom no mode refuses anything."""
    folder = built(site)
    folder.write("public/CNAME", "example.org")
    before = tree(folder.path / "public")
    folder.write("content/about.md", FILES["content/about.md"].replace("من نحن", "تغيّر النص"))
    folder.write("static/robots.txt", "User-agent: *")
    with monkeypatch.context() as patched:
        noted = failing(patched, *FAILURES[name])
        result = folder.build()
    assert noted, "the build doesn't come by here any more: make the fault where it does"
    assert (folder.path / "public").is_dir(), "no site is left where it is served from"
    check_message(result)
    assert os.strerror(FAILURES[name][2].errno or 0) in result.stderr
    assert tree(folder.path / "public") == before
    check_nothing_is_left_over(folder)
    assert folder.build().exit_code == 0
    assert "تغيّر النص" in folder.read("about/index.html")
    assert folder.read("CNAME") == "example.org"


def test_a_first_build_that_cant_make_a_folder_leaves_nothing(
    site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = site(FILES)
    with monkeypatch.context() as patched:
        noted = failing(patched, os, "mkdir", FULL, lambda p: p.name == "about" and ".public.new" in p.parts)
        result = folder.build()
    assert noted
    check_message(result)
    assert not (folder.path / "public").exists()
    check_nothing_is_left_over(folder)


@pytest.mark.parametrize("moved", [0, 1, 3])
def test_files_that_cant_be_put_in_place_are_put_there_by_the_next_build(
    site: MakeSite, monkeypatch: pytest.MonkeyPatch, moved: int
) -> None:
    folder = built(site, {**FILES, "content/articles/b.md": ARTICLE})
    folder.write("public/CNAME", "example.org")
    folder.write("content/about.md", FILES["content/about.md"].replace("من نحن", "تغيّر النص"))
    (folder.path / "content/articles/b.md").unlink()
    count = 0
    real = os.replace

    def replace(source: str | Path, target: str | Path) -> None:
        nonlocal count
        if ".public.new" in Path(source).parts:
            count += 1
            if count > moved:
                raise BUSY
        real(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", replace)
        check_message(folder.build())
    assert count == moved + 1
    result = folder.build()
    assert (result.exit_code, "Traceback" in result.stderr) == (0, False)
    check_nothing_is_left_over(folder)
    assert not (folder.path / ".jisr/journal.json").exists()
    after = tree(folder.path / "public")
    shutil.rmtree(folder.path / "public")
    shutil.rmtree(folder.path / ".jisr")
    assert folder.build().exit_code == 0
    assert {path: was for path, was in after.items() if path != "CNAME"} == tree(folder.path / "public")
    assert after["CNAME"] == b"example.org"


def test_a_record_that_cant_be_written_is_a_message_and_no_page_is_forgotten(
    site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = built(site)
    folder.write("content/articles/b.md", ARTICLE)

    def full(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(State, "save", full)
        result = folder.build()
    check_message(result)
    assert "database or disk is full" in result.stderr
    (folder.path / "content/articles/b.md").unlink()
    assert folder.build().exit_code == 0
    assert not (folder.path / "public/articles/b").exists()
    check_nothing_is_left_over(folder)


def test_a_disk_that_takes_parts_of_a_file_gets_all_of_it(
    site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = site({"content/articles/a.md": "---\ntitle: خبر\ndate: 2023-10-16\n---\n\nنص\n"})
    folder.build("-o", str(folder.path / "whole"))
    write = os.write
    monkeypatch.setattr("jisr.write.output.os.write", lambda file, content: write(file, content[:100]))
    folder.build("--jobs", "1")
    for name in ("index.html", "articles/a/index.html"):
        assert folder.read(name) == (folder.path / "whole" / name).read_text(encoding="utf-8")
