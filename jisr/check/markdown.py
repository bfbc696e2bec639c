"""Markdown that doesn't mean what it looks like.

Each rule is one of Python-Markdown's that differs from what people expect; docs/check.md shows them.
"""

import re
from collections.abc import Callable, Iterable

from jisr.check.blocks import FENCE, FILLED, ITEM, Chunk
from jisr.check.findings import Say
from jisr.check.typography import HAS_ARABIC
from jisr.model import Language
from jisr.read.segments import reference_key

_ANY_ITEM = re.compile(r"(?P<indent> *)(?:[-*+]|\d{1,3}\.)[ \t]+\S")
_EASTERN_ITEM = re.compile(r"[ ]{0,3}(?P<number>[\u0660-\u0669\u06f0-\u06f9]{1,3})(?P<mark>[.)-])[ \t]+\S")
_INVISIBLE = re.compile(
    "(?P<mark>[\u200b\u200e\u200f\u061c\ufeff\u00a0]+)(?:#|[-*+][ ]|>|\\d+\\.[ ]|```|~~~)"
)
_HASH = re.compile(r"(?P<hashes>#{1,6})(?P<word>[^\s#{:|].*)")
_SETEXT = re.compile(r"(?:-+|=+)[ \t]*")
_SENTENCE = re.compile(r"[.؟!…:؛،»”]\s*$")
_ROW = re.compile(r"[ ]{0,3}\|.*\||[^|\n]+(?:\|[^|\n]+){2,}")
_SEPARATOR = re.compile(r"[ ]{0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_PIPE = re.compile(r"(?<!\\)\|")
_NOTE = re.compile(r"!!![ ]*\S")
_CODE_SIGN = re.compile(r"[{}=<>;$\\|]|\(\)|::|//")
_STRONG = re.compile(r"(\*{1,3}|_{1,3})(?=\S)(?:(?!\1).)+?\1", re.DOTALL)
_OPEN_MARK = re.compile(
    r"(?:(?<=[\s(«“\"])|^)\*{1,3}(?=[^\s*])|(?<=[^\s*])\*{1,3}(?=[\s.,،؛؟!:)»”]|$)", re.MULTILINE
)
_OPEN_LINK = re.compile(r"\]\([^()\s]*(?=\s|$)(?![ \t]+[\"'][^\n]*\))")
_LINK = re.compile(r"!?\[[^\[\]]*\]\((?:[^()\n]|\([^()\n]*\))*\)")
_SPACED_LINK = re.compile(r"\[(?P<words>[^\[\]\n]+)\][ \t]+\((?P<to>(?:https?://|/|\.\.?/|#)[^()\s]*)\)")
_TURNED_LINK = re.compile(
    r"\((?P<words>[^()\n]+)\)\[(?P<to>(?:https?://|/|\.\.?/|#)[^\[\]\s]+|[^\[\]\s]+\.md)\]"
)
_REFERENCE = re.compile(r"(?<!!)\[(?P<words>[^\[\]\n]+)\][ ]?\[(?P<name>[^\[\]\n^]*)\]")
_FOOTNOTE = re.compile(r"\[\^(?P<name>[^\[\]\s]+)\](?!:)")
_DEFINITION = re.compile(r"^[ ]{0,3}\[(?P<name>[^\]\n]+)\]:", re.MULTILINE)
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)

_OPENED = re.compile(
    r"[ ]{0,3}<(?P<tag>address|article|aside|blockquote|details|div|dl|figure|footer|header|nav|ol|section|"
    r"table|ul)\b[^<>]*>",
    re.IGNORECASE,
)

Pieces = Callable[[Chunk], str]
"""The text of a chunk with what isn't prose filled in."""


def markdown(found: Iterable[Chunk], body: str, prose: Pieces, source: Language, say: Say) -> None:
    """What in a body doesn't mean what it looks like."""
    found = list(found)
    names = {reference_key(one["name"]) for one in _DEFINITION.finditer(body)}
    for number, chunk in enumerate(found):
        after = found[number + 1] if number + 1 < len(found) else None
        if chunk.kind == "code":
            _code(chunk, source, say)
        elif chunk.kind != "fence":
            _invisible(chunk, say)
            _fences(chunk, say)
            _lists(chunk, found[number - 1] if number and chunk.within else None, say)
            _headings(chunk, say)
            _notes(chunk, after, say)
            if chunk.kind == "text":
                _tables(chunk, say)
            else:
                _elements(chunk, body, say)
            _marks(chunk, prose(chunk), say)
            _links(chunk, names, say)


