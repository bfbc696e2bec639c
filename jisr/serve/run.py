"""A run of the preview: its port, its server, its end."""

import asyncio
import secrets
import socket
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn

from jisr.build import Options
from jisr.errors import Problem, SiteError
from jisr.serve.app import application
from jisr.serve.channel import Channel, News
from jisr.serve.guard import Rights
from jisr.serve.watch import changes
from jisr.serve.workshop import Workshop

PORTS = 20
"""So many are tried, from the one that is asked for."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the run is asked."""

    host: str
    port: int
    open: bool
    allow_edits: bool


class _Server(uvicorn.Server):
    """Ends open streams when it is told to end: they would go on for ever."""

    channel: Channel

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.channel.close()
        super().handle_exit(sig, frame)


def serve(root: Path, wishes: Wishes, say: Callable[[str], None], show: Callable[[News], None]) -> None:
    """Build the site, answer, and build again as files change, until Ctrl-C.

    `say` hears where the site is; `show`, what each build brought. Raises `SiteError` where there is no port.
    """
    listening = bound(wishes.host, wishes.port)
    port = listening.getsockname()[1]
    if port != wishes.port:
        say(f"jisr: port {wishes.port} is taken; this is {port}")
    rights = Rights(wishes.host, secrets.token_urlsafe(), wishes.allow_edits)
    address = f"http://{_named(wishes.host)}:{port}/"
    channel = Channel(secrets.token_hex(8))

    def tell(news: News) -> None:
        show(news)
        channel.tell(news)

    workshop = Workshop(root, Options(base_url=address, drafts=True), tell)
    tell(workshop.build_here())
    say(f"jisr: the site is at {address} (Ctrl-C ends it); the desk at {address}_jisr/")
    server = _Server(
        uvicorn.Config(
            application(workshop, channel, rights),
            log_level="critical",
            lifespan="off",
            timeout_graceful_shutdown=2,
            server_header=False,
        )
    )
    server.channel = channel
    try:
        asyncio.run(_run(server, listening, workshop, address if wishes.open else ""))
    except KeyboardInterrupt:
        pass
    finally:
        workshop.close()
        listening.close()


async def _run(server: _Server, listening: socket.socket, workshop: Workshop, open_at: str) -> None:
    watching = asyncio.create_task(_follow(workshop))
    if open_at:
        asyncio.get_running_loop().run_in_executor(None, webbrowser.open, open_at)
    try:
        await server.serve(sockets=[listening])
    finally:
        watching.cancel()


async def _follow(workshop: Workshop) -> None:
    async for _ in changes(workshop.root):
        await workshop.build()


def bound(host: str, port: int) -> socket.socket:
    """A socket at the port, or at the next one that is free."""
    for number in range(port, min(port + PORTS, 65536)):
        try:
            return _socket(host, number)
        except OSError as error:
            refused = error
    what = f"no port from {port} to {port + PORTS - 1} can be had on {host} ({refused.strerror})"
    raise SiteError(Problem("site.yaml", 1, 1, what, "name another with --port"))


def _socket(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    made = socket.socket(family, kind, protocol)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
    except OSError:
        made.close()
        raise
    return made


def _named(host: str) -> str:
    """The host as it stands in an address."""
    return f"[{host}]" if ":" in host else host
