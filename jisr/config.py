"""`site.yaml` → `Site`, validated, with the places of what is wrong in it."""

import re
import zoneinfo
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from msgspec import Struct, field

from jisr.errors import Problem, Report, SiteError
from jisr.languages import language
from jisr.model import ImageSettings, Language, LanguageSettings, MenuItem, Reading, Site
from jisr.permalinks import TOKENS, fault
from jisr.urls import is_address
from jisr.yamlfile import YamlFile, parse, validate

FILE = "site.yaml"

DIRECTIVES = frozenset(
    f"{kind}-src"
    for kind in ("child", "connect", "font", "frame", "img", "manifest", "media", "script", "style", "worker")
) | {"form-action", "frame-ancestors"}
"""Of a Content-Security-Policy, to which a site may add sources."""

_SOURCES = re.compile(r"[!-+\--:<-~]+(?: [!-+\--:<-~]+)*")
_ADDRESS = re.compile(r"https?://[^\s/?#@\\]+(?:/(?:%[0-9A-Fa-f]{2}|[^\s?#\\%])*)?")
_UNQUOTED = "/%:@!$&'()*+,;=~"
"""What may stand in the path of an address as it is."""

_CODE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


class _Menu(Struct, frozen=True):
    label: str
    to: str


class _Language(Struct, frozen=True):
    title: str
    description: str = ""
    locale: str | None = None
    digits: Literal["latn", "arab", "arabext"] | None = None
    hijri: bool = False
    menu: tuple[_Menu, ...] = ()


class _Images(Struct, frozen=True):
    formats: tuple[Literal["avif", "webp"], ...] = ("webp",)
    widths: tuple[int, ...] = (480, 800, 1200, 1600)
    sizes: str = "(min-width: 40rem) 37rem, 100vw"


class _Settings(Struct, frozen=True):
    base_url: str
    languages: tuple[str, ...]
    language: Mapping[str, Any] = field(default_factory=dict)
    timezone: str = "UTC"
    permalinks: Mapping[str, str] = field(default_factory=dict)
    addresses: Literal["folders", "files"] = "folders"
    untranslated: Literal["show", "hide"] = "show"
    outdated: Literal["show", "placeholder"] = "show"
    index_from: int = 100
    side_by_side: bool = True
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
    news_sitemap: bool = True
    feed: Literal["summary", "full", "none"] = "summary"
    feed_untranslated: Literal["mark", "source", "omit"] = "mark"
    images: _Images | bool = field(default_factory=_Images)
    host_files: tuple[Literal["headers", "redirects", "nojekyll", "cname", "netlify"], ...] = (
        "headers",
        "redirects",
        "nojekyll",
    )
    content_security_policy: Mapping[str, str] = field(default_factory=dict)
    fingerprint: bool = True
    minify: bool = True
    manifest: bool = True
    accept: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tag_feeds: bool = True
    search: bool = True
    cards: Any = "recent"


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
    given = settings.base_url if base_url is None else base_url
    address, path = _address_of(given.rstrip("/"))
    if path is None:
        what = f"`base_url` is not an address ({given})"
        report(
            source.problem(("base_url",), what, "write https://… with the path, if any, and nothing after")
        )
    if not _is_timezone(settings.timezone):
        what = f"there is no timezone {settings.timezone}"
        report(source.problem(("timezone",), what, "write a name such as Africa/Cairo or UTC"))
    if not 0 <= settings.index_from <= 100:
        report(source.problem(("index_from",), "`index_from` is a percentage", "write 0 to 100"))
    if settings.per_page < 1:
        report(source.problem(("per_page",), "`per_page` is a number of articles", "write 1 or more"))
    if settings.related < 0:
        report(source.problem(("related",), "`related` is a number of articles", "write 0 or more"))
    if not isinstance(settings.images, bool):
        for index, width in enumerate(settings.images.widths):
            if not 16 <= width <= 8192:
                what = f"{width} is no width of a picture in pixels"
                report(source.problem(("images", "widths", index), what, "write 16 to 8192"))
    for kind, pattern in settings.permalinks.items():
        if kind not in TOKENS and not _is_section(root, kind):
            what = f"`permalinks` knows no `{kind}`"
            hint = "write articles, pages, or a folder in content/articles/"
            report(source.problem(("permalinks", kind), what, hint))
        elif wrong := fault(pattern, kind if kind in TOKENS else "articles"):
            report(source.problem(("permalinks", kind), *wrong))
    for folder, title in settings.sections.items():
        if not title.strip():
            report(source.problem(("sections", folder), "the section has an empty title", "write one"))
        if not _is_section(root, folder):
            what = f"`sections` knows no `{folder}`"
            report(source.problem(("sections", folder), what, "write a folder in content/articles/"))
    for directive, sources in settings.content_security_policy.items():
        if directive not in DIRECTIVES:
            what = f"`{directive}` is no directive of a Content-Security-Policy that can be added to"
            hint = f"write one of {', '.join(sorted(DIRECTIVES))}"
            report(source.problem(("content_security_policy", directive), what, hint))
        elif not _SOURCES.fullmatch(sources):
            what = f"`{directive}` gets something else than a list of sources"
            hint = "write them with spaces between, such as https://video.example.org 'self'"
            report(source.problem(("content_security_policy", directive), what, hint))
    if "cname" in settings.host_files and urlsplit(settings.base_url).path.strip("/"):
        what = "`cname` names a host, and `base_url` has a folder on it"
        report(source.problem(("host_files",), what, "take cname out, or the folder from `base_url`"))
    if not (settings.cards == "recent" or type(settings.cards) in (bool, date)):  # not a time
        what = "`cards` says neither whether there are any nor from which day on"
        report(source.problem(("cards",), what, "write recent, true, false, or a date such as 2025-01-01"))
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
        read = _one_language(source, settings, index, code, report)
        if read:
            languages.append(read[0])
            own[code] = read[1]
    if not languages:
        return None
    return Site(
        root=root,
        base_url=address,
        base_path=f"{path}/",
        languages=tuple(languages),
        settings=own,
        reading=Reading(
            settings.timezone,
            **{kind: at for kind, at in settings.permalinks.items() if kind in TOKENS},
            sections={kind.strip("/"): at for kind, at in settings.permalinks.items() if kind not in TOKENS},
        ),
        addresses=settings.addresses,
        untranslated=settings.untranslated,
        outdated=settings.outdated,
        index_from=settings.index_from,
        side_by_side=settings.side_by_side,
        trusted_html=settings.trusted_html,
        per_page=settings.per_page,
        listings=settings.listings,
        sections={folder.strip("/"): title for folder, title in settings.sections.items()},
        related=settings.related,
        sitemap=settings.sitemap,
        news_sitemap=settings.sitemap and settings.news_sitemap,
        feed=settings.feed,
        feed_untranslated=settings.feed_untranslated,
        images=_images(settings.images),
        host_files=settings.host_files,
        content_security_policy=settings.content_security_policy,
        fingerprint=settings.fingerprint,
        minify=settings.minify,
        manifest=settings.manifest,
        accept=settings.accept,
        tag_feeds=settings.tag_feeds,
        search=settings.search,
        cards=settings.cards,
    )


