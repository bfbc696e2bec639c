"""The command line: what each command does, says and exits with."""

import datetime
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import pytest

from jisr import __version__
from tests.bodies import bare
from tests.conftest import PNG, SITE_YAML, Result, SiteFolder, jisr

MakeSite = Callable[[Mapping[str, str | bytes]], SiteFolder]

REPOSITORY = Path(__file__).parent.parent

ARTICLE = "---\ntitle: خبرٌ عن الجسر\ndate: 2023-10-16\n---\n\nافتُتح الجسرُ عام 2023.\n\nوعبره الناس.\n"
PO = (
    'msgid ""\nmsgstr ""\n"Language: en\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    'msgid "افتُتح الجسرُ عام 2023."\nmsgstr "The bridge was opened in 2023."\n'
)
WARNING = ARTICLE.replace("date:", "tags: [نهر، مدينة]\ndate:")


def shell(*command: str, cwd: Path, seed: str = "0") -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, with this Python and the given hash seed."""
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": "", "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def tree(folder: Path) -> dict[str, bytes | None]:
    """What is below a folder: bytes of files, None for folders."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


class Links(HTMLParser):
    """The links of a page: tag, attribute, value."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src", "content", "srcset", "poster", "action", "cite", "data") and value:
                if name == "srcset":
                    self.found += [(tag, name, one.split()[0]) for one in value.split(", ")]
                    continue
                refresh = tag == "meta" and "url=" in value
                self.found.append((tag, name, value.partition("url=")[2] if refresh else value))


# init


def test_init_makes_a_site_that_builds_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = jisr("init", "صحيفة")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "صحيفة" in result.stdout
    folder = tmp_path / "صحيفة"
    assert {"site.yaml", ".gitignore", "content", "content/about.md", "content/articles"} == set(tree(folder))
    assert "public/" in (folder / ".gitignore").read_text(encoding="utf-8")
    result = jisr("build", "--site", "صحيفة", "--strict")
    assert (result.exit_code, result.stderr) == (0, "")
    assert {"index.html", "en/index.html", "about/index.html", "css/site.css"} <= set(tree(folder / "public"))


def test_init_new_build_are_the_first_minute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jisr("init", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    made = jisr("new", "افتتاح الجسر")
    with (tmp_path / made.stdout.strip()).open("a", encoding="utf-8") as file:
        file.write("افتُتح الجسرُ اليوم.\n")
    assert jisr("build").exit_code == 0
    for page in ("articles/افتتاح-الجسر/index.html", "en/articles/افتتاح-الجسر/index.html"):
        assert "افتُتح الجسرُ اليوم." in (tmp_path / "public" / page).read_text(encoding="utf-8")
    english = (tmp_path / "public/en/articles/افتتاح-الجسر/index.html").read_text(encoding="utf-8")
    assert "Awaiting translation" in english


@pytest.mark.parametrize("taken", ["site.yaml", ".gitignore", "content/about.md"])
def test_init_in_a_folder_that_holds_a_site_changes_nothing(tmp_path: Path, taken: str) -> None:
    file = tmp_path / "site" / taken
    file.parent.mkdir(parents=True)
    file.write_text("ما كتبته بيدي", encoding="utf-8")
    before = tree(tmp_path)
    result = jisr("init", str(tmp_path / "site"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{os.path.relpath(file)}:1:1: error: the file exists; choose an empty folder\n" in result.stderr
    assert tree(tmp_path) == before


def test_init_where_content_is_a_file_is_a_message(tmp_path: Path) -> None:
    (tmp_path / "content").write_text("ملف", encoding="utf-8")
    before = tree(tmp_path)
    result = jisr("init", str(tmp_path))
    assert (result.exit_code, result.stdout) == (1, "")
    assert ": error: " in result.stderr
    assert tree(tmp_path) == before


def test_init_keeps_the_files_that_are_not_in_its_way(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("اقرأني", encoding="utf-8")
    assert jisr("init", str(tmp_path)).exit_code == 0
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == "اقرأني"


# new


@pytest.mark.parametrize("timezone", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_new_begins_an_article_of_today_where_the_site_is(site: MakeSite, timezone: str) -> None:
    folder = site({"site.yaml": SITE_YAML.replace("Africa/Cairo", timezone)})
    before = datetime.datetime.now(ZoneInfo(timezone)).date()
    result = folder.run("new", "مقدّمةٌ في العِلم: ٢٠٢٦")
    after = datetime.datetime.now(ZoneInfo(timezone)).date()
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "content/articles/مقدمة-في-العلم-٢٠٢٦.md\n"
    text = (folder.path / result.stdout.strip()).read_text(encoding="utf-8")
    assert text in {
        f"---\ntitle: 'مقدّمةٌ في العِلم: ٢٠٢٦'\ndate: {day.isoformat()}\n---\n\n" for day in (before, after)
    }
    assert folder.build("--strict").exit_code == 0
    assert "مقدّمةٌ في العِلم: ٢٠٢٦</h1>" in folder.read("articles/مقدمة-في-العلم-٢٠٢٦/index.html")


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ('قال: "نعم" # - {x}', "قال: &#34;نعم&#34; # - {x}"),
        ("- نعم، 'هكذا' قال", "- نعم، &#39;هكذا&#39; قال"),
        ("[نعم] & *لا* | > % @ `ما`", "[نعم] &amp; *لا* | &gt; % @ `ما`"),
        ("10:30", "10:30"),
        ("no", "no"),
        ("2023-10-16", "2023-10-16"),
        ("null", "null"),
        (r"خط \n مائل", r"خط \n مائل"),
        ("<script>نعم</script>", "&lt;script&gt;نعم&lt;/script&gt;"),
        ("  فراغ\n\tكثير  ", "فراغ كثير"),
        ("-نعم", "-نعم"),
    ],
)
def test_new_takes_a_title_of_any_characters(site: MakeSite, title: str, shown: str) -> None:
    folder = site({})
    made = folder.run("new", "--", title)
    assert (made.exit_code, made.stderr) == (0, "")
    result = folder.build("--strict")
    assert (result.exit_code, result.stderr) == (0, "")
    page = bare(folder.read(f"articles/{Path(made.stdout.strip()).stem}/index.html"))
    assert f'<h1 class="title">{shown}</h1>' in page


def test_new_page_makes_a_page_without_date(site: MakeSite) -> None:
    folder = site({})
    result = folder.run("new", "--page", "عن جسر")
    assert (result.exit_code, result.stdout) == (0, "content/عن-جسر.md\n")
    assert (folder.path / "content/عن-جسر.md").read_text(encoding="utf-8") == "---\ntitle: 'عن جسر'\n---\n\n"
    assert folder.build("--strict").exit_code == 0
    assert "عن جسر</h1>" in folder.read("عن-جسر/index.html")


@pytest.mark.parametrize("options", [(), ("--page",)])
def test_new_refuses_a_title_it_has_already(site: MakeSite, options: tuple[str, ...]) -> None:
    folder = site({})
    made = folder.run("new", *options, "خبر")
    path = made.stdout.strip()
    (folder.path / path).write_text("ما كتبته بيدي", encoding="utf-8")
    result = folder.run("new", *options, "خَبَر")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"{path}:1:1: error: the file exists; ")
    assert (folder.path / path).read_text(encoding="utf-8") == "ما كتبته بيدي"


def test_new_outside_a_site_is_a_message(tmp_path: Path) -> None:
    result = jisr("new", "خبر", "--site", str(tmp_path))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "there is no site here" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_new_names_the_file_from_where_it_was_called(site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = site({"content/articles/a.md": ARTICLE})
    monkeypatch.chdir(folder.path / "content")
    assert jisr("new", "خبر", "--site", "..").stdout == "articles/خبر.md\n"


# build: options


def test_build_says_what_it_made_on_stdout_alone(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": ARTICLE})
    result = folder.build()
    assert (result.exit_code, result.stderr) == (0, "")
    pages = sum(path.endswith(".html") for path in tree(folder.path / "public"))
    assert result.stdout.startswith(f"jisr: {pages} pages and ")
    assert " in public, " in result.stdout


def test_build_puts_warnings_on_stderr_and_counts_them(site: MakeSite) -> None:
    result = site({"content/articles/a.md": WARNING}).build()
    assert result.exit_code == 0
    assert "warning: an Arabic comma" in result.stderr
    assert result.stdout.endswith(", 1 warning\n")
    assert len(result.stdout.splitlines()) == 1


@pytest.mark.parametrize("command", ["build", "check"])
def test_more_processes_than_a_machine_bears_are_refused(site: MakeSite, command: str) -> None:
    for jobs in ("0", "65", "99999"):
        found = site({}).run(command, "--jobs", jobs)
        assert found.exit_code == 2
        assert f"{jobs} is not in the range 1<=x<=64" in found.stderr


def test_a_quiet_build_says_nothing_but_errors_and_warnings(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": ARTICLE})
    assert folder.build("--quiet") == Result(0, "", "")
    folder.write("public/CNAME", "example.org")
    assert folder.build("-q") == Result(0, "", "")
    folder.write("content/articles/a.md", WARNING)
    result = folder.build("-q")
    assert (result.exit_code, result.stdout) == (0, "")
    assert len(result.stderr.splitlines()) == 1
    assert "warning: an Arabic comma" in result.stderr
    folder.write("content/articles/a.md", "بلا بيانات")
    result = folder.build("-q")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "content/articles/a.md:1:1: error: " in result.stderr


@pytest.mark.parametrize("option", ["-o", "--output"])
def test_build_writes_where_output_says(site: MakeSite, option: str) -> None:
    folder = site({"content/articles/a.md": ARTICLE})
    result = folder.build(option, "خارج/الموقع")
    assert (result.exit_code, result.stderr) == (0, "")
    assert " in خارج/الموقع, " in result.stdout
    assert (folder.path / "خارج/الموقع/en/articles/a/index.html").is_file()
    assert not (folder.path / "public").exists()


def test_drafts_are_built_when_asked_for(site: MakeSite) -> None:
    draft = ARTICLE.replace("title:", "draft: true\ntitle:").replace("خبرٌ عن الجسر", "مسوّدة الخبر")
    folder = site({"content/articles/a.md": ARTICLE, "content/articles/b.md": draft})
    folder.build()
    assert "articles/b/index.html" not in tree(folder.path / "public")
    assert "مسوّدة الخبر" not in folder.read("index.html") + folder.read("en/index.html")
    folder.build("--drafts")
    for page in ("articles/b/index.html", "index.html"):
        assert "مسوّدة الخبر" in folder.read(page)
    assert '<meta name="robots" content="noindex">' in folder.read("articles/b/index.html")
    folder.build()
    assert "articles/b/index.html" not in tree(folder.path / "public")


RICH: dict[str, str | bytes] = {
    "site.yaml": SITE_YAML.replace(
        "locale: ar-EG",
        "locale: ar-EG, menu: [{label: عن جسر, to: about.md}, {label: الرئيسية, to: /}, "
        "{label: خارج, to: 'https://example.net/'}]",
    ),
    "content/about.md": "---\ntitle: عن جسر\naliases: [/من-نحن/]\n---\n\n## أولا\n\nنص.\n\n## ثانيا\n\nنص.\n\n## ثالثا\n\nنص.\n",
    "content/articles/a.md": """---
