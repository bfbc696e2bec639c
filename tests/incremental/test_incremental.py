"""Incremental builds: whatever was edited since the last one, a build leaves what a clean build leaves."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from jisr.theme import theme_root
from tests.incremental.bench import (
    JOBS,
    Bench,
    clean_specimen,
    differences,
    quick_folder,
    run,
    says_nothing_written,
    times,
    tree,
    write_files,
)
from tests.incremental.edits import BODIES, EDITS, FRONT, SETTINGS, TAMPERING, apply, restore, sources
from tests.incremental.faults import on_events
from tests.incremental.specimen import FILES, catalogue

Case = tuple[str, int, int]


@pytest.fixture
def bench() -> Iterator[Bench]:
    """The specimen, built once."""
    with quick_folder() as home:
        made = Bench(home, FILES, "--jobs", "1")
        made.check(clean_specimen())
        yield made


def test_the_specimen_has_a_warning_of_every_kind_and_no_error(bench: Bench) -> None:
    built = bench.build()
    assert built.exit_code == 0
    said = "\n".join(built.messages)
    assert "belongs to no document" in said  # of the folder of catalogues
    assert "Arabic comma" in said  # of reading a document
    assert "has lost the link" in said  # of rendering it
    assert said.count("the picture can't be read") == 2  # of looking at pictures
    assert said.count("warning") == 5


# Every way in which each edit can go, once. The walk further down puts them together.
CASES: dict[str, list[Case]] = {
    "mark": [("mark", file, file % 4) for file in range(0, len(FILES), 2)],
    "add_text": [("add_text", 1, text) for text in range(len(BODIES))],
    "new_article": [("new_article", 0, 0), ("new_article", 0, 1), ("new_article", 1, 5)],
    "new_page": [("new_page", 0, 0)],
    "new_file": [("new_file", which, 0) for which in range(4)],
    "clash": [("clash", which, 0) for which in range(4)],
    "delete": [("delete", which, 0) for which in range(0, len(FILES) - 1, 2)],
    "delete_document": [("delete_document", which, which) for which in range(9)],
    "rename": [("rename", which, 0) for which in range(0, len(FILES) - 1, 3)],
    "rename_document": [("rename_document", which, which) for which in range(8)],
    "swap": [("swap", which, which) for which in range(6)],
    "front_matter": [("front_matter", which * 5, which) for which in range(len(FRONT))],
    "setting": [("setting", 0, which) for which in range(len(SETTINGS))],
    "sidecar": [("sidecar", which, which) for which in range(5)],
    "catalogue_entry": [("catalogue_entry", which, which) for which in range(12)],
    "catalogue_added": [("catalogue_added", which, 0) for which in range(8)],
    "template": [("template", which, what) for which in range(8) for what in range(3) if which != 1 or what],
    "symlink": [("symlink", which, what) for which in range(6) for what in range(2)],
    "touch": [("touch", 1, 0), ("touch", 1, 1)],
    "sync": [("sync", 0, 0)],
    **{name: [(name, which, which) for which in range(6)] for name in TAMPERING},
}


def walk(cases: list[Case], jobs: str) -> None:
    """Make edits, each undone together with the next; one that leaves an error is undone by itself."""
    with quick_folder() as home:
        bench = Bench(home, FILES, "--jobs", jobs)
        bench.check(clean_specimen())
        original = sources(bench.root)
        for number, case in enumerate(cases):
            same = case[0] in TAMPERING and case[0] != "other_options"
            try:
                apply(bench, *case, keep_times=number % 2 == 0)
                built = bench.check(clean_specimen() if same else None)
                if built.exit_code == 0 and number == 0:
                    bench.check_nothing_to_do()
                restore(bench.root, original)
                bench.asked = ()
                if built.exit_code or case == cases[-1]:
                    bench.check(clean_specimen())
            except AssertionError as error:
                error.add_note(f"in the case {case}")
                raise


@pytest.mark.parametrize("name", CASES)
def test_after_an_edit_and_after_its_undoing_incremental_is_clean(name: str) -> None:
    assert CASES.keys() == EDITS.keys() | TAMPERING.keys()
    walk(CASES[name], "1")


def test_after_edits_of_each_kind_incremental_is_clean_with_two_processes() -> None:
    walk([cases[number % len(cases)] for number, cases in enumerate(CASES.values())], "2")


STEP = st.lists(
    st.tuples(
        st.sampled_from([*EDITS, *TAMPERING, "mark", "mark", "front_matter", "catalogue_entry"]),
        st.integers(0, 60),
        st.integers(0, 60),
        st.booleans(),
    ),
    min_size=1,
    max_size=2,
)  # fmt: skip
"""Edits between two builds: name, what is edited, what it becomes, whether the files keep their times."""


@pytest.mark.parametrize("jobs", JOBS)
@settings(
    max_examples=8,
    deadline=None,
    phases=(
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ),  # to shrink a failure takes minutes, and may not end
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.tuples(STEP, st.integers(0, 3)), min_size=1, max_size=6))
def test_along_a_walk_of_edits_incremental_is_clean(
    jobs: str, steps: list[tuple[list[tuple[str, int, int, bool]], int]]
) -> None:
    with quick_folder() as home:
        bench = Bench(home, FILES, "--jobs", jobs)
        good = bench.check(clean_specimen())
        for edits, stay in steps:
            before, asked = sources(bench.root), bench.asked
            for name, which, what, keep_times in edits:
                apply(bench, name, which, what, keep_times=keep_times)
            done = bench.check()
            if done.exit_code == 0:
                good = done
            elif stay:  # mend it; or else let the next edits be made on a site with errors
                restore(bench.root, before)
                bench.asked = asked
                back = bench.check()
                if back.exit_code == 0:
                    good = back
        restore(bench.root, before)
        bench.asked = asked
        bench.check()
        assert good.exit_code == 0


def changed(bench: Bench, edit: Callable[[], object]) -> set[str]:
    """The files in the output folder that a build after an edit wrote again, made or removed."""
    before = times(bench.public)
    edit()
    bench.check()
    now = times(bench.public)
    return {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)}


def replaced(bench: Bench, path: str, old: str, new: str) -> Callable[[], object]:
    """An edit that puts something else into a file."""

    def edit() -> None:
        text = (bench.root / path).read_text(encoding="utf-8")
        assert old in text
        write_files(bench.root, {path: text.replace(old, new)})

    return edit


def pages(name: str, *languages: str) -> set[str]:
    """A document's pages in some languages, those side by side with the original included."""
    found = set()
    for language in languages:
        if language == "ar":
            found.add(f"{name}/index.html")
        else:
            found |= {f"{language}/{name}/index.html", f"{language}/{name}/parallel/index.html"}
    return found


