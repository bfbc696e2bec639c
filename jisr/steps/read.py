"""Documents read, as far as they have changed; what can be linked to, and what is still to come."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from jisr import commands
from jisr.errors import Problem
from jisr.fingerprint import fingerprint
from jisr.model import DocumentFacts, DocumentFiles, Reading, Site, Unpublished
from jisr.plan.listings import Articles, articles, digest_of, places, shared_slugs
from jisr.plan.outline import menu_problems
from jisr.plan.search import NEWS_SECONDS
from jisr.processes import Shards
from jisr.read.documents import in_words, unpublished
from jisr.translate.links import Links
from jisr.work import Shard


def read(
    shards: Shards,
    documents: Sequence[DocumentFiles],
    numbers: Mapping[str, int],
    reading: Reading,
    digests: Mapping[str, str],
    stored: Mapping[str, DocumentFacts],
    problems: list[Problem],
) -> Callable[[], tuple[dict[str, DocumentFacts], dict[str, DocumentFacts]]]:
    """Begin to read documents, only changed ones.

    What is given waits for the facts of all, and those of them that aren't `stored`.
    """
    patterns = fingerprint(reading)
    facts: dict[str, DocumentFacts] = {}
    unread = []
    for files in documents:
        source, *others = files.files
        key = f"{patterns} {digests[source.path]}"
        if others:
            key = " ".join([key, *[digests[other.path] for other in others]])
        before = stored.get(files.path)
        if before and before.key == key:
            facts[files.path] = before
        else:
            unread.append((files, key))
    batches = shards.batches(Shard.read, unread, lambda item: numbers[item[0].path])

    def finish() -> tuple[dict[str, DocumentFacts], dict[str, DocumentFacts]]:
        fresh: dict[str, DocumentFacts] = {}
        for batch in batches:
            for path, one, said in batch:
                problems.extend(said)
                if one:
                    facts[path] = fresh[path] = one
        problems.extend(warning for one in facts.values() if one.warnings for warning in one.warnings)
        problems.extend(commands.refuse_reserved(facts))
        return facts, fresh

    return finish


def hidden(facts: Mapping[str, DocumentFacts], now: float) -> dict[str, Unpublished]:
    """Why documents aren't published at this time, of those that aren't."""
    suspect = [one for one in facts.values() if one.draft or one.moment > now or one.expires is not None]
    why = {one.path: unpublished(one.draft, one.moment, one.expires, now) for one in suspect}
    return {path: reason for path, reason in why.items() if reason}


def links(
    site: Site,
    facts: Mapping[str, DocumentFacts],
    shown: Sequence[DocumentFiles],
    hidden: Mapping[str, Unpublished],
    documents: Sequence[DocumentFiles],
    copied: Collection[str],
    catalogues: Sequence[str],
    problems: list[Problem],
) -> tuple[Links, Articles, str]:
    """What can be linked to, the articles of listings, and a digest of all addresses.

    `documents` are all, some of them `hidden`; `catalogues` are the files that there are. Says which menus
    lead nowhere, and which catalogues belong nowhere.
    """
    addresses = {files.path: facts[files.path].address for files in shown}
    faulty = [files.path for files in documents if files.path not in facts]
    listed = articles(site, [facts[files.path] for files in shown])
    shared_slugs(listed, problems.append)
    found = places(site, listed)
    drafts = [path for path in facts if path not in addresses]
    expired = {path: facts[path].address for path in drafts if hidden.get(path) == "expired"}
    links = Links(site, addresses, copied, faulty, drafts, found, expired)
    digest = digest_of([*addresses, "", *addresses.values(), "", *sorted(copied), "", *found])
    problems += menu_problems(site, links)
    problems += commands.orphans(
        catalogues, commands.catalogues_of(site, [files.path for files in documents])
    )
    return links, listed, digest


def scheduled(site: Site, facts: Mapping[str, DocumentFacts], now: float, *, drafts: bool) -> dict[str, Any]:
    """What is to come by the dates of documents, and between which moments nothing of it comes."""
    dated = [one for one in facts.values() if not one.draft]
    moments = [one.moment for one in dated] + [one.expires for one in dated if one.expires]
    if site.news_sitemap:  # articles leave it
        moments += [one.moment + NEWS_SECONDS for one in dated]
    to_come = [(one.moment, one.path) for one in dated if one.moment > now]
    to_come += [(one.expires, one.path) for one in dated if one.expires and one.expires > now]
    to_come = [] if drafts else sorted(to_come)  # with drafts, all of it is there
    return {
        "from": max([at for at in moments if at <= now], default=0.0),
        "until": min([at for at in moments if at > now], default=None),
        "scheduled": len({path for _, path in to_come}),
        "next": (to_come[0][1], in_words(to_come[0][0], site.timezone)) if to_come else None,
    }
