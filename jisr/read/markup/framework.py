"""Python-Markdown as this site uses it."""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.extensions.abbr import AbbrExtension
from markdown.extensions.admonition import AdmonitionExtension
from markdown.extensions.attr_list import AttrListExtension, AttrListTreeprocessor
from markdown.extensions.def_list import DefListExtension
from markdown.extensions.fenced_code import FencedCodeExtension
from markdown.extensions.footnotes import FootnoteExtension
from markdown.extensions.md_in_html import MarkdownInHtmlExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.util import HTML_PLACEHOLDER_RE, STX

from jisr.model import FINISHED, Document, Translation
from jisr.read import marks, policy
from jisr.read.markup.body import Body
from jisr.read.markup.extract import extract, plain

_ATTRIBUTES_AT_END = re.compile(r"\{:?[ ]*[^}\n ][^}\n]*\}\s*$")
_KINDS = {"a": "link", "img": "image"}
_VOID = frozenset({"br", "hr", "img", "wbr", "col"})
_RAW_TAG = re.compile(r"<(?P<close>/?)(?P<name>[a-zA-Z][^\s/>]*)[^>]*?(?P<empty>/?)>")


class Framework:
    """Python-Markdown as this site uses it."""

    def __init__(self) -> None:
        # The arrow ↩ isn't mirrored in right-to-left text; ↑ has no side.
        self.footnotes = FootnoteExtension(SEPARATOR="-", BACKLINK_TEXT="↑", BACKLINK_TITLE="{}")
        abbreviations: Any = AbbrExtension()
        # The parts of "extra", and two more. By their names Python-Markdown would look for them among all
        # packages that are installed, which takes as long as to render ten articles.
        self.md = Markdown(
            extensions=[
                FencedCodeExtension(),
                self.footnotes,
                AttrListExtension(),
                DefListExtension(),
                TableExtension(),
                abbreviations,
                MarkdownInHtmlExtension(),
                AdmonitionExtension(),
                SaneListExtension(),
            ],
            output_format="html",
        )
        self.abbreviations: dict[str, str] = abbreviations.abbrs
        self.attributes = AttrListTreeprocessor(self.md)
        processors = self.md.treeprocessors
        self.collect_footnotes = processors["footnote"]
        self.inline = processors["inline"]
        self.prettify = processors["prettify"]
        names = ("inline", "footnote-duplicate", "prettify", "abbr", "unescape")
        self.passes = [processors[name] for name in names]
        self.preprocessors = list(self.md.preprocessors)
        self.fences = self.md.preprocessors["fenced_code_block"]

    def parse(self, document: Document) -> Body:
        """The document's body as a tree."""
        if not document.markdown:
            return plain(document)
        self.load(None)
        lines = document.body.split("\n")
        code = 0
        for preprocessor in self.preprocessors:
            lines = preprocessor.run(lines)
            if preprocessor is self.fences:
                code = self.md.htmlStash.html_counter
        root = self.md.parser.parseDocument(lines).getroot()
        assert root is not None  # parseDocument makes one
        self.collect_footnotes.run(root)
        marks.prepare(root)
        stash = self.md.htmlStash.rawHtmlBlocks
        for index in range(code):
            stash[index] = str(stash[index]).replace("<pre", '<pre dir="ltr" tabindex="0"', 1)
        return extract(
            document,
            root,
            attributes=self.attributes,
            references=self.md.references,
            footnotes=self.footnotes.footnotes,
            abbreviations=self.abbreviations,
            stash=stash,
            code=code,
        )

    def protected(self, body: Body, text: str) -> Iterator[tuple[str, str]]:
        """What a translation of the text must take over: kind and value of each thing."""
        self.load(body)
        tree = Element("div")
        SubElement(tree, "p").text = text
        self.inline.run(tree)
        raw: list[str] = []
        for element in tree.iter():
            target = element.get("href") or element.get("src")
            if target is not None:
                kind = "footnote" if element.get("class") == "footnote-ref" else _KINDS[element.tag]
                yield kind, target
            elif element.tag == "code":
                yield "code", element.text or ""
            for part in (element.text, element.tail):
                for placeholder in HTML_PLACEHOLDER_RE.finditer(part or ""):
                    stashed = self.md.htmlStash.rawHtmlBlocks[int(placeholder[1])]
                    if isinstance(stashed, str) and stashed.startswith("<"):
                        raw.append(stashed)
                        yield "tag", stashed
            if element.tail and (attributes := self.attributes.INLINE_RE.match(element.tail)):
                yield "attribute list", attributes[0]
        if trailing := _ATTRIBUTES_AT_END.search(text):
            yield "attribute list", trailing[0].strip()
        if raw and not _well_nested(raw):
            yield "tag", "without its partner"

    def load(self, body: Body | None) -> None:
        """Put Python-Markdown into the state of a body: it keeps what a document defines."""
        self.md.reset()
        if body is None:
            return
        self.md.references = dict(body.references)
        self.footnotes.footnotes = OrderedDict(body.footnotes)
        for stashed in body.stash:
            self.md.htmlStash.store(stashed)

    def finish(self, root: Element, body: Body, translations: Sequence[Translation]) -> tuple[str, ...]:
        """Python-Markdown's own passes over the tree: inline Markdown, abbreviations, line breaks.

        Returns the pieces of HTML that were met.
        """
        self.load(body)
        self.abbreviations.clear()
        for short, index in body.abbreviations.items():
            if translations[index].state in FINISHED:
                self.abbreviations[short] = translations[index].text or ""
        for processor in self.passes:
            processor.run(root)
            if processor is self.prettify:
                self._inline_attributes(root)
        stash = self.md.htmlStash.rawHtmlBlocks
        return tuple(piece for piece in stash if isinstance(piece, str) and piece.startswith("<"))

    def _inline_attributes(self, root: Element) -> None:
        """Attribute lists within a line; those of blocks were taken when the tree was parsed."""
        for element in root.iter():
            tail = element.tail
            if not tail or tail[0] != "{" or self.md.is_block_level(element.tag):
                continue
            if found := self.attributes.INLINE_RE.match(tail):
                element.tail = tail[found.end() :] + self.attributes.assign_attrs(element, found[1])

    def serialise(self, top: Element, resolve: Callable[[str, str], str] | None) -> str:
        """A block's HTML. With `resolve`, which is given the links in it, it goes through the policy."""
        html = self.md.serializer(top).strip()
        if STX in html:
            for postprocessor in self.md.postprocessors:
                html = postprocessor.run(html)
        return html if resolve is None else policy.clean(html, resolve)


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
