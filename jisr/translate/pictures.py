"""How pages show the site's own pictures: their sizes, and smaller ones of them to take instead."""

import re
from collections.abc import Callable, Iterable, Mapping
from html import escape, unescape

from jisr.model import ImageSettings, PictureFacts, Rendering, Sized, Source
from jisr.urls import url

TALLEST = 16_383
"""Pixels of a WebP's side."""

FOLDER = "sized"
"""Where smaller pictures stand on the site. What is at an address there never changes."""

SUFFIXES = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".pjpeg", ".pjp", ".png", ".apng", ".webp", ".avif", ".gif", ".svg",
    ".heic", ".heif", ".jxl", ".tif", ".tiff",
)  # fmt: skip
"""Of the files that are looked at."""

_LEFT_ALONE = r"<!--.*?-->|<(?P<tag>script|style|textarea|template|picture)\b.*?</(?P=tag)\s*>"
_IMG = re.compile(
    rf"""{_LEFT_ALONE}|(?P<img><img\b(?P<inside>(?:[^<>"']|"[^"]*"|'[^']*')*)>)""", re.IGNORECASE | re.DOTALL
)
_ATTRIBUTE = re.compile(r"""(?P<name>[^\s"'=/<>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+)))?""")


def is_picture(path: str) -> bool:
    """Whether a file is called a picture."""
    return path.lower().endswith(SUFFIXES)


class Pictures:
    """The site's pictures. There are none where the settings want nothing done to them."""

    def __init__(
        self, site: Rendering, facts: Mapping[str, PictureFacts], sources: Mapping[str, Source]
    ) -> None:
        """`facts` and `sources` are the pictures' by their paths; one that changed meanwhile has no facts."""
        self.settings: ImageSettings | None = site.images
        self.base_path = site.base_path
        self.facts, self.sources = facts, sources
        self.paths = {url(path.partition("/")[2], site.base_path): path for path in sources}

    def stamp(self, path: str) -> str:
        """What of a picture the pages stand on that show it; nothing of one that isn't there, or known."""
        return self.sources[path].digest if path in self.facts else ""

    def at(self, address: str) -> str | None:
        """The path of the picture at an address."""
        return self.paths.get(address)

    def sized(self, path: str) -> Sized | None:
        """How pages show a picture; None where nothing is known of it."""
        facts = self.facts.get(path)
        if not facts or not facts.width:
            return None
        sources = []
        for form in self.settings.formats if self.settings else ():
            listed = [(width, self._address(path, width, form)) for width in self._widths(facts, form)]
            if facts.format == form and facts.scalable and facts.width <= max(self._all(), default=0):
                listed.append((facts.width, url(path.partition("/")[2], self.base_path)))
            if listed:
                sources.append(
                    (f"image/{form}", ", ".join(f"{address} {width}w" for width, address in listed))
                )
        return Sized(facts.width, facts.height, tuple(sources))

    def derived(self, path: str) -> Iterable[tuple[str, int, str]]:
        """The smaller pictures that pages take instead: output path, width, format."""
        for form in self.settings.formats if self.settings else ():
            for width in self._widths(self.facts[path], form):
                yield self._output(path, width, form), width, form

    def in_body(self, html: str, seen: Callable[[str], None]) -> str:
        """The HTML with its pictures as pages show them; `seen` is given the path of each."""

        def shown(found: re.Match[str]) -> str:
            return self._tag(found["img"], found["inside"], seen) if found["img"] else found[0]

        return _IMG.sub(shown, html) if self.paths and "<img" in html.lower() else html

    def _tag(self, tag: str, inside: str, seen: Callable[[str], None]) -> str:
        own = {
            found["name"].lower(): unescape(next(filter(None, found.groups()[1:]), ""))
            for found in _ATTRIBUTE.finditer(inside)
        }
        path = self.at(own.get("src", ""))
        if path is None or "srcset" in own:
            return tag
        seen(path)
        sized = self.sized(path)
        added = {"loading": "lazy", "decoding": "async"}
        if sized and not {"width", "height"} & own.keys():
            added = {"width": str(sized.width), "height": str(sized.height)} | added
        missing = "".join(f' {name}="{value}"' for name, value in added.items() if name not in own)
        image = f"{tag[:-1].rstrip('/ ')}{missing}>"
        if not sized or not sized.sources or not self.settings:
            return image
        width = own.get("width", "")
        sizes = f"{width}px" if width.isascii() and width.isdigit() else escape(self.settings.sizes)
        sources = (
            f'<source type="{kind}" srcset="{escape(srcset)}" sizes="{sizes}">'
            for kind, srcset in sized.sources
        )
        return f"<picture>{''.join(sources)}{image}</picture>"

    def _all(self) -> tuple[int, ...]:
        return self.settings.widths if self.settings else ()

    def _widths(self, facts: PictureFacts, form: str) -> tuple[int, ...]:
        """The widths that are made: those below the picture's own, and its own if none is above it."""
        if not facts.scalable:
            return ()
        most = TALLEST * facts.width // max(facts.height, 1)  # a wider one would be too tall
        smaller = tuple(width for width in self._all() if width < facts.width and width <= most)
        # In its own format it is there already.
        whole = facts.width <= min(most, max(self._all(), default=0)) and facts.format != form
        return (*smaller, facts.width) if whole else smaller

    def _output(self, path: str, width: int, form: str) -> str:
        return f"{FOLDER}/{self.sources[path].digest[:16]}-{width}.{form}"

    def _address(self, path: str, width: int, form: str) -> str:
        return url(self._output(path, width, form), self.base_path)
