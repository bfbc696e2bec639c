"""Edits of the site of `specimen`, by name. Each takes the site's folder and two numbers, which pick what
is edited and what it becomes; one that finds nothing to edit does nothing.
"""

import os
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.incremental.bench import Bench, run, tree, write_files
from tests.incremental.specimen import catalogue

SOURCES = ("content", "static", "templates", "translations")

_MARK = re.compile(r"v\d\d")

FRONT: list[tuple[str, str | None]] = [
    ("title", "عنوانٌ آخر v07"),
    ("title", "C++ أيضًا"),
    ("date", "2024-02-03"),
    ("date", "2020-01-01 10:30"),
    ("date", "2024-01-02 11:00:00+05:00"),
    ("updated", "2024-10-18 14:30:00"),
    ("tags", "[سياسة]"),
    ("tags", "[نثر, شعر]"),
    ("tags", None),
    ("draft", "true"),
    ("draft", None),
    ("noindex", "true"),
    ("slug", "other"),
    ("aliases", "[/old/b/, /Old.html]"),
    ("template", "wide.html"),
    ("template", "none.html"),
    ("summary", "ملخّصٌ آخر"),
    ("image", "{src: /images/bridge.svg, alt: بديل, credit: مصوّر}"),
    ("authors", "[كاتب, كاتبة]"),
    ("source", "{name: الكرملين}"),
    ("extra", "{wide: true, سعة: [1, 2]}"),
    ("unknown", "1"),
]
"""Lines of front matter; None takes the line out."""

GERMAN = "  de: {title: Brücke, locale: de-DE}\n"

SETTINGS: list[tuple[str, str | None]] = [
    ("index_from", "0"),
    ("index_from", "34"),
    ("untranslated", "hide"),
    ("outdated", "placeholder"),
    ("trusted_html", "true"),
    ("timezone", "Pacific/Kiritimati"),
    ("timezone", "Nowhere/None"),
    ("base_url", "https://example.org/news/"),
    ("base_url", "https://example.com/"),
    ("languages", "[ar, en]"),
    ("languages", "[ar, fr, en]"),
    ("languages", "[ar, en, fr, de]"),
    ("cards", "2024-01-02"),
    ("cards", "false"),
    ("search", "true"),
    ("search", "false"),
    ("index_from", None),
    ("untranslated", None),
    ("permalinks", "{articles: /:year/:section/:slug/}"),
    ("permalinks", None),
    ("addresses", "files"),
    ("addresses", None),
    ("host_files", "[netlify, redirects]"),
    ("host_files", None),
    ("fingerprint", "false"),
    ("fingerprint", None),
    ("side_by_side", "false"),
    ("side_by_side", None),
    ("minify", "false"),
    ("manifest", "false"),
    ("per_page", "2"),
    ("feed", "full"),
    ("feed", "none"),
    ("feed_untranslated", "source"),
    ("tag_feeds", "false"),
    ("sections", "{world: العالم v01}"),
    ("sections", None),
    ("images", "false"),
    ("listings", "[tags]"),
    ("related", "2"),
]
"""Lines of site.yaml; None takes the line out."""

BODIES = [
    "\n## عنوان جديد\n\nفقرة.\n",
    "\n<details><summary>س</summary>ن</details>\n",
    "\n<iframe src='https://example.org/'></iframe>\n",
    "\n[مسوّدة](f.md)\n",
    "\n[جديد](new-0.md)\n",
    "\n[مفقود](none.md)\n",
    "\n![جديدة](/images/new.svg)\n",
    "\n<bdi dir=ltr>C++</bdi> و`code`\n",
    "\n{: #id }\n\n```\ncode\n```\n",
    "\nكلمة[^9].\n\n[^9]: حاشية أخرى.\n",
]
"""What may be added to the end of a document."""

Edit = Callable[[Path, int, int], None]


def sources(root: Path) -> dict[str, bytes | str | None]:
    """All that the site is made of, to compare and to go back to."""
    found: dict[str, bytes | str | None] = {"site.yaml": (root / "site.yaml").read_bytes()}
    for folder in SOURCES:
        found |= {f"{folder}/{path}": content for path, content in tree(root / folder).items()}
    return found


