"""How far long work is: who passes its results on may show it."""

from collections.abc import Callable, Iterable
from typing import Any

Watch = Callable[[Iterable[Any], int, int], Iterable[Any]]
"""Passes the results of a number of documents on, so many in each, and may show how far they are."""


def unwatched(results: Iterable[Any], _number: int, _each: int) -> Iterable[Any]:
    """Pass them on and show nothing."""
    return results
