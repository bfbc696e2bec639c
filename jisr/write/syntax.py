"""What the syntax trees of templates say: which files they load, and which templates and macros they need."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from jinja2 import nodes
from jinja2.meta import find_referenced_templates
from msgspec import Struct

N = TypeVar("N", bound=nodes.Node)

Need = tuple[str, int, str, str]
"""The template that needs a macro, the line, the template that should have it, and the macro's name."""

_MAYBE = (nodes.If, nodes.CondExpr, nodes.For, nodes.Macro, nodes.CallBlock, nodes.And, nodes.Or, nodes.Test)


class Seen(Struct, frozen=True):
    """What stands in a template.

    `assets` are what it names by `asset` and `integrity`: files, beginnings of names with `*`, or `*` alone
    where that can't be told. `uses` are the templates that it extends, includes or imports, None for one
    whose name can't be told. `given` are the names that those who import it can take; it is None where
    others might give more.
    """

    tree: nodes.Template
    assets: frozenset[str]
    uses: tuple[str | None, ...]
    extends: nodes.Extends | None
    blocks: tuple[nodes.Block, ...]
    macros: frozenset[str]
    given: frozenset[str] | None

    def lacks(self, macro: str) -> bool:
        """Whether it certainly has no such macro."""
        return self.given is not None and macro not in self.given


See = Callable[[str], Seen | None]
"""What stands in a template, by its name; None where there is none, or it doesn't compile."""


def look(tree: nodes.Template) -> Seen:
    """What stands in a template with such a tree."""
    found: list[nodes.Node] = [tree]
    kinds: dict[type[nodes.Node], list[Any]] = {}
    for node in found:  # grows as it goes
        kinds.setdefault(type(node), []).append(node)
        found += node.iter_child_nodes()

    def every(kind: type[N]) -> list[N]:
        return kinds.get(kind, [])

    names = every(nodes.Name)
    extends, includes = every(nodes.Extends), every(nodes.Include)
    uses: list[nodes.Node] = [*extends, *includes, *every(nodes.Import), *every(nodes.FromImport)]
    given = [macro.name for macro in every(nodes.Macro)]
    given += [name.name for name in names if name.ctx == "store"]
    return Seen(
        tree,
        _assets(names, every(nodes.Call)),
        tuple(find_referenced_templates(nodes.Template(uses))),
        extends[0] if extends else None,
        tuple(every(nodes.Block)),
        frozenset(macro.name for macro in every(nodes.Macro)),
        None if extends or includes else frozenset(given),
    )


def _assets(names: Sequence[nodes.Name], calls: Sequence[nodes.Call]) -> frozenset[str]:
    named = [name for name in names if name.name in ("asset", "integrity")]
    found = set()
    for call in calls:
        if isinstance(call.node, nodes.Name) and call.node in named:
            named.remove(call.node)
            first = call.args[0] if call.args else None
            if isinstance(first, nodes.Const):
                found.add(str(first.value))
            elif isinstance(first, nodes.Concat) and isinstance(first.nodes[0], nodes.Const):
                found.add(f"{first.nodes[0].value}*")
            else:
                found.add("*")
    return frozenset(found | ({"*"} if named else set()))


def missing_macros(names: Iterable[str], see: See) -> Iterator[Need]:
    """The macros that pages made by these templates need of others, and that aren't there.

    Only what is needed whatever is shown: a macro called under a condition may never be.
    """
    for name in names:
        yield from _missing(name, see)


def _missing(name: str, see: See) -> Iterator[Need]:
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


def _chain(name: str, see: See) -> list[tuple[str, Seen]]:
    """A template with those that it extends, up to where they can be told."""
    chain: list[tuple[str, Seen]] = []
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
