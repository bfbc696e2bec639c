"""What hosts of static sites are told: `_headers`, `_redirects`, `.nojekyll`, `CNAME`.

One dialect, that which all of them read (docs/decisions/0051-host-files.md); `netlify` adds what only Netlify
understands. docs/hosting.md says the same for servers that read none of these files.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from jisr.model import DocumentFacts, Language, Site
from jisr.translate.pictures import FOLDER as SIZED
from jisr.urls import edition_path, url

POLICY: Mapping[str, str] = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "font-src": "'self'",
    "img-src": "* data:",  # an article's picture may be anywhere
    "media-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
"""What pages of the theme may load, by the directives of Content-Security-Policy. What a part of the site
needs besides is added in `policy`."""

HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    (
        "Permissions-Policy",
        "browsing-topics=(), camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
)
YEAR = 31_536_000
"""Seconds."""


def policy(site: Site) -> str:
    """The Content-Security-Policy of the site, with what its settings add."""
    allowed = dict(POLICY)
    if site.search:  # docs/decisions/0062-search.md
        allowed |= {"script-src": "'self' 'wasm-unsafe-eval'", "connect-src": "'self'"}
    for directive, sources in site.content_security_policy.items():
        before = allowed.get(directive, "")
        allowed[directive] = sources if before in ("", "'none'") else f"{before} {sources}"
    return "; ".join(f"{directive} {sources}" for directive, sources in allowed.items())


def host_files(
    site: Site, documents: Sequence[DocumentFacts], lasting: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """The paths of the files with their texts. `lasting` are outputs that never change under their names."""
    if "headers" in site.host_files:
        yield "_headers", _headers(site, lasting)
    if "redirects" in site.host_files and (lines := "".join(_redirects(site, documents))):
        yield "_redirects", lines
    if "nojekyll" in site.host_files:
        yield ".nojekyll", ""
    if "cname" in site.host_files:
        yield "CNAME", f"{urlsplit(site.base_url).hostname}\n"


def _headers(site: Site, lasting: Iterable[str]) -> str:
    """Pages keep the hosts' own lifetime, which is none: a rule here would be joined with that for a file."""
    found = [("Content-Security-Policy", policy(site)), *HEADERS]
    if site.base_url.startswith("https:"):
        found.append(("Strict-Transport-Security", f"max-age={YEAR}"))
    rules = [(f"{site.base_path}*", found)]
    kept = [("Cache-Control", f"public, max-age={YEAR}, immutable")]
    if site.images:  # before the others: a host may read the first hundred rules only
        rules.append((f"{site.base_path}{SIZED}/*", kept))
    rules += [(_rule(path, site), kept) for path in sorted(lasting)]
    return "\n".join(
        "".join([f"{path}\n", *(f"  {name}: {value}\n" for name, value in headers)])
        for path, headers in rules
    )


def redirects(site: Site, document: DocumentFacts) -> dict[str, Language]:
    """The output paths at a document's former addresses, each with the language of the edition there now.

    One below a language's folder is that edition's alone; any other is the original's, and in the folder of
    each other language that edition's, as with present addresses.
    """
    folders = {f"{language.code}/": language for language in site.languages[1:]}
    found: dict[str, Language] = {}
    own: dict[str, Language] = {}
    for alias in document.aliases:
        folder = alias.partition("/")[0] + "/"
        if folder in folders:
            own[alias] = folders[folder]
        else:
            found[alias] = site.source
            found |= {f"{folder}{alias}": language for folder, language in folders.items()}
    return found | own


def _redirects(site: Site, documents: Iterable[DocumentFacts]) -> Iterator[str]:
    netlify = "netlify" in site.host_files
    former = sorted(
        (path, edition_path(document.address, language, site))
        for document in documents
        for path, language in redirects(site, document).items()
    )
    for path, target in former:
        # Netlify answers with a file that stands there, the page that redirects, unless forced.
        status = "301!" if netlify else "301"
        yield f"{_rule(path, site)} {_rule(target, site)} {status}\n"
    if netlify:
        for language in site.languages[1:]:
            folder = f"{site.base_path}{language.code}/"
            yield f"{folder}* {folder}404.html 404\n"


def _rule(path: str, site: Site) -> str:
    """The address of an output, with nothing in it that a rule takes for a pattern."""
    return url(path, site.base_path).replace("*", "%2A").replace(":", "%3A")
