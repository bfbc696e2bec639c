"""Markdown → a tree of blocks with its segments → HTML in any language. The only importer of markdown.

A body is parsed once. Extraction and rendering stand on the same tree, between Python-Markdown's block
parser and its inline pass: there each block's text is still raw inline Markdown, so that what is
extracted and what is replaced can't disagree. A second grammar beside it did, on 2.5–3.7 % of messages.
"""

import re
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.extensions.abbr import AbbrExtension
from markdown.extensions.attr_list import AttrListTreeprocessor, isheader
from markdown.extensions.footnotes import NBSP_PLACEHOLDER, FootnoteExtension
from markdown.extensions.toc import unique
from markdown.util import HTML_PLACEHOLDER_RE, STX, AtomicString

from jisr.errors import Problem, Report
from jisr.model import Block, BlockState, Document, Heading, Language, Segment, State, Translation
from jisr.read import marks, policy
from jisr.read.marks import Labels
from jisr.read.segments import INLINE, expand_references, has_prose, normalise
from jisr.urls import slug

Protected = Counter[tuple[str, str]]
"""What a translation must take over as it is: kind and value, `("link", "https://…")`."""

_KINDS = {
    "p": "paragraph", "li": "list item", "td": "table cell", "th": "table heading", "dt": "term",
    "dd": "definition", "figcaption": "caption",
} | {f"h{level}": "heading" for level in range(1, 7)}  # fmt: skip
_ATTRIBUTES_AT_END = re.compile(r"\{:?[ ]*[^}\n ][^}\n]*\}\s*$")
_VOID = frozenset({"br", "hr", "img", "wbr", "col"})
_RAW_TAG = re.compile(r"<(?P<close>/?)(?P<name>[a-zA-Z][^\s/>]*)[^>]*?(?P<empty>/?)>")
_COSTLY = "[`<_*\\"
_MAX_COSTLY = 2000
"""Python-Markdown's time grows with the square of these in one paragraph: 2,000 take it 0.6 s."""
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")


@dataclass(frozen=True, slots=True)
class Unit:
    """A place in the tree: the text of the element that comes `index`-th in document order.

    Its text is that of segment number `segment`, or one of the theme's words, `label`.
    """

    index: int
    block: int
    segment: int | None
    label: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """A parsed body: its blocks as a tree, and the segments in reading order, repeated ones too."""

    document: Document
    root: Element
    segments: tuple[Segment, ...]
    units: tuple[Unit, ...] = ()
    references: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    footnotes: Mapping[str, str] = field(default_factory=dict)
    abbreviations: Mapping[str, int] = field(default_factory=dict)
    stash: tuple[Any, ...] = ()
    code: int = 0
    """The stash's first `code` entries are fenced code, the rest is raw HTML."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """A body in one language. `ids` are the headings', to be given to the other languages."""

    blocks: tuple[Block, ...]
    toc: tuple[Heading, ...]
    ids: tuple[str, ...]


