"""What stands is named by a digest of all that its outputs are made of: nothing of it may be forgotten."""

from typing import Any

import pytest
from msgspec.structs import fields, replace

from jisr import commands
from jisr.model import DocumentFacts, EditionFacts, RenderFacts, Site
from jisr.plan.outline import _Common, _document, _grounds
from jisr.rendering import facts_of
from tests.conftest import MakeSite

DOCUMENT = DocumentFacts(
    path="content/articles/a.md", key="k", kind="article", address="articles/a", draft=False, noindex=False,
    template=None, moment=0.0, month="1970/01", modified="1970-01-01", expires=None, tags=("t",),
    authors=("n",), aliases=("old/index.html",), warnings=(),
)  # fmt: skip
ARABIC = EditionFacts("page", "entry", "title", True, True, "card", "found")
ENGLISH = EditionFacts("page-en", "entry-en", "title-en", True, True, "card-en", "found-en")
BESIDE = ((ARABIC, ENGLISH), None)
TEMPLATES = ("article.html", "page.html", "other.html", "card.svg", "parallel.html", "redirect.html")
BASES = {name: f"1\n2\n{name}\n" for name in TEMPLATES}
OTHERWISE: dict[str, Any] = {"kind": "page", "template": "other.html", "aliases": ("older/index.html",)}


def otherwise(value: Any, name: str) -> Any:
    """Another value of the same type."""
    match value:
        case _ if name in OTHERWISE:
            return OTHERWISE[name]
        case bool():
            return not value
        case str():
            return f"{value}-x"
        case float() | None:
            return 1.0
    return ()


def both(
    site: Site,
    document: DocumentFacts = DOCUMENT,
    editions: tuple[EditionFacts, ...] = (ARABIC, ENGLISH),
    beside: tuple[tuple[EditionFacts, ...] | None, ...] = BESIDE,
    bases: dict[str, str] = BASES,
) -> tuple[list[Any], str]:
    """The outputs of a document, and what they stand on."""
    prefixes = {language.code: language.code * bool(at) for at, language in enumerate(site.languages)}
    around = [together(one) if one else None for one in beside]
    own = together(editions)
    titles = " ".join([one.titles if one else "-" for one in around])
    outputs = _document(document, own, around, prefixes, bases, site)
    grounds = _grounds([(document, own)], {document.path: titles}, _Common(site, bases), bases)
    return list(outputs), grounds[document.path]


def together(editions: tuple[EditionFacts, ...]) -> RenderFacts:
    """The facts of a document with these editions."""
    return facts_of(editions, "", b"", b"", (), ())


def test_what_changes_an_output_of_a_document_changes_what_they_stand_on(site: MakeSite) -> None:
    made = commands.read_settings(site({}).path, None, lambda problem: pytest.fail(str(problem)))
    assert made
    before = both(made)
    cases: dict[str, tuple[list[Any], str]] = {
        "site.addresses": both(replace(made, addresses="files")),
        "site.side_by_side": both(replace(made, side_by_side=not made.side_by_side)),
        "no aliases": both(made, replace(DOCUMENT, aliases=())),
        "one language": both(replace(made, languages=made.languages[:1]), editions=(ARABIC,), beside=()),
        "an older article": both(made, beside=((ARABIC, ENGLISH), (ENGLISH, ARABIC))),
        "the other way round": both(made, beside=(None, (ARABIC, ENGLISH))),
        "a related article": both(made, beside=(*BESIDE, (ARABIC, ENGLISH))),
    }
    for template in BASES:
        cases[template] = both(made, bases={**BASES, template: "1\n2\n3\n"})
    for field in fields(DocumentFacts):
        value = otherwise(getattr(DOCUMENT, field.name), field.name)
        cases[f"document.{field.name}"] = both(made, replace(DOCUMENT, **{field.name: value}))
    for field in fields(EditionFacts):
        change = {field.name: otherwise(getattr(ENGLISH, field.name), field.name)}
        changed = replace(ENGLISH, **change)
        cases[f"edition.{field.name}"] = both(made, editions=(ARABIC, changed))
        cases[f"beside.{field.name}"] = both(made, beside=((ARABIC, changed), None))
    others = {name for name, (outputs, _) in cases.items() if outputs != before[0]}
    assert {name for name in others if cases[name][1] == before[1]} == {"document.path"}
    assert {"document.address", "edition.page", "edition.card", "beside.title", "card.svg"} <= others


def test_the_facts_of_editions_come_back_from_those_of_their_document() -> None:
    for editions in (
        [ARABIC],
        [ARABIC, ENGLISH],
        [ENGLISH, replace(ARABIC, card="", found="", indexed=False)],
    ):
        assert together(tuple(editions)).editions == editions


def test_facts_that_were_damaged_in_the_record_are_no_hindrance(site: MakeSite) -> None:
    """A space that flipped: what is made of it is made anew when it is, and until then nothing breaks."""
    made = commands.read_settings(site({}).path, None, lambda problem: pytest.fail(str(problem)))
    assert made
    whole = together((ARABIC, ENGLISH))
    prefixes = {"ar": "", "en": "en"}
    for name in ("pages", "entries", "titles", "cards", "found"):
        for text in ("", "x", "x y z"):
            damaged = replace(whole, **{name: text})
            assert len(damaged.editions) == 2
            outputs = _document(DOCUMENT, damaged, [damaged, None], prefixes, BASES, made)
            assert {output.path for output in outputs} >= {
                "articles/a/index.html",
                "en/articles/a/index.html",
            }


def test_what_all_editions_show_together() -> None:
    """The fields that change it: for their own pages, for listings, for pages beside."""
    changes: dict[str, set[str]] = {"shown": set(), "entry": set(), "titles": set()}
    before = together((ARABIC, ENGLISH))
    for field in fields(EditionFacts):
        changed = replace(ENGLISH, **{field.name: otherwise(getattr(ENGLISH, field.name), field.name)})
        after = together((ARABIC, changed))
        for name, found in changes.items():
            found.update({field.name} if getattr(before, name) != getattr(after, name) else ())
    assert changes == {
        "shown": {"page", "entry", "indexed", "card"},
        "entry": {"entry", "indexed"},
        "titles": {"title"},
    }
