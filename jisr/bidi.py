"""Direction of text: isolates, and runs that misorder.

Sources: UAX #9; W3C, "Inline markup and bidirectional text in HTML" and "How to use Unicode controls
for bidi text".
"""

import re
from functools import cache
from html import escape

from jisr.model import Language, Phrase

FSI, LRI, RLI, PDI = "\u2068", "\u2066", "\u2067", "\u2069"
_OPENERS = {LRI, RLI, FSI}
_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ENCODED = re.compile(rb"\xe2(?:\x80[\xaa-\xae]|\x81[\xa6-\xa9])")
"""The same in UTF-8, where each begins with a byte that is rare: so most texts are known to have none."""

_START = r"(?<![\w@\#./+:%&?=~-])"
_END = r"(?![\w+\#/])"
_TIME = r"(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"

LTR_RUN = re.compile(
    rf"""
      https?://(?:[^\s<>"()\u060c\u061b\u061f«»]|\([^\s<>"()]*\))+(?<![.,;:!?'])  # an address
    | {_START}[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{_TIME}(?![\w-])                     # an ISO date
    | {_START}\+[0-9](?:[0-9 -]|\([0-9]+\))*[0-9]{_END}                         # a telephone number
    | {_START}[0-9]+(?:-[0-9]+){{2,}}{_END}                                    # 0100-123-4567, an ISBN
    | {_START}0[0-9]+(?:(?:[ ][0-9]{{3,}})+|(?:[ ][0-9]{{2,}}){{2,}}){_END}        # 02 1234 5678, 01 23 45 67
    | {_START}00[0-9]{{1,4}}(?:[ -][0-9]+){{2,}}{_END}                             # 0020 2 1234 5678
    | {_START}\(\+[0-9]+\)[ -]?[0-9]+(?:[ -][0-9]+)*{_END}                                # (+20) 2 1234 5678
    | {_START}\([0-9]{{2,4}}\)[ -]?(?:[0-9]{{3,4}}[ -][0-9]{{4}}|[0-9]{{6,8}}){_END}  # (02) 2577-5000
    | (?:(?<![\u0620-\u06ff])|(?<=\s\u0648)){_START}[-\u2212+][0-9]+(?:[.,][0-9]+)*%?{_END}  # a signed number
    | {_START}[0-9]+(?:-[A-Za-z][A-Za-z0-9]*)+{_END}                             # 8-bit
    | (?<![\w.,@\#/+:])[0-9]+(?:[.,][0-9]+)*%{_END}                             # a percentage
    | {_START}[@\#./~_-]+[A-Za-z](?:[\w@\#./+:%&?=~-]*[A-Za-z0-9+\#/])?{_END}  # @user, .NET, /usr/bin/
    | {_START}[A-Za-z][\w@.+:%&?=~/-]*[+\#/]{_END}                             # C++, C#, docs/
    """,
    re.VERBOSE | re.ASCII,
)
"""A run that begins or ends with a mark without direction: in Arabic the mark jumps to its other side."""

COULD_RUN = re.compile(
    r"[-+@#./~_\u2212A-Za-z0-9]"
    r"(?:(?<=[A-Za-z0-9])[-+%@#./:~_&=?)]|(?<=[-+@#./~_\u2212])[A-Za-z0-9]|(?<=[0-9]) [0-9])"
)
"""In every text that has such a run: far faster than looking for the run itself.

It begins with one set of characters, up to which `re` can leap.
"""


def isolate(text: str) -> str:
    """The text between U+2068 and U+2069, for places where no markup can stand."""
    return f"{FSI}{text}{PDI}"


def isolated(phrase: Phrase, reader: Language) -> str:
    """A phrase for a place without markup, in a text of the reader's language."""
    text = isolate_runs(phrase.text) if phrase.language.direction == "rtl" else phrase.text
    return isolate(text) if phrase.language.direction != reader.direction else text


def isolate_runs(text: str) -> str:
    """The text with its runs that misorder between U+2066 and U+2069, for places without markup."""
    return LTR_RUN.sub(f"{LRI}\\g<0>{PDI}", text)


@cache
def run_in_scripts() -> str:
    """`LTR_RUN` for a browser's `RegExp`, which has no blanks and remarks in patterns."""
    return re.sub(
        r"(\[(?:\\.|[^\]])*\]|\\.)|\s+(?:\#.*)?", lambda found: found[1] or "", LTR_RUN.pattern.strip()
    )


def runs_as_html(text: str, *, quote: bool = True) -> str:
    """The text as HTML, its runs that misorder in `<bdi dir="ltr">`; with `quote`, quotes are escaped too."""
    if not COULD_RUN.search(text):
        return escape(text, quote)
    pieces = []
    done = 0
    for run in LTR_RUN.finditer(text):
        pieces += [escape(text[done : run.start()], quote), f'<bdi dir="ltr">{escape(run[0], quote)}</bdi>']
        done = run.end()
    return "".join([*pieces, escape(text[done:], quote)])


def has_controls(encoded: bytes) -> bool:
    """Whether there is any directional control in a text, given in UTF-8."""
    return b"\xe2" in encoded and bool(_ENCODED.search(encoded))


def unbalanced(text: str) -> int | None:
    """Index of the first directional control without its partner, or None.

    A paragraph ends every open isolate (UAX #9, X8), but text moves: what a page joins to it would
    then be reordered. Embeddings and overrides (U+202A–202E) count even when closed: they reorder
    their neighbours, which isolates don't.
    """
    if not has_controls(text.encode(errors="surrogatepass")):
        return None
    open_at: list[int] = []
    for found in _CONTROLS.finditer(text):
        if found[0] in _OPENERS:
            open_at.append(found.start())
        elif found[0] != PDI or not open_at:
            return found.start()
        else:
            open_at.pop()
    return open_at[0] if open_at else None
