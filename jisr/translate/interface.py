"""The theme's own words in the languages of the site."""

import gettext
import re
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

from msgspec.structs import replace

from jisr.bidi import LRI, PDI
from jisr.errors import Problem, Report
from jisr.languages import format_number, language_name, plural_forms
from jisr.model import Language, Segment, Translation
from jisr.read.marks import ADMONITIONS, Labels
from jisr.translate import sync
from jisr.translate.catalog import NPLURALS, Catalogue, Entry, load
from jisr.translate.messages import INTERFACE

WORDS = (
    "Awaiting translation",
    "Out of date",
    "The new %(language)s text",
    "Contents",
    "Back to the text, footnote %(number)s",
    *ADMONITIONS,
)
"""Words that bodies need; those of the templates stand in the templates."""

_FORMULA = re.compile(r"\bplural\s*=\s*([^;]+)")

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")

WRITTEN_IN = "en"
"""The language of the words themselves."""


def path(language: Language) -> str:
    """Where a language's words stand, in a site and in the theme."""
    return f"translations/{language.code}/{INTERFACE}.po"


def catalogues(
    site_root: Path, theme_root: Path, language: Language, report: Report
) -> tuple[Catalogue, ...]:
    """The site's own words, then the theme's."""
    roots = [site_root] if site_root == theme_root else [site_root, theme_root]
    found = [load(root, path(language), report) for root in roots]
    return tuple(_fitting(catalogue, report) for catalogue in found if catalogue)


def _fitting(catalogue: Catalogue, report: Report) -> Catalogue:
    """The catalogue without the words whose placeholders aren't their msgid's, which are reported."""
    fitting = {}
    for key, entry in catalogue.entries.items():
        if _fills(entry):
            fitting[key] = entry
            continue
        what = "the translation's placeholders are not those of its msgid"
        hint = "write %(…)s as the msgid has them, and %% for %"
        report(Problem(catalogue.path, entry.line, 1, what, hint))
    return replace(catalogue, entries=fitting)


def _fills(entry: Entry) -> bool:
    """Whether values can be put into every form of a word."""
    values = dict.fromkeys(_PLACEHOLDER.findall(f"{entry.id}{entry.plural or ''}"), "")
    try:
        for string in entry.strings:
            string % values
    except (KeyError, ValueError, TypeError):
        return False
    return True


def words(site_root: Path, theme_root: Path, language: Language, report: Report) -> gettext.NullTranslations:
    """What `gettext` and `ngettext` answer in a language: the site's word, the theme's, or the English."""
    return spoken(catalogues(site_root, theme_root, language, report), language)


def spoken(catalogues: Sequence[Catalogue], language: Language) -> gettext.NullTranslations:
    """The words of catalogues in a language, a former one's before a later one's."""
    found = _Isolated() if language.direction == "rtl" else gettext.NullTranslations()
    for catalogue in reversed(catalogues):
        words = _Words(catalogue, language.code)
        words.add_fallback(found)
        found = words
    return found


class _Isolated(gettext.NullTranslations):
    """English words where one reads from right to left: numbers in them, and stops, would change places."""

    def gettext(self, message: str) -> str:
        return f"{LRI}{message}{PDI}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"{LRI}{super().ngettext(msgid1, msgid2, n)}{PDI}"


