"""The stale outputs of a plan, made into the staging folder.

Pictures are made in `gallery.py`, search indices in `indices.py`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from jisr.errors import Problem
from jisr.model import Asset, Composed, Copied, DocumentFiles, Listing, Page, Text
from jisr.packed import summaries
from jisr.plan.outline import by_document
from jisr.plan.search import composed as compose
from jisr.processes import BATCH, Shards
from jisr.progress import Watch
from jisr.rendering import Desk
from jisr.steps.plan import Plan, Standing
from jisr.steps.render import Renderings
from jisr.work import Shard, SitePage
from jisr.write.assets import content as asset_content
from jisr.write.output import PageWritten, put
from jisr.write.state import State


class Making(Struct, frozen=True):
    """What the outputs of a plan are made with. What is wrong is added to the `problems`."""

    plan: Plan
    shards: Shards
    desk: Desk
    documents: Mapping[str, DocumentFiles]
    numbers: Mapping[str, int]
    """By which documents are dealt to shards."""
    rendered: Renderings
    packed: Callable[[str], bytes]
    """Gives the summaries of a document, made now or recorded."""
    standing: Standing
    watch: Watch
    problems: list[Problem]


def documents(making: Making) -> Iterator[PageWritten]:
    """The stale pages of documents."""
    work = []
    for path, pages in by_document(making.plan.stale).items():
        if path:
            outputs = [(output, making.standing.digest(output.path)) for output in pages]
            around = [other and making.packed(other) for other in making.plan.articles.around(path)]
            files = making.documents[path]
            work.append((files, making.rendered[path][0].pages, outputs, around))
    batches = making.shards.batches(Shard.write, work, lambda item: making.numbers[item[0].path])
    return _pages(making, batches, len(work))


def listings(making: Making) -> Iterator[PageWritten]:
    """The stale pages of the site itself.

    Shards keep the entries that they have made: one gets as few languages as can be, and its pages in the
    order of the newest article on them.
    """
    site = making.desk.site
    codes = [language.code for language in site.languages]
    stale = [
        (o, o.content) for o in making.plan.stale if isinstance(o.content, Page) and not o.content.document
    ]
    if len(stale) > BATCH:
        order = {path: index for index, path in enumerate(making.plan.articles.paths)}
        stale.sort(key=lambda pair: order.get(_newest(pair[1]), 0))
    work = []
    for index, (output, page) in enumerate(stale):
        listing = page.listing or Listing("")
        item = SitePage(
            output=output,
            before=making.standing.digest(output.path),
            articles=tuple(map(making.packed, listing.articles)),
            naming=tuple(making.packed(term.newest) for term in listing.terms if term.newest),
            bodies=tuple(
                (making.documents[path], making.rendered[path][0].pages) for path in listing.articles
            )
            if page.kind == "feed" and site.feed == "full"
            else (),
        )
        work.append((codes.index(page.language) + index // BATCH * len(codes), item))
    batches = making.shards.batches(Shard.write_listings, work, lambda item: item[0])
    return _pages(making, batches, len(work))


def _pages(
    making: Making, batches: Iterable[tuple[list[PageWritten], list[Problem]]], number: int
) -> Iterator[PageWritten]:
    for written, said in making.watch(batches, number, making.shards.size):
        making.problems.extend(said)
        yield from written


def composed(making: Making) -> list[PageWritten]:
    """The stale files that are made without a template."""
    done = []
    for output in making.plan.stale:
        content = output.content
        if isinstance(content, Asset):
            made = asset_content(content)
        elif isinstance(content, Text):
            made = content.text.encode()
        elif isinstance(content, Composed):
            told = {path: summaries(making.packed(path)) for path, _ in content.news}
            made = compose(making.desk.site, content, told).encode()
        else:
            continue
        done.append(put(making.desk.aside, output.path, made, making.standing.digest(output.path)))
    return done


def copied(making: Making) -> list[PageWritten]:
    """The stale files that are copied."""
    done = []
    for output in making.plan.stale:
        if isinstance(output.content, Copied):
            source = output.content.source
            changed = source.digest != making.standing.digest(output.path)
            if changed:
                making.desk.aside.copy(output.path, source.file)
            done.append(PageWritten(output.path, source.digest, changed))
    return done


def packed(rendered: Renderings, state: State, path: str) -> bytes:
    """The summaries of a document, made now or recorded."""
    made = rendered[path][1]
    return state.summaries(path) if made is None else made


def _newest(page: Page) -> str:
    return next(iter(page.listing.articles), "") if page.listing else ""
