"""What can be wrong with a site, and how it is said.

Knows the form of a message and nothing of what it is about.
"""

import re
from collections.abc import Callable, Iterable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What no text may have: U+007F, and what XML 1.0 can't hold (section 2.2), and so neither can a feed."""

_RAW = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028-\\u202e]")
"""What would break a message's line, or change what a terminal shows."""


class Problem(Struct, frozen=True, order=True, array_like=True):
    """One thing that is wrong, and what to do about it.

    `path` is relative to the site's folder; `line` and `column` count from 1. `at` is the file that was being
    made of it, where it could be right for others.
    """

    path: str
    line: int
    column: int
    message: str
    hint: str
    severity: Literal["error", "warning"] = "error"
    at: str = ""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}"
        said = f"{place}: {self.severity}: {self.message}; {self.hint}"
        return _RAW.sub(lambda raw: raw[0].encode("unicode_escape").decode(), said)


Report = Callable[[Problem], None]
"""Where a stage puts a problem so that it can go on and find the next one."""


def unheard(_: Problem) -> None:
    """A report that nobody hears: of what a build has said, or will say."""


def gathered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems in their order, each once: a template is wrong in one place, and for many pages."""
    alike: dict[Problem, list[str]] = {}
    for problem in problems:
        found = alike.setdefault(replace(problem, at="") if problem.at else problem, [])
        if problem.at and problem.at not in found[:1]:
            found.append(problem.at)
    return tuple(_said(problem, found) for problem, found in alike.items())


def _said(problem: Problem, found: list[str]) -> Problem:
    if not found:
        return problem
    others = f" and {len(found) - 1:,} more" if found[1:] else ""
    return replace(problem, message=f"{problem.message} (for {found[0]}{others})")


class SiteError(Exception):
    """Ends a run: the site can't be built as it is."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = gathered(problems)
        super().__init__("\n".join(map(str, self.problems)))


def no_site() -> SiteError:
    """What to say where there is no `site.yaml`."""
    hint = "go to a site's folder, name it with --site, or run jisr init"
    return SiteError(Problem("site.yaml", 1, 1, "there is no site here", hint))
