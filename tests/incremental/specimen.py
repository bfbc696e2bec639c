"""A small site that holds something of every kind, as a mapping of paths to texts.

Texts carry marks such as `v01`: another number is another text of the same size.
"""

PO = 'msgid ""\nmsgstr ""\n"Language: {}\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'


def catalogue(language: str, *entries: tuple[str, str] | tuple[str, str, str], fuzzy: str = "") -> str:
    """A PO file. An entry is msgid and msgstr, or msgctxt, msgid and msgstr; `fuzzy` is entries as text."""
    text = PO.format(language)
    for *context, source, said in entries:
        text += "\n" + "".join(f'msgctxt "{one}"\n' for one in context)
        text += f'msgid "{source}"\nmsgstr "{said}"\n'
    return text + fuzzy


SETTINGS = """\
base_url: https://example.org/
languages: [ar, en, fr]
timezone: Africa/Cairo
cards: false
search: false
language:
  ar: {title: جسر v01, description: مقالات v01, locale: ar-EG, menu: [{label: عن v01, to: about.md}]}
  en: {title: Jisr v01, description: Articles, locale: en-GB, menu: [{label: About v01, to: about.md}]}
  fr: {title: Jisr v01, locale: fr-FR}
"""

A = """\
---
title: زيارةُ الجسر v01
date: 2023-10-16
tags: [سياسة, شعر]
summary: ملخّصٌ قصير v01
aliases: [/old/a/]
---

## عنوان v01

افتُتح الجسرُ عام 2023 v01، انظر [خبر ب](b.md) و[عن جسر](../about.md#من-نحن).

![صورة v01](p.png)

- بند v01
- ثانٍ

نصّ[^1] و[رابط](/files/x.txt).

[^1]: حاشية v01.
"""

B = """\
---
title: خبرٌ ثانٍ v01
date: 2024-01-02 10:00
authors: [كاتب]
source: {name: الكرملين, url: "https://example.com/v01"}
image: {src: ../images/bridge.svg, alt: جسر حجري v01, caption: تعليق v01}
---

فقرةٌ عن [الزيارة](a.md#عنوان-v01) و[غيرها](world/d/index.md).

| عمود | آخر v01 |
|:---|---:|
| خلية v01 | 12 |
"""

C = "---\ntitle: ثالث v01\ntags: [شعر]\n---\n\nنصّ *مائل* v01.\n\n> قولٌ v01\n"
D = "---\ntitle: رابع v01\ndate: 2023-06-01\n---\n\n![خريطة](map.png)\n\n!!! note\n    تنبيه v01.\n"
F = "---\ntitle: مسوّدة v01\ndate: 2025-01-01\ndraft: true\n---\n\nلم تكتمل v01.\n"
ABOUT = "---\ntitle: عن جسر v01\ntags: [أ، ب]\n---\n\n## من نحن\n\nنحن v01، انظر [ثالث](articles/2024-05-06-c.md).\n"

_FUZZY = """
#, fuzzy
#| msgid "افتُتح الجسرُ عام 2022 v01، انظر [خبر ب](b.md)."
msgid "افتُتح الجسرُ عام 2023 v01، انظر [خبر ب](b.md) و[عن جسر](../about.md#من-نحن)."
msgstr "The bridge opened v01."

#, fuzzy
#| msgid "ملخّص"
msgctxt "summary"
msgid "ملخّصٌ قصير v01"
msgstr "Short v01"
"""

