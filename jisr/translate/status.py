"""How far the translations are: one row a catalogue."""

from collections.abc import Sequence

from msgspec import Struct

from jisr.model import Language, Progress, Translation
from jisr.translate import sync
from jisr.translate.messages import is_interface


class Status(Struct, frozen=True):
    """The state of a catalogue. `words` are those of the source still to be translated."""

    path: str
    language: str
    progress: Progress
    words: int


def status(path: str, language: Language, found: Sequence[Translation]) -> Status:
    """The row for a catalogue's translations."""
    left = {t.segment.key: t.segment.text for t in found if t.state in ("missing", "outdated")}
    words = sum(len(text.split()) for text in left.values())
    return Status(path, language.code, sync.progress(found), words)


def documents_of(rows: Sequence[Status]) -> list[Status]:
    """The rows of what the site says; the theme's words aside, which come with Jisr."""
    return [row for row in rows if not is_interface(row.path)]


def total(rows: Sequence[Status]) -> Progress:
    """All documents together."""
    rows = documents_of(rows)
    return Progress(
        total=sum(row.progress.total for row in rows),
        translated=sum(row.progress.translated for row in rows),
        outdated=sum(row.progress.outdated for row in rows),
        missing=sum(row.progress.missing for row in rows),
    )
