"""Pictures → outputs: what pages take instead of them, and what of them is published."""

from collections.abc import Iterable, Iterator

from jisr.model import Copied, Derived, Output, Source
from jisr.translate.pictures import Pictures


def file_outputs(
    files: Iterable[Source], pictures: Pictures, shown: Iterable[str], versions: str
) -> Iterator[tuple[Output, str]]:
    """The files that are copied, each with its owner; of pictures that pages show, smaller ones besides.

    A picture that holds what isn't to be published is one that is made, too.
    """
    for file in files:
        path = file.path.partition("/")[2]
        facts = pictures.facts.get(file.path)
        if facts and facts.private:
            yield Output(path, f"{versions}\n\n\n{file.digest}", Derived(file)), file.path
        else:
            yield Output(path, f"\n\n\n{file.digest}", Copied(file)), file.path
    made = set()
    for picture in sorted(set(shown) & pictures.facts.keys()):
        source = pictures.sources[picture]
        for path, width, form in pictures.derived(picture):
            if path not in made:  # the same file may stand in two places
                made.add(path)
                mark = f"{source.digest} {width} {form}"
                yield Output(path, f"{versions}\n\n\n{mark}", Derived(source, width, form)), picture
