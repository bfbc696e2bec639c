"""Every page works under the headers that the site asks for, and asks for nothing that isn't there."""

import re

from playwright.sync_api import ConsoleMessage, Page, Request, Response, Route

from tests.browser.served import Served

TABS = 8
"""Pages that are opened together: each takes half a second to be idle."""

UNUSED = """async () => {
  document.body.offsetHeight
  await document.fonts.ready
  const rules = [...document.styleSheets].flatMap(sheet => [...sheet.cssRules])
    .filter(rule => rule instanceof CSSFontFaceRule)
  const used = [...document.fonts].flatMap((font, i) => font.status === "loaded" ? [rules[i].cssText] : [])
  return [...document.querySelectorAll("link[rel=preload][as=font]")].map(link => link.getAttribute("href"))
    .filter(href => !used.some(rule => rule.includes(href.split("/").pop())))
}"""
"""The fonts that a page has the browser load before it knows of them, and that no text of it is set in."""


def test_no_page_breaks_the_policy_or_asks_in_vain_or_elsewhere(built_site: Served, page: Page) -> None:
    problems: list[str] = []

    def listen(tab: Page) -> Page:
        def console(message: ConsoleMessage) -> None:
            # Of what is loaded in vain the browser speaks after some seconds, with much to do too early.
            if message.type in ("error", "warning") and "was preloaded" not in message.text:
                problems.append(f"{tab.url}: console: {message.text}")

        def failed(request: Request) -> None:
            # An icon is asked for when all else is there: the next page may cut that short.
            late = request.failure == "net::ERR_ABORTED" and "/favicon." in request.url
            if not late:
                problems.append(f"{tab.url}: {request.url} failed: {request.failure}")

        def response(response: Response) -> None:
            if response.status >= 400:
                problems.append(f"{tab.url}: {response.url} answered {response.status}")
            if not response.url.startswith(f"{built_site.address}/"):
                problems.append(f"{tab.url}: {response.url} is of another origin")

        tab.on("console", console)
        tab.on("pageerror", lambda error: problems.append(f"{tab.url}: {error}"))
        tab.on("requestfailed", failed)
        tab.on("response", response)
        return tab

    tabs = [listen(page.context.new_page()) for _ in range(TABS)]
    paths = built_site.pages()
    for start in range(0, len(paths), TABS):
        opened = list(zip(tabs, paths[start : start + TABS], strict=False))
        for tab, path in opened:
            answer = tab.goto(built_site.url(path), wait_until="commit")
            assert answer
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert "unsafe-inline" not in answer.headers["content-security-policy"]
        for tab, _ in opened:
            # Idle, since a request that the next page cuts short would count as failed.
            tab.wait_for_load_state("networkidle")
            problems += [f"{tab.url}: {font} is loaded first, and not used" for font in tab.evaluate(UNUSED)]
    assert not problems, "\n".join(problems)


def test_a_breach_of_the_policy_is_heard(built_site: Served, page: Page) -> None:
    page.goto(built_site.url("index.html"))
    with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: '1'}))")


def test_what_lasts_is_kept_and_nothing_else(built_site: Served, page: Page) -> None:
    kept: dict[str, str] = {}
    page.on("response", lambda answer: kept.update({answer.url: answer.headers.get("cache-control", "")}))
    page.goto(built_site.url("index.html"), wait_until="networkidle")
    lasting = {url.rpartition("/")[2].partition(".")[0] for url, said in kept.items() if "immutable" in said}
    assert {"site", "noto-naskh-arabic-400", "noto-naskh-arabic-700"} <= lasting
    others = {url for url, said in kept.items() if not said}
    assert built_site.url("index.html") in others
    assert all(re.search(r"\.[0-9a-f]{8}\.\w+$", url) for url in kept.keys() - others)


def test_a_style_sheet_that_is_another_is_refused(built_site: Served, page: Page) -> None:
    def another(route: Route) -> None:
        route.fulfill(body="body { background: rgb(1, 2, 3) }", content_type="text/css")

    page.route("**/*.css", another)
    with page.expect_console_message(lambda message: "integrity" in message.text):
        page.goto(built_site.url("index.html"), wait_until="networkidle")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(1, 2, 3)"