class _Words(gettext.NullTranslations):
    """The words of a catalogue, asked for as gettext's own are, of which a build shows a few."""

    def __init__(self, catalogue: Catalogue, code: str) -> None:
        super().__init__()
        self.own, self.code = catalogue.plural_forms, code
        known = [e for e in catalogue.entries.values() if not e.context and e.state == "translated"]
        self.texts = {entry.id: entry.text for entry in known if entry.plural is None}
        self.forms = {entry.id: entry.strings for entry in known if entry.plural is not None}

    @cached_property
    def form(self) -> Callable[[int], int]:
        """Which plural form a number takes: by the catalogue's own header, or else by Babel."""
        return _formula(self.own) or gettext.c2py(plural_forms(self.code).partition("plural=")[2].rstrip(";"))

    def gettext(self, message: str) -> str:
        if message in self.texts:
            return self.texts[message]
        if message in self.forms:
            return self.ngettext(message, message, 1)
        return super().gettext(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        forms = self.forms.get(msgid1, ())
        form = self.form(n) if forms else 0
        return forms[form] if form < len(forms) else super().ngettext(msgid1, msgid2, n)


def _formula(header: str) -> Callable[[int], int] | None:
    """The formula of a header `Plural-Forms`, if it gives every number one of the forms."""
    number, written = NPLURALS.search(header), _FORMULA.search(header)
    if not number or not written:
        return None
    try:
        formula: Callable[[int], int] = gettext.c2py(written[1])
        sound = all(0 <= formula(n) < int(number["number"]) for n in range(201))
    except (ValueError, ZeroDivisionError):
        return None
    return formula if sound else None


def labels(translations: gettext.NullTranslations, language: Language, source: Language) -> Labels:
    """The words in the bodies of a language's editions."""
    say = translations.gettext
    return Labels(
        awaiting=say("Awaiting translation"),
        outdated=say("Out of date"),
        newer=lambda: say("The new %(language)s text") % {"language": language_name(source, language)},
        contents=say("Contents"),
        backlink=lambda number: (
            say("Back to the text, footnote %(number)s")
            % {"number": format_number(int(number), language) if number.isdigit() else number}
        ),
        admonition=say,
    )


def merged(
    found: Sequence[tuple[Segment, str | None, str]],
    own: Catalogue | None,
    theme: Catalogue | None,
    language: Language,
) -> Catalogue:
    """The site's catalogue of words: those that the theme doesn't translate, and those it has already.

    `found` are the words of the templates: message, plural, template.
    """
    own = own or Catalogue(path(language))
    covered = {key for key, entry in theme.entries.items() if entry.translated} if theme else set()
    counted = NPLURALS.search(own.plural_forms) or NPLURALS.search(plural_forms(language.code))
    forms = int(counted["number"]) if counted else 1
    all_words = [*found, *((Segment("interface", word, 0), None, "") for word in WORDS)]
    references: dict[tuple[str | None, str], list[tuple[str, int]]] = {}
    entries: dict[tuple[str | None, str], Entry] = {}
    for segment, plural, template in all_words:
        if template:
            references.setdefault(segment.key, []).append((f"templates/{template}", segment.line))
        if segment.key in entries or (segment.key in covered and segment.key not in own.entries):
            continue
        twins = [part[segment.key] for part in (own.entries, own.obsolete) if segment.key in part]
        told = [one for one in twins if one.translated]
        fitting = [one for one in (*told, *twins) if one.plural == plural]
        strings = (told[0].strings[0] if told else "",) * (forms if plural else 1)
        # A word that gets a plural, or loses it, keeps its translation as far as it has one, to be checked.
        anew = Entry(segment.text, strings, plural=plural, fuzzy=bool(told))
        entries[segment.key] = (*fitting, anew)[0]
    live, obsolete = sync.parted(own, entries, ())
    entries = {key: replace(entry, references=tuple(references.get(key, ()))) for key, entry in live.items()}
    return Catalogue(own.path, own.header, own.comment, entries, obsolete, own.ending)


def translations(
    found: Sequence[tuple[Segment, str | None, str]], known: Sequence[Catalogue], language: Language
) -> tuple[Translation, ...]:
    """The state of each word in a language. English is what the words are written in."""
    result = []
    for segment in {
        s.key: s for s in (*(s for s, _, _ in found), *(Segment("interface", w, 0) for w in WORDS))
    }.values():
        entry = next((c.entries[segment.key] for c in known if segment.key in c.entries), None)
        if language.code == WRITTEN_IN:
            result.append(Translation(segment, segment.text, "source"))
        elif entry and entry.translated:
            result.append(Translation(segment, entry.text, entry.state))
        else:
            result.append(Translation(segment, None, "missing"))
    return tuple(result)
