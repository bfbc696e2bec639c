"""`site.yaml` → `Site`, validated, with the places of what is wrong in it."""

import re
import zoneinfo
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from msgspec import Struct, field

from jisr.errors import Problem, Report, SiteError
from jisr.languages import language
from jisr.model import Language, LanguageSettings, MenuItem, Site
from jisr.yamlfile import YamlFile, parse, validate

FILE = "site.yaml"

_CODE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


class _Menu(Struct, frozen=True):
    label: str
    to: str


class _Language(Struct, frozen=True):
    title: str
    description: str = ""
    locale: str | None = None
    digits: Literal["latn", "arab"] | None = None
    menu: tuple[_Menu, ...] = ()


class _Settings(Struct, frozen=True):
    base_url: str
    languages: tuple[str, ...]
    language: Mapping[str, Any] = field(default_factory=dict)
    timezone: str = "UTC"
    untranslated: Literal["show", "hide"] = "show"
    outdated: Literal["show", "placeholder"] = "show"
    index_from: int = 100
    trusted_html: bool = False
    per_page: int = 20
    listings: tuple[Literal["tags", "authors", "sections", "archive"], ...] = (
        "tags",
        "authors",
        "sections",
        "archive",
    )
    sections: Mapping[str, str] = field(default_factory=dict)
    related: int = 3
    sitemap: bool = True
    feed: Literal["summary", "full", "none"] = "summary"
    feed_untranslated: Literal["mark", "source", "omit"] = "mark"
    accept: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def load(root: Path, text: str, *, base_url: str | None = None) -> Site:
    """The settings in `text`, the content of the site's `site.yaml`.

    `base_url` stands in for the file's own. Raises `SiteError` with every problem found.
    """
    problems: list[Problem] = []
    source = parse(text, FILE, problems.append)
    site = source and _site(root, source, base_url, problems.append)
    if not site or problems:
        raise SiteError(*problems)
    return site


def _site(root: Path, source: YamlFile, base_url: str | None, report: Report) -> Site | None:
    settings = validate(source, _Settings, report)
    if settings is None:
        return None
    address = (base_url or settings.base_url).rstrip("/")
    try:
        parts = urlsplit(address)
    except ValueError:  # a bracket that isn't an IPv6 address's
        parts = urlsplit("")
    if "//" in parts.path:
        parts = urlsplit("")  # every link would begin with // and lead to another host
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        what = f"`base_url` is not an address ({address})"
        report(
            source.problem(("base_url",), what, "write https://… with the path, if any, and nothing after")
        )
    if settings.timezone not in zoneinfo.available_timezones():
        what = f"there is no timezone {settings.timezone}"
        report(source.problem(("timezone",), what, "write a name such as Africa/Cairo or UTC"))
    if not 0 <= settings.index_from <= 100:
        report(source.problem(("index_from",), "`index_from` is a percentage", "write 0 to 100"))
    if settings.per_page < 1:
        report(source.problem(("per_page",), "`per_page` is a number of articles", "write 1 or more"))
    if not settings.languages:
        report(source.problem(("languages",), "`languages` is empty", "write languages: [ar, en]"))
    for code in settings.language:
        if code not in settings.languages:
            what = f"`{code}` is not one of the site's languages"
            report(source.problem(("language", code), what, "add it to `languages` or take this out"))
    languages: list[Language] = []
    own: dict[str, LanguageSettings] = {}
    for index, code in enumerate(settings.languages):
        if code in own:
            report(source.problem(("languages", index), f"`{code}` stands twice", "write each language once"))
            continue
        read = _one_language(source, index, code, report)
        if read:
            languages.append(read[0])
            own[code] = read[1]
    if not languages:
        return None
    return Site(
        root=root,
        base_url=address,
        base_path=quote(f"{parts.path}/", safe="/%:@!$&'()*+,;=~"),
        languages=tuple(languages),
        settings=own,
        timezone=settings.timezone,
        untranslated=settings.untranslated,
        outdated=settings.outdated,
        index_from=settings.index_from,
        trusted_html=settings.trusted_html,
        per_page=settings.per_page,
        listings=settings.listings,
        sections={folder.strip("/"): title for folder, title in settings.sections.items()},
        related=max(settings.related, 0),
        sitemap=settings.sitemap,
        feed=settings.feed,
        feed_untranslated=settings.feed_untranslated,
        accept=settings.accept,
    )


def _one_language(
    source: YamlFile, index: int, code: str, report: Report
) -> tuple[Language, LanguageSettings] | None:
    below = ("language", code)
    if code not in source.values.get("language", {}):
        what = f"the language `{code}` has no title"
        report(source.problem(("languages", index), what, f"add it: language: {{{code}: {{title: …}}}}"))
        return None
    own = validate(source, _Language, report, below=below)
    if own is None:
        return None
    if not _CODE.fullmatch(code):
        report(source.problem(("languages", index), f"`{code}` is not a language code", "write ar, en, fr …"))
        return None
    try:
        found = language(code, own.locale, own.digits)
    except ValueError as error:
        at = (*below, "locale") if own.locale else ("languages", index)
        report(source.problem(at, str(error), "write language-COUNTRY, such as ar-EG or en-GB"))
        return None
    menu = tuple(
        MenuItem(item.label, item.to, source.places[*below, "menu", i][1]) for i, item in enumerate(own.menu)
    )
    return found, LanguageSettings(own.title, own.description, menu)
