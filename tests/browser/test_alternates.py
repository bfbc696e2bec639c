"""How the pages of the built site hang together: editions, links and ids, read from the files alone."""

import posixpath
import re
import unicodedata
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest

from tests.browser.served import Served

Attributes = dict[str, str]
UNEVEN = re.compile(r"[\s\u0640\u064b-\u065f\u0670]")
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}


@dataclass
class PageFacts(HTMLParser):
    """The elements of a page that name something, in document order."""

    source: str
    elements: list[tuple[str, Attributes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def links(self, rel: str) -> list[Attributes]:
        """The attributes of each `<link rel=…>`."""
        links = [given for tag, given in self.elements if tag == "link"]
        return [given for given in links if rel in given.get("rel", "").split()]

    def language(self) -> str:
        """The language of the page."""
        return next(given["lang"] for tag, given in self.elements if tag == "html")

    def ids(self, tags: set[str] | None = None) -> list[str]:
        """The ids, of all elements or of those with certain tags."""
        return [given["id"] for tag, given in self.elements if "id" in given and (not tags or tag in tags)]

    def references(self) -> list[str]:
        """Every `href` and `src`."""
        return [given[name] for _, given in self.elements for name in ("href", "src") if name in given]


@dataclass(frozen=True)
class Pages:
    """All pages of a site, by their paths below its root, and the site's public address."""

    facts: dict[str, PageFacts]
    base: str
    files: frozenset[str]

    def address(self, page: str) -> str:
        """The public address of a page."""
        return self.base + page.removesuffix("index.html")

    def file(self, address: str) -> str | None:
        """The file that an address of this site stands for; None for an address of another."""
        if not address.startswith(self.base):
            return None
        path = unquote(urlsplit(address).path).removeprefix(urlsplit(self.base).path)
        return posixpath.join(path, "index.html") if not path or path.endswith("/") else path


@pytest.fixture(scope="module")
def pages(built_site: Served) -> Pages:
    facts = {path: PageFacts(built_site.text(path)) for path in built_site.pages()}
    files = [file for file in built_site.folder.rglob("*") if file.is_file()]
    home = facts["index.html"].links("canonical")[0]["href"]
    return Pages(facts, home, frozenset(file.relative_to(built_site.folder).as_posix() for file in files))


def test_every_page_says_its_own_address(pages: Pages) -> None:
    problems = []
    for path, page in pages.facts.items():
        if path.endswith("404.html"):
            continue  # it stands for addresses that don't exist
        canonical = [link["href"] for link in page.links("canonical")]
        if canonical != [canonical_address(pages, path)]:
            problems.append(f"{path}: canonical {canonical}")
    assert not problems, "\n".join(problems)


def canonical_address(pages: Pages, path: str) -> str:
    """The public address of a page, percent-encoded as a link must be."""
    return pages.base + quote(path.removesuffix("index.html"))


def test_the_editions_of_a_page_name_each_other(pages: Pages) -> None:
    counted, problems = 0, []
    for path, page in pages.facts.items():
        named = {link["hreflang"]: link["href"] for link in page.links("alternate") if "hreflang" in link}
        if not named:
            continue
        counted += 1
        if "x-default" not in named:
            problems.append(f"{path}: no x-default among {sorted(named)}")
        if pages.file(named.get(page.language(), "")) != path:
            problems.append(f"{path}: doesn't name itself among {named}")
        for code, address in named.items():
            other = pages.facts.get(pages.file(address) or "")
            if other is None:
                problems.append(f"{path}: hreflang {code} leads to no page: {address}")
                continue
            back = {link["hreflang"]: link["href"] for link in other.links("alternate") if "hreflang" in link}
            if back != named:
                problems.append(f"{path}: {address} names other editions: {back}, not {named}")
            if code not in ("x-default", other.language()):
                problems.append(f"{path}: hreflang {code} leads to a page in {other.language()}: {address}")
    assert counted, "no page names its editions"
    assert not problems, "\n".join(problems)


def test_every_page_links_to_its_other_edition(pages: Pages) -> None:
    problems = []
    for path, page in pages.facts.items():
        switches = [given for tag, given in page.elements if tag == "a" and "hreflang" in given]
        # A link in words of the page's own language, such as "Read the original", has no need of them.
        if not any(given.get("lang") == given["hreflang"] and given.get("dir") for given in switches):
            problems.append(f"{path}: no link to another edition, by its own name with lang and dir")
        for given in switches:
            other = pages.facts.get(pages.file(urljoin(pages.address(path), given["href"])) or "")
            if other is None:
                problems.append(f"{path}: {given['href']} leads to no page")
            elif other.language() != given["hreflang"]:
                problems.append(f"{path}: {given['href']} is in {other.language()}, not {given['hreflang']}")
    assert not problems, "\n".join(problems)


def test_editions_share_the_ids_of_their_headings(pages: Pages) -> None:
    counted, problems = 0, []
    for path, page in pages.facts.items():
        if path.endswith("404.html") or "/parallel/" in path:
            continue
        switches = [given["href"] for tag, given in page.elements if tag == "a" and "hreflang" in given]
        for address in switches:
            other = pages.facts.get(pages.file(urljoin(pages.address(path), address)) or "")
            if other and page.ids(HEADINGS) != other.ids(HEADINGS):
                problems.append(f"{path}: {page.ids(HEADINGS)}, {address}: {other.ids(HEADINGS)}")
            counted += other is not None
    assert counted
    assert not problems, "\n".join(problems)


def test_ids_are_unique_and_plain(pages: Pages) -> None:
    counted, problems = 0, []
    for path, page in pages.facts.items():
        ids = page.ids()
        counted += len(ids)
        problems += [f"{path}: {name} stands twice" for name in sorted(set(ids)) if ids.count(name) > 1]
        problems += [f"{path}: id {name!r}" for name in ids if not is_plain(name)]
    assert counted, "no page has an id"
    assert not problems, "\n".join(problems)


def is_plain(name: str) -> bool:
    """Whether an id is NFC and has no space, tatweel or mark: people type these differently for one word."""
    return bool(name) and not UNEVEN.search(name) and unicodedata.is_normalized("NFC", name)


def test_every_link_within_the_site_leads_somewhere(pages: Pages) -> None:
    counted, problems = 0, []
    for path, page in pages.facts.items():
        for reference in page.references():
            address = urljoin(pages.address(path), reference)
            file = pages.file(address)
            if file is None:
                if not urlsplit(reference).scheme:
                    problems.append(f"{path}: {reference} leads out of the site")
                continue
            counted += 1
            if file not in pages.files:
                problems.append(f"{path}: {reference} leads to no file")
            fragment = unquote(urlsplit(address).fragment)
            if fragment and file in pages.facts and fragment not in pages.facts[file].ids():
                problems.append(f"{path}: {reference} leads to no element")
    assert counted > len(pages.facts), "the pages hardly link to each other"
    assert not problems, "\n".join(problems)