HOMES = {"index.html", "en/index.html", "fr/index.html"}
ALL = ("ar", "en", "fr")


def test_a_second_build_writes_nothing_and_says_so(bench: Bench) -> None:
    for _ in range(2):
        before = times(bench.public)
        built = bench.build()
        assert times(bench.public) == before
        assert says_nothing_written(built.stdout)


def test_a_second_build_writes_nothing_with_the_theme_as_it_is(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {path: text for path, text in FILES.items() if not path.startswith("templates/")})
    restricted = bench.root / "content/articles"
    assert restricted.is_dir()
    bench.check()
    bench.check_nothing_to_do()
    assert changed(bench, replaced(bench, "content/help/me.md", "نصّ", "نصٌّ آخر")) == pages("help/me", *ALL)


def test_an_edit_in_the_body_changes_the_articles_own_pages(bench: Bench) -> None:
    edit = replaced(bench, "content/articles/b.md", "| خلية v01", "| خلية v02")
    assert changed(bench, edit) == pages("articles/b", *ALL)


def test_an_edit_in_the_body_that_changes_the_progress_changes_the_listings_of_the_language(
    bench: Bench,
) -> None:
    edit = replaced(bench, "content/articles/2024-05-06-c.md", "نصّ *مائل* v01.", "نصّ *مائل* v02.")
    want = pages("articles/c", *ALL) | {"sitemap.xml"} | listings("en", "tags/شعر", "archive/2024/05")
    found = changed(bench, edit)
    assert want <= found <= want | OFFERED


