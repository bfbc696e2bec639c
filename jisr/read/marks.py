"""The marks that a tree of blocks carries: states of translation, direction, tables that scroll.

Works on elements alone, before and after Python-Markdown's inline pass.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from xml.etree.ElementTree import Element, SubElement

from msgspec import Struct

from jisr.bidi import COULD_RUN, LTR_RUN
from jisr.model import Language, Translation

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

WRAPPED = HEADINGS | {"p"}
"""Blocks that can't hold a label or a <details>: these stand in a <div> together."""

CONTENTS = "[TOC]"
"""A paragraph that stands for the page's headings, as in Python-Markdown's extension toc."""

ADMONITIONS = ("Note", "Tip", "Important", "Warning", "Caution", "Danger", "Attention", "Hint", "Error")
"""The titles that admonitions have of themselves."""

SCROLL = {"class": "table-scroll", "tabindex": "0"}
"""Of the <div> around a table, which a keyboard can scroll too."""

ALIGN_CLASS = {"left": "align-start", "center": "align-center", "right": "align-end"}

_REMOVABLE = WRAPPED | {"li", "ul", "ol", "blockquote", "div", "figure", "figcaption"}
_ALIGN = re.compile(r"text-align:\s*(left|center|right)")
_OPAQUE = frozenset({"pre", "code", "kbd", "samp", "bdi", "bdo"})


class Labels(Struct, frozen=True):
    """The theme's words in a body, in the page's language."""

    awaiting: str
    outdated: str
    newer: Callable[[], str]
    contents: str
    backlink: Callable[[str], str]
    admonition: Callable[[str], str]


def place_contents(element: Element) -> None:
    """Make the paragraph that asks for a table of contents the place for it."""
    element.clear()
    element.tag = "nav"
    element.set("class", "toc")


def fill_contents(
    root: Element, headings: Iterable[tuple[str, str, str, Mapping[str, str]]], label: str
) -> None:
    """Put the headings into the places for a table of contents; take away one that would stay empty.

    Of each heading: its element, its id, its words, its attributes.
    """
    listed = list(headings)
    for nav in [top for top in root if top.tag == "nav" and top.get("class") == "toc" and not len(top)]:
        if not listed:
            root.remove(nav)
            continue
        nav.set("aria-label", label)
        nav.text = None
        entries = SubElement(nav, "ol")
        for tag, id_, words, attributes in listed:
            item = SubElement(entries, "li", {"class": f"level-{tag[1]}"})
            link = SubElement(item, "a", {"href": f"#{id_}"})
            own = {name: attributes[name] for name in ("lang", "dir") if name in attributes}
            (SubElement(link, "bdi", own) if own else link).text = " ".join(words.split())


def prepare(root: Element) -> None:
    """Once per document: tables scroll by themselves and align logically; code reads left to right."""
    for parent in list(root.iter()):
        for index, child in enumerate(parent):
            if child.tag == "table":
                scroll = Element("div", SCROLL)
                scroll.tail, child.tail = child.tail, None
                parent[index] = scroll
                scroll.append(child)
            elif child.tag in ("td", "th"):
                align = _ALIGN.search(child.attrib.pop("style", ""))
                if align:
                    child.set("class", ALIGN_CLASS[align[1]])
            elif child.tag == "pre":
                child.set("dir", "ltr")
                child.set("tabindex", "0")


def mark(
    element: Element,
    translation: Translation,
    fill: Callable[[Element, str], None],
    suffix: str,
    source: Language,
    labels: Labels,
) -> Element:
    """Show a block as awaiting its translation, or as out of date with the new source beside it.

    `fill` makes a message an element's text; `suffix` goes behind it. Returns the element that is the
    block now: a paragraph or a heading becomes a <div> in its place and moves into it.
    """
    missing = translation.text is None
    shown = translation.segment.text if translation.text is None else translation.text
    newer = None
    if not missing:
        newer = Element("details", {"class": "newer"})
        SubElement(newer, "summary").text = labels.newer()
        fill(SubElement(newer, "p", _of(source)), translation.segment.text)
    state, label = ("awaiting", labels.awaiting) if missing else ("outdated", labels.outdated)
    if element.tag in WRAPPED:
        block = Element(element.tag, dict(element.attrib))
        block.extend(list(element))
        if suffix:
            block.text = shown + suffix
        else:
            fill(block, shown)
        if missing:
            block.attrib.update(_of(source))
        tail = element.tail
        element.clear()
        element.tag, element.tail = "div", tail
        element.set("class", state)
        SubElement(element, "p", {"class": "status"}).text = label
        element.append(block)
        if newer is not None:
            element.append(newer)
        return block
    element.set("class", f"{element.get('class', '')} {state}".strip())
    element.text = None
    status = Element("span", {"class": "status"})
    status.text, status.tail = label, " "
    content = Element("span", _of(source) if missing else {})
    content.tail = suffix
    fill(content, shown)
    for index, child in enumerate([status, content, *([newer] if newer is not None else [])]):
        element.insert(index, child)
    return element


