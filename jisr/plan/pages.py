"""Editions → what a template sees on each page."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

from msgspec import Struct
from msgspec.structs import replace

from jisr.bidi import isolated, run_in_scripts
from jisr.languages import format_month, format_year, plural_examples, sort_key
from jisr.model import (
    Edition,
    Language,
    Listing,
    MenuItem,
    Name,
    Neighbour,
    Page,
    Phrase,
    Progress,
    Rendering,
    Site,
    Summary,
)
from jisr.plan.cards import card_mark, card_url
from jisr.plan.listings import FEEDS, KINDS, Kind, has_feeds, listing_path
from jisr.plan.search import article_data, home_data
from jisr.plan.views import (
    Alternate,
    EditionView,
    Entry,
    FeedLink,
    Link,
    Named,
    PageLink,
    PageView,
    Pagination,
    Picture,
    Row,
    SiteView,
    Term,
    Year,
    frozen,
)
from jisr.read.documents import day_of, instant
from jisr.translate.editions import summarise
from jisr.translate.links import Links
from jisr.urls import absolute, edition_url, page_path, url

SEARCH = "search"
"""Address of the search page, below a language's folder."""

_ID = re.compile(r'(<[a-z][^<>]*?) id="[^"]*"')
"""An id in a tag. On the side-by-side page the source has them; they can't stand twice."""


class _Common(Struct, frozen=True):
    """What pages of a language have in common: the site, where its menu doesn't lead to them, and feeds."""

    site: SiteView
    feeds: tuple[FeedLink, ...]


_COMMON: WeakKeyDictionary[Links, dict[str, _Common]] = WeakKeyDictionary()


class Around(Struct, frozen=True):
    """The articles that an article's page leads to, each in all languages."""

    newer: tuple[Neighbour, ...] | None = None
    older: tuple[Neighbour, ...] | None = None
    related: tuple[tuple[Neighbour, ...], ...] = ()


class Shown(Struct, frozen=True):
    """A document on its pages: its editions, the source first, their addresses, and what is around it."""

    editions: tuple[Edition, ...]
    urls: tuple[str, ...]
    around: Around


MANIFEST = "manifest.webmanifest"

_NAMES = {"tag": "tags", "author": "authors", "section": "sections"}
"""Where in a summary the name of a term stands, by the kind of its pages."""

_FOLDERS = {kind.index: kind.folder for kind in KINDS}

WINDOW = 2
"""Page numbers shown on either side of the current one."""


def shown(editions: tuple[Edition, ...], around: Around, links: Links) -> Shown:
    """What the pages of a document have in common."""
    urls = [_page_url(edition.document.address, edition.language, links) for edition in editions]
    return Shown(editions, tuple(urls), around)


def document_context(site: Site, page: Page, document: Shown, links: Links) -> dict[str, Any]:
    """What the template of a document's page sees."""
    editions = document.editions
    index = [edition.language.code for edition in editions].index(page.language)
    edition = editions[index]
    view = _page(site, document, index, page.kind, links)
    context: dict[str, Any] = {"site": _site_view(site, edition.language, view.url, links), "page": view}
    if page.kind == "redirect":
        return context
    if page.kind == "card":
        return context | {"article": entry(site, summarise(edition), links)}
    context["edition"] = _edition_view(site, document, index, links)
    if page.kind == "parallel":
        context["rows"] = tuple(
            Row(there.state, here.html, None if there.state == "missing" else _ID.sub(r"\1", there.html))
            for here, there in zip(editions[0].blocks, edition.blocks, strict=True)
        )
    return context


def listing_context(
    site: Site, page: Page, entries: tuple[Entry, ...], naming: Sequence[Summary], links: Links
) -> dict[str, Any]:
    """What the template of a listing sees.

    `entries` are its articles, `naming` the summaries that its terms take their names from, all in the
    language of the page.
    """
    language = _language(site, page)
    listing = page.listing
    assert listing
    terms = _terms(listing, page.kind, language, naming, links)
    place = listing_path(listing.address, listing.number, site.addresses)
    title = terms[0].name if page.kind in _NAMES or page.kind == "month" else None
    view = _plain_page(site, language, page.kind, place, links, title, listing.offered)
    if title and has_feeds(site, page.kind):
        view = replace(
            view, feeds=(*view.feeds, *_feeds(site, language, links, f"{listing.address}/", title))
        )
    if listing.count > 1:
        view = replace(view, pagination=_pagination(listing, language, links))
    context: dict[str, Any] = {"site": _site_view(site, language, view.url, links), "page": view}
    if page.kind == "home":
        lead = entries[:1] if listing.number == 1 else ()
        return context | {"lead": lead[0] if lead else None, "entries": entries[len(lead) :]}
    if title:
        return context | {"term": terms[0], "entries": entries}
    if page.kind == "archive":
        return context | {"years": _years(listing, terms, language, links)}
    return context | {"terms": tuple(sorted(terms, key=lambda term: sort_key(term.name.text)))}