OFFERED = {
    f"{prefix}{place}/index.html"
    for prefix in ("", "en/", "fr/")
    for place in ("tags", "tags/شعر", "archive", "archive/2024", "archive/2024/05")
}
"""Listings of the article c: they name each other to search engines where one of their articles is offered."""


def listings(language: str, *places: str) -> set[str]:
    """The home page and the feeds of a language, and further listings with theirs."""
    prefix = "" if language == "ar" else f"{language}/"
    feeds = ["", *(f"{place}/" for place in places if place.startswith("tags/"))]
    return {
        f"{prefix}index.html",
        *(f"{prefix}{place}/index.html" for place in places),
        *(f"{prefix}{place}feed.{form}" for place in feeds for form in ("xml", "json")),
    }


def test_a_title_changes_the_articles_pages_and_the_listings(bench: Bench) -> None:
    edit = replaced(bench, "content/articles/b.md", "خبرٌ ثانٍ v01", "خبرٌ ثانٍ v02")
    assert changed(bench, edit) == pages("articles/b", *ALL).union(
        *(listings(language, "archive/2024/01", "authors/كاتب") for language in ALL)
    )


def test_a_pages_title_changes_its_own_pages(bench: Bench) -> None:
    edit = replaced(bench, "content/help/me.md", "مساعدة v01", "مساعدة v02")
    assert changed(bench, edit) == pages("help/me", *ALL)


def test_a_catalogue_changes_its_documents_pages_in_its_language(bench: Bench) -> None:
    edit = replaced(bench, "translations/en/articles/a.po", "Item v01", "Item v02")
    assert changed(bench, edit) == pages("articles/a", "en")


def test_a_translated_title_changes_the_home_page_of_its_language_too(bench: Bench) -> None:
    edit = replaced(bench, "translations/en/articles/a.po", "A visit v01", "A visit v02")
    listed = listings("en", "tags/سياسة", "tags/شعر", "archive/2023/10")
    assert changed(bench, edit) == pages("articles/a", "en") | listed | {"en/old/a/index.html"}


def test_a_finished_translation_changes_what_the_other_languages_say_of_it(bench: Bench) -> None:
    """From then on the original names the translation to search engines."""
    path = "translations/en/articles/2024-05-06-c.po"
    assert "hreflang" not in (bench.public / "articles/c/index.html").read_text(encoding="utf-8")
    edit = replaced(bench, path, 'msgid "قولٌ v01"\nmsgstr "Saying v01"', 'msgid "قولٌ v01"\nmsgstr ""')
    want = (
        pages("articles/c", "en")
        | {"articles/c/index.html", "sitemap.xml"}
        | listings("en", "tags/شعر", "archive/2024/05")
    )
    found = changed(bench, edit)
    assert want <= found <= want | OFFERED


def test_a_name_changes_the_pages_that_show_it(bench: Bench) -> None:
    edit = replaced(bench, "translations/fr/site.po", "Poésie v01", "Poésie v02")
    shown = pages("articles/a", "fr") | pages("articles/c", "fr") | {"fr/tags/index.html"}
    places = ("tags/سياسة", "tags/شعر", "archive/2023/10", "archive/2024/05")
    assert changed(bench, edit) <= shown | listings("fr", *places)


def test_a_template_changes_all_pages_made_from_it_and_no_other(bench: Bench) -> None:
    names = ("articles/a", "articles/b", "articles/c", "articles/e", "articles/world/d")
    articles = {page for name in names for page in pages(name, *ALL) if "parallel" not in page}
    assert changed(bench, replaced(bench, "templates/article.html", "%}v01", "%}v02")) == articles
    others = pages("about", *ALL) | pages("help/me", *ALL)
    edit = replaced(bench, "templates/page.html", "v01", "v02")
    assert changed(bench, edit) == {page for page in others if "parallel" not in page}


def test_a_template_that_others_extend_changes_them_all(bench: Bench) -> None:
    found = changed(bench, replaced(bench, "templates/base.html", "<title>v01", "<title>v02"))
    every = {path for path in times(bench.public) if path.endswith(".html")}
    assert found == every - {f"{folder}old/a/index.html" for folder in ("", "en/", "fr/")}


