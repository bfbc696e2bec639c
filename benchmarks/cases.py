"""The cases: what is changed before a measured build, and how the pages show that it was built.

An edit is two sets of files, before and after. It is applied, built and measured, and taken back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import corpus
import sites
from corpus import Article, Block, Pair
from sites import Files, Tool

MARK = "قياس٧٧"
"""A word that the corpus doesn't have."""

Found = Mapping[str, str]
"""Words that must stand on a page, by the page's path."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Files before and after, and what pages and feeds must show after it."""

    before: Files
    after: Files
    shown: Found


@dataclass(frozen=True, slots=True)
class Case:
    """A case, with its line in the table."""

    name: str
    title: str
    edit: Callable[[Tool, Path, Article], Edit] | None = None
    newest: bool = False
    """Whether the article it edits stands on the home page, and so on those of its tags and in the feed."""


def _body(tool: Tool, _root: Path, article: Article) -> Edit:
    last = article.blocks[-1].rows[0][0]
    edited = _with_block(article, Pair(f"{last.ar} {MARK}.", last.en))
    return _original(tool, article, edited, {_page(article.name): MARK})


def _title(tool: Tool, _root: Path, article: Article) -> Edit:
    edited = replace(article, title=Pair(f"{article.title.ar} {MARK}", article.title.en))
    shown = [_page(article.name), *map(_page, corpus.beside(article)), "index.html", tool.feeds[0]]
    shown += (f"tags/{sites.slug(tag)}/index.html" for tag in article.tags)
    return _original(tool, article, edited, dict.fromkeys(shown, MARK))


def _translate(tool: Tool, _root: Path, article: Article) -> Edit:
    """From a block that stands in Arabic on the English page to its translation."""
    last = article.blocks[-1].rows[0][0]
    marked = _with_block(article, Pair(last.ar, f"{last.en} {MARK}."))
    untranslated = _with_block(article, Pair(last.ar, ""))
    path = list(tool.files(article))[1]
    return Edit(
        {path: tool.files(untranslated)[path]},
        {path: tool.files(marked)[path]},
        {f"en/{_page(article.name)}": MARK},
    )


def _base(tool: Tool, root: Path, article: Article) -> Edit:
    text = (root / tool.base).read_text(encoding="utf-8").replace(MARK, "Edition 1")
    return Edit(
        {tool.base: text},
        {tool.base: text.replace("Edition 1", MARK)},
        dict.fromkeys((_page(article.name), f"en/{_page(article.name)}", "index.html"), MARK),
    )


def _original(tool: Tool, article: Article, edited: Article, shown: Found) -> Edit:
    """The edit of the Arabic file alone: the translation stays as it was."""
    before, after = tool.files(article), tool.files(edited)
    path = next(iter(before))
    return Edit({path: before[path]}, {path: after[path]}, shown)


def _with_block(article: Article, last: Pair) -> Article:
    return replace(article, blocks=(*article.blocks[:-1], Block("paragraph", ((last,),))))


def _page(name: str) -> str:
    return f"articles/{name}/index.html"


COLD = Case("cold", "cold build")
ALL = {
    case.name: case
    for case in (
        COLD,
        Case("nothing", "nothing changed"),
        Case("body", "one article’s body edited", _body),
        Case("title", "one article’s title edited", _title, newest=True),
        Case("translate", "one block translated", _translate),
        Case("base", "base template edited", _base),
    )
}
