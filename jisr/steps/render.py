"""Documents rendered, as far as anything of what they stand on has changed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import repeat

from jisr.errors import Problem
from jisr.model import DocumentFacts, DocumentFiles, RenderFacts, Unpublished
from jisr.packed import links_of, names_of
from jisr.processes import Shards
from jisr.progress import Watch
from jisr.rendering import Desk
from jisr.translate.catalog import Catalogue
from jisr.translate.editions import catalogue_paths, name_in
from jisr.translate.links import Links
from jisr.translate.pictures import Pictures
from jisr.work import Shard
from jisr.write.bodies import Bodies

Renderings = Mapping[str, tuple[RenderFacts, bytes | None]]
"""The facts of documents' renderings, with the packed summaries of those that were made now."""


def render(
    shards: Shards,
    desk: Desk,
    facts: Mapping[str, DocumentFacts],
    shown: Sequence[DocumentFiles],
    numbers: Mapping[str, int],
    hidden: Mapping[str, Unpublished],
    digests: Mapping[str, str],
    grounds: str,
    stored: Mapping[str, RenderFacts],
    watch: Watch,
    problems: list[Problem],
    *,
    names: Mapping[str, Catalogue | None] | None,
    moved: bool,
) -> tuple[Renderings, Collection[str]]:
    """The renderings of all documents that are `shown`, and which of the `stored` ones are no more.

    Only changed ones are made. `grounds` name what all of them stand on; `names` are the catalogues of names
    where they have changed, and addresses may have `moved`.
    """
    rendered: dict[str, tuple[RenderFacts, bytes | None]] = {}
    bodies = Bodies(desk.record)
    stale = []
    paths = [files.path for files in shown]
    known = [facts[path].key for path in paths]
    reasons = [hidden.get(path, "") for path in paths]
    translations = [
        [digests.get(path, "") for path in catalogue_paths(paths, language)]
        for language in desk.site.languages[1:]
    ]
    keys = map(" ".join, zip(repeat(grounds), *translations, known, reasons, strict=False))
    for files, key in zip(shown, keys, strict=True):
        before = stored.get(files.path)
        if (
            before
            and before.key == key
            and not (before.pictures and _look_different(before.pictures, desk.pictures))
            and not (names and _is_named_otherwise(before.names, names))
            and not (moved and _leads_elsewhere(files.path, before.links, desk.links))
        ):
            rendered[files.path] = before, None
            problems += before.warnings
        else:
            stale.append((files, key))
    if stale:
        shards.open(desk)
    batches = shards.batches(Shard.render, stale, lambda item: numbers[item[0].path])
    for batch in watch(batches, len(stale), shards.size):
        for path, made, said in batch:
            problems += said
            if made:
                rendered[path] = made.facts, made.summaries
        bodies.keep((path, made.facts.pages, made.editions) for path, made, _ in batch if made)
    gone = [path for path in stored if path not in rendered]
    if gone:
        bodies.forget(gone)
    bodies.close()
    return rendered, gone


def _leads_elsewhere(path: str, followed: bytes, links: Links) -> bool:
    """Whether a link of a document doesn't lead any more to where it led in a language."""
    languages = {language.code: language for language in links.site.languages}
    known = links_of(followed)
    return known is None or any(links.follow(path, languages[code], link) != to for code, link, to in known)


def _is_named_otherwise(named: bytes, names: Mapping[str, Catalogue | None]) -> bool:
    """Whether a name of a document isn't translated any more as it was."""
    known = names_of(named)
    return known is None or any(name_in(names[code], (kind, name)) != to for code, kind, name, to in known)


def _look_different(shown: Iterable[tuple[str, str]], pictures: Pictures) -> bool:
    """Whether one of the pictures that a document shows isn't any more what it was."""
    return any(pictures.stamp(path) != stamp for path, stamp in shown)
