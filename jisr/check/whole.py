"""The pages of a built site together: their titles, their editions, and whom they are offered to."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from jisr.check.findings import Finding, finding
from jisr.check.folder import Folder
from jisr.check.pages import PageFacts
from jisr.model import DocumentFacts, EditionFacts, Site
from jisr.urls import edition_path

BUDGET = 100_000
"""Bytes that the first view of a page may take."""


class Edition(Struct, frozen=True):
    """The page of a document in a language, as the last build knows it."""

    document: DocumentFacts
    facts: EditionFacts


@dataclass(slots=True)
class Whole:
    """The site's pages by their paths, what they are editions of, and what messages call them."""

    root: Path
    site: Site
    folder: Folder
    pages: Mapping[str, PageFacts]
    editions: Mapping[str, Edition]
    shown: Mapping[str, str]
    sitemap: set[str] = field(default_factory=set)
    """The pages that sitemaps name; empty where there is none."""

    def at_page(self, check: str, page: PageFacts, message: str, hint: str) -> Finding:
        """A finding about a page: at its document, where it is one's, else at the file that was built."""
        if edition := self.editions.get(page.path):
            path = edition.document.path
            return finding(check, path, (title_line(self.root / path), 1), message, hint)
        return self.in_page(check, page, message, hint)

    def in_page(self, check: str, page: PageFacts, message: str, hint: str) -> Finding:
        """A finding in a file that was built."""
        return finding(check, self.shown[page.path], (page.titled, 1), message, hint)


def editions_of(
    site: Site, documents: Iterable[tuple[DocumentFacts, Sequence[EditionFacts]]]
) -> dict[str, Edition]:
    """The pages of documents, by their paths."""
    return {
        edition_path(document.address, language, site): Edition(document, facts)
        for document, editions in documents
        for language, facts in zip(site.languages, editions, strict=False)
    }


