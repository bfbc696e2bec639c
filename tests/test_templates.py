"""The theme: a site's own templates and words before it, strict names, and text that stays text."""

import json
import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from jisr.theme import theme_root
from tests.bodies import bare
from tests.conftest import SITE_YAML, SiteFolder

MakeSite = Callable[[Mapping[str, str]], SiteFolder]

ARTICLE = "---\ntitle: خبرٌ عن الجسر\ndate: 2023-08-09\n---\n\nافتُتح الجسرُ عام 2023.\n"
FILES = {"content/articles/a.md": ARTICLE, "content/about.md": "---\ntitle: عن جسر\n---\n\nمن نحن.\n"}
PAGES = ("index.html", "en/index.html", "about/index.html", "articles/a/index.html", "en/articles/a/index.html",
         "en/articles/a/parallel/index.html", "404.html", "en/404.html")  # fmt: skip


def po(language: str, *entries: str) -> str:
    """A catalogue's file."""
    head = f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    return head + "\n\n".join(entries) + "\n"


def build(folder: SiteFolder) -> None:
    """Build a site that has nothing wrong."""
    result = folder.build("--strict")
    assert (result.exit_code, result.stderr) == (0, "")


def pages(folder: SiteFolder) -> dict[str, str]:
    """The pages that were built."""
    public = folder.path / "public"
    return {
        path.relative_to(public).as_posix(): path.read_text(encoding="utf-8")
        for path in public.rglob("*.html")
    }


