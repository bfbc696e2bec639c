"""Catalogues: what tools write is read whole, kept, and written the same again."""

import re
import subprocess
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jisr.errors import Problem
from jisr.languages import plural_forms
from jisr.model import Language, Segment
from jisr.translate import catalog, interface, po, sync
from jisr.translate.catalog import Catalogue, Entry

HEADER = 'msgid ""\nmsgstr ""\n"Language: en\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'

# As Poedit saves: wrapped at 79 columns, its own headers, previous msgids, obsolete entries at the end.
POEDIT = """# Translations of the example.
# A second line.
msgid ""
msgstr ""
"Project-Id-Version: My paper\\n"
"POT-Creation-Date: 2024-05-01 10:00+0200\\n"
"PO-Revision-Date: 2024-05-02 11:30+0200\\n"
"Last-Translator: \\n"
"Language-Team: \\n"
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"X-Generator: Poedit 3.4\\n"

# A translator's remark: check with the desk.
#. paragraph
#: content/articles/a.md:6
#, fuzzy
#| msgid ""
#| "نص قديم طويل "
#| "ملفوف."
msgid ""
"نص جديد طويل "
"ملفوف."
msgstr ""
"A long old text, "
"\\"wrapped\\"."

#. paragraph
#: content/articles/a.md:8
#, no-wrap
msgid "اكتمل 50% من العمل."
msgstr "50% done."

#~ msgid "نص حذف"
#~ msgstr "Deleted"

#, fuzzy
#~| msgid "أقدم"
#~ msgid "قديم"
#~ msgstr "Old"
"""


def read(text: str) -> Catalogue:
    problems: list[Problem] = []
    found = catalog.read(text, "translations/en/a.po", problems.append)
    assert found is not None, problems
    return found


def write(found: Catalogue) -> str:
    return po.write(found, language="en", plural_forms=plural_forms("en"))


def merge(found: Catalogue | None, *texts: str) -> Catalogue:
    segments = [Segment("paragraph", text, line) for line, text in enumerate(texts, 1)]
    return sync.merge(found, segments, path="translations/en/a.po", document="content/a.md")


def test_everything_that_poedit_writes_is_read() -> None:
    found = read(POEDIT)
    assert found.comment == ("Translations of the example.", "A second line.")
    assert dict(found.header)["X-Generator"] == "Poedit 3.4"
    first, second = found.entries.values()
    assert (first.id, first.text, first.fuzzy) == ("نص جديد طويل ملفوف.", 'A long old text, "wrapped".', True)
    assert first.previous == "نص قديم طويل ملفوف."
    assert first.comments == ("A translator's remark: check with the desk.",)
    assert (second.flags, second.fuzzy, second.text) == (("no-wrap",), False, "50% done.")
    assert [entry.text for entry in found.obsolete.values()] == ["Deleted", "Old"]


def test_what_goes_on_behind_a_faulty_line_is_not_told_again() -> None:
    said: list[Problem] = []
    assert (
        catalog.read(
            f'{HEADER}\nmsgid "a"\nmsgstr "b"\n\nmsgid "bad"x"\n"more"\n"and more"\n', "a.po", said.append
        )
        is None
    )
    assert [(problem.line, problem.message) for problem in said] == [(9, "not a line of a PO file")]


PLURAL = 'msgid "نص"\nmsgid_plural "نصوص"\n'


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (f'{HEADER}\n{PLURAL}msgstr[1] "b"\n', 6, "a message without its msgstr[0]"),
        (f'{PLURAL}msgstr[0] "a"\nmsgstr[2] "c"\n', 1, "plural forms with a gap"),
        (f'{PLURAL}msgstr[0] "a"\nmsgstr[1] "b"\nmsgstr[2] "c"\n', 1, "plural forms that the header doesn't count"),
        (f'{PLURAL}msgstr "x"\nmsgstr[0] "a"\n', 1, "a message with a msgid_plural has msgstr"),
        ('msgid "نص"\nmsgstr "x"\nmsgstr[1] "a"\n', 1, "a message without a msgid_plural has msgstr[1]"),
        ('#| msgid "قبل\nmsgid "نص"\nmsgstr "x"\n', 1, "not a former text of a PO file"),
    ],
)  # fmt: skip
def test_what_a_catalogue_written_anew_would_lose_is_refused(text: str, line: int, message: str) -> None:
    said: list[Problem] = []
    assert catalog.read(text, "a.po", said.append) is None
    assert [(problem.line, problem.message) for problem in said] == [(line, message)]


