"""gettext catalogues: PO text → entries.

Babel's reader drops what it doesn't understand, and takes two passes to watch over (measured on 2.18: 1.2 ms
a catalogue against 0.2 ms): a catalogue is read here, whole or not at all.
"""

import os
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import takewhile
from pathlib import Path

from msgspec import Struct, field

from jisr.bidi import has_controls, unbalanced
from jisr.errors import Problem, Report
from jisr.model import Source, State
from jisr.read.documents import is_blank
from jisr.read.sources import inside, read_with_bytes

Key = tuple[str | None, str]

_TEXT = r'[^"\\]*(?:\\[\\"ntr][^"\\]*)*'
_STRING = re.compile(f'"({_TEXT})"')
_LINE = re.compile(
    r"(?P<old>#~[ \t]*)?(?:(?P<keyword>msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?)[ \t]+)?"
    rf'"(?P<string>{_TEXT})"'
)
_PREVIOUS = re.compile(
    rf"(?:(?P<keyword>msgctxt|msgid_plural|msgid)[ \t]+)?(?P<strings>(?:{_STRING.pattern}[ \t]*)*)"
)
"""What stands behind `#|`: Babel puts the rows of a text on one line."""

_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
_MESSAGE = re.compile(
    r"""
      (?:\#\.\ (?P<extracted>.+)\n)?
      (?:\#:\ (?P<path>[^\s:\u2068]+):(?P<line>[0-9]{1,9})\n)?
      (?:msgctxt\ "(?P<context>.*)"\n)?
      msgid\ "(?P<id>.+)"\n
      msgstr\ "(?P<string>.*)"\n
      \n*(?=\#(?!~)|msgctxt\ |msgid\ |\Z)
    """,
    re.VERBOSE,
)
"""A message as `write` has most of them, if no string needs an escape: it is what its lines come to."""

_HEADER = re.compile(
    r"""
      msgid\ ""\n
      msgstr\ (?P<lines>(?:"[^"\\\n]*(?:\\n)?"\n)+)
      \n*(?=\#(?!~)|msgctxt\ |msgid\ |\Z)
    """,
    re.VERBOSE,
)
"""The header as `write` has it: the same in a thousand catalogues."""

_PLACE = re.compile(r"(?:\u2068(?P<marked>[^\u2069]*)\u2069|(?P<path>\S+?))(?::(?P<line>\d{1,9}))?(?=\s|$)")
_ONE_PLACE = re.compile(r"([^\s:\u2068]+):(\d{1,9})")
_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?: |$)")
_KEPT = 16
"""Headers that are kept: a site's catalogues have one in each language."""

COMMENT = re.compile(r"#(?![.:,|~])")
"""How a translator's comment begins."""

_CHARSET = re.compile(r"charset=(?P<name>[\w-]+)", re.IGNORECASE)
_MOST_PLURALS = 6
NPLURALS = re.compile(r"nplurals\s*=\s*(?P<number>\d+)")
FLAGS_OF_OTHERS = frozenset({"python-format", "python-brace-format", "c-format"})


def _is_seen(text: str) -> bool:
    return text[:1].isalnum() or (text != "" and not is_blank(text))  # in this order: every message is asked


class Entry(Struct, frozen=True):
    """A message of a catalogue. Plural messages hold their forms in `plural` and `strings`."""

    id: str
    strings: tuple[str, ...] = ("",)
    context: str | None = None
    plural: str | None = None
    fuzzy: bool = False
    previous: str | None = None
    comments: tuple[str, ...] = ()
    extracted: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    references: tuple[tuple[str, int], ...] = ()
    line: int = 0

    @property
    def key(self) -> Key:
        """What it is found by."""
        return self.context, self.id

    @property
    def translated(self) -> bool:
        """Whether there is a translation: something that can be seen, in every form."""
        return all(map(_is_seen, self.strings))

    @property
    def state(self) -> State:
        """What its translation is to a reader."""
        return "missing" if not self.translated else "outdated" if self.fuzzy else "translated"

    @property
    def text(self) -> str:
        """The translation, empty where there is none."""
        return self.strings[0]


