"""Blocks of everyday prose, read and written at once: paragraphs, headings, flat lists and quotations.

A block of which all texts are plain, or have only links, strong and emphasised words, needs none of
Python-Markdown's passes: its HTML is what they would come to (tests/test_prose.py). A table or a picture
among them is left to it, by itself.
"""

import re
from collections.abc import Callable, Sequence
from html import escape
from xml.etree.ElementTree import Element, SubElement

from msgspec import Struct
from msgspec.structs import replace

from jisr.bidi import COULD_RUN, runs_as_html
from jisr.model import FINISHED, Document, Language, Segment, State, Translation
from jisr.read.marks import WRAPPED, Labels
from jisr.read.markup.body import Body, Cell, Unit
from jisr.read.markup.inline import Inline, read_inline
from jisr.read.segments import has_prose, normalise

_PARTS = {"ul": "li", "ol": "li", "blockquote": "p"}
_KINDS = {"heading": "heading", "list": "list item"}
_BETWEEN = re.compile(r"\n(?: *\n)+")
_MORE = ("<", "{", "&", "\t", "\x02", "\x03", "```", "~~~")
"""What can mean something beyond the line that it stands in. To look for each is 20 times as fast as `re`."""

_LINE = r"""(?:(?!\d+\.)[^\W_]|[«"“(])[^\n]*"""
_BLOCK = re.compile(
    rf"""
      (?P<level>\#{{1,6}})[ ]+(?P<heading>{_LINE})(?<![\#\\])
    | (?P<list>-[ ]{_LINE}(?:\n-[ ]{_LINE})*)
    | >[ ](?P<quote>{_LINE})
    | (?P<paragraph>{_LINE}(?:\n{_LINE})*)
    """,
    re.VERBOSE,
)

_APART = re.compile(r"\|[^\n]*(?:\n\|[^\n]*)*|!?\[(?!\^)[^\n]*")
"""Blocks that mean the same wherever they stand, unless one defines something: tables, pictures, links."""


class Part(Struct, frozen=True):
    """A text of a block: what is shown of it, and the new source beside an outdated translation."""

    shown: Inline
    state: State
    newer: Inline | None = None


class Look(Struct, frozen=True):
    """How texts are shown: `resolve` is given the tag and the address of each link, `rtl` is the page's."""

    resolve: Callable[[str, str], str]
    rtl: bool
    source: Language
    labels: Labels


class Prose(Struct, frozen=True):
    """A block and the texts in it: one, or that of each of its parts; none where all are hidden."""

    tag: str
    parts: tuple[Part, ...]
    id: str = ""

    @property
    def text(self) -> str:
        """The words of all of it."""
        return "".join(part.shown.words for part in self.parts)

    def html(self, look: Look) -> str:
        """The block as HTML."""
        if not self.parts:
            return ""
        inside = _PARTS.get(self.tag)
        if inside is None:
            return write_part(self.tag, self.parts[0], f' id="{escape(self.id)}"' if self.id else "", look)
        inner = "".join([f"{write_part(inside, part, '', look)}\n" for part in self.parts])
        return f"<{self.tag}>\n{inner}</{self.tag}>"


def parse_prose(document: Document, parse: Callable[[Document], Body | None]) -> Body | None:
    """The body of a text that is prose, but for blocks that `parse` reads; None for any other."""
    text = document.body
    if any(more in text for more in _MORE):
        return None
    root = Element("div")
    segments: list[Segment] = []
    units: list[Unit] = []
    flat: dict[int, tuple[int, ...]] = {}
    tables: dict[int, tuple[str | Cell, ...]] = {}
    before = ""
    done = len(text) - len(text.lstrip("\n"))
    line = document.line + done + 1
    body = text.rstrip()
    while done < len(body):
        gap = _BETWEEN.search(body, done)
        end = gap.start() if gap else len(body)
        found = _BLOCK.fullmatch(body, done, end)
        block, first = len(root), len(segments)
        if found:
            if found.lastgroup == before and before in ("list", "quote"):
                return None  # two that follow each other are one to Markdown
            before = str(found.lastgroup)
            top, texts = _element(found)
            inner = 1 if len(top) else 0
            root.append(top)
            kind = _KINDS.get(before, "paragraph")
            for index, words in enumerate(texts):
                if not has_prose(words):
                    return None
                units.append(Unit(block, index + inner, first + index))
                segments.append(Segment(kind, normalise(words), line + index))
            flat[block] = tuple(range(first, len(segments)))
        else:
            alone = text[done:end] + text[end:].partition("\n")[0]  # with the spaces that `body` lacks
            if not _APART.fullmatch(alone) or "]:" in alone:
                return None
            part = parse(replace(document, body=alone, line=line - 1))
            if part is None:
                return None
            before = ""
            root.extend(part.root)
            segments += part.segments
            for unit in part.units:
                number = None if unit.segment is None else first + unit.segment
                units.append(replace(unit, block=block + unit.block, segment=number))
            for inside, numbers in part.flat.items():
                flat[block + inside] = tuple([first + number for number in numbers])
            for inside, pieces in part.tables.items():
                tables[block + inside] = tuple([_counted_from(first, piece) for piece in pieces])
        after = gap.end() if gap else end
        line += body.count("\n", done, after)
        done = after
    return Body(document, root, tuple(segments), tuple(units), flat, tables)


