"""The preview: what it answers and what it refuses, and what it tells open pages."""

import json
import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

import pytest

from jisr.build import Built, Kept
from jisr.progress import unwatched
from jisr.serve.proof import Proof
from jisr.serve.workshop import Workshop
from tests.conftest import SITE_YAML, MakeSite
from tests.preview import Preview, running

ARTICLE = "---\ntitle: خبر اليوم\ndate: 2023-10-16\n---\n\nوصل الوفدُ مساءً.\n\nثم غادر في 2026.\n"
FILES = {
    "site.yaml": SITE_YAML,
    "content/articles/news.md": ARTICLE,
    "content/articles/later.md": ARTICLE.replace("date:", "draft: true\ndate:").replace("اليوم", "الغد"),
    "static/css/own.css": "p { color: red }\n",
    "static/.hidden": "not for anyone",
}
WRITE = ("/_jisr/api/nothing", "POST", "{}")


def make(folder: Path, files: Mapping[str, str] = FILES) -> Path:
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    return folder


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    """A preview of a site that no test changes."""
    with running(make(tmp_path_factory.mktemp("still"))) as preview:
        yield preview


@pytest.fixture
def preview(tmp_path: Path) -> Iterator[Preview]:
    """A preview of a site that the test may change."""
    with running(make(tmp_path)) as preview:
        yield preview


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that is to come soon."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


class TestAnswers:
    def test_a_page_is_what_build_makes_but_for_the_script_in_its_head(self, still: Preview) -> None:
        answer = still.ask("/en/articles/news/")
        assert answer.status == 200
        assert '<script type="module" src="/_jisr/client.js"></script></head>' in answer.text
        start = answer.text.index('<meta name="jisr-run"')
        plain = answer.text[:start] + answer.text[answer.text.index("</head>") :]
        file = still.folder / ".jisr/serve/site/en/articles/news/index.html"
        assert plain == file.read_text(encoding="utf-8")
        assert "_jisr" not in plain

    def test_pages_load_files_by_their_own_names(self, still: Preview) -> None:
        page = still.ask("/").text
        assert '<link rel="stylesheet" href="/css/site.css">' in page
        assert "integrity=" not in page
        assert "/* Arabic is drawn" in still.ask("/css/site.css").text

    def test_drafts_are_there_and_marked(self, still: Preview) -> None:
        assert '<p class="draft">' in still.ask("/articles/later/").text

    def test_nothing_is_written_to_public(self, still: Preview) -> None:
        assert {path.name for path in still.folder.iterdir()} == {"site.yaml", "content", "static", ".jisr"}

    def test_an_address_without_its_slash_leads_to_the_page(self, still: Preview) -> None:
        answer = still.ask("/en/articles/news")
        assert (answer.status, answer.headers["location"]) == (307, "/en/articles/news/")
        assert still.ask("//en/articles/news").headers["location"] == "/en/articles/news/", "and to no host"
        assert still.ask("/en/articles/news?a=b").headers["location"] == "/en/articles/news/?a=b"
        assert still.ask("/_jisr").headers["location"] == "/_jisr/"

    def test_an_address_of_thousands_of_folders_keeps_nobody_waiting(self, still: Preview) -> None:
        begun = time.monotonic()
        answer = still.ask("/en" + "/a" * 5000)
        assert time.monotonic() - begun < 5
        assert answer.status == 404
        assert '<html lang="en"' in answer.text

    @pytest.mark.parametrize(
        ("path", "language"), [("/nothing/", "ar"), ("/en/a/b", "en"), ("/en/x.css", "en")]
    )
    def test_a_missing_page_is_the_sites_own_in_its_language(
        self, still: Preview, path: str, language: str
    ) -> None:
        answer = still.ask(path)
        assert answer.status == 404
        assert f'<html lang="{language}"' in answer.text
        assert "client.js" in answer.text

    def test_the_server_is_where_it_says_and_takes_the_next_port(
        self, still: Preview, tmp_path: Path
    ) -> None:
        with running(make(tmp_path), "--port", str(still.port)) as second:
            assert second.port != still.port
            assert f"the next free one is {second.port}" in second.said
            assert f'href="{second.address}/en/"' in second.ask("/").text

    def test_files_have_their_types(self, still: Preview) -> None:
        types = {
            path: still.ask(path).headers["content-type"] for path in ("/css/own.css", "/_jisr/client.js")
        }
        assert types == {
            "/css/own.css": "text/css; charset=utf-8",
            "/_jisr/client.js": "text/javascript; charset=utf-8",
        }