class Catalogue(Struct, frozen=True):
    """A PO file: header fields, live entries, and obsolete ones, each in the file's order."""

    path: str
    header: tuple[tuple[str, str], ...] = ()
    comment: tuple[str, ...] = ()
    entries: Mapping[Key, Entry] = field(default_factory=dict)
    obsolete: Mapping[Key, Entry] = field(default_factory=dict)
    ending: tuple[str, ...] = ()
    """Comments after the last entry."""

    @property
    def plural_forms(self) -> str:
        """The header's number of plural forms and the formula for them, empty where it has none."""
        return next((value for name, value in self.header if name.lower() == "plural-forms"), "")


def read(text: str, path: str, report: Report, *, controls: bool = True) -> Catalogue | None:
    """The catalogue in a PO file's text; None, with what is wrong reported, if any of it can't be read.

    There may be directional `controls` in it, or not.
    """
    failures: list[Problem] = []

    def fail(line: int, message: str, hint: str) -> None:
        failures.append(Problem(path, line, 1, message, hint))
        report(failures[-1])

    header: tuple[tuple[str, str], ...] = ()
    comment: tuple[str, ...] = ()
    live: dict[Key, Entry] = {}
    old: dict[Key, Entry] = {}
    forms = 0
    for number, found in enumerate(_messages(text, fail)):
        known = live
        if isinstance(found, Entry):
            entry = found
        elif number == 0 and _is_header(found):
            header, comment = _header(found.texts.get("msgstr", "")), tuple(found.comments)
            forms = _plural_forms(header, fail)
            continue
        else:
            entry = _entry(found, forms, fail)
            known = old if found.obsolete else live
        key = entry.context, entry.id
        if key in known or not entry.id:
            twin = f"the same msgid stands in line {known[key].line}" if entry.id else "its msgid is empty"
            hint = "keep one of the two" if entry.id else "mend it"
            fail(entry.line, f"a message that would be lost: {twin}", hint)
        known[key] = entry
    for entry in live.values() if controls else ():
        for string in entry.strings:
            at = unbalanced(string)
            if at is not None:
                what = f"the character U+{ord(string[at]):04X} has no partner in the translation"
                fail(entry.line, what, "remove it, or use isolates in pairs")
    if failures:
        return None
    return Catalogue(path, header, comment, live, old, _ending(text))


def _ending(text: str) -> tuple[str, ...]:
    """The comments after the last entry."""
    if not text.rstrip().rpartition("\n")[2].lstrip().startswith("#"):  # nearly always
        return ()
    last = takewhile(_ends, reversed(text.split("\n")))
    return tuple(reversed([line.strip() for line in last if COMMENT.match(line)]))


def _ends(line: str) -> bool:
    """A line that belongs to no entry where none follows it."""
    return not line.strip() or (line.startswith("#") and not line.startswith("#~"))


class _Draft(Struct):
    """An entry while it is being read. `texts` holds its strings by keyword, `msgstr[0]` for one."""

    line: int = 0
    obsolete: bool = False
    texts: dict[str, str] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)
    extracted: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    references: list[tuple[str, int]] = field(default_factory=list)
    previous: list[str] = field(default_factory=list)

    def former(self, text: str, *, torn: bool) -> None:
        """Take what stands behind `#|`; with `torn`, more of a text that a tool broke within its quotes."""
        if torn:
            self.previous[-1] += f" {text}"
        else:
            self.previous.append(text)

    def note(self, comment: str) -> None:
        """Take a comment line."""
        kind, rest = comment[1:2], comment[2:].strip()
        if kind == ".":
            self.extracted.append(rest)
        elif kind == ":" and (place := _ONE_PLACE.fullmatch(rest)):  # nearly always
            self.references.append((place[1], int(place[2])))
        elif kind == ":":
            places = ((found["marked"] or found["path"], found["line"]) for found in _PLACE.finditer(rest))
            self.references += [(path, int(line or 0)) for path, line in places]
        elif kind == ",":
            self.flags += [flag.strip() for flag in rest.split(",")]
        else:
            self.comments.append(comment[1:].strip())


