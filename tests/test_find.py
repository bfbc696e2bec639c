"""The search of the site: what its indices have, and when they are made."""

import gzip
import json
import re
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pagefind_bin
import pytest

from jisr.plan import find
from jisr.write import index
from tests.conftest import SITE_YAML, MakeSite, SiteFolder
from tests.preview import running
from tests.test_rebuild import times, tree

WITH_SEARCH = SITE_YAML.replace("search: false\n", "")
ARTICLE = """\
---
title: خبر {0}
date: 2023-10-{0:02}
summary: موجز الخبر {0}.
tags: [سياسة]
---

نصّ الخبر الأول.

بند لم يُترجم.

- قائمة أولى
- قائمة ثانية
"""
PO = """\
msgid ""
msgstr "Language: en\\n"

msgctxt "title"
msgid "خبر 2"
msgstr "Story 2"

msgid "نصّ الخبر الأول."
msgstr "Text of the first story."

#, fuzzy
#| msgid "قائمة"
msgid "قائمة أولى"
msgstr "An older list"

msgid "قائمة ثانية"
msgstr "Second list"
"""
ARABIC = re.compile("[\u0621-\u064a]")


def files(settings: str = "", count: int = 2) -> dict[str, str]:
    """Articles of which the second is translated in part."""
    written = {f"content/articles/a{n}.md": ARTICLE.format(n) for n in range(1, count + 1)}
    return {"site.yaml": WITH_SEARCH + settings, "translations/en/articles/a2.po": PO, **written}


def indexed(folder: Path, index: str = "search/newest") -> dict[str, dict[str, Any]]:
    """What an index has of each page, by its address."""
    entry = json.loads((folder / index / "pagefind-entry.json").read_text(encoding="utf-8"))
    found = {}
    for path in sorted((folder / index / "fragment").iterdir()):
        packed = gzip.decompress(path.read_bytes())
        assert packed.startswith(b"pagefind_dcd")
        fragment = json.loads(packed.removeprefix(b"pagefind_dcd"))
        found[fragment["url"]] = fragment
    assert sum(language["page_count"] for language in entry["languages"].values()) == len(found)
    assert found.pop("/")["content"] == "ꙮ"
    return found


def built(folder: SiteFolder, *options: str) -> Path:
    result = folder.build(*options)
    assert result.exit_code == 0, result.stderr
    return folder.path / "public"


def search_files(folder: Path) -> dict[str, int]:
    return {name: at for name, at in times(folder).items() if "search/newest/" in name}


def test_an_index_has_the_texts_of_its_language(site: MakeSite) -> None:
    public = built(site(files()))
    arabic = indexed(public)
    assert arabic.keys() == {"/articles/a1/", "/articles/a2/"}
    assert arabic["/articles/a1/"]["content"] == (
        "خبر 1. موجز الخبر 1. نصّ الخبر الأول. بند لم يُترجم. قائمة أولى. قائمة ثانية."
    )
    assert arabic["/articles/a1/"]["meta"] == {
        "title": "خبر 1", "date": "2023-10-01", "day": "١ أكتوبر ٢٠٢٣", "topic": "سياسة",
    }  # fmt: skip
    english = indexed(public, "en/search/newest")
    assert english.keys() == {"/en/articles/a2/"}  # nothing of the other is translated
    assert english["/en/articles/a2/"]["content"] == (
        "Story 2. Text of the first story. An older list Second list."
    )
    assert english["/en/articles/a2/"]["meta"] == {
        "title": "Story 2", "date": "2023-10-02", "day": "2 October 2023",
    }  # fmt: skip


def test_a_title_that_is_not_translated_is_told_but_not_found(site: MakeSite) -> None:
    folder = site(files())
    folder.write("translations/en/articles/a2.po", PO.replace('msgstr "Story 2"', 'msgstr ""'))
    meta = indexed(built(folder), "en/search/newest")["/en/articles/a2/"]["meta"]
    assert meta["original"] == "%D8%AE%D8%A8%D8%B1%202"
    assert not ARABIC.search(json.dumps(meta, ensure_ascii=False))


def test_drafts_and_what_search_engines_may_not_have_are_in_no_index(site: MakeSite) -> None:
    hidden = {
        "content/articles/d.md": ARTICLE.format(3).replace("summary", "draft: true\nsummary"),
        "content/articles/n.md": ARTICLE.format(4).replace("summary", "noindex: true\nsummary"),
        "content/about.md": "---\ntitle: عن\naliases: [/old/]\n---\n\nنصّ.\n",
    }
    public = built(site({**files(), **hidden}), "--drafts")
    assert indexed(public).keys() == {"/articles/a1/", "/articles/a2/", "/about/"}


