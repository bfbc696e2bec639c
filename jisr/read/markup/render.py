"""A body in one language."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from html import escape
from xml.etree.ElementTree import Element

from markdown.extensions.toc import unique
from markdown.util import AtomicString

from jisr.errors import Problem, Report
from jisr.model import Block, BlockState, Heading, Language, State, Translation
from jisr.read import marks, policy
from jisr.read.marks import Labels
from jisr.read.markup.body import Body, Rendering
from jisr.read.markup.converter import Converter
from jisr.read.segments import INLINE
from jisr.urls import slug


def render(
    converter: Converter,
    body: Body,
    translations: Sequence[Translation],
    *,
    source: Language,
    language: Language,
    labels: Labels,
    resolve: Callable[[str, str], str],
    ids: Sequence[str] | None,
    hide: bool,
    trusted: bool,
    report: Report,
) -> Rendering:
    """The body in a language, with a translation for each of its segments.

    `resolve` turns a link of a tag (`a`, `img`) into the page's; `ids` are the source's heading
    ids, None when this is the source; with `hide`, blocks without a translation are left out.
    """
    converter.load(body)
    root = deepcopy(body.root)
    elements = list(root.iter())
    tops = list(root)
    states: list[set[State]] = [set() for _ in tops]
    _put_texts(body, elements, translations, states, source=source, labels=labels, hide=hide)
    converter.finish(root, body, translations)
    # Headings by their place in the source: those without a translation may be hidden.
    headings = [element for element in elements if marks.HEADING.fullmatch(element.tag)]
    if ids is None:
        used = {element.get("id", "") for element in root.iter()}
        ids = [h.get("id") or unique(slug(marks.heading_text(h)) or "section", used) for h in headings]
    present = set(root.iter())
    toc = []
    for heading, id_ in zip(headings, ids, strict=True):
        heading.set("id", id_)
        if heading in present:
            toc.append(Heading(int(heading.tag[1]), id_, _toc_entry(heading)))
    _finish_links(root, labels, resolve)
    marks.isolate_runs(root, rtl=language.direction == "rtl")
    if not trusted:
        _check_attributes(root, body, report)
    shown = {_block_of(top, tops): top for top in root}
    blocks = []
    for index, found in enumerate(states):
        top = shown.get(index)
        html = "" if top is None else converter.serialise(top, body, resolve, trusted=trusted)
        blocks.append(Block(html, _joint(found)))
    return Rendering(tuple(blocks), tuple(toc), tuple(ids))


def _put_texts(
    body: Body,
    elements: Sequence[Element],
    translations: Sequence[Translation],
    states: Sequence[set[State]],
    *,
    source: Language,
    labels: Labels,
    hide: bool,
) -> None:
    """Give each block its text in the page's language, with the marks of its state, and note that state."""
    # Python-Markdown doesn't scan an AtomicString; a third of its time goes into texts without any markup.
    plain = not body.document.markdown
    atomic = plain or not body.abbreviations
    words = replace(
        labels,
        awaiting=AtomicString(labels.awaiting),
        outdated=AtomicString(labels.outdated),
        newer=AtomicString(labels.newer),
    )

    def text_of(text: str) -> str:
        return AtomicString(text) if plain or (atomic and not INLINE.search(text)) else text

    parents: dict[Element, Element] = {}
    for unit in body.units:
        element = elements[unit.index]
        if unit.segment is None:
            element.text = AtomicString(labels.admonition(unit.label))
            continue
        translation = translations[unit.segment]
        states[unit.block].add(translation.state)
        if translation.state in ("source", "translated"):
            text = translation.text or ""
            element.text = text + unit.suffix if unit.suffix else text_of(text)
            continue
        parents = parents or {child: parent for parent in elements[0].iter() for child in parent}
        if hide and translation.text is None and marks.removable(element, parents):
            marks.remove(element, parents)
        else:
            marks.mark(element, parents[element], translation, text_of, unit.suffix, source, words)


def _finish_links(root: Element, labels: Labels, resolve: Callable[[str, str], str]) -> None:
    marks.gather_backlinks(root)
    for element in root.iter("a"):
        if "footnote-backref" in element.get("class", ""):
            words = labels.backlink(element.get("title", ""))
            element.set("title", words)
            element.set("aria-label", words)
        elif href := element.get("href"):
            element.set("href", resolve("a", href))
    for element in root.iter("img"):
        if src := element.get("src"):
            element.set("src", resolve("img", src))


def _check_attributes(root: Element, body: Body, report: Report) -> None:
    if "{" not in body.document.body:
        return
    for element in root.iter():
        for name, value in element.attrib.items():
            if policy.refused_attribute(element.tag, name, value):
                at = body.document.body.find(name)
                line = body.document.line + body.document.body.count("\n", 0, max(at, 0)) + 1
                what = f"the attribute {name} isn't allowed on <{element.tag}>"
                report(
                    Problem(body.document.path, line, 1, what, "remove it, or set trusted_html in site.yaml")
                )


def _toc_entry(heading: Element) -> str:
    text = escape(" ".join(marks.heading_text(heading).split()))
    lang, direction = heading.get("lang"), heading.get("dir")
    return f'<bdi lang="{lang}" dir="{direction}">{text}</bdi>' if lang else text


def _block_of(top: Element, tops: Sequence[Element]) -> int:
    """Number of the block that a top-level element is, or that it has been wrapped around."""
    return next(index for index, element in enumerate(tops) if element is top or element in list(top))


def _joint(states: set[State]) -> BlockState | None:
    return "partial" if len(states) > 1 else next(iter(states), None)
