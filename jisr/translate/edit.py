"""One entry of a PO file set anew, the rest of the file left as it stands, byte for byte.

Knows how a PO file is written: where its entries begin and end, how its lines are wrapped and ended. What
an entry means is known to `catalog`, which reads the file before an edit and after it.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from msgspec import Struct, field

from jisr.translate import po
from jisr.translate.catalog import COMMENT, Catalogue, Entry, Key, unescaped

WIDTH = 79
"""Columns of the lines that gettext's own tools write, quotes included."""

LEAST_WIDTH = 60
"""Columns from which the width of a file's lines is taken for one that was set."""

_HEADER: Key = (None, "")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|[\r\n])|[^\r\n]+")
_STRING = re.compile(r'(?:(?P<keyword>msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?)[ \t]+)?"(?P<text>.*)"')
_ESCAPED = str.maketrans({"\\": "\\\\", '"': '\\"', "\t": "\\t", "\r": "\\r", "\n": "\\n"})
_ROW = re.compile(r"[^\n]*\n|[^\n]+")
_CHARSET = re.compile(r"(?P<field>\"Content-Type:.*charset=)(?P<name>[\w-]+)", re.IGNORECASE)
_KINDS = {"#.": 1, "#:": 2, "#,": 3, "#|": 4}
"""The order of the comments above an entry; those of translators come first."""

_OPPORTUNITY = re.compile(
    r"""(?<=[ ])(?![ ]|\\n)                                      # behind spaces
    | (?<=[^\W\d_]-)(?=[^\W\d_])                                 # behind a hyphen between letters
    | (?<=/)(?=[^\W\d_])                                         # behind a stroke before a letter
    | (?<=\u2013)(?=\w) | (?<=\u2014)(?=\w) | (?<=\w)(?=\u2014)  # at a dash
    | (?<=[\])])(?=[\[(]) | (?<=[!?])(?=[\w\[(])                 # in a link, behind a mark
    """,
    re.VERBOSE,
)
"""Where a line may be broken: what of UAX #14, by which gettext goes, matters in prose."""


class _Piece(Struct):
    """The lines of an entry with what stands above it. `key` is None for obsolete entries, and at the end.

    `names` are the lines of its msgctxt and msgid, `strings` those of its msgstr; `line` is the number
    of the first line, from 1; `texts` has what its keywords say.
    """

    line: int
    key: Key | None = None
    comments: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def obsolete(self) -> Key | None:
        """The key of an obsolete entry."""
        return (self.texts.get("msgctxt") or None, self.texts["msgid"]) if "msgid" in self.texts else None

    @property
    def lines(self) -> list[str]:
        return [*self.comments, *self.names, *self.strings]


class _Form(Struct, frozen=True):
    """How a file is written. `width` is 0 where lines aren't wrapped."""

    width: int
    ending: str

    def string(self, keyword: str, text: str) -> list[str]:
        """The lines of a keyword and its string, as gettext lays them out."""
        rows = [row.translate(_ESCAPED) for row in _ROW.findall(text)] or [""]
        line = f'{keyword} "{rows[0]}"'
        if len(rows) == 1 and not (self.width and _columns(line) > self.width):
            return [line + self.ending]
        start = f"{keyword.split(maxsplit=1)[0]} " if keyword.startswith("#") else ""
        parts = [part for row in rows for part in self._wrapped(row, self.width - _columns(start) - 2)]
        return [f'{keyword} ""{self.ending}', *(f'{start}"{part}"{self.ending}' for part in parts)]

    def _wrapped(self, row: str, room: int) -> Iterator[str]:
        if not self.width:
            yield row
            return
        line = ""
        for word in _OPPORTUNITY.split(row):
            if line and _columns(line + word) > room:
                yield line
                line = ""
            line += word
        yield line


