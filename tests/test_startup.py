"""What a run loads: nothing that it doesn't need."""

import subprocess
import sys

from tests.conftest import SITE_YAML, MakeSite, SiteFolder

ARTICLE = "---\ntitle: خبر\ndate: 2023-10-16\n---\n\nنص الخبر.\n"
PRINT_MODULES = """\
import sys
from jisr.cli import main
code = main({}, standalone_mode=False)
print(*sys.modules)
sys.exit(code)
"""

OURS = {
    "jisr", "jisr.cli", "jisr.errors", "jisr.build", "jisr.fingerprint", "jisr.looking", "jisr.model", "jisr.progress", "jisr.packing",
    "jisr.read", "jisr.read.sources", "jisr.survey", "jisr.theme", "jisr.write", "jisr.write.output", "jisr.write.parts",
    "jisr.write.state",
}  # fmt: skip
LIBRARIES = {"babel", "jinja2", "markdown", "markupsafe", "nh3", "yaml", "xml", "html", "multiprocessing",
             "concurrent", "email", "gettext", "importlib.metadata", "difflib", "zoneinfo", "rapidfuzz", "hijridate", "pagefind_bin"}  # fmt: skip


def modules(folder: SiteFolder, *arguments: str) -> set[str]:
    """The modules that a command has loaded when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", PRINT_MODULES.format(list(arguments))],
        cwd=folder.path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


def test_a_build_with_nothing_to_do_loads_none_of_the_stages(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": ARTICLE})
    assert "jisr.work" in modules(folder, "build")
    loaded = modules(folder, "build")
    assert {name for name in loaded if name.partition(".")[0] == "jisr"} == OURS
    # gettext comes with click, which asks it for its own words.
    assert {name for name in LIBRARIES - {"gettext"} if name in loaded} == set()


def test_an_edit_of_prose_loads_neither_python_markdown_nor_babels_catalogues(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": ARTICLE})
    assert "markdown" not in modules(folder, "build")
    folder.write("content/articles/a.md", ARTICLE + "\n## عنوان\n\nنص [آخر](https://example.org/).\n")
    loaded = modules(folder, "build")
    assert "jisr.work" in loaded
    assert not {"markdown", "pygments", "babel.messages", "email.message"} & loaded
    folder.write("content/articles/a.md", ARTICLE + "\n`نص`\n")
    assert "markdown" in modules(folder, "build")


def test_babel_is_loaded_for_what_only_it_knows(site: MakeSite) -> None:
    """What a build needs to know of the languages themselves is in the record."""
    template = "{{ edition.language.name }}, {{ edition.language.direction }}"
    settings = f"{SITE_YAML}side_by_side: false\n"
    folder = site(
        {"content/articles/a.md": ARTICLE, "templates/article.html": template, "site.yaml": settings}
    )
    assert "babel" in modules(folder, "build")
    folder.write("content/articles/a.md", ARTICLE.replace("نص", "متن"))
    loaded = modules(folder, "build")
    assert "jisr.work" in loaded
    assert "babel" not in loaded
    page = folder.path / "public/en/articles/a/index.html"
    assert page.read_text(encoding="utf-8").startswith("English, ltr")
    folder.write("content/articles/a.md", ARTICLE.replace("خبر", "سبق"))
    assert "babel" in modules(folder, "build")  # the home page shows the date


def test_one_process_is_enough_for_a_small_site(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": ARTICLE})
    assert "multiprocessing.connection" not in modules(folder, "build")
