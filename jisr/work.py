"""The work on documents, done here or in other processes: reading, rendering, writing their pages.

Documents are dealt out to shards, each with its own process where that pays. What was rendered
goes to `write/bodies.py`, from where the pages are written; the last of it is at hand.
"""

import hashlib
import os
import signal
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from jisr.errors import Problem, Report, SiteError
from jisr.fingerprint import fingerprint
from jisr.model import (
    Derived,
    Document,
    DocumentFacts,
    DocumentFiles,
    Edition,
    EditionFacts,
    Language,
    Neighbour,
    Output,
    Page,
    PictureFacts,
    Reading,
    RenderFacts,
    Site,
    Source,
    Summary,
)
from jisr.plan.cards import card_mark
from jisr.plan.feeds import feed_context, json_feed
from jisr.plan.find import index_page
from jisr.plan.pages import (
    Around,
    document_context,
    entry,
    html_of,
    indexed,
    listing_context,
    plain_context,
    ready,
    search_context,
)
from jisr.plan.views import Entry
from jisr.read.documents import alias_path, instant, moment, month, read_document, unpublished
from jisr.read.markup.converter import Converter
from jisr.translate import catalog, interface
from jisr.translate.editions import Speech, catalogue_path, editions, names_path, summarise
from jisr.translate.links import Links
from jisr.translate.pictures import Pictures
from jisr.urls import page_path
from jisr.write.bodies import Bodies
from jisr.write.cards import drawn
from jisr.write.output import Aside
from jisr.write.templates import TemplateFailedError, Templates

if TYPE_CHECKING:  # loaded where processes pay, and where there are pictures to make
    from concurrent.futures import Executor, Future

    from jisr.write.pictures import PictureWork

KEPT = 4096
"""Entries of listings that a shard keeps: pages that show the same articles are made close together."""

EDITIONS = 100
"""Documents whose editions a shard keeps at hand; those of others are read from where they are kept."""

BATCH = 50
"""Documents that a shard is given at once: few enough for a progress bar to move."""

FEW = 5
"""The same while somebody may want a page of the preview: few enough for it to be made in between."""

WORTH_PROCESSES = 80
"""Documents from which starting processes (0.1 s) pays."""

T = TypeVar("T")
pack = msgspec.msgpack.encode


def unpacker(kind: type[T]) -> Callable[[bytes], T | None]:
    """A function that takes packed values of a kind apart; None where they are damaged."""
    decode = msgspec.msgpack.Decoder(kind).decode

    def unpack(packed: bytes) -> T | None:
        try:
            return decode(packed)
        except (msgspec.MsgspecError, TypeError):
            return None

    return unpack


summaries_of = unpacker(tuple[Summary, ...])
_editions_of = unpacker(tuple[Edition, ...])
neighbour_of = unpacker(tuple[Neighbour, ...])


class SitePage(Struct, frozen=True):
    """A page of the site itself to be written, with the packed summaries of what it lists.

    `before` is the digest of what stands in its place, `naming` the summaries that its terms take their names
    from; `bodies` are the documents whose text it shows in full.
    """

    output: Output
    before: str
    articles: tuple[bytes, ...] = ()
    naming: tuple[bytes, ...] = ()
    bodies: tuple[tuple[DocumentFiles, RenderFacts], ...] = ()


class Desk(Struct, frozen=True):
    """What every shard needs besides its documents."""

    root: Path
    theme: Path
    site: Site
    links: Links
    pictures: Pictures
    assets: Mapping[str, tuple[str, str]]
    """For each file that is copied, by its path on the site, what pages load for it, and its `integrity`."""
    aside: Aside
    record: Path
    now: float
    """Seconds since 1970, for what is out by its dates."""


class Rendered(Struct, frozen=True):
    """A document's renderings: their facts, and packed, their summaries and the editions themselves.

    `editions` is empty where they can't be packed: `extra` may hold what MessagePack has no form for.
    """

    facts: RenderFacts
    summaries: bytes
    editions: bytes


