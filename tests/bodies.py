"""Bodies parsed and rendered without a site around them, for the tests of the rules between."""

from collections.abc import Mapping
from html.parser import HTMLParser

from jisr.errors import Problem
from jisr.languages import language
from jisr.model import Document, Metadata, Translation
from jisr.read.marks import Labels
from jisr.read.markup import render as rendering
from jisr.read.markup.body import Body, RenderedBody
from jisr.read.markup.converter import Converter

ARABIC = language("ar", "ar-EG")
ENGLISH = language("en", "en-GB")
LABELS = Labels(
    awaiting="Awaiting translation",
    outdated="Out of date",
    newer=lambda: "The new Arabic text",
    contents="Contents",
    backlink=lambda number: f"Back, {number}",
    admonition=lambda title: title,
)


def document(text: str, *, markdown: bool = True) -> Document:
    """A document with this body."""
    return Document("content/a.md", "page", Metadata("عنوان"), "a", text, markdown, 0, {})


def parse(converter: Converter, text: str, *, markdown: bool = True) -> Body:
    """The body of a text that has no faults."""
    problems: list[Problem] = []
    body = converter.parse(document(text, markdown=markdown), problems.append)
    assert body is not None, problems
    return body


def translated(body: Body, texts: Mapping[str, str | None]) -> list[Translation]:
    """Translations by msgid; a message that isn't named is missing."""
    found = ((segment, texts.get(segment.text)) for segment in body.segments)
    return [Translation(segment, text, "translated" if text else "missing") for segment, text in found]


def source(body: Body) -> list[Translation]:
    """Each message as its own text."""
    return [Translation(segment, segment.text, "source") for segment in body.segments]


def render(
    converter: Converter,
    body: Body,
    translations: list[Translation],
    *,
    english: bool = False,
    hide: bool = False,
    trusted: bool = False,
) -> RenderedBody:
    """A rendering with links left as they are; the text must have no faults."""
    problems: list[Problem] = []
    result = rendering.render(
        converter,
        body, translations, source=ARABIC, language=ENGLISH if english else ARABIC, labels=LABELS,
        resolve=lambda _tag, link: link, illustrate=str, ids=None, hide=hide, trusted=trusted, report=problems.append,
    )  # fmt: skip
    assert not problems
    return result


def html(rendering: RenderedBody) -> str:
    """The page's body."""
    return "\n".join(block.html for block in rendering.blocks if block.html)


class _Tokens(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, ...]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pairs = sorted(f"{name}={value}" for name, value in attrs)
        self.found.append(("<", tag, *pairs))

    def handle_endtag(self, tag: str) -> None:
        self.found.append((">", tag))

    def handle_data(self, data: str) -> None:
        text = "".join(data.split())
        if text and self.found and self.found[-1][0] == "text":
            self.found[-1] = ("text", self.found[-1][1] + text)
        elif text:
            self.found.append(("text", text))


def tokens(markup: str) -> list[tuple[str, ...]]:
    """The tags with their attributes, and the texts without white space, in order."""
    parser = _Tokens()
    parser.feed(markup)
    parser.close()
    return parser.found


def bare(markup: str) -> str:
    """Markup or text without the isolates that keep runs such as C++ in order, quotes escaped as Jinja does."""
    for isolate in ('<bdi dir="ltr">', "</bdi>", "\u2066", "\u2069"):
        markup = markup.replace(isolate, "")
    return markup.replace("&quot;", "&#34;").replace("&#x27;", "&#39;")
