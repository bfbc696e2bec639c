"""Proofs: pages that somebody looks at, made ahead of the build that their change calls for.

A build takes the longer the larger the site is; a proof makes one page, by the same steps. What it can't
know, such as a new document, or one at another address, it leaves to the build, which follows and has the
last word.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from jisr import commands
from jisr.build import Seen
from jisr.errors import Problem
from jisr.model import Copied, DocumentFacts, Output, Site
from jisr.plan.outline import by_document
from jisr.survey import THEME, named
from jisr.theme import theme_root
from jisr.translate.editions import catalogue_path
from jisr.translate.messages import INTERFACE, SITE
from jisr.work import Shard


@dataclass(frozen=True, slots=True)
class Proof:
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
                self._make(seen, seen.desk.site, document, outputs, [])
                return

    def _know(self, seen: Seen) -> None:
        if seen is not self.seen:
            self.seen = seen
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
        written = {
            path: self._place(path, self._read(name)) for name, path in self.copies.items() if name in changed
        }
        site = seen.desk.site
        if "site.yaml" in changed:
            read = commands.read_settings(self.root, self.base_url, problems.append)
            if not read or read.languages != site.languages:
                return Proof(written, frozenset({"site.yaml"}), tuple(problems))
            site = read
        languages = site.languages[1:]
        everything = any(map(_is_common, changed))
        concerned = set(filter(_is_common, changed))
        pages = by_document(self.outputs[path] for path in paths if path in self.outputs)
        for document, outputs in pages.items():
            if document:
                own = {source.path for source in seen.documents[document].files}
                own |= {catalogue_path(document, language) for language in languages}
                if everything or own & changed:
                    concerned |= own & changed
                    for page in self._make(seen, site, document, outputs, problems):
                        written[page] = self._place(page, (self.staging / page).read_bytes())
        return Proof(written, frozenset(concerned), tuple(problems))

    def _make(
        self, seen: Seen, site: Site, document: str, outputs: Sequence[Output], problems: list[Problem]
    ) -> list[str]:
        """Render pages of a document into the staging folder; none of them where there is an error."""
        shard = self._opened(seen, site)
        files = seen.documents[document]
        [(_, facts, said)] = shard.read([(files, "")])
        problems += said
        if facts is None or _place(facts) != _place(seen.facts[document]):
            return []
        made, said = shard.write([(files, [(output, "") for output in outputs])])
        problems += said
        return [] if any(problem.severity == "error" for problem in said) else [page.path for page in made]

    def _opened(self, seen: Seen, site: Site) -> Shard:
        """A shard that knows the site as it is now."""
        links = seen.desk.links if site == seen.desk.site else seen.desk.links.under(site)
        desk = replace(seen.desk, site=site, links=links, staging=self.staging)
        if not self.shard or not self.shard.desk or self.shard.desk.assets != desk.assets:
            self.shard = Shard(site.timezone, drafts=True)
            self.shard.open(desk)
        self.shard.desk = desk
        return self.shard

    def _read(self, name: str) -> bytes:
        folder, path = (self.theme, name.removeprefix(THEME)) if name.startswith(THEME) else (self.root, name)
        return (folder / path).read_bytes()

    def _place(self, path: str, content: bytes) -> str:
        """Put a file in its place, whole."""
        new, target = self.staging / ".new", self.output / path
        for folder in (self.staging, target.parent):
            folder.mkdir(parents=True, exist_ok=True)
        new.write_bytes(content)
        new.replace(target)
        return hashlib.blake2b(content, digest_size=16).hexdigest()


def _is_common(path: str) -> bool:
    """Whether a file of the site concerns every page."""
    return (
        path == "site.yaml"
        or path.startswith(("templates/", f"{THEME}templates/"))
        or path.endswith((f"/{INTERFACE}.po", f"/{SITE}.po"))
    )


def _place(facts: DocumentFacts) -> tuple[object, ...]:
    """What of a document the rest of the site stands on: where it has changed, a page alone can't be made."""
    return (facts.kind, facts.address, facts.template, facts.draft, facts.aliases)
