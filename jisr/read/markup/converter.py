"""What reads Markdown and writes its HTML: everyday prose at once, the rest by Python-Markdown."""

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from jisr.errors import Problem, Report
from jisr.model import Document
from jisr.read.markup.body import Body
from jisr.read.markup.inline import read_inline
from jisr.read.markup.prose import parse_prose
from jisr.read.segments import INLINE

if TYPE_CHECKING:  # loaded where there is more than prose: it takes as long as to render 20 articles
    from jisr.read.markup.framework import Framework

Protected = Counter[tuple[str, str]]
"""What a translation must take over as it is: kind and value, `("link", "https://…")`."""

_COSTLY = "[`<_*\\"
_MAX_COST = 4_000_000
"""Sum of the squares of their numbers in a paragraph: Python-Markdown's time grows with it, to 0.6 s here.

Twice that is the most for a whole text.
"""


_DEEP = (800 * " ", 200 * "\t")
"""The indentation of 200 levels, more than recursion takes: to find that out takes ten seconds."""


class Converter:
    """Markdown as this site uses it. Bodies are independent of it and of each other."""

    @cached_property
    def framework(self) -> "Framework":
        """Python-Markdown, ready to be used."""
        from jisr.read.markup.framework import Framework

        return Framework()

    def parse(self, document: Document, report: Report) -> Body | None:
        """The document's body as a tree. Reports what can't be parsed and returns None."""
        if not document.markdown:
            return self.framework.parse(document)
        if _too_costly(document, report):
            return None
        if any(far in document.body for far in _DEEP) and (deep := _deep_line(document.body)) is not None:
            report(too_deep(document, deep))
            return None
        try:
            return parse_prose(document, self._parse_apart) or self.framework.parse(document)
        except RecursionError:
            report(too_deep(document))
            return None

    def _parse_apart(self, document: Document) -> Body | None:
        """A block by itself; None where it stands on others, or they could on it."""
        body = self.framework.parse(document)
        return None if body.references or body.footnotes or body.abbreviations or body.stash else body

    def protected(self, body: Body, text: str) -> Protected:
        """What a translation of the text must take over: links, pictures, footnotes, code, tags."""
        if not body.document.markdown or not INLINE.search(text):
            return Counter()
        if inline := read_inline(text):
            return Counter(("link", link) for link in inline.links)
        return Counter(self.framework.protected(body, text))


def overloaded(text: str, source: str) -> str | None:
    """The mark of which a translation has so many that Python-Markdown would take long for it; None usually.

    It may have 200 more than its source, and twice as many.
    """
    if _cost(text) <= 4 * _cost(source) + 40_000:
        return None
    return max(_COSTLY, key=text.count)


def _cost(text: str) -> int:
    return sum([text.count(character) ** 2 for character in _COSTLY])


def too_deep(document: Document, line: int = 0) -> Problem:
    """For a text whose elements nest deeper than Python's recursion goes, from a line of it on."""
    return Problem(document.path, document.line + line + 1, 1, "the text nests too deep", "use fewer levels")


def _deep_line(text: str) -> int | None:
    lines = enumerate(text.split("\n"))
    return next((number for number, line in lines if line.startswith(_DEEP) and not line.isspace()), None)


def _too_costly(document: Document, report: Report) -> bool:
    """Report a text that Python-Markdown would take minutes for; see `_MAX_COST`."""
    fences = document.body.count("~~~") + document.body.count("```")
    if _cost(document.body) + fences**2 <= _MAX_COST:
        return False
    total = fences**2
    line = document.line + 1
    for paragraph in document.body.split("\n\n"):
        found = {character: paragraph.count(character) for character in _COSTLY}
        cost = sum(number**2 for number in found.values())
        total += cost
        if cost > _MAX_COST or total > 2 * _MAX_COST:
            most = max(found, key=lambda character: found[character])
            what = f"too much of `{most}`, {found[most]:,} times in this paragraph"
            if fences**2 > _MAX_COST:
                what = f"too many fences of code, {fences:,}"
            report(Problem(document.path, line, 1, what, "break the text up into several documents"))
            return True
        line += paragraph.count("\n") + 2
    return False