def restore(root: Path, before: Mapping[str, bytes | str | None]) -> None:
    """Bring the site's sources back to what they were; what is as it was stays untouched."""
    now = sources(root)
    for path in sorted(now.keys(), reverse=True):
        if path not in before or (now[path] != before[path] and type(now[path]) is not type(before[path])):
            file = root / path
            file.rmdir() if now[path] is None else file.unlink()
    for path in sorted(before):
        content, file = before[path], root / path
        if content is None:
            file.mkdir(parents=True, exist_ok=True)
        elif now.get(path) != content:
            file.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, str):
                file.unlink(missing_ok=True)
                file.symlink_to(content)
            else:
                file.write_bytes(content)


def _files(root: Path, *patterns: str) -> list[Path]:
    """The site's files that match, in order."""
    found = {path for pattern in patterns for path in root.glob(pattern)}
    return sorted(path for path in found if path.is_file() and not path.is_symlink())


def _pick(found: list[Path], which: int) -> Path | None:
    return found[which % len(found)] if found else None


def _all(root: Path) -> list[Path]:
    return _files(root, "site.yaml", *(f"{folder}/**/*" for folder in SOURCES))


def _documents(root: Path) -> list[Path]:
    return _files(root, "content/**/*.md", "content/**/*.txt")


def _change(path: Path | None, change: Callable[[str], str]) -> None:
    if path:
        text = path.read_text(encoding="utf-8")
        new = change(text)
        if new != text:
            path.write_text(new, encoding="utf-8", newline="\n")


def _with_line(text: str, key: str, value: str | None) -> str:
    """YAML with a line of the top level set, or taken out."""
    text = re.sub(rf"^{key}:.*\n", "", text, flags=re.MULTILINE)
    return text if value is None else f"{key}: {value}\n{text}"


def mark(root: Path, which: int, what: int) -> None:
    """Another text of the same size: in whichever file, a document, a catalogue, a template, a picture."""
    marked = [path for path in _all(root) if _MARK.search(path.read_text(encoding="utf-8"))]
    path = _pick(marked, which)

    def change(text: str) -> str:
        found = list(_MARK.finditer(text))
        here = found[what % len(found)]
        return f"{text[: here.start()]}v{(int(here[0][1:]) + 1 + what) % 100:02}{text[here.end() :]}"

    _change(path, change)


def add_text(root: Path, which: int, what: int) -> None:
    """A document with something more at its end."""
    _change(_pick(_documents(root), which), lambda text: text + BODIES[what % len(BODIES)])


def new_article(root: Path, which: int, what: int) -> None:
    """One article more, which may take the address of another."""
    day = f"20{20 + what % 6}-05-06"
    tags = ["[شعر]", "[نثر]", "[جديد, شعر]"][what % 3]
    text = f"---\ntitle: جديد {what % 10}\ndate: {day}\ntags: {tags}\n---\n\nنصّ جديد، انظر [زيارة](a.md).\n"
    write_files(root, {f"content/articles/new-{which % 3}.md": text})


def new_page(root: Path, which: int, what: int) -> None:
    """One page more, in a folder of its own."""
    text = f"---\ntitle: صفحة {what % 10}\n---\n\n## أ\n\n## ب\n\nنصّ.\n"
    write_files(root, {f"content/pages/{which % 2}/index.md": text})


def new_file(root: Path, which: int, what: int) -> None:
    """A file that is copied."""
    paths = ["content/images/new.svg", "static/new.txt", "static/css/site.css", "static/sub/a/b.txt"]
    write_files(root, {paths[which % len(paths)]: f"file {what % 10}"})


def clash(root: Path, which: int, what: int) -> None:
    """A file that wants the place of a page: an error, for as long as the page is there."""
    paths = [
        "static/articles/a/index.html",
        "static/en/about/index.html",
        "static/about",
        "static/index.html",
    ]
    write_files(root, {paths[which % len(paths)]: f"يصطدم {what % 10}"})


