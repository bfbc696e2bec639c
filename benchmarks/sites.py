"""The corpus as each generator wants it, and how each is called.

Translations stand as each tool's documentation asks: catalogues for Jisr, `name.en.md` for Hugo and
Pelican, a folder for Eleventy.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from corpus import Article, Pair, articles, markdown

HERE = Path(__file__).parent
TOOLS = HERE / ".tools"
BIN = TOOLS / "venv" / "bin"
INLINE_KINDS = {"paragraph": "paragraph", "heading": "heading", "list": "list item", "quote": "paragraph"}
LETTER = re.compile(r"[^\W\d_]")

Files = Mapping[str, str]
"""Texts by their path in the site."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A generator: what it reads, and how it is run in the site's folder."""

    name: str
    files: Callable[[Article], Files]
    """The files of an article, the Arabic original first."""
    names: Callable[[Sequence[Pair]], Files]
    """The files in which the names of tags stand. Articles name a tag in Arabic, their translations too."""
    command: Callable[[int | None], list[str]]
    """The command, given a number of processes."""
    version: tuple[str, ...]
    base: str
    """The base template."""
    state: tuple[str, ...]
    """What it keeps between builds, beside the pages. One that keeps nothing builds all anew each time."""
    feeds: tuple[str, str] = ("feed.xml", "en/feed.xml")
    """The feeds, the Arabic one first."""


def write_site(tool: Tool, root: Path, number: int, seed: int) -> None:
    """The site anew, with theme and settings."""
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(HERE / "themes" / tool.name, root)
    style = {"pelican": "theme/static/site.css"}.get(tool.name, "static/css/site.css")
    write(root, {style: (HERE / "themes" / "site.css").read_text(encoding="utf-8")})
    if tool.name == "eleventy":
        # Eleventy's command looks for nothing here, but ES modules need to be called so.
        write(root, {"package.json": '{ "type": "module" }\n'})
    used: set[Pair] = set()
    for article in articles(number, seed):
        write(root, tool.files(article))
        used.update(article.tags)
    write(root, tool.names(sorted(used, key=lambda tag: tag.ar)))


def slug(tag: Pair) -> str:
    """The tag in an address: its Arabic name in both languages."""
    return tag.ar.replace(" ", "-")


def write(root: Path, files: Files) -> None:
    """Write the files, and their folders where they don't exist."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")


def _front(article: Article, language: str) -> str:
    fields = {
        "title": json.dumps(getattr(article.title, language), ensure_ascii=False),
        "date": article.date.isoformat(),
        "tags": f"[{', '.join(tag.ar for tag in article.tags)}]",
        "summary": json.dumps(getattr(article.summary, language), ensure_ascii=False),
    }
    return "---\n" + "".join(f"{name}: {value}\n" for name, value in fields.items()) + "---\n\n"


def _body(article: Article, language: str) -> str:
    return "\n\n".join(markdown(block, language) for block in article.blocks) + "\n"


def _two_files(translation: str) -> Callable[[Article], Files]:
    def files(article: Article) -> Files:
        return {
            f"content/articles/{article.name}.md": _front(article, "ar") + _body(article, "ar"),
            translation.format(article.name): _front(article, "en") + _body(article, "en"),
        }

    return files


def _hugo_names(tags: Sequence[Pair]) -> Files:
    return {f"content/tags/{slug(tag)}/_index.en.md": f"---\ntitle: {tag.en}\n---\n" for tag in tags}


def _json_names(path: str) -> Callable[[Sequence[Pair]], Files]:
    def names(tags: Sequence[Pair]) -> Files:
        return {path: json.dumps({tag.ar: asdict(tag) for tag in tags}, ensure_ascii=False, indent=1) + "\n"}

    return names


def _jisr_names(tags: Sequence[Pair]) -> Files:
    return {"translations/en/site.po": _catalogue(("tag", "", "tag", tag) for tag in tags)}


def _pelican_files(article: Article) -> Files:
    found = {}
    for language, suffix in (("ar", ""), ("en", ".en")):
        fields = {
            "Title": getattr(article.title, language),
            "Date": article.date.isoformat(),
            "Tags": ", ".join(tag.ar for tag in article.tags),
            "Slug": article.name,
            "Lang": language,
            "Summary": getattr(article.summary, language),
        }
        head = "".join(f"{name}: {value}\n" for name, value in fields.items())
        found[f"content/articles/{article.name}{suffix}.md"] = f"{head}\n{_body(article, language)}"
    return found


def _jisr_files(article: Article) -> Files:
    path = f"content/articles/{article.name}.md"
    front = _front(article, "ar")
    messages = [("title", f"{path}:2", "title", article.title)]
    messages.append(("summary", f"{path}:5", "summary", article.summary))
    line = front.count("\n") + 1
    for block in article.blocks:
        for index, row in enumerate(block.rows):
            at = line + index + (block.form == "table" and index > 0)
            kind = INLINE_KINDS.get(block.form) or ("table cell" if index else "table heading")
            messages += [(kind, f"{path}:{at}", "", cell) for cell in row]
        line += markdown(block, "ar").count("\n") + 2
    return {
        path: front + _body(article, "ar"),
        f"translations/en/articles/{article.name}.po": _catalogue(messages),
    }


HEADER = """msgid ""
msgstr ""
"Project-Id-Version: Jisr\\n"
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""


