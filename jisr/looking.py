"""What a build finds when it looks at the site and at what it wrote before, or already knows of them."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from msgspec import Struct

from jisr.errors import Problem
from jisr.model import Source
from jisr.survey import (
    Look,
    Outputs,
    at_catalogues,
    beside,
    catalogues_of,
    hash_files,
    hashed_of,
    named,
    outputs_of,
    resurvey,
    survey,
    tampering,
)
from jisr.write.output import Staging
from jisr.write.state import State, Written

WORTH_A_PROCESS = 12
"""From so many parts of outputs on it pays to have another process look at files too: that takes 5 ms, and of
the 128 to 256 outputs in a part each takes 4 µs."""

HASHED_ASIDE = 1000
"""From so many changed files on another process hashes them: 20 µs for each, while that takes 5 ms."""

HEAD_START = 4000
"""As many files more it hashes than this one, which loads modules meanwhile."""


class Looked(Struct, frozen=True):
    """The site's files, and the outputs that were written before.

    `known` are the digests of files, None where they are to be had from the record; `changed` are those that
    are new or look otherwise now, `hashes` the digests of these as far as they were taken, `gone` those that
    are no more, and `unchanged` says whether all is as it was. Of what was `written`, a `number` of outputs,
    some are `tampered` with, some `touched`: these only look otherwise. It is `clean` where nothing was found
    wrong.
    """

    sources: Mapping[str, Source]
    known: Mapping[str, str] | None
    changed: frozenset[str]
    hashes: Mapping[str, str]
    gone: frozenset[str]
    unchanged: bool
    written: Mapping[str, Written]
    number: int
    tampered: frozenset[str]
    touched: Mapping[str, Written]
    clean: bool


def look(
    root: Path,
    theme: Path,
    staging: Staging,
    state: State,
    problems: list[Problem],
    *,
    verify: bool,
    fork: bool,
) -> Looked:
    """Look at every file of the site, and at every output.

    With `fork`, another process helps where there are many. It looks at catalogues, then at outputs: at half
    of them, or where there is something to do, for which this one makes ready meanwhile, at all.
    """
    written = state.outputs(staging.name)
    many = len(written.parts) >= WORTH_A_PROCESS and not verify and fork
    first, second = (partial(tampering, staging.output, half, verify=verify) for half in written.halves())
    looks: list[Look] = [
        (partial(at_catalogues, root), catalogues_of),
        (second, outputs_of),
        (first, outputs_of),
    ]
    with beside(looks, fork=many) as answers:
        sources = survey(root, theme, problems.append, partial(next, answers))
        changed, gone = state.differing({path: one.signature for path, one in sources.items()})
        if verify:
            changed |= sources.keys()
        unchanged = not changed and not gone
        known = None
        hashes: dict[str, str] = {}
        if unchanged:
            outputs: list[Outputs] = [first(), next(answers)]
        else:
            with _hashes(sources, sorted(changed), problems, fork=fork) as finish:
                _load_stages()
                known = state.digests()
                state.prepare(staging.name)
                hashes = finish()
            outputs = [next(answers), next(answers)]
    problems += [problem for one in outputs for problem in one.problems]
    return Looked(
        sources=sources,
        known=known,
        changed=frozenset(changed),
        hashes=hashes,
        gone=frozenset(gone),
        unchanged=unchanged,
        written=written,
        number=sum(one.number for one in outputs),
        tampered=outputs[0].tampered | outputs[1].tampered,
        touched=outputs[0].touched | outputs[1].touched,
        clean=not problems,
    )


def recall(
    root: Path,
    theme: Path,
    before: Mapping[str, Source],
    digests: Mapping[str, str],
    written: Mapping[str, Written],
    changed: Collection[str],
    doubted: frozenset[str],
) -> Looked | None:
    """What is known of a site seen `before`, where it is enough.

    `changed` are paths on the disk, `doubted` outputs that may not be what was `written`.
    """
    sources = resurvey(root, theme, before, changed)
    if sources is None:
        return None
    touched = {named(root, theme, path) for path in changed}
    touched |= {path for path, one in sources.items() if one.signature != before[path].signature}
    known = {path: digests[path] for path in sources if path not in touched}
    return Looked(
        sources=sources,
        known=known,
        changed=frozenset(sources.keys() - known.keys()),
        hashes={},
        gone=frozenset(before.keys() - sources.keys()),
        unchanged=False,
        written=written,
        number=len(written),
        tampered=doubted,
        touched={},
        clean=True,
    )


@contextmanager
def _hashes(
    sources: Mapping[str, Source], changed: Sequence[str], problems: list[Problem], *, fork: bool
) -> Iterator[Callable[[], dict[str, str]]]:
    """Begin to hash changed files, with `fork` many of them in another process; what is given ends it."""
    pairs = [(path, sources[path]) for path in changed]
    share = (len(pairs) + HEAD_START) // 2 if fork and len(pairs) >= HASHED_ASIDE else 0
    with beside([(partial(hash_files, pairs[:share]), hashed_of)], fork=bool(share)) as answers:

        def finish() -> dict[str, str]:
            own, said = hash_files(pairs[share:])
            others, also_said = next(answers)
            problems.extend((*also_said, *said))
            return {**others, **own}

        yield finish


def _load_stages() -> None:
    """Load what a build with something to do needs, while another process looks at outputs."""
    from jisr import gallery  # noqa: F401
    from jisr.steps import read, record  # noqa: F401
