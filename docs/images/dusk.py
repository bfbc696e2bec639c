"""Draws content/images/dusk.jpg, a bridge at dusk with its reflection (CC0, The Jisr authors).

    python docs/images/dusk.py

Needs Pillow, which Jisr has. Every number is the drawing's own; a run gives the same picture again.
"""

import math
import random
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

WIDTH, HEIGHT, WATER = 1600, 900, 560
TARGET = Path(__file__).parents[2] / "content/images/dusk.jpg"
SKY = ((0, (38, 58, 92)), (230, (118, 112, 140)), (400, (214, 150, 128)), (WATER, (247, 205, 150)))


def mixed(height: float) -> tuple[int, int, int]:
    """The sky's colour at a height."""
    for (low, one), (high, other) in pairwise(SKY):
        if height <= high:
            share = (height - low) / (high - low)
            return tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True))  # type: ignore[return-value]
    return SKY[-1][1]


def silhouette(points: int = 4) -> Image.Image:
    """Where the bridge and the hills are, drawn larger for smooth edges."""
    mask = Image.new("L", (WIDTH * points, WATER * points))
    draw = ImageDraw.Draw(mask)

    def scaled(*places: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x * points, y * points) for x, y in places]

    road = [(x, 380 + 90 * ((x - WIDTH / 2) / (WIDTH / 2)) ** 2) for x in range(0, WIDTH + 1, 8)]
    draw.polygon(scaled(*road, (WIDTH, WATER), (0, WATER)), fill=255)
    for middle, radius in ((330, 130), (800, 160), (1270, 130)):
        box = scaled((middle - radius, WATER - radius * 0.86), (middle + radius, WATER + radius * 0.86))
        draw.ellipse([*box[0], *box[1]], fill=0)
    for x in range(20, WIDTH, 60):
        top = 380 + 90 * ((x - WIDTH / 2) / (WIDTH / 2)) ** 2
        draw.rectangle([*scaled((x - 7, top - 13))[0], *scaled((x + 7, top + 2))[0]], fill=255)
    return mask.resize((WIDTH, WATER), Image.Resampling.LANCZOS)


def above() -> Image.Image:
    """Sky, sun, hills and bridge."""
    picture = Image.new("RGB", (1, WATER))
    for y in range(WATER):
        picture.putpixel((0, y), mixed(y))
    picture = picture.resize((WIDTH, WATER))
    glow = Image.new("L", (WIDTH, WATER))
    ImageDraw.Draw(glow).ellipse((1010 - 62, 300 - 62, 1010 + 62, 300 + 62), fill=255)
    halo = glow.filter(ImageFilter.GaussianBlur(90)).point(lambda value: min(255, value * 2))
    picture = ImageChops.screen(
        picture, Image.merge("RGB", [halo.point(lambda v, s=s: int(v * s)) for s in (0.8, 0.5, 0.25)])
    )
    picture.paste((255, 232, 190), mask=glow.filter(ImageFilter.GaussianBlur(1.5)))
    hills = Image.new("L", (WIDTH, WATER))
    line = [(x, 470 + 34 * math.sin(x / 260) + 16 * math.sin(x / 97 + 2)) for x in range(0, WIDTH + 1, 8)]
    ImageDraw.Draw(hills).polygon([*line, (WIDTH, WATER), (0, WATER)], fill=150)
    picture.paste((110, 92, 104), mask=hills.filter(ImageFilter.GaussianBlur(2)))
    picture.paste((44, 34, 40), mask=silhouette())
    return picture


def main() -> None:
    """Draw it."""
    chance = random.Random(7)
    sky = above()
    picture = Image.new("RGB", (WIDTH, HEIGHT))
    picture.paste(sky)
    mirrored = sky.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    for y in range(HEIGHT - WATER):
        depth = y / (HEIGHT - WATER)
        shift = 2 + depth * 14
        wave = shift * math.sin(y * (1.1 - 0.8 * depth)) + chance.uniform(-1.5, 1.5)
        row = mirrored.crop((0, min(WATER - 2, int(y * 1.25)), WIDTH, min(WATER - 2, int(y * 1.25)) + 1))
        picture.paste(ImageChops.offset(row, round(wave), 0), (0, WATER + y))
    water = picture.crop((0, WATER, WIDTH, HEIGHT)).filter(ImageFilter.GaussianBlur(1.2))
    water = Image.blend(water, Image.new("RGB", water.size, (36, 52, 78)), 0.28)
    picture.paste(water, (0, WATER))
    picture.save(TARGET, quality=82, optimize=True, progressive=True)


if __name__ == "__main__":
    main()
