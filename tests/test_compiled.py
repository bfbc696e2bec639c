"""Compiled templates are kept for the user: what was compiled for another text or version is never taken."""

from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemBytecodeCache

from jisr.theme import theme_root
from jisr.write import templates
from jisr.write.templates import Templates


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for what is compiled, not there yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache/jisr"


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the templates that are compiled from now on."""
    done: list[str] = []
    compiled = Environment.compile

    def spy(environment: Environment, tree: object, name: str, path: str) -> object:
        done.append(name)
        return compiled(environment, tree, name, path)  # type: ignore[call-overload]

    monkeypatch.setattr(Environment, "compile", spy)
    return done


@pytest.fixture
def page(tmp_path: Path) -> Callable[[str], str]:
    """What a site's template gives in a run of its own."""

    def run(template: str) -> str:
        file = tmp_path / "site/templates/page.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(template, encoding="utf-8")
        site = tmp_path / "site"
        made = Templates(site, theme_root(), base_path="/", base_url="https://a.example", assets={}, words={})
        return made.environment.get_template("page.html").render(number=7)

    return run


def test_a_template_is_compiled_once_for_all_runs(
    kept: Path, compilations: list[str], page: Callable[[str], str]
) -> None:
    assert [page("{{ number }} one") for _ in range(3)] == ["7 one"] * 3
    assert compilations == ["page.html"]
    assert [file.suffix for file in kept.iterdir()] == [".template"]
    assert kept.stat().st_mode & 0o777 == 0o700


def test_another_text_or_version_is_compiled_anew(
    kept: Path, compilations: list[str], page: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [page("one"), page("two"), page("two"), page("one")] == ["one", "two", "two", "one"]
    assert len(compilations) == 3
    monkeypatch.setattr(templates, "versions", lambda: "another")
    assert page("one") == "one"
    assert len(compilations) == 4
    assert len(list(kept.iterdir())) == 1  # nothing is heaped up


@pytest.mark.parametrize("left", [0, 1, 20, 60, -1], ids=str)
def test_a_file_that_was_cut_short_is_made_anew(
    kept: Path, compilations: list[str], page: Callable[[str], str], left: int
) -> None:
    page("{{ number }}")
    [file] = kept.iterdir()
    file.write_bytes(file.read_bytes()[:left])
    assert [page("{{ number }}"), page("{{ number }}")] == ["7", "7"]
    assert len(compilations) == 2


def test_nothing_is_taken_from_a_folder_that_others_can_write_to(
    kept: Path, compilations: list[str], page: Callable[[str], str]
) -> None:
    page("{{ number }}")
    for mode in (0o770, 0o707):
        kept.chmod(mode)
        assert page("{{ number }}") == "7"
    assert len(compilations) == 3


def test_a_disk_that_refuses_costs_time_only(
    kept: Path, compilations: list[str], page: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileSystemBytecodeCache, "dump_bytecode", full)
    assert [page("{{ number }}"), page("{{ number }}")] == ["7", "7"]
    kept.rmdir()
    kept.write_text("a file", encoding="utf-8")
    assert page("{{ number }}") == "7"
    assert len(compilations) == 3


def test_a_place_that_isnt_absolute_is_passed_over(
    tmp_path: Path, compilations: list[str], page: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would be one below the folder that the command happens to run in."""
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    page("{{ number }}")
    assert not (tmp_path / "cache").exists()
    assert len(list((tmp_path / "home/.cache/jisr").iterdir())) == 1
