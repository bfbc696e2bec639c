"""This repository's own site, built once and served, and one browser to look at it with."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import chromium
from tests.browser.served import Served, serve
from tests.conftest import example


@pytest.fixture(scope="session")
def built_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """This repository's own site, built by `python build.py`."""
    folder = example(tmp_path_factory.mktemp("built"))
    command = [sys.executable, "build.py"]
    build = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert build.returncode == 0, f"{' '.join(command)} failed:\n{build.stdout}{build.stderr}"
    with serve(folder / "public") as served:
        yield served


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The one browser of all tests."""
    found = chromium.find()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found.executable,
            args=chromium.ARGUMENTS,
            env={**os.environ, **found.environment},
        )
        yield browser
        browser.close()


WAIT = 20_000
"""Milliseconds until something that doesn't come is missed: enough for a machine with other work."""

expect.set_options(timeout=WAIT)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a browser context of its own, so that nothing is cached from another test."""
    context = browser.new_context()
    context.set_default_timeout(WAIT)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    return _installed("axe-core/axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def vnu() -> Path:
    """The jar of the Nu HTML checker."""
    return _installed("vnu-jar/build/dist/vnu.jar")


def _installed(path: str) -> Path:
    file = chromium.ROOT / "node_modules" / path
    assert file.is_file(), f"{file} is missing: make test installs it (npm ci)"
    return file
