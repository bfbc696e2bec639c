"""Texts put into the blocks of a tree."""

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element

from markdown.util import AtomicString
from msgspec.structs import replace

from jisr.model import FINISHED, Language, Translation
from jisr.read import marks
from jisr.read.marks import Labels
from jisr.read.markup.body import Body, Unit
from jisr.read.markup.inline import Inline, read_inline


def put_texts(
    body: Body,
    root: Element,
    trees: Mapping[int, list[Element]],
    units: Mapping[int, Sequence[Unit]],
    translations: Sequence[Translation],
    *,
    source: Language,
    labels: Labels,
    hide: bool,
) -> None:
    """Give each block its text in the page's language, with the marks of its state."""
    plain = not body.document.markdown
    words = replace(
        labels,
        awaiting=AtomicString(labels.awaiting),
        outdated=AtomicString(labels.outdated),
        newer=lambda: AtomicString(labels.newer()),
    )

    # Python-Markdown looks for abbreviations in texts that it has read itself.
    at_once = not plain and not body.abbreviations

    def fill(element: Element, text: str) -> None:
        inline = read_inline(text) if at_once else None
        if inline:
            put_into(element, inline)
        else:
            element.text = AtomicString(text) if plain else text

    parents: dict[Element, Element] = {}
    for block, elements in trees.items():
        for unit in units[block]:
            element = elements[unit.index]
            if unit.segment is None:
                element.text = AtomicString(labels.admonition(unit.label))
                continue
            translation = translations[unit.segment]
            if translation.state in FINISHED:
                text = translation.text or ""
                if unit.suffix:
                    element.text = text + unit.suffix
                else:
                    fill(element, text)
                continue
            parents = parents or {child: parent for parent in root.iter() for child in parent}
            if hide and translation.text is None and marks.removable(element, parents):
                marks.remove(element, parents)
            else:
                elements[unit.index] = marks.mark(element, translation, fill, unit.suffix, source, words)
        for element in elements if at_once else ():
            if type(element.text) is str and (inline := read_inline(element.text)) and not inline.elements:
                element.text = AtomicString(element.text)  # figures in a table


def put_into(element: Element, inline: Inline) -> None:
    """Make inline Markdown the text of an element, before its children."""
    element.text = AtomicString(inline.text)
    for index, (tag, link, text, tail) in enumerate(inline.elements):
        child = Element(tag, {"href": link} if link else {})
        # Python-Markdown doesn't scan an AtomicString again.
        child.text, child.tail = AtomicString(text), AtomicString(tail)
        element.insert(index, child)