def title_line(file: Path) -> int:
    """The line in which a document has its title; 1 where it has it in a file beside it."""
    try:
        text = file.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return 1
    found = re.search(r"^title:", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def titles(whole: Whole) -> Iterator[Finding]:
    """Each page that is offered to search engines has a title of its own in its language.

    A document is told of once: translations of one title are often alike.
    """
    first: dict[tuple[str, str], PageFacts] = {}
    told: set[str] = set()
    for page in sorted(offered(whole), key=lambda page: page.language != whole.site.source.code):
        twin = first.setdefault((page.language, page.title), page)
        edition = whole.editions.get(page.path)
        document = edition.document.path if edition else page.path
        if twin is not page and page.title and document not in told:
            told.add(document)
            there = whole.folder.address(twin.path)
            what = f"the page {whole.folder.address(page.path)} has the title of {there}: “{page.title}”"
            yield whole.at_page("titles", page, what, "give one of them another title")


def descriptions(whole: Whole) -> Iterator[Finding]:
    """Home pages and documents have a description for search engines."""
    homes = _homes(whole)
    for page in offered(whole):
        if page.description:
            continue
        if page.path in homes:
            what = f"the home page has no description in the language `{page.language}`"
            yield finding("descriptions", "site.yaml", (1, 1), what, "add `description` to the language")
        elif (edition := whole.editions.get(page.path)) and page.language == whole.site.source.code:
            what = f"the {edition.document.kind} has no summary: search engines have no description"
            yield whole.at_page("descriptions", page, what, "add a line `summary: …`")


def offered(whole: Whole) -> Iterator[PageFacts]:
    """The pages that search engines may take, in the order of their paths."""
    return (page for _, page in sorted(whole.pages.items()) if not page.noindex and not page.redirect)


def canonical(whole: Whole) -> Iterator[Finding]:
    """Each page names its own address as the one to be found by."""
    for page in whole.pages.values():
        own = whole.folder.address(page.path)
        if page.redirect or page.path.endswith("404.html") or page.canonical == own:
            continue
        if page.canonical:
            what = f"the page's canonical address is {page.canonical}, its own {own}"
        else:
            what = "the page has no canonical address"
        hint = "let the template write page.canonical; if base_url has changed, build again"
        yield whole.in_page("canonical", page, what, hint)


def hreflang(whole: Whole) -> Iterator[Finding]:
    """The editions of a page name each other, themselves and a default, and no other's."""
    own_hint = "let the template write page.hreflang"
    by_address = {page.canonical: page for page in whole.pages.values() if not page.redirect}
    for page in whole.pages.values():
        named = page.hreflang
        if not named:
            continue
        if "x-default" not in named:
            yield whole.in_page("hreflang", page, "the page's editions have no x-default", own_hint)
        if named.get(page.language) != page.canonical:
            what = f"the page isn't among its own editions under hreflang `{page.language}`"
            yield whole.in_page("hreflang", page, what, own_hint)
        for code, address in named.items():
            other = by_address.get(address)
            if other is None:
                what = f"hreflang `{code}` leads to {address}, where there is no page"
            elif code not in ("x-default", other.language):
                what = f"hreflang `{code}` leads to {address}, a page in `{other.language}`"
            elif other.hreflang != named:
                what = f"hreflang `{code}` leads to {address}, which names other editions"
            elif other.noindex:
                what = f"hreflang `{code}` leads to {address}, which keeps search engines away"
            else:
                continue
            yield whole.in_page("hreflang", page, what, own_hint)


def indexing(whole: Whole) -> Iterator[Finding]:
    """What `index_from` offers is offered everywhere, and what it doesn't, nowhere."""
    for path, edition in whole.editions.items():
        page = whole.pages.get(path)
        if page is None:
            continue
        if page.noindex == edition.facts.indexed:
            offered = "offered to search engines, and the page keeps them away"
            kept = "not offered to search engines, and the page doesn't keep them away"
            what = f"the edition `{page.language}` is {offered if edition.facts.indexed else kept}"
            hint = "let the template write <meta name=robots> where page.index is false"
            yield whole.in_page("indexing", page, what, hint)
        if whole.sitemap and edition.facts.indexed != (path in whole.sitemap):
            state = "isn't in the sitemap" if edition.facts.indexed else "is in the sitemap all the same"
            what = f"the edition `{page.language}` {state}"
            yield whole.in_page("indexing", page, what, "build again; a sitemap.xml of your own may be old")


def fragments(whole: Whole, ids: Mapping[str, set[str]]) -> Iterator[Finding]:
    """Links lead to places in other pages that are there. `ids` are those of the pages led to."""
    for page in whole.pages.values():
        for where, path, fragment in page.fragments:
            if fragment not in ids[path]:
                what = f"the link leads to #{fragment} of {whole.folder.address(path)}, which has no such id"
                hint = "name the id of a heading there"
                yield finding("fragments", whole.shown[page.path], where, what, hint)


def kind_of(whole: Whole, page: PageFacts) -> str:
    """What kind of page it is, for those who look at weights."""
    if edition := whole.editions.get(page.path):
        return edition.document.kind
    endings = ("/index.html", ".html")
    if any(page.path.removesuffix(f"/parallel{end}") + end in whole.editions for end in endings):
        return "side by side"
    if page.path.endswith("404.html"):
        return "404"
    return "home" if page.path in _homes(whole) else "listing"


def _homes(whole: Whole) -> set[str]:
    return {edition_path("", language, whole.site) for language in whole.site.languages}


class Weight(Struct, frozen=True):
    """The heaviest page of a kind in a language: its path, and the bytes of its first view by kind."""

    kind: str
    language: str
    path: str
    parts: Mapping[str, int]

    @property
    def total(self) -> int:
        """All of them together."""
        return sum(self.parts.values())


def weights(whole: Whole) -> list[Weight]:
    """The heaviest page of each kind in each language, the kinds in order."""
    found: dict[tuple[str, str], Weight] = {}
    for _, page in sorted(whole.pages.items()):
        if not page.redirect:
            one = Weight(kind_of(whole, page), page.language, page.path, page.weight)
            before = found.get((one.kind, one.language))
            if before is None or one.total > before.total:
                found[one.kind, one.language] = one
    return [replace(found[key], parts=_packed(whole, found[key].path)) for key in sorted(found)]


def _packed(whole: Whole, path: str) -> dict[str, int]:
    """What a page weighs with its HTML packed, which takes too long to do for all."""
    return whole.pages[path].weight | {"HTML": whole.folder.weight(path)}


def weight(whole: Whole) -> Iterator[Finding]:
    """The first view of a page stays within its budget."""
    for page in whole.pages.values():
        if sum(page.weight.values()) <= BUDGET:
            continue
        weighed = _packed(whole, page.path)
        total = sum(weighed.values())
        if total > BUDGET:
            parts = ", ".join(f"{name} {size / 1000:.0f}" for name, size in weighed.items())
            what = f"the first view takes {total / 1000:.0f} kB, more than {BUDGET / 1000:.0f} ({parts})"
            yield whole.in_page("weight", page, what, "make the largest part smaller")
