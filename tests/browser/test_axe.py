"""Every page passes axe-core, the accessibility checker, in its light and in its dark scheme."""

import pytest
from playwright.sync_api import Browser

from tests.browser.accessibility import small_targets, violations
from tests.browser.served import Served


def test_no_page_has_an_accessibility_violation(built_site: Served, browser: Browser, axe: str) -> None:
    # The policy of the pages allows no script; test_policy.py holds them to it.
    page = browser.new_page(bypass_csp=True)
    problems = []
    for path in built_site.pages():
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(built_site.url(path))
        problems += [f"{path}: {found}" for found in violations(page, axe)]
        page.set_viewport_size({"width": 390, "height": 800})
        problems += [f"{path}: {found}" for found in small_targets(page, axe)]
    page.close()
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_sees_a_violation(browser: Browser, axe: str, scheme: str) -> None:
    page = browser.new_page()
    page.set_content(
        "<!doctype html><html><title>Page</title><img src=data:,><p>Grey"
        f"<style>@media (prefers-color-scheme: {scheme}) {{ p {{ color: #aaa; background: #fff }} }}</style>"
    )
    found = {violation.rpartition(": ")[0].rpartition(": ")[0] for violation in violations(page, axe)}
    assert {"html-has-lang", "image-alt"} <= found
    assert ("color-contrast" in found, "dark: color-contrast" in found) == (
        scheme == "light",
        scheme == "dark",
    )
    page.close()
