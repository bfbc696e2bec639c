"""`jisr check`: each check finds what it is there for, at its place, and passes what is right."""

import json
import re
from pathlib import Path

import pytest

from jisr.check.findings import CHECKS, OTHERS
from tests.conftest import ROOT, SITE_YAML, MakeSite, SiteFolder, example

ALONE = SITE_YAML.replace("[ar, en]", "[ar]").replace(
    "  en: {title: Jisr, description: Articles, locale: en-GB}\n", ""
)
ODD = """\
<!doctype html>
<html lang="{{{{ site.language.code }}}}">
<head><title>{{{{ page.title|isolate }}}}</title><meta name="description" content="x">
<link rel="canonical" href="{{{{ page.canonical }}}}">
{head}
</head>
<body><h1>{{{{ page.title|isolate }}}}</h1>
{body}
</body></html>
"""
Files = dict[str, str]


def article(body: str = "نصّ الخبر.", metadata: str = "") -> str:
    """An article of which the body begins in line 7, or later by the lines of the metadata."""
    return f"---\ntitle: خبر اليوم\ndate: 2023-10-16\nsummary: موجز الخبر.\n{metadata}---\n\n{body}\n"


def prose(body: str) -> Files:
    return {"content/articles/a.md": article(body)}


def odd(body: str = "", head: str = "", **more: str) -> Files:
    """A site of one language with a page in a template of its own."""
    page = "---\ntitle: صفحة\ntemplate: odd.html\n---\n\nنصّ.\n"
    template = ODD.format(head=head, body=body)
    return {"site.yaml": ALONE, "content/odd.md": page, "templates/odd.html": template, **more}


A = "content/articles/a.md"
P = "public/odd/index.html"
SITEMAP = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    "<url><loc>https://example.org/</loc></url>\n{}</urlset>\n"
)
FEED = (
    '<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><id>x</id>\n'
    '<link rel="self" href="https://example.org/x/feed.xml"/><updated>2023-10-16T00:00:00Z</updated>\n{}</feed>\n'
)

DIGESTS = (
    "sha256-uxztVBOu4I1US70toGMPbtpfckNKW9OzJ9C6/M5mIrI=",
    "sha384-RNtdn1fzqjy2lOKGwK03ZJqRodJpTiQ/ZWuahOrvOIscai9k1bf6JJL6i9/FIF07",
)
"""Of a file that says `go()`."""

