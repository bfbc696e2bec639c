"""Addresses: slugs of Arabic titles, output paths, links."""

import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jisr.urls import SLUG_BYTES, absolute, collision_key, collision_keys, is_address, page_path, slug, url

SLUGS = {
    # Harakat, Koranic marks and tatweel are written or left out at will.
    "مقدّمة": "مقدمة",
    "مُقَدِّمَةٌ فِي العِلْمِ": "مقدمة-في-العلم",
    "هٰذا": "هذا",
    "كتابࣰا": "كتابا",
    "ٱلْكِتَـٰبُ ۚ لَا رَيْبَ": "ٱلكتب-لا-ريب",
    "جســـر": "جسر",
    "ـــ": "",
    # Controls vanish and don't part a word.
    "أحمد\u200f": "أحمد",
    "\u202bجسر\u202c إلى \u2068Paris\u2069": "جسر-إلى-paris",
    "می\u200cخواهم": "میخواهم",
    "\ufeffجسر": "جسر",
    # Presentation forms by NFKC.
    "ﺟﺴﺮ": "جسر",
    "ﻻ إله": "لا-إله",
    "ﷺ": "صلى-الله-عليه-وسلم",
    "ﬁnance": "finance",
    # Composed and decomposed are one.
    "أ": "أ",
    "ا\u0654": "أ",
    "Cafe\u0301": "café",
    # The rest: words joined by one hyphen.
    "كلم الرئيس الروسي بوتين، نتنياهو وعباس": "كلم-الرئيس-الروسي-بوتين-نتنياهو-وعباس",
    "قال: «نعم»؟": "قال-نعم",
    "خبر 2026 / ٢٠٢٦": "خبر-2026-٢٠٢٦",
    "C++ و .NET": "c-و-net",
    "a_b": "a-b",
    "a - _b": "a-b",
    "snake _ case__name": "snake-case-name",
    "../../etc/passwd": "etc-passwd",
    "  -جسر-  ": "جسر",
    "": "",
    "!!! …": "",
}


@pytest.mark.parametrize("text", SLUGS)
def test_a_slug_is_the_bare_words_joined_by_hyphens(text: str) -> None:
    assert slug(text) == SLUGS[text]


TITLES = st.text(
    st.one_of(
        st.sampled_from("جسرالمقدمةأإآٱىئؤء٠١٢09aZßİΣ"),
        st.sampled_from("ًٌٍَُِّْٰـ۝ࣰ\u0301\u0654\u200f\u200c\u2067\u2069"),
        st.sampled_from("ﺟﷺﬁ½⁵ ـ/.:،؟«»\n\t\0"),
        st.sampled_from("-_ "),
        st.characters(),
    ),
    max_size=150,
)


@given(TITLES)
@example("0:_0")
@example("ﷺ" * 30)
@settings(deadline=None)
def test_a_slug_of_a_slug_is_the_slug(text: str) -> None:
    assert slug(slug(text)) == slug(text)


@given(TITLES)
@example("0:_0")
@example("ﷺ" * 30)
@settings(deadline=None)
def test_a_slug_is_one_safe_part_of_an_address(text: str) -> None:
    found = slug(text)
    assert len(found.encode()) <= SLUG_BYTES
    assert "--" not in found
    assert found == found.strip("-")
    assert not set(found) & set(" _/\\.?#%&:\0ـ")
    assert not any(unicodedata.category(c)[0] in "CZ" for c in found)
    assert unicodedata.is_normalized("NFC", found)


@given(TITLES, st.sampled_from("ًٌٍَُِّْـ\u200f\u2068\u2069"), st.integers(0, 150))
@settings(deadline=None)
def test_a_mark_more_or_less_gives_the_same_slug(text: str, mark: str, at: int) -> None:
    plain = unicodedata.normalize("NFKC", text)[:30]
    base = "".join(c for c in plain if not unicodedata.combining(c))
    at = min(at, len(base))
    assert slug(base[:at] + mark + base[at:]) == slug(base)


def test_a_long_slug_is_cut_by_bytes_at_the_end_of_a_word() -> None:
    found = slug("بوتين " * 40)
    assert set(found.split("-")) == {"بوتين"}
    assert SLUG_BYTES - len("-بوتين".encode()) < len(found.encode()) <= SLUG_BYTES
    ascii_slug = slug("bridge " * 40)
    assert set(ascii_slug.split("-")) == {"bridge"}
    assert len(ascii_slug) > len(found), "letters of one byte leave room for more of them"


