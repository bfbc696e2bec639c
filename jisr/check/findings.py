"""What a check finds: a problem under the name of its check, by which it can be accepted.

docs/check.md says what each looks at.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from jisr.errors import Problem

CHECKS: Mapping[str, Literal["error", "warning"]] = {
    # the built site
    "links": "error",
    "fragments": "error",
    "assets": "error",
    "integrity": "error",
    "redirects": "error",
    "addresses": "warning",
    "alt": "warning",
    "titles": "warning",
    "descriptions": "warning",
    "headings": "warning",
    "canonical": "error",
    "hreflang": "error",
    "indexing": "error",
    "sitemap": "error",
    "feeds": "error",
    "structured-data": "error",
    "html": "error",
    "weight": "warning",
    # the words
    "separators": "warning",
    "digits": "warning",
    "spacing": "warning",
    "latin-marks": "warning",
    "tatweel": "warning",
    "quotes": "warning",
    "letters": "warning",
    "direction": "warning",
    # Markdown
    "markdown-list": "warning",
    "markdown-heading": "warning",
    "markdown-table": "warning",
    "markdown-code": "warning",
    "markdown-note": "warning",
    "markdown-html": "warning",
    "markdown-emphasis": "warning",
    "markdown-link": "warning",
}
"""The checks by their names, and how grave what they find is."""

OTHERS = {"build", "accept"}
"""What else findings are called: what a build says, and acceptances of what isn't there."""


class Finding(Struct, frozen=True, order=True):
    """A problem, and the name of the check that found it."""

    problem: Problem
    check: str

    def __str__(self) -> str:
        return f"{self.problem} [{self.check}]"


Say = Callable[[str, int, str, str], None]
"""Takes the name of a check, an index in the text at hand, what is wrong, and what to do."""


def finding(check: str, path: str, place: tuple[int, int], message: str, hint: str) -> Finding:
    """What a check has found; `place` is line and column, from 1."""
    return Finding(Problem(path, *place, message, hint, CHECKS[check]), check)


def accepted(
    findings: Iterable[Finding], accept: Mapping[str, Sequence[str]], places: Mapping[str, tuple[int, int]]
) -> list[Finding]:
    """The findings that the site doesn't accept, sorted, with what is wrong with its acceptances.

    `accept` has for the name of a check the paths of files, in which `*` stands for anything; `places` where
    each check is named in `site.yaml`.
    """
    unused = {(check, pattern) for check, patterns in accept.items() for pattern in patterns}
    left = set()
    for one in findings:
        matching = [p for p in accept.get(one.check, ()) if fnmatchcase(one.problem.path, p)]
        unused -= {(one.check, pattern) for pattern in matching}
        if not matching:
            left.add(one)
    for check, pattern in unused:
        what, hint = f"nothing in {pattern} is found by `{check}`", "take it out of `accept`"
        if check not in CHECKS:
            what, hint = f"there is no check `{check}`", "docs/check.md has their names"
        left.add(Finding(Problem("site.yaml", *places.get(check, (1, 1)), what, hint, "warning"), "accept"))
    return sorted(left)


def gathered(findings: Iterable[Finding], built: Set[str]) -> list[Finding]:
    """The findings, those once that pages have in common: a link in a template is wrong on all of them.

    `built` are the files that a build has made.
    """
    kept: list[Finding] = []
    pages: dict[tuple[str, str], list[Finding]] = {}
    for one in sorted(findings):
        if one.problem.path in built:
            pages.setdefault((one.check, one.problem.message), []).append(one)
        else:
            kept.append(one)
    for alike in pages.values():
        first = alike[0].problem
        number = len({one.problem.path for one in alike})
        if number == 1:
            kept += alike
        else:
            where = f"on {number:,} pages" if first.path.endswith(".html") else f"in {number:,} files"
            said = f"{first.message} ({where})"
            kept.append(replace(alike[0], problem=replace(first, message=said)))
    return sorted(kept)


def named_from(here: Path, site: Path, findings: Iterable[Finding]) -> list[Finding]:
    """The findings with their files named from a folder, so that editors and terminals find them."""
    return [
        replace(one, problem=replace(one.problem, path=os.path.relpath(site / one.problem.path, here)))
        for one in findings
    ]
