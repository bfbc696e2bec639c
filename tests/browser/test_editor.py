"""Translating in the page, in Chromium: each way through the editor, and what it leaves in the catalogue."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.accessibility import violations
from tests.conftest import SITE_YAML
from tests.preview import Preview, running
from tests.test_serve import make

ARTICLE = """\
---
title: فتح الجسر القديم
date: 2023-10-16
summary: أُعيد فتح الجسر أمام المشاة.
---

وصل الوزير إلى [المدينة](https://example.org/city) مساءً.[^1]

افتُتح الجسر عام ١٩٠٢ وطوله ٢٥٠ مترا.

قال العمدة إن الجسر سيبقى مفتوحا طوال الصيف.

- حجر من المقلع
- حديد من المصنع

| المادة | الوزن |
|---|---|
| حجر | ١٠ |

[^1]: عن وكالة الأنباء.
"""

# As Weblate leaves a file: its header, wrapped lines, remarks, a former msgid, an obsolete entry.
CATALOGUE = """\
# Translators of the paper.
msgid ""
msgstr ""
"Project-Id-Version: Paper\\n"
"PO-Revision-Date: 2024-05-02 11:30+0000\\n"
"Last-Translator: Weblate <noreply@weblate.org>\\n"
"Language-Team: English\\n"
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=n != 1;\\n"
"X-Generator: Weblate 5.5\\n"

#. title
#: content/articles/bridge.md:2
msgctxt "title"
msgid "فتح الجسر القديم"
msgstr "The old bridge opens"

# Ask the desk.
#. paragraph
#: content/articles/bridge.md:9
#, fuzzy
#| msgid "افتُتح الجسر عام ١٩٠٢ وطوله ٢٠٠ متر."
msgid "افتُتح الجسر عام ١٩٠٢ وطوله ٢٥٠ مترا."
msgstr "The bridge was opened in 1902 and is 250 metres long."

#. paragraph
#: content/articles/bridge.md:7
msgid "وصل الوزير إلى [المدينة](https://example.org/city) مساءً.[^1]"
msgstr ""

#~ msgid "نص حذف"
#~ msgstr "Deleted"
"""

OTHER = """\
---
title: خبر آخر
date: 2023-10-15
---

قال العمدة إن الجسر سيبقى مفتوحا طوال الشتاء.

حجر من المقلع
"""

OTHERS = """\
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "قال العمدة إن الجسر سيبقى مفتوحا طوال الشتاء."
msgstr "The mayor said the bridge would stay open all winter."

msgid "حجر من المقلع"
msgstr "stone from the quarry"
"""

FILES = {
    "site.yaml": SITE_YAML,
    "content/articles/bridge.md": ARTICLE,
    "content/articles/other.md": OTHER,
    "translations/en/articles/bridge.po": CATALOGUE,
    "translations/en/articles/other.po": OTHERS,
}
PO = "translations/en/articles/bridge.po"
PAGE = "/en/articles/bridge/"
MINISTER = "The minister reached [the city](https://example.org/city) in the evening.[^1]"


@pytest.fixture
def preview(tmp_path: Path) -> Iterator[Preview]:
    with running(make(tmp_path, FILES)) as preview:
        yield preview


@pytest.fixture
def page(page: Page, preview: Preview) -> Page:
    return show(page, preview)


def show(page: Page, preview: Preview, path: str = PAGE) -> Page:
    """The page, once the editor has found its blocks."""
    page.goto(preview.address + path)
    expect(page.locator(".jisr-pen").first).to_be_attached()
    return page


def pen(page: Page, label: str) -> Locator:
    return page.get_by_role("button", name=re.compile(label))


def box(page: Page) -> Locator:
    return page.locator(".jisr-editor textarea")


def open_editor(page: Page, way: Locator) -> None:
    """Click, and wait until one can type."""
    way.click()
    expect(box(page)).to_be_focused()


def held(page: Page) -> list[Route]:
    """The saves of a page, which wait until they are let go on."""
    found: list[Route] = []

    def hold(route: Route) -> None:
        found.append(route)

    page.route("**/_jisr/api/save", hold)
    return found


def catalogue(preview: Preview) -> str:
    return (preview.folder / PO).read_bytes().decode()


def changed(preview: Preview) -> tuple[list[str], list[str]]:
    """The lines of the catalogue that have gone, and those that are new; msgfmt must accept it."""
    done = subprocess.run(
        ["msgfmt", "-c", "-o", "/dev/null", preview.folder / PO], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    old, new = CATALOGUE.split("\n"), catalogue(preview).split("\n")
    return [line for line in old if line not in new], [line for line in new if line not in old]


def test_a_missing_block_is_translated_in_its_place(page: Page, preview: Preview) -> None:
    block = page.locator(".awaiting", has_text="وصل الوزير")
    block.locator("[dir=rtl]").click()
    expect(block).to_be_hidden()
    source = page.locator(".jisr-source")
    expect(source).to_have_text("وصل الوزير إلى [المدينة](https://example.org/city) مساءً.[^1]")
    assert [source.get_attribute("lang"), source.get_attribute("dir")] == ["ar", "rtl"]
    assert [box(page).get_attribute("lang"), box(page).get_attribute("dir")] == ["en", "ltr"]
    expect(box(page)).to_be_focused()
    page.keyboard.type(MINISTER)
    page.keyboard.press("Control+Enter")
    # The next open block is the outdated one, and the page shows the new text.
    expect(page.locator(".jisr-source")).to_contain_text("افتُتح الجسر")
    expect(page.locator("main p", has_text="The minister reached the city in the evening.")).to_be_visible()
    assert changed(preview) == ([], [f'msgstr "{MINISTER}"'])
    assert catalogue(preview).count('msgstr ""') == 1


def test_a_translated_block_is_edited(page: Page, preview: Preview) -> None:
    open_editor(page, page.locator("h1"))
    expect(box(page)).to_have_value("The old bridge opens")
    box(page).fill("The old bridge reopens")
    page.get_by_role("button", name="Save, next").click()
    expect(page.locator("h1", has_text="The old bridge reopens")).to_be_visible()
    assert changed(preview) == (['msgstr "The old bridge opens"'], ['msgstr "The old bridge reopens"'])


def test_still_right_settles_what_is_out_of_date(page: Page, preview: Preview) -> None:
    open_editor(page, pen(page, "^Review: paragraph"))
    assert page.locator(".jisr-source del").all_inner_texts() == ["٢٠٠", "متر"]
    assert page.locator(".jisr-source ins").all_inner_texts() == ["٢٥٠", "مترا"]
    page.get_by_role("button", name="Still right").click()
    expect(page.locator(".outdated")).to_have_count(0)
    assert changed(preview) == (["#, fuzzy", '#| msgid "افتُتح الجسر عام ١٩٠٢ وطوله ٢٠٠ متر."'], [])


def test_spaces_around_a_translation_are_no_change(page: Page, preview: Preview) -> None:
    preview.write(PO, CATALOGUE.replace('250 metres long."', '250 metres long. "'))
    page.reload()
    open_editor(page, pen(page, "^Review: paragraph"))
    expect(page.get_by_role("button", name="Still right")).to_be_enabled()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Closed.", exact=True)).to_be_attached()


def test_a_block_that_the_catalogue_lacks_is_added_where_sync_would_put_it(
    page: Page, preview: Preview
) -> None:
    open_editor(page, pen(page, "^Translate: summary"))
    page.keyboard.type("The bridge is open to walkers again.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".standfirst", has_text="The bridge is open")).to_be_visible()
    gone, new = changed(preview)
    assert gone == []
    assert new == [
        "#. summary", "#: content/articles/bridge.md:4", 'msgctxt "summary"',
        'msgid "أُعيد فتح الجسر أمام المشاة."', 'msgstr "The bridge is open to walkers again."',
    ]  # fmt: skip
    assert catalogue(preview).index("summary") < catalogue(preview).index("# Ask the desk.")


def test_the_first_translation_makes_the_catalogue(page: Page, preview: Preview) -> None:
    (preview.folder / PO).unlink()
    expect(page.locator("h1", has_text="فتح الجسر القديم")).to_be_visible()
    open_editor(page, pen(page, "^Translate: title"))
    page.keyboard.type("A bridge opens")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1", has_text="A bridge opens")).to_be_visible()
    made = catalogue(preview)
    assert made.count("msgid ") == 12  # the header and eleven messages
    assert 'msgid "فتح الجسر القديم"\nmsgstr "A bridge opens"' in made


def test_the_words_about_a_picture_open_from_below_it(page: Page, preview: Preview) -> None:
    preview.write("content/articles/b.svg", '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"/>')
    image = "image: {src: b.svg, alt: رسم جسر, caption: الجسر كما كان}\nsummary:"
    preview.write("content/articles/bridge.md", ARTICLE.replace("summary:", image))
    for part, source, text in (
        ("description", "رسم جسر", "Drawing of a bridge"),
        ("caption", "الجسر كما كان", "As it was"),
    ):
        open_editor(page, page.locator("figure").get_by_role("button", name=f"Translate {part}"))
        expect(page.locator(".jisr-source")).to_have_text(source)
        page.keyboard.type(text)
        page.keyboard.press("Control+Enter")
    expect(page.locator("figcaption", has_text="As it was")).to_be_visible()
    expect(page.get_by_role("img", name="Drawing of a bridge")).to_be_visible()
    assert changed(preview)[0] == []


def test_the_words_about_a_picture_are_found_below_it_and_nowhere_else(page: Page, preview: Preview) -> None:
    preview.write("content/articles/b.svg", '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"/>')
    image = "image: {src: b.svg, alt: رسم جسر, caption: أُعيد فتح الجسر أمام المشاة., credit: ليلى حداد}\nauthors: [ليلى حداد]\nsummary:"
    preview.write("content/articles/bridge.md", ARTICLE.replace("summary:", image))
    figure = page.locator("figure.lead-picture")
    for part in ("description", "caption", "credit"):
        expect(figure.get_by_role("button", name=f"Translate {part}")).to_be_visible()
    expect(page.locator("header").get_by_role("button", name="Translate: summary")).to_be_visible()
    expect(page.locator("dl .jisr-pen")).to_have_count(0)


def test_an_item_with_items_of_its_own_opens_above_them(page: Page, preview: Preview) -> None:
    nested = ARTICLE.replace("- حديد من المصنع", "- حديد من المصنع\n    - صفائح\n    - قضبان")
    preview.write("content/articles/bridge.md", nested)
    item = page.locator("li", has_text="حديد من المصنع").filter(has=page.locator("ul"))
    open_editor(page, item.get_by_text("حديد من المصنع"))
    expect(page.locator(".jisr-source")).to_have_text("حديد من المصنع")
    assert item.evaluate(
        "item => [...item.children].findIndex(one => one.matches('form')) < "
        "[...item.children].findIndex(one => one.matches('ul'))"
    )


def test_each_item_of_a_list_and_each_cell_of_a_table_opens(page: Page, preview: Preview) -> None:
    open_editor(page, page.locator("li", has_text="حديد من المصنع").locator("[dir=rtl]"))
    expect(page.locator(".jisr-source")).to_have_text("حديد من المصنع")
    box(page).fill("iron from the works")
    page.keyboard.press("Control+Enter")
    expect(page.locator("li", has_text="iron from the works")).to_be_visible()
    expect(page.locator(".jisr-source")).to_have_text("المادة")
    box(page).fill("Material")
    page.keyboard.press("Control+Enter")
    expect(page.locator("th", has_text="Material")).to_be_visible()
    expect(page.locator(".jisr-source")).to_have_text("الوزن")


def test_a_conflict_overwrites_nothing_until_one_is_chosen(page: Page, preview: Preview) -> None:
    open_editor(page, page.locator("h1"))
    box(page).fill("The bridge reopens")
    theirs = CATALOGUE.replace("The old bridge opens", "Old bridge opened")
    preview.write(PO, theirs)
    page.keyboard.press("Control+Enter")
    conflict = page.locator(".jisr-conflict[role=alert]")
    expect(conflict).to_contain_text("was changed elsewhere in the meantime")
    assert page.locator(".jisr-version").all_inner_texts() == ["Old bridge opened", "The bridge reopens"]
    assert catalogue(preview) == theirs
    page.get_by_role("button", name="Save mine over it").click()
    expect(page.locator("h1", has_text="The bridge reopens")).to_be_visible()
    assert catalogue(preview) == theirs.replace("Old bridge opened", "The bridge reopens")


def test_an_open_editor_tells_that_the_catalogue_has_changed(page: Page, preview: Preview) -> None:
    open_editor(page, page.locator("h1"))
    hint = page.locator(".jisr-hint", has_text="the catalogue has changed since")
    box(page).fill("The bridge reopens")
    preview.write(PO, CATALOGUE.replace("The old bridge opens", "Old bridge opened"))
    expect(hint).to_be_visible()
    preview.write(PO, CATALOGUE)
    expect(hint).to_have_count(0)
    page.keyboard.press("Escape")
    preview.write(PO, CATALOGUE.replace("The old bridge opens", "Old bridge opened"))
    expect(page.locator("h1", has_text="Old bridge opened")).to_be_visible()
    open_editor(page, page.locator("h1"))
    expect(box(page)).to_have_value("The bridge reopens")
    expect(hint).to_be_visible()
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Take the catalogue’s").click()
    expect(hint).to_have_count(0)


def test_what_is_mended_elsewhere_is_not_complained_of_any_more(page: Page, preview: Preview) -> None:
    open_editor(page, page.locator("h1"))
    preview.write(PO, f'{CATALOGUE}msgid "x\\n')
    expect(page.locator("jisr-notice .sheet")).to_be_visible()
    page.keyboard.press("Escape")
    box(page).fill("The bridge reopens")
    problems = page.get_by_role("status", name="Checks")
    expect(problems).to_contain_text(f"{PO}:")
    preview.write(PO, CATALOGUE)
    expect(problems).to_be_empty()


def test_typing_goes_on_when_the_preview_is_started_again(page: Page, tmp_path: Path) -> None:
    make(tmp_path, FILES)
    with running(tmp_path, "--port", "9400") as first:  # no other test's preview takes it meanwhile
        show(page, first)
        open_editor(page, page.locator("h1"))
    box(page).fill("The bridge reopens")
    page.keyboard.press("Control+Enter")
    problems = page.get_by_role("status", name="Checks")
    expect(problems).to_contain_text("The preview doesn’t answer; start it again: what you typed is kept.")
    with running(tmp_path, "--port", str(first.port)) as second:
        expect(problems).to_be_empty()
        page.keyboard.press("Control+Enter")
        expect(page.locator("h1", has_text="The bridge reopens")).to_be_visible()
        assert "The bridge reopens" in catalogue(second)


def test_of_a_conflict_the_catalogues_text_may_be_taken(page: Page, preview: Preview) -> None:
    open_editor(page, page.locator("h1"))
    box(page).fill("The bridge reopens")
    preview.write(PO, CATALOGUE.replace("The old bridge opens", "Old bridge opened"))
    page.keyboard.press("Control+Enter")
    expect(page.locator(".jisr-conflict")).not_to_be_empty()
    page.keyboard.type(" today")  # one may be typing: the focus stays
    expect(box(page)).to_have_value("The bridge reopens today")
    page.get_by_role("button", name="Take the catalogue’s").click()
    expect(box(page)).to_have_value("Old bridge opened")
    expect(box(page)).to_be_focused()
    page.keyboard.press("Control+z")
    expect(box(page)).to_have_value("The bridge reopens today")


def test_what_others_change_elsewhere_in_the_file_is_kept(page: Page, preview: Preview) -> None:
    open_editor(page, page.locator("h1"))
    box(page).fill("The bridge reopens")
    preview.write(PO, CATALOGUE.replace("Ask the desk.", "Asked."))
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1", has_text="The bridge reopens")).to_be_visible()
    assert "# Asked." in catalogue(preview)


def test_escape_keeps_what_was_typed(page: Page, preview: Preview) -> None:
    pen(page, "^Translate: paragraph").first.press("Enter")
    expect(box(page)).to_be_focused()
    page.keyboard.type("Half a sentence")
    page.keyboard.press("Escape")
    expect(box(page)).to_have_count(0)
    expect(pen(page, "^Translate: paragraph").first).to_be_focused()
    expect(page.get_by_role("status")).to_have_text("Closed. What you typed is kept.")
    assert catalogue(preview) == CATALOGUE
    page.reload()
    pen(page, "^Translate: paragraph").first.press("Enter")
    expect(box(page)).to_have_value("Half a sentence")
    page.get_by_role("button", name="Discard what I typed").click()
    expect(box(page)).to_have_value("")


def test_what_the_browser_cannot_keep_stays_open(page: Page, preview: Preview) -> None:
    open_editor(page, pen(page, "paragraph, 3 of"))
    page.keyboard.type("Half")
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full') } }")
    page.keyboard.type(" a sentence")
    page.keyboard.press("Escape")
    problems = page.get_by_role("status", name="Checks")
    expect(problems).to_have_text(re.compile("This browser can’t keep what you typed"))
    pen(page, "paragraph, 5 of").click()
    expect(box(page)).to_have_value("Half a sentence")
    page.get_by_role("button", name="Discard what I typed").click()
    expect(box(page)).to_have_value("")
    page.keyboard.press("Escape")
    expect(box(page)).to_have_count(0)


def test_a_changed_script_waits_for_the_editor_to_be_closed(page: Page, preview: Preview) -> None:
    page.evaluate("() => { window.stays = true }")
    preview.write("static/own.js", "one")
    page.wait_for_function("!window.stays")
    expect(page.locator(".jisr-pen").first).to_be_attached()
    page.evaluate("() => { window.stays = true }")
    open_editor(page, pen(page, "paragraph, 3 of"))
    page.keyboard.type("The minister")
    preview.write("static/own.js", "two")
    preview.write("content/articles/bridge.md", ARTICLE.replace("حديد من المصنع", "حديد من الشمال"))
    expect(page.locator("li", has_text="حديد من الشمال")).to_be_visible()
    page.keyboard.type(" spoke.")
    expect(box(page)).to_have_value("The minister spoke.")
    assert page.evaluate("window.stays")
    page.keyboard.press("Escape")
    page.wait_for_function("!window.stays")
    expect(box(page)).to_have_count(0)


def test_what_is_refused_is_seen(page: Page, preview: Preview) -> None:
    preview.write(PO, f'{CATALOGUE}msgid "x\n')
    shut = page.locator("jisr-notice .sheet")
    expect(shut).to_be_visible()
    page.keyboard.press("Escape")
    pen(page, "paragraph, 3 of").click()
    said = page.get_by_text(f"{PO}:{CATALOGUE.count(chr(10)) + 1}:1: ")
    expect(said).to_be_in_viewport(ratio=1)
    expect(said).to_have_css("clip-path", "none")
    preview.write(PO, CATALOGUE)
    expect(page.locator("jisr-notice .reopen")).to_be_hidden()
    open_editor(page, pen(page, "paragraph, 3 of"))
    expect(page.locator(".jisr-seen")).to_have_count(0)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status", name="Checks")).to_have_text("Check There is nothing to save yet.")
    page.keyboard.press("Escape")
    page.route("**/_jisr/api/message*", lambda route: route.abort())
    pen(page, "paragraph, 5 of").click()
    expect(page.locator(".jisr-seen")).to_have_text("The preview doesn’t answer; start it again.")


def test_a_save_that_is_refused_after_its_editor_was_closed_is_told(page: Page, preview: Preview) -> None:
    saves = held(page)
    open_editor(page, pen(page, "paragraph, 3 of"))
    page.keyboard.type("No link")
    with page.expect_request("**/_jisr/api/save"):
        page.keyboard.press("Control+Enter")
    open_editor(page, pen(page, "paragraph, 5 of"))
    saves[0].continue_()
    expect(page.locator(".jisr-seen")).to_contain_text("This couldn’t be saved, and is kept for its block")
    expect(page.locator(".jisr-seen")).to_contain_text("No link")
    open_editor(page, pen(page, "paragraph, 3 of"))
    expect(box(page)).to_have_value("No link")


def test_a_block_shows_that_something_typed_for_it_is_not_saved(page: Page) -> None:
    minister = pen(page, "^Translate: paragraph, 3 of 11, awaiting translation")
    open_editor(page, minister)
    box(page).fill("The minister")
    page.keyboard.press("Escape")
    waiting = pen(page, "^Translate: paragraph, 3 of 11, awaiting translation, typed and not saved$")
    expect(waiting).to_have_class(re.compile("jisr-kept"))
    page.reload()
    open_editor(page, waiting)
    page.get_by_role("button", name="Discard what I typed").click()
    expect(box(page)).to_have_value("")
    page.keyboard.press("Escape")
    expect(minister).to_be_visible()
    expect(waiting).to_have_count(0)


def test_what_is_typed_while_a_save_is_under_way_stays(page: Page, preview: Preview) -> None:
    open_editor(page, page.locator(".awaiting", has_text="وصل الوزير").locator("[dir=rtl]"))

    def later(route: Route) -> None:
        box(page).press_sequentially(" More.")
        route.continue_()

    box(page).fill(MINISTER)
    page.route("**/_jisr/api/save", later)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Saved, but for what you typed since.")).to_be_attached()
    expect(box(page)).to_have_value(f"{MINISTER} More.")
    assert f"{MINISTER} More." not in catalogue(preview)
    page.unroute("**/_jisr/api/save")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text(re.compile("^Saved. Next"))).to_be_attached()
    assert f"{MINISTER} More." in catalogue(preview)


def test_what_is_typed_in_one_tab_is_kept_when_another_saves(page: Page, preview: Preview) -> None:
    other = show(page.context.new_page(), preview)
    for tab, text in ((other, "Others' words"), (page, MINISTER)):
        tab.bring_to_front()
        open_editor(tab, pen(tab, "paragraph, 3 of"))
        box(tab).fill(text)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text(re.compile("^Saved. Next"))).to_be_attached()
    other.bring_to_front()
    other.keyboard.press("Escape")
    expect(other.get_by_text("Closed. What you typed is kept.")).to_be_attached()
    open_editor(other, pen(other, "paragraph, 3 of"))
    expect(box(other)).to_have_value("Others' words")
    page.bring_to_front()
    page.keyboard.press("Escape")
    open_editor(page, pen(page, "paragraph, 3 of"))
    box(page).press_sequentially(" and more")
    page.keyboard.press("Escape")
    other.bring_to_front()
    box(other).fill("Mine")  # written last, and so the block's
    page.bring_to_front()
    open_editor(page, pen(page, "paragraph, 3 of"))
    box(page).fill("Theirs")
    other.bring_to_front()
    other.keyboard.press("Escape")
    open_editor(other, pen(other, "paragraph, 3 of"))
    expect(box(other)).to_have_value("Mine")
    other.get_by_role("button", name="Take what I typed for this block elsewhere: Theirs").click()
    expect(box(other)).to_have_value("Theirs")
    page.bring_to_front()
    page.reload()
    open_editor(page, pen(page, "paragraph, 3 of"))
    expect(box(page)).to_have_value("Theirs")
    expect(page.get_by_role("button", name="Take what I typed for this block elsewhere")).to_have_text(
        re.compile(": Mine$")
    )


def test_what_is_typed_in_two_tabs_outlasts_their_reload(page: Page, preview: Preview) -> None:
    other = show(page.context.new_page(), preview)
    for tab, text in ((page, "Mine"), (other, "Theirs")):
        tab.bring_to_front()
        open_editor(tab, pen(tab, "paragraph, 3 of"))
        box(tab).fill(text)
    for tab in (page, other):
        tab.bring_to_front()
        tab.reload()
        open_editor(tab, pen(tab, "paragraph, 3 of"))
        found = {box(tab).input_value(), *tab.locator(".jisr-draft").all_inner_texts()}
        assert found == {"Mine", "Theirs"}
    # What one of them saves isn't offered any more.
    box(other).fill(MINISTER)
    with other.expect_response("**/_jisr/api/save"):
        other.keyboard.press("Control+Enter")
    expect(other.locator("main p", has_text="The minister reached the city")).to_be_visible()
    open_editor(other, pen(other, "paragraph, 3 of"))
    assert box(other).input_value() in ("Mine", "Theirs")
    expect(other.locator(".jisr-draft")).to_have_count(0)


def test_a_tab_that_goes_on_with_the_words_of_another_leaves_it_its_own(page: Page, preview: Preview) -> None:
    other = show(page.context.new_page(), preview)
    page.bring_to_front()
    open_editor(page, pen(page, "paragraph, 3 of"))
    page.keyboard.type("Mine")
    other.bring_to_front()
    open_editor(other, pen(other, "paragraph, 3 of"))
    expect(box(other)).to_have_value("Mine")
    other.keyboard.press("End")
    other.keyboard.type(", and theirs")
    page.bring_to_front()
    page.reload()
    open_editor(page, pen(page, "paragraph, 3 of"))
    assert {box(page).input_value(), page.locator(".jisr-draft").inner_text()} == {"Mine", "Mine, and theirs"}


def test_what_was_typed_is_forgotten_once_the_catalogue_says_it(page: Page, preview: Preview) -> None:
    open_editor(page, page.locator("h1"))
    box(page).fill("The bridge reopens")
    page.keyboard.press("Escape")
    for text in ("The bridge reopens", "The bridge, again"):
        preview.write(PO, CATALOGUE.replace("The old bridge opens", text))
        expect(page.locator("h1", has_text=text)).to_be_visible()
        open_editor(page, page.locator("h1"))
        expect(box(page)).to_have_value(text)
        page.keyboard.press("Escape")


def test_a_save_that_ends_later_leaves_the_next_editor_alone(page: Page, preview: Preview) -> None:
    answers = held(page)
    open_editor(page, pen(page, "paragraph, 3 of"))
    box(page).fill(MINISTER)
    with page.expect_request("**/_jisr/api/save"):
        page.keyboard.press("Control+Enter")
    page.keyboard.press("Escape")
    open_editor(page, pen(page, "paragraph, 3 of"))
    box(page).fill(f"{MINISTER} More.")
    with page.expect_response("**/_jisr/api/save"):
        answers[0].continue_()
    expect(page.locator(".prose", has_text="reached the city")).to_be_attached()
    expect(box(page)).to_have_value(f"{MINISTER} More.")
    page.unroute("**/_jisr/api/save")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text(re.compile("^Saved. Next"))).to_be_attached()
    assert f"{MINISTER} More." in catalogue(preview)


@pytest.mark.parametrize("change", ["item", "list", "rename"])
def test_typing_goes_on_when_the_block_is_gone(page: Page, preview: Preview, change: str) -> None:
    article = preview.folder / "content/articles/bridge.md"
    open_editor(page, page.locator("li", has_text="حديد من المصنع").locator("[dir=rtl]"))
    box(page).evaluate("""box => setInterval(() => {
        if (box.value.length < 60) document.activeElement === box && document.execCommand('insertText', false, 'x');
    }, 20)""")
    if change == "rename":
        article.rename(article.with_name("renamed.md"))
    else:
        gone, stays = ("- حديد من المصنع\n", "") if change == "item" else ("- ح", "1. ح")
        preview.write("content/articles/bridge.md", article.read_text(encoding="utf-8").replace(gone, stays))
    if change == "rename":
        expect(page.locator("h1", has_text="Page not found")).to_be_visible()
    else:
        where = "ol li" if change == "list" else "li"
        expect(page.locator(where, has_text="حجر من المقلع")).to_be_visible()
    expect(box(page)).to_have_value("x" * 60)
    expect(box(page)).to_be_focused()
    if change != "list":
        expect(page.get_by_text("The block is gone or has changed. What you typed is kept.")).to_be_attached()
    if change == "rename":
        show(page, preview, "/en/articles/renamed/")
        open_editor(page, page.locator("li", has_text="حديد من المصنع").locator("[dir=rtl]"))
        page.get_by_role("button", name="Take what I typed").click()
        expect(box(page)).to_have_value("x" * 60)


def test_a_shut_fold_opens_for_its_editor_and_each_place_of_a_text_has_its_own(
    page: Page, preview: Preview
) -> None:
    fold = '\n<details markdown="1"><summary markdown="1">تفاصيل</summary>\n\nقال العمدة إن الجسر سيبقى مفتوحا طوال الصيف.\n\n</details>\n'
    preview.write("content/articles/bridge.md", ARTICLE.replace("\n- حجر", f"{fold}\n- حجر"))
    expect(page.locator("summary .jisr-pen")).to_be_attached()
    page.locator("details:not(.newer)").evaluate("fold => { fold.open = true }")
    open_editor(page, page.locator("details .awaiting [dir=rtl]", has_text="قال العمدة"))
    assert box(page).evaluate("box => box.closest('details') !== null")
    page.keyboard.press("Escape")
    page.locator("details:not(.newer)").evaluate("fold => { fold.open = false }")
    open_editor(page, page.locator("summary .jisr-pen"))
    expect(box(page)).to_be_visible()
    expect(box(page)).to_be_focused()


def test_escape_shuts_what_is_wrong_before_the_editor_beneath(page: Page, preview: Preview) -> None:
    open_editor(page, page.locator("h1"))
    preview.write("content/articles/other.md", "---\ntitle: [\n---\n")
    expect(page.locator("jisr-notice .sheet")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("jisr-notice .sheet")).not_to_be_visible()
    expect(box(page)).to_be_focused()


def test_what_is_typed_while_the_article_has_an_error_is_kept(page: Page, preview: Preview) -> None:
    article = (preview.folder / "content/articles/bridge.md").read_text(encoding="utf-8")
    open_editor(page, pen(page, "^Translate: paragraph").first)
    page.keyboard.type("AAA ")
    preview.write("content/articles/bridge.md", "---\ntitle: [\n---\n")
    expect(page.locator("jisr-notice .sheet")).to_be_visible()
    with page.expect_response("**/_jisr/api/page*"):
        page.evaluate("document.dispatchEvent(new Event('jisr:updated'))")
    box(page).press_sequentially("BBB")
    expect(page.locator(".jisr-pen")).to_have_count(11)  # nobody knows better by now
    page.keyboard.press("Escape")
    preview.write("content/articles/bridge.md", article)
    expect(page.locator("jisr-notice .sheet")).not_to_be_visible()
    page.reload()
    pen(page, "^Translate: paragraph").first.press("Enter")
    expect(box(page)).to_have_value("AAA BBB")


def test_what_was_typed_for_a_block_that_has_changed_is_offered_for_the_new_one(
    page: Page, preview: Preview
) -> None:
    article = (preview.folder / "content/articles/bridge.md").read_text(encoding="utf-8")
    open_editor(page, page.locator(".awaiting", has_text="وصل الوزير").locator("[dir=rtl]"))
    box(page).fill("The minister came")
    preview.write("content/articles/bridge.md", article.replace("وصل الوزير", "وصل وزير الأشغال"))
    expect(page.locator(".awaiting", has_text="وصل وزير الأشغال")).to_be_attached()
    page.keyboard.press("Escape")
    open_editor(page, page.locator(".awaiting", has_text="وصل وزير الأشغال").locator("[dir=rtl]"))
    expect(box(page)).to_have_value("")
    offer = page.get_by_role(
        "button", name="Take what I typed for a block that has changed: The minister came"
    )
    offer.click()
    expect(box(page)).to_have_value("The minister came")
    # Until it is saved or discarded the offer stands, also when it is undone.
    page.keyboard.press("Control+z")
    expect(box(page)).to_have_value("")
    page.keyboard.press("Escape")
    open_editor(page, page.locator(".awaiting", has_text="وصل وزير الأشغال").locator("[dir=rtl]"))
    offer.click()
    page.keyboard.press("Escape")
    page.reload()
    open_editor(page, page.locator(".awaiting", has_text="وصل وزير الأشغال").locator("[dir=rtl]"))
    expect(box(page)).to_have_value("The minister came")
    box(page).fill("The minister of works reached [the city](https://example.org/city).[^1]")
    page.keyboard.press("Control+Enter")
    expect(page.locator("main p", has_text="The minister of works")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('jisr:'))") == []


def test_a_page_is_translated_by_keys_alone(page: Page, preview: Preview) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if "jisr-missing" in page.evaluate("document.activeElement.className"):
            break
    page.keyboard.press("Enter")
    expect(box(page)).to_be_focused()
    for text in ("The bridge is open again.", MINISTER):
        page.keyboard.type(text)
        page.keyboard.press("Control+Enter")
        expect(box(page)).not_to_have_value(text)
        expect(box(page)).to_be_focused()
    expect(page.locator(".jisr-live")).to_contain_text("Saved. Next: paragraph")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Still right")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".jisr-source")).to_contain_text("قال العمدة")
    assert MINISTER in catalogue(preview)


def test_keys_held_down_save_one_block(page: Page, preview: Preview) -> None:
    preview.write(
        PO,
        CATALOGUE.replace('[^1]"\nmsgstr ""', f'[^1]"\nmsgstr "{MINISTER}"').replace(
            "#. paragraph\n#: content/articles/bridge.md:7\n", "#. paragraph\n#, fuzzy\n"
        ),
    )
    open_editor(page, pen(page, "^Review: paragraph, 3 of"))
    page.keyboard.down("Control")
    page.keyboard.down("Enter")
    expect(page.locator(".jisr-source")).to_contain_text("افتُتح الجسر")
    page.keyboard.down("Enter")  # again: a key that repeats
    page.keyboard.up("Enter")
    page.keyboard.up("Control")
    page.keyboard.press("Control+Escape")
    expect(box(page)).to_have_count(0)
    expect(pen(page, "^Edit: paragraph, 3 of")).to_be_attached()
    expect(pen(page, "^Review: paragraph, 4 of")).to_be_attached()
    assert catalogue(preview).count("#, fuzzy") == 1


def test_checks_speak_while_one_types_and_a_broken_translation_is_not_saved(
    page: Page, preview: Preview
) -> None:
    open_editor(page, page.locator(".awaiting", has_text="وصل الوزير").locator("[dir=rtl]"))
    page.keyboard.type("The minister came at 8.")
    problems = page.get_by_role("status", name="Checks")
    expect(problems).to_contain_text(
        "Error The translation has lost the footnote #fn-1, the link https://example.org/city"
    )
    expect(problems).to_contain_text("Check The translation has the number 8, which its source doesn't have")
    expect(box(page)).to_have_attribute("aria-invalid", "true")
    with page.expect_response("**/_jisr/api/save"):
        page.keyboard.press("Control+Enter")
    expect(box(page)).to_be_focused()
    assert catalogue(preview) == CATALOGUE
    box(page).fill(MINISTER)
    expect(problems).to_be_empty()


def test_numbers_are_compared_across_digits(page: Page) -> None:
    open_editor(page, pen(page, "^Review: paragraph"))
    problems = page.locator(".jisr-problems")
    expect(problems).to_be_empty()
    box(page).fill("The bridge of 1902 is 200 metres long.")
    expect(problems).to_contain_text(
        "has lost the number 250 and has the number 200, which its source doesn't have"
    )


def test_what_was_translated_elsewhere_is_offered(page: Page) -> None:
    open_editor(page, page.locator(".awaiting", has_text="قال العمدة").locator("[dir=rtl]"))
    offer = page.get_by_role("button", name="The mayor said")
    expect(offer).to_contain_text("alike")
    expect(page.locator(".jisr-other ins")).to_have_text("الصيف")
    other = "new KeyboardEvent('keydown', { key: '|', code: 'Digit1', altKey: true, bubbles: true, cancelable: true })"
    assert box(page).evaluate(f"box => box.dispatchEvent({other})"), "it is the keyboard's own sign"
    expect(box(page)).to_have_value("")
    page.keyboard.press("Alt+1")
    expect(box(page)).to_have_value("The mayor said the bridge would stay open all winter.")
    page.keyboard.press("Control+z")
    expect(box(page)).to_have_value("")
    open_editor(page, page.locator("li", has_text="حجر من المقلع").locator("[dir=rtl]"))
    expect(page.locator(".jisr-share").first).to_have_text("same text")
    page.get_by_role("button", name="stone from the quarry").click()
    expect(box(page)).to_have_value("stone from the quarry")


def test_side_by_side_the_placeholder_opens_in_its_column(page: Page, preview: Preview) -> None:
    show(page, preview, f"{PAGE}parallel/")
    row = page.locator(".row", has_text="قال العمدة")
    open_editor(page, row.locator(".source p"))
    editor = row.locator(".cell:not(.source) .jisr-editor")
    expect(editor).to_be_visible()
    expect(row.locator(".status")).to_be_hidden()
    ours, source = editor.bounding_box(), row.locator(".source").bounding_box()
    assert ours
    assert source
    assert ours["x"] + ours["width"] <= source["x"]
    page.keyboard.type("The mayor said it would stay open.")
    page.keyboard.press("Control+Enter")
    expect(row.locator(".cell:not(.source) p", has_text="The mayor said it")).to_be_visible()


def test_without_side_by_side_pages_what_is_hidden_is_translated_below_the_text(
    page: Page, preview: Preview
) -> None:
    way = page.get_by_role("link", name="Both languages side by side")
    expect(way).to_be_visible()
    preview.write("site.yaml", f"{SITE_YAML}untranslated: hide\nside_by_side: false\n")
    expect(way).to_have_count(0)
    expect(page.locator(".awaiting", has_text="قال العمدة")).to_have_count(0)
    open_editor(page, page.locator(".jisr-elsewhere").get_by_role("button", name="paragraph, 5 of"))
    expect(page.locator(".jisr-source")).to_contain_text("قال العمدة إن الجسر سيبقى مفتوحا طوال الصيف.")
    page.keyboard.type("The mayor said it would stay open.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("main p", has_text="The mayor said it")).to_be_visible()


def test_on_the_arabic_page_there_is_nothing_to_translate(page: Page, preview: Preview) -> None:
    asked = re.compile(r"/_jisr/api/page\?page=%2Farticles")  # the English page, just left, may still ask
    with page.expect_response(asked) as answer:
        page.goto(preview.address + "/articles/bridge/")
    assert answer.value.json() == {"document": None}
    expect(page.locator(".jisr-pen")).to_have_count(0)


def test_the_page_made_anew_leaves_an_open_editor_alone(page: Page, preview: Preview) -> None:
    open_editor(page, page.locator(".awaiting", has_text="قال العمدة").locator("[dir=rtl]"))
    page.keyboard.type("The mayor")
    preview.write("content/articles/bridge.md", ARTICLE.replace("حديد من المصنع", "حديد من الشمال"))
    expect(page.locator("li", has_text="حديد من الشمال")).to_be_visible()
    expect(box(page)).to_be_focused()
    page.keyboard.type(" spoke.")
    expect(box(page)).to_have_value("The mayor spoke.")


def test_an_open_editor_stays_with_its_block_when_others_come_and_go(page: Page, preview: Preview) -> None:
    open_editor(page, page.locator(".awaiting", has_text="قال العمدة").locator("[dir=rtl]"))
    page.keyboard.type("The mayor")
    block = page.locator(".awaiting", has_text="قال العمدة")
    for body in ("فقرة جديدة.\n\nوصل الوزير", "فقرة أخرى.\n\nوثالثة.\n\nوصل الوزير"):
        preview.write("content/articles/bridge.md", ARTICLE.replace("وصل الوزير", body))
        expect(page.locator(".awaiting", has_text=body.split(".")[0])).to_be_visible()
        expect(block).to_be_hidden()
        assert block.evaluate("block => block.nextElementSibling.className").startswith("jisr-editor")
        expect(box(page)).to_be_focused()
    page.keyboard.type(" spoke.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("main p", has_text="The mayor spoke.")).to_be_visible()
    assert changed(preview)[0] == []


def test_the_desk_leads_to_the_first_block_in_a_state(page: Page, preview: Preview) -> None:
    page.goto(f"{preview.address}{PAGE}#jisr-outdated")
    expect(page.locator(".jisr-source")).to_contain_text("افتُتح الجسر")


def test_a_block_that_has_changed_since_is_not_saved_under_its_old_text(page: Page, preview: Preview) -> None:
    open_editor(page, page.locator(".awaiting", has_text="قال العمدة").locator("[dir=rtl]"))
    page.keyboard.type("The mayor spoke.")
    preview.write("content/articles/bridge.md", ARTICLE.replace("طوال الصيف", "في الصيف"))
    expect(page.locator("main", has_text="في الصيف")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".jisr-problems")).to_contain_text("The block has changed since the page was shown")
    expect(box(page)).to_have_value("The mayor spoke.")
    assert catalogue(preview) == CATALOGUE


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}parallel/"])
def test_the_editor_has_no_accessibility_violation(preview: Preview, page: Page, axe: str, path: str) -> None:
    show(page, preview, path)
    for block in ("قال العمدة", "افتُتح الجسر"):
        page.locator(".jisr-pen").locator("visible=true").first.wait_for()
        message = page.locator(".row, .awaiting, .outdated", has_text=block).first
        open_editor(page, message.locator(".jisr-pen").first)  # from the second on, one is open already
        box(page).fill("x [y](http://z.org) 7")
        expect(page.locator(".jisr-problems")).to_contain_text("Error")
        assert violations(page, axe) == []


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}parallel/"])
def test_a_narrow_page_with_the_editor_does_not_scroll_sideways(
    preview: Preview, page: Page, path: str
) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    show(page, preview, path)
    page.locator(".jisr-pen.jisr-missing").first.click()
    expect(box(page)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_on_a_touch_screen_the_way_in_stands_behind_the_words(browser: Browser, preview: Preview) -> None:
    context = browser.new_context(has_touch=True, is_mobile=True, viewport={"width": 320, "height": 640})
    page = show(context.new_page(), preview)
    button = pen(page, "^Edit: title")
    expect(button).to_have_css("position", "static")
    expect(button).to_have_css("opacity", "1")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    button.tap()
    expect(box(page)).to_have_value("The old bridge opens")
    context.close()


def test_a_long_original_leaves_the_box_on_the_screen(page: Page, preview: Preview, axe: str) -> None:
    preview.write(
        "content/articles/bridge.md", ARTICLE + "\nكلمات كثيرة " + "تتبعها كلمات أخرى " * 300 + "\n"
    )
    page.set_viewport_size({"width": 800, "height": 600})
    block = page.locator(".awaiting", has_text="كلمات كثيرة")
    open_editor(page, block.locator(".jisr-pen"))
    expect(box(page)).to_be_in_viewport(ratio=1)
    source = page.locator(".jisr-source")
    assert source.evaluate("source => source.scrollHeight > source.clientHeight")
    page.keyboard.press("Shift+Tab")
    expect(source).to_be_focused()
    assert violations(page, axe) == []


def test_the_editor_speaks_arabic_where_the_browser_does(
    browser: Browser, preview: Preview, axe: str
) -> None:
    context = browser.new_context(locale="ar-EG", viewport={"width": 320, "height": 640})
    page = show(context.new_page(), preview)
    open_editor(page, pen(page, "^مراجعة: فقرة، 4 من 11، ترجمة قديمة$"))
    form = page.locator("form.jisr-editor[lang=ar][dir=rtl]")
    expect(form.locator(".jisr-count")).to_have_text("4 من 11، بقي 10")
    box(page).fill("x [y](http://z.org) 7")
    expect(form.locator(".jisr-error")).to_contain_text("خطأ")
    expect(form.locator(".jisr-error bdi[lang=en][dir=ltr]")).to_contain_text("The translation has the link")
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    box(page).fill("It is 250 metres long, since 1902.")
    form.get_by_role("button", name="حفظ والتالي").click()
    expect(page.get_by_text("حُفظ. التالي: فقرة، 5 من 11.")).to_be_attached()
    assert "It is 250 metres long, since 1902." in catalogue(preview)
    # What is chosen on the desk holds for all open pages.
    desk = context.new_page()
    desk.goto(f"{preview.address}/_jisr/")
    desk.get_by_role("button", name="English").click()
    expect(desk.get_by_role("heading", name="Desk")).to_be_visible()
    expect(pen(page, "^Edit: paragraph, 4 of 11, translated$")).to_be_attached()
    expect(page.locator("jisr-notice").get_by_role("link", name="Desk")).to_be_visible()
    context.close()


def test_both_languages_say_the_same_things_with_the_same_values(page: Page, preview: Preview) -> None:
    page.goto(preview.address)
    words = page.evaluate("async () => (await import('/_jisr/words.js')).WORDS")
    english, arabic = (
        {
            name: sorted(re.findall(r"\{\w+\}", text))
            for name, text in words[code].items()
            if not re.fullmatch("(error|warning) (zero|one|two|few|many|other)", name)
        }
        for code in ("en", "ar")
    )
    assert english == arabic
