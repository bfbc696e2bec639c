"""The search page in a browser: what it finds, says and leads to, under the policy of a host."""

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from jisr.plan import find
from tests.browser.accessibility import violations
from tests.browser.served import Served, serve
from tests.conftest import SITE_YAML, SiteFolder

SITE = SITE_YAML.replace("search: false\n", "").replace("example.org/", "example.org/news/")
TEXTS = {
    "article": "أعلنت الحكومة خطّةً.",
    "joined": "قالت والحكومة إنها.",
    "minister": "التقى الوزيرُ وفدًا.",
    "bare": "عُيّن وزيرٌ جديد.",
    "hospital": "افتُتح مستشفى في المدينة.",
    "official": "تحدّث مسؤولٌ رفيع.",
    "other": "تحدّث مسئول آخر.",
    "school": "بُنيت مدرسة حديثة.",
    "islam": "مؤتمر عن الإسلام والحضارة.",
    "gaza": "نزح الناس من مصر وغزة إلى الأردن.",
    "cairo": "تقع القاهرة على النيل.",
    "typed": "يزور القاهره غدا.",
    "forms": "غزة وغزة بغزة لغزة فغزة كغزة غزه.",
    "wars": "الحرب والحرب حرب وحرب بحرب لحرب فحرب.",
    "both": "سكان غزة والحرب الطويلة.",
    "number": "حضر ١٣٠٠ مشارك.",
    "states": "اتفقت روسيا وإسرائيل وأوكرانيا والانتخابات قريبة.",
    "runs": "درجة الحرارة -5 والهاتف +20 2 1234567 ولغة C++ في 50% منها.",
    "persian": "کتاب تازهٔ ایرانی در سال ۱۴۰۰ نوشت.",
}
"""The text of an article by its name: in each a word that readers write in several ways."""

