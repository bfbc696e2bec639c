"""What a generator wrote: its pages and feeds, and the text a reader sees on them."""

import os
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

SPACE = re.compile(r"[ \t\n]+")
BREAK = "\f"
BLOCKS = frozenset({"p", "li", "h1", "h2", "td", "th", "blockquote"})


def articles(folder: Path) -> set[str]:
    """Paths of the article pages, both editions."""
    return {
        f"{prefix}articles/{entry.name}/index.html"
        for prefix in ("", "en/")
        for entry in (folder / prefix / "articles").iterdir()
        if (folder / prefix / "articles" / entry.name / "index.html").is_file()
    }


def listings(folder: Path) -> set[str]:
    """Paths of the pages of listings, both editions: the home page's, those of tags, and their index."""
    return {
        page.relative_to(folder).as_posix()
        for prefix in ("", "en/")
        for pattern in ("index.html", "page/*/index.html", "tags/**/index.html")
        for page in (folder / prefix).glob(pattern)
    }


def size(folder: Path) -> tuple[int, int]:
    """Number of files, and their bytes."""
    files, volume = 0, 0
    for path, _, names in os.walk(folder):
        files += len(names)
        volume += sum(Path(path, name).stat().st_size for name in names)
    return files, volume


def read(page: Path) -> list[str]:
    """The links of the page, then the text of its body, block by block, in the order of the page.

    White space is left out: generators break lines where they like.
    """
    reader = _Reader()
    reader.feed(page.read_text(encoding="utf-8"))
    text = SPACE.sub("", "".join(reader.found))
    return [*reader.links, *text.split(BREAK)]


def entries(feed: Path) -> list[str]:
    """The entries of the feed, Atom or RSS: title, address and summary, a line for each."""
    root = ElementTree.parse(feed).getroot()
    return [_entry(node) for node in root.iter() if _name(node) in {"entry", "item"}]


def _entry(node: ElementTree.Element) -> str:
    found = {_name(child): child for child in node}
    link = found["link"]
    summary = found["summary"] if "summary" in found else found["description"]
    address = unquote(urlsplit(link.get("href") or link.text or "").path)
    return "\n".join((found["title"].text or "", address, summary.text or ""))


def _name(node: ElementTree.Element) -> str:
    return node.tag.rpartition("}")[2]


class _Reader(HTMLParser):
    """Collects text and links of a body."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.links: list[str] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = self.inside or tag == "body"
        if tag in BLOCKS:
            self.found.append(BREAK)
        if tag == "a":
            # Some write Arabic in an address as it is, some encode it: a browser asks for the same.
            self.links.append(unquote(dict(attrs).get("href") or ""))

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.found.append(data)
