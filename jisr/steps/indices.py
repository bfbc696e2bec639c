"""Search indices, as far as what is in them has changed."""

import shutil
from collections.abc import Sequence

from msgspec.structs import replace

from jisr.fingerprint import versions
from jisr.index import make
from jisr.model import Indexed, Output
from jisr.plan.find import Bundle
from jisr.processes import WORTH_PROCESSES, processes_for
from jisr.steps.plan import Plan
from jisr.steps.write import Making
from jisr.survey import below
from jisr.write.index import files
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
        for file in files(folder):
            path = f"{bundle.folder}/{file.relative_to(folder).as_posix()}"
            made.append(Output(path, grounds, Indexed()))
            done.append(put(making.desk.aside, path, file.read_bytes(), making.standing.digest(path)))
    shutil.rmtree(scratch)
    standing = making.standing
    paths = [output.path for output in made]
    refuse_clashes(staging.output, paths, (), standing.written, standing.tampered)
    return made, done
