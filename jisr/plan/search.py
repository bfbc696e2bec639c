"""What search engines and social networks are told: the sitemaps, robots.txt, structured data.

An edition is in all of it, or in none: `EditionFacts.indexed` says which.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from jisr.model import Composed, DocumentFacts, Edition, Listing, Place, RenderFacts, Site, Summary
from jisr.plan.listings import listing_address
from jisr.read.documents import day_of, instant
from jisr.urls import absolute, edition_url, page_path, url

CARD = (1200, 630)
"""Size of a card in pixels."""

MOST = 50_000
MOST_BYTES = 50_000_000
"""Addresses in one sitemap, and a little less than the 50 MiB that it may have (sitemaps.org)."""

_LINE = 120
"""Bytes of a line in a sitemap beside the address, at most."""

NEWS = "news-sitemap.xml"
NEWS_MOST = 1_000
NEWS_SECONDS = 48 * 60 * 60
"""Articles in a sitemap for news, and how long each stays there (Google Search Central, "News sitemaps")."""

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_MAP = f'{_XML}<urlset xmlns="{_NAMESPACE}" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
_INDEX = f'{_XML}<sitemapindex xmlns="{_NAMESPACE}">\n'
_NEWS = f'{_XML}<urlset xmlns="{_NAMESPACE}" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n'


def sitemaps(
    site: Site,
    documents: Iterable[tuple[DocumentFacts, RenderFacts]],
    listings: Iterable[Listing],
) -> list[tuple[str, Composed]]:
    """The sitemaps by their paths: one, or several with an index.

    Documents stand in them from the oldest to the newest, listings after them, so that a new article changes
    the last of many only.
    """
    offered = [(document, one.offered) for document, one in documents if "1" in one.offered]
    offered.sort(key=lambda pair: (pair[0].moment, pair[0].address))
    places = [Place(document.address, languages, document.modified) for document, languages in offered]
    listed = (Place(listing_address(one.address, one.number), one.offered) for one in listings)
    places += [place for place in listed if "1" in place.offered]
    places.sort(key=lambda place: place.address != "")  # the home page first
    number = len(site.languages)
    # Each address stands among those of the others, in bytes that take three characters each.
    address = len(site.base_url) + 3 * max((len(place.address.encode()) for place in places), default=0)
    size = max(min(MOST // number, MOST_BYTES // (number * (number + 2) * (address + _LINE))), 1)
    if len(places) <= size:
        return [("sitemap.xml", Composed("sitemap", tuple(places)))]
    starts = enumerate(range(0, len(places), size), 1)
    parts = {f"sitemap-{number}.xml": places[at : at + size] for number, at in starts}
    found = [(name, Composed("sitemap", tuple(part))) for name, part in parts.items()]
    return [("sitemap.xml", Composed("index", parts=tuple(parts))), *found]


def latest(
    articles: Iterable[tuple[DocumentFacts, RenderFacts]], now: float
) -> list[tuple[DocumentFacts, str]]:
    """The articles for the sitemap of news, each with the languages in which it is offered.

    `articles` begin with the newest.
    """
    found: list[tuple[DocumentFacts, str]] = []
    number = 0
    for document, rendering in articles:
        if document.moment + NEWS_SECONDS <= now:
            break
        offered = rendering.offered
        if document.moment <= now and "1" in offered:
            number += offered.count("1")
            if number > NEWS_MOST:
                break
            found.append((document, offered))
    return found


def composed(site: Site, content: Composed, summaries: Mapping[str, tuple[Summary, ...]]) -> str:
    """The text of a sitemap or of robots.txt. `summaries` are those of articles that it has as news."""
    if content.kind == "robots":
        return _robots(site)
    if content.kind == "index":
        named = (f"<sitemap><loc>{_full(site, path)}</loc></sitemap>\n" for path in content.parts)
        return "".join([_INDEX, *named, "</sitemapindex>\n"])
    if content.kind == "news":
        listed = [_news(site, summaries[path], offered) for path, offered in content.news]
        return "".join([_NEWS, *listed, "</urlset>\n"])
    return "".join([_MAP, *[_place(site, place) for place in content.places], "</urlset>\n"])


def _place(site: Site, place: Place) -> str:
    """An address in each language that is offered, with the others."""
    found = [
        (language.code, _page(site, place.address, index))
        for index, language in enumerate(site.languages)
        if place.offered[index] == "1"
    ]
    pairs = [*found, ("x-default", found[0][1])] if len(found) > 1 else []
    alternates = "".join(
        [f'<xhtml:link rel="alternate" hreflang="{code}" href="{address}"/>\n' for code, address in pairs]
    )
    changed = f"<lastmod>{place.modified}</lastmod>\n" if place.modified else ""
    return "".join([f"<url>\n<loc>{one}</loc>\n{changed}{alternates}</url>\n" for _, one in found])


def _news(site: Site, editions: tuple[Summary, ...], offered: str) -> str:
    """An article in each language that is offered."""
    found = []
    for index, summary in enumerate(editions):
        day = day_of(summary.date)
        if offered[index] == "1" and day:
            code = summary.language.code
            found.append(
                f"<url>\n<loc>{_page(site, summary.address, index)}</loc>\n<news:news>\n"
                f"<news:publication><news:name>{escape(site.settings[code].title)}</news:name>"
                f"<news:language>{_NEWS_CODES.get(code) or code.partition('-')[0]}</news:language>"
                "</news:publication>\n"
                f"<news:publication_date>{instant(day, site.timezone)}</news:publication_date>\n"
                f"<news:title>{escape(summary.title.text)}</news:title>\n</news:news>\n</url>\n"
            )
    return "".join(found)


_NEWS_CODES = {"zh-Hans": "zh-cn", "zh-CN": "zh-cn", "zh-Hant": "zh-tw", "zh-TW": "zh-tw"}
"""Google asks for ISO 639, with these exceptions."""


def _robots(site: Site) -> str:
    """Everyone is welcome, and finds the sitemaps."""
    names = ("sitemap.xml", *([NEWS] if site.news_sitemap else []))
    lines = [f"Sitemap: {absolute(url(name, site.base_path), site.base_url)}\n" for name in names]
    return "".join(["User-agent: *\nAllow: /\n\n", *lines])


def _page(site: Site, address: str, language: int) -> str:
    return _full(site, page_path(address, site.languages[language].code if language else "", site.addresses))


def _full(site: Site, path: str) -> str:
    """The full address of an output, for XML."""
    return escape(absolute(url(path, site.base_path), site.base_url))


def article_data(
    site: Site,
    edition: Edition,
    editions: tuple[Edition, ...],
    crumbs: Sequence[tuple[str, str]],
    dates: Sequence[str],
    card: str,
) -> str:
    """Structured data of an article's page, as JSON-LD.

    `editions` are those offered to search engines, `crumbs` names with their addresses down to this page, the
    last; `dates` when it was published and changed; `card` is the address of its card, if any.
    """
    address = crumbs[-1][1]
    found: dict[str, Any] = {
        "@type": "NewsArticle",
        "@id": f"{address}#article",
        "headline": edition.title.text,
        "inLanguage": edition.language.code,
        "mainEntityOfPage": address,
        "datePublished": dates[0],
        "dateModified": dates[1],
        "publisher": {"@id": f"{site.base_url}/#publisher"},
        "isAccessibleForFree": True,
    }
    if edition.summary:
        found["description"] = edition.summary.text
    if edition.authors:
        found["author"] = [{"@type": "Person", "name": author.phrase.text} for author in edition.authors]
    if edition.tags:
        found["keywords"] = [tag.phrase.text for tag in edition.tags]
    if edition.sections:
        found["articleSection"] = [section.phrase.text for section in edition.sections]
    if card:
        picture = absolute(card, site.base_url)
        found["image"] = {"@type": "ImageObject", "url": picture, "width": CARD[0], "height": CARD[1]}
    elif edition.image_url:
        picture = absolute(edition.image_url, site.base_url)
        size = edition.image_size
        found["image"] = (
            {"@type": "ImageObject", "url": picture, "width": size.width, "height": size.height}
            if size
            else picture
        )
    others = [other for other in editions if other.language != edition.language]
    original = next((other for other in others if other.language == site.source), None)
    if edition.language == site.source and others:
        found["workTranslation"] = [_work(other, site) for other in others]
    elif original:
        found["translationOfWork"] = _work(original, site)
    listed = [
        {"@type": "ListItem", "position": number, "name": name, "item": link}
        for number, (name, link) in enumerate(crumbs, 1)
    ]
    trail = {"@type": "BreadcrumbList", "itemListElement": listed}
    return _script([found, trail, _publisher(site, edition.language.code)])


def home_data(site: Site, code: str, address: str) -> str:
    """Structured data of a home page."""
    settings = site.settings[code]
    found: dict[str, Any] = {
        "@type": "WebSite",
        "@id": f"{address}#website",
        "url": address,
        "name": settings.title,
        "inLanguage": code,
        "publisher": {"@id": f"{site.base_url}/#publisher"},
    }
    if settings.description:
        found["description"] = settings.description
    return _script([found, _publisher(site, code)])


def _publisher(site: Site, code: str) -> dict[str, Any]:
    return {
        "@type": "Organization",
        "@id": f"{site.base_url}/#publisher",
        "name": site.settings[code].title,
        "url": f"{site.base_url}/",
    }


def _work(edition: Edition, site: Site) -> dict[str, Any]:
    address = absolute(edition_url(edition.document.address, edition.language, site), site.base_url)
    return {"@type": "NewsArticle", "@id": f"{address}#article", "inLanguage": edition.language.code}


def _script(graph: list[dict[str, Any]]) -> str:
    """JSON that can stand in a script element: nothing in it ends that or begins a comment."""
    text = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False)
    return text.replace("<", "\\u003c")
