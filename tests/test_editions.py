"""Editions: what a reader of each language sees, and what search engines are told."""

import re

import pytest

from tests import bodies
from tests.conftest import PNG, SITE_YAML, MakeSite, SiteFolder

ARTICLE = "---\ntitle: زيارة\ndate: 2023-10-16\n---\n\n## عنوان\n\nفقرة أولى!\n\n- بند\n- ثان\n\nفقرة قديمة جدا هنا.\n"
PO = """msgid ""
msgstr ""
"Language: en\\n"
"Content-Type: text/plain; charset=UTF-8\\n"

msgctxt "title"
msgid "زيارة"
msgstr "A visit"

msgid "بند"
msgstr "Item"

#, fuzzy
#| msgid "فقرة قديمة هنا."
msgid "فقرة قديمة جدا هنا."
msgstr "An old paragraph."
"""
FULL = PO.replace('#, fuzzy\n#| msgid "فقرة قديمة هنا."\n', "") + "".join(
    f'\nmsgid "{text}"\nmsgstr "{said}"\n'
    for text, said in (("عنوان", "Title"), ("فقرة أولى!", "First!"), ("ثان", "Two"))
)
FILES = {"content/articles/a.md": ARTICLE, "translations/en/articles/a.po": PO}
ENGLISH = "en/articles/a/index.html"


def head(page: str) -> str:
    return page.split("</head>", maxsplit=1)[0]


def hreflang(page: str) -> list[str]:
    return re.findall(r'<link rel="alternate" hreflang="([^"]+)"', head(page))


def test_an_english_page_shows_all_three_states_marked(site: MakeSite) -> None:
    folder = site(FILES)
    assert folder.build("--strict").exit_code == 0
    page = folder.read(ENGLISH)
    assert '<html lang="en" dir="ltr">' in page
    assert '<div class="awaiting"><p class="status">Awaiting translation</p>' in re.sub(r">\s+<", "><", page)
    assert re.search(r'<p dir="rtl" lang="ar">فقرة أولى!</p>|<p lang="ar" dir="rtl">فقرة أولى!</p>', page)
    assert "<li>Item</li>" in page
    assert re.search(
        r'<li class="awaiting"><span class="status">Awaiting translation</span> <span [^>]*>ثان</span></li>',
        page,
    )
    outdated = page.split('<div class="outdated">')[1]
    assert "<p>An old paragraph.</p>" in outdated
    assert re.search(r"<summary>The new Arabic text</summary>\s*<p [^>]*>فقرة قديمة جدا هنا\.</p>", outdated)


def test_the_arabic_page_never_suffers_from_an_unfinished_translation(site: MakeSite) -> None:
    folder = site(FILES)
    folder.build()
    with_po = folder.read("articles/a/index.html")
    (folder.path / "translations/en/articles/a.po").unlink()
    folder.build()
    assert folder.read("articles/a/index.html") == with_po
    assert "noindex" not in with_po
    assert hreflang(with_po) == []


def test_an_unfinished_edition_is_kept_from_search_engines(site: MakeSite) -> None:
    folder = site(FILES)
    folder.build()
    assert 'name="robots" content="noindex"' in head(folder.read(ENGLISH))
    assert hreflang(folder.read(ENGLISH)) == []


def test_a_finished_edition_is_offered_both_ways(site: MakeSite) -> None:
    folder = site({**FILES, "translations/en/articles/a.po": FULL})
    folder.build()
    for path in (ENGLISH, "articles/a/index.html"):
        page = folder.read(path)
        assert "noindex" not in page
        assert hreflang(page) == ["ar", "en", "x-default"]
    assert 'content="noindex"' in folder.read("en/articles/a/parallel/index.html")


