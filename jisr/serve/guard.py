"""Who may ask the preview, and for what.

Knows requests, and neither pages nor sites. A page of a foreign site that is open in the same browser can
send requests here; a name that leads here can be anybody's (DNS rebinding). Hence reading needs a Host that
is this machine's, and writing, besides, the page's own Origin and the run's token, which only a page that
came from here can know.
"""

import hmac
import ipaddress
import socket
from urllib.parse import urlsplit

from msgspec import Struct
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN = "x-jisr-token"

BODY = 1_000_000
"""Bytes of a request's body. The longest block of a document is far below."""

HEADERS = {
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
}
"""Of each answer: kept nowhere, embedded nowhere."""


class Rights(Struct, frozen=True):
    """What this run allows: `host` and `port` are what the server listens on.

    The token goes into the pages by itself where nobody but this machine can ask for them. Elsewhere it is in
    the address that the person who started the server passes on, and from then on in a cookie.
    """

    host: str
    port: int
    token: str
    allow_edits: bool

    @property
    def cookie(self) -> str:
        """The cookie's name. Browsers don't tell the ports of a host apart: two previews there need two."""
        return f"jisr-token-{self.port}"

    @property
    def local(self) -> bool:
        """Whether only this machine is answered."""
        return is_local(self.host)

    def token_for(self, request: Request) -> str:
        """The token, for a page that may write; else nothing."""
        if self.local:
            return self.token
        held = request.cookies.get(self.cookie, "")
        return self.token if self.allow_edits and self.knows(held) else ""

    def knows(self, token: str) -> bool:
        """Whether a token is that of this run."""
        return _same(token, self.token)

    def refusal(self, scope: Scope) -> Response | None:
        """What to answer a request that must not be heard."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if len(headers.getlist("host")) != 1 or not _is_ours(host, self.host):
            return refuse(
                421, "the preview isn't at this name", "open it by the address that jisr serve printed"
            )
        if scope["method"] in ("GET", "HEAD"):
            own = scope["path"].startswith(("/_jisr/events", "/_jisr/api/"))
            if own and _is_foreign(headers, host):
                return refuse(403, "the request comes from another site", "")
            return None
        if scope["method"] != "POST" or not scope["path"].startswith("/_jisr/api/"):
            return refuse(405, "nothing here takes this", "")
        if headers.get("origin") != f"http://{host}":
            return refuse(403, "the request comes from another site", "reload the page")
        if not self.local and not self.allow_edits:
            return refuse(403, "editing is off", "start jisr serve with --allow-edits")
        if not self.knows(headers.get(TOKEN, "")):
            hint = "reload the page" if self.local else "open the new address that jisr serve printed"
            return refuse(403, "the page is from an earlier run", hint)
        if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return refuse(415, "the request isn't JSON", "")
        if not _is_short(headers.get("content-length")):
            return refuse(413, "the request is too long", f"keep it under {BODY:,} bytes")
        return None


class Guard:
    """Stands before an application: refuses, or passes on with bounded bodies and safe headers."""

    def __init__(self, app: ASGIApp, rights: Rights) -> None:
        self.app, self.rights = app, rights

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                added = ((name.encode(), value.encode()) for name, value in HEADERS.items())
                message["headers"] = [*message["headers"], *((n, v) for n, v in added if n not in given)]
            await send(message)

        refusal = self.rights.refusal(scope)
        await (refusal or self.app)(scope, receive, answer)


def refuse(status: int, message: str, hint: str) -> JSONResponse:
    """An answer that says what is wrong and what to do, as the messages of a build do."""
    return JSONResponse({"message": message, "hint": hint}, status)


def is_local(host: str) -> bool:
    """Whether a server that listens there is heard by this machine alone."""
    return host == "localhost" or _is_loopback(host)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_ours(host: str, listens: str) -> bool:
    """Whether a Host header names this machine.

    An address of digits can't be made to lead elsewhere; a name can, so only known ones are taken. The port
    isn't compared: a tunnel may have another.
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
        if host.rpartition("@")[0] or "/" in host:
            return False
    except ValueError:
        return False
    if name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        own = socket.gethostname().lower()
        return not is_local(listens) and name in (listens.lower(), own, f"{own}.local")
    return address.is_loopback or not is_local(listens)


def _is_foreign(headers: Headers, host: str) -> bool:
    """Whether a browser says that a page from elsewhere asks."""
    site, origin = headers.get("sec-fetch-site", "none"), headers.get("origin", f"http://{host}")
    return site not in ("same-origin", "none") or origin != f"http://{host}"


def _is_short(length: str | None) -> bool:
    """A body says how long it is; the server reads no further than that."""
    return length is not None and length.isascii() and length.isdigit() and int(length) <= BODY


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
