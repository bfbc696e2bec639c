"""Languages as CLDR has them: names, directions, dates, digits, separators, marks, plural forms."""

import datetime
import json
import re
import subprocess
import sys
from gettext import c2py
from typing import Any

import pytest
from babel import Locale
from hypothesis import given, settings
from hypothesis import strategies as st

from jisr import languages
from jisr.fingerprint import hashed
from jisr.languages import (
    format_date,
    format_hijri,
    format_number,
    format_percent,
    language,
    language_name,
    plural_forms,
)
from jisr.packing import pack

ARABIC_DIGITS = "٠١٢٣٤٥٦٧٨٩"
LATIN = ["ar", "ar-AE", "ar-MA", "ar-DZ", "ar-TN"]
ARABIC = ["ar-EG", "ar-SA", "ar-LB", "ar-SY", "ar-IQ", "ar-JO", "ar-QA", "ar-KW", "ar-SD"]
JANUARY, AUGUST, DECEMBER = (datetime.date(2023, month, 9) for month in (1, 8, 12))
LRM, ALM = "\u200e", "\u061c"


@pytest.mark.parametrize(
    ("code", "direction", "name"),
    [("ar", "rtl", "العربية"), ("en", "ltr", "English"), ("fr", "ltr", "français"), ("ru", "ltr", "русский"),
     ("he", "rtl", "עברית"), ("fa", "rtl", "فارسی"), ("ur", "rtl", "اردو")],
)  # fmt: skip
def test_a_language_has_its_direction_and_its_own_name(code: str, direction: str, name: str) -> None:
    found = language(code)
    assert (found.code, found.direction, found.name, found.locale) == (code, direction, name, code)


def test_the_locale_doesnt_change_the_code_or_the_name() -> None:
    found = language("ar", "ar-EG")
    assert (found.code, found.name, found.locale) == ("ar", "العربية", "ar-EG")


@pytest.mark.parametrize("locale", LATIN)
def test_these_locales_write_latin_digits(locale: str) -> None:
    spoken = language("ar", locale)
    assert spoken.digits == "latn"
    assert format_number(2023, spoken).translate(str.maketrans("", "", ",.")) == "2023"


@pytest.mark.parametrize("locale", ARABIC)
def test_these_locales_write_arabic_digits(locale: str) -> None:
    spoken = language("ar", locale)
    assert spoken.digits == "arab"
    assert format_number(2023, spoken) == "٢٬٠٢٣"
    assert format_date(JANUARY, spoken).endswith(" ٢٠٢٣")


def test_the_digits_of_a_locale_can_be_overridden_both_ways() -> None:
    assert format_date(JANUARY, language("ar", "ar-EG", "latn")) == "9 يناير 2023"
    assert format_date(JANUARY, language("ar", "ar-AE", "arab")) == "٩ يناير ٢٠٢٣"
    assert format_number(-1234, language("ar", "ar-EG", "latn")) == f"{LRM}-1,234"
    assert format_number(-1234, language("ar", "ar-AE", "arab")) == f"{ALM}-١٬٢٣٤"


@pytest.mark.parametrize("digits", ["hebr", "thai", "Latn", "no"])
def test_other_digits_are_refused(digits: str) -> None:
    with pytest.raises(ValueError, match=digits):
        language("ar", "ar-EG", digits)


@pytest.mark.parametrize(
    ("locale", "january", "august", "december"),
    [
        ("ar", "يناير", "أغسطس", "ديسمبر"),
        ("ar-EG", "يناير", "أغسطس", "ديسمبر"),
        ("ar-SA", "يناير", "أغسطس", "ديسمبر"),
        ("ar-AE", "يناير", "أغسطس", "ديسمبر"),
        ("ar-LB", "كانون الثاني", "آب", "كانون الأول"),
        ("ar-SY", "كانون الثاني", "آب", "كانون الأول"),
        ("ar-IQ", "كانون الثاني", "آب", "كانون الأول"),
        ("ar-JO", "كانون الثاني", "آب", "كانون الأول"),
        ("ar-DZ", "جانفي", "أوت", "ديسمبر"),
        ("ar-TN", "جانفي", "أوت", "ديسمبر"),
        ("ar-MA", "يناير", "غشت", "دجنبر"),
    ],
)
def test_months_have_the_names_of_the_country(locale: str, january: str, august: str, december: str) -> None:
    spoken = language("ar", locale, "latn")
    assert [format_date(day, spoken) for day in (JANUARY, AUGUST, DECEMBER)] == [
        f"9 {month} 2023" for month in (january, august, december)
    ]


