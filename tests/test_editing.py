"""What the editor asks of the preview, and what it is told when something is in the way."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from jisr.commands import replace_file
from tests.conftest import SITE_YAML
from tests.preview import Answer, Preview, running

ARTICLE = "---\ntitle: خبر اليوم\ndate: 2023-10-16\n---\n\nوصل الوفدُ مساءً.\n\nثم غادر في 2026.\n"
PO = "translations/en/articles/news.po"
PAGE = "/en/articles/news/"
FIRST = "وصل الوفدُ مساءً."


def make(folder: Path, **files: str) -> Path:
    found = {"site.yaml": SITE_YAML, "content/articles/news.md": ARTICLE} | files
    for path, text in found.items():
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
    with running(make(tmp_path)) as preview:
        yield preview


def get(preview: Preview, name: str, **fields: str) -> Any:
    from urllib.parse import urlencode

    answer = preview.ask(f"/_jisr/api/{name}?{urlencode(fields)}")
    return json.loads(answer.text)


def post(preview: Preview, name: str, fields: object) -> Answer:
    headers = {
        "Origin": preview.address,
        "X-Jisr-Token": preview.facts()["token"],
        "Content-Type": "application/json",
    }
    return preview.ask(f"/_jisr/api/{name}", "POST", json.dumps(fields), headers)


def save(preview: Preview, text: str, *, source: str = FIRST, digest: str | None = None) -> Answer:
    """Save a translation as the page does: after it has been told what there is."""
    [id_] = [m["id"] for m in get(preview, "page", page=PAGE)["messages"] if m["source"] == source]
    digest = digest or get(preview, "message", page=PAGE, id=id_)["digest"]
    return post(preview, "save", {"page": PAGE, "id": id_, "text": text, "digest": digest})


def test_messages_come_in_reading_order_with_their_state(still: Preview) -> None:
    found = get(still, "page", page=PAGE)
    assert [(m["kind"], m["state"]) for m in found["messages"]] == [
        ("title", "missing"), ("paragraph", "missing"), ("paragraph", "missing"),
    ]  # fmt: skip
    assert found["catalogue"] == PO
    assert get(still, "page", page=f"{PAGE}index.html") == found
    assert [language["code"] for language in (found["source"], found["language"])] == ["ar", "en"]
    assert all(f'data-message="{m["id"]}"' in "".join(found["blocks"]) for m in found["messages"][1:])


def test_no_page_carries_the_mark_of_a_message(still: Preview) -> None:
    assert get(still, "page", page=PAGE)["blocks"]
    pages = list((still.folder / ".jisr").rglob("*.html"))
    assert len(pages) > 4
    for file in pages:
        assert "data-message" not in file.read_text(encoding="utf-8")
        assert "_jisr" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["/", "/articles/news/", "/en/", "/en/nowhere/", "/../etc/", "/en/%00/", ""])
def test_a_page_that_is_no_translation_has_no_document(still: Preview, page: str) -> None:
    assert get(still, "page", page=page) == {"document": None}


@pytest.mark.parametrize(
    "fields", [{}, [], None, {"page": PAGE}, {"page": 1, "id": "x", "text": "", "digest": ""}]
)
def test_a_request_that_lacks_something_is_refused(still: Preview, fields: object) -> None:
    assert post(still, "save", fields).status == 400


def test_a_message_that_is_not_there_is_refused(still: Preview) -> None:
    answer = post(still, "save", {"page": PAGE, "id": "0" * 16, "text": "x", "digest": ""})
    assert answer.status == 422
    assert json.loads(answer.text)["message"] == "the block has changed since the page was shown"


def test_nothing_is_saved_without_the_token(still: Preview) -> None:
    answer = still.ask(
        "/_jisr/api/save", "POST", "{}", {"Origin": still.address, "Content-Type": "application/json"}
    )
    assert answer.status == 403
    assert still.ask("/_jisr/api/save?page=/en/articles/news/").status == 405


def test_a_catalogue_that_cannot_be_read_is_named_and_left_alone(preview: Preview) -> None:
    broken = 'msgid "x"\nmsgstr "y\n'
    id_ = get(preview, "page", page=PAGE)["messages"][1]["id"]
    preview.write(PO, broken)
    answer = post(preview, "save", {"page": PAGE, "id": id_, "text": "x", "digest": ""})
    assert answer.status == 422
    assert json.loads(answer.text)["message"].startswith(f"{PO}:2:1: ")
    assert (preview.folder / PO).read_text(encoding="utf-8") == broken


def test_nothing_is_written_through_a_link_out_of_the_site(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    site = make(tmp_path / "site")
    with running(site) as preview:
        id_ = get(preview, "page", page=PAGE)["messages"][1]["id"]
        (site / "translations" / "en").mkdir(parents=True)
        (site / "translations" / "en" / "articles").symlink_to(outside, target_is_directory=True)
        answer = post(preview, "save", {"page": PAGE, "id": id_, "text": "x", "digest": ""})
        assert answer.status == 422
        assert "symbolic link" in answer.text
    assert list(outside.iterdir()) == []


def test_a_save_by_an_old_digest_is_answered_with_what_is_there(preview: Preview) -> None:
    assert save(preview, "The delegation came.").status == 200
    answer = save(preview, "They came.", digest="0")
    assert answer.status == 409
    theirs = json.loads(answer.text)["theirs"]
    assert (theirs["text"], theirs["state"]) == ("The delegation came.", "translated")
    assert "The delegation came." in (preview.folder / PO).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("\u2067open", 422),
        ("bell \x07", 422),
        ("lone \ud800", 422),
        ("\u200f", 422),
        ("long " * 30_000, 422),
        ("`code`", 422),
        ('"quoted"\\ 50%', 200),
    ],
)
def test_what_would_spoil_the_catalogue_is_not_saved(preview: Preview, text: str, status: int) -> None:
    answer = save(preview, text)
    assert answer.status == status, answer.text
    assert (preview.folder / PO).exists() == (status == 200)


@pytest.mark.parametrize(
    ("index", "text", "hint"),
    [
        (1, "One.\n\nTwo.", "end a line with two spaces to break it on the page"),
        (1, "One.  \nTwo.\nThree.", "end a line with two spaces to break it on the page"),
        (0, "One\r\nTwo", "write it in one line"),
        (1, "One.  \nTwo.\n", None),
        (0, " One\n", None),
    ],
)
def test_breaks_that_do_not_stay_are_told(still: Preview, index: int, text: str, hint: str | None) -> None:
    id_ = get(still, "page", page=PAGE)["messages"][index]["id"]
    found = json.loads(post(still, "check", {"page": PAGE, "id": id_, "text": text}).text)["problems"]
    told = [("line breaks become spaces", hint, "warning")] if hint else []
    assert [(one["message"], one["hint"], one["severity"]) for one in found] == told


def test_a_translation_can_be_taken_back(preview: Preview) -> None:
    assert save(preview, "The delegation came.").status == 200
    answer = save(preview, "  \n")
    assert json.loads(answer.text)["state"] == "missing"


def test_the_order_of_saves_makes_no_difference_to_the_file(preview: Preview) -> None:
    assert save(preview, "Then it left in 2026.", source="ثم غادر في 2026.").status == 200
    assert save(preview, "The delegation came.").status == 200
    text = (preview.folder / PO).read_text(encoding="utf-8")
    assert text.index("The delegation came.") < text.index("Then it left")


def test_a_changed_block_keeps_its_entry_when_its_translation_is_saved(preview: Preview) -> None:
    assert save(preview, "The delegation came in the evening.").status == 200
    preview.write("content/articles/news.md", ARTICLE.replace("مساءً", "صباحًا"))
    source = FIRST.replace("مساءً", "صباحًا")

    def states() -> dict[str, str]:
        return {m["source"]: m["state"] for m in get(preview, "page", page=PAGE)["messages"]}

    assert states()[source] == "outdated"
    assert save(preview, "The delegation came in the morning.", source=source).status == 200
    assert states()[source] == "translated"
    text = (preview.folder / PO).read_text(encoding="utf-8")
    assert FIRST not in text
    assert "evening" not in text


def test_an_address_in_arabic_is_found(preview: Preview) -> None:
    preview.write("content/أخبار/نبأ.md", ARTICLE)
    page = "/en/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/%D9%86%D8%A8%D8%A3/"
    with preview.news(page) as news:
        while preview.ask(page).status != 200:
            news.next()
    assert get(preview, "page", page=page)["document"] == "content/أخبار/نبأ.md"


@pytest.mark.parametrize("settings", ["untranslated: hide\n", "outdated: placeholder\n"])
def test_the_blocks_are_those_that_the_settings_show(tmp_path: Path, settings: str) -> None:
    with running(make(tmp_path, **{"site.yaml": SITE_YAML + settings})) as preview:
        found = get(preview, "page", page=PAGE)
        assert len(found["blocks"]) == (0 if "hide" in settings else 2)


def test_a_site_without_side_by_side_pages_is_translated_on_its_pages(tmp_path: Path) -> None:
    beside = f"{PAGE}parallel/"
    with running(make(tmp_path)) as preview, preview.news(beside) as news:
        assert preview.ask(beside).status == 200
        assert get(preview, "page", page=beside)["document"]
        preview.write("site.yaml", SITE_YAML + "side_by_side: false\n")
        while preview.ask(beside).status == 200:
            news.next()
        assert get(preview, "page", page=beside) == {"document": None}
        assert "parallel" not in preview.ask(PAGE).text
        [edition] = get(preview, "desk")["documents"][0]["editions"]
        assert (edition["url"], edition["parallel"]) == (PAGE, None)
        assert save(preview, "The delegation arrived in the evening.").status == 200
        preview.write("site.yaml", SITE_YAML)
        while preview.ask(beside).status != 200:
            news.next()
        assert f'href="{beside}"' in preview.ask(PAGE).text


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "a.po"
    file.write_bytes(b"old")
    file.chmod(0o640)
    assert not replace_file(file, b"new", lambda: False)
    assert file.read_bytes() == b"old"
    stops: Callable[[], bool] = lambda: 1 / 0 > 0  # noqa: E731
    with pytest.raises(ZeroDivisionError):
        replace_file(file, b"new", stops)
    assert [path.name for path in tmp_path.iterdir()] == ["a.po"]
    (tmp_path / "link.po").symlink_to(file)
    assert replace_file(tmp_path / "link.po", b"new", lambda: True)
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o640)
    assert (tmp_path / "link.po").is_symlink()


def test_a_folder_in_the_place_of_a_catalogue_is_a_message(preview: Preview) -> None:
    (preview.folder / PO).mkdir(parents=True)
    answer = preview.ask(f"/_jisr/api/page?page={PAGE}")
    assert answer.status == 422
    assert "this can't be read" in answer.text


def test_writers_of_one_file_are_not_in_each_others_way(tmp_path: Path) -> None:
    contents = [bytes([letter]) * 20_000 for letter in b"ab"]
    with ThreadPoolExecutor() as pool:
        done = list(pool.map(lambda content: replace_file(tmp_path / "a.po", content), contents * 5))
    assert all(done)
    assert (tmp_path / "a.po").read_bytes() in contents
    assert [path.name for path in tmp_path.iterdir()] == ["a.po"]
