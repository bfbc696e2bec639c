"""What axe-core, the accessibility checker, finds on a page."""

from typing import Any

from playwright.sync_api import Page

RUN = (
    "options => axe.run(document, {resultTypes: ['violations'], ...options}).then(found => found.violations)"
)

COLOURS = {"runOnly": ["cat.color"]}
"""The rules for what may be another thing in another scheme."""

TARGETS = {"runOnly": ["target-size"]}
"""The rule for what is touched, of WCAG 2.2, which isn't among those of a whole run."""


def violations(page: Page, axe: str) -> list[str]:
    """What is wrong with a page in its light scheme, and with its colours in the dark one.

    `axe` is the source of the checker. A page whose policy allows no script needs a context that bypasses it.
    """
    page.emulate_media(color_scheme="light")
    found = _run(page, axe, {})
    page.emulate_media(color_scheme="dark")
    return found + [f"dark: {violation}" for violation in _run(page, axe, COLOURS)]


def small_targets(page: Page, axe: str) -> list[str]:
    """Links and buttons of a page that are too small for a finger, or too near to others."""
    return _run(page, axe, TARGETS)


def _run(page: Page, axe: str, options: dict[str, Any]) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe)
    return [_shown(violation) for violation in page.evaluate(RUN, options)]


def _shown(violation: dict[str, Any]) -> str:
    """A violation, with the elements that it is about."""
    places = ", ".join(" ".join(map(str, node["target"])) for node in violation["nodes"])
    return f"{violation['id']}: {violation['help']}: {places}"
