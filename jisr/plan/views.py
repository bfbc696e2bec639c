"""What templates see (docs/templates.md). Frozen values, ready to be shown."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jisr.model import BlockState, Heading, Language, Phrase, Progress


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of a menu."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Alternate:
    """The same page in a language."""

    language: Language
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class SiteView:
    """The site in the page's language."""

    title: str
    description: str
    language: Language
    source: Language
    home: str
    menu: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class PageView:
    """The page itself, whatever it shows."""

    kind: str
    title: Phrase
    description: Phrase | None
    url: str
    canonical: str
    index: bool
    alternates: tuple[Alternate, ...]
    hreflang: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Credit:
    """Where an article comes from."""

    name: Phrase
    url: str | None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with its texts."""

    url: str
    alt: Phrase
    caption: Phrase | None
    credit: Phrase | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A document in a listing."""

    url: str
    language: Language
    is_source: bool
    title: Phrase
    summary: Phrase | None
    date: datetime.date | None
    image: Picture | None
    tags: tuple[Phrase, ...]
    source: Credit | None
    progress: Progress
    draft: bool


@dataclass(frozen=True, slots=True)
class EditionView:
    """A document in a language, on its own page."""

    language: Language
    source_language: Language
    is_source: bool
    title: Phrase
    summary: Phrase | None
    authors: tuple[Phrase, ...]
    tags: tuple[Phrase, ...]
    date: datetime.date | None
    updated: datetime.date | None
    source: Credit | None
    image: Picture | None
    html: str
    toc: tuple[Heading, ...]
    progress: Progress
    draft: bool
    original_url: str
    parallel_url: str | None
    extra: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A block in both languages. `state` is None where it is the same in both."""

    state: BlockState | None
    source: str
    translation: str | None
