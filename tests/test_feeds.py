"""Feeds: valid Atom in each language, with what a setting makes of articles that aren't translated."""

import re
from typing import Any

import feedparser
import pytest

from tests.conftest import PNG, SITE_YAML, MakeSite, SiteFolder
from tests.test_rebuild import times

ARTICLE = """\
---
title: خبر {0}
date: 2023-10-{0:02}
summary: موجز الخبر {0}.
authors: [ليلى حداد]
tags: [سياسة, C++]
---

نصّ [الخبر](/about/) الأول.

![صورة](x.png)

حاشية[^1].

[^1]: نصّها.
"""
ABOUT: dict[str, str | bytes] = {
    "content/about.md": "---\ntitle: عن\n---\n\nنصّ.\n",
    "content/articles/x.png": PNG,
}
PO = """\
msgid ""
msgstr "Language: en\\n"

msgctxt "title"
msgid "خبر 2"
msgstr "Story 2"

msgctxt "summary"
msgid "موجز الخبر 2."
msgstr "In short, 2."

msgid "نصّ [الخبر](/about/) الأول."
msgstr "Text of [the story](/about/)."

msgid "![صورة](x.png)"
msgstr "![Picture](x.png)"

msgid "حاشية[^1]."
msgstr "A note[^1]."

msgid "نصّها."
msgstr "Its text."
"""


def files(settings: str = "", count: int = 2) -> dict[str, str | bytes]:
    """Articles of which the second is translated whole."""
    written = {f"content/articles/a{n}.md": ARTICLE.format(n) for n in range(1, count + 1)}
    return {"site.yaml": SITE_YAML + settings, **ABOUT, **written, "translations/en/articles/a2.po": PO}


def feed(folder: SiteFolder, path: str = "en/feed.xml") -> Any:
    """A feed as feedparser understands it."""
    parsed = feedparser.parse(folder.read(path), sanitize_html=False, resolve_relative_uris=False)
    assert not parsed.bozo, parsed.bozo_exception
    assert parsed.version == "atom10"
    return parsed


def test_each_language_has_a_feed_that_its_pages_name(site: MakeSite) -> None:
    folder = site(files())
    assert folder.build().exit_code == 0
    for prefix, language, title in (("", "ar", "جسر"), ("en/", "en", "Jisr")):
        parsed = feed(folder, f"{prefix}feed.xml")
        about = parsed.feed
        assert (about.title, about.language) == (title, language)
        assert about.id == f"https://example.org/{prefix}feed.xml"
        links = {link.rel: link.href for link in about.links}
        assert links == {"self": about.id, "alternate": f"https://example.org/{prefix}"}
        assert [entry.id for entry in parsed.entries] == [
            f"https://example.org/{prefix}articles/a{n}/" for n in (2, 1)
        ]
        assert all(entry.link == entry.id for entry in parsed.entries)
        named = f'<link rel="alternate" type="application/atom+xml" href="/{prefix}feed.xml" title="{title}">'
        assert named in folder.read(f"{prefix}articles/a1/index.html")
        assert named in folder.read(f"{prefix}index.html")


def test_a_feed_is_as_new_as_its_newest_entry(site: MakeSite) -> None:
    updated = ARTICLE.format(1).replace("summary:", "updated: 2023-10-09 18:30:00\nsummary:")
    folder = site({**files(), "content/articles/a1.md": updated})
    folder.build()
    parsed = feed(folder, "feed.xml")
    assert parsed.feed.updated == "2023-10-09T18:30:00+03:00"
    assert [(entry.published, entry.updated) for entry in parsed.entries] == [
        ("2023-10-02T00:00:00+03:00", "2023-10-02T00:00:00+03:00"),
        ("2023-10-01T00:00:00+03:00", "2023-10-09T18:30:00+03:00"),
    ]


def test_a_feed_has_the_twenty_newest(site: MakeSite) -> None:
    folder = site(files(count=25))
    folder.build()
    days = [entry.published[8:10] for entry in feed(folder).entries]
    assert days == [f"{day:02}" for day in range(25, 5, -1)]


def test_titles_stand_in_their_language_and_are_isolated(site: MakeSite) -> None:
    folder = site(files())
    folder.build()
    text = folder.read("en/feed.xml")
    assert '<title xml:lang="ar">\u2068خبر 1\u2069</title>' in text
    assert '<title xml:lang="en">Story 2</title>' in text
    arabic = folder.read("feed.xml")
    assert '<title xml:lang="ar">خبر 1</title>' in arabic
    assert '<category term="C++"/>' in arabic
    author = feed(folder).entries[0].authors[0].name
    assert author == "\u2068ليلى حداد\u2069"


