"""What search engines and social networks are told: an edition is in all of it, or in none."""

import json
import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from jisr.plan import search
from tests.conftest import PNG, SITE_YAML, MakeSite, SiteFolder
from tests.test_rebuild import times

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"
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


def mapped(folder: SiteFolder, path: str = "sitemap.xml") -> dict[str, dict[str, str]]:
    """The addresses of a sitemap, each with its alternates."""
    root = ET.fromstring(folder.read(path))
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
    assert mapped(folder) == {**HOMES, FIRST: {}, SECOND: pair, ENGLISH: pair}
    assert "<lastmod>2023-10-01</lastmod>" in folder.read("sitemap.xml")
    assert "<lastmod>2023-10-05T10:30:00+03:00</lastmod>" in folder.read("sitemap.xml")
    assert folder.read("robots.txt") == (
        "User-agent: *\nAllow: /\n\nSitemap: https://example.org/sitemap.xml\n"
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


def test_noindex_is_nowhere(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": ARTICLE.format(1).replace("summary", "noindex: true\nsummary")})
    folder.build()
    assert mapped(folder) == HOMES
    assert data(folder, "articles/a/index.html") == {}


def test_a_great_sitemap_is_an_index_of_parts(site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST", 6)
    written = {f"content/articles/a{number}.md": ARTICLE.format(number) for number in range(1, 6)}
    folder = site(written)
    folder.build("--jobs", "1")
    index = ET.fromstring(folder.read("sitemap.xml"))
    assert index.tag == f"{SITEMAP}sitemapindex"
    assert [one.findtext(f"{SITEMAP}loc") for one in index] == [
        f"https://example.org/sitemap-{number}.xml" for number in (1, 2, 3)
    ]
    assert [address[-4:] for n in (1, 2, 3) for address in mapped(folder, f"sitemap-{n}.xml")][2:] == [
        f"/a{number}/" for number in range(1, 6)
    ]
    folder.write("content/articles/a6.md", ARTICLE.format(6))
    before = times(folder.path / "public")
    folder.build("--jobs", "1")
    after = times(folder.path / "public")
    assert {name for name in after if "sitemap" in name and after[name] != before.get(name)} == {
        "sitemap-3.xml"
    }


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
