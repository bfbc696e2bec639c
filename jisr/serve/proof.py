"""Proofs: pages that somebody looks at, made ahead of the build that their change calls for.

A build takes the longer the larger the site is; a proof makes one page, by the same steps. What it can't
know, such as a new document, or one at another address, it leaves to the build, which follows and has the
last word.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from jisr import commands
from jisr.build import Seen
from jisr.errors import Problem, gathered
from jisr.fingerprint import hashed
from jisr.model import Copied, DocumentFacts, Listing, Output, Page, Site
from jisr.plan.outline import by_document
from jisr.rendering import Rendered
from jisr.survey import THEME, named
from jisr.theme import theme_root
from jisr.translate.editions import catalogue_path
from jisr.translate.messages import INTERFACE, SITE
from jisr.work import Shard, SitePage
from jisr.write.output import PREVIEW, Aside, PageWritten
from jisr.write.state import recorded_of


class Proof(Struct, frozen=True):
    """What was made, as digests by path; the files that it stands on, and what is wrong with them."""

    written: Mapping[str, str] = field(default_factory=dict)
    sources: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()


class Press:
    """Makes proofs of one site, in one thread. It keeps what many pages stand on, until that changes."""

    def __init__(self, root: Path, output: Path, base_url: str) -> None:
        self.root, self.output, self.base_url = root, output, base_url
        self.staging = output.with_name("proof")
        self.theme = theme_root()
        self.seen: Seen | None = None
        self.shard: Shard | None = None

    def prepare(self, seen: Seen) -> None:
        """Load what the first proof needs, before anybody waits for it."""
        self._know(seen)
        for document, outputs in by_document(seen.outputs).items():
            if document:
                run = _Run(seen, self._opened(seen, seen.desk.site), frozenset(seen.documents), [])
                run.document(document, outputs)
                return

    def _know(self, seen: Seen) -> None:
        if seen is not self.seen:
            self.seen = seen
            self.placed: dict[str, str] = {}
            self.outputs = {output.path: output for output in seen.outputs}
            self.copies = {
                named(self.root, self.theme, str(output.content.source.file)): output.path
                for output in seen.outputs
                if isinstance(output.content, Copied)
            }

    def note(self, changed: Iterable[str]) -> None:
        """Forget what stands on files that have changed just now."""
        if any(map(_is_common, changed)):
            self.shard = None

    def print(self, seen: Seen, changed: frozenset[str], paths: Iterable[str]) -> Proof:
        """Make the outputs at some paths, as far as changes concern them.

        `changed` are all files that have changed since the build of `seen`, by their paths in the site.
        """
        self._know(seen)
        problems: list[Problem] = []
        written: dict[str, str] = {}
        for name, path in self.copies.items():
            if name in changed:
                self._place(path, self._read(name), written)
        site = seen.desk.site
        if "site.yaml" in changed:
            read = commands.read_settings(self.root, self.base_url, problems.append)
            if not read or _addresses(read) != _addresses(site):
                return Proof(written, frozenset({"site.yaml"}), tuple(problems))
            site = replace(read, cards=False)
        run = _Run(seen, self._opened(seen, site), changed, problems)
        pages = by_document(self.outputs[path] for path in paths if path in self.outputs)
        for document, outputs in pages.items():
            made = run.document(document, outputs) if document else run.listings(outputs)
            for page in made:
                self._place(page, (self.staging / page).read_bytes(), written)
        return Proof(written, frozenset(run.concerned), gathered(problems))

    def _opened(self, seen: Seen, site: Site) -> Shard:
        """A shard that knows the site as it is now."""
        links = seen.desk.links if site == seen.desk.site else seen.desk.links.under(site)
        desk = replace(seen.desk, site=site, links=links, aside=Aside(self.staging, whole=True))
        known = self.shard and self.shard.desk
        if not self.shard or not known or known.assets != desk.assets or known.site != site:
            self.shard = Shard()
            self.shard.begin(site.reading)
            self.shard.open(desk)
        self.shard.desk = desk
        return self.shard

    def _read(self, name: str) -> bytes:
        folder, path = (self.theme, name.removeprefix(THEME)) if name.startswith(THEME) else (self.root, name)
        return (folder / path).read_bytes()

    def _place(self, path: str, content: bytes, written: dict[str, str]) -> None:
        """Put a file in its place, whole, unless a proof has put the same there."""
        digest = hashed(content)
        if self.placed.get(path) == digest:
            return
        new, target = self.staging / ".new", self.output / path
        for folder in (self.staging, target.parent):
            folder.mkdir(parents=True, exist_ok=True)
        new.write_bytes(content)
        new.replace(target)
        written[path] = self.placed[path] = digest


class _Run:
    """The making of one proof. Its methods render pages into the staging folder, and name them."""

    def __init__(self, seen: Seen, shard: Shard, changed: frozenset[str], problems: list[Problem]) -> None:
        self.seen, self.shard, self.changed, self.problems = seen, shard, changed, problems
        assert shard.desk
        self.desk = shard.desk
        self.rendered: dict[str, Rendered | None] = {}
        self.concerned = set(filter(_is_common, changed))
        self.common = bool(self.concerned)
        self.reworded = any(_is_common(path) and not _is_template(path) for path in changed)

    def document(self, document: str, outputs: Sequence[Output]) -> list[str]:
        """Pages of a document."""
        if not (self.common or self._own(document)):
            return []
        made = self._render(document)
        if not made:
            return []
        files = self.seen.documents[document]
        work = [(files, made.facts.pages, [(output, "") for output in outputs], self._around(document))]
        return self._written(*self.shard.write(work))

    def _around(self, document: str) -> list[bytes | None]:
        """What the pages of a document lead to."""
        around = self.seen.articles.around(document)
        return [None if path is None else self._summaries([path])[0] for path in around]

    def listings(self, outputs: Sequence[Output]) -> list[str]:
        """Pages of the site itself. Feeds are left to the build: nobody looks at them."""
        work = []
        for output in outputs:
            assert isinstance(output.content, Page)
            listing = output.content.listing or Listing("")
            naming = [term.newest for term in listing.terms]
            shown = {*listing.articles, *naming}
            if output.content.kind != "feed" and (self.common or any(map(self._own, shown))):
                articles = tuple(self._summaries(listing.articles))
                work.append((0, SitePage(output, "", articles, tuple(self._summaries(naming)))))
        return self._written(*self.shard.write_listings(work))

    def _own(self, document: str) -> set[str]:
        """The changed files that a document is made of."""
        if document not in self.seen.documents:
            return set()
        own = {source.path for source in self.seen.documents[document].files}
        own |= {catalogue_path(document, language) for language in self.desk.site.languages[1:]}
        return own & self.changed

    def _render(self, document: str) -> Rendered | None:
        """A document as it is now; None where it has errors, or where more than its pages has changed."""
        if document not in self.rendered:
            self.rendered[document] = None
            self.concerned |= self._own(document)
            files = self.seen.documents[document]
            if not all(source.file.exists() for source in files.files):
                return None  # it has gone, or has another name
            [(_, facts, said)] = self.shard.read([(files, "")])
            self.problems += said
            if facts and _place(facts) == _place(self.seen.facts[document]):
                [(_, made, said)] = self.shard.render([(files, "")])
                self.problems += said
                if not any(problem.severity == "error" for problem in said):
                    self.rendered[document] = made
        return self.rendered[document]

    def _summaries(self, documents: Sequence[str]) -> list[bytes]:
        """The packed summaries of documents, as they are now."""
        now = {path: self._render(path) for path in documents if self.reworded or self._own(path)}
        kept = recorded_of(self.desk.root, PREVIEW, documents)
        return [made.summaries if (made := now.get(path)) else kept[path] for path in documents]

    def _written(self, made: Sequence[PageWritten], said: Sequence[Problem]) -> list[str]:
        self.problems += said
        return [] if any(problem.severity == "error" for problem in said) else [page.path for page in made]


def _addresses(site: Site) -> tuple[object, ...]:
    """What of the settings decides where pages stand: where it changes, all have to be made."""
    return (site.languages, site.reading, site.addresses, site.side_by_side)


def _is_template(path: str) -> bool:
    return path.startswith(("templates/", f"{THEME}templates/"))


def _is_common(path: str) -> bool:
    """Whether a file of the site concerns every page."""
    return path == "site.yaml" or _is_template(path) or path.endswith((f"/{INTERFACE}.po", f"/{SITE}.po"))


def _place(facts: DocumentFacts) -> tuple[object, ...]:
    """What of a document the rest of the site stands on: where it has changed, a page alone can't be made."""
    return (facts.kind, facts.address, facts.template, facts.draft, facts.aliases)
