"""A body in one language."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from html import escape
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from jisr.bidi import runs_as_html
from jisr.errors import Problem, Report
from jisr.model import Block, BlockState, Heading, Language, State, Translation
from jisr.read import marks, policy
from jisr.read.marks import Labels
from jisr.read.markup.body import Body, RenderedBody, Unit
from jisr.read.markup.converter import Converter
from jisr.read.markup.prose import Look, Prose, read_prose
from jisr.read.markup.tables import Table, read_table
from jisr.urls import slug

_IDS_OF_THEME = {"main-content", "contents-title", "more-articles"}


def render(
    converter: Converter,
    body: Body,
    translations: Sequence[Translation],
    *,
    source: Language,
    language: Language,
    labels: Labels,
    resolve: Callable[[str, str], str],
    illustrate: Callable[[str], str],
    ids: Sequence[str] | None,
    hide: bool,
    trusted: bool,
    report: Report,
) -> RenderedBody:
    """The body in a language, with a translation for each of its segments.

    `resolve` turns a link of a tag (`a`, `img`) into the page's, `illustrate` gives pictures in HTML the form
    that pages show; `ids` are the source's heading ids, None when this is the source; with `hide`, blocks
    without a translation are left out.
    """
    prose = {block: read for block in body.flat if (read := _at_once(body, block, translations, hide=hide))}
    root = Element("div")
    trees: dict[int, list[Element]] = {}
    for block, top in enumerate(body.root):
        if block not in prose:
            copy = deepcopy(top)
            root.append(copy)
            trees[block] = list(copy.iter())
    tops = {block: elements[0] for block, elements in trees.items()}
    units: dict[int, list[Unit]] = {block: [] for block in trees}
    for unit in body.units if trees else ():
        if unit.block in trees:
            units[unit.block].append(unit)
    raw: tuple[str, ...] = ()
    if trees:
        from jisr.read.markup.fill import put_texts  # it needs Python-Markdown, which prose does not

        put_texts(body, root, trees, units, translations, source=source, labels=labels, hide=hide)
        raw = converter.framework.finish(root, body, translations)
    # Headings by their place in the source: those without a translation may be hidden.
    headings: list[tuple[int, Element | Prose]] = []
    for block in range(len(body.root)):
        if block in trees:
            headings += [(block, e) for e in trees[block] if e.tag in marks.HEADINGS]
        elif isinstance(read := prose[block], Prose) and read.tag in marks.HEADINGS:
            headings.append((block, read))
    if ids is None:
        used = _IDS_OF_THEME | {element.get("id", "") for element in root.iter()}
        ids = [
            _own_id(heading) or _unique(slug(_words(heading)) or "section", used) for _, heading in headings
        ]
    present = set(root.iter())
    rtl = language.direction == "rtl"
    toc = []
    gone: set[str] = set()
    listed: list[tuple[str, str, str, Mapping[str, str]]] = []
    for (block, heading), id_ in zip(headings, ids, strict=True):
        own: Mapping[str, str] = {}
        if isinstance(heading, Prose):
            prose[block] = replace(heading, id=id_)
            hidden = not heading.parts
            if not hidden and heading.parts[0].state == "missing":
                own = {"lang": source.code, "dir": source.direction}
        else:
            heading.set("id", id_)
            hidden = heading not in present
            own = heading.attrib
        if hidden:
            gone.add(f"#{id_}")
        else:
            words = _words(heading)
            listed.append((heading.tag, id_, words, own))
            toc.append(Heading(int(heading.tag[1]), id_, _toc_entry(words, own, rtl=rtl)))

    def reach(tag: str, link: str) -> str:
        """The address of a link; a heading that isn't on the page has the page's beginning for its place."""
        return "#" if gone and unquote(link) in gone else resolve(tag, link)

    look = Look(reach, rtl, source, labels)
    html = {block: read.html(look) for block, read in prose.items()}
    if trees:
        marks.fill_contents(root, listed, labels.contents)
        if hide:
            marks.drop_backlinks(root)
        resolved = _finish_links(root, labels, reach)
        marks.isolate_runs(root, rtl=rtl)
        if not trusted:
            _check_elements(root, body, report)
        texts = [body.document.body, *(translation.text or "" for translation in translations)]
        carries = not trusted and any("<" in text or "{" in text for text in texts)

        def resolve_raw(tag: str, link: str) -> str:
            return link if link in resolved else reach(tag, link)

        shown = set(root)
        for block, top in tops.items():
            if top in shown:
                html[block] = illustrate(converter.framework.serialise(top, resolve_raw if carries else None))
    blocks = []
    for block in range(len(body.root)):
        numbers = body.flat[block] if block in prose else [u.segment for u in units[block]]
        states = {translations[number].state for number in numbers if number is not None}
        blocks.append(Block(html.get(block, ""), _joint(states)))
    return RenderedBody(tuple(blocks), tuple(toc), tuple(ids), raw)


def _at_once(
    body: Body, block: int, translations: Sequence[Translation], *, hide: bool
) -> Prose | Table | None:
    """A block of texts in a language; None for one that is more, which the passes over its tree are for."""
    if block in body.tables:
        return read_table(body.tables[block], translations)
    return read_prose(body.root[block].tag, body.flat[block], translations, hide=hide)


def _unique(name: str, used: set[str]) -> str:
    """The name as an id, with a number where it is used already."""
    if name in used:
        from markdown.extensions.toc import unique

        return str(unique(name, used))
    used.add(name)
    return name


def _own_id(heading: "Element | Prose") -> str | None:
    return None if isinstance(heading, Prose) else heading.get("id")


def _words(heading: "Element | Prose") -> str:
    return heading.text if isinstance(heading, Prose) else marks.heading_text(heading)


def _finish_links(root: Element, labels: Labels, resolve: Callable[[str, str], str]) -> set[str]:
    """Give links and pictures their addresses, which are returned, and footnotes' back-links their words."""
    resolved = set()
    marks.gather_backlinks(root)
    for element in root.iter("a"):
        if "footnote-backref" in element.get("class", ""):
            words = labels.backlink(element.get("title", ""))
            element.set("title", words)
            element.set("aria-label", words)
        elif href := element.get("href"):
            element.set("href", resolve("a", href))
        resolved.add(element.get("href", ""))
    for element in root.iter("img"):
        if src := element.get("src"):
            element.set("src", resolve("img", src))
            resolved.add(element.get("src", ""))
    return resolved


