"""Cards: what links to articles show where they are shared, if the article has no picture of its own."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from jisr.fingerprint import fingerprint
from jisr.model import DocumentFacts, Edition, Rendering, Site
from jisr.urls import page_path, url

NAME = "card.png"
"""Beside the page."""

_UNSHOWN = (".svg", ".avif")
"""Pictures that social networks don't show."""


def card_mark(site: Rendering, edition: Edition) -> str:
    """Digest of what an edition's card shows of it in the theme; empty where it has none."""
    metadata = edition.document.metadata
    image = (edition.image_url or "").partition("?")[0].lower()
    if edition.document.kind != "article" or not site.cards or (image and not image.endswith(_UNSHOWN)):
        return ""
    day = metadata.date or date.min
    if isinstance(site.cards, date) and (day.date() if isinstance(day, datetime) else day) < site.cards:
        return ""
    progress = edition.progress
    return fingerprint(
        (edition.title.text, edition.title.language.code),
        day,
        edition.sections[-1:],
        None if edition.language == site.source else (progress.translated, progress.total),
    )[:8]


def recent(documents: Iterable[DocumentFacts]) -> date | bool:
    """The day from which on articles have a card: the first of the year before that of the newest article.

    So that a card isn't taken away from an older one each time that a new one comes, but once a year.
    """
    newest = max((one.month for one in documents if one.kind == "article"), default="")
    return date(max(int(newest[:4]) - 1, 1), 1, 1) if newest else True


def card_path(address: str, prefix: str, addresses: Literal["folders", "files"]) -> str:
    """Output path of a card: `("articles/name", "en")` → `en/articles/name/card.png`.

    Among `files` it is `en/articles/name-card.png`.
    """
    page = page_path(address, prefix, addresses)
    if addresses == "folders":
        return page.removesuffix("index.html") + NAME
    return f"{page.removesuffix('.html')}-{NAME}"


def card_url(site: Site, edition: Edition, mark: str) -> str:
    """The address that a page names its card by.

    It has a digest of all that the card shows in the theme, since networks look for a picture once.
    """
    path = card_path(edition.document.address, site.prefix(edition.language), site.addresses)
    shown = fingerprint(site.settings[edition.language.code].title, mark)[:8]
    return f"{url(path, site.base_path)}?v={shown}"
