"""Catalogues brought up to date with their documents, and what a build takes from them.

One pure function serves both: `sync` writes its result down, a build shows it. So an edit is seen as
outdated at once, and what is extracted is what is asked for.
"""

import difflib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache

from msgspec.structs import replace

from jisr.model import Progress, Segment, Translation
from jisr.translate.catalog import Catalogue, Entry, Key

_ALIKE = 0.5
"""Share of common words from which an old translation is offered for a changed block."""

_MANY = 50
"""Texts to compare with from which a library pays."""

_SHORT = 60
"""Texts under this many characters are compared by characters: they have too few words."""


def merge(catalogue: Catalogue | None, segments: Sequence[Segment], *, path: str, document: str) -> Catalogue:
    """The catalogue at `path` for these segments, in their order; `document` is where they stand.

    A segment without an entry takes the most similar translation that no other segment uses, as fuzzy,
    with the source it was made for, until that is the text again; what is no longer used becomes obsolete,
    and comes back when its text does. (Babel's `Catalog.update` offers one translation many times and no
    obsolete one again.)
    """
    old = catalogue or Catalogue(path)
    matched, taken = _match(old, segments)
    places: dict[Key, list[Segment]] = {}
    for segment in segments:
        places.setdefault(segment.key, []).append(segment)
    live, obsolete = parted(old, matched, taken)
    entries = {
        key: replace(
            entry,
            references=tuple((document, segment.line) for segment in places[key] if segment.line),
            extracted=(places[key][0].kind,),
        )
        for key, entry in live.items()
    }
    return Catalogue(path, old.header, old.comment, entries, obsolete, old.ending)


def parted(
    old: Catalogue, live: Mapping[Key, Entry], taken: Collection[Entry]
) -> tuple[dict[Key, Entry], dict[Key, Entry]]:
    """The entries that live, and the obsolete ones: all others that say something, and weren't `taken`.

    A PO file has one of a key: the words of others become its comment.
    """
    live = dict(live)
    obsolete: dict[Key, Entry] = {}
    gone = {id(entry) for entry in taken}
    for key, entry in (*old.obsolete.items(), *old.entries.items()):
        if id(entry) in gone or not _worth_keeping(entry):
            continue
        if key in live:
            live[key] = _with_words(live[key], entry)
        else:
            unused = replace(entry, references=())
            obsolete[key] = _with_words(unused, obsolete[key]) if key in obsolete else unused
    return live, obsolete


def find(catalogue: Catalogue | None, segments: Sequence[Segment]) -> tuple[Translation, ...]:
    """What a catalogue has for each segment, as `translations` of `merge`, without the rest of it."""
    matched, _ = _match(catalogue or Catalogue(""), segments)
    return translations(matched, segments)


def _match(old: Catalogue, segments: Sequence[Segment]) -> tuple[dict[Key, Entry], list[Entry]]:
    """The entry that each segment takes, and those that were taken from another text."""
    matched: dict[Key, Entry] = {}
    taken: list[Entry] = []
    spare: list[Entry] | None = None
    for segment in segments:
        key = segment.key
        if key in matched:
            continue
        entry = old.entries.get(key)
        if entry is None or not entry.translated:
            above = entry.comments if entry else ()
            entry = old.obsolete.get(key) or entry
            if entry and above:
                entry = replace(entry, comments=tuple(dict.fromkeys((*above, *entry.comments))))
        if entry is None:
            if spare is None:
                wanted = {segment.key for segment in segments}
                spare = [
                    entry
                    for key, entry in (*old.obsolete.items(), *old.entries.items())
                    if key not in wanted and entry.translated
                ]
            entry = Entry(key[1], context=key[0])
            source = _most_similar(segment, spare)
            if source:
                taken.append(source)
                spare = [one for one in spare if one is not source]
                # One that was marked by hand has no former text: it stays marked when its text comes back.
                previous = source.previous if source.fuzzy else source.id
                entry = replace(
                    source, id=key[1], context=key[0], fuzzy=True, previous=previous,
                    line=source.line if old.entries.get(source.key) == source else 0,
                )  # fmt: skip
        if entry.fuzzy and entry.previous == entry.id:  # the text is again what was translated
            entry = replace(entry, fuzzy=False, previous=None)
        matched[key] = entry
    return matched, taken


def _worth_keeping(entry: Entry) -> bool:
    return any(entry.strings) or bool(entry.comments)


def _with_words(entry: Entry, twin: Entry) -> Entry:
    """An entry with what its twin says besides, as comments."""
    words = [line for string in twin.strings if string not in entry.strings for line in string.splitlines()]
    said = [line for line in dict.fromkeys((*twin.comments, *words)) if line not in entry.comments]
    return replace(entry, comments=(*said, *entry.comments)) if said else entry


def translations(entries: Mapping[Key, Entry], segments: Iterable[Segment]) -> tuple[Translation, ...]:
    """What the entries of a merged catalogue have for each segment."""
    result = []
    for segment in segments:
        entry = entries[segment.key]
        state = entry.state
        text = None if state == "missing" else entry.text
        previous = entry.previous if state == "outdated" else None
        result.append(Translation(segment, text, state, previous, entry.line))
    return tuple(result)


def progress(found: Iterable[Translation]) -> Progress:
    """The count of messages by state; one that stands twice in a document counts once."""
    states = {translation.segment.key: translation.state for translation in found}
    counts = list(states.values())
    return Progress(
        total=len(counts),
        translated=counts.count("translated") + counts.count("source"),
        outdated=counts.count("outdated"),
        missing=counts.count("missing"),
    )


def _bound() -> Callable[[Sequence[str], Sequence[str], float], float]:
    """A bound of similarity, 0 below a share: what two have in common in order, in whatever pieces.

    That is never less than what difflib finds, and told in a fifth of the time, but takes 8 ms to load.
    """
    from rapidfuzz.distance.Indel import normalized_similarity

    return lambda one, other, least: normalized_similarity(one, other, score_cutoff=least)


@lru_cache(4096)
def _words(text: str) -> list[str]:
    return text.split()


def _most_similar(segment: Segment, candidates: Collection[Entry]) -> Entry | None:
    similarity = _bound() if len(candidates) >= _MANY else None
    best, best_share = None, _ALIKE
    words = _words(segment.text)
    by_letters = difflib.SequenceMatcher(None, "", segment.text, autojunk=False)
    by_words = difflib.SequenceMatcher(None, "", words, autojunk=False)
    for entry in candidates:
        if entry.context != segment.context or entry.plural is not None:
            continue
        short = max(len(segment.text), len(entry.id)) < _SHORT
        matcher: difflib.SequenceMatcher[str] = by_letters if short else by_words
        one, other = (entry.id, segment.text) if short else (_words(entry.id), words)
        matcher.set_seq1(one)
        # Upper bounds first: most texts have little in common, and the ratio itself takes long to tell.
        if matcher.real_quick_ratio() <= best_share:
            continue
        if similarity(one, other, best_share) if similarity else matcher.quick_ratio() > best_share:
            share = matcher.ratio()
            if share > best_share:
                best, best_share = entry, share
    return best
