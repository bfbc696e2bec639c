"""Addresses by the settings: patterns of permalinks, pages as folders or as files."""

import json
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.conftest import SITE_YAML, MakeSite, SiteFolder

FEW = SITE_YAML + "per_page: 2\nindex_from: 0\n"
FILES = {
    "content/articles/2023-10-16-talks.md": "---\ntitle: محادثات\ntags: [سياسة]\nauthors: [كاتب]\n---\n\n[عن](../about.md) [عن](/about/) [وسم](/tags/سياسة/)\n",
    "content/articles/world/asia/بكين.md": "---\ntitle: من بكين\ndate: 2024-01-02\ntags: [سياسة]\n---\n\n[محادثات](../../2023-10-16-talks.md)\n",
    "content/articles/late.md": "---\ntitle: متأخر\ndate: 2023-12-31T23:30:00Z\naliases: [/old/late/]\n---\n\nنص.\n",
    "content/about.md": "---\ntitle: عن\n---\n\nنص.\n",
    "content/desk/people.md": "---\ntitle: ناس\n---\n\nنص.\n",
}


def built(site: MakeSite, settings: str, *options: str) -> SiteFolder:
    """The site above with some settings."""
    menu = FEW.replace(
        "locale: ar-EG", "locale: ar-EG, menu: [{label: عن, to: about.md}, {label: وسوم, to: /tags/}]"
    )
    folder = site({**FILES, "site.yaml": menu + settings})
    result = folder.build("--strict", *options)
    assert (result.exit_code, result.stderr) == (0, "")
    return folder


def pages(folder: SiteFolder) -> set[str]:
    public = folder.path / "public"
    return {path.relative_to(public).as_posix() for path in public.rglob("*.html")}


def addresses(folder: SiteFolder) -> set[str]:
    """Every address of the site that anything built names, percent-decoded, without fragments."""
    found = set()
    for path in (folder.path / "public").rglob("*.*"):
        if path.suffix in (".html", ".xml", ".txt"):
            text = path.read_text(encoding="utf-8")
            found |= set(re.findall(r'(?:href|src)="([^"#]+)', text))
            found |= set(re.findall(r"<(?:loc|id)>([^<]+)<", text))
            found |= set(re.findall(r'"(https://example\.org/[^"#]*)"', text))
            found |= set(re.findall(r"url=([^\"]+)", text))
            for data in re.findall(r'<script type="application/ld\+json">(.*?)</script>', text):
                json.loads(data)
    local = (link for link in found if link.startswith(("/", "https://example.org/")))
    return {unquote(urlsplit(link).path) for link in local}


def check_every_address(folder: SiteFolder, base: str = "/") -> None:
    """Each leads to a file of the built site."""
    found = addresses(folder)
    assert len(found) > 20
    for address in found:
        assert address.startswith(base)
        path = address[len(base) :]
        file = folder.path / "public" / (f"{path}index.html" if path.endswith("/") or not path else path)
        assert file.is_file(), address


# Patterns


def test_articles_stand_by_their_dates(site: MakeSite) -> None:
    folder = built(site, "permalinks: {articles: /:year/:month/:slug/}\n")
    assert {
        "2023/10/talks/index.html", "en/2023/10/talks/index.html", "en/2023/10/talks/parallel/index.html",
        "2024/01/بكين/index.html", "about/index.html", "desk/people/index.html",
        "articles/world/index.html", "archive/2023/10/index.html",
    } <= pages(folder)  # fmt: skip
    assert "articles/talks/index.html" not in pages(folder)
    check_every_address(folder)


def test_a_date_is_that_of_the_sites_timezone(site: MakeSite) -> None:
    folder = built(site, "permalinks: {articles: /:year/:month/:day/:slug/}\n")
    assert "2024/01/01/late/index.html" in pages(folder), "half past one in the night in Cairo"
    assert "url=/2024/01/01/late/" in folder.read("old/late/index.html")


def test_folders_and_text_of_your_own(site: MakeSite) -> None:
    folder = built(site, "permalinks: {articles: /news/:section/:year-:slug/, pages: /:slug/}\n")
    assert {
        "news/world/asia/2024-بكين/index.html",
        "news/2023-talks/index.html",
        "people/index.html",
    } <= pages(folder)
    check_every_address(folder)


def test_a_section_has_a_pattern_of_its_own_and_the_folders_in_it_too(site: MakeSite) -> None:
    folder = built(site, "permalinks: {articles: /:year/:slug/, world: /abroad/:section/:slug/}\n")
    assert {"abroad/world/asia/بكين/index.html", "2023/talks/index.html"} <= pages(folder)
    check_every_address(folder)
    inner = "permalinks: {articles: /:year/:slug/, world: /abroad/:slug/, world/asia: /asia/:year/:slug/}\n"
    text = (folder.path / "site.yaml").read_text(encoding="utf-8")
    folder.write("site.yaml", text[: text.index("permalinks")] + inner)
    assert folder.build().exit_code == 0
    assert "asia/2024/بكين/index.html" in pages(folder)
    assert "abroad/world/asia/بكين/index.html" not in pages(folder)
    assert pages(folder) == pages_of_a_clean_build(folder)


