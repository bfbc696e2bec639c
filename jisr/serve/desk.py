"""The desk: how far the site is, document by document, as values for JSON."""

import re
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jisr.build import Seen
from jisr.model import DocumentFacts, Output, Page, Phrase, Summary
from jisr.packed import summaries_of
from jisr.serve.channel import News
from jisr.translate.editions import catalogue_path
from jisr.urls import url
from jisr.write.output import PREVIEW
from jisr.write.state import recorded

_MARKUP = re.compile(r"[*_`#>\[\]()!|~\"]+|^\s*(?:msgid|msgstr|[-+]|\d+\.)\s")
"""What of a line of a file isn't seen on its page."""

WORDS = 6
"""Of a line, so many lead to its place on the page."""


def rows(root: Path, seen: Seen | None, news: News) -> dict[str, Any]:
    """What the desk shows: the languages, the documents, the newest articles first, and what is wrong."""
    if not seen:
        return {"title": {}, "languages": [], "documents": [], "problems": news.shown, **news.counted}
    site = seen.desk.site
    addresses = _addresses(seen.outputs, site.base_path)
    try:
        kept = recorded(root, PREVIEW)
    except sqlite3.DatabaseError:  # a build makes it anew
        kept = {}
    facts = sorted(seen.facts.values(), key=lambda one: (one.kind, -one.moment, one.address))
    found = ((one, summaries_of(kept.get(one.path, b""))) for one in facts)
    return {
        "title": {code: settings.title for code, settings in site.settings.items()},
        "languages": [
            {"code": one.code, "direction": one.direction, "name": one.name} for one in site.languages
        ],
        "documents": [_row(one, summaries, addresses) for one, summaries in found if summaries],
        "problems": [{**problem, "url": _place(problem, seen, addresses)} for problem in news.shown],
        **news.counted,
    }


def _row(
    facts: DocumentFacts,
    summaries: tuple[Summary, ...],
    addresses: Mapping[tuple[str, str, str], str],
) -> dict[str, Any]:
    source = summaries[0]
    return {
        "path": facts.path,
        "kind": facts.kind,
        "title": _text(source.title),
        "date": source.date,
        "unpublished": source.unpublished,
        "url": addresses.get((facts.path, source.language.code, facts.kind)),
        "editions": [
            {
                "language": summary.language.code,
                "title": _text(summary.title),
                "url": addresses.get((facts.path, summary.language.code, facts.kind)),
                "parallel": addresses.get((facts.path, summary.language.code, "parallel")),
                "total": summary.progress.total,
                "translated": summary.progress.translated,
                "outdated": summary.progress.outdated,
                "missing": summary.progress.missing,
                "percent": summary.progress.percent,
            }
            for summary in summaries[1:]
        ],
    }


def _text(phrase: Phrase) -> dict[str, str]:
    return {"text": phrase.text, "lang": phrase.language.code, "dir": phrase.language.direction}


def _addresses(outputs: tuple[Output, ...], base_path: str) -> dict[tuple[str, str, str], str]:
    """The address of each document's pages by document, language and kind."""
    return {
        (output.content.document, output.content.language, output.content.kind): url(output.path, base_path)
        for output in outputs
        if isinstance(output.content, Page) and output.content.document
    }


def _place(
    problem: Mapping[str, Any], seen: Seen, addresses: Mapping[tuple[str, str, str], str]
) -> str | None:
    """Where on which page a problem's line is seen; None where it belongs to no page."""
    path = problem["path"]
    for document, facts in seen.facts.items() if path.startswith(("content/", "translations/")) else ():
        files = (
            {source.path for source in seen.documents[document].files} if document in seen.documents else ()
        )
        language = next(
            (
                language.code
                for language in seen.desk.site.languages[1:]
                if catalogue_path(document, language) == path
            ),
            seen.desk.site.source.code if path in files else "",
        )
        if language and (page := addresses.get((document, language, facts.kind))):
            text = next((text for number, text in problem["lines"] if number == problem["line"]), "")
            words = " ".join(_MARKUP.sub(" ", text).split()[:WORDS])
            return f"{page}#:~:text={quote(words)}" if words else page
    return None
