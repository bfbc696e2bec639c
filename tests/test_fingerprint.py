"""Fingerprints: one for equal values of the same types, another for any other."""

import datetime
import subprocess
import sys
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup
from msgspec import Struct

from jisr.fingerprint import fingerprint

SIMPLE = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(), st.binary(), st.dates(),
    st.floats(allow_nan=False).filter(lambda number: number != 0),
)  # fmt: skip
VALUES = st.recursive(
    SIMPLE, lambda inner: st.one_of(st.tuples(inner), st.tuples(inner, inner), st.dictionaries(st.text(), inner))
)  # fmt: skip


def typed(value: Any) -> Any:
    """The value with the type of each part beside it, so that 1, True and 1.0 differ."""
    if isinstance(value, tuple):
        return ("tuple", *map(typed, value))
    if isinstance(value, dict):
        return ("dict", frozenset((key, typed(inner)) for key, inner in value.items()))
    return (type(value).__name__, value)


class Bridge(Struct, frozen=True):
    """A value with fields."""

    name: str
    span: int = 40


class Tunnel(Struct, frozen=True):
    """Another of the same fields."""

    name: str
    span: int = 40


def test_a_fingerprint_is_32_hexadecimal_digits() -> None:
    assert len(fingerprint("جسر")) == 32
    assert set(fingerprint("جسر")) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    "make",
    [
        lambda: "جِسْر",
        lambda: ("أ", 1, None, ("ب", b"\0")),
        lambda: {"title": "جسر", "tags": ("نهر", "مدينة"), "extra": {"span": 40}},
        lambda: Bridge("قصر النيل"),
        lambda: [Bridge("قصر النيل"), {"b": datetime.date(2026, 1, 9)}],
        lambda: {"نهر", "مدينة", "جسر"},
    ],
)
def test_equal_values_have_one_fingerprint(make: Callable[[], object]) -> None:
    first, second = make(), make()
    assert fingerprint(first) == fingerprint(second)


def test_a_fingerprint_is_the_same_in_another_process() -> None:
    """A set's order there hangs on the hash seed; a digest that did would rebuild everything each time."""
    code = (
        "from jisr.fingerprint import fingerprint as f; print(f({'نهر', 'مدينة', 'جسر'}, {'a': 1, 'b': 2}))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path), "PYTHONUTF8": "1"},
            capture_output=True, text=True, check=True, timeout=60,
        ).stdout
        for seed in ("1", "2", "3")
    }  # fmt: skip
    assert found == {fingerprint({"نهر", "مدينة", "جسر"}, {"a": 1, "b": 2}) + "\n"}


DIFFERENT: list[tuple[object, object]] = [
    (1, "1"),
    (1, True),
    ("1", True),
    (0, False),
    (0, None),
    (None, "None"),
    ("", None),
    (1, 1.0),
    ("جسر", "جسر".encode()),
    ("جسر", "جِسر"),
    ("أ", "ا\u0654"),
    (datetime.date(2026, 1, 9), "2026-01-09"),
    (datetime.date(2026, 1, 9), datetime.datetime(2026, 1, 9, tzinfo=datetime.UTC)),
    ((), None),
    ((), ""),
    ((), {}),
    (("a",), "a"),
    (("a", "b"), ("b", "a")),
    (("ab",), ("a", "b")),
    ((("a",), "b"), ("a", ("b",))),
    ((("a", "b"),), ("a", "b")),
    ({"a": "b"}, {"b": "a"}),
    ({"a": 1}, (("a", 1),)),
    ({"a": {"b": 1}}, {"a": {}, "b": 1}),
    ({1: "a"}, {"1": "a"}),
    (Bridge("قصر النيل"), Tunnel("قصر النيل")),
    (Bridge("قصر النيل"), ("قصر النيل", 40)),
    (Bridge("قصر النيل", 40), Bridge("قصر النيل", 41)),
    (Markup("<b>"), "<b>"),  # one is shown as it is, the other escaped
    (("a",), ["a"]),
    ({"a"}, ["a"]),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_values_that_differ_in_anything_have_different_fingerprints(one: object, other: object) -> None:
    assert fingerprint(one) != fingerprint(other)
    assert fingerprint({"deep": (one,)}) != fingerprint({"deep": (other,)})


def test_several_values_are_not_their_concatenation() -> None:
    assert (
        len({fingerprint("a", "b"), fingerprint("ab"), fingerprint("", "ab"), fingerprint(("a", "b"))}) == 4
    )


def test_the_order_in_which_a_mapping_was_filled_makes_no_difference() -> None:
    one = {"title": "جسر", "span": 40, "tags": {"ب": 1, "أ": 2}}
    other = {"tags": {"أ": 2, "ب": 1}, "span": 40, "title": "جسر"}
    assert list(one) != list(other)
    assert fingerprint(one) == fingerprint(other) == fingerprint(MappingProxyType(one))


@given(VALUES, VALUES)
@settings(deadline=None)
def test_distinct_values_have_distinct_fingerprints(one: object, other: object) -> None:
    assert (fingerprint(one) == fingerprint(other)) == (typed(one) == typed(other))


@given(VALUES, VALUES)
@settings(deadline=None)
def test_a_value_more_changes_the_fingerprint(one: object, other: object) -> None:
    assert fingerprint(one) != fingerprint(one, other)


@pytest.mark.parametrize(
    "value",
    [object(), 1j, range(3), iter([]), lambda: 0, bytearray(b"x"), datetime.time(1), datetime.timedelta(1),
     ValueError("x"), int, Bridge],
)  # fmt: skip
def test_a_value_without_canonical_form_is_refused(value: object) -> None:
    for where in (value, (value,), {"key": value}):
        with pytest.raises(TypeError):
            fingerprint(where)