class PageWritten(Struct, frozen=True):
    """A page that was rendered. Where it `changed`, it waits in the staging folder."""

    path: str
    digest: str
    changed: bool


def load_templates(
    root: Path, theme: Path, site: Site, assets: Mapping[str, tuple[str, str]], report: Report
) -> Templates:
    """The templates of a site, with their words in its languages."""
    return Templates(
        root,
        theme,
        base_path=site.base_path,
        base_url=site.base_url,
        assets=assets,
        words={spoken.code: interface.words(root, theme, spoken, report) for spoken in site.languages},
    )


class Shard:
    """Some of the site's documents, in one process. Without templates they can only be read."""

    def __init__(self, reading: Reading, templates: Templates | None) -> None:
        self.reading, self.templates = reading, templates
        self.documents: dict[str, Document] = {}
        self.editions: dict[str, tuple[str, tuple[Edition, ...]]] = {}
        """The last that were made, each with what it came to: a large site's don't go into memory."""
        self.html: dict[tuple[str, str], tuple[str, ...]] = {}
        self.desk: Desk | None = None

    def read(
        self, batch: Sequence[tuple[DocumentFiles, str]]
    ) -> list[tuple[str, DocumentFacts | None, list[Problem]]]:
        """The facts of documents, each with its key."""
        result = []
        for files, key in batch:
            problems: list[Problem] = []
            document = read_document(files, self.reading, problems.append)
            facts = None
            if document:
                self.documents[files.path] = document
                metadata = document.metadata
                facts = DocumentFacts(
                    path=files.path,
                    key=key,
                    kind=document.kind,
                    address=document.address,
                    draft=metadata.draft,
                    noindex=metadata.noindex,
                    template=metadata.template,
                    moment=moment(metadata.date, self.reading.timezone),
                    modified=instant(metadata.updated or metadata.date, self.reading.timezone),
                    expires=moment(metadata.expires, self.reading.timezone) if metadata.expires else None,
                    month=month(metadata.date, self.reading.timezone),
                    tags=metadata.tags,
                    authors=metadata.authors,
                    aliases=tuple(filter(None, map(alias_path, metadata.aliases))),
                    warnings=tuple(problems),
                )
            result.append((files.path, facts, problems))
        return result

    def open(self, desk: Desk) -> None:
        """Take what rendering needs, once all documents have been read."""
        assert self.templates
        self.desk = desk
        self.kept = Bodies(desk.record)
        site = desk.site
        self.converter = Converter()
        unheard: list[Problem] = []  # the words have been read once: what is wrong with them was said
        words = self.templates.translations
        self.speech = {
            spoken.code: Speech(
                interface.labels(words[spoken.code], spoken, site.source),
                None
                if spoken == site.source
                else catalog.load(desk.root, names_path(spoken), unheard.append),
            )
            for spoken in site.languages
        }

        @lru_cache(KEPT)
        def entry_of(packed: bytes, index: int) -> Entry:
            return entry(site, summaries(packed)[index], desk.links)

        self.entry_of = entry_of

    def render(
        self, batch: Sequence[tuple[DocumentFiles, str]]
    ) -> list[tuple[str, Rendered | None, list[Problem]]]:
        """The renderings of documents, each with its key."""
        return [(files.path, *self._render(files, key)) for files, key in batch]

    def write(
        self, batch: Sequence[tuple[DocumentFiles, RenderFacts, Sequence[tuple[Output, str]], Around]]
    ) -> tuple[list[PageWritten], list[Problem]]:
        """Render documents' pages into the staging folder, but for those that are what they were.

        With each document come the facts of its rendering.
        """
        assert self.desk
        written: list[PageWritten] = []
        problems: list[Problem] = []
        for files, facts, outputs, around in batch:
            found = self._editions(files, facts, problems)
            for output, before in outputs if found else ():
                assert isinstance(output.content, Page)
                context = document_context(self.desk.site, output.content, found, around, self.desk.links)
                self._put(output, before, context, written, problems)
        return written, problems

    def lay_out(
        self, batch: Sequence[tuple[DocumentFiles, RenderFacts, Sequence[tuple[int, Path]]]]
    ) -> list[Problem]:
        """Write what an index is given of documents, in some languages each, below the folder besides."""
        assert self.desk
        problems: list[Problem] = []
        for files, facts, places in batch:
            found = self._editions(files, facts, problems)
            for language, folder in places if found else ():
                edition = found[language]
                path = page_path(
                    edition.document.address,
                    self.desk.links.prefix(edition.language),
                    self.desk.site.addresses,
                )
                if text := index_page(edition):
                    (folder / path).parent.mkdir(parents=True, exist_ok=True)
                    (folder / path).write_text(text, encoding="utf-8")
        return problems

    def write_listings(
        self, batch: Sequence[tuple[int, SitePage]]
    ) -> tuple[list[PageWritten], list[Problem]]:
        """Render pages of the site itself into the staging folder, but for those that are what they were."""
        assert self.desk
        site, links = self.desk.site, self.desk.links
        written: list[PageWritten] = []
        problems: list[Problem] = []
        for _, item in batch:
            page = item.output.content
            assert isinstance(page, Page)
            index = [language.code for language in site.languages].index(page.language)
            naming = [summaries(packed)[index] for packed in item.naming]
            if page.kind in ("404", "manifest"):
                context = plain_context(site, page, links)
            elif page.kind == "search":
                context = search_context(site, page, links)
            elif page.kind == "feed":
                articles = [summaries(packed) for packed in item.articles]
                bodies = {files.path: self._html(files, facts, problems) for files, facts in item.bodies}
                context = feed_context(site, page, articles, naming, bodies, links)
            else:
                entries = tuple(self.entry_of(packed, index) for packed in item.articles)
                context = listing_context(site, page, entries, naming, links)
            self._put(item.output, item.before, context, written, problems)
        return written, problems

    def look(self, batch: Sequence[tuple[int, Source]]) -> list[tuple[str, PictureFacts]]:
        """What pictures hold."""
        from jisr import raster
        from jisr.write.pictures import is_that

        found = []
        for _, source in batch:
            file = source.file.read_bytes()
            if is_that(source, file):
                found.append((source.path, raster.look(source.path, file)))
        return found

    def derive(self, batch: Sequence[tuple[int, "PictureWork"]]) -> tuple[list[PageWritten], list[Problem]]:
        """Make outputs of pictures in the staging folder, but for those that are what they were."""
        from jisr.write.pictures import made

        written: list[PageWritten] = []
        problems: list[Problem] = []
        for _, work in batch:
            try:
                for output, content in made(work):
                    written.append(put(work.aside, output.path, content, work.before[output.path]))
            except OSError:
                raise
            except Exception as error:  # an encoder raises whatever it stumbles over
                damaged = work.outputs[0].content
                assert isinstance(damaged, Derived)
                what = f"no smaller picture can be made of it ({str(error) or type(error).__name__})"
                problems.append(
                    Problem(damaged.source.path, 1, 1, what, "save it anew, or in another format")
                )
        return written, problems

    def _put(
        self,
        output: Output,
        before: str,
        context: Mapping[str, Any],
        written: list[PageWritten],
        problems: list[Problem],
    ) -> None:
        assert self.desk
        assert self.templates
        assert isinstance(output.content, Page)
        try:
            if output.path.endswith(".json"):
                html = self.templates.each(output.content, "content", context)
                text = json_feed(self.desk.site, context, html)
            else:
                text = self.templates.render(output.content, context)
            made = text.encode()
            if output.content.kind == "card":
                made = drawn(self.desk.root, output.path, output.content, text, self.templates)
        except TemplateFailedError as error:
            problems.append(error.problem)
            return
        written.append(put(self.desk.aside, output.path, made, before))

    def _html(self, files: DocumentFiles, facts: RenderFacts, problems: list[Problem]) -> tuple[str, ...]:
        """The body of a document in all languages. Feeds that show it are made one after the other."""
        key = files.path, facts.pages
        if key not in self.html:
            self.html[key] = tuple(map(html_of, self._editions(files, facts, problems)))
            if len(self.html) > EDITIONS:
                del self.html[next(iter(self.html))]
        return self.html[key]

    def _editions(
        self, files: DocumentFiles, facts: RenderFacts, problems: list[Problem]
    ) -> tuple[Edition, ...]:
        """The editions of a document: made now, kept by an earlier build, or else made."""
        pages, made = self.editions.get(files.path, ("", ()))
        if pages == facts.pages:
            return made
        if kept := _editions_of(self.kept.get(files.path, facts.pages)):
            return kept
        problems += self._render(files, facts.key)[1]
        return self.editions.get(files.path, ("", ()))[1]

    def _render(self, files: DocumentFiles, key: str) -> tuple[Rendered | None, list[Problem]]:
        assert self.desk
        desk, site = self.desk, self.desk.site
        problems: list[Problem] = []
        document = self.documents.pop(files.path, None) or read_document(files, self.reading, problems.append)
        body = document and self.converter.parse(document, problems.append)
        if not document or not body:
            return None, problems
        catalogues = {
            language.code: catalog.load(site.root, catalogue_path(document.path, language), problems.append)
            for language in site.languages[1:]
        }
        followed: dict[tuple[str, str, str], None] = {}

        def resolve(language: Language, link: str) -> str:
            answer = desk.links.resolve(document, language, link, problems.append)
            if not link.startswith(("#", "http://", "https://", "mailto:", "tel:", "\x02")):
                followed[language.code, link, answer] = None
            return answer

        begins, ends = document.metadata.date, document.metadata.expires
        hidden = unpublished(
            document.metadata.draft,
            moment(begins, self.reading.timezone),
            moment(ends, self.reading.timezone) if ends else None,
            desk.now,
        )
        shown: dict[str, None] = {}

        def see(picture: str) -> None:
            shown[picture] = None

        found = editions(
            site,
            body,
            catalogues,
            self.speech,
            self.converter,
            resolve,
            hidden,
            desk.pictures,
            see,
            problems.append,
        )
        if not found:
            return None, problems
        told = tuple(map(summarise, found))
        facts = RenderFacts(
            key=key,
            links=tuple(followed),
            pictures=tuple((picture, desk.pictures.stamp(picture)) for picture in shown),
            editions=tuple(
                EditionFacts(
                    language=e.language.code,
                    page=_page_digest(e, s),
                    entry=fingerprint(pack(s)),
                    title=fingerprint(s.address, s.title.text, s.title.language.code)[:16],
                    indexed=indexed(site, e),
                    ready=ready(site, e.language, e.progress),
                    card=card_mark(site, e) if indexed(site, e) else "",
                )
                for e, s in zip(found, told, strict=True)
            ),
            warnings=tuple(problems),
        )
        self.editions.pop(files.path, None)
        self.editions[files.path] = facts.pages, found
        if len(self.editions) > EDITIONS:
            del self.editions[next(iter(self.editions))]
        return Rendered(facts, pack(told), _packed(found)), problems


