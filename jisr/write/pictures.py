"""Pictures made for the site. Loaded only where some have to be made."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from jisr.fingerprint import hashed
from jisr.model import Derived, Output, PictureFacts, Source
from jisr.write.cache import Cache
from jisr.write.output import Aside


class PictureWork(Struct, frozen=True):
    """A picture and the outputs that are to be made of it.

    `root` is the site's, `before` are the digests of what stands in the outputs' places.
    """

    root: Path
    aside: Aside
    facts: PictureFacts
    outputs: tuple[Output, ...]
    before: Mapping[str, str]


def kept_as(content: Derived) -> str:
    """The name that an output made of a picture is kept under."""
    return f"{content.source.digest}-{content.width or 'published'}.{content.format}"


def is_that(source: Source, file: bytes) -> bool:
    """Whether a file's bytes are those that its digest was taken of."""
    return hashed(file) == source.digest


def made(work: PictureWork) -> Iterator[tuple[Output, bytes]]:
    """The outputs with their bytes, made now or kept by an earlier build."""
    from jisr import raster  # Pillow, where there is something to make

    cache = Cache(work.root, raster.VERSION)
    missing: list[tuple[Output, Derived]] = []
    for output in work.outputs:
        assert isinstance(output.content, Derived)
        found = cache.get(kept_as(output.content))
        if found is None:
            missing.append((output, output.content))
        else:
            yield output, found
    if not missing:
        return
    source = missing[0][1].source
    file = source.file.read_bytes()
    if not is_that(source, file):  # the next build sees it; what is kept must be of its digest
        cache = Cache(work.root, "changed meanwhile")
    wanted = [pair for pair in missing if pair[1].width]
    sizes: Sequence[tuple[int, str]] = [(content.width, content.format) for _, content in wanted]
    contents = raster.derivatives(file, work.facts, sizes) if sizes else iter(())
    for output, content in missing:
        if not content.width:
            yield output, _kept(cache, content, raster.published(file, work.facts))
    for (output, content), derived in zip(wanted, contents, strict=True):
        yield output, _kept(cache, content, derived)


def _kept(cache: Cache, content: Derived, made: bytes) -> bytes:
    cache.put(kept_as(content), made)
    return made
