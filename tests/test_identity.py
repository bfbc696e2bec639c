"""What is extracted and what is replaced can't disagree: translating each message into itself changes nothing."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown

from jisr.errors import Problem
from jisr.languages import plural_forms
from jisr.read.markup.converter import Converter
from jisr.translate import catalog, po, sync
from tests import bodies

ROOT = Path(__file__).parent.parent
REAL = sorted(
    path
    for pattern in (
        "*.md",
        "docs/*.md",
        "docs/decisions/*.md",
        "content/**/*.md",
        "node_modules/*/README.md",
        "node_modules/@*/*/README.md",
    )
    for path in ROOT.glob(pattern)
)

INLINE = ["نص عادي", "**عريض** و*مائل*", "`شيفرة` هنا", "[صلة](https://example.org/a_b)", "[مرجع]", "[مرجع][]",
          "![صورة](a.png)", "حاشية[^1]", "سطر أول  \nسطر ثان", "سطر\nملفوف", "<bdi>C++</bdi>", "50% done", "a & b",
          "&copy; حق", r"\*نجمة\*", "<https://example.org>", "HTML", "١٢٣", "{نص}", "*[س*](x)", "`` ` ``"]  # fmt: skip
BLOCKS = ["{}", "## {}", "## {} {{: #id .c }}", "> {}", "- {}\n- ثان\n\n    - {}", "1. {}\n\n    فقرة\n2. {}", "{}\n{{: .opening }}",
          "| أ | ب |\n|---|--:|\n| خ | ط |", "مصطلح\n:   {}", "!!! note\n    {}", '!!! tip "عنوان"\n    {}',
          "```\n{}\n```", "    {}", "<div>{}</div>", "---", "<div markdown=\"1\">\n{}\n</div>",
          "[TOC]", "{}\n{{: .pull }}", "<figure class=\"video\" markdown=\"1\">\n{}\n<figcaption markdown=\"span\">{} <small>س</small></figcaption>\n</figure>"]  # fmt: skip
ENDING = "\n\n[^1]: متن {}.\n\n[مرجع]: https://example.org/ref\n\n*[HTML]: لغة\n"

documents = st.builds(
    lambda blocks, note: "\n\n".join(blocks) + ENDING.format(note),
    st.lists(
        st.builds(
            lambda block, a, b: block.replace("{}", a, 1).replace("{}", b),
            st.sampled_from(BLOCKS),
            st.lists(st.sampled_from(INLINE), min_size=1, max_size=3).map(" ".join),
            st.sampled_from(INLINE),
        ),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from(INLINE[:6]),
)

_CONTENTS = re.compile(r"<nav [^>]*class=\"toc\".*?</nav>")


def check_identity(converter: Converter, text: str) -> None:
    """The page in the source language, and the page of messages that went through a PO file."""
    body = bodies.parse(converter, text)
    empty = sync.merge(None, body.segments, path="translations/en/a.po", document="content/a.md")
    same = {s.key: (s.text,) for s in body.segments}
    entries = {key: catalog.Entry(entry.id, same[key], entry.context) for key, entry in empty.entries.items()}
    full = catalog.Catalogue(empty.path, entries=entries)
    text_of_po = po.write(full, language="en", plural_forms=plural_forms("en"))
    problems: list[Problem] = []
    read = catalog.read(text_of_po, full.path, problems.append)
    assert read is not None, problems
    merged = sync.merge(read, body.segments, path=full.path, document="content/a.md")
    translations = list(sync.translations(merged.entries, body.segments))
    assert all(translation.state == "translated" for translation in translations)
    for translation in translations:
        segment = translation.segment
        assert converter.protected(body, segment.text) == converter.protected(body, translation.text or "")
    source = bodies.render(converter, body, bodies.source(body), trusted=True)
    target = bodies.render(converter, body, translations, trusted=True)
    assert [block.html for block in target.blocks] == [block.html for block in source.blocks]
    states = {"source": "translated", None: None}
    assert [block.state for block in target.blocks] == [
        states[block.state or None] for block in source.blocks
    ]


def check_same_as_markdown(converter: Converter, text: str) -> None:
    """What Python-Markdown alone makes of the text, but for what Jisr adds."""
    body = bodies.parse(converter, text)
    ours = bodies.html(bodies.render(converter, body, bodies.source(body), trusted=True))
    markdown = Markdown(
        extensions=["extra", "admonition", "sane_lists"],
        extension_configs={"extra": {"footnotes": {"SEPARATOR": "-", "BACKLINK_TEXT": "↑"}}},
        output_format="html",
    )
    theirs = markdown.convert(text).replace("<p>[TOC]</p>", "")
    ours = _CONTENTS.sub("", ours)
    assert _bare(ours) == _bare(theirs)


def _bare(markup: str) -> list[tuple[str, ...]]:
    """Tokens without what Jisr adds: directions, ids of headings, scrolling tables, isolates."""
    added = ("dir=", "tabindex=", "id=", "title=", "aria-label=", "class=", "style=")
    found: list[tuple[str, ...]] = []
    for token in bodies.tokens(markup):
        if token[0] != "text" and token[1] in ("div", "bdi", "span"):
            continue
        if token[0] == "<":
            token = (*token[:2], *(part for part in token[2:] if not part.startswith(added)))  # noqa: PLW2901
        if token[0] == "text" and found and found[-1][0] == "text":
            found[-1] = ("text", found[-1][1] + token[1])
        else:
            found.append(token)
    return found


CONVERTER = Converter()
"""One for all: bodies are independent of it."""


@given(documents)
def test_messages_translated_into_themselves_change_no_page(text: str) -> None:
    check_identity(CONVERTER, text)


@given(documents)
def test_a_page_is_what_python_markdown_makes_of_it(text: str) -> None:
    check_same_as_markdown(CONVERTER, text)


@pytest.mark.parametrize("path", REAL, ids=lambda path: str(path.relative_to(ROOT)))
def test_real_files_come_out_the_same(path: Path) -> None:
    text = path.read_text(encoding="utf-8").removeprefix("\ufeff")
    if text.startswith("---\n"):
        text = text.split("\n---\n", 1)[1]
    check_identity(CONVERTER, text)
    check_same_as_markdown(CONVERTER, text)


def test_there_are_enough_real_files() -> None:
    assert len(REAL) > 100