def plain_context(site: Site, page: Page, links: Links) -> dict[str, Any]:
    """What the page for missing addresses sees, a web manifest, and a feed besides its entries."""
    language = _language(site, page)
    place = page.listing.address if page.listing else MANIFEST if page.kind == "manifest" else "404.html"
    view = _plain_page(site, language, page.kind, place, links)
    return {"site": _site_view(site, language, view.url, links), "page": view}


def search_context(site: Site, page: Page, links: Links) -> dict[str, Any]:
    """What the search page sees: the indices, a number for each plural form, and what misorders in Arabic."""
    language = _language(site, page)
    assert page.listing
    view = _plain_page(site, language, page.kind, page_path(SEARCH, "", site.addresses), links)
    return {
        "site": _site_view(site, language, view.url, links),
        "page": view,
        "indices": tuple(_place_url(f"{name}/", language, links) for name in indices(page.listing.count)),
        "base": site.base_path,
        "forms": plural_examples(language.code),
        "runs": run_in_scripts(),
    }


def _language(site: Site, page: Page) -> Language:
    return next(language for language in site.languages if language.code == page.language)


def indices(count: int) -> tuple[str, ...]:
    """Where so many search indices stand below a language's folder, that of the newest documents first."""
    return (f"{SEARCH}/newest", *(f"{SEARCH}/older-{number}" for number in range(1, count)))


def term_of(listing: Listing, language: Language, naming: Sequence[Summary], links: Links) -> Term | None:
    """The tag whose articles a feed has; None for the feed of all."""
    return _terms(listing, "tag", language, naming, links)[0] if listing.terms else None


def feed_name(site: Site, language: Language, term: Phrase | None) -> str:
    """What a feed is called, of all articles or of a term's."""
    title = site.settings[language.code].title
    return f"{isolated(term, language)} — {title}" if term else title


def _feeds(
    site: Site, language: Language, links: Links, folder: str = "", term: Phrase | None = None
) -> tuple[FeedLink, ...]:
    """The feeds in a folder, in all formats."""
    title = feed_name(site, language, term)
    found = FEEDS.items() if site.feed != "none" else ()
    return tuple(FeedLink(_place_url(folder + name, language, links), kind, title) for name, kind in found)


def indexed(site: Rendering, edition: Edition) -> bool:
    """Whether search engines are invited to an edition."""
    noindex = edition.document.metadata.noindex
    return not noindex and not edition.unpublished and ready(site, edition.language, edition.progress)


def ready(site: Rendering, language: Language, progress: Progress) -> bool:
    """Whether an edition is translated as far as `index_from` asks."""
    return language == site.source or progress.percent >= site.index_from


def html_of(edition: Edition) -> str:
    """The body of an edition."""
    return "\n".join(block.html for block in edition.blocks if block.html)


def _parallel_url(edition: Edition, links: Links) -> str:
    return _page_url(f"{edition.document.address}/parallel", edition.language, links)


def _site_view(site: Site, language: Language, page_url: str, links: Links) -> SiteView:
    view = _common(site, language, links).site
    if all(item.url != page_url for item in view.menu):
        return view
    menu = tuple([Link(item.label, item.url, item.url == page_url) for item in view.menu])
    return replace(view, menu=menu)


def _common(site: Site, language: Language, links: Links) -> _Common:
    """The same for all pages of a language."""
    kept = _COMMON.setdefault(links, {})
    if language.code not in kept:
        kept[language.code] = _Common(_site_elsewhere(site, language, links), _feeds(site, language, links))
    return kept[language.code]


def _site_elsewhere(site: Site, language: Language, links: Links) -> SiteView:
    """The site on pages that its menu doesn't lead to."""
    settings = site.settings[language.code]
    menu = [
        Link(item.label, menu_url(item, language, links) or site.base_path, False) for item in settings.menu
    ]
    return SiteView(
        title=settings.title,
        description=settings.description,
        language=language,
        source=site.source,
        home=_page_url("", language, links),
        menu=tuple(menu),
        **{kind.index: _index_url(kind, language, links) for kind in KINDS},
        feed=_place_url("feed.xml", language, links) if site.feed != "none" else None,
        search=_place_url(page_path(SEARCH, "", site.addresses), language, links) if site.search else None,
        manifest=_place_url(MANIFEST, language, links) if site.manifest else None,
    )


