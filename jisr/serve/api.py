"""The addresses below /_jisr/api/: what the editor in the page asks for and saves.

Answers are JSON. What can't be done is answered with a message and a hint, as the messages of a build are;
409 where the catalogue says something else by now, and 422 where the translation isn't one.
"""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from jisr.build import Seen
from jisr.errors import SiteError
from jisr.serve.editing import Editing, Memories, RefusedError
from jisr.serve.guard import refuse
from jisr.serve.workshop import Workshop

Asked = dict[str, str]
Answer = Callable[[Asked, Seen], dict[str, Any]]


def routes(workshop: Workshop) -> list[Route]:
    """The routes of the editor. Each answer is given in a thread: files are read, documents parsed."""
    editing = Editing(workshop.root)
    memories = Memories(workshop.root)
    editor = ThreadPoolExecutor(1, thread_name_prefix="editing")
    memory = ThreadPoolExecutor(1, thread_name_prefix="memory")

    def suggestions(asked: Asked, seen: Seen) -> dict[str, Any]:
        place = editor.submit(editing.place, asked["page"], seen, asked["id"]).result()
        return memories.suggestions(*place, workshop.number)

    answers: tuple[tuple[str, str, tuple[str, ...], ThreadPoolExecutor, Answer], ...] = (
        ("page", "GET", ("page",), editor, lambda a, seen: editing.page(a["page"], seen)),
        ("message", "GET", ("page", "id"), editor, lambda a, seen: editing.message(a["page"], seen, a["id"])),
        ("suggestions", "GET", ("page", "id"), memory, suggestions),
        (
            "check",
            "POST",
            ("page", "id", "text"),
            editor,
            lambda a, seen: editing.check(a["page"], seen, a["id"], a["text"]),
        ),
        (
            "save",
            "POST",
            ("page", "id", "text", "digest"),
            editor,
            lambda a, seen: editing.save(a["page"], seen, a["id"], a["text"], a["digest"]),
        ),
    )

    def route(
        name: str, method: str, fields: tuple[str, ...], thread: ThreadPoolExecutor, answer: Answer
    ) -> Route:
        async def endpoint(request: Request) -> Response:
            asked = await _asked(request, fields)
            if asked is None:
                return refuse(400, f"the request lacks one of {', '.join(fields)}", "reload the page")
            if workshop.seen is None:
                return refuse(503, "the site has never been built", "mend its errors first")
            try:
                loop = asyncio.get_running_loop()
                return JSONResponse(await loop.run_in_executor(thread, answer, asked, workshop.seen))
            except RefusedError as error:
                said = {"message": error.message, "hint": error.hint} | error.found
                return JSONResponse(said, 409 if error.conflict else 422)
            except SiteError as error:
                first = error.problems[0]
                where = f"{first.path}:{first.line}:{first.column}: "
                return refuse(422, where + first.message, first.hint)

        return Route(f"/{name}", endpoint, methods=[method])

    return [route(*answer) for answer in answers]


async def _asked(request: Request, fields: tuple[str, ...]) -> Asked | None:
    """The fields of a request, all of them texts; None where one is missing or isn't one."""
    given: Any = request.query_params
    if request.method == "POST":
        try:
            given = json.loads(await request.body())
        except (ValueError, RecursionError):
            return None
        if not isinstance(given, dict):
            return None
    asked = {field: given.get(field) for field in fields}
    return asked if all(isinstance(value, str) for value in asked.values()) else None
