"""The blocks of a Markdown text as an editor sees them: what stands between blank lines, and in what.

Positions are kept, which Python-Markdown doesn't do. What Python-Markdown makes of a block isn't known here.
"""

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

ITEM = re.compile(r"(?P<indent>[ ]{0,3})(?:[-*+]|[0-9]{1,3}\.)[ \t]+\S")
_CONTAINER = re.compile(r"[ ]{0,3}(?:[-*+][ \t]|\d+\.[ \t]|:[ \t]|\[\^[^\]]+\]:|!!!|\?\?\?)")
FENCE = re.compile(r"(?P<marks>`{3,}|~{3,})(?P<rest>[^`\n]*)")
_RAW = re.compile(r"<(?:/?(?:address|article|aside|blockquote|details|div|dl|fieldset|figcaption|figure|"
                  r"footer|form|h[1-6]|header|hr|iframe|main|nav|ol|p|pre|script|section|style|summary|table|ul|video)"
                  r"[\s>/]|!--)", re.IGNORECASE)  # fmt: skip

FILLED = "\ufffc"
"""Stands for each character of what isn't prose: neither a letter nor a space."""

_INLINE = re.compile(
    r"""(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`)       # code
    | <!--.*?-->
    | <(?P<tag>bdi|code|kbd|samp)\b[^<>]*>.*?</(?P=tag)> # what reads by itself
    | <(?:[a-zA-Z/!][^<>]*|[^<>\s]+@[^<>\s]+)>           # tags, addresses in brackets
    | \]\((?:[^()\n]|\([^()\n]*\))*\)                    # where a link leads
    | \]\[[^\[\]\n]*\]                                   # the name of a reference
    | \[\^[^\[\]\n]*\]:?                                 # a footnote's mark
    | ^[ ]{0,3}\*?\[[^\]\n]+\]:.*$                       # what a reference or an abbreviation stands for
    | https?://[^\s<>()،؛؟«»]+
    | (?<![\w.+-])[\w.+-]{1,64}@[\w-]+\.[\w.-]*\w        # an e-mail address
    | &\#?\w+;                                           # an entity
    | \{:?[ ]*[#.][^}\n]*\}                              # attributes
    | \\[\\`*_{}\[\]()>\#+.!-]                           # a sign that is no markup
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)


class Chunk(Struct, frozen=True):
    """Lines between blank lines, from index `at` on. `within` is whether they belong to an item or a note.

    `kind`: prose of any kind, a fence of code, an indented block of code, raw HTML.
    """

    at: int
    lines: tuple[str, ...]
    kind: Literal["text", "fence", "code", "html"]
    within: bool = False

    @property
    def text(self) -> str:
        """The lines as they stand."""
        return "\n".join(self.lines)

    def places(self) -> Iterator[tuple[int, str]]:
        """Each line with the index where it begins."""
        at = self.at
        for line in self.lines:
            yield at, line
            at += len(line) + 1


def chunks(text: str) -> list[Chunk]:
    """The chunks of a text, in order. A fence that isn't closed is text."""
    found: list[Chunk] = []
    gathered: list[str] = []
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    within = False
    number = begun = 0

    def close() -> None:
        nonlocal gathered, within
        if gathered:
            first = gathered[0]
            indent = len(first) - len(first.lstrip(" \t")) + 3 * first.count("\t", 0, 1)
            inside = within and indent > 0
            if indent == 0:
                within = _CONTAINER.match(first) is not None
            code = indent >= (8 if inside else 4) and not (inside and _CONTAINER.match(first.strip()))
            kind: Literal["text", "code", "html"] = "text"
            if code:
                kind = "code"
            elif _RAW.match(first):
                kind = "html"
            found.append(Chunk(starts[begun], tuple(gathered), kind, inside))
        gathered = []

    while number < len(lines):
        line = lines[number]
        fence = FENCE.match(line)
        end = _end_of_fence(lines, number, fence["marks"]) if fence else None
        if end is not None:
            close()
            found.append(Chunk(starts[number], tuple(lines[number : end + 1]), "fence"))
            number = end + 1
            continue
        if not line.strip():
            close()
        else:
            if not gathered:
                begun = number
            gathered.append(line)
        number += 1
    close()
    return found


def _end_of_fence(lines: list[str], begin: int, marks: str) -> int | None:
    for number in range(begin + 1, len(lines)):
        if lines[number].rstrip() == marks:
            return number
    return None


def prose(text: str) -> str:
    """A text of the same length with its code, tags, addresses and names of references filled in."""
    return _INLINE.sub(_fill, text)


def body_prose(body: str, found: list[Chunk]) -> str:
    """The same for a whole body with its chunks: blocks of code too."""
    pieces = []
    done = 0
    for chunk in found:
        pieces.append(body[done : chunk.at])
        text = chunk.text
        pieces.append(re.sub(r"[^\n]", FILLED, text) if chunk.kind in ("fence", "code") else prose(text))
        done = chunk.at + len(text)
    return "".join([*pieces, body[done:]])


def _fill(found: re.Match[str]) -> str:
    text = found[0]
    if text[0] == "\\":
        return FILLED * 2
    return text if text.isspace() else re.sub(r"[^\n]", FILLED, text)
