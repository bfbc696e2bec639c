"""Listings: pages of the home page and of tags, and what of them is made again after an edit."""

import re
from pathlib import Path

import pytest

from jisr.plan.listings import parts
from jisr.write.output import FOLDER
from tests.conftest import SITE_YAML, MakeSite, SiteFolder
from tests.test_rebuild import times

NAMES = (
    'msgid ""\nmsgstr "Language: en\\n"\n\nmsgctxt "tag"\nmsgid "سياسة"\nmsgstr "Politics"\n\n'
    'msgctxt "tag"\nmsgid "أدب"\nmsgstr "Letters"\n'
)


def article(number: int, tags: str = "سياسة") -> dict[str, str]:
    """An article; a greater number is a newer one."""
    day = f"20{number // 300:02}-{number // 25 % 12 + 1:02}-{number % 25 + 1:02}"
    text = f"---\ntitle: خبر رقم {number}\ndate: {day}\ntags: [{tags}]\n---\n\nنصّ الخبر.\n"
    return {f"content/articles/a{number}.md": text}


def articles(count: int) -> dict[str, str]:
    return {path: text for number in range(count) for path, text in article(number).items()}


def paged(size: int) -> dict[str, str]:
    return {"site.yaml": f"{SITE_YAML}per_page: {size}\n"}


def shown(folder: SiteFolder, path: str) -> list[int]:
    """The numbers of the articles that a page lists, in its order."""
    return [int(n) for n in re.findall(r'<h\d[^>]*><a href="[^"]*/articles/a(\d+)/">', folder.read(path))]


def changed(folder: SiteFolder) -> set[str]:
    """The files that a build writes anew."""
    before = times(folder.path / "public")
    result = folder.build()
    assert result.exit_code == 0, result.stderr
    after = times(folder.path / "public")
    return {name for name in after if after[name] != before.get(name)}


@pytest.mark.parametrize("size", [1, 2, 7])
def test_pages_hold_each_article_once_and_old_ones_stay_when_one_is_added(size: int) -> None:
    for number in range(60):
        found = parts(number, size)
        assert [i for start, end in found for i in range(start, end)] == list(range(number))
        assert all(0 < end - start <= size for start, end in found) or number == 0
        assert found[0] == (0, min(number, size))
        added = parts(number + 1, size)
        if len(added) == len(found):
            assert [(start + 1, end + 1) for start, end in found[2:]] == added[2:]


def test_the_home_page_goes_on_with_the_newest_first(site: MakeSite) -> None:
    folder = site({"site.yaml": paged(4)["site.yaml"] + "index_from: 0\n", **articles(11)})
    assert folder.build().exit_code == 0
    for prefix in ("", "en/"):
        assert shown(folder, f"{prefix}index.html") == [10, 9, 8, 7]
        assert shown(folder, f"{prefix}page/2/index.html") == [6, 5, 4]
        assert shown(folder, f"{prefix}page/3/index.html") == [3, 2, 1, 0]
        assert not (folder.path / f"public/{prefix}page/4").exists()
    second = folder.read("en/page/2/index.html")
    assert '<link rel="prev" href="/en/">' in second
    assert '<link rel="next" href="/en/page/3/">' in second
    assert '<link rel="canonical" href="https://example.org/en/page/2/">' in second
    assert 'hreflang="ar" href="https://example.org/page/2/"' in second
    assert 'rel="prev"' not in folder.read("en/index.html")
    assert 'rel="next" href="/en/page/4/"' not in folder.read("en/page/3/index.html")


def test_a_listing_of_many_pages_shows_a_few_of_their_numbers(site: MakeSite) -> None:
    folder = site({**paged(1), **articles(60)})
    folder.build()

    def numbers(page: int) -> list[str]:
        path = "en/index.html" if page == 1 else f"en/page/{page}/index.html"
        listed = folder.read(path).partition('<nav class="pagination"')[2]
        return re.findall(r"<li[^>]*>(?:<[^>]*>)?([\d…]+)<", listed)

    assert numbers(1) == ["1", "2", "3", "…", "60"]
    assert numbers(5) == ["1", "2", "3", "4", "5", "6", "7", "…", "60"]
    assert numbers(6) == ["1", "…", "4", "5", "6", "7", "8", "…", "60"]
    assert numbers(30) == ["1", "…", "28", "29", "30", "31", "32", "…", "60"]
    assert numbers(57) == ["1", "…", "55", "56", "57", "58", "59", "60"]
    assert "٣٠" in folder.read("page/30/index.html")


