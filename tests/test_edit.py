"""Editing a catalogue: the entry is set, and everything else in the file stays, byte for byte."""

import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jisr.errors import Problem
from jisr.languages import plural_forms
from jisr.read.sources import decode
from jisr.translate import catalog, po
from jisr.translate.catalog import Catalogue, Entry, Key
from jisr.translate.edit import put
from tests.test_catalog import POEDIT

FIELDS = '"Language: en\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
HEADER = f'msgid ""\nmsgstr ""\n{FIELDS}'
LONG = "زار وزير الخارجية مدينة حلب اليوم، والتقى فيها عددا من التجار الذين فقدوا محالهم في السوق القديمة."
ENGLISH = (
    "The foreign minister visited Aleppo today, and met a number of well-known merchants there who "
    'had lost their shops in the "old market".'
)

# Wrapped as gettext does.
CUT = LONG.rindex(" ", 0, 77) + 1
WRAPPED = HEADER + f'\nmsgid "a"\nmsgstr ""\n\nmsgid ""\n"{LONG[:CUT]}"\n"{LONG[CUT:]}"\nmsgstr ""\n'

# As Weblate saves: wrapped at 77 columns, its own headers, flags and a former msgid, an obsolete entry.
WEBLATE = """# SOME DESCRIPTIVE TITLE.
msgid ""
msgstr ""
"Project-Id-Version: My paper\\n"
"Report-Msgid-Bugs-To: \\n"
"POT-Creation-Date: 2024-05-01 10:00+0000\\n"
"PO-Revision-Date: 2024-05-02 11:30+0000\\n"
"Last-Translator: Weblate <noreply@weblate.org>\\n"
"Language-Team: English <https://hosted.weblate.org/projects/x/y/en/>\\n"
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=n != 1;\\n"
"X-Generator: Weblate 5.5\\n"

#. title
#: content/articles/a.md:2
msgctxt "title"
msgid "خبر"
msgstr "News"

#. paragraph
#: content/articles/a.md:6
#, fuzzy, no-wrap
#| msgid "زار الوزير مدينة حلب."
msgid "زار الوزير مدينة حمص."
msgstr "The minister visited Aleppo, and he met a number of the merchants there that"
" evening."

#. paragraph
#: content/articles/a.md:8
msgid "رأي"
msgstr ""

#~ msgid "نص حذف"
#~ msgstr "Deleted"
"""

COMPACT = (
    HEADER
    + 'msgid "خبر"\nmsgstr "News"\n# a remark\nmsgid "رأي"\nmsgstr ""\n#~ msgid "قديم"\n#~ msgstr "Old"'
)


def read(text: str) -> Catalogue:
    problems: list[Problem] = []
    decoded = decode(text.encode(), "translations/en/a.po", problems.append)
    assert decoded is not None, problems
    found = catalog.read(decoded, "translations/en/a.po", problems.append)
    assert found is not None, problems
    return found


def edit(text: str, entry: Entry, *order: Key) -> str:
    return put(text, entry, order, language="en", plural_forms=plural_forms("en"))


def translate(text: str, key: Key, string: str, *, fuzzy: bool = False) -> str:
    """The file with a translation for an entry that it has."""
    entry = read(text).entries[key]
    return edit(text, replace(entry, strings=(string,), fuzzy=fuzzy))


def changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines between what is the same at the beginning and what is at the end, before and after."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    while old and new and old[0] == new[0]:
        old, new = old[1:], new[1:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return old, new


def msgfmt(text: str, folder: Path) -> tuple[int, str]:
    path = folder / "a.po"
    path.write_bytes(text.encode())
    done = subprocess.run(
        ["msgfmt", "-c", "-o", "/dev/null", path], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


OUTDATED = "نص جديد طويل ملفوف."
WEBLATES = "زار الوزير مدينة حمص."


def test_an_outdated_entry_is_settled_in_a_file_of_poedits() -> None:
    after = translate(POEDIT, (None, OUTDATED), "A new long text.")
    old, new = changed(POEDIT, after)
    assert old == [
        "#, fuzzy\n", '#| msgid ""\n', '#| "نص قديم طويل "\n', '#| "ملفوف."\n', 'msgid ""\n', '"نص جديد طويل "\n',
        '"ملفوف."\n', 'msgstr ""\n', '"A long old text, "\n', '"\\"wrapped\\"."\n',
    ]  # fmt: skip
    assert new == ['msgid ""\n', '"نص جديد طويل "\n', '"ملفوف."\n', 'msgstr "A new long text."\n']


def test_what_is_still_right_keeps_its_lines() -> None:
    entry = read(POEDIT).entries[None, OUTDATED]
    old, new = changed(POEDIT, edit(POEDIT, replace(entry, fuzzy=False)))
    assert (old, new) == (["#, fuzzy\n", '#| msgid ""\n', '#| "نص قديم طويل "\n', '#| "ملفوف."\n'], [])


def test_a_flag_of_others_outlives_the_fuzzy_one() -> None:
    entry = read(WEBLATE).entries[None, WEBLATES]
    old, new = changed(WEBLATE, edit(WEBLATE, replace(entry, fuzzy=False)))
    assert (old, new) == (["#, fuzzy, no-wrap\n", '#| msgid "زار الوزير مدينة حلب."\n'], ["#, no-wrap\n"])


def test_an_entry_may_stay_fuzzy() -> None:
    old, new = changed(WEBLATE, translate(WEBLATE, (None, WEBLATES), "Homs", fuzzy=True))
    assert new == ['msgstr "Homs"\n']
    assert len(old) == 2


@pytest.mark.parametrize("text", [POEDIT, WEBLATE, COMPACT], ids=["poedit", "weblate", "compact"])
def test_an_edit_to_the_same_changes_nothing(text: str) -> None:
    for entry in read(text).entries.values():
        assert edit(text, entry) == text


def test_a_long_translation_is_wrapped_in_a_wrapped_file() -> None:
    assert changed(WRAPPED, translate(WRAPPED, (None, LONG), ENGLISH))[1] == [
        '"The foreign minister visited Aleppo today, and met a number of well-known "\n',
        '"merchants there who had lost their shops in the \\"old market\\"."\n',
    ]


def test_a_width_that_is_not_gettexts_is_kept() -> None:
    words = "word " * 60
    lines = "".join(f'"{words[at : at + 100]}"\n' for at in range(0, 300, 100))
    wide = HEADER + f'\nmsgid "a"\nmsgstr ""\n{lines}\nmsgid "b"\nmsgstr ""\n'
    new = changed(wide, translate(wide, (None, "b"), words.strip()))[1]
    assert new == [*(f'"{"word " * 20}"\n',) * 2, f'"{("word " * 20).strip()}"\n']


def test_a_long_translation_stays_on_its_line_where_none_is_wrapped() -> None:
    text = HEADER + f'\nmsgid "{LONG}"\nmsgstr ""\n'
    escaped = ENGLISH.replace('"', '\\"')
    assert changed(text, translate(text, (None, LONG), ENGLISH))[1] == [f'msgstr "{escaped}"\n']


def test_a_hard_break_ends_a_line_of_the_file() -> None:
    for text in (POEDIT, COMPACT):
        key = next(iter(read(text).entries))
        new = changed(text, translate(text, key, "first  \nsecond"))[1]
        assert new[-3:] == ['msgstr ""\n', '"first  \\n"\n', '"second"\n']


def test_the_files_line_ends_and_its_byte_order_mark_are_kept(tmp_path: Path) -> None:
    text = "\ufeff" + WEBLATE.replace("\n", "\r\n")
    after = translate(text, (None, "رأي"), "first  \nsecond")
    assert after.startswith("\ufeff#")
    assert after.count("\n") == after.count("\r\n") == text.count("\n") + 2
    assert read(after).entries[None, "رأي"].text == "first  \nsecond"
    assert msgfmt(after.removeprefix("\ufeff"), tmp_path) == (0, "")


def test_the_last_line_is_ended_no_more_than_it_was() -> None:
    text = HEADER + '\nmsgid "a"\nmsgstr "b"'
    assert translate(text, (None, "a"), "c") == HEADER + '\nmsgid "a"\nmsgstr "c"'
    both = edit(text, Entry("z", ("Z",)))
    assert [entry.text for entry in read(both).entries.values()] == ["Z", "b"]


def test_a_new_entry_comes_where_sync_would_put_it_and_as_it_would_write_it() -> None:
    entry = Entry("نبأ", ("Item",), extracted=("paragraph",), references=(("content/a b.md", 7),))
    before, after = (None, WEBLATES), (None, "رأي")
    text = edit(WEBLATE, entry, ("title", "خبر"), before, entry.key, after)
    written = po.write(Catalogue("", entries={entry.key: entry}), language="en", plural_forms="x")
    assert len(text) == len(WEBLATE) + len(written.partition("\n\n")[2]) + 1
    assert written.partition("\n\n")[2] in text
    assert list(read(text).entries) == [("title", "خبر"), before, entry.key, after]


def test_the_first_entry_comes_below_the_header_and_the_last_above_the_obsolete_ones() -> None:
    entry = Entry("نبأ", ("Item",), context="summary")
    assert next(iter(read(edit(WEBLATE, entry, entry.key)).entries)) == entry.key
    last = edit(WEBLATE, entry, (None, "رأي"), entry.key)
    assert list(read(last).entries)[-1] == entry.key
    assert last.index("Item") < last.index("#~")
    assert list(read(edit(COMPACT, entry, (None, "رأي"))).entries)[-1] == entry.key


def test_a_changed_block_takes_over_the_entry_that_its_translation_comes_from() -> None:
    old = read(POEDIT).entries[None, "اكتمل 50% من العمل."]
    entry = replace(old, id="اكتمل 60% من العمل.", strings=("60% done.",), references=(("content/a.md", 9),))
    old_lines, new = changed(POEDIT, edit(POEDIT, entry))
    assert new == [
        "#: content/a.md:9\n", "#, no-wrap\n", 'msgid "اكتمل 60% من العمل."\n', 'msgstr "60% done."\n',
    ]  # fmt: skip
    assert len(old_lines) == 4


def test_an_entry_becomes_fuzzy_with_its_former_msgid() -> None:
    old = read(WEBLATE).entries["title", "خبر"]
    entry = replace(old, fuzzy=True, previous="أخبار")
    assert changed(WEBLATE, edit(WEBLATE, entry)) == ([], ["#, fuzzy\n", '#| msgid "أخبار"\n'])
    assert changed(POEDIT, edit(POEDIT, replace(read(POEDIT).entries[None, OUTDATED], fuzzy=True))) == (
        [],
        [],
    )


def test_an_obsolete_entry_of_the_same_text_gives_way(tmp_path: Path) -> None:
    entry = Entry("نص حذف", ("Back",))
    file = tmp_path / "a.po"
    file.write_text(edit(WEBLATE, entry), encoding="utf-8")
    found = read(file.read_text(encoding="utf-8"))
    assert (found.entries[entry.key].text, entry.key in found.obsolete) == ("Back", False)
    subprocess.run(["msgfmt", "-c", "-o", "/dev/null", file], check=True)


def test_what_was_said_in_an_obsolete_entry_becomes_a_comment(tmp_path: Path) -> None:
    text = (
        f'{HEADER}\n# above\nmsgid "نص"\nmsgstr ""\n\n# my words\n#, fuzzy\n#~ msgid "نص"\n#~ msgstr "two"\n'
    )
    entry = read(text).entries[None, "نص"]
    file = tmp_path / "a.po"
    for string, said in (("three", ("my words", "two", "above")), ("two", ("my words", "above"))):
        file.write_text(edit(text, replace(entry, strings=(string,))), encoding="utf-8")
        found = read(file.read_text(encoding="utf-8"))
        assert found.entries[entry.key].comments == said
        assert found.entries[entry.key].text == string
        assert not found.obsolete
        subprocess.run(["msgfmt", "-c", "-o", "/dev/null", file], check=True)


@pytest.mark.parametrize(
    "text", ["", "# only a comment\n", 'msgid "بند"\nmsgstr "one"\n', '#~ msgid "قديم"\n#~ msgstr "Old"\n']
)
def test_a_file_without_a_header_takes_a_new_entry(text: str) -> None:
    entry = Entry("نبأ", ("Item",))
    found = read(edit(text, entry, entry.key))
    assert found.entries[entry.key].text == "Item"
    assert found.header
    assert {*read(text).entries, entry.key} == found.entries.keys()


def test_a_plural_with_fewer_forms_than_the_header_counts_is_completed() -> None:
    text = f'{HEADER}"Plural-Forms: nplurals=2; plural=n!=1;\\n"\n\nmsgid "x"\nmsgid_plural "xs"\nmsgstr[0] "a"\n'
    entry = read(text).entries[None, "x"]
    assert entry.strings == ("a", "")
    assert read(edit(text, replace(entry, strings=("a", "b")))).entries[None, "x"].strings == ("a", "b")


def test_plural_forms_are_set_each() -> None:
    text = HEADER + '\nmsgid "block"\nmsgid_plural "blocks"\nmsgstr[0] "a"\nmsgstr[1] "b"\n'
    entry = read(text).entries[None, "block"]
    new = changed(text, edit(text, replace(entry, strings=("a", "c"))))
    assert new == (['msgstr[1] "b"\n'], ['msgstr[1] "c"\n'])


@pytest.mark.parametrize(
    "text",
    [
        'msgid "خبر"\nmsgstr ""\n',
        '# remark\nmsgid "خبر"\nmsgstr ""\n',
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=CHARSET\\n"\n\nmsgid "خبر"\nmsgstr ""\n',
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=us-ascii\\n"\n\nmsgid "خبر"\nmsgstr ""\n',
    ],
    ids=["no header", "no header but a remark", "no charset", "ASCII"],
)
def test_a_file_gets_the_header_that_gettext_needs(text: str, tmp_path: Path) -> None:
    after = translate(text, (None, "خبر"), "“News”")
    assert msgfmt(after, tmp_path)[0] == 0, after
    assert read(after).entries[None, "خبر"].text == "“News”"


def test_msgfmt_accepts_a_file_after_each_edit(tmp_path: Path) -> None:
    for original in (POEDIT, WEBLATE, COMPACT):
        assert msgfmt(original, tmp_path)[0] == 0
        text = original
        for key, entry in read(original).entries.items():
            for string in (ENGLISH, 'A "quoted" 50% \\ of\tit', "a  \nb", "٪ متن", ""):
                text = translate(text, key, string, fuzzy=entry.fuzzy)
                assert msgfmt(text, tmp_path) == msgfmt(original, tmp_path)
                assert read(text).entries[key].text == string
        assert msgfmt(edit(text, Entry("نبأ", ("Item",))), tmp_path)[0] == 0


def test_a_wrapped_file_is_wrapped_as_gettext_does(tmp_path: Path) -> None:
    texts = [
        LONG,
        ENGLISH,
        f"{ENGLISH}  \n{LONG} {ENGLISH}",
        "ab " * 60,
        f"[{ENGLISH}](https://example.org/a) [^1]",
    ]
    for text in texts:
        path = tmp_path / "a.po"
        after = translate(WRAPPED, (None, LONG), text.strip())
        path.write_text(after, encoding="utf-8")
        done = subprocess.run(["msgcat", path], capture_output=True, text=True, check=True)
        assert done.stdout.rpartition("msgstr")[2] == after.rpartition("msgstr")[2]


STRINGS = st.text(st.sampled_from('aZ é،ب\u064eع١9 "\\\t\n-—/[]()`*#~|,:msgid\u200c漢'), max_size=120).filter(
    lambda text: "\r" not in text
)
IDS = STRINGS.filter(str.strip)
FLAGS = st.sets(st.sampled_from(["no-wrap", "xml-text"])).map(lambda flags: tuple(sorted(flags)))
COMMENTS = st.lists(st.sampled_from(["# remark", "#  | bar |", "#", "#. paragraph", "#: content/a.md:3"]))


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    fuzzy = draw(st.booleans())
    return Entry(
        id=draw(IDS),
        strings=(draw(STRINGS),),
        context=draw(st.sampled_from([None, "title", "image.alt"])),
        fuzzy=fuzzy,
        previous=draw(IDS) if fuzzy and draw(st.booleans()) else None,
        flags=draw(FLAGS),
    )


def quoted(keyword: str, text: str, cuts: list[int], prefix: str = "") -> str:
    """A string over as many lines as it is cut into."""
    bounds = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    parts = [text[a:b] for a, b in pairwise(bounds)] or [""]
    escaped = [
        part.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
        for part in parts
    ]
    return "\n".join(f'{prefix}{keyword + " " if not at else ""}"{part}"' for at, part in enumerate(escaped))


@st.composite
def files(draw: st.DrawFn) -> str:
    """Catalogues in all the layouts that the format allows."""
    cuts = st.lists(st.integers(0, 200), max_size=3)
    found = draw(st.lists(entries(), min_size=1, max_size=5, unique_by=lambda entry: entry.key))
    parts = [HEADER.strip()]
    obsolete = draw(st.integers(0, len(found) - 1))
    for at, entry in enumerate(found):
        old = "#~ " if len(found) - at <= obsolete else ""
        lines = draw(COMMENTS)
        flags = [*entry.flags, *(["fuzzy"] if entry.fuzzy else [])]
        if flags:
            lines.append(f"#, {', '.join(flags)}")
        if entry.previous and not old:
            lines.append(quoted("msgid", entry.previous, [], "#| "))
        if entry.context:
            lines.append(quoted("msgctxt", entry.context, [], old))
        lines.append(quoted("msgid", entry.id, draw(cuts), old))
        lines.append(quoted("msgstr", entry.text, draw(cuts), old))
        parts.append("\n".join(lines))
    if draw(st.booleans()):
        parts.append("# the end")
    text = draw(st.sampled_from(["\n\n", "\n", "\n\n\n"])).join(parts) + draw(
        st.sampled_from(["", "\n", "\n\n"])
    )
    return draw(st.sampled_from(["", "\ufeff"])) + text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


@given(files(), st.data())
def test_any_edit_changes_one_entry_and_no_byte_outside_it(text: str, data: st.DataObject) -> None:
    before = read(text)
    known = data.draw(st.sampled_from([*before.entries.values(), None]))
    new = data.draw(entries().filter(lambda entry: entry.key not in before.entries))
    entry = replace(known, strings=(data.draw(STRINGS),), fuzzy=data.draw(st.booleans())) if known else new
    if known and data.draw(st.booleans()):  # the block has changed since
        entry = replace(entry, id=new.id, context=new.context)
    if not entry.fuzzy:
        entry = replace(entry, previous=None)
    if entry.key in before.entries:
        entry = replace(entry, line=before.entries[entry.key].line)
    after_text = edit(text, entry, *before.entries)
    after = read(after_text)

    def said(found: Catalogue) -> dict[Key, tuple[object, ...]]:
        return {
            key: (e.strings, e.fuzzy, e.previous, e.comments, e.flags, e.extracted, e.references)
            for key, e in found.entries.items()
        }

    left, right = said(before), said(after)
    assert right.pop(entry.key)[:2] == (entry.strings, entry.fuzzy)
    left.pop(known.key if known else entry.key, None)
    assert left == right
    assert [replace(e, line=0) for e in before.obsolete.values() if e.key != entry.key] == [
        replace(e, line=0) for e in after.obsolete.values()
    ]
    assert (before.header, before.comment, before.ending) == (after.header, after.comment, after.ending)
    old_lines, new_lines = changed(text, after_text)
    assert text.startswith("\ufeff") == after_text.startswith("\ufeff")
    assert not any("\r\n" not in line for line in new_lines if "\r\n" in text and line.endswith("\n"))
    limit = (
        40 if known or entry.key in before.obsolete else 1
    )  # of the file's own lines, at most the entry's are touched
    assert len(old_lines) <= limit
    if known and entry == replace(known, strings=known.strings, fuzzy=known.fuzzy):
        assert after_text == text