def delete(root: Path, which: int, what: int) -> None:
    """One file fewer."""
    path = _pick([path for path in _all(root) if path.name != "site.yaml"], which)
    if path:
        path.unlink()


def delete_document(root: Path, which: int, what: int) -> None:
    """One document fewer; its catalogues go too, or stay behind."""
    path = _pick(_documents(root), which)
    if path:
        path.unlink()
        path.with_suffix(".yaml").unlink(missing_ok=True)
        if what % 2:
            inner = path.relative_to(root / "content").with_suffix(".po")
            for file in root.glob(f"translations/*/{inner}"):
                file.unlink()


def rename(root: Path, which: int, what: int) -> None:
    """A file by another name, the same file otherwise: inode, size and mtime stay."""
    path = _pick([path for path in _all(root) if path.name != "site.yaml"], which)
    if path:
        path.rename(path.with_name(f"renamed-{what % 2}{path.suffix}"))


def rename_document(root: Path, which: int, what: int) -> None:
    """A document by another name, its catalogues with it."""
    path = _pick(_documents(root), which)
    if path:
        for file in [path, path.with_suffix(".yaml"), *root.glob(
            f"translations/*/{path.relative_to(root / 'content').with_suffix('.po')}"
        )]:  # fmt: skip
            if file.is_file():
                file.rename(file.with_name(f"moved-{what % 2}{file.suffix}"))


def swap(root: Path, which: int, what: int) -> None:
    """Two files in each other's places."""
    same = _files(root, ["content/articles/*.md", "translations/en/**/*.po", "static/**/*"][what % 3])
    if len(same) > 1:
        one, other = same[which % len(same)], same[(which + 1) % len(same)]
        aside = root / "static" / "aside"
        one.rename(aside)
        other.rename(one)
        aside.rename(other)


def front_matter(root: Path, which: int, what: int) -> None:
    """A title, a date, tags, a draft … of a document."""
    path = _pick(_files(root, "content/**/*.md", "content/**/*.yaml"), which)
    key, value = FRONT[what % len(FRONT)]

    def change(text: str) -> str:
        if not text.startswith("---\n"):
            return _with_line(text, key, value)
        _, front, body = re.split(r"^---\n", text, maxsplit=2, flags=re.MULTILINE)
        return f"---\n{_with_line(front, key, value)}---\n{body}"

    _change(path, change)


def setting(root: Path, which: int, what: int) -> None:
    """A setting set or taken out."""
    key, value = SETTINGS[what % len(SETTINGS)]

    def change(text: str) -> str:
        text = _with_line(text.replace(GERMAN, ""), key, value)
        return text + GERMAN if value and "de" in value else text

    _change(root / "site.yaml", change)


def sidecar(root: Path, which: int, what: int) -> None:
    """A file of metadata beside a document, or gone from there."""
    path = _pick(_files(root, "content/**/*.md"), which)
    if path:
        beside = path.with_suffix((".yaml", ".yml")[which % 2])
        if beside.exists():
            beside.unlink()
        else:
            lines = [
                "extra: {x: 1}\n",
                "updated: 2025-01-01\n",
                "noindex: true\n",
                "title: مرّتان\n",
                "x: [\n",
            ]
            beside.write_text(lines[what % len(lines)], encoding="utf-8")


def catalogue_entry(root: Path, which: int, what: int) -> None:
    """A translation taken out of a catalogue, emptied, or marked as out of date, or no longer."""
    path = _pick(_files(root, "translations/**/*.po"), which)

    def change(text: str) -> str:
        head, *entries = text.split("\n\n")
        if not entries:
            return text
        at = what // 4 % len(entries)
        entry = entries[at].strip("\n")
        if what % 4 == 0:
            entries.pop(at)
        elif what % 4 == 1:
            entries[at] = re.sub(r'msgstr ".*"', 'msgstr ""', entry)
        elif what % 4 == 2:
            fuzzy = "#, fuzzy\n"
            entries[at] = entry.removeprefix(fuzzy) if entry.startswith(fuzzy) else fuzzy + entry
        else:
            entries[at] = entry.replace('msgstr "', 'msgstr "ـ')
        return "\n\n".join([head, *entries]).rstrip("\n") + "\n"

    _change(path, change)


