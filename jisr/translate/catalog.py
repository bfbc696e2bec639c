"""gettext catalogues: PO text ↔ entries. The only importer of babel.messages.

Babel's reader drops what it doesn't understand, so each line is looked at first and what it parsed is
compared with what stands there: a catalogue is read whole or not at all. Verified on Babel 2.18.
"""

import gettext
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, denormalize, escape, read_po, write_po

from jisr.bidi import unbalanced
from jisr.errors import Problem, Report
from jisr.model import Source
from jisr.read.sources import inside, read_text

Key = tuple[str | None, str]

_LINE = re.compile(
    r'(?:#~ ?)?(?:(?P<keyword>msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?)[ \t]+)?"(?:[^"\\]|\\[\\"ntr])*"'
)
_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?: |$)")
_CHARSET = re.compile(r"^Content-Type:.*charset=(?P<name>[\w-]+)", re.IGNORECASE | re.MULTILINE)
_PREVIOUS = re.compile(r"^#\|")
_MARK = "\x01"
_MOST_PLURALS = 6
_NOT_FOR_BABEL = re.compile(r'\s*(?:#~\||"POT?-(?:Creation|Revision)-Date:)')
_MESSAGE = re.compile(r"(?:#~ ?)?msgid[ \t]")
_NPLURALS = re.compile(r"nplurals\s*=\s*(?P<number>\d+)")
_FLAGS_OF_OTHERS = frozenset({"python-format", "python-brace-format", "c-format"})


@dataclass(frozen=True, slots=True)
class Entry:
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
        """Whether there is a translation: more than white space, in every form."""
        return all(string.strip() for string in self.strings)

    @property
    def text(self) -> str:
        """The translation, empty where there is none."""
        return self.strings[0]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A PO file: header fields, live entries, and obsolete ones, each in the file's order."""

    path: str
    header: tuple[tuple[str, str], ...] = ()
    comment: tuple[str, ...] = ()
    entries: Mapping[Key, Entry] = field(default_factory=dict)
    obsolete: Mapping[Key, Entry] = field(default_factory=dict)
    ending: tuple[str, ...] = ()
    """Comments after the last entry."""


def read(text: str, path: str, report: Report) -> Catalogue | None:
    """The catalogue in a PO file's text; None, with what is wrong reported, if any of it can't be read."""
    failures: list[Problem] = []

    def fail(line: int, message: str, hint: str) -> None:
        failures.append(Problem(path, line, 1, message, hint))
        report(failures[-1])

    lines = text.split("\n")
    ids: list[int] = []
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        if _CONFLICT.match(stripped):
            fail(number, "an unresolved merge conflict", "choose one side and remove the marks")
        elif (
            stripped and (stripped[0] != "#" or stripped.startswith("#~")) and not stripped.startswith("#~|")
        ):
            if not _LINE.fullmatch(stripped):
                fail(number, "not a line of a PO file", "check its keyword, its quotes and its backslashes")
            elif _MESSAGE.match(stripped):
                ids.append(number)
    if failures:
        return None
    # Babel refuses "#~|", the previous msgid of an obsolete entry, and any date but its own format's.
    # It takes previous msgids for comments, and a comment that begins with a bar would be taken for one.
    known = [_PREVIOUS.sub("#" + _MARK, "" if _NOT_FOR_BABEL.match(line) else line) for line in lines]
    if any(int(found["number"]) > _MOST_PLURALS for found in map(_NPLURALS.search, lines) if found):
        fail(1, "the catalogue claims too many plural forms", f"no language has more than {_MOST_PLURALS}")
        return None
    try:
        catalog = read_po(io.StringIO("\n".join(known)), abort_invalid=True)
    except PoFileError as error:
        fail(error.lineno + 1, f"not a PO file ({str(error).rpartition(' on ')[0]})", "mend the entry")
        return None
    except Exception as error:  # Babel lets foreign errors out: a header it can't use, a plural formula
        fail(
            1,
            f"not a PO file ({str(error).splitlines()[0] if str(error) else type(error).__name__})",
            "mend the header",
        )
        return None
    header, comment = _header(lines)
    charset = _CHARSET.search("\n".join(f"{name}: {value}" for name, value in header))
    if charset and charset["name"].lower() not in ("utf-8", "utf8", "us-ascii", "ascii", "charset"):
        fail(1, f"the catalogue's charset is {charset['name']}", "save it as UTF-8 and say so in its header")
    live = [_entry(message) for message in catalog if message.id]
    old = [_entry(message) for message in catalog.obsolete.values()]
    seen = {entry.line for entry in (*live, *old)}
    first = {entry.key: entry.line for entry in (*old, *live)}
    for number in ids:
        key = _key_at(known, number)
        if number in seen or (number == ids[0] and key == (None, "")):
            continue
        twin = first.get(key)
        where = f"the same msgid stands in line {twin}" if twin else "its msgid or msgstr is not whole"
        fail(number, f"a message that would be lost: {where}", "keep one of the two" if twin else "mend it")
    for entry in live:
        for string in entry.strings:
            at = unbalanced(string)
            if at is not None:
                what = f"the control U+{ord(string[at]):04X} has no partner in the translation"
                fail(entry.line, what, "remove it, or use isolates in pairs")
    if failures:
        return None
    ending = [line.strip() for line in takewhile(_is_comment, reversed(lines)) if line.strip()]
    return Catalogue(
        path=path,
        header=header,
        comment=comment,
        entries={entry.key: entry for entry in live},
        obsolete={entry.key: entry for entry in old},
        ending=tuple(reversed(ending)),
    )