def _check_elements(root: Element, body: Body, report: Report) -> None:
    """Report what the policy doesn't allow, whatever made it."""
    document = body.document
    ids = set(_IDS_OF_THEME)
    for element in root.iter():
        found = list(policy.element_findings(element.tag, element.attrib))
        if element.tag in ("a", "img"):  # their links are looked at where they are resolved
            found = [finding for finding in found if not finding.startswith("a link")]
        own = element.get("id")
        if own is not None and own in ids:
            found.append(f"the id {own} stands twice")
        ids.add(own or "")
        for finding in found:
            at = document.body.find(finding.split()[2])
            line = document.line + document.body.count("\n", 0, max(at, 0)) + 1
            report(Problem(document.path, line, 1, finding, "remove it, or set trusted_html in site.yaml"))


def _toc_entry(words: str, attributes: Mapping[str, str], *, rtl: bool) -> str:
    text = " ".join(words.split())
    lang, direction = attributes.get("lang"), attributes.get("dir")
    html = runs_as_html(text) if direction == "rtl" or (rtl and not direction) else escape(text)
    return f'<bdi lang="{lang}" dir="{direction}">{html}</bdi>' if lang else html


def _joint(states: set[State]) -> BlockState | None:
    return "partial" if len(states) > 1 else next(iter(states), None)