def test_a_tag_has_a_page_in_each_language_on_one_slug(site: MakeSite) -> None:
    files = {**article(1), **article(2, "سياسة, أدب"), **article(3, "علوم"), "translations/en/site.po": NAMES}
    folder = site(files)
    folder.build()
    assert shown(folder, "tags/سياسة/index.html") == shown(folder, "en/tags/سياسة/index.html") == [2, 1]
    english = folder.read("en/tags/سياسة/index.html")
    assert "<h1><bdi>Politics</bdi></h1>" in english
    assert "<title>Politics — Jisr</title>" in english
    untranslated = folder.read("en/tags/علوم/index.html")
    assert '<h1><bdi lang="ar">علوم</bdi></h1>' in untranslated
    assert "<title>\u2068علوم\u2069 — Jisr</title>" in untranslated
    link = '<a href="/en/tags/%D8%B3%D9%8A%D8%A7%D8%B3%D8%A9/"><bdi>Politics</bdi></a>'
    assert link in folder.read("en/articles/a1/index.html")
    assert link in folder.read("en/index.html")


def test_the_index_of_tags_is_sorted_as_its_language_sorts(site: MakeSite) -> None:
    files = {**article(1, "بيئة, أدب, إيران, اقتصاد, آثار, تُراث, ة, علوم"), "translations/en/site.po": NAMES}
    folder = site(files)
    folder.build()
    names = re.compile(r"<bdi[^>]*>(.*?)</bdi></a> <span")
    assert names.findall(folder.read("tags/index.html")) == [
        "آثار", "أدب", "اقتصاد", "إيران", "بيئة", "ة", "تُراث", "علوم",
    ]  # fmt: skip
    assert names.findall(folder.read("en/tags/index.html"))[0] == "Letters"


