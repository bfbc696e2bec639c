"""What search engines and social networks are told: the sitemap, robots.txt, structured data.

An edition is in all of it, or in none: `EditionFacts.indexed` says which.
"""

import json
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from jisr.model import DocumentFacts, Edition, EditionFacts, Site
from jisr.translate.links import Links
from jisr.urls import absolute, page_path, url

CARD = (1200, 630)
"""Size of a card in pixels."""

MOST = 50_000
"""Addresses in one sitemap (sitemaps.org)."""

Pair = tuple[DocumentFacts, tuple[EditionFacts, ...]]

_MAP = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
)
_INDEX = '<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'


def sitemap_parts(site: Site, documents: Iterable[Pair]) -> list[tuple[str, list[Pair]]]:
    """The paths of the sitemaps with the documents in each, the oldest first; one, or several with an index.

    So that a new article changes the last of them only.
    """
    offered = [pair for pair in documents if any(edition.indexed for edition in pair[1])]
    offered.sort(key=lambda pair: (pair[0].moment, pair[0].address))
    size = MOST // len(site.languages) - 1  # the home pages stand in the first
    if len(offered) <= size:
        return [("sitemap.xml", offered)]
    starts = range(0, len(offered), size)
    parts = [(f"sitemap-{number}.xml", offered[at : at + size]) for number, at in enumerate(starts, 1)]
    return [("sitemap.xml", []), *parts]


def sitemap(site: Site, documents: Sequence[Pair], links: Links, *, homes: bool) -> str:
    """Every edition offered to search engines, with the others of its document; the home pages first."""
    prefixes = [links.prefix(language) for language in site.languages]
    codes = [language.code for language in site.languages]

    def link(address: str, prefix: str) -> str:
        return url(page_path(address, prefix, site.addresses), site.base_path)

    def entry(address: str, offered: Iterable[bool], modified: str) -> str:
        found = [
            (
                code,
                escape(
                    absolute(url(page_path(address, prefix, site.addresses), site.base_path), site.base_url)
                ),
            )
            for code, prefix, is_offered in zip(codes, prefixes, offered, strict=True)
            if is_offered
        ]
        pairs = [*found, ("x-default", found[0][1])] if len(found) > 1 else []
        alternates = "".join(
            f'<xhtml:link rel="alternate" hreflang="{code}" href="{address}"/>\n' for code, address in pairs
        )
        changed = f"<lastmod>{modified}</lastmod>\n" if modified else ""
        return "".join(f"<url>\n<loc>{one}</loc>\n{changed}{alternates}</url>\n" for _, one in found)

    entries = (
        entry(document.address, [edition.indexed for edition in editions], document.modified)
        for document, editions in documents
    )
    first = [entry("", [True] * len(codes), "")] if homes else []
    return "".join([_MAP, *first, *entries, "</urlset>\n"])


def sitemap_index(site: Site, paths: Iterable[str]) -> str:
    """The sitemap that names the others."""
    found = (escape(absolute(url(path, site.base_path), site.base_url)) for path in paths)
    return "".join(
        [_INDEX, *(f"<sitemap><loc>{address}</loc></sitemap>\n" for address in found), "</sitemapindex>\n"]
    )


def robots(site: Site) -> str:
    """robots.txt: everyone is welcome, and finds the sitemap."""
    return (
        f"User-agent: *\nAllow: /\n\nSitemap: {absolute(url('sitemap.xml', site.base_path), site.base_url)}\n"
    )


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
    prefix = "" if edition.language == site.source else edition.language.code
    path = page_path(edition.document.address, prefix, site.addresses)
    address = absolute(url(path, site.base_path), site.base_url)
    return {"@type": "NewsArticle", "@id": f"{address}#article", "inLanguage": edition.language.code}


def _script(graph: list[dict[str, Any]]) -> str:
    """JSON that can stand in a script element: nothing in it ends that or begins a comment."""
    text = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False)
    return text.replace("<", "\\u003c")