CASES: list[tuple[str, Files, list[str]]] = [
    (
        "links",
        odd(
            '<a href="/nothing/">x</a> <a href="../articles/b/">y</a> <a href="https://example.org/no.html">z</a>'
        ),
        [
            "P:8:1: error: the link leads to /nothing/, where there is no page; mend the link in the document or the template",
            "P:8:27: error: the link leads to ../articles/b/, where there is no page; mend the link in the document or the template",
            "P:8:58: error: the link leads to https://example.org/no.html, where there is no page; mend the link in the document or the template",
        ],
    ),
    (
        "links",
        {**odd('<a href="/about/">x</a>'), "site.yaml": ALONE.replace("example.org/", "example.org/news/")},
        [
            "P:8:1: error: the link /about/ leads out of the site, which stands at /news/; mend the link in the document or the template",
        ],
    ),
    (
        "fragments",
        odd(
            '<a href="#there">x</a> <a href="/#far">y</a> <a href="#here" id="here">z</a> <a href="/#main-content">w</a>'
        ),
        [
            "P:8:1: error: the link leads to #there, and nothing on the page has that id; name the id of a heading, or give it one by {: #id}",
            "P:8:24: error: the link leads to #far of https://example.org/, which has no such id; name the id of a heading there",
        ],
    ),
    (
        "assets",
        odd(
            '<img src="/no.png" alt="x"> <img src="/favicon.svg" srcset="/favicon.svg 1x, /two.png 2x" alt="x">',
            '<link rel="stylesheet" href="/no.css"><script src="s.js"></script>',
        ),
        [
            "P:5:1: error: the page needs /no.css, which isn't there; add the file, or mend the document or the template",
            "P:5:39: error: the page needs s.js, which isn't there; add the file, or mend the document or the template",
            "P:8:1: error: the page needs /no.png, which isn't there; add the file, or mend the document or the template",
            "P:8:29: error: the page needs /two.png, which isn't there; add the file, or mend the document or the template",
        ],
    ),
    (
        "assets",
        {
            **prose("نصّ."),
            "static/css/own.css": "/* url(a.png) */\n@font-face { src: url('f.woff2') }\np { background: url(data:x) }",
        },
        [
            "public/css/own.css:2:19: error: the style sheet needs f.woff2, which isn't there (in 2 files); add the file, or take it out",
        ],
    ),
    (
        "assets",
        {**prose("نصّ."), "static/x.webmanifest": '{"icons": [{"src": "/no.png"}, {"src": "/favicon.svg"}]}'},
        [
            "public/x.webmanifest:1:21: error: the manifest names /no.png, which isn't there; build again; if the file is your own, mend it",
        ],
    ),
    (
        "integrity",
        odd(
            "",
            f'<script src="/s.js" integrity="{DIGESTS[0]}"></script>\n'
            f'<script src="/s.js" integrity="sha256-AAAA {DIGESTS[1]}?x sha384-AAAA"></script>\n'
            f'<script src="/s.js" integrity="{DIGESTS[0]} sha384-AAAA"></script>\n'
            '<link rel="stylesheet" href="/s.js" integrity="sha512-AAAA">\n'
            '<script src="/s.js" integrity="md5-AAAA"></script>\n'
            '<script src="https://example.com/s.js" integrity="sha256-AAAA"></script>',
            **{"static/s.js": "go()\n"},
        ),
        [
            "P:7:1: error: the page's `integrity` isn't that of /s.js: browsers refuse the file; write integrity(…) in the template; drop it if a later step changes the file",
            "P:8:1: error: the page's `integrity` isn't that of /s.js: browsers refuse the file; write integrity(…) in the template; drop it if a later step changes the file",
        ],
    ),
    (
        "redirects",
        odd("", '<meta http-equiv="refresh" content="0; url=/nothing/">'),
        [
            "P:5:1: error: the page leads on to /nothing/, which isn't there; build the site anew, or mend the template",
        ],
    ),
    (
        "redirects",
        {
            **prose("نصّ."),
            "static/_redirects": "/old/ /articles/a/ 301\n/older/ /nowhere/ 301\n/x/* /y/:splat\n",
        },
        [
            "public/_redirects:2:1: error: /older/ leads on to /nowhere/, which isn't there; build again; if the file is your own, mend it",
        ],
    ),
    (
        "addresses",
        odd(
            '<a href="https://exa_mple">1</a>\n<a href="mailto:me">2</a>\n<a href="https://https://example.com/">3</a>\n'
            '<a href="https://example.com/،">4</a>\n<a href="tel:abc">5</a>\n<a href="https://example.com/a b">6</a>\n'
            '<a href="https:\\\\example.com">7</a> <a href="https://[x/">8</a> <a href="tel:+20-2-123">9</a> <a href="mailto:a@b.org">10</a>'
            '<a href="mailto:a@b.org,c@d.org?subject=x">11</a> <a href="mailto:?subject=x">12</a> <a href="tel:*123%23">13</a>'
            '<a href="http://127.0.0.1:8000/">14</a> <a href="https://example.org./">15</a>'
        ),
        [
            "P:8:1: warning: the address https://exa_mple has no sound host; write https://host.org/path",
            "P:9:1: warning: mailto:me is no e-mail address; write mailto:name@example.org",
            "P:10:1: warning: the address https://https://example.com/ begins twice; write https:// once",
            "P:11:1: warning: a mark of the sentence stands in the address https://example.com/،; put a space, or the address in <…>",
            "P:12:1: warning: tel:abc is no telephone number; write tel:+ and digits",
            "P:13:1: warning: a space stands in the address https://example.com/a b; take it out, or write %20",
            "P:14:1: warning: a backslash stands in the address https:\\\\example.com; write /",
            "P:14:37: warning: https://[x/ is not an address; check its brackets",
        ],
    ),
    (
        "alt",
        {**prose("![](/p.png) و![p](/p.png) و![صورة](/p.png)"), "static/p.png": "x"},
        [
            "A:7:1: warning: the picture p.png has no description; write between the brackets what it shows",
            "A:7:14: warning: the description of the picture p.png is its file's name; write between the brackets what it shows",
        ],
    ),
    (
        "alt",
        {"content/articles/a.md": article(metadata="image: {src: /p.png}\n"), "static/p.png": "x"},
        [
            "A:5:9: warning: the picture p.png has no description; add a line `alt: …` below `image`, which says what it shows",
        ],
    ),
    (
        "alt",
        odd('<img src="/favicon.svg"> <img src="/favicon.svg" alt="">'),
        [
            'P:8:1: warning: the picture /favicon.svg has no description; give it alt="…", or alt="" where it only adorns',
        ],
    ),
    (
        "titles",
        {"content/articles/a.md": article(), "content/articles/b.md": article()},
        [
            "content/articles/b.md:2:1: warning: the page https://example.org/articles/b/ has the title of https://example.org/articles/a/: “خبر اليوم — جسر”; give one of them another title",
        ],
    ),
    (
        "titles",
        {
            **odd(),
            "templates/odd.html": ODD.format(head="", body="").replace(
                "{{ page.title|isolate }}</title>", "</title>"
            ),
        },
        [
            "P:1:1: warning: the page has no title; give the template a <title>",
        ],
    ),
    (
        "descriptions",
        {"content/articles/a.md": article().replace("summary: موجز الخبر.\n", "")},
        [
            "A:2:1: warning: the article has no summary: search engines have no description; add a line `summary: …`",
        ],
    ),
    (
        "descriptions",
        {**prose("نصّ."), "site.yaml": SITE_YAML.replace("description: Articles, ", "")},
        [
            "site.yaml:1:1: warning: the home page has no description in the language `en`; add `description` to the language",
        ],
    ),
    (
        "headings",
        odd("<h3>ثالث</h3><h1>أول</h1>"),
        [
            "P:8:1: warning: the heading “ثالث” skips a rank, h1 to h3; make it one of rank 2",
            "P:8:14: warning: a second heading of the first rank, “أول”; begin with ## in a document: its title is the first",
        ],
    ),
    (
        "headings",
        {**odd(), "templates/odd.html": ODD.format(head="", body="").replace("h1>", "p>")},
        [
            "P:1:1: warning: the page has no heading of the first rank; give the template an <h1>",
        ],
    ),
    (
        "canonical",
        odd(
            "",
            '<link rel="canonical" href="https://example.org/x/"><meta property="og:url" content="https://example.org/x/">',
        ),
        [
            "P:1:1: error: og:url is https://example.org/x/, the canonical address https://example.org/odd/; let the template write page.canonical for both",
            "P:5:1: error: the page has two canonical addresses; keep one",
        ],
    ),
    (
        "canonical",
        {**odd(), "templates/odd.html": ODD.format(head="", body="").replace("page.canonical", "page.url")},
        [
            "P:3:1: error: the page's canonical address is /odd/, its own https://example.org/odd/; let the template write page.canonical; if base_url has changed, build again",
        ],
    ),
    (
        "hreflang",
        odd(
            "",
            '<link rel="alternate" hreflang="ar" href="https://example.org/odd/"><link rel="alternate" hreflang="en" href="https://example.org/en/odd/">',
        ),
        [
            "P:3:1: error: hreflang `en` leads to https://example.org/en/odd/, where there is no page; let the template write page.hreflang",
            "P:3:1: error: the page's editions have no x-default; let the template write page.hreflang",
        ],
    ),
    (
        "hreflang",
        odd(
            "",
            '<link rel="alternate" hreflang="fr" href="https://example.org/"><link rel="alternate" hreflang="x-default" href="https://example.org/odd/">',
        ),
        [
            "P:3:1: error: hreflang `fr` leads to https://example.org/, a page in `ar`; let the template write page.hreflang",
            "P:3:1: error: the page isn't among its own editions under hreflang `ar`; let the template write page.hreflang",
        ],
    ),
    (
        "indexing",
        odd(
            '<script type="application/ld+json">{"@context": "https://schema.org", "@graph": []}</script>',
            '<meta name="robots" content="noindex"><meta property="og:url" content="https://example.org/odd/">',
        ),
        [
            "P:1:1: error: the page keeps search engines away and has Open Graph for them; let the template write it where page.index is true",
            "P:3:1: error: the edition `ar` is offered to search engines, and the page keeps them away; let the template write <meta name=robots> where page.index is false",
            "P:8:1: error: the page keeps search engines away and has structured data for them; let the template write it where page.index is true",
        ],
    ),
    (
        "indexing",
        {**prose("نصّ."), "site.yaml": ALONE, "static/sitemap.xml": SITEMAP.format("")},
        [
            "public/articles/a/index.html:6:1: error: the edition `ar` isn't in the sitemap; build again; a sitemap.xml of your own may be old",
        ],
    ),
    (
        "sitemap",
        {
            **prose("نصّ."),
            "site.yaml": ALONE,
            "static/sitemap.xml": SITEMAP.format(
                "<url><loc>https://example.org/gone/</loc></url>\n<url><loc>https://example.org/articles/a/</loc><lastmod>yesterday</lastmod></url>\n<url><loc>https://example.org/404.html</loc></url>\n"
            ),
        },
        [
            "public/sitemap.xml:4:11: error: the sitemap names https://example.org/gone/, where there is no page; build again; if the file is your own, mend it",
            "public/sitemap.xml:5:11: error: yesterday is no date of the form 2023-10-16; build again; if the file is your own, mend it",
            "public/sitemap.xml:6:11: error: the sitemap names https://example.org/404.html, which keeps search engines away; build again; if the file is your own, mend it",
        ],
    ),
    (
        "sitemap",
        {**prose("نصّ."), "static/sitemap.xml": "<urlset>\n<url></urlset>"},
        [
            "public/sitemap.xml:2:8: error: the file isn't well formed (mismatched tag); build again; if the file is your own, mend it",
        ],
    ),
    (
        "sitemap",
        {**prose("نصّ."), "static/robots.txt": "User-agent: *\nSitemap: https://example.org/map.xml\n"},
        [
            "public/robots.txt:2:1: error: robots.txt names the sitemap https://example.org/map.xml, which isn't there; build again; if the file is your own, mend it",
        ],
    ),
    (
        "feeds",
        {
            **prose("نصّ."),
            "static/x/feed.xml": FEED.format(
                '<entry><title>t</title><id>1</id><updated>2023-10-16</updated><link href="https://example.org/gone/"/>\n<content type="html">&lt;img src="/favicon.svg"&gt; &lt;a href="https://example.org/none/"&gt;x&lt;/a&gt;</content></entry>'
            ),
        },
        [
            "public/x/feed.xml:1:16: error: the entry 1 has no author, and neither has the feed; build again; if the file is your own, mend it",
            "public/x/feed.xml:3:66: error: 2023-10-16 is no time of the form 2023-10-16T08:00:00+03:00; build again; if the file is your own, mend it",
            "public/x/feed.xml:4:75: error: the feed leads to https://example.org/gone/, where there is no page; build again; if the file is your own, mend it",
            "public/x/feed.xml:5:35: error: an entry shows /favicon.svg, an address that holds on the site only; build again; if the file is your own, mend it",
            "public/x/feed.xml:5:65: error: an entry leads to https://example.org/none/, which isn't there; build again; if the file is your own, mend it",
        ],
    ),
    (
        "feeds",
        {
            **prose("نصّ."),
            "static/x/feed.json": '{"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": [{"id": "1", "url": "https://example.org/gone/", "content_text": "x", "date_published": "2023"}, {"id": "1", "url": "https://example.org/articles/a/"}]}',
        },
        [
            "public/x/feed.json:1:80: error: 2023 is no time of the form 2023-10-16T08:00:00Z; build again; if the file is your own, mend it",
            "public/x/feed.json:1:80: error: the id 1 stands twice; build again; if the file is your own, mend it",
            "public/x/feed.json:1:80: error: the item 1 has neither content_html nor content_text; build again; if the file is your own, mend it",
            "public/x/feed.json:1:93: error: the feed leads to https://example.org/gone/, where there is no page; build again; if the file is your own, mend it",
        ],
    ),
    (
        "feeds",
        {**prose("نصّ."), "static/x/feed.xml": "<feed>\n<entry></feed>", "static/w/feed.json": "{"},
        [
            "public/w/feed.json:1:1: error: the feed can't be read (Expecting property name enclosed in double quotes: line 1 column 2 (char 1)); build again; if the file is your own, mend it",
            "public/x/feed.xml:2:10: error: the file isn't well formed (mismatched tag); build again; if the file is your own, mend it",
        ],
    ),
    (
        "structured-data",
        odd(
            '<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [{"@type": "NewsArticle", "headline": "آخر", "inLanguage": "en", "datePublished": "2023-10-16", "dateModified": "2022-01-01", "image": "/no.png", "mainEntityOfPage": "https://example.org/x/"}, {"@type": "BreadcrumbList", "itemListElement": [{"position": 2, "item": "https://example.org/"}]}, {}]}</script>'
        ),
        [
            "P:8:1: error: a part of the structured data has no @type; mend the template: write {{ page.data }}",
            "P:8:1: error: dateModified 2022-01-01 is before datePublished 2023-10-16; mend the template: write {{ page.data }}",
            "P:8:1: error: inLanguage is en, the page's language ar; mend the template: write {{ page.data }}",
            "P:8:1: error: mainEntityOfPage is https://example.org/x/, not the page's address; mend the template: write {{ page.data }}",
            "P:8:1: error: the headline “آخر” is not the page's heading; mend the template: write {{ page.data }}",
            "P:8:1: error: the last step of BreadcrumbList is another page; mend the template: write {{ page.data }}",
            "P:8:1: error: the picture /no.png isn't there; mend the template: write {{ page.data }}",
            "P:8:1: error: the steps of BreadcrumbList aren't numbered from 1; mend the template: write {{ page.data }}",
        ],
    ),
    (
        "structured-data",
        odd('<script type="application/ld+json">{"@context": </script>'),
        [
            "P:8:1: error: the structured data can't be read (Expecting value: line 1 column 14 (char 13)); mend the template: write {{ page.data }}",
        ],
    ),
    (
        "weight",
        {
            **odd("", '<link rel="preload" as="font" href="/big.woff2">'),
            "static/big.woff2": "x" * 150_000,
        },
        [
            "P:3:1: warning: the first view takes 150 kB, more than 100 (HTML 0, fonts 150); make the largest part smaller",
        ],
    ),
    (
        "separators",
        prose("قُتل 1،300 وأصيب ١٠،٨٠٠، والنسبة 2،5 أو ٣.٦ أو ٢٥%، والعدد ١,٣٠٠.\n\nسنتا 2020،2021 لا غير."),
        [
            "A:7:6: warning: an Arabic comma stands within the number 1،300; write 1٬300 with U+066C",
            "A:7:18: warning: an Arabic comma stands within the number ١٠،٨٠٠; write ١٠٬٨٠٠ with U+066C",
            "A:7:34: warning: an Arabic comma stands within the number 2،5; write 2٫5 with U+066B, or a space after the comma",
            "A:7:41: warning: a Latin separator stands in ٣.٦; write ٣٫٦",
            "A:7:48: warning: a Latin separator stands in ٢٥%; write ٢٥٪",
            "A:7:60: warning: a Latin separator stands in ١,٣٠٠; write ١٬٣٠٠",
            "A:9:6: warning: an Arabic comma stands within the number 2020،2021; write 2020، 2021 if these are several numbers",
        ],
    ),
    (
        "digits",
        prose("في عام ٢0٢٣ وفي 1٩٩٠."),
        [
            "A:7:8: warning: digits of two kinds stand in the number ٢0٢٣; write ٢٠٢٣",
            "A:7:17: warning: digits of two kinds stand in the number 1٩٩٠; write 1990",
        ],
    ),
    (
        "spacing",
        prose("قال ، ثم سكت\n؛ فلمّا سئل،أجاب.\n\nقال،«نعم»."),
        [
            "A:7:5: warning: a space stands before `،`; take it out",
            "A:8:1: warning: a space stands before `؛`; take it out",
            "A:8:12: warning: no space stands after `،`; write ، أجاب",
            "A:10:4: warning: no space stands after `،`; write ، «نعم",
        ],
    ),
    (
        "latin-marks",
        prose("قال, ثم سكت; فهل أجاب?"),
        [
            "A:7:4: warning: a Latin `,` stands in Arabic text; write ،",
            "A:7:12: warning: a Latin `;` stands in Arabic text; write ؛",
            "A:7:22: warning: a Latin `?` stands in Arabic text; write ؟",
        ],
    ),
    (
        "tatweel",
        prose("وقـــال إن ١٤٤٥ هـ سنة."),
        [
            "A:7:1: warning: `وقـــال` is stretched by tatweel; write وقال",
        ],
    ),
    (
        "quotes",
        prose("قال «نعم (وسكت.\n\nقال إن “هذا رأي."),
        [
            "A:7:5: warning: `«` has no partner in its block; write » after it, or take it out",
            "A:7:10: warning: `(` has no partner in its block; write ) after it, or take it out",
            "A:9:8: warning: `“` has no partner in its block; close the quotation, or take it out",
        ],
    ),
    (
        "letters",
        prose("ﻻ شيء، والآن.\n\nﻣﺤﻤﺪ"),
        [
            "A:7:1: warning: `ﻻ` is written in presentation forms; write لا",
            "A:9:1: warning: `ﻣﺤﻤﺪ` is written in presentation forms; write محمد",
        ],
    ),
    (
        "letters",
        {"content/articles/a.md": article().replace("موجز", "\n  ﻣوجز")},
        [
            "A:5:3: warning: `ﻣوجز` is written in presentation forms; write موجز",
        ],
    ),
    (
        "direction",
        prose(r"استدعِ printf() ثم $HOME في C:\x\ مع Python 3.11+ هنا."),
        [
            'A:7:8: warning: `printf()` comes out in another order in right-to-left text; write it between backticks, or <bdi dir="ltr">printf()</bdi>',
            'A:7:20: warning: `$HOME` comes out in another order in right-to-left text; write it between backticks, or <bdi dir="ltr">$HOME</bdi>',
            'A:7:29: warning: `C:\\x\\` comes out in another order in right-to-left text; write it between backticks, or <bdi dir="ltr">C:\\x\\</bdi>',
            'A:7:38: warning: `Python 3.11+` comes out in another order in right-to-left text; write it between backticks, or <bdi dir="ltr">Python 3.11+</bdi>',
        ],
    ),
    (
        "markdown-list",
        prose("المدن:\n- القاهرة\n- بيروت"),
        [
            "A:8:1: warning: the line looks like an item of a list and belongs to the paragraph above; leave a blank line before the list",
        ],
    ),
    (
        "markdown-list",
        prose("- مصر\n  - القاهرة\n\n١. أول\n\n\u200f- ثان"),
        [
            "A:8:1: warning: the item isn't within the one above: it is indented by fewer than four spaces; indent it by four spaces",
            "A:10:1: warning: the number ١. begins no sound list; write 1. with ASCII digits: the page shows its own",
            "A:12:1: warning: the invisible character U+200F before `-` hides it from Markdown; delete it and type the line's beginning again",
        ],
    ),
    (
        "markdown-list",
        prose(
            "- مصر\n\n  - القاهرة\n    - حلوان\n      - المعادي\n\n1. لبنان\n    - بيروت\n        - الحمرا"
        ),
        [
            "A:9:1: warning: the item isn't within the one above: it is indented by fewer than four spaces; indent it by four spaces",
            "A:10:1: warning: the item isn't within the one above: it is indented by fewer than four spaces; indent it by four spaces",
            "A:11:1: warning: the item isn't within the one above: it is indented by fewer than four spaces; indent it by four spaces",
        ],
    ),
    (
        "markdown-heading",
        prose("#وسم في أول السطر\n\nجملة تامة.\n---"),
        [
            "A:7:1: warning: `#وسم` begins a heading, although no space follows the #; write # وسم for a heading, \\#وسم for the words themselves",
            "A:10:1: warning: the line `---` makes a heading of the one above; leave a blank line between the two",
        ],
    ),
    (
        "markdown-heading",
        prose("\u200f## عنوان"),
        [
            "A:7:1: warning: the invisible character U+200F before `#` hides it from Markdown; delete it and type the line's beginning again",
        ],
    ),
    (
        "markdown-table",
        prose(
            "| البلد | العاصمة |\n| مصر | القاهرة |\n\nنصّ\n| أ | ب |\n| --- | --- |\n\n| أ | ب |\n| --- | --- | --- |"
        ),
        [
            "A:7:1: warning: the lines look like a table and have no line of hyphens; add | --- | --- | below the first",
            "A:11:1: warning: the lines above the table keep it from being one; leave a blank line before the table",
            "A:14:1: warning: the table's line of hyphens has 3 cells, its headings 2; give both as many",
        ],
    ),
    (
        "markdown-code",
        prose("نصّ `شيفرة.\n\n    فقرة كتبت بعد مسافات.\n\n- بند\n\n    ```\n    نصّ\n    ```\n\n```python\nx"),
        [
            "A:7:5: warning: a ` has no partner in its block; close the code, or write \\`",
            "A:9:1: warning: the indented paragraph became a block of code; begin it at the start of the line",
            "A:13:1: warning: an indented fence makes no block of code; begin ``` at the start of the line, or indent the code itself",
            "A:17:1: warning: the block of code that begins with ``` is never closed; end it with a line ```",
        ],
    ),
    (
        "markdown-note",
        prose("!!! note\n\nنصّ التنبيه."),
        [
            "A:7:1: warning: the note has no text; indent its text by four spaces",
        ],
    ),
    (
        "markdown-html",
        prose(
            '<div class="a" markdown="1">\n\nنصّ.\n\n</div>\n\n<details><summary>س</summary>ص</details>\n\n'
            '<div class="b">\n\nنصّ **قوي**.\n\n## عنوان'
        ),
        [
            "A:15:1: warning: the element <div> is never closed: what follows stands in it, and isn't read as Markdown; end it with </div>",
        ],
    ),
    (
        "markdown-emphasis",
        prose("كلمة **بارزة ثم نصّ.\n\nكلمة *مائلة."),
        [
            "A:7:6: warning: `**` has no partner in its block; close the emphasis, or write \\*",
            "A:9:6: warning: `*` has no partner in its block; close the emphasis, or write \\*",
        ],
    ),
    (
        "markdown-link",
        prose(
            "[أ] (https://example.com/) و(ب)[about.md] و[ج](https://example.com\n\n[د][غائب] و[هـ][] وحاشية[^x]."
        ),
        [
            "A:7:1: warning: a space stands between [أ] and its address; write [أ](https://example.com/)",
            "A:7:29: warning: the brackets of the link to about.md are the wrong way round; write [ب](about.md)",
            "A:7:46: warning: the link's address is never closed; end it with )",
            "A:9:1: warning: the reference [غائب] is defined nowhere; add a line [غائب]: https://…",
            "A:9:12: warning: the reference [هـ] is defined nowhere; add a line [هـ]: https://…",
            "A:9:25: warning: the footnote [^x] is defined nowhere; add a line [^x]: and its text",
        ],
    ),
]


