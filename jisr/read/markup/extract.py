"""A tree of blocks → its segments and their places in it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown.extensions.attr_list import AttrListTreeprocessor, isheader
from markdown.extensions.footnotes import NBSP_PLACEHOLDER
from markdown.util import HTML_PLACEHOLDER_RE, STX, AtomicString

from jisr.model import Document, Segment
from jisr.read import marks
from jisr.read.markup.body import Body, Unit
from jisr.read.markup.prose import flat_blocks
from jisr.read.markup.tables import segments_of, tables_of
from jisr.read.segments import expand_references, has_prose, normalise

_KINDS = {
    "p": "paragraph", "li": "list item", "td": "table cell", "th": "table heading", "dt": "term",
    "dd": "definition", "figcaption": "caption",
} | {f"h{level}": "heading" for level in range(1, 7)}  # fmt: skip
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")


def extract(
    document: Document,
    root: Element,
    *,
    attributes: AttrListTreeprocessor,
    references: Mapping[str, tuple[str, str]],
    footnotes: Mapping[str, str],
    abbreviations: Mapping[str, str],
    stash: Sequence[Any],
    code: int,
) -> Body:
    """The body of a parsed tree, whose elements lose their trailing attribute lists to attributes.

    `stash` is what Python-Markdown put aside, fenced code first, `code` pieces of it.
    """
    segments: list[Segment] = []
    units: list[Unit] = []
    position = 0
    _wrap_loose_text(root)
    places = ((b, i, element) for b, top in enumerate(root) for i, element in enumerate(top.iter()))
    for block, index, element in places:
        text = element.text
        if (
            not text
            or not text.strip()
            or isinstance(text, AtomicString)
            or element.tag in ("pre", "code", "a")
        ):
            continue
        if index == 0 and element.tag == "p" and text.strip() == marks.CONTENTS:
            marks.place_contents(element)
            continue
        text = _take_attributes(element, text, attributes)
        suffix = ""
        if text.endswith(NBSP_PLACEHOLDER):
            text, suffix = text.removesuffix(NBSP_PLACEHOLDER), NBSP_PLACEHOLDER
        label = _default_title(element, text)
        if label:
            units.append(Unit(block, index, None, label))
            continue
        begins = text.strip().split("\n", 1)[0].split(STX, 1)[0]
        at = document.body.find(begins, position)
        # Footnotes stand at the tree's end, wherever they were written: those are behind the cursor.
        if at >= 0:
            position = _end(document.body, at + len(begins), 0 if STX in text else text.strip().count("\n"))
        else:
            at = document.body.find(begins)
        raw = _restore(text, stash, code)
        if raw is None or not has_prose(raw):
            element.text = text + suffix
            continue
        message = expand_references(normalise(raw), references)
        units.append(Unit(block, index, len(segments), "", suffix))
        segments.append(Segment(_KINDS.get(element.tag, element.tag), message, _line(document, at)))
    titles = {}
    for short, title in abbreviations.items():
        titles[short] = len(segments)
        segments.append(Segment("abbreviation", title, _line(document, document.body.find(f"*[{short}]"))))
    # Python-Markdown looks for abbreviations in texts that it has read itself.
    flat = {} if abbreviations else flat_blocks(root, units)
    tables = {} if abbreviations else tables_of(root, units)
    return Body(
        document=document,
        root=root,
        segments=tuple(segments),
        units=tuple(units),
        flat=flat | {block: segments_of(pieces) for block, pieces in tables.items()},
        tables=tables,
        references=dict(references),
        footnotes=dict(footnotes),
        abbreviations=titles,
        stash=tuple(stash),
        code=code,
    )


def plain(document: Document) -> Body:
    """A text without Markdown: paragraphs between blank lines."""
    root = Element("div")
    segments: list[Segment] = []
    units: list[Unit] = []
    position = 0
    for number, text in enumerate(part for part in _PARAGRAPHS.split(document.body.strip()) if part):
        position = document.body.index(text, position)
        SubElement(root, "p").text = AtomicString(text)
        units.append(Unit(number, 0, number))
        segments.append(Segment("paragraph", normalise(text), _line(document, position)))
    return Body(document, root, tuple(segments), tuple(units))


def _take_attributes(element: Element, text: str, attributes: AttrListTreeprocessor) -> str:
    """Give a block its trailing attribute list now: it belongs to the block, not to the message."""
    in_line = isheader(element) or element.tag in ("dt", "td", "th")
    found = (attributes.HEADER_RE if in_line else attributes.BLOCK_RE).search(text)
    if not found or attributes.assign_attrs(element, found[1], strict=True):
        return text
    text = text[: found.start()]
    return text.rstrip("#").rstrip() if isheader(element) else text


def _wrap_loose_text(root: Element) -> None:
    """Put raw text between blocks into a <span>, to be translated as they are."""
    for parent in list(root.iter()):
        for index in range(len(parent) - 1, -1, -1):
            child = parent[index]
            if child.tail and child.tail.strip() and parent.tag not in ("p", "pre", "code"):
                span = Element("span")
                span.text, child.tail = child.tail, None
                parent.insert(index + 1, span)


def _default_title(element: Element, text: str) -> str:
    """The title that an admonition has of itself, "Note", or nothing."""
    if element.get("class") != "admonition-title":
        return ""
    return text if text in marks.ADMONITIONS else ""


def _restore(text: str, stash: Sequence[Any], code: int) -> str | None:
    """The text with its raw HTML put back, or None where it holds a block of code or of elements."""
    if STX not in text:
        return text
    if not HTML_PLACEHOLDER_RE.sub("", text).strip():
        return None
    for found in HTML_PLACEHOLDER_RE.finditer(text):
        index = int(found[1])
        if index < code or not isinstance(stash[index], str):
            return None
    restored = HTML_PLACEHOLDER_RE.sub(lambda found: stash[int(found[1])], text)
    return None if STX in restored else restored


def _end(body: str, position: int, lines: int) -> int:
    """Where a text ends, so many lines below the one in which a position is; else that position."""
    for _ in range(lines):
        position = body.find("\n", position) + 1 or len(body)
    end = body.find("\n", position) if lines else position
    return end if end >= 0 else len(body)


def _line(document: Document, index: int) -> int:
    return document.line + document.body.count("\n", 0, max(index, 0)) + 1
