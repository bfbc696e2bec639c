"""What the preview answers: its own addresses below /_jisr/, and the site at all others."""

from collections.abc import Mapping
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from jisr.serve import api
from jisr.serve.channel import Channel, Listener
from jisr.serve.desk import rows
from jisr.serve.guard import Guard, Rights, refuse
from jisr.serve.pages import Pages, inject
from jisr.serve.workshop import Workshop

CLIENT = Path(__file__).parent / "client"
"""What browsers load of ours. None of it is in a built site."""


class _Events(StreamingResponse):
    """A stream of events. However it ends, nobody listens any more."""

    def __init__(self, channel: Channel, listener: Listener) -> None:
        super().__init__(channel.events(listener), media_type="text/event-stream")
        self.channel, self.listener = channel, listener

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.channel.listeners.discard(self.listener)


def application(workshop: Workshop, channel: Channel, rights: Rights) -> Starlette:
    """The preview as an ASGI application."""

    def facts_for(request: Request) -> Mapping[str, str]:
        token = rights.token_for(request)
        facts = {"run": channel.run, "build": str(channel.news.number)}
        return facts | ({"token": token} if token else {})

    async def events(request: Request) -> Response:
        listener = channel.listen(request.query_params.get("page", "/"))
        if not listener:
            return refuse(503, "too many pages are open", "close some")
        return _Events(channel, listener)

    async def desk(request: Request) -> Response:
        page = (CLIENT / "desk.html").read_bytes()
        return HTMLResponse(inject(page, facts_for(request)))

    async def to_desk(_: Request) -> Response:
        return RedirectResponse("/_jisr/")

    async def documents(_: Request) -> Response:
        return JSONResponse(await run_in_threadpool(rows, workshop.root, workshop.seen, channel.news))

    async def enter(request: Request) -> Response:
        """The address that is passed on with --allow-edits: it gives the browser the token."""
        token = request.query_params.get("token", "")
        if not rights.knows(token):
            return refuse(403, "the address is from an earlier run", "open the one that jisr serve printed")
        answer = RedirectResponse("/", 303)
        answer.set_cookie(rights.cookie, token, httponly=True, samesite="strict")
        return answer

    own = [
        Route("/", desk),
        Route("/events", events),
        Route("/enter", enter),
        Mount("/api", routes=[Route("/desk", documents), *api.routes(workshop)]),
        Mount("/fonts", StaticFiles(directory=workshop.theme / "static" / "fonts")),
        Mount("/", StaticFiles(directory=CLIENT)),
    ]
    site = Mount("/", Pages(workshop.output, workshop.ready, facts_for))
    routes = [Route("/_jisr", to_desk), Mount("/_jisr", routes=own), site]
    return Starlette(routes=routes, middleware=[Middleware(Guard, rights=rights)])