def test_a_long_word_is_cut_between_letters() -> None:
    assert slug("ة" * 200) == "ة" * (SLUG_BYTES // 2)
    assert slug("a" + "ة" * 200) == "a" + "ة" * (SLUG_BYTES // 2 - 1)


def test_a_slug_that_just_fits_is_whole() -> None:
    whole = "-".join(["جسر"] * 17)
    assert SLUG_BYTES - 2 <= len(whole.encode()) <= SLUG_BYTES
    assert slug(whole) == whole
    assert slug("ة" * (SLUG_BYTES // 2)) == "ة" * (SLUG_BYTES // 2)


def test_a_page_is_the_index_of_its_folder() -> None:
    assert page_path("articles/جسر", "en", "folders") == "en/articles/جسر/index.html"
    assert page_path("articles/جسر", "", "folders") == "articles/جسر/index.html"
    assert page_path("", "en", "folders") == "en/index.html"
    assert page_path("", "", "folders") == "index.html"


def test_or_a_file_and_a_home_page_still_an_index() -> None:
    assert page_path("articles/جسر", "en", "files") == "en/articles/جسر.html"
    assert page_path("page/2", "en", "files") == "en/page/2.html"
    assert page_path("", "en", "files") == "en/index.html"
    assert page_path("", "", "files") == "index.html"


@pytest.mark.parametrize(
    ("path", "base", "expected"),
    [
        ("index.html", "/", "/"),
        ("en/index.html", "/repo/", "/repo/en/"),
        ("about/index.html", "/", "/about/"),
        ("old-index.html", "/", "/old-index.html"),
        ("en/old-index.html", "/", "/en/old-index.html"),
        ("index.html.bak", "/", "/index.html.bak"),
        ("404.html", "/repo/", "/repo/404.html"),
        ("css/site.css", "/a/b/", "/a/b/css/site.css"),
        ("articles/جسر/index.html", "/", "/articles/%D8%AC%D8%B3%D8%B1/"),
        ("a b.png", "/", "/a%20b.png"),
        ("50%.png", "/", "/50%25.png"),
        ("what?#.png", "/", "/what%3F%23.png"),
        ('"<a>".png', "/", "/%22%3Ca%3E%22.png"),
        ("a(1)+b,c.png", "/", "/a(1)+b,c.png"),
    ],
)
def test_a_link_begins_at_the_root_and_is_percent_encoded(path: str, base: str, expected: str) -> None:
    assert url(path, base) == expected


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
@settings(deadline=None)
def test_a_link_leads_back_to_its_path(name: str) -> None:
    link = url(f"files/{name}.png", "/")
    assert link.isascii()
    assert not set(link) & set(' ?#"<>\\\n')
    assert unquote(link) == f"/files/{name}.png"


@pytest.mark.parametrize(
    ("link", "base_url", "expected"),
    [
        ("/a/", "https://example.org", "https://example.org/a/"),
        ("/repo/a/", "https://example.org/repo", "https://example.org/repo/a/"),
        ("/a/", "http://localhost:8000", "http://localhost:8000/a/"),
    ],
)
def test_an_absolute_link_has_the_base_path_once(link: str, base_url: str, expected: str) -> None:
    assert absolute(link, base_url) == expected


def test_paths_that_some_file_system_takes_for_one_collide() -> None:
    assert collision_key("About/index.html") == collision_key("about/index.html")
    assert collision_key("أحمد.png") == collision_key(unicodedata.normalize("NFD", "أحمد.png"))
    assert collision_key("STRASSE") == collision_key("straße")
    assert collision_key("É") == collision_key("e\u0301")


def test_paths_that_differ_dont_collide() -> None:
    paths = ["a/index.html", "b/index.html", "a.html", "احمد", "أحمد", "مقدمة", "مقدّمة"]
    assert len({collision_key(path) for path in paths}) == len(paths)
    assert collision_keys(paths) == [collision_key(path) for path in paths]


@pytest.mark.parametrize(
    ("link", "right"),
    [
        ("https://%D9%85%D8%AB%D8%A7%D9%84.com/", True),
        ("//x.org/a", True),
        ("https://a%20b/", False),
        ("https://a%2Fb%00.org/", False),
        ("https://%/", False),
    ],
)
def test_a_host_is_looked_at_as_browsers_decode_it(link: str, right: bool) -> None:
    assert is_address(link) == right
