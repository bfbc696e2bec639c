"""What is read of inline Markdown at once is what Python-Markdown makes of it."""

from xml.etree.ElementTree import Element

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown import Markdown

from jisr.read.markup.fill import put_into
from jisr.read.markup.inline import read_inline

MARKDOWN = Markdown(extensions=["extra", "admonition", "sane_lists"], output_format="html")
PIECES = (
    "نص", "word", " ", "**قوي**", "*مائل*", "**a b**", "*", "**", "***", "_", "_x_", "[رابط](/a/)", "[b](https://e.org/?a=1&b=2#c)",
    "[c](x_y_z.md)", "[d](a*b)", "[", "]", "(", ")", "!", "[^1]", "`", "&amp;", "&", "<b>", "\\", "{.x}", "'", '"', "~", "^", ":", "http://a.b/",
    "[e](u 'v')", "[f]()", "\u200f", "5 * 3", "-",
)  # fmt: skip


def html(text: str) -> str:
    """What is read at once, as HTML."""
    inline = read_inline(text)
    assert inline is not None
    root = Element("div")
    paragraph = Element("p")
    root.append(paragraph)
    put_into(paragraph, inline)
    return MARKDOWN.serializer(paragraph)


@settings(max_examples=2000)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join))
def test_what_is_read_at_once_is_what_python_markdown_makes_of_it(text: str) -> None:
    text = text.strip()
    if text[:1] in ("", "-") or read_inline(text) is None:
        return
    MARKDOWN.reset()
    assert html(text) == MARKDOWN.convert(text)


@pytest.mark.parametrize(
    "text", ["نص", "قال **قوي** و*مائل*.", "في [رابط](/a/), و[آخر](b_c.md)!", "**a** *b* [c](d)"]
)
def test_everyday_prose_is_read_at_once(text: str) -> None:
    assert read_inline(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "`كود`",
        "***x***",
        "**a *b* c**",
        "[**a**](b)",
        "![x](y)",
        "[x][y]",
        "[^1]",
        "a_b",
        "<b>x</b>",
        "[x](y 'z')",
        "a\nb",
        "x{.y}",
        "&copy;",
        "\\*",
        "5 * 3",
    ],
)
def test_the_rest_is_left_to_python_markdown(text: str) -> None:
    assert read_inline(text) is None
