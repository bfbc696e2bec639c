"""Feeds: valid Atom and JSON in each language, with what a setting makes of articles that aren't translated."""

import re
from datetime import datetime
from typing import Any

import feedparser
import msgspec
import pytest

from jisr.plan import feeds
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


class Author(msgspec.Struct, forbid_unknown_fields=True):
    """JSON Feed 1.1, as far as Jisr writes it: nothing else may be in one."""

    name: str
    url: str = ""


class Item(msgspec.Struct, forbid_unknown_fields=True):
    """An article in a feed."""

    id: str
    url: str
    title: str
    content_html: str
    date_published: datetime
    date_modified: datetime
    language: str
    summary: str = ""
    image: str = ""
    authors: list[Author] = []
    tags: list[str] = []


class JsonFeed(msgspec.Struct, forbid_unknown_fields=True):
    """A feed as a whole."""

    version: str
    title: str
    home_page_url: str
    feed_url: str
    language: str
    items: list[Item]
    description: str = ""


def json_feed(folder: SiteFolder, path: str = "en/feed.json") -> JsonFeed:
    """A JSON feed that holds what the format asks for."""
    found = msgspec.json.decode(folder.read(path), type=JsonFeed)
    assert found.version == "https://jsonfeed.org/version/1.1"
    ids = [item.id for item in found.items]
    assert len(set(ids)) == len(ids)
    addresses = [*ids, *(item.url for item in found.items), found.home_page_url, found.feed_url]
    addresses += [author.url for item in found.items for author in item.authors]
    assert all(address.startswith("https://example.org/") for address in addresses)
    assert all(moment.tzinfo for item in found.items for moment in (item.date_published, item.date_modified))
    return found


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


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('<a href="/x/?a=1&amp;b=2#c">', '<a href="https://example.org/x/?a=1&amp;b=2#c">'),
        ('<a href="?q=1">', '<a href="https://example.org/n/a/?q=1">'),
        ('<a class="b" href="#fn">', '<a class="b" href="https://example.org/n/a/#fn">'),
        ('<a href="//example.net/x">', '<a href="https://example.net/x">'),
        ('<a href="mailto:a@example.net">', '<a href="mailto:a@example.net">'),
        ("<a href='/x/'>", "<a href='https://example.org/x/'>"),
        ("<a href=/x/ title=b>", "<a href=https://example.org/x/ title=b>"),
        ('<blockquote cite="/x/">', '<blockquote cite="https://example.org/x/">'),
        ('<video poster="/x.png" src="b.mp4">', '<video poster="https://example.org/x.png" src="https://example.org/n/a/b.mp4">'),
        ('<object data="/x.pdf">', '<object data="https://example.org/x.pdf">'),
        ('<img srcset="/x.png 480w, /y,z.png 800w">', '<img srcset="https://example.org/x.png 480w, https://example.org/y,z.png 800w">'),
        ('<img srcset="/x.png, /y.png 2x">', '<img srcset="https://example.org/x.png, https://example.org/y.png 2x">'),
        ("<a href='http://[x'>", "<a href='http://[x'>"),
        ("<A HREF='&#x2F;b/'>", "<A HREF='https://example.org/b/'>"),
        ('<img srcset="/p.png 1x,/q.png 2x">', '<img srcset="https://example.org/p.png 1x,https://example.org/q.png 2x">'),
        ('<p title="a href=/x/ b" data-src="/x/">href="/x/"</p>', '<p title="a href=/x/ b" data-src="/x/">href="/x/"</p>'),
    ],
)  # fmt: skip
def test_addresses_in_full_texts_hold_anywhere(written: str, read: str) -> None:
    assert feeds._absolute(written, "https://example.org/n/a/") == read


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


@pytest.mark.parametrize("settings", ["", "feed: full\n", "feed: full\nfeed_untranslated: source\n"])
def test_json_feeds_say_what_the_atom_feeds_say(site: MakeSite, settings: str) -> None:
    folder = site(files(settings))
    folder.build()
    for place in ("", "en/", "tags/سياسة/", "en/tags/سياسة/"):
        atom, other = feed(folder, f"{place}feed.xml"), json_feed(folder, f"{place}feed.json")
        about = atom.feed
        links = {link.rel: link.href for link in about.links}
        assert (other.title, other.language) == (about.title, about.language)
        assert (other.description, other.home_page_url) == (about.subtitle, links["alternate"])
        assert other.feed_url == about.id.replace(".xml", ".json")
        assert len(other.items) == len(atom.entries) == 2
        for entry, item in zip(atom.entries, other.items, strict=True):
            assert (item.id, item.url, item.title) == (entry.id, entry.link, entry.title)
            assert item.date_published.isoformat() == entry.published
            assert item.date_modified.isoformat() == entry.updated
            assert item.tags == [tag.term for tag in entry.tags]
            assert [author.name for author in item.authors] == [author.name for author in entry.authors]
            assert entry.summary in item.content_html
            for content in entry.get("content", ()):
                assert content.value in item.content_html
                assert item.content_html.index(entry.summary) < item.content_html.index(content.value)