def test_addresses_of_another_form_are_followed(tmp_path: Path) -> None:
    settings = SITE_YAML + "addresses: files\npermalinks: {articles: /:year/:slug/}\n"
    with running(make(tmp_path, {**FILES, "site.yaml": settings})) as preview:
        assert preview.ask("/en/articles/news/").status == 404
        assert 'href="/en/2023/news.html"' in preview.ask("/en/").text
        assert "خبر اليوم" in preview.ask("/2023/news.html").text
        found = json.loads(preview.ask("/_jisr/api/page?page=/en/2023/news.html").text)
        assert found["document"] == "content/articles/news.md"
        preview.write("content/articles/news.md", ARTICLE.replace("مساءً", "صباحًا"))
        until(lambda: "صباحًا" in preview.ask("/2023/news.html").text)
        preview.write("site.yaml", SITE_YAML)
        until(lambda: preview.ask("/en/articles/news/").status == 200)
        until(lambda: preview.ask("/en/2023/news.html").status == 404)


class TestRefuses:
    @pytest.mark.parametrize(
        "host", ["evil.example", "evil.example:8400", "localhost.evil.example", "192.168.1.2", "", "a@127.0.0.1", "[::", None]
    )  # fmt: skip
    def test_a_name_that_isnt_this_machines(self, still: Preview, host: str | None) -> None:
        for path in ("/", "/_jisr/", "/_jisr/events", "/css/own.css"):
            assert still.ask(path, headers={"Host": host}).status in (400, 421), path

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1:9000", "[::1]:8400", "LOCALHOST:8400"])
    def test_but_not_its_own_names(self, still: Preview, host: str) -> None:
        assert still.ask("/", headers={"Host": host}).status == 200

    @pytest.mark.parametrize(
        "path",
        [
            "/../site.yaml", "/..%2fsite.yaml", "/%2e%2e/%2e%2e/%2e%2e/site.yaml", "/en/../../../../site.yaml",
            "/..%5csite.yaml", "/%2e%2e%5c%2e%2e%5csite.yaml", "//etc/passwd", "/%2fetc/passwd", "/en/%00",
            "/.jisr/serve/state.db", "/../state.db", "/%2e%2e/state.db", "/.hidden", "/%2ehidden",
            "/site.yaml", "/content/articles/news.md", "/templates/base.html", "/" + "a" * 5000,
            "/_jisr/../app.py", "/_jisr/..%2fapp.py", "/_jisr/%2e%2e/app.py", "/_jisr/../../../pyproject.toml",
        ],
    )  # fmt: skip
    def test_what_isnt_of_the_built_site(self, still: Preview, path: str) -> None:
        answer = still.ask(path)
        assert answer.status == 404
        for secret in ("base_url", "not for anyone", "root:", "SQLite", "Starlette"):
            assert secret not in answer.text

    def test_links_that_lead_out_of_the_built_site(self, preview: Preview) -> None:
        out = preview.folder / ".jisr/serve/site"
        (out / "leak.txt").symlink_to(preview.folder / "site.yaml")
        (out / "all").symlink_to(preview.folder, target_is_directory=True)
        for path in ("/leak.txt", "/all/site.yaml"):
            assert preview.ask(path).status == 404

    def test_a_write_from_another_page_or_without_the_token(self, still: Preview) -> None:
        token = still.facts()["token"]
        good = {
            "Origin": still.address,
            "X-Jisr-Token": token,
            "Content-Type": "application/json",
        }
        assert still.ask(*WRITE, headers=good).status == 404  # heard: there is only nothing at that address
        wrong: list[tuple[int, dict[str, str | None]]] = [
            (403, {"Origin": None}),
            (403, {"Origin": "null"}),
            (403, {"Origin": "http://evil.example"}),
            (403, {"Origin": f"http://localhost:{still.port}"}),
            (403, {"Origin": f"http://127.0.0.1:{still.port + 1}"}),
            (403, {"X-Jisr-Token": None}),
            (403, {"X-Jisr-Token": token[:-1]}),
            (403, {"X-Jisr-Token": "ü"}),
            (415, {"Content-Type": "text/plain"}),
            (415, {"Content-Type": None}),
            (413, {"Content-Length": "1000001"}),
            (413, {"Content-Length": None, "Transfer-Encoding": "chunked"}),
            (421, {"Host": "evil.example", "Origin": "http://evil.example"}),
        ]
        for status, change in wrong:
            body = None if "Content-Length" in change else "{}"
            answer = still.ask("/_jisr/api/nothing", "POST", body, {**good, **change})
            assert answer.status == status, change
            assert json.loads(answer.text)["message"]

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"])
    def test_other_methods(self, still: Preview, method: str) -> None:
        answer = still.ask("/", method, headers={"Origin": "http://evil.example"})
        assert answer.status == 405
        assert not [name for name in answer.headers if name.startswith("access-control")]

    def test_other_sites_that_would_read_or_frame_a_page(self, still: Preview) -> None:
        headers = still.ask("/", headers={"Origin": "http://evil.example"}).headers
        assert not [name for name in headers if name.startswith("access-control")]
        assert headers["x-frame-options"] == "SAMEORIGIN"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "http://evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ],
    )
    def test_other_sites_that_would_listen(self, still: Preview, headers: dict[str, str]) -> None:
        assert still.ask("/_jisr/events?page=/", headers=headers).status == 403
        assert still.ask("/_jisr/api/desk", headers=headers).status == 403
        assert still.ask("/", headers=headers).status == 200, "a link may lead here"

    def test_more_headers_than_anybody_needs(self, still: Preview) -> None:
        with suppress(ConnectionError):  # it may hang up before all has been sent
            assert still.ask("/", headers={"X-Long": "a" * 1_000_000}).status == 400
        assert still.ask("/").status == 200


