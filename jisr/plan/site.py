"""Editions → outputs: everything that the built site consists of.

A pure function of its arguments, computed in full each time.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from jisr import __version__
from jisr.errors import Problem, Report
from jisr.fingerprint import fingerprint
from jisr.model import Copied, Edition, Language, MenuItem, Output, Phrase, Rendered, Site, Source
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
from jisr.translate.links import Links, collisions
from jisr.urls import absolute, page_path, url

_ID = re.compile(r'(<[a-z][^<>]*?) id="[^"]*"')
"""An id in a tag. On the side-by-side page the source has them; they can't stand twice."""


def plan(
    site: Site,
    documents: Sequence[tuple[Edition, ...]],
    files: Iterable[Source],
    links: Links,
    report: Report,
) -> tuple[Output, ...]:
    """The outputs, sorted by path. `documents` holds each document's editions, the source first.

    Reports two outputs on one path, naming both.
    """
    outputs: list[tuple[Output, str]] = []
    for editions in documents:
        for edition in editions:
            outputs += _edition_outputs(site, editions, edition, links)
        owner = editions[0].document.path
        outputs += [(output, owner) for output in _aliases(site, editions, links, report)]
    articles = [editions for editions in documents if editions[0].document.kind == "article"]
    for index, language in enumerate(site.languages):
        entries = sorted(
            (_entry(site, editions[index], links) for editions in articles),
            key=lambda entry: (_moment(entry.date, site), entry.url),
            reverse=True,
        )
        outputs.append((_home(site, language, entries, links), "the home page"))
        outputs.append((_not_found(site, language, links), "the page for missing addresses"))
    outputs += [(_copied(file), file.path) for file in files]
    for path, first, second in collisions((output.path, owner) for output, owner in outputs):
        what, hint = (
            f"{first} and {second} both become {path}",
            "give one of them another slug, or another name",
        )
        if first == second:
            what, hint = f"an alias leads to {path}, the document's own place", "take the alias out"
        report(Problem(second if "/" in second else first, 1, 1, what, hint))
    return tuple(sorted((output for output, _ in outputs), key=lambda output: output.path))


def menu_problems(site: Site, links: Links) -> Iterable[Problem]:
    """Entries of menus that lead to a document that isn't there."""
    for language in site.languages:
        for item in site.settings[language.code].menu:
            if _menu_url(item, language, links) is None:
                what = f"the menu leads to {item.to}, which isn't there"
                hint = "write the path of a file in content/, such as about.md, or an address"
                yield Problem("site.yaml", item.line, 1, what, hint)


def _edition_outputs(
    site: Site, editions: tuple[Edition, ...], edition: Edition, links: Links
) -> Iterable[tuple[Output, str]]:
    document = edition.document
    language = edition.language
    original = editions[0]
    path = _path(edition, links)
    view = _edition_view(site, editions, edition, links)
    template = document.metadata.template or f"{document.kind}.html"
    page = _page(site, editions, edition, document.kind, path, links)
    context = {"site": _site_view(site, language, page.url, links), "page": page, "edition": view}
    yield _rendered(path, template, language, context, document.path), document.path
    if edition is original:
        return
    rows = tuple(
        Row(there.state, here.html, None if there.state == "missing" else _ID.sub(r"\1", there.html))
        for here, there in zip(original.blocks, edition.blocks, strict=True)
    )
    path = _parallel_path(edition, links)
    page = _page(site, editions, edition, "parallel", path, links)
    context = {"site": context["site"], "page": page, "edition": view, "rows": rows}
    yield _rendered(path, "parallel.html", language, context, document.path), document.path


def _path(edition: Edition, links: Links) -> str:
    return page_path(edition.document.address, links.prefix(edition.language))


def _parallel_path(edition: Edition, links: Links) -> str:
    return page_path(f"{edition.document.address}/parallel", links.prefix(edition.language))


def _indexed(site: Site, edition: Edition) -> bool:
    metadata = edition.document.metadata
    if metadata.noindex or metadata.draft:
        return False
    return edition.language == site.source or edition.progress.percent >= site.index_from


def _site_view(site: Site, language: Language, page_url: str, links: Links) -> SiteView:
    settings = site.settings[language.code]
    menu = []
    for item in settings.menu:
        target = _menu_url(item, language, links) or site.base_path
        menu.append(Link(item.label, target, target == page_url))
    return SiteView(
        title=settings.title,
        description=settings.description,
        language=language,
        source=site.source,
        home=_home_url(site, language, links),
        menu=tuple(menu),
    )


def _menu_url(item: MenuItem, language: Language, links: Links) -> str | None:
    if item.to.startswith(("http://", "https://", "#")):
        return item.to
    return links.from_root(item.to) if item.to.startswith("/") else links.page(f"content/{item.to}", language)


