"""Pictures → outputs: what pages take instead of them, and what of them is published."""

from collections.abc import Iterable, Iterator

from jisr.model import Asset, Copied, Derived, Output, Source
from jisr.translate.pictures import Pictures


def file_outputs(
    files: Iterable[Source],
    assets: Iterable[Asset],
    pictures: Pictures,
    shown: Iterable[str],
    versions: str,
) -> Iterator[tuple[Output, str]]:
    """The files that are copied, each with its owner, and the copies under names of their content.

    Of pictures that pages show there are smaller ones besides. One with what isn't to be published is one
    that is made, too.
    """
    for file in files:
        yield _published(file.path.partition("/")[2], file, pictures, versions), file.path
    for asset in assets:
        if asset.integrity:
            yield Output(asset.path, f"\n\n\n{asset.integrity}", asset), asset.source.path
        else:
            yield _published(asset.path, asset.source, pictures, versions), asset.source.path
    made = set()
    for picture in sorted(set(shown) & pictures.facts.keys()):
        source = pictures.sources[picture]
        for path, width, form in pictures.derived(picture):
            if path not in made:  # the same file may stand in two places
                made.add(path)
                mark = f"{source.digest} {width} {form}"
                yield Output(path, f"{versions}\n\n\n{mark}", Derived(source, width, form)), picture


def _published(path: str, file: Source, pictures: Pictures, versions: str) -> Output:
    facts = pictures.facts.get(file.path)
    if facts and facts.private:
        return Output(path, f"{versions}\n\n\n{file.digest}", Derived(file))
    return Output(path, f"\n\n\n{file.digest}", Copied(file))