def test_the_share_from_which_an_edition_is_offered_is_a_setting(site: MakeSite) -> None:
    folder = site({**FILES, "site.yaml": SITE_YAML + "index_from: 33\n"})
    folder.build()
    assert "noindex" not in folder.read(ENGLISH)  # 2 of 6
    folder.write("site.yaml", SITE_YAML + "index_from: 34\n")
    folder.build()
    assert "noindex" in folder.read(ENGLISH)


def test_noindex_in_the_metadata_holds_for_every_edition(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": ARTICLE.replace("date:", "noindex: true\ndate:"),
                   "translations/en/articles/a.po": FULL})  # fmt: skip
    folder.build()
    assert "noindex" in folder.read("articles/a/index.html")
    assert "noindex" in folder.read(ENGLISH)


def test_untranslated_blocks_can_be_hidden(site: MakeSite) -> None:
    folder = site({**FILES, "site.yaml": SITE_YAML + "untranslated: hide\n"})
    assert folder.build("--strict").exit_code == 0
    page = folder.read(ENGLISH)
    assert "فقرة أولى" not in page
    assert "ثان" not in page
    assert "<li>Item</li>" in page
    parallel = folder.read("en/articles/a/parallel/index.html")
    assert "فقرة أولى!" in parallel
    assert parallel.count("Awaiting translation") == 2


def test_hiding_leaves_no_shells_and_takes_nothing_that_is_leant_on(site: MakeSite) -> None:
    body = "!!! note\n    تنبيه\n\n> قول\n\n- بند\n\n| أ |\n|---|\n| ب |\n\nم\n:   ش\n\nنص[^1].\n\n[^1]: حاشية.\n"
    po = 'msgid ""\nmsgstr "Language: en\\n"\n\nmsgid "نص[^1]."\nmsgstr "Text[^1]."\n'
    folder = site({"content/a.md": f"---\ntitle: ص\n---\n\n{body}", "translations/en/a.po": po,
                   "site.yaml": SITE_YAML + "untranslated: hide\n"})  # fmt: skip
    assert folder.build("--strict").exit_code == 0
    page = folder.read("en/a/index.html")
    assert not re.search(r"admonition|<blockquote|تنبيه|قول|بند|<ul>\s*</ul>", page.split("<article", 1)[1])
    for kept in ("أ", "ب", "م", "ش", "حاشية."):
        assert f'<span dir="rtl" lang="ar">{kept}</span>' in page or f">{kept}" in page


def test_hiding_leaves_no_link_that_leads_nowhere(site: MakeSite) -> None:
    body = (
        "## قسم\n\nانظر [القسم](#قسم).\n\nفقرة بلا ترجمة[^1].\n\n"
        '<figure markdown="1">\n![صورة](p.png)\n<figcaption markdown="span">تعليق</figcaption>\n</figure>\n\n'
        "[^1]: حاشية.\n"
    )
    po = 'msgid ""\nmsgstr "Language: en\\n"\n\nmsgid "انظر [القسم](#قسم)."\nmsgstr "See [there](#قسم)."\n'
    folder = site({"content/a.md": f"---\ntitle: ص\n---\n\n{body}", "content/p.png": PNG,
                   "translations/en/a.po": po, "site.yaml": SITE_YAML + "untranslated: hide\n"})  # fmt: skip
    assert folder.build("--strict").exit_code == 0
    assert 'href="#قسم"' in folder.read("a/index.html") or 'href="#%' in folder.read("a/index.html")
    page = folder.read("en/a/index.html")
    assert '<a href="#">there</a>' in page
    assert "backref" not in page
    assert "<figure" not in page
    found = folder.run("check", "--format", "json")
    assert "fragments" not in found.stdout


def test_a_catalogue_without_its_document_is_told_when_building(site: MakeSite) -> None:
    folder = site({**FILES, "translations/en/articles/old.po": PO})
    result = folder.build()
    assert (
        "translations/en/articles/old.po:1:1: warning: the catalogue belongs to no document" in result.stderr
    )
    assert result.exit_code == 0


