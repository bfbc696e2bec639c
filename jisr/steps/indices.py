"""Search indices, as far as what is in them has changed."""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from jisr.errors import Problem
from jisr.fingerprint import versions
from jisr.model import DocumentFiles, Indexed, Output, Site
from jisr.plan.find import IGNORED, Bundle
from jisr.processes import WORTH_PROCESSES, Shards, processes_for
from jisr.steps.plan import Plan
from jisr.steps.write import Making
from jisr.survey import below
from jisr.work import Shard
from jisr.write import index
from jisr.write.output import PageWritten, Staging, put, refuse_clashes


def indices(making: Making, staging: Staging, jobs: int | None) -> tuple[Plan, list[PageWritten]]:
    """The plan with the search indices, of which those that are stale are made.

    What files an index has is known when it has been made, and as long as what is in it stays the same.
    So many are made at once as there may be processes.
    """
    ours = below(sorted(making.standing.written), *(f"{bundle.folder}/" for bundle in making.plan.bundles))
    kept: list[Output] = []
    stale = []
    for bundle in making.plan.bundles:
        grounds = f"{versions()}\n\n\n{bundle.digest}"
        found = [Output(path, grounds, Indexed()) for path in ours if path.startswith(f"{bundle.folder}/")]
        whole = [output for output in found if making.standing.written[output.path].fingerprint == grounds]
        if whole and not any(output.path in making.standing.tampered for output in whole):
            kept += whole
        else:
            stale.append((bundle, grounds))
    made, done = _made(making, staging, jobs, stale) if stale else ([], [])
    outputs = (*making.plan.outputs, *kept, *made)
    removed = making.plan.removed - {output.path for output in outputs}
    return replace(making.plan, outputs=outputs, stale=(*making.plan.stale, *made), removed=removed), done


def _made(
    making: Making, staging: Staging, jobs: int | None, stale: Sequence[tuple[Bundle, str]]
) -> tuple[list[Output], list[PageWritten]]:
    """Indices that are made, each with what it stands on."""
    making.shards.open(making.desk)
    documents = {path: (making.documents[path], one.pages) for path, (one, _) in making.rendered.items()}
    scratch = staging.record / "search"
    at_once = processes_for(WORTH_PROCESSES, jobs)
    wanted = [bundle for bundle, _ in stale]
    found, said = make(making.shards, making.desk.site, wanted, documents, making.numbers, scratch, at_once)
    making.problems.extend(said)
    made, done = [], []
    for bundle, grounds in stale:
        folder = found[bundle.folder]
        for file in index.files(folder):
            path = f"{bundle.folder}/{file.relative_to(folder).as_posix()}"
            made.append(Output(path, grounds, Indexed()))
            done.append(put(making.desk.aside, path, file.read_bytes(), making.standing.digest(path)))
    shutil.rmtree(scratch)
    standing = making.standing
    paths = [output.path for output in made]
    refuse_clashes(staging.output, paths, (), standing.written, standing.tampered)
    return made, done


def make(
    shards: Shards,
    site: Site,
    bundles: Iterable[Bundle],
    documents: Mapping[str, tuple[DocumentFiles, str]],
    numbers: Mapping[str, int],
    scratch: Path,
    at_once: int,
) -> tuple[dict[str, Path], list[Problem]]:
    """Make indices, so many at once: where each is, by its place in the site. `scratch` is emptied for it.

    `documents` are given with their digests, `RenderFacts.pages`. Returned besides is what was said while
    documents were rendered once more. Raises `SiteError`.
    """
    shutil.rmtree(scratch, ignore_errors=True)
    laid, made = scratch.absolute() / "pages", scratch.absolute() / "made"
    wanted: dict[str, list[tuple[int, Path]]] = {}
    folders: dict[Path, tuple[Path, str]] = {}
    for bundle in bundles:
        folders[laid / bundle.folder] = (made / bundle.folder, site.languages[bundle.language].code)
        for path in bundle.documents:
            wanted.setdefault(path, []).append((bundle.language, laid / bundle.folder))
    work = [(*documents[path], tuple(places)) for path, places in wanted.items()]
    problems: list[Problem] = []
    for said in shards.batches(Shard.lay_out, work, lambda item: numbers[item[0].path]):
        problems += said
    index.make(folders, IGNORED, at_once)
    shutil.rmtree(laid)
    return {path.relative_to(made).as_posix(): path for path, _ in folders.values()}, problems
