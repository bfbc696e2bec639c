"""Cards: what links to articles show where they are shared."""

import io
import re
import shutil
from html import escape
from unicodedata import normalize

import pytest
from PIL import Image, ImageChops

from jisr import lettering
from jisr.languages import language
from jisr.lettering import Lettering
from jisr.model import Phrase
from jisr.theme import theme_root
from tests.conftest import PNG, SITE_YAML, MakeSite, SiteFolder
from tests.test_rebuild import times, tree
from tests.test_search import data
from tests.test_startup import modules

ARTICLE = "---\ntitle: {}\ndate: 2023-10-16\n---\n\nنصّ الخبر.\n\nفقرة ثانية.\n"
TITLE = "كلم الرئيس الروسي بوتين نتنياهو وعباس"
PO = (
    'msgid ""\nmsgstr "Language: en\\n"\n\nmsgctxt "title"\nmsgid "{}"\nmsgstr "Putin calls"\n\n'
    'msgid "نصّ الخبر."\nmsgstr "Text."\n'
)
LINE = SITE_YAML.count("\n") + 1
"""Of a setting behind the others."""

CARD = "articles/a/card.png"
ENGLISH = "en/articles/a/card.png"
ARABIC_LANGUAGE = language("ar", "ar-EG", None)


@pytest.fixture(autouse=True)
def cards_if_asked() -> None:
    """Here they are made by default, as for everyone."""


def files(settings: str = "index_from: 0\n", title: str = TITLE) -> dict[str, str | bytes]:
    return {
        "site.yaml": SITE_YAML + settings,
        "content/articles/a.md": ARTICLE.format(title),
        "translations/en/articles/a.po": PO.format(title),
    }


def card(folder: SiteFolder, path: str = CARD) -> Image.Image:
    with Image.open(folder.path / "public" / path) as image:
        return image.convert("RGB")


def letters() -> Lettering:
    return Lettering([theme_root() / "templates/fonts"])


def darkest(image: Image.Image) -> int:
    return next(value for value, number in enumerate(image.convert("L").histogram()) if number)


def ink(image: Image.Image) -> tuple[int, int, int, int]:
    """Where something is on a plain ground: the box around it."""
    found = ImageChops.difference(image.convert("L"), Image.new("L", image.size, 255)).point(
        lambda v: 255 * (v > 40)
    )
    box = found.getbbox()
    assert box
    return box


def drawn(text: str, *, width: int = 1040, size: int = 70, lines: int = 1) -> Image.Image:
    """Black text on white, as cards have it."""
    made = letters().lettered(Phrase(text, ARABIC_LANGUAGE, "source"), width, (size,), lines, bold=True)
    rows = "".join(
        f'<text x="1120" y="{150 + index * 110}" font-size="{made.size}" text-anchor="end">{line}</text>'
        for index, line in enumerate(made.lines)
    )
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="630"><rect width="1200" height="630" fill="#fff"/>{rows}</svg>'
    image = Image.open(io.BytesIO(letters().drawn(svg)))
    return image.convert("RGB")


# pages and files


def test_every_edition_that_is_offered_has_a_card(site: MakeSite) -> None:
    folder = site(files())
    result = folder.build()
    assert (result.exit_code, result.stderr) == (0, "")
    for path, title in ((CARD, TITLE), (ENGLISH, "Putin calls")):
        with Image.open(folder.path / "public" / path) as image:
            assert (image.format, image.size, image.mode) == ("PNG", (1200, 630), "P")
        page = folder.read(path.replace("card.png", "index.html"))
        address = re.search(
            r'<meta property="og:image" content="https://example.org/([^"]*)\?v=[0-9a-f]{8}">', page
        )
        assert address
        assert address[1] == path
        for meta in (
            '<meta property="og:image:width" content="1200">',
            '<meta property="og:image:height" content="630">',
            f'<meta property="og:image:alt" content="{title}">',
            '<meta name="twitter:card" content="summary_large_image">',
        ):
            assert meta in page
        found = data(folder, path.replace("card.png", "index.html"))["NewsArticle"]["image"]
        assert found["url"].startswith(f"https://example.org/{path}?v=")
        assert (found["width"], found["height"]) == (1200, 630)


