"""Translation memory: what has been translated elsewhere on the site, exact and similar blocks.

Knows entries and resemblance. Similarity is rapidfuzz's ratio: twice the characters in common, in order, as
a share of both texts. Measured on 180,000 messages: 0.03 to 0.4 s for a search.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct
from rapidfuzz import fuzz, process

from jisr.translate.catalog import Catalogue, Entry, Key

ALIKE = 70
"""Per cent from which a block counts as similar."""

MOST = 5
"""Suggestions for a block."""

AT_ONCE = 20_000
"""Texts compared in one go: rapidfuzz lets no other thread work in the meantime."""


class Suggestion(Struct, frozen=True):
    """A translation made elsewhere, `share` per cent alike, 100 for the same text."""

    source: str
    text: str
    share: int
    path: str


class Memory:
    """The translations of one language. Kept up to date catalogue by catalogue."""

    def __init__(self) -> None:
        self._known: dict[str, dict[Key, str]] = {}
        self._flat: tuple[list[str], list[tuple[str, Key]]] | None = None

    def learn(self, path: str, catalogue: Catalogue | None) -> None:
        """Take what a catalogue says now, in place of what it said; None where there is none any more."""
        found = _translations(catalogue) if catalogue else {}
        if found == self._known.get(path, {}):
            return
        self._known.pop(path, None)
        if found:
            self._known[path] = found
        self._flat = None

    def suggestions(self, text: str, *, here: tuple[str, Key]) -> tuple[Suggestion, ...]:
        """The best for a text, each translation once; `here` is where it stands itself."""
        texts, places = self._all()
        best: dict[str, Suggestion] = {}
        alike: list[tuple[str, float, int]] = []
        for start in range(0, len(texts), AT_ONCE):
            some = texts[start : start + AT_ONCE]
            found = process.extract(text, some, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=MOST * 10)
            alike += [(source, share, start + index) for source, share, index in found]
        for source, share, index in sorted(alike, key=lambda one: -one[1]):
            path, key = places[index]
            if (path, key) != here:
                said = self._known[path][key]
                # 100 is kept for the same text: 99.6 would round to it.
                shown = 100 if source == text else min(int(share), 99)
                best.setdefault(said, Suggestion(source, said, shown, path))
        return tuple(best.values())[:MOST]

    def _all(self) -> tuple[list[str], list[tuple[str, Key]]]:
        if self._flat is None:
            places = [(path, key) for path, found in self._known.items() for key in found]
            self._flat = [key[1] for _, key in places], places
        return self._flat


def _translations(catalogue: Catalogue) -> dict[Key, str]:
    """What is settled in a catalogue; of obsolete entries too, which were translated as well."""
    both: Iterable[Mapping[Key, Entry]] = (catalogue.obsolete, catalogue.entries)
    return {
        key: entry.text
        for entries in both
        for key, entry in entries.items()
        if entry.state == "translated" and entry.plural is None
    }
