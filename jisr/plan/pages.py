"""Editions → what a template sees on each page."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, overload

from jisr.model import Edition, Language, MenuItem, Page, Phrase, Site, Summary
from jisr.plan.views import (
    Alternate,
    Credit,
    EditionView,
    Entry,
    Link,
    PageView,
    Picture,
    Row,
    SiteView,
)
from jisr.translate.editions import summarise
from jisr.translate.links import Links
from jisr.urls import absolute, page_path, url

_ID = re.compile(r'(<[a-z][^<>]*?) id="[^"]*"')
"""An id in a tag. On the side-by-side page the source has them; they can't stand twice."""


def document_context(site: Site, page: Page, editions: tuple[Edition, ...], links: Links) -> dict[str, Any]:
    """What the template of a document's page sees. `editions` are the document's, the source first."""
    edition = next(edition for edition in editions if edition.language.code == page.language)
    side_by_side = page.kind == "parallel"
    path = _parallel_path(edition, links) if side_by_side else _path(edition, links)
    view = _page(site, editions, edition, page.kind, path, links)
    context = {"site": _site_view(site, edition.language, view.url, links), "page": view}
    if page.kind == "redirect":
        return context
    context["edition"] = _edition_view(site, editions, edition, links)
    if side_by_side:
        context["rows"] = tuple(
            Row(there.state, here.html, None if there.state == "missing" else _ID.sub(r"\1", there.html))
            for here, there in zip(editions[0].blocks, edition.blocks, strict=True)
        )
    return context


def home_context(
    site: Site, language: Language, summaries: Sequence[Summary], links: Links
) -> dict[str, Any]:
    """What the template of a home page sees. `summaries` are the articles', in the order of the page."""
    page = _plain_page(site, language, "home", page_path("", links.prefix(language)), links)
    return {
        "site": _site_view(site, language, page.url, links),
        "page": page,
        "lead": _entry(site, summaries[0], links) if summaries else None,
        "entries": _Entries(site, summaries[1:], links),
    }


def not_found_context(site: Site, language: Language, links: Links) -> dict[str, Any]:
    """What the template of the page for missing addresses sees."""
    page = _plain_page(site, language, "404", not_found_path(language, links), links)
    return {"site": _site_view(site, language, page.url, links), "page": page}


class _Entries(Sequence[Entry]):
    """The entries of a listing, each made when it is asked for: a page may show a few of ten thousand."""

    def __init__(self, site: Site, summaries: Sequence[Summary], links: Links) -> None:
        self.site, self.summaries, self.links = site, summaries, links

    def __len__(self) -> int:
        return len(self.summaries)

    @overload
    def __getitem__(self, index: int) -> Entry: ...

    @overload
    def __getitem__(self, index: slice) -> "_Entries": ...

    def __getitem__(self, index: int | slice) -> "Entry | _Entries":
        if isinstance(index, slice):
            return _Entries(self.site, self.summaries[index], self.links)
        return _entry(self.site, self.summaries[index], self.links)


def indexed(site: Site, edition: Edition) -> bool:
    """Whether search engines are invited to an edition."""
    metadata = edition.document.metadata
    if metadata.noindex or metadata.draft:
        return False
    return edition.language == site.source or edition.progress.percent >= site.index_from


def _path(edition: Edition, links: Links) -> str:
    return page_path(edition.document.address, links.prefix(edition.language))


def _parallel_path(edition: Edition, links: Links) -> str:
    return page_path(f"{edition.document.address}/parallel", links.prefix(edition.language))


def _site_view(site: Site, language: Language, page_url: str, links: Links) -> SiteView:
    settings = site.settings[language.code]
    menu = []
    for item in settings.menu:
        target = menu_url(item, language, links) or site.base_path
        menu.append(Link(item.label, target, target == page_url))
    return SiteView(
        title=settings.title,
        description=settings.description,
        language=language,
        source=site.source,
        home=_home_url(site, language, links),
        menu=tuple(menu),
    )


def menu_url(item: MenuItem, language: Language, links: Links) -> str | None:
    if item.to.startswith(("http://", "https://", "#")):
        return item.to
    return links.from_root(item.to) if item.to.startswith("/") else links.page(f"content/{item.to}", language)


