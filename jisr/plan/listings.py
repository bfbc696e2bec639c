"""Facts → the pages that list articles: the home page, the pages of tags, the feeds.

Each stands on the digests of the entries that it shows and on nothing else of them, so that an edit makes
only those anew that show it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from jisr.errors import Problem, Report
from jisr.model import DocumentFacts, EditionFacts, Listing, Page, Site, Term
from jisr.urls import page_path, slug

TAGS = "tags"
FEED = "feed.xml"
NEWEST = 20
"""Entries of a feed."""

BLAME = "content/articles"

Pair = tuple[DocumentFacts, tuple[EditionFacts, ...]]
Found = tuple[str, int, str, Page]
"""Path below the language's folder, the language's place among the site's, digest of what the page shows."""


@dataclass(frozen=True, slots=True)
class Articles:
    """All articles, the newest first; for each tag, by its slug, where among them its own are."""

    pairs: Sequence[Pair]
    paths: Sequence[str]
    tags: Mapping[str, Sequence[int]]


class _Slugs(dict[str, str]):
    """The slug of each name, made once: ten thousand articles share a few hundred names."""

    def __missing__(self, name: str) -> str:
        self[name] = found = slug(name)
        return found


def articles(documents: Iterable[Pair]) -> Articles:
    """The articles among the documents."""
    pairs = [pair for pair in documents if pair[0].kind == "article"]
    pairs.sort(key=lambda pair: (pair[0].moment, pair[0].address), reverse=True)
    slugs = _Slugs()
    tags: dict[str, list[int]] = {}
    for index, (document, _) in enumerate(pairs):
        for tag in document.tags:
            indices = tags.setdefault(slugs[tag], [])
            if not indices or indices[-1] != index:  # a tag may stand twice
                indices.append(index)
    tags.pop("", None)
    return Articles(pairs, [document.path for document, _ in pairs], dict(sorted(tags.items())))


def places(site: Site, documents: Iterable[DocumentFacts]) -> tuple[str, ...]:
    """What links may lead to besides documents and files: paths below a language's folder, sorted."""
    slugs = _Slugs()
    tags = {slugs[tag] for document in documents if document.kind == "article" for tag in document.tags}
    found = [f"{TAGS}/{tag}/" for tag in tags - {""}]
    if found:
        found.append(f"{TAGS}/")
    if site.feed != "none":
        found.append(FEED)
    return tuple(sorted(found))


def shared_slugs(documents: Iterable[DocumentFacts], report: Report) -> None:
    """Warn of tags that differ and get one page."""
    slugs = _Slugs()
    spelt: dict[str, str] = {}
    for document in documents:
        for tag in document.tags if document.kind == "article" else ():
            first = spelt.setdefault(slugs[tag], tag)
            if first != tag and slugs[tag]:
                spelt[slugs[tag]] = tag
                what = f"the tags {first} and {tag} share the page /{TAGS}/{slugs[tag]}/"
                hint = "write them alike, or call one of them otherwise"
                report(Problem(document.path, 1, 1, what, hint, "warning"))


def parts(number: int, size: int) -> list[tuple[int, int]]:
    """Where each page of so many articles begins and ends, `size` a page; one empty page for none.

    The second page takes what is over, so that from the third on all stay as they are while articles are
    added (docs/decisions/0020-listings.md).
    """
    first = min(number, size)
    second = first + (number - first) % size
    ends = [first, *([second] if second > first else []), *range(second + size, number + 1, size)]
    return list(zip([0, *ends], ends, strict=False))


def listings(site: Site, found: Articles) -> Iterator[Found]:
    """The listings in all languages."""
    entries = [[pair[1][index].entry for pair in found.pairs] for index in range(len(site.languages))]
    codes = [language.code for language in site.languages]

    def pages(
        kind: Literal["home", "tag"],
        address: str,
        indices: Sequence[int],
        naming: str,
        terms: tuple[Term, ...],
    ) -> Iterator[Found]:
        ranges = parts(len(indices), site.per_page)
        for number, (start, end) in enumerate(ranges, 1):
            shown = indices[start:end]
            paths = tuple([found.paths[i] for i in shown])
            listing = Listing(address, paths, terms, number, len(ranges))
            path = listing_path(address, number)
            for index, code in enumerate(codes):
                digest = _digest([entries[index][i] for i in shown], f"{len(ranges)} {naming}")
                yield path, index, digest, Page(kind, f"{kind}.html", code, "", BLAME, listing)

    yield from pages("home", "", range(len(found.paths)), "", ())
    terms = []
    spellings = []
    for name, indices in found.tags.items():
        term = Term(name, len(indices), found.paths[indices[0]])
        spelling = " ".join(found.pairs[indices[0]][0].tags)
        terms.append(term)
        spellings.append(f"{name} {len(indices)} {spelling}")
        yield from pages("tag", f"{TAGS}/{name}", indices, spelling, (term,))
    if terms:
        listing = Listing(TAGS, terms=tuple(terms))
        for index, code in enumerate(codes):
            page = Page("tags", "tags.html", code, "", BLAME, listing)
            yield listing_path(TAGS, 1), index, _digest(spellings), page
    if site.feed != "none":
        for index in range(len(codes)):
            yield _feed(site, found, index)


def _digest(shown: Iterable[str], besides: str = "") -> str:
    """Of lines: a fourth of what `fingerprint` costs, for thousands of pages in each build."""
    return blake2b("\n".join([besides, *shown]).encode(), digest_size=16).hexdigest()


def _feed(site: Site, found: Articles, index: int) -> Found:
    omit = site.feed_untranslated == "omit"
    shown = []
    digests = []
    for document, editions in found.pairs:
        edition = editions[index]
        if document.draft or (omit and not edition.ready):
            continue
        if site.feed_untranslated == "source" and not edition.ready:
            edition = editions[0]
        shown.append(document.path)
        digests.append(edition.page if site.feed == "full" else edition.entry)
        if len(shown) == NEWEST:
            break
    page = Page("feed", "feed.xml", site.languages[index].code, "", BLAME, Listing(FEED, tuple(shown)))
    return FEED, index, _digest(digests), page


def listing_path(address: str, number: int) -> str:
    """Output path of a page of a listing, below its language's folder."""
    return page_path(address if number == 1 else f"{address}/page/{number}".lstrip("/"), "")