def _messages(text: str, fail: Callable[[int, str, str], None]) -> Iterator[Entry | _Draft]:
    """The entries in a PO file, the header's too. Reports what is none, and what is half one.

    After a line that can't be read there are none: what is missing in them would be that line's.
    """
    draft = _Draft()
    name = ""
    begun = faulty = False
    torn = 0  # the line of a former text whose quotes aren't closed yet
    number, at = 0, 0
    if header := _HEADER.match(text):
        yield _Draft(line=1, texts={"msgid": "", "msgstr": _joined(header["lines"])})
        number, at = text.count("\n", 0, header.end()), header.end()
    while at < len(text):
        message = None if begun or faulty else _MESSAGE.match(text, at)
        if message and (entry := _plain_entry(message, number)):
            yield entry
            at = message.end()
            number = entry.line + text.count("\n", message.end("string"), at)
            continue
        end = text.find("\n", at) + 1 or len(text) + 1
        line = text[at : end - 1].strip()
        comment = line[:1] == "#" and (line[1:2] != "~" or line[2:3] == "|")
        found = None if comment else _LINE.fullmatch(line)
        keyword = found and found["keyword"]
        if draft.texts and (comment or (keyword and _begins_anew(keyword, name, draft.texts))):
            if not faulty and _is_whole(draft, fail):
                yield draft
            draft, name, begun = _Draft(), "", False
            continue  # with this line, the next one's first
        number, at = number + 1, end
        begun = begun or bool(line)
        former = line.startswith(("#|", "#~|"))
        if former:
            draft.former(line.partition("|")[2].strip(), torn=bool(torn))
            torn = 0 if _PREVIOUS.fullmatch(draft.previous[-1]) else torn or number
        if torn and (not former or at >= len(text)):
            faulty = True
            fail(torn, "not a former text of a PO file", "check its quotes and its backslashes")
            torn = 0
        if former:
            continue
        if comment:
            draft.note(line)
        elif found and (keyword or name or faulty):
            string = unescaped(found["string"])
            if not keyword:
                if name:  # else it goes on with a line that couldn't be read
                    draft.texts[name] += string
                continue
            name = keyword
            draft.texts[name] = string
            draft.obsolete = found["old"] is not None
            if name == "msgid" or not draft.line:
                draft.line = number
        elif line:
            faulty = True
            if _CONFLICT.match(line):
                fail(number, "an unresolved merge conflict", "choose one side and remove the marks")
            else:
                fail(number, "not a line of a PO file", "check its keyword, its quotes and its backslashes")
    if draft.texts and not faulty and _is_whole(draft, fail):
        yield draft


@lru_cache(_KEPT)
def _joined(lines: str) -> str:
    """What the lines of a string come to."""
    return "".join([unescaped(line[1:-1]) for line in lines.split("\n")])


def _plain_entry(message: re.Match[str], above: int) -> Entry | None:
    """A message that was taken at once, with the number of lines `above` it; None where it must not be."""
    extracted, path, line, context, id_, string = message.groups()
    if '"' in id_ or "\\" in id_ or '"' in string or "\\" in string:
        return None
    if context and ('"' in context or "\\" in context):
        return None
    return Entry(
        id=id_,
        strings=(string,),
        context=context or None,
        extracted=(extracted.strip(),) if extracted else (),
        references=((path, int(line)),) if path else (),
        line=above + (extracted is not None) + (path is not None) + (context is not None) + 1,
    )


def _begins_anew(keyword: str, name: str, texts: Container[str]) -> bool:
    """Whether a keyword behind `name` and its like begins another entry than that of the `texts`."""
    return keyword in texts or (keyword in ("msgctxt", "msgid") and name != "msgctxt")


def _is_header(draft: _Draft) -> bool:
    return "msgctxt" not in draft.texts and draft.texts["msgid"] == "" and not draft.obsolete