def test_among_files_a_card_is_one_too(site: MakeSite) -> None:
    folder = site(files("addresses: files\n"))
    assert folder.build().exit_code == 0
    assert "https://example.org/articles/a-card.png?v=" in folder.read("articles/a.html")
    assert card(folder, "articles/a-card.png").size == (1200, 630)


def test_an_edition_that_is_not_offered_has_no_card(site: MakeSite) -> None:
    folder = site(files("") | {
        "content/articles/b.md": ARTICLE.format("خبر").replace("date", "noindex: true\ndate"),
        "content/about.md": "---\ntitle: عن\n---\n\nنصّ.\n",
    })  # fmt: skip
    folder.build()
    assert [path for path in tree(folder.path / "public") if path.endswith("card.png")] == [CARD]
    assert "og:image" not in folder.read("about/index.html")


@pytest.mark.parametrize(
    ("image", "has_card"),
    [
        ("x.png", False),
        ("https://example.net/x.jpg?w=9", False),
        ("x.svg", True),
        ("https://example.net/x.avif", True),
    ],
)
def test_a_picture_of_its_own_goes_before(site: MakeSite, image: str, has_card: bool) -> None:
    text = ARTICLE.format(TITLE).replace("date", f"image: {{src: '{image}', alt: صورة}}\ndate")
    folder = site(files("") | {
        "content/articles/a.md": text, "content/articles/x.png": PNG, "content/articles/x.svg": "<svg/>",
    })  # fmt: skip
    folder.build()
    assert (folder.path / "public" / CARD).exists() == has_card
    [shown] = re.findall('<meta property="og:image" content="([^"]*)">', folder.read("articles/a/index.html"))
    assert ("card.png" in shown) == has_card
    assert image.rpartition("/")[2] in shown or has_card


@pytest.mark.parametrize(
    ("setting", "has_card"),
    [("true", True), ("false", False), ("2023-10-16", True), ("2023-10-17", False), ("recent", True)],
)
def test_cards_are_by_the_setting(site: MakeSite, setting: str, has_card: bool) -> None:
    folder = site(files(f"cards: {setting}\n"))
    assert folder.build().exit_code == 0
    assert (folder.path / "public" / CARD).exists() == has_card
    assert ("og:image" in folder.read("articles/a/index.html")) == has_card


def test_cards_are_of_this_year_and_the_last_if_nothing_is_said(site: MakeSite) -> None:
    def dated(day: str) -> str:
        return ARTICLE.format("خبر").replace("2023-10-16", day)

    folder = site(
        files("")
        | {"content/articles/b.md": dated("2022-01-01"), "content/articles/c.md": dated("2021-12-31")}
    )
    folder.build()

    def have() -> list[str]:
        """The articles with a card, of which each page names its own."""
        pages = [
            path
            for path in tree(folder.path / "public")
            if path.startswith("articles/") and path.endswith("index.html")
        ]
        named = {path.split("/")[1] for path in pages if "/card.png?v=" in folder.read(path)}
        cards = {path.parent.name for path in (folder.path / "public/articles").glob("*/card.png")}
        assert cards == named
        return sorted(cards)

    assert have() == ["a", "b"]
    before = times(folder.path / "public")
    folder.write("content/articles/d.md", dated("2023-12-31"))
    folder.build()
    assert have() == ["a", "b", "d"]
    assert times(folder.path / "public")["en/articles/c/index.html"] == before["en/articles/c/index.html"]
    folder.write("content/articles/d.md", dated("2024-01-01"))
    folder.build()
    assert have() == ["a", "d"]
    assert "og:image" not in folder.read("articles/b/index.html")
    (folder.path / "content/articles/d.md").unlink()
    folder.build()
    assert have() == ["a", "b"]


