"""What an incremental build makes, and how it finds that out. That it equals a clean one: tests/incremental/."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jisr import looking, rendering, survey, work
from jisr.errors import Problem, Report
from jisr.model import Document, DocumentFacts, Output, Source
from jisr.plan import listings as listings_of
from jisr.plan import outline
from jisr.read import sources
from jisr.theme import theme_root
from jisr.write import parts
from jisr.write.state import State
from tests.conftest import SITE_YAML, MakeSite, SiteFolder

SETTINGS = SITE_YAML.replace("locale: ar-EG", "locale: ar-EG, menu: [{label: عن, to: about.md}]")
PO = 'msgid ""\nmsgstr "Language: en\\n"\n\nmsgid "Awaiting translation"\nmsgstr "Wait"\n'


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def times(folder: Path) -> dict[str, int]:
    return {str(p.relative_to(folder)): p.stat().st_mtime_ns for p in folder.rglob("*") if p.is_file()}


def test_a_second_build_writes_nothing(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": "---\ntitle: خبر\ndate: 2023-10-16\n---\n\nنص\n"})
    folder.build()
    before = times(folder.path / "public")
    assert ", 0 written in " in folder.build().stdout
    assert ", 0 written in " in folder.build("--verify").stdout
    assert times(folder.path / "public") == before


def test_an_edit_writes_the_pages_that_show_it_and_no_others(site: MakeSite) -> None:
    text = "---\ntitle: خبر\ndate: 2023-10-16\n---\n\nنص\n"
    folder = site({"content/articles/a.md": text, "content/articles/b.md": text})
    folder.build()

    def changed(path: str, new: str) -> set[str]:
        before = times(folder.path / "public")
        folder.write(path, new)
        folder.build()
        after = times(folder.path / "public")
        return {name for name in after if after[name] != before.get(name)}

    own = {"articles/a/index.html", "en/articles/a/index.html", "en/articles/a/parallel/index.html"}
    english = {"en/index.html", "en/archive/2023/10/index.html", "en/feed.xml", "en/feed.json"}
    assert changed("content/articles/a.md", text + "\nآخر\n") == own | english  # its count
    homes = english | {"index.html", "archive/2023/10/index.html", "feed.xml", "feed.json"}
    beside = {"articles/b/index.html", "en/articles/b/index.html"}
    assert changed("content/articles/a.md", text.replace("خبر", "جديد")) == own | homes | beside
    po = 'msgid ""\nmsgstr "Language: en\\n"\n\nmsgid "نص"\nmsgstr "Text"\n'
    assert changed("translations/en/articles/a.po", po) == own - {"articles/a/index.html"} | english
    assert changed("static/x.txt", "x") == {"x.txt"}


def test_side_by_side_pages_go_and_come_with_their_setting(site: MakeSite) -> None:
    text = "---\ntitle: خبر\nsummary: موجز\ndate: 2023-10-16\n---\n\nنص\n"
    files = {"content/articles/a.md": text, "content/about.md": text.replace("خبر", "عن")}
    folder, without = site(files), SITE_YAML + "side_by_side: false\n"
    folder.build()
    public = folder.path / "public"
    before = tree(public)
    beside = {"en/articles/a/parallel/index.html", "en/about/parallel/index.html"}
    assert {path for path in before if "parallel" in path} == beside
    folder.write("site.yaml", without)
    assert folder.build("--strict").exit_code == 0
    after = tree(public)
    assert after.keys() == before.keys() - beside
    assert not [path for path in public.rglob("*") if path.name == "parallel"]
    assert not [path for path in after if path.endswith(".html") and b"parallel/" in after[path]]
    assert folder.run("check", "--strict").exit_code == 0
    clean = site({**files, "site.yaml": without})
    clean.build()
    assert tree(clean.path / "public") == after
    folder.write("site.yaml", SITE_YAML)
    folder.build()
    assert tree(public) == before


def test_a_document_may_stand_where_there_are_no_side_by_side_pages(site: MakeSite) -> None:
    text = "---\ntitle: عن\n---\n\nنص\n"
    files = {"content/about.md": text, "content/about/parallel.md": text}
    folder = site({**files, "site.yaml": SITE_YAML + "side_by_side: false\n"})
    assert folder.build().exit_code == 0
    before = tree(folder.path / "public")
    folder.write("site.yaml", SITE_YAML)
    refused = folder.build()
    what = "content/about.md and content/about/parallel.md both become en/about/parallel/index.html"
    assert (refused.exit_code, what in refused.stderr) == (1, True)
    assert tree(folder.path / "public") == before


def test_explain_says_why(site: MakeSite) -> None:
    text = "---\ntitle: خبر\ndate: 2023-10-16\n---\n\nنص\n"
    folder = site({"content/articles/a.md": text})
    assert "articles/a/index.html: new\n" in folder.build("--explain").stdout
    assert folder.build("--explain", "index.html").stdout.splitlines()[0] == "index.html: as it was"
    folder.write("content/articles/a.md", text + "\nآخر\n")
    assert "articles/a/index.html: changed: the content\n" in folder.build("--explain").stdout
    for path in ("public/index.html", "/index.html"):
        assert folder.build("--explain", path).stdout.startswith("index.html: ")
    assert "no file of public has a path that begins with x" in folder.build("--explain", "x").stderr
    (folder.path / "public/index.html").unlink()
    assert "\nindex.html: changed or removed by hand\n" in folder.build("--explain").stdout
    folder.write("templates/404.html", "x")
    assert "articles/a/index.html: changed: a template or what it loads\n" in folder.build("--explain").stdout
    assert folder.build("index.html").exit_code == 2


@pytest.mark.parametrize("dies", [False, True])
def test_many_files_are_hashed_by_two_processes(
    site: MakeSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies: bool
) -> None:
    article = "---\ntitle: خبر\ndate: 2023-10-16\n---\n\nنص\n"
    folder = site({f"content/articles/a{number}.md": article for number in range(9)})
    folder.build("-o", str(tmp_path / "alone"))
    here, hashed = os.getpid(), tmp_path / "hashed"
    digest = sources.digest

    def spy(source: Source, report: Report) -> str:
        with hashed.open("a", encoding="utf-8") as file:
            file.write("here\n" if os.getpid() == here else "there\n")
        if dies and os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return digest(source, report)

    monkeypatch.setattr(looking, "HASHED_ASIDE", 1)
    monkeypatch.setattr(looking, "HEAD_START", 0)
    monkeypatch.setattr(survey, "digest", spy)
    shutil.rmtree(folder.path / ".jisr")
    folder.build()
    assert tree(folder.path / "public") == tree(tmp_path / "alone")
    where = hashed.read_text(encoding="utf-8").split()
    assert (where.count("there") == 1) if dies else (0 <= where.count("here") - where.count("there") <= 1)


def test_a_look_that_nobody_waits_for_comes_to_its_end() -> None:
    # More than a pipe holds.
    answer = survey.Outputs(50_000, frozenset(map(str, range(50_000))), {}, [])
    looks = [(lambda: answer, survey.outputs_of), (lambda: time.sleep(600), survey.outputs_of)]
    with pytest.raises(KeyboardInterrupt), survey.beside(looks, fork=True):
        raise KeyboardInterrupt
    with survey.beside(looks, fork=True) as answers:
        assert next(answers) == answer


@pytest.mark.parametrize("dies", [False, True])
@pytest.mark.parametrize("edited", [False, True])
def test_many_files_are_looked_at_by_two_processes(
    site: MakeSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies: bool, edited: bool
) -> None:
    text = "---\ntitle: خبر\ndate: 2023-10-16\n---\n\nنص\n"
    folder = site({"content/articles/a.md": text, "translations/en/site.po": PO})
    monkeypatch.setattr(parts, "_SIZE", 1)
    folder.build()
    time.sleep(0.05)  # what was written in the moment of a build is looked at again
    folder.build()
    before = tree(folder.path / "public")
    here, looks = os.getpid(), tmp_path / "looks"

    def spied(name: str) -> None:
        look = getattr(survey, name)

        def spy(*arguments: Any, **options: Any) -> object:
            with looks.open("a", encoding="utf-8") as file:
                file.write(f"{name} {'here' if os.getpid() == here else 'there'}\n")
            if dies and os.getpid() != here:
                os.kill(os.getpid(), signal.SIGKILL)
            return look(*arguments, **options)

        monkeypatch.setattr(looking, name, spy)

    spied("tampering")
    spied("at_catalogues")
    monkeypatch.setattr(looking, "WORTH_A_PROCESS", 2)
    (folder.path / "public/index.html").unlink()
    (folder.path / "public/404.html").write_text("z", encoding="utf-8")
    os.utime(folder.path / "public/en/404.html")
    if edited:
        folder.write("translations/en/articles/a.po", PO)
    said = folder.build("--explain").stdout.splitlines()
    assert {line for line in said if line.endswith(": changed or removed by hand")} == {
        "index.html: changed or removed by hand",
        "404.html: changed or removed by hand",
    }
    assert tree(folder.path / "public") == before
    done = looks.read_text(encoding="utf-8").splitlines()
    own = [line for line in done if line.endswith(" here")]
    if dies:
        assert own == ["at_catalogues here", "tampering here", "tampering here"]
    else:
        assert own == ["tampering here"] * (not edited)
        others = ["at_catalogues there", "tampering there", "tampering there"]
        # With nothing to do nobody waits for the last, which may have been begun.
        assert [line for line in done if line not in own][: 3 if edited else 2] == others[
            : 3 if edited else 2
        ]
    assert "0 written" in folder.build().stdout


def test_a_fault_that_another_process_finds_is_told(
    site: MakeSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = site({"translations/en/site.po": PO})
    folder.build()
    monkeypatch.setattr(looking, "WORTH_A_PROCESS", 0)
    (tmp_path / "x.po").write_text(PO, encoding="utf-8")
    (folder.path / "translations/en/x.po").symlink_to(tmp_path / "x.po")
    refused = folder.build()
    what = "translations/en/x.po:1:1: error: a symbolic link leads out of the site"
    assert (refused.exit_code, what in refused.stderr) == (1, True)


def test_an_edit_works_out_the_outputs_of_the_documents_that_it_touches(
    site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "---\ntitle: {} {}\ndate: 2023-10-1{}\n---\n\nنص {}\n"
    names = "abcdef"
    folder = site({f"content/articles/{n}.md": text.format("خبر", n, at, "أ") for at, n in enumerate(names)})
    made: list[str] = []
    document = outline._document

    def spy(facts: DocumentFacts, *others: Any) -> list[Output]:
        made.append(Path(facts.path).stem)
        return document(facts, *others)

    monkeypatch.setattr(outline, "_document", spy)
    said = folder.build().stdout
    assert made == [*names]
    made.clear()
    folder.write("content/articles/c.md", text.format("خبر", "c", 2, "ب"))
    assert folder.build().stdout.partition(",")[0] == said.partition(",")[0]
    assert made == ["c"]
    made.clear()
    folder.write("content/articles/c.md", text.format("سبق", "c", 2, "ب"))
    folder.build()
    assert made == ["b", "c", "d"]
    made.clear()
    (folder.path / "content/articles/f.md").unlink()
    folder.build()
    assert made == ["e"]
    assert not (folder.path / "public/articles/f").exists()
    made.clear()
    (folder.path / "public/articles/b/index.html").unlink()
    folder.build()
    assert made == [*names[:-1]]


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The documents that builds render from now on, by name."""
    made: list[str] = []
    render = rendering.render

    def spy(document: Document, *others: Any) -> Any:
        made.append(Path(document.path).stem)
        return render(document, *others)

    monkeypatch.setattr(work, "render", spy)
    return made


