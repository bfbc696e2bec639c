"""One built page by itself: what it leads to, what it needs, what it says of itself."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

from jisr.check.findings import Finding, finding
from jisr.check.folder import Folder, Target, odd_address
from jisr.check.html import Element, Html, read_html
from jisr.read.sources import place

_REFRESH = re.compile(r"\s*[\d.]+\s*[;,]\s*(?:url\s*=\s*)?['\"]?(?P<to>[^'\"]*)", re.IGNORECASE)
_DIGEST = re.compile(r"(?<!\S)(sha256|sha384|sha512)-([A-Za-z0-9+/=]+)")
"""What `integrity` names. Source: W3C, Subresource Integrity, 3.2 and 3.3."""

_ISOLATES = re.compile("[\u200e\u200f\u061c\u2066-\u2069]")
_LOADED = {
    "stylesheet", "icon", "preload", "modulepreload", "manifest", "apple-touch-icon", "mask-icon",
}  # fmt: skip


@dataclass(slots=True)
class PageFacts:
    """What of a page others are compared with.

    `titled` is the line of its title; `fragments` are those in other pages that it leads to, each with line
    and column of the link; `weight` is what its first view takes, by kind of file, in bytes;
    its HTML unpacked.
    """

    path: str
    language: str = ""
    title: str = ""
    titled: int = 1
    description: str = ""
    noindex: bool = False
    redirect: bool = False
    canonical: str = ""
    hreflang: dict[str, str] = field(default_factory=dict)
    fragments: list[tuple[tuple[int, int], str, str]] = field(default_factory=list)
    weight: dict[str, int] = field(default_factory=dict)


class Look:
    """A look at one page. Its methods are the checks; what they find goes into `found`."""

    def __init__(self, folder: Folder, path: str, shown: str) -> None:
        """`shown` is what messages call the page: its path from the site's folder."""
        self.folder, self.path, self.shown = folder, path, shown
        self.page = read_html(folder.read(path))
        self.address = folder.address(path)
        bases = [element.get("href") for element in self.page.all("base") if element.get("href")]
        self.base = bases[0] if bases else self.address
        self.facts = PageFacts(path)
        self.found: list[Finding] = []

    def say(self, check: str, at: int, message: str, hint: str) -> None:
        """Report a finding at an index of the page's text."""
        self.found.append(finding(check, self.shown, place(self.page.text, at), message, hint))

    def all(self) -> tuple[PageFacts, list[Finding]]:
        """Do all checks."""
        self.head()
        if self.facts.redirect:
            return self.facts, self.found
        self.links()
        self.assets()
        self.integrity()
        self.pictures()
        self.headings()
        self.data()
        self.weigh()
        return self.facts, self.found

    def head(self) -> None:
        """Take the page's facts from its head; a page that leads on at once needs no more."""
        page, facts = self.page, self.facts
        facts.language = next((element.get("lang") for element in page.all("html")), "")
        facts.description = page.meta("description")
        facts.noindex = "noindex" in page.meta("robots").lower()
        for title in page.all("title"):
            facts.title = facts.title or plain(unescape(title.text))
            facts.titled = place(page.text, title.at)[0]
        canonical = list(page.links("canonical"))
        facts.canonical = canonical[0].get("href") if canonical else ""
        facts.hreflang = {
            link.get("hreflang"): link.get("href") for link in page.links("alternate") if link.get("hreflang")
        }
        for meta in page.all("meta"):
            if meta.get("http-equiv").lower() == "refresh" and (to := _REFRESH.match(meta.get("content"))):
                facts.redirect = True
                target = self._target(to["to"])
                if not target or target.kind == "nowhere":
                    what = f"the page leads on to {to['to']}, which isn't there"
                    self.say("redirects", meta.at, what, "build the site anew, or mend the template")
        if facts.redirect:
            return
        if not facts.title:
            self.say("titles", 0, "the page has no title", "give the template a <title>")
        if len(canonical) > 1:
            self.say("canonical", canonical[1].at, "the page has two canonical addresses", "keep one")

    def links(self) -> None:
        """Links lead to pages and fragments that are there; addresses elsewhere have the form of one."""
        for element in self.page.all("a", "area"):
            if "href" in element.attributes:
                self._follow(element, element.get("href"))
        for element in self.page.all("link"):
            feed = element.has("rel", "alternate") and not element.get("hreflang")
            if feed or element.has("rel", "prev") or element.has("rel", "next"):
                self._follow(element, element.get("href"))

    def _follow(self, element: Element, link: str) -> None:
        if link.startswith("#"):
            self._fragment(element, link, self.path, unquote(link[1:]))
            return
        target = self._target(link)
        if target is None:
            self.say("addresses", element.at, f"{link} is not an address", "check its brackets")
        elif target.kind == "nowhere":
            what = f"the link leads to {link}, where there is no page"
            if link.startswith("/") and not link.startswith(self.folder.base_path):
                what = f"the link {link} leads out of the site, which stands at {self.folder.base_path}"
            self.say("links", element.at, what, "mend the link in the document or the template")
        elif target.kind == "file":
            self._fragment(element, link, target.path, target.fragment)
        elif odd := odd_address(link):
            self.say("addresses", element.at, *odd)

    def _fragment(self, element: Element, link: str, path: str, fragment: str) -> None:
        if not fragment or fragment == "top" or fragment.startswith(":~:") or not path.endswith(".html"):
            return
        if path != self.path:
            self.facts.fragments.append((place(self.page.text, element.at), path, fragment))
        elif fragment not in self.page.ids:
            what = f"the link leads to {link}, and nothing on the page has that id"
            self.say("fragments", element.at, what, "name the id of a heading, or give it one by {: #id}")

    def assets(self) -> None:
        """Pictures, styles, scripts, fonts and what else the page loads are there."""
        for element, link in asset_links(self.page):
            target = self._target(link)
            if target is None:
                self.say("addresses", element.at, f"{link} is not an address", "check its brackets")
            elif target.kind == "nowhere":
                what = f"the page needs {link}, which isn't there"
                self.say("assets", element.at, what, "add the file, or mend the document or the template")
            elif target.kind == "outside" and (odd := odd_address(link)):
                self.say("addresses", element.at, *odd)

    def integrity(self) -> None:
        """Style sheets and scripts have the digest that the page names: browsers refuse others."""
        for element in self.page.all("link", "script"):
            named = _DIGEST.findall(element.get("integrity"))
            if not named:
                continue
            link = element.get("href" if element.tag == "link" else "src")
            target = self._target(link)
            strongest = max(algorithm for algorithm, _ in named)  # browsers look at no other
            digests = [digest for algorithm, digest in named if algorithm == strongest]
            if target and target.kind == "file" and self.folder.digest(target.path, strongest) not in digests:
                what = f"the page's `integrity` isn't that of {link}: browsers refuse the file"
                hint = "write integrity(…) in the template; drop it if a later step changes the file"
                self.say("integrity", element.at, what, hint)

    def pictures(self) -> None:
        """Each picture has a description, or says that it needs none; sources.py looks at what they say."""
        for image in self.page.all("img"):
            if "alt" not in image.attributes:
                what = f"the picture {image.get('src')} has no description"
                self.say("alt", image.at, what, 'give it alt="…", or alt="" where it only adorns')

    def headings(self) -> None:
        """One heading of the first rank, and none that skips a rank."""
        headings = list(self.page.all("h1", "h2", "h3", "h4", "h5", "h6"))
        first = [heading for heading in headings if heading.tag == "h1"]
        if not first:
            self.say("headings", 0, "the page has no heading of the first rank", "give the template an <h1>")
        for heading in first[1:]:
            what = f"a second heading of the first rank, “{self.page.words(heading)}”"
            self.say("headings", heading.at, what, "begin with ## in a document: its title is the first")
        for before, heading in pairwise(headings):
            if int(heading.tag[1]) > int(before.tag[1]) + 1:
                what = f"the heading “{self.page.words(heading)}” skips a rank, {before.tag} to {heading.tag}"
                self.say("headings", heading.at, what, f"make it one of rank {int(before.tag[1]) + 1}")

    def data(self) -> None:
        """Structured data can be read and says what the page says."""
        for script in self.page.all("script"):
            if script.get("type") != "application/ld+json":
                continue
            if self.facts.noindex:
                what = "the page keeps search engines away and has structured data for them"
                self.say("indexing", script.at, what, "let the template write it where page.index is true")
            try:
                found = json.loads(script.text)
            except (ValueError, RecursionError) as error:
                what = f"the structured data can't be read ({error})"
                self.say("structured-data", script.at, what, "mend the template: write {{ page.data }}")
                continue
            for what in self._differences(found):
                self.say("structured-data", script.at, what, "mend the template: write {{ page.data }}")
        address = self.page.meta("og:url")
        if address and address != self.facts.canonical:
            what = f"og:url is {address}, the canonical address {self.facts.canonical}"
            self.say("canonical", 0, what, "let the template write page.canonical for both")
        if address and self.facts.noindex:
            what = "the page keeps search engines away and has Open Graph for them"
            self.say("indexing", 0, what, "let the template write it where page.index is true")

    def _differences(self, data: Any) -> Iterator[str]:
        """What structured data says otherwise than the page does."""
        if not isinstance(data, dict) or "schema.org" not in str(data.get("@context")):
            yield "the structured data are not those of schema.org"
            return
        for node in objects(data.get("@graph", data)):
            if "@type" not in node:
                yield "a part of the structured data has no @type"
            elif node["@type"] in ("NewsArticle", "Article", "BlogPosting"):
                yield from self._article(node)
            elif node["@type"] == "BreadcrumbList":
                items = objects(node.get("itemListElement")) or [{}]
                if [item.get("position") for item in items] != list(range(1, len(items) + 1)):
                    yield "the steps of BreadcrumbList aren't numbered from 1"
                if items[-1].get("item", self.facts.canonical) != self.facts.canonical:
                    yield "the last step of BreadcrumbList is another page"

    def _article(self, node: Mapping[str, Any]) -> Iterator[str]:
        headline = plain(str(node.get("headline", "")))
        shown = [_ISOLATES.sub("", self.page.words(heading)) for heading in self.page.all("h1")]
        if headline not in shown:
            yield f"the headline “{headline}” is not the page's heading"
        if node.get("inLanguage") != self.facts.language:
            yield f"inLanguage is {node.get('inLanguage')}, the page's language {self.facts.language}"
        if node.get("mainEntityOfPage", self.facts.canonical) != self.facts.canonical:
            yield f"mainEntityOfPage is {node.get('mainEntityOfPage')}, not the page's address"
        dates = [str(node.get(name) or "") for name in ("datePublished", "dateModified")]
        if dates[0] and dates[1] and dates[1][:10] < dates[0][:10]:
            yield f"dateModified {dates[1]} is before datePublished {dates[0]}"
        images = node.get("image", ())
        for image in images if isinstance(images, list) else [images] if images else []:
            link = image.get("url", "") if isinstance(image, dict) else str(image)
            target = self._target(link)
            if target is None or target.kind == "nowhere":
                yield f"the picture {link} isn't there"

    def weigh(self) -> None:
        """What the first view loads: the page, styles, scripts, preloaded fonts, and the first picture."""
        weight = {"HTML": len(self.page.text.encode())}  # whole.py packs those that matter
        wanted = [("CSS", link.get("href")) for link in self.page.links("stylesheet")]
        wanted += [("scripts", e.get("src")) for e in self.page.all("script") if e.get("src")]
        wanted += [("fonts", e.get("href")) for e in self.page.links("preload") if e.get("as") == "font"]
        wanted += [("picture", e.get("src")) for e in list(self.page.all("img"))[:1]]
        for kind, link in wanted:
            target = self._target(link)
            if target and target.kind == "file":
                weight[kind] = weight.get(kind, 0) + self.folder.weight(target.path)
        self.facts.weight = weight

    def _target(self, link: str) -> Target | None:
        try:
            return self.folder.target(link, self.base)
        except ValueError:  # brackets and the like in the place of a host
            return None


def asset_links(page: Html) -> Iterator[tuple[Element, str]]:
    """What a page loads: elements with the addresses in them."""
    for element in page.all(
        "img", "source", "script", "video", "audio", "track", "iframe", "embed", "object"
    ):
        for name in ("src", "poster", "data"):
            if link := element.get(name):
                yield element, link
        for candidate in element.get("srcset").split(", "):
            if candidate.strip():
                yield element, candidate.split()[0]
    for element in page.all("link"):
        if set(element.get("rel").lower().split()) & _LOADED and element.get("href"):
            yield element, element.get("href")
    for element in page.all("meta"):
        named = (element.get("property") or element.get("name")).lower()
        if named in ("og:image", "twitter:image") and element.get("content"):
            yield element, element.get("content")


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects in a list of JSON, or the one that stands in its place."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def plain(text: str) -> str:
    """The words of a title, without marks of direction."""
    return " ".join(_ISOLATES.sub("", text).split())
