"""Canonical bytes of a value, and their digest; that of the program itself.

Two values have one fingerprint exactly when they are equal and of the same types; the order in which
a mapping was filled makes no difference.
"""

import sys
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any

from msgspec import Struct

from jisr import __version__


def fingerprint(*values: object) -> str:
    """Digest of the values: 32 hexadecimal digits.

    Takes None, bool, int, float, str, bytes, dates, tuples, lists, sets, mappings and structs of
    these. Raises `TypeError` for anything else, since a value that has no canonical form would make
    an incremental build differ from a clean one.
    """
    digest = blake2b(digest_size=16)
    for value in values:
        _feed(value, digest.update)
    return digest.hexdigest()


def hashed(content: bytes) -> str:
    """Digest of bytes: 32 hexadecimal digits of SHA-256.

    Processors have instructions for it, with which it takes half of the time of BLAKE2b.
    """
    return sha256(content).hexdigest()[:32]


@cache
def versions() -> str:
    """Digest of Jisr's version, of its own files where it is being developed, and of the libraries.

    An installer that changes a library changes its folder's time: reading that takes no time, while asking
    for each version by importlib.metadata takes 30 ms.
    """
    package = Path(__file__).parent
    own = sorted((p.name, p.stat().st_mtime_ns, p.stat().st_size) for p in package.rglob("*.py"))
    folders = [Path(entry) for entry in sys.path if entry.endswith("-packages")]
    times = [(str(folder), folder.stat().st_mtime_ns) for folder in folders if folder.is_dir()]
    return fingerprint(__version__, own, sys.version, times)


def _feed(value: Any, update: Callable[[bytes], None]) -> None:
    kind = type(value)
    if kind is str:
        encoded = value.encode("utf-8", "surrogatepass")
        update(b"s%d:" % len(encoded))
        update(encoded)
    elif kind is bytes:
        update(b"b%d:" % len(value))
        update(value)
    elif value is None or kind in (bool, int, float):
        update(b"v%r;" % repr(value).encode())
    elif kind in (tuple, list):
        update(b"%b%d:" % (b"t" if kind is tuple else b"l", len(value)))
        for item in value:
            _feed(item, update)
    elif isinstance(value, Mapping):
        update(b"m%d:" % len(value))
        for key in sorted(value):
            _feed(key, update)
            _feed(value[key], update)
    elif isinstance(value, set | frozenset):
        update(b"e")
        _feed(sorted(value), update)
    elif isinstance(value, Struct):
        update(b"d")
        _feed(kind.__name__, update)
        for name in value.__struct_fields__:
            _feed(getattr(value, name), update)
    elif isinstance(value, date):
        update(b"w")
        _feed(value.isoformat(), update)
    elif isinstance(value, str):  # markup, already escaped
        update(b"h")
        _feed(str(value), update)
    else:
        raise TypeError(f"no canonical form for {kind.__name__}")
