"""Style sheets, scripts and fonts: small, under names of their content, and pages that follow them."""

import hashlib
import re
from base64 import b64encode
from pathlib import Path

import pytest

from tests.conftest import SITE_YAML, MakeSite, SiteFolder

FILES = {
    "content/articles/a.md": "---\ntitle: خبر\ndate: 2023-10-16\n---\n\nنص.\n",
    "content/about.md": "---\ntitle: عن\n---\n\nنص.\n",
}
CSS = """\
/* A comment with url(no.png). */
@import "parts/colours.css";
@font-face { font-family: X; src: url("fonts/own.woff2?v=1#x") format("woff2"), url( 'fonts/own.woff2' ) }
.a { background: url(/images/a%20b.svg); color: #ffffff }
.b { background: url(data:image/png;base64,AAAA); content: "url(no.png)" }
.c { background: url(https://example.org/x.png), url(//example.org/x.png), url(#x) }
.card { & :hover { margin-inline: calc(1px + 2px) } @container (inline-size > 30em) { color: light-dark(red, blue) } }
"""
STATIC = {
    "static/own.css": CSS,
    "static/parts/colours.css": ":root { --paper: #ffffff; }\n",
    "static/fonts/own.woff2": "wOF2 not really",
    "static/images/a b.svg": "<svg/>",
    "static/js/app.js": "// What it does.\nconst number = `a  ${1 + 2} // no comment`;\nexport default number;\n",
    "static/robots.txt": "User-agent: *\n",
}
OWN = '{% extends "base.html" %}{% block head %}<link rel="stylesheet" href="{{ asset("own.css") }}"{{ integrity("own.css") }}>{% endblock %}'


def built(folder: SiteFolder, *options: str) -> SiteFolder:
    result = folder.build("--strict", *options)
    assert (result.exit_code, result.stderr) == (0, "")
    return folder


def names(folder: SiteFolder) -> dict[str, str]:
    """The copies by the names of what they are of."""
    public = folder.path / "public"
    found = {}
    for path in public.rglob("*"):
        name = path.relative_to(public).as_posix()
        plain = re.sub(r"\.[0-9a-f]{8}(\.\w+)$", r"\1", name)
        if plain != name:
            assert plain not in found, "one copy of each file"
            found[plain] = name
    return found


def times(folder: SiteFolder) -> dict[str, int]:
    public = folder.path / "public"
    return {p.relative_to(public).as_posix(): p.stat().st_mtime_ns for p in public.rglob("*") if p.is_file()}


def changed(folder: SiteFolder, path: str, text: str) -> set[str]:
    """The outputs that are written anew, or are new, after a change. The build equals a clean one."""
    before = times(folder)
    folder.write(path, text)
    built(folder)
    after = times(folder)
    clean = folder.path.parent / "clean"
    copy = SiteFolder(folder.path.parent / "copy")
    for file in [p for p in folder.path.rglob("*") if p.is_file() and not {".jisr", "public"} & set(p.parts)]:
        copy.write(file.relative_to(folder.path).as_posix(), file.read_text(encoding="utf-8"))
    built(copy, "-o", str(clean))
    tree = {
        path.relative_to(clean).as_posix(): path.read_bytes() for path in clean.rglob("*") if path.is_file()
    }
    assert tree == {path: (folder.path / "public" / path).read_bytes() for path in after}
    return {path for path, time in after.items() if before.get(path) != time}


def test_pages_load_a_style_sheet_by_a_name_of_its_content(site: MakeSite) -> None:
    folder = built(site(FILES))
    found = names(folder)
    assert {"css/site.css", "fonts/newsreader-400.woff2"} <= found.keys()
    page = folder.read("en/articles/a/index.html")
    raw = (folder.path / "public" / found["css/site.css"]).read_bytes()
    digest = b64encode(hashlib.sha384(raw).digest()).decode()
    assert f'<link rel="stylesheet" href="/{found["css/site.css"]}" integrity="sha384-{digest}">' in page
    assert f'<link rel="preload" href="/{found["fonts/newsreader-400.woff2"]}"' in page
    assert hashlib.sha384(raw).hexdigest().startswith(found["css/site.css"].split(".")[-2])
    plain = (folder.path / "public/css/site.css").read_bytes()
    assert len(raw) < 0.8 * len(plain)
    assert b"../fonts/newsreader-400.woff2" in plain, "the file itself stays as it is"


def test_the_names_hold_at_a_base_url_with_a_path(site: MakeSite) -> None:
    folder = built(site(FILES), "--base-url", "https://example.org/repo/")
    name = names(folder)["css/site.css"]
    assert f'href="/repo/{name}"' in folder.read("index.html")
    assert f"/repo/{name}\n  Cache-Control: public, max-age=31536000, immutable\n" in folder.read("_headers")


