"""What readers can search for: which editions stand in which index, and what it is given of each.

An index is made anew as a whole, in memory (docs/decisions/0062-search.md). So there are several, and the
documents that are changed most, the newest, stand in one of their own.
"""

from collections.abc import Iterable
from html import escape
from urllib.parse import quote

from msgspec import Struct

from jisr.fingerprint import fingerprint
from jisr.languages import format_date
from jisr.model import DocumentFacts, Edition, RenderFacts, Site, taken_apart
from jisr.plan.listings import digest_of
from jisr.plan.pages import indices
from jisr.read.documents import day_of
from jisr.translate.editions import summarise

NEW, OLD = 500, 2500
"""Documents in the index of the newest, and in each of the others, at most."""

IGNORED = ".awaiting > .status, .outdated > .status, .outdated > .newer, .awaiting, .footnote-backref"
"""What a body shows that isn't its text: what waits for translation, and the labels (docs/templates.md)."""


class Bundle(Struct, frozen=True):
    """An index: documents, by their paths, in a language of the site, by its place.

    `folder` is where it stands in the site; `digest` is of all that is in it.
    """

    folder: str
    language: int
    documents: tuple[str, ...]
    digest: str


def bundles(site: Site, documents: Iterable[tuple[DocumentFacts, RenderFacts]]) -> tuple[Bundle, ...]:
    """The indices: in each language that of the newest, be it empty, then the others, the oldest first."""
    if not site.search:
        return ()
    shown = [pair for pair in documents if not (pair[0].draft or pair[0].noindex)]
    shown.sort(key=lambda pair: (pair[0].moment, pair[0].address))
    cut = max(len(shown) - 1, 0) // NEW * NEW
    number = len(site.languages)
    parts = [shown[cut:], *[shown[at : min(at + OLD, cut)] for at in range(0, cut, OLD)]]
    return tuple(
        Bundle(
            folder=f"{language.code}/{place}" if index else place,
            language=index,
            documents=tuple([document.path for document, _ in part]),
            digest=digest_of(
                [taken_apart(rendering.found, number)[index] for _, rendering in part],
                fingerprint(language, site.addresses),
            ),
        )
        for index, language in enumerate(site.languages)
        for place, part in zip(indices(len(parts)), parts, strict=True)
    )


def index_page(edition: Edition) -> str:
    """What is given to an index of an edition, as HTML; nothing where nothing of it is in its language."""
    if not edition.progress.translated + edition.progress.outdated and edition.progress.total:
        return ""
    language = edition.language
    summary = summarise(edition)
    told = {"picture": edition.image_url or ""}
    head = ""
    if edition.title.language == language:
        head = f'<h1 data-pagefind-meta="title">{escape(edition.title.text)}</h1>'
    else:
        told["original"] = quote(edition.title.text)  # to be shown, and not to be found by its words
    if edition.summary and edition.summary.language == language:
        head += f"<p>{escape(edition.summary.text)}</p>"
    if day := day_of(summary.date):
        told |= {"date": summary.date or "", "day": format_date(day, language)}
    names = [name.phrase for name in (*edition.sections, *edition.tags)]
    told["topic"] = next((name.text for name in names if name.language == language), "")
    metadata = "".join(
        f'<meta data-pagefind-meta="{name}[content]" content="{escape(value)}">'
        for name, value in told.items()
        if value
    )
    body = "\n".join(block.html for block in edition.blocks if block.state != "missing")
    return (
        f'<!doctype html><html lang="{language.code}"><head><meta charset="utf-8">{metadata}</head>'
        f"<body>{head}\n{body}</body></html>\n"
    )