def test_an_index_of_nothing_is_an_index(site: MakeSite) -> None:
    folder = site({"site.yaml": WITH_SEARCH, "content/note.css": ""})
    public = built(folder)
    assert indexed(public) == {}
    before = times(public)
    assert ", 0 written in " in folder.build().stdout
    assert times(public) == before


def test_only_a_changed_text_makes_an_index_anew(site: MakeSite) -> None:
    folder = site(files())
    before = search_files(built(folder))
    assert "search/newest/pagefind.js" in before
    assert not [name for name in before if "-ui" in name]
    folder.write("templates/404.html", '{% extends "base.html" %}{% block main %}x{% endblock %}')
    folder.write("static/x.txt", "x")
    assert search_files(built(folder)) == before
    folder.write("translations/en/articles/a2.po", PO.replace("Second list", "A second list"))
    after = search_files(built(folder))
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed
    assert all(name.startswith("en/search/newest/") for name in changed)
    assert (
        "A second list" in indexed(folder.path / "public", "en/search/newest")["/en/articles/a2/"]["content"]
    )


def test_an_edit_makes_no_index_of_a_language_whose_text_stays(
    site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = site(files())
    built(folder)
    made: list[str] = []
    make = index.make

    def watched(folders: Mapping[Path, tuple[Path, str]], ignored: str, at_once: int) -> None:
        made.extend(language for _, language in folders.values())
        make(folders, ignored, at_once)

    monkeypatch.setattr(index, "make", watched)
    folder.write("content/articles/a2.md", ARTICLE.format(2).replace("لم يُترجم", "ما تُرجم"))
    built(folder)
    assert made == ["ar"]
    made.clear()
    folder.write("translations/en/articles/a2.po", PO.replace("Second list", "A second list"))
    built(folder)
    assert made == ["en"]
    made.clear()
    folder.write("content/articles/a2.md", ARTICLE.format(2).replace("title: ", "slug: other\ntitle: "))
    assert "/en/articles/other/" in indexed(built(folder), "en/search/newest")
    assert made == ["ar", "en"]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_after_edits_the_indices_are_those_of_a_clean_build(
    site: MakeSite, tmp_path: Path, jobs: str
) -> None:
    folder = site(files(count=4))
    public = built(folder, "--jobs", jobs)
    folder.write("content/articles/a3.md", ARTICLE.format(3).replace("الأول", "الثالث"))
    (folder.path / "content/articles/a1.md").unlink()
    built(folder, "--jobs", jobs)
    victim = next(public.glob("search/newest/fragment/*"))
    victim.unlink()
    (public / "en/search/newest/pagefind.js").write_text("x", encoding="utf-8")
    built(folder, "--jobs", jobs)
    clean = SiteFolder(tmp_path / "clean")
    shutil.copytree(folder.path, clean.path, ignore=shutil.ignore_patterns("public", ".jisr"))
    assert tree(built(clean, "--jobs", "3")) == tree(public)
    assert not (folder.path / ".jisr/search").exists()
    for one in (folder, clean):
        one.write("site.yaml", WITH_SEARCH + "addresses: files\n")
    shutil.rmtree(clean.path / "public")
    shutil.rmtree(clean.path / ".jisr")
    assert tree(built(folder, "--jobs", jobs)) == tree(built(clean, "--jobs", "3"))
    folder.write("site.yaml", WITH_SEARCH + "search: false\n")
    assert not [name for name in tree(built(folder)) if "search/" in name]


def test_old_documents_stand_in_indices_of_their_own(site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "NEW", 2)
    monkeypatch.setattr(find, "OLD", 4)
    folder = site(files(count=8))
    public = built(folder, "--jobs", "1")

    def shown(index: str) -> list[str]:
        return sorted(re.findall(r"a\d", " ".join(indexed(public, index))))

    assert shown("search/newest") == ["a7", "a8"]
    assert shown("search/older-1") == ["a1", "a2", "a3", "a4"]
    assert shown("search/older-2") == ["a5", "a6"]
    named = 'data-indices="/en/search/newest/ /en/search/older-1/ /en/search/older-2/"'
    assert named in folder.read("en/search/index.html")
    before = times(public)
    folder.write("content/articles/a8.md", ARTICLE.format(8).replace("الأول", "الثامن"))
    built(folder, "--jobs", "1")
    after = times(public)
    assert {
        name.split("/")[1] for name in after if name.startswith("search/") and after[name] != before.get(name)
    } == {"newest"}
    folder.write("content/articles/a9.md", ARTICLE.format(9))
    built(folder, "--jobs", "1")
    assert shown("search/newest") == ["a9"]
    assert shown("search/older-2") == ["a5", "a6", "a7", "a8"]
    for number in (7, 8, 9):
        (folder.path / f"content/articles/a{number}.md").unlink()
    built(folder, "--jobs", "1")
    assert not (public / "search/older-2").exists()


def test_without_a_search_there_is_no_sign_of_one(site: MakeSite) -> None:
    folder = site(files("search: false\n"))
    assert not [name for name in tree(built(folder)) if "search/" in name]
    assert "search" not in folder.read("index.html")


def test_each_page_has_a_form_that_works_without_a_script(site: MakeSite) -> None:
    folder = site({**files(), "site.yaml": WITH_SEARCH.replace("example.org/", "example.org/news/")})
    built(folder)
    for path in ("en/index.html", "en/articles/a2/index.html", "en/404.html", "en/search/index.html"):
        page = folder.read(path)
        assert page.count('<form class="search" role="search" action="/news/en/search/">') == 1, path
        assert page.count("<script") == ("en/search/" in path) + ("ld+json" in page), path
    search = folder.read("en/search/index.html")
    assert 'data-base="/news/"' in search
    assert 'data-indices="/news/en/search/newest/"' in search
    assert '<meta name="robots" content="noindex">' in search
    unscripted = re.findall(r"<noscript>(.*?)</noscript>", search, re.DOTALL)
    assert [
        "Searching needs JavaScript" in text and 'href="/news/en/tags/"' in text for text in unscripted
    ] == [True]
    words = dict(re.findall(r'<p data-word="(\w+)">([^<]*)</p>', folder.read("search/index.html")))
    assert words["two"] == "نتيجتان"
    assert (words["few"], words["many"]) == ("# نتائج", "# نتيجة")


def test_a_page_of_the_sites_own_at_its_address_is_refused(site: MakeSite) -> None:
    folder = site({**files(), "content/search.md": "---\ntitle: بحث\n---\n\nنصّ.\n"})
    result = folder.build()
    assert result.exit_code == 1
    assert "content/search.md and the search page both become search/index.html" in result.stderr or (
        "the search page and content/search.md both become search/index.html" in result.stderr
    )


def test_what_the_machine_says_to_pagefind_is_not_heard(
    site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = site({**files(), "pagefind.yml": "glob: nothing\n"})
    monkeypatch.setenv("PAGEFIND_GLOB", "nothing")
    assert len(indexed(built(folder))) == 2


@pytest.mark.parametrize("script", ["#!/bin/sh\necho no room left >&2; exit 3\n", "#!/bin/sh\nkill -9 $$\n"])
def test_an_index_that_fails_leaves_the_site_as_it_was(
    site: MakeSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    folder = site(files())
    public = built(folder)
    before = tree(public)
    program = tmp_path / "pagefind"
    program.write_text(script, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(pagefind_bin, "get_executable", lambda: program)
    folder.write("content/articles/a1.md", ARTICLE.format(1).replace("الأول", "الآخر"))
    result = folder.build()
    assert result.exit_code == 1
    assert "site.yaml:1:1: error: the search index can't be made (" in result.stderr
    assert "Traceback" not in result.stderr
    assert tree(public) == before
    monkeypatch.undo()
    assert folder.build().exit_code == 0


def test_the_preview_makes_an_index_when_somebody_searches(site: MakeSite) -> None:
    folder = site(files())
    with running(folder.path) as preview:
        own = folder.path / ".jisr/serve/site"
        assert preview.ask("/search/").status == 200
        assert not (own / "search/newest").exists()
        assert preview.ask("/search/newest/pagefind.js").status == 200
        assert preview.ask("/search/newest/pagefind-entry.json").status == 200
        assert len(indexed(own)) == 2
        assert not (own / "en/search/newest").exists()
        preview.write("content/articles/a1.md", ARTICLE.format(1).replace("الأول", "الآخر"))
        for _ in range(600):  # until the build has followed
            assert preview.ask("/search/newest/pagefind-entry.json").status == 200
            if "الآخر" in indexed(own)["/articles/a1/"]["content"]:
                return
            time.sleep(0.1)
        pytest.fail("the index stays as it was")