def test_what_was_built_may_be_deleted_while_it_is_shown(tmp_path: Path) -> None:
    with running(make(tmp_path)) as preview:
        while (tmp_path / ".jisr").exists():
            shutil.rmtree(tmp_path / ".jisr", ignore_errors=True)
        until(lambda: preview.ask("/articles/news/").status == 200)


def test_a_name_that_is_not_utf_8_ends_nothing(tmp_path: Path) -> None:
    with running(make(tmp_path)) as preview:
        wrong = Path(os.fsdecode(os.fsencode(tmp_path / "content") + b"/\xff.png"))
        wrong.touch()
        until(lambda: json.loads(preview.ask("/_jisr/api/desk").text)["errors"] == 1)
        wrong.unlink()
        until(lambda: json.loads(preview.ask("/_jisr/api/desk").text)["errors"] == 0)
        preview.write("content/articles/news.md", ARTICLE + "\nكلام جديد.\n")
        until(lambda: "كلام جديد" in preview.ask("/articles/news/").text)


def test_the_desk_says_what_is_out(tmp_path: Path) -> None:
    folder = make(tmp_path)
    for name, more in (
        ("soon", "date: 2999-01-01"),
        ("past", "expires: 2020-01-01"),
        ("draft", "draft: true"),
    ):
        (folder / f"content/{name}.md").write_text(f"---\ntitle: {name}\n{more}\n---\n\nنص.\n")
    with running(folder) as preview:
        rows = json.loads(preview.ask("/_jisr/api/desk").text)["documents"]
    out = {row["path"].rpartition("/")[2]: row["unpublished"] for row in rows}
    expected = {"soon.md": "scheduled", "past.md": "expired", "draft.md": "draft", "news.md": None}
    assert expected.items() <= out.items()