def menu_url(item: MenuItem, language: Language, links: Links) -> str | None:
    if item.to.startswith(("http://", "https://", "#")):
        return item.to
    return links.from_root(item.to) if item.to.startswith("/") else links.page(f"content/{item.to}", language)


def _place_url(place: str, language: Language, links: Links) -> str:
    """The URL of an output named by its path below its language's folder."""
    prefix = links.site.prefix(language)
    return url(f"{prefix}/{place}" if prefix else place, links.site.base_path)


def _page_url(address: str, language: Language, links: Links) -> str:
    """The URL of a page by its address in a language."""
    return edition_url(address, language, links.site)


def _page(site: Site, document: Shown, place: int, kind: str, links: Links) -> PageView:
    """The page of the edition at a place among the document's."""
    editions, edition = document.editions, document.editions[place]
    urls = document.urls
    if kind == "parallel":
        urls = (urls[0], *[_parallel_url(other, links) for other in editions[1:]])
    address = urls[place]
    index = kind != "parallel" and indexed(site, edition)
    alternates = [
        Alternate(other.language, at, other is edition) for other, at in zip(editions, urls, strict=True)
    ]
    offered, pairs = [], []
    for other, at in zip(editions, urls, strict=True) if index else ():
        if indexed(site, other):
            offered.append(other)
            pairs.append((other.language.code, absolute(at, site.base_url)))
    mark = card_mark(site, edition) if index and kind == "article" else ""
    card = mark and card_url(site, edition, mark)
    return PageView(
        kind=kind,
        title=edition.title,
        description=edition.summary,
        url=address,
        canonical=absolute(address, site.base_url),
        index=index,
        alternates=tuple(alternates),
        hreflang=_hreflang(pairs),
        feeds=_common(site, edition.language, links).feeds,
        card=card or None,
        make_data=(lambda: _data(site, edition, offered, address, card, links))
        if index and kind == "article"
        else None,
    )


def _data(site: Site, edition: Edition, offered: list[Edition], address: str, card: str, links: Links) -> str:
    metadata = edition.document.metadata
    published = metadata.date or date.min  # an article has one
    steps = [
        (site.settings[edition.language.code].title, _page_url("", edition.language, links)),
        *(
            (named.name.text, named.url)
            for named in _named("sections", edition.sections, site, edition.language, links)
            if named.url
        ),
        (edition.title.text, address),
    ]
    crumbs = [(name, absolute(link, site.base_url)) for name, link in steps]
    dates = [instant(day, site.timezone) for day in (published, metadata.updated or published)]
    return article_data(site, edition, tuple(offered), crumbs, dates, card)


