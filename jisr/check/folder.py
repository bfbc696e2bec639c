"""The built site as a web server would answer it: which address leads to which file."""

import re
import zlib
from base64 import b64encode
from dataclasses import dataclass
from functools import cached_property
from hashlib import new as hash_by
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from jisr.urls import absolute, url

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_HOST = re.compile(
    r"(?:(?:[^\s./@:]+\.)+[^\s./@:]{2,}\.?|(?:[0-9]{1,3}\.){3}[0-9]{1,3}|localhost|\[[0-9a-f:]+\])(?::[0-9]+)?"
)
_TWICE = re.compile(r"https?://https?(?::|//|%3a)", re.IGNORECASE)
_NAME = r"[^\s@?,]+@[^\s@?,]+\.[^\s@?,]+"
_MAIL = re.compile(rf"mailto:(?:{_NAME}(?:,{_NAME})*(?:\?\S*)?|\?\S+)", re.IGNORECASE)  # RFC 6068
_TELEPHONE = re.compile(r"tel:\+?(?:[0-9().*-]|%23)+(?:;\S*)?", re.IGNORECASE)
_TRAILING = ("،", "؛", "؟", "»", "”", ",", "…")

_TEXTS = (".css", ".js", ".svg", ".json", ".html", ".xml", ".txt", ".webmanifest")


class Target(NamedTuple):
    """Where a link leads: a file of the site with a fragment, a place without a file, or out of the site."""

    kind: Literal["file", "nowhere", "outside"]
    path: str = ""
    fragment: str = ""


@dataclass(frozen=True)
class Folder:
    """The files of a built site at `root`; it is to stand at `base_url`, on whose host it has `base_path`."""

    root: Path
    base_url: str
    base_path: str
    files: frozenset[str]

    @cached_property
    def known(self) -> dict[str, Target]:
        """What links from the root of the host lead to; those of the menu stand on every page."""
        return {}

    @cached_property
    def weights(self) -> dict[str, int]:
        """What files weigh that have been asked for."""
        return {}

    @cached_property
    def digests(self) -> dict[tuple[str, str], str]:
        """Digests of files that have been asked for, by path and algorithm."""
        return {}

    @cached_property
    def host(self) -> str:
        """Scheme and host of the site."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"

    def address(self, path: str) -> str:
        """The full address of a file."""
        return absolute(url(path, self.base_path), self.base_url)

    def read(self, path: str) -> str:
        """The text of a file; what isn't UTF-8 in it is replaced."""
        return (self.root / path).read_text(encoding="utf-8", errors="replace")

    def weight(self, path: str) -> int:
        """Bytes of a file as a server sends it: a text packed."""
        if path not in self.weights:
            content = (self.root / path).read_bytes()
            self.weights[path] = packed(content) if path.endswith(_TEXTS) else len(content)
        return self.weights[path]

    def digest(self, path: str, algorithm: str) -> str:
        """The digest of a file as `integrity` names it, after the algorithm."""
        key = path, algorithm
        if key not in self.digests:
            digest = hash_by(algorithm, (self.root / path).read_bytes()).digest()
            self.digests[key] = b64encode(digest).decode()
        return self.digests[key]

    def target(self, link: str, base: str) -> Target:
        """Where a link on the page with the address `base` leads.

        Raises `ValueError` for what is no address.
        """
        if link in self.known:
            return self.known[link]
        found = self._target(link.strip(), base)
        if link.startswith(("/", "http")):
            self.known[link] = found
        return found

    def _target(self, link: str, base: str) -> Target:
        scheme = _SCHEME.match(link)
        if scheme and scheme[0].lower() not in ("http:", "https:"):
            return Target("outside")
        full = urlsplit(urljoin(base, link.replace("\\", "/")))  # as browsers read it
        if f"{full.scheme}://{full.netloc}" != self.host:
            return Target("outside")
        fragment = unquote(full.fragment)
        path = unquote(full.path) or "/"
        top = unquote(self.base_path)
        if not path.startswith(top):
            own = path + "/" == top
            elsewhere = bool(scheme or link.startswith("//"))  # another site on the same host
            return Target("file" if own else "outside" if elsewhere else "nowhere", "index.html", fragment)
        path = path[len(top) :]
        if not path or path.endswith("/"):
            tried = [f"{path}index.html"]
        else:  # servers of static sites answer these too
            tried = [path, f"{path}/index.html", f"{path}.html"]
        for one in tried:
            if one in self.files:
                return Target("file", one, fragment)
        return Target("nowhere", tried[0], fragment)


def packed(content: bytes) -> int:
    """Bytes of a text as servers send it, by gzip."""
    return len(zlib.compress(content, 6)) + 12


def odd_address(link: str) -> tuple[str, str] | None:
    """What is wrong with the form of an address that leads out of the site, and what to do."""
    scheme = _SCHEME.match(link)
    name = scheme[0].lower() if scheme else ""
    if any(character.isspace() for character in link.strip()) or link != link.strip():
        return f"a space stands in the address {link.strip()}", "take it out, or write %20"
    if name == "mailto:" and not _MAIL.fullmatch(link):
        return f"{link} is no e-mail address", "write mailto:name@example.org"
    if name == "tel:" and not _TELEPHONE.fullmatch(link):
        return f"{link} is no telephone number", "write tel:+ and digits"
    if name not in ("http:", "https:", "") or not (name or link.startswith("//")):
        return None
    if "\\" in link:
        return f"a backslash stands in the address {link}", "write /"
    if _TWICE.match(link):
        return f"the address {link} begins twice", "write https:// once"
    try:
        host = urlsplit(link).netloc.rpartition("@")[2]
    except ValueError:
        return f"{link} is not an address", "check its brackets"
    if not _HOST.fullmatch(host):
        return f"the address {link} has no sound host", "write https://host.org/path"
    if link.endswith(_TRAILING):
        return f"a mark of the sentence stands in the address {link}", "put a space, or the address in <…>"
    return None
