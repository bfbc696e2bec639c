"""What may be wrong with a translation, said while it is being made.

What a build refuses is found by the build's own rules; numbers are compared besides, as a warning: a
translator may write "two" for 2.
"""

import re
from collections import Counter

from jisr.bidi import unbalanced
from jisr.errors import CONTROL, Problem
from jisr.model import Segment, Translation
from jisr.read.documents import is_blank
from jisr.read.markup.body import Body
from jisr.read.markup.converter import Converter
from jisr.read.segments import normalise, prose
from jisr.read.sources import MAX_LINE
from jisr.translate.editions import faithful

_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{3})+")
_SPACES = re.compile(r"[ \t\r\n]+")
"""Those that don't break are the translator's."""
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٬٫،", "01234567890123456789,.,")
"""The digits and the separators of Arabic and Persian; a comma may stand for U+066C."""


def tidy(segment: Segment, text: str) -> str:
    """A translation as a catalogue holds it: spaces as in its msgid."""
    if segment.context:
        return _SPACES.sub(" ", text).strip(" ")
    return normalise(text.replace("\r\n", "\n"))


def problems(
    body: Body, segment: Segment, text: str, path: str, line: int, converter: Converter
) -> tuple[Problem, ...]:
    """What is wrong with a tidy text as the translation of a segment; none with an empty one."""
    if not text:
        return ()
    found: list[Problem] = []
    if control := CONTROL.search(text):
        what = f"the character U+{ord(control[0]):04X} can't stand in a text"
        return (Problem(path, line, 1, what, "remove it"),)
    if len(text) > MAX_LINE:
        what = f"the translation has {len(text):,} characters"
        return (Problem(path, line, 1, what, f"write less than {MAX_LINE:,}"),)
    if is_blank(text):
        return (Problem(path, line, 1, "nothing of the translation can be seen", "write it, or empty it"),)
    if (at := unbalanced(text)) is not None:
        what = f"the character U+{ord(text[at]):04X} has no partner in the translation"
        return (Problem(path, line, 1, what, "remove it, or use isolates in pairs"),)
    faithful(body, (Translation(segment, text, "translated", None, line),), path, converter, found.append)
    expected, actual = numbers(segment.text), numbers(text)
    said = []
    if lost := expected - actual:
        said.append(f"has lost the number {', '.join(sorted(lost.elements()))}")
    if added := actual - expected:
        said.append(f"has the number {', '.join(sorted(added.elements()))}, which its source doesn't have")
    if said:
        what = f"the translation {' and '.join(said)}"
        found.append(Problem(path, line, 1, what, "compare the two", "warning"))
    return tuple(found)


def joined(segment: Segment, text: str, path: str, line: int) -> tuple[Problem, ...]:
    """A warning where breaks of a text as it was typed aren't in its tidy form, as of pasted paragraphs."""
    if text.strip().count("\n") == tidy(segment, text).count("\n"):
        return ()
    hint = "write it in one line" if segment.context else "end a line with two spaces to break it on the page"
    return (Problem(path, line, 1, "line breaks become spaces", hint, "warning"),)


def numbers(text: str) -> Counter[str]:
    """The numbers in a text, in ASCII digits: ١٬٣٠٠, 1,300 and 1.300 are all 1300; 2,5 is 2.5."""
    found = _NUMBER.findall(prose(text).translate(_DIGITS))
    return Counter(map(_canonical, found))


def _canonical(number: str) -> str:
    if _GROUPED.fullmatch(number):
        number = number.replace(",", "").replace(".", "")
    return number.replace(",", ".").lstrip("0") or "0"