def test_a_date_in_other_languages_follows_their_order() -> None:
    assert format_date(AUGUST, language("en", "en-GB")) == "9 August 2023"
    assert format_date(AUGUST, language("en", "en-US")) == "August 9, 2023"
    assert format_date(AUGUST, language("fr")) == "9 août 2023"
    assert format_date(datetime.datetime(2023, 8, 9, 23, 30), language("fr")) == "9 août 2023"  # noqa: DTZ001


@pytest.mark.parametrize("locale", [*LATIN, *ARABIC])
def test_a_date_has_no_marks_that_break_in_left_to_right_text(locale: str) -> None:
    assert not re.search("[\u200e\u200f\u061c]", format_date(JANUARY, language("ar", locale)))


@pytest.mark.parametrize(
    ("locale", "expected"),
    [("ar", "1,234,567"), ("ar-AE", "1,234,567"), ("ar-MA", "1.234.567"), ("ar-DZ", "1.234.567"),
     ("ar-TN", "1.234.567"), ("ar-LB", "1.234.567"), ("ar-EG", "1,234,567")],
)  # fmt: skip
def test_latin_digits_take_the_separator_of_the_country(locale: str, expected: str) -> None:
    assert format_number(1234567, language("ar", locale, "latn")) == expected


@pytest.mark.parametrize("locale", ARABIC)
def test_arabic_digits_take_the_arabic_separator_and_never_the_comma(locale: str) -> None:
    assert format_number(1234567, language("ar", locale)) == "١٬٢٣٤٬٥٦٧"


@pytest.mark.parametrize("locale", LATIN)
def test_a_minus_and_a_percent_sign_before_latin_digits_carry_marks(locale: str) -> None:
    spoken = language("ar", locale)
    assert format_number(-5, spoken) == f"{LRM}-5"
    assert format_percent(25, spoken) == f"25{LRM}%{LRM}"
    assert format_percent(-25, spoken) == f"{LRM}-25{LRM}%{LRM}"


@pytest.mark.parametrize("locale", ARABIC)
def test_a_minus_and_a_percent_sign_beside_arabic_digits_carry_marks(locale: str) -> None:
    spoken = language("ar", locale)
    assert format_number(-5, spoken) == f"{ALM}-٥"
    assert format_percent(25, spoken) == f"٢٥٪{ALM}"
    assert format_percent(-25, spoken) == f"{ALM}-٢٥٪{ALM}"


def test_no_language_takes_the_names_of_another_that_came_before() -> None:
    code = (
        "import sys; from datetime import date; from jisr.languages import *\n"
        "for code in sys.argv[1:]:\n"
        "    one, day = language(code.partition('-')[0], code), date(2024, 1, 15)\n"
        "    print(code, format_month(day, one), format_date(day, one))"
    )

    def said(*codes: str) -> set[str]:
        command = [sys.executable, "-c", code, *codes]
        return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines())

    codes = ["he", "ar", "ar-LB", "ur", "fr", "tr"]
    alone = set().union(*map(said, codes))
    assert said(*codes) == said(*reversed(codes)) == alone


def test_numbers_in_other_languages_follow_their_rules() -> None:
    assert format_number(-1234567, language("en")) == "-1,234,567"
    assert format_percent(25, language("en")) == "25%"
    assert format_number(1234567, language("fr")) == "1\u202f234\u202f567"
    assert format_percent(25, language("fr")) == "25\u00a0%"
    assert format_number(0, language("en")) == "0"
    assert format_number(-1234.5, language("de")) == "-1.234,5"
    assert format_number(1234.5, language("ar", "ar-SY")) == "١٬٢٣٤٫٥"
    assert format_percent(12.5, language("ar", "ar-SY")) == "١٢٫٥٪\u061c"


