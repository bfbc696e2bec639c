"""What a build records for the next one."""

import json
import os
import time
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from jisr.model import DocumentFacts, Source, Stood
from jisr.read.sources import opened, signature
from jisr.steps.plan import Plan
from jisr.steps.render import Renderings
from jisr.survey import trusted
from jisr.write.output import PageWritten
from jisr.write.state import State, Written


def outputs(
    plan: Plan, done: Iterable[PageWritten], touched: Mapping[str, Written], folder: Path
) -> dict[str, Written | None]:
    """The rows of the outputs that have changed, now that they stand in the `folder`.

    `touched` are those that only look otherwise.
    """
    made = {page.path: page for page in done}
    rows: dict[str, Written | None] = {**touched, **dict.fromkeys(plan.removed)}
    now = time.time_ns()
    with opened(folder) as here:
        for output in plan.stale:
            page = made[output.path]
            sign = page.signature or signature(os.lstat(output.path, dir_fd=here))
            rows[output.path] = Written(output.fingerprint, page.digest, trusted(sign, now))
    return rows


def stood(plan: Plan, recorded: Mapping[str, Stood]) -> dict[str, Stood | None]:
    """Rows of documents and listings whose outputs aren't as they are `recorded`, or that are no more."""
    owned = {path for one in plan.made.values() for path in one.paths}
    others = [output.path for output in plan.outputs if output.path not in owned]
    now = {**plan.made, "": Stood.of("", others)}
    gone = [path for path in recorded if path not in plan.stand and path not in now]
    rows: dict[str, Stood | None] = dict.fromkeys(gone)
    return rows | {path: one for path, one in now.items() if recorded.get(path) != one}


def signatures(
    found: Mapping[str, Source], changed: Iterable[str], gone: Iterable[str], began: int
) -> dict[str, bytes | None]:
    """Rows of the sources that have changed or are gone, for a build that `began` at a time (ns)."""
    rows: dict[str, bytes | None] = dict.fromkeys(gone)
    return rows | {path: trusted(found[path].signature, began) for path in changed}


def save(
    state: State,
    folder: str,
    *,
    signatures: Mapping[str, bytes | None],
    digests: Mapping[str, str],
    facts: Mapping[str, DocumentFacts],
    fresh: dict[str, DocumentFacts],
    pictures: Mapping[str, bytes | None],
    rendered: Renderings,
    not_rendered: Collection[str],
    outputs: Mapping[str, Written | None],
    stood: Mapping[str, Stood | None],
    run: Mapping[str, Any],
    site: Mapping[str, Any],
) -> None:
    """Record a build into the `folder`: its rows, and what was said of the `run` and of the `site`."""
    gone = [path for path in state.documents() if path not in facts]
    state.save(
        folder,
        signatures=signatures,
        digests={path: digests.get(path) for path in signatures},
        documents=fresh | dict.fromkeys(gone),
        pictures=pictures,
        editions={
            path: (one, summaries) for path, (one, summaries) in rendered.items() if summaries is not None
        }
        | dict.fromkeys(not_rendered),
        outputs=outputs,
        stood=stood,
        run=json.dumps(run, ensure_ascii=False),
        site=json.dumps(site),
    )
