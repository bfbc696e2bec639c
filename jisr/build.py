"""A build: what has changed since the last one, and nothing else, goes through the stages.

Nothing records what depends on what. What each page stands on is named by digests that are computed in
full each time, and compared (docs/decisions/0009-incremental.md).
"""

import gc
import json
import math
import shutil
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import asdict, replace

from jisr.errors import Problem, Report, SiteError
from jisr.fingerprint import fingerprint
from jisr.model import Source
from jisr.survey import (
    THEME,
    below,
    beside,
    digests,
    named,
    resurvey,
    survey,
    tampering,
    trusted,
    versions,
)
from jisr.theme import theme_root
from jisr.write import output as placing
from jisr.write.output import FOLDER, Staging
from jisr.write.state import FILE, State, Written, is_damage

if TYPE_CHECKING:  # a build with nothing to do loads none of it
    from jisr.model import Asset, DocumentFacts, DocumentFiles, Output, Page, Reading, RenderFacts, Site
    from jisr.plan.find import Bundle
    from jisr.plan.listings import Articles
    from jisr.processes import Shards
    from jisr.rendering import Desk
    from jisr.translate.links import Links
    from jisr.translate.pictures import Pictures
    from jisr.write.output import PageWritten
    from jisr.write.templates import Templates

STRAYS = 5000
"""Up to this many files the output folder is searched for what Jisr didn't write; a walk takes 13 µs each."""

WORTH_A_PROCESS = 2000
"""From so many outputs on it pays to look at them in another process (5 ms; a look takes 4 µs)."""

ICONS = frozenset(
    f"static/{name}"
    for name in ("favicon.svg", "favicon.ico", "apple-touch-icon.png", "icon-192.png", "icon-512.png")
)
"""The site's mark in its sizes."""

Watch = Callable[[Iterable[Any], int, int], Iterable[Any]]
"""Passes the results of a number of documents on, so many in each, and may show how far they are."""


class Options(Struct, frozen=True):
    """What a build is asked."""

    base_url: str | None = None
    drafts: bool = False
    strict: bool = False
    jobs: int | None = None
    verify: bool = False
    explain: bool = False
    now: float | None = None
    """Seconds since 1970, for what is out by its dates; the clock's if not given."""
    preview: bool = False
    """Whether pages load files by their own names, so that an open one can follow a change; without cards."""


class Built(Struct, frozen=True):
    """What a build did. `kept` are files in the output folder that Jisr didn't write.

    `reasons` says of each output why it was made anew, or that it is as it was; where asked for.
    """

    pages: int
    files: int
    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    reasons: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0
    scheduled: int = 0
    next: tuple[str, str] | None = None
    """Of documents whose date is to come, the number, and path and time of the first."""
    seen: "Seen | None" = None


class Seen(Struct, frozen=True):
    """What a build found and made, for what follows it in the same process. `sources` is None if in doubt."""

    sources: Mapping[str, Source] | None
    digests: Mapping[str, str]
    written: Mapping[str, Written]
    facts: "Mapping[str, DocumentFacts]"
    desk: "Desk"
    copied: Mapping[str, Source]
    documents: "Mapping[str, DocumentFiles]"
    outputs: "tuple[Output, ...]"
    articles: "Articles"
    bundles: "tuple[Bundle, ...]"
    rendered: "Mapping[str, RenderFacts]"


class Kept(Struct, frozen=True):
    """What a process that builds again and again knows: what it has seen, and what has changed since.

    `changed` are paths on the disk; `doubted`, outputs that may not be what was recorded. The output folder
    is its own: it isn't searched for what others have put there.
    """

    seen: Seen | None = None
    changed: frozenset[str] = frozenset()
    doubted: frozenset[str] = frozenset()


def build(
    root: Path,
    output: Path,
    options: Options,
    watch: Watch = lambda results, *_: results,
    record: str = FOLDER,
    kept: Kept | None = None,
) -> Built:
    """Build the site at `root` into the folder `output`; what is remembered goes to `record`.

    With `kept` the build says what it has `seen`.

    Raises `SiteError` with every problem of the site, `output` untouched.
    """
    begun = time.perf_counter()
    problems: list[Problem] = []
    if not (root / "site.yaml").is_file():
        hint = "go to a site's folder, name it with --site, or run jisr init"
        raise SiteError(Problem("site.yaml", 1, 1, "there is no site here", hint))
    with _told(output), _uncollected():
        staging = Staging(root, output, record)
        with State(root, problems.append, record) as state:
            finished = placing.finish(root, record)
            if finished:
                state.note(finished.folder, finished.written, finished.removed)
                placing.close(root, record)
            staging.clear()
            try:
                built = _attempt(root, staging, options, state, watch, problems, kept)
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
                problems.clear()
                state.discard(error)
                built = _attempt(root, staging, options, state, watch, problems, kept)
    return replace(built, seconds=time.perf_counter() - begun)