class TestForTheNetwork:
    @pytest.fixture
    def others(self, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Preview]:
        with running(make(tmp_path), "--host", "0.0.0.0", *getattr(request, "param", ())) as preview:
            yield preview

    def test_it_warns_and_nobody_can_edit(self, others: Preview) -> None:
        assert "warning: whoever reaches this machine reads the site" in others.said
        assert "nobody can edit" in others.said
        assert others.ask("/", headers={"Host": "192.168.1.2:8400"}).status == 200
        assert others.ask("/", headers={"Host": "evil.example"}).status == 421
        assert "token" not in others.facts()
        headers = {"Origin": others.address, "Content-Type": "application/json", "X-Jisr-Token": ""}
        assert others.ask(*WRITE, headers=headers).status == 403

    @pytest.mark.parametrize("others", [("--allow-edits",)], indirect=True)
    def test_those_can_edit_who_have_the_address(self, others: Preview) -> None:
        assert "token" not in others.facts()
        assert "//0.0.0.0" not in others.said, "that leads nowhere from another machine"
        address = urlsplit(others.said.partition("to edit, open ")[2].partition(";")[0]).netloc
        assert others.ask("/", headers={"Host": address}).status == 200
        path = "/_jisr/enter?" + others.said.partition("/_jisr/enter?")[2].partition(";")[0]
        for wrong in ("guess", "%D9%86", ""):
            assert others.ask(f"/_jisr/enter?token={wrong}").status == 403
        entered = others.ask(path)
        assert entered.status == 303
        cookie = entered.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        held = cookie.partition(";")[0]
        assert 'name="jisr-token"' in others.ask("/", headers={"Cookie": held}).text
        assert (
            'name="jisr-token"'
            not in others.ask("/", headers={"Cookie": f"{held.partition('=')[0]}=guess"}).text
        )
        headers = {
            "Origin": others.address,
            "Content-Type": "application/json",
            "X-Jisr-Token": held.partition("=")[2],
        }
        assert others.ask(*WRITE, headers=headers).status == 404
        headers["X-Jisr-Token"] = "of an earlier run"
        assert "open the new address that jisr serve printed" in others.ask(*WRITE, headers=headers).text

    @pytest.mark.parametrize("others", [("--allow-edits",)], indirect=True)
    def test_a_second_one_on_the_machine_leaves_the_first_its_cookie(
        self, others: Preview, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        with running(make(tmp_path_factory.mktemp("second")), "--host", "0.0.0.0", "--allow-edits") as second:
            names = []
            for preview in (others, second):
                token = preview.said.partition("/_jisr/enter?")[2].partition(";")[0]
                cookie = preview.ask(f"/_jisr/enter?{token}").headers["set-cookie"]
                names.append(cookie.partition("=")[0])
            assert names == [f"jisr-token-{others.port}", f"jisr-token-{second.port}"]


def test_a_place_where_it_cant_listen_is_a_message(site: MakeSite) -> None:
    result = site({}).run("serve", "--host", "203.0.113.1")
    assert result.exit_code == 1
    assert "site.yaml:1:1: error: no port from 8000 to 8019 can be had on 203.0.113.1 (" in result.stderr
    assert "; check --host, or name another with --port" in result.stderr


class TestFollows:
    def test_a_page_is_told_of_its_own_changes_and_not_of_others(self, preview: Preview) -> None:
        with preview.news("/en/articles/news/") as own, preview.news("/articles/later/") as other:
            assert not own.next()["page"]
            assert not other.next()["page"]
            preview.write("content/articles/news.md", ARTICLE + "\nجملة جديدة.\n")
            assert own.next()["page"]
            assert "جملة جديدة." in preview.ask("/en/articles/news/").text
            assert not other.next()["page"]

    def test_what_a_build_would_make_stands_there_in_the_end(self, preview: Preview) -> None:
        with preview.news("/en/articles/news/") as news:
            news.next()
            preview.write("content/articles/news.md", ARTICLE.replace("خبر اليوم", "عنوان آخر"))
            news.next()
            until(lambda: "عنوان آخر" in preview.ask("/").text)
            preview.write("content/articles/news.md", ARTICLE)
            until(lambda: "عنوان آخر" not in preview.ask("/").text)
        until(lambda: "عنوان آخر" not in preview.ask("/en/articles/news/").text)

    def test_new_and_removed_documents(self, preview: Preview) -> None:
        preview.write("content/articles/new.md", ARTICLE)
        until(lambda: preview.ask("/en/articles/new/").status == 200)
        (preview.folder / "content/articles/new.md").unlink()
        until(lambda: preview.ask("/en/articles/new/").status == 404)

    def test_folders_that_are_new(self, preview: Preview) -> None:
        preview.write("translations/en/site.po", 'msgid ""\nmsgstr ""\n')
        preview.write("templates/404.html", "<!doctype html><html><head></head><body>gone</body></html>")
        until(lambda: "gone" in preview.ask("/nothing").text)
        preview.write("templates/404.html", "<!doctype html><html><head></head><body>away</body></html>")
        until(lambda: "away" in preview.ask("/nothing").text)

    def test_a_hundred_changes_at_once(self, preview: Preview) -> None:
        for number in range(100):
            preview.write(f"content/articles/n{number}.md", ARTICLE)
        until(lambda: preview.ask("/en/articles/n99/").status == 200)
        for number in range(100):
            preview.write(f"content/articles/n{number}.md", ARTICLE + "\nآخر.\n")
        until(lambda: all("آخر." in preview.ask(f"/articles/n{number}/").text for number in (0, 50, 99)))

    def test_an_error_is_told_with_its_lines_and_goes_when_it_is_mended(self, preview: Preview) -> None:
        with preview.news("/articles/news/") as news:
            news.next()
            preview.write("content/articles/news.md", ARTICLE + "\n[رابط](photo.jpg)\n")
            told = news.next()
            assert told["errors"]
            [problem] = told["problems"]
            assert (problem["path"], problem["line"]) == ("content/articles/news.md", 10)
            assert [10, "[رابط](photo.jpg)"] in problem["lines"]
            assert problem["hint"]
            assert "photo.jpg" not in preview.ask("/articles/news/").text
            time.sleep(0.5)  # the build fails as well
            preview.write("content/articles/news.md", ARTICLE + "\nنص.\n")
            while told["errors"]:
                told = news.next()
            assert told["problems"] == []
            assert "نص." in preview.ask("/articles/news/").text

    def test_of_many_problems_the_first_are_shown_errors_before_warnings(self, preview: Preview) -> None:
        with preview.news("/articles/news/") as news:
            news.next()
            preview.write("content/articles/news.md", ARTICLE.replace("---\n", "---\ntags: [ا، ب]\n", 1))
            preview.write(
                "content/articles/other.md", ARTICLE + "\n".join(f"\n[ر](p{n}.jpg)" for n in range(80))
            )
            told = news.next()
            while (told["errors"], told["warnings"]) != (80, 1):
                told = news.next()
            assert [problem["severity"] for problem in told["problems"]] == ["error"] * 50
        desk = json.loads(preview.ask("/_jisr/api/desk").text)
        assert (desk["errors"], desk["warnings"], len(desk["problems"])) == (80, 1, 50)

    def test_a_pipe_in_the_place_of_a_catalogue_is_an_error(self, preview: Preview) -> None:
        po = preview.folder / "translations/en/articles/news.po"
        po.parent.mkdir(parents=True, exist_ok=True)
        po.unlink(missing_ok=True)
        with preview.news("/articles/news/") as news:
            os.mkfifo(po)
            told = news.next()
            while not told["errors"]:
                told = news.next()
            assert told["problems"][0]["path"] == "translations/en/articles/news.po"
            po.unlink()
            while told["errors"]:
                told = news.next()

    def test_an_open_page_whose_document_gets_another_name_tells_no_error(self, preview: Preview) -> None:
        with preview.news("/articles/news/") as news:
            news.next()
            articles = preview.folder / "content/articles"
            (articles / "news.md").rename(articles / "renamed.md")
            until(lambda: preview.ask("/articles/renamed/").status == 200)
            preview.write("content/articles/renamed.md", ARTICLE + "\n[رابط](photo.jpg)\n")
            told = news.next()
            while not told["errors"]:
                told = news.next()
            assert [problem["path"] for problem in told["problems"]] == ["content/articles/renamed.md"]

    def test_an_error_elsewhere_leaves_a_page_free_to_change(self, preview: Preview) -> None:
        with preview.news("/articles/news/") as news:
            news.next()
            preview.write("content/articles/later.md", "---\ntitel: x\n---\n")
            while not news.next()["errors"]:
                pass
            preview.write("content/articles/news.md", ARTICLE + "\nنص.\n")
            told = news.next()
            assert told["page"]
            assert told["errors"]
            assert "نص." in preview.ask("/articles/news/").text

    def test_a_site_with_errors_is_served_once_they_are_mended(self, tmp_path: Path) -> None:
        with running(make(tmp_path, {**FILES, "content/articles/news.md": "---\n---\n"})) as preview:
            answer = preview.ask("/")
            assert answer.status == 503
            assert "client.js" in answer.text
            preview.write("content/articles/news.md", ARTICLE)
            until(lambda: preview.ask("/").status == 200)

    def test_a_page_that_nobody_looks_at_is_up_to_date_when_it_is_asked_for(self, preview: Preview) -> None:
        preview.ask("/articles/news/")
        with preview.news("/en/") as news:
            news.next()
            preview.write("content/articles/news.md", ARTICLE + "\n[x](none.md)\n")
            while not news.next()["errors"]:
                pass
            preview.write(
                "content/articles/later.md", ARTICLE.replace("date:", "draft: true\ndate:") + "\nتكملة.\n"
            )
            until(lambda: "تكملة." in preview.ask("/articles/later/").text)

    def test_a_build_beside_it_is_free_to_run(self, preview: Preview, site: MakeSite) -> None:
        folder = site({})
        folder = type(folder)(preview.folder)
        assert folder.build().exit_code == 0
        assert "later" not in " ".join(path.name for path in (preview.folder / "public/articles").iterdir())


class TestIsNotStalled:
    def test_by_a_page_that_never_reads_or_a_client_that_never_asks(self, preview: Preview) -> None:
        silent = [socket.create_connection(("127.0.0.1", preview.port)) for _ in range(30)]
        for one in silent[:15]:
            one.sendall(f"GET /_jisr/events HTTP/1.1\r\nHost: 127.0.0.1:{preview.port}\r\n\r\n".encode())
        for one in silent[15:]:
            one.sendall(b"GET / HT")
        with preview.news("/articles/news/") as news:
            news.next()
            preview.write("content/articles/news.md", ARTICLE + "\nنص.\n")
            assert news.next()["page"]
        for one in silent:
            one.close()
        assert preview.ask("/").status == 200

    def test_by_more_open_pages_than_it_listens_to(self, preview: Preview) -> None:
        request = f"GET /_jisr/events HTTP/1.1\r\nHost: 127.0.0.1:{preview.port}\r\n\r\n".encode()
        many = [socket.create_connection(("127.0.0.1", preview.port)) for _ in range(210)]
        for one in many:
            one.sendall(request)
        heads = [one.recv(20) for one in many]
        assert sum(b" 200 " in head for head in heads) == 200
        assert sum(b" 503 " in head for head in heads) == 10
        assert preview.ask("/").status == 200
        for one in many:
            one.close()


def test_a_build_waits_while_a_proof_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workshop = Workshop(make(tmp_path), "http://127.0.0.1:8000/", lambda _: None)
    workshop.begin(unwatched)
    assert workshop.seen
    begun, go_on = Event(), Event()

    def proof(*_: object) -> Proof:
        begun.set()
        go_on.wait()
        return Proof()

    monkeypatch.setattr(workshop.press, "print", proof)
    batches = iter(workshop._giving_way(["first", "second"], 2, 1))
    assert next(batches) == "first"
    workshop.printer.submit(workshop._print, workshop.seen, frozenset(), [])
    begun.wait()
    rest: list[str] = []
    build = Thread(target=lambda: rest.extend(batches))
    build.start()
    build.join(0.2)
    assert not rest, "the build went on beside the proof"
    go_on.set()
    build.join()
    assert rest == ["second"]
    workshop.close()


def opened(tmp_path: Path) -> Workshop:
    """A workshop after its first build."""
    workshop = Workshop(make(tmp_path), "http://127.0.0.1:8000/", lambda _: None)
    workshop.begin(unwatched)
    assert workshop.seen
    return workshop


def rebuilt(workshop: Workshop, *changed: str) -> Built:
    """What the next build brings, told which paths have changed."""
    assert workshop.seen
    paths = frozenset(str(workshop.root / path) for path in changed)
    built = workshop._build(Kept(workshop.seen, paths, frozenset()), unwatched)
    assert isinstance(built, Built), built
    workshop.seen = built.seen
    return built


def test_a_folder_that_leaves_the_site_takes_its_pages_with_it(tmp_path: Path) -> None:
    folder = make(tmp_path) / "content/articles/deep"
    folder.mkdir()
    (folder / "y.md").write_text(ARTICLE + "\nنص.\n", encoding="utf-8")
    workshop = opened(tmp_path)
    page = workshop.output / "articles/deep/y/index.html"
    assert page.exists()
    folder.rename(tmp_path / "trash")  # the only event names the folder
    rebuilt(workshop, "content/articles/deep")
    assert not page.exists()


def test_the_page_of_a_link_follows_the_file_it_leads_to(tmp_path: Path) -> None:
    site = make(tmp_path)
    (site / "content/articles/linked.md").symlink_to("news.md")
    (site / "static").mkdir(exist_ok=True)
    (site / "static/o.txt").write_text("old")
    (site / "static/l.txt").symlink_to("o.txt")
    (site / "content/articles/deep").mkdir()
    (site / "content/articles/deep/y.md").write_text(ARTICLE, encoding="utf-8")
    (site / "content/articles/twin").symlink_to("deep")
    po = site / "translations/en/articles/real.po"
    po.parent.mkdir(parents=True, exist_ok=True)
    said = (
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "كلام جديد."\nmsgstr "{}"\n'
    )
    po.write_text(said.format("New"), encoding="utf-8")
    (po.parent / "news.po").unlink(missing_ok=True)
    (po.parent / "news.po").symlink_to("real.po")
    workshop = opened(tmp_path)
    (site / "content/articles/news.md").write_text(ARTICLE + "\nكلام جديد.\n", encoding="utf-8")
    (site / "static/o.txt").write_text("new")
    rebuilt(workshop, "content/articles/news.md", "static/o.txt")
    for name in ("news", "linked"):
        page = (workshop.output / f"articles/{name}/index.html").read_text(encoding="utf-8")
        assert "كلام جديد" in page
    assert (workshop.output / "l.txt").read_text() == "new"
    (site / "content/articles/deep/y.md").write_text(ARTICLE + "\nكلام عميق.\n", encoding="utf-8")
    po.write_text(said.format("Newer words"), encoding="utf-8")
    rebuilt(workshop, "content/articles/deep/y.md", "translations/en/articles/real.po")
    for name in ("deep", "twin"):
        page = (workshop.output / f"articles/{name}/y/index.html").read_text(encoding="utf-8")
        assert "كلام عميق" in page
    assert "Newer words" in (workshop.output / "en/articles/news/index.html").read_text(encoding="utf-8")


def test_what_is_remembered_may_be_deleted_while_the_preview_runs(tmp_path: Path) -> None:
    workshop = opened(tmp_path)
    assert workshop.seen
    number = len(workshop.seen.written)
    while (workshop.root / ".jisr").exists():  # the preview may just be writing there
        shutil.rmtree(workshop.root / ".jisr", ignore_errors=True)
    article = workshop.root / "content/articles/news.md"
    article.write_text(ARTICLE + "\nكلام جديد.\n", encoding="utf-8")
    changed = frozenset(["content/articles/news.md"])
    assert isinstance(
        workshop._print(workshop.seen, changed, ["index.html", "articles/news/index.html"]), Proof
    )
    rebuilt(workshop, "content/articles/news.md")
    assert all((workshop.output / path).exists() for path in workshop.seen.written)
    assert len(workshop.seen.written) == number


def test_a_language_that_comes_while_a_build_is_running_is_known_to_the_next_proof(tmp_path: Path) -> None:
    workshop = opened(tmp_path)
    assert workshop.seen
    settings = workshop.root / "site.yaml"
    text = settings.read_text(encoding="utf-8")
    text = text.replace("[ar, en]", "[ar, en, de]") + "  de: {title: Jisr}\n"
    settings.write_text(text, encoding="utf-8")
    workshop.press.note(["site.yaml"])
    workshop.press.prepare(workshop.seen)  # the build that was running has ended, with the languages before
    rebuilt(workshop, "site.yaml")
    article = workshop.root / "content/articles/news.md"
    article.write_text(ARTICLE + "\nكلام جديد.\n", encoding="utf-8")
    page = "de/articles/news/index.html"
    proof = workshop.press.print(workshop.seen, frozenset(["content/articles/news.md"]), [page])
    assert page in proof.written
    assert "كلام جديد" in (workshop.output / page).read_text(encoding="utf-8")