def test_a_setting_that_means_nothing_is_told(site: MakeSite) -> None:
    result = site(files("cards: some\n")).build()
    assert result.exit_code == 1
    assert result.stderr.startswith(
        f"site.yaml:{LINE}:1: error: `cards` says neither whether there are any nor from which day on; write recent, "
    )


# what they show


def test_arabic_letters_join() -> None:
    word = "بيتنا"
    whole = ink(drawn(word))
    apart = ink(drawn("\u200c".join(word)))  # a non-joiner between the letters
    assert whole[2] - whole[0] < 0.8 * (apart[2] - apart[0])


def test_arabic_reads_from_the_right_and_mixed_runs_keep_their_order() -> None:
    # The first word, tall and thin, stands at the right; what is Latin or a number reads from the left.
    right = drawn("ااا ـــ")
    assert darkest(right.crop((1060, 0, 1130, 630))) < 80
    image = drawn("عن C++ وحدها")
    spoken = drawn("عن")
    at_right = (1120 - (ink(spoken)[2] - ink(spoken)[0]) + 4, 60, 1120, 200)
    assert (
        255 - darkest(ImageChops.invert(ImageChops.difference(image.crop(at_right), spoken.crop(at_right))))
        < 90
    )
    middle = [drawn(f"عن {run} وحدها") for run in ("C++", "++C")]
    assert ImageChops.difference(*middle).getbbox() is not None
    # "C++" begins with its C at the left, as it would alone.
    runs = re.findall(r"<tspan[^>]*>([^<]*)</tspan>", letters().lettered(
        Phrase("عن C++ وحدها", ARABIC_LANGUAGE, "source"), 1040, (70,), 1, bold=True).lines[0])  # fmt: skip
    assert "".join(runs) == "\u202bعن \u2066C++\u2069 وحدها"


@pytest.mark.parametrize(
    "text", ["AT&T وشركة", "NATO ثم شركة fi", "شركة NATO ثم شركة", "e\u0301cole ثم شركة", "قال e\u0301cole"]
)
def test_a_line_of_two_fonts_has_all_its_letters(text: str) -> None:
    left, _, right, _ = ink(drawn(text))
    alone = [ink(drawn(word)) for word in text.split()]
    spaces = (len(alone) - 1) * 70 * 0.25
    assert right - left == pytest.approx(sum(box[2] - box[0] for box in alone) + spaces, abs=20)
    marks = "".join(re.findall(r"<tspan[^>]*>([^<]*)</tspan>", letters().lettered(
        Phrase(text, language("en"), "source"), 1040, (70,), 1, bold=True).lines[0]))  # fmt: skip
    assert marks == "\u200e" + escape(normalize("NFC", text))


@pytest.mark.parametrize(
    ("text", "shown"),
    [("🎉 افتتاح الجسر 👩🏽\u200d🔧 1️⃣", "افتتاح الجسر 1"), ("قُرآنٌ ©", "قُرآنٌ ©"), ("🎉", "🎉")],
)  # fmt: skip
def test_signs_that_no_font_has_leave_no_gap(text: str, shown: str) -> None:
    line = letters().lettered(Phrase(text, ARABIC_LANGUAGE, "source"), 1040, (70,), 1, bold=True).lines[0]
    assert re.sub("<[^>]*>", "", line) == f"\u202b{shown}\u202c"


def test_marks_are_not_cut_off_nor_make_a_line_wider() -> None:
    plain, marked = drawn("الجسر"), drawn("الجِسْرُ")
    assert abs((ink(plain)[2] - ink(plain)[0]) - (ink(marked)[2] - ink(marked)[0])) < 4
    assert ink(marked)[1] < ink(plain)[1]
    assert ink(marked)[3] > ink(plain)[3] - 1


