"""The files beside the pages: sitemaps, feeds, style sheets, redirects, the web manifest."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from jisr.check.findings import Finding, finding
from jisr.check.folder import Folder, Target
from jisr.check.html import read_html
from jisr.check.pages import asset_links, objects
from jisr.check.whole import Whole
from jisr.read.sources import place

_MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
_NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
_XHTML = "{http://www.w3.org/1999/xhtml}"
_ATOM = "{http://www.w3.org/2005/Atom}"
_URL = re.compile(r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^\s"'()]*))\s*\)|@import\s+(?:"([^"]*)"|'([^']*)')""")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_PLAIN = re.compile(r"[!-~]+")
_MOST = 50_000
_MOST_NEWS = 1000
_MOST_BYTES = 50 * 2**20
_AGAIN = "build again; if the file is your own, mend it"


def sitemaps(whole: Whole) -> Iterator[Finding]:
    """Sitemaps can be read and name pages that are there, each with its editions; fills `whole.sitemap`."""
    waiting = [path for path in ("sitemap.xml", *_named_sitemaps(whole)) if path in whole.folder.files]
    done: set[str] = set()
    while waiting:
        path = waiting.pop(0)
        if path in done:
            continue
        done.add(path)
        root = _xml(whole, "sitemap", path)
        if isinstance(root, Finding):
            yield root
        elif root.tag == f"{_MAP}sitemapindex":
            for one in root.iter(f"{_MAP}loc"):
                target = _target(whole.folder, one.text or "")
                if target.kind == "file":
                    waiting.append(target.path)
                else:
                    what = f"the sitemap names {one.text}, which isn't there"
                    yield _in(whole, "sitemap", path, one.text or "", what)
        elif root.tag == f"{_MAP}urlset":
            yield from _urls(whole, path, root)
        else:
            yield _in(whole, "sitemap", path, "", "the file is no sitemap (sitemaps.org)")


def _urls(whole: Whole, path: str, root: ET.Element) -> Iterator[Finding]:
    listed = list(root.iter(f"{_MAP}url"))
    news = list(root.iter(f"{_NEWS}news"))
    if len(listed) > _MOST or len(news) > _MOST_NEWS:
        most = _MOST_NEWS if news else _MOST
        yield _in(
            whole, "sitemap", path, "", f"the sitemap has {len(listed):,} addresses, more than {most:,}"
        )
    if (size := (whole.folder.root / path).stat().st_size) > _MOST_BYTES:
        yield _in(whole, "sitemap", path, "", f"the sitemap has {size:,} bytes, more than {_MOST_BYTES:,}")
    for one in listed:
        address = (one.findtext(f"{_MAP}loc") or "").strip()
        target = _target(whole.folder, address)
        page = whole.pages.get(target.path) if target.kind == "file" else None
        if not _PLAIN.fullmatch(address):
            yield _in(whole, "sitemap", path, address, f"the address {address} isn't percent-encoded")
        if page is None:
            what = f"the sitemap names {address}, where there is no page"
            yield _in(whole, "sitemap", path, address, what)
            continue
        if not news:  # which has a part of the pages only
            whole.sitemap.add(page.path)
        if page.canonical != address:
            what = f"the sitemap names {address}, the page {page.canonical}"
            yield _in(whole, "sitemap", path, address, what)
        if page.noindex:
            what = f"the sitemap names {address}, which keeps search engines away"
            yield _in(whole, "sitemap", path, address, what)
        named = {e.get("hreflang"): e.get("href") for e in one.iter(f"{_XHTML}link")}
        if named and named != page.hreflang:
            what = f"the sitemap names other editions of {address} than the page"
            yield _in(whole, "sitemap", path, address, what)
        changed = one.findtext(f"{_MAP}lastmod")
        dates = [changed, *(e.text for e in one.iter(f"{_NEWS}publication_date"))]
        for text in dates:
            if text is not None and not _is_date(text):
                yield _in(whole, "sitemap", path, address, f"{text} is no date of the form 2023-10-16")


def robots(whole: Whole) -> Iterator[Finding]:
    """robots.txt names sitemaps that are there."""
    for number, address in _robots(whole):
        if _target(whole.folder, address).kind == "nowhere":
            what = f"robots.txt names the sitemap {address}, which isn't there"
            yield finding("sitemap", whole.shown["robots.txt"], (number, 1), what, _AGAIN)


def _named_sitemaps(whole: Whole) -> list[str]:
    return [_target(whole.folder, address).path for _, address in _robots(whole)]


def _robots(whole: Whole) -> Iterator[tuple[int, str]]:
    """The lines of robots.txt that name sitemaps, with the addresses."""
    text = whole.folder.read("robots.txt") if "robots.txt" in whole.folder.files else ""
    for number, line in enumerate(text.split("\n"), 1):
        name, _, value = line.partition(":")
        if name.strip().lower() == "sitemap":
            yield number, value.strip()


