"""Measures the preview: from the moment a file is written to the change in the open page, in a browser.

`make latency` calls it; docs/performance.md says what is measured.
"""

import argparse
import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sites
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.browser import chromium

ARTICLE = "content/articles/article-00003.md"
"""Among the newest, so that the home page shows it."""

PO = "translations/en/articles/article-00003.po"
CSS = "static/css/site.css"
PAGE = "/en/articles/article-00003/"

# Resolves with the time of the first change after which the page holds the mark.
WAIT = """mark => {
  const now = () => performance.timeOrigin + performance.now();
  const holds = () => document.documentElement.textContent.includes(mark)
    || getComputedStyle(document.body).getPropertyValue("--mark").includes(mark);
  window.waiting = new Promise(resolve => {
    const look = () => { if (holds()) { observer.disconnect(); clearInterval(timer); resolve(now()); } };
    const observer = new MutationObserver(look);
    observer.observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
    const timer = setInterval(look, 2);
    setTimeout(() => resolve(null), 30000);
  });
}"""


@dataclass(frozen=True, slots=True)
class Case:
    """An edit: which page is open, which file is written, and how the mark gets into its text."""

    name: str
    page: str
    file: str
    edit: Callable[[str, str], str]


def _before(pattern: str, mark: str) -> Callable[[str, str], str]:
    """Put a mark before the first place where a pattern is found."""

    def edit(text: str, word: str) -> str:
        edited, count = re.subn(pattern, lambda found: mark.replace("MARK", word) + found[0], text, count=1)
        assert count, f"nothing like {pattern} to edit"
        return edited

    return edit


CASES = (
    Case("an article", PAGE, ARTICLE, lambda text, word: f"{text.rstrip()}\n\nكلمة {word}\n"),
    Case("its title, on the home page", "/", ARTICLE, _before(r'(?<=title: ")\S', "MARK ")),
    Case("a translation", PAGE, PO, _before(r'(?<=\nmsgstr ")[A-Z]', "MARK ")),
    Case("a template", PAGE, "templates/base.html", _before("</body>", "<p>MARK</p>")),
    Case("a setting", PAGE, "site.yaml", _before(r"(?<=title: )The", "MARK ")),
    Case("a style sheet", PAGE, CSS, lambda text, word: f"{text}\nbody {{ --mark: {word} }}\n"),
)  # fmt: skip


@contextmanager
def served(root: Path) -> Iterator[tuple[str, int]]:
    """The address of a preview of the site, and its process."""
    command = [sys.executable, "-m", "jisr", "serve", "--site", str(root), "--port", "8600"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with (root.parent / "preview.log").open("w+") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        try:
            while not (found := re.search(r"is at (http://\S+)/,", Path(log.name).read_text())):
                assert process.poll() is None, Path(log.name).read_text()
                time.sleep(0.1)
            yield found[1], process.pid
        finally:
            process.terminate()
            process.wait()


def _calm(process: int) -> None:
    """Wait until the server has nothing left to do."""

    def used() -> int:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    before = used()
    while time.sleep(0.5) or used() - before > 2:
        before = used()


def measure(
    page: Page, address: str, root: Path, case: Case, runs: int, chance: random.Random
) -> list[float]:
    """Milliseconds from the write to the change, for each run; the file is put back in the end."""
    file = root / case.file
    original = file.read_text(encoding="utf-8")
    with page.expect_response("**/_jisr/events*"):
        answer = page.goto(address + case.page)
    assert answer
    assert answer.ok, f"{case.page}: {answer.status}"
    took = []
    for number in range(runs):
        word = f"mark{number}x{chance.randrange(10**9)}"
        page.evaluate(WAIT, word)
        new = file.with_name(f".{file.name}.swp")
        new.write_text(case.edit(original, word), encoding="utf-8")
        begun = time.time()
        new.replace(file)
        seen = page.evaluate("window.waiting")
        assert seen, f"{case.name}: the change never came"
        took.append(seen - begun * 1000)
        time.sleep(chance.uniform(0.5, 2.5))  # some saves come while a build goes on
    file.write_text(original, encoding="utf-8")
    return took


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=1000, help="articles")
    parser.add_argument("--runs", type=int, default=20, help="edits of each kind")
    given = parser.parse_args(arguments)
    root = sites.HERE / ".work" / "preview"
    sites.write_site(sites.ALL["jisr"], root, given.n, 1)
    found, chance = chromium.find(), random.Random(1)
    with served(root) as (address, process), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found.executable,
            args=list(chromium.ARGUMENTS),
            env={**os.environ, **found.environment},
        )
        page = browser.new_page()
        page.set_default_timeout(300_000)
        print(f"{given.n:,} articles, {given.runs} edits of each kind, load {os.getloadavg()[0]:.1f}\n")
        print("| what is saved | median | 95th percentile |\n|---|--:|--:|", flush=True)
        for case in CASES:
            _calm(process)
            took = measure(page, address, root, case, given.runs, chance)
            high = statistics.quantiles(took, n=20, method="inclusive")[-1]
            print(f"| {case.name} | {statistics.median(took):.0f} ms | {high:.0f} ms |", flush=True)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
