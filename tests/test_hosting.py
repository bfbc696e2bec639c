"""What hosts are told: headers, redirects, and the small files that some of them look for."""

import re

import pytest

from tests.conftest import SITE_YAML, MakeSite, SiteFolder

ARTICLE = "---\ntitle: خبر\ndate: 2023-10-16\n{}---\n\nنص.\n"
FILES = {
    "content/articles/b.md": ARTICLE.format("aliases: [/old/b/, /z.html]\n"),
    "content/articles/خبر.md": ARTICLE.format("aliases: ['/قديم/a b:c*/']\n"),
    "content/articles/later.md": ARTICLE.format("draft: true\naliases: [/draft/]\n"),
}


def built(site: MakeSite, settings: str = "", *options: str, **files: str) -> SiteFolder:
    folder = site({**FILES, **files, "site.yaml": SITE_YAML + settings})
    result = folder.build("--strict", *options)
    assert (result.exit_code, result.stderr) == (0, "")
    return folder


def rules(folder: SiteFolder) -> dict[str, dict[str, str]]:
    """The rules of `_headers`: paths with the headers for them."""
    found: dict[str, dict[str, str]] = {}
    path = ""
    for line in folder.read("_headers").splitlines():
        if line.startswith("  "):
            name, _, value = line.strip().partition(": ")
            found[path][name] = value
        elif line:
            path = line
            found[path] = {}
    return found


def there(folder: SiteFolder, name: str) -> bool:
    return (folder.path / "public" / name).exists()