def _packed(editions: tuple[Edition, ...]) -> bytes:
    """Editions to be kept. Of the document, its pages show the metadata only."""
    document = replace(editions[0].document, body="", places={})
    # Dates in `extra` would come back as texts.
    return b"" if document.metadata.extra else pack([replace(e, document=document) for e in editions])


def _sound(value: T | None) -> T:
    if value is None:
        raise sqlite3.DatabaseError("a value in it is damaged")
    return value


def summaries(packed: bytes) -> tuple[Summary, ...]:
    """The summaries of a document, in all languages."""
    return _sound(summaries_of(packed))


def around(newer: bytes | None, older: bytes | None, related: Iterable[bytes]) -> Around:
    """What an article's pages show of others, out of their packed summaries."""
    return Around(
        None if newer is None else _sound(neighbour_of(newer)),
        None if older is None else _sound(neighbour_of(older)),
        tuple(_sound(neighbour_of(packed)) for packed in related),
    )


def put(aside: Aside, path: str, content: bytes, before: str) -> PageWritten:
    """Write a file aside unless its digest is that of what stands in its place already."""
    digest = hashlib.blake2b(content, digest_size=16).hexdigest()
    if digest != before:
        aside.put(path, content)
    return PageWritten(path, digest, digest != before)


def _page_digest(edition: Edition, summary: Summary) -> str:
    """Of all that an edition's own pages show."""
    metadata = edition.document.metadata
    shown = (metadata.updated, metadata.template, metadata.noindex)
    values = pack((summary, edition.authors, edition.toc, edition.blocks, shown))
    return fingerprint(values, metadata.extra)