def test_a_json_feed_marks_and_isolates(site: MakeSite) -> None:
    folder = site(files())
    folder.build()
    whole, half = json_feed(folder).items
    assert (whole.title, half.title) == ("Story 2", "\u2068خبر 1\u2069")
    assert half.content_html.startswith("<p><em>0 of 6 blocks translated</em></p>")
    assert (whole.summary, half.summary) == ("In short, 2.", "\u2068موجز الخبر 1.\u2069")
    author = half.authors[0]
    assert author.url == "https://example.org/en/authors/%D9%84%D9%8A%D9%84%D9%89-%D8%AD%D8%AF%D8%A7%D8%AF/"


def test_nothing_in_an_article_breaks_a_json_feed(site: MakeSite) -> None:
    hostile = ARTICLE.format(1).replace("title: خبر 1", r'title: "\"}]</script>\\ &lt;b \u2028 \t x"')
    hostile = hostile.replace("[سياسة, C++]", "['\"', '</x>']").replace("الأول.", 'الأول. "} `]` \\')
    folder = site({**files("feed: full\n"), "content/articles/a1.md": hostile})
    assert folder.build().exit_code == 0
    title = json_feed(folder, "feed.json").items[1].title
    assert re.sub("[\u2066-\u2069]", "", title) == '"}]</script>\\ &lt;b x'


def test_each_tag_has_feeds_that_its_page_names(site: MakeSite) -> None:
    names = 'msgid ""\nmsgstr "Language: en\\n"\n\nmsgctxt "tag"\nmsgid "سياسة"\nmsgstr "Politics"\n'
    other = ARTICLE.format(3).replace("[سياسة, C++]", "[علوم]")
    folder = site({**files(), "content/articles/a3.md": other, "translations/en/site.po": names})
    folder.build()
    politics, science = feed(folder, "en/tags/سياسة/feed.xml"), feed(folder, "en/tags/علوم/feed.xml")
    assert politics.feed.title == "Politics — Jisr"
    assert science.feed.title == "\u2068علوم\u2069 — Jisr"
    assert [entry.link[-3:] for entry in politics.entries] == ["a2/", "a1/"]
    assert [entry.link[-3:] for entry in science.entries] == ["a3/"]
    page = folder.read("en/tags/سياسة/index.html")
    base = "/en/tags/%D8%B3%D9%8A%D8%A7%D8%B3%D8%A9/"
    named = re.findall(r'<link rel="alternate" type="([^"]*)" href="([^"]*)" title="([^"]*)">', page)
    assert named == [
        ("application/atom+xml", "/en/feed.xml", "Jisr"),
        ("application/feed+json", "/en/feed.json", "Jisr"),
        ("application/atom+xml", f"{base}feed.xml", "Politics — Jisr"),
        ("application/feed+json", f"{base}feed.json", "Politics — Jisr"),
    ]
    assert "/tags/" not in "".join(re.findall(r"<link[^>]*>", folder.read("en/index.html")))


def test_an_article_changes_the_feeds_of_its_own_tags_only(site: MakeSite) -> None:
    other = ARTICLE.format(3).replace("[سياسة, C++]", "[علوم]")
    folder = site({**files(), "content/articles/a3.md": other})
    folder.build()
    before = times(folder.path / "public")
    folder.write("content/articles/a3.md", other.replace("موجز", "ملخّص"))
    folder.build()
    after = times(folder.path / "public")
    assert {name for name in after if "feed." in name and after[name] != before[name]} == {
        f"{language}{place}feed.{kind}"
        for language in ("", "en/")
        for place in ("", "tags/علوم/")
        for kind in ("xml", "json")
    }


def test_tags_have_no_feeds_if_none_are_wanted(site: MakeSite) -> None:
    folder = site(files("tag_feeds: false\n"))
    folder.build()
    public = folder.path / "public"
    assert {str(path.relative_to(public)) for path in public.rglob("feed.*")} == {
        "feed.xml", "feed.json", "en/feed.xml", "en/feed.json",
    }  # fmt: skip
    named = re.findall(r'<link rel="alternate" type[^>]*>', folder.read("tags/سياسة/index.html"))
    assert len(named) == 2


def test_a_text_may_link_to_a_feed(site: MakeSite) -> None:
    text = "---\ntitle: ب\n---\n\n[ا](/feed.json) [ب](/tags/سياسة/feed.xml)\n"
    folder = site({**files(), "content/b.md": text})
    assert folder.build().exit_code == 0


def test_what_no_feed_can_hold_does_not_come_by_a_reference(site: MakeSite) -> None:
    text = "---\ntitle: خبر\ndate: 1932-10-16\n---\n\nعند &#xFFFE; نص.\n\n<p>س &#1;</p>\n"
    folder = site({"site.yaml": SITE_YAML + "feed: full\n", "content/articles/a.md": text})
    folder.build()
    [entry] = feed(folder, "feed.xml").entries
    assert "عند" in entry.content[0].value
    assert not re.search("[\x01\ufffe]", folder.read("articles/a/index.html"))
    assert entry.updated.startswith("1932-10-16")