def test_catalogues_keep_the_names_of_the_files(site: MakeSite) -> None:
    folder = built(site, "permalinks: {articles: /:year/:slug/}\n")
    assert folder.run("sync").exit_code == 0
    assert (folder.path / "translations/en/articles/world/asia/بكين.po").is_file()
    assert (folder.path / "translations/en/articles/2023-10-16-talks.po").is_file()


def test_the_plain_addresses_are_the_patterns_that_are_written_down(site: MakeSite) -> None:
    plain = pages(built(site, ""))
    assert plain == pages(
        built(site, "permalinks: {articles: /articles/:section/:slug/, pages: /:section/:slug/}\n")
    )
    assert {
        "articles/world/asia/بكين/index.html",
        "articles/talks/index.html",
        "desk/people/index.html",
    } <= plain


def test_a_change_of_the_pattern_moves_what_was_built(site: MakeSite) -> None:
    folder = built(site, "")
    text = (folder.path / "site.yaml").read_text(encoding="utf-8")
    folder.write("site.yaml", text + "permalinks: {articles: /:year/:slug/}\n")
    assert folder.build().exit_code == 0
    assert pages(folder) == pages_of_a_clean_build(folder)
    assert "articles/talks/index.html" not in pages(folder)
    check_every_address(folder)


def pages_of_a_clean_build(folder: SiteFolder) -> set[str]:
    other = folder.path.parent / "clean"
    assert folder.build("-o", str(other)).exit_code == 0
    return {path.relative_to(other).as_posix() for path in other.rglob("*.html")}


def test_articles_that_a_pattern_puts_in_one_place_are_named(site: MakeSite) -> None:
    article = "---\ntitle: خبر\ndate: 2023-10-16\n---\n\nنص.\n"
    folder = site(
        {
            "site.yaml": SITE_YAML + "permalinks: {articles: /:year/:slug/}\n",
            "content/articles/world/a.md": article,
            "content/articles/local/a.md": article,
        }
    )
    result = folder.build()
    assert result.exit_code == 1
    what = "content/articles/local/a.md and content/articles/world/a.md both become 2023/a/index.html"
    assert f"{what}; give one of them another slug" in result.stderr


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("{articles: /:yaer/:slug/}", "there is no `:yaer` for articles; write :year, :month, :day, :section, :slug"),
        ("{pages: /:year/:slug/}", "there is no `:year` for pages; write :section, :slug"),
        ("{articles: /:Year/:slug/}", "there is no `:Year` for articles; write :year, :month, :day, :section, :slug"),
        ("{articles: '/a:/:slug/'}", "there is no `:` for articles; write :year, :month, :day, :section, :slug"),
        ("{articles: /:year/}", "`/:year/` gives many articles one address; add :slug"),
        ("{articles: ':slug/'}", "`:slug/` is not a pattern of addresses; begin and end it with /, as in /:year/:slug/"),
        ("{articles: /:slug}", "`/:slug` is not a pattern of addresses; begin and end it with /, as in /:year/:slug/"),
        ("{articles: /:slug.html/}", "`:slug.html` in `/:slug.html/` is not one part of an address; "
         "write tokens, small letters, digits and hyphens between two /"),
        ("{articles: /../:slug/}", "`..` in `/../:slug/` is not one part of an address; "
         "write tokens, small letters, digits and hyphens between two /"),
        ("{articles: /./:slug/}", "`.` in `/./:slug/` is not one part of an address; "
         "write tokens, small letters, digits and hyphens between two /"),
        ("{articles: '/a\\b/:slug/'}", "`a\\b` in `/a\\b/:slug/` is not one part of an address; "
         "write tokens, small letters, digits and hyphens between two /"),
        ("{articles: /News/:slug/}", "`News` in `/News/:slug/` is not one part of an address; "
         "write tokens, small letters, digits and hyphens between two /"),
        ("{posts: /:slug/}", "`permalinks` knows no `posts`; write articles, pages, or a folder in content/articles/"),
        ("{..: /:slug/}", "`permalinks` knows no `..`; write articles, pages, or a folder in content/articles/"),
        ("{world: /:yaer/:slug/}", "there is no `:yaer` for articles; write :year, :month, :day, :section, :slug"),
    ],
)  # fmt: skip
def test_a_pattern_that_is_none_is_an_error_at_its_line(site: MakeSite, pattern: str, said: str) -> None:
    folder = site({**FILES, "site.yaml": f"{SITE_YAML}permalinks: {pattern}\n"})
    result = folder.build()
    assert (result.exit_code, result.stdout) == (1, "")
    first = result.stderr.splitlines()[0]
    assert re.match(r"site\.yaml:8:\d+: error: ", first)
    assert first.partition("error: ")[2] == said
    assert not (folder.path / "public").exists()


