"""Where the links of a document lead: to documents and files of the site, each in the page's language."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from functools import lru_cache
from typing import Literal
from urllib.parse import quote, unquote, urlsplit

from jisr.errors import Problem, Report
from jisr.model import Document, Language, Rendering
from jisr.read.policy import refused_scheme
from jisr.read.sources import place
from jisr.translate.pictures import is_picture
from jisr.urls import collision_keys, edition_url, is_address, url

_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
_CODE = re.compile(
    r"^[ ]*(`{3,}|~{3,}).*?^[ ]*\1|(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`)", re.DOTALL | re.MULTILINE
)
_BEFORE_LINK = re.compile(r"""(?:\]\(\s*<?|\]:\s*<?|\b(?:href|src|poster)\s*=\s*["']?|<)\Z""")
_BEFORE_PICTURE = re.compile(r"""(?:!\[[^\]]*\]\(\s*<?|\]:\s*<?|\bsrc\s*=\s*["']?)\Z""")
_MORE = re.compile(r"[\w./-]")


class Links:
    """What can be linked to.

    `faulty` are documents that are reported anyway, `drafts` those that this build leaves out, `expired` the
    addresses of those of them that were out before; `places` are listings and feeds, by their paths below a
    language's folder, and files that stand at the root alone, by theirs with a slash before it.
    """

    def __init__(
        self,
        site: Rendering,
        addresses: Mapping[str, str],
        files: Iterable[str],
        faulty: Iterable[str],
        drafts: Iterable[str],
        places: Iterable[str] = (),
        expired: Mapping[str, str] = {},
    ) -> None:
        """`addresses` are the documents' by their paths, `files` the paths of what is copied."""
        self.site = site
        self.documents = dict(addresses)
        self.files = frozenset(files)
        self.faulty = frozenset(faulty)
        self.drafts = frozenset(drafts)
        self.expired = expired
        self.homes = ["/" if language == site.source else f"/{language.code}/" for language in site.languages]
        self.addresses = frozenset(addresses.values())
        self.places = frozenset(["", *places])

    def under(self, site: Rendering) -> "Links":
        """The same under other settings; the languages are the same."""
        links = copy(self)
        links.site = site
        return links

    def page(self, path: str, language: Language) -> str | None:
        """The URL of a document's edition, None where there is no such document."""
        address = self.documents.get(path)
        return None if address is None else edition_url(address, language, self.site)

    def file(self, path: str) -> str:
        """The URL of a file that is copied: `content/x.jpg` and `static/x.jpg` both become `/x.jpg`."""
        return url(path.partition("/")[2], self.site.base_path)

    def follow(self, path: str, language: Language, link: str) -> str | None:
        """The address that a link of the document at `path` gets on its page in a language.

        Full addresses and fragments stay as they are; None is a link to what isn't there.
        """
        if not link or link[0] in "#\x02":
            return link
        try:
            parts = urlsplit(link)
        except ValueError:  # brackets and the like in the place of a host
            return None
        if parts.scheme in ("http", "https") or link.startswith("//"):
            return link if is_address(link) else None
        if parts.scheme or not parts.path:
            return link
        target = unquote(parts.path)
        found = self.from_root(target) if target.startswith("/") else self._beside(path, target, language)
        return None if found is None else found + link[len(parts.path) :]

    def resolve(self, document: Document, language: Language, link: str, report: Report) -> str:
        """The same for a document that is being rendered: what isn't there is reported and left as it is."""
        scheme = refused_scheme(link) if link and link[0] not in "#\x02" else None
        if scheme and not self.site.trusted_html:
            what = f"a link with {scheme}: isn't allowed"
            _tell(document, link, what, "link to http, https, mailto or tel", report)
            return link
        found = self.follow(document.path, language, link)
        if found is not None:
            return found
        if _ELSEWHERE.match(link):
            _tell(document, link, f"{link} is not an address", "check its host", report)
            return link
        path = unquote(urlsplit(link).path)
        full = self._full(document.path, path)
        if _named(full, self.expired):  # it came with time: no reason to stop a build
            what = f"the link leads to {path}, which has expired"
            _tell(document, link, what, "take the link out", report, severity="warning")
            if full not in self.expired:
                return url(path[1:], self.site.base_path)
            return edition_url(self.expired[full], language, self.site)
        if _named(full, self.drafts):
            what = f"the link leads to {path}, which is a draft or isn't out at present"
            hint = "publish it first, take the link out, or build with --drafts"
            _tell(document, link, what, hint, report)
        elif not _named(full, self.faulty):
            near = self._near(document.path, path)
            hint = f"did you mean {near}?" if near else "check its path, which begins at this file's folder"
            _tell(document, link, f"the link leads to {path}, which isn't there", hint, report)
        return link

    def _near(self, document: str, path: str) -> str | None:
        """The path, for a link of a document, of a file with a name like that at the end of a wrong path."""
        import difflib  # only for what is wrong

        named = {posixpath.basename(one): one for one in sorted((*self.files, *self.documents))}
        near = difflib.get_close_matches(posixpath.basename(path), named, 1, 0.8)
        if not near:
            return None
        found = named[near[0]]
        written = {ord(mark): quote(mark) for mark in "%#? "}  # as a link has them
        if found.startswith("static/"):
            return found.removeprefix("static").translate(written)
        return posixpath.relpath(found, posixpath.dirname(document)).translate(written)

    def from_root(self, path: str) -> str | None:
        """The URL of a page or a file named by its path on the site, `/about/`; None if there is none."""
        files = self.site.addresses == "files"
        bare = path.removesuffix(".html") if files else path
        for one in (bare, f"{bare}/"):
            if any(self._is_page(home, one) for home in self.homes if one.startswith(home)):
                page = files and one.endswith("/") and one not in self.homes
                return url(f"{one[1:-1]}.html" if page else one[1:], self.site.base_path)
        for folder in ("static", "content"):
            if folder + path in self.files:
                return self.file(folder + path)
        return url(path[1:], self.site.base_path) if path in self.places else None

    def _is_page(self, home: str, address: str) -> bool:
        path = address.removeprefix(home)
        if path.startswith("/"):  # one of the root's own, or `//`
            return False
        pages = [path, path.removesuffix("parallel/")] if self.site.side_by_side and home != "/" else [path]
        return path in self.places or any(one.endswith("/") and one[:-1] in self.addresses for one in pages)

    @staticmethod
    def _full(document: str, path: str) -> str:
        return posixpath.normpath(posixpath.join(posixpath.dirname(document), path))

    def _beside(self, document: str, path: str, language: Language) -> str | None:
        full = self._full(document, path)
        found = self.page(full, language)
        if found is None and full in self.files:
            found = self.file(full)
        return found