class Tags(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


# Which template wins


def test_a_sites_own_template_wins_by_name_and_the_others_stay(site: MakeSite) -> None:
    folder = site({**FILES, "templates/404.html": "<!doctype html><title>ضاعت</title>"})
    build(folder)
    assert folder.read("404.html") == folder.read("en/404.html") == "<!doctype html><title>ضاعت</title>"
    for page in PAGES[:-2]:
        assert "nameplate" in folder.read(page), f"{page} has lost the theme"


def test_a_sites_own_base_stands_under_every_page_of_the_theme(site: MakeSite) -> None:
    base = "<!doctype html><title>{{ page.title|isolate }}</title><p>أساسنا</p>{% block main %}{% endblock %}"
    folder = site({**FILES, "templates/base.html": base})
    build(folder)
    for page in PAGES:
        assert "<p>أساسنا</p>" in folder.read(page)
        assert "masthead" not in folder.read(page)
    assert '<h1 class="title">خبرٌ عن الجسر</h1>' in folder.read("articles/a/index.html")


def test_a_sites_own_part_wins_within_the_themes_templates(site: MakeSite) -> None:
    parts = (theme_root() / "templates/_parts.html").read_text(encoding="utf-8")
    folder = site(
        {**FILES, "templates/_parts.html": parts.replace('<svg class="mark"', '<svg class="mark ours"')}
    )
    build(folder)
    for page in PAGES:
        assert 'class="mark ours"' in folder.read(page)


def test_a_block_of_the_theme_can_be_extended(site: MakeSite) -> None:
    own = '{% extends "base.html" %}{% block main %}<p>{{ edition.title.text }} في قالبنا</p>{% endblock %}'
    folder = site({**FILES, "templates/article.html": own})
    build(folder)
    page = folder.read("articles/a/index.html")
    assert "<p>خبرٌ عن الجسر في قالبنا</p>" in page
    assert "masthead" in page
    assert 'class="story"' not in page
    # page.html of the theme extends article.html: the site's own, by its name
    assert "<p>عن جسر في قالبنا</p>" in folder.read("about/index.html")


def test_super_keeps_what_the_theme_says_in_a_block(site: MakeSite) -> None:
    own = '{% extends "article.html" %}{% block translation %}{{ super() }}<p>زيادة</p>{% endblock %}'
    article = ARTICLE.replace("title:", "template: long.html\ntitle:")
    folder = site({"content/articles/a.md": article, "templates/long.html": own})
    build(folder)
    english = folder.read("en/articles/a/index.html")
    assert english.index("Read the original") < english.index("<p>زيادة</p>")
    assert 'class="story"' in english


def test_a_document_names_its_template_and_gives_it_what_it_likes(site: MakeSite) -> None:
    article = ARTICLE.replace(
        "title:", "template: long.html\nextra: {span: 40, wide: true, names: [قصر النيل]}\ntitle:"
    )
    own = "{{ edition.extra.span + 2 }} {{ edition.extra.wide }} {{ edition.extra.names[0] }}"
    folder = site(
        {"content/articles/a.md": article, "content/articles/b.md": ARTICLE, "templates/long.html": own}
    )
    build(folder)
    assert folder.read("articles/a/index.html") == "42 True قصر النيل"
    assert "masthead" in folder.read("articles/b/index.html")


# Strict names


@pytest.mark.parametrize(
    ("expression", "name"),
    [("{{ nothing }}", "nothing"), ("{% if nothing %}نعم{% endif %}", "nothing"),
     ("{% for x in nothing %}{% endfor %}", "nothing"), ("{{ site.nothing }}", "nothing"),
     ("{{ edition.extra.nothing }}", "nothing"), ("{{ edition.title.nothing.deeper }}", "nothing"),
     ("{{ nothing|isolate }}", "nothing"), ("{{ nothing ~ 'a' }}", "nothing"), ("{{ 1|nothing }}", "nothing")],
)  # fmt: skip
def test_a_name_that_isnt_there_is_an_error_at_its_line(site: MakeSite, expression: str, name: str) -> None:
    folder = site({**FILES, "templates/article.html": f"<p>\n\n{expression}</p>"})
    result = folder.build()
    assert (result.exit_code, result.stdout) == (1, "")
    first = result.stderr.splitlines()[0]
    assert first.startswith("templates/article.html:3:1: error: ")
    assert name in first
    assert not (folder.path / "public").exists()


# Text stays text

HOSTILE = ["<script>alert(1)</script>نعم", '"><img src=x onerror=alert(1)>نعم', "'><svg/onload=alert(1)>نعم",
           "</title><script>alert(1)</script>نعم", "{{ 7*7 }}{% raw %}نعم", "&lt;script&gt;نعم &amp;"]  # fmt: skip


def harmless(page: str, where: str) -> None:
    """Check that no text of a page has become markup."""
    for data in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page):
        assert json.loads(data), where
        assert "<" not in data, where
        page = page.replace(f'<script type="application/ld+json">{data}</script>', "")
    lowered = page.lower()
    assert "<script" not in lowered, where
    assert "<img src=x" not in lowered, where
    assert "<svg/onload" not in lowered, where
    for tag, attributes in Tags(page).found:
        assert tag != "script", where
        assert not [name for name in attributes if name.startswith("on")], f"{where}: <{tag} {attributes}>"
        for name in ("href", "src", "content"):
            assert not attributes.get(name, "").lower().startswith(("javascript:", "data:")), (
                f"{where}: <{tag}>"
            )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_metadata_is_escaped_on_every_page(site: MakeSite, text: str) -> None:
    quoted = json.dumps(text, ensure_ascii=False)
    settings = (
        SITE_YAML.replace("title: جسر, description: مقالات", f"title: {quoted}, description: {quoted}")
        .replace("title: Jisr, description: Articles", f"title: {quoted}, description: {quoted}")
        .replace("locale: ar-EG", f"locale: ar-EG, menu: [{{label: {quoted}, to: about.md}}]")
    )
    metadata = (
        f"title: {quoted}\nsummary: {quoted}\ntags: [{quoted}]\nauthors: [{quoted}]\naliases: [/قديم/]\n"
        f"source: {{name: {quoted}, url: https://example.net/}}\n"
        f"image: {{src: https://example.net/a.png, alt: {quoted}, caption: {quoted}, credit: {quoted}}}\n"
    )
    folder = site({
        "site.yaml": settings,
        "content/articles/a.md": f"---\n{metadata}date: 2023-08-09\n---\n\n## نص\n\nنص.\n",
        "content/about.md": f"---\ntitle: {quoted}\n---\n\nنص.\n",
    })  # fmt: skip
    build(folder)
    found = pages(folder)
    assert {"قديم/index.html", "en/articles/a/parallel/index.html", "404.html"} <= found.keys()
    for name, page in found.items():
        harmless(page, name)
        title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
        assert title, name
        assert text in unescape(bare(title[1])), f"{name}: {title[1]}"
    article = found["articles/a/index.html"]
    described = [
        attributes for tag, attributes in Tags(article).found if attributes.get("name") == "description"
    ]
    assert [bare(attributes["content"] or "") for attributes in described] == [text]
    assert text in [bare(attributes["alt"] or "") for tag, attributes in Tags(article).found if tag == "img"]
    shown = str(escape(text, quote=False)).replace('"', "&#34;").replace("'", "&#39;")
    assert f'<h1 class="title">{shown}</h1>' in bare(article)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,<script>1</script>"]
)
@pytest.mark.parametrize("field", ["source: {{name: الوكالة, url: {}}}", "image: {{src: {}, alt: صورة}}"])
def test_an_address_in_the_metadata_that_runs_code_is_refused(
    site: MakeSite, field: str, address: str
) -> None:
    line = field.format(json.dumps(address))
    folder = site({"content/articles/a.md": ARTICLE.replace("title:", f"{line}\ntitle:")})
    result = folder.build()
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("content/articles/a.md:2:")
    assert not (folder.path / "public").exists()


