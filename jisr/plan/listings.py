"""Facts → the pages that list articles: the home page, tags, authors, sections, months, the feeds.

Each stands on the digests of the entries that it shows and on nothing else of them, so that an edit makes
only those anew that show it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import Any, Literal

from msgspec import Struct

from jisr.errors import Problem, Report
from jisr.fingerprint import hashed
from jisr.model import DocumentFacts, Listing, Page, RenderFacts, Site, Term, taken_apart
from jisr.translate import messages
from jisr.urls import page_path, slug

FEEDS: Mapping[str, str] = {"feed.xml": "application/atom+xml", "feed.json": "application/feed+json"}
"""Names of the files, and their media types: Atom and JSON Feed."""

NEWEST = 20
"""Entries of a feed."""

NEAR = 4
"""How many older articles of each tag are looked at for related ones."""

TOGETHER = 10
"""Pages of a listing of which it is told at once whether they stand as they were: of each beside one that
doesn't, 20 µs go into working it out."""

BLAME = "content/articles"


class Kind(Struct, frozen=True):
    """A way to group articles: the kinds of its pages, and the folder that they stand in."""

    term: Literal["tag", "author", "section", "month"]
    index: Literal["tags", "authors", "sections", "archive"]
    folder: str


KINDS = (
    Kind("tag", "tags", "tags"),
    Kind("author", "authors", "authors"),
    Kind("section", "sections", "articles"),
    Kind("month", "archive", "archive"),
)

Found = tuple[str, str, int, str, Page]
"""What stands with the page or not, its path below its language's folder, the language's place among the
site's, digest of what the page shows, empty where it stands as it was."""


_Listed = tuple[Term, str, str]
"""A term in an index, what is said of it there, and in which languages one of its articles is offered."""


class Articles(Struct, frozen=True):
    """All articles, the newest first.

    `places` says where each is among them; `groups` has for each kind and each term, by its slug, the
    places of its own; `related` are for each article the places of those that it leads to, `shared` pairs
    of names with one slug.
    """

    documents: Sequence[DocumentFacts]
    paths: Sequence[str]
    places: Mapping[str, int]
    groups: Mapping[str, Mapping[str, Sequence[int]]]
    related: Sequence[Sequence[int]]
    shared: Sequence[tuple[str, str, str]]

    def around(self, path: str) -> tuple[str | None, ...]:
        """The newer and the older article beside one, as far as there are, then the related ones.

        Nothing for a page.
        """
        place = self.places.get(path)
        if place is None:
            return ()
        paths = self.paths
        newer = paths[place - 1] if place else None
        older = paths[place + 1] if place + 1 < len(paths) else None
        return newer, older, *[paths[index] for index in self.related[place]]


class _Slugs(dict[str, str]):
    """The slug of each name, made once: ten thousand articles share a few hundred names."""

    def __missing__(self, name: str) -> str:
        self[name] = found = slug(name)
        return found


def articles(site: Site, documents: Iterable[DocumentFacts]) -> Articles:
    """The articles among the documents."""
    found = [document for document in documents if document.kind == "article"]
    found.sort(key=attrgetter("moment", "address"), reverse=True)
    slugs = {"tags": _Slugs(), "authors": _Slugs()}
    grouped: dict[str, Callable[[], dict[str, list[int]]]] = {
        "tags": lambda: _by_slug(_grouped(found, attrgetter("tags")), slugs["tags"]),
        "authors": lambda: _by_slug(_grouped(found, attrgetter("authors")), slugs["authors"]),
        "sections": lambda: _grouped(
            found, lambda one: [at for _, at in messages.sections(one.path, site.sections)]
        ),
        "archive": lambda: _grouped(found, lambda one: [one.month] if one.month else []),
    }
    groups: dict[str, dict[str, list[int]]] = {
        kind: dict(sorted(grouped[kind]().items())) for kind in site.listings
    }
    shared = [
        (kind, first, second)
        for kind, names in slugs.items()
        if kind in site.listings
        for first, second in _alike(names)
    ]
    paths = [document.path for document in found]
    places = {path: index for index, path in enumerate(paths)}
    return Articles(found, paths, places, groups, _related(found, slugs["tags"], site.related), shared)


def _grouped(
    documents: Iterable[DocumentFacts], terms: Callable[[DocumentFacts], Iterable[str]]
) -> dict[str, list[int]]:
    """The places of the articles of each term."""
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for index, document in enumerate(documents):
        for term in terms(document):
            places = groups[term]
            if not places or places[-1] != index:  # a tag may stand twice
                places.append(index)
    return groups


def _by_slug(groups: Mapping[str, list[int]], slugs: Mapping[str, str]) -> dict[str, list[int]]:
    """The groups of names as those of their slugs, which several may share; of a name without one, none."""
    found: dict[str, list[int]] = {}
    for name, places in groups.items():
        at = slugs[name]
        found[at] = sorted({*found[at], *places}) if at in found else places
    found.pop("", None)
    return found