def refuse_no_picture(document: Document, link: str, report: Report) -> None:
    """Report what is to be shown as a picture and is a file of the site of another kind."""
    path = unquote(re.split(r"[?#]", link)[0])
    if not (_ELSEWHERE.match(link) or is_picture(path)):
        what = f"{link or 'an empty address'} is no picture"
        _tell(document, link, what, "name a file such as photo.jpg", report, _BEFORE_PICTURE)


def _tell(
    document: Document,
    link: str,
    message: str,
    hint: str,
    report: Report,
    before: re.Pattern[str] = _BEFORE_LINK,
    severity: Literal["error", "warning"] = "error",
) -> None:
    """Report a link wherever it stands: in the front matter's picture, and in the text, behind `before`."""
    image = document.metadata.image
    places = [document.places["image.src"]] if image and image.src == link else []
    found = list(_written(_without_code(document.body), link, before)) or [document.body.find(link)]
    for at in found if link and found[0] >= 0 else ():
        line, column = place(document.body, at)
        places.append((document.path, document.line + line, column))
    for one in places or [(document.path, 1, 1)]:
        report(Problem(*one, message, hint, severity))


def _written(body: str, link: str, before: re.Pattern[str]) -> Iterator[int]:
    """Where a link is written in a text, `before` being what stands before it in its line."""
    at = body.find(link) if link else -1
    while at >= 0:
        end = at + len(link)
        if before.search(body, body.rfind("\n", 0, at) + 1, at) and not _MORE.match(body, end):
            yield at
        at = body.find(link, end)


@lru_cache(1)
def _without_code(body: str) -> str:
    """A text with spaces in the place of its code."""
    return _CODE.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), body)


def collisions(paths: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str, str]]:
    """Pairs of owners of one output path, each once: `(path, first owner, second owner)`.

    A file where another path needs a folder counts too. Of several paths, as documents have in each
    language, it is that of the page which stands uppermost.
    """
    listed = list(paths)
    keys = collision_keys([path for path, _ in listed])
    files = set(keys)
    if len(files) == len(keys) and not files & _folders(files):
        return  # nearly always, in a third of the time
    seen: dict[str, str] = {}
    folders: dict[str, str] = {}
    listed.sort()  # said alike, whichever of them a build has made
    keys = collision_keys([path for path, _ in listed])
    found = []
    for key, (path, owner) in zip(keys, listed, strict=True):
        if key in seen:
            found.append((path, seen[key], owner))
            continue
        seen[key] = owner
        for folder in _folders((key,)):
            folders.setdefault(folder, owner)
    found += [(path, seen[path], folders[path]) for path in sorted(seen.keys() & folders.keys())]
    found.sort(key=lambda one: (one[0].count("/"), not one[0].endswith(".html")), reverse=True)
    for (first, second), path in {(first, second): path for path, first, second in found}.items():
        yield path, first, second


def _folders(paths: Iterable[str]) -> set[str]:
    """The folders that files stand in, and those that these stand in."""
    found: set[str] = set()
    level = {path.rpartition("/")[0] for path in paths} - {""}
    while level:
        found |= level
        level = {path.rpartition("/")[0] for path in level} - found - {""}
    return found


def _named(target: str, documents: Iterable[str]) -> bool:
    """Whether a link leads to one of these documents: to its file, or by its name to an address not known."""
    if not target.startswith("/"):
        return target in documents
    name = posixpath.basename(target).removesuffix(".html")
    stems = (posixpath.basename(path).rpartition(".")[0] for path in documents)
    return bool(name) and any(name in (stem, stem[len("2023-10-16-") :]) for stem in stems)
