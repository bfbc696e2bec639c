"""Addresses: slugs, output paths, URLs.

Links are paths from the root of the host, the base URL's own path included: one rule that holds on
every page, the 404 page too (docs/decisions/0003-links-from-the-root.md).
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Literal
from urllib.parse import quote, unquote, urlsplit

from jisr.model import Language, Rendering

_UNSPOKEN = re.compile(r"[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u08d3-\u08ff]")
"""Harakat, Koranic marks and tatweel: written or left out at will."""

_HYPHENS = re.compile(r"-+")
_NO_HOST = re.compile(r"[\x00-\x20\x7f%<>\\^|]")
"""What no host may have, decoded: https://url.spec.whatwg.org/#forbidden-domain-code-point."""

_KEPT = 1024
"""Slugs and URLs that are kept: names of tags and authors, addresses on pages that are made together."""

SLUG_BYTES = 120
"""An Arabic letter is 2 bytes and six characters of an address; ext4's limit on a name is 255 bytes."""


@lru_cache(_KEPT)
def slug(text: str) -> str:
    """The text as a part of an address: NFKC, lower case, words joined by hyphens; may be empty."""
    plain = unicodedata.normalize("NFKC", text).lower()
    plain = _UNSPOKEN.sub("", plain)
    joined = _HYPHENS.sub("-", "".join(map(_in_slug, plain))).strip("-")
    encoded = unicodedata.normalize("NFC", joined).encode()
    cut = encoded[:SLUG_BYTES].decode(errors="ignore")
    if encoded[SLUG_BYTES : SLUG_BYTES + 1] not in (b"", b"-"):
        cut = cut.rpartition("-")[0] or cut
    return cut.strip("-")


def _in_slug(character: str) -> str:
    """Letters, marks and numbers as they are, nothing for invisible controls, a hyphen for the rest."""
    kind = unicodedata.category(character)[0]
    return character if kind in "LMN" else "" if kind == "C" and character not in "\n\t" else "-"


def page_path(address: str, prefix: str, addresses: Literal["folders", "files"]) -> str:
    """Output path of a page: `("articles/name", "en")` → `en/articles/name/index.html`.

    Among `files` it is `en/articles/name.html`; a home page, which has no address, is its folder's index.
    """
    place = f"{prefix}/{address}" if prefix and address else prefix or address
    if addresses == "files" and address:
        return f"{place}.html"
    return f"{place}/index.html" if place else "index.html"


def edition_path(address: str, language: Language, site: Rendering) -> str:
    """Output path of a page in a language of the site."""
    return page_path(address, site.prefix(language), site.addresses)


def edition_url(address: str, language: Language, site: Rendering) -> str:
    """The link to it."""
    return url(edition_path(address, language, site), site.base_path)


@lru_cache(_KEPT)  # a page has a dozen of them, most of them on others too
def url(output_path: str, base_path: str) -> str:
    """The link to an output: percent-encoded, from the host's root, without `index.html`."""
    shown = output_path.removesuffix("index.html") if output_path.endswith("index.html") else output_path
    if shown and not (shown.endswith("/") or shown == output_path):
        shown = output_path  # a name that merely ends so: old-index.html
    return base_path + quote(shown, safe="/~!$&'()*+,;=:@-._")


def absolute(link: str, base_url: str) -> str:
    """The full address of a link that begins at the host's root, or with a host; of any other, itself."""
    if link.startswith("//"):
        return f"{base_url.partition(':')[0]}:{link}"
    return _host(base_url) + link if link.startswith("/") else link


@cache
def _host(base_url: str) -> str:
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}"


def is_address(link: str) -> bool:
    """Whether a link that begins with a scheme or a host has a host that browsers take, and a port if any."""
    try:
        parts = urlsplit(link)
        _ = parts.port  # raises for one that isn't a port
    except ValueError:
        return False
    return bool(parts.hostname) and not _NO_HOST.search(unquote(parts.netloc))


def collision_key(output_path: str) -> str:
    """Equal for paths that some file system or server takes for one: by case, by NFC and NFD."""
    if output_path.isascii():  # nearly all, and ten times faster
        return output_path.lower()
    return unicodedata.normalize("NFC", output_path).casefold()


def collision_keys(output_paths: Sequence[str]) -> list[str]:
    """The key of each path. A look at all of them together says that most sites' are their own keys."""
    together = "\n".join(output_paths)
    if together.casefold() == together and unicodedata.is_normalized("NFC", together):
        return list(output_paths)
    return [collision_key(path) for path in output_paths]