def test_a_setting_renders_documents_where_they_are_rendered_by_it(
    site: MakeSite, rendered: list[str]
) -> None:
    text = "---\ntitle: خبر\ndate: 2023-10-16\n{}---\n\n[آخر](b.md)\n"
    files = {"content/articles/a.md": text.format(""), "content/articles/b.md": text.format("")}
    folder = site(
        {
            **files,
            "content/articles/c.md": text.format("draft: true\n"),
            "content/about.md": "---\ntitle: عن\n---\n\nنص\n",
        }
    )
    folder.build()
    assert sorted(rendered) == ["a", "about", "b"]
    rendered.clear()
    folder.write("site.yaml", SETTINGS)
    assert " 0 written" not in folder.build().stdout
    assert "عن</a>" in folder.read("articles/a/index.html")
    folder.write("site.yaml", f"{SETTINGS}per_page: 1\nfeed: full\nrelated: 1\n")
    folder.build()
    folder.write("site.yaml", SETTINGS.replace("title: ", "title: صحيفة "))
    folder.build()
    folder.build("--base-url", "https://example.com/")
    assert "https://example.com/articles/a/" in folder.read("articles/a/index.html")
    assert rendered == []
    folder.build("--drafts")
    assert rendered == ["c"]
    rendered.clear()
    folder.build("--base-url", "https://example.com/news/")
    assert sorted(rendered) == ["a", "about", "b"]
    rendered.clear()
    folder.write("site.yaml", f"{SETTINGS}untranslated: hide\n")
    folder.build()
    assert sorted(rendered) == ["a", "about", "b"]


