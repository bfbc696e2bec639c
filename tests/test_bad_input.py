"""Bad input is a message with its place and what to do, all in one run, and the last good site stays."""

import os
import time
from pathlib import Path

import pytest

from tests.conftest import SITE_YAML, MakeSite

GOOD = "---\ntitle: خبر\ndate: 2023-10-16\n---\n\nنص الخبر.\n"
PO_HEAD = 'msgid ""\nmsgstr ""\n"Language: en\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def article(metadata: str = "title: خبر\ndate: 2023-10-16", body: str = "نص الخبر.") -> str:
    """An article's file."""
    return f"---\n{metadata}\n---\n\n{body}\n"


def po(*entries: str) -> str:
    """A catalogue's file."""
    return PO_HEAD + "\n\n".join(entries) + "\n"


SVG = "<svg xmlns='http://www.w3.org/2000/svg' width='2' height='1'/>"

CASES: dict[str, tuple[dict[str, str], list[str]]] = {
    # Metadata.
    "a title with a colon": (
        {"content/articles/a.md": article("title: قال: نعم\ndate: 2023-10-16")},
        ["content/articles/a.md:2:11: error: a second colon in one value; "
         "put the value in quotes: title: 'قال: نعم'"],
    ),
    "a key twice": (
        {"content/articles/a.md": article("title: خبر\ndate: 2023-10-16\ntitle: آخر")},
        ["content/articles/a.md:4:1: error: the key `title` stands twice; keep one; the first is in line 2"],
    ),
    "a tab": (
        {"content/articles/a.md": article("title: خبر\ndate: 2023-10-16\ntags:\n\t- سياسة")},
        ["content/articles/a.md:5:1: error: a tab where YAML wants spaces; indent with spaces"],
    ),
    "an open quote": (
        {"content/articles/a.md": article('title: "خبر\ndate: 2023-10-16')},
        ["content/articles/a.md:4:1: error: a quote or a bracket is not closed "
         "(found unexpected end of stream); close it on its line"],
    ),
    "front matter without an end": (
        {"content/articles/a.md": "---\ntitle: خبر\n\nنص\n"},
        ["content/articles/a.md:1:1: error: the front matter has no end; add a line --- after the metadata"],
    ),
    "no metadata": (
        {"content/articles/a.md": "نص بلا بيانات\n"},
        ["content/articles/a.md:1:1: error: the document has no metadata; "
         "begin it with ---, title: …, --- or put them in a .yaml file beside it"],
    ),
    "unknown keys and wrong types, all at once": (
        {"content/articles/a.md": article("titel: خبر\ndate: 2023-10-16\ntags: سياسة\ndraft: ربما\nimage: {sr: a}")},
        ["content/articles/a.md:2:1: error: `title` is missing; add a line `title: …`",
         "content/articles/a.md:2:1: error: unknown key `titel`; did you mean `title`?",
         "content/articles/a.md:4:1: error: `tags` must be a list; write tags: [سياسة]",
         "content/articles/a.md:5:1: error: `draft` must be true or false; write true or false",
         "content/articles/a.md:6:1: error: `src` is missing; add a line `src: …`",
         "content/articles/a.md:6:9: error: unknown key `sr`; did you mean `src`?"],
    ),
    "numbers and lists for dates": (
        {"content/articles/a.md": article("title: خبر\ndate: 20240101\nupdated: [2024-01-01]")},
        ["content/articles/a.md:3:1: error: `date` is not a date; write year-month-day, such as 2023-10-16",
         "content/articles/a.md:4:1: error: `updated` is not a date; write year-month-day, such as 2023-10-16"],
    ),
    "values of a wrong type beside others that are wrong": (
        {"content/articles/a.md": article("title: خبر\ndate: أمس\nslug: A B\ntags: 5\naliases: [x]")},
        ["content/articles/a.md:3:1: error: `date` is not a date; write year-month-day, such as 2023-10-16",
         "content/articles/a.md:4:1: error: `A B` is not one part of an address; write slug: a-b",
         "content/articles/a.md:5:1: error: `tags` must be a list; write tags: [5]",
         "content/articles/a.md:6:11: error: the alias x is not an address of this site; write it as /old/address/"],
    ),
    "languages that are no group of keys": (
        {"content/articles/a.md": GOOD,
         "site.yaml": "base_url: https://example.org/\nlanguages: [ar]\nlanguage: 5\nrelated: x\n"},
        ["site.yaml:3:1: error: `language` must be a group of keys; see the reference for its values",
         "site.yaml:4:1: error: `related` must be a whole number; see the reference for its values"],
    ),
    "values that YAML reads otherwise": (
        {"content/articles/a.md": article("title: no\ndate: 2023-10-16\ntags: [10:30, 1.0]")},
        ["content/articles/a.md:2:1: error: `title` must be text; put it in quotes: 'no'",
         "content/articles/a.md:4:8: error: `tags[0]` must be text; put it in quotes: '10:30'",
         "content/articles/a.md:4:15: error: `tags[1]` must be text; put it in quotes: '1.0'"],
    ),
    "no date": (
        {"content/articles/a.md": article("title: خبر")},
        ["content/articles/a.md:2:1: error: the article has no date; add a line such as date: 2023-10-16"],
    ),
    "a day that doesn't exist": (
        {"content/articles/a.md": article("title: خبر\ndate: 2023-02-30")},
        ["content/articles/a.md:3:7: error: `2023-02-30` is not a date of the calendar; "
         "write year-month-day, such as 2023-10-16"],
    ),
    "a date in other words": (
        {"content/articles/a.md": article("title: خبر\ndate: أمس")},
        ["content/articles/a.md:3:1: error: `date` is not a date; write year-month-day, such as 2023-10-16"],
    ),
    "an empty title": (
        {"content/articles/a.md": article("title: ' '\ndate: 2023-10-16")},
        ["content/articles/a.md:2:1: error: the title is empty; write one"],
    ),
    "an invisible mark in a key": (
        {"content/articles/a.md": article("title: خبر\n\u200fdate: 2023-10-16")},
        ["content/articles/a.md:3:1: error: an invisible mark stands in the key `date`; type the key again"],
    ),
    "aliases, the means of YAML bombs": (
        {"content/articles/a.md": article("title: خبر\ndate: 2023-10-16\nextra:\n  a: &a [x, x]\n  b: [*a, *a]")},
        [f"content/articles/a.md:{at}: error: anchors and aliases (& and *) are not read here; "
         "write the value out; in quotes if the mark is a part of it" for at in ("5:6", "6:7", "6:11")],
    ),
    "an anchor and a tag before one text": (
        {"content/articles/a.md": article("title: &x خبر\ndate: 2023-10-16\nsummary: !!str موجز")},
        ["content/articles/a.md:2:8: error: anchors and aliases (& and *) are not read here; "
         "write the value out; in quotes if the mark is a part of it",
         "content/articles/a.md:4:10: error: the tag tag:yaml.org,2002:str is not read here; "
         "write the value out; in quotes if the mark is a part of it"],
    ),
    "a number without end": (
        {"content/articles/a.md": article(f"title: خبر\ndate: 2023-10-16\nextra: {{x: 0x{'f' * 5000}}}")},
        ["content/articles/a.md:4:12: error: a number of more than 64 bits; put it in quotes"],
    ),
    "links to no host": (
        {"content/articles/a.md": article("title: خبر\ndate: 2023-10-16\nsource: {name: ' ', url: 'https://'}")},
        ["content/articles/a.md:4:10: error: the source has an empty name; write it",
         "content/articles/a.md:4:21: error: `https://` is not an address; write https://…, or leave it out"],
    ),
    "pictures that are none": (
        {"content/articles/a.md": article(
            "title: خبر\ndate: 2023-10-16\nimage: {src: /about/, alt: ص}", "![ص](../about.md) ![ق](/feed.xml)"),
         "content/about.md": article("title: عن")},
        ["content/articles/a.md:4:9: error: /about/ is no picture; name a file such as photo.jpg",
         "content/articles/a.md:7:6: error: ../about.md is no picture; name a file such as photo.jpg",
         "content/articles/a.md:7:24: error: /feed.xml is no picture; name a file such as photo.jpg"],
    ),
    "links that browsers don't follow": (
        {"content/articles/a.md": article(body="[أ](https://) [ب](<http://a b/>) [ص](//x.org:999999/) [ق](HTTP://[x)")},
        ["content/articles/a.md:6:5: error: https:// is not an address; check its host",
         "content/articles/a.md:6:20: error: http://a b/ is not an address; check its host",
         "content/articles/a.md:6:38: error: //x.org:999999/ is not an address; check its host",
         "content/articles/a.md:6:59: error: HTTP://[x is not an address; check its host"],
    ),
    "Python tags": (
        {"content/articles/a.md": article("title: !!python/object/apply:os.system [ls]\ndate: 2023-10-16")},
        ["content/articles/a.md:2:8: error: the tag tag:yaml.org,2002:python/object/apply:os.system is not read "
         "here; write the value out; in quotes if the mark is a part of it"],
    ),
    "lists that nest without end": (
        {"content/articles/a.md": article(body="\n".join(" " * 4 * n + "- نص" for n in range(500)))},
        ["content/articles/a.md:206:1: error: the text nests too deep; use fewer levels"],
    ),
    "lists that nest without end behind a blank line as long": (
        {"content/articles/a.md": article(body=f"{' ' * 900}\n\n" + "\n".join(" " * 4 * n + "- نص" for n in range(500)))},
        ["content/articles/a.md:208:1: error: the text nests too deep; use fewer levels"],
    ),
    "metadata that nest without end": (
        {"content/articles/a.md": article(f"title: خبر\ndate: 2023-10-16\nextra: {'[' * 50_000}")},
        ["content/articles/a.md:4:1007: error: the metadata nest too deep; use fewer levels"],
    ),
    "metadata that nest without end, in blocks": (
        {"content/articles/a.md": article(f"title: خبر\ndate: 2023-10-16\nextra: \n  {'- ' * 900}x")},
        ["content/articles/a.md:2:1: error: the metadata nest too deep; use fewer levels"],
    ),
    "a key in both": (
        {"content/articles/a.md": article(), "content/articles/a.yaml": "date: 2023-10-17\nsummary: موجز\n"},
        ["content/articles/a.yaml:1:1: error: the key `date` stands in content/articles/a.md too; "
         "keep it in one of the two"],
    ),
    "a sidecar's own lines": (
        {"content/articles/a.txt": "نص\n", "content/articles/a.yaml": "title: خبر\ndate: 2023-10-16\ntag: [x]\n"},
        ["content/articles/a.yaml:3:1: error: unknown key `tag`; did you mean `tags`?"],
    ),
    "a sidecar alone": (
        {"content/articles/a.yaml": "title: خبر\n"},
        ["content/articles/a.yaml:1:1: error: metadata without a body; add a.md or .txt"],
    ),
    "a name that begins with no date": (
        {"content/articles/2023-13-45-x.md": article("title: خبر")},
        ["content/articles/2023-13-45-x.md:1:1: error: the file's name begins with 2023-13-45, "
         "no date of the calendar; rename it"],
    ),
    # Addresses.
    "a slug that leaves the site": (
        {"content/articles/a.md": article("title: خبر\ndate: 2023-10-16\nslug: ../../etc")},
        ["content/articles/a.md:4:1: error: `../../etc` is not one part of an address; write slug: etc"],
    ),
    "two documents on one address": (
        {"content/articles/a.md": GOOD, "content/articles/b.md": article("title: ب\ndate: 2023-10-16\nslug: a")},
        ["content/articles/b.md:1:1: error: content/articles/a.md and content/articles/b.md both become "
         "articles/a/index.html; give one of them another slug, or another name"],
    ),
    "two documents on one address but for NFC and NFD": (
        {"content/articles/caf\u00e9.md": GOOD, "content/articles/cafe\u0301.md": GOOD},
        ["content/articles/caf\u00e9.md:1:1: error: content/articles/cafe\u0301.md and "
         "content/articles/caf\u00e9.md both become articles/caf\u00e9/index.html; "
         "give one of them another slug, or another name"],
    ),
    "a file and a page on one address": (
        {"content/about.md": article("title: عن"), "static/about/index.html": "x"},
        ["static/about/index.html:1:1: error: content/about.md and static/about/index.html both become "
         "about/index.html; give one of them another slug, or another name"],
    ),
    "an alias that isn't an address": (
        {"content/articles/a.md": article("title: خبر\ndate: 2023-10-16\naliases: [../x]")},
        ["content/articles/a.md:4:11: error: the alias ../x is not an address of this site; "
         "write it as /old/address/"],
    ),
    "a reserved name": (
        {"content/site.md": article("title: عن")},
        ["content/site.md:1:1: error: the name site belongs to a catalogue of the site's own words; "
         "give the file another name"],
    ),
    # Links and markup.
    "links to what isn't there": (
        {"content/articles/a.md": article(body="[صلة](b.md) و[أخرى](/nowhere/)\n\n![صورة](photo.jpg)")},
        ["content/articles/a.md:6:7: error: the link leads to b.md, which isn't there; "
         "check its path, which begins at this file's folder",
         "content/articles/a.md:6:21: error: the link leads to /nowhere/, which isn't there; "
         "check its path, which begins at this file's folder",
         "content/articles/a.md:8:9: error: the link leads to photo.jpg, which isn't there; "
         "check its path, which begins at this file's folder"],
    ),
    "a link to nearly a file": (
        {"content/articles/a.md": article(body="[صلة](abuot.md)"), "content/about.md": article("title: عن")},
        ["content/articles/a.md:6:7: error: the link leads to abuot.md, which isn't there; did you mean ../about.md?"],
    ),
    "a link to a file whose name has marks of an address": (
        {"content/articles/a.md": article(body="[صلة](<100% one.tx>)"),
         "content/articles/100% one.txt": "x", "content/articles/100% one.yaml": "title: x\ndate: 2023-10-16\n"},
        ["content/articles/a.md:6:8: error: the link leads to 100% one.tx, which isn't there; did you mean 100%25%20one.txt?"],
    ),
    "a link to nearly a file, and the same in the front matter": (
        {"content/articles/a.md": article(
            "title: خبر\ndate: 2023-10-16\nimage: {src: images/nil.svg, alt: النيل}",
            "![صورة](../images/nil.svg) و![أخرى](images/nil.svg)"),
         "content/images/nile.svg": SVG, "static/images/delta.svg": SVG,
         "content/articles/b.md": article(body="![صورة](../images/delto.svg)")},
        ["content/articles/a.md:4:9: error: the link leads to images/nil.svg, which isn't there; "
         "did you mean ../images/nile.svg?",
         "content/articles/a.md:7:9: error: the link leads to ../images/nil.svg, which isn't there; "
         "did you mean ../images/nile.svg?",
         "content/articles/a.md:7:37: error: the link leads to images/nil.svg, which isn't there; "
         "did you mean ../images/nile.svg?",
         "content/articles/b.md:6:9: error: the link leads to ../images/delto.svg, which isn't there; "
         "did you mean /images/delta.svg?"],
    ),
    "a section without articles": (
        {"content/articles/world/a.md": GOOD, "site.yaml": SITE_YAML + "sections: {world: العالم, wrld: العالم}\n"},
        ["site.yaml:8:27: error: `sections` knows no `wrld`; write a folder in content/articles/"],
    ),
    "dates that are in no year elsewhere": (
        {"content/articles/a.md": article("title: خبر\ndate: 0001-01-01 00:00:00+14:00"),
         "content/articles/b.md": article("title: خبر\ndate: 9999-12-31 23:59:59-12:00"),
         "content/articles/c.md": article("title: خبر\ndate: 2023-10-16\nupdated: 9999-12-31 23:59:59-12:00\nexpires: 9999-12-31")},
        ["content/articles/a.md:3:1: error: `date` is in the year 1; write a year from 2 to 9998",
         "content/articles/b.md:3:1: error: `date` is in the year 9999; write a year from 2 to 9998",
         "content/articles/c.md:4:1: error: `updated` is in the year 9999; write a year from 2 to 9998",
         "content/articles/c.md:5:1: error: `expires` is in the year 9999; write a year from 2 to 9998"],
    ),
    "an alias that another page has": (
        {"content/articles/a.md": GOOD, "content/about.md": article("title: عن\naliases: [/feed.xml, /articles/a/]")},
        ["content/about.md:1:1: error: an alias of content/about.md and content/articles/a.md both become "
         "articles/a/index.html; take the alias out, or write another",
         "content/about.md:1:1: error: an alias of content/about.md and the listing /feed.xml both become feed.xml; "
         "take the alias out, or write another"],
    ),
    "two aliases that become one": (
        {"content/about.md": article("title: عن\naliases: [/X/, /x/]")},
        ["content/about.md:1:1: error: an alias leads to x/index.html, where the document has a page or another "
         "alias; take the alias out"],
    ),
    "a document with another generator's ending": (
        {"content/articles/a.markdown": GOOD},
        ["content/articles/a.markdown:1:1: error: the name of a document ends in .md; "
         "rename it to content/articles/a.md"],
    ),
    "settings of another form": (
        {"content/articles/a.md": GOOD,
         "site.yaml": SITE_YAML + "listings: tags\nimages: {formats: [wepb, jpeg]}\ncards: 2023-01-01 10:00:00\n"},
        ["site.yaml:8:1: error: `listings` must be a list; write listings: [tags]",
         "site.yaml:9:20: error: `formats[0]` can't be wepb; did you mean webp?",
         "site.yaml:9:26: error: `formats[1]` can't be jpeg; write avif, webp",
         "site.yaml:10:1: error: `cards` says neither whether there are any nor from which day on; "
         "write recent, true, false, or a date such as 2025-01-01"],
    ),
    "aliases with a query, a fragment and bytes that are no text": (
        {"content/articles/a.md": article("title: خبر\ndate: 2023-10-16\naliases: ['/?p=12', '/old#x', '/%FF/', //x.org/]")},
        [f"content/articles/a.md:4:{column}: error: the alias {alias} is not an address of this site; "
         "write it as /old/address/" for column, alias in ((11, "/?p=12"), (21, "/old#x"), (31, "/%FF/"), (40, "//x.org/"))],
    ),
    "an alias that no file system takes": (
        {"content/articles/a.md": article(f"title: خبر\ndate: 2023-10-16\naliases: [/{'x/' * 1100}, /{'y' * 256}/]")},
        [f"content/articles/a.md:4:11: error: the alias /{'x/' * 1100} is not an address of this site; "
         "write it as /old/address/",
         f"content/articles/a.md:4:2214: error: the alias /{'y' * 256}/ is not an address of this site; "
         "write it as /old/address/"],
    ),
    "links and elements that stand several times": (
        {"content/a.md": article("title: خبر", body="`[x](none.md)`\n\n```\n[x](none.md)\n```\n\n"
                                 "[س](none.md) ثم [ص](none.md)\n\n![ع](a.md) ثم [ف](a.md)\n\n[ق][r]\n\n"
                                 "<script>1</script>\n\nنص\n\n<script>1</script>\n\n[r]: none.md\n")},
        [*(f"content/a.md:{at}: error: the link leads to none.md, which isn't there; "
           "check its path, which begins at this file's folder" for at in ("11:5", "11:21")),
         "content/a.md:13:6: error: a.md is no picture; name a file such as photo.jpg",
         *(f"content/a.md:{line}:1: error: the element <script> isn't allowed; remove it, or set trusted_html: true "
           "in site.yaml if all authors are trusted" for line in (17, 21)),
         "content/a.md:23:6: error: the link leads to none.md, which isn't there; "
         "check its path, which begins at this file's folder"],
    ),
    "what runs scripts among the articles": (
        {"content/a.html": "<p>x</p>", "content/b/c.JS": "", "static/own.js": "", "static/own.html": "<p>x</p>",
         "content/d.svg": "<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1' ONLOAD = 'x()'/>",
         "content/e.svg": '<!DOCTYPE svg [<!ENTITY ns "http://ns.adobe.com/x">]><svg width="1" height="1"/>',
         "content/f.svg": '<!DOCTYPE svg [<!ENTITY s "&#60;script>">]><svg width="1" height="1">&s;</svg>'},
        [*(f"content/{path}:1:1: error: a page or a script may not stand among the articles; move it into static/, "
           "or set trusted_html: true in site.yaml if all authors are trusted" for path in ("a.html", "b/c.JS")),
         *(f"content/{path}:1:1: error: the drawing holds a script, or can't be seen to hold none; take it out, "
           "or set trusted_html: true in site.yaml if all authors are trusted" for path in ("d.svg", "f.svg"))],
    ),
    "an id that the theme has": (
        {"content/a.md": article("title: خبر", body="## عنوان {: #main-content }\n\n## Main content")},
        ["content/a.md:5:1: error: the id main-content stands twice; remove it, or set trusted_html in site.yaml"],
    ),
    "a name that stands twice": (
        {"content/a.md": article("title: خبر\ntags: [أ, ب, أ]\nauthors:\n  - ج\n  - ج")},
        ["content/a.md:3:14: error: `أ` stands twice in `tags`; write it once",
         "content/a.md:6:5: error: `ج` stands twice in `authors`; write it once"],
    ),
    "a menu that leads to a draft": (
        {"site.yaml": SITE_YAML.replace("locale: ar-EG", "locale: ar-EG, menu: [{label: عن, to: about.md}]"),
         "content/about.md": article("title: عن\ndraft: true")},
        ["site.yaml:6:1: error: the menu leads to about.md, which is a draft or isn't out at present; "
         "publish it first, take the entry out, or build with --drafts"],
    ),
    "a number that begins with 0": (
        {"content/a.md": article("title: 0123"), "content/b.md": article("title: خبر\nextra: {a: 0, b: 010, c: 08}")},
        ["content/a.md:2:8: error: 0123 is 83 in YAML, for the 0 that it begins with; "
         "write it without the 0, or in quotes",
         "content/b.md:3:18: error: 010 is 8 in YAML, for the 0 that it begins with; "
         "write it without the 0, or in quotes"],
    ),
    "a colon without a space behind it": (
        {"content/articles/a.md": article("title:خبر\ndate: 2023-10-16"),
         "content/articles/b.md": article("date: 2023-10-16\nimage:\n  src:a.jpg\n  alt: خبر\ntitle: خبر"),
         "content/articles/c.md": article("title： خبر\ndate: 2023-10-16"),
         "content/articles/d.md": article("summary: خبر\n  https://example.org\n  date: 2023-10-16")},
        ["content/articles/a.md:2:6: error: no space behind the colon of a key; write title: …",
         "content/articles/b.md:4:6: error: no space behind the colon of a key; write src: …",
         "content/articles/c.md:2:6: error: no space behind the colon of a key; write title: …",
         "content/articles/d.md:4:7: error: a second colon in one value; put the value in quotes: date: '2023-10-16'"],
    ),
    "a line of metadata without a colon": (
        {"content/articles/a.md": article("title: خبر\nsummary\ndate: 2023-10-16"),
         "content/articles/b.md": article("title: خبر\ndate:\u00a02023-10-16\ntags: [أ]"),
         "content/articles/c.md": article("title: \"خبر\ndate: 2023-10-16")},
        ["content/articles/a.md:3:1: error: a line that is neither a key with its value nor indented; write `key: value`",
         "content/articles/b.md:3:1: error: a colon with a space behind it that doesn't break; type an ordinary space",
         "content/articles/c.md:4:1: error: a quote or a bracket is not closed (found unexpected end of stream); close it on its line"],
    ),
    "a line that only YAML breaks": (
        {"content/articles/a.md": article("title: \"أ\u2028ب\u0085ج\"\ndate: 2023-10-16\ntitl: 1")},
        ["content/articles/a.md:4:1: error: unknown key `titl`; did you mean `title`?"],
    ),
    "values of keys in site.yaml that have another type": (
        {"site.yaml": SITE_YAML + "sections:\n  world: a\n  # c\n  asia: 6\naccept:\n  separators: content/about.md\n"
         "content_security_policy: {script-src: [a]}\n", "content/articles/world/a.md": GOOD},
        ["site.yaml:11:3: error: `asia` must be text; put it in quotes: '6'",
         "site.yaml:13:3: error: `separators` must be a list; write separators: [content/about.md]",
         "site.yaml:14:27: error: `script-src` must be text; write one text"],
    ),
    "a language with an empty title": (
        {"content/articles/a.md": GOOD, "site.yaml": SITE_YAML.replace("title: Jisr", "title: ' '")},
        ["site.yaml:7:8: error: the title is empty; write one"],
    ),
    "a document that would be published as it is": (
        {"content/articles/a.MD": GOOD, "content/articles/b.Yaml": "title: x"},
        ["content/articles/a.MD:1:1: error: the name of a document ends in .md, in small letters; "
         "rename it to content/articles/a.md",
         "content/articles/b.Yaml:1:1: error: the name of a document ends in .yaml, in small letters; "
         "rename it to content/articles/b.yaml"],
    ),
    "a link out of the site": (
        {"content/articles/a.md": article(body="[صلة](../../../../etc/passwd)")},
        ["content/articles/a.md:6:7: error: the link leads to ../../../../etc/passwd, which isn't there; "
         "check its path, which begins at this file's folder"],
    ),
    "a link to a draft": (
        {"content/articles/a.md": article(body="[صلة](b.md)"),
         "content/articles/b.md": article("title: ب\ndate: 2023-10-16\ndraft: true")},
        ["content/articles/a.md:6:7: error: the link leads to b.md, which is a draft or isn't out at present; "
         "publish it first, take the link out, or build with --drafts"],
    ),
    "a link to the address of a draft": (
        {"content/articles/a.md": article(body="[صلة](/articles/b/) و[أخرى](/articles/c/)"),
         "content/articles/2023-10-16-b.md": article("title: ب\ndraft: true")},
        ["content/articles/a.md:6:7: error: the link leads to /articles/b/, which is a draft or isn't out at present; "
         "publish it first, take the link out, or build with --drafts",
         "content/articles/a.md:6:29: error: the link leads to /articles/c/, which isn't there; "
         "check its path, which begins at this file's folder"],
    ),
    "links to a document with errors, which is what is to be mended": (
        {"content/articles/a.md": article(body="[صلة](/articles/b/) و[أخرى](b.md)"),
         "content/articles/b.md": article("title: [ب\ndate: 2023-10-16")},
        ["content/articles/b.md:3:5: error: this is not YAML (did not find expected ',' or ']'); "
         "check the quotes, brackets and indentation of this line"],
    ),
    "a picture in the metadata that isn't there": (
        {"content/articles/a.md": article("title: خبر\ndate: 2023-10-16\nimage: {src: photo.jpg, alt: صورة}")},
        ["content/articles/a.md:4:9: error: the link leads to photo.jpg, which isn't there; "
         "check its path, which begins at this file's folder"],
    ),
    "an address that can't be read": (
        {"content/articles/a.md": article(body="[صلة](http://[)")},
        ["content/articles/a.md:6:7: error: http://[ is not an address; check its host"],
    ),
    "two bodies of one name": (
        {"content/articles/a.md": GOOD, "content/articles/a.txt": "نص", "content/articles/a.yaml": "summary: م"},
        ["content/articles/a.txt:1:1: error: content/articles/a.md and content/articles/a.txt would share their metadata and translations; rename one of them",
         "content/articles/a.yaml:1:1: error: `title` is missing; add a line `title: …`"],
    ),
    "controls written as escapes": (
        {"content/articles/a.md": article('title: "خبر\\a"\ndate: 2023-10-16\ntags: ["\\u202e"]')},
        ["content/articles/a.md:2:8: error: the character U+0007 can't stand there; remove it; isolates stand in pairs",
         "content/articles/a.md:4:8: error: the character U+202E can't stand there; remove it; isolates stand in pairs"],
    ),
    "links that run code": (
        {"content/articles/a.md": article(
            body="[س](javascript:alert(1)) [ص](java&#115;cript:alert(1))\n\n<a href=' JaVaScRiPt:x'>ض</a>")},
        ["content/articles/a.md:6:5: error: a link with javascript: isn't allowed; "
         "link to http, https, mailto or tel",
         "content/articles/a.md:6:30: error: a link with javascript: isn't allowed; "
         "link to http, https, mailto or tel",
         "content/articles/a.md:8:1: error: a link with javascript: isn't allowed; "
         "remove it, or set trusted_html: true in site.yaml if all authors are trusted"],
    ),
    "scripts and event handlers": (
        {"content/articles/a.md": article(
            body="<script>alert(1)</script>\n\nنص <b onclick='x()'>عريض</b>\n\n<iframe src='//e.org'></iframe>")},
        ["content/articles/a.md:6:1: error: the element <script> isn't allowed; "
         "remove it, or set trusted_html: true in site.yaml if all authors are trusted",
         "content/articles/a.md:8:4: error: the attribute onclick isn't allowed on <b>; "
         "remove it, or set trusted_html: true in site.yaml if all authors are trusted",
         "content/articles/a.md:10:1: error: the element <iframe> isn't allowed; "
         "remove it, or set trusted_html: true in site.yaml if all authors are trusted"],
    ),
    "an attribute list with a handler": (
        {"content/articles/a.md": article(body="نص طويل.\n{: onclick=x style=y }")},
        ["content/articles/a.md:7:1: error: the attribute onclick isn't allowed on <p>; "
         "remove it, or set trusted_html in site.yaml",
         "content/articles/a.md:7:1: error: the attribute style isn't allowed on <p>; "
         "remove it, or set trusted_html in site.yaml"],
    ),
    "a directional control without its partner": (
        {"content/articles/a.md": article(body="نص \u2067مفتوح.")},
        ["content/articles/a.md:6:4: error: the character U+2067 has no partner in its paragraph; remove it, or use <bdi>"],
    ),
    "an override": (
        {"content/articles/a.md": article("title: خبر\u202e\ndate: 2023-10-16")},
        ["content/articles/a.md:2:11: error: the character U+202E has no partner in its paragraph; remove it, or use <bdi>"],
    ),
    "a very long line": (
        {"content/articles/a.md": article(body="نص " * 40_000)},
        ["content/articles/a.md:6:1: error: the line has 120,000 characters; break it into lines under 100,000"],
    ),
    # Settings.
    "settings": (
        {"site.yaml": SITE_YAML.replace("ar-EG", "ar-XX").replace("timezone: Africa/Cairo", "timezone: Cairo")
         + "untranslated: maybe\nindex_from: 101\nper_page: many\n"},
        ["site.yaml:3:1: error: there is no timezone Cairo; write a name such as Africa/Cairo or UTC",
         "site.yaml:6:41: error: ar-XX is not a locale of CLDR; write language-COUNTRY, such as ar-EG or en-GB",
         "site.yaml:8:1: error: `untranslated` can't be maybe; write show, hide",
         "site.yaml:9:1: error: `index_from` is a percentage; write 0 to 100",
         "site.yaml:10:1: error: `per_page` must be a whole number; see the reference for its values"],
    ),
    "words that a setting doesn't take": (
        {"site.yaml": SITE_YAML + "addresses: folder\nfeed: false\nhost_files: true\nrelated: -1\n"},
        ["site.yaml:8:1: error: `addresses` can't be folder; did you mean folders?",
         "site.yaml:9:1: error: `feed` can't be false; write summary, full, none",
         "site.yaml:10:1: error: `host_files` can't be true; write a list of headers, redirects, nojekyll, cname, netlify",
         "site.yaml:11:1: error: `related` is a number of articles; write 0 or more"],
    ),
    "names that nobody can read": (
        {"site.yaml": SITE_YAML.replace("ar-EG}", "ar-EG, menu: [{label: ' ', to: /x}]}") + "sections: {w: ' '}\n",
         "content/articles/w/a.md": GOOD},
        ["site.yaml:6:64: error: the entry has an empty label; write one",
         "site.yaml:8:12: error: the section has an empty title; write one"],
    ),
    "an unknown setting": (
        {"site.yaml": SITE_YAML + "timzone: UTC\n"},
        ["site.yaml:8:1: error: unknown key `timzone`; did you mean `timezone`?"],
    ),
    "a language without a title": (
        {"site.yaml": SITE_YAML.replace("[ar, en]", "[ar, en, fr]")},
        ["site.yaml:2:21: error: the language `fr` has no title; add it: language: {fr: {title: …}}"],
    ),
    "an address that isn't one": (
        {"site.yaml": SITE_YAML.replace("https://example.org/", "example.org")},
        ["site.yaml:1:1: error: `base_url` is not an address (example.org); "
         "write https://… with the path, if any, and nothing after"],
    ),
    "names of which nothing can be seen": (
        {"content/articles/a.md": article("title: \"\u200c\u200e\"\ndate: 2023-10-16\nauthors: ['']\ntags: [أ, ' ']\nimage: {src: '', alt: ص}")},
        ["content/articles/a.md:2:1: error: the title is empty; write one",
         "content/articles/a.md:4:11: error: an empty name in `authors`; write it, or take it out",
         "content/articles/a.md:5:11: error: an empty name in `tags`; write it, or take it out",
         "content/articles/a.md:6:9: error: the picture has no address; write the path of its file"],
    ),
    "a name that would break its message": (
        {"content/articles/a\n\x1b[31m\u202e.md": article("date: 2023-10-16")},
        ["content/articles/a\\n\\x1b[31m\\u202e.md:1:1: error: the name has characters that can't be read; "
         "rename the file"],
    ),
    "a menu that leads nowhere": (
        {"site.yaml": SITE_YAML.replace("locale: ar-EG", "locale: ar-EG, menu: [{label: عن, to: about.md}]")},
        ["site.yaml:6:1: error: the menu leads to about.md, which isn't there; "
         "write the path of a file in content/, such as about.md, or an address"],
    ),
    # Catalogues.
    "a merge conflict": (
        {"content/articles/a.md": GOOD,
         "translations/en/articles/a.po": po('msgid "نص الخبر."\n<<<<<<< HEAD\nmsgstr "A"\n=======\nmsgstr "B"\n>>>>>>> b')},
        ["translations/en/articles/a.po:7:1: error: an unresolved merge conflict; choose one side and remove the marks",
         "translations/en/articles/a.po:9:1: error: an unresolved merge conflict; choose one side and remove the marks",
         "translations/en/articles/a.po:11:1: error: an unresolved merge conflict; choose one side and remove the marks"],
    ),
    "a string without its end": (
        {"content/articles/a.md": GOOD, "translations/en/articles/a.po": po('msgid "نص الخبر."\nmsgstr "The text')},
        ["translations/en/articles/a.po:7:1: error: not a line of a PO file; "
         "check its keyword, its quotes and its backslashes"],
    ),
    "a message twice": (
        {"content/articles/a.md": GOOD,
         "translations/en/articles/a.po": po('msgid "نص الخبر."\nmsgstr "A"', 'msgid "نص الخبر."\nmsgstr "B"')},
        ["translations/en/articles/a.po:9:1: error: a message that would be lost: the same msgid stands in line 6; "
         "keep one of the two"],
    ),
    "a message without its translation's line": (
        {"content/articles/a.md": GOOD, "translations/en/articles/a.po": po('msgid "نص"', 'msgid "الخبر"\nmsgstr "B"')},
        ["translations/en/articles/a.po:6:1: error: a message without its msgstr; mend the entry"],
    ),
    "another charset": (
        {"content/articles/a.md": GOOD,
         "translations/en/articles/a.po": po('msgid "نص الخبر."\nmsgstr "A"').replace("UTF-8", "windows-1256")},
        ["translations/en/articles/a.po:1:1: error: the catalogue's charset is windows-1256; "
         "save it as UTF-8 and say so in its header"],
    ),
    "a translation that lost a link and a footnote": (
        {"content/articles/a.md": article(body="نص [صلة](https://example.org/a) وحاشية[^1].\n\n[^1]: الحاشية."),
         "translations/en/articles/a.po": po(
             'msgid "نص [صلة](https://example.org/a) وحاشية[^1]."\nmsgstr "Text [link](https://example.org/b)."')},
        ["translations/en/articles/a.po:6:1: error: the translation has lost the footnote #fn-1, the link "
         "https://example.org/a and has the link https://example.org/b, which its source doesn't have; "
         "write the same links, footnotes, code and tags as the msgid"],
    ),
    "an unbalanced control in a translation": (
        {"content/articles/a.md": GOOD, "translations/en/articles/a.po": po('msgid "نص الخبر."\nmsgstr "A\u2068"')},
        ["translations/en/articles/a.po:6:1: error: the character U+2068 has no partner in the translation; "
         "remove it, or use isolates in pairs"],
    ),
    # Templates.
    "a template that doesn't compile": (
        {"content/articles/a.md": GOOD, "templates/article.html": "<p>\n{% if %}"},
        ["templates/article.html:2:1: error: the template doesn't compile "
         "(Expected an expression, got 'end of statement block'); mend this line"],
    ),
    "a name that isn't there": (
        {"content/articles/a.md": GOOD, "templates/article.html": "<p>\n{{ edition.titel }}"},
        ["templates/article.html:2:1: error: 'jisr.plan.views.EditionView object' has no attribute 'titel' "
         "(for content/articles/a.md); see docs/templates.md for what there is"],
    ),
    "a part that isn't there": (
        {"content/articles/a.md": GOOD, "templates/article.html": "<p>\n{% include 'part.html' %}"},
        ["templates/article.html:2:1: error: there is no template part.html; mend the name, or add the file"],
    ),
    "templates in a circle": (
        {"content/articles/a.md": GOOD, "templates/article.html": "<p>\n{% include 'article.html' %}"},
        ["templates/article.html:2:1: error: the templates include each other, or an expression nests, without end; break the circle; the theme's own is theme/article.html"],
    ),
    "what isn't there given to a macro": (
        {"content/articles/a.md": GOOD,
         "templates/article.html": "{% import 'own.html' as own %}\n{{ own.shown(edition.titel) }}",
         "templates/own.html": "{% macro shown(text) %}\n\n{{ text }}{% endmacro %}"},
        ["templates/article.html:2:1: error: 'jisr.plan.views.EditionView object' has no attribute 'titel' "
         "(for content/articles/a.md); see docs/templates.md for what there is"],
    ),
    "a macro that isn't given all": (
        {"content/articles/a.md": GOOD,
         "templates/article.html": "{% import 'own.html' as own %}\n{{ own.shown() }}",
         "templates/own.html": "{% macro shown(text) %}\n\n{{ text }}{% endmacro %}"},
        ["templates/own.html:1:1: error: parameter 'text' was not provided (for content/articles/a.md); "
         "see docs/templates.md for what there is"],
    ),
    "a document's template that isn't there": (
        {"content/articles/a.md": article("title: خبر\ndate: 2023-10-16\ntemplate: long.html")},
        ["content/articles/a.md:1:1: error: there is no template long.html; add templates/long.html, or name another"],
    ),
    "a static file that isn't there": (
        {"content/articles/a.md": GOOD, "templates/article.html": "{{ asset('css/none.css') }}"},
        ["templates/article.html:1:1: error: there is no file css/none.css in static/ (for content/articles/a.md); "
         "see docs/templates.md for what there is"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_a_message_and_the_last_good_site_stays(site: MakeSite, name: str) -> None:
    files, expected = CASES[name]
    folder = site({"content/note.css": "", **files})
    folder.write("public/index.html", "the last good site")
    begun = time.monotonic()
    result = folder.build()
    said = result.stderr.splitlines()
    assert said[:-1] == sorted(set(expected), key=expected.index)
    errors = len(set(expected))
    assert said[-1] == f"jisr: {errors} error{'' if errors == 1 else 's'}, 0 warnings"
    assert result.exit_code == 1
    assert result.stdout == ""
    assert folder.read("index.html") == "the last good site"
    assert [path.name for path in (folder.path / "public").iterdir()] == ["index.html"]
    assert time.monotonic() - begun < 20


BYTES = {
    "not UTF-8": (
        article().encode() + b"caf\xe9\n",
        "content/articles/a.md:7:4: error: the byte 0xe9 is not UTF-8; save the file as UTF-8",
    ),
    "UTF-16": (
        article().encode("utf-16"),
        "content/articles/a.md:1:1: error: the file is UTF-16; save it as UTF-8",
    ),
    "a NUL": (
        article(body="نص\0").encode(),
        "content/articles/a.md:6:3: error: the character U+0000 can't stand in a text; remove it",
    ),
    "what XML can't hold": (
        article(body="نص\uffff").encode(),
        "content/articles/a.md:6:3: error: the character U+FFFF can't stand in a text; remove it",
    ),
    "what XML can't hold, escaped": (
        article(r'title: "نص\uFFFE"').encode(),
        "content/articles/a.md:2:8: error: the character U+FFFE can't stand there; remove it; isolates stand in pairs",
    ),
    "ten megabytes": (
        article(body="نص " * 2_000_000).encode(),
        "content/articles/a.md:1:1: error: the file has 10,000,041 bytes; keep it under 4,000,000",
    ),
}


@pytest.mark.parametrize("name", BYTES)
def test_bytes_that_are_no_text_are_a_message(site: MakeSite, name: str) -> None:
    raw, expected = BYTES[name]
    folder = site({"content/articles/a.md": ""})
    (folder.path / "content/articles/a.md").write_bytes(raw)
    result = folder.build()
    assert result.stderr.splitlines() == [expected, "jisr: 1 error, 0 warnings"]


def test_a_byte_order_mark_and_windows_line_ends_are_fine(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": GOOD})
    (folder.path / "content/articles/a.md").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert folder.build().exit_code == 0
    assert "نص الخبر." in folder.read("articles/a/index.html")


def test_a_link_out_of_the_site_and_one_in_a_loop_are_messages(site: MakeSite, tmp_path: Path) -> None:
    folder = site({"content/articles/a.md": GOOD})
    secret = tmp_path / "secret.md"
    secret.write_text(GOOD, encoding="utf-8")
    (folder.path / "content/articles/out.md").symlink_to(secret)
    (folder.path / "content/loop").symlink_to(folder.path / "content")
    (folder.path / "content/gone.md").symlink_to(folder.path / "content/none.md")
    os.mkfifo(folder.path / "content/pipe.md")
    said = folder.build().stderr.splitlines()
    assert said[:-1] == [
        "content/articles/out.md:1:1: error: a symbolic link leads out of the site; copy the file here instead",
        "content/gone.md:1:1: error: a symbolic link leads nowhere; remove it or mend it",
        "content/loop:1:1: error: a symbolic link leads back to its own folder; remove the link",
        "content/pipe.md:1:1: error: neither a file nor a folder; move it out of the site",
    ]


@pytest.mark.parametrize("name", ["content", "static", "templates", "translations"])
def test_a_folder_that_leads_out_of_the_site_is_a_message(site: MakeSite, tmp_path: Path, name: str) -> None:
    folder = site({"site.yaml": SITE_YAML})
    outside = tmp_path / "outside"
    (outside / "en").mkdir(parents=True)
    (outside / "article.html").write_text("secret", encoding="utf-8")
    (folder.path / name).symlink_to(outside)
    result = folder.build()
    assert result.exit_code == 1
    assert f"{name}:1:1: error: a symbolic link leads out of the site" in result.stderr
    folder.run("sync")
    assert sorted(path.name for path in outside.rglob("*")) == ["article.html", "en"]


def test_a_template_behind_a_link_is_not_read(site: MakeSite, tmp_path: Path) -> None:
    folder = site({"content/a.md": article("title: ص\ntemplate: leak.tpl"), "templates/x.html": ""})
    secret = tmp_path / "secret"
    secret.write_text("secret", encoding="utf-8")
    (folder.path / "templates/leak.tpl").symlink_to(secret)
    assert folder.build().exit_code == 1
    assert not (folder.path / "public").exists()


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_problems_of_documents_catalogues_and_templates_come_together(site: MakeSite, jobs: str) -> None:
    folder = site({
        "content/articles/a.md": article("title: قال: نعم"),
        "content/articles/b.md": article(body="[صلة](a.md) [أخرى](c.md)"),
        "translations/en/articles/b.po": "nonsense",
        "templates/article.html": "{% if %}",
    })  # fmt: skip
    said = folder.build("--jobs", jobs).stderr.splitlines()
    assert [line.split(": ")[0] for line in said[:-1]] == [
        "content/articles/a.md:2:11",
        "content/articles/b.md:6:20",
        "templates/article.html:1:1",
        "translations/en/articles/b.po:1:1",
    ]


def test_a_warning_ends_the_build_with_strict_alone(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": article("title: خبر\ndate: 2023-10-16\ntags: [شعر، نثر]")})
    warning = (
        "content/articles/a.md:4:11: warning: an Arabic comma doesn't separate the items of a list; "
        "write [one, two] with Latin commas, or a line `- …` for each"
    )
    result = folder.build()
    assert (result.exit_code, result.stderr.splitlines()) == (0, [warning])
    assert "1 warning" in result.stdout
    result = folder.build("--strict")
    assert (result.exit_code, result.stderr.splitlines()) == (1, [warning, "jisr: 0 errors, 1 warning"])


@pytest.mark.parametrize("body", [">" * 5000 + " نص", "\n".join(" " * 4 * n + "- نص" for n in range(150)),
                                  "<div>" * 9000, "*" * 5000 + "نص" + "*" * 5000, "[" * 5000 + "]" * 5000])  # fmt: skip
def test_a_body_that_nests_without_end_is_a_page_or_a_message(site: MakeSite, body: str) -> None:
    folder = site({"content/articles/a.md": article(body=body)})
    result = folder.build()
    assert result.exit_code == 0 or all(": error: " in line for line in result.stderr.splitlines()[:-1])


@pytest.mark.parametrize("body", ["[" * 99_000, "*" * 99_000, "`" * 99_000, "<a " * 33_000, "![" * 49_000,
                                  "&" * 99_000, "[a](" * 24_000, "_a" * 49_000, "[" * 2000, "<a " * 2000,
                                  "\\" * 99_000, "| a" * 9_000 + "\n" + "|-" * 9_000])  # fmt: skip
def test_a_hostile_line_takes_bounded_time(site: MakeSite, body: str) -> None:
    folder = site({"content/articles/a.md": article(body=f"نص {body}")})
    begun = time.monotonic()
    folder.build()
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize(
    "address",
    ["https://ex ample.org", "https://example.org:abc", "https://example.org:99999", "https://me:word@example.org",
     "https://example.org/../x", "https://example.org/./x", "https://example.org\\x", "https://example.org/%zz",
     "https://example.org//x", "https:///x", "ftp://example.org", "https://example.org?a", "https://[", "https://", ""],
)  # fmt: skip
def test_an_address_that_pages_cant_have_is_refused(site: MakeSite, address: str) -> None:
    result = site({"content/about.md": "---\ntitle: عن\n---\n\nنص.\n"}).build("--base-url", address)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"error: `base_url` is not an address ({address}); write https://…" in result.stderr


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8000/",
        "https://[::1]/a/",
        "https://مثال.com/موقع/",
        "https://example.org/%D9%85/a~b,c",
    ],
)
def test_an_address_that_pages_can_have_is_taken(site: MakeSite, address: str) -> None:
    result = site({"content/about.md": "---\ntitle: عن\n---\n\nنص.\n"}).build("--base-url", address)
    assert (result.exit_code, result.stderr) == (0, "")
