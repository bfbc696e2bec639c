"""A built site on a port of this machine, with the headers that its own `_headers` asks for."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any


@dataclass(frozen=True, slots=True)
class Served:
    """A built site: its folder, and the address it is served at (no slash at the end)."""

    folder: Path
    address: str

    def pages(self) -> list[str]:
        """Every HTML file, by its path below the folder; never none."""
        pages = sorted(file.relative_to(self.folder).as_posix() for file in self.folder.rglob("*.html"))
        assert pages, f"no page in {self.folder}"
        return pages

    def url(self, page: str) -> str:
        """The address of a page, as a reader sees it: `about/index.html` is `…/about/`."""
        return f"{self.address}/{page.removesuffix('index.html')}"

    def text(self, page: str) -> str:
        """The source of a page."""
        return (self.folder / page).read_text(encoding="utf-8")


Rules = list[tuple[str, list[tuple[str, str]]]]
"""Paths, with `*` at the end for all below, and their headers."""


def rules(text: str) -> Rules:
    """The rules of a `_headers` file."""
    found: Rules = []
    for line in filter(None, text.splitlines()):
        if line.startswith(" "):
            name, _, value = line.strip().partition(": ")
            found[-1][1].append((name, value))
        else:
            found.append((line, []))
    return found


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *given: Any, rules: Rules, directory: str) -> None:
        self.rules = rules
        super().__init__(*given, directory=directory)

    def end_headers(self) -> None:
        path = self.path.partition("?")[0]
        for pattern, headers in self.rules:
            if path == pattern or (pattern.endswith("*") and path.startswith(pattern[:-1])):
                for name, value in headers:
                    self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the standard library
        pass


@contextmanager
def serve(folder: Path) -> Iterator[Served]:
    """Serve a folder on a free port of the loopback address until the block ends."""
    asked = rules((folder / "_headers").read_text(encoding="utf-8"))
    handler = partial(_Handler, rules=asked, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Served(folder, f"http://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()
            thread.join()