def test_an_include_that_appears_changes_the_pages_that_ask_for_it(bench: Bench) -> None:
    found = changed(bench, lambda: write_files(bench.root, {"templates/_optional.html": "ظهر"}))
    assert pages("articles/a", "ar") <= found
    assert not found & HOMES
    assert changed(bench, (bench.root / "templates/_optional.html").unlink) == found


def test_a_file_that_is_copied_changes_alone(bench: Bench) -> None:
    assert changed(bench, replaced(bench, "static/files/x.txt", "v01", "v02")) == {"files/x.txt"}
    assert changed(bench, replaced(bench, "content/images/bridge.svg", "v01", "v02")) == {"images/bridge.svg"}


def test_sources_that_were_touched_change_nothing(bench: Bench) -> None:
    def touch() -> None:
        for path in sources(bench.root):
            os.utime(bench.root / path)

    assert changed(bench, touch) == set()


def test_a_page_that_was_deleted_comes_back_alone(bench: Bench) -> None:
    path = bench.public / "en/articles/a/index.html"
    assert changed(bench, path.unlink) == {"en/articles/a/index.html"}


def test_a_documents_address_changes_the_pages_that_lead_to_it(bench: Bench) -> None:
    found = changed(bench, replaced(bench, "content/articles/b.md", "---\ntitle", "---\nslug: other\ntitle"))
    assert pages("articles/b", *ALL) | pages("articles/other", *ALL) | pages("articles/a", *ALL) <= found
    assert not found & pages("articles/world/d", *ALL)


def test_messages_of_what_has_not_changed_are_repeated(bench: Bench) -> None:
    before = bench.build().messages
    assert bench.build().messages == before
    write_files(bench.root, {"content/articles/new.md": "---\ntitle: ج\ndate: 2024-01-01\n---\nنص\n"})
    assert bench.check().messages == before
    assert run(bench.root, "build", "--strict").exit_code == 1
    assert bench.build().exit_code == 0
    assert run(bench.root, "build", "--strict").exit_code == 1


@pytest.mark.parametrize("outside", [False, True])
def test_a_site_that_is_moved_is_built_as_a_clean_one(bench: Bench, outside: bool) -> None:
    """A page that goes in the same moment is taken out of an output folder that has moved with the site."""
    if outside:
        bench.options += ("--output", "../out")
        bench.public = bench.root.parent / "out"
        bench.state_lost = True
        bench.check()
    shutil.move(bench.root, bench.root.with_name("elsewhere"))
    bench.root = bench.root.with_name("elsewhere")
    if not outside:
        bench.public = bench.root / "public"
    (bench.root / "content/help/me.md").unlink()
    bench.state_lost = True  # files have other signatures
    bench.check()
    assert "help" not in " ".join(tree(bench.public))
    replaced(bench, "content/about.md", "نحن v01", "نحن v02")()
    bench.check()


def test_a_copy_of_a_built_site_leaves_the_first_alone(bench: Bench, tmp_path: Path) -> None:
    """The state is copied with it, and takes the copied output folder for its own."""
    before = tree(bench.public)
    copy = Bench(tmp_path / "other", {})
    shutil.rmtree(copy.root, ignore_errors=True)
    shutil.copytree(bench.root, copy.root, symlinks=True)
    replaced(copy, "content/about.md", "نحن v01", "نحن v02")()
    (copy.root / "content/help/me.md").unlink()
    copy.check()
    assert tree(bench.public) == before
    bench.check_nothing_to_do()


# Files that change while they are read. What was read and what is remembered must be of one moment.


