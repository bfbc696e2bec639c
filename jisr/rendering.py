"""A document in all languages of the site, and what the rest of the site needs to know of it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from jisr.errors import Problem
from jisr.fingerprint import fingerprint, hashed
from jisr.model import Document, Edition, EditionFacts, Language, RenderFacts, Rendering, Site, Summary
from jisr.packed import pack_editions
from jisr.packing import pack
from jisr.plan.cards import card_mark
from jisr.plan.find import index_page
from jisr.plan.pages import indexed, ready
from jisr.read.documents import moment, unpublished
from jisr.read.markup.body import Body
from jisr.read.markup.converter import Converter, too_deep
from jisr.translate import catalog, messages
from jisr.translate.editions import Speech, catalogue_path, editions, name_in, summarise
from jisr.translate.links import Links
from jisr.translate.pictures import Pictures
from jisr.write.output import Aside


class Desk(Struct, frozen=True):
    """What every shard needs besides its documents."""

    root: Path
    theme: Path
    site: Site
    links: Links
    pictures: Pictures
    assets: Mapping[str, tuple[str, str]]
    """For each file that is copied, by its path on the site, what pages load for it, and its `integrity`."""
    aside: Aside
    record: Path
    now: float
    """Seconds since 1970, for what is out by its dates."""


class Rendered(Struct, frozen=True):
    """A document's renderings: their facts, and packed, their summaries and the editions themselves.

    `editions` is empty where they can't be packed: `extra` may hold what MessagePack has no form for.
    """

    facts: RenderFacts
    summaries: bytes
    editions: bytes


def render(
    document: Document,
    body: Body,
    desk: Desk,
    speech: Mapping[str, Speech],
    converter: Converter,
    key: str,
    problems: list[Problem],
) -> tuple[Rendered, tuple[Edition, ...]] | None:
    """The renderings of a document with their `key`, and the editions themselves; None where it has none.

    Adds what is wrong to the `problems` of the document, of which its facts keep the whole.
    """
    site: Rendering = desk.site  # nothing else of the settings: it isn't in the `key`
    catalogues = {
        language.code: catalog.load(desk.root, catalogue_path(document.path, language), problems.append)
        for language in site.languages[1:]
    }
    followed: dict[tuple[str, str, str], None] = {}
    answers: dict[tuple[str, str], str] = {}

    def resolve(language: Language, link: str) -> str:
        told = len(problems)
        # Some lead to the same place in all languages.
        asked = "" if link.startswith(("/", "http://", "https://")) else language.code, link
        if asked in answers:
            return answers[asked]
        answer = answers[asked] = desk.links.resolve(document, language, link, problems.append)
        if not link.startswith(("#", "http://", "https://", "mailto:", "tel:", "\x02")):
            # What was told of goes where no link goes: with another look at it the document is made anew.
            followed[language.code, link, answer if len(problems) == told else ""] = None
        return answer

    begins, ends = document.metadata.date, document.metadata.expires
    hidden = unpublished(
        document.metadata.draft,
        moment(begins, site.timezone),
        moment(ends, site.timezone) if ends else None,
        desk.now,
    )
    shown: dict[str, None] = {}

    def see(picture: str) -> None:
        shown[picture] = None

    try:
        found = editions(
            site,
            body,
            catalogues,
            speech,
            converter,
            resolve,
            hidden,
            desk.pictures,
            see,
            problems.append,
        )
    except RecursionError:
        problems.append(too_deep(document))
        return None
    told = tuple(map(summarise, found))
    own = [
        EditionFacts(
            page=_page_digest(e, s),
            entry=hashed(pack(s)),
            title=hashed(pack((s.address, s.title.text, s.title.language.code)))[:16],
            indexed=indexed(site, e),
            ready=ready(site, e.language, e.progress),
            card=card_mark(site, e) if indexed(site, e) else "",
            found=hashed(pack((s.address, index_page(e))))[:16] if site.search else "",
        )
        for e, s in zip(found, told, strict=True)
    ]
    pictures = tuple((picture, desk.pictures.stamp(picture)) for picture in shown)
    names = tuple(
        (language.code, name.kind, name.text, name_in(speech[language.code].names, name.key))
        for name in messages.names(document, site.sections)
        for language in site.languages[1:]
    )
    facts = facts_of(own, key, pack(tuple(followed)), pack(names), pictures, tuple(problems))
    return Rendered(facts, pack(told), pack_editions(found)), found


def facts_of(
    editions: Sequence[EditionFacts],
    key: str,
    links: bytes,
    names: bytes,
    pictures: tuple[tuple[str, str], ...],
    warnings: tuple[Problem, ...],
) -> RenderFacts:
    """What is known of a document by its editions, and by what else is said of it."""
    pages, entries, titles, cards, found = (
        " ".join([getattr(edition, name) for edition in editions])
        for name in ("page", "entry", "title", "card", "found")
    )
    offered, finished = (
        "".join(["01"[getattr(edition, name)] for edition in editions]) for name in ("indexed", "ready")
    )
    return RenderFacts(
        key=key,
        shown=hashed(pack((pages, entries, offered, cards))),
        entry=hashed(pack((entries, offered))),
        pages=pages,
        entries=entries,
        titles=titles,
        cards=cards,
        found=found,
        offered=offered,
        ready=finished,
        links=links,
        names=names,
        pictures=pictures,
        warnings=warnings,
    )


def _page_digest(edition: Edition, summary: Summary) -> str:
    """Of all that an edition's own pages show."""
    metadata = edition.document.metadata
    shown = (metadata.updated, metadata.template, metadata.noindex)
    values = pack((summary, edition.authors, edition.toc, edition.blocks, shown))
    return fingerprint(values, metadata.extra) if metadata.extra else hashed(values)