WORDS = ["Skip to the content", "Awaiting translation", "Published", "Languages", "Page not found", "Note",
         "Read the original", "Both languages side by side", "Progress of the translation"]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE[:4])
def test_a_hostile_word_of_the_interface_is_escaped(site: MakeSite, text: str) -> None:
    quoted = json.dumps(text, ensure_ascii=False)
    entries = [f'msgid "{word}"\nmsgstr {quoted}' for word in WORDS] + [
        f'msgid "%(title)s, side by side"\nmsgstr {json.dumps("%(title)s" + text, ensure_ascii=False)}',
        f'msgid "Back to the text, footnote %(number)s"\nmsgstr {json.dumps(text + "%(number)s", ensure_ascii=False)}',
        f'msgid "Translated from %(language)s"\nmsgstr {json.dumps(text + "%(language)s", ensure_ascii=False)}',
    ]
    folder = site({
        "content/articles/a.md": ARTICLE + "\n!!! note\n    ملاحظة.\n\nحاشية[^1].\n\n[^1]: الحاشية.\n\n- بند\n\n| أ |\n|---|\n| ب |\n",
        "translations/ar/interface.po": po("ar", *entries),
        "translations/en/interface.po": po("en", *entries),
    })  # fmt: skip
    build(folder)
    for name, page in pages(folder).items():
        harmless(page, name)
        shown = unescape(page)
        assert shown.count(text) > 1, f"{name} doesn't show the word"


@pytest.mark.parametrize(
    "text", ["%", "100% نص", "%s", "%(nothing)s", "%(number", "%d %d", "{0}", "%(language)d"]
)
def test_a_word_with_a_wrong_placeholder_is_a_page_or_a_message(site: MakeSite, text: str) -> None:
    quoted = json.dumps(text, ensure_ascii=False)
    words = ["Skip to the content", "The new %(language)s text", "Back to the text, footnote %(number)s",
             "%(title)s, side by side", "Translated from %(language)s"]  # fmt: skip
    for word in words:
        folder = site({
            **FILES,
            "content/articles/a.md": ARTICLE + "\nحاشية[^1].\n\n[^1]: الحاشية.\n",
            "translations/en/interface.po": po("en", f'msgid "{word}"\nmsgstr {quoted}'),
            "translations/ar/interface.po": po("ar", f'msgid "{word}"\nmsgstr {quoted}'),
        })  # fmt: skip
        result = folder.build()
        assert result.exit_code == 0 or ": error: " in result.stderr


def test_a_word_of_the_sites_own_wins_and_the_rest_stay(site: MakeSite) -> None:
    folder = site({
        **FILES,
        "translations/ar/interface.po": po("ar", 'msgid "Published"\nmsgstr "كُتب في"'),
        "translations/en/interface.po": po("en", 'msgid "Awaiting translation"\nmsgstr "Not yet in English"'),
    })  # fmt: skip
    build(folder)
    arabic, english = folder.read("articles/a/index.html"), folder.read("en/articles/a/index.html")
    assert "<dt>كُتب في</dt>" in arabic
    assert "نُشر في" not in arabic
    assert "انتقل إلى المحتوى" in arabic
    assert english.count("Not yet in English") == 2
    assert "Awaiting translation" not in english
    assert "<dt>Published</dt>" in english
    assert "Skip to the content" in english