def shown(line: str) -> str:
    """A message with the short names of the two files that most are about."""
    return line.replace(f"{A}:", "A:").replace(f"{P}:", "P:")


def findings(folder: SiteFolder) -> list[str]:
    """What `jisr check` finds."""
    return [shown(line) for line in folder.run("check", "--quiet", "--jobs", "1").stdout.splitlines()]


@pytest.mark.parametrize(
    ("check", "files", "expected"), CASES, ids=[f"{n}-{case[0]}" for n, case in enumerate(CASES)]
)
def test_each_check_finds_what_it_is_for(
    site: MakeSite, check: str, files: Files, expected: list[str]
) -> None:
    result = site(files).run("check", "--quiet", "--jobs", "1")
    found = [shown(line) for line in result.stdout.splitlines() if line.endswith(f"[{check}]")]
    assert found == [f"{line} [{check}]" for line in expected]
    assert result.exit_code == any(": error: " in line for line in expected)


def test_warnings_are_errors_if_asked(site: MakeSite) -> None:
    folder = site({A: article("وقـــال.")})
    assert folder.run("check").exit_code == 0
    assert folder.run("check", "--strict").exit_code == 1


def test_many_warnings_of_a_check_are_counted_and_all_in_json(site: MakeSite) -> None:
    many = "\n\n".join(["وقـــال."] * 23)
    links = "".join(f'<a href="/no/{number}/">x</a>' for number in range(25))
    folder = site({**odd(links), A: article(f"{many}\n\nقال, نعم.")})
    lines = folder.run("check", "-q").stdout.splitlines()
    assert len([line for line in lines if line.startswith(A) and line.endswith("[tatweel]")]) == 20
    assert lines[-1] == "3 more of 23 warnings, all with --format json [tatweel]"
    assert [line for line in lines if line.endswith("[latin-marks]")]
    assert len([line for line in lines if line.endswith("[links]")]) == 25, "errors are all written out"
    found = json.loads(folder.run("check", "-q", "--format", "json").stdout)["findings"]
    assert [one["check"] for one in found].count("tatweel") == 23


