"""What is out by its dates: scheduled and expired documents, and the clock that a build goes by."""

import re
import shutil
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from jisr.read.documents import zoned
from tests.conftest import SITE_YAML, MakeSite, SiteFolder
from tests.test_rebuild import tree

DAY = 1_700_000_000
"""2023-11-14 22:13:20 UTC, in Cairo the 15th, 00:13:20."""


def article(more: str, title: str = "خبر") -> str:
    return f"---\ntitle: {title}\n{more}\n---\n\nنصّ الخبر.\n"


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(DAY))
    return monkeypatch


def out(folder: SiteFolder) -> set[str]:
    """The articles that are out."""
    return {path.name for path in (folder.path / "public/articles").glob("*") if path.is_dir()}


def test_an_article_appears_when_its_date_has_come(site: MakeSite, at: pytest.MonkeyPatch) -> None:
    folder = site({
        "content/articles/old.md": article("date: 2023-10-16"),
        "content/articles/today.md": article("date: 2023-11-15"),
        "content/articles/soon.md": article("date: 2023-11-15 08:00:00"),
        "content/articles/later.md": article("date: 2023-12-01"),
    })  # fmt: skip
    result = folder.build()
    assert (result.exit_code, result.stderr) == (0, "")
    assert out(folder) == {"old", "today"}
    assert "soon" not in folder.read("index.html") + folder.read("feed.xml")
    said = (
        "jisr: 2 documents still to appear or to expire, the next on 2023-11-15 08:00 (Africa/Cairo): "
        "content/articles/soon.md; build again then\n"
    )
    assert result.stdout.endswith(said)
    again = folder.build().stdout
    assert ", 0 written in " in again
    assert again.endswith(said)
    at.setenv("SOURCE_DATE_EPOCH", str(DAY + 8 * 3600))
    assert ", 0 written in " not in folder.build().stdout
    assert out(folder) == {"old", "today", "soon"}
    assert "soon" in folder.read("index.html")
    at.setenv("SOURCE_DATE_EPOCH", str(DAY + 30 * 86400))
    assert "still to appear" not in folder.build().stdout
    assert out(folder) == {"old", "today", "soon", "later"}


def test_an_article_goes_when_it_has_expired(site: MakeSite, at: pytest.MonkeyPatch) -> None:
    folder = site({
        "content/articles/a.md": article("date: 2023-10-16\nexpires: 2023-11-15"),
        "content/articles/b.md": article("date: 2023-10-16\nexpires: 2023-11-16"),
    })  # fmt: skip
    said = folder.build().stdout
    assert out(folder) == {"b"}
    assert "1 document still to appear or to expire, the next on 2023-11-16 00:00" in said
    assert "content/articles/b.md; build again then" in said
    at.setenv("SOURCE_DATE_EPOCH", str(DAY + 86400))
    assert "still to appear" not in folder.build().stdout
    assert out(folder) == set()
    at.setenv("SOURCE_DATE_EPOCH", str(DAY - 86400))
    folder.build()
    assert out(folder) == {"a", "b"}


def test_drafts_shows_what_is_to_come(site: MakeSite, at: pytest.MonkeyPatch) -> None:
    folder = site({
        "content/articles/a.md": article("date: 2024-10-16"),
        "content/articles/b.md": article("date: 2023-10-16\nexpires: 2023-11-01"),
    })  # fmt: skip
    assert "still to appear" not in folder.build("--drafts").stdout
    assert out(folder) == {"a", "b"}


def test_what_is_not_out_is_marked_until_it_is(site: MakeSite, at: pytest.MonkeyPatch) -> None:
    folder = site({
        "content/articles/a.md": article("date: 2024-10-16"),
        "content/articles/b.md": article("date: 2023-10-16\nexpires: 2023-11-01"),
        "content/articles/c.md": article("date: 2023-10-16\ndraft: true"),
    })  # fmt: skip
    folder.build("--drafts")
    marks = {"a": "مجدول للنشر", "b": "انتهت مدة نشره", "c": "مسودة"}
    for name, mark in marks.items():
        assert f'<p class="draft">{mark}</p>' in folder.read(f"articles/{name}/index.html")
        assert f'<strong class="draft">{mark}</strong>' in folder.read("index.html")
        assert "noindex" in folder.read(f"articles/{name}/index.html")
    at.setenv("SOURCE_DATE_EPOCH", str(DAY + 400 * 86400))
    folder.build("--drafts")
    assert "draft" not in folder.read("articles/a/index.html")
    assert marks["a"] not in folder.read("index.html")


