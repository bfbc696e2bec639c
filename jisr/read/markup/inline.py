"""Inline Markdown of the everyday kind, read at once: links, `**strong**` and `*emphasised*` words.

Python-Markdown tries 22 patterns on every text. Most news prose has none of them or these three: for that it
takes a third of a build. Whatever else stands in a text, or these within each other, is left to it; what is
taken here comes out the same (tests/test_identity.py, tests/test_inline.py).
"""

import re
from functools import lru_cache

from msgspec import Struct

_PLAIN = r"[^\\`*_\[\]<>&{}\n\x02\x03]"
_PIECE = re.compile(
    rf"""
      ({_PLAIN}+)
    | (?<!!)\[((?!\^){_PLAIN}+)\]\(([^\s\\`<>&()"'\[\]{{}}\x02\x03]+)\)  # label and link
    | (?<!\*)\*\*((?!\s){_PLAIN}+(?<!\s))\*\*(?!\*)                     # strong
    | (?<!\*)\*((?!\s){_PLAIN}+(?<!\s))\*(?!\*)                         # em
    """,
    re.VERBOSE,
)


class Inline(Struct, frozen=True):
    """A text, and what stands in it: each element's tag, link, text and the text behind it."""

    text: str
    elements: tuple[tuple[str, str, str, str], ...]

    @property
    def links(self) -> list[str]:
        """Where its links lead."""
        return [link for _, link, _, _ in self.elements if link]

    @property
    def words(self) -> str:
        """All of it without markup."""
        return self.text + "".join(text + tail for _, _, text, tail in self.elements)


@lru_cache(256)  # a translation's text is read twice, its source three times
def read_inline(text: str) -> Inline | None:
    """The text's inline Markdown; None where there is more to it than is known here."""
    before = ""
    elements: list[tuple[str, str, str, str]] = []
    known = 0
    for plain, label, link, strong, em in _PIECE.findall(text):
        if plain:
            known += len(plain)
            if elements:
                elements[-1] = (*elements[-1][:3], plain)
            else:
                before = plain
        elif link:
            known += len(label) + len(link) + len("[]()")
            elements.append(("a", link, label, ""))
        elif strong:
            known += len(strong) + len("****")
            elements.append(("strong", "", strong, ""))
        else:
            known += len(em) + len("**")
            elements.append(("em", "", em, ""))
    return Inline(before, tuple(elements)) if known == len(text) else None
