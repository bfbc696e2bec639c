"""What a message is: the rules by which blocks become msgids.

These rules are a data format: a change to them orphans translators' work, and the golden files of
the tests freeze them (docs/decisions/0002-segments.md).
"""

import re
from collections.abc import Container

_BREAK = re.compile(r"[ \t]*\n[ \t\n]*")
_NOT_PROSE = re.compile(
    r"""(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`)   # code
    | <[^<>]*>                                        # tags, comments, addresses in brackets
    | \]\([^()\n]*\)                                  # where a link leads
    | \]\[[^\[\]\n]*\]                                # the name of a reference
    | \[\^[^\[\]\n]*\]                                # a footnote's mark
    | https?://\S+
    | (?<![\w.+-])[\w.+-]{1,64}@[\w-]+\.[\w.-]+       # an e-mail address
    | &\#?\w+;                                        # an entity
    """,
    re.VERBOSE | re.DOTALL,
)
_COULD_BE_NO_PROSE = re.compile(r"[`<\]&@/]")
_LETTER = re.compile(r"[^\W\d_]")
_SURE_PROSE = re.compile(r"[^`<\]&@/^]*?[^\W\d_]\s")
"""A word before anything that could be none: enough for nearly every text."""

_REFERENCE_PART = re.compile(r"\\.|(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`)|[\[\]]", re.DOTALL)
_REFERENCE_NAME = re.compile(r"\s?\[(?P<name>[^\]]*)\]")
_AFTER_LABEL = re.compile(r"\]\s?$")
_SPACES = re.compile(r"\s+")

INLINE = re.compile(r"[\\`*_\[<&{\n\x02]")
"""Some character that inline Markdown could read; a text without one is just text."""


def normalise(text: str) -> str:
    """A block's text as its msgid: wrapped lines joined by a space, hard breaks as two spaces and `\\n`."""
    text = text.strip()
    if "\n" not in text:
        return text
    return _BREAK.sub(lambda found: "  \n" if "  \n" in found[0] else " ", text)


def has_prose(text: str) -> bool:
    """Whether a letter stands outside code, addresses and tags: else there is nothing to translate."""
    return bool(_SURE_PROSE.match(text) or _LETTER.search(prose(text)))


def prose(text: str) -> str:
    """What of a text is read aloud: code, addresses, tags and the marks of footnotes left out."""
    return _NOT_PROSE.sub(" ", text) if _COULD_BE_NO_PROSE.search(text) else text


def expand_references(text: str, references: Container[str]) -> str:
    """`[x]` and `[x][]` as `[x][x]` where x is a reference, else the link dies when x is translated."""
    if "[" not in text:
        return text
    opened: list[int] = []
    pieces: list[str] = []
    done = 0
    for found in _REFERENCE_PART.finditer(text):
        if found[0] == "[":
            opened.append(found.start())
        elif found[0] == "]" and opened:
            start, end = opened.pop() + 1, found.start()
            label = text[start:end]
            # Python-Markdown has taken code out by the time it looks for references: `[`x`][]` is none.
            if start < done or "`" in label or text[end + 1 : end + 2] == "(":
                continue
            if _AFTER_LABEL.search(text, done, start - 1):  # the name of the link before it
                continue
            named = _REFERENCE_NAME.match(text, end + 1)
            if named and reference_key(named["name"] or label) in references:
                pieces.append(text[done : named.end()] if named["name"] else f"{text[done:end]}][{label}]")
                done = named.end()
            elif reference_key(label) in references:
                pieces.append(f"{text[done:end]}][{label}]")
                done = end + 1
    return "".join([*pieces, text[done:]])


def reference_key(name: str) -> str:
    """How Python-Markdown looks a reference up."""
    return _SPACES.sub(" ", name.lower())
