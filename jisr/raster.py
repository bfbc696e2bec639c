"""What a picture's file holds, and smaller ones made of it. The only importer of PIL.

A picture may be anything that somebody has put into a folder under a picture's name: its size is looked at
before it is decoded, and whatever goes wrong is a fault that is told.
"""

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import PIL
from msgspec.structs import replace
from PIL import AvifImagePlugin, Image, ImageCms, ImageOps, JpegImagePlugin, WebPImagePlugin

from jisr.exif import stripped
from jisr.model import PictureFacts

RECIPE = 1
"""Of what is made below: another number makes all derivatives anew."""

VERSION = f"{RECIPE} {PIL.__version__}"

MOST_PIXELS = 100_000_000
"""What is decoded takes up to four bytes a pixel; the largest cameras have half as many."""

_SUFFIXES = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif", ".pjpeg", ".pjp"),
    "PNG": (".png", ".apng"),
    "WEBP": (".webp",),
    "AVIF": (".avif",),
    "GIF": (".gif",),
}
_UNSEEN = (".heic", ".heif", ".jxl", ".tif", ".tiff")
_ORIENTATION = 0x0112
_SVG = re.compile(rb"<svg\b[^>]*>")
_SCRIPT = re.compile(
    rb"<(?:\w+:)?(?:script|handler)\b|\bon[a-z]+\s*=|javascript:|<!ENTITY[^>]*&\#|\0", re.IGNORECASE
)
_LENGTH = re.compile(rb"""\s(?P<name>width|height)\s*=\s*["'](?P<value>[0-9]{1,5})(?:\.[0-9]*)?(?:px)?["']""")

# Loaded, they are known: else Pillow would load all that it has.
_LOADED = (AvifImagePlugin, WebPImagePlugin)

# Ours is looked at before anything is decoded, and says which file it is.
Image.MAX_IMAGE_PIXELS = None


def look(path: str, file: bytes) -> PictureFacts:
    """What a file is, by its bytes; what is wrong with it, by those and the name in its path."""
    suffix = path[path.rfind(".") :].lower()
    if suffix == ".svg":
        facts = PictureFacts("svg", *_svg_size(file))
        if _SCRIPT.search(file):
            return facts.wrong("the drawing holds a script, or can't be seen to hold none", "take it out")
        return facts
    if suffix in _UNSEEN:
        what = f"not every browser shows {suffix[1:].upper()}, and what the camera wrote into it is published"
        return PictureFacts("", fault=what, hint="save it as JPEG")
    try:
        with warnings.catch_warnings(action="ignore"), _open(file) as image:
            return _facts(image, file, suffix)
    except Exception as error:  # a decoder raises whatever a broken file makes it stumble over
        return PictureFacts("", fault=f"the picture can't be read ({_said(error)})", hint="save it anew")


def published(file: bytes, facts: PictureFacts) -> bytes:
    """The picture as it goes onto the site: upright, without metadata, else as it is."""
    if facts.orientation == 1 and facts.format != "avif":
        return stripped(file)
    out = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), _open(file) as image:
        options: dict[str, Any] = {"icc_profile": image.info.get("icc_profile")}
        if facts.format == "jpeg":
            # With the tables that it was made with hardly anything is lost.
            options["qtables"] = image.quantization  # type: ignore[attr-defined]
            options["subsampling"] = JpegImagePlugin.get_sampling(image)
            options["progressive"] = bool(image.info.get("progressive"))
        elif facts.format != "png":
            options |= {"quality": 90} | ({"max_threads": 1} if facts.format == "avif" else {})
        upright = ImageOps.exif_transpose(image)
        for name in ("exif", "xmp", "comment"):
            upright.info.pop(name, None)
        upright.save(out, facts.format, **options)
    return stripped(out.getvalue())


