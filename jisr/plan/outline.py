"""Facts → outputs: everything that the built site consists of, each with its fingerprint.

A pure function of its arguments, computed in full each time: it is cheap, since it looks at digests and
not at what they stand for.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from jisr.errors import Problem, Report
from jisr.model import (
    Asset,
    Composed,
    Copied,
    DocumentFacts,
    Listing,
    Output,
    Page,
    RenderFacts,
    Site,
    Stood,
    Text,
    taken_apart,
)
from jisr.plan.cards import card_path
from jisr.plan.hosting import host_files, redirects
from jisr.plan.listings import Articles, digest_of, listings
from jisr.plan.pages import MANIFEST, SEARCH, menu_url
from jisr.plan.search import NEWS, latest, sitemaps
from jisr.translate.links import Links, collisions
from jisr.urls import page_path

PARTS = (
    "the version of Jisr or of a library",
    "the settings or the site's own words",
    "a template or what it loads",
    "the content",
)
"""What the parts of a fingerprint stand for, in the words of `--explain`."""


_ENOUGH = 16
"""Of a digest to tell one ground of a page from a former one: 64 bits."""


class Grounds(Struct, frozen=True):
    """Digests of what every page stands on: see `PARTS`."""

    versions: str
    settings: str
    templates: str
    loads: Callable[[str], str]
    """Gives for a template the digest of what the site's pages load by it."""


class _Bases(dict[str, str]):
    """What the pages of each template stand on, whatever they show."""

    def __init__(self, grounds: Grounds) -> None:
        super().__init__()
        self.grounds = grounds

    def __missing__(self, template: str) -> str:
        own = self.grounds
        templates = digest_of((own.templates, own.loads(template)))
        parts = (own.versions, own.settings, templates)
        self[template] = base = "".join([f"{part[:_ENOUGH]}\n" for part in parts])  # in thousands of outputs
        return base


class _Common(dict[str, str]):
    """What the outputs of documents with a template stand on, whatever they show."""

    def __init__(self, site: Site, bases: Mapping[str, str]) -> None:
        super().__init__()
        self.site, self.bases = site, bases

    def __missing__(self, template: str) -> str:
        besides = ["card.svg"] * bool(self.site.cards) + ["parallel.html"] * self.site.side_by_side
        bases = [self.bases[name] for name in (template, *besides)]
        self[template] = common = digest_of((self.site.addresses, template, *bases))[:_ENOUGH]
        return common


class Outline(Struct, frozen=True):
    """The `outputs`, without those of documents and listings that `stand` as they were.

    `made` says of the others what they have now; `removed` are paths that none has any more.
    """

    outputs: tuple[Output, ...]
    stand: Mapping[str, Stood]
    made: Mapping[str, Stood]
    removed: frozenset[str]


