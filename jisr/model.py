"""The values that flow from stage to stage, and nothing else.

All are frozen, with tuples for lists. Paths are POSIX paths relative to the site's folder. What a build
holds by the ten thousand is left out of Python's search for circles (`gc=False`): frozen values form none.
What is packed is packed without the names of its fields (`array_like=True`), in half the time.
"""

import datetime
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from jisr.errors import Problem

Direction = Literal["ltr", "rtl"]
State = Literal["source", "translated", "outdated", "missing"]
FINISHED: frozenset[State] = frozenset({"source", "translated"})
"""States in which a text is shown without a mark."""

Unpublished = Literal["draft", "scheduled", "expired"]
"""Why a document is shown with `--drafts` only."""
BlockState = State | Literal["partial"]
"""A block of several messages in different states is partial; marks within show each."""


class Language(Struct, frozen=True, gc=False, array_like=True):
    """A language of the site. `digits` is a CLDR numbering system: `latn`, `arab` or `arabext`.

    `hijri` says that its pages show dates in the Islamic calendar too.
    """

    code: str
    direction: Direction
    name: str
    locale: str
    digits: str
    hijri: bool = False


class MenuItem(Struct, frozen=True):
    """An entry of a menu as the settings have it; `line` is its place in `site.yaml`."""

    label: str
    to: str
    line: int


class LanguageSettings(Struct, frozen=True):
    """What `site.yaml` says of one language."""

    title: str
    description: str
    menu: tuple[MenuItem, ...]


class ImageSettings(Struct, frozen=True):
    """What is made of pictures: formats, the best first, and widths in pixels.

    `sizes` is the attribute of those in a body.
    """

    formats: tuple[Literal["avif", "webp"], ...]
    widths: tuple[int, ...]
    sizes: str


class Reading(Struct, frozen=True):
    """What the settings say of reading documents: patterns of addresses, and the zone of their dates.

    `sections` are patterns for folders below `content/articles/`.
    """

    timezone: str = "UTC"
    articles: str = "/articles/:section/:slug/"
    pages: str = "/:section/:slug/"
    sections: Mapping[str, str] = {}


class Rendering(Struct, frozen=True):
    """What the settings say of rendering documents: a change of any of these renders all of them anew.

    The first language is the source; `base_path` begins and ends with `/`.
    """

    base_path: str
    languages: tuple[Language, ...]
    reading: Reading
    addresses: Literal["folders", "files"]
    untranslated: Literal["show", "hide"]
    outdated: Literal["show", "placeholder"]
    index_from: int
    side_by_side: bool
    trusted_html: bool
    sections: Mapping[str, str]
    images: ImageSettings | None
    search: bool
    cards: bool | datetime.date | Literal["recent"]

    @property
    def source(self) -> Language:
        """The language that the articles are written in."""
        return self.languages[0]

    @property
    def timezone(self) -> str:
        """The zone in which dates are meant."""
        return self.reading.timezone

    def prefix(self, language: Language) -> str:
        """The folder of a language's pages: empty for the source."""
        return "" if language == self.source else language.code


class Site(Rendering, frozen=True):
    """The settings, validated."""

    root: Path
    base_url: str
    settings: Mapping[str, LanguageSettings]
    per_page: int
    listings: tuple[Literal["tags", "authors", "sections", "archive"], ...]
    related: int
    sitemap: bool
    news_sitemap: bool
    feed: Literal["summary", "full", "none"]
    feed_untranslated: Literal["mark", "source", "omit"]
    host_files: tuple[Literal["headers", "redirects", "nojekyll", "cname", "netlify"], ...]
    content_security_policy: Mapping[str, str]
    fingerprint: bool
    minify: bool
    manifest: bool
    accept: Mapping[str, tuple[str, ...]]
    tag_feeds: bool


class Source(Struct, frozen=True, gc=False):
    """A file: `path` in the folder `root`.

    `signature` is what the file system says of it (`sources.signature`); `digest` is that of its bytes,
    empty where it isn't known yet. A `link` is a symbolic one, to the file that all this is of, or stands in
    a folder behind one.
    """

    path: str
    root: Path
    signature: bytes = b""
    digest: str = ""
    link: bool = False

    @property
    def file(self) -> Path:
        """Where it is on the disk."""
        return self.root / self.path


