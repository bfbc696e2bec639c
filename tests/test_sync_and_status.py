"""`sync` and `status` on whole sites; what `sync` extracts is what a build asks for."""

import difflib
import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jisr.errors import Problem
from jisr.model import Segment
from jisr.read import sources
from jisr.translate import catalog, po, sync
from jisr.translate.catalog import Catalogue, Entry
from tests.conftest import SITE_YAML, MakeSite, SiteFolder

ARTICLE = """---
title: زيارة رسمية
date: 2023-10-16
tags: [سياسة]
summary: موجز الخبر.
---

زار الوزير مدينة حلب اليوم، والتقى وجهاءها.

- بند أول
- بند ثان
"""
FILES = {"content/articles/a.md": ARTICLE, "content/about.md": "---\ntitle: عن الموقع\n---\n\nنص.\n"}
PO = "translations/en/articles/a.po"
ABOUT = "translations/en/about.po"


def translate(folder: SiteFolder, path: str) -> None:
    """Fill each empty translation with a text of its own."""
    lines = (folder.path / path).read_text(encoding="utf-8").split("\n")
    head = lines.index("")
    filled = [line if line != 'msgstr ""' else f'msgstr "text {n}"' for n, line in enumerate(lines[head:])]
    folder.write(path, "\n".join(lines[:head] + filled))


def files(folder: SiteFolder) -> dict[Path, tuple[bytes, int]]:
    return {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.path.glob("translations/**/*.po")}


def test_a_build_needs_no_catalogue_and_writes_none(site: MakeSite) -> None:
    folder = site(FILES)
    assert folder.build("--strict").exit_code == 0
    assert not (folder.path / "translations").exists()
    assert (
        folder.read("en/articles/a/index.html").count('class="awaiting"') == 3 + 2
    )  # a paragraph, title, summary; items


