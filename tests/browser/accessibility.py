"""What axe-core, the accessibility checker, finds on a page."""

from typing import Any

from playwright.sync_api import Page

RUN = (
    "options => axe.run(document, {resultTypes: ['violations'], ...options}).then(found => found.violations)"
)

COLOURS = {"runOnly": ["cat.color"]}
"""The rules for what may be another thing in another scheme."""


def violations(page: Page, axe: str) -> list[str]:
    """What is wrong with a page in its light scheme, and with its colours in the dark one.

    `axe` is the source of the checker. A page whose policy allows no script needs a context that bypasses it.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe)
    page.emulate_media(color_scheme="light")
    found = [_shown(violation) for violation in page.evaluate(RUN, {})]
    page.emulate_media(color_scheme="dark")
    return found + [f"dark: {_shown(violation)}" for violation in page.evaluate(RUN, COLOURS)]


def _shown(violation: dict[str, Any]) -> str:
    """A violation, with the elements that it is about."""
    places = ", ".join(" ".join(map(str, node["target"])) for node in violation["nodes"])
    return f"{violation['id']}: {violation['help']}: {places}"