def test_a_former_text_of_several_rows_comes_back(tmp_path: Path) -> None:
    entry = Entry('b\n"c"', ("x",), fuzzy=True, previous='قبل  \n"ب"\n\\')
    text = po.write(
        Catalogue("a.po", entries={entry.key: entry}), language="en", plural_forms=plural_forms("en")
    )
    assert read(text).entries[entry.key].previous == entry.previous
    (tmp_path / "a.po").write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["msgfmt", "-c", "-o", "/dev/null", tmp_path / "a.po"], capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


LINES = st.sampled_from(
    [
        "", " ", "# remark", "#. paragraph", "#. heading ", "#: content/a.md:5", "#: a.md b.md:7", "#:  a.md:1",
        "#, fuzzy", '#| msgid "قبل"', '#~ msgid "قديم"', '#~ msgstr "Old"', '#~| msgid "أقدم"', 'msgctxt "title"',
        'msgctxt ""', 'msgid "نص"', 'msgid "a \\"b\\""', 'msgid "a "b""', 'msgid ""', 'msgid  "x"', 'msgid "x" ',
        ' msgid "y"', 'msgid_plural "ys"', 'msgstr[0] "Y"', 'msgstr "Text"', 'msgstr "a\\n"', 'msgstr "C:\\"',
        '"more"', '#~ "more"', "nonsense", "<<<<<<< ours", 'msgstr "\u2067"',
    ]
)  # fmt: skip
MESSAGES = st.builds(
    lambda number, above, text, end: f'{above}msgid "رقم {number}"\nmsgstr "{text}"{end}',
    st.integers(1, 9),
    st.sampled_from(
        ["", "#. paragraph\n#: a.md:7\n", '#. title\nmsgctxt "title"\n', "# remark\n", "#, fuzzy\n"]
    ),
    st.sampled_from(["", "Text", '\\"Text\\"', 'a"b']),
    st.sampled_from(["", "\n", "\n\n", '\n"more"', "\n# remark"]),
)


HEADERS = st.sampled_from(
    [
        HEADER, "", 'msgid ""\nmsgstr ""\n', 'msgid ""\nmsgstr "Language: en\\n"\n"X: y"\n\n', f'{HEADER}"X: \\t"\n',
        f"{HEADER}\n \n", f'{HEADER}"half\n', f"# remark\n{HEADER}", f'{HEADER}"Plural-Forms: nplurals=6\\n"\n\n\n',
        f"{HEADER}{HEADER}",
    ]
)  # fmt: skip


@given(st.lists(MESSAGES | LINES, max_size=8), HEADERS, st.sampled_from(["", "\n"]))
def test_messages_taken_at_once_are_what_their_lines_come_to(
    blocks: list[str], header: str, end: str
) -> None:
    text = header + "\n".join(blocks) + end
    found: list[object] = []
    none = re.compile("(?!)")
    for message, head in ((catalog._MESSAGE, catalog._HEADER), (none, none)):
        said: list[Problem] = []
        with patch.object(catalog, "_MESSAGE", message), patch.object(catalog, "_HEADER", head):
            found.append((catalog.read(text, "a.po", said.append), said))
    assert found[0] == found[1]


def test_what_was_written_is_read_the_same_and_written_the_same() -> None:
    once = write(read(POEDIT))
    assert write(read(once)) == once
    again, before = read(once), read(POEDIT)
    assert [(e.key, e.strings, e.fuzzy, e.previous, e.comments, e.flags) for e in again.entries.values()] == [
        (e.key, e.strings, e.fuzzy, e.previous, e.comments, e.flags) for e in before.entries.values()
    ]
    assert [(e.key, e.strings) for e in again.obsolete.values()] == [
        (e.key, e.strings) for e in before.obsolete.values()
    ]
    assert dict(before.header).items() <= dict(again.header).items()
    assert "python-format" not in once


