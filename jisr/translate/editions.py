"""Documents and catalogues → editions: one document in one language, with every block's state."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from jisr.errors import Problem, Report
from jisr.model import (
    Edition,
    Language,
    Name,
    Phrase,
    Rendering,
    Segment,
    Summary,
    Translation,
    Unpublished,
)
from jisr.read import policy
from jisr.read.marks import Labels
from jisr.read.markup.body import Body
from jisr.read.markup.converter import Converter, Protected, overloaded
from jisr.read.markup.inline import read_inline
from jisr.read.markup.render import render
from jisr.read.segments import INLINE, normalise
from jisr.read.sources import place
from jisr.translate import messages, sync
from jisr.translate.catalog import Catalogue
from jisr.translate.links import refuse_no_picture
from jisr.translate.pictures import Pictures
from jisr.urls import slug

Resolve = Callable[[Language, str], str]


class Speech(Struct, frozen=True):
    """What a language brings to all its editions: its labels, and the catalogue of names."""

    labels: Labels
    names: Catalogue | None


def catalogue_path(document: str, language: Language) -> str:
    """Where a document's translations stand: `content/a/b.md` → `translations/en/a/b.po`."""
    return catalogue_paths((document,), language)[0]


def catalogue_paths(documents: Iterable[str], language: Language) -> list[str]:
    """The same of many documents, in half the time."""
    folder = f"translations/{language.code}"
    return [f"{folder}/{path.removeprefix('content/').rpartition('.')[0]}.po" for path in documents]


def names_path(language: Language) -> str:
    """Where the site's own names stand: tags, authors, sources, sections."""
    return f"translations/{language.code}/{messages.SITE}.po"


def segments(body: Body) -> tuple[Segment, ...]:
    """Everything of a document that its catalogue holds."""
    return (*messages.metadata_segments(body.document), *body.segments)


def editions(
    site: Rendering,
    body: Body,
    catalogues: Mapping[str, Catalogue | None],
    speech: Mapping[str, Speech],
    converter: Converter,
    resolve: Resolve,
    unpublished: Unpublished | None,
    pictures: Pictures,
    seen: Callable[[str], None],
    report: Report,
) -> tuple[Edition, ...]:
    """The editions of a document, in the order of the site's languages, the source first.

    `resolve` gives a link of the document its address on the page of a language; `seen` is given the path of
    each picture of the site that it shows. Reports what is wrong with its links, its HTML and its
    translations. Raises `RecursionError` where it nests too deep.
    """
    document = body.document
    wanted = segments(body)
    sections = messages.sections(document.path, site.sections)
    names = messages.names(document, site.sections)

    def illustrate(html: str) -> str:
        return pictures.in_body(html, seen)

    ids = None
    result = []
    for language in site.languages:
        if language == site.source:
            found = tuple(Translation(segment, segment.text, "source") for segment in wanted)
        else:
            path = catalogue_path(document.path, language)
            found = sync.find(catalogues.get(language.code), wanted)
        progress = sync.progress(found)
        if language != site.source:
            found = faithful(body, found, path, converter, report)
        shown = shown_of(site, found)

        def resolve_here(tag: str, link: str, language: Language = language) -> str:
            if tag == "img":
                refuse_no_picture(document, link, report)
            return resolve(language, link)

        fields = len(wanted) - len(body.segments)
        rendering = render(
            converter,
            body,
            shown[fields:],
            source=site.source,
            language=language,
            labels=speech[language.code].labels,
            resolve=resolve_here,
            illustrate=illustrate,
            ids=ids,
            hide=site.untranslated == "hide",
            trusted=site.trusted_html,
            report=report,
        )
        if ids is None:
            ids = rendering.ids
            if not site.trusted_html:
                _check_html(body, rendering.raw, report)
        phrases = {t.segment.context: _phrase(t, site, language) for t in shown[:fields]}
        metadata = document.metadata

        def field(
            name: str, text: str | None, phrases: Mapping[str | None, Phrase] = phrases
        ) -> Phrase | None:
            # A text without a letter is no message; it stands as it is.
            return phrases.get(name) or (Phrase(text, site.source, "source") if text else None)

        named = {
            segment.key: _name(segment, speech[language.code].names, site, language) for segment in names
        }

        def name(kind: str, text: str, named: Mapping[tuple[str | None, str], Phrase] = named) -> Phrase:
            return named.get((kind, text)) or Phrase(text, site.source, "source")

        image = metadata.image
        image_url = resolve(language, image.src) if image else None
        if image:
            refuse_no_picture(document, image.src, report)
        picture = pictures.at(image_url or "")
        if picture:
            seen(picture)
        title = field("title", metadata.title)
        assert title is not None  # read/documents refuses an empty one
        result.append(
            Edition(
                document=document,
                language=language,
                title=title,
                summary=field("summary", metadata.summary),
                authors=tuple(Name(name("author", author), slug(author)) for author in metadata.authors),
                tags=tuple(Name(name("tag", tag), slug(tag)) for tag in metadata.tags),
                sections=tuple(Name(name("section", title), at) for title, at in sections),
                source_name=name("source", metadata.source.name) if metadata.source else None,
                image_url=image_url,
                image_size=pictures.sized(picture) if picture else None,
                image_alt=(field("image.alt", image.alt) or Phrase("", language, "source"))
                if image
                else None,
                image_caption=field("image.caption", image.caption) if image else None,
                image_credit=field("image.credit", image.credit) if image else None,
                blocks=rendering.blocks,
                toc=rendering.toc,
                progress=progress,
                unpublished=unpublished,
            )
        )
    return tuple(result)