def test_a_name_renders_the_documents_that_have_it(site: MakeSite, rendered: list[str]) -> None:
    text = "---\ntitle: خبر {0}\ndate: 2023-10-1{0}\ntags: {1}\n---\n\nنص\n"
    tags = {"a": "[شعر, نثر]", "b": "[نثر]", "c": "[شعر]", "d": "[]"}
    folder = site({f"content/articles/{n}.md": text.format(at, tags[n]) for at, n in enumerate(tags)})
    folder.build()
    for said in ("Poetry", "Verse"):
        rendered.clear()
        name = f'\nmsgctxt "tag"\nmsgid "شعر"\nmsgstr "{said}"\n'
        folder.write("translations/en/site.po", f'msgid ""\nmsgstr "Language: en\\n"\n{name}')
        folder.build()
        assert sorted(rendered) == ["a", "c"]
        for path in ("articles/a", "articles/c", "tags/شعر", "tags"):
            assert said in folder.read(f"en/{path}/index.html")
    rendered.clear()
    (folder.path / "translations/en/site.po").unlink()
    folder.build()
    assert sorted(rendered) == ["a", "c"]
    assert "Verse" not in folder.read("en/tags/index.html")


def _survey(folder: SiteFolder) -> dict[str, Source]:
    def report(problem: Problem) -> None:
        pytest.fail(str(problem))

    return survey.survey(folder.path, theme_root(), report, lambda: survey.at_catalogues(folder.path))