class Shards:
    """One shard here, or one in each of several processes. A document always goes to the same."""

    def __init__(self, number: int, reading: Reading, templates: Templates | None, size: int = BATCH) -> None:
        self.here = Shard(reading, templates) if number == 1 else None
        self.executors: list[Executor] = []
        if number > 1:
            import multiprocessing
            from concurrent.futures import ProcessPoolExecutor

            # What is forked has the templates, compiled: they couldn't be sent.
            context = multiprocessing.get_context("fork")
            arguments = (reading, templates, os.getpid())
            self.executors = [
                ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=arguments)
                for _ in range(number)
            ]
        self.number = number
        self.size = size

    def __enter__(self) -> "Shards":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        for executor in self.executors:
            processes = list(getattr(executor, "_processes", None) or {})
            executor.shutdown(wait=kind is None, cancel_futures=True)
            if kind is not None:
                for process in processes:
                    _end(process)

    def all(self, method: str, *arguments: Any) -> None:
        """Call a method of every shard."""
        if self.here:
            getattr(self.here, method)(*arguments)
            return
        for future in [executor.submit(_call, method, *arguments) for executor in self.executors]:
            _answer(future)

    def batches(
        self,
        method: Callable[..., T],
        items: Sequence[Any],
        shard_of: Callable[[Any], int],
        size: int | None = None,
    ) -> Iterator[T]:
        """Call a method of the shards with batches of items, in the items' order for each shard."""
        name, size = method.__name__, size or self.size
        if self.here:
            for start in range(0, len(items), size):
                yield getattr(self.here, name)(items[start : start + size])
            return
        shares: list[list[Any]] = [[] for _ in self.executors]
        for item in items:
            shares[shard_of(item) % self.number].append(item)
        futures: deque[Future[T]] = deque()
        for start in range(0, max(map(len, shares), default=0), size):
            for share, executor in zip(shares, self.executors, strict=True):
                if share[start : start + size]:
                    futures.append(executor.submit(_call, name, share[start : start + size]))
        while futures:  # an answer that was given on is let go
            yield _answer(futures.popleft())


