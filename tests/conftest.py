"""The fixture `site`: a small site of its own for each test, from a mapping of paths to texts."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from unittest.mock import patch

import pytest
from click.testing import CliRunner
from hypothesis import settings
from jinja2 import Environment
from jinja2.nodes import Template

from jisr.cli import main
from jisr.plan import cards

# Where this is set, each process that a test starts would compile the program for itself again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# What a test compiles isn't kept for the user's sites.
os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="jisr-tests-")
atexit.register(shutil.rmtree, os.environ["XDG_CACHE_HOME"], ignore_errors=True)

# The same examples each time; `pytest --hypothesis-profile=default` looks for new ones.
settings.load_profile("ci")

SITE_YAML = """\
base_url: https://example.org/
languages: [ar, en]
timezone: Africa/Cairo
search: false
language:
  ar: {title: جسر, description: مقالات, locale: ar-EG}
  en: {title: Jisr, description: Articles, locale: en-GB}
"""


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000002000000010800000000d1492056"
    "0000000b4944415478da6360600000000300012b094d840000000049454e44ae426082"
)
"""A picture of two black dots."""

ROOT = Path(__file__).parent.parent


def example(folder: Path) -> Path:
    """A copy of this repository's own site: tests run side by side, and one build at a time holds a site."""
    for name in ("content", "static", "templates", "translations"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("build.py", "site.yaml"):
        shutil.copy(ROOT / name, folder)
    return folder


@dataclass(frozen=True, slots=True)
class Result:
    """What a command of the command line left."""

    exit_code: int
    stdout: str
    stderr: str


def jisr(*arguments: str) -> Result:
    """Run `jisr ARGUMENTS` in this process; an exception is the test's to see."""
    # The garbage that a command's own process ends with would stay, and make each fork slower.
    with patch("gc.disable"):
        result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    return Result(result.exit_code, result.stdout, result.stderr)


@dataclass(frozen=True, slots=True)
class SiteFolder:
    """A site's folder, and the commands run on it."""

    path: Path

    def write(self, path: str, content: str | bytes) -> None:
        """Write a file of the site, with the folders it needs."""
        file = self.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    def read(self, path: str) -> str:
        """The text of a file that was built, named by its path below `public/`."""
        return (self.path / "public" / path).read_text(encoding="utf-8")

    def run(self, command: str, *options: str) -> Result:
        """Run `jisr COMMAND --site FOLDER OPTIONS` in this process."""
        return jisr(command, "--site", str(self.path), *options)

    def build(self, *options: str) -> Result:
        """Run `jisr build`."""
        return self.run("build", *options)


@pytest.fixture(scope="session", autouse=True)
def templates_once() -> Iterator[None]:
    """Parse and compile each template once for all builds in this process, as most take longer with it than
    with their pages: what comes out depends on the text, the names and the environment's options alone.
    """
    parse, compiled = Environment.parse, Environment.compile
    trees: dict[tuple[object, ...], Template] = {}
    codes: dict[tuple[object, ...], CodeType] = {}

    def parse_once(environment: Environment, source: str, *names: str | None) -> Template:
        key = (_options(environment), source, *names)
        if key not in trees:
            trees[key] = parse(environment, source, *names)
        return trees[key]

    def compile_once(
        environment: Environment, source: str, name: str | None = None, filename: str | None = None
    ) -> CodeType:
        key = (_options(environment), source, name)
        if key not in codes:
            codes[key] = compiled(environment, source, name, filename)
        return _of_file(codes[key], filename or codes[key].co_filename)

    with patch.object(Environment, "parse", parse_once), patch.object(Environment, "compile", compile_once):
        yield


def _options(environment: Environment) -> tuple[object, ...]:
    return (environment.trim_blocks, environment.lstrip_blocks, environment.autoescape,
            *sorted(environment.extensions), *sorted(environment.filters))  # fmt: skip


def _of_file(code: CodeType, filename: str) -> CodeType:
    """The same code as that of another file, whose name is in its tracebacks."""
    if code.co_filename == filename:
        return code
    within = tuple(_of_file(one, filename) if isinstance(one, CodeType) else one for one in code.co_consts)
    return code.replace(co_filename=filename, co_consts=within)


@pytest.fixture(autouse=True)
def cards_if_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No cards but where the settings of a test ask for them: each takes as long as many pages."""
    monkeypatch.setattr(cards, "recent", lambda _: False)


MakeSite = Callable[[Mapping[str, str | bytes]], SiteFolder]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeSite:
    """A function that makes a site of the given files, with a plain `site.yaml` unless they hold one.

    The test goes on in the site's folder, so that messages name files by their paths in the site.
    """

    def make(files: Mapping[str, str | bytes]) -> SiteFolder:
        folder = SiteFolder(tmp_path / "site")
        for path, text in {"site.yaml": SITE_YAML, **files}.items():
            folder.write(path, text)
        monkeypatch.chdir(folder.path)
        return folder

    return make