def _elements(chunk: Chunk, body: str, say: Say) -> None:
    """An element that is never closed: all that follows is in it, and no Markdown."""
    opened = _OPENED.match(chunk.lines[0])
    if not opened:
        return
    tag, depth = opened["tag"], 0
    for found in re.finditer(rf"<(?P<end>/?){tag}\b", body[chunk.at :], re.IGNORECASE):
        depth += -1 if found["end"] else 1
        if not depth:
            return
    what = f"the element <{tag}> is never closed: what follows stands in it, and isn't read as Markdown"
    say("markdown-html", chunk.at, what, f"end it with </{tag}>")


def _invisible(chunk: Chunk, say: Say) -> None:
    for at, line in chunk.places():
        if found := _INVISIBLE.match(line):
            code = ord(found["mark"][0])
            kind = "markdown-heading" if line[found.end("mark")] == "#" else "markdown-list"
            sign = line[found.end("mark")]
            what = f"the invisible character U+{code:04X} before `{sign}` hides it from Markdown"
            say(kind, at, what, "delete it and type the line's beginning again")


def _fences(chunk: Chunk, say: Say) -> None:
    for at, line in chunk.places():
        bare = line.lstrip(" ")
        if (fence := FENCE.match(bare)) and line != bare:
            what = "an indented fence makes no block of code"
            say(
                "markdown-code",
                at,
                what,
                f"begin {fence['marks']} at the start of the line, or indent the code itself",
            )
            return
        if fence:
            what = f"the block of code that begins with {fence['marks']} is never closed"
            say("markdown-code", at, what, f"end it with a line {fence['marks']}")
            return


def _lists(chunk: Chunk, before: Chunk | None, say: Say) -> None:
    """Items that are none, or that stand beside the item above instead of within it.

    `before` is what stands above in the same item.
    """
    lines = list(chunk.places())
    above = next(filter(None, map(_ANY_ITEM.match, reversed(before.lines))), None) if before else None
    opened = (
        chunk.within or bool(ITEM.match(lines[0][1])) or lines[0][1].lstrip()[:1] in ("!", ":", "|", "<", "[")
    )
    previous = ""
    for at, line in lines:
        if (not previous or opened) and (eastern := _EASTERN_ITEM.match(line)):
            number = "".join(str(int(digit)) for digit in eastern["number"])
            what = f"the number {eastern['number']}{eastern['mark']} begins no sound list"
            say("markdown-list", at, what, f"write {number}. with ASCII digits: the page shows its own")
        elif not opened and previous and ITEM.match(line) and not previous.startswith(("#", ">")):
            what = "the line looks like an item of a list and belongs to the paragraph above"
            say("markdown-list", at, what, "leave a blank line before the list")
            return
        elif above and (item := _ANY_ITEM.match(line)) and 0 < _further(item, above) < 4:
            what = "the item isn't within the one above: it is indented by fewer than four spaces"
            say("markdown-list", at, what, "indent it by four spaces")
        above = _ANY_ITEM.match(line) or above
        if line.startswith("#"):
            opened = False
        previous = "" if line.startswith("#") else line
        opened = opened or (not previous and bool(ITEM.match(line)))


def _further(item: re.Match[str], above: re.Match[str]) -> int:
    """By how many spaces an item is indented further than the one above."""
    return len(item["indent"]) - len(above["indent"])


def _headings(chunk: Chunk, say: Say) -> None:
    lines = list(chunk.places())
    for at, line in lines:
        if (found := _HASH.match(line)) and not line.startswith(("#!", "#}")):
            word = found["word"].split()[0]
            what = (
                f"`{found['hashes']}{word}` begins a heading, although no space follows the {found['hashes']}"
            )
            hashes = found["hashes"]
            hint = f"write {hashes} {word} for a heading, \\{hashes}{word} for the words themselves"
            say("markdown-heading", at, what, hint)
    if len(lines) > 1 and _SETEXT.fullmatch(lines[1][1]) and not chunk.within:
        first = lines[0][1]
        if _SENTENCE.search(first) or len(lines[1][1].rstrip()) < 3:
            what = f"the line `{lines[1][1].strip()}` makes a heading of the one above"
            say("markdown-heading", lines[1][0], what, "leave a blank line between the two")