def load(root: Path, path: str, report: Report) -> Catalogue | None:
    """The catalogue in a file of the site; None where there is none, or it can't be read."""
    file = root / path
    if not file.exists():
        return None
    if not inside(root, file):
        report(Problem(path, 1, 1, "a symbolic link leads out of the site", "copy the file here instead"))
        return None
    text = read_text(Source(path, file), report)
    return None if text is None else read(text, path, report)


def write(catalogue: Catalogue, *, language: str, plural_forms: str) -> str:
    """The catalogue as PO text: one line a string, in order, the same for the same entries.

    Header fields that a tool wrote are kept; those that gettext needs are completed.
    """
    fields = dict(catalogue.header)
    forms = fields.get("Plural-Forms") or plural_forms
    live = _entries_text(catalogue.entries.values(), language, forms)
    old = _entries_text(catalogue.obsolete.values(), language, forms)
    # Babel writes obsolete entries without their flags: a fuzzy one would come back as a translation.
    old = "\n".join(map(_as_obsolete, old.split("\n")))
    needed = {
        "Project-Id-Version": fields.get("Project-Id-Version") or "Jisr",
        "Report-Msgid-Bugs-To": fields.get("Report-Msgid-Bugs-To", ""),
        "PO-Revision-Date": fields.get("PO-Revision-Date", ""),
        "Last-Translator": fields.get("Last-Translator", ""),
        "Language-Team": fields.get("Language-Team", ""),
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": fields.get("Plural-Forms") or plural_forms,
    }
    head = [f"# {line}".rstrip() for line in catalogue.comment]
    head += ['msgid ""', 'msgstr ""']
    head += [escape(f"{name}: {value}\n") for name, value in (fields | needed).items()]
    parts = ("\n".join(head), live, old, "\n".join(catalogue.ending))
    return "\n\n".join(filter(None, parts)) + "\n"


def _entries_text(entries: Iterable[Entry], language: str, plural_forms: str) -> str:
    # Without the plural forms Babel takes two and writes no more, whatever there are.
    catalog = _empty(language, plural_forms)
    flags = {}
    for entry in entries:
        message = _message(entry)
        catalog[message.id] = message
        flags[entry.key] = set(entry.flags)
    # Babel guesses these from a per cent sign in prose: "50% done" is no format string.
    for message in catalog:
        message.flags -= _FLAGS_OF_OTHERS - flags.get((message.context, _first(message.id)), set())
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=0, omit_header=True, include_previous=True)
    return buffer.getvalue().decode().strip("\n")


def _as_obsolete(line: str) -> str:
    return _PREVIOUS.sub("#~|", line) if line[:1] in ("", "#") else f"#~ {line}"


def _first(ids: Any) -> str:
    return str(ids if isinstance(ids, str) else ids[0])


def _is_comment(line: str) -> bool:
    """A line without an entry: blank, or a translator's comment."""
    return not line.strip() or (line.startswith("#") and not line.startswith(("#~", "#:", "#,", "#.", "#|")))


