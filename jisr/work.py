"""The work on documents: reading, rendering, writing their pages, and the site's own.

Documents are dealt out to shards (`processes.py`). What was rendered goes to `write/bodies.py`, from where
the pages are written; the last of it is at hand.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from jisr.errors import Problem, Report, unheard
from jisr.model import (
    Derived,
    Document,
    DocumentFacts,
    DocumentFiles,
    Edition,
    Output,
    Page,
    PictureFacts,
    Reading,
    Site,
    Source,
)
from jisr.packed import around, editions_of, summaries
from jisr.plan.feeds import feed_context, json_feed
from jisr.plan.find import index_page
from jisr.plan.pages import (
    document_context,
    entry,
    html_of,
    listing_context,
    plain_context,
    search_context,
    shown,
)
from jisr.plan.views import Entry
from jisr.read.documents import alias_path, instant, moment, month, read_document
from jisr.read.markup.converter import Converter
from jisr.read.sources import unsettled
from jisr.rendering import Desk, Rendered, render
from jisr.translate import catalog, interface
from jisr.translate.editions import Speech, names_path
from jisr.urls import edition_path
from jisr.write.bodies import Bodies
from jisr.write.cards import drawn
from jisr.write.output import PageWritten, put
from jisr.write.templates import TemplateFailedError, Templates

if TYPE_CHECKING:  # loaded where there are pictures to make
    from jisr.write.pictures import PictureWork

KEPT = 4096
"""Entries of listings that a shard keeps: pages that show the same articles are made close together."""

EDITIONS = 500
"""Documents whose editions a shard keeps at hand, 25 MB; others' are read from where they are kept."""


class SitePage(Struct, frozen=True):
    """A page of the site itself to be written, with the packed summaries of what it lists.

    `before` is the digest of what stands in its place, `naming` the summaries that its terms take their names
    from; `bodies` are the documents whose text it shows in full.
    """

    output: Output
    before: str
    articles: tuple[bytes, ...] = ()
    naming: tuple[bytes, ...] = ()
    bodies: tuple[tuple[DocumentFiles, str], ...] = ()


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
    """Some of the site's documents, in one process. Templates that it isn't given are loaded by itself."""

    def __init__(self) -> None:
        self.reading = Reading()
        self.templates: Templates | None = None
        self.converter = Converter()
        self.documents: dict[str, Document] = {}
        self.editions: dict[str, tuple[str, tuple[Edition, ...]]] = {}
        """The last that were made, each with what it came to: a large site's don't go into memory."""
        self.html: dict[tuple[str, str], tuple[str, ...]] = {}
        self.desk: Desk | None = None

    def prepare(self) -> None:
        """Load Python-Markdown, as nothing else is to be done: it takes as long as to render 20 articles."""
        _ = self.converter.framework

    def begin(self, reading: Reading) -> None:
        """Take what reading needs."""
        self.reading = reading

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
        self.desk = desk
        self.kept = Bodies(desk.record)
        site = desk.site
        if not self.templates:  # what is wrong with the words was said when they were read first
            self.templates = load_templates(desk.root, desk.theme, site, desk.assets, unheard)
        words = self.templates.translations
        self.speech = {
            spoken.code: Speech(
                interface.labels(words[spoken.code], spoken, site.source),
                None if spoken == site.source else catalog.load(desk.root, names_path(spoken), unheard),
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
        self, batch: Sequence[tuple[DocumentFiles, str, Sequence[tuple[Output, str]], Sequence[bytes | None]]]
    ) -> tuple[list[PageWritten], list[Problem]]:
        """Render documents' pages into the staging folder, but for those that are what they were.

        With each document comes the digest of its rendering, `RenderFacts.pages`, and the summaries of those
        around it.
        """
        assert self.desk
        site, links = self.desk.site, self.desk.links
        written: list[PageWritten] = []
        problems: list[Problem] = []
        for files, pages, outputs, packed in batch:
            found = self._editions(files, pages, problems)
            document = shown(found, around(packed), links)
            for output, before in outputs if found else ():
                assert isinstance(output.content, Page)
                context = document_context(site, output.content, document, links)
                self._put(output, before, context, written, problems)
        return written, problems

    def lay_out(
        self, batch: Sequence[tuple[DocumentFiles, str, Sequence[tuple[int, Path]]]]
    ) -> list[Problem]:
        """Write what an index is given of documents, in some languages each, below the folder besides."""
        assert self.desk
        problems: list[Problem] = []
        for files, pages, places in batch:
            found = self._editions(files, pages, problems)
            for language, folder in places if found else ():
                edition = found[language]
                path = edition_path(edition.document.address, edition.language, self.desk.site)
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
                bodies = {files.path: self._html(files, pages, problems) for files, pages in item.bodies}
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
        except UnicodeEncodeError as error:  # only a template can make it
            what = f"U+{ord(text[error.start]):04X} is half a character, and no text"
            path = f"templates/{output.content.template}"
            problems.append(Problem(path, 1, 1, what, f"take out {ascii(text[error.start])[1:-1]}"))
            return
        written.append(put(self.desk.aside, output.path, made, before))

    def _html(self, files: DocumentFiles, pages: str, problems: list[Problem]) -> tuple[str, ...]:
        """The body of a document in all languages. Feeds that show it are made one after the other."""
        key = files.path, pages
        if key not in self.html:
            self.html[key] = tuple(map(html_of, self._editions(files, pages, problems)))
            if len(self.html) > EDITIONS:
                del self.html[next(iter(self.html))]
        return self.html[key]

    def _editions(self, files: DocumentFiles, pages: str, problems: list[Problem]) -> tuple[Edition, ...]:
        """The editions of a document: made now, kept by an earlier build, or else made."""
        known, made = self.editions.get(files.path, ("", ()))
        if known == pages:
            return made
        if kept := editions_of(self.kept.get(files.path, pages)):
            return kept
        problems += self._render(files, "")[1]
        known, made = self.editions.get(files.path, ("", ()))
        if known != pages and not problems:
            problems.append(unsettled(files.path))
        return made

    def _render(self, files: DocumentFiles, key: str) -> tuple[Rendered | None, list[Problem]]:
        assert self.desk
        problems: list[Problem] = []
        document = self.documents.pop(files.path, None) or read_document(files, self.reading, problems.append)
        body = document and self.converter.parse(document, problems.append)
        if not document or not body:
            return None, problems
        made = render(document, body, self.desk, self.speech, self.converter, key, problems)
        if not made:
            return None, problems
        rendered, found = made
        self.editions.pop(files.path, None)
        self.editions[files.path] = rendered.facts.pages, found
        if len(self.editions) > EDITIONS:
            del self.editions[next(iter(self.editions))]
        return rendered, problems