@given(st.integers(-(10**15), 10**15), st.sampled_from([*LATIN, *ARABIC]))
@settings(deadline=None)
def test_a_number_is_in_one_system_of_digits_and_says_what_it_was(number: int, locale: str) -> None:
    spoken = language("ar", locale)
    shown = format_number(number, spoken)
    own, other = ("0123456789", ARABIC_DIGITS)[:: 1 if spoken.digits == "latn" else -1]
    assert not set(shown) & set(other)
    digits = "".join(str(own.index(c)) for c in shown if c in own)
    assert int(digits) == abs(number)
    assert ("-" in shown) == (number < 0)


@given(st.dates(), st.sampled_from([*LATIN, *ARABIC]))
@settings(deadline=None)
def test_a_date_is_in_one_system_of_digits(day: datetime.date, locale: str) -> None:
    spoken = language("ar", locale)
    shown = format_date(day, spoken)
    other = ARABIC_DIGITS if spoken.digits == "latn" else "0123456789"
    assert re.search(r"\d", shown)
    assert not set(shown) & set(other)


@pytest.mark.parametrize(
    "code",
    ["xx-YY", "ar-ZZ", "ar-XX", "nonsense", "", "-", "ar-", "-EG", " ar", "ar ", "ar\n", "ar EG", "123", "../ar",
     "ar-EG-EG", "ar.UTF-8", "ar-EG@x", "ar-EG;x", "عربية"],
)  # fmt: skip
def test_an_unknown_locale_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="is not a locale of CLDR"):
        language(code)
    if code:
        with pytest.raises(ValueError, match="is not a locale of"):
            language("ar", code)


def test_a_locale_of_another_language_is_refused() -> None:
    with pytest.raises(ValueError, match="en-GB is not a locale of the language ar"):
        language("ar", "en-GB")


def test_languages_are_named_in_the_language_of_the_reader() -> None:
    ar, en, fr = language("ar", "ar-EG"), language("en", "en-GB"), language("fr")
    assert language_name(ar, en) == "Arabic"
    assert language_name(en, ar) == "الإنجليزية"
    assert language_name(fr, ar) == "الفرنسية"
    assert language_name(ar, fr) == "arabe"
    assert language_name(ar, ar) == ar.name == "العربية"


CATEGORIES = ("zero", "one", "two", "few", "many", "other")


def forms(code: str) -> tuple[int, "re.Match[str]"]:
    """The number of forms, and the header's parts."""
    header = plural_forms(code)
    found = re.fullmatch(r"nplurals=(\d); plural=(.+);", header)
    assert found, header
    return int(found[1]), found


@pytest.mark.parametrize("code", ["pt", "pt-BR", "zh-Hant", "en-GB", "ar-EG", "ht", "fr", "ru"])
def test_every_language_has_a_formula_that_gettext_reads(code: str) -> None:
    count, header = forms(code)
    formula = c2py(header[2])
    assert {formula(n) for n in range(1000)} <= set(range(count))


def test_the_arabic_plural_formula_is_cldrs_for_a_thousand_numbers() -> None:
    count, header = forms("ar")
    assert count == 6
    formula = c2py(header[2])
    cldr = Locale("ar").plural_form
    assert [CATEGORIES[formula(n)] for n in range(1001)] == [cldr(n) for n in range(1001)]


@pytest.mark.parametrize(
    ("number", "category"),
    [(0, "zero"), (1, "one"), (2, "two"), (3, "few"), (10, "few"), (11, "many"), (26, "many"), (99, "many"),
     (100, "other"), (101, "other"), (102, "other"), (103, "few"), (111, "many"), (200, "other")],
)  # fmt: skip
def test_arabic_numbers_take_these_forms(number: int, category: str) -> None:
    assert CATEGORIES[c2py(forms("ar")[1][2])(number)] == category


@pytest.mark.parametrize("code", ["en", "fr", "ru", "he", "fa", "ur"])
def test_the_plural_formula_of_other_languages_is_cldrs_too(code: str) -> None:
    cldr = Locale(code).plural_form
    numbers = [*range(201), 1_000_000]
    used = [category for category in CATEGORIES if category in {cldr(n) for n in numbers}]
    count, header = forms(code)
    formula = c2py(header[2])
    assert count >= len(used)
    assert [used[formula(n)] for n in numbers] == [cldr(n) for n in numbers]


