"""The wheel: the package with its theme and its starter, and nothing of the example site."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this repository, built by the back end that pyproject.toml names."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    built = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=100)
    assert built.returncode == 0, built.stdout + built.stderr
    [found] = folder.glob("*.whl")
    return found


def files(*patterns: str) -> dict[str, bytes]:
    """The repository's files of some patterns."""
    return {
        path.relative_to(REPOSITORY).as_posix(): path.read_bytes()
        for pattern in patterns
        for path in REPOSITORY.glob(pattern)
        if path.is_file() and "__pycache__" not in path.parts
    }


def inside(wheel: Path) -> dict[str, bytes]:
    """The wheel's files."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_theme_is_in_the_wheel_whole(wheel: Path) -> None:
    theme = files("templates/**/*", "static/**/*", "translations/*/interface.po")
    assert {"templates/base.html", "static/css/site.css", "translations/ar/interface.po"} <= theme.keys()
    shipped = inside(wheel)
    assert {f"jisr/theme/{path}": raw for path, raw in theme.items()} == {
        path: raw for path, raw in shipped.items() if path.startswith("jisr/theme/")
    }


def test_the_package_and_its_starter_are_in_the_wheel_whole(wheel: Path) -> None:
    package = files("jisr/**/*")
    assert {
        "jisr/cli.py",
        "jisr/starter/site.yaml",
        "jisr/starter/gitignore",
        "jisr/starter/content/about.md",
    } <= (package.keys())
    shipped = inside(wheel)
    assert package == {
        path: raw
        for path, raw in shipped.items()
        if path.startswith("jisr/") and not path.startswith("jisr/theme/")
    }


def test_nothing_else_is_in_the_wheel(wheel: Path) -> None:
    shipped = inside(wheel)
    assert {path.split("/")[0].partition("-")[0] for path in shipped} == {"jisr"}
    ours = {path for path in shipped if path.startswith("jisr/")}
    assert not {path for path in ours if path.endswith(".po")} - {
        f"jisr/theme/{path}" for path in files("translations/*/interface.po")
    }
    assert not [path for path in ours if "__pycache__" in path or "/tests/" in path or "/public/" in path]
    example = {raw for raw in files("content/**/*", "tests/**/*.py").values() if raw}
    assert example
    assert not [path for path, raw in shipped.items() if raw in example]


def test_the_wheel_brings_its_licence_and_its_command(wheel: Path) -> None:
    shipped = inside(wheel)
    [entry_points] = [raw for path, raw in shipped.items() if path.endswith("/entry_points.txt")]
    assert b"jisr = jisr.cli:run" in entry_points
    assert (REPOSITORY / "LICENSE").read_bytes() in shipped.values()


def test_jisr_works_from_the_wheel_without_the_repository(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "installed"), "PYTHONUTF8": "1"}

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=100,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    where = run("-c", "from jisr.theme import theme_root; print(theme_root())").strip()
    assert where == str(tmp_path / "installed/jisr/theme")
    run("-m", "jisr", "init", "site")
    run("-m", "jisr", "build", "--site", "site", "--strict")
    public = tmp_path / "site/public"
    assert (public / "css/site.css").read_bytes() == (REPOSITORY / "static/css/site.css").read_bytes()
    assert "انتقل إلى المحتوى" in (public / "index.html").read_text(encoding="utf-8")
    assert "Skip to the content" in (public / "en/index.html").read_text(encoding="utf-8")