class Image(Struct, frozen=True, gc=False, array_like=True):
    """A picture as the front matter has it. `src` is a path or an address."""

    src: str
    alt: str = ""
    caption: str | None = None
    credit: str | None = None


class PictureFacts(Struct, frozen=True, gc=False, array_like=True):
    """What a picture's file holds. `width` and `height` are those that are to be seen, 0 where unknown.

    `format` is what it is, by its bytes (`jpeg`), `orientation` that of EXIF; `private` says that it isn't
    published as it is, `scalable` that smaller ones can be made of it. A `fault` is to be told, with a hint.
    """

    format: str
    width: int = 0
    height: int = 0
    orientation: int = 1
    private: bool = False
    scalable: bool = False
    fault: str = ""
    hint: str = ""

    def wrong(self, fault: str, hint: str) -> "PictureFacts":
        """The same with a fault."""
        return replace(self, fault=fault, hint=hint)


class Sized(Struct, frozen=True, gc=False, array_like=True):
    """How a page shows a picture: its size in pixels, and `type` and `srcset` of smaller ones."""

    width: int
    height: int
    sources: tuple[tuple[str, str], ...] = ()


class Origin(Struct, frozen=True, gc=False, array_like=True):
    """Where an article comes from."""

    name: str
    url: str | None = None


class Metadata(Struct, frozen=True, gc=False, array_like=True):
    """The front matter, validated."""

    title: str
    date: datetime.date | None = None
    updated: datetime.date | None = None
    expires: datetime.date | None = None
    slug: str | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    summary: str | None = None
    image: Image | None = None
    source: Origin | None = None
    draft: bool = False
    template: str | None = None
    noindex: bool = False
    aliases: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


class Segment(Struct, frozen=True):
    """One translatable piece: inline Markdown, or plain text where `context` names a metadata field."""

    kind: str
    text: str
    line: int
    context: str | None = None

    @property
    def key(self) -> tuple[str | None, str]:
        """What a catalogue finds it by: msgctxt and msgid."""
        return self.context, self.text


class Document(Struct, frozen=True, gc=False, array_like=True):
    """A file of `content/` with its metadata; the body isn't parsed yet.

    `address` is its place in the site without language or slashes at the ends: `articles/name`.
    `line` is the number of lines before the body; `places` gives path, line and column of each
    metadata field, `image.src` for one: front matter and sidecar are two files.
    """

    path: str
    kind: Literal["article", "page"]
    metadata: Metadata
    address: str
    body: str
    markdown: bool
    line: int
    places: Mapping[str, tuple[str, int, int]]


class Translation(Struct, frozen=True):
    """What a catalogue has for a segment. `text` is None exactly where `state` is missing.

    `previous` is the source that an outdated translation was made from, where the catalogue knows it;
    `line` is the entry's place in the catalogue, 0 where it has none.
    """

    segment: Segment
    text: str | None
    state: State
    previous: str | None = None
    line: int = 0


class Phrase(Struct, frozen=True, gc=False, array_like=True):
    """Plain text in a language. `newer` is the changed source beside an outdated translation."""

    text: str
    language: Language
    state: State
    newer: str | None = None


class Name(Struct, frozen=True, gc=False, array_like=True):
    """A name that the whole site shares, of a tag or an author; `slug` is what its pages are called."""

    phrase: Phrase
    slug: str


class Block(Struct, frozen=True, gc=False, array_like=True):
    """A top-level block of a body. `state` is None where there is nothing to translate.

    `html` is empty where the block isn't shown for want of a translation.
    """

    html: str
    state: BlockState | None


class Heading(Struct, frozen=True, gc=False, array_like=True):
    """An entry of a table of contents."""

    level: int
    id: str
    html: str


class Progress(Struct, frozen=True, gc=False, array_like=True):
    """How far a translation is, in messages."""

    total: int
    translated: int
    outdated: int
    missing: int

    @property
    def percent(self) -> int:
        """Share translated, 0 to 100, rounded down: 100 means all of it."""
        return self.translated * 100 // self.total if self.total else 100