def test_all_six_plural_forms_survive() -> None:
    text = (
        HEADER
        + f'"Plural-Forms: {plural_forms("ar")}\\n"\n\nmsgid "%(n)s block"\nmsgid_plural "%(n)s blocks"\n'
    )
    text += "".join(f'msgstr[{form}] "ش{form}"\n' for form in range(6))
    found = read(text)
    assert next(iter(found.entries.values())).strings == tuple(f"ش{form}" for form in range(6))
    again = read(po.write(found, language="ar", plural_forms=plural_forms("ar")))
    assert again.entries.keys() == found.entries.keys()
    assert next(iter(again.entries.values())).strings == tuple(f"ش{form}" for form in range(6))
    words = interface.spoken([again], Language("ar", "rtl", "العربية", "ar-EG", "latn"))
    for number, form in ((0, 0), (1, 1), (2, 2), (3, 3), (26, 4), (100, 5), (103, 3)):
        assert words.ngettext("%(n)s block", "%(n)s blocks", number) == f"ش{form}"


@pytest.mark.parametrize(
    ("header", "forms"),
    [
        ("nplurals=2; plural=(n > 1);", "001"),
        ("nplurals = 3 ; plural = n%3", "012"),
        ("nplurals=2;", "101"),
        ("nplurals=2; plural=n;", "101"),
        ("nplurals=2; plural=n%0;", "101"),
        ("nplurals=2; plural=n-1;", "101"),
        ("nplurals=2; plural=(((;", "101"),
        ("nplurals=2; plural=__import__;", "101"),
    ],
)
def test_a_catalogues_own_formula_says_which_form_a_number_takes(header: str, forms: str) -> None:
    text = f'{HEADER}"Plural-Forms: {header}\\n"\n\nmsgid "%(n)s day"\nmsgid_plural "%(n)s days"\n'
    text += "".join(f'msgstr[{form}] "{form}"\n' for form in range(3 if "3" in header else 2))
    words = interface.spoken([read(text)], Language("en", "ltr", "English", "en-GB", "latn"))
    assert "".join(words.ngettext("%(n)s day", "%(n)s days", number) for number in range(3)) == forms


