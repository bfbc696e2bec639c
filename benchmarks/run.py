"""Measures builds of one corpus by Jisr and by other generators; prints a table. `make bench` calls it.

See docs/performance.md for what is measured, and how.
"""

import argparse
import itertools
import json
import os
import platform
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cases
import corpus
import pages
import sites
from cases import Case, Edit
from measure import Cost, FailedError, run
from sites import Tool

KEPT = sites.HERE / ".work"
"""Where the single runs are kept."""

MEMORY = Path("/dev/shm")
"""A disk in memory, where there is one: on others, what a disk has just deleted is measured as well."""

SMALLER = (1000, 100)
"""Sizes that are built cold besides."""

COMPARED = 200
"""So many article pages are compared, chosen by the seed."""

LISTED = 20
"""Articles on a page of a listing, and in a feed."""

FEWEST = 10
"""Articles that the cases need: one among the newest with one before and one after it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: the costs of each tool's runs."""

    title: str
    costs: dict[str, list[Cost]]


class Bench:
    """One run of the benchmark: what was asked for, and where the sites stand."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.seed: int = options.seed
        self.runs: int = options.runs
        self.limit: float = options.limit
        self.tools = [sites.ALL[name] for name in options.tools]
        self.jobs = options.jobs
        self.work = Path(tempfile.mkdtemp(prefix="jisr-", dir=options.work))
        # No clock zone and no language of the machine's own in the pages.
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.work),
            "TZ": "UTC",
            "LC_ALL": "C.UTF-8",
        }
        self.built: set[tuple[str, int]] = set()
        self.edited: set[tuple[str, int]] = set()

    def prepare(self, number: int) -> None:
        """Write the sites of this size anew."""
        for tool in self.tools:
            say(f"{number:,} articles for {tool.name}")
            sites.write_site(tool, self.root(tool, number), number, self.seed)

    def root(self, tool: Tool, number: int) -> Path:
        return self.work / str(number) / tool.name

    def case(self, case: Case, number: int) -> Row:
        """The case with every tool, in rounds: each round begins with another tool."""
        costs: dict[str, list[Cost]] = {tool.name: [] for tool in self.tools}
        for round_ in range(self.runs):
            first = round_ % len(self.tools)
            for tool in self.tools[first:] + self.tools[:first]:
                cost = self.measured(tool, case, number)
                costs[tool.name].append(cost)
                say(f"{case.name} {round_ + 1}: {tool.name} {cost.seconds:.2f} s, {_mb(cost.memory)} MB")
        return Row(f"{case.title}, {number:,}", costs)

    def measured(self, tool: Tool, case: Case, number: int) -> Cost:
        """A run of a case: its beginning restored, then the build that counts, checked."""
        root = self.root(tool, number)
        if case is cases.COLD:
            for place in (root / "public", *(root / name for name in tool.state), self.work / ".cache"):
                _remove(place)
            self.built.add((tool.name, number))
            return self.build(tool, root)
        if (tool.name, number) not in self.built:
            self.measured(tool, cases.COLD, number)
        if case.edit is None:
            return self.build(tool, root)
        edit = case.edit(tool, root, self.article(case, number))
        original = {path: (root / path).read_text(encoding="utf-8") for path in edit.before}
        if original != edit.before:
            sites.write(root, edit.before)
            if tool.state:
                self.build(tool, root)
        sites.write(root, edit.after)
        try:
            cost = self.build(tool, root)
            self.check_edit(tool, root, edit, case)
        finally:
            sites.write(root, original)
        self.edited.add((tool.name, number))
        if tool.state:
            self.settle(tool, number)
        return cost

    def settle(self, tool: Tool, number: int) -> None:
        """Build what the last edit left, its files being as they were."""
        if (tool.name, number) in self.edited:
            self.build(tool, self.root(tool, number))
            self.edited.discard((tool.name, number))

    def build(self, tool: Tool, root: Path) -> Cost:
        return run(tool.command(self.jobs), root, self.environment, self.limit)

    def article(self, case: Case, number: int) -> corpus.Article:
        """The article that a case edits: one of the home page's twenty, or one from the middle."""
        return self.at(5 if case.newest else number // 2, number)

    def at(self, index: int, number: int) -> corpus.Article:
        return next(itertools.islice(corpus.articles(number, self.seed), index, None))

    def check_edit(self, tool: Tool, root: Path, edit: Edit, case: Case) -> None:
        """Stop if a page doesn't show the edit."""
        for page, word in edit.shown.items():
            read = pages.entries if page in tool.feeds else pages.read
            if not any(word in text for text in read(root / "public" / page)):
                raise FailedError(f"{tool.name}, {case.name}: {page} doesn't show the edit")

    def compare(self, number: int) -> list[str]:
        """Stop unless all tools wrote the same pages with the same text and links, and the same feeds.

        Returns a line for each tool: how much it wrote.
        """
        wanted = {
            f"{prefix}articles/{corpus.name(index)}/index.html"
            for index in range(number)
            for prefix in ("", "en/")
        }
        sample = random.Random(self.seed).sample(sorted(wanted), min(COMPARED, len(wanted)))
        sample += [prefix + page for page in self.listings(number) for prefix in ("", "en/")]
        listings = pages.listings(self.root(self.tools[0], number) / "public")
        expected: dict[str, list[str]] = {}
        found = []
        for tool in self.tools:
            self.settle(tool, number)
            folder = self.root(tool, number) / "public"
            if (written := pages.articles(folder)) != wanted:
                raise FailedError(f"{tool.name} wrote {len(written):,} article pages, not {len(wanted):,}")
            if odd := sorted(pages.listings(folder) ^ listings):
                said = f"{tool.name}: not the listings of {self.tools[0].name}"
                raise FailedError(f"{said}, {len(odd):,} of them: {odd[0]} …")
            read = {page: pages.read(folder / page) for page in sample}
            for language, feed in zip(("Arabic", "English"), tool.feeds, strict=True):
                read[f"{language} feed"] = entries = pages.entries(folder / feed)
                if len(entries) != min(LISTED, number):
                    raise FailedError(f"{tool.name} has {len(entries)} entries in {feed}")
            for page, seen in read.items():
                if seen != expected.setdefault(page, seen):
                    said = f"{tool.name}, {page}: not the text and links of {self.tools[0].name}"
                    raise FailedError(f"{said}:\n{_difference(seen, expected[page])}")
            files, volume = pages.size(folder)
            found.append(f"| {tool.name} | {files:,} | {volume / 1e6:,.0f} |")
        return found

    def listings(self, number: int) -> list[str]:
        """Listings that are compared: first pages, and the home page's second one.

        Of Jisr that takes what is over: it is full, as with the others, only where nothing is.
        """
        tag = sites.slug(self.at(0, number).tags[0])
        second = ["page/2/index.html"] if number > LISTED and number % LISTED == 0 else []
        return ["index.html", *second, "tags/index.html", f"tags/{tag}/index.html"]


def table(rows: Iterable[Row], tools: Sequence[Tool]) -> str:
    """The rows as Markdown: medians, and how many times those of the first tool, Hugo if it is measured."""
    names = [tool.name for tool in tools]
    lines = [_line(["case", *names]), "|---" + "|---:" * len(names) + "|"]
    for row in rows:
        time, memory = _seconds(row.costs[names[0]]), _memory(row.costs[names[0]])
        cells = [row.title]
        for name in names:
            costs = row.costs[name]
            cells.append(
                f"{_seconds(costs):.2f} s (× {_seconds(costs) / time:.2f}), "
                f"{_mb(_memory(costs))} MB (× {_memory(costs) / memory:.2f})"
            )
        lines.append(_line(cells))
    return "\n".join(lines)


def growth(rows: Sequence[Row], sizes: Sequence[int], tools: Sequence[Tool]) -> str:
    """How time and memory of a cold build grow from one size to the next larger one."""
    by_size = dict(zip(sizes, rows, strict=True))
    lines = ["| growth of a cold build | articles | time | memory |", "|---|---:|---:|---:|"]
    for small, large in itertools.pairwise(sorted(sizes)):
        for tool in tools:
            before, after = by_size[small].costs[tool.name], by_size[large].costs[tool.name]
            time, memory = (measure(after) / measure(before) for measure in (_seconds, _memory))
            lines.append(_line([f"{tool.name}, {small:,} → {large:,}", f"× {large / small:g}",
                                f"× {time:.1f}", f"× {memory:.1f}"]))  # fmt: skip
    return "\n".join(lines)


def machine() -> str:
    """The machine, in a line."""
    processor = platform.processor() or platform.machine()
    if found := re.search(r"^model name\s*:\s*(.+)$", _read("/proc/cpuinfo"), re.MULTILINE):
        processor = found[1]
    memory = int(re.findall(r"^MemTotal:\s+(\d+)", _read("/proc/meminfo"), re.MULTILINE)[0]) / 2**20
    return f"{processor}, {os.cpu_count()} cores, {memory:.0f} GiB, Linux {platform.release()}"


def versions(tools: Sequence[Tool]) -> str:
    """The tools with their versions, in a line."""
    found = [f"{tool.name} {_version(tool)}" for tool in tools]
    found.append(f"Python {platform.python_version()}")
    if any(tool.name == "eleventy" for tool in tools):
        found.append(f"Node.js {_said(['node', '--version']).strip().lstrip('v')}")
    return ", ".join(found)


def _version(tool: Tool) -> str:
    # The command without its options: the program, and what Python or Node is to run.
    command = tool.command(None)
    program = {"jisr": command[:3], "eleventy": command[:2]}.get(tool.name, command[:1])
    found = re.search(r"\d+\.\d+(\.\d+)?", _said([*program, *tool.version]))
    return found[0] if found else "of unknown version"


def _said(command: Sequence[str]) -> str:
    # Not from the repository's root: Python would find the package there, not the installed one.
    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=KEPT, check=False).stdout


