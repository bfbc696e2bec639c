"""A run of the preview: its port, its server, its end."""

import asyncio
import secrets
import socket
import sys
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Thread
from types import FrameType

import uvicorn
from msgspec import Struct

from jisr.errors import Problem, SiteError
from jisr.progress import Watch
from jisr.serve.app import application
from jisr.serve.channel import Channel, News
from jisr.serve.guard import Rights
from jisr.serve.watch import changes
from jisr.serve.workshop import Workshop

PORTS = 20
"""So many are tried, from the one that is asked for."""


class Wishes(Struct, frozen=True):
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


def serve(
    root: Path, wishes: Wishes, say: Callable[[str], None], show: Callable[[News], None], watch: Watch
) -> None:
    """Build the site, answer, and build again as files change, until Ctrl-C.

    `say` hears where the site is; `show`, what each build brought. Raises `SiteError` where there is no port.
    """
    sys.setswitchinterval(0.001)  # a build in its thread lets the answers through more often
    listening = bound(wishes.host, wishes.port)
    port = listening.getsockname()[1]
    address = f"http://{_named(wishes.host)}:{port}/"
    rights = Rights(wishes.host, port, secrets.token_urlsafe(), wishes.allow_edits)
    channel = Channel(secrets.token_hex(8))

    def tell(news: News) -> None:
        show(news)
        channel.tell(news)

    workshop = Workshop(root, address, tell)
    with listening, closing(workshop), suppress(KeyboardInterrupt):
        workshop.begin(watch)
        server = _Server(
            uvicorn.Config(
                application(workshop, channel, rights),
                lifespan="off",
                log_level="critical",
                server_header=False,
                timeout_graceful_shutdown=2,
            )
        )
        server.channel = channel
        if port != wishes.port:
            say(f"jisr: port {wishes.port} is taken, the next free one is {port}")
        for line in where(rights, address):
            say(line)
        if wishes.open:
            Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        asyncio.run(_run(server, listening, workshop, channel))


def where(rights: Rights, address: str) -> Iterator[str]:
    """What to say of the addresses."""
    yield f"jisr: the site is at {address}, the desk at {address}_jisr/; Ctrl-C ends it"
    if rights.local:
        return
    yield "jisr: warning: whoever reaches this machine reads the site, drafts included"
    if rights.allow_edits:
        yield f"jisr: to edit, open {address}_jisr/enter?token={rights.token}; who has this address can edit"
    else:
        yield "jisr: nobody can edit; --allow-edits lets those who have the address that it prints"


async def _run(server: _Server, listening: socket.socket, workshop: Workshop, channel: Channel) -> None:
    tasks = [
        asyncio.create_task(task)
        for task in (
            server.serve(sockets=[listening]),
            workshop.keep_building(),
            _follow(workshop, channel),
        )
    ]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    channel.close()
    server.should_exit = True
    await tasks[0]
    for task in tasks[1:]:
        task.cancel()
    for task in done:
        task.result()


async def _follow(workshop: Workshop, channel: Channel) -> None:
    roots = list(dict.fromkeys((workshop.root, workshop.theme)))
    async for paths in changes(roots):
        await workshop.change(paths, channel.open_paths())


def bound(host: str, port: int) -> socket.socket:
    """A socket at the port, or at the next one that is free."""
    for number in range(port, min(port + PORTS, 65536)):
        try:
            return _socket(host, number)
        except OSError as error:
            refused = error
    what = f"no port from {port} to {port + PORTS - 1} can be had on {host} ({refused.strerror or refused})"
    raise SiteError(Problem("site.yaml", 1, 1, what, "check --host, or name another with --port"))


def _socket(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    made = socket.socket(family, kind, protocol)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(128)  # from now on the port is ours, and who comes early waits
    except OSError:
        made.close()
        raise
    return made


def _named(host: str) -> str:
    """The host as it stands in an address."""
    if host in ("", "0.0.0.0", "::"):
        host = _own(host)
    return f"[{host}]" if ":" in host else host


def _own(host: str) -> str:
    """What others call this machine, for a host that stands for all of its addresses."""
    family, elsewhere = (socket.AF_INET6, "2001:db8::1") if ":" in host else (socket.AF_INET, "192.0.2.1")
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asked:
        asked.connect((elsewhere, 9))  # sends nothing, and chooses the address it would be sent from
        return str(asked.getsockname()[0])
    return socket.gethostname()
