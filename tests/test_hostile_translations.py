"""A translation, tampered with or not, can't break the page's structure or bring anything in."""

import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jisr.model import Translation
from jisr.read.markup.converter import Converter
from jisr.read.segments import normalise
from tests import bodies
from tests.conftest import MakeSite

CONVERTER = Converter()
TEXT = (
    "## عنوان\n\nفقرة فيها [صلة](https://example.org/a) و`شيفرة` و<b>عريض</b> وحاشية[^1].\n\n- بند\n- ثان\n\n"
    "| أ | ب |\n|---|---|\n| ج | د |\n\n> قول\n\n[^1]: حاشية.\n"
)
BODY = bodies.parse(CONVERTER, TEXT)
MARKED = next(segment.text for segment in BODY.segments if "صلة" in segment.text)
BLOCKS = {
    "h2",
    "p",
    "ul",
    "li",
    "ol",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "blockquote",
    "hr",
    "pre",
    "div",
}

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](https://evil.example/)",
    "![x](https://evil.example/x.png)",
    "<https://evil.example/>",
    "text {: onclick=alert(1) }",
    "text {#id}",
    "*text*{: .class }",
    "a  \n{: .class }",
    "</p></div><h1>title",
    "<!-- <b> -->",
    "<b>",
    "`code`",
    "<bdi dir=rtl>x</bdi>",
    "<?php echo 1 ?>",
    "<div>",
]


def block_structure(page: str) -> list[tuple[str, str]]:
    return [(kind, name) for kind, name, *_ in bodies.tokens(page) if kind != "text" and name in BLOCKS]


def page_of(texts: dict[str, str | None]) -> str:
    return bodies.html(bodies.render(CONVERTER, BODY, bodies.translated(BODY, texts), english=True))


@pytest.mark.parametrize("previous", [None, "msgid", "previous"])
def test_a_translation_with_thousands_of_marks_is_refused_at_once(
    site: MakeSite, previous: str | None
) -> None:
    much = "[a](" * 20_000
    marks = f'#, fuzzy\n#| msgid "{much if previous == "previous" else "نص"}"\n' if previous else ""
    folder = site({
        "content/about.md": "---\ntitle: عن\n---\n\nنص *ما*.\n",
        "translations/en/about.po":
            'msgid ""\nmsgstr "Language: en\\n"\n\n'
            f'{marks}msgid "نص *ما*."\nmsgstr "{"*a*" if previous == "previous" else much}"\n',
    })  # fmt: skip
    begun = time.monotonic()
    result = folder.build()
    assert time.monotonic() - begun < 5
    assert "translations/en/about.po:" in result.stderr
    assert "has too much of `[`" in result.stderr
    assert result.exit_code == (0 if previous else 1)


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_that_the_source_does_not_have_is_refused(site: MakeSite, text: str) -> None:
    quoted = text.replace('"', '\\"').replace("\n", "\\n")
    folder = site({
        "content/articles/a.md": "---\ntitle: خبر\ndate: 2023-10-16\n---\n\nفقرة.\n",
        "translations/en/articles/a.po": f'msgid ""\nmsgstr "Language: en\\n"\n\nmsgid "فقرة."\nmsgstr "{quoted}"\n',
    })  # fmt: skip
    result = folder.build()
    assert result.exit_code == 1
    assert "translations/en/articles/a.po:4:1: error: the translation has the " in result.stderr
    assert not (folder.path / "public").exists()


@pytest.mark.parametrize("text", HOSTILE)
def test_a_title_is_text_whatever_it_holds(site: MakeSite, text: str) -> None:
    quoted = text.replace('"', '\\"').replace("\n", "\\n")
    folder = site({
        "content/articles/a.md": "---\ntitle: خبر\ndate: 2023-10-16\n---\n\nفقرة.\n",
        "translations/en/articles/a.po": (
            f'msgid ""\nmsgstr "Language: en\\n"\n\nmsgctxt "title"\nmsgid "خبر"\nmsgstr "{quoted}"\n'
        ),
    })  # fmt: skip
    assert folder.build().exit_code == 0
    for path in ("en/index.html", "en/articles/a/index.html", "en/articles/a/parallel/index.html"):
        html = folder.read(path)
        # Structured data is a script that no browser runs, as long as nothing in it ends it.
        for data in html.split('<script type="application/ld+json">')[1:]:
            assert "<" not in data.partition("</script>")[0]
        tags = [token for token in bodies.tokens(html) if token[0] == "<"]
        tags = [tag for tag in tags if tag[1] != "meta" and "type=application/ld+json" not in tag]
        assert not {name for _, name, *_ in tags} & {"script", "img", "b", "code"}
        assert not [a for _, _, *attributes in tags for a in attributes if a.startswith("on") or "evil" in a]
        assert [name for _, name, *_ in tags].count("h1") == 1


