"""Values by path in parts: whatever is put in and taken out, all of it is there, in the order of the paths."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jisr.write import parts
from jisr.write.parts import TABLE, Parts


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(TABLE)
        yield db


def sizes(db: sqlite3.Connection) -> list[int]:
    rows = db.execute("SELECT name, content FROM part ORDER BY name, first").fetchall()
    return [len(Parts(db, name, int).unpack(content) or {}) for name, content in rows]


changes = st.lists(
    st.dictionaries(st.sampled_from("abcdefghijklمن"), st.none() | st.integers(0, 9), max_size=12), max_size=6
)


@given(changes)
def test_all_is_there_in_order_after_any_changes(changes: list[dict[str, int | None]]) -> None:
    with pytest.MonkeyPatch.context() as patch, closing(sqlite3.connect(":memory:")) as db:
        patch.setattr(parts, "_SIZE", 2)
        db.execute(TABLE)
        own, other = Parts(db, "own", int), Parts(db, "other", int)
        other.change({"a": 1})
        expected: dict[str, int] = {}
        assert own.differing({"a": 1}) == ({"a"}, set())
        for change in changes:
            own.change(change)
            expected = {p: v for p, v in (expected | change).items() if v is not None}
            others: list[Mapping[str, int | None]] = [*changes, expected]
            for other_values in others:
                now = {p: v for p, v in sorted(other_values.items()) if v is not None}
                assert own.differing(now) == (
                    {p for p in now if expected.get(p) != now[p]}, expected.keys() - now.keys()
                )  # fmt: skip
            assert list(own.read().items()) == list(own.whole().items()) == sorted(expected.items())
        assert other.read() == {"a": 1}
        assert max(sizes(db)) <= 4


def test_a_change_writes_its_own_part_only(db: sqlite3.Connection) -> None:
    own = Parts(db, "own", int)
    own.change({f"{number:04}": number for number in range(1000)})
    before = dict(db.execute("SELECT first, content FROM part"))
    own.change({"0500": 7})
    after = dict(db.execute("SELECT first, content FROM part"))
    assert len(before) == len(after) == 8
    assert [first for first in after if after[first] != before[first]] == ["0384"]


def test_a_look_for_one_value_takes_no_other_part_apart(db: sqlite3.Connection) -> None:
    own = Parts(db, "own", int)
    assert "0000" not in own.read()
    own.change({f"{number:04}": number for number in range(1000)})
    taken: list[str] = []

    def note(values: dict[str, int]) -> dict[str, int]:
        taken.append(min(values))
        return values

    own.sift = note
    found = own.read()
    assert [found["0500"], found["0501"], "0502x" in found] == [500, 501, False]
    assert taken == ["0384"]
    assert found.get("") is None
    assert taken == ["0384", "0000"]
    assert len(found) == 1000
    assert found["0999"] == 999
    assert len(taken) == 2 + 8


@pytest.mark.parametrize("content", [b"", b"\x00", b"\x81\xa1a\xa1b", b"\x81\xa1\xff\x01", None, "text"])
def test_a_damaged_part_takes_no_other_with_it(db: sqlite3.Connection, content: object) -> None:
    own = Parts(db, "own", int)
    own.change({f"{number:04}": number for number in range(1000)})
    db.execute("UPDATE part SET content = ? WHERE first = '0128'", (content,))
    assert set(own.read().values()) == {*range(128), *range(256, 1000)}
    own.change({"0200": 1})
    assert own.read()["0200"] == 1
    assert len(own.read()) == 1000 - 128 + 1