def _is_whole(draft: _Draft, fail: Callable[[int, str, str], None]) -> bool:
    """Whether an entry has its msgid and msgstr; reports one that doesn't."""
    plural = "msgid_plural" in draft.texts
    for keyword in ("msgid", "msgstr[0]" if plural else "msgstr"):
        if keyword not in draft.texts:
            fail(draft.line, f"a message without its {keyword}", "mend the entry")
            return False
    odd = [name for name in draft.texts if name.startswith("msgstr") and (name != "msgstr") != plural]
    if odd:
        what = f"a message {'with' if plural else 'without'} a msgid_plural has {odd[0]}"
        fail(draft.line, what, "mend the entry")
    return not odd


def _entry(draft: _Draft, forms: int, fail: Callable[[int, str, str], None]) -> Entry:
    """A draft as an entry; `forms` is the header's number of plural forms, 0 where it has none."""
    texts = draft.texts
    strings: tuple[str, ...] = (texts.get("msgstr", ""),)
    if "msgid_plural" in texts:
        given = {int(name[-2]): text for name, text in texts.items() if name.startswith("msgstr[")}
        number = forms or max(given) + 1
        if max(given) >= number:
            what = f"more plural forms than the {number} that the header has"
            fail(draft.line, what, "mend the one or the other")
        elif sorted(given) != list(range(len(given))):
            fail(draft.line, "plural forms with a gap", "number them from 0")
        elif not forms and len(given) > 2:  # the language may have fewer
            fail(draft.line, "plural forms that the header doesn't count", "add Plural-Forms to the header")
        strings = tuple(given.get(form, "") for form in range(number))
    flags = set(draft.flags) - FLAGS_OF_OTHERS
    return Entry(
        id=texts["msgid"],
        strings=strings,
        context=texts.get("msgctxt") or None,
        plural=texts.get("msgid_plural"),
        fuzzy="fuzzy" in flags,
        previous=_previous(draft.previous) if draft.previous else None,
        comments=tuple(draft.comments),
        extracted=tuple(draft.extracted),
        flags=tuple(sorted(flags - {"fuzzy"})),
        references=tuple(draft.references),
        line=draft.line,
    )


def _previous(lines: Iterable[str]) -> str | None:
    """The text of the `#| msgid` lines."""
    texts: list[str] = []
    name = ""
    for found in filter(None, map(_PREVIOUS.fullmatch, lines)):
        name = found["keyword"] or name
        if name == "msgid":
            texts += map(unescaped, _STRING.findall(found["strings"]))
    return "".join(texts) or None


def unescaped(string: str) -> str:
    """What a string of a PO file says."""
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), string)


@lru_cache(_KEPT)
def _header(text: str) -> tuple[tuple[str, str], ...]:
    """The header's fields, as they stand."""
    fields = (line.partition(":") for line in text.split("\n") if ":" in line)
    return tuple((name.strip(), value.strip()) for name, _, value in fields)


def _plural_forms(header: Iterable[tuple[str, str]], fail: Callable[[int, str, str], None]) -> int:
    """The number of plural forms that a header has. Reports what in it can't be used."""
    fields = {name.lower(): value for name, value in header}
    charset = _CHARSET.search(fields.get("content-type", ""))
    if charset and charset["name"].lower() not in ("utf-8", "utf8", "us-ascii", "ascii", "charset"):
        fail(1, f"the catalogue's charset is {charset['name']}", "save it as UTF-8 and say so in its header")
    found = NPLURALS.search(fields.get("plural-forms", ""))
    number = int(found["number"][:9]) if found else 0
    if found and not number:
        fail(1, "the catalogue claims no plural forms", "write their number as nplurals in its header")
    if number > _MOST_PLURALS:
        fail(1, "the catalogue claims too many plural forms", f"no language has more than {_MOST_PLURALS}")
    return number


def load(root: Path, path: str, report: Report) -> Catalogue | None:
    """The catalogue in a file of the site; None where there is none, or it can't be read."""
    file = root / path
    if not os.path.isfile(file):  # noqa: PTH113  # nor an error where it may not be looked at; what else stands there is told where the site's files are looked for
        return None
    if not inside(root, file):
        report(Problem(path, 1, 1, "a symbolic link leads out of the site", "copy the file here instead"))
        return None
    found = read_with_bytes(Source(path, root), report)
    return found and read(found[0], path, report, controls=has_controls(found[1]))