@given(st.text(alphabet="xب \n#>-+*_`[](){}<>!&|:=\\'\"/1.~^\t\x02\x03", min_size=1, max_size=40))
def test_no_text_changes_the_blocks_of_the_page(text: str) -> None:
    """Even one that the check would refuse: rendering replaces the text of a block, never the block."""
    plain = page_of({segment.text: "x" for segment in BODY.segments if segment.text != MARKED})
    texts: dict[str, str | None] = {s.text: normalise(text) or "x" for s in BODY.segments if s.text != MARKED}
    if "<" in text:  # raw HTML is the check's business: see the test above
        texts = {key: value.replace("<", "&lt;") for key, value in texts.items() if value}
    assert block_structure(page_of(texts)) == block_structure(plain)


@given(st.permutations(MARKED.split(" و")))
def test_a_translation_may_order_its_marks_as_its_language_wants(parts: list[str]) -> None:
    assert CONVERTER.protected(BODY, " and ".join(parts)) == CONVERTER.protected(BODY, MARKED)


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ("https://example.org/a", "https://example.org/b", {"link"}),
        ("`شيفرة`", "شيفرة", {"code"}),
        ("`شيفرة`", "`code`", {"code"}),
        ("[^1]", "", {"footnote"}),
        ("[^1]", "[^1][^1]", {"footnote"}),
        ("<b>", "<i>", {"tag"}),
        ("<b>عريض</b>", "</b>عريض<b>", {"tag"}),
        ("</b>", "", {"tag"}),
        ("عريض", "عريض {: .c}", set()),
        ("حاشية[^1].", "حاشية[^1]. {: .c}", {"attribute list"}),
    ],
)
def test_what_differs_is_known(old: str, new: str, kinds: set[str]) -> None:
    expected = CONVERTER.protected(BODY, MARKED)
    actual = CONVERTER.protected(BODY, MARKED.replace(old, new))
    assert {kind for kind, _ in (expected - actual) + (actual - expected)} == kinds


def test_an_outdated_translation_is_held_to_its_source_and_to_the_document(site: MakeSite) -> None:
    article = "---\ntitle: خبر\ndate: 2023-10-16\n---\n\nفقرة فيها [صلة](https://example.org/{}) جديدة.\n"
    entry = (
        'msgid ""\nmsgstr "Language: en\\n"\n\n#, fuzzy\n#| msgid "فقرة فيها [صلة](https://example.org/{})."\n'
        'msgid "فقرة فيها [صلة](https://example.org/{}) جديدة."\nmsgstr "A [link](https://example.org/{})."\n'
    )
    folder = site({
        "content/articles/a.md": article.format("a"), "translations/en/articles/a.po": entry.format("a", "a", "a"),
    })  # fmt: skip
    assert folder.build("--strict").exit_code == 0
    assert 'A <a href="https://example.org/a">link</a>.' in folder.read("en/articles/a/index.html")
    # A catalogue can claim any source: what the document no longer has isn't shown.
    for now, before, there in (("a", "a", "evil"), ("a", "evil", "evil"), ("new", "old", "old")):
        folder.write("content/articles/a.md", article.format(now))
        folder.write("translations/en/articles/a.po", entry.format(before, now, there))
        result = folder.build()
        assert result.exit_code == 0
        assert "warning: the translation has " in result.stderr
        assert f'example.org/{there}"' not in folder.read("en/articles/a/index.html")
        assert "1 block out of date" in folder.read("en/articles/a/index.html")


@pytest.mark.parametrize(
    "body",
    [
        "``` { .python onclick=x }\nكود\n```",
        "~~~ { onmouseover=x }\nكود\n~~~",
        '<div markdown="1" onclick="x">\nنص\n</div>',
        '<iframe markdown="1" src="https://evil.example/"></iframe>',
        '<form markdown="1" action="/x">\nنص\n</form>',
        '<div markdown="1" style="position:fixed">\nنص\n</div>',
        '<div markdown="1" dir="evil">\nنص\n</div>',
        '<blockquote markdown="1" cite="javascript:alert(1)">\nنص\n</blockquote>',
        "*نص*{: onmouseover=x }",
        "## نص {: #a }\n\n## نص {: #a }",
        '## نص {: id="a b" }',
    ],
)
def test_no_way_of_writing_gets_past_the_policy(site: MakeSite, body: str) -> None:
    folder = site({"content/a.md": f"---\ntitle: ص\n---\n\n{body}\n"})
    result = folder.build()
    assert result.exit_code == 1
    assert result.stderr.startswith("content/a.md:")
    assert not (folder.path / "public").exists()


def test_a_fuzzy_entry_brings_no_attribute_in(site: MakeSite) -> None:
    text = "*x*{: onmouseover=alert(1) }"
    folder = site({
        "content/a.md": "---\ntitle: ص\n---\n\nنص عادي قديم\n",
        "translations/en/a.po": 'msgid ""\nmsgstr "Language: en\\n"\n\n#, fuzzy\n#| msgid "' + text
        + '"\nmsgid "نص عادي قديم"\nmsgstr "' + text + '"\n',
    })  # fmt: skip
    folder.build()
    assert "onmouseover" not in folder.read("en/a/index.html")


def test_states_are_counted_by_message() -> None:
    states = Counter(t.state for t in bodies.translated(BODY, {"بند": "item"}))
    assert states == {"translated": 1, "missing": len(BODY.segments) - 1}
    assert isinstance(bodies.source(BODY)[0], Translation)
