"""Arabic as it is typeset: separators of numbers, marks, spaces, quotes, letters; and what to write instead.

Takes prose as blocks.py fills it in, and reports at indices of that. Sources: W3C, "Text Layout
Requirements for the Arabic Script"; CLDR; UAX #15.
"""

import re
import unicodedata

from jisr.bidi import LTR_RUN
from jisr.check.blocks import FILLED
from jisr.check.findings import Say

LETTER = "\u0620-\u063f\u0641-\u064a\u066e-\u06d3\u06fa-\u06ff"
_MARKS = "\u064b-\u0652\u0670"
_EASTERN = "\u0660-\u0669\u06f0-\u06f9"
_DIGIT = f"[0-9{_EASTERN}]"
_SYSTEMS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹")

HAS_ARABIC = re.compile(f"[{LETTER}]")
_IS_ARABIC = re.compile(f"[{LETTER}\ufb50-\ufdff\ufe70-\ufefc]")
"""Presentation forms too."""

_COMMA = re.compile(rf"(?<!{_DIGIT})(?<!،){_DIGIT}+(?:،{_DIGIT}+)+")
_THOUSANDS = re.compile(rf"{_DIGIT}{{1,3}}(?:،{_DIGIT}{{3}})+")
_DECIMAL = re.compile(rf"{_DIGIT}+،{_DIGIT}{{1,2}}")
_LATIN_SEPARATOR = re.compile(
    rf"(?<![0-9.,٬٫])[{_EASTERN}]+(?:[.,][{_EASTERN}]+)+(?![.,]?{_DIGIT})|[{_EASTERN}]+%"
)
_NUMBER = re.compile(rf"{_DIGIT}(?:[.,٬٫]?{_DIGIT})+")
_SPACE_BEFORE = re.compile(
    rf"(?<=[{LETTER}{_MARKS}\w»”)\]{FILLED}])[ \t\u00a0]+\n?(?P<mark>[،؛؟])|\n[ \t]*(?P<start>[،؛؟])"
)
_NO_SPACE_AFTER = re.compile(rf"(?<=[{LETTER}{_MARKS}])(?P<mark>[،؛؟])(?P<next>[«(]?[{LETTER}]+)")
_LATIN_MARK = re.compile(rf"(?<=[{LETTER}{_MARKS}»])(?P<mark>[,;?])(?=[\s{LETTER}»”{FILLED})]|$)")
_FOR_LATIN = {",": "،", ";": "؛", "?": "؟"}
_TATWEEL = re.compile(rf"[{LETTER}{_MARKS}]*\u0640{{2,}}[{LETTER}{_MARKS}\u0640]*")
_FORMS = re.compile("[\ufb50-\ufd3d\ufd50-\ufdf9\ufdfb\ufe70-\ufefc]")
"""Presentation forms, but for the phrases ﷺ ﷽ ﷼ and the brackets ﴾ ﴿, which have no other spelling."""
_WORD = re.compile(r"\S+")
_PAIRS = {"»": "«", "›": "‹", ")": "("}
_QUOTE = re.compile(r"[«»‹›()“”\"]")
_ITEM_BRACKET = re.compile(r"(?:^|[\s(])\w{1,3}$")

_EDGE = re.compile(
    r"""
      (?<![\w@\#./+:%&?=~$\\<>|^*-])[$\\^|=~%&<>][A-Za-z][\w./\\:=-]*         # $HOME
    | (?<![\w$\\/.-])[A-Za-z][\w.:/\\-]*(?:[$\\%&^|=~<>]+(?![\w])|\(\)|\[\]|\{\})   # printf(), C:\x\ too
    | (?<![\w.-])[A-Za-z][\w.]*[ ][0-9]+(?:\.[0-9]+)*[+](?![\w])               # Python 3.11+
    """,
    re.VERBOSE | re.ASCII,
)
"""A run that begins or ends with a mark without direction, and that pages don't isolate of themselves."""


def typography(text: str, say: Say) -> None:
    """What is wrong in a piece of Arabic prose."""
    if not _IS_ARABIC.search(text):
        return
    _numbers(text, say)
    _spaces(text, say)
    for found in _TATWEEL.finditer(text):
        plain = found[0].replace("\u0640", "")
        say("tatweel", found.start(), f"`{found[0]}` is stretched by tatweel", f"write {plain}")
    _letters(text, say)