def test_what_expires_stops_no_build(site: MakeSite, at: pytest.MonkeyPatch) -> None:
    folder = site({
        "content/articles/a.md": article("date: 2023-10-16\nexpires: 2023-11-16"),
        "content/about.md": "---\ntitle: عن\n---\n\n[خبر](articles/a.md) و[خبر](/articles/a/)\n",
    })  # fmt: skip
    assert folder.build("--strict").stderr == ""
    at.setenv("SOURCE_DATE_EPOCH", str(DAY + 4 * 86400))
    for _ in range(2):  # by the second one nothing has changed
        result = folder.build()
        assert (result.exit_code, out(folder)) == (0, set())
        assert (
            "content/about.md:5:7: warning: the link leads to articles/a.md, which has expired"
            in result.stderr
        )
        assert (
            "content/about.md:5:29: warning: the link leads to /articles/a/, which has exp" in result.stderr
        )
        assert folder.read("about/index.html").count('href="/articles/a/"') == 2
        assert 'href="/en/articles/a/"' in folder.read("en/about/index.html")
    at.setenv("SOURCE_DATE_EPOCH", str(DAY))
    assert folder.build("--strict").stderr == ""
    assert out(folder) == {"a"}


def test_a_link_to_what_is_not_out_is_an_error(site: MakeSite, at: pytest.MonkeyPatch) -> None:
    folder = site({
        "content/articles/a.md": article("date: 2024-10-16"),
        "content/about.md": "---\ntitle: عن\n---\n\n[خبر](articles/a.md)\n",
    })  # fmt: skip
    result = folder.build()
    assert result.exit_code == 1
    assert "content/about.md:5:7: error: the link leads to articles/a.md, which is a draft or isn't out" in (
        result.stderr
    )


def test_with_a_fixed_clock_a_clean_build_is_the_same_on_any_day(
    site: MakeSite, at: pytest.MonkeyPatch
) -> None:
    folder = site(
        {
            "content/articles/a.md": article("date: 2024-10-16"),
            "content/articles/b.md": article("date: 2023-10-16"),
        }
    )
    folder.build()
    before = tree(folder.path / "public")
    at.setenv("SOURCE_DATE_EPOCH", str(DAY + 365 * 86400))
    folder.build()
    assert tree(folder.path / "public") != before
    at.setenv("SOURCE_DATE_EPOCH", str(DAY))
    shutil.rmtree(folder.path / "public")
    shutil.rmtree(folder.path / ".jisr")
    folder.build()
    assert tree(folder.path / "public") == before


@pytest.mark.parametrize("value", ["", "soon", "-1", "1.5", "١٢"])
def test_a_clock_that_is_no_number_is_told(site: MakeSite, at: pytest.MonkeyPatch, value: str) -> None:
    folder = site({"content/articles/a.md": article("date: 2023-10-16")})
    at.setenv("SOURCE_DATE_EPOCH", value)
    result = folder.build()
    assert result.exit_code == 2
    assert "SOURCE_DATE_EPOCH must be a whole number of up to 11 digits: seconds since 1970" in result.stderr


def test_dates_stand_in_the_islamic_calendar_too_where_a_language_asks(site: MakeSite) -> None:
    old = article("date: 1900-01-01")
    folder = site({"content/articles/a.md": article("date: 2023-10-16"), "content/articles/b.md": old})
    folder.build()
    assert "hijri" not in folder.read("articles/a/index.html")
    folder.write("site.yaml", SITE_YAML.replace("locale: ar-EG", "locale: ar-EG, digits: latn, hijri: true"))
    folder.build()
    shown = (
        '<time datetime="2023-10-16">16 أكتوبر 2023</time> <span class="hijri">(1 ربيع الآخر 1445 هـ)</span>'
    )
    assert shown in folder.read("articles/a/index.html")
    assert shown in folder.read("index.html")
    assert "hijri" not in folder.read("articles/b/index.html")
    assert "hijri" not in folder.read("en/articles/a/index.html")


@pytest.mark.parametrize(("date", "said"), [("1945-08-09 08:00", "T08:00:08"), ("1945-08-09", "T00:00:08")])
def test_a_time_before_standard_time_has_a_zone_in_whole_minutes(
    site: MakeSite, date: str, said: str
) -> None:
    settings = SITE_YAML.replace("Africa/Cairo", "Asia/Riyadh") + "index_from: 0\n"
    text = f"---\ntitle: خبر\ndate: {date}\nsummary: موجز.\n---\n\nنصّ.\n"
    folder = site({"site.yaml": settings, "content/articles/a.md": text})
    assert folder.build("--strict").exit_code == 0
    for name in ("feed.xml", "feed.json"):
        assert f"1945-08-09{said}+03:07" in folder.read(name)
    for file in (folder.path / "public").rglob("*.*"):
        if file.suffix in (".html", ".xml", ".json"):
            assert not re.search(r"T[0-9:]+\+03:06", file.read_text(encoding="utf-8")), file
    assert "[feeds]" not in folder.run("check").stdout


