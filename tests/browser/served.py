"""A built site on a port of this machine, under the strictest policy that it promises to work with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


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


class _Handler(SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the standard library
        pass


@contextmanager
def serve(folder: Path) -> Iterator[Served]:
    """Serve a folder on a free port of the loopback address until the block ends."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Served(folder, f"http://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()
            thread.join()
