"""Summaries → feeds: what the template of an Atom feed sees, and JSON Feed, which needs none.

Sources: RFC 4287; JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/).
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from html import escape, unescape
from typing import Any
from urllib.parse import urljoin

from jisr.bidi import isolated
from jisr.model import Language, Page, Site, Summary
from jisr.plan.pages import entry, feed_name, plain_context, ready, term_of
from jisr.plan.views import FeedEntry
from jisr.read.documents import begins, day_of
from jisr.translate.links import Links
from jisr.urls import absolute

_TAG = re.compile(r"<[a-z][^<>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""(\s([^\s"'<>/=]+)\s*=\s*)("[^"]*"|'[^']*'|[^\s"'<>]+)""")
_ADDRESSES = {"href", "src", "srcset", "cite", "poster", "data", "action"}
"""Attributes that have addresses."""
_CANDIDATE = re.compile(r"(^|,\s+|[0-9][wx],)([^\s,]\S*?)(?=,?(?:\s|$))")
"""One of the addresses of a `srcset`."""


def feed_context(
    site: Site,
    page: Page,
    articles: Sequence[tuple[Summary, ...]],
    naming: Sequence[Summary],
    bodies: Mapping[str, tuple[str, ...]],
    links: Links,
) -> dict[str, Any]:
    """What the template of a feed sees.

    `articles` are the newest, in all languages, as the listing of the page has them; `naming` has the summary
    that a tag takes its name from, if the feed is a tag's; `bodies` are the articles' HTML in all languages,
    by path, where the feed has full texts.
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
        published = day_of(summary.date) or date.min  # an article has one
        html = _absolute(bodies[path][at], article.canonical) if path in bodies else None
        entries.append(
            FeedEntry(
                article=article,
                published=begins(published, site.timezone),
                updated=begins(day_of(summary.updated) or published, site.timezone),
                html=html,
                marked=at == index and not is_ready,
            )
        )
    newest = max((found.updated for found in entries), default=datetime.fromtimestamp(0, UTC))
    context = plain_context(site, page, links)
    term = term_of(page.listing, site.languages[index], naming, links)
    return context | {
        "entries": tuple(entries),
        "updated": newest,
        "title": feed_name(site, site.languages[index], term.name if term else None),
        "home": absolute(term.url if term else context["site"].home, site.base_url),
    }


def json_feed(site: Site, context: Mapping[str, Any], html: Sequence[str]) -> str:
    """A feed as JSON, from what a template would see of it; `html` is the content of each entry."""
    language: Language = context["site"].language
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": context["title"],
        "home_page_url": context["home"],
        "feed_url": context["page"].canonical,
        "description": context["site"].description,
        "language": language.code,
        "items": [
            _item(site, found, language, content)
            for found, content in zip(context["entries"], html, strict=True)
        ],
    }
    return json.dumps(_filled(feed), ensure_ascii=False, indent=1) + "\n"


def _item(site: Site, found: FeedEntry, reader: Language, content: str) -> dict[str, Any]:
    article = found.article
    item: dict[str, Any] = {
        "id": article.canonical,
        "url": article.canonical,
        "title": isolated(article.title, reader),
        "summary": isolated(article.summary, reader) if article.summary else "",
        "image": absolute(article.image.url, site.base_url) if article.image else "",
        "date_published": found.published.isoformat(),
        "date_modified": found.updated.isoformat(),
        "authors": [
            _filled({"name": isolated(author.name, reader), "url": absolute(author.url or "", site.base_url)})
            for author in article.authors
        ],
        "tags": [tag.name.text for tag in article.tags],
        "language": article.language.code,
    }
    return _filled(item) | {"content_html": content}  # each item has one, be it empty


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    """Those that say something; a list of entries can be empty."""
    return {key: value for key, value in values.items() if value or key == "items"}


def _absolute(html: str, address: str) -> str:
    """A body, at an address, whose links hold wherever it is read."""

    def full(attribute: re.Match[str]) -> str:
        start, name, value = attribute.groups()
        if name.lower() not in _ADDRESSES:
            return attribute[0]
        quote = value[0] if value[0] in "\"'" else ""
        link = unescape(value.strip(quote)).strip()
        if name.lower() == "srcset":
            there = _CANDIDATE.sub(lambda one: one[1] + _joined(address, one[2]), link)
        else:
            there = _joined(address, link)
        return attribute[0] if there == link else f"{start}{quote}{escape(there)}{quote}"

    return _TAG.sub(lambda tag: _ATTRIBUTE.sub(full, tag[0]), html)


def _joined(address: str, link: str) -> str:
    try:
        return urljoin(address, link)
    except ValueError:  # brackets in the place of a host
        return link
