"""The house's order: each part imports only from those above it, and each library has one door."""

import ast
from functools import cache
from pathlib import Path

import jisr

PACKAGE = Path(jisr.__file__).parent
LAYERS = [
    "errors", "progress", "model", "packing", "fingerprint", "bidi", "theme", "languages", "urls", "permalinks", "exif", "raster", "lettering",
    "yamlfile", "config", "read", "translate", "plan", "write", "survey", "packed", "rendering", "work", "processes", "commands",
    "gallery", "steps", "looking", "build", "check", "serve", "cli",
]  # fmt: skip
DOORS = {
    "markdown": "read/markup/",
    "PIL": "raster.py",
    "uharfbuzz": "lettering.py",
    "resvg_py": "lettering.py",
    "nh3": "read/policy.py",
    "yaml": "yamlfile.py",
    "msgspec": "yamlfile.py",
    "jinja2": "write/templates.py",
    "minify": "write/assets.py",
    "babel.messages": "translate/po.py",
    "starlette": "serve/",
    "uvicorn": "serve/run.py",
    "watchfiles": "serve/watch.py",
    "rapidfuzz": "translate/memory.py",
    "pagefind_bin": "write/index.py",
    "hijridate": "languages.py",
    "click": "cli.py",
}
ALSO = {
    "babel.messages": {"languages.py"},  # its table of plural forms
    "jinja2": {"write/syntax.py"},  # looks at syntax trees
    "rapidfuzz": {"translate/sync.py"},  # rules out what difflib would take long for
    "msgspec": {"packing.py"},  # facts, packed to be kept or sent
}
VOCABULARY = ("msgspec.Struct", "msgspec.Meta", "msgspec.field", "msgspec.structs.")
"""What the values themselves are made of."""


@cache
def imports() -> list[tuple[str, str]]:
    """Each module of the package with each name that it imports."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                found += [
                    (path.relative_to(PACKAGE).as_posix(), f"{node.module}.{a.name}") for a in node.names
                ]
            elif isinstance(node, ast.Import):
                found += [(path.relative_to(PACKAGE).as_posix(), alias.name) for alias in node.names]
    return found


def layer(module: str) -> str:
    return module.split("/", maxsplit=1)[0].removesuffix(".py")


def test_each_stage_imports_only_from_those_above_it() -> None:
    own = [(module, name.split(".")[1]) for module, name in imports() if name.startswith("jisr.")]
    checked = [(m, n) for m, n in own if layer(m) in LAYERS and n in LAYERS and n != layer(m)]
    assert len(checked) > 50
    assert [pair for pair in checked if LAYERS.index(pair[1]) > LAYERS.index(layer(pair[0]))] == []


def test_every_module_has_its_place() -> None:
    outside = {layer(p.relative_to(PACKAGE).as_posix()) for p in PACKAGE.rglob("*.py")} - set(LAYERS)
    assert outside == {"__init__", "__main__"}


def test_each_library_has_one_door() -> None:
    for library, door in DOORS.items():
        named = [(m, name) for m, name in imports() if not name.startswith(VOCABULARY)]
        users = {m for m, name in named if name == library or name.startswith(f"{library}.")}
        users -= ALSO.get(library, set())
        assert users, library
        assert {user for user in users if not user.startswith(door)} == set(), library
