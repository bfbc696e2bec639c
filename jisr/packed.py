"""Editions and what others show of them, packed."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, TypeVar

from msgspec.structs import replace

from jisr.model import Edition, Neighbour, Summary
from jisr.packing import pack, unpacker
from jisr.plan.pages import Around

T = TypeVar("T")

summaries_of = unpacker(tuple[Summary, ...])
neighbour_of = unpacker(tuple[Neighbour, ...])
links_of = unpacker(tuple[tuple[str, str, str], ...])
names_of = unpacker(tuple[tuple[str, str, str, str], ...])
_editions_of = unpacker(tuple[dict[Literal["date", "updated", "expires"], str], tuple[Edition, ...]])


def pack_editions(editions: tuple[Edition, ...]) -> bytes:
    """Editions to be kept. Of the document, its pages show the metadata only.

    Dates with a time stand beside, in ISO 8601: MessagePack has no zones.
    """
    document = editions[0].document
    metadata = document.metadata
    if metadata.extra:  # dates in it would come back as texts
        return b""
    dates = {"date": metadata.date, "updated": metadata.updated, "expires": metadata.expires}
    times = {name: date.isoformat() for name, date in dates.items() if isinstance(date, datetime)}
    timeless = replace(metadata, **dict.fromkeys(times)) if times else metadata
    document = replace(document, metadata=timeless, body="", places={})
    return pack((times, [replace(edition, document=document) for edition in editions]))


def editions_of(packed: bytes) -> tuple[Edition, ...] | None:
    """The editions that were packed; None where they are damaged."""
    times, editions = _editions_of(packed) or ({}, ())
    if not times or not editions:
        return editions or None
    document = editions[0].document
    try:
        metadata = replace(
            document.metadata, **{name: datetime.fromisoformat(time) for name, time in times.items()}
        )
    except ValueError:
        return None
    document = replace(document, metadata=metadata)
    return tuple([replace(edition, document=document) for edition in editions])


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
