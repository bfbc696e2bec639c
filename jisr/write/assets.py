"""Style sheets, scripts and fonts as pages load them: made small, under names of their content.

Knows files and neither pages nor templates. The only importer of minify. What is changed is a copy beside the
file itself, which stays under its own name as it is (docs/decisions/0052-lasting-names.md).
"""

import posixpath
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha384
from typing import Any
from urllib.parse import quote, unquote

from jisr.errors import Problem, Report, unheard
from jisr.fingerprint import fingerprint
from jisr.model import Asset, Source
from jisr.read.sources import place

TEXTS = {".css": "text/css", ".js": "application/javascript", ".mjs": "application/javascript"}
FONTS = (".woff2", ".woff", ".ttf", ".otf")

_REFERENCE = re.compile(
    r"""/\*.*?(?:\*/|\Z)"""
    r"""|(?:url\(\s*|@import\s+)(?:"(?P<double>[^"\n]*)"|'(?P<single>[^'\n]*)')"""
    r"""|url\(\s*(?P<bare>[^\s"'()]+)"""
    r"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*\'""",
    re.DOTALL | re.IGNORECASE,
)
"""An address in a style sheet, as one of three groups; comments and other strings are passed over."""

_PLACE = re.compile(r"(.*?) on line (\d+) and column (\d+)")
_ROOM = "\n" * 256
"""The library writes into a buffer as long as what it is given, and a text that gets longer is lost."""


def lasting(files: Mapping[str, Source], record: Any, *, minify: bool, report: Report) -> dict[str, Asset]:
    """The copies, by the names of the files that they are of: `css/site.css`.

    `files` are all that are published, by their paths on the site. There are copies of the style sheets,
    scripts and fonts of `static/`. `record` is what `recorded` gave after an earlier build, if there was one:
    what hasn't changed since isn't read.
    """
    known = record.get("files", {}) if isinstance(record, dict) else {}
    if not known or record.get("digest") != fingerprint(known, minify):  # damaged, or of other settings
        known = {}
    making = _Making(files, known, minify, report)
    for path, source in sorted(files.items()):
        if _is_copied(path, source):
            making.copy_of(path)
    return dict(sorted(making.found.items()))


def recorded(assets: Mapping[str, Asset], problems: Iterable[Problem], *, minify: bool) -> dict[str, Any]:
    """What to keep of the copies until the next build; nothing of a file with a problem, to be told again."""
    faulty = {problem.path for problem in problems}
    files = {
        path: {"digest": one.source.digest, "path": one.path, "integrity": one.integrity, "names": one.names}
        for path, one in assets.items()
        if one.integrity and one.source.path not in faulty
    }
    return {"files": files, "digest": fingerprint(files, minify)}


def to_load(files: Iterable[str], assets: Mapping[str, Asset]) -> dict[str, tuple[str, str]]:
    """For each file, by its path on the site, the path that pages load for it, and its `integrity`."""
    copies = {path: (asset.path, asset.integrity) for path, asset in assets.items()}
    return {path: (path, "") for path in files} | copies


def digest_of(wanted: Sequence[str], assets: Mapping[str, Asset]) -> str:
    """Digest of the copies that pages of a template may load, of which `wanted` tells: `Templates.loads`."""
    beginnings = tuple(name[:-1] for name in wanted if name.endswith("*"))
    copies = [
        (asset.path, asset.integrity)
        for path, asset in assets.items()
        if path in wanted or (beginnings and path.startswith(beginnings))
    ]
    return fingerprint(copies) if copies else ""


def content(asset: Asset) -> bytes:
    """The bytes of a copy of a style sheet or a script."""
    return _content(asset.source, asset.names, asset.minify, unheard)


