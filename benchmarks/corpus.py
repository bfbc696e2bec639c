"""The corpus: news articles in Arabic with their English translations, the same for the same seed.

Knows words and Markdown. How a generator wants its files laid out is said in `sites.py`.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

NEWEST = date(2025, 6, 30)
"""Fixed, and in the past: a generator may leave out what is dated in the future."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A text in both languages."""

    ar: str
    en: str

    def __add__(self, other: "Pair") -> "Pair":
        return Pair(self.ar + other.ar, self.en + other.en)


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a body: `form` is paragraph, heading, list, quote or table.

    `rows` holds what it consists of: one text, the items of a list, the rows of a table.
    """

    form: str
    rows: tuple[tuple[Pair, ...], ...]


@dataclass(frozen=True, slots=True)
class Article:
    """An article in both languages."""

    name: str
    date: date
    title: Pair
    summary: Pair
    tags: tuple[Pair, ...]
    blocks: tuple[Block, ...]


Phrases = dict[str, tuple[Pair, ...]]


def phrases() -> Phrases:
    """The phrases by their kind."""
    found: dict[str, list[Pair]] = {}
    for line in Path(__file__).with_name("phrases.tsv").read_text(encoding="utf-8").splitlines():
        kind, arabic, english = line.split("\t")
        found.setdefault(kind, []).append(Pair(arabic, english))
    return {kind: tuple(pairs) for kind, pairs in found.items()}


def articles(number: int, seed: int) -> Iterator[Article]:
    """The articles, newest first. Each depends on the seed and its own place alone."""
    words = phrases()
    for index in range(number):
        yield article(index, number, random.Random(f"{seed}/{index}"), words)


def article(index: int, number: int, chance: random.Random, words: Phrases) -> Article:
    """One article of twelve blocks."""
    prose = _Prose(chance, words, number)
    return Article(
        name=name(index),
        # A day of its own: so a listing has one order, and an article one before and one after it.
        date=NEWEST - timedelta(days=index),
        title=prose.title(),
        summary=prose.plain(),
        tags=tuple(chance.sample(words["tag"], 3)),
        blocks=tuple(prose.blocks(index)),
    )


def name(index: int) -> str:
    """The name of the article at this place, the newest being at 0."""
    return f"article-{index:05}"


def beside(article: Article) -> tuple[str, str]:
    """Names of the articles after and before one that is neither the newest nor the oldest."""
    index = int(article.name.rpartition("-")[2])
    return name(index - 1), name(index + 1)


def markdown(block: Block, language: str) -> str:
    """The block as Markdown."""
    rows = [[getattr(cell, language) for cell in row] for row in block.rows]
    if block.form == "table":
        head, *body = (f"| {' | '.join(row)} |" for row in rows)
        return "\n".join([head, "|---" * len(rows[0]) + "|", *body])
    sign = {"paragraph": "", "heading": "## ", "list": "- ", "quote": "> "}[block.form]
    return "\n".join(sign + row[0] for row in rows)


class _Prose:
    """Sentences by chance."""

    def __init__(self, chance: random.Random, words: Phrases, articles: int) -> None:
        self.chance = chance
        self.words = words
        self.articles = articles

    def blocks(self, index: int) -> Iterator[Block]:
        """Twelve: mostly paragraphs, under two headings, with a list; now and then a table or a quotation."""
        first, second = self.chance.sample(self.words["heading"], 2)
        yield from (self.paragraph() for _ in range(3))
        yield Block("heading", ((first,),))
        yield self.paragraph()
        yield self.listing()
        yield self.quotation() if index % 3 == 0 else self.paragraph()
        yield Block("heading", ((second,),))
        yield self.paragraph()
        yield self.table() if index % 6 == 0 else self.paragraph()
        yield from (self.paragraph() for _ in range(2))

    def paragraph(self) -> Block:
        pair = self.sentence()
        for _ in range(self.chance.randint(1, 3)):
            pair = pair + Pair(" ", " ") + self.sentence()
        return Block("paragraph", ((pair,),))

    def listing(self) -> Block:
        return Block("list", tuple((self.plain(),) for _ in range(self.chance.randint(3, 5))))

    def quotation(self) -> Block:
        said, also, person = self.pick("quote"), self.pick("quote"), self.pick("person")
        return Block(
            "quote",
            ((Pair(f"«{said.ar}. {also.ar}»، {person.ar}.", f"“{said.en}. {also.en},” {person.en}."),),),
        )

    def table(self) -> Block:
        rows = [self.words["column"]]
        for place in self.chance.sample(self.words["place"], 4):
            count, share = f"{self.chance.randint(200, 90_000):,}", f"{self.chance.randint(1, 99)}%"
            rows.append((place, Pair(count, count), Pair(share, share)))
        return Block("table", tuple(rows))

    def title(self) -> Pair:
        topic, predicate, place = self.pick("topic"), self.pick("pred"), self.pick("place")
        return Pair(
            f"{place.ar}: {topic.ar} {predicate.ar}",
            f"{place.en}: {topic.en} {predicate.en}",
        )

    def plain(self) -> Pair:
        """A sentence without inline markup."""
        event, place, when, adjunct = (self.pick(k) for k in ("event", "place", "time", "adj"))
        return Pair(
            f"{event.ar} {place.ar} {when.ar}، {adjunct.ar}.",
            f"{_capital(event.en)} {place.en} {when.en}, {adjunct.en}.",
        )

    def sentence(self) -> Pair:
        person, org, topic, predicate = (self.pick(k) for k in ("person", "org", "topic", "pred"))
        place, when, say, adjunct = (self.pick(k) for k in ("place", "time", "say", "adj"))
        topic, org = self.stressed(topic), self.linked(org)
        number = self.chance.randint(2, 90)
        form = self.chance.randrange(5)
        if form == 0:
            return Pair(
                f"{say.ar} {person.ar} {when.ar} في {place.ar} أنَّ {topic.ar} {predicate.ar}، {adjunct.ar}.",
                f"{_capital(person.en)} {say.en} {when.en} in {place.en} that {topic.en} {predicate.en}, "
                f"{adjunct.en}.",
            )
        if form == 1:
            return Pair(
                f"وأشارت بيانات {org.ar} إلى أن {topic.ar} {predicate.ar} بعد زيادة بلغت {number} في المئة.",
                f"Figures from {org.en} indicate that {topic.en} {predicate.en} after an increase of "
                f"{number} per cent.",
            )
        if form == 2:
            quote = self.pick("quote")
            return Pair(
                f"وقال {person.ar} في حديث إلى {org.ar}: «{quote.ar}».",
                f"“{quote.en},” {person.en} told {org.en}.",
            )
        if form == 3:
            event = self.pick("event")
            return Pair(
                f"ويأتي ذلك بعدما {event.ar} {place.ar} {when.ar}، وسط حديث عن أن {topic.ar} {predicate.ar}.",
                f"This comes after {event.en} {place.en} {when.en}, amid talk that {topic.en} "
                f"{predicate.en}.",
            )
        return Pair(
            f"ومن المقرر أن تناقش {org.ar} الملف {when.ar} {adjunct.ar}، علما بأن {topic.ar} {predicate.ar}.",
            f"{_capital(org.en)} is due to discuss the matter {when.en} {adjunct.en}; {topic.en} "
            f"{predicate.en}.",
        )

    def linked(self, pair: Pair) -> Pair:
        """One in four a link: to another host, or to another article of the site."""
        if self.chance.random() > 0.25:
            return pair
        number = self.chance.randrange(self.articles)
        where = self.chance.choice(("https://news.example/{}", "/articles/article-{:05}/")).format(number)
        return Pair(f"[{pair.ar}]({where})", f"[{pair.en}]({where})")

    def stressed(self, pair: Pair) -> Pair:
        """One in six emphasised."""
        if self.chance.random() > 1 / 6:
            return pair
        sign = self.chance.choice(("*", "**"))
        return Pair(f"{sign}{pair.ar}{sign}", f"{sign}{pair.en}{sign}")

    def pick(self, kind: str) -> Pair:
        return self.chance.choice(self.words[kind])


def _capital(text: str) -> str:
    """With a capital at the start, behind a link's bracket too."""
    at = 1 if text.startswith("[") else 0
    return text[:at] + text[at : at + 1].upper() + text[at + 1 :]
