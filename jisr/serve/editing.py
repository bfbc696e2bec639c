"""Translating in the page: a document's messages, and one of them set in its catalogue.

Knows documents and catalogues, and neither requests nor browsers. All that it says of a message comes
from the stages that a build goes through; a catalogue is changed by `translate/edit`.
"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from msgspec import Struct
from msgspec.structs import asdict, replace

from jisr.build import Seen
from jisr.commands import contents, replace_file, told
from jisr.errors import Problem, SiteError, unheard
from jisr.fingerprint import fingerprint, hashed
from jisr.languages import plural_forms
from jisr.model import DocumentFacts, Language, Segment, Site, Source, Translation
from jisr.read.documents import BODIES, SIDECARS, document_files, read_document
from jisr.read.marks import Labels
from jisr.read.markup.body import Body
from jisr.read.markup.converter import Converter
from jisr.read.markup.render import render
from jisr.read.sources import decode, inside, scan
from jisr.theme import theme_root
from jisr.translate import catalog, checks, interface, messages, po, sync
from jisr.translate.catalog import Catalogue, Entry
from jisr.translate.edit import put
from jisr.translate.editions import catalogue_path, faithful, segments, shown_of
from jisr.translate.memory import Memory

MARK = "data-message"
"""The attribute that names a block's message in the HTML that browsers look for in a page."""

TRIES = 3
"""So many times a save begins again when the catalogue changes beneath it."""

_WORD = re.compile(r"\s+|[^\s\w]|\w+")

Json = dict[str, Any]


class RefusedError(Exception):
    """Says why something isn't done, and what to do; `found` is what else the page needs to know."""

    def __init__(self, message: str, hint: str, *, conflict: bool = False, found: Json | None = None) -> None:
        super().__init__(message)
        self.message, self.hint, self.conflict, self.found = message, hint, conflict, found or {}


class _Open(Struct, frozen=True):
    """A document as it is on the disk now, with its catalogue in one language."""

    site: Site
    language: Language
    body: Body
    path: str
    raw: bytes | None
    known: Catalogue | None
    merged: Catalogue
    parallel: bool

    @property
    def wanted(self) -> dict[str, Segment]:
        """Its messages in reading order, each once, by what the page calls them."""
        return {name_of(segment): segment for segment in segments(self.body)}

    def entry(self, segment: Segment) -> Entry:
        """What the catalogue has for a message."""
        return self.merged.entries[segment.key]