def test_whole_minutes_keep_the_instant() -> None:
    time = datetime.fromisoformat("0001-01-01T00:00")
    for zone in ("Asia/Riyadh", "America/New_York", "Africa/Monrovia", "UTC"):
        found = zoned(time, zone)
        assert found == time.replace(tzinfo=ZoneInfo(zone))
        offset = found.utcoffset()
        assert offset is not None
        assert offset.seconds % 60 == 0


def test_a_date_with_an_offset_is_that_of_the_sites_clocks(site: MakeSite) -> None:
    settings = (
        SITE_YAML.replace("ar-EG}", "ar-EG, hijri: true}")
        + "permalinks: {articles: /:year/:month/:day/:slug/}\n"
    )
    text = "---\ntitle: خبر\ndate: 2024-01-31T23:30:00Z\nupdated: 2024-02-29T23:30:00Z\n---\n\nنصّ\n"
    folder = site({"site.yaml": settings, "content/articles/a.md": text})
    assert folder.build().exit_code == 0
    page = folder.read("2024/02/01/a/index.html")
    assert '<time datetime="2024-02-01T01:30+02:00">١ فبراير ٢٠٢٤</time>' in page
    assert "١ مارس ٢٠٢٤" in page
    folder.write("templates/article.html", '{% extends "theme/article.html" %}')
    assert folder.build().exit_code == 0  # by what was kept of it
    assert folder.read("2024/02/01/a/index.html") == page


@pytest.mark.parametrize(
    ("date", "updated", "shown", "warned"),
    [
        ("2023-10-16 10:00:00", "2023-10-15", None, True),
        ("2023-10-16", "2023-10-15 23:30:00+00:00", "2023-10-16T02:30:00+03:00", False),  # later in Cairo
        ("2023-10-16 10:00:00", "2023-10-16", None, False),
        ("2023-10-16 10:00:00", "2023-10-16 09:00:00", None, False),
        ("2023-10-16", "2023-10-18 14:30:00", "2023-10-18T14:30:00+03:00", False),
    ],
)
def test_what_machines_are_told_of_a_change_is_later_than_the_date_and_has_a_zone(
    site: MakeSite, date: str, updated: str, shown: str | None, warned: bool
) -> None:
    folder = site({"content/articles/a.md": article(f"date: {date}\nupdated: {updated}")})
    said = (
        "content/articles/a.md:4:1: warning: the document changed on 2023-10-15, before its date, 2023-10-16"
    )
    assert folder.build().stderr.startswith(said) == warned
    page = folder.read("articles/a/index.html")
    published = re.search('published_time" content="([^"]*)"', page)
    assert published
    assert published[1] == (f"{date[:10]}T{date[11:16]}+03:00" if ":" in date else date)
    modified = re.search('modified_time" content="([^"]*)"', page)
    assert (modified and modified[1]) == (shown and re.sub(r":\d\d\+", "+", shown))
    machines = re.findall('"date(?:Published|Modified)": ?"([^"]*)"', page)
    assert machines == sorted(machines)
    assert machines[1] == (shown or machines[0])
    assert f"<lastmod>{machines[1]}</lastmod>" in folder.read("sitemap.xml")


def test_a_date_that_is_not_there_is_not_today(site: MakeSite) -> None:
    block = "{% block facts %}{{ edition.updated|date }}{% endblock %}"
    template = f'{{% extends "theme/article.html" %}}{block}'
    text = "---\ntitle: خبر\ndate: 2024-01-31\n---\n\nنصّ\n"
    result = site({"content/articles/a.md": text, "templates/article.html": template}).build()
    assert "templates/article.html:1:1: error: there is no value here" in result.stderr


def test_the_islamic_calendar_in_other_languages_stands_by_itself(site: MakeSite) -> None:
    settings = SITE_YAML.replace("en", "fa").replace("fa-GB", "fa-IR, hijri: true")
    folder = site(
        {"site.yaml": settings, "content/articles/a.md": "---\ntitle: خبر\ndate: 2023-10-16\n---\n\nنصّ\n"}
    )
    assert folder.build().exit_code == 0
    page = folder.read("fa/articles/a/index.html")
    assert '<span class="hijri" lang="en" dir="ltr">(۱ Rabi’ II ۱۴۴۵ AH)</span>' in page
    assert "۱۶ اکتبر ۲۰۲۳</time>" in page