def summarise(edition: Edition) -> Summary:
    """What listings show of an edition."""
    metadata = edition.document.metadata
    return Summary(
        address=edition.document.address,
        language=edition.language,
        title=edition.title,
        summary=edition.summary,
        authors=edition.authors,
        tags=edition.tags,
        sections=edition.sections,
        date=metadata.date.isoformat() if metadata.date else None,
        updated=metadata.updated.isoformat() if metadata.updated else None,
        source_name=edition.source_name,
        source_url=metadata.source.url if metadata.source else None,
        image_url=edition.image_url,
        image_size=edition.image_size,
        image_alt=edition.image_alt,
        image_caption=edition.image_caption,
        image_credit=edition.image_credit,
        progress=edition.progress,
        unpublished=edition.unpublished,
    )


def shown_of(site: Rendering, found: tuple[Translation, ...]) -> tuple[Translation, ...]:
    """The translations that the site's settings let appear."""
    if site.outdated == "show":
        return found
    return tuple(replace(t, text=None, state="missing") if t.state == "outdated" else t for t in found)


def _phrase(translation: Translation, site: Rendering, language: Language) -> Phrase:
    text = translation.segment.text
    if translation.text is None:
        return Phrase(text, site.source, "missing")
    if translation.state == "outdated":
        return Phrase(translation.text, language, "outdated", newer=text)
    return Phrase(translation.text, language, translation.state)


def _name(segment: Segment, names: Catalogue | None, site: Rendering, language: Language) -> Phrase:
    if language == site.source:
        return Phrase(segment.text, site.source, "source")
    text = name_in(names, segment.key)
    return Phrase(text, language, "translated") if text else Phrase(segment.text, site.source, "missing")


def name_in(names: Catalogue | None, key: tuple[str | None, str]) -> str:
    """What a language's catalogue of names has for one, by kind and name; empty where it has nothing."""
    entry = names.entries.get(key) if names else None
    return entry.text if entry and entry.state == "translated" else ""


def faithful(
    body: Body, found: tuple[Translation, ...], path: str, converter: Converter, report: Report
) -> tuple[Translation, ...]:
    """The translations that keep the source's links, pictures, footnotes, code and tags.

    One that doesn't is an error. An outdated one is held to the source it was made from, and to what the
    document has now: a catalogue can claim any previous source. It is being worked on, so it is a warning
    where it fails, and isn't shown.
    """
    result = []
    present: Protected | None = None
    for translation in found:
        if translation.text is None or translation.segment.context is not None:
            result.append(translation)
            continue
        text = normalise(translation.text)
        outdated = translation.state == "outdated"
        source = translation.previous or translation.segment.text
        wrong = ""
        if not _plainly_alike(source, text) or (outdated and INLINE.search(text)):
            mark = overloaded(source, translation.segment.text) or overloaded(text, source)
            actual: Protected = Counter() if mark else converter.protected(body, text)
            if mark:
                wrong = f"the translation, or the text that it was made from, has too much of `{mark}`"
            elif actual != (expected := converter.protected(body, source)):
                wrong = _difference(expected, actual)
            elif outdated and actual:
                if present is None:
                    present = Counter()
                    for segment in body.segments:
                        present |= converter.protected(body, segment.text)
                if strange := [f"the {kind} {value}" for kind, value in actual if not present[kind, value]]:
                    wrong = f"the translation has {', '.join(sorted(strange))}, no longer in the document"
        if wrong:
            hint = "write the same links, footnotes, code and tags as the msgid"
            severity: Literal["warning", "error"] = "warning" if outdated else "error"
            report(
                Problem(
                    path, translation.line or 1, 1, wrong, "it isn't shown" if outdated else hint, severity
                )
            )
            result.append(replace(translation, text=None, state="missing"))
        else:
            result.append(translation if text == translation.text else replace(translation, text=text))
    return tuple(result)


def _plainly_alike(source: str, text: str) -> bool:
    """Whether a text can be seen at once to have the links of another, and nothing more to keep."""
    there, here = read_inline(source), read_inline(text)
    if there is None or here is None:
        return False
    return not (there.elements or here.elements) or sorted(there.links) == sorted(here.links)


def _difference(expected: Protected, actual: Protected) -> str:
    lost = [f"the {kind} {value}" for kind, value in (expected - actual)]
    added = [f"the {kind} {value}" for kind, value in (actual - expected)]
    said = []
    if lost:
        said.append(f"has lost {', '.join(sorted(lost))}")
    if added:
        said.append(f"has {', '.join(sorted(added))}, which its source doesn't have")
    return f"the translation {' and '.join(said)}"


def _check_html(body: Body, raw: Sequence[str], report: Report) -> None:
    document = body.document
    after: dict[str, int] = {}
    for piece in raw:
        begins = piece.strip().split("\n", 1)[0]
        at = document.body.find(begins, after.get(begins, 0))
        after[begins] = at + 1
        line, column = place(document.body, max(at, 0))
        for finding in policy.findings(piece):
            hint = f"remove it, or {policy.TRUST}"
            report(Problem(document.path, document.line + line, column, finding, hint))
