"""A build: what has changed since the last one, and nothing else, goes through the stages.

Nothing records what depends on what. What each page stands on is named by digests that are computed in
full each time, and compared (docs/decisions/0009-incremental.md).
"""

import gc
import math
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import asdict, replace

from jisr.errors import Problem, Report, SiteError, no_site
from jisr.fingerprint import fingerprint, versions
from jisr.looking import Looked, look, recall
from jisr.model import Source, Stood
from jisr.progress import Watch, unwatched
from jisr.read.sources import unsettled
from jisr.survey import THEME, below, changed_since, digests
from jisr.theme import theme_root
from jisr.write import output as placing
from jisr.write.output import FOLDER, PageWritten, Staging
from jisr.write.state import FILE, State, Written, is_damage

if TYPE_CHECKING:  # a build with nothing to do loads none of it
    from jisr.model import DocumentFacts, DocumentFiles, Output, RenderFacts
    from jisr.plan.find import Bundle
    from jisr.plan.listings import Articles
    from jisr.processes import Shards
    from jisr.rendering import Desk
    from jisr.steps.common import Common
    from jisr.steps.plan import Plan, Standing
    from jisr.steps.write import Making

ATTEMPTS = 3
"""So often a build begins anew where files change meanwhile, or its record is damaged."""

STRAYS = 5000
"""Up to this many files the output folder is searched for what Jisr didn't write; a walk takes 13 µs each."""


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
    """Of documents that are still to appear or to expire, the number, and path and time of the first."""
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
    watch: Watch = unwatched,
    record: str = FOLDER,
    kept: Kept | None = None,
) -> Built:
    """Build the site at `root` into the folder `output`; what is remembered goes to `record`.

    With `kept` the build says what it has `seen`.

    Raises `SiteError` with every problem of the site, `output` untouched.
    """
    begun = time.perf_counter()
    problems: list[Problem] = []
    _stop_without_site(root)
    with _told(output), _uncollected():
        staging = Staging(root, output, record)
        with State(root, problems.append, record) as state:
            finished = placing.finish(root, record)
            if finished:
                state.note(finished.folder, finished.written, finished.removed)
                staging.close()
            staging.clear()
            before = len(problems)
            for left in reversed(range(ATTEMPTS)):
                try:
                    built = _attempt(root, staging, options, state, watch, problems, kept)
                except sqlite3.DatabaseError as error:
                    if not left or not is_damage(error):
                        raise
                    del problems[before:]
                    state.discard(error)
                    before = len(problems)
                except _ChangedMeanwhile as error:
                    if not left:
                        raise error.__cause__ or SiteError(unsettled(str(error))) from None
                    del problems[before:]
                    kept = kept and Kept()  # what is known of the site isn't so any more
                else:
                    break
    return replace(built, seconds=time.perf_counter() - begun)


def _stop_without_site(root: Path) -> None:
    if not (root / "site.yaml").is_file():
        raise no_site()


class _ChangedMeanwhile(Exception):  # noqa: N818 - no error: the build begins anew
    """A file isn't any more what it was when the build began, and may have been read since. Names it.

    Its cause is the error that this may have led to.
    """


def _attempt(
    root: Path,
    staging: Staging,
    options: Options,
    state: State,
    watch: Watch,
    problems: list[Problem],
    kept: Kept | None,
) -> Built:
    _stop_without_site(root)
    run = _Run(root, staging, options, state, watch, problems, kept)
    # A record that isn't what a build writes: all is made anew.
    with suppress(KeyError, TypeError):
        if not kept and (built := run.nothing_to_do()):
            return built
    from jisr.processes import BATCH, FEW, Shards

    try:
        with Shards(options.jobs, FEW if kept and kept.seen else BATCH) as shards:
            return run.build(shards)
    except (SiteError, OSError) as error:
        for source in changed_since(run.looked.sources.values()):
            raise _ChangedMeanwhile(source.path) from error
        raise


