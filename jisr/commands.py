"""What each command does, over the stages. Knows nothing of terminals and exit codes."""

import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import get_ident

from msgspec import Struct
from msgspec.structs import replace

from jisr import config
from jisr.errors import Problem, Report, SiteError, no_site
from jisr.languages import plural_forms
from jisr.model import Document, Language, Reading, Segment, Site, Source
from jisr.progress import Watch, unwatched
from jisr.read.documents import BODIES, document_files, read_document
from jisr.read.markup.body import Body
from jisr.read.markup.converter import Converter
from jisr.read.sources import inside, read_text, scan
from jisr.theme import theme_root
from jisr.translate import catalog, interface, messages, sync
from jisr.translate.catalog import Catalogue
from jisr.translate.editions import catalogue_path, catalogue_paths, names_path, segments
from jisr.translate.status import Status, status
from jisr.write.templates import Templates

BATCH = 50
"""Documents that are told together as done."""


class Synced(Struct, frozen=True):
    """A catalogue that `sync` looked at."""

    path: str
    changed: bool
    missing: int
    outdated: int
    obsolete: int


class _Loaded(Struct, frozen=True):
    site: Site
    documents: tuple[Document, ...]
    catalogues: Collection[str]
    """Where catalogues may stand: those of documents and of names."""


class _Work(Struct, frozen=True):
    """A catalogue whose file, of `raw` bytes, isn't the `new` one that `merged` makes of what it says."""

    language: Language
    path: str
    merged: Callable[[Catalogue | None], Catalogue]
    raw: bytes | None
    new: Catalogue


def synchronise(root: Path, watch: Watch = unwatched) -> tuple[tuple[Synced, ...], tuple[Problem, ...]]:
    """Bring the site's catalogues up to date with its documents and templates; warnings come second.

    Raises `SiteError`, no catalogue touched, if a document or a catalogue can't be read.
    """
    problems: list[Problem] = []
    report = problems.append
    loaded = _load(root, report)
    site = loaded.site
    templates, theme_words = _words(root, site, report)
    found: dict[str, list[Synced | _Work]] = {language.code: [] for language in site.languages}

    def look(language: Language, path: str, merged: Callable[[Catalogue | None], Catalogue]) -> None:
        raw, old = _as_it_is(root, path, report)
        new = merged(old)
        if _is_written(old, new):
            found[language.code].append(_Work(language, path, merged, raw, new))
        elif old:
            found[language.code].append(_synced(path, new, changed=False))

    for body in _bodies(loaded, watch, report):
        for language in site.languages[1:]:
            path = catalogue_path(body.document.path, language)
            own = partial(sync.merge, segments=segments(body), path=path, document=body.document.path)
            look(language, path, own)
    names = messages.site_segments(loaded.documents, site.sections)
    for language in site.languages:
        if language != site.source:
            path = names_path(language)
            look(language, path, partial(sync.merge, segments=names, path=path, document=""))
        if language.code != interface.WRITTEN_IN:
            theme = theme_words.get(language.code)
            words = partial(interface.merged, templates, theme=theme, language=language)
            look(language, interface.path(language), words)
    problems += orphans((source.path for source in scan(root, "translations", report)), loaded.catalogues)
    stop_on_errors(problems, strict=False)
    result = [_brought(root, one) if isinstance(one, _Work) else one for own in found.values() for one in own]
    return tuple(result), tuple(sorted(set(problems)))


def _synced(path: str, catalogue: Catalogue, *, changed: bool) -> Synced:
    states = [entry.state for entry in catalogue.entries.values()]
    return Synced(path, changed, states.count("missing"), states.count("outdated"), len(catalogue.obsolete))


def _is_written(old: Catalogue | None, new: Catalogue) -> bool:
    """Whether a catalogue's file isn't what it should be."""
    if old is None:
        return bool(new.entries or new.obsolete)
    return _without_lines(old) != _without_lines(new)


