"""Every page passes axe-core, the accessibility checker, in its light and in its dark scheme."""

from typing import Any, Literal

import pytest
from playwright.sync_api import Browser

from tests.browser.served import Served

RUN = "axe.run(document, {resultTypes: ['violations']}).then(results => results.violations)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_an_accessibility_violation(
    built_site: Served, browser: Browser, axe: str, scheme: Literal["light", "dark"]
) -> None:
    # The policy of the pages allows no script; test_policy.py holds them to it.
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    problems = []
    for path in built_site.pages():
        page.goto(built_site.url(path))
        page.evaluate(axe)
        problems += [f"{path}: {shown(violation)}" for violation in page.evaluate(RUN)]
    context.close()
    assert not problems, "\n".join(problems)


def test_axe_sees_a_violation(browser: Browser, axe: str) -> None:
    page = browser.new_page()
    page.set_content("<!doctype html><html><title>Page</title><img src=data:,>")
    page.evaluate(axe)
    assert {"html-has-lang", "image-alt"} <= {violation["id"] for violation in page.evaluate(RUN)}
    page.close()


def shown(violation: dict[str, Any]) -> str:
    """A violation, with the elements that it is about."""
    places = ", ".join(" ".join(map(str, node["target"])) for node in violation["nodes"])
    return f"{violation['id']}: {violation['help']}: {places}"