def _numbers(text: str, say: Say) -> None:
    for found in _COMMA.finditer(text):
        number = found[0]
        if _THOUSANDS.fullmatch(number):
            hint = f"write {number.replace('،', '٬')} with U+066C"
        elif _DECIMAL.fullmatch(number):
            hint = f"write {number.replace('،', '٫')} with U+066B, or a space after the comma"
        else:
            hint = f"write {number.replace('،', '، ')} if these are several numbers"
        say("separators", found.start(), f"an Arabic comma stands within the number {number}", hint)
    for found in _LATIN_SEPARATOR.finditer(text):
        number = found[0]
        better = number.replace(",", "٬").replace("%", "٪")
        if better.count(".") == 1:
            better = better.replace(".", "٫")
        if "." not in better:  # ١.٢.٣ is the number of a version
            say("separators", found.start(), f"a Latin separator stands in {number}", f"write {better}")
    for found in _NUMBER.finditer(text):
        number = found[0]
        used = [system for system in _SYSTEMS if any(digit in system for digit in number)]
        if len(used) > 1:
            first = next(system for system in used if number[0] in system)
            table = {ord(other[n]): first[n] for other in used for n in range(10)}
            what = f"digits of two kinds stand in the number {number}"
            say("digits", found.start(), what, f"write {number.translate(table)}")


def _spaces(text: str, say: Say) -> None:
    for found in _SPACE_BEFORE.finditer(text):
        mark = found["mark"] or found["start"]
        at = found.end() - 1
        say("spacing", at, f"a space stands before `{mark}`", "take it out")
    for found in _NO_SPACE_AFTER.finditer(text):
        what = f"no space stands after `{found['mark']}`"
        say("spacing", found.start(), what, f"write {found['mark']} {found['next']}")
    for found in _LATIN_MARK.finditer(text):
        mark = found["mark"]
        say(
            "latin-marks",
            found.start(),
            f"a Latin `{mark}` stands in Arabic text",
            f"write {_FOR_LATIN[mark]}",
        )


def _letters(text: str, say: Say) -> None:
    found = _FORMS.search(text)
    if not found and unicodedata.is_normalized("NFC", text):
        return
    for word in _WORD.finditer(text):
        if _FORMS.search(word[0]):
            better = unicodedata.normalize("NFKC", word[0])
            what = f"`{word[0]}` is written in presentation forms"
            say("letters", word.start(), what, f"write {better}")
        elif not unicodedata.is_normalized("NFC", word[0]):
            what = f"`{word[0]}` is not in the form NFC: searches miss it"
            say("letters", word.start(), what, f"write {unicodedata.normalize('NFC', word[0])}")


def quotes(text: str, say: Say) -> None:
    """Quotation marks and brackets without a partner in a block."""
    opened: list[tuple[str, int]] = []
    curly: list[int] = []
    straight: list[int] = []
    for found in _QUOTE.finditer(text):
        sign, at = found[0], found.start()
        if sign == '"':
            straight.append(at)
        elif sign in "“”":
            curly.append(at)  # CLDR's for Arabic are ”…“, many write “…”
        elif sign in _PAIRS.values():
            opened.append((sign, at))
        elif opened and opened[-1][0] == _PAIRS[sign]:
            opened.pop()
        elif not (sign == ")" and _ITEM_BRACKET.search(text[max(at - 5, 0) : at])):
            say(
                "quotes",
                at,
                f"`{sign}` has no partner in its block",
                f"write {_PAIRS[sign]} before it, or take it out",
            )
    for sign, at in opened:
        partner = next(close for close, open_ in _PAIRS.items() if open_ == sign)
        say(
            "quotes", at, f"`{sign}` has no partner in its block", f"write {partner} after it, or take it out"
        )
    for signs in (curly, straight):
        if len(signs) % 2:
            at = signs[-1]
            say(
                "quotes",
                at,
                f"`{text[at]}` has no partner in its block",
                "close the quotation, or take it out",
            )


def direction(text: str, say: Say) -> None:
    """Runs that come out in another order in right-to-left text, but for those that pages isolate."""
    isolated: list[tuple[int, int]] | None = None
    for found in _EDGE.finditer(text):
        if isolated is None:
            isolated = [(run.start(), run.end()) for run in LTR_RUN.finditer(text)]
        if not any(start <= found.start() and found.end() <= end for start, end in isolated):
            run = found[0].strip()
            what = f"`{run}` comes out in another order in right-to-left text"
            say(
                "direction", found.start(), what, f'write it between backticks, or <bdi dir="ltr">{run}</bdi>'
            )
