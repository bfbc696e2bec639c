"""The references name every option, setting, key and value there is, and no other."""

import re
from pathlib import Path

import click
import pytest
from msgspec.structs import fields

from jisr import config, model
from jisr.cli import main
from jisr.plan import views

DOCS = Path(__file__).parent.parent / "docs"


def text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def named(name: str, pattern: str) -> set[str]:
    return set(re.findall(pattern, text(name)))


def test_every_command_has_its_section_with_its_options_and_no_others() -> None:
    sections = dict(
        re.findall(r"^## `?jisr (\w+)`?.*?\n(.*?)(?=^## |\Z)", text("cli.md"), re.MULTILINE | re.DOTALL)
    )
    assert sections.keys() == main.commands.keys()
    for name, command in main.commands.items():
        options = {
            opt for p in command.params if isinstance(p, click.Option) for opt in (*p.opts, *p.secondary_opts)
        }
        documented = set(re.findall(r"`(--?[a-z][a-z-]*)", sections[name])) - {"-h", "--help"}
        assert documented == options, name


@pytest.mark.parametrize("kind", [config._Settings, config._Language, config._Menu])
def test_every_setting_is_in_the_reference(kind: type) -> None:
    documented = named("site-yaml.md", r"`(\w+)`") | named("site-yaml.md", r"^\s*(?:- )?(\w+):(?=\s|$)")
    documented |= set(re.findall(r"(\w+):", text("site-yaml.md")))
    assert {field.name for field in fields(kind)} <= documented


@pytest.mark.parametrize("kind", [model.Metadata, model.Image, model.Origin])
def test_every_key_of_the_metadata_is_in_the_reference(kind: type) -> None:
    assert {field.name for field in fields(kind)} <= named("front-matter.md", r"`(?:image\.|source\.)?(\w+)`")


@pytest.mark.parametrize(
    ("prefix", "kind"), [("site", views.SiteView), ("page", views.PageView), ("edition", views.EditionView)]
)
def test_what_templates_see_is_in_the_reference_and_nothing_else(prefix: str, kind: type) -> None:
    real = {field.name for field in fields(kind) if not field.name.startswith("make_")}
    real |= {name for name, value in vars(kind).items() if isinstance(value, property)}
    files = {"yaml", "html"} - real  # site.yaml, page.html
    assert named("templates.md", rf"`{prefix}\.(\w+)`") - files == real


@pytest.mark.parametrize(
    "kind",
    [
        views.Link,
        views.Alternate,
        views.Named,
        views.Picture,
        views.Entry,
        views.FeedEntry,
        views.FeedLink,
        views.Pagination,
        views.PageLink,
        views.Term,
        views.Year,
        views.Row,
        model.Phrase,
        model.Heading,
    ],
)
def test_the_fields_of_the_values_are_in_the_reference(kind: type) -> None:
    words = set(re.findall(r"\w+", text("templates.md")))
    assert {field.name for field in fields(kind)} <= words


def test_every_template_and_filter_is_in_the_reference() -> None:
    folder = DOCS.parent / "templates"
    names = {path.name for path in folder.iterdir() if path.is_file() and not path.name.startswith("_")}
    assert names <= named("templates.md", r"`(\w+\.(?:html|svg|xml|json))`") | {"base.html"}
    used = {
        name
        for path in folder.iterdir()
        if path.is_file()
        for name in re.findall(
            r"\|(date|hijri|isodate|timestamp|number|percent|isolate)\b", path.read_text(encoding="utf-8")
        )
    }
    assert used
    for name in used:
        assert f"\\|{name}`" in text("templates.md")