def _brought(root: Path, work: _Work) -> Synced:
    """A catalogue brought up to date.

    Merged anew where the file isn't the `raw` one any more: somebody has saved it meanwhile.
    """
    from jisr.translate import po  # with Babel's part for catalogues, which a build does without

    path, code, new = work.path, work.language.code, work.new
    text = po.write(new, language=code, plural_forms=plural_forms(code))
    if work.raw and b"\r\n" in work.raw:  # its lines end as they did, or version control saw them all change
        text = text.replace("\n", "\r\n")
    if not inside(root, root / path):
        what = "a symbolic link leads out of the site"
        raise SiteError(Problem(path, 1, 1, what, "copy the folder here instead"))
    with told(root / path):
        if replace_file(root / path, text.encode(), lambda: contents(root / path) == work.raw):
            return _synced(path, new, changed=True)
    problems: list[Problem] = []
    raw, old = _as_it_is(root, path, problems.append)
    stop_on_errors(problems, strict=False)
    new = work.merged(old)
    if not _is_written(old, new):
        return _synced(path, new, changed=False)
    return _brought(root, replace(work, raw=raw, new=new))


def _as_it_is(root: Path, path: str, report: Report) -> tuple[bytes | None, Catalogue | None]:
    """The bytes of a catalogue's file, and what they say, or what somebody has put there since."""
    return contents(root / path), catalog.load(root, path, report)


def statuses(root: Path, watch: Watch = unwatched) -> tuple[tuple[Status, ...], tuple[Problem, ...]]:
    """The state of each catalogue of the site, as its documents are now; warnings come second."""
    problems: list[Problem] = []
    report = problems.append
    loaded = _load(root, report)
    site = loaded.site
    rows: dict[str, list[Status]] = {language.code: [] for language in site.languages}

    def look(language: Language, path: str, wanted: Sequence[Segment]) -> None:
        found = sync.find(catalog.load(root, path, report), wanted)
        rows[language.code].append(status(path, language, found))

    for body in _bodies(loaded, watch, report):
        for language in site.languages[1:]:
            look(language, catalogue_path(body.document.path, language), segments(body))
    names = messages.site_segments(loaded.documents, site.sections)
    templates, _ = _words(root, site, report)
    for language in site.languages:
        if names and language != site.source:
            look(language, names_path(language), names)
        known = interface.catalogues(root, theme_root(), language, report)
        words = interface.translations(templates, known, language)
        rows[language.code].append(status(interface.path(language), language, words))
    problems += orphans((source.path for source in scan(root, "translations", report)), loaded.catalogues)
    stop_on_errors(problems, strict=False)
    return tuple(row for own in rows.values() for row in own), tuple(sorted(set(problems)))


def _load(root: Path, report: Report) -> _Loaded:
    """The settings and every document, drafts too; what is wrong with them ends the command."""
    problems: list[Problem] = []
    site = read_settings(root, None, problems.append)
    sources = scan(root, "content", problems.append)
    reading = site.reading if site else Reading()
    files = document_files(sources, problems.append)
    found = (read_document(one, reading, problems.append) for one in files)
    documents = tuple(document for document in found if document)
    if site is None:
        raise SiteError(*sorted(set(problems)))
    for problem in problems:
        report(problem)
    for problem in refuse_reserved(one.path for one in files):
        report(problem)
    return _Loaded(site, documents, catalogues_of(site, (one.path for one in files)))


def read_settings(root: Path, base_url: str | None, report: Report) -> Site | None:
    """The site's settings; None, with what is wrong reported. Raises `SiteError` where there is no site."""
    settings = Source(config.FILE, root)
    if not settings.file.is_file():
        raise no_site()
    if not inside(root, settings.file):
        what = "a symbolic link leads out of the site"
        raise SiteError(Problem(config.FILE, 1, 1, what, "copy the file here instead"))
    text = read_text(settings, report)
    if text is None:
        return None
    try:
        return config.load(root, text, base_url=base_url)
    except SiteError as error:
        for problem in error.problems:
            report(problem)
        return None


