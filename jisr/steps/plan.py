"""The plan of a build: what the site is to consist of, and what of it has to be made."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from jisr.errors import Report
from jisr.fingerprint import fingerprint, versions
from jisr.model import Copied, Derived, DocumentFacts, Output, RenderFacts, Site, Stood
from jisr.plan.find import Bundle, bundles
from jisr.plan.listings import KINDS, Articles
from jisr.plan.outline import PARTS, Grounds, outline
from jisr.plan.pages import menu_url
from jisr.plan.pictures import file_outputs
from jisr.steps.common import Common
from jisr.translate.links import Links
from jisr.translate.pictures import Pictures
from jisr.write.assets import digest_of
from jisr.write.state import Written


class Standing(Struct, frozen=True):
    """The outputs that stand: those `written` before, and which of them aren't what was written.

    `stood` has their paths by their documents and listings, or all under nothing: then each is looked at by
    itself.
    """

    written: Mapping[str, Written]
    tampered: frozenset[str]
    stood: Mapping[str, Stood]

    def digest(self, path: str) -> str:
        """Digest of what stands at an output's place, empty where it isn't known."""
        return "" if path not in self.written or path in self.tampered else self.written[path].digest

    def is_stale(self, output: Output) -> bool:
        """Whether an output isn't what it should be."""
        written = self.written.get(output.path)
        return not written or written.fingerprint != output.fingerprint or output.path in self.tampered


class Plan(Struct, frozen=True):
    """What the site is to consist of, and what of it has to be made.

    Its `outputs` are without those of documents and listings that `stand` as they were, with what was
    recorded of them; `made` is the same of the others.
    """

    outputs: tuple[Output, ...]
    stand: Mapping[str, Stood]
    made: Mapping[str, Stood]
    stale: tuple[Output, ...]
    removed: frozenset[str]
    articles: Articles
    bundles: tuple[Bundle, ...]

    @property
    def paths(self) -> Iterator[str]:
        """The paths of all outputs."""
        yield from (path for one in self.stand.values() for path in one.paths)
        yield from (output.path for output in self.outputs)

    @property
    def number(self) -> int:
        """How many outputs there are."""
        return sum([one.number for one in self.stand.values()]) + len(self.outputs)

    @property
    def pages(self) -> int:
        """How many of them are pages that were made, and not copied."""
        copies = (Copied, Derived)
        made = (o for o in self.outputs if o.path.endswith(".html") and not isinstance(o.content, copies))
        return sum([one.pages for one in self.stand.values()]) + sum(1 for _ in made)


def plan(
    site: Site,
    documents: Sequence[tuple[DocumentFacts, RenderFacts]],
    articles: Articles,
    links: Links,
    pictures: Pictures,
    shared: Common,
    loads: Mapping[str, list[str]],
    standing: Standing,
    now: float,
    report: Report,
) -> Plan:
    """The plan for these documents. `loads` says which files the pages of each template load."""
    menus = [
        [menu_url(item, language, links) for item in site.settings[language.code].menu]
        for language in site.languages
    ]
    there = [links.from_root(f"/{kind.folder}/") for kind in KINDS]
    settings = fingerprint(shared.settings, menus, there)

    def loaded(template: str) -> str:
        return digest_of(loads[template], shared.assets) if shared.assets else ""

    grounds = Grounds(versions(), settings, shared.templates, loaded)
    shown = {path for _, rendering in documents if rendering.pictures for path, _ in rendering.pictures}
    files = file_outputs(shared.copied.values(), pictures, shown, versions())
    assets = list(shared.assets.values())
    indices = bundles(site, documents)
    number = len(indices) // len(site.languages)
    found = outline(site, documents, articles, files, assets, grounds, now, number, standing.stood, report)
    return Plan(
        outputs=found.outputs,
        stand=found.stand,
        made=found.made,
        stale=tuple(filter(standing.is_stale, found.outputs)),
        removed=frozenset(filter(standing.written.__contains__, found.removed)),
        articles=articles,
        bundles=indices,
    )


def reason(output: Output, standing: Standing) -> str:
    """Why an output is made anew, or that it is as it was."""
    written = standing.written.get(output.path)
    if written is None:
        return "new"
    if not written.fingerprint:
        return "written by a build that didn't come to its end"
    if output.path in standing.tampered:
        return "changed or removed by hand"
    before = written.fingerprint.split("\n")
    now = output.fingerprint.split("\n")
    changed = [part for part, one, other in zip(PARTS, before, now, strict=False) if one != other]
    return f"changed: {', '.join(changed)}" if changed else "as it was"