class Edition(Struct, frozen=True, gc=False, array_like=True):
    """A document in one language."""

    document: Document
    language: Language
    title: Phrase
    summary: Phrase | None
    authors: tuple[Name, ...]
    tags: tuple[Name, ...]
    sections: tuple[Name, ...]
    source_name: Phrase | None
    image_url: str | None
    image_size: Sized | None
    image_alt: Phrase | None
    image_caption: Phrase | None
    image_credit: Phrase | None
    blocks: tuple[Block, ...]
    toc: tuple[Heading, ...]
    progress: Progress
    unpublished: Unpublished | None


class Summary(Struct, frozen=True, gc=False, array_like=True):
    """What a listing shows of an edition, in values that can be kept. Dates are in ISO 8601."""

    address: str
    language: Language
    title: Phrase
    summary: Phrase | None
    authors: tuple[Name, ...]
    tags: tuple[Name, ...]
    sections: tuple[Name, ...]
    date: str | None
    updated: str | None
    source_name: Phrase | None
    source_url: str | None
    image_url: str | None
    image_size: Sized | None
    image_alt: Phrase | None
    image_caption: Phrase | None
    image_credit: Phrase | None
    progress: Progress
    unpublished: Unpublished | None


class Neighbour(Struct, frozen=True, gc=False, array_like=True):
    """What an article's page shows of another: the first fields of its `Summary`."""

    address: str
    language: Language
    title: Phrase


class DocumentFiles(Struct, frozen=True, gc=False):
    """The files that make a document: the body's first, then its sidecars."""

    path: str
    files: tuple[Source, ...]


class DocumentFacts(Struct, frozen=True, gc=False, array_like=True):
    """What the rest of the site needs to know of a document without reading it again.

    `key` is the digest of its files; `moment` orders articles: seconds since 1970; `month` is `2023/10`;
    `expires` is when it is taken out again, as a `moment`; `modified` when it last changed, in ISO 8601.
    """

    path: str
    key: str
    kind: Literal["article", "page"]
    address: str
    draft: bool
    noindex: bool
    template: str | None
    moment: float
    month: str
    modified: str
    expires: float | None
    tags: tuple[str, ...]
    authors: tuple[str, ...]
    aliases: tuple[str, ...]
    warnings: tuple[Problem, ...]


class EditionFacts(Struct, frozen=True):
    """What of an edition pages depend on.

    Digests: `page` of all that its own pages show, `entry` of what listings show, `title` of what its
    neighbours show, `found` of what a search index is given, empty where there is none. `ready` is whether it
    is translated as far as `index_from` asks; `card` marks what its card shows, empty where it has none.
    """

    page: str
    entry: str
    title: str
    indexed: bool
    ready: bool
    card: str
    found: str


class RenderFacts(Struct, frozen=True, gc=False, array_like=True):
    """What rendering a document gave, besides the editions: `key` is the digest of all that went in.

    `shown` is a digest of all that its outputs show of its editions, `entry` of all that listings show. The
    facts of the single ones stand side by side, in the order of the site's languages, since hardly a build
    needs them all: digests with a space between, and a 1 for each that is `offered` to search engines, or
    `ready`.

    `links` are those it has into the site, packed (`packed.links_of`): each with its language and the address
    that it got. `names` are those that the site translates, packed (`packed.names_of`): each with its
    language, kind and translation, empty where there is none. `pictures` are those files of the site that it
    shows, each with its digest.
    """

    key: str
    shown: str
    entry: str
    pages: str
    entries: str
    titles: str
    cards: str
    found: str
    offered: str
    ready: str
    links: bytes
    names: bytes
    pictures: tuple[tuple[str, str], ...]
    warnings: tuple[Problem, ...]

    @property
    def editions(self) -> list[EditionFacts]:
        """The facts of each edition."""
        digests = (self.pages, self.entries, self.titles, self.cards, self.found)
        columns = [taken_apart(text, len(self.offered)) for text in digests]
        return [
            EditionFacts(
                page=page,
                entry=entry,
                title=title,
                indexed=indexed == "1",
                ready=ready == "1",
                card=card,
                found=found,
            )
            for indexed, ready, page, entry, title, card, found in zip(
                self.offered, self.ready, *columns, strict=False
            )
        ]


