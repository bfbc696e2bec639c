"""What templates see (docs/templates.md). Frozen values, ready to be shown."""

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from jisr.model import BlockState, Heading, Language, Phrase, Progress, Unpublished


def frozen(value: Any) -> Any:
    """Lists and groups of keys that can be read like others, and not changed."""
    if isinstance(value, dict):
        return _Keys({key: frozen(item) for key, item in value.items()})
    return _List(map(frozen, value)) if isinstance(value, list) else value


def _refuse(*_: Any, **__: Any) -> Any:
    raise TypeError("what is in `extra` can't be changed")


class _List(list[Any]):
    __delitem__ = __iadd__ = __imul__ = __setitem__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse


class _Keys(dict[str, Any]):
    __delitem__ = __ior__ = __setitem__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse


class Link(Struct, frozen=True):
    """An entry of a menu."""

    label: str
    url: str
    current: bool


class Alternate(Struct, frozen=True):
    """The same page in a language."""

    language: Language
    url: str
    current: bool


class PageLink(Struct, frozen=True):
    """A page of a listing that has several."""

    number: int
    url: str
    current: bool


class Pagination(Struct, frozen=True):
    """Where a page stands in its listing. `links` has None where pages are left out."""

    number: int
    count: int
    newer: str | None
    older: str | None
    links: tuple[PageLink | None, ...]


class FeedLink(Struct, frozen=True):
    """A feed that a page names, with its media type."""

    url: str
    type: str
    title: str


class SiteView(Struct, frozen=True):
    """The site in the page's language."""

    title: str
    description: str
    language: Language
    source: Language
    home: str
    menu: tuple[Link, ...]
    tags: str | None
    authors: str | None
    sections: str | None
    archive: str | None
    feed: str | None
    manifest: str | None
    search: str | None


class PageView(Struct, frozen=True):
    """The page itself, whatever it shows."""

    kind: str
    title: Phrase
    description: Phrase | None
    url: str
    canonical: str
    index: bool
    alternates: tuple[Alternate, ...]
    hreflang: tuple[tuple[str, str], ...]
    feeds: tuple[FeedLink, ...]
    pagination: Pagination | None = None
    card: str | None = None
    make_data: Callable[[], str] | None = None

    @property
    def data(self) -> str | None:
        """Structured data, made when a template shows it, which not every theme does."""
        return self.make_data() if self.make_data else None


class Named(Struct, frozen=True):
    """A name with where it leads: a tag, an author, a source, the title of another article."""

    name: Phrase
    url: str | None


class Term(Struct, frozen=True):
    """A tag, an author, a section or a month with the number of its articles."""

    name: Phrase
    url: str
    count: int


class Picture(Struct, frozen=True):
    """A picture with its texts, its size in pixels, and `type` and `srcset` of smaller ones."""

    url: str
    alt: Phrase
    caption: Phrase | None
    credit: Phrase | None
    width: int | None
    height: int | None
    sources: tuple[tuple[str, str], ...]


class Year(Struct, frozen=True):
    """A year of the archive with its months."""

    name: str
    url: str
    months: tuple[Term, ...]


class Entry(Struct, frozen=True, eq=False):
    """A document in a listing. Equal to itself alone: what is made of it is kept by it."""

    url: str
    canonical: str
    language: Language
    is_source: bool
    title: Phrase
    summary: Phrase | None
    authors: tuple[Named, ...]
    date: datetime.date | None
    updated: datetime.date | None
    image: Picture | None
    tags: tuple[Named, ...]
    sections: tuple[Named, ...]
    source: Named | None
    progress: Progress
    unpublished: Unpublished | None


class FeedEntry(Struct, frozen=True):
    """An article in a feed. Times have their zone; `html` is the body where the feed has full texts.

    `marked` says that it isn't translated as far as `index_from` asks.
    """

    article: Entry
    published: datetime.datetime
    updated: datetime.datetime
    html: str | None
    marked: bool


class EditionView(Struct, frozen=True):
    """A document in a language, on its own page."""

    language: Language
    source_language: Language
    is_source: bool
    title: Phrase
    summary: Phrase | None
    authors: tuple[Named, ...]
    tags: tuple[Named, ...]
    sections: tuple[Named, ...]
    date: datetime.date | None
    updated: datetime.date | None
    source: Named | None
    image: Picture | None
    html: str
    toc: tuple[Heading, ...]
    progress: Progress
    unpublished: Unpublished | None
    original_url: str
    parallel_url: str | None
    newer: Named | None
    older: Named | None
    related: tuple[Named, ...]
    extra: Mapping[str, Any]


class Row(Struct, frozen=True):
    """A block in both languages. `state` is None where it is the same in both."""

    state: BlockState | None
    source: str
    translation: str | None