def catalogues_of(site: Site, documents: Iterable[str]) -> dict[str, Language]:
    """Where the catalogues of documents and of names may stand, each with its language."""
    paths = list(documents)
    found: dict[str, Language] = {}
    for language in site.languages[1:]:
        found |= dict.fromkeys((names_path(language), *catalogue_paths(paths, language)), language)
    return found


def refuse_reserved(documents: Iterable[str]) -> list[Problem]:
    """What is wrong with documents whose catalogues would be those of the site's own words."""
    taken = {f"content/{name}{ending}" for name in messages.RESERVED for ending in BODIES}
    what, hint = "belongs to a catalogue of the site's own words", "give the file another name"
    return [
        Problem(path, 1, 1, f"the name {Path(path).stem} {what}", hint) for path in documents if path in taken
    ]


def _bodies(loaded: _Loaded, watch: Watch, report: Report) -> Iterator[Body]:
    """The documents with their bodies, one after the other."""
    converter, documents = Converter(), loaded.documents
    batches = [documents[start : start + BATCH] for start in range(0, len(documents), BATCH)]
    for batch in watch(batches, len(documents), BATCH):
        for document in batch:
            body = converter.parse(document, report)
            if body:
                yield body


def _words(
    root: Path, site: Site, report: Report
) -> tuple[list[tuple[Segment, str | None, str]], dict[str, Catalogue | None]]:
    """The templates' words, and the theme's own catalogues where the site isn't the theme itself."""
    theme = theme_root()
    templates = Templates(root, theme, base_path=site.base_path, base_url=site.base_url, assets={}, words={})
    templates.check(report)
    apart = [] if theme.resolve() == root.resolve() else site.languages
    return templates.words(report), {
        spoken.code: catalog.load(theme, interface.path(spoken), report) for spoken in apart
    }


def orphans(found: Iterable[str], known: Collection[str]) -> Iterator[Problem]:
    """Catalogues without a document, among the paths of those there are: they would be forgotten."""
    languages = {path.split("/")[1] for path in known}
    for path in found:
        if path not in known and path.endswith(".po") and not messages.is_interface(path):
            what = "the catalogue belongs to no document"
            hint = "if its document was renamed, rename the catalogue likewise; else delete it"
            if (code := path.split("/")[1]) not in languages:
                what = f"the catalogue is for {code}, no language that the site is translated to"
                hint = "add it to `languages` in site.yaml, or keep the folder elsewhere"
            yield Problem(path, 1, 1, what, hint, "warning")


def _without_lines(catalogue: Catalogue) -> tuple[object, ...]:
    """What makes a difference in a catalogue's file, in order."""
    entries = [
        [replace(e, line=0) for e in part.values()] for part in (catalogue.entries, catalogue.obsolete)
    ]
    return (catalogue.header, catalogue.comment, *entries)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """A disk that refuses is the user's to know."""
    try:
        yield
    except OSError as error:
        what = f"can't be written ({error.strerror or error})"
        hint = "make room or give the permission, or choose another place"
        raise SiteError(Problem(str(path.absolute()), 1, 1, what, hint)) from None


def contents(path: Path) -> bytes | None:
    """The bytes of a file; None where there is none."""
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError:
        return None


def replace_file(path: Path, content: bytes, still: Callable[[], bool] = lambda: True) -> bool:
    """Write a file whole or not at all: not where it isn't `still` what it should be at the last moment.

    Returns whether it was written. A link to the file is followed, and who may read it stays as it was.
    """
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{os.getpid()}-{get_ident()}.new")  # of this writer alone
    try:
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, new)
        if not still():
            return False
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
    return True


def stop_on_errors(problems: Sequence[Problem], *, strict: bool) -> None:
    if any(strict or problem.severity == "error" for problem in problems):
        raise SiteError(*sorted(set(problems)))
