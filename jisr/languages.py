"""Languages by CLDR: names, directions, dates, numbers, plural forms.

The only user of Babel's locale data. Two of its gaps are closed here (both measured on Babel 2.18): it
never emits Arabic-Indic digits, and its format patterns lose the invisible marks that keep `-5` and
`25%` in order in Arabic; its symbol tables have them.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from copy import deepcopy
from datetime import date
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

from jisr.fingerprint import hashed
from jisr.model import Language
from jisr.packing import pack, unpacker

if TYPE_CHECKING:  # to load it and the data of two locales takes 25 ms
    from babel import Locale
    from babel.plural import PluralRule

_DIGITS = {"latn": "0123456789", "arab": "٠١٢٣٤٥٦٧٨٩", "arabext": "۰۱۲۳۴۵۶۷۸۹"}
_FOLDED = str.maketrans("ٱىة", "ايت", "ـ")
"""Beside what NFKD takes apart: أ إ آ."""
_EXPONENT = re.compile(r"\be\b")
"""In a formula of CLDR's: that of 1.2e6. Whole numbers have none, and gettext knows no such thing."""

_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_HIJRI = {
    "ar": (
        (
            "محرم", "صفر", "ربيع الأول", "ربيع الآخر", "جمادى الأولى", "جمادى الآخرة",
            "رجب", "شعبان", "رمضان", "شوال", "ذو القعدة", "ذو الحجة",
        ),
        "هـ",
    ),
    "en": (
        (
            "Muharram", "Safar", "Rabi’ I", "Rabi’ II", "Jumada I", "Jumada II",
            "Rajab", "Sha’ban", "Ramadan", "Shawwal", "Dhu’l-Qi’dah", "Dhu’l-Hijjah",
        ),
        "AH",
    ),
}  # fmt: skip
"""Months and era by CLDR, which Babel leaves out; hijridate's are others (ربيع الثاني)."""
_PLURAL_ORDER = ("zero", "one", "two", "few", "many", "other")


_Asked = tuple[str, str | None, str | None, bool]
"""Code, locale, digits, and whether the Islamic calendar is shown."""

_known: dict[_Asked, Language] = {}
_named: dict[tuple[str, str], str] = {}
"""Names of languages by their codes, and the reader's."""


def language(
    code: str, locale: str | None = None, digits: str | None = None, *, hijri: bool = False
) -> Language:
    """The language of a BCP 47 code, dated and numbered as `locale` (`ar-EG`) does.

    Raises `ValueError` for a code or a locale that CLDR doesn't know, or digits other than its
    `latn`, `arab` and `arabext`.
    """
    asked = (code, locale, digits, hijri)
    if asked not in _known:
        _known[asked] = _language(asked)
    return _known[asked]


_unpacked = unpacker(tuple[list[tuple[_Asked, Language]], list[tuple[tuple[str, str], str]]])


def remembered(site: Sequence[Language]) -> tuple[str, str]:
    """What is known of a site's languages, for its next build: packed, in hexadecimal, and its digest."""
    asked = [(asked, one) for asked, one in _known.items() if one in site]
    named = [((a.code, b.code), language_name(a, b)) for a, b in product(site, repeat=2)]
    known = pack((asked, named))
    return known.hex(), hashed(known)


def remember(kept: Any) -> None:
    """Take what `remembered` gave in an earlier build with the same Babel, whose data isn't loaded then."""
    match kept:
        case [str(known), str(digest)]:
            with suppress(ValueError):
                packed = bytes.fromhex(known)
                found, named = (digest == hashed(packed) and _unpacked(packed)) or ([], [])
                _known.update((asked, one) for asked, one in found if one.code == asked[0])
                _named.update(named)


def _language(asked: _Asked) -> Language:
    code, locale, digits, hijri = asked
    own = _locale(code)
    data = _locale(locale or code)
    if data.language != own.language:
        raise ValueError(f"{locale} is not a locale of the language {code}")
    system = digits or data.default_numbering_system
    if system not in _DIGITS:
        if digits:
            raise ValueError(f"{digits} is not a numbering system that Jisr knows")
        system = "latn"
    return Language(
        code=code,
        direction="rtl" if own.character_order == "right-to-left" else "ltr",
        name=own.get_display_name(own) or code,
        locale=str(data).replace("_", "-"),
        digits=system,
        hijri=hijri,
    )


def language_name(named: Language, reader: Language) -> str:
    """The name of a language in the reader's: "Arabic", "الإنجليزية"."""
    asked = named.code, reader.code
    if asked not in _named:
        _named[asked] = _locale(named.code).get_display_name(_locale(reader.code)) or named.name
    return _named[asked]


def format_date(value: date, reader: Language) -> str:
    """A day in words, month names by the locale: 16 October 2023, ١٦ تشرين الأول ٢٠٢٣.

    The pattern is CLDR's long one. (`yMMMd` skeletons inherit the wrong month names for ar-LB.)
    """
    from babel.dates import format_date as in_words  # 20 ms, and many a page has no date

    return _digits(in_words(value, "long", locale=_locale(reader.locale)), reader)