def _attempt(
    root: Path,
    staging: Staging,
    options: Options,
    state: State,
    watch: Watch,
    problems: list[Problem],
    kept: Kept | None,
) -> Built:
    run = _Run(root, staging, options, state, watch, problems, kept)
    # A record that isn't what a build writes: all is made anew.
    with suppress(KeyError, TypeError):
        if not kept and (built := run.nothing_to_do()):
            return built
    return run.build()


class _Plan(Struct, frozen=True):
    """What the site is to consist of, and what of it has to be made."""

    outputs: tuple["Output", ...]
    stale: tuple["Output", ...]
    removed: frozenset[str]
    articles: "Articles"
    bundles: "tuple[Bundle, ...]"


class _Run:
    """One build. Its methods are its steps, in the order in which they stand."""

    def __init__(
        self,
        root: Path,
        staging: Staging,
        options: Options,
        state: State,
        watch: Watch,
        problems: list[Problem],
        kept: Kept | None,
    ) -> None:
        self.root, self.staging, self.options, self.state, self.watch = root, staging, options, state, watch
        self.kept = kept
        self.problems = problems
        self.report: Report = problems.append
        self.theme = theme_root()
        self.folder = str(staging.output)
        self.began = time.time_ns()
        self.now = time.time() if options.now is None else options.now
        self.last = _loaded(state.run(self.folder))
        self.site_last = _loaded(state.run(""))
        self.recalled: dict[str, bytes] = {}
        self.same = self.site_last.get("versions") == versions()
        self.asked = fingerprint(versions(), options.base_url, options.drafts, options.preview)
        if not (kept and self._recall(kept)):
            self._look()

    def _look(self) -> None:
        """Look at every file of the site, and at every output; at many of these in another process."""
        verify = self.options.verify
        self.written = self.state.outputs(self.folder)
        look = partial(tampering, self.staging.output, self.written, verify=verify)
        many = len(self.written) > WORTH_A_PROCESS and not verify and not self.kept
        with beside(look) if many else nullcontext(look) as seen:
            self.sources = survey(self.root, self.theme, self.report)
            self.known = {} if verify else self.state.sources()
            self.unchanged = self.known.keys() == self.sources.keys() and all(
                self.known[path][0] == source.signature for path, source in self.sources.items()
            )
            if not self.unchanged:
                _load_stages()
            self.tampered, self.touched, said = seen()
        self.problems += said
        self.clean = not self.problems

    def _recall(self, kept: Kept) -> bool:
        """Take what is known, where it is enough."""
        seen = kept.seen
        if not seen or seen.sources is None:
            return False
        sources = resurvey(self.root, self.theme, seen.sources, kept.changed)
        if sources is None:
            return False
        touched = {named(self.root, self.theme, path) for path in kept.changed}
        self.sources, self.written = sources, dict(seen.written)
        self.known = {
            path: (source.signature, seen.digests[path])
            for path, source in sources.items()
            if path not in touched
        }
        self.tampered, self.touched = kept.doubted, {}
        self.clean = True
        return True

    def nothing_to_do(self) -> Built | None:
        """What to say where all is as the last build left it; None where it isn't, or isn't known to be."""
        warnings = tuple(Problem(**values) for values in self.last.get("warnings", ()))
        same = (
            not self.options.explain
            and not self.problems
            and not self.tampered
            and not (warnings and self.options.strict)
            and self.last.get("asked") == self.asked
            and self.last["from"] <= self.now < (self.last["until"] or math.inf)
            and self.last.get("build") == self.site_last.get("build")
            and self.unchanged
        )
        if not same:
            return None
        if self.touched:
            self.state.touch(self.folder, self.touched)
        kept = self._strays(self.written)
        return Built(
            self.last["pages"],
            self.last["files"],
            kept=kept,
            warnings=warnings,
            scheduled=self.last["scheduled"],
            next=tuple(self.last["next"]) if self.last["next"] else None,
        )

    def build(self) -> Built:
        """Read, render, plan and write what has changed."""
        from jisr import commands, gallery
        from jisr.model import Copied, Derived, Page, Reading
        from jisr.plan.cards import recent
        from jisr.processes import BATCH, FEW, Shards, in_order, processes_for
        from jisr.read.documents import document_files, unpublished
        from jisr.rendering import Desk

        self.digests = digests(self.sources, self.known, self.report)
        site = commands.read_settings(self.root, self.options.base_url, self.report)
        if site and self.options.preview:
            site = replace(site, cards=False)
        content = [source for path, source in self.sources.items() if path.startswith("content/")]
        self.documents = document_files(content, self.report)
        self.numbers = in_order(files.path for files in self.documents)
        self.copied = self._copied()
        self.assets = self._assets(site)
        self._name_grounds(site)
        reading = site.reading if site else Reading()
        number = processes_for(self._how_many_changed(site), self.options.jobs)
        size = FEW if self.kept and self.kept.seen else BATCH
        templates = self._load_templates(site) if site else None
        with Shards(number, reading, templates, size) as shards:
            facts = self._read(shards, reading)
            if site is None:
                raise SiteError(*sorted(set(self.problems)))
            self.hidden = {
                path: unpublished(one.draft, one.moment, one.expires, self.now) for path, one in facts.items()
            }
            shown = [f for f in self.documents if f.path in facts and self._is_shown(f.path)]
            self.shown = len(shown)
            if site.cards == "recent":
                site = replace(site, cards=recent(facts[files.path] for files in shown))
            links = self._links(site, facts, shown)
            pictures, self.pictures = gallery.look(
                shards, site, self.copied, self.state.pictures(), self.watch, self.report, again=not self.same
            )
            desk = Desk(
                root=self.root,
                theme=self.theme,
                site=site,
                links=links,
                pictures=pictures,
                assets=self.to_load,
                aside=self.staging.aside,
                record=self.staging.record,
                now=self.now,
            )
            rendered = self._render(shards, desk, facts, shown)
            self.rendered = rendered
            dates = self._scheduled(site, facts)
            pairs = [(facts[f.path], rendered[f.path][0]) for f in shown if f.path in rendered]
            plan = self._plan(site, links, pictures, pairs)
            if templates and self._are_templates_new():
                used = {o.content.template for o in plan.stale if isinstance(o.content, Page)}
                templates.check_macros(used, self.report)
            commands.stop_on_errors(self.problems, strict=self.options.strict)
            if not self.staging.aside.whole:
                placing.refuse_clashes(self.staging.output, {o.path: None for o in plan.stale}, self.written)
            with self.staging:
                if any(isinstance(o.content, Page) for o in plan.stale):
                    shards.open(desk)
                done = self._write(shards, plan, shown)
                done += self._write_listings(shards, site, plan)
                done += gallery.make(shards, desk, plan.stale, self._before, self.watch, self.report)
                done += self._copy(plan)
                done += self._compose(plan, site)
                plan, made = self._index(shards, desk, plan)
                done += made
                commands.stop_on_errors(self.problems, strict=self.options.strict)
                if not self.kept and (
                    plan.removed or any(isinstance(o.content, Derived) for o in plan.stale)
                ):
                    gallery.forget(self.root, plan.outputs)
                changed = [page.path for page in done if page.changed]
                if changed or plan.removed or not self.staging.output.exists():
                    self.staging.commit(changed, plan.removed)
        as_it_is = (Copied, Derived)
        pages = sum(o.path.endswith(".html") and not isinstance(o.content, as_it_is) for o in plan.outputs)
        built = Built(
            pages=pages,
            files=len(plan.outputs) - pages,
            written=tuple(changed),
            removed=tuple(sorted(plan.removed)),
            kept=self._strays([output.path for output in plan.outputs]),
            warnings=tuple(sorted(set(self.problems))),
            reasons=tuple(sorted((o.path, self._reason(o)) for o in plan.outputs if self.options.explain)),
            scheduled=dates["scheduled"],
            next=dates["next"],
        )
        rows = self._save(built, plan, done, facts, rendered, dates)
        self.staging.close()
        return replace(built, seen=self._seen(facts, desk, plan, rows)) if self.kept else built

    def _seen(
        self,
        facts: "Mapping[str, DocumentFacts]",
        desk: "Desk",
        plan: _Plan,
        rows: Mapping[str, Written | None],
    ) -> Seen:
        written = {path: row for path, row in {**self.written, **rows}.items() if row}
        return Seen(
            sources=self.sources if self.clean else None,
            digests=self.digests,
            written=written,
            facts=facts,
            desk=desk,
            copied=self.copied,
            documents={files.path: files for files in self.documents},
            outputs=plan.outputs,
            articles=plan.articles,
            bundles=plan.bundles,
            rendered={path: one for path, (one, _) in self.rendered.items()},
        )

    def _copied(self) -> dict[str, Source]:
        """The files that are copied, by their paths in the site; the site's own win over the theme's."""
        from jisr.read.documents import is_document

        own = below(self.sources, "static/")
        found = {path.removeprefix(THEME): path for path in below(self.sources, f"{THEME}static/")}
        if not ICONS.isdisjoint(own):  # a site's icon and the theme's beside it would be two marks
            found = {path: at for path, at in found.items() if path not in ICONS}
        found |= {path: path for path in own}
        content = below(self.sources, "content/")
        found |= {path: path for path in content if not is_document(self.sources[path])}
        return {
            path: replace(self.sources[at], path=path, digest=self.digests[at]) for path, at in found.items()
        }

    def _assets(self, site: "Site | None") -> "dict[str, Asset]":
        """The copies of files that pages load."""
        from jisr.write.assets import lasting, to_load

        files = {path.partition("/")[2]: source for path, source in self.copied.items()}
        record = self.site_last.get("assets") if self.same else None
        self.minify = site is not None and site.minify
        found = {}
        if site and site.fingerprint and not self.options.preview:
            found = lasting(files, record, minify=self.minify, report=self.report)
        self.to_load = to_load(files, found)
        return found

    def _name_grounds(self, site: "Site | None") -> None:
        """Digests of what many pages stand on."""
        from jisr.translate.editions import names_path
        from jisr.translate.messages import INTERFACE

        paths = [path for path in sorted(self.sources) if path.endswith(f"/{INTERFACE}.po")]
        names = [names_path(language) for language in site.languages[1:]] if site else []
        self.settings = fingerprint(
            self.asked,
            self.digests["site.yaml"],
            [(path, self.digests.get(path, "")) for path in (*paths, *names)],
        )
        paths = below(self.sources, "templates/", f"{THEME}templates/")
        self.templates = fingerprint([(path, self.digests[path]) for path in paths], sorted(self.copied))
        self.copies = fingerprint([(asset.path, asset.integrity) for asset in self.assets.values()])

    def _how_many_changed(self, site: "Site | None") -> int:
        """Roughly how many documents there is work on: enough to say whether processes pay."""
        from jisr.translate.pictures import is_picture

        changed = [path for path, now in self.digests.items() if self.known.get(path, (b"", ""))[1] != now]
        own = [path for path in changed if path not in ICONS and not path.startswith(THEME)]
        pictures = 20 * sum(map(is_picture, own)) if site and site.images else 0
        grounds = {"settings": self.settings, "templates": self.templates, "copies": self.copies}
        every = any(self.last.get(name) != digest for name, digest in grounds.items())
        number = len(self.documents) if every else len(changed)
        return number * (10 if site and site.cards else 1) + pictures

    def _read(self, shards: "Shards", reading: "Reading") -> "dict[str, DocumentFacts]":
        """The facts of all documents; only changed ones are read."""
        from jisr.model import DocumentFacts
        from jisr.packed import unpacker
        from jisr.translate.messages import RESERVED
        from jisr.work import Shard

        patterns = fingerprint(reading)
        keys = {
            files.path: " ".join((patterns, *[self.digests[source.path] for source in files.files]))
            for files in self.documents
        }
        facts: dict[str, DocumentFacts] = {}
        if self.same:
            unpack = unpacker(DocumentFacts)
            stored = self.state.documents()
            found = ((path, unpack(stored[path])) for path in keys if path in stored)
            facts = {path: one for path, one in found if one and one.key == keys[path]}
        unread = [(files, keys[files.path]) for files in self.documents if files.path not in facts]
        self.fresh: dict[str, DocumentFacts] = {}
        for batch in shards.batches(Shard.read, unread, lambda item: self.numbers[item[0].path]):
            for path, one, said in batch:
                self.problems += said
                if one:
                    facts[path] = self.fresh[path] = one
        for path, one in facts.items():
            self.problems += one.warnings
            stem = path.removeprefix("content/").rpartition(".")[0]
            if stem in RESERVED:
                what = f"the name {stem} belongs to a catalogue of the site's own words"
                self.report(Problem(path, 1, 1, what, "give the file another name"))
        return facts

    def _is_shown(self, path: str) -> bool:
        return self.options.drafts or self.hidden[path] is None

    def _scheduled(self, site: "Site", facts: "Mapping[str, DocumentFacts]") -> dict[str, Any]:
        """What is to come by the dates of documents, and between which moments nothing of it comes."""
        from jisr.plan.search import NEWS_SECONDS
        from jisr.read.documents import in_words

        dated = [one for one in facts.values() if not one.draft]
        moments = [one.moment for one in dated] + [one.expires for one in dated if one.expires]
        if site.news_sitemap:  # articles leave it
            moments += [one.moment + NEWS_SECONDS for one in dated]
        to_come = () if self.options.drafts else dated  # with drafts, all of it is there
        waiting = sorted((one.moment, one.path) for one in to_come if one.moment > self.now)
        return {
            "from": max((at for at in moments if at <= self.now), default=0.0),
            "until": min((at for at in moments if at > self.now), default=None),
            "scheduled": len(waiting),
            "next": (waiting[0][1], in_words(waiting[0][0], site.timezone)) if waiting else None,
        }

    def _links(
        self, site: "Site", facts: "Mapping[str, DocumentFacts]", shown: "Sequence[DocumentFiles]"
    ) -> "Links":
        """What can be linked to. Reports menus that lead nowhere, and catalogues that belong nowhere."""
        from jisr import commands
        from jisr.plan.listings import articles, digest_of, places, shared_slugs
        from jisr.plan.outline import menu_problems
        from jisr.translate.links import Links

        addresses = {files.path: facts[files.path].address for files in shown}
        faulty = {files.path for files in self.documents} - facts.keys()
        self.articles = articles(site, [facts[files.path] for files in shown])
        shared_slugs(self.articles, self.report)
        found = places(site, self.articles)
        links = Links(site, addresses, self.copied, faulty, facts.keys() - addresses.keys(), found)
        self.addresses = digest_of(
            [*addresses, "", *addresses.values(), "", *sorted(self.copied), "", *found]
        )
        self.problems += menu_problems(site, links)
        known = commands.catalogues_of(site, (files.path for files in self.documents))
        self.problems += commands.orphans(below(self.sources, "translations/"), known)
        return links

    def _are_templates_new(self) -> bool:
        """Whether there are templates that no build has checked."""
        return self.last.get("templates") != self.templates or not self.same

    def _load_templates(self, site: "Site") -> "Templates":
        """The templates; all compiled where any of them has changed, so that faults are all told."""
        from jisr.translate import catalog
        from jisr.translate.editions import names_path
        from jisr.work import load_templates

        templates = load_templates(self.root, self.theme, site, self.to_load, self.report)
        if self.last.get("settings") != self.settings:
            for language in site.languages[1:]:  # shards load the names too, and say nothing
                catalog.load(self.root, names_path(language), self.report)
        self.loads: dict[str, list[str]] = self.last.get("loads", {})
        if self._are_templates_new():
            templates.check(self.report)
            self.loads = templates.loads()
        return templates

    def _render(
        self,
        shards: "Shards",
        desk: "Desk",
        facts: "Mapping[str, DocumentFacts]",
        shown: "Sequence[DocumentFiles]",
    ) -> "dict[str, tuple[RenderFacts, bytes | None]]":
        """The facts of all renderings, with the summaries of those made now; only changed ones are made."""
        from jisr.model import RenderFacts
        from jisr.packed import unpacker
        from jisr.translate.editions import catalogue_path
        from jisr.work import Shard
        from jisr.write.bodies import Bodies

        stored = self.state.editions()
        unpack = unpacker(RenderFacts)
        grounds = f"{self.settings} {desk.site.cards}"
        moved = self.site_last.get("addresses") != self.addresses
        rendered: dict[str, tuple[RenderFacts, bytes | None]] = {}
        bodies = Bodies(self.staging.record)
        stale = []
        for files in shown:
            catalogues = [
                self.digests.get(catalogue_path(files.path, language), "")
                for language in desk.site.languages[1:]
            ]
            hidden = self.hidden[files.path] or ""
            key = " ".join((grounds, *catalogues, facts[files.path].key, hidden))
            before = unpack(stored.get(files.path, b""))
            if (
                before
                and before.key == key
                and not (before.pictures and _look_different(before.pictures, desk.pictures))
                and not (moved and _leads_elsewhere(files.path, before.links, desk.links))
            ):
                rendered[files.path] = before, None
                self.problems += before.warnings
            else:
                stale.append((files, key))
        if stale:
            shards.open(desk)
        batches = shards.batches(Shard.render, stale, lambda item: self.numbers[item[0].path])
        for batch in self.watch(batches, len(stale), shards.size):
            for path, made, said in batch:
                self.problems += said
                if made:
                    rendered[path] = made.facts, made.summaries
            bodies.keep((path, made.facts.pages, made.editions) for path, made, _ in batch if made)
        self.not_rendered = stored.keys() - rendered.keys()
        if self.not_rendered:
            bodies.forget(self.not_rendered)
        bodies.close()
        return rendered

    def _plan(
        self,
        site: "Site",
        links: "Links",
        pictures: "Pictures",
        documents: "Sequence[tuple[DocumentFacts, RenderFacts]]",
    ) -> _Plan:
        from jisr.plan.find import bundles
        from jisr.plan.listings import KINDS, articles
        from jisr.plan.outline import Grounds, outline
        from jisr.plan.pages import menu_url
        from jisr.plan.pictures import file_outputs
        from jisr.write.assets import digests_of

        menus = [
            [menu_url(item, language, links) for item in site.settings[language.code].menu]
            for language in site.languages
        ]
        there = [links.from_root(f"/{kind.folder}/") for kind in KINDS]
        settings = fingerprint(self.settings, menus, there)
        grounds = Grounds(versions(), settings, self.templates, digests_of(self.loads, self.assets))
        pairs = [(facts, rendering.editions) for facts, rendering in documents]
        found = self.articles
        if len(pairs) < self.shown:  # what couldn't be rendered was told; there may be more to tell
            found = articles(site, [facts for facts, _ in pairs])
        shown = {path for _, rendering in documents for path, _ in rendering.pictures}
        files = file_outputs(self.copied.values(), pictures, shown, versions())
        assets = list(self.assets.values())
        indices = bundles(site, pairs)
        number = len(indices) // len(site.languages)
        outputs = outline(
            site, pairs, found, files, assets, links, grounds, self.now, number, self.written, self.report
        )
        return _Plan(
            outputs=outputs,
            stale=tuple(self._stale(outputs)),
            removed=frozenset(self.written.keys() - {output.path for output in outputs}),
            articles=found,
            bundles=indices,
        )

    def _stale(self, outputs: "Iterable[Output]") -> "Iterator[Output]":
        """Those that aren't what they should be."""
        for output in outputs:
            written = self.written.get(output.path)
            if not written or written.fingerprint != output.fingerprint or output.path in self.tampered:
                yield output

    def _before(self, path: str) -> str:
        """Digest of what stands at an output's place, empty where it isn't known."""
        return "" if path not in self.written or path in self.tampered else self.written[path].digest

    def _packed(self, path: str) -> bytes:
        """The summaries of a document, made now or recorded."""
        made = self.rendered[path][1]
        if made is not None:
            return made
        if path not in self.recalled:
            self.recalled[path] = self.state.summaries(path)
        return self.recalled[path]

    def _write(self, shards: "Shards", plan: _Plan, shown: "Sequence[DocumentFiles]") -> "list[PageWritten]":
        """The stale pages of documents."""
        from jisr.packed import around
        from jisr.plan.outline import by_document, neighbours
        from jisr.plan.pages import Around
        from jisr.work import Shard

        pages = by_document(plan.stale)
        paths = plan.articles.paths
        beside = dict(zip(paths, zip(neighbours(paths), plan.articles.related, strict=True), strict=True))
        work = []
        for files in shown:
            if files.path in pages:
                outputs = [(output, self._before(output.path)) for output in pages[files.path]]
                shown_there = Around()
                if files.path in beside:
                    both, related = beside[files.path]
                    newer, older = (None if path is None else self._packed(path) for path in both)
                    shown_there = around(newer, older, [self._packed(paths[index]) for index in related])
                work.append((files, self.rendered[files.path][0], outputs, shown_there))
        done: list[PageWritten] = []
        batches = shards.batches(Shard.write, work, lambda item: self.numbers[item[0].path])
        for written, said in self.watch(batches, len(work), shards.size):
            done += written
            self.problems += said
        return done

    def _write_listings(self, shards: "Shards", site: "Site", plan: _Plan) -> "list[PageWritten]":
        """The stale pages of the site itself.

        Shards keep the entries that they have made: one gets as few languages as can be, and its pages in the
        order of the newest article on them.
        """
        from jisr.model import Listing, Page
        from jisr.processes import BATCH
        from jisr.work import Shard, SitePage

        codes = [language.code for language in site.languages]
        files = {one.path: one for one in self.documents}
        stale = [(o, o.content) for o in plan.stale if isinstance(o.content, Page) and not o.content.document]
        if len(stale) > BATCH:
            order = {path: index for index, path in enumerate(plan.articles.paths)}
            stale.sort(key=lambda pair: order.get(_newest(pair[1]), 0))
        work = []
        for index, (output, page) in enumerate(stale):
            listing = page.listing or Listing("")
            item = SitePage(
                output=output,
                before=self._before(output.path),
                articles=tuple(map(self._packed, listing.articles)),
                naming=tuple(self._packed(term.newest) for term in listing.terms if term.newest),
                bodies=tuple((files[path], self.rendered[path][0]) for path in listing.articles)
                if page.kind == "feed" and site.feed == "full"
                else (),
            )
            work.append((codes.index(page.language) + index // BATCH * len(codes), item))
        done: list[PageWritten] = []
        batches = shards.batches(Shard.write_listings, work, lambda item: item[0])
        for written, said in self.watch(batches, len(work), shards.size):
            done += written
            self.problems += said
        return done

    def _compose(self, plan: _Plan, site: "Site") -> "list[PageWritten]":
        """The stale files that are made without a template."""
        from jisr.model import Asset, Composed, Text
        from jisr.packed import summaries
        from jisr.plan.search import composed
        from jisr.write.assets import content as content_of
        from jisr.write.output import put

        done = []
        for output in plan.stale:
            content = output.content
            if isinstance(content, Asset):
                made = content_of(content)
            elif isinstance(content, Text):
                made = content.text.encode()
            elif isinstance(content, Composed):
                told = {path: summaries(self._packed(path)) for path, _ in content.news}
                made = composed(site, content, told).encode()
            else:
                continue
            done.append(put(self.staging.aside, output.path, made, self._before(output.path)))
        return done

    def _index(self, shards: "Shards", desk: "Desk", plan: _Plan) -> "tuple[_Plan, list[PageWritten]]":
        """The plan with the search indices, of which those that are stale are made.

        What files an index has is known when it has been made, and as long as what is in it stays the same.
        The preview makes its own, when somebody searches.
        """
        if self.kept or not plan.bundles:
            return plan, []
        from jisr.model import Indexed, Output

        ours = below(self.written, *(f"{bundle.folder}/" for bundle in plan.bundles))
        kept: list[Output] = []
        stale = []
        for bundle in plan.bundles:
            grounds = f"{versions()}\n\n\n{bundle.digest}"
            found = [
                Output(path, grounds, Indexed()) for path in ours if path.startswith(f"{bundle.folder}/")
            ]
            whole = [output for output in found if self.written[output.path].fingerprint == grounds]
            if whole and not any(output.path in self.tampered for output in whole):
                kept += whole
            else:
                stale.append((bundle, grounds))
        made, done = self._make_indices(shards, desk, stale) if stale else ([], [])
        outputs = (*plan.outputs, *kept, *made)
        removed = plan.removed - {output.path for output in outputs}
        return replace(plan, outputs=outputs, stale=(*plan.stale, *made), removed=removed), done

    def _make_indices(
        self, shards: "Shards", desk: "Desk", stale: "Sequence[tuple[Bundle, str]]"
    ) -> "tuple[list[Output], list[PageWritten]]":
        """Indices that are made, each with what it stands on."""
        from jisr.index import files, make
        from jisr.model import Indexed, Output
        from jisr.processes import WORTH_PROCESSES, processes_for
        from jisr.write.output import put

        shards.open(desk)
        known = {files.path: files for files in self.documents}
        documents = {path: (known[path], one) for path, (one, _) in self.rendered.items()}
        scratch = self.staging.record / "search"
        at_once = processes_for(WORTH_PROCESSES, self.options.jobs)
        wanted = [bundle for bundle, _ in stale]
        found, said = make(shards, desk.site, wanted, documents, self.numbers, scratch, at_once)
        self.problems += said
        made, done = [], []
        for bundle, grounds in stale:
            folder = found[bundle.folder]
            for file in files(folder):
                path = f"{bundle.folder}/{file.relative_to(folder).as_posix()}"
                made.append(Output(path, grounds, Indexed()))
                done.append(put(self.staging.aside, path, file.read_bytes(), self._before(path)))
        shutil.rmtree(scratch)
        placing.refuse_clashes(self.staging.output, {output.path: None for output in made}, self.written)
        return made, done

    def _copy(self, plan: _Plan) -> "list[PageWritten]":
        """The stale files that are copied."""
        from jisr.model import Copied
        from jisr.write.output import PageWritten

        done = []
        for output in plan.stale:
            if isinstance(output.content, Copied):
                source = output.content.source
                changed = source.digest != self._before(output.path)
                if changed:
                    self.staging.aside.copy(output.path, source.file)
                done.append(PageWritten(output.path, source.digest, changed))
        return done

    def _save(
        self,
        built: Built,
        plan: _Plan,
        done: "Sequence[PageWritten]",
        facts: "Mapping[str, DocumentFacts]",
        rendered: "Mapping[str, tuple[RenderFacts, bytes | None]]",
        dates: Mapping[str, Any],
    ) -> Mapping[str, Written | None]:
        """Record the build. Gives the rows of the outputs that have changed."""
        from jisr.packed import pack
        from jisr.read.sources import signature
        from jisr.write.assets import recorded

        made = {page.path: page.digest for page in done}
        rows: dict[str, Written | None] = {**self.touched, **dict.fromkeys(plan.removed)}
        now = time.time_ns()
        for output in plan.stale:
            sign = signature((self.staging.output / output.path).lstat())
            rows[output.path] = Written(output.fingerprint, made[output.path], trusted(sign, now))
        gone = self.state.documents().keys() - facts.keys()
        kept = [asdict(problem) for problem in built.warnings if not problem.path.startswith(FOLDER)]
        run = {
            "asked": self.asked,
            "options": [self.options.base_url, self.options.drafts],
            "build": self.began,
            "pages": built.pages,
            "files": built.files,
            "warnings": kept,
            "settings": self.settings,
            "templates": self.templates,
            "copies": self.copies,
            "loads": self.loads,
            **dates,
        }
        assets = recorded(self.assets, self.problems, minify=self.minify)
        site = {
            "build": self.began,
            "versions": versions(),
            "addresses": self.addresses,
            "assets": assets,
        }
        self.state.save(
            self.folder,
            sources={path: self._seen_as(path, source) for path, source in self.sources.items()},
            documents={path: pack(one) for path, one in self.fresh.items()} | dict.fromkeys(gone),
            pictures=self.pictures,
            editions={
                path: (pack(one), summaries)
                for path, (one, summaries) in rendered.items()
                if summaries is not None
            }
            | dict.fromkeys(self.not_rendered),
            outputs=rows,
            run=json.dumps(run, ensure_ascii=False),
            site=json.dumps(site),
        )
        return rows

    def _seen_as(self, path: str, source: Source) -> tuple[bytes, str]:
        """Signature and digest of a source, as they are recorded."""
        known = self.known.get(path)
        if known and known[0] == source.signature:  # nearly always: one that can be trusted stays so
            return known
        return trusted(source.signature, self.began), self.digests[path]

    def _strays(self, ours: Collection[str]) -> tuple[str, ...]:
        if self.kept or self.staging.aside.whole:
            return ()  # the folder is the preview's, or has just appeared
        if len(ours) > STRAYS and not self.options.verify:
            return ()
        return tuple(placing.strays(self.staging.output, frozenset(ours)))

    def _reason(self, output: "Output") -> str:
        from jisr.plan.outline import PARTS

        written = self.written.get(output.path)
        if written is None:
            return "new"
        if not written.fingerprint:
            return "written by a build that didn't come to its end"
        if output.path in self.tampered:
            return "changed or removed by hand"
        before = written.fingerprint.split("\n")
        now = output.fingerprint.split("\n")
        changed = [part for part, one, other in zip(PARTS, before, now, strict=False) if one != other]
        return f"changed: {', '.join(changed)}" if changed else "as it was"


def last_options(root: Path, output: Path, report: Report) -> Options:
    """What the last build of the site into `output` was asked for; the defaults where there was none."""
    if not (root / FOLDER / FILE).exists():
        return Options()
    with State(root, report) as state:
        asked = _loaded(state.run(str(Staging(root, output, FOLDER).output))).get("options")
    match asked:
        case [str() | None as base_url, bool() as drafts]:
            return Options(base_url, drafts)
    return Options()


@contextmanager
def _told(output: Path) -> Iterator[None]:
    """A disk that refuses is the user's to know."""
    try:
        yield
    except sqlite3.Error as error:
        what = f"the record of this build can't be written ({error})"
        hint = "make room or give the permission; the next build takes it up from here"
        raise SiteError(Problem(f"{FOLDER}/{FILE}", 1, 1, what, hint)) from None
    except OSError as error:
        where = str(Path(error.filename or output).absolute())
        what = f"can't be written ({error.strerror or error})"
        hint = "make room or give the permission, or choose another place"
        raise SiteError(Problem(where, 1, 1, what, hint)) from None


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the search for circles, of which there are hardly any: planning takes a third less."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _leads_elsewhere(path: str, followed: "Iterable[tuple[str, str, str]]", links: "Links") -> bool:
    """Whether a link of a document doesn't lead any more to where it led in a language."""
    languages = {language.code: language for language in links.site.languages}
    return any(links.follow(path, languages[code], link) != to for code, link, to in followed)


def _look_different(shown: "Iterable[tuple[str, str]]", pictures: "Pictures") -> bool:
    """Whether one of the pictures that a document shows isn't any more what it was."""
    return any(pictures.stamp(path) != stamp for path, stamp in shown)


def _load_stages() -> None:
    """Load what a build with something to do needs, while another process looks at outputs."""
    from jisr import commands, gallery, processes  # noqa: F401
    from jisr.plan import outline  # noqa: F401


def _loaded(text: str) -> dict[str, Any]:
    """A record of a run; empty where there is none, or it is damaged."""
    try:
        record = json.loads(text or "{}")
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def _newest(page: "Page") -> str:
    return next(iter(page.listing.articles), "") if page.listing else ""
