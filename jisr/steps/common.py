"""What many pages stand on: the files that are copied, those that pages load, settings and templates."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from jisr.errors import Problem, Report
from jisr.fingerprint import fingerprint, versions
from jisr.model import Asset, Rendering, Site, Source
from jisr.read.documents import OF_DOCUMENTS
from jisr.read.policy import TRUST
from jisr.survey import THEME, below
from jisr.translate import catalog
from jisr.translate.catalog import Catalogue
from jisr.translate.editions import names_path
from jisr.translate.messages import is_interface
from jisr.translate.pictures import is_picture
from jisr.work import load_templates
from jisr.write.assets import lasting, to_load
from jisr.write.templates import Loads, Templates

ICONS = frozenset(
    f"static/{name}"
    for name in ("favicon.svg", "favicon.ico", "apple-touch-icon.png", "icon-192.png", "icon-512.png")
)
"""The site's mark in its sizes."""


ACTIVE = (".html", ".htm", ".xhtml", ".xht", ".xml", ".js", ".mjs")
"""How files end that can run scripts; drawings are looked at for them (gallery.py)."""


class Common(Struct, frozen=True):
    """Files that are copied, those of them that pages load, and digests of what many pages stand on.

    `words` is of the theme's in all languages, `names` of the catalogues of names.
    """

    copied: Mapping[str, Source]
    assets: Mapping[str, Asset]
    to_load: Mapping[str, tuple[str, str]]
    words: str
    names: str
    settings: str
    templates: str
    copies: str


def common(
    site: Site | None,
    sources: Mapping[str, Source],
    digests: Mapping[str, str],
    asked: str,
    recorded: Any,
    report: Report,
    *,
    preview: bool,
) -> Common:
    """What many pages stand on.

    `asked` is a digest of what the build was asked, `recorded` what an earlier one has kept of assets.
    """
    paths = tuple(sources)
    copied = _copied(paths, sources, digests)
    if site and not site.trusted_html:
        _refuse_active(copied, report)
    files = {path.partition("/")[2]: source for path, source in copied.items()}
    assets: Mapping[str, Asset] = {}
    if site and site.fingerprint and not preview:
        assets = lasting(files, recorded, minify=site.minify, report=report)
    catalogues = below(paths, "translations/", f"{THEME}translations/")
    interfaces = [path for path in catalogues if is_interface(path.removeprefix(THEME))]
    names = [names_path(language) for language in site.languages[1:]] if site else []
    words = fingerprint([(path, digests[path]) for path in interfaces])
    templates = below(paths, "templates/", f"{THEME}templates/")
    return Common(
        copied=copied,
        assets=assets,
        to_load=to_load(files, assets),
        words=words,
        names=fingerprint([(path, digests.get(path, "")) for path in names]),
        settings=fingerprint(asked, digests["site.yaml"], words),
        templates=fingerprint([(path, digests[path]) for path in templates], sorted(copied)),
        copies=fingerprint([(asset.path, asset.integrity) for asset in assets.values()]),
    )


def _copied(
    paths: Sequence[str], sources: Mapping[str, Source], digests: Mapping[str, str]
) -> dict[str, Source]:
    """The files that are copied, by their paths in the site; the site's own win over the theme's."""
    own = below(paths, "static/")
    found = {path.removeprefix(THEME): path for path in below(paths, f"{THEME}static/")}
    if not ICONS.isdisjoint(own):  # a site's icon and the theme's beside it would be two marks
        found = {path: at for path, at in found.items() if path not in ICONS}
    found |= {path: path for path in own}
    found |= {path: path for path in below(paths, "content/") if not path.endswith(OF_DOCUMENTS)}
    return {path: replace(sources[at], path=path, digest=digests[at]) for path, at in found.items()}


def _refuse_active(copied: Iterable[str], report: Report) -> None:
    """Report files of authors in which a browser runs scripts, as pages of the site and with their rights."""
    for path in copied:
        if path.startswith("content/") and path.lower().endswith(ACTIVE):
            what = "a page or a script may not stand among the articles"
            report(Problem(path, 1, 1, what, f"move it into static/, or {TRUST}"))


def how_many_changed(
    site: Site | None, shared: Common, changed: Iterable[str], documents: int, last: Mapping[str, Any]
) -> int:
    """Roughly how many documents there is work on: enough to say whether processes pay.

    `changed` are sources, `documents` is the number of all of them, `last` what was recorded of a build.
    """
    changed = list(changed)
    own = [path for path in changed if path not in ICONS and not path.startswith(THEME)]
    pictures = 20 * sum(map(is_picture, own)) if site and site.images else 0
    grounds = ("names", "settings", "templates", "copies")
    every = any(last.get(name) != getattr(shared, name) for name in grounds)
    number = documents if every else len(changed)
    return number * (10 if site and site.cards else 1) + pictures


def names(site: Site, root: Path, report: Report) -> dict[str, Catalogue | None]:
    """The catalogues of names, by their languages. Shards load them too, and say nothing."""
    return {
        language.code: catalog.load(root, names_path(language), report) for language in site.languages[1:]
    }


def rendered_by(site: Site, shared: Common) -> str:
    """Digest of what all documents are rendered by, but for their names."""
    settings = [getattr(site, name) for name in Rendering.__struct_fields__]
    return fingerprint(versions(), shared.words, settings)


def ready_templates(
    site: Site,
    shared: Common,
    root: Path,
    theme: Path,
    last: Mapping[str, Any],
    report: Report,
    *,
    check: bool,
) -> tuple[Templates, Loads]:
    """The templates, and what pages of each load.

    With `check` the site's own are compiled, so that faults are all told; else it is as recorded of the
    `last` build.
    """
    templates = load_templates(root, theme, site, shared.to_load, report)
    if check:
        templates.check(report)
    return templates, Loads(templates, {} if check else last.get("loads", {}))