def put(text: str, entry: Entry, order: Iterable[Key] = (), *, language: str, plural_forms: str) -> str:
    """A PO file's text with the translation, the fuzzy flag and the former msgid that `entry` has.

    The entry is the one of its key, or else the one whose `line` it has, which then gets its msgid, kind and
    references; or else it is new, and comes behind those that precede it in `order`. Besides, only what
    gettext asks for is changed: a file without a header gets one, and the charset is UTF-8. The text is one
    that `catalog.read` accepts, with the line ends and the byte order mark of the file.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    pieces = list(_pieces(text.removeprefix(mark)))
    form = _form(pieces)
    alone = Catalogue("", entries={entry.key: entry})
    header, _, fresh = po.write(alone, language=language, plural_forms=plural_forms).partition("\n\n")
    comments = [line + form.ending for line in fresh.split("\n") if line.startswith("#")]
    if not any(piece.key == _HEADER for piece in pieces):
        lines = [line + form.ending for line in (*header.split("\n"), "")]
        pieces.insert(0, _Piece(0, _HEADER, strings=lines))
    places = {piece.key: piece for piece in pieces if piece.key}
    at = (p for p in places.values() if entry.line and _holds(p, entry.line))  # a new one has no line
    piece = places.get(entry.key) or next(at, None)
    if piece:
        _set(piece, entry, comments, form)
    else:
        before = _HEADER
        for key in order:
            if key == entry.key:
                break
            before = key if key in places else before
        above = next(piece for piece in pieces if piece.key == before)
        if above.strings[-1].rstrip("\r\n") == above.strings[-1]:
            above.strings[-1] += form.ending
        blank = [form.ending] if above.strings[-1].strip() else []
        piece = _Piece(0, entry.key, blank + comments, _names(entry, form), _strings(entry, ["msgstr"], form))
        pieces.insert(pieces.index(above) + 1, piece)
    # What was obsolete lives again: gettext takes no two of one msgid. Its words become comments.
    twins = [one for one in pieces if not one.key and one.obsolete == entry.key]
    said = [f"{line}{form.ending}" for twin in twins for line in _words(twin, entry)]
    start = next((n for n, line in enumerate(piece.comments) if line.strip()), len(piece.comments))
    piece.comments[start:start] = [line for line in dict.fromkeys(said) if line not in piece.comments]
    pieces = [one for one in pieces if one not in twins]
    top = next(piece for piece in pieces if piece.key == _HEADER)
    top.strings = [_CHARSET.sub(r"\g<field>UTF-8", line) for line in top.strings]
    return mark + "".join(line for piece in pieces for line in piece.lines)


def _set(piece: _Piece, entry: Entry, comments: Sequence[str], form: _Form) -> None:
    """Make a piece say what the entry does, with `comments` for one of another msgid."""
    renamed = piece.key != entry.key
    was_fuzzy = any("fuzzy" in _flags(line) for line in piece.comments)
    kept: list[str] = []
    for line in piece.comments:
        kind = line.lstrip()[:2]
        if kind == "#,":
            flags = _flags(line)
            wanted = [flag for flag in flags if flag in entry.flags or (flag == "fuzzy" and entry.fuzzy)]
            if wanted == flags:
                kept.append(line)
            elif wanted:
                kept.append(f"#, {', '.join(wanted)}{form.ending}")
        elif not (renamed and kind in ("#.", "#:")) and not (
            kind == "#|" and not (entry.fuzzy and was_fuzzy)
        ):
            kept.append(line)
    new = [line for line in comments if renamed and line[:2] in ("#.", "#:")]
    if entry.fuzzy and not was_fuzzy:
        new.append(f"#, fuzzy{form.ending}")
        new += form.string("#| msgid", entry.previous) if entry.previous else []
    for line in new:
        rank = _KINDS[line[:2]]
        above = [at for at, other in enumerate(kept, 1) if _KINDS.get(other.lstrip()[:2], 0) <= rank]
        kept.insert(above[-1] if above else 0, line)
    piece.comments = kept
    if renamed:
        piece.names = _names(entry, form)
    forms = range(len(entry.strings))  # a file may have fewer than its header counts
    keywords = ["msgstr"] if entry.plural is None else [f"msgstr[{number}]" for number in forms]
    if [piece.texts.get(keyword) for keyword in keywords] != list(entry.strings):
        last = piece.strings[-1]
        piece.strings = _strings(entry, keywords, form)
        if last.rstrip("\r\n") == last:  # the end of the file
            piece.strings[-1] = piece.strings[-1].rstrip("\r\n")


def _words(twin: _Piece, entry: Entry) -> Iterator[str]:
    """What translators said in an obsolete entry: their comments, and words that the live one hasn't."""
    yield from (line.rstrip("\r\n") for line in twin.comments if COMMENT.match(line))
    for keyword, text in twin.texts.items():
        if keyword.startswith("msgstr") and text not in entry.strings:
            yield from (f"# {line}" for line in text.splitlines())