title: خبرٌ عن الجسر
date: 2023-10-16
tags: [نهر]
source: {name: الوكالة, url: https://example.net/source}
image: {src: صورة.png, alt: الجسر ليلًا, caption: الجسر}
---

انظر [صفحتنا](../about.md)، و[الخبر الآخر](b.md#قسم)، و[من الجذر](/about/)، و[ملفًا](صورة.png)[^1].

![الجسر](صورة.png) و![شعار](/pictures/جسر.svg)

<p dir="rtl" lang="ar"><a href="/about/">خام</a> <img src="/pictures/جسر.svg" alt="شعار"></p>

[^1]: حاشيةٌ فيها [رابط](/en/).
""",
    "content/articles/b.md": "---\ntitle: خبر آخر\ndate: 2023-10-17\n---\n\n## قسم\n\nنص.\n",
    "content/articles/صورة.png": PNG,
    "static/pictures/جسر.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
}


def links_of(folder: SiteFolder) -> Iterator[tuple[str, str, str, str]]:
    """Each link of each page that was built: page, tag, attribute, value."""
    for path in sorted((folder.path / "public").rglob("*.html")):
        name = path.relative_to(folder.path / "public").as_posix()
        for found in Links(path.read_text(encoding="utf-8")).found:
            yield name, *found


def check_links(folder: SiteFolder, base: str) -> int:
    """Each link of the site begins at `base` and leads to a file that is there; returns their number."""
    checked = 0
    for page, tag, attribute, value in links_of(folder):
        where = f"{page}: <{tag} {attribute}={value}>"
        link = value.removeprefix("https://example.org") or "/"
        if not link.startswith("/"):
            assert tag == "meta" or link.startswith(("#", "https://example.net/")), f"{where} is relative"
            continue
        assert urlsplit(link).path.isascii(), f"{where} isn't percent-encoded"
        assert link.startswith(base), f"{where} isn't below {base}"
        path = unquote(urlsplit(link).path).removeprefix(unquote(base))
        target = folder.path / "public" / (path + "index.html" if path.endswith("/") or not path else path)
        assert target.is_file(), f"{where} leads nowhere"
        checked += 1
    return checked


@pytest.mark.parametrize("address", ["https://example.org/repo/", "https://example.org/repo"])
def test_the_path_of_the_base_url_is_in_every_link(site: MakeSite, address: str) -> None:
    folder = site(RICH)
    result = folder.build("--base-url", address)
    assert (result.exit_code, result.stderr) == (0, "")
    assert check_links(folder, "/repo/") > 150
    assert '<link rel="canonical" href="https://example.org/repo/articles/a/">' in folder.read(
        "articles/a/index.html"
    )


def test_a_base_url_without_path_leads_to_the_root(site: MakeSite) -> None:
    folder = site(RICH)
    assert folder.build().exit_code == 0
    assert check_links(folder, "/") > 150
    assert not any("//" in link for *_, link in links_of(folder) if link.startswith("/"))


def test_a_deeper_base_url_moves_nothing_in_the_output_folder(site: MakeSite) -> None:
    folder = site(RICH)
    folder.build()
    before = set(tree(folder.path / "public"))
    folder.build("--base-url", "https://example.org/a/b/c/")
    assert set(tree(folder.path / "public")) == before
    assert check_links(folder, "/a/b/c/") > 150


def test_a_base_url_in_arabic_is_percent_encoded_in_links(site: MakeSite) -> None:
    folder = site(RICH)
    assert folder.build("--base-url", "https://example.org/جسر/").exit_code == 0
    assert check_links(folder, "/%D8%AC%D8%B3%D8%B1/") > 150


def test_a_menu_entry_from_the_root_is_percent_encoded(site: MakeSite) -> None:
    settings = SITE_YAML.replace("locale: ar-EG", "locale: ar-EG, menu: [{label: صورة, to: /صور/جسر.svg}]")
    drawing = "<svg xmlns='http://www.w3.org/2000/svg'/>"
    folder = site({"site.yaml": settings, "content/note.css": "", "static/صور/جسر.svg": drawing})
    assert folder.build("--base-url", "https://example.org/repo/").exit_code == 0
    assert check_links(folder, "/repo/")


@pytest.mark.parametrize(
    "address", ["example.org", "ftp://example.org/", "https://", "/repo/", "https://[", "https://a/?b"]
)
def test_a_base_url_that_is_no_address_is_a_message(site: MakeSite, address: str) -> None:
    folder = site({"content/articles/a.md": ARTICLE})
    result = folder.build("--base-url", address)
    assert (result.exit_code, result.stdout) == (1, "")
    assert ": error: " in result.stderr
    assert not (folder.path / "public").exists()


# exit codes


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["build", "--nonsense"], ["build", "extra"], ["new"], ["new", "!!!"], ["new", ""], ["new", "ـًـ"],
     ["init"], ["init", ""], ["status", "--fail-under", "101"], ["status", "--fail-under", "-1"], ["status", "--fail-under", "x"],
     ["build", "--site", "site.yaml"], ["build", "--output"]],
)  # fmt: skip
def test_misuse_exits_with_2_and_explains_on_stderr(site: MakeSite, arguments: list[str]) -> None:
    folder = site({"content/articles/a.md": ARTICLE})
    before = tree(folder.path)
    result = jisr(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: " in result.stderr
    assert tree(folder.path) == before


@pytest.mark.parametrize("command", ["build", "sync", "status"])
def test_a_folder_without_a_site_exits_with_1(tmp_path: Path, command: str) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        result = jisr(command, "--site", str(folder))
        assert (result.exit_code, result.stdout) == (1, "")
        assert "site.yaml:1:1: error: there is no site here; " in result.stderr
        assert result.stderr.endswith("jisr: 1 error, 0 warnings\n")
    assert list(tmp_path.iterdir()) == []


def test_the_version_is_that_of_the_package() -> None:
    assert jisr("--version") == Result(0, f"jisr, version {__version__}\n", "")
    assert f'version = "{__version__}"' in (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")


def test_help_names_every_command() -> None:
    result = jisr("--help")
    assert (result.exit_code, result.stderr) == (0, "")
    for command in ("build", "init", "new", "status", "sync"):
        assert f"  {command} " in result.stdout
        assert jisr(command, "-h").exit_code == 0


# status


def test_status_as_json_counts_each_catalogue(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": ARTICLE, "translations/en/articles/a.po": PO})
    result = folder.run("status", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    shown = json.loads(result.stdout)
    rows = {row["path"]: row for row in shown["catalogues"]}
    assert rows["translations/en/articles/a.po"] == {
        "path": "translations/en/articles/a.po", "language": "en", "total": 3, "translated": 1, "outdated": 0,
        "missing": 2, "percent": 33, "words_left": 5,
    }  # fmt: skip
    assert shown["total"] == {"total": 3, "translated": 1, "outdated": 0, "missing": 2, "percent": 33}


def test_status_counts_what_is_out_of_date(site: MakeSite) -> None:
    fuzzy = PO.replace('msgid "افتُتح', '#, fuzzy\nmsgid "افتُتح')
    folder = site({"content/articles/a.md": ARTICLE, "translations/en/articles/a.po": fuzzy})
    total = json.loads(folder.run("status", "--json").stdout)["total"]
    assert total == {"total": 3, "translated": 0, "outdated": 1, "missing": 2, "percent": 0}


def test_status_as_json_is_json_with_warnings_on_stderr(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": WARNING, "translations/en/articles/gone.po": PO})
    result = folder.run("status", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["total"]["missing"] == 4
    assert "warning: an Arabic comma" in result.stderr
    assert (
        "translations/en/articles/gone.po:1:1: warning: the catalogue belongs to no document" in result.stderr
    )


def test_status_as_a_table_has_the_same_numbers(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": ARTICLE, "translations/en/articles/a.po": PO})
    head, *rows = folder.run("status").stdout.splitlines()
    assert head.split() == ["catalogue", "blocks", "translated", "outdated", "missing", "words", "left", "%"]
    shown = {row.split()[0]: row.split()[1:] for row in rows}
    assert shown["translations/en/articles/a.po"] == ["3", "1", "0", "2", "5", "33"]
    assert shown["all"][:4] == ["3", "1", "0", "2"]
    assert shown["all"][-1] == "33"


@pytest.mark.parametrize(("least", "code"), [("0", 0), ("33", 0), ("34", 1), ("100", 1)])
def test_fail_under_exits_with_1_where_less_is_translated(site: MakeSite, least: str, code: int) -> None:
    folder = site({"content/articles/a.md": ARTICLE, "translations/en/articles/a.po": PO})
    result = folder.run("status", "--json", "--fail-under", least)
    assert result.exit_code == code
    assert json.loads(result.stdout)["total"]["percent"] == 33
    assert result.stderr == ("" if code == 0 else f"jisr: 33% is translated, less than {least}%\n")


def test_status_changes_no_file(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": ARTICLE, "translations/en/articles/a.po": PO})
    before = tree(folder.path)
    folder.run("status")
    assert tree(folder.path) == before


def test_a_quiet_sync_says_nothing(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": ARTICLE})
    assert folder.run("sync", "--quiet") == Result(0, "", "")
    assert (folder.path / "translations/en/articles/a.po").is_file()
    assert "0 catalogues written of " in folder.run("sync").stdout


# build.py, and builds that repeat


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this repository's own site and code, so that no test writes into the repository."""
    folder = tmp_path_factory.mktemp("clone")
    for name in ("jisr", "templates", "static", "translations", "content"):
        shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("build.py", "site.yaml"):
        shutil.copyfile(REPOSITORY / name, folder / name)
    return folder


@pytest.mark.parametrize("options", [(), ("--base-url", "https://example.org/repo/", "--drafts")])
def test_build_py_gives_byte_for_byte_what_jisr_build_gives(
    clone: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    by_script = shell(str(clone / "build.py"), "-o", str(tmp_path / "one"), *options, cwd=tmp_path, seed="1")
    by_command = shell("-m", "jisr", "build", "-o", str(tmp_path / "two"), *options, cwd=clone, seed="2")
    for result in (by_script, by_command):
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout.startswith("jisr: ")
    one, two = tree(tmp_path / "one"), tree(tmp_path / "two")
    assert one == two
    assert b"/repo/" in (one["index.html"] or b"") or not options
    assert len(one) > 20


def test_build_py_takes_misuse_and_errors_as_jisr_does(clone: Path, tmp_path: Path) -> None:
    assert shell(str(clone / "build.py"), "--nonsense", cwd=tmp_path).returncode == 2
    result = shell(str(clone / "build.py"), "-o", str(clone / "content"), cwd=tmp_path)
    assert (result.returncode, result.stdout) == (1, "")
    assert "Traceback" not in result.stderr


def test_two_builds_of_a_site_are_byte_for_byte_the_same(site: MakeSite, clone: Path, tmp_path: Path) -> None:
    folder = site(RICH)
    for seed in ("1", "2"):
        output = str(tmp_path / seed)
        result = shell("-m", "jisr", "build", "--site", str(folder.path), "-o", output, cwd=clone, seed=seed)
        assert (result.returncode, result.stderr) == (0, "")
    assert tree(tmp_path / "1") == tree(tmp_path / "2")


def test_a_site_built_in_another_folder_is_the_same(site: MakeSite, tmp_path: Path) -> None:
    folder = site(RICH)
    folder.build()
    shutil.copytree(folder.path, tmp_path / "نسخة أخرى", ignore=shutil.ignore_patterns("public", ".jisr"))
    assert jisr("build", "--site", str(tmp_path / "نسخة أخرى")).exit_code == 0
    assert tree(tmp_path / "نسخة أخرى/public") == tree(folder.path / "public")


def run_in_shell(folder: SiteFolder, line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line of a shell in which `$JISR` is the command."""
    command = f"{sys.executable} -m jisr"
    return subprocess.run(
        ["sh", "-c", line], cwd=folder.path, env={**os.environ, "JISR": command, **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("command", ["status", "build", "--help", "status --json"])
def test_an_output_that_is_full_is_told_on_one_line(site: MakeSite, command: str) -> None:
    done = run_in_shell(site({"content/note.css": ""}), f"$JISR {command} > /dev/full")
    what = "jisr: can't write what it says (No space left on device); give the permission, or make room\n"
    assert (done.returncode, done.stderr) == (1, what)


@pytest.mark.parametrize("emptied", [True, False])
def test_a_site_without_its_articles_is_not_published(site: MakeSite, emptied: bool) -> None:
    folder = site({"content/articles/a.md": "---\ntitle: خبر\ndate: 2023-10-16\n---\n\nنص.\n"})
    assert folder.build().exit_code == 0
    (folder.path / "content").rename(folder.path / "elsewhere")
    if emptied:  # as what is mounted there leaves it
        (folder.path / "content").mkdir()
    result = folder.build()
    what = "content:1:1: error: the folder isn't there, or nothing is in it; "
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{what}bring its files back, or add one, as jisr new does\n")
    assert (folder.path / "public/articles/a/index.html").exists()


@pytest.mark.parametrize("command", ["status", "build --explain", "new تجربة"])
def test_a_terminal_with_fewer_letters_is_told_what_it_can_show(site: MakeSite, command: str) -> None:
    folder = site({"content/articles/خبر.md": "---\ntitle: خبر\ndate: 2023-10-16\n---\n\nنص.\n"})
    done = run_in_shell(folder, f"$JISR {command}", PYTHONIOENCODING="latin-1")
    assert (done.returncode, done.stderr) == (0, "")
    assert r"\u0" in done.stdout


def test_an_output_folder_whose_name_is_no_text_is_refused(site: MakeSite) -> None:
    done = run_in_shell(site({"content/note.css": ""}), "$JISR build -o $(printf 'out\\377')")
    assert done.returncode == 1
    assert r"out\xff:1:1: error: the output folder's path has characters that can't be read" in done.stderr


def test_names_that_are_not_utf_8_are_told_for_what_they_are(site: MakeSite) -> None:
    folder = site({"content/articles/خبر.md": "---\ntitle: خبر\ndate: 2023-10-16\n---\n\nنص.\n"})
    done = run_in_shell(folder, "$JISR build", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    what = "jisr: the locale's letters aren't UTF-8; set LC_ALL=C.UTF-8, or PYTHONUTF8=1\n"
    assert (done.returncode, done.stderr) == (1, what)
    assert run_in_shell(folder, "$JISR build -q", LC_ALL="C").returncode == 0


def test_an_article_that_cannot_be_written_is_not_begun(
    site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = site({})
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    result = folder.run("new", "شيء")
    assert (result.exit_code, "شيء.md:1:1: error: can't be written (No space left" in result.stderr) == (
        1,
        True,
    )
    assert list((folder.path / "content").rglob("*شيء*")) == []