def _counted_from(first: int, piece: str | Cell) -> str | Cell:
    """A cell whose segment is counted from another one, or markup."""
    if isinstance(piece, str) or piece.segment is None:
        return piece
    return replace(piece, segment=first + piece.segment)


def _element(found: re.Match[str]) -> tuple[Element, list[str]]:
    """A block's element, and the texts in it."""
    if heading := found["heading"]:
        return Element(f"h{len(found['level'])}"), [heading]
    if quote := found["quote"]:
        top = Element("blockquote")
        SubElement(top, "p")
        return top, [quote]
    if items := found["list"]:
        top = Element("ul")
        texts = [item[2:] for item in items.split("\n")]
        for _ in texts:
            SubElement(top, "li")
        return top, texts
    return Element("p"), [found["paragraph"]]


def flat_blocks(root: Element, units: Sequence[Unit]) -> dict[int, tuple[int, ...]]:
    """The blocks of a tree that hold nothing but texts: the numbers of their segments, by the blocks'."""
    inside: list[list[Unit]] = [[] for _ in root]
    for unit in units:
        inside[unit.block].append(unit)
    found = {}
    for block, top in enumerate(root):
        part = _PARTS.get(top.tag)
        tag, elements = (part, list(top)) if part else (top.tag, [top])
        plain = not top.attrib and not any(len(e) or e.attrib or e.tag != tag for e in elements)
        numbers = tuple([u.segment for u in inside[block] if u.segment is not None and not u.suffix])
        if plain and (part or tag in WRAPPED) and len(numbers) == len(inside[block]) == len(elements):
            found[block] = numbers
    return found


def read_prose(
    tag: str, numbers: Sequence[int], translations: Sequence[Translation], *, hide: bool
) -> Prose | None:
    """A flat block in the language of its translations; None where there is more to it than prose.

    With `hide`, texts without a translation are left out.
    """
    parts = []
    for number in numbers:
        part = read_part(translations[number])
        if part is None:
            return None
        if translations[number].text is not None or not hide:
            parts.append(part)
    return Prose(tag, tuple(parts))


def read_part(translation: Translation) -> Part | None:
    """A text in the language of its translation; None where there is more to it than prose."""
    text, state = translation.text, translation.state
    shown = read_inline(translation.segment.text if text is None else text)
    newer = read_inline(translation.segment.text) if state == "outdated" else None
    if shown is None or (newer is None and state == "outdated"):
        return None
    return Part(shown, state, newer)


def write_part(tag: str, part: Part, own: str, look: Look, kind: str = "") -> str:
    """A text in its element, perhaps of a class `kind`, with a mark for want of a translation that holds."""
    if part.state in FINISHED:
        own = f' class="{kind}"' if kind else own
        return f"<{tag}{own}>{_html(part.shown, look.resolve, rtl=look.rtl)}</{tag}>"
    direction, lang = f' dir="{look.source.direction}"', f' lang="{look.source.code}"'
    of_source = look.source.direction == "rtl"
    newer = ""
    if part.newer is not None:
        words = _html(part.newer, look.resolve, rtl=of_source)
        newer = (
            f'<details class="newer">\n<summary>{_label(look.labels.newer(), rtl=look.rtl)}</summary>\n'
            f"<p{direction}{lang}>{words}</p>\n</details>\n"
        )
    if part.state == "missing":
        state, label, rtl = "awaiting", look.labels.awaiting, of_source
    else:
        state, label, rtl, direction, lang = "outdated", look.labels.outdated, look.rtl, "", ""
    label, shown = _label(label, rtl=look.rtl), _html(part.shown, look.resolve, rtl=rtl)
    if tag in WRAPPED:
        return (
            f'<div class="{state}">\n<p class="status">{label}</p>\n'
            f"<{tag}{direction}{own}{lang}>{shown}</{tag}>\n{newer}</div>"
        )
    return (
        f'<{tag} class="{f"{kind} {state}" if kind else state}"><span class="status">{label}</span> '
        f"<span{direction}{lang}>{shown}</span>{newer}</{tag}>"
    )


def _label(text: str, *, rtl: bool) -> str:
    return runs_as_html(text, quote=False) if rtl else escape(text, quote=False)


def _html(inline: Inline, resolve: Callable[[str, str], str], *, rtl: bool) -> str:
    # What is read at once has no character that HTML would take for its own.
    html = _runs(inline.text) if rtl else inline.text
    for tag, link, text, tail in inline.elements:
        address = f' href="{escape(resolve(tag, link))}"' if link else ""
        html += (
            f"<{tag}{address}>{_runs(text)}</{tag}>{_runs(tail)}"
            if rtl
            else f"<{tag}{address}>{text}</{tag}>{tail}"
        )
    return html


def _runs(text: str) -> str:
    return runs_as_html(text, quote=False) if COULD_RUN.search(text) else text