def test_an_alias_may_be_copied_from_a_browser(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": ARTICLE.format("aliases: ['/%D9%82%D8%AF%D9%8A%D9%85/']\n")})
    assert folder.build("--strict").exit_code == 0
    assert "/articles/a/" in folder.read("قديم/index.html")
    assert "/%D9%82%D8%AF%D9%8A%D9%85/ " in folder.read("_redirects")


def test_aliases_become_permanent_redirects(site: MakeSite) -> None:
    folder = built(site)
    assert folder.read("_redirects").splitlines() == [
        "/en/old/b/ /en/articles/b/ 301",
        "/en/z.html /en/articles/b/ 301",
        "/en/%D9%82%D8%AF%D9%8A%D9%85/a%20b%3Ac%2A/ /en/articles/%D8%AE%D8%A8%D8%B1/ 301",
        "/old/b/ /articles/b/ 301",
        "/z.html /articles/b/ 301",
        "/%D9%82%D8%AF%D9%8A%D9%85/a%20b%3Ac%2A/ /articles/%D8%AE%D8%A8%D8%B1/ 301",
    ]
    assert "url=/articles/b/" in folder.read("old/b/index.html"), "for all other hosts"
    assert "url=/en/articles/b/" in folder.read("en/old/b/index.html")
    assert 'canonical" href="https://example.org/en/articles/b/' in folder.read("en/old/b/index.html")


def test_an_alias_in_a_languages_folder_is_that_editions_alone(site: MakeSite) -> None:
    article = ARTICLE.format("aliases: [/old/, /en/old/, /en/former.html]\n")
    folder = site({"content/articles/a.md": article})
    assert folder.build("--strict").exit_code == 0
    assert folder.read("_redirects").splitlines() == [
        "/en/former.html /en/articles/a/ 301",
        "/en/old/ /en/articles/a/ 301",
        "/old/ /articles/a/ 301",
    ]
    assert "url=/en/articles/a/" in folder.read("en/former.html")
    assert not there(folder, "former.html")
    assert not there(folder, "en/en")


def test_headers_name_files_as_they_are_called_and_few_rules_come_first(site: MakeSite) -> None:
    folder = site({**FILES, "static/js/*:own.js": "'use strict';\n"})
    assert folder.build().exit_code == 0
    found = list(rules(folder))
    assert found[:2] == ["/*", "/sized/*"]
    assert [path for path in found if "own" in path] == ["/js/%2A%3Aown.9a1e9bd3.js"]


def test_redirects_stand_where_the_site_stands(site: MakeSite) -> None:
    folder = built(site, "addresses: files\n", "--base-url", "https://example.org/news/")
    assert "/news/old/b/ /news/articles/b.html 301" in folder.read("_redirects").splitlines()


def test_drafts_redirect_when_they_are_built(site: MakeSite) -> None:
    folder = built(site, "", "--drafts")
    assert "/draft/ /articles/later/ 301" in folder.read("_redirects").splitlines()


def test_netlify_is_told_what_it_alone_understands(site: MakeSite) -> None:
    french = "  fr: {title: Jisr}\n"
    settings = "host_files: [redirects, netlify]\n"
    folder = site({**FILES, "site.yaml": SITE_YAML.replace("[ar, en]", "[ar, en, fr]") + french + settings})
    assert folder.build().exit_code == 0
    lines = folder.read("_redirects").splitlines()
    assert "/old/b/ /articles/b/ 301!" in lines
    assert "/fr/old/b/ /fr/articles/b/ 301!" in lines
    assert lines[-2:] == ["/en/* /en/404.html 404", "/fr/* /fr/404.html 404"]
    assert not there(folder, "_headers")


def test_without_netlify_no_line_stops_another_host(site: MakeSite) -> None:
    """Cloudflare refuses a deploy with any other code."""
    assert {line.split()[2] for line in built(site).read("_redirects").splitlines()} == {"301"}


def test_no_alias_no_redirects(site: MakeSite) -> None:
    folder = site({"content/articles/a.md": ARTICLE.format("")})
    assert folder.build().exit_code == 0
    assert not there(folder, "_redirects")


def test_headers_are_strict(site: MakeSite) -> None:
    found = rules(built(site))["/*"]
    policy = dict(part.split(" ", 1) for part in found["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["font-src"] == "'self'"
    assert "unsafe" not in found["Content-Security-Policy"]
    assert found["Strict-Transport-Security"] == "max-age=31536000"
    assert found["X-Content-Type-Options"] == "nosniff"
    assert {"Referrer-Policy", "Permissions-Policy"} <= found.keys()
    assert "Cache-Control" not in found, "it would be joined with that of single files"
    assert all(len(line) < 2000 for line in built(site).read("_headers").splitlines()), "Cloudflare's limit"


def test_a_site_without_tls_isnt_bound_to_it(site: MakeSite) -> None:
    folder = built(site, "", "--base-url", "http://intranet.example/news/")
    assert "Strict-Transport-Security" not in rules(folder)["/news/*"]


def test_a_site_adds_to_the_policy(site: MakeSite) -> None:
    own = "content_security_policy: {script-src: https://count.example.org, frame-src: https://video.example.org}\n"
    policy = rules(built(site, own))["/*"]["Content-Security-Policy"].split("; ")
    assert "script-src 'self' https://count.example.org" in policy
    assert "frame-src https://video.example.org" in policy


def test_cname_is_written_where_asked(site: MakeSite) -> None:
    folder = built(site, "host_files: [cname, nojekyll]\n")
    assert folder.read("CNAME") == "example.org\n"
    assert folder.read(".nojekyll") == ""
    assert not there(folder, "_redirects")
    assert not there(built(site), "CNAME")


def test_all_of_it_can_be_left_out(site: MakeSite) -> None:
    folder = built(site, "host_files: []\n")
    assert not [
        path.name for path in (folder.path / "public").iterdir() if re.match(r"[._]|CNAME", path.name)
    ]


@pytest.mark.parametrize("name", ["_headers", "_redirects", ".nojekyll", "CNAME", ".well-known/security.txt"])
def test_a_file_of_the_site_goes_before_ours(site: MakeSite, name: str) -> None:
    folder = built(site, "host_files: [headers, redirects, nojekyll, cname]\n", **{f"static/{name}": "ملف\n"})
    assert folder.read(name) == "ملف\n"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("content_security_policy: {script: https://a.example}",
         "`script` is no directive of a Content-Security-Policy that can be added to"),
        ("content_security_policy: {default-src: https://a.example}", "`default-src` is no directive"),
        ("content_security_policy: {script-src: \"'self'; default-src *\"}", "`script-src` gets something else than a list of sources"),
        ("content_security_policy: {script-src: \"a\\n  X-Evil: 1\"}", "`script-src` gets something else than a list of sources"),
        ("content_security_policy: {script-src: ''}", "`script-src` gets something else than a list of sources"),
        ("host_files: [apache]", "`host_files[0]` can't be apache; write headers, redirects, nojekyll, cname, netlify"),
    ],
)  # fmt: skip
def test_what_isnt_a_setting_is_an_error_at_its_line(site: MakeSite, settings: str, said: str) -> None:
    folder = site({**FILES, "site.yaml": f"{SITE_YAML}{settings}\n"})
    result = folder.build()
    assert result.exit_code == 1
    first = result.stderr.splitlines()[0]
    assert re.match(r"site\.yaml:8:\d+: error: ", first)
    assert said in first


def test_a_cname_with_a_folder_is_an_error(site: MakeSite) -> None:
    settings = SITE_YAML.replace("example.org/", "example.org/news/") + "host_files: [cname]\n"
    result = site({**FILES, "site.yaml": settings}).build()
    assert result.exit_code == 1
    assert "site.yaml:8:1: error: `cname` names a host, and `base_url` has a folder on it" in result.stderr