def test_msgfmt_accepts_what_is_written(tmp_path: Path) -> None:
    for name, text in {
        "poedit": write(read(POEDIT)),
        "new": write(merge(None, "نص", 'ق "٪" \\ ق', "س  \nس")),
    }.items():
        path = tmp_path / f"{name}.po"
        path.write_text(text, encoding="utf-8")
        done = subprocess.run(
            ["msgfmt", "-c", "-o", "/dev/null", path], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("path", sorted(Path(__file__).parent.parent.glob("translations/**/*.po")), ids=str)
def test_msgfmt_accepts_the_sites_catalogues(path: Path) -> None:
    done = subprocess.run(
        ["msgfmt", "-c", "-o", "/dev/null", path], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_changed_block_keeps_its_old_translation_as_fuzzy_with_its_source() -> None:
    old = read(HEADER + '\nmsgid "زار الوزير مدينة حلب اليوم"\nmsgstr "The minister visited Aleppo today"\n')
    merged = merge(old, "زار الوزير مدينة حمص اليوم")
    entry = merged.entries[None, "زار الوزير مدينة حمص اليوم"]
    assert (entry.text, entry.fuzzy, entry.previous) == (
        "The minister visited Aleppo today", True, "زار الوزير مدينة حلب اليوم",
    )  # fmt: skip
    assert merged.obsolete == {}


def test_an_outdated_block_that_changes_again_is_still_measured_by_what_was_translated() -> None:
    old = read(HEADER + '\nmsgid "زار الوزير مدينة حلب اليوم"\nmsgstr "Visited"\n')
    twice = merge(merge(old, "زار الوزير مدينة حمص اليوم"), "زار الوزير مدينة حمص أمس")
    assert twice.entries[None, "زار الوزير مدينة حمص أمس"].previous == "زار الوزير مدينة حلب اليوم"


def test_a_removed_block_becomes_obsolete_and_comes_back_with_its_text() -> None:
    old = read(HEADER + '\nmsgid "خبر"\nmsgstr "News"\n\nmsgid "رأي"\nmsgstr "Opinion"\n')
    without = merge(old, "خبر")
    assert [entry.text for entry in without.obsolete.values()] == ["Opinion"]
    back = merge(read(write(without)), "خبر", "رأي")
    assert back.entries[None, "رأي"].text == "Opinion"
    assert not back.entries[None, "رأي"].fuzzy
    assert back.obsolete == {}


def test_one_old_translation_is_offered_to_one_block() -> None:
    old = read(HEADER + '\nmsgid "زار الوزير مدينة حلب اليوم"\nmsgstr "Visited"\n')
    merged = merge(old, "زار الوزير مدينة حمص اليوم", "زار الوزير مدينة حماة اليوم")
    assert [entry.text for entry in merged.entries.values()] == ["Visited", ""]


def test_a_block_unlike_any_other_takes_no_translation() -> None:
    old = read(HEADER + '\nmsgid "زار الوزير مدينة حلب اليوم"\nmsgstr "Visited"\n')
    merged = merge(old, "ارتفعت أسعار القمح في الأسواق العالمية")
    assert [entry.text for entry in merged.entries.values()] == [""]
    assert [entry.text for entry in merged.obsolete.values()] == ["Visited"]


def test_a_title_is_never_taken_for_a_paragraph() -> None:
    old = read(HEADER + '\nmsgctxt "title"\nmsgid "زار الوزير حلب"\nmsgstr "Title"\n')
    assert [entry.text for entry in merge(old, "زار الوزير حلب").entries.values()] == [""]


def test_a_text_that_stands_twice_is_one_message_with_two_places() -> None:
    merged = merge(None, "خبر", "خبر")
    assert [entry.references for entry in merged.entries.values()] == [
        (("content/a.md", 1), ("content/a.md", 2))
    ]


def test_header_fields_with_quotes_and_backslashes_are_written_as_they_were() -> None:
    text = (
        HEADER
        + r'"Last-Translator: A \"B\" <a@example.org>\n"'
        + "\n"
        + r'"X-Path: C:\\new\n"'
        + '\n\nmsgid "a"\nmsgstr "b"\n'
    )
    again = dict(read(write(read(text))).header)
    assert (again["Last-Translator"], again["X-Path"]) == ('A "B" <a@example.org>', r"C:\new")


def test_a_human_translation_beside_a_fuzzy_one_of_its_key_is_kept() -> None:
    old = read(HEADER + '\n#, fuzzy\nmsgid "x"\nmsgstr "MACHINE"\n\n#~ msgid "x"\n#~ msgstr "HUMAN"\n')
    assert "HUMAN" in write(merge(old, "x"))
    assert "HUMAN" in write(merge(read(write(merge(old, "x"))), "x"))


def test_a_fuzzy_entry_comes_back_from_among_the_obsolete_as_fuzzy() -> None:
    old = read(HEADER + '\n#, fuzzy\nmsgid "x"\nmsgstr "MACHINE"\n')
    away = read(write(merge(old)))
    assert [entry.fuzzy for entry in away.obsolete.values()] == [True]
    assert [(entry.text, entry.fuzzy) for entry in merge(away, "x").entries.values()] == [("MACHINE", True)]


def test_comments_of_translators_are_kept_wherever_they_stand() -> None:
    text = (
        HEADER
        + '\n# | a table |\nmsgid "x"\nmsgstr "y"\n\n# asked the author\nmsgid "open"\nmsgstr ""\n\n# the end\n'
    )
    for found in (write(read(text)), write(merge(read(text), "x"))):
        assert "# | a table |" in found
        assert "# asked the author" in found
        assert found.rstrip().endswith("# the end")


@pytest.mark.parametrize("escape", [r"caf\303\251", r"\a", r"\x41", r"\v"])
def test_an_escape_that_would_be_garbled_is_an_error(escape: str) -> None:
    problems: list[Problem] = []
    text = HEADER + f'\nmsgid "x"\nmsgstr "{escape}"\n'
    assert catalog.read(text, "translations/en/a.po", problems.append) is None
    assert [problem.line for problem in problems] == [7]


def test_a_translation_of_spaces_is_none() -> None:
    merged = merge(read(HEADER + '\nmsgid "x"\nmsgstr "  "\n'), "x")
    found = sync.translations(merged.entries, [Segment("paragraph", "x", 1)])
    assert [translation.state for translation in found] == ["missing"]


def unheard(problem: Problem) -> None:
    raise AssertionError(problem)


LONG = "قال العمدة إن الجسر القديم سيبقى مفتوحًا أمام المشاة  طوال الصيف\nحتى نهاية أعمال الصيانة في المدينة."


@pytest.mark.parametrize("obsolete", [False, True])
def test_a_long_former_text_comes_back_as_it_was(obsolete: bool) -> None:
    entry = Entry("نصّ", ("text",), fuzzy=True, previous=LONG)
    one = {entry.key: entry}
    made = Catalogue("a.po", obsolete=one) if obsolete else Catalogue("a.po", entries=one)
    found = catalog.read(po.write(made, language="en", plural_forms=plural_forms("en")), "a.po", unheard)
    assert found
    [again] = (found.obsolete if obsolete else found.entries).values()
    assert again.previous == LONG


@pytest.mark.parametrize("mark", ["#|", "#~|"])
def test_a_former_text_that_was_broken_within_its_quotes_is_read(mark: str) -> None:
    old = "#~ " if mark == "#~|" else ""
    text = (
        f'{HEADER}\n#, fuzzy\n{mark} msgid "قبل\n{mark} ذلك\n{mark} كلّه"\n{old}msgid "نص"\n{old}msgstr "x"\n'
    )
    found = catalog.read(text, "a.po", unheard)
    assert found
    assert [entry.previous for entry in (*found.entries.values(), *found.obsolete.values())] == [
        "قبل ذلك كلّه"
    ]


@pytest.mark.parametrize(
    ("header", "forms"),
    [
        ("plural-forms: nplurals=3; plural=n%3;", "Plural-Forms: nplurals=3; plural=n%3;"),
        ("Plural-Forms: nplurals=INTEGER; plural=EXPRESSION;", f"Plural-Forms: {plural_forms('en')}"),
    ],
)
def test_plural_forms_are_written_as_they_were_read(header: str, forms: str) -> None:
    number = 3 if "3" in header else 2
    strings = "".join(f'msgstr[{index}] "{index}"\n' for index in range(number))
    text = f'{HEADER}"{header}\\n"\n\nmsgid "بند"\nmsgid_plural "بنود"\n{strings}'
    found = catalog.read(text, "a.po", unheard)
    assert found
    written = po.write(found, language="en", plural_forms=plural_forms("en"))
    assert strings in written
    assert written.lower().count("plural-forms") == written.count(f'"{forms}\\n"') == 1


def test_numbers_of_any_length_are_no_hindrance() -> None:
    long = "9" * 5000
    text = f'{HEADER}"Plural-Forms: nplurals={long}; plural=0;\\n"\n\n#: a:{long}\nmsgid "بند"\nmsgstr "x"\n'
    problems: list[Problem] = []
    assert catalog.read(text, "a.po", problems.append) is None
    assert [problem.message for problem in problems] == ["the catalogue claims too many plural forms"]
    assert catalog.read(text.replace(f"={long}", "=1"), "a.po", problems.append)


def test_a_header_that_counts_no_plural_forms_is_refused() -> None:
    problems: list[Problem] = []
    text = f'{HEADER}"Plural-Forms: nplurals=0; plural=0;\\n"\n\nmsgid "بند"\nmsgstr "x"\n'
    assert catalog.read(text, "a.po", problems.append) is None
    assert [str(one) for one in problems] == [
        "a.po:1:1: error: the catalogue claims no plural forms; write their number as nplurals in its header"
    ]