def _is_section(root: Path, folder: str) -> bool:
    """Whether articles lie in a folder of that name."""
    parts = folder.strip("/").split("/")
    return not {"", ".", ".."} & set(parts) and (root / "content/articles" / "/".join(parts)).is_dir()


def _images(settings: _Images | bool) -> ImageSettings | None:
    if settings is False:
        return None
    wanted = _Images() if settings is True else settings
    formats = tuple(name for name in ("avif", "webp") if name in wanted.formats)
    return ImageSettings(formats, tuple(sorted(set(wanted.widths))), wanted.sizes)


def _one_language(
    source: YamlFile, settings: _Settings, index: int, code: str, report: Report
) -> tuple[Language, LanguageSettings] | None:
    below = ("language", code)
    if not isinstance(source.values.get("language", {}), dict):
        return None
    if code not in settings.language:
        what = f"the language `{code}` has no title"
        report(source.problem(("languages", index), what, f"add it: language: {{{code}: {{title: …}}}}"))
        return None
    own = validate(source, _Language, report, below=below)
    if own is None:
        return None
    if not own.title.strip():
        report(source.problem((*below, "title"), "the title is empty", "write one"))
        return None
    if not _CODE.fullmatch(code):
        report(source.problem(("languages", index), f"`{code}` is not a language code", "write ar, en, fr …"))
        return None
    try:
        found = language(code, own.locale, own.digits, hijri=own.hijri)
    except ValueError as error:
        at = (*below, "locale") if own.locale else ("languages", index)
        report(source.problem(at, str(error), "write language-COUNTRY, such as ar-EG or en-GB"))
        return None
    for i, item in enumerate(own.menu):
        if not item.label.strip():
            report(source.problem((*below, "menu", i, "label"), "the entry has an empty label", "write one"))
    menu = tuple(
        MenuItem(item.label, item.to, source.places[*below, "menu", i][1]) for i, item in enumerate(own.menu)
    )
    return found, LanguageSettings(own.title, own.description, menu)


def _address_of(text: str) -> tuple[str, str | None]:
    """An address as it is sent, in ASCII, and its path: https://xn--… for https://مثال….

    The path is None if pages can't stand below it: it has a scheme, a host, perhaps a port.
    """
    if not (_ADDRESS.fullmatch(text) and is_address(text)):
        return text, None
    parts = urlsplit(text)
    host, colon, port = parts.netloc.partition(":")
    try:
        host = parts.netloc if host.isascii() else f"{host.encode('idna').decode()}{colon}{port}"
    except ValueError:  # not every word is a host
        return text, None
    odd = {"", ".", ".."} & set(parts.path.split("/")[1:])  # `//` would lead to another host
    path = quote(parts.path, safe=_UNQUOTED)
    return f"{parts.scheme}://{host}{path}", None if odd else path


def _is_timezone(name: str) -> bool:
    """Whether there is such a timezone. To list all that there are takes longer than to read the settings."""
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # a name of nothing, of no form, or of a folder
        return False
    return True