def test_english_words_stand_by_themselves_where_one_reads_from_right_to_left(site: MakeSite) -> None:
    settings = SITE_YAML.replace("[ar, en]", "[ar, en, he]") + "  he: {title: גשר}\n"
    folder = site({**FILES, "site.yaml": settings, "templates/404.html": "{{ _('Own') }} {{ _('100 %%') }}"})
    build(folder)
    hebrew = folder.read("he/articles/a/index.html")
    assert "\u2066Awaiting translation\u2069" in hebrew
    assert re.search("\u20660 of [0-9]+ blocks? translated\u2069", hebrew)
    assert (
        folder.read("404.html") == "\u2066Own\u2069 \u2066100 %\u2069"
    )  # an Arabic page, whose word isn't translated
    assert "\u2066" not in folder.read("en/articles/a/index.html") + folder.read("articles/a/index.html")
    assert folder.read("en/404.html") == "Own 100 %"


def test_a_fuzzy_or_empty_word_of_the_sites_own_gives_way_to_the_themes(site: MakeSite) -> None:
    entries = [
        '#, fuzzy\nmsgid "Published"\nmsgstr "ظنًّا"',
        'msgid "Menu"\nmsgstr ""',
        'msgid "Updated"\nmsgstr "جُدّد"',
    ]
    article = ARTICLE.replace("title:", "updated: 2023-08-10\ntitle:")
    settings = SITE_YAML.replace("locale: ar-EG", "locale: ar-EG, menu: [{label: عن, to: about.md}]")
    folder = site({**FILES, "site.yaml": settings, "content/articles/a.md": article,
                   "translations/ar/interface.po": po("ar", *entries)})  # fmt: skip
    build(folder)
    page = folder.read("articles/a/index.html")
    assert "<dt>نُشر في</dt>" in page
    assert "ظنًّا" not in page
    assert 'aria-label="القائمة"' in page
    assert "<dt>جُدّد</dt>" in page


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [(1, "تُرجم ١ من مقطعين"), (2, "تُرجم ١ من ٣ مقاطع"), (10, "تُرجم ١ من ١١ مقطعًا"), (99, "تُرجم ١ من ١٠٠ مقطع"),
     (102, "تُرجم ١ من ١٠٣ مقاطع")],
)  # fmt: skip
def test_arabic_plurals_take_the_right_form_on_a_page(site: MakeSite, blocks: int, expected: str) -> None:
    """A site written in English, whose Arabic edition counts its blocks."""
    settings = SITE_YAML.replace("languages: [ar, en]", "languages: [en, ar]")
    body = "\n\n".join(f"Block {chr(97 + n // 26)}{chr(97 + n % 26)}." for n in range(blocks))
    folder = site({
        "site.yaml": settings,
        "content/articles/a.md": f"---\ntitle: Bridge\ndate: 2023-08-09\n---\n\n{body}\n",
        "translations/ar/articles/a.po": po("ar", 'msgctxt "title"\nmsgid "Bridge"\nmsgstr "جسر"'),
    })  # fmt: skip
    build(folder)
    shown = re.sub(
        r"\s+", " ", re.sub("[\u2066-\u2069]|<[^>]*>", "", folder.read("ar/articles/a/index.html"))
    )
    assert f" {expected} " in shown


# Filters


@pytest.mark.parametrize("extra", ["{1: أ, ب: ج}", "{null: أ, ب: ج}", "[{1: أ}]", "{أ: 2023-08-09, ب: 14:30:00}",
                                   "{أ: !!set {ب, ج}}", "{أ: !!binary aGk=}", "{أ: .nan}", "{? [1, 2] : أ}"])  # fmt: skip
def test_what_a_document_gives_its_template_is_a_page_or_a_message(site: MakeSite, extra: str) -> None:
    folder = site({**FILES, "content/articles/a.md": ARTICLE.replace("title:", f"extra: {extra}\ntitle:")})
    result = folder.build()
    assert result.exit_code == 0 or result.stderr.startswith("content/articles/a.md:2:")


