"""The rules of what a message is. A change here orphans translators' work."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jisr.read.markup.converter import Converter
from jisr.read.segments import expand_references, has_prose, normalise
from tests import bodies


def messages(text: str) -> list[tuple[str, str]]:
    """Kind and msgid of each message of a body."""
    return [(segment.kind, segment.text) for segment in bodies.parse(Converter(), text).segments]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("نص `x`\nنص\n\nنص\n\nنص", [1, 4, 6]),
        ("كلمة `x`\n" + "a\tb\tc\td\n" * 9 + "\nسطر\n\nثم `c`\n\nسطر\n", [1, 12, 14, 16]),
    ],
)
def test_a_text_that_stands_elsewhere_too_keeps_its_line(text: str, lines: list[int]) -> None:
    assert [segment.line for segment in bodies.parse(Converter(), text).segments] == lines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("فقرة أولى.\n\nفقرة ثانية.", [("paragraph", "فقرة أولى."), ("paragraph", "فقرة ثانية.")]),
        ("سطر\nملفوف\n  هنا", [("paragraph", "سطر ملفوف هنا")]),
        ("سطر أول  \nسطر ثان", [("paragraph", "سطر أول  \nسطر ثان")]),
        ("## عنوان فرعي ##", [("heading", "عنوان فرعي")]),
        ("## عنوان {: #here .big }", [("heading", "عنوان")]),
        ("فقرة.\n{: .opening }", [("paragraph", "فقرة.")]),
        ("- أول\n- ثان\n    - داخلي", [("list item", "أول"), ("list item", "ثان"), ("list item", "داخلي")]),
        ("- أول\n\n    تتمة\n\n- ثان", [("paragraph", "أول"), ("paragraph", "تتمة"), ("paragraph", "ثان")]),
        ("> قول\n>\n> > داخلي", [("paragraph", "قول"), ("paragraph", "داخلي")]),
        ("| أ | ب |\n|---|---|\n| ١ | نص |", [("table heading", "أ"), ("table heading", "ب"), ("table cell", "نص")]),
        ("مصطلح\n:   شرحه", [("term", "مصطلح"), ("definition", "شرحه")]),
        ("!!! note\n    تنبيه", [("paragraph", "تنبيه")]),
        ('!!! note "عنوان"\n    تنبيه', [("paragraph", "عنوان"), ("paragraph", "تنبيه")]),
        ("نص[^1].\n\n[^1]: حاشية.", [("paragraph", "نص[^1]."), ("paragraph", "حاشية.")]),
        ("نص HTML.\n\n*[HTML]: لغة", [("paragraph", "نص HTML."), ("abbreviation", "لغة")]),
        ("`code`", []),
        ("```\nprint('نص')\n```", []),
        ("    مزاح", []),
        ("<div>خام</div>", []),
        ("***", []),
        ("2023-10-16", []),
        ("<https://example.org/نص>", []),
        ("![](a.png)", []),
        ("![جسر](a.png)", [("paragraph", "![جسر](a.png)")]),
        ("نص <b>عريض</b>", [("paragraph", "نص <b>عريض</b>")]),
        ("<figure markdown=\"1\">\n![جسر](a.png)\n<figcaption markdown=\"span\">تعليق</figcaption>\n</figure>",
         [("paragraph", "![جسر](a.png)"), ("caption", "تعليق")]),
        ("[مرجع] و[مرجع][] و[نص][مرجع]\n\n[مرجع]: https://example.org",
         [("paragraph", "[مرجع][مرجع] و[مرجع][مرجع] و[نص][مرجع]")]),
    ],
)  # fmt: skip
def test_blocks_become_messages_by_these_rules(text: str, expected: list[tuple[str, str]]) -> None:
    assert messages(text) == expected


def test_plain_text_is_paragraphs_and_no_markdown() -> None:
    body = bodies.parse(Converter(), "سطر *أول*\nملفوف\n\n# ليس عنوانا", markdown=False)
    assert [segment.text for segment in body.segments] == ["سطر *أول* ملفوف", "# ليس عنوانا"]
    page = bodies.html(bodies.render(Converter(), body, bodies.source(body)))
    assert page == "<p>سطر *أول* ملفوف</p>\n<p># ليس عنوانا</p>"


def test_a_message_knows_its_line() -> None:
    text = "أول\n\nثان\nملفوف\n\n- بند\n- أول\n\nنص[^1]\n\n[^1]: حاشية\n\n| خلية |\n|---|\n| أخرى |\n"
    found = {segment.text: segment.line for segment in bodies.parse(Converter(), text).segments}
    assert found == {"أول": 7, "ثان ملفوف": 3, "بند": 6, "نص[^1]": 9, "خلية": 13, "أخرى": 15, "حاشية": 11}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[x]", "[x][x]"),
        ("[x][]", "[x][x]"),
        ("[X][]", "[X][X]"),
        ("[x][y]", "[x][y]"),
        ("[x](y)", "[x](y)"),
        ("[z]", "[z]"),
        (r"\[x]", r"\[x]"),
        ("`[x]`", "`[x]`"),
        ("![x]", "![x][x]"),
        ("[x]: [x]", "[x][x]: [x][x]"),
        ("[a][x]", "[a][x]"),
        ("[[x]]", "[[x][x]]"),
    ],
)
def test_short_references_are_written_out(text: str, expected: str) -> None:
    assert expand_references(text, {"x", "y"}) == expected


@pytest.mark.parametrize("text", ["`كود`", "``a`b``", "<b></b>", "https://example.org/a", "[^نص]", "&nbsp;", "١٢ - 13",
                                  "me@example.org", "!?…", "![](صورة.png)"])  # fmt: skip
def test_what_has_no_letter_outside_code_and_addresses_is_no_prose(text: str) -> None:
    assert not has_prose(text)


@given(st.text(alphabet="اب \n\t*`[]", max_size=60))
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert not once.startswith(" ")
    assert not once.endswith((" ", "\n"))
