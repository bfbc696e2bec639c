"""The specimen's pages and messages, whole. `UPDATE_GOLDEN=1` writes them anew; read the difference."""

import os
from hashlib import sha256
from pathlib import Path

import pytest

from jisr.build import Options, build
from jisr.model import Reading
from jisr.read.documents import document_files, read_document
from jisr.read.markup.converter import Converter
from jisr.read.sources import scan
from jisr.translate.editions import segments
from tests.conftest import ROOT, example

GOLDEN = ROOT / "tests" / "golden"
PAGES = {
    "specimen.ar.html": "specimen/index.html",
    "specimen.en.html": "en/specimen/index.html",
    "specimen.parallel.html": "en/specimen/parallel/index.html",
    "article.en.html": "en/articles/putin-calls-netanyahu-abbas/index.html",
    "home.ar.html": "index.html",
}


def compare(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = example(tmp_path_factory.mktemp("golden"))
    build(folder, folder / "public", Options(strict=True))
    return folder / "public"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_example_site_is_as_it_was(name: str, built: Path) -> None:
    compare(name, (built / PAGES[name]).read_text(encoding="utf-8"))


def test_the_specimens_messages_are_as_they_were() -> None:
    found = document_files(scan(ROOT, "content", lambda _: None), lambda _: None)
    files = next(files for files in found if files.path == "content/specimen.md")
    specimen = read_document(files, Reading(), lambda _: None)
    assert specimen is not None
    body = Converter().parse(specimen, lambda _: None)
    assert body is not None
    lines = [f"{s.line}\t{s.context or s.kind}\t{s.text!r}" for s in segments(body)]
    compare("specimen.messages.txt", "\n".join(lines) + "\n")


def test_the_article_is_the_real_one_word_for_word() -> None:
    """Its paragraphs, by their digest: the agency's text isn't ours to improve."""
    body = (ROOT / "content/articles/putin-calls-netanyahu-abbas.md").read_text(encoding="utf-8")
    paragraphs = body.split("\n---\n", 1)[1].strip().split("\n\n")
    assert len(paragraphs) == 11
    digest = sha256("\n\n".join(paragraphs).encode()).hexdigest()
    assert digest == "b3e7599bc8f11811f5a0242c8238d68f80a5fefc9ecab910ff62058c2ed268c4"
