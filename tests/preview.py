"""A run of `jisr serve`, as a process of its own, and requests to it just as they are written."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

META = re.compile(r'<meta name="jisr-(\w+)" content="([^"]*)">')


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A running preview of the site in `folder`; `said` is what it printed when it began."""

    folder: Path
    process: subprocess.Popen[str]
    said: str

    @property
    def address(self) -> str:
        """Where the site is, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        return int(re.findall(r"http://[^/]+:(\d+)/", self.said)[0])

    def ask(
        self, path: str, method: str = "GET", body: str | None = None, headers: Mapping[str, str | None] = {}
    ) -> Answer:
        """Send a request; a header that is None is left out."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        given = {"Host": f"127.0.0.1:{self.port}", **headers}
        if body is not None:
            given = {"Content-Length": str(len(body.encode())), **given}
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in given.items():
            if value is not None:
                connection.putheader(name, value)
        connection.endheaders(body.encode() if body else None)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        connection.close()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, text)

    def facts(self, path: str = "/") -> dict[str, str]:
        """What a page tells the script: run, build, token."""
        return dict(META.findall(self.ask(path).text))

    def write(self, path: str, text: str) -> None:
        """Write a file of the site as editors do: aside, then in its place."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_name(f"{file.name}~")
        new.write_text(text, encoding="utf-8", newline="\n")
        new.replace(file)

    def news(self, path: str = "/") -> "News":
        """Listen as a page does."""
        return News(self, path)


class News:
    """The events of an open page."""

    def __init__(self, preview: Preview, path: str) -> None:
        self.connection = HTTPConnection("127.0.0.1", preview.port, timeout=20)
        self.connection.request("GET", f"/_jisr/events?page={path}")
        self.answer = self.connection.getresponse()

    def __enter__(self) -> "News":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
        self.answer.close()

    def next(self) -> dict[str, Any]:
        """The next event; waits for it."""
        while line := self.answer.readline().decode():
            if line.startswith("data: "):
                found: dict[str, Any] = json.loads(line.removeprefix("data: "))
                return found
        raise EOFError


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Preview]:
    """Run `jisr serve` in a site's folder until the block ends; then it must end at once, and well."""
    command = [sys.executable, "-m", "jisr", "serve", "--site", str(folder), "--port", "8400", *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=_environment()
    ) as process:
        assert process.stdout
        said = ""
        while "Ctrl-C ends it" not in said:
            line = process.stdout.readline()
            assert line, f"jisr serve has ended: {said}"
            said += line
        if "--host" in options:
            said += process.stdout.readline() + process.stdout.readline()
        try:
            yield Preview(folder, process, said)
        finally:
            process.send_signal(signal.SIGINT)
            rest = process.stdout.read()
            assert process.wait(10) == 0, said + rest
            assert "Traceback" not in rest, rest


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONUNBUFFERED": "1"}