def test_what_is_not_translated_is_marked(site: MakeSite) -> None:
    folder = site(files())
    folder.build()
    whole, half = feed(folder).entries
    assert whole.summary.split("\n") == ['<p lang="en" dir="ltr">In short, 2.</p>']
    assert half.summary.startswith("<p><em>0 of 6 blocks translated</em></p>")
    assert '<p lang="ar" dir="rtl">موجز الخبر 1.</p>' in half.summary
    assert "<em>" not in feed(folder, "feed.xml").entries[1].summary


def test_it_can_be_left_out(site: MakeSite) -> None:
    folder = site(files("feed_untranslated: omit\n"))
    folder.build()
    assert [entry.title for entry in feed(folder).entries] == ["Story 2"]
    assert len(feed(folder, "feed.xml").entries) == 2
    folder.write("site.yaml", SITE_YAML + "feed_untranslated: omit\nindex_from: 0\n")
    folder.build()
    assert len(feed(folder).entries) == 2


def test_or_stand_as_in_the_original_and_lead_there(site: MakeSite) -> None:
    folder = site(files("feed_untranslated: source\nfeed: full\n"))
    folder.build()
    whole, half = feed(folder).entries
    assert whole.id == "https://example.org/en/articles/a2/"
    assert half.id == half.link == "https://example.org/articles/a1/"
    assert "Awaiting" not in half.content[0].value
    assert '<entry xml:lang="ar">' in folder.read("en/feed.xml")


def test_full_texts_have_links_that_hold_anywhere(site: MakeSite) -> None:
    folder = site(files("feed: full\n"))
    folder.build()
    whole, half = feed(folder).entries
    html = whole.content[0].value
    assert html.startswith('<div lang="en" dir="ltr">')
    assert '<a href="https://example.org/about/">the story</a>' in html or (
        '<a href="https://example.org/en/about/">the story</a>' in html
    )
    assert 'src="https://example.org/articles/x.png"' in html
    assert 'href="https://example.org/en/articles/a2/#fn' in html
    assert 'srcset="https://example.org/sized/' in html
    assert not re.search(r'(?:href|src|srcset)="[/#]|, /', html)
    assert 'class="awaiting"' in half.content[0].value


def test_a_full_feed_follows_a_change_of_a_body_and_a_short_one_does_not(site: MakeSite) -> None:
    folder = site(files("feed: full\n"))
    folder.build()
    path = "content/articles/a1.md"
    folder.write(path, ARTICLE.format(1).replace("الأول", "الثاني"))
    folder.build()
    assert "الثاني" in folder.read("feed.xml")
    folder.write("site.yaml", SITE_YAML)
    folder.build()
    before = times(folder.path / "public")
    folder.write(path, ARTICLE.format(1).replace("الأول", "الثالث"))
    folder.build()
    after = times(folder.path / "public")
    assert after["articles/a1/index.html"] != before["articles/a1/index.html"]
    assert (after["feed.xml"], after["index.html"]) == (before["feed.xml"], before["index.html"])


def test_no_feed_if_none_is_wanted(site: MakeSite) -> None:
    folder = site(files("feed: none\n"))
    folder.build()
    assert not (folder.path / "public/feed.xml").exists()
    assert "feed.xml" not in folder.read("index.html")


def test_drafts_are_in_no_feed(site: MakeSite) -> None:
    draft = ARTICLE.format(1).replace("summary:", "draft: true\nsummary:")
    folder = site({**files(), "content/articles/a1.md": draft})
    folder.build("--drafts")
    assert [entry.title for entry in feed(folder).entries] == ["Story 2"]


def test_a_site_without_articles_has_an_empty_feed(site: MakeSite) -> None:
    folder = site(ABOUT)
    folder.build()
    parsed = feed(folder, "feed.xml")
    assert (parsed.entries, parsed.feed.updated) == ([], "1970-01-01T00:00:00+00:00")


@pytest.mark.parametrize("language", ["ar", "en"])
def test_no_words_of_a_feed_are_lost_in_a_base_path(site: MakeSite, language: str) -> None:
    settings = SITE_YAML.replace("example.org/", "example.org/news/")
    folder = site({**files("feed: full\n"), "site.yaml": settings + "feed: full\n"})
    folder.build()
    parsed = feed(folder, "feed.xml" if language == "ar" else "en/feed.xml")
    assert all(entry.id.startswith("https://example.org/news/") for entry in parsed.entries)
    assert 'href="https://example.org/news/' in parsed.entries[0].content[0].value