def test_what_a_style_sheet_names_gets_its_name_there(site: MakeSite) -> None:
    folder = built(site({**FILES, **STATIC}))
    found = names(folder)
    made = folder.read(found["own.css"])
    assert f"url({found['fonts/own.woff2']}?v=1#x)" in made
    assert made.count(found["fonts/own.woff2"]) == 2
    assert found["parts/colours.css"] in made
    assert "url(images/a%20b.svg)" in made
    assert "url(data:image/png" in made
    assert all(
        link in made for link in ("url(https://example.org/x.png)", "url(//example.org/x.png)", "url(#x)")
    )
    assert '"url(no.png)"' in made
    assert "A comment" not in made


def test_newer_css_survives(site: MakeSite) -> None:
    made = built(site({**FILES, **STATIC}))
    text = made.read(names(made)["own.css"])
    assert "& :hover{" in text
    assert "calc(1px + 2px)" in text
    assert re.search(r"light-dark\(red, ?blue\)", text)
    assert re.search(r"@container\s*\(inline-size ?> ?30em\)", text)


def test_scripts_are_made_small_and_mean_the_same(site: MakeSite) -> None:
    folder = built(site({**FILES, **STATIC}))
    made = folder.read(names(folder)["js/app.js"])
    assert "// no comment`" in made
    assert "What it does" not in made
    assert folder.read("js/app.js") == STATIC["static/js/app.js"]


def test_no_text_is_lost_that_cant_be_made_smaller(site: MakeSite) -> None:
    """The library's buffer is as long as its input."""
    files = {
        "static/a.css": "a{color:#f00}",
        "static/b.js": "x=1/0",
        "static/c.css": "",
        "static/d.js": "a=!0;b=1e3",
    }
    folder = built(site({**FILES, **files}))
    for path, text in files.items():
        made = folder.read(names(folder)[path.removeprefix("static/")])
        assert "\0" not in made
        assert made.count("a{") == text.count("a{")
        assert not text or made


def test_only_what_pages_load_gets_such_a_name(site: MakeSite) -> None:
    found = names(built(site({**FILES, **STATIC})))
    assert not {"favicon.svg", "robots.txt", "index.html"} & found.keys()


def test_hosts_are_told_which_files_last(site: MakeSite) -> None:
    folder = built(site({**FILES, **STATIC}))
    rules = set(re.findall(r"^(/.*)\n  Cache-Control: .*immutable", folder.read("_headers"), re.MULTILINE))
    assert rules == {f"/{name.replace(' ', '%20')}" for name in names(folder).values()} | {"/sized/*"}


@pytest.mark.parametrize("setting", ["fingerprint: false", "minify: false"])
def test_both_can_be_switched_off(site: MakeSite, setting: str) -> None:
    folder = built(site({**FILES, **STATIC, "site.yaml": f"{SITE_YAML}{setting}\n"}))
    page = folder.read("index.html")
    if setting == "fingerprint: false":
        assert names(folder) == {}
        assert '<link rel="stylesheet" href="/css/site.css">' in page
    else:
        assert "// What it does." in folder.read(names(folder)["js/app.js"])
        assert "integrity=" in page


# What is made anew


def test_a_changed_style_sheet_makes_those_pages_anew_that_load_it(site: MakeSite) -> None:
    folder = built(site({**FILES, **STATIC, "templates/page.html": OWN}))
    found = changed(folder, "static/own.css", CSS + ".d { color: red }\n")
    assert found == {
        "about/index.html",
        "en/about/index.html",
        "own.css",
        names(folder)["own.css"],
        "_headers",
    }


def test_a_changed_font_goes_through_the_style_sheet_to_the_pages(site: MakeSite) -> None:
    folder = built(site({**FILES, **STATIC, "templates/page.html": OWN}))
    found = changed(folder, "static/fonts/own.woff2", "wOF2 another")
    new = names(folder)
    assert found == {
        "about/index.html", "en/about/index.html", new["own.css"], "fonts/own.woff2", new["fonts/own.woff2"], "_headers",
    }  # fmt: skip


def test_a_font_that_a_page_names_by_an_expression(site: MakeSite) -> None:
    own = '{% extends "base.html" %}{% block head %}{{ asset("fonts/" ~ "own" ~ ".woff2") }}{% endblock %}'
    folder = built(site({**FILES, **STATIC, "static/own.css": "", "templates/page.html": own}))
    found = changed(folder, "static/fonts/own.woff2", "wOF2 another")
    assert {"about/index.html", "en/about/index.html"} <= found
    assert names(folder)["fonts/own.woff2"] in folder.read("about/index.html")


