"""Tables of contents, figures, pull quotes and videos: their prose is translated, their form stays."""

import re

import pytest

from jisr.read.markup.converter import Converter
from tests import bodies
from tests.conftest import SITE_YAML, MakeSite, SiteFolder

CONVERTER = Converter()
FIGURE = '<figure markdown="1">\n![رسم](p.png)\n<figcaption markdown="span">شرح. <small>رسم: فلان.</small></figcaption>\n</figure>'
VIDEO = '<figure class="video" markdown="1">\n[![فيديو: كذا](p.png)](https://example.com/v)\n</figure>'
BODY = f"""\
[TOC]

## عنوان C++

قول مختار.  
<cite>قائله</cite>
{{: .pull}}

### فرع

{FIGURE}

{VIDEO}
"""  # noqa: W291  # two spaces are a hard break
PO = """\
msgid ""
msgstr "Language: en\\n"

msgid "عنوان C++"
msgstr "On C++"

msgid "قول مختار.  \\n<cite>قائله</cite>"
msgstr "A saying.  \\n<cite>Its author</cite>"

msgid "![رسم](p.png)"
msgstr "![Drawing](p.png)"

msgid "شرح. <small>رسم: فلان.</small>"
msgstr "Caption. <small>Drawn by someone.</small>"

msgid "[![فيديو: كذا](p.png)](https://example.com/v)"
msgstr "[![Video: it](p.png)](https://example.com/v)"
"""


def made(site: MakeSite, settings: str = "") -> SiteFolder:
    folder = site({
        "content/about.md": f"---\ntitle: عن\n---\n\n{BODY}", "content/p.png": "x",
        "translations/en/about.po": PO, "site.yaml": SITE_YAML + settings,
    })  # fmt: skip
    result = folder.build()
    assert result.exit_code == 0, result.stderr
    return folder


def contents(page: str) -> str:
    found = re.findall(r'<nav aria-label="(.*?)" class="toc">(.*?)</nav>', page)
    assert len(found) == 1
    return f"{found[0][0]}: {found[0][1]}"


def test_a_table_of_contents_has_the_headings_in_the_page_s_language(site: MakeSite) -> None:
    folder = made(site)
    arabic, english = folder.read("about/index.html"), folder.read("en/about/index.html")
    assert contents(arabic) == (
        "المحتويات: <ol>"
        '<li class="level-2"><a href="#عنوان-c">عنوان <bdi dir="ltr">C++</bdi></a></li>'
        '<li class="level-3"><a href="#فرع">فرع</a></li></ol>'
    )
    assert contents(english) == (
        'Contents: <ol><li class="level-2"><a href="#عنوان-c">On C++</a></li>'
        '<li class="level-3"><a href="#فرع"><bdi dir="rtl" lang="ar">فرع</bdi></a></li></ol>'
    )
    for id_ in ("عنوان-c", "فرع"):
        assert f'id="{id_}"' in english


def test_it_lists_what_is_shown(site: MakeSite) -> None:
    folder = made(site, "untranslated: hide\n")
    assert "فرع" not in contents(folder.read("en/about/index.html"))


def test_it_is_no_message() -> None:
    segments = bodies.parse(CONVERTER, BODY).segments
    assert [segment.text for segment in segments] == [
        "عنوان C++", "قول مختار.  \n<cite>قائله</cite>", "فرع", "![رسم](p.png)",
        "شرح. <small>رسم: فلان.</small>", "[![فيديو: كذا](p.png)](https://example.com/v)",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["[TOC]\n\nنصّ *مائل*.", "نصّ [TOC] في سطر.", "- [TOC]"])
def test_it_stands_only_where_there_are_headings_and_in_a_paragraph_of_its_own(text: str) -> None:
    body = bodies.parse(CONVERTER, text)
    assert "<nav" not in bodies.html(bodies.render(CONVERTER, body, bodies.source(body)))


def test_a_text_with_contents_of_its_own_has_no_others(site: MakeSite) -> None:
    body = "## أ\n\n## ب\n\n## ج\n"
    folder = site({
        "content/a.md": f"---\ntitle: أ\n---\n\n{body}", "content/b.md": f"---\ntitle: ب\n---\n\n[TOC]\n\n{body}",
    })  # fmt: skip
    folder.build()
    assert 'class="contents"' in folder.read("a/index.html")
    assert 'class="contents"' not in folder.read("b/index.html")
    assert folder.read("b/index.html").count('href="#ج"') == 1


def test_figures_quotes_and_videos_keep_their_form_in_translation(site: MakeSite) -> None:
    page = made(site).read("en/about/index.html")
    assert '<p class="pull">A saying.<br>\n<cite>Its author</cite></p>' in page
    figure, video = re.findall(r"<figure.*?</figure>", page, re.DOTALL)
    assert 'alt="Drawing"' in figure
    assert "<figcaption>Caption. <small>Drawn by someone.</small></figcaption>" in figure
    assert video.startswith('<figure class="video">')
    assert re.search(r'<a href="https://example\.com/v"><img [^>]*alt="Video: it"[^>]*></a>', video)


def test_without_a_translation_they_keep_it_too(site: MakeSite) -> None:
    folder = made(site)
    folder.write("translations/en/about.po", 'msgid ""\nmsgstr "Language: en\\n"\n')
    folder.build()
    page = folder.read("en/about/index.html")
    assert re.search(r'<p (?=[^>]*class="pull")(?=[^>]*lang="ar")(?=[^>]*dir="rtl")', page)
    assert '<figure class="video">' in page
    assert re.search(r"<figcaption class=\"awaiting\">.*<small>", page)


def test_a_backslash_keeps_it_a_text() -> None:
    body = bodies.parse(CONVERTER, "\\[TOC]\n\n## عنوان *مائل*")
    assert "<p>[TOC]</p>" in bodies.html(bodies.render(CONVERTER, body, bodies.source(body)))
