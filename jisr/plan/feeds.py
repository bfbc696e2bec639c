"""Summaries → feeds: what the template of a feed sees."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from jisr.model import Page, Site, Summary
from jisr.plan.pages import day_of, entry, plain_context, ready
from jisr.plan.views import FeedEntry
from jisr.translate.links import Links

_TAG = re.compile(r"<[a-z][^<>]*>")
_FROM_HERE = re.compile(r' (href|src|srcset)="([/#])')
_FURTHER = re.compile(r"(?<=[0-9]w, )/")
"""The second and further addresses of a `srcset`."""


def feed_context(
    site: Site,
    page: Page,
    articles: Sequence[tuple[Summary, ...]],
    bodies: Mapping[str, tuple[str, ...]],
    links: Links,
) -> dict[str, Any]:
    """What the template of a feed sees.

    `articles` are the newest, in all languages, as the listing of the page has them; `bodies` their HTML in
    all languages, by path, where the feed has full texts.
    """
    index = next(i for i, language in enumerate(site.languages) if language.code == page.language)
    assert page.listing
    entries = []
    for path, editions in zip(page.listing.articles, articles, strict=True):
        at = index
        is_ready = ready(site, site.languages[index], editions[index].progress)
        if not is_ready and site.feed_untranslated == "source":
            at = 0
        summary = editions[at]
        article = entry(site, summary, links)
        published = _instant(day_of(summary.date), site.timezone)
        html = _absolute(bodies[path][at], article.canonical, site.base_url) if path in bodies else None
        entries.append(
            FeedEntry(
                article=article,
                published=published,
                updated=max(published, _instant(day_of(summary.updated), site.timezone)),
                html=html,
                marked=at == index and not is_ready,
            )
        )
    newest = max((found.updated for found in entries), default=datetime.fromtimestamp(0, UTC))
    context = plain_context(site, page, links)
    return context | {"entries": tuple(entries), "updated": newest}


def _instant(day: date | None, timezone: str) -> datetime:
    """A date with its zone; a day begins at its midnight."""
    if day is None:
        return datetime.fromtimestamp(0, UTC)
    if not isinstance(day, datetime):
        day = datetime.combine(day, time.min)
    return day if day.tzinfo else day.replace(tzinfo=ZoneInfo(timezone))


def _absolute(html: str, address: str, base_url: str) -> str:
    """A body whose links hold wherever it is read."""
    host = "/".join(base_url.split("/", 3)[:3])

    def full(tag: re.Match[str]) -> str:
        first = _FROM_HERE.sub(
            lambda found: f' {found[1]}="{host if found[2] == "/" else address}{found[2]}', tag[0]
        )
        return _FURTHER.sub(f"{host}/", first) if " srcset=" in first else first

    return _TAG.sub(full, html)