# Pages as files


@pytest.mark.parametrize("base", ["https://example.org/", "https://example.org/repo/"])
def test_pages_are_files_and_everything_that_names_them_follows(site: MakeSite, base: str) -> None:
    folder = built(site, "addresses: files\n", "--base-url", base)
    found = pages(folder)
    assert {
        "index.html", "en/index.html", "page/2.html", "en/page/2.html", "about.html", "articles/talks.html",
        "en/articles/talks.html", "en/articles/talks/parallel.html", "articles/world/asia/بكين.html",
        "tags.html", "tags/سياسة.html", "authors/كاتب.html", "articles.html", "articles/world.html",
        "archive.html", "archive/2023.html", "archive/2023/10.html", "404.html", "old/late/index.html",
    } <= found  # fmt: skip
    indices = {path for path in found if path.endswith("index.html")}
    assert indices == {"index.html", "en/index.html", "old/late/index.html", "en/old/late/index.html"}
    path = base.removeprefix("https://example.org")
    check_every_address(folder, path)
    page = folder.read("en/articles/talks.html")
    assert f'<link rel="canonical" href="{base}en/articles/talks.html">' in page
    assert f'hreflang="ar" href="{base}articles/talks.html"' in page
    assert f'href="{path}en/about.html"' in page
    assert f'href="{path}about.html"' in page, (
        "a link from the root to the page as a folder leads to the file"
    )
    assert f"<loc>{base}en/articles/talks.html</loc>" in folder.read("sitemap.xml")
    assert f"<id>{base}en/articles/talks.html</id>" in folder.read("en/feed.xml")
    assert f"url={path}articles/late.html" in folder.read("old/late/index.html")


@pytest.mark.parametrize(
    ("link", "setting"),
    [
        ("/sitemap.xml", "sitemap: false"),
        ("/robots.txt", "sitemap: false"),
        ("/en/articles/a/parallel/", "side_by_side: false"),
        ("/en/articles/a/parallel", "side_by_side: false"),
    ],
)
def test_a_text_may_link_to_what_the_build_makes_as_long_as_it_does(
    site: MakeSite, link: str, setting: str
) -> None:
    text = "---\ntitle: ب\ndate: 2023-10-16\n---\n\n[رابط]({})\n"
    folder = site({"content/articles/a.md": text.format(link)})
    assert folder.build("--strict").stderr == ""
    [found] = re.findall('<a href="([^"]*)">رابط', folder.read("articles/a/index.html"))
    assert (
        folder.path / "public" / found.removeprefix("/") / ("" if "." in found else "index.html")
    ).is_file()
    folder.write("site.yaml", f"{SITE_YAML}{setting}\n")
    assert f"the link leads to {link}, which isn't there" in folder.build().stderr
    folder.write("site.yaml", SITE_YAML)
    folder.write("content/articles/parallel.md", text.format("/en/articles/parallel/"))
    folder.write("content/articles/a.md", text.format("/en/articles/parallel/parallel/"))
    assert folder.build().stderr == ""
    for wrong in ("/en/sitemap.xml", "/en//sitemap.xml", "/articles/a/parallel/", "/en/parallel/"):
        folder.write("content/articles/a.md", text.format(wrong))
        assert f"the link leads to {wrong}, which isn't there" in folder.build().stderr


def test_links_from_the_root_may_name_the_file(site: MakeSite) -> None:
    article = (
        "---\ntitle: خبر\ndate: 2023-10-16\n---\n\n[عن](/about.html) [الأولى](/en/) [خلاصة](/feed.xml)\n"
    )
    files = {"content/articles/a.md": article, "content/about.md": "---\ntitle: عن\n---\n\nنص.\n"}
    folder = site({**files, "site.yaml": SITE_YAML + "addresses: files\n"})
    result = folder.build("--strict")
    assert (result.exit_code, result.stderr) == (0, "")
    page = folder.read("articles/a.html")
    assert all(f'href="{link}"' in page for link in ("/about.html", "/en/", "/feed.xml"))
    folder.write("site.yaml", SITE_YAML)
    assert "/about.html, which isn't there" in folder.build().stderr


def test_going_back_to_folders_leaves_no_file_behind(site: MakeSite) -> None:
    folder = built(site, "addresses: files\n")
    text = (folder.path / "site.yaml").read_text(encoding="utf-8")
    folder.write("site.yaml", text.replace("addresses: files\n", ""))
    assert folder.build().exit_code == 0
    assert pages(folder) == pages_of_a_clean_build(folder)
    assert not (folder.path / "public/about.html").exists()
    check_every_address(folder)
    assert Path(folder.path / "public/about/index.html").is_file()