class _Run:
    """One build: its steps in their order, and what it says of them."""

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
        self.folder = staging.name
        self.began = time.time_ns()
        self.now = time.time() if options.now is None else options.now
        self.last = state.run(self.folder)
        self.site_last = state.run("")
        self.same = self.site_last.get("versions") == versions()
        self.asked = fingerprint(versions(), options.base_url, options.drafts, options.preview)
        self.looked = self._look()

    def _look(self) -> Looked:
        root, theme, kept = self.root, self.theme, self.kept
        seen = kept.seen if kept else None
        there = self.last and self.staging.output.is_dir()  # somebody may have deleted what is remembered
        if there and kept and seen and seen.sources is not None:
            known = recall(root, theme, seen.sources, seen.digests, seen.written, kept.changed, kept.doubted)
            if known:
                return known
        verify = self.options.verify
        return look(root, theme, self.staging, self.state, self.problems, verify=verify, fork=not kept)

    def nothing_to_do(self) -> Built | None:
        """What to say where all is as the last build left it; None where it isn't, or isn't known to be."""
        warnings = tuple(Problem(**values) for values in self.last.get("warnings", ()))
        same = (
            not self.options.explain
            and not self.problems
            and not self.looked.tampered
            and not (warnings and self.options.strict)
            and self.last.get("asked") == self.asked
            and self.last["from"] <= self.now < (self.last["until"] or math.inf)
            and self.last.get("build") == self.site_last.get("build")
            and self.looked.unchanged
        )
        if not same:
            return None
        if self.looked.touched:
            self.state.touch(self.folder, self.looked.touched)
        kept = self._strays(self.looked.written, self.looked.number)
        return Built(
            self.last["pages"],
            self.last["files"],
            kept=kept,
            warnings=warnings,
            scheduled=self.last["scheduled"],
            next=tuple(self.last["next"]) if self.last["next"] else None,
        )

    def build(self, shards: "Shards") -> Built:
        """Read, render, plan and write what has changed."""
        from jisr import commands, gallery, languages
        from jisr.model import Page, Reading
        from jisr.plan.cards import recent
        from jisr.plan.listings import articles
        from jisr.processes import in_order
        from jisr.read.documents import document_files
        from jisr.rendering import Desk
        from jisr.steps import common, plan, read, record, render, write
        from jisr.write.assets import recorded

        options, state, watch, problems = self.options, self.state, self.watch, self.problems
        looked = self.looked
        known = state.digests() if looked.known is None else looked.known
        touched = looked.changed.union([path for path in looked.sources if path not in known])
        self.digests = digests(looked.sources, known, looked.hashes, touched, self.report)
        changed = [path for path in touched if known.get(path) != self.digests[path]]
        # If they are sure to pay, processes make ready while settings are read.
        shards.start(len(below(sorted(changed), "content/")))
        languages.remember(self.site_last.get("languages") if self.same else None)
        site = commands.read_settings(self.root, options.base_url, self.report)
        if site and options.preview:
            site = replace(site, cards=False)
        paths = tuple(looked.sources)
        content = [looked.sources[path] for path in below(paths, "content/")]
        documents = document_files(content, self.report)
        if not content:
            hint = "bring its files back, or add one, as jisr new does"
            self.report(Problem("content", 1, 1, "the folder isn't there, or nothing is in it", hint))
        assets = self.site_last.get("assets") if self.same else None
        shared = common.common(
            site, looked.sources, self.digests, self.asked, assets, self.report, preview=options.preview
        )
        last = {**self.last, "names": self.site_last.get("names")}
        shards.start(common.how_many_changed(site, shared, changed, len(documents), last))
        numbers = in_order(files.path for files in documents) if shards.executors else {}
        reading = site.reading if site else Reading()
        shards.begin(reading)
        stored = state.documents() if self.same else {}
        finish = read.read(shards, documents, numbers, reading, self.digests, stored, problems)
        templates = names = None
        loads: Mapping[str, list[str]] = {}
        unchecked = self.last.get("templates") != shared.templates or not self.same
        if site:
            templates, loads = common.ready_templates(
                site, shared, self.root, self.theme, self.last, self.report, check=unchecked
            )
            shards.take(templates)
            if not self.same or self.site_last.get("names") != shared.names:
                names = common.names(site, self.root, self.report)
        facts, fresh = finish()
        if site is None:
            raise SiteError(*sorted(set(problems)))
        hidden = read.hidden(facts, self.now)
        shown = [f for f in documents if f.path in facts and (options.drafts or f.path not in hidden)]
        if site.cards == "recent":
            site = replace(site, cards=recent(facts[files.path] for files in shown))
        catalogues = below(paths, "translations/")
        links, listed, addresses = read.links(
            site, facts, shown, hidden, documents, shared.copied, catalogues, problems
        )
        pictures, picture_facts = gallery.look(
            shards, site, shared.copied, state.pictures(), watch, self.report, again=not self.same
        )
        desk = Desk(
            root=self.root,
            theme=self.theme,
            site=site,
            links=links,
            pictures=pictures,
            assets=shared.to_load,
            aside=self.staging.aside,
            record=self.staging.record,
            now=self.now,
        )
        rendered, not_rendered = render.render(
            shards,
            desk,
            facts,
            shown,
            numbers,
            hidden,
            self.digests,
            common.rendered_by(site, shared),
            state.editions(),
            watch,
            problems,
            names=names,
            moved=self.site_last.get("addresses") != addresses,
        )
        dates = read.scheduled(site, facts, self.now, drafts=options.drafts)
        pairs = [(facts[f.path], rendered[f.path][0]) for f in shown if f.path in rendered]
        if len(pairs) < len(shown):  # what couldn't be rendered was told; there may be more to tell
            listed = articles(site, [one for one, _ in pairs])
        standing = plan.Standing(looked.written, looked.tampered, self._stood())
        planned = plan.plan(
            site, pairs, listed, links, pictures, shared, loads, standing, self.now, self.report
        )
        if templates and unchecked:
            used = {o.content.template for o in planned.stale if isinstance(o.content, Page)}
            templates.check_macros(used, self.report)
        commands.stop_on_errors(problems, strict=options.strict)
        if not self.staging.aside.whole:
            placing.refuse_clashes(
                self.staging.output,
                [output.path for output in planned.stale],
                planned.removed,
                self.looked.written,
                self.looked.tampered,
            )
        making = write.Making(
            plan=planned,
            shards=shards,
            desk=desk,
            documents={files.path: files for files in documents},
            numbers=numbers,
            rendered=rendered,
            packed=cache(partial(write.packed, rendered, state)),
            standing=standing,
            watch=watch,
            problems=problems,
        )
        planned, done = self._write(making)
        shards.end()
        written = tuple(page.path for page in done if page.changed)
        built = self._built(planned, standing, written, dates)
        rows = record.outputs(planned, done, self.looked.touched, self.staging.output)
        signatures = record.signatures(looked.sources, touched, looked.gone, self.began)
        state.save(
            self.folder,
            signatures=signatures,
            digests={path: self.digests.get(path) for path in signatures},
            documents=fresh | dict.fromkeys(state.documents().keys() - facts.keys()),
            pictures=picture_facts,
            editions=record.editions(rendered, not_rendered),
            outputs=rows,
            stood={} if self.kept else record.stood(planned, state.stood(self.folder)),
            run=self._of_run(built, shared, loads, dates),
            site={
                "build": self.began,
                "versions": versions(),
                "addresses": addresses,
                "names": shared.names,
                "languages": languages.remembered(site.languages),
                "assets": recorded(shared.assets, problems, minify=site.minify),
            },
        )
        self.staging.close()
        return replace(built, seen=self._seen(facts, shared, planned, making, rows)) if self.kept else built

    def _write(self, making: "Making") -> tuple["Plan", list[PageWritten]]:
        """Make what is stale, and put it in its place. With the plan, now that indices are made."""
        from jisr import commands, gallery
        from jisr.model import Derived, Page
        from jisr.steps import write

        plan, report = making.plan, self.report
        with self.staging:
            if any(isinstance(o.content, Page) for o in plan.stale):
                making.shards.open(making.desk)
            # Both are begun before the answers are waited for, so that no process is idle between them.
            pages = write.documents(making), write.listings(making)
            done = [page for made in pages for page in made]
            done += gallery.make(
                making.shards, making.desk, plan.stale, making.standing.digest, self.watch, report
            )
            done += write.copied(making)
            done += write.composed(making)
            if plan.bundles and not self.kept:  # the preview makes its own, when somebody searches
                from jisr.steps import indices

                plan, made = indices.indices(making, self.staging, self.options.jobs)
                done += made
            commands.stop_on_errors(self.problems, strict=self.options.strict)
            self._stop_on_changes(making)
            if not self.kept and (plan.removed or any(isinstance(o.content, Derived) for o in plan.stale)):
                gallery.forget(self.root, plan.outputs, plan.paths)
            changed = [page.path for page in done if page.changed]
            if changed or plan.removed or not self.staging.output.exists():
                self.staging.commit(changed, plan.removed)
        return plan, done

    def _stop_on_changes(self, making: "Making") -> None:
        """Stop where a file that was read may have been another by then than the one that was hashed."""
        from jisr.model import Asset, Copied, Derived
        from jisr.translate import interface
        from jisr.translate.editions import catalogue_path, names_path

        sources = self.looked.sources
        languages = making.desk.site.languages
        made = [making.documents[path] for path, (_, packed) in making.rendered.items() if packed is not None]
        read = {source.path for files in made for source in files.files}
        read.update(catalogue_path(files.path, language) for files in made for language in languages[1:])
        read.update(path(language) for language in languages for path in (interface.path, names_path))
        for path in read - sources.keys():
            if (self.root / path).is_file():  # it came meanwhile
                raise _ChangedMeanwhile(path)
        read.update(below(tuple(sources), "templates/", f"{THEME}templates/"), ("site.yaml",))
        suspect = [sources[path] for path in self.looked.changed | (read & sources.keys())]
        shown = [
            o.content.source for o in making.plan.stale if isinstance(o.content, Asset | Copied | Derived)
        ]
        for source in changed_since((*suspect, *shown)):
            raise _ChangedMeanwhile(source.path)

    def _built(
        self, plan: "Plan", standing: "Standing", written: tuple[str, ...], dates: Mapping[str, Any]
    ) -> Built:
        """What to say of the build."""
        from jisr.steps.plan import reason

        explained = plan.outputs if self.options.explain else ()
        number, pages = plan.number, plan.pages
        return Built(
            pages=pages,
            files=number - pages,
            written=written,
            removed=tuple(sorted(plan.removed)),
            kept=self._strays(plan.paths, number),
            warnings=tuple(sorted(set(self.problems))),
            reasons=tuple(sorted((o.path, reason(o, standing)) for o in explained)),
            scheduled=dates["scheduled"],
            next=dates["next"],
        )

    def _of_run(
        self, built: Built, shared: "Common", loads: Mapping[str, list[str]], dates: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What is recorded of this build as a whole."""
        kept = [asdict(problem) for problem in built.warnings if not problem.path.startswith(FOLDER)]
        return {
            "asked": self.asked,
            "options": [self.options.base_url, self.options.drafts],
            "build": self.began,
            "pages": built.pages,
            "files": built.files,
            "warnings": kept,
            "settings": shared.settings,
            "templates": shared.templates,
            "copies": shared.copies,
            "loads": loads,
            **dates,
        }

    def _seen(
        self,
        facts: "Mapping[str, DocumentFacts]",
        shared: "Common",
        plan: "Plan",
        making: "Making",
        rows: Mapping[str, Written | None],
    ) -> Seen:
        written = {path: row for path, row in {**self.looked.written, **rows}.items() if row}
        return Seen(
            sources=self.looked.sources if self.looked.clean else None,
            digests=self.digests,
            written=written,
            facts=facts,
            desk=making.desk,
            copied=shared.copied,
            documents=making.documents,
            outputs=plan.outputs,
            articles=plan.articles,
            bundles=plan.bundles,
            rendered={path: one for path, (one, _) in making.rendered.items()},
        )

    def _stood(self) -> Mapping[str, Stood]:
        """The outputs as `Standing` has them: by their documents, if these may be taken together."""
        stood = self.state.stood(self.folder)
        number = sum([one.number for one in stood.values()])
        each = self.kept or self.options.explain or self.looked.tampered or number != self.looked.number
        return {"": Stood.of("", self.looked.written)} if each else stood

    def _strays(self, ours: Iterable[str], number: int) -> tuple[str, ...]:
        if self.kept or self.staging.aside.whole:
            return ()  # the folder is the preview's, or has just appeared
        if number > STRAYS and not self.options.verify:
            return ()
        return tuple(placing.strays(self.staging.output, frozenset(ours)))


def last_options(root: Path, output: Path, report: Report) -> Options:
    """What the last build of the site into `output` was asked for; the defaults where there was none."""
    with _told(output):
        if not (root / FOLDER / FILE).exists():
            return Options()
        with State(root, report) as state:
            asked = state.run(Staging(root, output, FOLDER).name).get("options")
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
        where = str(Path(error.filename2 or error.filename or output).absolute())
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