def catalogue_added(root: Path, which: int, what: int) -> None:
    """A catalogue where there was none, or another in the place of one."""
    files = {
        "translations/en/interface.po": catalogue("en", ("Menu", "Contents!"), ("Out of date", "Stale")),
        "translations/ar/interface.po": catalogue("ar", ("Menu", "قائمة")),
        "translations/fr/articles/a.po": catalogue("fr", ("بند v01", "Article v01")),
        "translations/en/articles/b.po": catalogue("en", ("خلية v01", "Cell"), ("عمود", "Column")),
        "translations/en/site.po": catalogue("en", ("tag", "سياسة", "Politics")),
        "translations/fr/about.po": "msgid\n<<<<<<<\n",
        "translations/en/help/me.po": catalogue("en", ("نصّ [الزيارة](../articles/a.md) v01.", "A text.")),
        "translations/de/articles/a.po": catalogue("de", ("بند v01", "Punkt")),
    }
    path = sorted(files)[which % len(files)]
    write_files(root, {path: files[path]})


def template(root: Path, which: int, what: int) -> None:
    """A template that appears, is another, or stands no longer before the theme's."""
    files: dict[str, list[str | None]] = {
        "_optional.html": ["من هنا {{ page.url }}", "و{{ _('Menu') }}", ""],
        "_parts.html": ["{% macro nothing() %}{% endmacro %}", None],
        "_edition.html": ["{% macro edition(edition) %}{{ edition.html }}{% endmacro %}"],
        "article.html": [
            "{{ edition.html }}{{ nothing }}",
            "{% if %}",
            "<p>{{ edition.title.text }}</p>",
            None,
        ],
        "redirect.html": [None, "{{ page.url }}"],
        "unused.html": ["x", "{% endif %}", None],
        "wide.html": [None, "{% extends 'article.html' %}{% block kicker %}عريض{% endblock %}"],
        "parallel.html": ["{% for row in rows %}{{ row.translation }}{% endfor %}"],
    }
    name = sorted(files)[which % len(files)]
    text = files[name][what % len(files[name])]
    if text is None:
        (root / "templates" / name).unlink(missing_ok=True)
    else:
        write_files(root, {f"templates/{name}": text})


def symlink(root: Path, which: int, what: int) -> None:
    """A link to a file or a folder of the site that leads elsewhere now."""
    links: list[tuple[str, list[str]]] = [
        ("content/images/link.svg", ["bridge.svg", "../articles/p.png"]),
        ("content/articles/linked.md", ["a.md", "../help/me.md", "2024-05-06-c.md"]),
        ("content/linked", ["images", "help"]),
        ("static/link.txt", ["files/x.txt", "css/extra.css", "nowhere"]),
        ("templates/_optional.html", ["404.html", "redirect.html"]),
        ("translations/en/articles/b.po", ["../../fr/articles/2024-05-06-c.po", "2024-05-06-c.po"]),
    ]
    name, targets = links[which % len(links)]
    path = root / name
    if path.parent.is_dir() and (path.is_symlink() or not path.exists()):
        path.unlink(missing_ok=True)
        path.symlink_to(targets[what % len(targets)])


def touch(root: Path, which: int, what: int) -> None:
    """Files written again as they were, or with another time: nothing has changed."""
    for number, path in enumerate(_all(root)):
        if which % 2 or number % 3 == what % 3:
            path.write_bytes(path.read_bytes())
            if what % 2:
                os.utime(path, ns=(10**18 + what, 10**18 + what))


def sync(root: Path, which: int, what: int) -> None:
    """The catalogues brought up to date by `jisr sync`."""
    run(root, "sync")


EDITS: dict[str, Edit] = {
    edit.__name__: edit
    for edit in (
        mark, add_text, new_article, new_page, new_file, clash, delete, delete_document, rename,
        rename_document, swap, front_matter, setting, sidecar, catalogue_entry, catalogue_added, template,
        symlink, touch, sync,
    )
}  # fmt: skip
"""Edits of the site itself."""


