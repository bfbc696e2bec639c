"""The pictures of a build: which are looked at, and which are made."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from jisr.errors import Problem, Report
from jisr.model import Derived, Output, PictureFacts, Site, Source
from jisr.packing import pack, unpacker
from jisr.plan.cards import NAME as CARD
from jisr.processes import Shards
from jisr.progress import Watch
from jisr.read.policy import TRUST
from jisr.rendering import Desk
from jisr.translate.pictures import Pictures, is_picture
from jisr.work import Shard
from jisr.write.cache import keep_only
from jisr.write.cards import kept_as as card_kept_as
from jisr.write.output import PageWritten
from jisr.write.pictures import PictureWork, kept_as

FEW = 4
"""Pictures that a shard is given at once: each takes as long as a hundred documents."""

_facts_of = unpacker(PictureFacts)


def look(
    shards: Shards,
    site: Site,
    copied: Mapping[str, Source],
    stored: Mapping[str, bytes],
    watch: Watch,
    report: Report,
    *,
    again: bool,
) -> tuple[Pictures, dict[str, bytes | None]]:
    """What the site's pictures hold, and what has changed of the facts that are `stored`.

    Only new ones are looked at; faulty ones `again`, where another version may read what the former couldn't.
    Reports what is wrong with them.
    """
    looked_at = copied.items() if site.images else ()
    # Those of the theme are icons, and hold nothing that must not be published.
    sources = {path: one for path, one in looked_at if is_picture(path) and one.root == site.root}
    # What is wrong can be the name, so facts belong to the file and its suffix.
    keys = {path: f"{source.digest}{Path(path).suffix.lower()}" for path, source in sources.items()}
    facts: dict[str, PictureFacts] = {}
    for path, key in keys.items():
        known = _facts_of(stored[key]) if key in stored else None
        if known and not (known.fault and again):
            facts[path] = known
    rows: dict[str, bytes | None] = dict.fromkeys(stored.keys() - set(keys.values()))
    unseen = list(enumerate(source for path, source in sources.items() if path not in facts))
    batches = shards.batches(Shard.look, unseen, lambda item: item[0], FEW)
    for batch in watch(batches, len(unseen), FEW):
        for path, found in batch:
            facts[path] = found
            rows[keys[path]] = pack(found)
    for path, found in facts.items():
        if found.fault and found.format != "svg":
            report(Problem(path, 1, 1, found.fault, found.hint, "warning"))
        elif found.fault and path.startswith("content/") and not site.trusted_html:
            report(Problem(path, 1, 1, found.fault, f"{found.hint}, or {TRUST}"))
    return Pictures(site, facts, sources), rows


def make(
    shards: Shards,
    desk: Desk,
    stale: Sequence[Output],
    before: Callable[[str], str],
    watch: Watch,
    report: Report,
) -> list[PageWritten]:
    """Make the stale ones of the outputs that are made of pictures.

    `before` gives the digest of what stands in an output's place.
    """
    wanted: dict[Source, list[Output]] = {}
    for output in stale:
        if isinstance(output.content, Derived):
            wanted.setdefault(output.content.source, []).append(output)
    if not wanted:
        return []
    work = []
    for number, (source, made) in enumerate(wanted.items()):
        facts = desk.pictures.facts[source.path]
        digests = {output.path: before(output.path) for output in made}
        work.append((number, PictureWork(desk.root, desk.aside, facts, tuple(made), digests)))
    done: list[PageWritten] = []
    for written, said in watch(shards.batches(Shard.derive, work, lambda item: item[0], FEW), len(work), FEW):
        done += written
        for problem in said:
            report(problem)
    return done


def forget(root: Path, outputs: Iterable[Output], paths: Iterable[str]) -> None:
    """Forget what was kept of pictures and cards that are no more. `paths` are those of all outputs."""
    names = [kept_as(output.content) for output in outputs if isinstance(output.content, Derived)]
    names += [card_kept_as(path) for path in paths if path.endswith(CARD)]
    keep_only(root, names)
