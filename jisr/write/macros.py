"""Which macros a page's templates need of others, by their syntax trees, and which of them aren't there.

Only what is needed whatever is shown: a macro called under a condition may never be.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

from jinja2 import nodes
from msgspec import Struct

Parse = Callable[[str], nodes.Template | None]
"""The tree of a template by its name; None where there is none, or it doesn't compile."""

Need = tuple[str, int, str, str]
"""The template that needs a macro, the line, the template that should have it, and the macro's name."""

_MAYBE = (nodes.If, nodes.CondExpr, nodes.For, nodes.Macro, nodes.CallBlock, nodes.And, nodes.Or, nodes.Test)


class _Seen(Struct, frozen=True):
    """What stands in a template: what it extends, its blocks, and what is `given` to those that import it.

    That is None where others might give more.
    """

    tree: nodes.Template
    extends: nodes.Extends | None
    blocks: tuple[nodes.Block, ...]
    given: frozenset[str] | None

    def lacks(self, macro: str) -> bool:
        """Whether it certainly has no such macro."""
        return self.given is not None and macro not in self.given


def missing(names: Iterable[str], parse: Parse) -> Iterator[Need]:
    """The macros that pages made by these templates can't do without, and that aren't there."""
    see = cache(lambda name: _see(parse(name)))  # the parts of a theme are asked for a hundred times
    for name in names:
        yield from _missing(name, see)


def _missing(name: str, see: Callable[[str], _Seen | None]) -> Iterator[Need]:
    chain = _chain(name, see)
    imported: dict[str, str] = {}
    blocks: dict[str, tuple[str, nodes.Block]] = {}

    def lacks(template: str, macro: str) -> bool:
        seen = see(template)
        return seen is not None and seen.lacks(macro)

    for own, seen in chain:
        for node in seen.tree.body:
            if isinstance(node, nodes.Import) and isinstance(node.template, nodes.Const):
                imported.setdefault(node.target, node.template.value)
            elif isinstance(node, nodes.FromImport) and isinstance(node.template, nodes.Const):
                for one in node.names:
                    macro = one if isinstance(one, str) else one[0]
                    if lacks(node.template.value, macro):
                        yield own, node.lineno, node.template.value, macro
        for block in seen.blocks:
            blocks.setdefault(block.name, (own, block))
    if chain:
        last, seen = chain[-1]
        for own, found in _asked(last, seen.tree, blocks):
            if isinstance(found.node, nodes.Name) and found.node.name in imported:
                there = imported[found.node.name]
                if lacks(there, found.attr):
                    yield own, found.lineno, there, found.attr


def _see(tree: nodes.Template | None) -> _Seen | None:
    if tree is None:
        return None
    found = list(tree.find_all((nodes.Extends, nodes.Include, nodes.Block, nodes.Macro, nodes.Name)))
    extends = [one for one in found if isinstance(one, nodes.Extends)]
    blocks = [one for one in found if isinstance(one, nodes.Block)]
    given = {one.name for one in found if isinstance(one, nodes.Macro)}
    given |= {one.name for one in found if isinstance(one, nodes.Name) and one.ctx == "store"}
    whole = not extends and not any(isinstance(one, nodes.Include) for one in found)
    return _Seen(tree, next(iter(extends), None), tuple(blocks), frozenset(given) if whole else None)


def _chain(name: str, see: Callable[[str], _Seen | None]) -> list[tuple[str, _Seen]]:
    """A template with those that it extends, up to where they can be told."""
    chain: list[tuple[str, _Seen]] = []
    while (seen := see(name)) and name not in [one for one, _ in chain]:
        chain.append((name, seen))
        if seen.extends is None or not isinstance(seen.extends.template, nodes.Const):
            break
        name = seen.extends.template.value
    return chain


def _asked(
    own: str, node: nodes.Node, blocks: Mapping[str, tuple[str, nodes.Block]]
) -> Iterator[tuple[str, nodes.Getattr]]:
    """What is read off names wherever the page comes through, each with its template."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Block):
            yield from _asked(*blocks[child.name], blocks)
        elif isinstance(child, nodes.Getattr):
            yield own, child
        elif not isinstance(child, _MAYBE):
            yield from _asked(own, child, blocks)
