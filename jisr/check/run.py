"""All checks of a site, over its built folder and its sources, in several processes where that pays."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from jisr import build as building
from jisr.build import Built
from jisr.check import files, nu, whole
from jisr.check.findings import Finding, accepted, gathered
from jisr.check.folder import Folder
from jisr.check.html import read_html
from jisr.check.pages import Look, PageFacts
from jisr.check.sources import catalogue_findings, document_findings
from jisr.check.whole import Weight, Whole
from jisr.commands import catalogues_of, read_settings
from jisr.errors import Problem, SiteError, no_site, unheard
from jisr.model import DocumentFiles, Language, Site, Source
from jisr.processes import processes_for
from jisr.progress import Watch, unwatched
from jisr.read.documents import document_files
from jisr.read.sources import read_text, scan
from jisr.write.state import State
from jisr.yamlfile import parse

BATCH = 100


class Checked(Struct, frozen=True):
    """What a check found and looked at. `notes` say what it couldn't do."""

    findings: tuple[Finding, ...]
    pages: int = 0
    documents: int = 0
    weights: tuple[Weight, ...] = ()
    notes: tuple[str, ...] = ()


def check(root: Path, output: Path, jobs: int | None, watch: Watch = unwatched) -> Checked:
    """Bring the built site up to date, as it was last built, and look at it and at its sources.

    What a build says is among the findings. Raises `SiteError` where there is no site.
    """
    if not (root / "site.yaml").is_file():
        raise no_site()
    problems: list[Problem] = []
    try:
        options = replace(building.last_options(root, output, problems.append), jobs=jobs)
        built = building.build(root, output, options, watch)
    except SiteError as error:
        return Checked(tuple(Finding(problem, "build") for problem in sorted({*problems, *error.problems})))
    built = replace(built, warnings=(*problems, *built.warnings))
    site = read_settings(root, options.base_url, unheard)
    assert site is not None  # it has just been built
    return _Run(root, output, site, built, jobs, watch).all()


COPIED = ("static", "content")
"""The folders whose files stand on the site as they are."""

OF_TEMPLATES = ("titles", "headings")
"""Checks of what a page is to have that a template makes; a search engine's own file has none of it."""


class _Run:
    """One check of one site."""

    def __init__(
        self, root: Path, output: Path, site: Site, built: Built, jobs: int | None, watch: Watch
    ) -> None:
        self.root, self.site, self.built, self.jobs, self.watch = root, site, built, jobs, watch
        paths = [p.relative_to(output).as_posix() for p in output.rglob("*") if p.is_file()]
        self.folder = Folder(output, site.base_url, site.base_path, frozenset(paths))
        self.shown = {path: os.path.relpath(output / path, root) for path in paths}
        self.documents = document_files(scan(root, "content", unheard), unheard)
        self.found: list[Finding] = [Finding(problem, "build") for problem in built.warnings]
        self.pages: dict[str, PageFacts] = {}
        """The pages that templates made, by their paths."""

    def all(self) -> Checked:
        """Do all checks."""
        self.one_by_one()
        seen = Whole(self.root, self.site, self.folder, self.pages, self._editions(), self.shown)
        for look in (*files.FILES, whole.titles, whole.descriptions, whole.canonical, whole.hreflang,
                     whole.indexing, whole.weight):  # fmt: skip
            self.found += look(seen)
        led_to = {path for page in self.pages.values() for _, path, _ in page.fragments}
        self.found += whole.fragments(seen, {path: read_html(self.folder.read(path)).ids for path in led_to})
        note = self.validity()
        left = accepted(self.found, self.site.accept, self._accepted())
        return Checked(
            tuple(gathered(left, set(self.shown.values()))),
            len(self.pages),
            len(self.documents),
            tuple(whole.weights(seen)),
            (note,) if note else (),
        )

    def one_by_one(self) -> None:
        """Look at each page, document and catalogue by itself."""
        there = {source.path for source in scan(self.root, "translations", unheard)}
        catalogues = catalogues_of(self.site, (document.path for document in self.documents))
        html = sorted(path for path in self.folder.files if path.endswith(".html"))
        copied = {path for path in html if any((self.root / own / path).is_file() for own in COPIED)}
        work: list[Any] = list(html)
        work += self.documents
        work += [pair for pair in catalogues.items() if pair[0] in there]
        batches = [work[at : at + BATCH] for at in range(0, len(work), BATCH)]
        number = min(processes_for(len(work), self.jobs), len(batches))
        looked = _each(_Desk(self.folder, self.site, self.shown), batches, number)
        without_template = {self.shown[path] for path in copied}
        for facts, findings in self.watch(looked, len(work), BATCH):
            self.pages |= {page.path: page for page in facts if page.path not in copied}
            self.found += [
                one
                for one in findings
                if not (one.check in OF_TEMPLATES and one.problem.path in without_template)
            ]

    def validity(self) -> str:
        """Ask the Nu checker; what to say where that isn't possible, or where it is for some pages only."""
        command = nu.checker(self.root)
        if command is None:
            return (
                "the HTML was not checked by Nu, which isn't installed: "
                "npm install vnu-jar, and a Java (docs/check.md)"
            )
        pages = nu.sample(sorted(self.pages))
        others = sorted(path for path in self.folder.files if path.endswith((".css", ".svg")))
        self.found += nu.validity(command, self.folder, [*pages, *others], self.shown)
        if len(pages) < len(self.pages):
            return f"Nu was given {len(pages):,} of {len(self.pages):,} pages"
        return ""

    def _editions(self) -> Mapping[str, whole.Edition]:
        with State(self.root, unheard) as state:
            documents, renderings = state.documents(), state.editions()
        pairs = ((facts, renderings[path]) for path, facts in documents.items() if path in renderings)
        return whole.editions_of(self.site, ((facts, rendered.editions) for facts, rendered in pairs))

    def _accepted(self) -> Mapping[str, tuple[int, int]]:
        """Where `site.yaml` names what it accepts."""
        text = read_text(Source("site.yaml", self.root), unheard) or ""
        source = parse(text, "site.yaml", unheard)
        places = source.places.items() if source else ()
        return {str(steps[1]): at[1:] for steps, at in places if len(steps) == 2 and steps[0] == "accept"}


@dataclass(frozen=True, slots=True)
class _Desk:
    """What looking at something needs besides it."""

    folder: Folder
    site: Site
    shown: Mapping[str, str]

    def look(
        self, batch: Sequence[str | DocumentFiles | tuple[str, Language]]
    ) -> tuple[list[PageFacts], list[Finding]]:
        """The facts of the pages in a batch, and what is found in all of it."""
        facts: list[PageFacts] = []
        found: list[Finding] = []
        for one in batch:
            if isinstance(one, str):
                page, said = Look(self.folder, one, self.shown[one]).all()
                facts.append(page)
                found += said
            elif isinstance(one, DocumentFiles):
                found += document_findings(self.site, one)
            else:
                found += catalogue_findings(self.site, *one)
        return facts, found


_desk: _Desk
"""The desk of a worker process; set when the process begins."""


def _each(
    desk: _Desk, batches: Sequence[Sequence[Any]], processes: int
) -> Iterator[tuple[list[PageFacts], list[Finding]]]:
    if processes < 2:
        yield from map(desk.look, batches)
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_begin, initargs=(desk,)) as executor:
        yield from executor.map(_look, batches)


def _begin(desk: _Desk) -> None:
    global _desk  # noqa: PLW0603  # a process of an executor has no other place to keep something
    _desk = desk


def _look(batch: Sequence[Any]) -> tuple[list[PageFacts], list[Finding]]:
    return _desk.look(batch)