@pytest.mark.parametrize(
    "change",
    [
        "extra.a.append(9)",
        "extra.a.b.update({'c': 1})",
        "extra.a.b.pop('c')",
        "extra.a.sort()",
        "extra.a.__iadd__([1])",
    ],
)
def test_a_template_cannot_change_what_it_is_given(site: MakeSite, change: str) -> None:
    given = "[1, 2]" if ".b." not in change else "{b: {c: 2}}"
    article = ARTICLE.replace("title:", f"extra: {{a: {given}}}\ntemplate: own.html\ntitle:")
    template = f"{{{{ edition.extra.a|tojson }}}}\n{{{{ edition.{change} }}}}"
    folder = site({**FILES, "content/articles/a.md": article, "templates/own.html": template})
    said = folder.build().stderr
    assert said.startswith("templates/own.html:2:1: error:")
    assert "what is in `extra` can't be changed" in said


def test_half_a_character_and_values_of_another_kind_are_errors_of_the_template(site: MakeSite) -> None:
    for wrong, what in (
        (r"{{ '\ud800' }}", "U+D800 is half a character"),
        ("{{ '2023'|date }}", "this is no date: 2023"),
        ("{{ '5'|number }}", "this is no number: 5"),
    ):
        folder = site({**FILES, "content/articles/a.md": ARTICLE, "templates/article.html": wrong})
        result = folder.build()
        assert result.exit_code == 1
        assert result.stderr.startswith("templates/article.html:1:1: error:")
        assert what in result.stderr


def test_a_text_is_escaped_and_the_same_as_markup_is_not(site: MakeSite) -> None:
    shown = "{% set a = '<i> ' ~ page.kind %}{{ a }}{{ a|safe }}{{ a }}{{ a|safe }}{{ 1 }}{{ true }}{{ none }}{{ [a] }}"
    folder = site({**FILES, "content/articles/a.md": ARTICLE, "templates/article.html": shown})
    assert folder.build().exit_code == 0
    escaped = "&lt;i&gt; article"
    assert folder.read("articles/a/index.html") == (
        f"{escaped}<i> article{escaped}<i> article1TrueNone[&#39;{escaped}&#39;]"
    )


def test_filters_speak_the_language_of_the_page(site: MakeSite) -> None:
    own = (
        "{{ edition.date|date }}|{{ edition.date|isodate }}|{{ 1234567|number }}|{{ -5|number }}|{{ 25|percent }}"
        "|{{ language_name(site.source) }}|{{ edition.title|isolate }}|{{ 'نص'|isolate }}|{{ url('/about/') }}"
        "|{{ asset('css/site.css') }}"
    )
    settings = SITE_YAML.replace("languages: [ar, en]", "languages: [ar, en, fr]") + "  fr: {title: Pont}\n"
    folder = site({
        **FILES,
        "site.yaml": settings,
        "content/articles/a.md": ARTICLE.replace("title:", "template: filters.html\ntitle:"),
        "templates/filters.html": own,
    })  # fmt: skip
    result = folder.build("--base-url", "https://example.org/repo/")
    assert (result.exit_code, result.stderr) == (0, "")
    [sheet] = (folder.path / "public/css").glob("site.*.css")
    rest = f"نص|/repo/about/|/repo/css/{sheet.name}"
    assert folder.read("articles/a/index.html") == (
        f"٩ أغسطس ٢٠٢٣|2023-08-09|١٬٢٣٤٬٥٦٧|\u061c-٥|٢٥٪\u061c|العربية|خبرٌ عن الجسر|{rest}"
    )
    assert folder.read("en/articles/a/index.html") == (
        f"9 August 2023|2023-08-09|1,234,567|-5|25%|Arabic|\u2068خبرٌ عن الجسر\u2069|{rest}"
    )
    assert folder.read("fr/articles/a/index.html") == (
        "9 août 2023|2023-08-09|1\u202f234\u202f567|-5|25\u00a0%|arabe|\u2068خبرٌ عن الجسر\u2069|" + rest
    )


def test_a_translated_title_needs_no_isolate_on_its_page(site: MakeSite) -> None:
    folder = site({
        **FILES,
        "translations/en/articles/a.po": po("en", 'msgctxt "title"\nmsgid "خبرٌ عن الجسر"\nmsgstr "Bridge news"'),
    })  # fmt: skip
    build(folder)
    assert "<title>Bridge news — Jisr</title>" in folder.read("en/articles/a/index.html")
    assert "<title>خبرٌ عن الجسر — جسر</title>" in folder.read("articles/a/index.html")


