"""What each command does, over the stages. Knows nothing of terminals and exit codes."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from jisr import config
from jisr.errors import Problem, Report, SiteError
from jisr.languages import plural_forms
from jisr.model import Copied, Document, Edition, Language, Segment, Site, Source, Translation
from jisr.plan.site import menu_problems, plan
from jisr.read.documents import is_document, read_documents
from jisr.read.markup.body import Body
from jisr.read.markup.converter import Converter
from jisr.read.sources import hashed, read_text, scan
from jisr.theme import theme_root
from jisr.translate import catalog, interface, messages, sync
from jisr.translate.catalog import Catalogue
from jisr.translate.editions import Speech, catalogue_path, editions, segments
from jisr.translate.links import Links
from jisr.translate.status import Status, status
from jisr.write.output import Staging
from jisr.write.templates import Templates, render_all

Watch = Callable[[Sequence[Document]], Iterable[Document]]
"""Passes documents on, and may show how far they are."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did. `kept` are files in the output folder that it didn't write."""

    pages: int
    files: int
    seconds: float
    kept: tuple[str, ...]
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Synced:
    """A catalogue that `sync` looked at."""

    path: str
    changed: bool
    missing: int
    outdated: int
    obsolete: int


@dataclass(frozen=True, slots=True)
class _Loaded:
    site: Site
    documents: tuple[Document, ...]
    files: tuple[Source, ...]
    links: Links
    catalogues: frozenset[str]
    """Where catalogues may stand: those of documents, drafts too, and of names."""


def build(
    root: Path,
    output: Path,
    *,
    base_url: str | None = None,
    drafts: bool = False,
    strict: bool = False,
    watch: Watch = iter,
) -> Built:
    """Build the site at `root` into the folder `output`.

    Raises `SiteError` with every problem of the site, `output` untouched.
    """
    begun = time.perf_counter()
    problems: list[Problem] = []
    report = problems.append
    loaded = _load(root, base_url, report, drafts=drafts)
    site = loaded.site
    theme = theme_root()
    words = {spoken.code: interface.words(root, theme, spoken, report) for spoken in site.languages}
    speech = {
        spoken.code: Speech(
            interface.labels(words[spoken.code], spoken, site.source),
            None if spoken == site.source else catalog.load(root, _site_catalogue(spoken), report),
        )
        for spoken in site.languages
    }
    problems += menu_problems(site, loaded.links)
    problems += _orphans(root, loaded.catalogues)
    converter = Converter()
    done: list[tuple[Edition, ...]] = []
    for document in watch(loaded.documents):
        body = converter.parse(document, report)
        if body:
            catalogues = _catalogues(site, document, report)
            done.append(editions(site, body, catalogues, speech, converter, loaded.links, report))
    done = [found for found in done if found]
    outputs = plan(site, done, loaded.files, loaded.links, report)
    assets = [output.path for output in outputs if isinstance(output.content, Copied)]
    templates = Templates(root, theme, base_path=site.base_path, assets=assets, words=words)
    templates.check(report)
    _stop_on_errors(problems, strict=strict)
    pages = 0
    with _told(output), Staging(root, output) as staging:
        for page, text in render_all(templates, outputs, report):
            staging.write(page.path, text)
            pages += 1
        _stop_on_errors(problems, strict=strict)
        for file in outputs:
            if isinstance(file.content, Copied):
                staging.copy(file.path, file.content.source.file)
        kept = staging.commit()
    warnings = tuple(sorted(set(problems)))
    return Built(pages, len(outputs) - pages, time.perf_counter() - begun, kept, warnings)


def synchronise(root: Path) -> tuple[tuple[Synced, ...], tuple[Problem, ...]]:
    """Bring the site's catalogues up to date with its documents and templates; warnings come second.

    Raises `SiteError`, no catalogue touched, if a document or a catalogue can't be read.
    """
    problems: list[Problem] = []
    report = problems.append
    loaded = _load(root, None, report, drafts=True)
    site = loaded.site
    bodies = _bodies(loaded, report)
    templates, theme_words = _words(root, site, report)
    merged: list[tuple[Catalogue | None, Catalogue, Language]] = []
    for language in site.languages:
        if language != site.source:
            for body in bodies:
                path = catalogue_path(body.document.path, language)
                old = catalog.load(root, path, report)
                merged.append(
                    (old, sync.merge(old, segments(body), path=path, document=body.document.path), language)
                )
            path = _site_catalogue(language)
            old = catalog.load(root, path, report)
            names = messages.site_segments(loaded.documents)
            merged.append((old, sync.merge(old, names, path=path, document=""), language))
        if language.code != interface.WRITTEN_IN:
            old = catalog.load(root, interface.path(language), report)
            merged.append(
                (old, interface.merged(templates, old, theme_words.get(language.code), language), language)
            )
    problems += _orphans(root, loaded.catalogues)
    _stop_on_errors(problems, strict=False)
    result = []
    for old, new, language in merged:
        if not new.entries and not new.obsolete and old is None:
            continue
        changed = old is None or _without_lines(old) != _without_lines(new)
        if changed:
            text = catalog.write(new, language=language.code, plural_forms=plural_forms(language.code))
            with _told(root / new.path):
                _replace_file(root / new.path, text)
        entries = new.entries.values()
        missing = sum(not all(entry.strings) for entry in entries)
        outdated = sum(entry.fuzzy and all(entry.strings) for entry in entries)
        result.append(Synced(new.path, changed, missing, outdated, len(new.obsolete)))
    return tuple(result), tuple(sorted(set(problems)))