class Editing:
    """The messages of a site. One thread uses it at a time: the converter holds a document's state."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.converter = Converter()
        self.addresses: tuple[Mapping[str, DocumentFacts], dict[str, str]] = ({}, {})

    def page(self, address: str, seen: Seen) -> Json:
        """The messages of the page at an address, and the HTML of its blocks, each naming its message.

        `seen` is what the last build found. A page without a translation has no document.
        """
        opened = self._open(address, seen)
        if opened is None:
            return {"document": None}
        names = [name_of(segment) for segment in opened.body.segments]
        site, language = opened.site, opened.language
        wanted = segments(opened.body)
        found = sync.translations(opened.merged.entries, wanted)
        shown = shown_of(site, faithful(opened.body, found, opened.path, self.converter, unheard))
        fields = len(wanted) - len(names)
        phrases = {name_of(t.segment): t.text or t.segment.text for t in shown[:fields]}
        originals = tuple(Translation(segment, segment.text, "source") for segment in opened.body.segments)
        return {
            "site": hashed(str(self.root).encode())[:8],
            "document": opened.body.document.path,
            "catalogue": opened.path,
            "language": _language(language),
            "source": _language(site.source),
            "messages": [
                {
                    "id": name,
                    "kind": segment.kind,
                    "context": segment.context,
                    "state": opened.entry(segment).state,
                    "digest": _digest(opened.entry(segment)),
                    "source": segment.text,
                    "shown": phrases.get(name),
                }
                for name, segment in opened.wanted.items()
            ],
            "blocks": self._blocks(opened, names, shown[fields:], language),
            "originals": self._blocks(opened, names, originals, site.source) if opened.parallel else [],
        }

    def message(self, address: str, seen: Seen, name: str) -> Json:
        """What the editor of a message shows."""
        opened, segment = self._find(address, seen, name)
        entry = opened.entry(segment)
        previous = entry.previous if entry.state == "outdated" else None
        return {
            "id": name,
            "kind": segment.kind,
            "context": segment.context,
            "source": segment.text,
            "text": entry.text,
            "state": entry.state,
            "previous": previous,
            "difference": difference(previous, segment.text) if previous else [],
            "comments": entry.comments,
            "digest": _digest(entry),
            "problems": self._check(opened, segment, entry.text),
        }

    def check(self, address: str, seen: Seen, name: str, text: str) -> Json:
        """What is wrong with a text as the translation of a message."""
        opened, segment = self._find(address, seen, name)
        found = self._check(opened, segment, checks.tidy(segment, text))
        joined = checks.joined(segment, text, opened.path, opened.entry(segment).line or 1)
        return {"problems": [*found, *map(asdict, joined)]}

    def place(self, address: str, seen: Seen, name: str) -> tuple[str, str, Segment]:
        """Where a message stands: the language's code, the catalogue's path, the segment."""
        opened, segment = self._find(address, seen, name)
        return opened.language.code, opened.path, segment

    def save(self, address: str, seen: Seen, name: str, text: str, digest: str) -> Json:
        """Set a message's translation, its former source and the mark fuzzy taken away.

        `digest` is that of the translation which the editor began with: if the catalogue says something else
        now, nothing is written, and the answer has both. So it is with a translation that a build would
        refuse. Everything else in the catalogue stays as it is, changes of others included.
        """
        for _ in range(TRIES):
            opened, segment = self._find(address, seen, name)
            entry = opened.entry(segment)
            if _digest(entry) != digest:
                raise RefusedError(
                    "the translation was changed elsewhere in the meantime",
                    "compare the two and choose",
                    conflict=True,
                    found={"theirs": {"text": entry.text, "state": entry.state, "digest": _digest(entry)}},
                )
            tidy = checks.tidy(segment, text)
            problems = self._check(opened, segment, tidy)
            if any(problem["severity"] == "error" for problem in problems):
                raise RefusedError(problems[0]["message"], problems[0]["hint"], found={"problems": problems})
            # Plural forms that say something else are the translator's.
            strings = tuple(tidy if one in ("", entry.strings[0]) else one for one in entry.strings)
            new = replace(entry, strings=strings, fuzzy=False, previous=None)
            if self._write(opened, new):
                return {"id": name, "text": tidy, "state": new.state, "digest": _digest(new)}
        raise RefusedError(
            "the catalogue keeps changing", "wait until the other program is done, and save again"
        )

    def _write(self, opened: _Open, entry: Entry) -> bool:
        """Write an entry into its catalogue, unless the file isn't what was read any more."""
        code = opened.language.code
        forms = plural_forms(code)
        entries = dict(opened.merged.entries) | {entry.key: entry}
        if opened.raw is None:
            text = po.write(replace(opened.merged, entries=entries), language=code, plural_forms=forms)
        else:
            before = opened.raw.decode()
            text = put(before, entry, opened.merged.entries, language=code, plural_forms=forms)
            self._compare(opened, entry, text)
        file = self.root / opened.path
        with told(file):
            return replace_file(file, text.encode(), lambda: contents(file) == opened.raw)

    def _compare(self, opened: _Open, entry: Entry, text: str) -> None:
        """Refuse an edit that would say anything else than it should. None is known that would."""
        decoded = decode(text.encode(), opened.path, unheard)
        after = catalog.read(decoded, opened.path, unheard) if decoded is not None else None
        assert opened.known is not None
        others = [e for e in opened.known.entries.values() if e.key != entry.key and e.line != entry.line]
        left = [e for e in after.entries.values() if e.key != entry.key] if after else []
        own = after.entries.get(entry.key) if after else None
        if list(map(_said, left)) != list(map(_said, others)) or not own or own.strings != entry.strings:
            raise RefusedError(
                f"{opened.path} can't be changed here", "change it in an editor of PO files, or run jisr sync"
            )

    def _check(self, opened: _Open, segment: Segment, text: str) -> list[Json]:
        line = opened.entry(segment).line or 1
        found = checks.problems(opened.body, segment, text, opened.path, line, self.converter)
        return [asdict(problem) for problem in found]

    def _find(self, address: str, seen: Seen, name: str) -> tuple[_Open, Segment]:
        opened = self._open(address, seen)
        segment = opened.wanted.get(name) if opened else None
        if opened is None or segment is None:
            raise RefusedError("the block has changed since the page was shown", "look at the new one")
        return opened, segment

    def _open(self, address: str, seen: Seen) -> _Open | None:
        """The document of a page and its catalogue; None where the page has no translation."""
        problems: list[Problem] = []
        site = seen.desk.site
        below = unquote(address).removeprefix(site.base_path).removesuffix("index.html")
        page = below.strip("/").removesuffix(".html").split("/")
        language = next((spoken for spoken in site.languages[1:] if spoken.code == page[0]), None)
        if language is None:
            return None
        path, parallel = self._document("/".join(page[1:]), seen), False
        if path is None and site.side_by_side and page[-1] == "parallel":
            path, parallel = self._document("/".join(page[1:-1]), seen), True
        if path is None:
            return None
        stem = path.rpartition(".")[0]
        sources = [Source(stem + end, self.root) for end in (*BODIES, *SIDECARS)]
        there = [source for source in sources if source.file.is_file() and inside(self.root, source.file)]
        files = next((files for files in document_files(there, unheard) if files.path == path), None)
        if files is None:
            return None
        document = read_document(files, site.reading, problems.append)
        body = self.converter.parse(document, problems.append) if document else None
        if body is None:
            raise SiteError(*problems)
        where = catalogue_path(path, language)
        file = self.root / where
        if not inside(self.root, file):
            what = "a symbolic link leads out of the site"
            raise SiteError(Problem(where, 1, 1, what, "copy the folder here instead"))
        raw = contents(file)
        if raw is None and file.exists():
            raise SiteError(Problem(where, 1, 1, "this can't be read", "put a file of that name there"))
        text = decode(raw, where, problems.append) if raw is not None else None
        known = catalog.read(text, where, problems.append) if text is not None else None
        if raw is not None and known is None:
            raise SiteError(*problems)
        merged = sync.merge(known, segments(body), path=where, document=path)
        return _Open(site, language, body, where, raw, known, merged, parallel)

    def _document(self, address: str, seen: Seen) -> str | None:
        """The path of the document at an address, by what the last build found."""
        if self.addresses[0] is not seen.facts:
            self.addresses = seen.facts, {facts.address: path for path, facts in seen.facts.items()}
        return self.addresses[1].get(address)

    def _blocks(
        self, opened: _Open, names: Sequence[str], shown: tuple[Translation, ...], language: Language
    ) -> list[str]:
        """The HTML of the blocks with a message, as a build renders them, each naming its message."""
        root = deepcopy(opened.body.root)
        elements = [list(top.iter()) for top in root]
        for unit in opened.body.units:
            if unit.segment is not None:
                elements[unit.block][unit.index].set(MARK, names[unit.segment])
        rendering = render(
            self.converter,
            replace(opened.body, root=root, flat={}),  # flat blocks have no place for a mark
            shown,
            source=opened.site.source,
            language=language,
            labels=self._labels(language, opened.site.source),
            resolve=lambda _, link: link,
            illustrate=str,
            ids=None,
            hide=opened.site.untranslated == "hide",
            trusted=True,  # what isn't allowed ends a build: such a page was never shown
            report=unheard,
        )
        return [block.html for block in rendering.blocks if MARK in block.html]

    def _labels(self, language: Language, source: Language) -> Labels:
        words = interface.words(self.root, theme_root(), language, unheard)
        return interface.labels(words, language, source)