def test_a_moment_keeps_its_time_for_machines(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": ARTICLE.replace("2023-08-09", "2023-08-09 14:30:00"),
                   "templates/article.html": "{{ edition.date|isodate }} {{ edition.date|date }}"})  # fmt: skip
    build(folder)
    assert folder.read("en/articles/a/index.html") == "2023-08-09T14:30+03:00 9 August 2023"


# A third language


def test_a_french_edition_appears_by_its_code_alone(site: MakeSite) -> None:
    settings = SITE_YAML.replace("languages: [ar, en]", "languages: [ar, en, fr]") + "  fr: {title: Pont}\n"
    folder = site({**FILES, "site.yaml": settings})
    build(folder)
    page = folder.read("fr/articles/a/index.html")
    assert '<html lang="fr" dir="ltr">' in page
    assert '<time datetime="2023-08-09">9 août 2023</time>' in page
    assert "<dt>Publié le</dt>" in page
    assert "Langue d’origine\u00a0: arabe" in re.sub("[\u2066-\u2069]", "", page)
    assert re.search(r'<p(?=[^>]* lang="ar")(?=[^>]* dir="rtl")[^>]*>افتُتح الجسرُ عام 2023.</p>', page)
    for name in ("fr/index.html", "fr/about/index.html", "fr/404.html", "fr/articles/a/parallel/index.html"):
        assert '<html lang="fr" dir="ltr">' in folder.read(name)
    for name in ("index.html", "en/articles/a/index.html"):
        assert 'hreflang="fr" lang="fr" dir="ltr">français</a>' in folder.read(name)
    rows = {row["path"]: row for row in json.loads(folder.run("status", "--json").stdout)["catalogues"]}
    assert rows["translations/fr/articles/a.po"]["missing"] == 2
    assert rows["translations/en/interface.po"]["missing"] == 0


@pytest.mark.parametrize(
    "words", sorted(theme_root().glob("translations/*/interface.po")), ids=lambda path: path.parent.name
)
def test_the_theme_speaks_the_languages_that_it_has_words_for(site: MakeSite, words: Path) -> None:
    code = words.parent.name
    settings = re.sub(r"  ar: .*", f"  {code}: {{title: Jisr}}", SITE_YAML).replace(
        "[ar, en]", f"[{code}, en]"
    )
    folder = site({**FILES, "site.yaml": settings})
    [row] = [
        row
        for row in json.loads(folder.run("status", "--json").stdout)["catalogues"]
        if row["path"] == f"translations/{code}/interface.po"
    ]
    assert row["missing"] == row["outdated"] == 0
    assert row["total"] == len(re.findall('^msgid "(?!")', words.read_text(encoding="utf-8"), re.MULTILINE))


def test_french_words_and_texts_come_from_the_sites_catalogues(site: MakeSite) -> None:
    settings = SITE_YAML.replace("languages: [ar, en]", "languages: [ar, en, fr]") + "  fr: {title: Pont}\n"
    folder = site({
        **FILES,
        "site.yaml": settings,
        "translations/fr/interface.po": po("fr", 'msgid "Published"\nmsgstr "Paru le"'),
        "translations/fr/articles/a.po": po("fr", 'msgid "افتُتح الجسرُ عام 2023."\nmsgstr "Le pont fut ouvert en 2023."'),
    })  # fmt: skip
    build(folder)
    french, english = folder.read("fr/articles/a/index.html"), folder.read("en/articles/a/index.html")
    assert "<dt>Paru le</dt>" in french
    assert "<p>Le pont fut ouvert en 2023.</p>" in french
    assert "Paru" not in english
    assert "Le pont" not in english


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("{{ edition.title }}", "a Phrase can't be shown as it is: write it with the macro `phrase` or its `text`"),
        ("{{ page.title }}", "a Phrase can't be shown as it is"),
        ("{{ edition.tags|first }}", "a Named can't be shown as it is: write its fields"),
        ("{{ site.language }}", "a Language can't be shown as it is"),
        ("{{ edition.image }}", "there is no value here: ask for it before"),
        ("{{ edition.extra.wide }}", "there is no `wide` here: ask for it before, as in {% if edition.extra.wide is defined %}"),
        ("{% if edition.extra.wide is defined %}{% endif %}{{ edition.title.text }}", ""),
        ("{{ _('100% free') }}", "the words can't be filled in (float() argument must be"),
        ("{{ _('%(place)s free') }}", "the words can't be filled in ('place')"),
        ("{{ _('%(place)s free', place=nowhere) }}", "'nowhere' is undefined"),
        ("{{ ngettext('100% of %(num)s', '%', 1) }}", "the words can't be filled in"),
        ("{{ edition.date|date('%Y') }}", "it takes nothing else: how a value is written is decided by the page's"),
    ],
)  # fmt: skip
def test_what_is_no_text_is_not_shown(site: MakeSite, shown: str, said: str) -> None:
    article = ARTICLE.replace("---\n\n", "tags: [سياسة]\n---\n\n")
    folder = site({**FILES, "content/articles/a.md": article, "templates/article.html": f"\n{shown}"})
    result = folder.build()
    if said:
        assert f"templates/article.html:2:1: error: {said}" in result.stderr
    assert (result.exit_code == 1) == bool(said)