@pytest.mark.parametrize(
    "path",
    ["content/articles/a.md", "content/articles/p.png", "static/files/x.txt", "templates/article.html",
     "translations/en/articles/a.po", "translations/en/interface.po", "site.yaml", "content/articles/e.yaml"],
)  # fmt: skip
def test_a_file_that_changes_while_a_build_reads_it_is_seen_by_the_next(path: str) -> None:
    """To what it becomes, and back to what it was: the same bytes as before, and the same size and mtime."""
    with quick_folder() as home:
        for moment in range(3):
            bench = Bench(home / str(moment), FILES, "--jobs", "1")
            bench.check(clean_specimen())
            first, file = FILES[path], bench.root / path
            second, third = first.replace("v01", "v02"), first.replace("v01", "v03")
            stamp = file.stat().st_mtime_ns

            def put(text: str) -> None:
                file.write_bytes(text.encode())  # noqa: B023
                os.utime(file, ns=(stamp, stamp))  # noqa: B023

            opened = 0

            def change(event: object) -> None:
                nonlocal opened
                if opened == moment:  # noqa: B023
                    opened += 1
                    put(third)  # noqa: B023
                else:
                    opened += 1

            put(second)
            with on_events(file, change, reading=True):
                bench.build()
            bench.state_lost = True  # what it read of the one and what of the other, nobody knows
            bench.check()
            put(second)
            bench.check()
            put(first)
            bench.check(clean_specimen())
            if moment >= opened:
                break


# Another Jisr.


def test_a_change_of_the_theme_and_another_jisr_are_seen(tmp_path: Path) -> None:
    """A copy of the program is changed: a template, a stylesheet and a word of its theme; its code; its version."""
    code = tmp_path / "code"
    for name in ("jisr", "templates", "static", "translations"):
        shutil.copytree(theme_root() / name, code / name, ignore=shutil.ignore_patterns("__pycache__"))
    bench = Bench(tmp_path, {path: text for path, text in FILES.items() if not path.startswith("templates/")})

    def build(*options: str) -> None:
        command = [sys.executable, "-m", "jisr", "build", "--quiet", "--site", str(bench.root), *options]
        subprocess.run(
            command, check=True, stdout=subprocess.PIPE, timeout=60, cwd=bench.root,
            env={**os.environ, "PYTHONPATH": str(code)},
        )  # fmt: skip

    def edit(path: str, old: str, new: str) -> None:
        text = (code / path).read_text(encoding="utf-8")
        assert old in text, f"nothing to edit in {path} any more"
        (code / path).write_text(text.replace(old, new), encoding="utf-8", newline="\n")

    build()
    edits = [
        ("templates/_parts.html", "{%- endmacro %}", "!{%- endmacro %}"),
        ("static/css/site.css", "{", "{ "),
        ("translations/ar/interface.po", 'msgid "Menu"\nmsgstr "', 'msgid "Menu"\nmsgstr "ـ'),
        ("jisr/plan/pages.py", "description=settings.description", "description=str(settings.description) * 2"),
        ("jisr/__init__.py", re.findall(r'"[\d.]+"', (code / "jisr/__init__.py").read_text())[0], '"99.0"'),
    ]  # fmt: skip
    for one in edits:
        edit(*one)
        build()
        shutil.rmtree(tmp_path / "again", ignore_errors=True)
        shutil.copytree(bench.root, tmp_path / "again/site", ignore=shutil.ignore_patterns(".jisr", "public"))
        command = ["-m", "jisr", "build", "--quiet", "--site", str(tmp_path / "again/site")]
        subprocess.run(
            [sys.executable, *command], check=True, capture_output=True, timeout=60, cwd=tmp_path / "again",
            env={**os.environ, "PYTHONPATH": str(code)},
        )  # fmt: skip
        want = tree(tmp_path / "again/site/public")
        assert differences(tree(bench.public), want) == {}, one[0]


def test_the_number_of_processes_makes_no_difference(tmp_path: Path) -> None:
    bench = Bench(tmp_path, FILES)
    for jobs in ("3", "1", "2"):
        bench.options = ("--jobs", jobs)
        bench.check(clean_specimen())


def test_a_translation_that_comes_and_goes_between_builds(bench: Bench) -> None:
    path = "translations/fr/articles/b.po"
    write_files(bench.root, {path: catalogue("fr", ("خلية v01", "Cellule"))})
    bench.check()
    assert "Cellule" in (bench.public / "fr/articles/b/index.html").read_text(encoding="utf-8")
    (bench.root / path).unlink()
    bench.check(clean_specimen())