def _alike(slugs: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each name whose slug an earlier one has, after that."""
    first: dict[str, str] = {}
    for name, at in slugs.items():
        if at and first.setdefault(at, name) != name:
            yield first[at], name


def _related(documents: Sequence[DocumentFacts], slugs: Mapping[str, str], count: int) -> list[Sequence[int]]:
    """For each article those that share the most tags with it, of the older ones near it in each tag.

    Only older ones: what is published later changes no page that stands.
    """
    result: list[Sequence[int]] = [()] * len(documents)
    recent: dict[str, list[int]] = {}
    for index in range(len(documents) - 1, -1, -1) if count else ():
        near: list[int] = []
        for tag in {slugs[tag] for tag in documents[index].tags}:
            older = recent.get(tag)
            if older is None:
                recent[tag] = [index]
            else:
                near += older
                recent[tag] = [index, *older[: NEAR - 1]]
        chosen = set(near)
        chosen.discard(index + 1)  # its page leads there anyway
        if len(chosen) < len(near):  # some share more than one
            result[index] = sorted(chosen, key=lambda other: (-near.count(other), other))[:count]
        else:
            result[index] = sorted(chosen)[:count]
    return result


def places(site: Site, found: Articles) -> tuple[str, ...]:
    """What links may lead to besides documents and files, sorted.

    Paths are below a language's folder; those of files that stand at the root alone begin with a slash.
    """
    result = [*FEEDS] if site.feed != "none" else []
    result += ["/sitemap.xml", "/robots.txt"] * site.sitemap
    result += ["search/"] * site.search
    for kind in KINDS:
        terms = set(found.groups.get(kind.index, ()))
        if kind.index == "archive":
            terms |= {month.partition("/")[0] for month in terms}
        result += [f"{kind.folder}/{term}/" for term in terms] + [f"{kind.folder}/"] * bool(terms)
        if has_feeds(site, kind.term):
            result += [f"{kind.folder}/{term}/{name}" for term in terms for name in FEEDS]
    return tuple(sorted(result))


def has_feeds(site: Site, kind: str) -> bool:
    """Whether pages of a kind have feeds of their own: those of tags."""
    return kind == "tag" and site.tag_feeds and site.feed != "none"


def shared_slugs(found: Articles, report: Report) -> None:
    """Warn of tags, and of authors, that differ and get one page."""
    for kind, first, second in found.shared:
        named = (document for document in found.documents if second in getattr(document, kind))
        what = f"the {kind} {first} and {second} share the page /{kind}/{slug(second)}/"
        hint = "write them alike, or call one of them otherwise"
        report(Problem(next(named).path, 1, 1, what, hint, "warning"))


def parts(number: int, size: int) -> list[tuple[int, int]]:
    """Where each page of so many articles begins and ends, `size` a page; one empty page for none.

    The second page takes what is over, so that from the third on all stay as they are while articles are
    added (docs/decisions/0020-listings.md).
    """
    first = min(number, size)
    second = first + (number - first) % size
    ends = [first, *([second] if second > first else []), *range(second + size, number + 1, size)]
    return list(zip([0, *ends], ends, strict=False))


def listings(
    site: Site,
    found: Articles,
    rendered: Sequence[RenderFacts],
    stands: Callable[[str, str, str], bool],
) -> Iterator[Found]:
    """The listings in all languages. The articles are `rendered` in their order.

    `stands` is given a name for some pages of a listing of articles, their template and a digest of all that
    they show; where they stand as they were, only what a sitemap says of them is worked out.
    """
    codes = [language.code for language in site.languages]
    entries = [one.entry for one in rendered]

    def pages(
        kind: Literal["home", "tag", "author", "section", "month"],
        address: str,
        indices: Sequence[int],
        naming: str = "",
        terms: tuple[Term, ...] = (),
    ) -> Iterator[Found]:
        template = "home.html" if kind == "home" else "listing.html"
        ranges = parts(len(indices), site.per_page)
        for before in range(0, len(ranges), TOGETHER):
            some = ranges[before : before + TOGETHER]
            name = f"the listing /{listing_address(address, before + 1)}"
            shown = _picker(indices[some[0][0] : some[-1][1]])(entries)
            stand = stands(name, template, digest_of(shown, f"{len(ranges)} {naming}"))
            for number, (start, end) in enumerate(some if site.sitemap or not stand else (), before + 1):
                pick = _picker(indices[start:end])
                path = listing_path(address, number, site.addresses)
                first = path == "index.html"  # the home page is there for everyone
                offered = _offered(rendered, indices[start:end], len(codes), everywhere=first)
                if stand:
                    listing = Listing(address, number=number, offered=offered)
                    yield name, path, 0, "", Page(kind, template, codes[0], "", BLAME, listing)
                    continue
                listing = Listing(address, pick(found.paths), terms, number, len(ranges), offered)
                digests = [taken_apart(one.entries, len(codes)) for one in pick(rendered)]
                for index, code in enumerate(codes):
                    own = [each[index] for each in digests]
                    digest = digest_of(own, f"{len(ranges)} {offered} {naming}")
                    yield name, path, index, digest, Page(kind, template, code, "", BLAME, listing)

    yield from pages("home", "", range(len(found.paths)))
    for kind in KINDS:
        terms: list[_Listed] = []
        for name, indices in found.groups.get(kind.index, {}).items():
            newest = found.documents[indices[0]]
            spelling = f"{_spelling(kind, newest)} {hashed(rendered[indices[0]].names)}"
            term = Term(name, len(indices), "" if kind.term == "month" else newest.path)
            offered = _offered(rendered, indices, len(codes))
            terms.append((term, f"{name} {len(indices)} {spelling}", offered))
            address = f"{kind.folder}/{name}"
            yield from pages(kind.term, address, indices, spelling, (term,))
            if has_feeds(site, kind.term):
                yield from _feeds(site, found, rendered, indices, f"{address}/", spelling, (term,))
        template = "archive.html" if kind.index == "archive" else "terms.html"
        for address, listed in _indices(kind, terms):
            offered = "".join(map(max, zip(*[own for _, _, own in listed], strict=True)))
            listing = Listing(address, terms=tuple(term for term, _, _ in listed), offered=offered)
            digest = digest_of((said for _, said, _ in listed), offered)
            for index, code in enumerate(codes):
                page = Page(kind.index, template, code, "", BLAME, listing)
                path = listing_path(address, 1, site.addresses)
                yield f"the listing /{path}", path, index, digest, page
    if site.feed != "none":
        yield from _feeds(site, found, rendered, range(len(found.paths)))


def _offered(
    rendered: Sequence[RenderFacts], indices: Sequence[int], languages: int, *, everywhere: bool = False
) -> str:
    """With a 1 for each language in which search engines are offered one of the articles, or `everywhere`."""
    return "".join(
        [
            "01"[everywhere or any(rendered[at].offered.startswith("1", index) for at in indices)]
            for index in range(languages)
        ]
    )


def _picker(indices: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """A function that takes the items of some places out of a sequence: of 20 in a third of the time."""
    if len(indices) < 2:  # with one, itemgetter gives no tuple
        return lambda sequence: tuple([sequence[index] for index in indices])
    return itemgetter(*indices)


def _spelling(kind: Kind, newest: DocumentFacts) -> str:
    """What the name of a term is taken from."""
    if kind.term == "tag":
        return " ".join(newest.tags)
    if kind.term == "author":
        return " ".join(newest.authors)
    return newest.path.rpartition("/")[0] if kind.term == "section" else ""


def _indices(kind: Kind, terms: list[_Listed]) -> Iterator[tuple[str, list[_Listed]]]:
    """The pages that list terms: addresses, and what they list. The archive has one for each year too."""
    if terms:
        yield kind.folder, terms
    if kind.index == "archive":
        years: dict[str, list[_Listed]] = {}
        for month in terms:
            years.setdefault(month[0].slug.partition("/")[0], []).append(month)
        for year, months in years.items():
            yield f"{kind.folder}/{year}", months


def digest_of(shown: Iterable[str], besides: str = "") -> str:
    """Of lines: a fourth of what `fingerprint` costs, for thousands of pages in each build."""
    return hashed("\n".join([besides, *shown]).encode())


def _feeds(
    site: Site,
    found: Articles,
    rendered: Sequence[RenderFacts],
    indices: Sequence[int],
    folder: str = "",
    naming: str = "",
    terms: tuple[Term, ...] = (),
) -> Iterator[Found]:
    """The feeds of some articles in all languages, each in all formats."""
    for index, language in enumerate(site.languages):
        shown = []
        digests = []
        for at in indices:
            own, document = rendered[at].editions, found.documents[at]
            edition = own[index]
            if document.draft or (site.feed_untranslated == "omit" and not edition.ready):
                continue
            if site.feed_untranslated == "source" and not edition.ready:
                edition = own[0]
            shown.append(document.path)
            digests.append(edition.page if site.feed == "full" else edition.entry)
            if len(shown) == NEWEST:
                break
        digest = digest_of(digests, naming)
        for name in FEEDS:
            template = "feed.xml" if name == "feed.xml" else "_feed.html"
            listing = Listing(folder + name, tuple(shown), terms)
            page = Page("feed", template, language.code, "", BLAME, listing)
            yield f"the listing /{folder}{name}", folder + name, index, digest, page


def listing_path(address: str, number: int, addresses: Literal["folders", "files"]) -> str:
    """Output path of a page of a listing, below its language's folder."""
    return page_path(listing_address(address, number), "", addresses)


def listing_address(address: str, number: int) -> str:
    """Address of a page of a listing: that of its first page, and below it those of the others."""
    return address if number == 1 else f"{address}/page/{number}".lstrip("/")