def _home_url(site: Site, language: Language, links: Links) -> str:
    return url(page_path("", links.prefix(language)), site.base_path)


def _page(
    site: Site, editions: tuple[Edition, ...], edition: Edition, kind: str, path: str, links: Links
) -> PageView:
    address = url(path, site.base_path)
    index = kind != "parallel" and _indexed(site, edition)
    alternates = []
    for other in editions:
        side_by_side = kind == "parallel" and other.language != site.source
        target = _parallel_path(other, links) if side_by_side else _path(other, links)
        alternates.append(Alternate(other.language, url(target, site.base_path), other is edition))
    offered = [other for other in editions if index and _indexed(site, other)]
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
        name = page_path("", links.prefix(other)) if kind == "home" else _not_found_path(other, links)
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


def _home(site: Site, language: Language, entries: list[Entry], links: Links) -> Output:
    path = page_path("", links.prefix(language))
    page = _plain_page(site, language, "home", path, links)
    context = {
        "site": _site_view(site, language, page.url, links),
        "page": page,
        "lead": entries[0] if entries else None,
        "entries": tuple(entries[1:]),
    }
    return _rendered(path, "home.html", language, context, "content/articles")


def _not_found_path(language: Language, links: Links) -> str:
    return "/".join(part for part in (links.prefix(language), "404.html") if part)


def _not_found(site: Site, language: Language, links: Links) -> Output:
    path = _not_found_path(language, links)
    page = _plain_page(site, language, "404", path, links)
    context = {"site": _site_view(site, language, page.url, links), "page": page}
    return _rendered(path, "404.html", language, context, "site.yaml")


def _aliases(site: Site, editions: tuple[Edition, ...], links: Links, report: Report) -> Iterable[Output]:
    """A page at each former address of a document that leads to the present one."""
    document = editions[0].document
    for index, alias in enumerate(document.metadata.aliases):
        place = document.places.get(f"aliases.{index}", (document.path, 1, 1))
        parts = alias.strip("/").split("/")
        if (
            not alias.startswith("/")
            or not alias.isprintable()
            or {"", ".", ".."} & set(parts)
            or "\\" in alias
        ):
            report(
                Problem(
                    *place, f"the alias {alias} is not an address of this site", "write it as /old/address/"
                )
            )
            continue
        path = alias[1:] if alias.endswith(".html") else page_path("/".join(parts), "")
        page = _page(site, editions, editions[0], "redirect", _path(editions[0], links), links)
        context = {"site": _site_view(site, site.source, page.url, links), "page": page}
        yield _rendered(path, "redirect.html", site.source, context, document.path)


def _edition_view(site: Site, editions: tuple[Edition, ...], edition: Edition, links: Links) -> EditionView:
    metadata = edition.document.metadata
    is_source = edition is editions[0]
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
        source=_credit(edition),
        image=_picture(edition),
        html="\n".join(block.html for block in edition.blocks if block.html),
        toc=edition.toc,
        progress=edition.progress,
        draft=metadata.draft,
        original_url=url(_path(editions[0], links), site.base_path),
        parallel_url=None if is_source else url(_parallel_path(edition, links), site.base_path),
        extra=metadata.extra,
    )


def _entry(site: Site, edition: Edition, links: Links) -> Entry:
    metadata = edition.document.metadata
    return Entry(
        url=url(_path(edition, links), site.base_path),
        language=edition.language,
        is_source=edition.language == site.source,
        title=edition.title,
        summary=edition.summary,
        date=metadata.date,
        image=_picture(edition),
        tags=edition.tags,
        source=_credit(edition),
        progress=edition.progress,
        draft=metadata.draft,
    )


def _credit(edition: Edition) -> Credit | None:
    origin = edition.document.metadata.source
    return Credit(edition.source_name, origin.url) if origin and edition.source_name else None


def _picture(edition: Edition) -> Picture | None:
    if edition.image_url is None or edition.image_alt is None:
        return None
    return Picture(edition.image_url, edition.image_alt, edition.image_caption, edition.image_credit)


def _moment(day: date | None, site: Site) -> datetime:
    """A date as a moment, so that days and times sort together; a day begins at midnight of the site."""
    zone = ZoneInfo(site.timezone)
    assert day is not None  # read/documents refuses an article without a date
    if not isinstance(day, datetime):
        return datetime.combine(day, time.min, zone)
    return day if day.tzinfo else day.replace(tzinfo=zone)


def _rendered(path: str, template: str, language: Language, context: dict[str, Any], blame: str) -> Output:
    return Output(
        path, fingerprint(__version__, template, context), Rendered(template, language, context, blame)
    )


def _copied(source: Source) -> Output:
    return Output(source.path.partition("/")[2], fingerprint(source.digest), Copied(source))
