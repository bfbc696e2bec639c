"""Cards drawn from what their template made, or taken from where they are kept."""

from hashlib import blake2b
from pathlib import Path

from jisr.errors import Problem
from jisr.fingerprint import hashed
from jisr.model import Page
from jisr.write.cache import Cache
from jisr.write.templates import TemplateFailedError, Templates


def kept_as(path: str) -> str:
    """The name that the card at an output path is kept under."""
    return f"{hashed(path.encode())}.card"


def drawn(root: Path, path: str, page: Page, svg: str, templates: Templates) -> bytes:
    """The card as PNG. Raises `TemplateFailedError` where the template's SVG can't be drawn."""
    from jisr.lettering import VERSION

    cache = Cache(root, blake2b(f"{VERSION} {templates.lettering.mark} {svg}".encode()).hexdigest())
    if (kept := cache.get(kept_as(path))) is not None:
        return kept
    try:
        made = templates.lettering.drawn(svg)
    except ValueError as error:
        what = f"the card can't be drawn ({error})"
        problem = Problem(f"templates/{page.template}", 1, 1, what, "mend the SVG that the template makes")
        raise TemplateFailedError(problem) from None
    cache.put(kept_as(path), made)
    return made
