"""What Pelican does for originals alone: the English pages of tags; and the articles beside each article."""

import itertools

from pelican import signals
from pelican.generators import ArticlesGenerator
from pelican.writers import Writer


def register() -> None:
    """Called by Pelican."""
    signals.article_generator_finalized.connect(lead_on)
    signals.article_writer_finalized.connect(write_tags)


def lead_on(generator: ArticlesGenerator) -> None:
    """Give each article, and its translation, the `older` and the `newer` one."""
    english = [article.translations[0] for article in generator.articles]
    for articles in (generator.articles, english):
        for newer, older in itertools.pairwise(articles):
            newer.older, older.newer = older, newer


def write_tags(generator: ArticlesGenerator, writer: Writer) -> None:
    """Write a page for each tag that lists the translations."""
    template = generator.get_template("tag")
    for tag, articles in generator.tags.items():
        writer.write_file(
            f"en/{tag.save_as}", template, generator.context, template_name="tag", url=f"en/{tag.url}",
            lang="en", tag=tag, articles=[article.translations[0] for article in articles],
        )  # fmt: skip