def _tables(chunk: Chunk, say: Say) -> None:
    lines = list(chunk.places())
    separators = [n for n, (_, line) in enumerate(lines) if "|" in line and _SEPARATOR.fullmatch(line)]
    rows = [n for n, (_, line) in enumerate(lines) if _ROW.fullmatch(line.rstrip())]
    if not separators:
        if len(rows) > 1 and rows[0] + 1 == rows[1]:
            what, hint = (
                "the lines look like a table and have no line of hyphens",
                "add | --- | --- | below the first",
            )
            say("markdown-table", lines[rows[0]][0], what, hint)
        return
    number = separators[0]
    if number == 0:
        what, hint = "the table has no row of headings above its line of hyphens", "add one"
    elif number > 1:
        what, hint = "the lines above the table keep it from being one", "leave a blank line before the table"
    elif (cells := _cells(lines[0][1])) != (wanted := _cells(lines[1][1])):
        what = f"the table's line of hyphens has {wanted} cells, its headings {cells}"
        hint = "give both as many"
    else:
        return
    say("markdown-table", lines[max(number - 1, 0)][0], what, hint)


def _cells(row: str) -> int:
    return len(_PIPE.split(row.strip().removeprefix("|").removesuffix("|")))


def _code(chunk: Chunk, source: Language, say: Say) -> None:
    """Indented prose: words of the source language without a sign of code."""
    text = chunk.text
    letters = [character for character in text if character.isalpha()]
    own = HAS_ARABIC.findall(text) if source.direction == "rtl" else []
    if letters and len(own) * 2 > len(letters) and not _CODE_SIGN.search(text):
        say(
            "markdown-code",
            chunk.at,
            "the indented paragraph became a block of code",
            "begin it at the start of the line",
        )


def _notes(chunk: Chunk, after: Chunk | None, say: Say) -> None:
    lines = list(chunk.places())
    for number, (at, line) in enumerate(lines):
        if _NOTE.match(line):
            below = lines[number + 1][1] if number + 1 < len(lines) else ""
            inside = below.startswith("    ") if below else bool(after and after.lines[0].startswith("    "))
            if not inside:
                say("markdown-note", at, "the note has no text", "indent its text by four spaces")


def _marks(chunk: Chunk, prose: str, say: Say) -> None:
    """Backticks and marks of emphasis without a partner in their block."""
    if "`" in prose and not FENCE.match(prose.lstrip()):
        at = prose.index("`")
        say("markdown-code", chunk.at + at, "a ` has no partner in its block", "close the code, or write \\`")
    if "*" not in prose:
        return
    rest = prose
    for at, line in Chunk(0, tuple(prose.split("\n")), "text").places():
        if (item := ITEM.match(line)) and line.lstrip()[0] == "*":  # the mark of an item
            star = at + len(item["indent"])
            rest = f"{rest[:star]} {rest[star + 1 :]}"
    rest = _STRONG.sub(lambda found: FILLED * len(found[0]), rest)
    if found := _OPEN_MARK.search(rest):
        what = f"`{found[0]}` has no partner in its block"
        say(
            "markdown-emphasis",
            chunk.at + found.start(),
            what,
            f"close the emphasis, or write \\{found[0][0]}",
        )


def _links(chunk: Chunk, names: set[str], say: Say) -> None:
    text = _CODE.sub(lambda found: FILLED * len(found[0]), chunk.text)
    bare = _LINK.sub(lambda found: FILLED * len(found[0]), text)
    for found in _SPACED_LINK.finditer(bare):
        what = f"a space stands between [{found['words']}] and its address"
        say("markdown-link", chunk.at + found.start(), what, f"write [{found['words']}]({found['to']})")
    for found in _TURNED_LINK.finditer(bare):
        what = f"the brackets of the link to {found['to']} are the wrong way round"
        say("markdown-link", chunk.at + found.start(), what, f"write [{found['words']}]({found['to']})")
    for found in _OPEN_LINK.finditer(bare):
        say("markdown-link", chunk.at + found.start(), "the link's address is never closed", "end it with )")
    for found in _REFERENCE.finditer(bare):
        name = found["name"] or found["words"]
        if reference_key(name) not in names:
            what = f"the reference [{name}] is defined nowhere"
            say("markdown-link", chunk.at + found.start(), what, f"add a line [{name}]: https://…")
    for found in _FOOTNOTE.finditer(bare):
        if f"^{found['name'].lower()}" not in names:
            what = f"the footnote [^{found['name']}] is defined nowhere"
            say(
                "markdown-link",
                chunk.at + found.start(),
                what,
                f"add a line [^{found['name']}]: and its text",
            )