def compiled(
    catalogues: Iterable[Catalogue], *, language: str, plural_forms: str
) -> gettext.NullTranslations:
    """Catalogues as gettext reads them at run time, a former one before a later one."""
    result: gettext.NullTranslations | None = None
    for catalogue in catalogues:
        catalog = _empty(language, plural_forms)
        for entry in catalogue.entries.values():
            if entry.translated and not entry.fuzzy:
                message = _message(entry)
                catalog[message.id] = message
        buffer = io.BytesIO()
        write_mo(buffer, catalog)
        buffer.seek(0)
        translations = gettext.GNUTranslations(buffer)
        if result is None:
            result = translations
        else:
            result.add_fallback(translations)
    return result or gettext.NullTranslations()


def _empty(language: str, plural_forms: str) -> Catalog:
    """Babel's catalogue for a language; without one it leaves the plural formula out of its header."""
    catalog = Catalog(language.replace("-", "_"), charset="utf-8")
    catalog.mime_headers = [("Content-Type", "text/plain; charset=utf-8"), ("Plural-Forms", plural_forms)]
    return catalog


def _entry(message: Message) -> Entry:
    # Plural messages hold tuples, the others a string.
    ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    strings = (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))
    comments = [comment for comment in message.user_comments if not comment.startswith(_MARK)]
    return Entry(
        id=ids[0],
        strings=strings,
        context=message.context or None,
        plural=ids[1] if len(ids) > 1 else None,
        fuzzy=message.fuzzy,
        previous=_previous([c[1:].strip() for c in message.user_comments if c.startswith(_MARK)]),
        comments=tuple(comments),
        extracted=tuple(message.auto_comments),
        flags=tuple(sorted(message.flags - {"fuzzy"} - _FLAGS_OF_OTHERS)),
        references=tuple((path, line or 0) for path, line in message.locations),
        line=message.lineno or 0,
    )


def _message(entry: Entry) -> Message:
    return Message(
        entry.id if entry.plural is None else (entry.id, entry.plural),
        entry.text if entry.plural is None else entry.strings,
        locations=[(path, line) for path, line in entry.references],
        flags={*entry.flags, *(["fuzzy"] if entry.fuzzy else [])},
        auto_comments=entry.extracted,
        user_comments=entry.comments,
        previous_id=[entry.previous] if entry.previous else (),
        context=entry.context,
    )


def _previous(lines: list[str]) -> str | None:
    """The text of the `#| msgid` lines, which Babel takes for comments."""
    texts: list[str] = []
    inside = False
    for line in lines:
        keyword, _, rest = line.partition(" ")
        if keyword.startswith("msg"):
            inside = keyword == "msgid"
        if inside:
            texts.append(denormalize(rest.strip() if keyword == "msgid" else line))
    return "".join(texts) or None


def _header(lines: list[str]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """The header's fields and the comment above it, as they stand."""
    comment: list[str] = []
    text: list[str] = []
    state = "before"
    for line in map(str.strip, lines):
        if state == "before" and line.startswith("#") and not line.startswith(("#:", "#,", "#~", "#.", "#|")):
            comment.append(line[1:].strip())
        elif line.startswith("msgid "):
            if line != 'msgid ""' or state != "before":
                break
            state = "id"
        elif line.startswith("msgctxt "):
            break
        elif line.startswith("msgstr "):
            state = "text"
            text.append(denormalize(line.partition(" ")[2]))
        elif line.startswith('"'):
            if state == "id":  # a wrapped msgid: the file has no header
                return (), ()
            text.append(denormalize(line))
        elif not line and state == "text":
            break
    if state != "text":
        return (), ()
    fields = (part.partition(":") for part in "".join(text).split("\n") if ":" in part)
    return tuple((name.strip(), value.strip()) for name, _, value in fields), tuple(comment)


def _key_at(lines: list[str], number: int) -> Key:
    """Context and msgid of the entry whose `msgid` stands in a line."""

    def string(at: int) -> str:
        parts = [lines[at].strip().removeprefix("#~").strip().partition(" ")[2]]
        for line in lines[at + 1 :]:
            text = line.strip().removeprefix("#~").strip()
            if not text.startswith('"'):
                break
            parts.append(text)
        return "".join(denormalize(part.strip()) for part in parts)

    above = number - 2
    while above >= 0 and lines[above].strip().startswith('"'):
        above -= 1
    context: Any = None
    if above >= 0 and "msgctxt " in lines[above]:
        context = string(above)
    return context, string(number - 1)