@pytest.mark.parametrize("name", ["templates/long.html", "../long.html"])
def test_a_template_is_named_by_its_path_among_them(site: MakeSite, name: str) -> None:
    article = ARTICLE.replace("---\n\n", f"template: {name}\n---\n\n")
    folder = site({**FILES, "content/articles/a.md": article, "templates/long.html": "x"})
    assert "name it by its path in templates/, such as long.html" in folder.build().stderr


def test_a_macro_of_the_themes_that_fails_is_told_where_it_was_called(site: MakeSite) -> None:
    own = (
        '{% import "_parts.html" as parts with context %}\n\n{{ parts.image(edition.image, "100vw", false) }}'
    )
    folder = site({**FILES, "templates/article.html": own})
    assert "templates/article.html:3:1: error: 'None' has no attribute " in folder.build().stderr


def test_a_file_of_macros_cannot_extend_another(site: MakeSite) -> None:
    own = '\n{% extends "theme/_parts.html" %}\n{% macro mark() %}MINE{% endmacro %}\n'
    folder = site({**FILES, "templates/_parts.html": own})
    what = "templates/_parts.html:2:1: error: a file of macros can't extend another"
    assert what in folder.build().stderr


def test_the_fonts_that_are_fetched_first_are_a_block(site: MakeSite) -> None:
    own = '{% extends "theme/base.html" %}{% block fonts %}{% endblock %}'
    folder = site({**FILES, "templates/base.html": own})
    build(folder)
    assert "preload" not in folder.read("index.html")


def test_the_search_page_has_what_the_sites_own_base_puts_into_its_head(site: MakeSite) -> None:
    own = '{% extends "theme/base.html" %}{% block head %}{{ super() }}<meta name="own">{% endblock %}'
    folder = site(
        {**FILES, "site.yaml": SITE_YAML.replace("search: false\n", ""), "templates/base.html": own}
    )
    build(folder)
    for path in ("index.html", "search/index.html", "en/search/index.html"):
        assert folder.read(path).count('<meta name="own">') == 1
    assert "/js/search." in folder.read("search/index.html")


def test_what_is_wrong_for_many_pages_is_said_once(site: MakeSite) -> None:
    articles = {f"content/articles/{name}.md": FILES["content/articles/a.md"] for name in ("b", "c", "d")}
    folder = site({**FILES, **articles, "templates/article.html": "<p>\n{{ edition.titel }}"})
    result = folder.build()
    assert result.exit_code == 1
    [line] = [line for line in result.stderr.splitlines() if "titel" in line]
    assert "has no attribute 'titel' (for content/about.md and 4 more); see" in line


# Macros that aren't there


def without(macro: str) -> str:
    """The theme's parts, with one macro under another name."""
    parts = (theme_root() / "templates/_parts.html").read_text(encoding="utf-8")
    assert f"macro {macro}(" in parts
    return parts.replace(f"macro {macro}(", f"macro former_{macro}(")


def line_of(text: str, template: str) -> int:
    """The first line of a template of the theme in which a text stands."""
    whole = (theme_root() / "templates" / template).read_text(encoding="utf-8")
    return whole.count("\n", 0, whole.index(text)) + 1


