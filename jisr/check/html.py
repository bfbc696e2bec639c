"""A fast reader of HTML: the elements of a page that say something of it or lead somewhere.

It knows tags, attributes and comments, and no more of HTML's grammar: what isn't well formed is for the Nu
checker to say (nu.py). It takes a quarter of html.parser's time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

_ATTRIBUTES = r"""(?:[^<>"']|"[^"]*"|'[^']*')*"""
_PIECE = re.compile(
    rf"""
    <(?:
      !--.*?-->
    | (?P<raw>script|style|title|textarea)(?P<given>(?![\w-]){_ATTRIBUTES})>(?P<inside>.*?)</(?P=raw)\s*>
    | (?P<tag>html|base|meta|link|a|area|img|source|video|audio|track|iframe|embed|object|h[1-6])
      (?P<attributes>(?![\w-]){_ATTRIBUTES})>
    )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?""")
_ID = re.compile(r"""\sid\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))""")
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Element:
    """An element: its tag, its attributes, the index where it begins, and what a title or script holds."""

    tag: str
    attributes: dict[str, str]
    at: int
    text: str = ""

    def get(self, name: str) -> str:
        """An attribute's value; nothing where there is none."""
        return self.attributes.get(name, "")

    def has(self, name: str, word: str) -> bool:
        """Whether a word stands among those of an attribute, such as `rel`."""
        return word in self.attributes.get(name, "").lower().split()


@dataclass(slots=True)
class Html:
    """A page: its text, its elements in their order, and all ids in it."""

    text: str
    elements: list[Element] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def all(self, *tags: str) -> Iterator[Element]:
        """The elements with one of some tags."""
        return (element for element in self.elements if element.tag in tags)

    def links(self, relation: str) -> Iterator[Element]:
        """The `<link>` elements of a relation."""
        return (link for link in self.all("link") if link.has("rel", relation))

    def meta(self, name: str) -> str:
        """The content of the first `<meta>` of a name; nothing where there is none."""
        named = (e for e in self.all("meta") if name in (e.get("name").lower(), e.get("property").lower()))
        return next((element.get("content") for element in named), "")

    def words(self, heading: Element) -> str:
        """The words of a heading."""
        end = self.text.find(f"</{heading.tag}", heading.at)
        inner = self.text[heading.at : end] if end >= 0 else ""
        return " ".join(unescape(_TAG.sub("", inner[inner.find(">") + 1 :])).split())


def read_html(text: str) -> Html:
    """The elements of a page that matter here."""
    page = Html(text, ids={unescape(first or second or third) for first, second, third in _ID.findall(text)})
    for found in _PIECE.finditer(text):
        group = found.lastgroup
        if group == "attributes":
            given = attributes_of(found["attributes"])
            page.elements.append(Element(found["tag"].lower(), given, found.start()))
        elif group == "inside":
            given = attributes_of(found["given"])
            page.elements.append(Element(found["raw"].lower(), given, found.start(), found["inside"]))
    return page


def attributes_of(text: str) -> dict[str, str]:
    """The attributes in the text of a tag; the first of two alike, as browsers do."""
    result: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(text):
        value = values[0] or values[1] or values[2]
        result.setdefault(name.lower(), unescape(value) if "&" in value else value)
    return result