def _catalogue(messages: Iterable[tuple[str, str, str, Pair]]) -> str:
    """A catalogue as `jisr sync` writes it, translated: kind, place, context and text of each message."""
    entries: dict[tuple[str, str], tuple[str, list[str], str]] = {}
    for kind, place, context, pair in messages:
        if LETTER.search(pair.ar):  # a text without a letter is no message
            entries.setdefault((context, pair.ar), (kind, [], pair.en))[1].append(place)
    found = [HEADER]
    for (context, source), (kind, places, translation) in entries.items():
        lines = [f"#. {kind}"]
        if any(places):
            lines.append(f"#: {' '.join(places)}")
        if context:
            lines.append(f'msgctxt "{context}"')
        lines += [f"msgid {_quoted(source)}", f"msgstr {_quoted(translation)}"]
        found.append("\n".join(lines) + "\n")
    return "\n".join(found)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _jisr(jobs: int | None) -> list[str]:
    return [
        str(BIN / "python"), "-m", "jisr", "build", "--site", ".", "-o", "public", "-q",
        *(["--jobs", str(jobs)] if jobs else []),
    ]  # fmt: skip


def hugo_binary() -> str:
    """The program in the package: its Python wrapper would be measured too."""
    return str(next(TOOLS.glob("venv/lib/python*/site-packages/hugo/binaries/hugo")))


def _hugo(_jobs: int | None) -> list[str]:
    return [hugo_binary(), "--quiet", "--destination", "public", "--cacheDir", str(TOOLS / "hugo")]


def _eleventy(_jobs: int | None) -> list[str]:
    program = [str(Path(shutil.which("node") or "node")), str(TOOLS / "node_modules/@11ty/eleventy/cmd.cjs")]
    # Not --incremental=FILE: of version 3.1.8 it fails where a template precedes FILE.
    return [*program, "--quiet"]


def _pelican(_jobs: int | None) -> list[str]:
    return [str(BIN / "pelican"), "--quiet", "--settings", "pelicanconf.py"]


ALL = {
    tool.name: tool
    for tool in (
        Tool(
            "hugo", _two_files("content/articles/{}.en.md"), _hugo_names, _hugo, ("version",),
            "layouts/baseof.html", (),
        ),
        Tool(
            "jisr", _jisr_files, _jisr_names, _jisr, ("--version",),
            "templates/base.html", (".jisr",),
        ),
        Tool(
            "eleventy", _two_files("content/en/articles/{}.md"), _json_names("_data/names.json"),
            _eleventy, ("--version",), "_includes/base.liquid", (),
        ),
        Tool(
            "pelican", _pelican_files, _json_names("tags.json"), _pelican, ("--version",),
            "theme/templates/base.html", ("cache",), ("ar/feed.xml", "en/feed.xml"),
        ),
    )
}  # fmt: skip