def taken_apart(digests: str, number: int) -> list[str]:
    """Digests that stand side by side; empty ones where there aren't as many, in a damaged record."""
    found = digests.split(" ")
    return found if len(found) >= number else found + [""] * (number - len(found))


class Stood(Struct, frozen=True, gc=False, array_like=True):
    """The outputs of a document or a listing: what all of them are made of, by digests, and their paths.

    There is a `number` of them, of which some are HTML `pages`. Their paths are lines of one text, since
    hardly a build looks at them.
    """

    grounds: str
    lines: str
    number: int
    pages: int

    @classmethod
    def of(cls, grounds: str, paths: Collection[str]) -> "Stood":
        """What is made of these `grounds` at these paths."""
        return cls(grounds, "\n".join(paths), len(paths), sum([path.endswith(".html") for path in paths]))

    @property
    def paths(self) -> list[str]:
        """The paths of the outputs."""
        return self.lines.split("\n") if self.number else []


class Term(Struct, frozen=True):
    """A tag, an author, a section or a month, with the number of its articles.

    `newest` is the path of the one that the name is taken from; a month has its name from the calendar.
    """

    slug: str
    count: int
    newest: str


class Listing(Struct, frozen=True, gc=False):
    """What a page lists: articles by their paths, on page `number` of `count`; or terms.

    `address` is that of its first page, without language: `tags/name`. `offered` has a 1 for each language
    in which search engines are invited to it: where one of its articles is offered to them.
    """

    address: str
    articles: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    number: int = 1
    count: int = 1
    offered: str = ""


class Page(Struct, frozen=True, gc=False):
    """An output that a template makes. `document` is empty for a page of the site itself."""

    kind: Literal[
        "article", "page", "parallel", "card", "redirect", "home", "feed", "404", "search", "manifest",
        "tag", "tags", "author", "authors", "section", "sections", "month", "archive",
    ]  # fmt: skip
    template: str
    language: str
    document: str
    blame: str
    """The file to name when the template fails for this page only."""
    listing: Listing | None = None


class Copied(Struct, frozen=True, gc=False):
    """An output that is a file as it is."""

    source: Source


class Derived(Struct, frozen=True):
    """An output that is made of a picture: one of that width and format; with neither, as it is published."""

    source: Source
    width: int = 0
    format: str = ""


class Place(Struct, frozen=True):
    """An address that search engines are told of: `offered` has a 1 for each language in which it is.

    `modified` is when it last changed, in ISO 8601, if that is said.
    """

    address: str
    offered: str
    modified: str = ""


class Composed(Struct, frozen=True):
    """An output that is made without a template: a sitemap of places, or of other sitemaps, or robots.txt.

    The one for news has articles, by their paths, each with the languages in which it is offered.
    """

    kind: Literal["sitemap", "index", "news", "robots"]
    places: tuple[Place, ...] = ()
    parts: tuple[str, ...] = ()
    news: tuple[tuple[str, str], ...] = ()


class Indexed(Struct, frozen=True):
    """An output that is part of a search index."""


class Asset(Struct, frozen=True):
    """A copy of a file of `static/` under a name of its content, `path`, for pages to load.

    `integrity` is the digest that browsers compare, of a style sheet or a script; empty for others, which are
    copied as they are. `names` are the files that a style sheet names, with what they are called in the copy.
    """

    source: Source
    path: str
    integrity: str
    names: Mapping[str, str]
    minify: bool


class Text(Struct, frozen=True):
    """An output whose text the plan knows: a file for the host."""

    text: str


class Output(Struct, frozen=True, gc=False):
    """A file of the built site. `path` is relative to the output folder.

    `fingerprint` names the values it is made of: equal ones make equal files. Its lines are in the order
    of `plan.outline.PARTS`.
    """

    path: str
    fingerprint: str
    content: Page | Copied | Derived | Composed | Indexed | Asset | Text
