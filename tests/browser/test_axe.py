"""Every page passes axe-core, the accessibility checker, in its light and in its dark scheme."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.served import Served

RUN = (
    "options => axe.run(document, {resultTypes: ['violations'], ...options}).then(found => found.violations)"
)

ALL: dict[str, Any] = {}
COLOURS = {"runOnly": ["cat.color"]}
"""The rules for what may be another thing in another scheme."""


def test_no_page_has_an_accessibility_violation(built_site: Served, browser: Browser, axe: str) -> None:
    # The policy of the pages allows no script; test_policy.py holds them to it.
    context = browser.new_context(color_scheme="light", bypass_csp=True)
    page = context.new_page()
    problems = []
    for path in built_site.pages():
        page.emulate_media(color_scheme="light")
        page.goto(built_site.url(path))
        page.evaluate(axe)
        problems += [f"{path}: {shown(violation)}" for violation in page.evaluate(RUN, ALL)]
        page.emulate_media(color_scheme="dark")
        problems += [f"{path}: dark: {shown(violation)}" for violation in page.evaluate(RUN, COLOURS)]
    context.close()
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_sees_a_violation(browser: Browser, axe: str, scheme: str) -> None:
    page = browser.new_page()
    page.set_content(
        "<!doctype html><html><title>Page</title><img src=data:,><p>Grey"
        f"<style>@media (prefers-color-scheme: {scheme}) {{ p {{ color: #aaa; background: #fff }} }}</style>"
    )
    page.evaluate(axe)
    page.emulate_media(color_scheme="light")
    light = {violation["id"] for violation in page.evaluate(RUN, ALL)}
    page.emulate_media(color_scheme="dark")
    dark = {violation["id"] for violation in page.evaluate(RUN, COLOURS)}
    assert {"html-has-lang", "image-alt"} <= light
    assert ("color-contrast" in light, "color-contrast" in dark) == (scheme == "light", scheme == "dark")
    page.close()


def shown(violation: dict[str, Any]) -> str:
    """A violation, with the elements that it is about."""
    places = ", ".join(" ".join(map(str, node["target"])) for node in violation["nodes"])
    return f"{violation['id']}: {violation['help']}: {places}"