def processes_for(documents: int, jobs: int | None) -> int:
    """How many processes such a number of documents is worth; as many as asked, if so."""
    if jobs is not None:
        return jobs
    if documents < WORTH_PROCESSES:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_shard: Shard
"""The one shard of a worker process; set when the process begins."""


def _begin(reading: Reading, templates: Templates | None, parent: int) -> None:
    global _shard  # noqa: PLW0603  # a process of an executor has no other place to keep something
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    _shard = Shard(reading, templates)


def _end_with(parent: int) -> None:
    """End this process when its parent has died, which a process that waits for work can't see.

    Until then it holds the build's lock, which it has inherited: another build must not begin while pages of
    this one are still being written.
    """
    while os.getppid() == parent:
        time.sleep(0.1)
    os._exit(1)


def _call(method: str, *arguments: Any) -> Any:
    return getattr(_shard, method)(*arguments)


def _answer(future: "Future[T]") -> T:
    from concurrent.futures.process import BrokenProcessPool

    try:
        return future.result()
    except BrokenProcessPool:
        what = "a worker process died"
        hint = "is there enough memory? try --jobs 1"
        raise SiteError(Problem("site.yaml", 1, 1, what, hint)) from None


def _end(process: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def in_order(paths: Iterable[str]) -> dict[str, int]:
    """A number for each document, by which it is dealt to a shard."""
    return {path: index // BATCH for index, path in enumerate(paths)}