# All that a page can show is printed, so that nothing of it can be out of date unseen.
_BASE = """\
<!doctype html><html lang="{{ site.language.code }}" dir="{{ site.language.direction }}"><head><title>v01 {{ page.title|isolate }}
</title><link rel="stylesheet" href="{{ asset('css/site.css') }}"></head><body>{% block main %}{% endblock %}
{{ site.title|string }} {{ site.description|string }} {{ site.language|string }} {{ site.source|string }} {{ site.home|string }} {{ site.menu|string }}
{{ page.title|string }} {{ page.description|string }} {{ page.url|string }} {{ page.canonical|string }} {{ page.index|string }} {{ page.alternates|string }}
{{ page.hreflang|string }} {{ page.kind|string }} {{ _("Menu") }} {{ _("Awaiting translation") }}</body></html>
"""
_EDITION = """\
{% macro edition(edition) %}v01 {{ edition.language|string }} {{ edition.source_language|string }} {{ edition.is_source|string }} {{ edition.title|string }}
{{ edition.summary|string }} {{ edition.authors|string }} {{ edition.tags|string }} {{ edition.date|string }} {{ edition.updated|string }} {{ edition.source|string }}
{{ edition.image|string }} {{ edition.html }} {{ edition.toc|string }} {{ edition.progress|string }} {{ edition.unpublished|string }} {{ edition.original_url|string }}
{{ edition.parallel_url|string }} {{ edition.extra|string }}{% endmacro %}
"""
_ARTICLE = """\
{% extends "base.html" %}{% import "_edition.html" as shown %}
{% block main %}{% block kicker %}v01{% endblock %}{{ shown.edition(edition) }}
{% if edition.date %}{{ edition.date|date }}{% endif %}
{% include "_optional.html" ignore missing %}{% endblock %}
"""
_HOME = """\
{% extends "base.html" %}
{% macro entry(e) %}{{ e.url|string }} {{ e.language|string }} {{ e.title|string }} {{ e.summary|string }} {{ e.date|string }} {{ e.image|string }} {{ e.tags|string }}
{{ e.source|string }} {{ e.progress|string }} {{ e.is_source|string }} {{ e.unpublished|string }}
{% endmacro %}
{% block main %}v01 {% if lead %}{{ entry(lead) }}{% endif %}{% for e in entries %}{{ entry(e) }}{% endfor %}{% endblock %}
"""
_PARALLEL = """\
{% extends "base.html" %}
{% block main %}v01 {{ edition.title|string }}{% for row in rows %}{{ row.state|string }} {{ row.source|string }} {{ row.translation|string }}
{% endfor %}{% endblock %}
"""

FILES = {
    "site.yaml": SETTINGS,
    "content/about.md": ABOUT,
    "content/articles/2024-05-06-c.md": C,
    "content/articles/a.md": A,
    "content/articles/b.md": B,
    "content/articles/e.txt": "فقرة *أولى* v01.\n\nثانية.\n",
    "content/articles/e.yaml": "title: خامس v01\ndate: 2023-01-05\n",
    "content/articles/f.md": F,
    "content/articles/p.png": "picture v01",
    "content/articles/world/d/index.md": D,
    "content/articles/world/d/map.png": "map v01",
    "content/help/me.md": "---\ntitle: مساعدة v01\n---\n\nنصّ [الزيارة](../articles/a.md) v01.\n",
    "content/images/bridge.svg": "<svg v01/>",
    "static/css/extra.css": "body { --v: v01 }\n",
    "static/files/x.txt": "x v01",
    "templates/404.html": '{% extends "base.html" %}{% block main %}v01{% endblock %}\n',
    "templates/_edition.html": _EDITION,
    "templates/article.html": _ARTICLE,
    "templates/base.html": _BASE,
    "templates/home.html": _HOME,
    "templates/page.html": '{% extends "article.html" %}{% block kicker %}v01{% endblock %}\n',
    "templates/parallel.html": _PARALLEL,
    "templates/redirect.html": "<!doctype html><title>v01</title>{{ page.url }} {{ page.canonical }} {{ page.title|string }}\n",
    "templates/wide.html": '{% extends "article.html" %}{% block kicker %}wide v01{% endblock %}\n',
    "translations/en/about.po": catalogue(
        "en", ("title", "عن جسر v01", "About v01"), ("من نحن", "Who we are v01"),
        ("نحن v01، انظر [ثالث](articles/2024-05-06-c.md).", "We v01, see [3](articles/2024-05-06-c.md)."),
    ),
    "translations/en/articles/2024-05-06-c.po": catalogue(
        "en", ("title", "ثالث v01", "Third v01"), ("نصّ *مائل* v01.", "Text v01."), ("قولٌ v01", "Saying v01")
    ),
    "translations/en/articles/a.po": catalogue(
        "en", ("title", "زيارةُ الجسر v01", "A visit v01"), ("بند v01", "Item v01"), fuzzy=_FUZZY
    ),
    "translations/en/articles/gone.po": catalogue("en", ("قديم v01", "Old")),
    "translations/en/articles/world/d/index.po": catalogue("en", ("تنبيه v01.", "A note v01.")),
    "translations/en/interface.po": catalogue("en", ("Menu", "Menu v01")),
    "translations/en/site.po": catalogue(
        "en", ("tag", "شعر", "Poetry v01"), ("author", "كاتب", "Writer v01"), ("source", "الكرملين", "Kremlin v01")
    ),
    "translations/fr/articles/2024-05-06-c.po": catalogue("fr", ("title", "ثالث v01", "Troisième v01")),
    "translations/fr/interface.po": catalogue("fr", ("Awaiting translation", "À traduire v01")),
    "translations/fr/site.po": catalogue("fr", ("tag", "شعر", "Poésie v01")),
}  # fmt: skip
