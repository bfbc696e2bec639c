"""Direction of text: which runs misorder in Arabic, and which controls have lost their partner."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jisr.bidi import COULD_RUN, FSI, LRI, LTR_RUN, PDI, RLI, has_controls, isolate, unbalanced


def test_isolated_text_stands_between_fsi_and_pdi() -> None:
    assert isolate("أحمد (2026)") == "\u2068أحمد (2026)\u2069"


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("", None),
        ("نص عادي، with Latin (2026).", None),
        ("\u200eعلامة\u200f\u061c", None),
        (f"قال {FSI}John{PDI} نعم", None),
        (f"{RLI}ا{LRI}b{FSI}ج{PDI}{PDI}{PDI}", None),
        (f"{LRI}a{PDI}{LRI}b{PDI}", None),
        (f"{LRI}a", 0),
        (f"قال {FSI}John", 4),
        (f"{RLI}ا{LRI}b{PDI}", 0),
        (f"{RLI}ا{PDI}{LRI}b", 3),
        (f"a{PDI}", 1),
        (f"{PDI}{LRI}", 0),
        (f"{LRI}a{PDI}{PDI}", 3),
        ("ا\u202ab\u202c", 1),
        ("\u202bا\u202c", 0),
        ("a\u202eb", 1),
        ("a\u202d", 1),
        ("a\u202c", 1),
        (f"{LRI}\u202eb\u202c{PDI}", 1),
    ],
)
def test_the_first_control_without_partner_is_found(text: str, index: int | None) -> None:
    assert unbalanced(text) == index


@given(
    st.text(
        st.sampled_from(
            "ا’…b\u2027\u202a\u202b\u202c\u202d\u202e\u202f\u2065\u2066\u2067\u2068\u2069\u206a\ud800"
        ),
        max_size=4,
    )
)
@settings(deadline=None)
def test_controls_are_told_from_their_neighbours(text: str) -> None:
    assert has_controls(text.encode(errors="surrogatepass")) == bool(
        set(text) & set(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
    )


@given(st.text(st.sampled_from(f"ا b{FSI}{LRI}{RLI}"), max_size=20))
@settings(deadline=None)
def test_text_is_balanced_exactly_when_each_isolate_is_closed(text: str) -> None:
    opened = sum(text.count(c) for c in (FSI, LRI, RLI))
    assert unbalanced(text + PDI * opened) is None
    assert unbalanced(text + PDI * (opened + 1)) == len(text) + opened
    assert (unbalanced(text) is None) == (opened == 0)
    assert unbalanced(isolate(text + PDI * opened)) is None


ISOLATED = {
    # Addresses.
    "انظر https://example.org/bridges?span=40.": ["https://example.org/bridges?span=40"],
    "انظر https://example.org/ أو https://example.org": ["https://example.org/", "https://example.org"],
    "انظر (https://example.org/a).": ["https://example.org/a"],
    "انظر https://example.org/a، ثم http://example.org/b#c؟": ["https://example.org/a", "http://example.org/b#c"],
    "انظر https://ar.wikipedia.org/wiki/Bridge_(structure).": ["https://ar.wikipedia.org/wiki/Bridge_(structure)"],
    # Dates, telephones, numbers.
    "نُشر في 2026-01-09.": ["2026-01-09"],
    "الهاتف (123) 456-7890 أو (02) 25775000، (02)2577 5000.": ["(123) 456-7890", "(02) 25775000", "(02)2577 5000"],
    "الفصل (12) 345 صفحة، والعام (2023) 2024": [],
    "من 2026-01-09 إلى 2026-02-10": ["2026-01-09", "2026-02-10"],
    "اتصل بنا +20 2 1234 5678.": ["+20 2 1234 5678"],
    "اتصل بنا على +20-2-1234-5678، صباحًا": ["+20-2-1234-5678"],
    "على 00966 55 123 4567 أو 0020 2 2577 5000": ["00966 55 123 4567", "0020 2 2577 5000"],
    "على 055 12 34 567، أو 01 23 45 67 89": ["055 12 34 567", "01 23 45 67 89"],
    "على (+966) 55 123 4567 الآن": ["(+966) 55 123 4567"],
    "في 2023-10-16T10:30، ثم 2023-10-16T10:30:00+02:00": ["2023-10-16T10:30", "2023-10-16T10:30:00+02:00"],
    "معالج 8-bit قديم، وبرنامج 7-Zip": ["8-bit", "7-Zip"],
    "بين -5 و-10 درجات": ["-5", "-10"],
    "الحرارة -5 اليوم": ["-5"],
    "الحرارة −5 اليوم": ["−5"],
    "من -5 إلى +10.": ["-5", "+10"],
    "نسبة 25% منهم": ["25%"],
    "نسبة 25.5%.": ["25.5%"],
    "تراجع -1,234.5% فجأة": ["-1,234.5%"],
    "ما بين 50%-60% منهم": ["50%", "60%"],
    "بنسبة(25%)": ["25%"],
    "زيادة بـ25%،": ["25%"],
    # Names that begin or end with a mark.
    "استخدم C++.": ["C++"],
    "استخدم C++، ثم C#!": ["C++", "C#"],
    "«C++» و(C#)": ["C++", "C#"],
    "لغة الـC++ قديمة": ["C++"],
    "منصة .NET الحديثة": [".NET"],
    "حساب @user على": ["@user"],
    "حساب @user_name.": ["@user_name"],
    "وسم #bridge الشائع": ["#bridge"],
    "المجلد /usr/bin/ فيه": ["/usr/bin/"],
    "المجلد /usr/bin.": ["/usr/bin"],
    "شغّل ./run.sh الآن": ["./run.sh"],
    "الخيار --help أو -v": ["--help", "-v"],
    "المجلد docs/ هنا": ["docs/"],
}  # fmt: skip


@pytest.mark.parametrize("text", ISOLATED)
def test_a_run_that_begins_or_ends_with_a_mark_is_isolated_whole(text: str) -> None:
    assert [run[0] for run in LTR_RUN.finditer(text)] == ISOLATED[text]


NOT_ISOLATED = [
    "",
    "نص عربي بلا شيء.",
    "في 2020-2023 كانت",  # a range flows from right to left, and is right so
    "الأعوام 1990-1995.",
    "قرأ Python.",
    "قرأ Python، ثم Rust؛ فهمت؟",
    "قال John Smith (2026): نعم!",
    "لغة «Python» و(Rust)",
    "راسل user@example.org.",
    "زر example.org اليوم",
    "الإصدار 3.12 من Python",
    "عند 10:30 يوم 9/1/2026",
    "العدد 1,234 والعدد 1.5",
    "نسبة ٢٥٪ منهم",
    "الحرارة ٥ درجات",
    "- بند أول",
    "قال - ثم سكت - نعم",
    "... وهكذا ...",
    "صفحة 5 - 7",
    "COVID-19 و x-ray",
    "R&D و U.S.A.",
    "",
]
SPLIT = [
    # A run of Latin letters is in order as it stands; a piece of it on its own would change places with the rest.
    "بروتوكول TCP/IP القديم",
    "فرقة AC/DC الشهيرة",
    "سرعة 90 km/h هنا",
    "وحدة I/O بطيئة",
    "معيار C++17 الجديد",
    "راسل user+tag@example.org اليوم",
    "زر example.org/path اليوم",
    "بروتوكول HTTP/2 الجديد",
    "المعادلة a+b هنا",
    # A hyphen within an Arabic name isn't a minus: set apart, it would stand on the wrong side of its number.
    "جائحة كوفيد-19 انتشرت",
    "مقاتلة إف-16 أمريكية",
    "طائرة سو-35 روسية",
    "طائرة ف-16 أمريكية",
    "الساعة 08 30 صباحا",
]


@pytest.mark.parametrize("text", NOT_ISOLATED)
def test_a_run_that_reads_right_as_it_stands_is_left_alone(text: str) -> None:
    assert [run[0] for run in LTR_RUN.finditer(text)] == []


@pytest.mark.parametrize("text", SPLIT)
def test_no_piece_of_a_word_is_isolated(text: str) -> None:
    for run in LTR_RUN.finditer(text):
        before, after = text[: run.start()][-1:], text[run.end() :][:1]
        assert not before.isalnum(), f"{run[0]} is torn from what stands before it"
        assert not after.isalnum(), f"{run[0]} is torn from what stands behind it"


@pytest.mark.parametrize(
    "text",
    ["اتصل (+20) 2 1234 5678 صباحًا", "اتصل +20 (2) 1234 5678", "(انظر +20 2 1234 5678)",
     "انظر https://ar.wikipedia.org/wiki/Bridge_(structure)", "(انظر https://example.org/a)"],
)  # fmt: skip
def test_brackets_of_a_run_stay_together(text: str) -> None:
    found = [run[0] for run in LTR_RUN.finditer(text)]
    assert len(found) == 1
    assert found[0].count("(") == found[0].count(")")


@given(st.text(st.sampled_from("ابa1 +-%@#./،."), max_size=40))
@settings(deadline=None)
def test_no_run_begins_or_ends_with_a_space_or_the_stop_of_a_sentence(text: str) -> None:
    for run in LTR_RUN.finditer(text):
        assert run[0] == run[0].strip()
        assert not run[0].endswith((".", ","))
        assert run[0].isascii()


@given(st.text(alphabet="ا 0123aZ-+%@#./:~_&=?−()،", max_size=20))
def test_a_text_with_a_run_is_one_that_could_have_one(text: str) -> None:
    assert COULD_RUN.search(text) or not LTR_RUN.search(text)