def test_a_title_that_two_documents_share_in_all_languages_is_told_once(site: MakeSite) -> None:
    entry = 'msgid "خبر اليوم"\nmsgstr "Today\'s news"\n\nmsgid "موجز الخبر."\nmsgstr "A summary."\n\n'
    head = 'msgid ""\nmsgstr ""\n"Language: en\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    rest = 'msgid "نصّ الخبر."\nmsgstr "The text."\n'
    folder = site(
        {f"content/articles/{name}.md": article() for name in "ab"}
        | {f"translations/en/articles/{name}.po": head + entry + rest for name in "ab"}
    )
    lines = folder.run("check", "-q").stdout.splitlines()
    assert [line.split(": ")[0] for line in lines if line.endswith("[titles]")] == [
        "content/articles/b.md:2:1"
    ]


def test_every_check_has_a_case_but_for_the_one_that_needs_nu() -> None:
    assert {case[0] for case in CASES} == CHECKS.keys() - {"html"}


SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" viewBox="0 0 9 9"/>'
SOUND = """\
قال «نعم (إن شاء الله)» ثم سكت، وقُتل 1٬300 أو 1,300 أو ١٬٣٠٠؛ فهل أجاب؟ والنسبة ٢٥٪ أو 25%، والكسر ٣٫٦،
وسنة ١٤٤٥ هـ، والإصدار ١.٢.٣، والآية ﴿الحمد لله﴾ ﷺ، وجاء في 1، 2، 3. أ) أول. “هذا” و"ذاك" و”ذلك“.

استدعِ `printf()` و`$HOME` و<bdi dir="ltr">C:\\x\\</bdi> وC++ و.NET وf(x) والقوس (arch) وR&D و100$ و5 * 3 و\\*نجمة\\*.

- مصر:
    - القاهرة *العاصمة*
    - **الإسكندرية**
* لبنان

1. أول

    فقرة ثانية.

| البلد | العاصمة |
| --- | ---: |
| مصر | القاهرة |

## عنوان {: #place}

!!! note
    نصّ التنبيه.

```python
print("نصّ, نعم")
```

    x = {"نصّ": 1}

![صورة](p.svg) ثم [رابط][r] و[الرئيسية](/) و[هنا](#place) و[بريد](mailto:a@example.com)[^n].

<figure markdown="1">
![رسم](p.svg)
<figcaption markdown="span">شرح.</figcaption>
</figure>

مصطلح
:   تعريفه.

[r]: https://example.com/a_(b) "عنوان"
[^n]: حاشية.
"""


