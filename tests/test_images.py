"""Pictures: their sizes on pages, smaller ones of them, and nothing published that only their makers should know."""

import importlib
import io
import mimetypes
import re
import shutil
import struct
import time
import warnings
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms, ImageDraw, features

from jisr import exif, raster
from jisr.translate.pictures import FOLDER
from tests.conftest import SITE_YAML, MakeSite, SiteFolder
from tests.incremental.bench import once_it_has_looked
from tests.test_rebuild import times, tree
from tests.test_startup import modules

LINE = SITE_YAML.count("\n") + 1
"""Of a setting behind the others."""

SECRET = b"30.0444N 31.2357E"
ARTICLE = "---\ntitle: خبر\ndate: 2023-10-16\n---\n\nنصّ الخبر.\n\n![صورة الجسر]({})\n"
RED, BLUE = (220, 30, 30), (30, 30, 220)


def halves(width: int = 1000, height: int = 600, mode: str = "RGB") -> Image.Image:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", (width, height), RED)
    ImageDraw.Draw(image).rectangle((width // 2, 0, width, height), fill=BLUE)
    return image.convert(mode)


def written(image: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def photo(orientation: int = 1, form: str = "JPEG", **options: Any) -> bytes:
    """A picture as a camera writes it."""
    noted = Image.Exif()
    noted[0x0112] = orientation
    noted[0x010E] = SECRET.decode()
    return written(halves(), form, exif=noted, **options)


def opened(file: bytes | Path) -> Image.Image:
    image = Image.open(io.BytesIO(file) if isinstance(file, bytes) else file)
    image.load()
    return image


def close_to(image: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    found = image.convert("RGB").getpixel(at)
    assert isinstance(found, tuple)
    return all(abs(one - other) < 24 for one, other in zip(found, colour, strict=True))


def sized(folder: SiteFolder) -> dict[str, tuple[int, int]]:
    """The pictures that were made, each with its size."""
    return {path.name: opened(path).size for path in sorted((folder.path / "public" / FOLDER).glob("*"))}


def body(folder: SiteFolder, path: str = "articles/a/index.html") -> str:
    return folder.read(path).split('<div class="prose">')[1].split("</div>")[0]


# what pages say


def test_a_picture_has_its_size_and_smaller_ones_to_choose_from(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": ARTICLE.format("x.jpg"), "content/articles/x.jpg": photo()})
    result = folder.build()
    assert (result.exit_code, result.stderr) == (0, "")
    for page in ("articles/a/index.html", "en/articles/a/index.html"):
        html = folder.read(page)
        found = re.search(
            r'<picture><source type="image/webp" srcset="([^"]*)" sizes="([^"]*)">(<img [^>]*>)</picture>',
            html,
        )
        assert found
        assert [one.split()[1] for one in found[1].split(", ")] == ["480w", "800w", "1000w"]
        assert found[2] == "(min-width: 40rem) 37rem, 100vw"
        assert found[3] == (
            '<img alt="صورة الجسر" src="/articles/x.jpg" width="1000" height="600" loading="lazy" decoding="async">'
        )
        for one in found[1].split(", "):
            address, width = one.split()
            image = opened(folder.path / "public" / address.lstrip("/"))
            assert (image.format, image.width) == ("WEBP", int(width[:-1]))
            assert close_to(image, (10, 10), RED)
            assert close_to(image, (image.width - 10, 10), BLUE)


def test_no_picture_is_scaled_up(site: MakeSite) -> None:
    small, large = written(halves(300, 200), "PNG"), written(halves(2000, 1000), "JPEG")
    folder = site({
        "content/articles/a.md": ARTICLE.format("x.png") + "\n![أخرى](y.jpg)\n",
        "content/articles/x.png": small, "content/articles/y.jpg": large,
    })  # fmt: skip
    folder.build()
    assert sorted(sized(folder).values()) == [(300, 200), (480, 240), (800, 400), (1200, 600), (1600, 800)]


def test_only_pictures_that_are_shown_are_made_smaller(site: MakeSite) -> None:
    text = ARTICLE.format("x.jpg").replace("![صورة الجسر]", "[صورة]")
    folder = site({"content/articles/a.md": text, "content/articles/x.jpg": photo()})
    folder.build()
    assert sized(folder) == {}
    assert SECRET not in (folder.path / "public/articles/x.jpg").read_bytes()


def test_the_picture_that_the_reader_waits_for_is_loaded_first(site: MakeSite) -> None:
    lead = "---\ntitle: خبر\ndate: 2023-10-1{}\nimage: {{src: x.jpg, alt: الجسر, caption: الجسر ليلًا}}\n---\n\nنصّ.\n"
    folder = site(
        {f"content/articles/a{n}.md": lead.format(n) for n in (1, 2)} | {"content/articles/x.jpg": photo()}
    )
    folder.build()
    page = folder.read("articles/a1/index.html")
    assert 'alt="الجسر" width="1000" height="600" fetchpriority="high" decoding="async"></picture>' in page
    assert "lazy" not in page
    first, second = re.findall(r"<img [^>]*>", folder.read("index.html"))
    assert 'fetchpriority="high"' in first
    assert "lazy" not in first
    assert 'loading="lazy"' in second
    assert folder.read("index.html").count(f'srcset="/{FOLDER}/') == 2


def test_html_of_the_authors_own_keeps_what_it_says(site: MakeSite) -> None:
    html = (
        '<figure><img src="x.jpg" alt="" width="300" loading="eager"><figcaption>تعليق</figcaption></figure>\n\n'
        "<!-- <img src='x.jpg'> -->\n\n`<img src=x.jpg>`\n"
    )
    folder = site(
        {"content/articles/a.md": ARTICLE.format("x.jpg") + html, "content/articles/x.jpg": photo()}
    )
    assert folder.build().exit_code == 0
    found = body(folder)
    image = re.search(
        r"<figure><picture><source [^>]* sizes=\"300px\"><img ([^>]*)></picture><figcaption>", found
    )
    assert image
    assert 'width="300"' in image[1]
    assert 'loading="eager"' in image[1]
    assert "height" not in image[1]
    assert "lazy" not in image[1]
    assert found.count("<picture>") == 2


def test_pictures_elsewhere_and_drawings_stay_as_they_are(site: MakeSite) -> None:
    svg = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="64px" height="32" viewBox="0 0 2 1"/>'
    text = ARTICLE.format("https://example.net/x.jpg") + "\n![رسم](x.svg)\n\n![رسم](y.svg)\n"
    folder = site({
        "content/articles/a.md": text, "content/articles/x.svg": svg, "content/articles/y.svg": svg.replace("64px", "100%"),
    })  # fmt: skip
    assert folder.build().stderr == ""
    assert '<p><img alt="صورة الجسر" src="https://example.net/x.jpg"></p>' in body(folder)
    assert 'src="/articles/x.svg" width="64" height="32" loading="lazy"' in body(folder)
    assert 'src="/articles/y.svg" loading="lazy"' in body(folder)
    assert folder.read("articles/x.svg") == svg


def test_a_picture_that_the_author_has_made_smaller_is_left_to_him(site: MakeSite) -> None:
    html = '<picture><source srcset="/y.webp"><img src="/articles/x.jpg"></picture>\n\n<img src="/articles/x.jpg" srcset="/z 2x">\n'
    folder = site({
        "site.yaml": SITE_YAML + "trusted_html: true\n",
        "content/articles/a.md": ARTICLE.format("x.jpg") + "\n" + html, "content/articles/x.jpg": photo(),
    })  # fmt: skip
    assert folder.build().exit_code == 0
    for line in html.split("\n\n"):
        assert line.strip() in body(folder)


# what is published


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_nothing_is_published_that_the_camera_wrote(site: MakeSite, form: str) -> None:
    name = f"x.{form.lower()}"
    lossless = {"lossless": True} if form == "WEBP" else {}
    file = photo(form=form, **lossless)
    folder = site({"content/articles/a.md": ARTICLE.format(name), f"content/articles/{name}": file})
    assert folder.build().stderr == ""
    assert SECRET in file
    for path, content in tree(folder.path / "public").items():
        assert SECRET not in content, path
    found = opened(folder.path / "public/articles" / name)
    assert found.format == form
    assert not found.getexif()
    if form != "AVIF":
        assert found.tobytes() == opened(file).tobytes()
    assert (folder.path / "content/articles" / name).read_bytes() == file


def test_nor_in_the_copy_that_a_style_sheet_names(site: MakeSite) -> None:
    folder = site({
        "content/articles/a.md": ARTICLE.format("x.jpg"), "content/articles/x.jpg": photo(),
        "static/css/own.css": "body { background: url(../images/bg.jpg) }", "static/images/bg.jpg": photo(),
    })  # fmt: skip
    assert folder.build().stderr == ""
    made = tree(folder.path / "public")
    assert "images/bg.jpg" in made
    assert [path for path, content in made.items() if SECRET in content] == []


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF"])
@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_picture_stands_upright(site: MakeSite, form: str, orientation: int) -> None:
    name = f"x.{form.lower()}"
    folder = site({
        "content/articles/a.md": ARTICLE.format(name), f"content/articles/{name}": photo(orientation, form),
    })  # fmt: skip
    assert folder.build().stderr == ""
    upright = (1000, 600) if orientation == 3 else (600, 1000)
    assert f'width="{upright[0]}" height="{upright[1]}"' in body(folder)
    pictures = [folder.path / "public/articles" / name, *(folder.path / "public" / FOLDER).glob("*")]
    assert len(pictures) >= 2
    for path in pictures:
        image = opened(path)
        assert image.getexif().get(0x0112, 1) == 1
        assert abs(image.width * upright[1] - image.height * upright[0]) < 2000, path.name
        width, height = image.size
        # Where the left half comes to lie: a quarter turn clockwise puts it above.
        red = {3: (width - 9, 9), 6: (width // 2, 9), 8: (width // 2, height - 9)}[orientation]
        blue = {3: (9, 9), 6: (width // 2, height - 9), 8: (width // 2, 9)}[orientation]
        assert close_to(image, red, RED), path.name
        assert close_to(image, blue, BLUE), path.name


def test_what_stands_behind_a_picture_goes_too() -> None:
    plain = written(halves(), "JPEG", progressive=True)
    second = photo()
    for behind in (SECRET, second, b"\0" * 7 + second):
        assert exif.stripped(plain + behind) == plain
    drawing = written(halves(), "PNG")
    assert exif.stripped(drawing + SECRET) == drawing


def test_a_jpeg_is_stripped_of_all_segments_that_are_not_its_picture() -> None:
    plain = written(
        halves(), "JPEG", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    )
    noted = plain
    for marker in (0xE1, 0xE2, 0xE5, 0xED, 0xEF, 0xFE):
        noted = noted[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(SECRET) + 2) + SECRET + noted[2:]
    assert exif.stripped(noted) == plain
    assert b"ICC_PROFILE" in plain


@pytest.mark.parametrize("frames", [1, 3])
def test_a_gif_is_stripped_of_comments_and_notes_and_moves_as_before(frames: int) -> None:
    pictures = [halves(60 + 10 * n, 40).resize((60, 40)).rotate(n) for n in range(frames)]
    more: dict[str, Any] = (
        {"save_all": True, "append_images": pictures[1:], "loop": 3, "duration": 70} if frames > 1 else {}
    )
    plain = written(pictures[0], "GIF", **more)
    comment = b"\x21\xfe" + bytes([len(SECRET)]) + SECRET + b"\0"
    trailer = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
    xmp = b"\x21\xff\x0bXMP DataXMP<x:xmpmeta>" + SECRET + b"</x:xmpmeta>" + trailer
    begins = 13 + 3 * (2 << (plain[10] & 7))
    noted = plain[:begins] + comment + xmp + plain[begins:-1] + comment + b";" + SECRET
    assert exif.stripped(noted) == plain
    assert exif.stripped(plain) == plain
    facts = raster.look("a.gif", noted)
    assert (facts.private, facts.fault) == (True, "")
    assert raster.published(noted, facts) == plain
    assert not raster.look("a.gif", plain).private
    assert getattr(opened(plain), "n_frames", 1) == frames
    assert (b"NETSCAPE2.0" in plain) == (frames > 1)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_whatever_is_cut_off_or_changed_is_stripped_without_a_word(form: str) -> None:
    file = photo(form=form)
    for cut in range(0, len(file), 97):
        exif.stripped(file[:cut])
        exif.stripped(file[:cut] + b"\xff" * 9 + file[cut + 9 :])


# what pictures can be


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


BOMB = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 8, 0, 0, 0, 0))
    + chunk(b"IEND", b"")
)
HOSTILE = {
    "text.jpg": (b"not a picture", "the picture can't be read (cannot identify image file); save it anew", ""),
    "empty.png": (b"", "the picture can't be read (cannot identify image file); save it anew", ""),
    "cut.jpg": (photo()[:-3000], "the picture is damaged (", 'width="1000"'),
    "cut.png": (written(halves(), "PNG")[:-200], "the picture is damaged (", 'width="1000"'),
    "cut.webp": (written(halves(), "WEBP")[:-100], "can't be read (" , ""),
    "bomb.png": (BOMB, "the picture has 60,000 × 60,000 pixels; keep it under 100 million", 'width="60000"'),
    "named.png": (photo(), "the picture is JPEG, whatever its name says; call it .jpg", "<picture>"),
    "camera.heic": (b"\0\0\0\x18ftypheic", "not every browser shows HEIC, and what the camera wrote", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_picture_that_is_not_what_it_should_be_is_shown_with_a_warning(site: MakeSite, name: str) -> None:
    file, message, html = HOSTILE[name]
    folder = site({"content/articles/a.md": ARTICLE.format(name), f"content/articles/{name}": file})
    for _ in range(2):
        result = folder.build()
        assert result.exit_code == 0
        assert result.stderr.startswith(f"content/articles/{name}:1:1: warning: ")
        assert message in result.stderr
        assert html in body(folder)
        folder.write("content/articles/a.md", ARTICLE.format(name) + "\nفقرة.\n")
    assert SECRET not in (folder.path / "public/articles" / name).read_bytes()
    assert folder.build("--strict").exit_code == 1
    assert (sized(folder) != {}) == (html == "<picture>")


def moving(form: str) -> bytes:
    return written(
        halves(90, 60), form, save_all=True, append_images=[halves(90, 60).rotate(180)], duration=90, loop=0
    )


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "AVIF"])
def test_what_moves_goes_on_moving(site: MakeSite, form: str) -> None:
    name = f"x.{form.lower()}"
    file = moving(form)
    folder = site({"content/articles/a.md": ARTICLE.format(name), f"content/articles/{name}": file})
    assert folder.build().stderr == ""
    assert sized(folder) == {}
    assert 'width="90" height="60"' in body(folder)
    assert (folder.path / "public/articles" / name).read_bytes() == file


def deep_grey() -> Image.Image:
    """Sixteen bits of grey, dark on the left and light on the right."""
    rows = struct.pack("<100H", *([0x3000] * 50 + [0xD000] * 50)) * 50
    return Image.frombytes("I;16", (100, 50), rows)


def see_through() -> Image.Image:
    image = halves(100, 50, "RGBA")
    image.putalpha(Image.linear_gradient("L").resize((100, 50)))
    return image


@pytest.mark.parametrize(
    ("name", "file", "left", "right"),
    [
        ("cmyk.jpg", written(halves(100, 50, "CMYK"), "JPEG"), RED, BLUE),
        ("palette.png", written(halves(100, 50).quantize(4), "PNG"), RED, BLUE),
        ("one-bit.png", written(halves(100, 50, "L").point(lambda v: 255 * (v > 70)).convert("1"), "PNG"), (255,) * 3, (0,) * 3),
        ("grey.jpg", written(halves(100, 50, "L"), "JPEG"), (87,) * 3, (52,) * 3),
        ("deep.png", written(deep_grey(), "PNG"), (0x30,) * 3, (0xD0,) * 3),
        ("still.gif", written(halves(100, 50), "GIF"), RED, BLUE),
    ],
)  # fmt: skip
def test_pictures_of_any_colours_keep_them(
    site: MakeSite, name: str, file: bytes, left: tuple[int, int, int], right: tuple[int, int, int]
) -> None:
    settings = SITE_YAML + "images: {widths: [40]}\n"
    folder = site({
        "site.yaml": settings, "content/articles/a.md": ARTICLE.format(name), f"content/articles/{name}": file,
    })  # fmt: skip
    assert folder.build().stderr == ""
    [made] = (folder.path / "public" / FOLDER).glob("*")
    image = opened(made)
    assert image.size == (40, 20)
    assert close_to(image, (5, 10), left)
    assert close_to(image, (35, 10), right)


@pytest.mark.parametrize("palette", [False, True])
def test_what_is_seen_through_stays_so(site: MakeSite, palette: bool) -> None:
    image = see_through()
    if palette:
        image = image.quantize(32)
    settings = SITE_YAML + "images: {widths: [40], formats: [webp, avif]}\n"
    folder = site({
        "site.yaml": settings,
        "content/articles/a.md": ARTICLE.format("x.png"), "content/articles/x.png": written(image, "PNG"),
    })  # fmt: skip
    assert folder.build().stderr == ""
    made = list((folder.path / "public" / FOLDER).glob("*"))
    assert len(made) == 2
    for path in made:
        alpha = opened(path).convert("RGBA").getchannel("A")
        assert alpha.getpixel((20, 1)) < 40  # type: ignore[operator]
        assert alpha.getpixel((20, 18)) > 200  # type: ignore[operator]


def test_colours_by_a_profile_are_those_of_the_web() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = raster.look("x.jpg", written(halves(), "JPEG"))
    [first] = raster.derivatives(written(halves(), "JPEG", icc_profile=lab), plain, [(100, "webp")])
    [second] = raster.derivatives(
        written(halves(), "JPEG", icc_profile=b"no profile"), plain, [(100, "webp")]
    )
    for made in (first, second):
        assert "icc_profile" not in opened(made).info
        assert close_to(opened(made), (10, 10), RED)


def test_pillow_has_what_is_needed() -> None:
    for feature in ("webp", "avif", "jpg", "zlib", "littlecms2"):
        assert features.check(feature), feature


def test_a_picture_too_tall_for_webp_is_made_as_wide_as_it_can_be(site: MakeSite) -> None:
    tall = written(Image.new("RGB", (1000, 18_000)), "PNG")
    folder = site({"content/articles/a.md": ARTICLE.format("x.png"), "content/articles/x.png": tall})
    assert folder.build().exit_code == 0
    assert {size[0] for size in sized(folder).values()} == {480, 800}


# settings


def test_pictures_are_copied_as_they_are_where_nothing_is_wanted(site: MakeSite) -> None:
    folder = site({
        "site.yaml": SITE_YAML + "images: false\n",
        "content/articles/a.md": ARTICLE.format("x.jpg"), "content/articles/x.jpg": photo(6),
    })  # fmt: skip
    assert folder.build().exit_code == 0
    assert (folder.path / "public/articles/x.jpg").read_bytes() == photo(6)
    assert '<p><img alt="صورة الجسر" src="/articles/x.jpg"></p>' in body(folder)
    assert not (folder.path / "public" / FOLDER).exists()


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ("true", {"480.webp", "800.webp", "1000.webp"}),
        ("{formats: []}", set()),
        (
            "{formats: [webp, avif], widths: [800, 600, 600]}",
            {"600.webp", "800.webp", "600.avif", "800.avif"},
        ),
    ],
)
def test_formats_and_widths_are_the_settings(site: MakeSite, settings: str, names: set[str]) -> None:
    folder = site({
        "site.yaml": SITE_YAML + f"images: {settings}\n",
        "content/articles/a.md": ARTICLE.format("x.jpg"), "content/articles/x.jpg": photo(),
    })  # fmt: skip
    assert folder.build().exit_code == 0
    assert {name.partition("-")[2] for name in sized(folder)} == names
    assert 'width="1000" height="600" loading="lazy"' in body(folder)
    types = re.findall(r'<source type="([^"]*)"', body(folder))
    assert types == sorted({f"image/{name.rpartition('.')[2]}" for name in names})


def test_a_webp_is_its_own_largest(site: MakeSite) -> None:
    folder = site(
        {"content/articles/a.md": ARTICLE.format("x.webp"), "content/articles/x.webp": photo(form="WEBP")}
    )
    folder.build()
    assert {name.partition("-")[2] for name in sized(folder)} == {"480.webp", "800.webp"}
    assert ", /articles/x.webp 1000w" in body(folder)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("{formats: [jpeg]}", f"site.yaml:{LINE}:20: error: `formats[0]` can't be jpeg; write avif, webp"),
        (
            "{widths: [0]}",
            f"site.yaml:{LINE}:19: error: 0 is no width of a picture in pixels; write 16 to 8192",
        ),
        ("{width: [9]}", f"site.yaml:{LINE}:10: error: unknown key `width`; did you mean `widths`?"),
        (
            "none",
            f"site.yaml:{LINE}:1: error: `images` must be keys with values; write them indented under it",
        ),
    ],
)
def test_settings_that_mean_nothing_are_told(site: MakeSite, settings: str, message: str) -> None:
    result = site({"site.yaml": SITE_YAML + f"images: {settings}\n"}).build()
    assert result.exit_code == 1
    assert message in result.stderr


# builds


def files() -> dict[str, str | bytes]:
    return {
        "content/articles/a.md": ARTICLE.format("x.jpg"),
        "content/articles/b.md": "---\ntitle: آخر\ndate: 2023-10-17\nimage: {src: /z.png, alt: رسم}\n---\n\nنصّ.\n",
        "content/articles/x.jpg": photo(),
        "content/articles/y.jpg": photo(6),
        "static/z.png": written(halves(500, 100), "PNG"),
    }  # fmt: skip


def clean(folder: SiteFolder, *options: str) -> dict[str, bytes]:
    """What a build from nothing makes of the same files."""
    other = SiteFolder(folder.path.with_name("clean"))
    shutil.rmtree(other.path, ignore_errors=True)
    shutil.copytree(folder.path, other.path, ignore=shutil.ignore_patterns("public", ".jisr"))
    assert other.build(*options).exit_code == 0
    return tree(other.path / "public")


def test_a_picture_that_was_another_for_a_moment_of_the_build_is_made_again(
    site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = site({"content/articles/a.md": ARTICLE.format("x.jpg"), "content/articles/x.jpg": photo()})
    picture = folder.path / "content/articles/x.jpg"
    time.sleep(0.1)  # else it is hashed anew each time
    assert folder.build().exit_code == 0
    folder.write("site.yaml", SITE_YAML + "images: {widths: [333, 640]}\n")

    other = written(Image.new("RGB", (1000, 600), BLUE), "JPEG")
    once_it_has_looked(monkeypatch, lambda: picture.write_bytes(other))
    assert folder.build().exit_code == 0
    picture.write_bytes(photo())
    assert folder.build().exit_code == 0
    shutil.copytree(
        folder.path, folder.path.parent / "clean", ignore=shutil.ignore_patterns(".jisr", "public")
    )
    assert SiteFolder(folder.path.parent / "clean").build().exit_code == 0
    assert tree(folder.path / "public") == tree(folder.path.parent / "clean/public")


def test_after_changes_of_pictures_a_build_equals_a_clean_one(site: MakeSite) -> None:
    folder = site(files())
    folder.build()
    assert tree(folder.path / "public") == clean(folder, "--jobs", "2")
    changes: list[tuple[str, str | bytes | None]] = [
        ("content/articles/x.jpg", written(halves(700, 700), "JPEG")),
        ("content/articles/x.jpg", b"no picture"),
        ("content/articles/x.jpg", photo(6)),
        ("static/z.png", written(halves(500, 300), "PNG")),
        ("content/articles/a.md", ARTICLE.format("y.jpg")),
        ("content/articles/x.jpg", None),
        ("content/articles/a.md", ARTICLE.format("y.jpg") + "\n[كبيرة](../images/z.png)\n"),
        ("content/images/z.png", photo(3, "PNG")),
        ("site.yaml", SITE_YAML + "images: {formats: [webp], widths: [333]}\n"),
        ("site.yaml", SITE_YAML + "images: false\n"),
        ("site.yaml", SITE_YAML),
    ]
    for path, content in changes:
        if content is None:
            (folder.path / path).unlink()
        else:
            folder.write(path, content)
        if folder.build().exit_code == 0:
            assert tree(folder.path / "public") == clean(folder), path
        else:
            assert "z.png, which isn't there" in folder.build().stderr


def test_a_picture_of_another_size_changes_the_pages_that_show_it_and_no_others(site: MakeSite) -> None:
    folder = site(files())
    folder.build()
    before, was = times(folder.path / "public"), set(sized(folder))
    folder.write("static/z.png", written(halves(500, 300), "PNG"))
    folder.build()
    after = times(folder.path / "public")
    pages = {path for path in after if path.endswith(".html") and after[path] != before[path]}
    assert pages >= {"articles/b/index.html", "en/articles/b/index.html", "index.html", "en/index.html"}
    assert not {path for path in pages if path.startswith(("articles/a/", "en/articles/a/"))}
    assert 'width="500" height="300"' in folder.read("index.html")
    gone, new = was - set(sized(folder)), set(sized(folder)) - was
    assert [name.partition("-")[2] for name in sorted(gone)] == ["480.webp", "500.webp"]
    assert [name.partition("-")[2] for name in sorted(new)] == ["480.webp", "500.webp"]
    assert all(before[path] == after[path] for path in after if path.startswith(FOLDER) and path in before)


def test_a_build_with_nothing_to_do_or_an_edited_text_loads_no_pillow(site: MakeSite) -> None:
    folder = site({**files(), "site.yaml": SITE_YAML + "cards: false\n"})
    assert "PIL" in modules(folder, "build")
    assert "PIL" not in modules(folder, "build")
    folder.write("content/articles/a.md", ARTICLE.format("x.jpg") + "\nفقرة.\n")
    assert "PIL" not in modules(folder, "build")


def test_what_was_made_is_kept_as_long_as_it_is_wanted(
    site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = site(files())
    folder.build()
    first = tree(folder.path / "public")
    kept = folder.path / ".jisr/cache"
    names = {path.name for path in kept.iterdir()}
    assert len(names) == len(sized(folder)) + 2  # and two that aren't published as they are
    with monkeypatch.context() as patched:
        patched.setattr(raster, "derivatives", None)
        patched.setattr(raster, "published", None)
        shutil.rmtree(folder.path / "public")
        assert folder.build().exit_code == 0
        assert tree(folder.path / "public") == first
    for path in kept.iterdir():
        path.write_bytes(b"x" + path.read_bytes()[1:])
    shutil.rmtree(folder.path / "public")
    folder.build()
    assert tree(folder.path / "public") == first
    (folder.path / "content/articles/x.jpg").unlink()
    folder.write("content/articles/a.md", ARTICLE.format("y.jpg"))
    folder.build()
    assert {path.name for path in kept.iterdir()} & names < names
    assert len(list(kept.iterdir())) == len(sized(folder)) + 1


def test_another_recipe_makes_all_anew(site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = site(files())
    folder.build()
    monkeypatch.setattr(raster, "VERSION", "other")
    asked: list[bytes] = []

    def published(file: bytes, _: object) -> bytes:
        asked.append(file)
        return file

    monkeypatch.setattr(raster, "published", published)
    shutil.rmtree(folder.path / "public")
    folder.build()
    assert len(asked) == 2


def test_a_picture_that_cant_be_made_smaller_stops_the_build(
    site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise SystemError("tile cannot extend outside image")

    folder = site(files())
    monkeypatch.setattr(raster, "derivatives", fail)
    result = folder.build()
    assert result.exit_code == 1
    assert (
        "content/articles/x.jpg:1:1: error: no smaller picture can be made of it (tile cannot"
        in result.stderr
    )
    assert not (folder.path / "public").exists()


def test_hosts_let_browsers_keep_what_never_changes(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": ARTICLE.format("x.jpg"), "content/articles/x.jpg": photo()})
    folder.build()
    lasting = "  Cache-Control: public, max-age=31536000, immutable\n"
    assert f"\n/{FOLDER}/*\n{lasting}" in f"{folder.read('_headers')}\n"


def test_the_preview_calls_pictures_what_they_are() -> None:
    importlib.import_module("jisr.serve.pages")
    assert mimetypes.guess_type("/sized/x-480.webp")[0] == "image/webp"
    assert mimetypes.guess_type("/sized/x-480.avif")[0] == "image/avif"


@pytest.mark.filterwarnings("error")
def test_pillow_says_nothing_of_its_own() -> None:
    noted = Image.Exif()
    noted[0x0112] = 1
    file = written(halves(), "JPEG", exif=noted.tobytes()[:-2])
    with warnings.catch_warnings(record=True) as said:
        raster.look("x.jpg", file)
    assert said == []