def _home_url(site: Site, language: Language, links: Links) -> str:
    return url(page_path("", links.prefix(language)), site.base_path)


def _page(
    site: Site, editions: tuple[Edition, ...], edition: Edition, kind: str, path: str, links: Links
) -> PageView:
    address = url(path, site.base_path)
    index = kind != "parallel" and indexed(site, edition)
    alternates = []
    for other in editions:
        side_by_side = kind == "parallel" and other.language != site.source
        target = _parallel_path(other, links) if side_by_side else _path(other, links)
        alternates.append(Alternate(other.language, url(target, site.base_path), other is edition))
    offered = [other for other in editions if index and indexed(site, other)]
    pairs = [
        (other.language.code, absolute(url(_path(other, links), site.base_path), site.base_url))
        for other in offered
    ]
    return PageView(
        kind=kind,
        title=edition.title,
        description=edition.summary,
        url=address,
        canonical=absolute(address, site.base_url),
        index=index,
        alternates=tuple(alternates),
        hreflang=_hreflang(pairs),
    )


def _hreflang(pairs: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The pairs with x-default, the source, last; nothing where a page has no counterpart."""
    return (*pairs, ("x-default", pairs[0][1])) if len(pairs) > 1 else ()


def _plain_page(site: Site, language: Language, kind: str, path: str, links: Links) -> PageView:
    address = url(path, site.base_path)
    settings = site.settings[language.code]
    alternates = []
    for other in site.languages:
        name = page_path("", links.prefix(other)) if kind == "home" else not_found_path(other, links)
        alternates.append(Alternate(other, url(name, site.base_path), other == language))
    pairs = [(a.language.code, absolute(a.url, site.base_url)) for a in alternates] if kind == "home" else []
    description = Phrase(settings.description, language, "source") if settings.description else None
    return PageView(
        kind=kind,
        title=Phrase(settings.title, language, "source"),
        description=description,
        url=address,
        canonical=absolute(address, site.base_url),
        index=kind == "home",
        alternates=tuple(alternates),
        hreflang=_hreflang(pairs),
    )


def not_found_path(language: Language, links: Links) -> str:
    return "/".join(part for part in (links.prefix(language), "404.html") if part)


def _edition_view(site: Site, editions: tuple[Edition, ...], edition: Edition, links: Links) -> EditionView:
    metadata = edition.document.metadata
    is_source = edition is editions[0]
    summary = summarise(edition)
    return EditionView(
        language=edition.language,
        source_language=site.source,
        is_source=is_source,
        title=edition.title,
        summary=edition.summary,
        authors=edition.authors,
        tags=edition.tags,
        date=metadata.date,
        updated=metadata.updated,
        source=_credit(summary),
        image=_picture(summary),
        html="\n".join(block.html for block in edition.blocks if block.html),
        toc=edition.toc,
        progress=edition.progress,
        draft=metadata.draft,
        original_url=url(_path(editions[0], links), site.base_path),
        parallel_url=None if is_source else url(_parallel_path(edition, links), site.base_path),
        extra=metadata.extra,
    )


def _entry(site: Site, summary: Summary, links: Links) -> Entry:
    return Entry(
        url=url(page_path(summary.address, links.prefix(summary.language)), site.base_path),
        language=summary.language,
        is_source=summary.language == site.source,
        title=summary.title,
        summary=summary.summary,
        date=_date(summary.date),
        image=_picture(summary),
        tags=summary.tags,
        source=_credit(summary),
        progress=summary.progress,
        draft=summary.draft,
    )


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    return date.fromisoformat(text) if len(text) == len("2023-10-16") else datetime.fromisoformat(text)


def _credit(summary: Summary) -> Credit | None:
    return Credit(summary.source_name, summary.source_url) if summary.source_name else None


def _picture(summary: Summary) -> Picture | None:
    if summary.image_url is None or summary.image_alt is None:
        return None
    return Picture(summary.image_url, summary.image_alt, summary.image_caption, summary.image_credit)
