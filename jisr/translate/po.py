"""Entries → PO text, by babel.messages."""

import io
import re
from collections.abc import Iterable
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import escape, write_po

from jisr.translate.catalog import FLAGS_OF_OTHERS, NPLURALS, Catalogue, Entry

_PREVIOUS = re.compile(r"^#\|")
_FORMER = re.compile(r'^#\| msgid "(\d+)"$', re.MULTILINE)


def write(catalogue: Catalogue, *, language: str, plural_forms: str) -> str:
    """The catalogue as PO text: one line a string, in order, the same for the same entries.

    Header fields that a tool wrote are kept; those that gettext needs are completed.
    """
    given = {name.lower(): value for name, value in catalogue.header}  # others may write it in small letters
    forms = catalogue.plural_forms
    forms = forms if NPLURALS.search(forms) else plural_forms  # gettext's own template says nplurals=INTEGER
    live = _entries_text(catalogue.entries.values(), forms)
    old = _entries_text(catalogue.obsolete.values(), forms)
    # Babel writes obsolete entries without their flags: a fuzzy one would come back as a translation.
    old = "\n".join(map(_as_obsolete, old.split("\n")))
    needed = {
        "Project-Id-Version": given.get("project-id-version") or "Jisr",
        "Report-Msgid-Bugs-To": given.get("report-msgid-bugs-to", ""),
        "PO-Revision-Date": given.get("po-revision-date", ""),
        "Last-Translator": given.get("last-translator", ""),
        "Language-Team": given.get("language-team", ""),
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": forms,
    }
    names = {name.lower(): name for name in needed}
    fields = {names.get(name.lower(), name): value for name, value in catalogue.header}
    head = [f"# {line}".rstrip() for line in catalogue.comment]
    head += ['msgid ""', 'msgstr ""']
    head += [escape(f"{name}: {value}\n") for name, value in (fields | needed).items()]
    parts = ("\n".join(head), live, old, "\n".join(catalogue.ending))
    return "\n\n".join(filter(None, parts)) + "\n"


def _entries_text(entries: Iterable[Entry], plural_forms: str) -> str:
    catalog = Catalog(charset="utf-8")
    # Without the plural forms Babel takes two and writes no more, whatever there are.
    catalog.mime_headers = [("Plural-Forms", plural_forms)]
    flags = {}
    former: list[str] = []
    for entry in entries:
        message = _message(entry)
        if entry.previous:  # Babel would wrap it within its quotes, at 76 characters whatever the width
            message.previous_id = [str(len(former))]
            former.append(entry.previous)
        catalog[message.id] = message
        flags[entry.key] = set(entry.flags)
    # Babel guesses these from a per cent sign in prose: "50% done" is no format string.
    for message in catalog:
        message.flags -= FLAGS_OF_OTHERS - flags.get((message.context, _first(message.id)), set())
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=0, omit_header=True, include_previous=True)
    text = buffer.getvalue().decode().strip("\n")
    return _FORMER.sub(lambda found: f"#| msgid {escape(former[int(found[1])])}", text)


def _as_obsolete(line: str) -> str:
    return _PREVIOUS.sub("#~|", line) if line[:1] in ("", "#") else f"#~ {line}"


def _first(ids: Any) -> str:
    return str(ids if isinstance(ids, str) else ids[0])


def _message(entry: Entry) -> Message:
    return Message(
        entry.id if entry.plural is None else (entry.id, entry.plural),
        entry.text if entry.plural is None else entry.strings,
        locations=list(entry.references),
        flags={*entry.flags, *(["fuzzy"] if entry.fuzzy else [])},
        auto_comments=entry.extracted,
        user_comments=entry.comments,
        context=entry.context,
    )
