"""What can be wrong with a site, and how it is said.

Knows the form of a message and nothing of what it is about.
"""

from collections.abc import Callable
from typing import Literal

from msgspec import Struct


class Problem(Struct, frozen=True, order=True):
    """One thing that is wrong, and what to do about it.

    `path` is relative to the site's folder; `line` and `column` count from 1.
    """

    path: str
    line: int
    column: int
    message: str
    hint: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}"
        return f"{place}: {self.severity}: {self.message}; {self.hint}"


Report = Callable[[Problem], None]
"""Where a stage puts a problem so that it can go on and find the next one."""


class SiteError(Exception):
    """Ends a run: the site can't be built as it is."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems
