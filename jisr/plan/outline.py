"""Facts → outputs: everything that the built site consists of, each with its fingerprint.

A pure function of its arguments, computed in full each time: it is cheap, since it looks at digests and
not at what they stand for.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Literal, TypeVar

from msgspec import Struct

from jisr.errors import Problem, Report
from jisr.model import Asset, Composed, Copied, DocumentFacts, EditionFacts, Output, Page, Site, Text
from jisr.plan.cards import card_path
from jisr.plan.hosting import host_files
from jisr.plan.listings import Articles, digest_of, listings
from jisr.plan.pages import MANIFEST, menu_url
from jisr.plan.search import sitemap_parts
from jisr.translate.links import Links, collisions
from jisr.urls import page_path

PARTS = (
    "the version of Jisr or of a library",
    "the settings or the site's own words",
    "a template or what it loads",
    "the content",
)
"""What the parts of a fingerprint stand for, in the words of `--explain`."""


T = TypeVar("T")


class Grounds(Struct, frozen=True):
    """Digests of what every page stands on: see `PARTS`."""

    versions: str
    settings: str
    templates: str
    loads: Mapping[str, str]
    """For each template, digest of what the site's pages load by it."""


class _Bases(dict[str, str]):
    """What the pages of each template stand on, whatever they show."""

    def __init__(self, grounds: Grounds) -> None:
        super().__init__()
        self.grounds = grounds

    def __missing__(self, template: str) -> str:
        own = self.grounds
        loads = own.loads.get(template, "")
        self[template] = base = f"{own.versions}\n{own.settings}\n{own.templates}{loads}\n"
        return base


def outline(
    site: Site,
    documents: Sequence[tuple[DocumentFacts, tuple[EditionFacts, ...]]],
    found: Articles,
    files: Iterable[tuple[Output, str]],
    assets: Sequence[Asset],
    links: Links,
    grounds: Grounds,
    report: Report,
) -> tuple[Output, ...]:
    """The outputs, sorted by path; `files` are those without a page, each with its owner,
    `assets` the copies under names of their content.

    Reports two on one path, naming both.
    """
    outputs: list[tuple[Output, str]] = []
    bases = _Bases(grounds)
    by_path = {document.path: editions for document, editions in documents}
    listed = [by_path[path] for path in found.paths]
    beside = {
        path: (*around, *[listed[index] for index in related])
        for path, around, related in zip(found.paths, neighbours(listed), found.related, strict=True)
    }
    prefixes = {language.code: links.prefix(language) for language in site.languages}
    for document, editions in documents:
        around = beside.get(document.path, ())
        made = _document(document, editions, around, prefixes, bases, site.addresses)
        outputs += ((output, document.path) for output in made)
    folders = [f"{language.code}/" if links.prefix(language) else "" for language in site.languages]
    for path, index, shown, page in listings(site, found, listed):
        fingerprint = bases[page.template] + shown
        outputs.append((Output(folders[index] + path, fingerprint, page), f"the listing /{path}"))
    for language, folder in zip(site.languages, folders, strict=True):
        page = Page("404", "404.html", language.code, "", "site.yaml")
        owner = "the page for missing addresses"
        outputs.append((Output(f"{folder}404.html", bases[page.template], page), owner))
    outputs += (*files, *_copies(assets))
    taken = {output.path for output, _ in outputs}
    for language, folder in zip(site.languages, folders, strict=True):
        page = Page("manifest", "manifest.json", language.code, "", "site.yaml")
        if site.manifest and f"{folder}{MANIFEST}" not in taken:
            outputs.append((Output(f"{folder}{MANIFEST}", bases[page.template], page), "the web manifest"))
    outputs += _for_search(site, documents, taken, grounds.versions)
    outputs += (
        (Output(path, f"\n\n\n{digest_of((), text)}", Text(text)), "a file for the host")
        for path, text in host_files(site, [facts for facts, _ in documents], [one.path for one in assets])
        if path not in taken
    )
    for path, first, second in collisions((output.path, owner) for output, owner in outputs):
        what = f"{first} and {second} both become {path}"
        hint = "give one of them another slug, or another name"
        if first == second:
            what, hint = f"an alias leads to {path}, the document's own place", "take the alias out"
        report(Problem(second if "/" in second else first, 1, 1, what, hint))
    return tuple(sorted((output for output, _ in outputs), key=lambda output: output.path))


