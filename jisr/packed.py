"""Editions and what others show of them, packed."""

import sqlite3
from collections.abc import Sequence
from typing import TypeVar

from msgspec.structs import replace

from jisr.model import Edition, Neighbour, Summary
from jisr.packing import pack, unpacker
from jisr.plan.pages import Around

T = TypeVar("T")

summaries_of = unpacker(tuple[Summary, ...])
editions_of = unpacker(tuple[Edition, ...])
neighbour_of = unpacker(tuple[Neighbour, ...])
links_of = unpacker(tuple[tuple[str, str, str], ...])


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


def around(packed: Sequence[bytes | None]) -> Around:
    """What an article's page shows of those around it: of `Articles.around`, the packed summaries."""
    newer, older, *related = packed or (None, None)
    return Around(
        None if newer is None else _sound(neighbour_of(newer)),
        None if older is None else _sound(neighbour_of(older)),
        tuple([_sound(neighbour_of(one)) for one in related if one is not None]),
    )
