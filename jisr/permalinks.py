"""Where documents stand: the patterns of `permalinks` in `site.yaml`, checked and filled in.

Knows neither files nor dates; languages and the base URL come to an address later, in `urls.py`.
"""

import re
from collections.abc import Mapping

from jisr.urls import slug

TOKENS = {"articles": ("year", "month", "day", "section", "slug"), "pages": ("section", "slug")}
"""What may stand in a pattern, by what it is for. A page needs no date."""

_TOKEN = re.compile(r":(\w*)")


def fault(pattern: str, kind: str) -> tuple[str, str] | None:
    """What is wrong with a pattern for `articles` or `pages`, and what to do; None for a good one."""
    tokens = TOKENS[kind]
    for token in _TOKEN.findall(pattern):
        if token not in tokens:
            return f"there is no `:{token}` for {kind}", f"write {', '.join(f':{known}' for known in tokens)}"
    if not (pattern.startswith("/") and pattern.endswith("/")):
        return f"`{pattern}` is not a pattern of addresses", "begin and end it with /, as in /:year/:slug/"
    for part in pattern.strip("/").split("/"):
        plain = _TOKEN.sub("x", part)
        if slug(plain) != plain:
            what = f"`{part}` in `{pattern}` is not one part of an address"
            return what, "write tokens, small letters, digits and hyphens between two /"
    if ":slug" not in pattern:
        return f"`{pattern}` gives many {kind} one address", "add :slug"
    return None


def fill(pattern: str, values: Mapping[str, str]) -> str:
    """The address by a pattern, without slashes at its ends. What has no value falls away."""
    filled = _TOKEN.sub(lambda token: values[token[1]], pattern)
    return "/".join(part for part in (part.strip("-") for part in filled.split("/")) if part)
