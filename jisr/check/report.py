"""Findings as text, as JSON, and as annotations of a workflow on GitHub."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec.structs import asdict

from jisr.check.findings import Finding
from jisr.check.whole import Weight

MOST = 20
"""Warnings of a check that are written out as text."""


def as_text(findings: Iterable[Finding]) -> Iterable[str]:
    """A line for each: `path:line:column: error: what; what to do [check]`.

    Of the warnings of each check the first `MOST`, and how many more: a thousand alike bury the rest.
    """
    warned: Counter[str] = Counter()
    for one in findings:
        warned[one.check] += one.problem.severity == "warning"
        if one.problem.severity == "error" or warned[one.check] <= MOST:
            yield str(one)
    for check, number in sorted(warned.items()):
        if number > MOST:
            yield f"{number - MOST:,} more of {number:,} warnings, all with --format json [{check}]"


def weight_lines(weights: Sequence[Weight]) -> list[str]:
    """A table of the heaviest pages of each kind."""
    names = sorted({name for one in weights for name in one.parts})
    rows = [("first view, kB", "language", "in all", *names, "page")]
    for one in weights:
        parts = (_kb(one.parts.get(name, 0)) for name in names)
        rows.append((one.kind, one.language, _kb(one.total), *parts, one.path))
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]) - 1)]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(w) if n < 2 else cell.rjust(w)
            for n, (cell, w) in enumerate(zip(row, widths, strict=False))
        ]
        lines.append("  ".join([*cells, row[-1]]))
    return lines


def _kb(size: int) -> str:
    return f"{size / 1000:.1f}" if size else "-"


def as_json(findings: Sequence[Finding], weights: Sequence[Weight], notes: Sequence[str]) -> str:
    """All of it for programs."""
    names = ("path", "line", "column", "severity", "message", "hint")
    found = [{name: getattr(one.problem, name) for name in names} | {"check": one.check} for one in findings]
    weighed = [asdict(one) | {"total": one.total} for one in weights]
    result = {"findings": found, "weights": weighed, "notes": list(notes)}
    return json.dumps(result, ensure_ascii=False, indent=2)


def as_github(findings: Iterable[Finding]) -> Iterable[str]:
    """Commands of GitHub's workflows, which shows them at their lines.

    What is escaped how: `escapeData` and `escapeProperty` of actions/toolkit.
    """
    for one in findings:
        problem = one.problem
        given = {
            "file": problem.path,
            "line": problem.line,
            "col": problem.column,
            "title": f"jisr: {one.check}",
        }
        properties = ",".join(f"{name}={_property(str(value))}" for name, value in given.items())
        yield f"::{problem.severity} {properties}::{_data(f'{problem.message}; {problem.hint}')}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
