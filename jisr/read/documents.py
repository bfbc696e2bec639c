"""Files of `content/` → documents: which file is what, its metadata, its address."""

import datetime
import re
import unicodedata
from collections.abc import Collection, Sequence
from pathlib import PurePosixPath
from typing import Literal
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from jisr.bidi import has_controls, unbalanced
from jisr.errors import Problem, Report
from jisr.model import Document, DocumentFiles, Metadata, Reading, Source, Unpublished
from jisr.permalinks import fill
from jisr.read.sources import place, read_text, read_with_bytes
from jisr.urls import is_address, page_path, slug
from jisr.yamlfile import YamlFile, parse, validate

ARTICLES = "content/articles/"
BODIES = (".md", ".txt")
SIDECARS = (".yaml", ".yml")
OF_DOCUMENTS = (*BODIES, *SIDECARS)
"""How files end that are documents or the metadata of one; any other is copied as it is."""

_MEANT = {".markdown": ".md", ".mdown": ".md", ".mkd": ".md"}
"""Other generators' names of Markdown."""

_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})-(.+)", re.ASCII)
_ARABIC_LIST = re.compile(r"^[ \t]*[\w-]+:[ \t]*\[[^\]\n]*،", re.MULTILINE)


def document_files(sources: Collection[Source], report: Report) -> tuple[DocumentFiles, ...]:
    """The documents among the files of `content/`, sorted by path.

    Reports metadata without a body, and what would be published as it is for the capitals in its name.
    """
    by_path = {source.path: source for source in sources if source.path.endswith(OF_DOCUMENTS)}
    for path in [one.path for one in sources] if len(by_path) < len(sources) else ():
        stem, _, ending = path.rpartition(".")
        wanted = _MEANT.get(f".{ending.lower()}", f".{ending.lower()}")
        if path not in by_path and wanted in OF_DOCUMENTS:
            case = ", in small letters" if wanted == f".{ending.lower()}" else ""
            what = f"the name of a document ends in {wanted}{case}"
            report(Problem(path, 1, 1, what, f"rename it to {stem}{wanted}"))
    if all(path.endswith(".md") for path in by_path):
        return tuple([DocumentFiles(path, (source,)) for path, source in by_path.items()])
    bodies = [path.rpartition(".")[0] for path in by_path if path.endswith(BODIES)]
    stems = set(bodies)
    for stem in stems if len(stems) < len(bodies) else ():
        if all(stem + ending in by_path for ending in BODIES):
            what = f"{stem}.md and {stem}.txt would share their metadata and translations"
            report(Problem(f"{stem}.txt", 1, 1, what, "rename one of them"))
    sidecars = {path: source for path, source in by_path.items() if path.endswith(SIDECARS)}
    found = []
    for path, source in by_path.items():
        stem = path.rpartition(".")[0]
        if path not in sidecars:
            own = [sidecars[stem + ending] for ending in SIDECARS if stem + ending in sidecars]
            found.append(DocumentFiles(path, (source, *own)))
        elif stem not in stems:
            hint = f"add {PurePosixPath(stem).name}.md or .txt"
            report(Problem(path, 1, 1, "metadata without a body", hint))
    return tuple(found)


def read_document(files: DocumentFiles, reading: Reading, report: Report) -> Document | None:
    """The document in its files, drafts too. Reports what is wrong with it and returns None."""
    source, *sidecars = files.files
    read = read_with_bytes(source, report)
    if not read:
        return None
    text, raw = read
    wrong = _unbalanced(text) if has_controls(raw) else None
    if wrong:
        report(
            Problem(
                source.path,
                *wrong[:2],
                f"{wrong[2]} has no partner in its paragraph",
                "remove it, or use <bdi>",
            )
        )
        return None
    split = _split(text, source.path, report)
    if split is None:
        return None
    front, body, line = split
    blocks = [parse(front, source.path, report, first_line=2)] if front is not None else []
    for sidecar in sidecars:
        aside = read_text(sidecar, report)
        blocks.append(None if aside is None else parse(aside, sidecar.path, report))
    if None in blocks:
        return None
    if not blocks:
        what = "the document has no metadata"
        hint = "begin it with ---, title: …, --- or put them in a .yaml file beside it"
        if source.path.endswith(".txt"):
            hint = "put them in a .yaml file beside it; a file to be copied as it is goes into static/"
        report(Problem(source.path, 1, 1, what, hint))
        return None
    if front and (found := _ARABIC_LIST.search(front)):
        at, column = place(front, front.index("،", found.start()))
        what = "an Arabic comma doesn't separate the items of a list"
        hint = "write [one, two] with Latin commas, or a line `- …` for each"
        report(Problem(source.path, at + 1, column, what, hint, "warning"))
    merged = _join([block for block in blocks if block], report)
    faults: list[Problem] = []
    metadata = merged and validate(merged, Metadata, faults.append)
    kind: Literal["article", "page"] = "article" if source.path.startswith(ARTICLES) else "page"
    document = None
    if merged and metadata:
        document = _document(source.path, kind, metadata, merged, body, line, reading, faults)
    for fault in faults:
        report(fault)
    return document