def outline(
    site: Site,
    documents: Sequence[tuple[DocumentFacts, RenderFacts]],
    found: Articles,
    files: Iterable[tuple[Output, str]],
    assets: Sequence[Asset],
    grounds: Grounds,
    now: float,
    indices: int,
    stood: Mapping[str, Stood],
    report: Report,
) -> Outline:
    """The outputs; `files` are those without a page, each with its owner, `assets` the copies under names
    of their content.

    `now` is seconds since 1970: what is news, is so for a while. `indices` is the number of those that
    the search page asks; `stood` has the outputs of the last build by their documents and listings, under
    nothing those of neither. They don't get in each other's way. Reports two on one path, naming both.
    """
    outputs: list[tuple[Output, str]] = []
    bases = _Bases(grounds)
    rendered = {document.path: rendering for document, rendering in documents}
    listed = [rendered[path] for path in found.paths]
    prefixes = {language.code: site.prefix(language) for language in site.languages}
    beside = _beside(found, [one.titles for one in listed])
    of_documents = _grounds(documents, beside, _Common(site, bases), bases)
    stand = {
        own: last
        for own, all_of_it in of_documents.items()
        if (last := stood.get(own)) and last.grounds == all_of_it
    }
    made: dict[str, tuple[str, list[str]]] = {}
    for document, rendering in documents:
        own = document.path
        if own not in stand:
            made[own] = of_documents[own], []
            around = [None if path is None else rendered[path] for path in found.around(own)]
            pages = _document(document, rendering, around, prefixes, bases, site)
            outputs += [(output, own) for output in pages]

    def listing_stands(owner: str, template: str, shown: str) -> bool:
        all_of_it = bases[template] + shown
        last = stood.get(owner)
        if last and last.grounds == all_of_it:
            stand[owner] = last
            return True
        made[owner] = all_of_it, []
        return False

    folders = [f"{prefix}/" if prefix else "" for prefix in prefixes.values()]
    lists = []
    for owner, path, index, shown, page in listings(site, found, listed, listing_stands):
        if shown:
            outputs.append((Output(folders[index] + path, bases[page.template] + shown, page), owner))
        if index == 0 and page.listing and page.kind != "feed":
            lists.append(page.listing)
    for language, folder in zip(site.languages, folders, strict=True):
        page = Page("404", "404.html", language.code, "", "site.yaml")
        owner = "the page for missing addresses"
        outputs.append((Output(f"{folder}404.html", bases[page.template], page), owner))
    if site.search:
        listing = Listing(SEARCH, count=indices)
        for language, folder in zip(site.languages, folders, strict=True):
            page = Page("search", "search.html", language.code, "", "site.yaml", listing)
            path = folder + page_path(SEARCH, "", site.addresses)
            outputs.append((Output(path, f"{bases[page.template]}{indices}", page), "the search page"))
    outputs += (*files, *_copies(assets))
    taken = {output.path for output, _ in outputs}
    number = len(outputs)
    for language, folder in zip(site.languages, folders, strict=True):
        page = Page("manifest", "manifest.json", language.code, "", "site.yaml")
        if site.manifest and f"{folder}{MANIFEST}" not in taken:
            outputs.append((Output(f"{folder}{MANIFEST}", bases[page.template], page), "the web manifest"))
    if site.sitemap and "sitemap.xml" not in taken:
        news = latest(zip(found.documents, listed, strict=True), now) if site.news_sitemap else []
        told = _for_search(site, sitemaps(site, documents, lists), news, rendered, grounds)
        outputs += ((output, f"the file {output.path}") for output in told if output.path not in taken)
    outputs += (
        (Output(path, f"\n\n\n{digest_of((), text)}", Text(text)), "a file for the host")
        for path, text in host_files(site, [facts for facts, _ in documents], [one.path for one in assets])
        if path not in taken
    )
    taken.update([output.path for output, _ in outputs[number:]])
    before = {path for own, one in stood.items() if own not in stand for path in one.paths}
    owned = [(output.path, owner) for output, owner in outputs]
    if len(taken) < len(owned) or not taken <= before:
        owned += [(path, own) for own, one in stand.items() for path in one.paths]
    else:
        owned = []
    _tell_clashes(owned, documents, site, report)
    for output, owner in outputs:
        if owner in made:
            made[owner][1].append(output.path)
    return Outline(
        outputs=tuple([output for output, _ in outputs]),
        stand=stand,
        made={owner: Stood.of(all_of_it, paths) for owner, (all_of_it, paths) in made.items()},
        removed=frozenset(before - taken),
    )


def _tell_clashes(
    owned: Iterable[tuple[str, str]],
    documents: Iterable[tuple[DocumentFacts, RenderFacts]],
    site: Site,
    report: Report,
) -> None:
    """Report two outputs on one path, naming the owners of both."""
    clashes = list(collisions(owned))
    facts = {one.path: one for one, _ in documents} if clashes else {}
    for path, first, second in clashes:
        what = f"{first} and {second} both become {path}"
        hint = "give one of them another slug, or another name"
        aliases = {
            one: [f"{at}/" for at in redirects(site, facts[one])] for one in (first, second) if one in facts
        }
        own = next((one for one, at in aliases.items() if any(a.startswith(f"{path}/") for a in at)), "")
        if first == second:
            what, hint = (
                f"an alias leads to {path}, where the document has a page or another alias",
                "take the alias out",
            )
        elif own:
            other = second if own == first else first
            what = f"an alias of {own} and {other} both become {path}"
            hint = "take the alias out, or write another"
        place = next(
            (one for one in (own, second, first) if one.startswith(("content/", "static/"))), "site.yaml"
        )
        report(Problem(place, 1, 1, what, hint))


def _copies(assets: Iterable[Asset]) -> Iterator[tuple[Output, str]]:
    """The copies of files under names of their content."""
    for asset in assets:
        content = asset if asset.integrity else Copied(asset.source)
        digest = asset.integrity or asset.source.digest
        yield Output(asset.path, f"\n\n\n{digest}", content), asset.source.path