def test_a_site_without_tags_has_no_index_of_them(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": "---\ntitle: خبر\ndate: 2023-10-16\n---\n\nنصّ.\n"})
    folder.build()
    assert not (folder.path / "public/tags").exists()
    assert "/tags/" not in folder.read("404.html")
    for path, text in article(1).items():
        folder.write(path, text)
    folder.build()
    assert '<a href="/tags/">' in folder.read("404.html")


def test_menus_and_texts_can_link_to_listings(site: MakeSite) -> None:
    settings = SITE_YAML.replace("locale: en-GB", "locale: en-GB, menu: [{label: Topics, to: /en/tags/}]")
    about = "---\ntitle: عن\n---\n\n[سياسة](/tags/سياسة) و[الخلاصة](/feed.xml)\n"
    folder = site({"site.yaml": settings, "content/about.md": about, **article(1)})
    assert folder.build().exit_code == 0
    assert '<a href="/tags/%D8%B3%D9%8A%D8%A7%D8%B3%D8%A9/">' in folder.read("about/index.html")
    assert '<a href="/feed.xml">' in folder.read("about/index.html")
    (folder.path / "content/articles/a1.md").unlink()
    result = folder.build()
    assert result.exit_code == 1
    assert "content/about.md:5:9: error: the link leads to /tags/سياسة, which isn't there" in result.stderr
    assert "site.yaml:7:1: error: the menu leads to /en/tags/, which isn't there" in result.stderr


def test_tags_that_share_a_page_are_named(site: MakeSite) -> None:
    folder = site({**article(1, "C++"), **article(2, "C#"), **article(3, "C++")})
    result = folder.build()
    assert result.exit_code == 0
    assert (
        "content/articles/a2.md:1:1: warning: the tags C++ and C# share the page /tags/c/; "
        "write them alike, or call one of them otherwise" in result.stderr
    )
    assert shown(folder, "tags/c/index.html") == [3, 2, 1]
    assert '<bdi dir="ltr">C++</bdi>' in folder.read("tags/c/index.html")


def test_a_tag_without_letters_has_no_page(site: MakeSite) -> None:
    folder = site(article(1, "'++', سياسة"))
    assert folder.build().exit_code == 0
    assert [path.name for path in (folder.path / "public/tags").iterdir() if path.is_dir()] == ["سياسة"]
    assert "++" in folder.read("articles/a1/index.html")


def test_a_document_in_the_place_of_a_listing_is_an_error(site: MakeSite) -> None:
    folder = site({**article(1), "content/tags.md": "---\ntitle: وسوم\n---\n\nنصّ.\n"})
    result = folder.build()
    assert result.exit_code == 1
    what = "content/tags.md and the listing /tags/index.html both become tags/index.html"
    assert f"content/tags.md:1:1: error: {what}" in result.stderr


def test_an_article_leads_to_the_ones_before_and_after_it(site: MakeSite) -> None:
    po = 'msgid ""\nmsgstr "Language: en\\n"\n\nmsgctxt "title"\nmsgid "خبر رقم 1"\nmsgstr "Story 1"\n'
    folder = site({**articles(3), "translations/en/articles/a1.po": po})
    folder.build()
    first, last = folder.read("en/articles/a0/index.html"), folder.read("en/articles/a2/index.html")
    assert re.search(r'<a class="next" href="/en/articles/a1/" rel="next">.*\n.*>Story 1<', first)
    assert 'class="prev"' not in first
    assert re.search(r'<a class="prev" href="/en/articles/a1/" rel="prev">.*\n.*>Story 1<', last)
    assert 'class="next"' not in last
    middle = folder.read("en/articles/a1/index.html")
    assert 'lang="ar" dir="rtl">خبر رقم 0<' in middle
    assert 'href="/articles/a0/" rel="prev"' in folder.read("articles/a1/index.html")


def test_an_edit_makes_only_the_listings_that_show_it(site: MakeSite) -> None:
    folder = site({**paged(4), **articles(21), **article(30, "علوم"), **article(31, "علوم")})
    folder.build()
    path = "content/articles/a8.md"
    text = (folder.path / path).read_text(encoding="utf-8")
    own = {"articles/a8/index.html", "en/articles/a8/index.html", "en/articles/a8/parallel/index.html"}

    folder.write(path, text.replace("نصّ الخبر", "نصّ آخر"))
    assert changed(folder) == own

    listings = {"page/4/index.html"}
    listings |= {folder + name for folder in ("", "tags/سياسة/") for name in ("feed.xml", "feed.json")}
    listings |= {f"{name}/page/4/index.html" for name in ("tags/سياسة", "archive/2000/01")}
    beside = {f"articles/a{number}/index.html" for number in (7, 9, 10, 11, 12)}
    both = listings | beside
    folder.write(path, text.replace("خبر رقم", "قصّة"))
    assert changed(folder) == own | both | {f"en/{name}" for name in both}

    folder.write(path, text.replace("خبر رقم", "قصّة").replace("tags:", "summary: موجز الخبر.\ntags:"))
    assert changed(folder) == own | listings | {f"en/{name}" for name in listings}


def test_a_new_article_leaves_old_pages_alone(site: MakeSite) -> None:
    folder = site({**paged(4), **articles(21)})
    folder.build()
    for path, text in article(21, "علوم").items():
        folder.write(path, text)
    written = changed(folder)
    assert {"index.html", "page/2/index.html", "tags/index.html", "tags/علوم/index.html"} <= written
    assert not {name for name in written if re.search(r"page/[3-9]|سياسة", name)}


def test_sections_are_folders_of_articles(site: MakeSite) -> None:
    text = article(1)["content/articles/a1.md"]
    names = 'msgctxt "section"\nmsgid "العالم"\nmsgstr "World"\n'
    folder = site({
        "site.yaml": f"{SITE_YAML}sections: {{world: العالم}}\n",
        "content/articles/world/آسيا/a1.md": text,
        "content/articles/world/a2.md": text.replace("01-02", "01-03"),
        "content/articles/2023/a3/index.md": text,
        "translations/en/site.po": f"{NAMES}\n{names}",
    })  # fmt: skip
    result = folder.build()
    assert result.exit_code == 0, result.stderr
    listed = folder.read("en/articles/world/index.html")
    assert "<h1><bdi>World</bdi></h1>" in listed
    assert re.findall(r'<h2[^>]*><a href="([^"]*)"', listed) == [
        "/en/articles/world/a2/", "/en/articles/world/%D8%A2%D8%B3%D9%8A%D8%A7/a1/",
    ]  # fmt: skip
    assert '<h1><bdi lang="ar">آسيا</bdi></h1>' in folder.read("en/articles/world/آسيا/index.html")
    assert not (folder.path / "public/articles/2023/index.html").exists()
    kicker = '<li class="section"><a href="/en/articles/world/"><bdi>World</bdi></a></li>'
    assert kicker in folder.read("en/articles/world/آسيا/a1/index.html")
    index = folder.read("articles/index.html")
    assert re.findall(r'<a href="([^"]*)"><bdi>', index) == [
        "/articles/world/%D8%A2%D8%B3%D9%8A%D8%A7/", "/articles/world/",
    ]  # fmt: skip


def test_sync_asks_for_the_names_of_sections(site: MakeSite) -> None:
    text = article(1)["content/articles/a1.md"]
    settings = f"{SITE_YAML}sections: {{world: العالم}}\n"
    folder = site({"site.yaml": settings, "content/articles/world/a1.md": text})
    assert folder.run("sync").exit_code == 0
    asked = (folder.path / "translations/en/site.po").read_text(encoding="utf-8")
    assert 'msgctxt "section"\nmsgid "العالم"' in asked


def test_authors_have_pages(site: MakeSite) -> None:
    text = article(1)["content/articles/a1.md"]
    folder = site({"content/articles/a1.md": text.replace("tags:", "authors: [ليلى حداد]\ntags:")})
    folder.build()
    assert shown(folder, "authors/ليلى-حداد/index.html") == [1]
    link = '<a href="/authors/%D9%84%D9%8A%D9%84%D9%89-%D8%AD%D8%AF%D8%A7%D8%AF/"><bdi>ليلى حداد</bdi></a>'
    assert link in folder.read("articles/a1/index.html")
    assert link in folder.read("authors/index.html")


def test_the_archive_goes_by_year_and_month(site: MakeSite) -> None:
    folder = site({**articles(60), **article(310)})
    folder.build()
    assert shown(folder, "archive/2001/01/index.html") == [310]
    assert shown(folder, "archive/2000/03/index.html") == list(range(59, 49, -1))
    months = re.compile(r"<bdi>(.*?)</bdi></a> <span class=\"count\">(.*?)<")
    assert months.findall(folder.read("en/archive/2000/index.html")) == [
        ("January 2000", "25"), ("February 2000", "25"), ("March 2000", "10"),
    ]  # fmt: skip
    whole = folder.read("archive/index.html")
    assert re.findall(r"<h2><a[^>]*>(.*?)<", whole) == ["٢٠٠١", "٢٠٠٠"]
    assert ("مارس ٢٠٠٠", "١٠") in months.findall(whole)
    assert "<title>March 2000 — Jisr</title>" in folder.read("en/archive/2000/03/index.html")


def test_a_month_is_that_of_the_sites_timezone(site: MakeSite) -> None:
    text = article(1)["content/articles/a1.md"].replace("2000-01-02", "2023-10-31T23:30:00Z")
    folder = site({"content/articles/a1.md": text})
    folder.build()
    assert shown(folder, "archive/2023/11/index.html") == [1]


def test_an_article_leads_to_older_ones_that_share_its_tags(site: MakeSite) -> None:
    folder = site({
        **article(1, "علوم, فضاء"), **article(2, "علوم"), **article(3, "رياضة"), **article(4, "رياضة"),
        **article(5, "علوم, فضاء"),
    })  # fmt: skip
    folder.build()

    def related(number: int) -> list[int]:
        found = folder.read(f"articles/a{number}/index.html").partition('class="related"')[2]
        return [int(n) for n in re.findall(r"/articles/a(\d+)/", found.partition("</aside>")[0])]

    assert related(5) == [1, 2]
    assert related(4) == []  # the one before it is a link already
    assert related(1) == []
    folder.write("site.yaml", f"{SITE_YAML}related: 0\n")
    folder.build()
    assert related(5) == []


def test_listings_can_be_left_out(site: MakeSite) -> None:
    text = article(1)["content/articles/a1.md"].replace("tags:", "authors: [ليلى حداد]\ntags:")
    folder = site({"site.yaml": f"{SITE_YAML}listings: [archive]\n", "content/articles/world/a1.md": text})
    folder.build()
    made = {path.name for path in (folder.path / "public").iterdir()}
    assert "archive" in made
    assert not made & {"tags", "authors"}
    assert not (folder.path / "public/articles/world/index.html").exists()
    assert "<bdi>ليلى حداد</bdi>" in folder.read("articles/world/a1/index.html")
    assert "/authors/" not in folder.read("articles/world/a1/index.html")


def test_a_setting_of_no_number_is_told(site: MakeSite) -> None:
    result = site({**paged(0), **article(1)}).build()
    assert "site.yaml:8:1: error: `per_page` is a number of articles; write 1 or more" in result.stderr


def test_processes_make_the_same_listings(site: MakeSite, tmp_path: Path) -> None:
    folder = site({**paged(3), **articles(20)})
    pages = [folder.path / "public" / name for name in ("page/3/index.html", "feed.xml", "tags/index.html")]
    folder.build("--jobs", "1")
    alone = [page.read_bytes() for page in pages]
    for page in pages:
        page.unlink()
    assert folder.build("--jobs", "3").exit_code == 0
    assert [page.read_bytes() for page in pages] == alone
    assert (folder.path / FOLDER).is_dir()
