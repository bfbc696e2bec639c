"""What a build records for the next one."""

import os
import time
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from jisr.model import RenderFacts, Source, Stood
from jisr.read.sources import opened, signature
from jisr.steps.plan import Plan
from jisr.steps.render import Renderings
from jisr.survey import trusted
from jisr.write.output import PageWritten
from jisr.write.state import Written


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


def editions(
    rendered: Renderings, not_rendered: Collection[str]
) -> dict[str, tuple[RenderFacts, bytes] | None]:
    """Rows of the documents that were rendered now, or are no more."""
    rows: dict[str, tuple[RenderFacts, bytes] | None] = dict.fromkeys(not_rendered)
    return rows | {path: (one, made) for path, (one, made) in rendered.items() if made is not None}