class Memories:
    """The translation memories of a site's languages, read when they are first asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.number = -1
        self.signatures: dict[str, bytes] = {}
        self.memories: dict[str, Memory] = {}

    def suggestions(self, language: str, path: str, segment: Segment, number: int) -> Json:
        """What has been translated elsewhere that resembles a message of the catalogue at a path."""
        if number != self.number:
            self._refresh()
            self.number = number
        memory = self.memories.get(language)
        found = memory.suggestions(segment.text, here=(path, segment.key)) if memory else ()
        return {
            "suggestions": [
                asdict(one) | {"difference": difference(one.source, segment.text) if one.share < 100 else []}
                for one in found
            ]
        }

    def _refresh(self) -> None:
        """Read the catalogues that have changed."""
        there = {s.path: s for s in scan(self.root, "translations", unheard) if s.path.endswith(".po")}
        for path in self.signatures.keys() - there.keys():
            self._memory(path).learn(path, None)
        for path, source in there.items():
            if self.signatures.get(path) != source.signature and not messages.is_interface(path):
                self._memory(path).learn(path, catalog.load(self.root, path, unheard))
        self.signatures = {path: source.signature for path, source in there.items()}

    def _memory(self, path: str) -> Memory:
        return self.memories.setdefault(path.split("/")[1], Memory())


def name_of(segment: Segment) -> str:
    """What a page calls a message: the same as long as its msgctxt and its msgid are."""
    return fingerprint(*segment.key)[:16]


def difference(old: str, new: str) -> list[tuple[str, str]]:
    """The words that lead from one text to another: `same`, `gone` or `new`, and the text."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    return list(_steps(before, after))


def _steps(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str]]:
    for kind, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield "same", "".join(before[a:b])
            continue
        if b > a:
            yield "gone", "".join(before[a:b])
        if d > c:
            yield "new", "".join(after[c:d])


def _digest(entry: Entry) -> str:
    """Of what the catalogue has for a message, whatever else is in it."""
    return fingerprint(entry.strings if entry.translated else (), entry.state == "outdated")


def _said(entry: Entry) -> Entry:
    return replace(entry, line=0)


def _language(language: Language) -> Json:
    return {"code": language.code, "direction": language.direction, "name": language.name}
