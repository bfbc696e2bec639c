"""What a browser makes of every page: its width, its directions, its weight and its fonts."""

import gzip
import re
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Response

from tests.browser.accessibility import small_targets
from tests.browser.served import Served, serve
from tests.conftest import SITE_YAML, MakeSite

FIRST_VIEW = 100_000  # bytes

# The elements that reach over the edge, for the message; offscreen is where an RTL page overflows.
OVERFLOW = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return null;
  const wide = [...document.body.querySelectorAll("*")].filter(element => {
    const box = element.getBoundingClientRect();
    return box.width && (box.left < -1 || box.right > root.clientWidth + 1);
  });
  return wide.slice(0, 5).map(element => element.outerHTML.slice(0, 80));
}"""

# What is wider than the window, where something around it may cut it off.
CLIPPED = """() => [...document.querySelectorAll("main :not(.unseen)")].filter(element => {
  const {left, right} = element.getBoundingClientRect();
  return left < -1 || right > document.documentElement.clientWidth + 1;
}).slice(0, 5).map(element => element.outerHTML.slice(0, 80))"""

# What is squeezed in the masthead: the mark, the rows of languages, and what sticks out of it.
SQUEEZED = """() => {
  const box = selector => document.querySelector(selector).getBoundingClientRect();
  const masthead = box(".masthead"), found = [];
  if (box(".mark").width < 1.9 * box(".mark").height) found.push("mark");
  if (new Set([...document.querySelectorAll(".masthead .editions li")].map(one => one.offsetTop)).size > 1)
    found.push("languages");
  for (const selector of [".nameplate a", ".masthead .search", ".masthead .languages", ".masthead .menu"]) {
    const {left, right} = box(selector);
    if (left < masthead.left - 1 || right > masthead.right + 1) found.push(selector);
  }
  return found;
}"""

# Elements whose computed direction isn't that of the nearest `dir`, or isn't that of their language.
MISDIRECTED = """() => {
  const wrong = [];
  // A bdi without dir finds the direction of a name by itself.
  for (const element of document.querySelectorAll("[lang]:not(pre, code, bdi:not([dir]), head *), .status")) {
    const right_to_left = element.closest("[lang]").lang.split("-")[0] === "ar" ? "rtl" : "ltr";
    if (getComputedStyle(element).direction !== right_to_left) wrong.push(element.outerHTML.slice(0, 120));
  }
  for (const element of document.querySelectorAll("pre, code, [dir=ltr], [dir=rtl]")) {
    const expected = element.dir || "ltr";
    if (getComputedStyle(element).direction !== expected) wrong.push(element.outerHTML.slice(0, 120));
  }
  return wrong;
}"""

# Arabic text in a style that its script doesn't have: slanted, letters apart, hyphenated, justified.
MISSTYLED = """() => {
  const wrong = [], nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = nodes.nextNode());) {
    if (!/\\p{Script=Arabic}/u.test(node.data)) continue;
    const style = getComputedStyle(node.parentElement);
    const given = [style.fontStyle, style.letterSpacing, style.hyphens, style.textAlign].join(" ");
    if (!/^normal normal (?!auto)\\w+ (?!justify)/.test(given)) wrong.push(`${given}: ${node.data.trim()}`);
  }
  return wrong;
}"""


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_scrolls_sideways(built_site: Served, browser: Browser, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    problems = []
    for path in built_site.pages():
        page.goto(built_site.url(path))
        if (wide := page.evaluate(OVERFLOW)) is not None:
            problems.append(f"{path}: {wide}")
    page.close()
    assert not problems, "\n".join(problems)


def test_the_masthead_holds_any_name_and_three_languages(site: MakeSite, page: Page) -> None:
    menu = "menu: [{label: About us, to: about.md}]"
    settings = SITE_YAML.replace("[ar, en]", "[ar, en, fr]").replace("search: false", "search: true")
    settings = settings.replace("locale:", f"{menu}, locale:")
    settings += f"  fr: {{title: Jisr, description: Articles, {menu}, locale: fr-FR}}\n"
    title = "x" * 80  # a word that is wider than a telephone
    folder = site({"site.yaml": settings, "content/about.md": f"---\ntitle: {title}\n---\n\nنص.\n"})
    assert folder.build().exit_code == 0
    problems = []
    with serve(folder.path / "public") as served:
        for path, names in (
            ("", ["جسر", "مراجعة الكتب المستقلة"]),
            ("about/", ["جسر", "مراجعة الكتب المستقلة"]),
            ("en/", ["Jisr", "My newspaper", "The Independent Review of Books"]),
            ("en/about/", ["Jisr", "My newspaper", "The Independent Review of Books"]),
        ):
            page.goto(served.url(path))
            for name in names:
                page.evaluate("name => document.querySelector('.nameplate a').lastChild.data = name", name)
                for width in (320, 375, 768, 1024, 1280):
                    page.set_viewport_size({"width": width, "height": 800})
                    if found := page.evaluate(SQUEEZED) + (page.evaluate(OVERFLOW) or []):
                        problems.append(f"{name} on /{path} at {width}: {found}")
    assert not problems, "\n".join(problems)


def test_an_upright_picture_is_seen_as_a_whole(site: MakeSite, page: Page) -> None:
    front = "---\ntitle: خبر\ndate: 2024-01-01\nimage: {src: tall.jpg, alt: برج}\n---\n"
    made = site({"site.yaml": SITE_YAML, "content/articles/news.md": front + "نص.\n\n![برج](tall.jpg)\n"})
    Image.new("RGB", (1000, 2000)).save(made.path / "content/articles/tall.jpg")
    made.build()
    page.set_viewport_size({"width": 1280, "height": 600})
    with serve(made.path / "public") as served:
        page.goto(served.url("articles/news/"))
        pictures = page.locator("main img").all()
        assert len(pictures) == 2
        for picture in pictures:
            box = picture.bounding_box()
            assert box
            assert 500 <= box["height"] <= 600
            assert picture.evaluate("image => getComputedStyle(image).objectFit") == "contain"


def test_tags_of_any_length_stay_in_their_column_and_are_far_enough_apart(
    site: MakeSite, browser: Browser, axe: str
) -> None:
    tags = f"[اقتصاد, {'x' * 80}, علوم, الأمم المتحدة, العلاقات الدولية بين دول مجلس التعاون لدول الخليج العربية]"
    article = f"---\ntitle: خبر\ndate: 2023-10-16\ntags: {tags}\n---\n\nنص.\n"
    folder = site({f"content/articles/{name}.md": article for name in "abc"})
    assert folder.build().exit_code == 0
    page = browser.new_page(bypass_csp=True)
    problems = []
    with serve(folder.path / "public") as served:
        for path in ("", "en/", "tags/", "articles/a/", "archive/2023/10/", "en/archive/2023/10/"):
            page.goto(served.url(path))
            for width in (320, 768, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                if found := page.evaluate(CLIPPED) + small_targets(page, axe):
                    problems.append(f"/{path} at {width}: {found}")
    page.close()
    assert not problems, "\n".join(problems)


def test_every_text_has_the_direction_of_its_language(built_site: Served, page: Page) -> None:
    problems = []
    for path in built_site.pages():
        page.goto(built_site.url(path))
        problems += [f"{path}: {element}" for element in page.evaluate(MISDIRECTED)]
    assert not problems, "\n".join(problems)


def test_no_arabic_is_slanted_letter_spaced_hyphenated_or_justified(built_site: Served, page: Page) -> None:
    problems = []
    for path in built_site.pages():
        page.goto(built_site.url(path))
        problems += [f"{path}: {text}" for text in page.evaluate(MISSTYLED)]
    assert not problems, "\n".join(problems)


def test_awaiting_blocks_are_right_to_left_and_their_labels_not(built_site: Served, page: Page) -> None:
    seen = 0
    for path in (path for path in built_site.pages() if path.startswith("en/")):
        page.goto(built_site.url(path))
        for block in page.locator(".awaiting").all():
            seen += 1
            arabic, label = block.locator('[lang|="ar"]').first, block.locator(".status").first
            assert direction(arabic) == "rtl", f"{path}: {arabic.inner_text()}"
            assert direction(label) == "ltr", f"{path}: {label.inner_text()}"
    assert seen, "no English page shows a block that awaits translation"


def direction(locator: Any) -> str:
    """The computed direction of an element."""
    computed: str = locator.evaluate("element => getComputedStyle(element).direction")
    return computed


def test_the_first_view_of_an_article_is_light(built_site: Served, browser: Browser) -> None:
    articles = [path for path in built_site.pages() if re.search(r"(^|/)articles/[^/]+/index\.html$", path)]
    assert articles, "no article in the site"
    problems = []
    for path in articles:
        responses = first_visit(browser, built_site.url(path))
        weights = {response.url: weight(response) for response in responses}
        if sum(weights.values()) >= FIRST_VIEW:
            problems.append(f"{path}: {sum(weights.values())} bytes: {weights}")
        responses[0].frame.page.context.close()
    assert not problems, "\n".join(problems)


def weight(response: Response) -> int:
    """What a body weighs on its way: hosts compress text; fonts and pictures are compressed as they are."""
    is_text = response.headers["content-type"].startswith(("text/", "image/svg"))
    return len(gzip.compress(response.body())) if is_text else len(response.body())


def first_visit(browser: Browser, address: str) -> list[Response]:
    """All that a page loads where nothing of the site is cached yet."""
    page = browser.new_context().new_page()
    responses: list[Response] = []
    page.on("response", lambda response: responses.append(response))  # noqa: PLW0108 - a built-in won't do
    page.goto(address)
    page.evaluate("document.fonts.ready.then(() => {})")
    return responses


def test_the_webfont_is_used_on_every_page(built_site: Served, page: Page) -> None:
    problems = []
    for path in built_site.pages():
        page.goto(built_site.url(path))
        states = page.evaluate("document.fonts.ready.then(fonts => [...fonts].map(face => face.status))")
        if "loaded" not in states or "error" in states:
            problems.append(f"{path}: {states}")
    assert not problems, "\n".join(problems)


QURAN = "﴿ٱلۡحَمۡدُ لِلَّهِ رَبِّ ٱلۡعَٰلَمِينَ ٢ ٱلرَّحۡمَٰنِ ٱلرَّحِيمِ ٣﴾ خَيۡرٗا ۖ وَهُوَ ٱلۡعَلِيُّ ۝"


@pytest.mark.parametrize(
    ("language", "text", "fetches_all"),
    [
        ("ar", "أعلن المجلس، في بيان: «٪٢٥ من ١٬٠٠٠؟» ثم ضُمّ إليه پاريس وڤيينا.", False),
        ("ar", QURAN, False),
        ("ar", "وصل إلى دهۆك", True),
        ("fa", "گفت‌وگو دربارهٔ خانۀ ما؛ ۱۲٪ پیش از ژوئن", True),
        ("ur", "بھارت، پاکستان اور ڈھاکہ کے لیے ٹھیک ہے، بڑے میں۔", True),
        ("ckb", "هەولێر و سلێمانی پێکەوە دەڵێن", True),
    ],
)
def test_every_letter_is_drawn_by_the_webfont(
    built_site: Served, page: Page, language: str, text: str, fetches_all: bool
) -> None:
    page.goto(built_site.url("404.html"))
    loaded = page.evaluate(
        """async ([lang, text]) => {
          document.body.replaceChildren(Object.assign(document.createElement("p"), {lang, textContent: text}));
          await new Promise(drawn => requestAnimationFrame(() => setTimeout(drawn)));
          return [...await document.fonts.ready]
            .filter(face => face.status === "loaded" && /arabic full/i.test(face.family)).length;
        }""",
        [language, text],
    )
    assert loaded == fetches_all
    inspector = page.context.new_cdp_session(page)
    for domain in ("DOM", "CSS"):
        inspector.send(f"{domain}.enable")
    root = inspector.send("DOM.getDocument")["root"]["nodeId"]
    node = inspector.send("DOM.querySelector", {"nodeId": root, "selector": "p"})["nodeId"]
    fonts = inspector.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    assert fonts
    assert [font["familyName"] for font in fonts if not font["isCustomFont"]] == []