class _Making:
    """The copies of one site while they are being found: a style sheet's after those of what it names."""

    def __init__(
        self,
        files: Mapping[str, Source],
        known: Mapping[str, Mapping[str, Any]],
        minify: bool,
        report: Report,
    ) -> None:
        self.files, self.known, self.minify, self.report = files, known, minify, report
        self.found: dict[str, Asset] = {}
        self.begun: set[str] = set()

    def copy_of(self, path: str) -> str:
        """The path of a file's copy; its own where there is none, or it isn't known yet."""
        if path not in self.found:
            if path in self.begun or not _is_copied(path, self.files[path]):
                return path
            self.begun.add(path)
            self.found[path] = self._made(path)
        return self.found[path].path

    def _made(self, path: str) -> Asset:
        source = self.files[path]
        if not path.lower().endswith(tuple(TEXTS)):
            return Asset(source, _named(path, source.digest), "", {}, minify=False)
        before = self.known.get(path)
        if before and before["digest"] == source.digest:
            names = before["names"]
            if all(one in self.files and self.copy_of(one) == name for one, name in names.items()):
                return Asset(source, before["path"], before["integrity"], names, self.minify)
        names = {one: self.copy_of(one) for one in self._named_in(path)}
        made = sha384(_content(source, names, self.minify, self.report))
        integrity = f"sha384-{b64encode(made.digest()).decode()}"
        return Asset(source, _named(path, made.hexdigest()), integrity, names, self.minify)

    def _named_in(self, path: str) -> list[str]:
        """The files that a style sheet names, sorted. Reports those that aren't there."""
        source = self.files[path]
        text = _decoded(source.file.read_bytes()) if path.lower().endswith(".css") else None
        found = set()
        for at, link in _references(text or ""):
            target = _target(link, path)
            if target is None:
                continue
            if target in self.files:
                found.add(target)
            elif not link.startswith("/"):
                line, column = place(text or "", at)
                what = f"the style sheet names {link}, which isn't there"
                hint = "check the path, which begins at this file's folder"
                self.report(Problem(source.path, line, column, what, hint, "warning"))
        return sorted(found)


def _content(source: Source, names: Mapping[str, str], minify: bool, report: Report) -> bytes:
    raw = source.file.read_bytes()
    text = _decoded(raw)
    if text is None:
        what = "the file is not UTF-8"
        report(
            Problem(source.path, 1, 1, what, "save it as UTF-8; until then it is left as it is", "warning")
        )
        return raw
    path = source.path.partition("/")[2]
    if path.lower().endswith(".css"):
        text = _renamed(text, path, names)
    if minify and ".min." not in posixpath.basename(path):
        text = _smaller(text, source, report)
    return text.encode()


def _decoded(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _smaller(text: str, source: Source, report: Report) -> str:
    """The text without what only people need; as it is where that isn't possible."""
    import minify

    if "\0" in text:  # where the library's answer would end
        return text
    kind = TEXTS[posixpath.splitext(source.path.lower())[1]]
    try:
        return str(minify.string(kind, text + _ROOM))
    except minify.MinifyError as error:
        found = _PLACE.match(str(error))
        what, line, column = (found[1], int(found[2]), int(found[3])) if found else (str(error), 1, 1)
        hint = "mend it, or set minify: false; until then it is left as it is"
        report(
            Problem(source.path, line, column, f"the file can't be read as {kind} ({what})", hint, "warning")
        )
        return text


def _references(text: str) -> Iterator[tuple[int, str]]:
    """The addresses in a style sheet, each with its place."""
    for match in _REFERENCE.finditer(text):
        if match.lastgroup:
            yield match.start(match.lastgroup), match[match.lastgroup]


def _renamed(text: str, path: str, names: Mapping[str, str]) -> str:
    """A style sheet in which files have their new names, from its folder on."""
    parts = []
    done = 0
    for at, link in _references(text):
        target = _target(link, path)
        if target is not None and target in names:
            name = posixpath.relpath(names[target], posixpath.dirname(path) or ".")
            end = re.split(r"[?#]", link, maxsplit=1)[0]
            parts += [text[done:at], quote(name, safe="/~!$&*+,;=:@-._"), link[len(end) :]]
            done = at + len(link)
    return "".join([*parts, text[done:]])


def _target(link: str, path: str) -> str | None:
    """The path on the site that an address in the style sheet at `path` means; None for one elsewhere."""
    bare = re.split(r"[?#]", link, maxsplit=1)[0]
    if not bare or bare.startswith("//") or ":" in bare.partition("/")[0]:
        return None
    plain = unquote(bare)
    if plain.startswith("/"):
        return plain[1:]
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), plain))


def _is_copied(path: str, source: Source) -> bool:
    return source.path.startswith("static/") and path.lower().endswith((*TEXTS, *FONTS))


def _named(path: str, digest: str) -> str:
    """`css/site.css` → `css/site.0a1b2c3d.css`."""
    stem, end = posixpath.splitext(path)
    return f"{stem}.{digest[:8]}{end}"