@pytest.mark.parametrize(
    "part",
    ['{% include "_own.html" %}', '{% import "_own.html" as own %}{{ own.path() }}', '{% set name = "_own.html" %}{% include name %}'],
)  # fmt: skip
def test_what_a_part_of_a_template_loads_counts(site: MakeSite, part: str) -> None:
    own = '{% macro path() %}{{ asset("own.css") }}{% endmacro %}{{ path() }}'
    page = '{% extends "base.html" %}{% block head %}' + part + "{% endblock %}"
    files = {**FILES, **STATIC, "templates/_own.html": own, "templates/page.html": page}
    folder = site(files)
    if folder.build().exit_code == 0:  # a name that is only known while rendering may be refused
        found = changed(folder, "static/own.css", ".d { color: red }\n")
        assert {"about/index.html", "en/about/index.html"} <= found


def test_what_no_page_loads_makes_no_page_anew(site: MakeSite) -> None:
    folder = built(site({**FILES, **STATIC}))
    assert not [p for p in changed(folder, "static/js/app.js", "export default 2\n") if p.endswith(".html")]
    assert changed(folder, "static/robots.txt", "User-agent: *\nDisallow: /x\n") == {"robots.txt"}


def test_an_unchanged_style_sheet_isnt_read_again(site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    original = Path.read_bytes

    def spy(path: Path) -> bytes:
        read.append(path.name)
        return original(path)

    monkeypatch.setattr(Path, "read_bytes", spy)
    folder = built(site({**FILES, **STATIC}))
    assert "site.css" in read
    read.clear()
    folder.write("content/about.md", "---\ntitle: عنوان\n---\n\nنص آخر.\n")
    built(folder)
    assert not [name for name in read if name.endswith((".css", ".js"))]


def test_another_output_folder_gets_the_same(site: MakeSite) -> None:
    folder = built(site({**FILES, **STATIC}))
    other = folder.path.parent / "other"
    built(folder, "-o", str(other))
    for name in names(folder).values():
        assert (other / name).read_bytes() == (folder.path / "public" / name).read_bytes()


def test_a_copy_that_was_removed_by_hand_is_made_again(site: MakeSite) -> None:
    folder = built(site({**FILES, **STATIC}))
    name = names(folder)["own.css"]
    before = folder.read(name)
    (folder.path / "public" / name).unlink()
    built(folder)
    assert folder.read(name) == before


def test_style_sheets_that_import_each_other(site: MakeSite) -> None:
    files = {"static/a.css": '@import "b.css";', "static/b.css": '@import "a.css";'}
    folder = built(site({**FILES, **files}))
    found = names(folder)
    assert found["b.css"] in folder.read(found["a.css"])
    assert "a.css" in folder.read(found["b.css"])
    assert changed(folder, "content/about.md", "---\ntitle: عن\n---\n\nنص جديد.\n") == {
        "about/index.html", "en/about/index.html", "en/about/parallel/index.html",
    }  # fmt: skip


# What is wrong


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"static/css/own.css": "a { }\n.b { background: url(img/x.png) }\n"},
         "static/css/own.css:2:22: warning: the style sheet names img/x.png, which isn't there; "
         "check the path, which begins at this file's folder"),
        ({"static/own.css": "a { background: url(../../site.yaml) }\n"},
         "static/own.css:1:21: warning: the style sheet names ../../site.yaml, which isn't there; "
         "check the path, which begins at this file's folder"),
        ({"static/own.js": "let a;\nlet b = };\n"}, "static/own.js:2:9: warning: the file can't be read as application/javascript"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_a_warning_each_time_and_the_file_is_left(
    site: MakeSite, files: dict[str, str], said: str
) -> None:
    folder = site({**FILES, **files})
    for text in ("واحد", "اثنان"):
        folder.write("content/about.md", f"---\ntitle: {text}\n---\n\nنص.\n")
        result = folder.build()
        assert result.exit_code == 0
        assert said in result.stderr
    [(path, text)] = files.items()
    assert folder.read(path.removeprefix("static/")) == text
    assert folder.build("--strict").exit_code == 1


def test_a_file_that_is_no_utf8_is_left_as_it_is(site: MakeSite) -> None:
    folder = site({**FILES, "static/x.txt": ""})
    (folder.path / "static/old.css").write_bytes("a{content:'\xe9'}".encode("latin-1"))
    result = folder.build()
    assert "static/old.css:1:1: warning: the file is not UTF-8" in result.stderr
    assert (folder.path / "public" / names(folder)["old.css"]).read_bytes() == b"a{content:'\xe9'}"


def test_an_open_comment_takes_no_time(site: MakeSite) -> None:
    files = {"static/own.css": "/*" * 200_000, "static/two.css": 'a{b:"' * 100_000}
    assert site({**FILES, **files}).build().exit_code == 0
