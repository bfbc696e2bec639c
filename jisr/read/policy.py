"""Which HTML a document may carry. The only importer of nh3.

Raw HTML, and every element and attribute that a document or a translation makes, is looked at first, so
that nothing is taken out silently: what the policy doesn't allow is an error. nh3, a real HTML parser,
then writes the markup of such documents anew; it is what keeps the promise where our look and a browser
could read a text differently.
"""

import html
import re
from collections.abc import Callable, Iterator, Mapping

from jisr.errors import CONTROL

TRUST = "set trusted_html: true in site.yaml if all authors are trusted"
"""What else there is to do about what the policy refuses."""

_EVERYWHERE = {"class", "dir", "id", "lang", "title", "translate", "role", "aria-label", "aria-hidden"}
_ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "hreflang", "rel"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "data": {"value"},
    "del": {"cite", "datetime"},
    "details": {"open"},
    "div": {"tabindex"},
    "img": {"src", "alt", "width", "height", "loading"},
    "ins": {"cite", "datetime"},
    "li": {"value"},
    "ol": {"start", "type", "reversed"},
    "pre": {"tabindex"},
    "q": {"cite"},
    "td": {"colspan", "rowspan", "headers"},
    "th": {"colspan", "rowspan", "headers", "scope"},
    "time": {"datetime"},
}
_TAGS = {
    *_ATTRIBUTES,
    "abbr", "address", "article", "aside", "b", "bdi", "bdo", "br", "caption", "cite", "code", "dd", "dfn",
    "dl", "dt", "em", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "i", "kbd", "mark", "nav", "p", "rp", "rt", "ruby", "s", "samp", "section", "small", "span", "strong",
    "sub", "summary", "sup", "table", "tbody", "tfoot", "thead", "tr", "u", "ul", "var", "wbr",
}  # fmt: skip
_SCHEMES = {"http", "https", "mailto", "tel"}
_LINKS = {
    ("a", "href"),
    ("img", "src"),
    ("blockquote", "cite"),
    ("q", "cite"),
    ("del", "cite"),
    ("ins", "cite"),
}
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_IGNORED_IN_SCHEME = re.compile(r"[\x00-\x20\x7f-\x9f]+")


def refused_scheme(link: str) -> str | None:
    """The link's scheme where it is one that runs code or hides content, else None.

    Reads entities and drops control characters and spaces first, as browsers do.
    """
    found = _SCHEME.match(_IGNORED_IN_SCHEME.sub("", html.unescape(link)))
    return found[1].lower() if found and found[1].lower() not in _SCHEMES else None


def _refused(tag: str, name: str, value: str | None) -> bool:
    if name == "dir":
        return value not in ("ltr", "rtl", "auto")
    if name == "id":
        return not value or any(character.isspace() for character in value)
    return name not in _EVERYWHERE and name not in _ATTRIBUTES.get(tag, ())


def element_findings(tag: str, attributes: Mapping[str, str | None]) -> Iterator[str]:
    """What the policy doesn't allow of an element, in the words of an error message."""
    if tag not in _TAGS:
        yield f"the element <{tag}> isn't allowed"
        return
    for name, value in attributes.items():
        if (tag, name) in _LINKS and (scheme := refused_scheme(value or "")):
            yield f"a link with {scheme}: isn't allowed"
        elif _refused(tag, name, value):
            yield f"the attribute {name} isn't allowed on <{tag}>"


def findings(fragment: str) -> Iterator[str]:
    """What the policy doesn't allow in a piece of raw HTML, in the words of an error message."""
    from html.parser import HTMLParser  # 4 ms, and most documents have no HTML of their own

    class Scan(HTMLParser):
        def __init__(self) -> None:
            super().__init__(convert_charrefs=True)
            self.found: list[str] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found += element_findings(tag, dict(attrs))

    scan = Scan()
    scan.feed(fragment)
    scan.close()
    yield from scan.found


def clean(fragment: str, resolve: Callable[[str, str], str]) -> str:
    """The fragment without what the policy doesn't allow, well formed; links go through `resolve`.

    What references to characters stand for that no text may have is left out.
    """
    import nh3  # for the same reason

    def attribute(tag: str, name: str, value: str) -> str | None:
        if name == "dir" and value not in ("ltr", "rtl", "auto"):
            return None
        return resolve(tag, value) if (tag, name) in (("a", "href"), ("img", "src")) else value

    cleaned = nh3.clean(
        fragment,
        tags=_TAGS,
        clean_content_tags={"script", "style"},
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()} | {"*": _EVERYWHERE},
        attribute_filter=attribute,
        url_schemes=_SCHEMES,
        link_rel=None,
        strip_comments=False,
    )
    return CONTROL.sub("", cleaned)