def _read(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _seconds(costs: Iterable[Cost]) -> float:
    return statistics.median(cost.seconds for cost in costs)


def _memory(costs: Iterable[Cost]) -> float:
    return statistics.median(cost.memory for cost in costs)


def _mb(memory: float) -> str:
    return f"{memory / 1e6:,.0f}"


def _difference(mine: Sequence[str], theirs: Sequence[str]) -> str:
    """The first piece that differs, and what stands there."""
    pairs = itertools.zip_longest(mine, theirs, fillvalue="nothing")
    return next((f"{one!r}\n{other!r}" for one, other in pairs if one != other), "")


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def say(text: str) -> None:
    """How far it is, to the standard error."""
    print(text, file=sys.stderr, flush=True)


def _names(known: Iterable[str]) -> Callable[[str], list[str]]:
    def parse(text: str) -> list[str]:
        wanted = text.split(",")
        if unknown := set(wanted) - set(known):
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
        return [name for name in known if name in wanted]

    return parse


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """The options. The tools are measured, and stand in the table, in a fixed order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=1000, help="articles")
    parser.add_argument("--runs", type=int, default=3, help="rounds of each case")
    parser.add_argument("--tools", type=_names(sites.ALL), default=list(sites.ALL), help=",".join(sites.ALL))
    parser.add_argument("--cases", type=_names(cases.ALL), default=list(cases.ALL), help=",".join(cases.ALL))
    parser.add_argument("--jobs", type=int, help="processes of Jisr; as many as it finds worth it")
    parser.add_argument("--seed", type=int, default=1, help="of the corpus")
    parser.add_argument("--work", type=Path, help="where the sites stand meanwhile; in memory if not given")
    parser.add_argument("--limit", type=float, default=900, help="seconds after which a build is given up")
    asked = parser.parse_args(arguments)
    if asked.n < FEWEST:
        parser.error(f"argument --n: {asked.n} is too few; measure {FEWEST} at least")
    asked.work = (asked.work or (MEMORY if os.access(MEMORY, os.W_OK) else KEPT)).absolute()
    asked.work.mkdir(parents=True, exist_ok=True)
    return asked


def main(arguments: Sequence[str]) -> int:
    """Prepare, measure, compare, print."""
    KEPT.mkdir(exist_ok=True)
    asked = options(arguments)
    bench = Bench(asked)
    larger = [asked.n]
    if "cold" in asked.cases:
        larger += [size for size in SMALLER if size < asked.n]
    rows: list[Row] = []
    cold: list[Row] = []
    written: list[str] = []
    try:
        for number in larger:
            bench.prepare(number)
            for name in asked.cases if number == asked.n else ["cold"]:
                rows.append(bench.case(cases.ALL[name], number))
                if name == "cold":
                    cold.append(rows[-1])
                    bench.compare(number)
                _keep(rows, asked.n)
            # Once more after the edits: taken back, they must have left no trace.
            compared = bench.compare(number)
            written = written or compared
    except FailedError as error:
        say(f"benchmark: {error}")
        return 1
    finally:
        shutil.rmtree(bench.work, ignore_errors=True)
    print(f"\n{machine()}\n\n{versions(bench.tools)}; jobs: {bench.jobs or 'its own choice'}; "
          f"seed {bench.seed}, medians of {bench.runs}\n")  # fmt: skip
    print(table(rows, bench.tools))
    if len(cold) > 1:
        print(f"\n{growth(cold, larger, bench.tools)}")
    print("\n| written | files | MB |\n|---|---:|---:|")
    print("\n".join(written))
    return 0


def _keep(rows: Iterable[Row], number: int) -> None:
    """Every single run, for who wants to look closer."""
    kept = {
        row.title: {name: [asdict(cost) for cost in costs] for name, costs in row.costs.items()}
        for row in rows
    }
    text = json.dumps(kept, indent=1, ensure_ascii=False)
    (KEPT / f"runs-{number}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