def test_outdated_translations_can_be_taken_for_missing(site: MakeSite) -> None:
    folder = site({**FILES, "site.yaml": SITE_YAML + "outdated: placeholder\n"})
    folder.build()
    page = folder.read(ENGLISH)
    assert "An old paragraph." not in page
    assert "فقرة قديمة جدا هنا." in page
    assert "1 block out of date" in page


def test_headings_have_the_same_ids_in_every_edition(site: MakeSite) -> None:
    text = ARTICLE.replace(
        "## عنوان", "## عُنوانٌ أوّل\n\n## عنوان أول\n\n### Latin title\n\n## عنوان {: #own }"
    )
    folder = site({"content/articles/a.md": text, "translations/en/articles/a.po": FULL})
    folder.build()
    expected = ["عنوان-أول", "عنوان-أول_1", "latin-title", "own"]
    for path in ("articles/a/index.html", ENGLISH):
        page = folder.read(path).split("<article", 1)[1]
        assert re.findall(r'<h[2-6][^>]* id="([^"]+)"|<h[2-6] id="([^"]+)"', page) != []
        found = [a or b for a, b in re.findall(r'<h[2-6](?: [^>]*)? id="([^"]+)"|<h[2-6] id="([^"]+)"', page)]
        assert found == expected


def test_links_lead_to_the_edition_of_the_page_they_stand_on(site: MakeSite) -> None:
    folder = site({
        "content/articles/a.md": ARTICLE.replace("فقرة أولى!", "انظر [الصفحة](../about.md#x) و![صورة](p.png)."),
        "content/articles/p.png": "picture",
        "content/about.md": "---\ntitle: عن\n---\n\nنص\n",
    })  # fmt: skip
    folder.build()
    assert 'href="/about/#x"' in folder.read("articles/a/index.html")
    assert 'href="/en/about/#x"' in folder.read(ENGLISH)
    assert 'src="/articles/p.png"' in folder.read(ENGLISH)
    assert folder.read("articles/p.png") == "picture"


def test_a_wire_agencys_text_with_a_sidecar_is_an_article(site: MakeSite) -> None:
    folder = site({"content/articles/a.txt": "فقرة *أولى*.\n\nثانية.\n",
                   "content/articles/a.yaml": "title: خبر\ndate: 2023-10-16\n"})  # fmt: skip
    assert folder.build("--strict").exit_code == 0
    assert "<p>فقرة *أولى*.</p>" in folder.read("articles/a/index.html")
    assert "فقرة *أولى*." in folder.read(ENGLISH)


def test_file_names_give_slug_and_date_and_folders_give_addresses(site: MakeSite) -> None:
    folder = site({
        "content/articles/2024-05-06-first.md": "---\ntitle: أول\n---\nنص\n",
        "content/articles/world/second/index.md": "---\ntitle: ثان\ndate: 2024-01-01\n---\nنص\n",
        "content/help/me.md": "---\ntitle: مساعدة\n---\nنص\n",
    })  # fmt: skip
    folder.build()
    assert '<time datetime="2024-05-06">' in folder.read("articles/first/index.html")
    assert folder.read("en/articles/world/second/index.html")
    assert folder.read("help/me/index.html")


def test_the_newest_article_leads_the_home_page(site: MakeSite) -> None:
    files = {
        f"content/articles/{name}.md": f"---\ntitle: خبر {name}\ndate: {day}\n---\nنص\n"
        for name, day in (
            ("a", "2023-01-01"),
            ("b", "2024-01-01"),
            ("c", "2023-06-01 10:00"),
            ("d", "2023-06-01 09:00"),
        )
    }
    folder = site(files)
    folder.build()
    assert re.findall(r"خبر ([abcd])</a>", folder.read("index.html")) == ["b", "c", "d", "a"]


