"""What a generator wrote: the pages of the articles, and the text a reader sees on them."""

import os
import re
from html.parser import HTMLParser
from pathlib import Path

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
            self.links.append(dict(attrs).get("href") or "")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.found.append(data)