def feeds(whole: Whole) -> Iterator[Finding]:
    """Feeds can be read, have what their formats ask for, and lead to pages and pictures that are there.

    Those of other formats, which only the site's own files have, are left to others.
    """
    for path in sorted(whole.folder.files):
        name = path.rpartition("/")[2]
        if name == "feed.xml":
            root = _xml(whole, "feeds", path)
            if isinstance(root, Finding):
                yield root
            elif root.tag == f"{_ATOM}feed":
                yield from _atom(whole, path, root)
            elif root.tag != "rss":
                yield _in(whole, "feeds", path, "", "the feed is no Atom feed")
        elif name == "feed.json":
            yield from _json_feed(whole, path)


def _atom(whole: Whole, path: str, root: ET.Element) -> Iterator[Finding]:
    own = whole.folder.address(path)
    yield from _asked(whole, path, root, "the feed")
    links = {link.get("rel", "alternate"): link.get("href") for link in root.findall(f"{_ATOM}link")}
    if links.get("self") != own:
        yield _in(whole, "feeds", path, "", f"the feed's address of itself is {links.get('self')}, not {own}")
    authors = root.find(f"{_ATOM}author") is not None
    seen: set[str] = set()
    for entry in root.findall(f"{_ATOM}entry"):
        id_ = entry.findtext(f"{_ATOM}id") or ""
        yield from _asked(whole, path, entry, f"the entry {id_}")
        if id_ in seen:
            yield _in(whole, "feeds", path, id_, f"the id {id_} stands twice")
        seen.add(id_)
        if not authors and entry.find(f"{_ATOM}author") is None:
            yield _in(whole, "feeds", path, id_, f"the entry {id_} has no author, and neither has the feed")
        link = next(
            (e.get("href", "") for e in entry.findall(f"{_ATOM}link") if e.get("rel") != "enclosure"), ""
        )
        yield from _entry(whole, path, link)
        for name in ("content", "summary"):
            found = entry.find(f"{_ATOM}{name}")
            if found is not None and found.get("type") == "html":
                yield from _content(whole, path, found.text or "", link)
        for enclosure in entry.findall(f"{_ATOM}link"):
            if enclosure.get("rel") == "enclosure":
                yield from _content(whole, path, f'<img src="{enclosure.get("href")}">', link)


def _asked(whole: Whole, path: str, element: ET.Element, of: str) -> Iterator[Finding]:
    for name in ("id", "title", "updated"):
        text = element.findtext(f"{_ATOM}{name}")
        if not (text and text.strip()):
            yield _in(whole, "feeds", path, "", f"{of} has no <{name}>")
        elif name == "updated" and not _is_instant(text):
            yield _in(whole, "feeds", path, text, f"{text} is no time of the form 2023-10-16T08:00:00+03:00")


def _json_feed(whole: Whole, path: str) -> Iterator[Finding]:
    try:
        feed: Any = json.loads(whole.folder.read(path))
    except (ValueError, RecursionError) as error:
        yield _in(whole, "feeds", path, "", f"the feed can't be read ({error})")
        return
    if not isinstance(feed, dict) or "jsonfeed.org/version/" not in str(feed.get("version")):
        yield _in(whole, "feeds", path, "", "the feed is no JSON Feed: its version is missing")
        return
    if not feed.get("title"):
        yield _in(whole, "feeds", path, "", "the feed has no title")
    if feed.get("feed_url", whole.folder.address(path)) != whole.folder.address(path):
        yield _in(whole, "feeds", path, "", f"the feed's address of itself is {feed['feed_url']}")
    seen: set[str] = set()
    for item in objects(feed.get("items")):
        id_ = str(item.get("id", ""))
        near = f'"{id_}"'
        if not id_ or id_ in seen:
            yield _in(
                whole, "feeds", path, near, f"the id {id_} stands twice" if id_ else "an item has no id"
            )
        seen.add(id_)
        if not ("content_html" in item or "content_text" in item):
            yield _in(whole, "feeds", path, near, f"the item {id_} has neither content_html nor content_text")
        for name in ("date_published", "date_modified"):
            if name in item and not _is_instant(str(item[name])):
                yield _in(
                    whole, "feeds", path, near, f"{item[name]} is no time of the form 2023-10-16T08:00:00Z"
                )
        yield from _entry(whole, path, str(item.get("url", "")))
        yield from _content(whole, path, str(item.get("content_html", "")), str(item.get("url", "")))


