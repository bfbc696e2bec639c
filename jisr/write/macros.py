"""Which macros a page's templates need of others, by their syntax trees, and which of them aren't there.

Only what is needed whatever is shown: a macro called under a condition may never be.
"""

from collections.abc import Callable, Iterator, Mapping

from jinja2 import nodes

Parse = Callable[[str], nodes.Template | None]
"""The tree of a template by its name; None where there is none, or it doesn't compile."""

Need = tuple[str, int, str, str]
"""The template that needs a macro, the line, the template that should have it, and the macro's name."""

_MAYBE = (nodes.If, nodes.CondExpr, nodes.For, nodes.Macro, nodes.CallBlock, nodes.And, nodes.Or, nodes.Test)


def missing(name: str, parse: Parse) -> Iterator[Need]:
    """The macros that a page made by a template can't do without, and that aren't there."""
    chain = _chain(name, parse)
    imported: dict[str, str] = {}
    blocks: dict[str, tuple[str, nodes.Block]] = {}
    for own, tree in chain:
        for node in tree.body:
            if isinstance(node, nodes.Import) and isinstance(node.template, nodes.Const):
                imported.setdefault(node.target, node.template.value)
            elif isinstance(node, nodes.FromImport) and isinstance(node.template, nodes.Const):
                for one in node.names:
                    macro = one if isinstance(one, str) else one[0]
                    if _lacks(parse(node.template.value), macro):
                        yield own, node.lineno, node.template.value, macro
        for block in tree.find_all(nodes.Block):
            blocks.setdefault(block.name, (own, block))
    if chain:
        for own, found in _asked(*chain[-1], blocks):
            if isinstance(found.node, nodes.Name) and found.node.name in imported:
                there = imported[found.node.name]
                if _lacks(parse(there), found.attr):
                    yield own, found.lineno, there, found.attr


def _chain(name: str, parse: Parse) -> list[tuple[str, nodes.Template]]:
    """A template with those that it extends, up to where they can be told."""
    chain: list[tuple[str, nodes.Template]] = []
    while (tree := parse(name)) and name not in [one for one, _ in chain]:
        chain.append((name, tree))
        extends = tree.find(nodes.Extends)
        if extends is None or not isinstance(extends.template, nodes.Const):
            break
        name = extends.template.value
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


def _lacks(tree: nodes.Template | None, macro: str) -> bool:
    """Whether a template certainly has no such macro."""
    if tree is None or tree.find(nodes.Extends) or tree.find(nodes.Include):
        return False
    given = {one.name for one in tree.find_all(nodes.Macro)}
    return macro not in given | {one.name for one in tree.find_all(nodes.Name) if one.ctx == "store"}
