"""The search index: pages that shards lay out, and what becomes of them."""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from jisr.errors import Problem
from jisr.model import DocumentFiles, Site
from jisr.plan.find import IGNORED, Bundle
from jisr.processes import Shards
from jisr.work import Shard
from jisr.write import index


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
