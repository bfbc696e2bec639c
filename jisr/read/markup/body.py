"""The values between parsing and rendering a body."""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

from msgspec import Struct, field

from jisr.model import Block, Document, Heading, Segment
from jisr.read.markup.inline import Inline


class Unit(Struct, frozen=True):
    """A place in the tree: the text of the element that comes `index`-th in the top-level block `block`.

    Its text is that of segment number `segment`, or one of the theme's words, `label`.
    """

    block: int
    index: int
    segment: int | None
    label: str = ""
    suffix: str = ""


class Cell(Struct, frozen=True):
    """A cell of a table with its class: the text of segment number `segment`, or one without a letter."""

    tag: str
    kind: str
    segment: int | None
    text: Inline | None


class Body(Struct, frozen=True):
    """A parsed body: its blocks as a tree, and the segments in reading order, repeated ones too.

    `flat` has the numbers of the segments in each block that holds nothing else (`prose.py`), by its number;
    for those that are tables, `tables` has what they consist of (`tables.py`).
    """

    document: Document
    root: Element
    segments: tuple[Segment, ...]
    units: tuple[Unit, ...] = ()
    flat: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    tables: Mapping[int, tuple[str | Cell, ...]] = field(default_factory=dict)
    references: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    footnotes: Mapping[str, str] = field(default_factory=dict)
    abbreviations: Mapping[str, int] = field(default_factory=dict)
    stash: tuple[Any, ...] = ()
    code: int = 0
    """The stash's first `code` entries are fenced code, the rest is raw HTML."""


class RenderedBody(Struct, frozen=True):
    """A body in one language.

    `ids` are the headings', to be given to the other languages; `raw` are the pieces of HTML that were met:
    fenced code, whose tags may carry attributes, and raw HTML.
    """

    blocks: tuple[Block, ...]
    toc: tuple[Heading, ...]
    ids: tuple[str, ...]
    raw: tuple[str, ...] = ()