def test_a_long_title_is_smaller_then_ends_in_an_ellipsis() -> None:
    def made(text: str) -> lettering.Lettered:
        return letters().lettered(Phrase(text, ARABIC_LANGUAGE, "source"), 1040, (78, 58), 3, bold=True)

    def words(line: str) -> str:
        return re.sub("<[^>]*>|[\u202b\u202c]", "", line)

    assert (made("خبر").size, len(made("خبر").lines)) == (78, 1)
    middle = made(f"{TITLE} {TITLE} {TITLE}")
    assert (middle.size, len(middle.lines)) == (58, 3)
    assert "…" not in words("".join(middle.lines))
    long = made(" ".join([TITLE] * 20))
    assert (long.size, len(long.lines)) == (58, 3)
    assert words(long.lines[2]).endswith("…")
    assert not words(long.lines[1]).endswith("…")
    word = made("ا" * 400)
    assert len(word.lines) == 1
    assert words(word.lines[0]).endswith("…")
    image = drawn(" ".join([TITLE] * 20), size=58, lines=3)
    left, _, right, _ = ink(image)
    assert left >= 70
    assert right <= 1130


def test_an_untranslated_title_stands_as_it_is_and_the_progress_is_shown(site: MakeSite) -> None:
    folder = site(files())
    folder.build()
    half = card(folder, ENGLISH)
    assert half.getpixel((830, 561)) == (138, 31, 45)  # translated: title and one paragraph of three messages
    assert half.getpixel((1000, 561)) == (138, 31, 45)
    assert half.getpixel((1100, 561)) in ((216, 208, 194), (215, 208, 194))  # a palette is nearly exact
    assert card(folder).getpixel((90, 561)) == card(folder).getpixel((40, 561))  # the original has no bar
    (folder.path / "translations/en/articles/a.po").unlink()
    folder.build()
    none = card(folder, ENGLISH)
    assert darkest(none.crop((1000, 250, 1125, 400))) < 60  # Arabic, at the right
    assert darkest(half.crop((1000, 250, 1125, 400))) > 200
    assert darkest(half.crop((75, 250, 300, 400))) < 60


def test_titles_are_text_whatever_they_hold(site: MakeSite) -> None:
    title = '</text><image href="/etc/passwd"/> & <b> url(x) href="y"'
    folder = site(files("") | {"content/articles/a.md": ARTICLE.format(f"'{title}'")})
    (folder.path / "translations/en/articles/a.po").unlink()
    assert folder.build().exit_code == 0
    assert card(folder).size == (1200, 630)


def test_a_site_has_its_own_template_and_fonts(site: MakeSite) -> None:
    own = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="630"><rect width="1200" height="630" fill="#00f"/>'
        '<text x="9" y="300" font-size="90">{{ lettered(article.title, 900, (90,)).lines[0] }}</text></svg>'
    )
    folder = site(files() | {"templates/card.svg": own})
    assert folder.build().exit_code == 0
    assert card(folder).getpixel((5, 5)) == (0, 0, 255)
    with_theirs = (folder.path / "public" / CARD).read_bytes()
    fonts = folder.path / "templates/fonts"
    fonts.mkdir()
    shutil.copy(
        theme_root() / "templates/fonts/noto-naskh-arabic-700.ttf", fonts / "noto-naskh-arabic-400.ttf"
    )
    assert folder.build().exit_code == 0
    assert (folder.path / "public" / CARD).read_bytes() != with_theirs


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("<svg", "the card can't be drawn ("),
        ("no picture", "the card can't be drawn ("),
        ('<svg xmlns="http://www.w3.org/2000/svg"><image href="/etc/x.png"/></svg>',
         "the card can't be drawn (it refers to something outside of it)"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><style>@import url(x.css);</style></svg>',
         "the card can't be drawn (it refers to something outside of it)"),
        ("{{ nothing }}", "'nothing' is undefined (for content/articles/a.md)"),
    ],
)  # fmt: skip
def test_a_template_that_makes_no_picture_is_told(site: MakeSite, template: str, message: str) -> None:
    folder = site(files("") | {"templates/card.svg": template})
    result = folder.build()
    assert result.exit_code == 1
    assert result.stderr.startswith("templates/card.svg:1:1: error: ")
    assert message in result.stderr
    assert not (folder.path / "public").exists()