def _names(entry: Entry, form: _Form) -> list[str]:
    context = [] if entry.context is None else form.string("msgctxt", entry.context)
    plural = [] if entry.plural is None else form.string("msgid_plural", entry.plural)
    return [*context, *form.string("msgid", entry.id), *plural]


def _strings(entry: Entry, keywords: Sequence[str], form: _Form) -> list[str]:
    pairs = zip(keywords, entry.strings, strict=True)
    return [line for keyword, text in pairs for line in form.string(keyword, text)]


def _pieces(text: str) -> Iterator[_Piece]:
    """The file in pieces: all their lines, joined, are the text."""
    piece = _Piece(1)
    keyword = ""
    for number, line in enumerate(_LINE.findall(text), 1):
        bare = line.strip()
        old = bare.startswith("#~")
        found = _STRING.fullmatch(bare[2:].strip() if old else bare)
        if found:
            keyword = found["keyword"] or keyword
        if piece.strings and (not found or keyword in ("msgctxt", "msgid")):
            yield piece
            piece = _Piece(number)
        if not found:
            (piece.names or piece.comments).append(line)
            continue
        (piece.strings if keyword.startswith("msgstr") else piece.names).append(line)
        piece.texts[keyword] = piece.texts.get(keyword, "") + unescaped(found["text"])
        if not old:
            piece.key = (piece.texts.get("msgctxt") or None, piece.texts.get("msgid", ""))
    yield piece


def _holds(piece: _Piece, line: int) -> bool:
    """Whether a line is one of an entry's keywords or strings."""
    first = piece.line + len(piece.comments)
    return first <= line < first + len(piece.names) + len(piece.strings)


def _flags(line: str) -> list[str]:
    """The flags in a line of them."""
    bare = line.strip()
    return [flag.strip() for flag in bare[2:].split(",")] if bare.startswith("#,") else []


def _form(pieces: Sequence[_Piece]) -> _Form:
    """How the file is written: its first line end, and the width that most of its long strings keep to."""
    lines = (line for piece in pieces for line in piece.lines)
    ending = next((line[len(line.rstrip("\r\n")) :] for line in lines), "") or "\n"
    least, most = 0, 10_000
    wrapped = unwrapped = 0
    for piece in pieces:
        if not piece.key or piece.key == _HEADER:
            continue
        quoted = [line.strip() for line in (*piece.names, *piece.strings) if '"' in line]
        for line, after in pairwise([*quoted, "msg"]):
            columns = _columns(line)
            if line[0] == after[0] == '"' and not line.endswith('\\n"'):
                wrapped += 1
                least = max(least, columns)
                most = min(most, columns + _columns(_OPPORTUNITY.split(after[1:-1])[0]) - 1)
            elif columns > WIDTH and len(_OPPORTUNITY.split(line[line.index('"') :])) > 1:
                unwrapped += 1
    if wrapped <= unwrapped:
        return _Form(0, ending)
    # Lines that were broken by hand, or to no one width, tell nothing of it.
    own = LEAST_WIDTH <= least <= most and not least <= WIDTH <= most
    return _Form(most if own else WIDTH, ending)


def _columns(text: str) -> int:
    """Columns that a text takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(_column(character) for character in text)


def _column(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