def test_sync_makes_what_msgfmt_accepts_and_the_second_time_nothing(site: MakeSite) -> None:
    folder = site(FILES)
    result = folder.run("sync")
    assert "translations/en/articles/a.po: written; 5 missing, 0 outdated, 0 obsolete" in result.stdout
    made = files(folder)
    names = [path.relative_to(folder.path / "translations/en").as_posix() for path in sorted(made)]
    assert names == ["about.po", "articles/a.po", "site.po"]
    for path in made:
        done = subprocess.run(["msgfmt", "-c", "-o", "/dev/null", path], capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
    assert folder.run("sync").stdout == "jisr: 0 catalogues written of 3\n"
    assert files(folder) == made


def test_what_sync_extracts_is_what_a_build_asks_for(site: MakeSite) -> None:
    folder = site(FILES)
    folder.run("sync")
    for path in ("translations/en/articles/a.po", "translations/en/about.po", "translations/en/site.po"):
        translate(folder, path)
    assert folder.run("status", "--fail-under", "100").exit_code == 0
    assert folder.build("--strict").exit_code == 0
    for path in ("en/index.html", "en/about/index.html", "en/articles/a/index.html"):
        page = folder.read(path)
        assert "awaiting" not in page
        arabic = [c for c in page.replace("العربية", "") if "\u0600" <= c <= "\u06ff"]
        assert not arabic


def test_an_edit_is_outdated_at_once_and_sync_writes_down_what_the_build_showed(site: MakeSite) -> None:
    folder = site(FILES)
    folder.run("sync")
    translate(folder, PO)
    folder.write("content/articles/a.md", ARTICLE.replace("مدينة حلب", "مدينة حمص"))
    folder.build()
    page = folder.read("en/articles/a/index.html")
    assert page.count('class="outdated"') == 1
    assert "مدينة حمص" in page.split('<details class="newer">')[1]
    assert "5           4         1        0" in folder.run("status").stdout
    folder.run("sync")
    text = (folder.path / PO).read_text(encoding="utf-8")
    assert '#| msgid "زار الوزير مدينة حلب اليوم، والتقى وجهاءها."' in text
    folder.build()
    assert folder.read("en/articles/a/index.html") == page


def test_a_text_that_is_as_it_was_has_its_translation_again(site: MakeSite) -> None:
    folder = site(FILES)
    folder.run("sync")
    translate(folder, PO)
    was = (folder.path / PO).read_bytes()
    folder.write("content/articles/a.md", ARTICLE.replace("اليوم", "أمس"))
    folder.run("sync")
    assert b"#, fuzzy\n#| msgid" in (folder.path / PO).read_bytes()
    folder.write("content/articles/a.md", ARTICLE)
    assert folder.build("--strict").exit_code == 0
    assert "outdated" not in folder.read("en/articles/a/index.html")
    folder.run("sync")
    assert (folder.path / PO).read_bytes() == was


def test_a_translation_that_a_translator_marked_stays_so_when_its_text_comes_back(site: MakeSite) -> None:
    folder = site(FILES)
    folder.run("sync")
    translate(folder, PO)
    text = (folder.path / PO).read_text(encoding="utf-8")
    folder.write(PO, text.replace('msgid "زار', '#, fuzzy\nmsgid "زار'))
    was = (folder.path / PO).read_bytes()
    for article in (ARTICLE.replace("اليوم", "أمس"), ARTICLE):
        folder.write("content/articles/a.md", article)
        folder.run("sync")
    assert (folder.path / PO).read_bytes() == was


def test_sync_keeps_a_translators_comments_flags_and_headers(site: MakeSite) -> None:
    folder = site(FILES)
    folder.run("sync")
    text = (folder.path / PO).read_text(encoding="utf-8")
    text = text.replace('"Language: en\\n"', '"Language: en\\n"\n"X-Generator: Poedit 3.4\\n"')
    text = text.replace("#. paragraph\n", "# ask the desk\n#. paragraph\n#, no-wrap\n", 1)
    folder.write(PO, text)
    folder.write("content/articles/a.md", ARTICLE + "\nفقرة أخيرة جديدة.\n")
    folder.run("sync")
    after = (folder.path / PO).read_text(encoding="utf-8")
    assert "X-Generator: Poedit 3.4" in after
    assert "# ask the desk\n" in after
    assert "#, no-wrap\n" in after
    assert after.rstrip().endswith('msgid "فقرة أخيرة جديدة."\nmsgstr ""')


def test_of_two_entries_with_one_msgid_no_word_is_lost(site: MakeSite) -> None:
    folder = site(FILES)
    folder.run("sync")
    written = (folder.path / PO).read_text(encoding="utf-8")
    translate(folder, ABOUT)
    translated = (folder.path / ABOUT).read_text(encoding="utf-8")
    folder.write(
        PO,
        written.replace('msgid "بند أول"\nmsgstr ""', '# Ask the desk.\nmsgid "بند أول"\nmsgstr ""')
        + '\nmsgid "قديم"\nmsgstr "Live"\n\n#~ msgid "قديم"\n#~ msgstr "Obsolete"\n'
        + '\n# Said twice.\n#~ msgid "بند أول"\n#~ msgstr "First"\n',
    )
    folder.write(ABOUT, translated + '\n#~ msgid "نص."\n#~ msgstr "A text"\n')
    assert folder.run("sync").exit_code == 0
    text = (folder.path / PO).read_text(encoding="utf-8")
    assert '\n# Obsolete\n#~ msgid "قديم"\n#~ msgstr "Live"\n' in text
    assert "\n# Ask the desk.\n# Said twice.\n#. " in text
    assert 'msgid "بند أول"\nmsgstr "First"\n' in text
    about = (folder.path / ABOUT).read_text(encoding="utf-8")
    assert about.count('msgid "نص."') == about.count("# A text\n") == 1  # msgfmt takes no two
    assert 'msgstr "text' in about.split('msgid "نص."\n')[1].split("\n")[0]
    assert "0 catalogues written" in folder.run("sync").stdout


def test_what_is_saved_while_sync_runs_is_merged_and_not_overwritten(
    site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = site(FILES)
    folder.run("sync")
    folder.write("content/articles/a.md", ARTICLE + "\nفقرة جديدة.\n")
    write = po.write

    def saved_meanwhile(catalogue: Catalogue, **options: str) -> str:
        monkeypatch.setattr(po, "write", write)
        translate(folder, PO)
        return write(catalogue, **options)

    monkeypatch.setattr(po, "write", saved_meanwhile)
    assert "1 catalogue written" in folder.run("sync").stdout
    text = (folder.path / PO).read_text(encoding="utf-8")
    assert text.count('msgstr "text') == 5
    assert 'msgid "فقرة جديدة."\nmsgstr ""' in text


def test_an_article_called_interface_is_an_article(site: MakeSite) -> None:
    front = "---\ntitle: خبر\ndate: 2023-10-16\n---\n\n"
    folder = site({f"content/articles/{name}.md": f"{front}نص {name}.\n" for name in ("interface", "other")})
    folder.run("sync")
    found = json.loads(folder.run("status", "--json").stdout)
    assert found["total"]["total"] == 4  # two titles, two texts
    (folder.path / "content/articles/interface.md").unlink()
    assert "articles/interface.po:1:1: warning: the catalogue belongs to no document" in folder.build().stderr


def test_lines_end_as_they_did(site: MakeSite) -> None:
    folder = site(FILES)
    folder.run("sync")
    file = folder.path / "translations/en/about.po"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    about = folder.path / "content/about.md"
    about.write_text(about.read_text(encoding="utf-8") + "\nفقرة جديدة.\n", encoding="utf-8")
    assert "translations/en/about.po: written" in folder.run("sync").stdout
    text = file.read_bytes()
    assert "فقرة جديدة.".encode() in text
    assert text.count(b"\r\n") == text.count(b"\n")
    assert b"\r\r" not in text
    assert folder.run("sync").stdout == "jisr: 0 catalogues written of 3\n"


def test_a_word_that_gets_a_plural_and_loses_it_again_keeps_its_translation(site: MakeSite) -> None:
    own = "translations/fr/interface.po"
    settings = SITE_YAML.replace("en", "fr").replace("fr-GB", "fr-FR")
    folder = site({"site.yaml": settings, "templates/404.html": "{{ _('Letters') }}"})
    folder.run("sync")
    text = (folder.path / own).read_text(encoding="utf-8")
    folder.write(own, text.replace('msgid "Letters"\nmsgstr ""', 'msgid "Letters"\nmsgstr "Lettres"'))
    folder.write("templates/404.html", "{{ ngettext('Letters', 'Many', 3) }}")
    problems: list[Problem] = []
    for plural, strings in (("Many", ("Lettres",) * 3), (None, ("Lettres",))):
        folder.run("sync")
        found = catalog.read((folder.path / own).read_text(encoding="utf-8"), own, problems.append)
        assert found
        assert not problems
        word = found.entries[None, "Letters"]
        assert (word.plural, word.strings, word.fuzzy) == (plural, strings, True)
        assert not found.obsolete
        folder.write("templates/404.html", "{{ _('Letters') }}")


def test_a_catalogue_that_a_tool_wrapped_is_left_as_it_is(site: MakeSite) -> None:
    folder = site(FILES)
    folder.run("sync")
    path = folder.path / PO
    subprocess.run(["msgcat", "--width=40", "-o", path, path], check=True)
    before = path.read_bytes()
    assert b'msgid ""\n"' in before.split(b"\n\n", 1)[1]
    folder.run("sync")
    assert path.read_bytes() == before


def test_a_catalogue_without_its_document_is_told(site: MakeSite) -> None:
    folder = site(FILES)
    folder.run("sync")
    (folder.path / "content/about.md").rename(folder.path / "content/who.md")
    warning = (
        "translations/en/about.po:1:1: warning: the catalogue belongs to no document; "
        "if its document was renamed, rename the catalogue likewise; else delete it"
    )
    for command in ("sync", "status"):
        assert folder.run(command).stderr.splitlines() == [warning]


def test_a_catalogue_that_cannot_be_read_stops_sync_before_it_writes(site: MakeSite) -> None:
    folder = site(FILES)
    folder.write("translations/en/about.po", "nonsense")
    result = folder.run("sync")
    assert result.exit_code == 1
    assert result.stderr.startswith("translations/en/about.po:1:1: error: not a line of a PO file")
    assert list(files(folder)) == [folder.path / "translations/en/about.po"]


def test_status_counts_blocks_words_and_percent(site: MakeSite) -> None:
    folder = site(FILES)
    folder.run("sync")
    translate(folder, "translations/en/about.po")
    lines = folder.run("status").stdout.splitlines()
    assert lines[0].split() == [
        "catalogue",
        "blocks",
        "translated",
        "outdated",
        "missing",
        "words",
        "left",
        "%",
    ]
    rows = {line.split()[0]: line.split()[1:] for line in lines[1:]}
    assert rows["translations/en/about.po"] == ["2", "2", "0", "0", "0", "100"]
    assert rows["translations/en/articles/a.po"] == ["5", "0", "0", "5", "15", "0"]
    assert rows["translations/en/site.po"] == ["1", "0", "0", "1", "1", "0"]
    assert rows["all"] == ["8", "2", "0", "6", "16", "25"]
    found = json.loads(folder.run("status", "--json").stdout)
    assert found["total"] == {"total": 8, "translated": 2, "outdated": 0, "missing": 6, "percent": 25}
    assert {
        "path": "translations/en/articles/a.po", "language": "en", "words_left": 15,
        "total": 5, "translated": 0, "outdated": 0, "missing": 5, "percent": 0,
    } in found["catalogues"]  # fmt: skip


@pytest.mark.parametrize(("least", "code"), [(25, 0), (26, 1)])
def test_status_fails_under_a_share(site: MakeSite, least: int, code: int) -> None:
    folder = site(FILES)
    folder.run("sync")
    translate(folder, "translations/en/about.po")
    result = folder.run("status", "--fail-under", str(least))
    assert result.exit_code == code
    assert result.stderr == ("" if code == 0 else "jisr: 25% is translated, less than 26%\n")


def test_a_third_language_is_a_line_of_settings(site: MakeSite) -> None:
    settings = SITE_YAML.replace("[ar, en]", "[ar, en, sv]") + "  sv: {title: Bro, locale: sv-SE}\n"
    folder = site({**FILES, "site.yaml": settings})
    assert folder.build("--strict").exit_code == 0
    page = folder.read("sv/articles/a/index.html")
    assert '<html lang="sv" dir="ltr">' in page
    assert "Awaiting translation" in page
    assert '<time datetime="2023-10-16">16 oktober 2023</time>' in page
    rows = {line.split()[0]: line.split() for line in folder.run("status").stdout.splitlines()}
    assert rows["translations/sv/interface.po"][2] == "0"
    folder.run("sync")
    words = (folder.path / "translations/sv/interface.po").read_text(encoding="utf-8")
    assert 'msgid "Awaiting translation"\nmsgstr ""' in words
    folder.write("translations/sv/interface.po", words.replace(
        'msgid "Awaiting translation"\nmsgstr ""', 'msgid "Awaiting translation"\nmsgstr "Ska översättas"'
    ))  # fmt: skip
    folder.build()
    assert "Ska översättas" in folder.read("sv/articles/a/index.html")


def test_an_outdated_caption_stands_above_the_new_one(site: MakeSite) -> None:
    image = "image: {src: https://example.org/a.jpg, alt: صورة, caption: تعليق قديم}\n"
    text = ARTICLE.replace("summary:", f"{image}summary:")
    folder = site({"content/articles/a.md": text})
    folder.run("sync")
    translate(folder, PO)
    folder.write("content/articles/a.md", text.replace("تعليق قديم", "تعليق قديم جدًّا"))
    assert folder.build().exit_code == 0
    caption = (
        folder.read("en/articles/a/index.html").partition("<figcaption>")[2].partition("</figcaption>")[0]
    )
    assert "Out of date" in caption
    assert (
        '<summary>The new Arabic text</summary><p lang="ar" dir="rtl">تعليق قديم جدًّا</p></details>' in caption
    )


def test_a_document_without_a_letter_has_nothing_to_translate(site: MakeSite) -> None:
    folder = site({"content/number.md": "---\ntitle: '2023'\n---\n\n1 2 3\n"})
    assert folder.build().exit_code == 0
    page = folder.read("en/number/index.html")
    assert "Fully translated" in page
    assert '<progress value="1" max="1"' in page


def test_a_pipe_in_the_place_of_a_catalogue_is_told_and_not_waited_for(site: MakeSite) -> None:
    folder = site(FILES)
    (folder.path / "translations/en").mkdir(parents=True)
    for path in (ABOUT, "translations/en/interface.po"):
        os.mkfifo(folder.path / path)
    said = [
        f"{path}:1:1: error: neither a file nor a folder; move it out of the site"
        for path in (ABOUT, "translations/en/interface.po")
    ]
    for command in ("build", "sync", "status"):
        result = folder.run(command)
        assert result.exit_code == 1
        assert [line for line in result.stderr.splitlines() if "neither" in line] == said


def test_what_sync_writes_can_be_read_however_long_it_is(site: MakeSite) -> None:
    lines = "\n".join(["كلمة جميلة " * 70] * 150)
    folder = site({"content/articles/a.md": f"---\ntitle: خبر\ndate: 2023-10-16\n---\n\n{lines}\n"})
    assert (folder.build().exit_code, folder.run("sync").exit_code) == (0, 0)
    assert max(map(len, (folder.path / PO).read_text(encoding="utf-8").split("\n"))) > sources.MAX_LINE
    assert (folder.build().exit_code, folder.run("sync").stdout) == (0, "jisr: 0 catalogues written of 1\n")
    folder.write(PO, "#" * (sources.MAX_CATALOGUE + 1))
    assert "a.po:1:1: error: the file has 16,000,001 bytes; keep it under 16,000,000" in folder.build().stderr


def test_a_document_with_an_error_still_owns_its_translations(site: MakeSite) -> None:
    folder = site(FILES)
    folder.run("sync")
    folder.write("content/articles/a.md", ARTICLE.replace("2023-10-16", "2023-99-16"))
    for command in ("sync", "status"):
        result = folder.run(command)
        assert (result.exit_code, "belongs to no document" in result.stderr) == (1, False)


def test_catalogues_of_a_language_that_is_none_of_the_sites_are_told(site: MakeSite) -> None:
    folder = site(FILES)
    folder.write("translations/fr/about.po", po.write(Catalogue("x"), language="fr", plural_forms=""))
    for command in ("build", "sync", "status"):
        assert (
            "translations/fr/about.po:1:1: warning: the catalogue is for fr, no language that the site is translated"
            " to; add it to `languages` in site.yaml, or keep the folder elsewhere"
        ) in folder.run(command).stderr


@pytest.mark.parametrize("name", ["site", "interface"])
def test_a_document_with_the_name_of_a_catalogue_is_refused_by_all(site: MakeSite, name: str) -> None:
    folder = site({**FILES, f"content/{name}.md": "---\ntitle: عن\n---\n\nنص.\n"})
    for command in ("build", "sync", "status"):
        result = folder.run(command)
        assert result.exit_code == 1
        assert (
            result.stderr.count(f"content/{name}.md:1:1: error: the name {name} belongs to a catalogue") == 1
        )
    assert not (folder.path / "translations").exists()


@pytest.mark.parametrize("nothing", ["\u200f", "\u200b", " \u2060 ", "\ufeff", "\u00ad"])
def test_a_translation_of_which_nothing_is_seen_is_none(site: MakeSite, nothing: str) -> None:
    folder = site(FILES)
    folder.run("sync")
    text = (folder.path / PO).read_text(encoding="utf-8")
    folder.write(PO, text.replace('msgid "بند أول"\nmsgstr ""', f'msgid "بند أول"\nmsgstr "{nothing}"'))
    [row] = [
        row for row in json.loads(folder.run("status", "--json").stdout)["catalogues"] if row["path"] == PO
    ]
    assert (row["translated"], row["missing"]) == (0, 5)
    assert folder.build().exit_code == 0
    assert "بند أول" in folder.read("en/articles/a/index.html")


def test_a_folder_that_may_not_be_entered_is_told(site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = site(FILES)
    folder.run("sync")
    opened = sources.opened

    def refuses(path: str | Path) -> Any:
        if str(path).endswith(("content/articles", "translations/en")):
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path)

    monkeypatch.setattr(sources, "opened", refuses)
    for command in ("build", "sync", "status"):
        result = folder.run(command)
        assert result.exit_code == 1
        assert (
            "content/articles:1:1: error: the folder can't be read (Permission denied); check that it may be read and entered"
        ) in result.stderr


def test_a_remark_above_what_an_entry_has_left_is_kept(site: MakeSite) -> None:
    folder = site(FILES)
    folder.run("sync")
    text = (folder.path / PO).read_text(encoding="utf-8")
    folder.write(PO, f"{text}\n# please ask about this word\n#. paragraph\n#: content/about.md:5\n")
    folder.write("content/articles/a.md", ARTICLE + "\nفقرة جديدة.\n")
    folder.run("sync")
    assert "# please ask about this word\n" in (folder.path / PO).read_text(encoding="utf-8")


@given(
    st.lists(st.lists(st.sampled_from("اب ت ثجحخد"), max_size=30).map("".join), min_size=1, max_size=8),
    st.booleans(),
)
@settings(deadline=None)
def test_the_most_similar_text_is_the_one_that_difflib_finds(texts: list[str], many: bool) -> None:
    sought, *others = texts
    others += ["س"] * sync._MANY * many
    entries = [Entry(text, ("x",)) for text in others]
    shares = []
    for text in others:
        short = max(len(sought), len(text)) < sync._SHORT
        pair: tuple[Sequence[str], Sequence[str]] = (
            (text, sought) if short else (text.split(), sought.split())
        )
        shares.append(difflib.SequenceMatcher(None, *pair, autojunk=False).ratio())
    best = sync._most_similar(Segment("paragraph", sought, 1), entries)
    if not shares or max(shares) <= sync._ALIKE:
        assert best is None
    else:
        assert best == entries[shares.index(max(shares))]
