"""Tables whose cells hold nothing but texts, written at once.

Python-Markdown reads them. Their markup is the same in all languages: its passes over the cells, in each of
them, took longer than those for a page of paragraphs (docs/decisions/0011-everyday-prose.md).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import count
from xml.etree.ElementTree import Element

from msgspec import Struct

from jisr.model import Translation
from jisr.read.marks import ALIGN_CLASS, SCROLL
from jisr.read.markup.body import Cell, Unit
from jisr.read.markup.inline import read_inline
from jisr.read.markup.prose import Look, Part, read_part, write_part

_BEGIN = "<div{}>\n".format("".join(f' {name}="{value}"' for name, value in SCROLL.items()))

_KINDS = frozenset(["", *ALIGN_CLASS.values()])
"""The classes that a cell may have."""

_ROWS = frozenset({"table", "thead", "tbody", "tr"})


class _Other(Exception):  # noqa: N818  # it isn't an error
    """There is more to a table than cells with texts."""


class Table(Struct, frozen=True):
    """A table in one language: the markup that stays as it is, and its cells with their texts."""

    pieces: tuple[str | tuple[Cell, Part], ...]

    def html(self, look: Look) -> str:
        """The table as HTML."""
        return "".join(
            [
                piece
                if isinstance(piece, str)
                else write_part(piece[0].tag, piece[1], "", look, piece[0].kind)
                for piece in self.pieces
            ]
        )


def tables_of(root: Element, units: Sequence[Unit]) -> dict[int, tuple[str | Cell, ...]]:
    """What the blocks of a tree that are such tables consist of: markup, and cells."""
    found = {}
    for block, top in enumerate(root):
        if top.attrib == SCROLL:
            own = {unit.index: unit for unit in units if unit.block == block}
            with suppress(_Other):
                _, *pieces, _ = _pieces(top, count(), own)
                found[block] = (_BEGIN, *pieces, "</div>")
    return found


def segments_of(pieces: Iterable[str | Cell]) -> tuple[int, ...]:
    """The numbers of the segments in a table."""
    cells = [piece for piece in pieces if not isinstance(piece, str)]
    return tuple([cell.segment for cell in cells if cell.segment is not None])


def _pieces(element: Element, place: Iterator[int], units: Mapping[int, Unit]) -> Iterator[str | Cell]:
    unit = units.get(next(place))
    if element.tag in ("th", "td"):
        yield _cell(element, unit)
        yield "\n"
        return
    inside = list(element)
    loose = (element.text or "").strip() or any((child.tail or "").strip() for child in inside)
    if unit or loose or not (element.tag == "div" or (element.tag in _ROWS and not element.attrib)):
        raise _Other
    yield f"<{element.tag}>\n" if inside else f"<{element.tag}>"
    for child in inside:
        yield from _pieces(child, place, units)
    yield f"</{element.tag}>\n"


def _cell(element: Element, unit: Unit | None) -> Cell:
    text = None if unit else read_inline(element.text or "")
    known = unit.segment is not None and not unit.suffix if unit else text and not text.elements
    kind = element.get("class", "")  # an attribute list can say whatever it likes
    if not known or len(element) or element.attrib.keys() - {"class"} or kind not in _KINDS:
        raise _Other
    return Cell(element.tag, kind, unit.segment if unit else None, text)


def read_table(pieces: Sequence[str | Cell], translations: Sequence[Translation]) -> Table | None:
    """A table in the language of its translations; None where one of them is more than is read at once."""
    found: list[str | tuple[Cell, Part]] = []
    for piece in pieces:
        if isinstance(piece, str):
            found.append(piece)
            continue
        part = Part(piece.text, "source") if piece.text else read_part(translations[piece.segment or 0])
        if part is None:
            return None
        found.append((piece, part))
    return Table(tuple(found))