@pytest.mark.parametrize(
    ("code", "expected"),
    [("en", {0: 1, 1: 0, 2: 1, 21: 1}), ("fr", {0: 0, 1: 0, 2: 2, 10**6: 1}), ("fa", {0: 0, 1: 0, 2: 1}),
     ("ur", {0: 1, 1: 0, 2: 1}), ("he", {0: 2, 1: 0, 2: 1, 3: 2, 10: 2}),
     ("ru", {0: 2, 1: 0, 2: 1, 5: 2, 11: 2, 12: 2, 21: 0, 22: 1, 111: 2})],
)  # fmt: skip
def test_numbers_in_other_languages_take_these_forms(code: str, expected: dict[int, int]) -> None:
    formula = c2py(forms(code)[1][2])
    assert {number: formula(number) for number in expected} == expected


@pytest.mark.parametrize(
    ("day", "code", "digits", "expected"),
    [
        (datetime.date(2023, 10, 16), "ar", "arab", "١ ربيع الآخر ١٤٤٥ هـ"),
        (datetime.date(2023, 10, 16), "ar", "latn", "1 ربيع الآخر 1445 هـ"),
        (datetime.date(2023, 10, 16), "en", "latn", "1 Rabi’ II 1445 AH"),
        (datetime.date(2024, 3, 11), "en", "latn", "1 Ramadan 1445 AH"),
        (datetime.date(2024, 6, 16), "ar", "latn", "10 ذو الحجة 1445 هـ"),
        (datetime.datetime(2024, 7, 7, 23, 59, tzinfo=datetime.UTC), "fr", "latn", "1 Muharram 1446 AH"),
        (datetime.date(1924, 8, 1), "en", "latn", "1 Muharram 1343 AH"),
        (datetime.date(1924, 7, 31), "en", "latn", ""),
        (datetime.date(2077, 11, 17), "ar", "latn", ""),
    ],
)
def test_days_of_the_islamic_calendar(day: datetime.date, code: str, digits: str, expected: str) -> None:
    assert format_hijri(day, language(code, digits=digits)) == expected


def test_what_is_remembered_of_languages_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "_known", {})
    monkeypatch.setattr(languages, "_named", {})
    made, other = language("ar", "ar-EG", hijri=True), language("en")
    language("de")
    kept = languages.remembered((made, other))
    monkeypatch.setattr(languages, "_known", {})
    monkeypatch.setattr(languages, "_named", {})
    monkeypatch.setattr(languages, "_locale", lambda code: pytest.fail(f"asked for {code}"))
    languages.remember(json.loads(json.dumps(kept)))
    assert list(languages._known.values()) == [made, other]  # and no other site's
    assert language("ar", "ar-EG", hijri=True) == made
    assert (language_name(made, other), language_name(other, made)) == ("Arabic", "الإنجليزية")


@pytest.mark.parametrize(
    "kept", [None, 5, [], ["90"], ["90", "x"], [["x"], 1], ["x", "y"], "ab", {"known": 1}]
)
def test_what_cant_have_been_remembered_is_passed_over(monkeypatch: pytest.MonkeyPatch, kept: Any) -> None:
    monkeypatch.setattr(languages, "_known", {})
    languages.remember(kept)
    assert languages._known == {}


@pytest.mark.parametrize("made_up", [
    {}, [1], [[], [1]], [[[["ar", None, None, False], ["ar", "up", "x", "ar", "latn", False]]], []],
    [[[["ar", None, None, False], ["../ar", "rtl", "x", "ar", "latn", False]]], []],
])  # fmt: skip
def test_a_record_that_was_made_up_brings_no_language(monkeypatch: pytest.MonkeyPatch, made_up: Any) -> None:
    monkeypatch.setattr(languages, "_known", {})
    packed = pack(made_up)
    languages.remember([packed.hex(), hashed(packed)])
    assert languages._known == {}