def test_a_former_address_leads_to_the_present_one(site: MakeSite) -> None:
    folder = site(
        {"content/articles/a.md": ARTICLE.replace("date:", "aliases: [/old/name/, /Old.html]\ndate:")}
    )
    folder.build()
    assert folder.read("Old.html") == folder.read("old/name/index.html")
    page = folder.read("old/name/index.html")
    assert '<meta http-equiv="refresh" content="0; url=/articles/a/">' in page
    assert 'name="robots" content="noindex"' in page


def test_drafts_are_built_only_when_asked_and_never_offered(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": ARTICLE.replace("date:", "draft: true\ndate:")})
    folder.build()
    assert not (folder.path / "public/articles").exists()
    folder.build("--drafts")
    assert "noindex" in folder.read("articles/a/index.html")


@pytest.mark.parametrize("trusted", [False, True])
def test_raw_html_is_kept_where_it_is_safe_or_trusted(site: MakeSite, trusted: bool) -> None:
    body = '<details><summary>س</summary>ن</details>\n\nنص <kbd>Ctrl</kbd> <bdi dir="ltr">C++</bdi>\n'
    if trusted:
        body += '\n<iframe src="https://example.org/"></iframe>\n'
    settings = SITE_YAML + f"trusted_html: {'true' if trusted else 'false'}\n"
    folder = site({"content/a.md": f"---\ntitle: ص\n---\n\n{body}", "site.yaml": settings})
    assert folder.build("--strict").exit_code == 0
    page = folder.read("a/index.html")
    assert "<details><summary>س</summary>ن</details>" in page
    assert "<kbd>Ctrl</kbd>" in page
    assert "C++</bdi>" in page
    assert ("<iframe" in page) is trusted


def test_names_come_from_the_sites_catalogue(site: MakeSite) -> None:
    folder = site({
        "content/articles/a.md": ARTICLE.replace("date:", "tags: [سياسة, شعر]\ndate:"),
        "translations/en/site.po": 'msgid ""\nmsgstr "Language: en\\n"\n\nmsgctxt "tag"\nmsgid "سياسة"\nmsgstr "Politics"\n',
    })  # fmt: skip
    folder.build()
    page = folder.read(ENGLISH)
    assert "<bdi>Politics</bdi>" in page
    assert '<bdi lang="ar">شعر</bdi>' in page


def test_a_footnotes_back_links_stay_beside_its_text() -> None:
    from jisr.read.markup.converter import Converter

    converter = Converter()
    body = bodies.parse(converter, "نص[^1] ونص[^1].\n\n[^1]: حاشية.")
    page = bodies.html(bodies.render(converter, body, bodies.translated(body, {}), english=True))
    assert re.search(r"<p [^>]*>حاشية\.&#160;<a [^>]*>↑</a><a [^>]*>↑</a></p>", page)


def test_runs_keep_their_order_in_titles_contents_and_descriptions(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": ARTICLE.replace("زيارة", "دليل C++ للجميع").replace("## عنوان", "## أول\n\n## لغة C++ اليوم")
                   .replace("date:", "summary: نسبة 25% منهم\ndate:")})  # fmt: skip
    folder.build()
    page = folder.read("articles/a/index.html")
    assert '<h1 class="title">دليل <bdi dir="ltr">C++</bdi> للجميع</h1>' in page
    assert "<title>دليل \u2066C++\u2069 للجميع" in page
    assert '>لغة <bdi dir="ltr">C++</bdi> اليوم</h2>' in page
    assert 'نسبة <bdi dir="ltr">25%</bdi> منهم' in page


def test_two_sites_of_the_same_files_are_the_same(site: MakeSite) -> None:
    def built(folder: SiteFolder) -> dict[str, bytes]:
        public = folder.path / "public"
        return {str(p.relative_to(public)): p.read_bytes() for p in public.rglob("*") if p.is_file()}

    folder = site(FILES)
    folder.build()
    first = built(folder)
    folder.build()
    assert built(folder) == first
