"""The visual order of mixed text: what W3C's "Inline markup and bidirectional text" asks for, measured.

Each test builds a small site and reads the characters in the order in which they stand on the screen.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack

import pytest
from playwright.sync_api import Page

from tests.browser.served import Served, serve
from tests.browser.visual import visual_text
from tests.conftest import SiteFolder

ARTICLE = "content/articles/bridge.md"
FRONT = "---\ntitle: {title}\ndate: 2026-01-09\n{more}---\n\n{body}\n"

PARTED = re.compile("[\u0621-\u064a](?:<bdi[^>]*>|[\u2066-\u2068])[\u0621-\u064a]")

Publish = Callable[..., Served]


@pytest.fixture
def publish(site: Callable[[Mapping[str, str]], SiteFolder]) -> Iterator[Publish]:
    """A function that builds and serves a site with one article."""
    with ExitStack() as stack:

        def make(body: str, *, title: str = "جسر بين لغتين", more: str = "") -> Served:
            folder = site({ARTICLE: FRONT.format(title=title, more=more, body=body)})
            result = folder.build()
            assert result.exit_code == 0, result.stdout + result.stderr
            return stack.enter_context(serve(folder.path / "public"))

        yield make


def reversed_text(text: str) -> str:
    """The text as it stands on the screen where all of it runs from right to left."""
    return text[::-1]


class TestTheMeasure:
    """The measure sees the faults that it is there to see; the snippets are wrong on purpose."""

    @pytest.mark.parametrize(
        ("snippet", "seen"),
        [
            ("<p dir=rtl>مرحبا بالعالم!", "!ملاعلاب ابحرم"),
            ("<p dir=ltr>مرحبا بالعالم!", "ملاعلاب ابحرم!"),  # the mark on the wrong side
            ("<p dir=ltr>See <bdi>أحمد</bdi> (2026).", "See دمحأ (2026)."),
            ("<p dir=ltr>See أحمد (2026).", "See )2026( دمحأ."),  # the number jumps before the name
            ("<p dir=rtl>لغة <bdi dir=ltr>C++</bdi>", "C++ ةغل"),
            ("<p dir=rtl>لغة C++", "++C ةغل"),
            ("<p dir=rtl>قبل 2026-01-09", "09-01-2026 لبق"),
            ("<p dir=rtl>يوم \u0663-5", "5-\u0663 موي"),
        ],
    )
    def test_order(self, page: Page, snippet: str, seen: str) -> None:
        page.set_content(f"<!doctype html>{snippet}")
        assert visual_text(page, "p") == seen

    def test_a_long_line_counts_as_one(self, page: Page) -> None:
        page.set_content(f"<!doctype html><p dir=rtl style='width: 5em'>{'كلمة ' * 9}!")
        assert visual_text(page, "p").startswith("!")

    def test_an_isolate_takes_a_prefix_from_its_word(self, page: Page) -> None:
        """ب joins to the word it is written with; cut off, it takes its final form, which is wider."""
        page.set_content("<!doctype html><span id=whole>بمحمد</span> <span id=cut>ب<bdi>محمد</bdi></span>")
        width = "element => element.getBoundingClientRect().width"
        assert page.locator("#cut").evaluate(width) > page.locator("#whole").evaluate(width)


class TestItem4Placeholders:
    def test_an_awaiting_sentence_ends_at_the_left(self, publish: Publish, page: Page) -> None:
        served = publish("أهلا بكم في جسر!")
        page.goto(f"{served.address}/en/articles/bridge/")
        assert visual_text(page, 'main .awaiting p[lang|="ar"]') == reversed_text("أهلا بكم في جسر!")

    def test_an_awaiting_title_ends_at_the_left(self, publish: Publish, page: Page) -> None:
        served = publish("نص.", title="أهلا بكم!")
        page.goto(f"{served.address}/en/articles/bridge/")
        assert reversed_text("أهلا بكم!") in visual_text(page, "h1")

    def test_an_awaiting_list_item_ends_at_the_left(self, publish: Publish, page: Page) -> None:
        served = publish("- أولا!\n- ثانيا!")
        page.goto(f"{served.address}/en/articles/bridge/")
        assert visual_text(page, 'main li.awaiting [lang|="ar"]') == reversed_text("أولا!")


class TestItem10Names:
    MORE = "tags: [شعر, نثر 2026, C++]\nsource: {name: وكالة الأنباء}\n"

    @pytest.mark.parametrize("path", ["/en/", "/en/articles/bridge/"])
    def test_arabic_tags_on_an_english_page_stand_in_their_order(
        self, publish: Publish, page: Page, path: str
    ) -> None:
        served = publish("نص.", more=self.MORE)
        page.goto(served.address + path)
        assert visual_text(page, "main .tags").replace(" ", "") == "رعش" + "2026" + "رثن" + "C++"

    def test_tags_on_an_arabic_page_stand_from_right_to_left(self, publish: Publish, page: Page) -> None:
        served = publish("نص.", more=self.MORE)
        page.goto(f"{served.address}/articles/bridge/")
        assert visual_text(page, "main .tags").replace(" ", "") == "C++" + "2026" + "رثن" + "رعش"

    def test_a_date_beside_an_arabic_name_keeps_its_order(self, publish: Publish, page: Page) -> None:
        served = publish("نص.", more=self.MORE)
        page.goto(f"{served.address}/en/")
        facts = visual_text(page, "main .facts")
        assert page.locator("main .facts time").first.inner_text() in facts
        assert "ءابنألا ةلاكو" in facts


class TestItems11And12Runs:
    RUNS = (
        *("C++", "C#", ".NET", "2026-01-09", "+20 2 1234 5678", "@user", "-5", "+5", "25%", "3.14", "10:30"),
        *("/usr/bin/", "https://example.org/a/", "user@example.org"),
    )

    @pytest.mark.parametrize("path", ["/articles/bridge/", "/en/articles/bridge/"])
    def test_a_run_keeps_its_order_in_an_arabic_paragraph(
        self, publish: Publish, page: Page, path: str
    ) -> None:
        served = publish("\n\n".join(f"كلمة قبل {run} وكلمة بعد." for run in self.RUNS))
        page.goto(served.address + path)
        paragraphs = "main p:has-text('كلمة قبل')"
        seen = [visual_text(page, f"{paragraphs} >> nth={index}") for index in range(len(self.RUNS))]
        before, after = reversed_text("كلمة قبل"), reversed_text("وكلمة بعد.")
        assert seen == [f"{after} {run} {before}" for run in self.RUNS]

    def test_a_range_of_years_runs_from_right_to_left(self, publish: Publish, page: Page) -> None:
        served = publish("بين عامي 1990–2000 كتب.")
        page.goto(f"{served.address}/articles/bridge/")
        assert "2000–1990" in visual_text(page, "main p:has-text('بين عامي')")


class TestItem13Dates:
    def test_an_english_date_reads_left_to_right_without_marks(self, publish: Publish, page: Page) -> None:
        served = publish("نص.")
        page.goto(f"{served.address}/en/articles/bridge/")
        text = page.locator("main time").first.inner_text()
        assert re.fullmatch(r"[ -~]+", text), ascii(text)
        assert visual_text(page, "main time") == text

    def test_an_arabic_date_reads_from_right_to_left(self, publish: Publish, page: Page) -> None:
        served = publish("نص.")
        page.goto(f"{served.address}/articles/bridge/")
        year, month, day = visual_text(page, "main time").split()
        assert (year, month, day) in [("٢٠٢٦", "رياني", "٩"), ("2026", "رياني", "9")]


class TestItem14TextWithoutMarkup:
    def test_an_arabic_title_is_isolated_in_the_english_title_and_metadata(
        self, publish: Publish, page: Page
    ) -> None:
        served = publish("نص.", title="أهلا بكم!", more="summary: خلاصة المقال!\n")
        page.goto(f"{served.address}/en/articles/bridge/")
        contents = "[...document.querySelectorAll('meta[content]')].map(meta => meta.content)"
        texts = [page.title(), *page.evaluate(contents)]
        arabic = [text for text in texts if re.search("[\u0621-\u064a]", text)]
        assert arabic
        for text in arabic:
            page.evaluate("text => { document.querySelector('h1').textContent = text }", text)
            seen = visual_text(page, "h1")
            assert any(reversed_text(whole) in seen for whole in ("أهلا بكم!", "خلاصة المقال!", "جسر")), text


class TestItem15Prefixes:
    def test_no_isolate_parts_an_arabic_prefix_from_its_word(self, built_site: Served) -> None:
        for path in built_site.pages():
            parted = PARTED.findall(built_site.text(path))
            assert not parted, f"{path}: {parted}"

    def test_isolates_are_balanced(self, built_site: Served) -> None:
        for path in built_site.pages():
            text = built_site.text(path)
            assert not re.search("[\u202a-\u202e]", text), f"{path}: an embedding or an override"
            opened, closed = len(re.findall("[\u2066-\u2068]", text)), text.count("\u2069")
            assert opened == closed, f"{path}: {opened} isolates, {closed} closed"


def test_every_awaiting_sentence_of_the_site_ends_at_the_left(built_site: Served, page: Page) -> None:
    """The sentences of the real article and of the specimen, and not those of a test alone."""
    counted = 0
    for path in (path for path in built_site.pages() if path.startswith("en/")):
        page.goto(built_site.url(path))
        for index, block in enumerate(page.locator('main .awaiting > p[lang|="ar"]').all()):
            text = block.inner_text().strip()
            if text[-1:] in tuple(".!؟:") and re.match("[\u0621-\u064a]", text):
                counted += 1
                seen = visual_text(page, f'main .awaiting > p[lang|="ar"] >> nth={index}')
                assert seen.startswith(text[-1]), f"{path}: {text}"
    assert counted, "no sentence awaits translation"
