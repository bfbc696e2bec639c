"""The words of a site where they are written: documents, their metadata, catalogues."""

import re
from pathlib import Path
from posixpath import basename
from urllib.parse import unquote

from jisr.check.blocks import Chunk, body_prose, chunks, prose
from jisr.check.findings import Finding, Say, finding
from jisr.check.markdown import markdown
from jisr.check.typography import direction, quotes, typography
from jisr.errors import unheard
from jisr.model import Document, DocumentFiles, Language, Site, Source
from jisr.read.documents import read_document
from jisr.read.sources import place, read_text
from jisr.translate import catalog

_PICTURE = re.compile(r"!\[(?P<alt>[^\[\]]*)\]\(\s*<?(?P<src>[^\s()<>]+)")
_WORDS_OF_NAMES = re.compile(r"[\s_.-]+")
_FIELDS = ("title", "summary", "image.alt", "image.caption", "image.credit")
_AROUND = 24
"""Characters on each side of a place by which it is found again in a file that is written otherwise."""


def document_findings(site: Site, files: DocumentFiles) -> list[Finding]:
    """What is wrong with the words of a document, and with its Markdown."""
    document = read_document(files, site.reading, unheard)
    if document is None:
        return []  # the build says why
    found: list[Finding] = []
    _metadata(site, document, found)
    _body(site, document, found)
    return found


def _body(site: Site, document: Document, found: list[Finding]) -> None:
    body = document.body

    def say(check: str, at: int, message: str, hint: str) -> None:
        line, column = place(body, at)
        found.append(finding(check, document.path, (document.line + line, column), message, hint))

    if not document.markdown:
        _words(body, site.source, say)
        return
    parts = chunks(body)
    filled = body_prose(body, parts)

    def prose_of(chunk: Chunk) -> str:
        return filled[chunk.at : chunk.at + len(chunk.text)]

    for chunk in parts:
        if chunk.kind in ("text", "html"):
            _words(prose_of(chunk), site.source, _moved(say, chunk.at))
            _pictures(chunk.text, _moved(say, chunk.at))
    markdown(parts, body, prose_of, site.source, say)


def _metadata(site: Site, document: Document, found: list[Finding]) -> None:
    metadata = document.metadata
    image = metadata.image
    texts = dict(
        zip(
            _FIELDS,
            (
                metadata.title,
                metadata.summary,
                *((image.alt, image.caption, image.credit) if image else (None,) * 3),
            ),
            strict=True,
        )
    )
    for name, text in texts.items():
        if text:
            path, line, column = document.places.get(name, (document.path, 1, 1))
            _words(prose(text), site.source, _elsewhere(site.root, path, (line, column), text, found))
    if image:
        path, line, column = document.places.get("image.src", (document.path, 1, 1))
        wrong = described(image.alt, image.src)
        if wrong:
            hint = "add a line `alt: …` below `image`, which says what it shows"
            found.append(finding("alt", path, (line, column), wrong, hint))


def catalogue_findings(site: Site, path: str, language: Language) -> list[Finding]:
    """What is wrong with the words of the translations in a catalogue; fuzzy ones are being worked on."""
    catalogue = catalog.load(site.root, path, unheard)
    found: list[Finding] = []
    for entry in catalogue.entries.values() if catalogue else ():
        for text in entry.strings:
            if text and not entry.fuzzy:
                say = _elsewhere(site.root, path, (entry.line, 1), text, found)
                _words(prose(text), language, say)
                _pictures(text, say)
    return found


def _words(text: str, language: Language, say: Say) -> None:
    if language.code.partition("-")[0] == "ar":
        typography(text, say)
        quotes(text, say)
    if language.direction == "rtl":
        direction(text, say)


def _pictures(text: str, say: Say) -> None:
    for found in _PICTURE.finditer(text):
        if wrong := described(found["alt"], found["src"]):
            say("alt", found.start(), wrong, "write between the brackets what it shows")


def described(alt: str, src: str) -> str:
    """What is wrong with the description of a picture; nothing where it may be one."""
    name = unquote(basename(src))
    words = [
        _WORDS_OF_NAMES.sub(" ", text).strip().casefold() for text in (alt, name, name.rpartition(".")[0])
    ]
    if not words[0]:
        return f"the picture {name} has no description"
    return f"the description of the picture {name} is its file's name" if words[0] in words[1:] else ""


def _moved(say: Say, by: int) -> Say:
    return lambda check, at, message, hint: say(check, at + by, message, hint)


def _elsewhere(root: Path, path: str, start: tuple[int, int], text: str, found: list[Finding]) -> Say:
    """Reports at places of a text that a file holds in another writing: folded, in quotes, in parts."""

    def say(check: str, at: int, message: str, hint: str) -> None:
        raw = read_text(Source(path, root), unheard) or ""
        where = _find(raw, start[0], text, at) or start
        found.append(finding(check, path, where, message, hint))

    return say


def _find(raw: str, line: int, text: str, at: int) -> tuple[int, int] | None:
    begin = sum(len(one) + 1 for one in raw.split("\n")[: line - 1])
    for around in (_AROUND, 6, 1):
        before, after = text[max(at - around, 0) : at], text[at : at + around]
        pattern = f"{_loose(before)}(?P<here>){_loose(after)}"
        if found := re.compile(pattern).search(raw, begin):
            return place(raw, found.start("here"))
    return None


def _loose(text: str) -> str:
    return r"\s+".join(re.escape(part) for part in re.split(r"\s+", text))