def _entry(whole: Whole, path: str, link: str) -> Iterator[Finding]:
    """An entry leads to a page, which the setting for untranslated articles lets into the feed."""
    target = _target(whole.folder, link)
    if target.kind == "nowhere" or (target.kind == "file" and target.path not in whole.pages):
        yield _in(whole, "feeds", path, link, f"the feed leads to {link}, where there is no page")
        return
    edition = whole.editions.get(target.path)
    if edition and not edition.facts.ready and whole.site.feed_untranslated != "mark":
        what = f"the feed leads to {link}, which isn't translated as far as `index_from` asks"
        yield _in(whole, "indexing", path, link, what)
    if edition and edition.document.draft:
        yield _in(whole, "indexing", path, link, f"the feed leads to {link}, which is a draft")


def _content(whole: Whole, path: str, html: str, base: str) -> Iterator[Finding]:
    page = read_html(html)
    links = [(e.get("href"), "leads to") for e in page.all("a") if e.get("href")]
    links += [(link, "shows") for _, link in asset_links(page)]
    for link, does in links:
        target = _target(whole.folder, link, base)
        if target.kind == "nowhere":
            yield _in(whole, "feeds", path, link, f"an entry {does} {link}, which isn't there")
        elif not urlsplit(link).scheme:
            what = f"an entry {does} {link}, an address that holds on the site only"
            yield _in(whole, "feeds", path, link, what)


def styles(whole: Whole) -> Iterator[Finding]:
    """What style sheets name is there."""
    for path in sorted(whole.folder.files):
        if not path.endswith(".css"):
            continue
        text = _COMMENT.sub(lambda found: " " * len(found[0]), whole.folder.read(path))
        for found in _URL.finditer(text):
            link = next(filter(None, found.groups()), "")
            if not link or link.startswith(("data:", "#")):
                continue
            if _target(whole.folder, link, whole.folder.address(path)).kind == "nowhere":
                what, hint = (
                    f"the style sheet needs {link}, which isn't there",
                    "add the file, or take it out",
                )
                yield finding("assets", whole.shown[path], place(text, found.start()), what, hint)


def manifests(whole: Whole) -> Iterator[Finding]:
    """What a web manifest names is there."""
    for path in sorted(whole.folder.files):
        if not path.endswith(".webmanifest"):
            continue
        try:
            manifest: Any = json.loads(whole.folder.read(path))
        except (ValueError, RecursionError) as error:
            yield _in(whole, "assets", path, "", f"the manifest can't be read ({error})")
            continue
        manifest = manifest if isinstance(manifest, dict) else {}
        named = [str(icon.get("src", "")) for icon in objects(manifest.get("icons"))]
        named += [str(manifest[key]) for key in ("start_url", "scope") if key in manifest]
        for link in named:
            if _target(whole.folder, link, whole.folder.address(path)).kind == "nowhere":
                yield _in(whole, "assets", path, link, f"the manifest names {link}, which isn't there")


def redirects(whole: Whole) -> Iterator[Finding]:
    """Former addresses in `_redirects` lead to what is there."""
    if "_redirects" not in whole.folder.files:
        return
    for number, line in enumerate(whole.folder.read("_redirects").split("\n"), 1):
        parts = line.split("#")[0].split() if line.lstrip().startswith("#") else line.split()
        if len(parts) < 2 or ":" in parts[1].split("://")[-1] or "*" in parts[1]:
            continue
        if _target(whole.folder, parts[1]).kind == "nowhere":
            what = f"{parts[0]} leads on to {parts[1]}, which isn't there"
            yield finding("redirects", whole.shown["_redirects"], (number, 1), what, _AGAIN)


FILES: Sequence[Any] = (sitemaps, robots, feeds, styles, manifests, redirects)


def _xml(whole: Whole, check: str, path: str) -> ET.Element | Finding:
    text = whole.folder.read(path)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:  # entities can grow without end
        return finding(check, whole.shown[path], (1, 1), "a DOCTYPE stands in the file", "take it out")
    try:
        return ET.fromstring(text)
    except ET.ParseError as error:
        line, column = error.position
        what = f"the file isn't well formed ({str(error).partition(':')[0]})"
        return finding(check, whole.shown[path], (line, column + 1), what, _AGAIN)


def _target(folder: Folder, link: str, base: str = "") -> Target:
    try:
        return folder.target(link, base or folder.address(""))
    except ValueError:
        return Target("nowhere")


def _in(whole: Whole, check: str, path: str, near: str, message: str) -> Finding:
    """A finding in a file, at the first place where a text stands in it."""
    text = whole.folder.read(path)
    at = max(text.find(near), 0) if near else 0
    return finding(check, whole.shown[path], place(text, at), message, _AGAIN)


def _is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text) if len(text) == len("2023-10-16") else _is_instant(text))
    except ValueError:
        return False


def _is_instant(text: str) -> bool:
    try:
        offset = datetime.fromisoformat(text).utcoffset() if "T" in text else None
        return offset is not None and offset.seconds % 60 == 0  # RFC 3339 has no seconds there
    except ValueError:
        return False