def format_hijri(value: date, reader: Language) -> str:
    """A day by the calendar of Umm al-Qura: ١ ربيع الآخر ١٤٤٥ هـ, 1 Rabi’ II 1445 AH.

    Empty outside the years that the calendar is published for, 1343 to 1500 (1924 to 2077).
    """
    from hijridate import Gregorian

    try:
        day = Gregorian(value.year, value.month, value.day).to_hijri()
    except OverflowError:
        return ""
    months, era = _HIJRI["ar" if reader.code.partition("-")[0] == "ar" else "en"]
    return _digits(f"{day.day} {months[day.month - 1]} {day.year} {era}", reader)


def format_month(value: date, reader: Language) -> str:
    """A month of a year in words: October 2023, تشرين الأول ٢٠٢٣.

    The name is the one that CLDR has for a month by itself.
    """
    from babel.dates import format_date as in_words

    return _digits(in_words(value, "LLLL y", locale=_locale(reader.locale)), reader)


def format_year(value: int, reader: Language) -> str:
    """A year, which is never grouped: 2023, ٢٠٢٣."""
    return _digits(str(value), reader)


def format_number(value: float, reader: Language) -> str:
    """A number with the locale's digits, separators and marks."""
    symbols = _symbols(reader)
    marks = str.maketrans({",": symbols["group"], ".": symbols["decimal"]})
    grouped = f"{abs(value):,}".translate(marks)
    return _digits(f"{symbols['minusSign'] if value < 0 else ''}{grouped}", reader)


def format_percent(value: float, reader: Language) -> str:
    """A percentage from percents: 25%, ٢٥٪ with its mark, 25 % in French."""
    pattern = _locale(reader.locale).percent_formats[None].pattern
    space = "\u00a0" if "\u00a0" in pattern else ""
    return f"{format_number(value, reader)}{space}{_symbols(reader)['percentSign']}"


@cache
def plural_forms(code: str) -> str:
    """The gettext header `Plural-Forms` of a language.

    gettext's customary formula where it agrees with CLDR, else CLDR's own: Babel's table has two of
    the six Arabic forms swapped (python-babel #816).
    """
    from gettext import c2py  # undocumented, as old as gettext itself

    from babel.messages.plurals import get_plural
    from babel.plural import to_gettext

    by_cldr: PluralRule = _locale(code).plural_form
    customary = get_plural(code.replace("-", "_"))
    numbers = range(201)
    used = {by_cldr(n) for n in numbers}
    order = [form for form in _PLURAL_ORDER if form in used]
    formula = c2py(customary[1])
    if len(order) <= customary[0] and all(formula(n) == order.index(by_cldr(n)) for n in numbers):
        return f"nplurals={customary[0]}; plural={customary[1]};"
    return _EXPONENT.sub("0", to_gettext(by_cldr))


@cache
def plural_examples(code: str) -> tuple[tuple[str, int], ...]:
    """The plural forms of a language by CLDR's names for whole numbers, each with a number that takes it."""
    form: PluralRule = _locale(code).plural_form
    found: dict[str, int] = {}
    for number in (*range(201), 1_000_000):
        found.setdefault(form(number), number)
    return tuple(sorted(found.items(), key=lambda pair: _PLURAL_ORDER.index(pair[0])))


@cache
def _locale(code: str) -> "Locale":
    from babel import Locale, UnknownLocaleError, localedata

    try:
        if not _LOCALE.fullmatch(code):
            raise ValueError
        found = Locale.parse(code.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        raise ValueError(f"{code} is not a locale of CLDR") from None
    # Babel answers ar_ZZ with its likely subtags, ar_EG.
    wanted = code.lower().replace("-", "_").split("_")
    if not Counter(wanted) <= Counter(str(found).lower().split("_")):
        raise ValueError(f"{code} is not a locale of CLDR")
    # Babel writes what an alias leads to into data that languages share: after Hebrew, French had its months
    # (python-babel #1234). So each has copies of what names in dates are taken from.
    data: dict[Any, Any] = localedata.load(str(found)).copy()
    data |= {name: deepcopy(data[name]) for name in ("months", "days", "eras")}
    vars(found)["_Locale__data"] = localedata.LocaleDataDict(data)
    return found


def sort_key(text: str) -> tuple[str, str]:
    """What names are put in order by: without diacritics and tatweel, the forms of one letter alike.

    ICU's order on the words tried; PyICU has no wheel.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return plain.translate(_FOLDED).casefold(), text


def _symbols(reader: Language) -> Any:
    symbols = _locale(reader.locale).number_symbols
    return symbols.get(reader.digits) or symbols["latn"]


def _digits(text: str, reader: Language) -> str:
    return text.translate(_translation(reader.digits))


@cache
def _translation(digits: str) -> dict[int, str]:
    return dict(zip(map(ord, _DIGITS["latn"]), _DIGITS[digits], strict=True))