def _hreflang(pairs: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The pairs with x-default, the source, last; nothing where a page has no counterpart."""
    return (*pairs, ("x-default", pairs[0][1])) if len(pairs) > 1 else ()


def _plain_page(
    site: Site,
    language: Language,
    kind: str,
    place: str,
    links: Links,
    title: Phrase | None = None,
    offered: str = "",
) -> PageView:
    """A page of the site itself. `place` is its path below its language's folder.

    `offered` has a 1 for each language in which search engines are invited to it, if there are any.
    """
    settings = site.settings[language.code]
    alternates = tuple(
        Alternate(other, _place_url(place, other, links), other == language) for other in site.languages
    )
    invited = [other for other, flag in zip(alternates, offered, strict=False) if flag == "1"]
    index = any(other.current for other in invited)
    pairs = [(other.language.code, absolute(other.url, site.base_url)) for other in invited] if index else []
    described = settings.description and kind in ("home", "404")
    address = _place_url(place, language, links)
    full = absolute(address, site.base_url)
    return PageView(
        kind=kind,
        title=title or Phrase(settings.title, language, "source"),
        description=Phrase(settings.description, language, "source") if described else None,
        url=address,
        canonical=full,
        index=index,
        alternates=alternates,
        hreflang=_hreflang(pairs),
        feeds=_common(site, language, links).feeds,
        make_data=(lambda: home_data(site, language.code, full)) if place == "index.html" else None,
    )


def _pagination(listing: Listing, language: Language, links: Links) -> Pagination:
    """The first page, the last, those around this one; a gap is worth it where it leaves out two."""

    def at(number: int) -> str:
        return _place_url(listing_path(listing.address, number, links.site.addresses), language, links)

    here, count = listing.number, listing.count
    start = here - WINDOW if here - WINDOW > 3 else 1
    end = here + WINDOW if here + WINDOW < count - 2 else count
    numbers = [
        *([1, None] if start > 1 else []),
        *range(start, end + 1),
        *([None, count] if end < count else []),
    ]
    return Pagination(
        number=here,
        count=count,
        newer=at(here - 1) if here > 1 else None,
        older=at(here + 1) if here < count else None,
        links=tuple(number and PageLink(number, at(number), number == here) for number in numbers),
    )


def _index_url(kind: Kind, language: Language, links: Links) -> str | None:
    there = links.from_root(f"/{kind.folder}/") is not None
    return _page_url(kind.folder, language, links) if there else None


def _terms(
    listing: Listing, kind: str, language: Language, naming: Sequence[Summary], links: Links
) -> list[Term]:
    folder = next(way.folder for way in KINDS if kind in (way.term, way.index)) if listing.terms else ""
    found = []
    for index, term in enumerate(listing.terms):
        if folder == "archive":
            year, month = map(int, term.slug.split("/"))
            name = Phrase(format_month(date(year, month, 1), language), language, "source")
        else:
            names: Sequence[Name] = getattr(naming[index], _NAMES.get(kind, kind))
            name = next(name.phrase for name in names if name.slug == term.slug)
        found.append(Term(name, _page_url(f"{folder}/{term.slug}", language, links), term.count))
    return found


def _years(listing: Listing, months: list[Term], language: Language, links: Links) -> tuple[Year, ...]:
    """The months by their years, the newest first."""
    years: dict[str, list[Term]] = {}
    for term, month in zip(listing.terms, months, strict=True):
        years.setdefault(term.slug.partition("/")[0], []).append(month)

    def address(year: str) -> str:
        return _page_url(f"archive/{year}", language, links)

    return tuple(
        Year(format_year(int(year), language), address(year), tuple(found))
        for year, found in sorted(years.items(), reverse=True)
    )


def _named(
    kind: str, names: Iterable[Name], site: Site, language: Language, links: Links
) -> tuple[Named, ...]:
    """Names of a kind with their pages."""
    folder = _FOLDERS[kind] if kind in site.listings else ""
    return tuple(
        [
            Named(
                name.phrase,
                _page_url(f"{folder}/{name.slug}", language, links) if folder and name.slug else None,
            )
            for name in names
        ]
    )


def _beside(found: Neighbour, language: Language, links: Links) -> Named:
    return Named(found.title, _page_url(found.address, language, links))


def _edition_view(site: Site, document: Shown, place: int, links: Links) -> EditionView:
    edition, around = document.editions[place], document.around
    metadata = edition.document.metadata
    is_source = place == 0
    beside = site.side_by_side and not is_source
    return EditionView(
        language=edition.language,
        source_language=site.source,
        is_source=is_source,
        title=edition.title,
        summary=edition.summary,
        authors=_named("authors", edition.authors, site, edition.language, links),
        tags=_named("tags", edition.tags, site, edition.language, links),
        sections=_named("sections", edition.sections, site, edition.language, links),
        date=metadata.date,
        updated=metadata.updated,
        source=Named(edition.source_name, metadata.source.url)
        if edition.source_name and metadata.source
        else None,
        image=_picture(edition),
        html=html_of(edition),
        toc=edition.toc,
        progress=edition.progress,
        unpublished=edition.unpublished,
        original_url=document.urls[0],
        parallel_url=_parallel_url(edition, links) if beside else None,
        newer=_beside(around.newer[place], edition.language, links) if around.newer else None,
        older=_beside(around.older[place], edition.language, links) if around.older else None,
        related=tuple([_beside(other[place], edition.language, links) for other in around.related]),
        extra=frozen(metadata.extra),
    )


def entry(site: Site, summary: Summary, links: Links) -> Entry:
    """What a listing shows of an article."""
    address = _page_url(summary.address, summary.language, links)
    return Entry(
        url=address,
        canonical=absolute(address, site.base_url),
        language=summary.language,
        is_source=summary.language == site.source,
        title=summary.title,
        summary=summary.summary,
        authors=_named("authors", summary.authors, site, summary.language, links),
        date=day_of(summary.date),
        updated=day_of(summary.updated),
        image=_picture(summary),
        tags=_named("tags", summary.tags, site, summary.language, links),
        sections=_named("sections", summary.sections, site, summary.language, links),
        source=Named(summary.source_name, summary.source_url) if summary.source_name else None,
        progress=summary.progress,
        unpublished=summary.unpublished,
    )


def _picture(shown: Summary | Edition) -> Picture | None:
    if shown.image_url is None or shown.image_alt is None:
        return None
    size = shown.image_size
    return Picture(
        shown.image_url,
        shown.image_alt,
        shown.image_caption,
        shown.image_credit,
        width=size.width if size else None,
        height=size.height if size else None,
        sources=size.sources if size else (),
    )