def statuses(root: Path) -> tuple[tuple[Status, ...], tuple[Problem, ...]]:
    """The state of each catalogue of the site, as its documents are now; warnings come second."""
    problems: list[Problem] = []
    report = problems.append
    loaded = _load(root, None, report, drafts=True)
    site = loaded.site
    bodies = _bodies(loaded, report)
    templates, _ = _words(root, site, report)
    rows = []
    for language in site.languages:
        if language != site.source:
            for body in bodies:
                path = catalogue_path(body.document.path, language)
                rows.append(status(path, language, _translations(root, path, segments(body), report)))
            names = messages.site_segments(loaded.documents)
            if names:
                path = _site_catalogue(language)
                rows.append(status(path, language, _translations(root, path, names, report)))
        known = interface.catalogues(root, theme_root(), language, report)
        rows.append(
            status(interface.path(language), language, interface.translations(templates, known, language))
        )
    problems += _orphans(root, loaded.catalogues)
    _stop_on_errors(problems, strict=False)
    return tuple(rows), tuple(sorted(set(problems)))


def _load(root: Path, base_url: str | None, report: Report, *, drafts: bool) -> _Loaded:
    problems: list[Problem] = []
    settings = Source(config.FILE, root / config.FILE)
    if not settings.file.is_file():
        what = "there is no site here"
        raise SiteError(
            Problem(config.FILE, 1, 1, what, "go to a site's folder, name it with --site, or run jisr init")
        )
    text = read_text(settings, problems.append)
    site = None
    if text is not None:
        try:
            site = config.load(root, text, base_url=base_url)
        except SiteError as error:
            problems += error.problems
    content = scan(root, "content", problems.append)
    documents = read_documents(content, problems.append)
    for reserved in messages.RESERVED:
        for document in documents:
            if document.address == reserved and document.path.count("/") == 1:
                what = f"the name {reserved} belongs to a catalogue of the site's own words"
                problems.append(Problem(document.path, 1, 1, what, "give the file another name"))
    if site is None:
        raise SiteError(*sorted(set(problems)))
    for problem in problems:
        report(problem)
    shown = tuple(d for d in documents if drafts or not d.metadata.draft)
    static = {source.path: source for base in (theme_root(), root) for source in scan(base, "static", report)}
    copied = [source for source in content if not is_document(source)] + list(static.values())
    known = {source.path for source in content if is_document(source)} - {d.path for d in documents}
    drafted = {document.path for document in documents} - {document.path for document in shown}
    files = tuple(hashed(source, report) for source in copied)
    catalogues = frozenset(
        path
        for language in site.languages[1:]
        for path in (_site_catalogue(language), *(catalogue_path(d.path, language) for d in documents))
    )
    return _Loaded(site, shown, files, Links(site, shown, files, known, drafted), catalogues)


def _bodies(loaded: _Loaded, report: Report) -> list[Body]:
    converter = Converter()
    found = (converter.parse(document, report) for document in loaded.documents)
    return [body for body in found if body]


def _catalogues(site: Site, document: Document, report: Report) -> Mapping[str, Catalogue | None]:
    return {
        language.code: catalog.load(site.root, catalogue_path(document.path, language), report)
        for language in site.languages[1:]
    }


def _site_catalogue(language: Language) -> str:
    return f"translations/{language.code}/{messages.SITE}.po"


def _translations(
    root: Path, path: str, wanted: Sequence[Segment], report: Report
) -> tuple[Translation, ...]:
    merged = sync.merge(catalog.load(root, path, report), wanted, path=path, document="")
    return sync.translations(merged, wanted)


def _words(
    root: Path, site: Site, report: Report
) -> tuple[list[tuple[Segment, str | None, str]], dict[str, Catalogue | None]]:
    """The templates' words, and the theme's own catalogues where the site isn't the theme itself."""
    theme = theme_root()
    templates = Templates(root, theme, base_path=site.base_path, assets=(), words={})
    templates.check(report)
    apart = [] if theme.resolve() == root.resolve() else site.languages
    return templates.words(report), {
        spoken.code: catalog.load(theme, interface.path(spoken), report) for spoken in apart
    }


def _orphans(root: Path, known: frozenset[str]) -> Iterable[Problem]:
    """Catalogues without a document: what is in them would be forgotten."""
    for file in sorted((root / "translations").rglob("*.po")):
        path = file.relative_to(root).as_posix()
        if path not in known and not path.endswith(f"/{messages.INTERFACE}.po"):
            hint = "if its document was renamed, rename the catalogue likewise; else delete it"
            yield Problem(path, 1, 1, "the catalogue belongs to no document", hint, "warning")


def _without_lines(catalogue: Catalogue) -> tuple[object, ...]:
    """What makes a difference in a catalogue's file, in order."""
    entries = [
        [replace(e, line=0) for e in part.values()] for part in (catalogue.entries, catalogue.obsolete)
    ]
    return (catalogue.header, catalogue.comment, *entries)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """A disk that refuses is the user's to know."""
    try:
        yield
    except OSError as error:
        what = f"can't be written ({error.strerror or error})"
        hint = "make room or give the permission, or choose another place"
        raise SiteError(Problem(str(Path(error.filename or path).absolute()), 1, 1, what, hint)) from None


def _replace_file(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    with new.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _stop_on_errors(problems: Sequence[Problem], *, strict: bool) -> None:
    if any(strict or problem.severity == "error" for problem in problems):
        raise SiteError(*sorted(set(problems)))
