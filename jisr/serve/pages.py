"""The built site as it is answered: pages with the preview's script in them, the rest as it is.

Only what a build has put into the preview's folder is answered, nothing of the site's own folder. What the
script needs is put into a page on its way out: the files are those that `jisr build` makes.
"""

import mimetypes
import os
from collections.abc import Awaitable, Callable, Collection, Mapping
from html import escape
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from jisr.serve.channel import paths_of

SCRIPTS = ("editor.js", "client.js")
"""Of the folder client/: what every page loads."""

for _type, _suffix in (("font/woff2", ".woff2"), ("image/webp", ".webp"), ("image/avif", ".avif")):
    mimetypes.add_type(_type, _suffix)  # not known to Python 3.11

Ready = Callable[[Collection[str]], Awaitable[None]]

_NOT_BUILT = (
    '<!doctype html><html lang="en" dir="ltr"><head><meta charset="utf-8"><title>Not built yet</title>'
    '</head><body class="jisr-not-built"></body></html>'
)
"""Stands beneath the errors of a site that has never been built."""


class Pages:
    """An application that answers with the files of a folder.

    `ready` has outputs be up to date before they are answered; `facts_for` gives what the script asks for.
    """

    def __init__(self, folder: Path, ready: Ready, facts_for: Callable[[Request], Mapping[str, str]]) -> None:
        self.folder, self.ready, self.facts_for = folder, ready, facts_for

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.ready(paths_of(scope["path"]))
        await self.answer(Request(scope))(scope, receive, send)

    def answer(self, request: Request) -> Response:
        """The page or the file, or the site's own page for missing addresses, in its language."""
        path = request.scope["path"].lstrip("/")
        if (file := find(self.folder, path)) is None:
            return self._missing(path, request)
        if file.is_dir():
            if (index := find(self.folder, f"{path.rstrip('/')}/index.html".lstrip("/"))) is None:
                return self._missing(path, request)
            if path and not path.endswith("/"):
                query = f"?{request.url.query}" if request.url.query else ""
                # `//en/` would lead to a host.
                return RedirectResponse(f"/{request.url.path.strip('/')}/{query}")
            return self._page(index, request)
        return self._page(file, request) if file.suffix == ".html" else FileResponse(file)

    def _page(self, file: Path, request: Request, status: int = 200) -> Response:
        return HTMLResponse(inject(file.read_bytes(), self.facts_for(request)), status)

    def _missing(self, path: str, request: Request) -> Response:
        """The 404.html that stands nearest above the path: that of its language."""
        nearest, folders = find(self.folder, "404.html"), path.split("/")[:-1]
        for depth in range(1, len(folders) + 1):
            folder = "/".join(folders[:depth])
            if find(self.folder, folder) is None:  # nor is there anything in it
                break
            nearest = find(self.folder, f"{folder}/404.html") or nearest
        if nearest:
            return self._page(nearest, request, 404)
        return HTMLResponse(inject(_NOT_BUILT.encode(), self.facts_for(request)), 503)


def find(folder: Path, path: str) -> Path | None:
    """What stands in a folder under a path as it came in an address, decoded; None where there is nothing.

    Nothing that begins with a dot is found, and nothing outside, by a link neither.
    """
    parts = path.strip("/").split("/") if path.strip("/") else []
    if any(not part or part.startswith(".") or "\\" in part or "\0" in part for part in parts):
        return None
    found = Path(os.path.realpath(folder.joinpath(*parts)))
    if not found.is_relative_to(os.path.realpath(folder)):
        return None
    try:
        return found if found.exists() else None
    except OSError:  # a name longer than the file system has
        return None


def inject(page: bytes, facts: Mapping[str, str]) -> bytes:
    """A page with the preview's script, and the facts that it asks for, in its head."""
    named = (f'<meta name="jisr-{name}" content="{escape(value)}">' for name, value in facts.items())
    scripts = (f'<script type="module" src="/_jisr/{name}"></script>' for name in SCRIPTS)
    added = "".join((*named, *scripts)).encode()
    head = page.find(b"</head>")
    return page[:head] + added + page[head:] if head >= 0 else page + added