def test_sources_come_in_the_order_of_their_paths(site: MakeSite) -> None:
    """What looks for those below a folder, and what compares them with the record, goes by it."""
    names = ("content/b.md", "content/a/z.md", "content/a-.md", "static/x.css", "templates/home.html")
    folder = site(dict.fromkeys((*names, "translations/en/b.po"), "x"))
    paths = list(_survey(folder))
    assert {*names, "site.yaml", "translations/en/b.po", "theme/templates/home.html"} <= {*paths}
    assert paths == sorted(paths)


@pytest.fixture
def worked_out(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The pages of listings that builds work out from now on, each with what stands together with it."""
    made: list[tuple[str, str]] = []
    listings = listings_of.listings

    def spy(*arguments: Any) -> Iterator[Any]:
        for found in listings(*arguments):
            made.extend([found[:2]] if found[3] else [])
            yield found

    monkeypatch.setattr(outline, "listings", spy)
    return made


def test_an_edit_works_out_the_pages_of_a_long_listing_that_stand_beside_it(
    site: MakeSite, monkeypatch: pytest.MonkeyPatch, worked_out: list[tuple[str, str]]
) -> None:
    monkeypatch.setattr(listings_of, "TOGETHER", 2)
    text = "---\ntitle: خبر {}\ndate: 2023-10-{:02}\n---\n\nنص.\n"
    files = {f"content/articles/{n}.md": text.format(n, n) for n in range(10, 20)}
    folder = site({**files, "site.yaml": f"{SITE_YAML}per_page: 1\n"})
    folder.build()
    worked_out.clear()
    home = ["index.html", *(f"page/{number}/index.html" for number in range(2, 11))]
    before = tree(folder.path / "public")
    folder.write("content/articles/15.md", text.format("سبق", 15))  # the fifth from the newest
    folder.build()
    made = [path for _, path in worked_out]
    assert [path for path in made if path in home] == ["page/5/index.html"] * 2 + ["page/6/index.html"] * 2
    after = tree(folder.path / "public")
    assert {path for path in home if before[path] != after[path]} == {"page/5/index.html"}
    worked_out.clear()
    folder.write("content/articles/20.md", text.format(20, 20))  # the number of pages is on each
    folder.build()
    assert {p for _, p in worked_out if p.startswith("page/")} == {*home[1:], "page/11/index.html"}


@pytest.mark.parametrize("sitemap", ["true", "false"])
def test_an_edit_works_out_the_listings_that_show_it(
    site: MakeSite, worked_out: list[tuple[str, str]], sitemap: str
) -> None:
    text = "---\ntitle: {} {}\ndate: 2023-1{}-10\ntags: [{}]\n---\n\nنص {}\n"
    files = {f"content/articles/{n}.md": text.format("خبر", n, at, n, "أ") for at, n in enumerate("ab")}
    folder = site({**files, "site.yaml": f"{SITE_YAML}sitemap: {sitemap}\n"})
    folder.build()
    of_articles = {"the listing /", *(f"the listing /{at}" for at in ("tags/a", "tags/b", "archive/2023/10"))}
    assert of_articles <= {name for name, _ in worked_out}
    before = tree(folder.path / "public")
    worked_out.clear()
    folder.write("content/articles/a.md", text.format("خبر", "a", 0, "a", "ب"))
    folder.build()
    assert {name for name, _ in worked_out} & of_articles == set()
    after = tree(folder.path / "public")
    assert {path for path in before if before[path] != after[path]} == {
        path for path in before if "articles/a/" in path
    }
    worked_out.clear()
    folder.write("content/articles/a.md", text.format("سبق", "a", 0, "a", "ب"))
    folder.build()
    assert {name for name, _ in worked_out} & of_articles == of_articles - {"the listing /tags/b"}


def test_a_second_build_at_once_gives_up_with_a_message(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": "---\ntitle: خبر\ndate: 2023-10-16\n---\n\nنص\n"})
    with State(folder.path, lambda _: None):
        result = folder.build()
    assert (result.exit_code, result.stdout) == (1, "")
    assert "another build of this site is running" in result.stderr
    assert folder.build().exit_code == 0


@pytest.mark.parametrize("content", [b"", b"garbage" * 1000, b"SQLite format 3\0" + b"x" * 5000])
def test_a_damaged_record_is_made_anew_with_a_word_about_it(site: MakeSite, content: bytes) -> None:
    folder = site({"content/articles/a.md": "---\ntitle: خبر\ndate: 2023-10-16\n---\n\nنص\n"})
    folder.build()
    before = tree(folder.path / "public")
    (folder.path / ".jisr/state.db").write_bytes(content)
    result = folder.build()
    assert result.exit_code == 0
    assert "the record of earlier builds can't be used" in result.stderr or not content
    assert tree(folder.path / "public") == before


def test_bodies_are_kept_for_a_change_of_templates_and_only_taken_whole(site: MakeSite) -> None:
    folder = site({"site.yaml": SETTINGS, "content/a.md": "---\ntitle: أ\n---\n\n[عن](about.md)\n",
                   "content/about.md": "---\ntitle: عن\n---\n\nنص\n"})  # fmt: skip
    folder.build()
    kept = folder.path / ".jisr" / "bodies.db"
    whole = kept.read_bytes()
    page = '{% extends "base.html" %}{% block main %}{{ edition.html }}(){% endblock %}'
    contents = [whole, b"", b"no database", whole.replace("نص".encode(), "صن".encode()), None]
    for number, content in enumerate(contents):
        kept.unlink()
        if content is not None:
            kept.write_bytes(content)
        folder.write("templates/page.html", page.replace("()", str(number)))
        assert folder.build().exit_code == 0
        assert folder.read("about/index.html").count(f"<p>نص</p>{number}") == 1
    # A link that led elsewhere for a build that failed.
    folder.write("content/about.md", "---\ntitle: عن\nslug: us\n---\n\nنص\n")
    folder.write("content/bad.md", "---\ntitle: x\n---\n\n[y](z.md)\n")
    assert folder.build().exit_code == 1
    (folder.path / "content/bad.md").unlink()
    folder.write("content/about.md", "---\ntitle: عن\n---\n\nنص\n")
    folder.write(
        "templates/page.html", '{% extends "base.html" %}{% block main %}{{ edition.html }}{% endblock %}'
    )
    assert folder.build().exit_code == 0
    assert 'href="/about/"' in folder.read("a/index.html")


def test_a_template_shows_what_was_kept_of_documents(site: MakeSite, rendered: list[str]) -> None:
    dates = {
        "day": "date: 2023-10-16",
        "time": "date: 2023-10-16 10:30:15\nupdated: 2023-11-01 12:00:00.5\nexpires: 2099-01-01 00:00:00",
        "zone": "date: 2023-10-16 10:30:00+05:30\nupdated: 2023-11-01\nexpires: 2099-01-01 00:00:00Z",
        "extra": "date: 2023-10-16 10:30\nextra: {since: 2020-01-01}",
    }
    folder = site(
        {
            f"content/articles/{name}.md": f"---\ntitle: خبر\n{date}\n---\n\nنص\n"
            for name, date in dates.items()
        }
    )
    folder.build()
    rendered.clear()
    shown = "{{ edition.date }} {{ edition.updated|string }} {{ edition.date|date }} {{ page.data|string }} {{ edition.extra.get('since')|string }}"
    folder.write(
        "templates/article.html", f'{{% extends "base.html" %}}{{% block main %}}{shown}{{% endblock %}}'
    )
    assert folder.build().exit_code == 0
    assert rendered == ["extra"]
    made = tree(folder.path / "public")
    shutil.rmtree(folder.path / ".jisr")
    shutil.rmtree(folder.path / "public")
    done = folder.build()
    assert (done.exit_code, done.stderr) == (0, "")
    assert tree(folder.path / "public") == made


def test_a_record_from_elsewhere_deletes_nothing_outside_the_output_folder(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": "---\ntitle: خبر\ndate: 2023-10-16\n---\n\nنص\n"})
    folder.build()
    folder.write("precious/a.txt", "a")
    folder.write(
        ".jisr/journal.json", f'{{"output": "{folder.path}/precious", "written": [], "removed": ["a.txt"]}}'
    )
    assert folder.build().exit_code == 0
    folder.write(
        ".jisr/journal.json",
        f'{{"output": "{folder.path}/public", "written": [], "removed": ["../precious/a.txt"]}}',
    )
    assert folder.build().exit_code == 0
    assert (folder.path / "precious/a.txt").read_text(encoding="utf-8") == "a"


SENSELESS = (
    "UPDATE part SET content = NULL WHERE name = 'source'",
    "UPDATE part SET content = 'x' WHERE name LIKE 'output %'",
    "UPDATE part SET content = x'00' WHERE name = 'document'",
    "UPDATE part SET content = x'00' WHERE name = 'edition'; UPDATE summary SET summaries = x'00'",
    "UPDATE part SET content = x'80'",
    "UPDATE summary SET summaries = x'00'",
    "UPDATE run SET value = '[1'",
    "UPDATE run SET value = '{\"asked\": 1}'",
    "ALTER TABLE part RENAME COLUMN name TO other",
    "ALTER TABLE run RENAME COLUMN folder TO other",
)


@pytest.mark.parametrize("statement", SENSELESS)
def test_senseless_values_in_the_record_are_made_anew(site: MakeSite, statement: str) -> None:
    text = "---\ntitle: خبر\ndate: 2023-10-16\n---\n\nنص\n"
    folder = site({"content/articles/a.md": text, "content/articles/b.md": text})
    folder.build()
    with sqlite3.connect(folder.path / ".jisr/state.db") as db:
        db.executescript(statement)
    db.close()
    folder.write("content/articles/a.md", text.replace("خبر", "جديد"))
    result = folder.build()
    assert (result.exit_code, "Traceback" in result.stderr) == (0, False), result.stderr
    after = tree(folder.path / "public")
    shutil.rmtree(folder.path / "public")
    shutil.rmtree(folder.path / ".jisr")
    folder.build()
    assert tree(folder.path / "public") == after


def test_a_full_disk_empties_no_good_record(site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = site({"content/articles/a.md": "---\ntitle: خبر\ndate: 2023-10-16\n---\n\nنص\n"})
    folder.build()
    record = (folder.path / ".jisr/state.db").read_bytes()

    def full(_: State) -> sqlite3.Connection:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(State, "_connect", full)
        result = folder.build()
    assert result.exit_code == 1
    assert "can't be written (disk I/O error)" in result.stderr
    assert (folder.path / ".jisr/state.db").read_bytes() == record


def test_a_file_where_pages_need_a_folder_is_a_message_and_can_be_mended(site: MakeSite) -> None:
    folder = site({"content/about.md": "---\ntitle: عن\n---\n\nنص\n"})
    folder.build()
    folder.write("static/about", "x")
    result = folder.build()
    assert result.exit_code == 1
    assert (
        "content/about.md and static/about" in result.stderr
        or "static/about and content/about.md" in result.stderr
    )
    (folder.path / "static/about").unlink()
    assert folder.build().exit_code == 0
    assert [p.name for p in folder.path.iterdir() if p.name.startswith(".public")] == []


def test_workers_end_with_their_parent_and_keep_no_lock(site: MakeSite) -> None:
    """A parent that is killed can end nobody: its workers have to see it."""
    files = {
        f"content/articles/a{n}.md": f"---\ntitle: خبر {n}\ndate: 2023-10-16\n---\n\n{'نص. ' * 2000}\n"
        for n in range(150)
    }
    folder = site(files)
    command = [sys.executable, "-m", "jisr", "build", "--jobs", "2"]
    build = subprocess.Popen(command, cwd=folder.path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    children = Path(f"/proc/{build.pid}/task/{build.pid}/children")
    workers: list[str] = []
    for _ in range(6000):
        workers = children.read_text(encoding="utf-8").split() if children.exists() else []
        if len(workers) == 2 or build.poll() is not None:
            break
        time.sleep(0.01)
    time.sleep(0.2)
    build.kill()
    build.wait()
    assert len(workers) == 2, "the build ended before its workers were seen"
    assert folder.build().exit_code == 0
    for _ in range(1000):
        if not [w for w in workers if Path(f"/proc/{w}").exists()]:
            break
        time.sleep(0.05)
    assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()]