def moment(day: datetime.date | None, timezone: str) -> float:
    """A date in seconds since 1970, so that days and times sort together."""
    return begins(day, timezone).timestamp() if day else 0.0


def begins(day: datetime.date, timezone: str) -> datetime.datetime:
    """A date with its zone; a day begins at its midnight."""
    if not isinstance(day, datetime.datetime):
        day = datetime.datetime.combine(day, datetime.time.min)
    return zoned(day, timezone)


def day_of(text: str | None) -> datetime.date | None:
    """A date as a summary has it."""
    if text is None:
        return None
    day = len(text) == len("2023-10-16")
    return datetime.date.fromisoformat(text) if day else datetime.datetime.fromisoformat(text)


def instant(day: datetime.date | None, timezone: str) -> str:
    """A date in ISO 8601, nothing for none; one with a time has its zone."""
    if day is None:
        return ""
    if not isinstance(day, datetime.datetime):
        return day.isoformat()
    return zoned(day, timezone).isoformat()


def zoned(time: datetime.datetime, timezone: str) -> datetime.datetime:
    """A time with its zone: the same instant, with an offset of whole minutes, as RFC 3339 has it.

    Before there was standard time, Riyadh was three hours, six minutes and 52 seconds ahead.
    """
    time = time if time.tzinfo else time.replace(tzinfo=ZoneInfo(timezone))
    offset = time.utcoffset() or datetime.timedelta()
    more = -offset % datetime.timedelta(minutes=1)  # upwards: a midnight stays in its day
    return (
        (time.replace(tzinfo=None) + more).replace(tzinfo=datetime.timezone(offset + more)) if more else time
    )


def unpublished(draft: bool, begins: float, ends: float | None, now: float) -> Unpublished | None:
    """Why a document isn't out at a moment; None for one that is. Times are in seconds since 1970."""
    if draft:
        return "draft"
    if begins > now:
        return "scheduled"
    return "expired" if ends is not None and ends <= now else None


def in_words(moment: float, timezone: str) -> str:
    """A moment for people who publish: `2023-10-16 08:00 (Africa/Cairo)`."""
    return f"{datetime.datetime.fromtimestamp(moment, ZoneInfo(timezone)):%Y-%m-%d %H:%M} ({timezone})"


def month(day: datetime.date | None, timezone: str) -> str:
    """The month of a date, `2023/10`, in a timezone; nothing for none."""
    return "/".join(_numbers(day, timezone)[:2])


def _numbers(day: datetime.date | None, timezone: str) -> tuple[str, ...]:
    """Year, month and day of a date in a timezone, with their zeros; nothing for none."""
    if isinstance(day, datetime.datetime) and day.tzinfo:
        day = day.astimezone(ZoneInfo(timezone))
    return (f"{day.year:04}", f"{day.month:02}", f"{day.day:02}") if day else ()


LONGEST, LONGEST_NAME = 1000, 255
"""Bytes of a former address, and of one of its parts: what file systems take for a path and a name."""


def alias_path(alias: str) -> str | None:
    """Output path of the page at a former address, `/old/name/` or `/old.html`; None if it isn't one.

    One that was copied from a browser, with per cent signs, is decoded.
    """
    alias = unquote(alias)
    marks = set("?#\\\ufffd") & set(alias)  # the last stands for bytes that are no text
    parts = alias.strip("/").split("/")
    odd = {"", ".", ".."} & set(parts) or marks or not alias.isprintable()
    odd = odd or len(alias.encode()) > LONGEST or any(len(part.encode()) > LONGEST_NAME for part in parts)
    if odd or not alias.startswith("/") or alias.startswith("//"):  # the second is another host
        return None
    return alias[1:] if alias.endswith(".html") else page_path("/".join(parts), "", "folders")


def _split(text: str, path: str, report: Report) -> tuple[str | None, str, int] | None:
    """Front matter, body, and the number of lines before the body."""
    if not re.match(r"---[ \t]*\n", text):
        return None, text, 0
    end = re.search(r"^(?:---|\.\.\.)[ \t]*$", text[4:], re.MULTILINE)
    if not end:
        report(Problem(path, 1, 1, "the front matter has no end", "add a line --- after the metadata"))
        return None
    start = text.index("\n") + 1
    stop = 4 + end.start()
    body = text[4 + end.end() :]
    return text[start:stop], body, text.count("\n", 0, 4 + end.end())


def _join(blocks: list[YamlFile], report: Report) -> YamlFile | None:
    first, *rest = blocks
    for other in rest:
        for key in first.values.keys() & other.values.keys():
            what = f"the key `{key}` stands in {first.places[(key,)][0]} too"
            report(other.problem((key,), what, "keep it in one of the two"))
            return None
        first = first.joined(other)
    return first


def _document(
    path: str,
    kind: Literal["article", "page"],
    metadata: Metadata,
    merged: YamlFile,
    body: str,
    line: int,
    reading: Reading,
    faults: list[Problem],
) -> Document | None:
    """A document of these metadata, or what is wrong with them besides the `faults` that are known."""
    _, *folders, named = path.rpartition(".")[0].split("/")
    if named == "index" and folders:
        named = folders.pop()
    if kind == "article":
        folders = folders[1:]
    day = metadata.date
    if dated := _DATED.fullmatch(named):
        named = dated[2]
        if day is None:
            try:
                day = datetime.date.fromisoformat(dated[1])
            except ValueError:
                what = f"the file's name begins with {dated[1]}, no date of the calendar"
                faults.append(Problem(path, 1, 1, what, "rename it"))

    def fail(steps: tuple[str | int, ...], what: str, hint: str) -> None:
        faults.append(merged.problem(steps, what, hint))

    if kind == "article" and day is None and not faults:  # with one, it may be there
        fail(("date",), "the article has no date", "add a line such as date: 2023-10-16")
    for name, at in (("date", day), ("updated", metadata.updated), ("expires", metadata.expires)):
        if at and not 1 < at.year < 9999:  # in another timezone it could be a year that Python doesn't have
            fail((name,), f"`{name}` is in the year {at.year}", "write a year from 2 to 9998")
    if is_blank(metadata.title):
        fail(("title",), "the title is empty", "write one")
    if metadata.slug is not None and slug(metadata.slug) != metadata.slug:
        better = slug(metadata.slug)
        fail(
            ("slug",),
            f"`{metadata.slug}` is not one part of an address",
            f"write slug: {better}" if better else "use letters, digits and hyphens",
        )
    own = metadata.slug or slug(named)
    if not own:
        fail(("slug",), "the file's name has no letters for an address", "add a line slug: …")
    for index, alias in enumerate(metadata.aliases):
        if alias_path(alias) is None:
            what = f"the alias {alias} is not an address of this site"
            fail(("aliases", index), what, "write it as /old/address/")
    if metadata.image and is_blank(metadata.image.src):
        fail(("image", "src"), "the picture has no address", "write the path of its file")
    for key in ("authors", "tags"):
        names = getattr(metadata, key)
        for index, name in enumerate(names):
            if is_blank(name):
                fail((key, index), f"an empty name in `{key}`", "write it, or take it out")
            elif name in names[:index]:
                fail((key, index), f"`{name}` stands twice in `{key}`", "write it once")
    if metadata.source and is_blank(metadata.source.name):
        fail(("source", "name"), "the source has an empty name", "write it")
    link = metadata.source and metadata.source.url
    if link and not (link.startswith(("http://", "https://")) and is_address(link)):
        fail(("source", "url"), f"`{link}` is not an address", "write https://…, or leave it out")
    if faults:
        return None
    day, updated = _here(day, reading.timezone), _here(metadata.updated, reading.timezone)
    if day and updated and moment(updated, reading.timezone) < moment(day, reading.timezone):
        if f"{updated}"[:10] < f"{day}"[:10]:
            what = f"the document changed on {f'{updated}'[:10]}, before its date, {f'{day}'[:10]}"
            faults.append(
                replace(
                    merged.problem(("updated",), what, "write a later day, or take it out"),
                    severity="warning",
                )
            )
        updated = None
    values = {"slug": own, "section": "/".join(filter(None, map(slug, folders)))}
    values |= dict(zip(("year", "month", "day"), _numbers(day, reading.timezone), strict=False))
    return Document(
        path=path,
        kind=kind,
        metadata=replace(metadata, date=day, updated=updated),
        address=unicodedata.normalize("NFC", fill(_pattern(reading, kind, folders), values)),
        body=body,
        markdown=path.endswith(".md"),
        line=line,
        places={".".join(map(str, steps)): at for steps, at in merged.places.items()},
    )


def _here(day: datetime.date | None, timezone: str) -> datetime.date | None:
    """A date as the site's clocks have it; one with a time has their offset."""
    if isinstance(day, datetime.datetime):
        return zoned(day.astimezone(ZoneInfo(timezone)) if day.tzinfo else day, timezone)
    return day


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen."""
    return not any(character.isprintable() and character != " " for character in text)


def _pattern(reading: Reading, kind: Literal["article", "page"], folders: Sequence[str]) -> str:
    """The pattern for a document's address: that of the innermost folder that has one, or of its kind."""
    if kind == "page":
        return reading.pages
    around = ["/".join(folders[:depth]) for depth in range(len(folders), 0, -1)] if reading.sections else []
    return next((reading.sections[one] for one in around if one in reading.sections), reading.articles)


def _unbalanced(text: str) -> tuple[int, int, str] | None:
    """Line, column and name of the first directional control without its partner in its paragraph."""
    done = 0
    for paragraph in text.split("\n\n"):
        index = unbalanced(paragraph)
        if index is not None:
            return *place(text, done + index), f"the character U+{ord(paragraph[index]):04X}"
        done += len(paragraph) + 2
    return None
