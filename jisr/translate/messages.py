"""What of a document is translated: the prose of its metadata and the segments of its body.

Also the site's own names (tags, authors, sections, sources): they recur in many documents and are translated
once, in the catalogue `site.po`.
"""

from collections.abc import Iterable, Mapping

from jisr.model import Document, Segment
from jisr.read.documents import ARTICLES
from jisr.read.segments import has_prose
from jisr.urls import slug

SITE = "site"
INTERFACE = "interface"
RESERVED = (SITE, INTERFACE)
"""Names of catalogues that no page's may take."""


def is_interface(path: str) -> bool:
    """Whether a catalogue is one of the theme's words, by its path: `translations/en/interface.po`."""
    return path.count("/") == 2 and path.endswith(f"/{INTERFACE}.po")


def metadata_segments(document: Document) -> tuple[Segment, ...]:
    """The prose of the front matter, `context` naming the field."""
    metadata = document.metadata
    image = metadata.image
    fields = {
        "title": metadata.title,
        "summary": metadata.summary,
        "image.alt": image and image.alt,
        "image.caption": image and image.caption,
        "image.credit": image and image.credit,
    }
    return tuple(
        Segment(name, " ".join(text.split()), document.places.get(name, ("", 1, 1))[1], name)
        for name, text in fields.items()
        if text and has_prose(text)
    )


def sections(path: str, titles: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The sections that an article stands in, the outermost first: their names, and their slugs.

    A section is a folder of articles with a letter in its name, called by its title or else its name.
    `titles` are those of folders below `content/articles/`.
    """
    below = path.removeprefix(ARTICLES)
    if below == path or "/" not in below:
        return ()
    parts = below.split("/")
    folders = parts[:-2] if parts[-1].rpartition(".")[0] == "index" else parts[:-1]
    found = []
    slugs: list[str] = []
    for depth, folder in enumerate(folders, 1):
        slugs += filter(None, [slug(folder)])
        if has_prose(folder):
            title = titles.get("/".join(folders[:depth]), folder.replace("-", " ").replace("_", " "))
            found.append((title, "/".join(slugs)))
    return tuple(found)


def names(document: Document, titles: Mapping[str, str]) -> tuple[Segment, ...]:
    """The names of a document that the whole site shares; `titles` are those of sections."""
    metadata = document.metadata
    found = [("tag", tag) for tag in metadata.tags] + [("author", author) for author in metadata.authors]
    if metadata.source:
        found.append(("source", metadata.source.name))
    found += [("section", title) for title, _ in sections(document.path, titles)]
    return tuple(Segment(kind, name, 0, kind) for kind, name in found if has_prose(name))


def site_segments(documents: Iterable[Document], titles: Mapping[str, str]) -> tuple[Segment, ...]:
    """The names of all documents, each once, sorted."""
    found = {segment.key: segment for document in documents for segment in names(document, titles)}
    return tuple(found[key] for key in sorted(found, key=lambda key: (key[0] or "", key[1])))