class Converter:
    """Python-Markdown as this site uses it. Bodies are independent of it and of each other."""

    def __init__(self) -> None:
        self.md = Markdown(
            extensions=["extra", "admonition", "sane_lists"],
            extension_configs={
                "extra": {
                    # The arrow ↩ isn't mirrored in right-to-left text; ↑ has no side.
                    "footnotes": {"SEPARATOR": "-", "BACKLINK_TEXT": "↑", "BACKLINK_TITLE": "{}"}
                }
            },
            output_format="html",
        )
        extensions = self.md.registeredExtensions
        self.footnotes = next(e for e in extensions if isinstance(e, FootnoteExtension))
        abbreviations: Any = next(e for e in extensions if isinstance(e, AbbrExtension))
        self.abbreviations: dict[str, str] = abbreviations.abbrs
        self.attributes = AttrListTreeprocessor(self.md)
        processors = self.md.treeprocessors
        self.before = [processors["footnote"]]
        self.inline = processors["inline"]
        names = ("inline", "footnote-duplicate", "prettify", "abbr", "unescape")
        self.after = [processors[name] for name in names]
        self.preprocessors = list(self.md.preprocessors)
        self.fences = self.md.preprocessors["fenced_code_block"]

    def parse(self, document: Document, report: Report) -> Body | None:
        """The document's body as a tree. Reports what can't be parsed and returns None."""
        if not document.markdown:
            return _plain(document)
        if _too_costly(document, report):
            return None
        self._load(None)
        lines = document.body.split("\n")
        code = 0
        try:
            for preprocessor in self.preprocessors:
                lines = preprocessor.run(lines)
                if preprocessor is self.fences:
                    code = self.md.htmlStash.html_counter
            root = self.md.parser.parseDocument(lines).getroot()
            assert root is not None  # parseDocument makes one
            for processor in self.before:
                processor.run(root)
            marks.prepare(root)
        except RecursionError:
            report(too_deep(document))
            return None
        stash = self.md.htmlStash.rawHtmlBlocks
        for index in range(code):
            stash[index] = str(stash[index]).replace("<pre", '<pre dir="ltr" tabindex="0"', 1)
        return self._extract(document, root, code)

    def protected(self, body: Body, text: str) -> Protected:
        """What a translation of the text must take over: links, pictures, footnotes, code, tags."""
        found: Protected = Counter()
        if not body.document.markdown or not INLINE.search(text):
            return found
        self._load(body)
        tree = Element("div")
        SubElement(tree, "p").text = text
        self.inline.run(tree)
        raw: list[str] = []
        for element in tree.iter():
            target = element.get("href") or element.get("src")
            if target is not None:
                kind = (
                    "image"
                    if element.tag == "img"
                    else "footnote"
                    if "footnote-ref" in element.get("class", "")
                    else "link"
                )
                found[kind, target] += 1
            elif element.tag == "code":
                found["code", element.text or ""] += 1
            for part in (element.text, element.tail):
                for placeholder in HTML_PLACEHOLDER_RE.finditer(part or ""):
                    stashed = self.md.htmlStash.rawHtmlBlocks[int(placeholder[1])]
                    if isinstance(stashed, str) and stashed.startswith("<"):
                        raw.append(stashed)
                        found["tag", stashed] += 1
            if element.tail and (attributes := self.attributes.INLINE_RE.match(element.tail)):
                found["attribute list", attributes[0]] += 1
        if trailing := _ATTRIBUTES_AT_END.search(text):
            found["attribute list", trailing[0].strip()] += 1
        if raw and not _well_nested(raw):
            found["tag", "without its partner"] += 1
        return found

    def render(
        self,
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
        self._load(body)
        root = deepcopy(body.root)
        elements = list(root.iter())
        tops = list(root)
        parents: dict[Element, Element] | None = None
        states: list[set[State]] = [set() for _ in tops]
        plain = not body.document.markdown
        no_abbreviations = not body.abbreviations

        words = replace(
            labels,
            awaiting=AtomicString(labels.awaiting),
            outdated=AtomicString(labels.outdated),
            newer=AtomicString(labels.newer),
        )

        def text_of(text: str) -> str:
            return AtomicString(text) if plain or (no_abbreviations and not INLINE.search(text)) else text

        for unit in body.units:
            element = elements[unit.index]
            if unit.segment is None:
                element.text = AtomicString(labels.admonition(unit.label))
                continue
            translation = translations[unit.segment]
            states[unit.block].add(translation.state)
            if translation.state in ("source", "translated"):
                text = translation.text or ""
                element.text = text_of(text) if not unit.suffix else text + unit.suffix
                continue
            parents = parents or {child: parent for parent in root.iter() for child in parent}
            if hide and translation.text is None:
                marks.remove(element, parents)
                continue
            marks.mark(element, parents[element], translation, text_of, unit.suffix, source, words)
        self._abbreviate(body, translations)
        self._finish(root)
        if ids is None:
            used = {element.get("id", "") for element in root.iter()}
            ids = [
                h.get("id") or unique(slug(marks.heading_text(h)) or "section", used)
                for h in marks.headings(root)
            ]
        heads = list(marks.headings(root))
        if hide:
            heads = [elements[i] for i, e in enumerate(elements) if marks.HEADING.fullmatch(e.tag)]
        present = set(map(id, root.iter())) if hide else None
        toc = []
        for heading, id_ in zip(heads, ids, strict=True):
            if present is not None and id(heading) not in present:
                continue
            heading.set("id", id_)
            toc.append(Heading(int(heading.tag[1]), id_, _toc_entry(heading)))
        self._links(root, labels, resolve)
        marks.isolate_runs(root, rtl=language.direction == "rtl")
        if not trusted:
            self._check_attributes(root, body, report)
        present_tops = {_block_of(top, tops): top for top in root}
        blocks = []
        for index, states_of_block in enumerate(states):
            top = present_tops.get(index)
            html = "" if top is None else self._serialise(top, body, resolve, trusted=trusted)
            blocks.append(Block(html, _joint(states_of_block)))
        return Rendering(tuple(blocks), tuple(toc), tuple(ids))

    def raw_html(self, body: Body) -> list[str]:
        """The pieces of raw HTML that the last rendering of this body met."""
        return [
            s
            for s in self.md.htmlStash.rawHtmlBlocks[body.code :]
            if isinstance(s, str) and s.startswith("<")
        ]

    def _load(self, body: Body | None) -> None:
        """Put Python-Markdown into the state of a body: it keeps what a document defines."""
        self.md.reset()
        if body is None:
            return
        self.md.references = dict(body.references)
        self.footnotes.footnotes = OrderedDict(body.footnotes)
        for stashed in body.stash:
            self.md.htmlStash.store(stashed)

    def _extract(self, document: Document, root: Element, code: int) -> Body:
        segments: list[Segment] = []
        units: list[Unit] = []
        position = 0
        block = -1
        elements = _with_loose_text(root)
        tops = set(map(id, root))
        references = self.md.references
        stash = self.md.htmlStash.rawHtmlBlocks
        for index, element in enumerate(elements):
            if id(element) in tops:
                block += 1
            text = element.text
            if (
                not text
                or not text.strip()
                or isinstance(text, AtomicString)
                or element.tag in ("pre", "code", "a")
            ):
                continue
            text = self._take_attributes(element, text)
            suffix = ""
            if text.endswith(NBSP_PLACEHOLDER):
                text, suffix = text.removesuffix(NBSP_PLACEHOLDER), NBSP_PLACEHOLDER
            label = _default_title(element, text)
            if label:
                units.append(Unit(index, block, None, label))
                continue
            # Footnotes stand at the tree's end, wherever they were written: those are behind the cursor.
            begins = text.strip().split("\n", 1)[0].split(STX, 1)[0]
            at = document.body.find(begins, position)
            if at >= 0:
                position = at
            else:
                at = max(document.body.find(begins), 0)
            raw = _restore(text, stash, code)
            if raw is None or not has_prose(raw):
                element.text = text + suffix
                continue
            message = expand_references(normalise(raw), references)
            line = document.line + document.body.count("\n", 0, at) + 1
            units.append(Unit(index, block, len(segments), "", suffix))
            segments.append(Segment(_KINDS.get(element.tag, element.tag), message, line))
        abbreviations = {}
        for short, title in self.abbreviations.items():
            abbreviations[short] = len(segments)
            at = document.body.find(f"*[{short}]")
            segments.append(
                Segment("abbreviation", title, document.line + document.body.count("\n", 0, at) + 1)
            )
        return Body(
            document, root, tuple(segments), tuple(units), dict(references), dict(self.footnotes.footnotes),
            abbreviations, tuple(stash), code,
        )  # fmt: skip

    def _take_attributes(self, element: Element, text: str) -> str:
        """Give a block its trailing attribute list now: it belongs to the block, not to the message."""
        in_line = isheader(element) or element.tag in ("dt", "td", "th")
        found = (self.attributes.HEADER_RE if in_line else self.attributes.BLOCK_RE).search(text)
        if not found or self.attributes.assign_attrs(element, found[1], strict=True):
            return text
        text = text[: found.start()]
        return text.rstrip("#").rstrip() if isheader(element) else text

    def _abbreviate(self, body: Body, translations: Sequence[Translation]) -> None:
        self.abbreviations.clear()
        for short, index in body.abbreviations.items():
            if translations[index].state in ("source", "translated"):
                self.abbreviations[short] = translations[index].text or ""

    def _finish(self, root: Element) -> None:
        """Python-Markdown's own passes over the tree, and its inline attribute lists."""
        for processor in self.after:
            processor.run(root)
            if processor is self.after[2]:
                for element in root.iter():
                    tail = element.tail
                    if tail and tail[0] == "{" and not self.md.is_block_level(element.tag):
                        found = self.attributes.INLINE_RE.match(tail)
                        if found:
                            element.tail = tail[found.end() :] + self.attributes.assign_attrs(
                                element, found[1]
                            )

    def _links(self, root: Element, labels: Labels, resolve: Callable[[str, str], str]) -> None:
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

    def _check_attributes(self, root: Element, body: Body, report: Report) -> None:
        if "{" not in body.document.body:
            return
        for element in root.iter():
            for name, value in element.attrib.items():
                if policy.refused_attribute(element.tag, name, value):
                    at = body.document.body.find(name)
                    line = body.document.line + body.document.body.count("\n", 0, max(at, 0)) + 1
                    what = f"the attribute {name} isn't allowed on <{element.tag}>"
                    report(
                        Problem(
                            body.document.path, line, 1, what, "remove it, or set trusted_html in site.yaml"
                        )
                    )

    def _serialise(
        self, top: Element, body: Body, resolve: Callable[[str, str], str], *, trusted: bool
    ) -> str:
        html = self.md.serializer(top).strip()
        if STX not in html:
            return html
        raw = any(int(found[1]) >= body.code for found in HTML_PLACEHOLDER_RE.finditer(html))
        for postprocessor in self.md.postprocessors:
            html = postprocessor.run(html)
        return policy.clean(html, resolve) if raw and not trusted else html


def too_deep(document: Document) -> Problem:
    """For a text whose elements nest deeper than Python's recursion goes."""
    return Problem(document.path, document.line + 1, 1, "the text nests too deep", "use fewer levels")


def _too_costly(document: Document, report: Report) -> bool:
    if all(document.body.count(character) <= _MAX_COSTLY for character in _COSTLY):
        return False
    line = document.line + 1
    found = False
    for paragraph in document.body.split("\n\n"):
        for character in _COSTLY:
            if (number := paragraph.count(character)) > _MAX_COSTLY:
                found = True
                what = f"a paragraph with {number:,} times `{character}`"
                report(Problem(document.path, line, 1, what, f"break it up: {_MAX_COSTLY:,} are read"))
        line += paragraph.count("\n") + 2
    return found


def _plain(document: Document) -> Body:
    """A text without Markdown: paragraphs between blank lines."""
    root = Element("div")
    segments: list[Segment] = []
    units: list[Unit] = []
    position = 0
    for number, text in enumerate(part for part in _PARAGRAPHS.split(document.body.strip()) if part):
        position = document.body.index(text, position)
        SubElement(root, "p").text = AtomicString(text)
        units.append(Unit(number + 1, number, number))
        line = document.line + document.body.count("\n", 0, position) + 1
        segments.append(Segment("paragraph", normalise(text), line))
    return Body(document, root, tuple(segments), tuple(units))


def _with_loose_text(root: Element) -> list[Element]:
    """All elements in order; raw text between blocks gets a <span> first, to be translated as they are."""
    for parent in list(root.iter()):
        for index in range(len(parent) - 1, -1, -1):
            child = parent[index]
            if child.tail and child.tail.strip() and parent.tag not in ("p", "pre", "code"):
                span = Element("span")
                span.text, child.tail = child.tail, None
                parent.insert(index + 1, span)
    return list(root.iter())


def _default_title(element: Element, text: str) -> str:
    """The title that an admonition has of itself, "Note", or nothing."""
    if element.get("class") != "admonition-title":
        return ""
    return text if text in _ADMONITIONS else ""


_ADMONITIONS = frozenset(
    {"Note", "Tip", "Important", "Warning", "Caution", "Danger", "Attention", "Hint", "Error"}
)


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


def _well_nested(tags: Sequence[str]) -> bool:
    opened: list[str] = []
    for tag in tags:
        found = _RAW_TAG.match(tag)
        if not found or found["empty"] or found["name"].lower() in _VOID:
            continue
        name = found["name"].lower()
        if not found["close"]:
            opened.append(name)
        elif not opened or opened.pop() != name:
            return False
    return not opened


def _toc_entry(heading: Element) -> str:
    text = escape(" ".join(marks.heading_text(heading).split()))
    lang, direction = heading.get("lang"), heading.get("dir")
    return f'<bdi lang="{lang}" dir="{direction}">{text}</bdi>' if lang else text


def _block_of(top: Element, tops: Sequence[Element]) -> int:
    """Number of the block that a top-level element is, or that it has been wrapped around."""
    return next(index for index, element in enumerate(tops) if element is top or element in list(top))


def _joint(states: set[State]) -> BlockState | None:
    return "partial" if len(states) > 1 else next(iter(states), None)