def _outputs(bench: Bench) -> list[Path]:
    """Files that a build has written, and that nobody else has."""
    found = _files(bench.public, "**/*")
    return [path for path in found if path.relative_to(bench.public).as_posix() not in bench.strays]


def output_deleted(bench: Bench, which: int, what: int) -> None:
    """A page that somebody deleted."""
    path = _pick(_outputs(bench), which)
    if path:
        path.unlink()


def output_edited(bench: Bench, which: int, what: int) -> None:
    """A page that somebody edited: longer, or as long and as old as it was, or empty."""
    path = _pick(_outputs(bench), which)
    if path and path.stat().st_size:
        before, content = path.stat(), path.read_bytes()
        texts = [content + b"!", content[:-1] + bytes([content[-1] ^ 1]), b""]
        path.write_bytes(texts[what % 3])
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def output_touched(bench: Bench, which: int, what: int) -> None:
    """A page with another time, or in another file of the same content."""
    path = _pick(_outputs(bench), which)
    if path and what % 2:
        os.utime(path, (what, what))
    elif path:
        shutil.copy(path, path.with_name("aside"))
        path.with_name("aside").replace(path)


def output_replaced(bench: Bench, which: int, what: int) -> None:
    """A page that is a link now."""
    path = _pick(_outputs(bench), which)
    if path:
        path.unlink()
        path.symlink_to("nowhere" if what % 2 else bench.root / "site.yaml")


def folder_deleted(bench: Bench, which: int, what: int) -> None:
    """A folder of pages that somebody deleted, or the whole site."""
    folders = [bench.public / name for name in ("en", "articles", "css", "fr/articles")]
    path = bench.public if what % 3 == 0 else folders[which % 4]
    shutil.rmtree(path, ignore_errors=True)


def stray(bench: Bench, which: int, what: int) -> None:
    """A file of others in the output folder."""
    paths = ["CNAME", ".well-known/x.txt", "articles/a/صورة.txt", "en/note.txt"]
    bench.add_stray(paths[which % len(paths)], f"من يد أخرى {what % 10}")


def state_deleted(bench: Bench, which: int, what: int) -> None:
    """The state gone: its folder, or the file in it."""
    if what % 2:
        shutil.rmtree(bench.root / ".jisr", ignore_errors=True)
    else:
        (bench.root / ".jisr/state.db").unlink(missing_ok=True)
        for name in ("-journal", "-wal", "-shm"):
            (bench.root / f".jisr/state.db{name}").unlink(missing_ok=True)
    bench.forget()


def other_options(bench: Bench, which: int, what: int) -> None:
    """Builds with other options from now on."""
    asked = [
        (),
        ("--drafts",),
        ("--base-url", "http://127.0.0.1:8000/"),
        ("--drafts", "--base-url", "https://x.org/y"),
    ]
    bench.asked = asked[what % len(asked)]


def other_folder(bench: Bench, which: int, what: int) -> None:
    """A build into another folder in between, perhaps with other options."""
    asked = [(), ("--drafts",), ("--base-url", "http://127.0.0.1:8000/")][what % 3]
    run(bench.root, "build", "--output", str(bench.root.parent / "elsewhere"), *bench.options, *asked)


TAMPERING: dict[str, Callable[[Bench, int, int], None]] = {
    edit.__name__: edit
    for edit in (
        output_deleted, output_edited, output_touched, output_replaced, folder_deleted, stray, state_deleted,
        other_options, other_folder,
    )
}  # fmt: skip
"""What happens to the output folder, the state and the command."""


def apply(bench: Bench, name: str, which: int, what: int, *, keep_times: bool) -> None:
    """Make an edit; the files that it changes keep their mtimes where asked, as if within one tick."""
    if name in TAMPERING:
        TAMPERING[name](bench, which, what)
        return
    stamps = {path: path.stat() for path in _all(bench.root)}
    EDITS[name](bench.root, which, what)
    if keep_times:
        for path, before in stamps.items():
            if path.is_file() and not path.is_symlink():
                os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
