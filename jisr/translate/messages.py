"""What of a document is translated: the prose of its metadata and the segments of its body.

Also the site's own names (tags, authors, sources): they recur in many documents and are translated
once, in the catalogue `site.po`.
"""

from collections.abc import Iterable

from jisr.model import Document, Metadata, Segment
from jisr.read.segments import has_prose

SITE = "site"
INTERFACE = "interface"
RESERVED = (SITE, INTERFACE)
"""Names of catalogues that no page's may take."""


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


def names(metadata: Metadata) -> tuple[Segment, ...]:
    """The names in a document's metadata that the whole site shares."""
    found = [("tag", tag) for tag in metadata.tags] + [("author", author) for author in metadata.authors]
    if metadata.source:
        found.append(("source", metadata.source.name))
    return tuple(Segment(kind, name, 0, kind) for kind, name in found if has_prose(name))


def site_segments(documents: Iterable[Document]) -> tuple[Segment, ...]:
    """The names of all documents, each once, sorted."""
    found = {segment.key: segment for document in documents for segment in names(document.metadata)}
    return tuple(found[key] for key in sorted(found, key=lambda key: (key[0] or "", key[1])))
