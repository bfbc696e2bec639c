"""Values as bytes (MessagePack), to be kept between builds or sent to another process."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

T = TypeVar("T")
pack = msgspec.msgpack.encode


def unpacker(kind: type[T]) -> Callable[[bytes], T | None]:
    """A function that takes packed values of a kind apart; None where they are damaged."""
    decode = msgspec.msgpack.Decoder(kind).decode

    def unpack(packed: bytes) -> T | None:
        try:
            return decode(packed)
        except (msgspec.MsgspecError, TypeError, UnicodeDecodeError):
            return None

    return unpack
