"""The mark of the site, and the web manifest of each language."""

import json
import re
import struct

import pytest

from jisr.theme import theme_root
from tests.conftest import SITE_YAML, MakeSite, SiteFolder

FILES = {"content/about.md": "---\ntitle: عن\n---\n\nنص.\n"}
ICONS = {"favicon.svg", "favicon.ico", "apple-touch-icon.png", "icon-192.png", "icon-512.png"}


def built(folder: SiteFolder, *options: str) -> SiteFolder:
    result = folder.build("--strict", *options)
    assert (result.exit_code, result.stderr) == (0, "")
    return folder


def icons(folder: SiteFolder) -> set[str]:
    return {path.name for path in (folder.path / "public").iterdir()} & ICONS


def named(folder: SiteFolder, page: str) -> list[str]:
    return re.findall(r'<link rel="(?:icon|apple-touch-icon)" href="([^"]+)"', folder.read(page))


def manifest(folder: SiteFolder, path: str = "") -> dict[str, object]:
    found: dict[str, object] = json.loads(folder.read(f"{path}manifest.webmanifest"))
    return found


def test_each_language_has_a_manifest(site: MakeSite) -> None:
    settings = SITE_YAML.replace("[ar, en]", "[ar, en, fr]").replace(
        "title: جسر", "title: '«جسر» & \"نهر\" </x>'"
    )
    folder = built(site({**FILES, "site.yaml": settings + "  fr: {title: Pont}\n"}))
    arabic, english, french = manifest(folder), manifest(folder, "en/"), manifest(folder, "fr/")
    assert (arabic["name"], arabic["lang"], arabic["dir"]) == ('«جسر» & "نهر" </x>', "ar", "rtl")
    assert (english["name"], english["lang"], english["dir"]) == ("Jisr", "en", "ltr")
    assert (arabic["start_url"], english["start_url"], french["start_url"]) == ("/", "/en/", "/fr/")
    assert arabic["scope"] == english["scope"] == "/"
    for path in ("", "en/", "fr/"):
        assert f'<link rel="manifest" href="/{path}manifest.webmanifest">' in folder.read(
            f"{path}about/index.html"
        )


def test_a_manifest_holds_at_a_base_url_with_a_path(site: MakeSite) -> None:
    folder = built(site(FILES), "--base-url", "https://example.org/repo/")
    found = manifest(folder, "en/")
    assert (found["start_url"], found["scope"]) == ("/repo/en/", "/repo/")
    assert isinstance(found["icons"], list)
    assert found["icons"][0]["src"] == "/repo/favicon.svg"
    assert '<link rel="manifest" href="/repo/en/manifest.webmanifest">' in folder.read("en/index.html")


def test_the_icons_are_what_the_manifest_says(site: MakeSite) -> None:
    folder = built(site(FILES))
    found = manifest(folder)["icons"]
    assert isinstance(found, list)
    assert {(icon["sizes"], icon["purpose"]) for icon in found} == {
        ("any", "any"), ("192x192", "any"), ("512x512", "any"), ("512x512", "maskable"),
    }  # fmt: skip
    for icon in found:
        raw = (folder.path / "public" / icon["src"].lstrip("/")).read_bytes()
        if icon["type"] == "image/png":
            width, height = struct.unpack(">2I", raw[16:24])
            assert f"{width}x{height}" == icon["sizes"]


def test_the_themes_icons_are_all_named(site: MakeSite) -> None:
    folder = built(site(FILES))
    assert icons(folder) == ICONS
    assert named(folder, "index.html") == ["/favicon.ico", "/favicon.svg", "/apple-touch-icon.png"]


@pytest.mark.parametrize("own", sorted(ICONS))
def test_with_one_of_its_own_a_site_has_none_of_the_themes(site: MakeSite, own: str) -> None:
    folder = site({**FILES, f"static/{own}": "علامة"})
    assert folder.build().exit_code == 0  # a picture that is none gets a warning
    assert icons(folder) == {own}
    assert named(folder, "index.html") == ([] if own.startswith("icon-") else [f"/{own}"])
    assert folder.read(own) == "علامة"
    assert all(icon["src"] == f"/{own}" for icon in manifest(folder)["icons"])  # type: ignore[attr-defined]


def test_a_manifest_can_be_left_out_or_be_the_sites_own(site: MakeSite) -> None:
    folder = built(site({**FILES, "static/en/manifest.webmanifest": "{}"}))
    assert folder.read("en/manifest.webmanifest") == "{}"
    assert manifest(folder)["lang"] == "ar"
    folder.write("site.yaml", SITE_YAML + "manifest: false\n")
    built(folder)
    assert not (folder.path / "public/manifest.webmanifest").exists()
    assert 'rel="manifest"' not in folder.read("index.html")


def test_the_colours_are_those_of_the_style_sheet() -> None:
    parts = (theme_root() / "templates/_colours.html").read_text(encoding="utf-8")
    sheet = (theme_root() / "static/css/site.css").read_text(encoding="utf-8")
    light, dark = re.findall(r"--paper: (#\w+);", sheet)[:2]  # the third is for printing
    assert f'{{"light": "{light}", "dark": "{dark}"}}' in parts