def _for_search(
    site: Site,
    maps: Iterable[tuple[str, Composed]],
    news: Sequence[tuple[DocumentFacts, str]],
    rendered: Mapping[str, RenderFacts],
    grounds: Grounds,
) -> Iterator[Output]:
    """The sitemaps and robots.txt. The site's own go before them."""
    codes = [language.code for language in site.languages]
    address = f"{site.base_url} {site.base_path} {codes} {site.addresses}"
    for path, content in maps:
        lines = [f"{place.address} {place.offered} {place.modified}" for place in content.places]
        said = digest_of(lines, f"{address} {content.parts}")
        yield Output(path, f"{grounds.versions}\n\n\n{said}", content)
    if site.news_sitemap:
        lines = [f"{offered} {rendered[one.path].entries}" for one, offered in news]
        content = Composed("news", news=tuple((one.path, offered) for one, offered in news))
        yield Output(NEWS, f"{grounds.versions}\n{grounds.settings}\n\n{digest_of(lines)}", content)
    said = digest_of((), f"{address} {site.news_sitemap}")
    yield Output("robots.txt", f"{grounds.versions}\n\n\n{said}", Composed("robots"))


def menu_problems(site: Site, links: Links) -> Iterable[Problem]:
    """Entries of menus that lead to a document that isn't there."""
    for language in site.languages:
        for item in site.settings[language.code].menu:
            if menu_url(item, language, links) is None:
                what = f"the menu leads to {item.to}, which isn't there"
                hint = "write the path of a file in content/, such as about.md, or an address"
                if f"content/{item.to}" in links.drafts:
                    what = f"the menu leads to {item.to}, which is a draft or isn't out at present"
                    hint = "publish it first, take the entry out, or build with --drafts"
                yield Problem("site.yaml", item.line, 1, what, hint)


def _beside(found: Articles, titles: Sequence[str]) -> dict[str, str]:
    """What each article's pages show of those around it, from the `titles` of all in their order."""
    around = zip(found.paths, ["-", *titles], [*titles[1:], "-"], found.related, strict=False)
    return {
        path: " ".join((newer, older, *[titles[index] for index in related]))
        if related
        else f"{newer} {older}"
        for path, newer, older, related in around
    }


def _grounds(
    documents: Sequence[tuple[DocumentFacts, RenderFacts]],
    beside: Mapping[str, str],
    common: Mapping[str, str],
    bases: Mapping[str, str],
) -> dict[str, str]:
    """All that each document's outputs stand on, by digests. Where it is the same, so are they.

    `beside` is what they show of other articles; `common` gives for a template what all with it stand on.
    """
    found = {
        one.path: f"{common[_template(one)]}\n{one.address}\n{rendering.shown}\n{beside.get(one.path, '')}"
        for one, rendering in documents
    }
    for one in [one for one, _ in documents if one.aliases]:
        found[one.path] += "\n".join(("", bases["redirect.html"], *one.aliases))
    return found


def _template(document: DocumentFacts) -> str:
    return document.template or f"{document.kind}.html"


def _document(
    document: DocumentFacts,
    rendering: RenderFacts,
    around: Sequence[RenderFacts | None],
    prefixes: Mapping[str, str],
    bases: Mapping[str, str],
    site: Site,
) -> list[Output]:
    own, address, addresses = document.path, document.address, site.addresses
    offered, number = rendering.offered, len(rendering.offered)
    shown, cards, entries = (
        taken_apart(digests, number) for digests in (rendering.pages, rendering.cards, rendering.entries)
    )
    titles = [other and taken_apart(other.titles, number) for other in around]
    template = _template(document)
    base = bases[template]
    found = []
    for index, of in enumerate(site.languages[:number]):
        language = of.code
        prefix = prefixes[language]
        beside = " ".join([other[index] if other else "-" for other in titles])
        page = Page(document.kind, template, language, own, own)
        path = page_path(address, prefix, addresses)
        found.append(Output(path, base + _mark(shown[index], offered, beside, cards[index]), page))
        if cards[index]:
            page = Page("card", "card.svg", language, own, own)
            path = card_path(address, prefix, addresses)
            found.append(Output(path, bases["card.svg"] + _mark(entries[index], offered), page))
        if index and site.side_by_side:
            page = Page("parallel", "parallel.html", language, own, own)
            path = page_path(f"{address}/parallel", prefix, addresses)
            found.append(Output(path, bases["parallel.html"] + _mark(shown[0], shown[index]), page))
    if document.aliases:
        base = bases["redirect.html"]
        for path, to in redirects(site, document).items():
            page = Page("redirect", "redirect.html", to.code, own, own)
            found.append(Output(path, base + _mark(shown[site.languages.index(to)], offered), page))
    return found


def _mark(*shown: str) -> str:
    """Digest of what an output shows of documents, short, since it stands in each row of the record."""
    return digest_of(shown)[:_ENOUGH]


def by_document(outputs: Iterable[Output]) -> Mapping[str, list[Output]]:
    """The pages among the outputs by the document they show; those of the site itself under nothing."""
    found: dict[str, list[Output]] = {}
    for output in outputs:
        if isinstance(output.content, Page):
            found.setdefault(output.content.document, []).append(output)
    return found