def lacks(macro: str, template: str, text: str) -> str:
    """What a build says of own parts that lack a macro of the theme's."""
    return (
        f"templates/_parts.html:1:1: error: there is no macro `{macro}`, which templates/{template} needs in line "
        f"{line_of(text, template)}; take it over from the theme's _parts.html, or take this file away"
    )


def test_own_parts_that_lack_macros_of_the_theme_are_told_of_all_of_them(site: MakeSite) -> None:
    parts = without("listing_head").replace("macro search_form(", "macro former_search_form(")
    settings = SITE_YAML.replace("search: false", "search: true")
    folder = site({**FILES, "site.yaml": settings, "templates/_parts.html": parts})
    said = folder.build().stderr.splitlines()
    assert lacks("listing_head", "search.html", "parts.listing_head(") in said
    assert lacks("search_form", "search.html", "parts.search_form(") in said
    assert not [line for line in said if "has no attribute" in line]


EXTENDED = """{% extends "theme/article.html" %}
{% block neighbours %}{% endblock %}
{% block footer %}{{ super() }}<p>independent</p>{% endblock %}
"""


def test_a_sites_own_template_can_extend_the_themes_of_its_name(site: MakeSite) -> None:
    files = {**FILES, "content/articles/b.md": "---\ntitle: خبر\ndate: 2023-10-17\n---\n\nنص.\n"}
    folder = site(files)
    build(folder)
    page = "articles/b/index.html"
    assert "neighbours" in folder.read(page)
    folder.write("templates/article.html", EXTENDED)
    build(folder)
    assert "neighbours" not in folder.read(page)
    assert folder.read(page).index('class="imprint"') < folder.read(page).index("<p>independent</p>")
    assert ", 0 written in " in folder.build().stdout
    folder.write("templates/article.html", EXTENDED.replace("super()", "supper()"))
    assert "templates/article.html:3:1: error: 'supper' is undefined" in folder.build().stderr
    folder.write("templates/article.html", EXTENDED + "{% set edition = 5 %}")
    assert "theme/templates/article.html:" in folder.build().stderr
    folder.write("templates/article.html", EXTENDED.replace("theme/article", "theme/articel"))
    assert (
        "templates/article.html:1:1: error: there is no template theme/articel.html" in folder.build().stderr
    )
    (folder.path / "templates/article.html").unlink()
    build(folder)
    assert "neighbours" in folder.read(page)


def test_a_macro_that_no_page_needs_may_be_missing(site: MakeSite) -> None:
    settings = SITE_YAML + "listings: []\n"
    folder = site({**FILES, "site.yaml": settings, "templates/_parts.html": without("search_form")})
    build(folder)


def test_a_missing_macro_under_a_condition_that_holds_is_told_when_it_is_called(site: MakeSite) -> None:
    said = site({**FILES, "templates/_parts.html": without("languages")}).build().stderr
    assert (
        "templates/_parts.html:1:1: error: there is no macro `languages`, which templates/base.html needs"
        in said
    )


def test_a_macro_that_a_sites_own_template_imports_has_to_be_there(site: MakeSite) -> None:
    own = '{% extends "base.html" %}{% from "_parts.html" import day, hour %}\n{% block main %}{% endblock %}'
    said = site({**FILES, "templates/article.html": own}).build().stderr
    what = "templates/article.html:1:1: error: there is no macro `hour` in templates/_parts.html"
    assert said.startswith(f"{what}; mend the name, or add the macro\n")


def test_a_block_that_another_takes_the_place_of_needs_no_macros(site: MakeSite) -> None:
    own = '{% extends "search.html" %}{% block main %}{{ edition.title.text }}{% endblock %}'
    article = ARTICLE.replace("title:", "template: own.html\ntitle:")
    settings = SITE_YAML + "listings: []\n"
    folder = site(
        {
            "content/articles/a.md": article,
            "site.yaml": settings,
            "templates/own.html": own,
            "templates/_parts.html": without("search_form"),
        }
    )
    build(folder)


def test_structured_data_is_markup_in_expressions_too(site: MakeSite) -> None:
    folder = site(
        {"content/note.css": "", "templates/home.html": "{{ page.data }}\n{{ page.data|trim ~ '' }}\n"}
    )
    folder.build()
    plain, changed = folder.read("index.html").splitlines()
    assert plain == changed
    assert plain.startswith('{"@context": ')