def test_a_sound_site_passes_all_of_them(site: MakeSite) -> None:
    metadata = "authors: [ليلى حداد]\ntags: [سياسة]\naliases: [/old/]\nimage: {src: p.svg, alt: صورة}\n"
    po = 'msgid ""\nmsgstr "Language: en\\n"\n\nmsgctxt "title"\nmsgid "خبر اليوم"\nmsgstr "News , today ؟"\n'
    folder = site({
        A: article(SOUND, metadata), "content/articles/p.svg": SVG, "content/about.md": "---\ntitle: عن\nsummary: عنه.\n---\n\nنصّ.\n",
        "translations/en/articles/a.po": po, "site.yaml": SITE_YAML + "feed: full\n",
    })  # fmt: skip
    result = folder.run("check", "--strict")
    assert result.exit_code == 0, result.stdout
    assert result.stdout.splitlines()[-1] == "jisr: 26 pages and 2 documents checked: 0 errors, 0 warnings"


def test_titles_about_html_and_feeds_of_other_formats_are_right(site: MakeSite) -> None:
    folder = site({
        **prose("نصّ."),
        "content/articles/b.md": "---\ntitle: ما معنى &amp; و &lt;b>\ndate: 2023-10-16\n---\n\nنصّ.\n",
        "static/podcast/feed.xml": '<rss version="2.0"><channel/></rss>',
        "static/data/newsfeed.json": "[]",
    })  # fmt: skip
    assert folder.build().exit_code == 0
    assert not [line for line in findings(folder) if "[feeds]" in line or "[structured-data]" in line]


