"""Prose written at once is what the passes over the tree make of it."""

from itertools import cycle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jisr.model import State, Translation
from jisr.read.markup import converter as converting
from jisr.read.markup import fill as filling
from jisr.read.markup import render as rendering
from jisr.read.markup.converter import Converter
from jisr.read.markup.prose import parse_prose
from tests import bodies

CONVERTER = Converter()
WORDS = (
    "نص",
    "قال **قوي** 16% و*مائل*.",
    "[رابط](/a/) C++",
    "word",
    "`كود`",
    "[^1]",
    "0100-123-4567",
    "a & b",
    "قال [x](b_c.md)!",
    "قال \"نعم\" و'لا' @x.",
)
STATES: list[tuple[State, ...]] = [
    ("source",), ("translated",), ("missing",), ("translated", "missing"), ("outdated",), ("outdated", "missing"),
]  # fmt: skip
STARTS = (
    "",
    " ",
    "1. ",
    "1 ",
    "«",
    "*",
    "_",
    "# ",
    "#",
    "> ",
    "- ",
    "-",
    ": ",
    "!!! ",
    "    ",
    "---",
    "===",
    "|",
    "[x]: ",
    "*[x]: ",
    "\\",
    "٣. ",
    "+ ",
)
BLOCKS = (
    "{}",
    "{}\n{}",
    "{}  \n{}",
    "## {}",
    "- {}\n- {}",
    "1. {}\n2. {}",
    "> {}",
    "> ## {}",
    "- {}\n    - {}",
    "| {} | 28% |\n|---|--:|\n| {} | 1 |",
    "| {} | **7** |\n|:-:|---|\n| | C++ |\n| 25% {} | |",
    "{} | {}\n---|---",
    "| {} | {} |",
    "![{}](/a.png)",
    "[{}](/a/) {}",
    "[TOC]",
    "- {}\n\n- {}",
    "{} {{.x}}",
    "{}: x\n: {}",
    "3. {}",
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Bodies of prose, and of what is nearly prose."""
    words = st.sampled_from(WORDS)
    blocks = draw(st.lists(st.sampled_from(BLOCKS), min_size=1, max_size=5))
    text = "\n\n".join(block.format(*(draw(words) for _ in range(block.count("{}")))) for block in blocks)
    return f"{text}\n\n[^1]: حاشية\n" if draw(st.booleans()) else text


@given(documents(), st.sampled_from(STATES), st.sampled_from(WORDS), st.booleans(), st.booleans())
def test_prose_written_at_once_is_what_the_tree_gives(
    text: str, states: tuple[State, ...], words: str, english: bool, hide: bool
) -> None:
    body = bodies.parse(CONVERTER, text)
    shown = {"source": None, "translated": None, "outdated": words}
    translations = [
        Translation(segment, None if here == "missing" else shown[here] or segment.text, here)
        for segment, here in zip(body.segments, cycle(states), strict=False)
    ]
    at_once = bodies.render(CONVERTER, body, translations, english=english, hide=hide)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "read_prose", lambda *_, **__: None)
        patch.setattr(rendering, "read_table", lambda *_: None)
        patch.setattr(filling, "read_inline", lambda _: None)
        by_tree = bodies.render(CONVERTER, body, translations, english=english, hide=hide)
    assert at_once == by_tree


@settings(max_examples=1000)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(BLOCKS),
            st.lists(st.tuples(st.sampled_from(STARTS), st.sampled_from(WORDS)), min_size=2, max_size=2),
            st.sampled_from(["\n\n", "\n", "\n  \n", "\n\n\n", " \n\n", " #\n\n"]),
        ),
        max_size=5,
    )
)
def test_a_body_read_at_once_is_what_python_markdown_reads(parts: list[Any]) -> None:
    text = "".join(block.format(*("".join(pair) for pair in words)) + end for block, words, end in parts)
    at_once = parse_prose(bodies.document(text), CONVERTER._parse_apart)
    if at_once is None:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(converting, "parse_prose", lambda *_: None)
        body = bodies.parse(CONVERTER, text)
    assert at_once.segments == body.segments
    assert at_once.units == body.units
    assert bodies.render(CONVERTER, at_once, bodies.source(body)) == bodies.render(
        CONVERTER, body, bodies.source(body)
    )


@pytest.mark.parametrize(
    "text",
    ["نص\n\n## عنوان\n\n- أ\n- ب\n\n> قال «نعم»\n\nخاتمة [رابط](/a/) و`كود`.\n", "\n\n«قال»\n  \nثم\nقال\n"],
)
def test_everyday_prose_is_read_at_once(text: str) -> None:
    assert parse_prose(bodies.document(text), lambda _: None)


def test_a_table_of_texts_is_written_at_once() -> None:
    body = bodies.parse(CONVERTER, "| اسم | رقم |\n|---|--:|\n| **أ** [ب](/a/) | 28% |\n| | C++ |")
    assert list(body.tables) == [0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Converter, "framework", None)
        blocks = bodies.render(CONVERTER, body, bodies.source(body)).blocks
    assert '<td><strong>أ</strong> <a href="/a/">ب</a></td>\n<td class="align-end"><bdi' in blocks[0].html


@pytest.mark.parametrize(
    "cell", ["`كود`", "<b>أ</b>", "أ {.x}", "أ { class='x\">' }", "![ص](/a.png)", "1[^1]"]
)
def test_a_table_with_more_in_it_is_left_to_python_markdown(cell: str) -> None:
    body = bodies.parse(CONVERTER, f"| اسم | {cell} |\n|---|---|\n| أ | {cell} |\n\n[^1]: حاشية")
    at_once = bodies.render(CONVERTER, body, bodies.source(body))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "read_table", lambda *_: None)
        assert bodies.render(CONVERTER, body, bodies.source(body)) == at_once


@pytest.mark.parametrize(
    "text",
    [
        "سطر\n- وسطر",
        "- أ\n\n- ب",
        "> أ\n\n> ب",
        "نص {.x}",
        "1. أ",
        "أ\n\n    كود",
        "<b>أ</b>",
        "[x]: /a",
        "```\nأ\n```",
        "## أ #",
        ": أ",
    ],
)
def test_the_rest_is_left_to_python_markdown(text: str) -> None:
    assert parse_prose(bodies.document(text), CONVERTER._parse_apart) is None
