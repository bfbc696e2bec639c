"""Editions and what others show of them, packed."""

import sqlite3
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from jisr.model import Edition, Neighbour, Summary
from jisr.packing import pack, unpacker
from jisr.plan.pages import Around

T = TypeVar("T")

summaries_of = unpacker(tuple[Summary, ...])
editions_of = unpacker(tuple[Edition, ...])
neighbour_of = unpacker(tuple[Neighbour, ...])


def pack_editions(editions: tuple[Edition, ...]) -> bytes:
    """Editions to be kept. Of the document, its pages show the metadata only."""
    document = replace(editions[0].document, body="", places={})
    # Dates in `extra` would come back as texts.
    return b"" if document.metadata.extra else pack([replace(e, document=document) for e in editions])


def _sound(value: T | None) -> T:
    if value is None:
        raise sqlite3.DatabaseError("a value in it is damaged")
    return value


def summaries(packed: bytes) -> tuple[Summary, ...]:
    """The summaries of a document, in all languages."""
    return _sound(summaries_of(packed))


class PackedAround(Struct, frozen=True):
    """The packed summaries of the articles that an article's page leads to: see `Around`."""

    newer: bytes | None = None
    older: bytes | None = None
    related: tuple[bytes, ...] = ()

    def unpacked(self) -> Around:
        """What the page shows of them."""
        return Around(
            None if self.newer is None else _sound(neighbour_of(self.newer)),
            None if self.older is None else _sound(neighbour_of(self.older)),
            tuple(_sound(neighbour_of(packed)) for packed in self.related),
        )