def removable(element: Element, parents: Mapping[Element, Element]) -> bool:
    """Whether the page reads on without the block: a cell, a definition, a footnote is leant on."""
    if element.tag not in _REMOVABLE or len(element):
        return False
    while element in parents:
        element = parents[element]
        if element.tag in ("table", "dl") or element.get("class") == "footnote":
            return False
    return True


def remove(element: Element, parents: Mapping[Element, Element]) -> None:
    """Take a block off the page, and what would stand empty without it."""
    empty: Element | None = element
    element.text = None
    while empty is not None and empty.tag in _REMOVABLE and _is_empty(empty):
        parent = parents.get(empty)
        if parent is not None:
            parent.remove(empty)
        empty = parent


def _is_empty(element: Element) -> bool:
    """Whether nothing is left in an element but an admonition's title."""
    inside = [child for child in element if child.get("class") != "admonition-title"]
    return not inside and not (element.text or "").strip()


def gather_backlinks(root: Element) -> None:
    """Put the back-links of a footnote's further references beside its first.

    Python-Markdown appends them to the footnote's last element, which may be a mark around its text.
    """
    for box in root.iter("div"):
        if box.get("class") in ("awaiting", "outdated"):
            stray = box.findall("a[@class='footnote-backref']")
            first = box.find("p/a[@class='footnote-backref']/..")
            if first is None:
                continue
            for link in stray:
                box.remove(link)
                first.append(link)


def drop_backlinks(root: Element) -> None:
    """Take the back-links of footnotes away whose references aren't on the page."""
    there = {element.get("id") for element in root.iter("sup")}
    for parent in root.iter():
        for link in parent.findall("a[@class='footnote-backref']"):
            if link.get("href", "")[1:] not in there:
                parent.remove(link)


def heading_text(element: Element) -> str:
    """A heading's words, footnote marks left out."""
    if element.tag == "sup" and element.find("a[@class='footnote-ref']") is not None:
        return ""
    inner = "".join(heading_text(child) + (child.tail or "") for child in element)
    return (element.text or "") + inner


def isolate_runs(element: Element, *, rtl: bool) -> None:
    """Put runs that would misorder in right-to-left text into `<bdi dir="ltr">`; code reads LTR too."""
    rtl = element.get("dir", "rtl" if rtl else "ltr") == "rtl"
    if element.tag == "code" and rtl:
        element.set("dir", "ltr")
    if element.tag in _OPAQUE:
        return
    for child in list(element):
        isolate_runs(child, rtl=rtl)
        if rtl and child.tail:
            pieces = _runs(child.tail)
            if pieces:
                child.tail = pieces[0]
                index = list(element).index(child) + 1
                element[index:index] = pieces[1]
    if rtl and element.text:
        pieces = _runs(element.text)
        if pieces:
            element.text = pieces[0]
            element[0:0] = pieces[1]


def _runs(text: str) -> tuple[str, list[Element]] | None:
    if not COULD_RUN.search(text):
        return None
    found = list(LTR_RUN.finditer(text))
    if not found:
        return None
    runs = []
    ends = [run.start() for run in found[1:]] + [len(text)]
    for run, end in zip(found, ends, strict=True):
        bdi = Element("bdi", {"dir": "ltr"})
        bdi.text, bdi.tail = run[0], text[run.end() : end]
        runs.append(bdi)
    return text[: found[0].start()], runs


def _of(language: Language) -> dict[str, str]:
    return {"lang": language.code, "dir": language.direction}
