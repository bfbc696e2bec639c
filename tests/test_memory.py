"""The translation memory, and what is said of a translation while it is being made."""

from collections import Counter

import pytest

from jisr.errors import Problem
from jisr.model import Document, Metadata, Segment
from jisr.read.markup.converter import Converter
from jisr.translate import checks
from jisr.translate.catalog import Catalogue, Entry
from jisr.translate.memory import Memory

HERE = ("translations/en/here.po", (None, "زار الوزير مدينة حلب اليوم"))


def catalogue(*entries: Entry, obsolete: tuple[Entry, ...] = ()) -> Catalogue:
    return Catalogue(
        "", entries={entry.key: entry for entry in entries}, obsolete={entry.key: entry for entry in obsolete}
    )


def offers(memory: Memory, text: str = HERE[1][1]) -> list[tuple[str, int]]:
    return [(one.text, one.share) for one in memory.suggestions(text, here=HERE)]


def test_the_same_text_comes_first_and_what_is_unlike_not_at_all() -> None:
    memory = Memory()
    memory.learn(
        "translations/en/a.po",
        catalogue(
            Entry("زار الوزير مدينة حمص اليوم", ("He visited Homs",)),
            Entry("ارتفعت أسعار القمح في الأسواق", ("Wheat rose",)),
            Entry("زار الوزير مدينة حلب اليوم", ("He visited Aleppo",)),
        ),
    )
    assert offers(memory) == [("He visited Aleppo", 100), ("He visited Homs", 92)]


def test_a_block_is_not_its_own_suggestion_and_a_translation_comes_once() -> None:
    memory = Memory()
    own = Entry(HERE[1][1], ("Mine",))
    memory.learn(HERE[0], catalogue(own))
    memory.learn("translations/en/a.po", catalogue(Entry(HERE[1][1], ("Theirs",))))
    memory.learn("translations/en/b.po", catalogue(Entry(HERE[1][1], ("Theirs",))))
    assert offers(memory) == [("Theirs", 100)]


def test_only_settled_translations_are_offered_obsolete_ones_too() -> None:
    memory = Memory()
    text = HERE[1][1]
    memory.learn("translations/en/a.po", catalogue(Entry(text, ("Fuzzy",), fuzzy=True)))
    memory.learn("translations/en/b.po", catalogue(Entry(text, ("",))))
    memory.learn("translations/en/c.po", catalogue(obsolete=(Entry(text, ("Old",)),)))
    assert offers(memory) == [("Old", 100)]


def test_it_forgets_what_a_catalogue_no_longer_says() -> None:
    memory = Memory()
    memory.learn("translations/en/a.po", catalogue(Entry(HERE[1][1], ("One",))))
    assert offers(memory) == [("One", 100)]
    memory.learn("translations/en/a.po", catalogue(Entry(HERE[1][1], ("Two",))))
    assert offers(memory) == [("Two", 100)]
    memory.learn("translations/en/a.po", None)
    assert offers(memory) == []


def check(source: str, text: str) -> list[tuple[str, str]]:
    """Severity and message of what is wrong with a translation."""
    document = Document(
        "content/a.md",
        "page",
        Metadata("ع"),
        "a",
        f"{source}\n\n[^1]: حاشية\n\n[ref]: https://example.org/r\n",
        True,
        0,
        {},
    )
    converter = Converter()
    reported: list[Problem] = []
    body = converter.parse(document, reported.append)
    assert body is not None, reported
    segment = body.segments[0]
    found = checks.problems(body, segment, checks.tidy(segment, text), "a.po", 1, converter)
    return [(problem.severity, problem.message) for problem in found]


@pytest.mark.parametrize(
    ("source", "text", "said"),
    [
        ("انظر [هنا](https://e.org)", "See here", "has lost the link https://e.org"),
        (
            "انظر هنا",
            "See [here](https://e.org)",
            "has the link https://e.org, which its source doesn't have",
        ),
        ("نص[^1] آخر", "Another text", "has lost the footnote #fn-1"),
        ("اكتب `ls` هنا", "Write `rm` here", "has lost the code ls and has the code rm, which its source"),
        ("انظر [المرجع][ref]", "See the reference", "has lost the link https://example.org/r"),
        ("نص", "\u2067text", "the character U+2067 has no partner in the translation"),
        ("نص", "te\x07xt", "the character U+0007 can't stand in a text"),
    ],
)
def test_what_a_build_refuses_is_an_error(source: str, text: str, said: str) -> None:
    [(severity, message)] = check(source, text)
    assert severity == "error"
    assert said in message


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("عددهم ١٬٣٠٠ وطوله ٢٫٥ متر", "They were 1,300, and it is 2.5 metres"),
        ("عددهم 1300 و50%", "They were 1.300, and 50 %"),
        ("سنة ۱۴۰۲", "The year 1402"),
        ("انظر [٣](https://e.org/5)", "See [3](https://e.org/5)"),
        ("نص بلا أرقام", ""),
    ],
)
def test_the_same_numbers_in_other_digits_are_no_problem(source: str, text: str) -> None:
    assert check(source, text) == []


def test_another_number_is_a_warning() -> None:
    assert check("طوله ٢٥٠ مترا", "It is 205 metres long") == [
        (
            "warning",
            "the translation has lost the number 250 and has the number 205, which its source doesn't have",
        )
    ]


def test_numbers_are_counted() -> None:
    assert checks.numbers("من 3 إلى ٣، ثم 007 و1,5 و`9`") == Counter({"3": 2, "7": 1, "1.5": 1})


def test_a_translation_is_tidied_as_its_source_is() -> None:
    body = Segment("paragraph", "نص", 1)
    title = Segment("title", "عنوان", 1, "title")
    assert checks.tidy(body, " one\r\ntwo  \nthree ") == "one two  \nthree"
    assert checks.tidy(title, " one\ntwo  three ") == "one two three"


def test_spaces_that_do_not_break_are_the_translators() -> None:
    title = Segment("title", "عنوان", 1, context="title")
    assert checks.tidy(title, " The\u00a0bridge \n is\u202f: open ") == "The\u00a0bridge is\u202f: open"
