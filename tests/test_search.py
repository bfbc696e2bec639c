"""What search engines and social networks are told: an edition is in all of it, or in none."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from lxml import etree

from jisr.plan import search
from tests.conftest import PNG, SITE_YAML, MakeSite, SiteFolder
from tests.test_rebuild import times

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
SCHEMA = etree.XMLSchema(file=Path(__file__).parent / "schemas" / "sitemap.xsd")
ARTICLE = """\
---
title: خبر <b>{0}</b> و"اقتباس"
date: 2023-10-{0:02}
summary: موجز </script> الخبر.
authors: [ليلى حداد]
tags: [سياسة]
---

نصّ الخبر.
"""
PO = (
    'msgid ""\nmsgstr "Language: en\\n"\n\n'
    'msgctxt "title"\nmsgid "خبر <b>2</b> و\\"اقتباس\\""\nmsgstr "Story 2"\n\n'
    'msgctxt "summary"\nmsgid "موجز </script> الخبر."\nmsgstr "In short."\n\n'
    'msgid "نصّ الخبر."\nmsgstr "Text."\n'
)
FIRST = "https://example.org/articles/world/a1/"
SECOND = "https://example.org/articles/world/a2/"
ENGLISH = "https://example.org/en/articles/world/a2/"
HOME = {"ar": "https://example.org/", "en": "https://example.org/en/", "x-default": "https://example.org/"}
HOMES = {"https://example.org/": HOME, "https://example.org/en/": HOME}


def files(settings: str = "") -> dict[str, str]:
    """Two articles, the second of them translated."""
    return {
        "site.yaml": SITE_YAML + settings,
        "content/articles/world/a1.md": ARTICLE.format(1),
        "content/articles/world/a2.md": ARTICLE.format(2).replace(
            "summary", "updated: 2023-10-05 10:30:00\nsummary"
        ),
        "translations/en/articles/world/a2.po": PO,
    }


def parsed(folder: SiteFolder, path: str = "sitemap.xml") -> Any:
    """A sitemap that holds to the schema."""
    root = etree.fromstring(folder.read(path).encode())
    SCHEMA.assertValid(root)
    return root


def articles(folder: SiteFolder) -> dict[str, dict[str, str]]:
    """The articles of the sitemap, without sections."""
    found = mapped(folder).items()
    return {address: others for address, others in found if re.search(r"/articles/.*\d/$", address)}


def mapped(folder: SiteFolder, path: str = "sitemap.xml") -> dict[str, dict[str, str]]:
    """The addresses of a sitemap, each with its alternates."""
    root = parsed(folder, path)
    assert root.tag == f"{SITEMAP}urlset"
    return {
        one.findtext(f"{SITEMAP}loc", ""): {
            link.attrib["hreflang"]: link.attrib["href"] for link in one.findall(f"{XHTML}link")
        }
        for one in root
    }


def data(folder: SiteFolder, path: str) -> dict[str, dict[str, Any]]:
    """The structured data of a page by its types."""
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', folder.read(path))
    if not found:
        return {}
    assert len(found) == 1
    return {node["@type"]: node for node in json.loads(found[0])["@graph"]}


def test_the_sitemap_has_the_editions_that_are_offered_with_their_alternates(site: MakeSite) -> None:
    folder = site(files())
    assert folder.build().exit_code == 0
    pair = {"ar": SECOND, "en": ENGLISH, "x-default": SECOND}
    assert articles(folder) == {FIRST: {}, SECOND: pair, ENGLISH: pair}
    assert {address: others for address, others in mapped(folder).items() if address in HOMES} == HOMES
    assert "<lastmod>2023-10-01</lastmod>" in folder.read("sitemap.xml")
    assert "<lastmod>2023-10-05T10:30:00+03:00</lastmod>" in folder.read("sitemap.xml")
    assert folder.read("robots.txt") == (
        "User-agent: *\nAllow: /\n\nSitemap: https://example.org/sitemap.xml\n"
        "Sitemap: https://example.org/news-sitemap.xml\n"
    )


@pytest.mark.parametrize("settings", ["", "index_from: 0\n"])
def test_an_edition_is_offered_everywhere_or_nowhere(site: MakeSite, settings: str) -> None:
    folder = site(files(settings))
    folder.build()
    found = mapped(folder)
    for address in (FIRST, SECOND, ENGLISH, FIRST.replace(".org/", ".org/en/")):
        path = address.removeprefix("https://example.org/") + "index.html"
        page = folder.read(path)
        offered = address in found
        assert ('content="noindex"' not in page) == offered
        assert ("og:title" in page) == offered
        assert ("NewsArticle" in data(folder, path)) == offered
        named = dict(re.findall(r'<link rel="alternate" hreflang="([^"]*)" href="([^"]*)"', page))
        assert named == found.get(address, {})
    assert (FIRST.replace(".org/", ".org/en/") in found) == bool(settings)


def test_structured_data_says_what_the_page_shows(site: MakeSite) -> None:
    folder = site(files("sections: {world: العالم}\n"))
    folder.build()
    arabic, english = (
        data(folder, "articles/world/a2/index.html"),
        data(folder, "en/articles/world/a2/index.html"),
    )
    article = arabic["NewsArticle"]
    assert article["headline"] == 'خبر <b>2</b> و"اقتباس"'
    assert article["description"] == "موجز </script> الخبر."
    assert (article["datePublished"], article["dateModified"]) == ("2023-10-02", "2023-10-05T10:30:00+03:00")
    assert (article["inLanguage"], article["mainEntityOfPage"]) == ("ar", SECOND)
    assert article["author"] == [{"@type": "Person", "name": "ليلى حداد"}]
    assert article["articleSection"] == ["العالم"]
    assert [work["@id"] for work in article["workTranslation"]] == [english["NewsArticle"]["@id"]]
    assert english["NewsArticle"]["translationOfWork"]["@id"] == article["@id"]
    assert english["NewsArticle"]["headline"] == "Story 2"
    assert article["publisher"]["@id"] == arabic["Organization"]["@id"]
    trail = [(step["name"], step["item"]) for step in arabic["BreadcrumbList"]["itemListElement"]]
    assert trail == [
        ("جسر", "https://example.org/"),
        ("العالم", "https://example.org/articles/world/"),
        (article["headline"], SECOND),
    ]
    assert data(folder, "en/index.html")["WebSite"]["inLanguage"] == "en"
    assert data(folder, "tags/سياسة/index.html") == {}


def test_a_translation_that_is_not_offered_is_no_works_translation(site: MakeSite) -> None:
    folder = site(files())
    folder.build()
    assert "workTranslation" not in data(folder, "articles/world/a1/index.html")["NewsArticle"]


def test_a_shared_link_shows_the_picture(site: MakeSite) -> None:
    text = ARTICLE.format(1).replace("summary:", "image: {src: x.png, alt: صورة}\nsummary:")
    folder = site({"content/articles/a.md": text, "content/articles/x.png": PNG})
    folder.build()
    page = folder.read("articles/a/index.html")
    assert '<meta property="og:image" content="https://example.org/articles/x.png">' in page
    assert '<meta property="og:image:alt" content="صورة">' in page
    assert '<meta name="twitter:card" content="summary_large_image">' in page
    assert '<meta property="og:image:width" content="2">' in page
    assert data(folder, "articles/a/index.html")["NewsArticle"]["image"] == {
        "@type": "ImageObject",
        "url": "https://example.org/articles/x.png",
        "width": 2,
        "height": 1,
    }


@pytest.mark.parametrize(
    ("locale", "said"), [(", locale: ar-EG", ["ar_EG"]), (", locale: ar-001", ["ar_001"]), ("", [])]
)
def test_a_locale_is_told_where_it_has_a_territory(site: MakeSite, locale: str, said: list[str]) -> None:
    settings = SITE_YAML.replace(", locale: ar-EG", locale)
    folder = site({"site.yaml": settings, "content/articles/a.md": ARTICLE.format(1)})
    folder.build()
    assert re.findall('og:locale" content="([^"]*)"', folder.read("articles/a/index.html")) == said


def test_noindex_is_nowhere(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": ARTICLE.format(1).replace("summary", "noindex: true\nsummary")})
    folder.build()
    assert mapped(folder) == HOMES
    assert 'content="noindex"' in folder.read("tags/سياسة/index.html")
    assert data(folder, "articles/a/index.html") == {}


def test_a_great_sitemap_is_an_index_of_parts(site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST", 6)
    written = {f"content/articles/a{number}.md": ARTICLE.format(number) for number in range(1, 6)}
    folder = site(written)
    folder.build("--jobs", "1")
    index = parsed(folder)
    assert index.tag == f"{SITEMAP}sitemapindex"
    numbers = range(1, len(index) + 1)
    assert [one.findtext(f"{SITEMAP}loc") for one in index] == [
        f"https://example.org/sitemap-{number}.xml" for number in numbers
    ]
    found = [list(mapped(folder, f"sitemap-{number}.xml")) for number in numbers]
    assert max(map(len, found)) <= 6
    addresses = [address.removeprefix("https://example.org/") for part in found for address in part]
    assert addresses[:7] == ["", "en/", *(f"articles/a{number}/" for number in range(1, 6))]
    assert {"tags/", "archive/2023/10/", "authors/"} < set(addresses[7:])
    folder.write("content/articles/a6.md", ARTICLE.format(6))
    before = times(folder.path / "public")
    folder.build("--jobs", "1")
    after = times(folder.path / "public")
    changed = {name for name in after if "sitemap-" in name and after[name] != before.get(name)}
    assert "sitemap-1.xml" not in changed
    assert changed


def test_no_sitemap_is_larger_than_may_be(site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = 9000
    monkeypatch.setattr(search, "MOST_BYTES", limit)
    names = [f"{'كلمة-' * 10}{number}" for number in range(1, 10)]
    articles = {f"content/articles/{name}.md": ARTICLE.format(number) for number, name in enumerate(names, 1)}
    folder = site({"site.yaml": SITE_YAML + "index_from: 0\n", **articles})
    assert folder.build("--jobs", "1").exit_code == 0
    sizes = [len(folder.read(f"sitemap-{number}.xml")) for number in range(1, len(parsed(folder)) + 1)]
    assert limit / 2 < max(sizes) <= limit


def test_a_change_of_words_leaves_the_sitemap_alone(site: MakeSite) -> None:
    folder = site(files())
    folder.build()
    before = times(folder.path / "public")
    folder.write("content/articles/world/a1.md", ARTICLE.format(1).replace("موجز", "ملخص"))
    folder.build()
    assert times(folder.path / "public")["sitemap.xml"] == before["sitemap.xml"]
    folder.write("content/articles/world/a1.md", ARTICLE.format(1).replace("10-01", "10-03"))
    folder.build()
    assert "<lastmod>2023-10-03</lastmod>" in folder.read("sitemap.xml")


def test_the_sites_own_files_go_before(site: MakeSite) -> None:
    folder = site({**files(), "static/robots.txt": "User-agent: *\nDisallow: /\n"})
    assert folder.build().exit_code == 0
    assert folder.read("robots.txt") == "User-agent: *\nDisallow: /\n"
    assert mapped(folder)


def test_a_sitemap_has_the_folder_that_the_site_stands_in(site: MakeSite) -> None:
    folder = site({**files(), "site.yaml": SITE_YAML.replace("example.org/", "example.org/a&b/")})
    folder.build()
    assert list(mapped(folder))[1:3] == [
        "https://example.org/a&b/en/",
        "https://example.org/a&b/articles/world/a1/",
    ]
    assert "\nSitemap: https://example.org/a&b/sitemap.xml\n" in folder.read("robots.txt")


def test_no_sitemap_if_none_is_wanted(site: MakeSite) -> None:
    folder = site(files("sitemap: false\n"))
    folder.build()
    assert not list((folder.path / "public").glob("*sitemap*"))
    assert not (folder.path / "public/robots.txt").exists()


LISTS = ("tags/سياسة/", "tags/", "authors/ليلى-حداد/", "authors/", "articles/world/", "articles/", "archive/2023/10/",
         "archive/2023/", "archive/", "page/2/")  # fmt: skip


def address(path: str) -> str:
    return f"https://example.org/{quote(path)}"


def test_a_listing_is_offered_in_the_languages_in_which_one_of_its_articles_is(site: MakeSite) -> None:
    folder = site(files("per_page: 1\n"))
    folder.build()
    for path in LISTS:
        found = mapped(folder)
        page, english = folder.read(f"{path}index.html"), folder.read(f"en/{path}index.html")
        # The second page of the home page has the article that isn't translated.
        translated = path != "page/2/"
        assert ('content="noindex"' in page, 'content="noindex"' in english) == (False, not translated), path
        assert (address(path) in found, address(f"en/{path}") in found) == (True, translated)
        pair = {"ar": address(path), "en": address(f"en/{path}"), "x-default": address(path)}
        assert found[address(path)] == (pair if translated else {})
        for text, at in ((page, path), (english, f"en/{path}")):
            named = dict(re.findall(r'<link rel="alternate" hreflang="([^"]*)" href="([^"]*)"', text))
            assert named == found.get(address(at), {})
    folder.write("translations/en/articles/world/a2.po", PO.replace("Text.", ""))
    folder.build()
    assert {one for one in mapped(folder) if "/en/" in one} == {"https://example.org/en/"}
    assert 'hreflang="en" href' not in "".join(re.findall(r"<link[^>]*>", folder.read("tags/index.html")))


def test_every_page_that_may_be_indexed_is_in_the_sitemap_and_no_other(site: MakeSite) -> None:
    draft = ARTICLE.format(3).replace("summary", "draft: true\nsummary").replace("سياسة", "مسودات")
    folder = site({**files("per_page: 1\nindex_from: 50\n"), "content/articles/d.md": draft,
                   "content/about.md": "---\ntitle: عن\naliases: [/old/]\n---\n\nنصّ.\n"})  # fmt: skip
    folder.build("--drafts")
    public = folder.path / "public"
    indexable = {
        address(str(path.relative_to(public)).removesuffix("index.html"))
        for path in public.rglob("*.html")
        if 'content="noindex"' not in path.read_text(encoding="utf-8")
    }
    assert indexable == mapped(folder).keys()


def news(folder: SiteFolder) -> list[tuple[str, ...]]:
    """Address, publication, language, date and title of each piece of news."""
    root = etree.fromstring(folder.read("news-sitemap.xml").encode())
    if not len(root):
        return []
    SCHEMA.assertValid(root)
    names = [f".//{NEWS}{name}" for name in ("name", "language", "publication_date", "title")]
    return [(one.findtext(f"{SITEMAP}loc"), *(one.findtext(name) for name in names)) for one in root]


def epoch(day: int, hour: int = 0) -> str:
    """A moment of October 2023 in Cairo, where it was three hours later than in Greenwich."""
    return str(int(datetime(2023, 10, day, hour, tzinfo=UTC).timestamp()) - 3 * 3600)


def test_news_are_told_for_two_days(site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = site(files())
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch(2, 23))
    folder.build()
    title = 'خبر <b>{}</b> و"اقتباس"'
    second = [
        (SECOND, "جسر", "ar", "2023-10-02", title.format(2)),
        (ENGLISH, "Jisr", "en", "2023-10-02", "Story 2"),
    ]
    assert news(folder) == [*second, (FIRST, "جسر", "ar", "2023-10-01", title.format(1))]
    before = times(folder.path / "public")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(epoch(3)) - 1))
    assert ", 0 written in " in folder.build().stdout
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch(3))
    folder.build()
    after = times(folder.path / "public")
    assert {name for name in after if after[name] != before[name]} == {"news-sitemap.xml"}
    assert news(folder) == second
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch(4))
    folder.build()
    assert news(folder) == []
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch(2))  # back again
    folder.build()
    assert len(news(folder)) == 3


@pytest.mark.parametrize("options", [(), ("--drafts",)])
def test_no_news_are_told_that_are_still_to_come(
    site: MakeSite, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    folder = site(files())
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch(1, 1))
    folder.build(*options)
    assert [one[0] for one in news(folder)] == [FIRST]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch(2))
    folder.build(*options)
    assert [one[0] for one in news(folder)] == [SECOND, ENGLISH, FIRST]


def test_news_are_a_thousand_addresses_at_most(site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "NEWS_MOST", 2)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch(2, 1))
    folder = site(files())
    folder.build("--jobs", "1")
    assert [one[0] for one in news(folder)] == [SECOND, ENGLISH]


def test_a_new_title_is_in_the_news(site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch(2, 1))
    folder = site(files())
    folder.build()
    folder.write("content/articles/world/a1.md", ARTICLE.format(1).replace("خبر", "نبأ"))
    folder.build()
    assert news(folder)[-1][-1].startswith("نبأ")
    folder.write("site.yaml", SITE_YAML.replace("title: جسر", "title: الجسر"))
    folder.build()
    assert news(folder)[-1][1] == "الجسر"


def test_no_news_sitemap_if_none_is_wanted(site: MakeSite) -> None:
    folder = site(files("news_sitemap: false\n"))
    folder.build()
    assert not (folder.path / "public/news-sitemap.xml").exists()
    assert "news" not in folder.read("robots.txt")
