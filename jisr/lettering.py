"""Text in pictures: broken into lines by its width, and drawn. The only importer of uharfbuzz and resvg_py.

HarfBuzz measures, as browsers do: Arabic letters are as wide as they are where they join. resvg draws, with
the order of mixed text by UAX #9. It takes no font but those that it is given, and for one family what
that family has, so each run of a line names the one it needs.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from html import escape
from pathlib import Path
from unicodedata import bidirectional, category, normalize

import resvg_py
import uharfbuzz
from msgspec import Struct

from jisr import raster
from jisr.bidi import isolate_runs
from jisr.fingerprint import fingerprint
from jisr.model import Phrase

VERSION = f"3 {resvg_py.__version__} {uharfbuzz.version_string()}"

SIZE = (1200, 630)
BOLD = 600

_SIGNS = {"So", "Sk", "Mn", "Me"}
"""Categories of symbols, and of marks on what stands before them."""

_LRM, _RLE, _PDF = "\u200e", "\u202b", "\u202c"
_OUTSIDE = re.compile(
    r"""
      <[^<>]*\b(?:href|src)\s*=\s*["'](?!\#|data:)
    | <[^<>]*url\(\s*["']?(?!\#|data:)
    | <style[^<>]*>[^<]*(?:@import|url\()
    | <!(?:DOCTYPE|ENTITY)
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""In a tag: what is text has no `<`."""


class Lettered(Struct, frozen=True):
    """A text in lines, each as SVG, in a size in pixels."""

    size: int
    lines: tuple[str, ...]


class _Font:
    def __init__(self, file: Path) -> None:
        self.file = file
        face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(file)))
        self.font = uharfbuzz.Font(face)
        self.family = face.get_name(uharfbuzz.OTNameIdPredefined.FONT_FAMILY) or file.stem
        self.weight = float(self.font.get_style_value(uharfbuzz.StyleTag.WEIGHT))
        self.bold = self.weight >= BOLD
        self.has = frozenset(face.unicodes)
        self.units = face.upem

    def width(self, text: str) -> float:
        """In ems."""
        buffer = uharfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        uharfbuzz.shape(self.font, buffer)
        return float(sum(position.x_advance for position in buffer.glyph_positions) / self.units)


class Lettering:
    """Lines and pictures in the fonts of some folders; of two files of one name the first wins."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = folders

    @cached_property
    def fonts(self) -> list[_Font]:
        """The fonts, by the names of their files."""
        files: dict[str, Path] = {}
        for folder in self.folders:
            for file in sorted((*folder.glob("*.ttf"), *folder.glob("*.otf"))):
                files.setdefault(file.name, file)
        return [_Font(file) for _, file in sorted(files.items())]

    @cached_property
    def mark(self) -> str:
        """Digest of the fonts."""
        files = ((font.file.name, font.file.read_bytes()) for font in self.fonts)
        return fingerprint(list(files))

    def lettered(
        self, phrase: Phrase, width: int, sizes: Sequence[int], lines: int, *, bold: bool
    ) -> Lettered:
        """A phrase in so many lines at most, in the first size in which it fits, or cut in the last."""
        text = self._without_signs(normalize("NFC", phrase.text))  # of letters taken apart resvg loses some
        fonts = self._chosen(text, bold=bold)
        space = self._width(" ", fonts)
        words = text.split()
        found, measured = [""], [("", 0.0)]
        size, wide = 1, 0.0
        for size in sizes:
            wide = width / size
            measured = [(word, self._width(word, fonts)) for word in words]
            measured = [pair if pair[1] <= wide else self._cut(pair[0], wide, fonts) for pair in measured]
            found = _balanced(measured, space, wide)
            if len(found) <= lines:
                break
        else:
            first = _broken(measured, space, wide)
            last, _ = self._cut(" ".join(first[lines - 1 :][:2]), wide, fonts)
            found = [*first[: lines - 1], last]
        rtl = phrase.language.direction == "rtl"
        shown = map(isolate_runs, found) if rtl else iter(found)
        return Lettered(size, tuple(_marked(self._runs(line, fonts), rtl=rtl) for line in shown))

    def drawn(self, svg: str) -> bytes:
        """A PNG with a palette. Raises `ValueError` where the SVG can't be drawn by itself."""
        if _OUTSIDE.search(svg):
            raise ValueError("it refers to something outside of it")
        width, height = SIZE
        files = [str(font.file) for font in self.fonts]
        made = resvg_py.svg_to_bytes(
            svg_string=svg, width=width, height=height, skip_system_fonts=True, font_files=files
        )
        return raster.with_few_colours(bytes(made))

    def _chosen(self, text: str, *, bold: bool) -> list[_Font]:
        """The fonts of a weight, the one first that has the most of the letters."""
        letters = [ord(character) for character in text if character.isalpha()]
        fonts = [font for font in self.fonts if font.bold == bold] or self.fonts
        return sorted(fonts, key=lambda font: -sum(letter in font.has for letter in letters))

    def _without_signs(self, text: str) -> str:
        """The text without signs that no font has, such as 🎉: they would leave gaps."""
        left = [
            character
            for character in text
            if category(character) not in _SIGNS or any(ord(character) in font.has for font in self.fonts)
        ]
        shown = re.sub(r"(?<!\w)\u200d+(?!\w)", "", "".join(left))  # joined two of them
        return shown if any(map(str.isalnum, shown)) else text

    def _runs(self, text: str, fonts: Sequence[_Font]) -> Iterator[tuple[_Font, str]]:
        """The text in pieces of one font each."""
        run, font = "", fonts[0]
        for character in text:
            if ord(character) in font.has and (font is fonts[0] or not character.isspace()):
                run += character
                continue
            needed = next((one for one in fonts if ord(character) in one.has), font)
            if needed is not font and run:
                yield font, run
                run = ""
            font = needed
            run += character
        yield font, run

    def _width(self, text: str, fonts: Sequence[_Font]) -> float:
        return sum(font.width(run) for font, run in self._runs(text, fonts))

    def _cut(self, text: str, width: float, fonts: Sequence[_Font]) -> tuple[str, float]:
        """The text with an ellipsis in the place of what doesn't fit, and its width."""
        words = text.split()
        while len(words) > 1 and self._width(f"{' '.join(words)}…", fonts) > width:
            words.pop()
        text = " ".join(words)
        while len(text) > 1 and self._width(f"{text}…", fonts) > width:
            text = text[:-1]
        shown = f"{text.rstrip('،,؛;:.')}…"
        return shown, self._width(shown, fonts)


def _balanced(words: Sequence[tuple[str, float]], space: float, width: float) -> list[str]:
    """As few lines as can be, none wider than that, and all about as wide."""
    lines = _broken(words, space, width)
    while len(lines) > 1:
        width *= 0.96
        narrower = _broken(words, space, width)
        if len(narrower) > len(lines) or width < max(size for _, size in words):
            break
        lines = narrower
    return lines


def _broken(words: Sequence[tuple[str, float]], space: float, width: float) -> list[str]:
    """Lines filled from the first on."""
    lines: list[str] = []
    left = 0.0
    for word, size in words:
        if lines and space + size <= left:
            lines[-1] += f" {word}"
            left -= space + size
        else:
            lines.append(word)
            left = width - size
    return lines


def _marked(runs: Iterable[tuple[_Font, str]], *, rtl: bool) -> str:
    """A line as SVG. resvg takes each text to be left-to-right, unless its characters say otherwise.

    It shapes all of a line in the font of its first run, and then replaces the first glyph of each cluster
    of another. Arabic letters can be several glyphs, so a run of their font, without any, has to come first.
    """
    runs = list(runs)
    arabic = next(
        (font for font, run in runs if any(bidirectional(c) in {"R", "AL"} for c in run)), runs[0][0]
    )
    runs.insert(0, (arabic, _RLE if rtl else _LRM))
    spans = "".join(
        f'<tspan font-family="{escape(font.family)}" font-weight="{font.weight:.0f}">{escape(run)}</tspan>'
        for font, run in runs
    )
    return spans + _PDF * rtl