def neighbours(listed: Sequence[T]) -> Iterator[tuple[T | None, T | None]]:
    """The newer and the older one beside each article, where `listed` has the newest first."""
    return zip((None, *listed[:-1]), (*listed[1:], None), strict=True) if listed else iter(())


def _copies(assets: Iterable[Asset]) -> Iterator[tuple[Output, str]]:
    """The copies of files under names of their content."""
    for asset in assets:
        content = asset if asset.integrity else Copied(asset.source)
        digest = asset.integrity or asset.source.digest
        yield Output(asset.path, f"\n\n\n{digest}", content), asset.source.path


def _for_search(
    site: Site,
    documents: Sequence[tuple[DocumentFacts, tuple[EditionFacts, ...]]],
    taken: Set[str],
    versions: str,
) -> Iterator[tuple[Output, str]]:
    """The sitemap and robots.txt. The site's own go before them."""
    if not site.sitemap or "sitemap.xml" in taken:
        return
    parts = sitemap_parts(site, documents)
    codes = [language.code for language in site.languages]
    address = f"{site.base_url} {site.base_path} {codes} {site.addresses}"
    for path, listed in parts:
        names = tuple(name for name, _ in parts[1:]) if path == "sitemap.xml" else ()
        lines = [
            f"{document.address} {document.modified} {''.join('01'[e.indexed] for e in editions)}"
            for document, editions in listed
        ]
        content = Composed("sitemap", tuple(document.path for document, _ in listed), names)
        yield (
            Output(path, f"{versions}\n\n\n{digest_of(lines, f'{address} {names}')}", content),
            "the sitemap",
        )
    if "robots.txt" not in taken:
        yield (
            Output("robots.txt", f"{versions}\n\n\n{digest_of((), address)}", Composed("robots")),
            "robots.txt",
        )


def menu_problems(site: Site, links: Links) -> Iterable[Problem]:
    """Entries of menus that lead to a document that isn't there."""
    for language in site.languages:
        for item in site.settings[language.code].menu:
            if menu_url(item, language, links) is None:
                what = f"the menu leads to {item.to}, which isn't there"
                hint = "write the path of a file in content/, such as about.md, or an address"
                yield Problem("site.yaml", item.line, 1, what, hint)


def _document(
    document: DocumentFacts,
    editions: tuple[EditionFacts, ...],
    around: tuple[tuple[EditionFacts, ...] | None, ...],
    prefixes: Mapping[str, str],
    bases: Mapping[str, str],
    addresses: Literal["folders", "files"],
) -> Iterable[Output]:
    original = editions[0]
    offered = "".join("01"[edition.indexed] for edition in editions)
    template = document.template or f"{document.kind}.html"
    base = bases[template]
    for index, edition in enumerate(editions):
        prefix = prefixes[edition.language]
        beside = " ".join([other[index].title if other else "-" for other in around])
        page = Page(document.kind, template, edition.language, document.path, document.path)
        path = page_path(document.address, prefix, addresses)
        yield Output(path, f"{base}{edition.page} {offered} {beside} {edition.card}", page)
        if edition.card:
            page = Page("card", "card.svg", edition.language, document.path, document.path)
            path = card_path(document.address, prefix, addresses)
            yield Output(path, f"{bases['card.svg']}{edition.entry} {offered}", page)
        if edition is not original:
            page = Page("parallel", "parallel.html", edition.language, document.path, document.path)
            path = page_path(f"{document.address}/parallel", prefix, addresses)
            yield Output(path, f"{bases['parallel.html']}{original.page} {edition.page}", page)
    for alias in document.aliases:
        page = Page("redirect", "redirect.html", original.language, document.path, document.path)
        yield Output(alias, f"{bases['redirect.html']}{original.page} {offered}", page)


def by_document(outputs: Iterable[Output]) -> Mapping[str, list[Output]]:
    """The pages among the outputs by the document they show; those of the site itself under nothing."""
    found: dict[str, list[Output]] = {}
    for output in outputs:
        if isinstance(output.content, Page):
            found.setdefault(output.content.document, []).append(output)
    return found