def test_a_sitemap_has_no_more_bytes_than_it_may(site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jisr.check.files._MOST_BYTES", 600)
    folder = site(prose("نصّ."))
    assert folder.build().exit_code == 0
    [line] = [line for line in findings(folder) if "[sitemap]" in line]
    assert line.startswith("public/sitemap.xml:1:1: error: the sitemap has ")
    assert "bytes, more than 600; build again" in line


def test_sitemaps_that_robots_txt_names_are_looked_at(site: MakeSite) -> None:
    news = SITEMAP.format("<url><loc>https://example.org/gone/</loc></url>\n")
    robots = "User-agent: *\nSitemap: https://example.org/own-map.xml\n"
    folder = site({A: article(), "static/own-map.xml": news, "static/robots.txt": robots})
    what = "the sitemap names https://example.org/gone/, where there is no page"
    assert findings(folder) == [
        f"public/own-map.xml:4:11: error: {what}; build again; if the file is your own, mend it [sitemap]"
    ]


def test_a_site_below_a_path_passes(site: MakeSite) -> None:
    folder = site({A: article("[الرئيسية](/)"), "site.yaml": SITE_YAML.replace(".org/", ".org/news/")})
    assert findings(folder) == []


def test_a_site_of_files_passes(site: MakeSite) -> None:
    folder = site({A: article("[الرئيسية](/)"), "site.yaml": SITE_YAML + "addresses: files\n"})
    assert findings(folder) == []
    kinds = {one["kind"] for one in json.loads(folder.run("check", "--format", "json").stdout)["weights"]}
    assert kinds == {"404", "article", "home", "listing", "side by side"}


def test_a_tag_called_parallel_is_a_listing(site: MakeSite) -> None:
    settings = SITE_YAML + "side_by_side: false\n"
    folder = site({A: article(metadata="tags: [parallel]\n"), "site.yaml": settings})
    assert findings(folder) == []
    weights = json.loads(folder.run("check", "--format", "json").stdout)["weights"]
    assert {one["kind"] for one in weights} == {"404", "article", "home", "listing"}


def test_translations_into_arabic_are_looked_at(site: MakeSite) -> None:
    settings = SITE_YAML.replace("[ar, en]", "[en, ar]")
    po = 'msgid ""\nmsgstr "Language: ar\\n"\n\nmsgid "Text of ![p](/p.png), 1,300."\nmsgstr ""\n"نصّ ![p](/p.png) ،"\n" عدده 1،300."\n'
    folder = site(
        {
            "site.yaml": settings,
            A: article("Text of ![p](/p.png), 1,300."),
            "translations/ar/articles/a.po": po,
            "static/p.png": "x",
        }
    )
    found = [line for line in findings(folder) if "translations/" in line]
    assert [line.partition(": ")[0] + line[line.index(" [") :] for line in found] == [
        "translations/ar/articles/a.po:6:6 [alt]",
        "translations/ar/articles/a.po:6:19 [spacing]",
        "translations/ar/articles/a.po:7:8 [separators]",
    ]


def test_what_is_on_purpose_is_accepted_by_name_and_place(site: MakeSite) -> None:
    body = "قُتل 1،300 وقـــال."
    accept = "accept:\n  separators: [content/articles/a.md]\n  tatweel: ['content/*']\n"
    folder = site({A: article(body), "site.yaml": SITE_YAML + accept})
    assert findings(folder) == []
    folder.write("site.yaml", SITE_YAML + accept + "  nothing: ['*']\n  quotes: ['*']\n")
    assert findings(folder) == [
        "site.yaml:11:3: warning: there is no check `nothing`; docs/check.md has their names [accept]",
        "site.yaml:12:3: warning: nothing in * is found by `quotes`; take it out of `accept` [accept]",
    ]
    folder.write("site.yaml", SITE_YAML + "accept: {separators: content/articles/a.md}\n")
    assert findings(folder) == [
        "site.yaml:8:10: error: `separators` must be a list; write separators: [content/articles/a.md] [build]"
    ]


def test_a_link_in_a_template_that_leads_nowhere_is_said_once(site: MakeSite) -> None:
    base = (ROOT / "templates" / "base.html").read_text(encoding="utf-8")
    folder = site(
        {A: article(), "templates/base.html": base.replace("<footer", '<a href="/nothing/">x</a><footer')}
    )
    (found,) = findings(folder)
    assert "the link leads to /nothing/, where there is no page (on " in found


def test_what_a_build_says_is_among_the_findings(site: MakeSite) -> None:
    folder = site({A: article("[x](nothing.md)")})
    result = folder.run("check", "--format", "json")
    assert result.exit_code == 1
    (found,) = json.loads(result.stdout)["findings"]
    assert (found["check"], found["path"], found["line"]) == ("build", A, 7)
    assert findings(folder)[0].startswith("A:7:5: error: the link leads to nothing.md, which isn't there")


def test_the_site_is_built_as_it_was_last_built(site: MakeSite) -> None:
    folder = site({A: article(metadata="draft: true\n")})
    folder.build("--drafts", "--base-url", "https://example.net/x/")
    before = folder.read("articles/a/index.html")
    assert "https://example.net/x/articles/a/" in before
    assert folder.run("check").exit_code == 0
    assert folder.read("articles/a/index.html") == before
    folder.write(A, article("نصّ آخر.", metadata="draft: true\n"))
    assert folder.run("check").exit_code == 0
    assert "نصّ آخر." in folder.read("articles/a/index.html")
    assert "https://example.net/x/articles/a/" in folder.read("articles/a/index.html")


def test_a_check_alone_builds_into_the_folder_named(site: MakeSite, tmp_path: Path) -> None:
    folder = site({A: article("وقـــال.")})
    result = folder.run("check", "-q", "-o", str(tmp_path / "out"))
    assert (tmp_path / "out" / "articles" / "a" / "index.html").is_file()
    assert "[tatweel]" in result.stdout
    assert not (folder.path / "public").exists()


def test_several_processes_find_the_same(site: MakeSite) -> None:
    files = {
        f"content/articles/{n:03}.md": article(f"قـــال {n}.").replace("اليوم", str(n)) for n in range(120)
    }
    folder = site(files)
    assert folder.run("check", "--jobs", "1").stdout == folder.run("check", "--jobs", "2").stdout


def test_findings_are_json_for_programs(site: MakeSite) -> None:
    folder = site({A: article("وقـــال.")})
    found = json.loads(folder.run("check", "--format", "json").stdout)
    assert found["findings"] == [
        {"path": A, "line": 7, "column": 1, "severity": "warning", "check": "tatweel",
         "message": "`وقـــال` is stretched by tatweel", "hint": "write وقال"}
    ]  # fmt: skip
    article_view = next(
        one for one in found["weights"] if (one["kind"], one["language"]) == ("article", "ar")
    )
    assert article_view["path"] == "articles/a/index.html"
    assert article_view["total"] == sum(article_view["parts"].values()) < 100_000
    assert article_view["parts"].keys() >= {"HTML", "CSS", "fonts"}
    (note,) = found["notes"]
    assert note.startswith("the HTML was not checked by Nu, which isn't installed")


def test_findings_are_annotations_on_github(site: MakeSite) -> None:
    folder = site({"content/articles/a,b.md": article("النسبة ٢٥%.")})
    assert folder.run("check", "--format", "github").stdout.splitlines() == [
        "::warning file=content/articles/a%2Cb.md,line=7,col=8,title=jisr%3A separators::"
        "a Latin separator stands in ٢٥%25; write ٢٥٪"
    ]


def test_html_is_checked_by_nu_where_it_is_installed(site: MakeSite) -> None:
    folder = site(odd("<section><p>x</p></section><ol start='٥'></ol>"))
    (folder.path / "node_modules").symlink_to(ROOT / "node_modules")
    result = folder.run("check", "-q")
    found = [shown(line) for line in result.stdout.splitlines()]
    assert [line.split(";")[0] for line in found if line.endswith("[html]")] == [
        "P:8:1: warning: Section lacks heading. Consider using `h2`-`h6` elements to add identifying headings to all sections, or else use a `div` element instead for any cases where no heading is needed",
        "P:8:28: error: Bad value `٥` for attribute `start` on element `ol`: Expected a minus sign or a digit but saw `٥` instead",
    ]
    assert result.exit_code == 1
    assert "Nu" not in result.stderr


def test_without_nu_the_check_says_so(site: MakeSite) -> None:
    folder = site(prose("نصّ."))
    assert "jisr: the HTML was not checked by Nu, which isn't installed" in folder.run("check").stderr


def test_a_file_for_a_search_engine_needs_no_head(site: MakeSite) -> None:
    own = '<p>google-site-verification: google123.html</p><a href="/gone/">x</a>'
    folder = site({"content/articles/a.md": article(), "site.yaml": ALONE, "static/google123.html": own})
    folder.build()
    said = [line for line in folder.run("check").stdout.splitlines() if "google123" in line]
    assert len(said) == 1
    assert "/gone/" in said[0]


def test_an_address_in_arabic_stands_everywhere_as_it_is_sent(site: MakeSite) -> None:
    settings = ALONE.replace("https://example.org", "https://مثال.مصر:8443/أخبار")
    folder = site({"content/articles/a.md": article(), "site.yaml": settings})
    assert folder.build().exit_code == 0
    address = "https://xn--mgbh0fb.xn--wgbh1c:8443/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/articles/a/"
    assert f'<link rel="canonical" href="{address}">' in folder.read("articles/a/index.html")
    assert f"<loc>{address}</loc>" in folder.read("sitemap.xml")
    assert folder.run("check").exit_code == 0


def test_nothing_is_changed_by_a_check(site: MakeSite) -> None:
    folder = site(prose("قال ، ثم سكت."))
    folder.build()
    before = {
        path: path.read_bytes()
        for path in folder.path.rglob("*")
        if path.is_file() and ".jisr" not in path.parts
    }
    folder.run("check")
    after = {
        path: path.read_bytes()
        for path in folder.path.rglob("*")
        if path.is_file() and ".jisr" not in path.parts
    }
    assert after == before


def test_the_reference_names_every_check_and_no_other() -> None:
    text = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([\w-]+)` \|", text, re.MULTILINE)) == CHECKS.keys() | OTHERS


def test_this_repository_passes_but_for_what_it_accepts(tmp_path: Path) -> None:
    from jisr.check.run import check

    folder = example(tmp_path)
    checked = check(folder, folder / "public", 1)
    assert [str(one) for one in checked.findings] == []
    assert checked.pages > 20
    assert all(one.total < 100_000 for one in checked.weights)