def derivatives(file: bytes, facts: PictureFacts, wanted: Sequence[tuple[int, str]]) -> Iterator[bytes]:
    """Pictures of a width and in a format each, upright, in sRGB, without metadata."""
    with warnings.catch_warnings(action="ignore"), _open(file) as image:
        widest = max(width for width, _ in wanted)
        largest = max(widest, widest * facts.height // facts.width)
        image.draft("RGB", (largest, largest))  # a JPEG is decoded at an eighth, a quarter or a half
        whole = _in_srgb(ImageOps.exif_transpose(image))
    drawn = facts.format in ("png", "gif")
    sized: dict[int, Image.Image] = {}
    for width, form in wanted:
        if width not in sized:
            height = max(1, round(facts.height * width / facts.width))
            sized[width] = whole.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
        if form == "avif":
            yield _saved(sized[width], "AVIF", quality=60, speed=6, max_threads=1)
            continue
        lossy = _saved(sized[width], "WEBP", quality=80, method=4)
        # Drawings are often smaller without loss, and then they are better, too.
        yield min(lossy, _saved(sized[width], "WEBP", lossless=True, quality=60), key=len) if drawn else lossy


def with_few_colours(png: bytes) -> bytes:
    """A drawing as PNG with a palette: half of the bytes, and the edges of letters need no more colours."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        flat = image.convert("RGB")
    few = flat.quantize(250, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(out, "PNG", compress_level=6)
    return out.getvalue()


def _open(file: bytes) -> Image.Image:
    return Image.open(io.BytesIO(file), formats=tuple(_SUFFIXES))


def _facts(image: Image.Image, file: bytes, suffix: str) -> PictureFacts:
    # MPO has two pictures in one, as telephones write it.
    kind = "JPEG" if image.format == "MPO" else str(image.format)
    facts = PictureFacts(kind.lower(), *image.size, private=kind != "AVIF" and stripped(file) != file)
    if image.width * image.height > MOST_PIXELS:  # before anything that may decode it
        what = f"the picture has {image.width:,} × {image.height:,} pixels"
        return facts.wrong(what, f"keep it under {MOST_PIXELS // 1_000_000} million")
    try:
        image.draft("RGB", (1, 1))
        image.load()
    except Exception as error:
        return facts.wrong(f"the picture is damaged ({_said(error)})", "save it anew")
    moving = kind != "JPEG" and bool(getattr(image, "is_animated", False))
    orientation = image.getexif().get(_ORIENTATION, 1)
    if kind == "GIF" or orientation not in range(1, 9):
        orientation = 1
    noted = any(key in image.info for key in ("exif", "xmp"))
    facts = replace(
        facts,
        width=facts.height if orientation > 4 else facts.width,
        height=facts.width if orientation > 4 else facts.height,
        orientation=orientation,
        private=facts.private or orientation != 1 or (kind == "AVIF" and noted and not moving),
        scalable=not moving,
    )
    if suffix not in _SUFFIXES[kind]:
        return facts.wrong(f"the picture is {kind}, whatever its name says", f"call it {_SUFFIXES[kind][0]}")
    return facts


def _said(error: Exception) -> str:
    text = str(error).partition("<")[0].strip()  # Pillow names objects by their places in memory
    return text[:80] or type(error).__name__


def _in_srgb(image: Image.Image) -> Image.Image:
    """The picture as RGB or RGBA, whatever it was: by its profile, if it has one."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):  # sixteen bits of grey, which a conversion would cut off
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    elif image.mode in ("P", "PA", "LA") or image.has_transparency_data:
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if profile and image.mode in ("RGB", "RGBA", "CMYK"):
        image = _by_profile(image, profile)
    if image.mode not in ("RGB", "RGBA"):
        image = image.convert("RGB")
    image.info.clear()
    return image


def _by_profile(image: Image.Image, profile: bytes) -> Image.Image:
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    colours = image.convert("RGB") if alpha else image
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        found = ImageCms.profileToProfile(colours, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):  # a profile of another kind of picture, or none at all
        return image
    assert found is not None  # it isn't changed in place
    if alpha:
        found.putalpha(alpha)
    return found


def _saved(image: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def _svg_size(file: bytes) -> tuple[int, int]:
    """Width and height where both are given in pixels, else nothing."""
    root = _SVG.search(file, 0, 10_000)
    sizes = {found["name"]: int(found["value"]) for found in _LENGTH.finditer(root[0])} if root else {}
    return (sizes[b"width"], sizes[b"height"]) if len(sizes) == 2 else (0, 0)
