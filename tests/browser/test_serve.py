"""The preview in a browser: pages that follow their files, what is wrong shown over them, the desk."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import violations
from tests.preview import Preview, running
from tests.test_serve import ARTICLE, FILES, make, until

LONG = "---\ntitle: مقال طويل\ndate: 2023-10-17\n---\n\n" + "\n\n".join(
    f"فقرة {n} من المقال." for n in range(80)
)
CATALOGUE = """\
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

#, fuzzy
#| msgid "وصل الوفد."
msgid "وصل الوفدُ مساءً."
msgstr "The delegation arrived."

msgid "ثم غادر في 2026."
msgstr "Then it left in 2026."
"""


SITE = {**FILES, "content/articles/long.md": LONG, "translations/en/articles/news.po": CATALOGUE}


@pytest.fixture
def preview(tmp_path: Path) -> Iterator[Preview]:
    with running(make(tmp_path, SITE)) as preview:
        yield preview


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    """A preview of a site with an error, which tests only look at."""
    with running(make(tmp_path_factory.mktemp("faulty"), SITE)) as preview:
        preview.write("content/articles/later.md", "---\ntitel: x\n---\n")
        yield preview


def opened(page: Page, preview: Preview, path: str) -> None:
    """Open a page, and wait until it listens."""
    with page.expect_response("**/_jisr/events*"):
        page.goto(preview.address + path)
    page.evaluate("window.stays = true")  # lost with a reload


def stayed(page: Page) -> bool:
    return bool(page.evaluate("window.stays === true"))


@pytest.mark.parametrize("path", ["/articles/news/", "/en/articles/news/", "/en/articles/news/parallel/"])
def test_a_saved_article_shows_without_a_reload(preview: Preview, page: Page, path: str) -> None:
    opened(page, preview, path)
    preview.write("content/articles/news.md", ARTICLE + "\nجملة جديدة عن 2027.\n")
    expect(page.get_by_text("جملة جديدة عن 2027.").first).to_be_visible()
    assert stayed(page)


def test_a_saved_translation_shows(preview: Preview, page: Page) -> None:
    opened(page, preview, "/en/articles/news/")
    preview.write("translations/en/articles/news.po", CATALOGUE.replace("Then it left", "Later it departed"))
    expect(page.get_by_text("Later it departed in 2026.")).to_be_visible()


def test_the_home_page_follows_a_title(preview: Preview, page: Page) -> None:
    opened(page, preview, "/")
    preview.write("content/articles/news.md", ARTICLE.replace("خبر اليوم", "عنوان آخر"))
    expect(page.get_by_text("عنوان آخر")).to_be_visible()
    assert stayed(page)


def test_a_template_a_setting_and_a_word_of_the_site_show(preview: Preview, page: Page) -> None:
    opened(page, preview, "/en/articles/news/")
    template = '{% extends "base.html" %}{% block main %}<h1>Ours</h1>{{ edition.html }}{% endblock %}'
    preview.write("templates/article.html", template)
    expect(page.get_by_role("heading", name="Ours")).to_be_visible()
    preview.write("site.yaml", FILES["site.yaml"].replace("title: Jisr", "title: The Bridge"))
    expect(page).to_have_title("خبر اليوم — The Bridge".join(["\u2068", ""]).replace(" —", "\u2069 —"))
    assert stayed(page)


def test_the_place_in_a_long_page_stays(preview: Preview, page: Page) -> None:
    opened(page, preview, "/articles/long/")
    page.evaluate("document.documentElement.style.scrollBehavior = 'auto'; scrollTo(0, 2000)")
    page.evaluate("document.fonts.ready.then(() => 0)")
    before = page.get_by_text("فقرة 70 من المقال.").bounding_box()
    preview.write("content/articles/long.md", LONG.replace("فقرة 79", "الفقرة الأخيرة"))
    expect(page.get_by_text("الفقرة الأخيرة من المقال.")).to_be_attached()
    assert page.get_by_text("فقرة 70 من المقال.").bounding_box() == before
    assert page.evaluate("scrollY") == 2000
    assert stayed(page)


def test_what_the_reader_has_opened_and_written_stays(preview: Preview, page: Page) -> None:
    opened(page, preview, "/en/articles/news/")
    page.locator("details").first.evaluate("element => { element.open = true }")
    page.evaluate(
        "document.querySelector('main').append(Object.assign(document.createElement('textarea'), {value: 'mine'}));"
        "document.querySelector('textarea').dataset.jisr = ''"
    )
    preview.write("content/articles/news.md", ARTICLE + "\nجملة جديدة.\n")
    expect(page.get_by_text("جملة جديدة.").first).to_be_visible()
    assert page.locator("details").first.evaluate("element => element.open")
    expect(page.locator("textarea")).to_have_value("mine")


def test_a_style_is_applied_without_a_reload(preview: Preview, page: Page) -> None:
    opened(page, preview, "/articles/news/")
    style = "body { background: rgb(1, 2, 3) }\n"
    preview.write("static/css/site.css", style)
    expect(page.locator("body")).to_have_css("background-color", "rgb(1, 2, 3)")
    preview.write("static/css/site.css", style.replace("3)", "4)"))
    expect(page.locator("body")).to_have_css("background-color", "rgb(1, 2, 4)")
    page.wait_for_function("document.querySelectorAll('link[href*=site]').length === 1")
    assert stayed(page)


def test_an_error_shows_over_the_last_good_page_and_goes(preview: Preview, page: Page) -> None:
    opened(page, preview, "/articles/news/")
    preview.write("content/articles/news.md", ARTICLE + "\n[رابط](photo.jpg)\n")
    sheet = page.locator("jisr-notice .sheet")
    expect(sheet).to_be_visible()
    expect(sheet.locator(".message")).to_have_text("The link leads to photo.jpg, which isn't there.")
    expect(sheet.locator(".place")).to_have_text("content/articles/news.md, line 10")
    expect(sheet.locator(".here td")).to_have_text("[رابط](photo.jpg)")
    expect(sheet.locator(".here td")).to_have_css("direction", "rtl")
    expect(sheet.locator(".hint")).to_contain_text("Check its path")
    expect(page.locator("main").get_by_text("ثم غادر في 2026.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.locator("jisr-notice .reopen").click()
    expect(sheet).to_be_visible()
    preview.write("content/articles/news.md", ARTICLE)
    expect(sheet).to_be_hidden()
    expect(page.locator("jisr-notice .reopen")).to_be_hidden()


def test_a_page_opened_while_there_is_an_error_shows_it(preview: Preview, page: Page) -> None:
    preview.write("content/articles/later.md", "---\ntitel: x\n---\n")
    opened(page, preview, "/en/")
    expect(page.locator("jisr-notice .sheet")).to_be_visible()


def test_a_missing_page_comes_when_its_document_does(preview: Preview, page: Page) -> None:
    opened(page, preview, "/en/articles/soon/")
    expect(page.get_by_role("heading", name="Page not found")).to_be_visible()
    preview.write("content/articles/soon.md", ARTICLE.replace("اليوم", "قريب"))
    expect(page.get_by_role("heading", name="خبر قريب")).to_be_visible()


def test_a_page_that_was_hidden_catches_up(preview: Preview, page: Page) -> None:
    opened(page, preview, "/articles/news/")
    hide = "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});"
    hide += "document.dispatchEvent(new Event('visibilitychange')) }"
    page.evaluate(hide, True)
    preview.write("static/css/site.css", "body { background: rgb(1, 2, 3) }\n")
    preview.write("content/articles/news.md", ARTICLE + "\nجملة جديدة.\n")
    until(lambda: "جملة جديدة." in preview.ask("/articles/news/").text)
    page.wait_for_timeout(400)  # it could follow by now
    expect(page.get_by_text("جملة جديدة.")).not_to_be_attached()
    page.evaluate(hide, False)
    expect(page.get_by_text("جملة جديدة.")).to_be_visible()
    expect(page.locator("body")).to_have_css("background-color", "rgb(1, 2, 3)")


def test_a_page_whose_news_came_to_nothing_takes_the_next(preview: Preview, page: Page) -> None:
    """And an address that can't be decoded stops nothing."""
    odd = ARTICLE + "\n![صورة](https://example.org/50%.png)\n"
    preview.write("content/articles/news.md", odd)
    until(lambda: "50%" in preview.ask("/articles/news/").text)
    opened(page, preview, "/articles/news/")
    page.route("**/articles/news/", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        preview.write("content/articles/news.md", odd + "\nكلام أول.\n")
    page.unroute("**/articles/news/")
    preview.write("content/articles/news.md", odd + "\nكلام ثان.\n")
    expect(page.get_by_text("كلام ثان.")).to_be_visible()


def test_a_page_outlives_a_new_start_of_the_server(tmp_path: Path, page: Page) -> None:
    with running(make(tmp_path), "--port", "9450") as first:  # no other test's preview takes it meanwhile
        opened(page, first, "/articles/news/")
        old = page.locator('meta[name="jisr-token"]').get_attribute("content")
    expect(page.locator("jisr-notice .lost")).to_be_visible()
    with running(tmp_path, "--port", str(first.port)):
        expect(page.locator("jisr-notice .lost")).to_be_hidden(timeout=15_000)
        expect(page.locator('meta[name="jisr-token"]')).not_to_have_attribute("content", old or "")


class TestDesk:
    def test_it_lists_all_documents_with_their_state(self, preview: Preview, page: Page) -> None:
        page.goto(f"{preview.address}/_jisr/")
        expect(page.locator(".rows > li")).to_have_count(3)
        news = page.locator('[data-path="content/articles/news.md"]')
        expect(news.get_by_role("link", name="Out of date: 1")).to_be_visible()
        expect(news.get_by_role("link", name="Awaiting translation: 1")).to_be_visible()
        expect(page.locator('[data-path="content/articles/later.md"] .mark')).to_have_text("Draft")
        expect(page.locator("figcaption")).to_contain_text("English")
        page.get_by_text("Drafts").click()
        expect(page.locator(".rows > li")).to_have_count(1)

    def test_a_choice_stays_while_the_site_changes(self, preview: Preview, page: Page) -> None:
        opened(page, preview, "/_jisr/")
        drafts = page.get_by_role("radio", name="Drafts 1")
        drafts.press("Space")
        preview.write("content/articles/other.md", ARTICLE.replace("---\n", "---\ndraft: true\n", 1))
        expect(page.locator(".rows > li")).to_have_count(2)
        expect(page.get_by_role("radio", name="Drafts 2")).to_be_focused()

    def test_it_is_found_by_a_title_however_it_is_spelt(self, preview: Preview, page: Page) -> None:
        page.goto(f"{preview.address}/_jisr/")
        page.get_by_role("searchbox").fill("خَبر  أليوم")
        expect(page.locator(".rows > li")).to_have_count(1)
        expect(page.locator(".rows h3")).to_have_text("خبر اليوم")
        page.get_by_role("searchbox").fill("خبر الیوم")  # with the yeh of Persian
        expect(page.locator(".rows > li")).to_have_count(1)
        page.get_by_role("searchbox").fill("لا شيء كهذا")
        expect(page.get_by_role("status")).to_have_text("Nothing here matches.")

    def test_a_found_row_stays_while_one_clicks_on_it_and_a_link_keeps_the_focus(
        self, preview: Preview, page: Page
    ) -> None:
        opened(page, preview, "/_jisr/")
        row = page.locator('[data-path="content/articles/news.md"]')
        link = row.get_by_role("link").nth(1)
        link.focus()
        preview.write("content/articles/other.md", ARTICLE)
        expect(page.locator(".rows > li")).to_have_count(4)
        expect(link).to_be_focused()
        preview.write("content/articles/news.md", ARTICLE.replace("خبر اليوم", "عنوان آخر"))
        expect(row.get_by_role("heading")).to_have_text("عنوان آخر")
        expect(link).to_be_focused()
        page.get_by_role("searchbox").press_sequentially("عنوان")
        expect(page.locator(".rows > li")).to_have_count(1)
        row.get_by_role("heading").get_by_role("link").click()
        expect(page).to_have_url(f"{preview.address}/articles/news/")

    def test_what_was_looked_for_is_there_when_one_comes_back(self, preview: Preview, page: Page) -> None:
        for n in range(130):
            (preview.folder / f"content/articles/n{n}.md").write_text(ARTICLE, encoding="utf-8")
        page.goto(f"{preview.address}/_jisr/")
        expect(page.get_by_role("radio", name="All 133")).to_be_attached()
        page.get_by_role("radio", name="To translate").check(force=True)
        page.get_by_role("searchbox").fill("اليوم")
        page.get_by_role("button", name="Show more").click()
        expect(page.locator(".rows > li")).to_have_count(120)
        page.locator(".rows h3 a").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("خبر اليوم")
        page.go_back()
        expect(page.locator(".rows > li")).to_have_count(120)
        expect(page.get_by_role("searchbox")).to_have_value("اليوم")
        expect(page.get_by_role("radio", name="To translate")).to_be_checked()

    def test_it_is_there_where_the_browser_keeps_nothing(self, preview: Preview, page: Page) -> None:
        page.add_init_script(
            "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied', 'SecurityError') } })"
        )
        page.goto(f"{preview.address}/_jisr/")
        expect(page.locator(".rows > li")).to_have_count(3)
        page.get_by_role("button", name="العربية").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("المكتب")

    def test_bars_are_seen_in_forced_colours(self, preview: Preview, page: Page) -> None:
        page.goto(f"{preview.address}/_jisr/")
        bar = page.locator(".bar .outdated")
        colour = bar.evaluate("bar => getComputedStyle(bar).backgroundColor")
        page.emulate_media(forced_colors="active")
        for part in (bar, page.locator(".picture .outdated")):
            expect(part).to_have_css("background-color", colour)

    def test_it_leads_to_the_block(self, preview: Preview, page: Page) -> None:
        page.goto(f"{preview.address}/_jisr/")
        page.get_by_role("link", name="Out of date: 1").click()
        expect(page).to_have_url(f"{preview.address}/en/articles/news/#jisr-outdated")
        expect(page.locator(".jisr-editor.jisr-is-outdated textarea")).to_be_focused()

    def test_it_follows_the_site_and_says_what_is_wrong(self, preview: Preview, page: Page) -> None:
        opened(page, preview, "/_jisr/")
        preview.write("content/articles/news.md", ARTICLE.replace("خبر اليوم", "عنوان آخر"))
        expect(page.get_by_role("link", name="عنوان آخر")).to_be_visible()
        preview.write("content/articles/news.md", ARTICLE + "\n[رابط](photo.jpg)\n")
        link = page.get_by_role("link", name="content/articles/news.md:10")
        expect(link).to_have_attribute("href", "/articles/news/#:~:text=%D8%B1%D8%A7%D8%A8%D8%B7%20photo.jpg")

    def test_it_speaks_arabic_from_right_to_left(self, preview: Preview, page: Page) -> None:
        page.goto(f"{preview.address}/_jisr/")
        page.get_by_role("button", name="العربية").click()
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        expect(page.get_by_role("heading", level=1)).to_have_text("المكتب")
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_have_text("المكتب")

    @pytest.mark.parametrize("width", [320, 1280])
    @pytest.mark.parametrize("speech", ["ar", "en"])
    def test_axe_finds_nothing_and_nothing_is_too_wide(
        self, faulty: Preview, browser: Browser, axe: str, width: int, speech: str
    ) -> None:
        context = browser.new_context(locale=speech, viewport={"width": width, "height": 800})
        page = context.new_page()
        for path in ("/_jisr/", "/en/articles/news/"):
            page.goto(faulty.address + path)
            expect(page.locator("jisr-notice .sheet")).to_be_visible()
            found = violations(page, axe)
            page.keyboard.press("Escape")
            found += violations(page, axe)
            assert not found, "\n".join(found)
            assert page.evaluate("document.documentElement.scrollWidth") == width
        context.close()