# builds


def test_cards_are_made_anew_where_they_change_and_nowhere_else(
    site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = site(files() | {"content/articles/b.md": ARTICLE.format("خبر آخر")})
    folder.build()
    made: list[str] = []
    draw = Lettering.drawn

    def counted(self: Lettering, svg: str) -> bytes:
        made.append(svg)
        return draw(self, svg)

    monkeypatch.setattr(Lettering, "drawn", counted)
    before = times(folder.path / "public")
    folder.write("content/articles/a.md", ARTICLE.format(TITLE) + "\nفقرة ثالثة.\n")
    folder.build()
    assert len(made) == 1  # of the English edition, whose progress is another
    folder.write("content/articles/a.md", ARTICLE.format(TITLE + " أمس"))
    folder.build()
    after = times(folder.path / "public")
    assert {path for path in after if path.endswith("card.png") and after[path] != before[path]} == {
        CARD,
        ENGLISH,
    }
    assert len(made) == 3
    folder.write("templates/404.html", "x")  # all pages are rendered, and no card is drawn
    folder.build()
    assert len(made) == 3


def test_builds_equal_clean_ones_with_any_number_of_processes(site: MakeSite) -> None:
    folder = site(files() | {f"content/articles/b{n}.md": ARTICLE.format(f"خبر {n}") for n in range(3)})
    folder.build()
    for title in (TITLE, "عنوان آخر"):
        folder.write("content/articles/a.md", ARTICLE.format(title))
        folder.build()
        clean = SiteFolder(folder.path.with_name("clean"))
        shutil.rmtree(clean.path, ignore_errors=True)
        shutil.copytree(folder.path, clean.path, ignore=shutil.ignore_patterns("public", ".jisr"))
        assert clean.build("--jobs", "2").exit_code == 0
        assert tree(folder.path / "public") == tree(clean.path / "public")


def test_what_was_drawn_is_kept_as_long_as_its_article_is_there(
    site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = site({**files(), "content/note.css": ""})
    folder.build()
    first = tree(folder.path / "public")
    kept = folder.path / ".jisr/cache"
    assert len(list(kept.iterdir())) == 2
    with monkeypatch.context() as patched:
        patched.setattr(Lettering, "drawn", None)
        shutil.rmtree(folder.path / "public")
        assert folder.build().exit_code == 0
    assert tree(folder.path / "public") == first
    (folder.path / "content/articles/a.md").unlink()
    (folder.path / "translations/en/articles/a.po").unlink()
    folder.build()
    assert list(kept.iterdir()) == []


def test_nothing_is_loaded_where_there_is_nothing_to_draw(site: MakeSite) -> None:
    folder = site(files())
    assert "resvg_py" in modules(folder, "build")
    assert not {"resvg_py", "uharfbuzz", "PIL"} & modules(folder, "build")
    folder.write("content/articles/a.md", ARTICLE.format(TITLE).replace("فقرة ثانية", "فقرة أخرى"))
    folder.write("translations/en/articles/a.po", PO.format(TITLE) + '\nmsgid "فقرة أخرى."\nmsgstr ""\n')
    assert not {"resvg_py", "uharfbuzz", "PIL"} & modules(folder, "build")
    folder.write("site.yaml", SITE_YAML + "cards: false\n")
    assert not {"resvg_py", "uharfbuzz", "PIL"} & modules(folder, "build")


def test_fonts_of_the_theme_have_what_news_is_written_in() -> None:
    for font in letters().fonts:
        assert {ord(character) for character in " .:…«»0123456789"} <= font.has, font.file.name
    arabic = [font for font in letters().fonts if font.family == "Noto Naskh Arabic"]
    assert {font.bold for font in arabic} == {True, False}
    assert {ord(character) for character in "ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأؤإئىةًٌٍَُِّْ٠٩،؛؟"} <= arabic[0].has