FOUND = [
    ("الحكومة", {"article", "joined"}),
    ("حكومة", {"article", "joined"}),
    ("والحكومة", {"article", "joined"}),
    ("للحكومة", {"article", "joined"}),
    ("الحُكُومَة", {"article", "joined"}),
    ("الـحـكـومـة", {"article", "joined"}),
    ("وزير", {"minister", "bare"}),
    ("الوزير", {"minister", "bare"}),
    ("والوزير", {"minister", "bare"}),
    ("مستشفي", {"hospital"}),
    ("المستشفى", {"hospital"}),
    ("مسؤول", {"official", "other"}),
    ("مسئول", {"official", "other"}),
    ("مدرسه", {"school"}),
    ("المدرسة", {"school"}),
    ("اسلام", {"islam"}),
    ("الاسلام", {"islam"}),
    ("أسلام", {"islam"}),
    ("غزة", {"gaza", "forms", "both"}),
    ("غزه", {"gaza", "forms", "both"}),
    ("غزة الحرب", {"both"}),
    ("الحرب غزة", {"both"}),
    ("القاهرة", {"cairo", "typed"}),
    ("القاهره", {"cairo", "typed"}),
    ("قاهره", {"cairo", "typed"}),
    ("1300", {"number"}),
    ("١٣٠٠", {"number"}),
    ("وزير جديد", {"bare"}),
    ("والوزير الجديد", {"bare"}),
    ("۱۳۰۰", {"number"}),
    ("إسرائيل", {"states"}),
    ("اوكرانيا", {"states"}),
    ("انتخابات", {"states"}),
    ("1400", {"persian"}),
    ("١٤٠٠", {"persian"}),
    ("كتاب", {"persian"}),
    ("ايراني", {"persian"}),
    ("روسیا", {"states"}),
    ("\u200fغزة", {"gaza", "forms", "both"}),
    ("\u2068روسيا\u2069", {"states"}),
    ("غزة - الحرب", {"both"}),
    ("« روسيا »", {"states"}),
    ("سمكة", set()),
    ("!", set()),
]
PO = """\
msgid ""
msgstr "Language: en\\n"

msgctxt "title"
msgid "خبر article"
msgstr "The plan & <b>more</b>"

msgid "أعلنت الحكومة خطّةً."
msgstr "The cabinet announced a *plan* for 1,300 villages."
"""


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A small site whose older articles stand in an index of their own, below a folder of its host."""
    folder = SiteFolder(tmp_path_factory.mktemp("searched"))
    folder.write("site.yaml", SITE)
    for number, (name, text) in enumerate(TEXTS.items(), 1):
        head = f"---\ntitle: خبر {name}\ndate: 2023-10-{number:02}\ntags: [سياسة]\nimage: {{src: x.svg, alt: صورة}}\n"
        more = "بند لم يُترجم بعد.\n" if name == "article" else ""
        folder.write(f"content/articles/{name}.md", f"{head}---\n\n{text}\n\n{more}")
    folder.write("content/articles/x.svg", '<svg xmlns="http://www.w3.org/2000/svg" width="3" height="2"/>')
    folder.write("translations/en/articles/article.po", PO)
    whole = (find.NEW, find.OLD)
    find.NEW, find.OLD = 4, 4
    try:
        result = folder.build("-o", str(folder.path / "host" / "news"), "--jobs", "1")
    finally:
        find.NEW, find.OLD = whole
    assert result.exit_code == 0, result.stderr
    shutil.move(folder.path / "host" / "news" / "_headers", folder.path / "host" / "_headers")  # of the host
    with serve(folder.path / "host") as served:
        yield served


ANSWERED = re.compile("نتيجة|نتيجتان|نتائج|لم يُعثر|result|Nothing")
"""How the page says what there is."""


def look(page: Page, served: Served, query: str, language: str = "") -> None:
    """Search, and wait until the page has said what there is."""
    page.goto(f"{served.address}/news/{language}search/?q={query}")
    expect(page.get_by_role("status")).to_have_text(ANSWERED)


def found(page: Page) -> set[str]:
    links = page.locator(".result h2 a").evaluate_all("links => links.map(link => link.pathname)")
    return {link.rstrip("/").rpartition("/")[2] for link in links}


@pytest.fixture(scope="module")
def open_page(searched: Served, browser: Browser) -> Iterator[Page]:
    """The search page, opened once: to load the indices takes longer than to ask them."""
    page = browser.new_page()
    page.goto(f"{searched.address}/news/search/")
    yield page
    page.close()


@pytest.mark.parametrize(("query", "names"), FOUND)
def test_words_are_found_as_they_are_written_by_readers(open_page: Page, query: str, names: set[str]) -> None:
    box, status = open_page.get_by_role("searchbox"), open_page.get_by_role("status")
    box.fill("")
    box.press("Enter")
    expect(status).to_be_empty()  # of the query before
    box.fill(query)
    box.press("Enter")
    expect(status).to_have_text(ANSWERED)
    assert found(open_page) == names
    assert open_page.locator(".result").count() == len(names)  # none of them twice


def test_a_result_shows_what_there_is_to_know(searched: Served, page: Page) -> None:
    look(page, searched, "cabinet", "en/")
    expect(page.get_by_role("status")).to_have_text("1 result")
    result = page.locator(".result")
    expect(result.get_by_role("link")).to_have_text("The plan & <b>more</b>")
    expect(result.locator("mark")).to_have_text("cabinet")
    expect(result.locator("time")).to_have_attribute("datetime", "2023-10-01")
    expect(result.locator("time")).to_have_text("1 October 2023")
    expect(result.locator("img")).to_have_attribute("src", "/news/articles/x.svg")
    result.get_by_role("link").click()
    expect(page).to_have_url(f"{searched.address}/news/en/articles/article/")


@pytest.mark.parametrize("query", ["الحرارة", "C++", "1234567"])
def test_runs_that_would_misorder_stand_by_themselves(searched: Served, page: Page, query: str) -> None:
    look(page, searched, query.replace("+", "%2B"))
    result = page.locator(".result")
    expect(result.locator(".excerpt bdi[dir=ltr]")).to_have_text(["-5", "+20 2 1234567", "C++", "50%"])
    expect(result.locator(".excerpt")).to_have_text(TEXTS["runs"])  # without the title, which stands above
    assert result.locator("mark").first.inner_text() in query or query == "الحرارة"


def test_the_english_index_has_no_arabic(searched: Served, page: Page) -> None:
    for query in ("بند", "الحكومة", "Awaiting", "خبر"):
        look(page, searched, query, "en/")
        expect(page.get_by_role("status")).to_have_text(f"Nothing was found for “{query}”.")
        assert found(page) == set()


def test_counts_are_in_the_forms_of_arabic(searched: Served, page: Page) -> None:
    for query, said in (("مدرسة", "نتيجة واحدة"), ("مسؤول", "نتيجتان"), ("خبر", "١٩ نتيجة")):
        look(page, searched, query)
        expect(page.get_by_role("status")).to_have_text(said)


def test_an_article_page_loads_no_script_and_its_form_leads_to_the_search(
    searched: Served, page: Page
) -> None:
    scripts: list[str] = []
    page.on(
        "request", lambda request: scripts.append(request.url) if request.resource_type == "script" else None
    )
    page.goto(f"{searched.address}/news/articles/bare/")
    box = page.get_by_role("searchbox")
    expect(box).to_have_attribute("dir", "auto")
    assert scripts == []
    box.fill("مدرسة")
    box.press("Enter")
    expect(page.get_by_role("status")).to_have_text("نتيجة واحدة")
    expect(page.get_by_role("searchbox")).to_have_value("مدرسة")
    assert any("pagefind.js" in url for url in scripts)


def test_nothing_is_loaded_before_it_is_used(searched: Served, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{searched.address}/news/search/", wait_until="networkidle")
    assert not [url for url in asked if "pagefind" in url]
    with page.expect_response("**/pagefind.js*"):
        page.get_by_role("searchbox").focus()
    expect(page.get_by_role("status")).to_be_empty()


def test_it_works_by_keyboard_and_follows_the_address(searched: Served, page: Page) -> None:
    page.goto(f"{searched.address}/news/search/")
    box = page.get_by_role("searchbox")
    box.press_sequentially("خبر")
    expect(page.locator(".result")).to_have_count(10)
    expect(page).to_have_url(re.compile(r"\?q=%D8%AE%D8%A8%D8%B1$"))
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.result') !== null")
    box.press("Enter")
    box.fill("مدرسة")
    expect(page.locator(".result")).to_have_count(1)
    page.go_back()
    expect(page.locator(".result")).to_have_count(10)
    expect(box).to_have_value("خبر")
    page.go_forward()
    expect(page.locator(".result")).to_have_count(1)
    box.fill("")
    expect(page.locator(".result")).to_have_count(0)
    expect(page.get_by_role("status")).to_be_empty()


def test_more_results_come_when_asked_for(searched: Served, page: Page) -> None:
    look(page, searched, "خبر")
    expect(page.locator(".result")).to_have_count(10)
    more = page.get_by_role("button", name="مزيد من النتائج")
    more.press("Enter")
    expect(page.locator(".result")).to_have_count(19)
    expect(page.locator(".result a").nth(10)).to_be_focused()
    expect(more).to_be_hidden()


def test_a_search_that_cannot_be_reached_says_so(searched: Served, page: Page) -> None:
    page.route("**/pagefind-entry.json*", lambda route: route.abort())
    page.goto(f"{searched.address}/news/en/search/?q=cabinet")
    expect(page.get_by_role("status")).to_contain_text("can’t be reached")


@pytest.mark.parametrize("language", ["", "en/"])
def test_results_are_accessible_and_fit_a_narrow_screen(
    searched: Served, browser: Browser, axe: str, language: str
) -> None:
    page = browser.new_page(bypass_csp=True, viewport={"width": 320, "height": 700})
    look(page, searched, "cabinet" if language else "خبر", language)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    found = violations(page, axe)
    page.close()
    assert not found, "\n".join(found)
