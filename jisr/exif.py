"""Picture files without what cameras and programs write into them: places, times, serial numbers, previews.

By the structure of the files, so that not a pixel changes. Colour profiles stay, since colours need them.
Sources: ITU-T T.81 (JPEG), PNG third edition, RFC 9649 (WebP), GIF89a.
"""

import re
import struct
from collections.abc import Iterator

_PNG = b"\x89PNG\r\n\x1a\n"
_SHOWN = {
    b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"mDCV", b"cLLI",
    b"bKGD", b"hIST", b"pHYs", b"sPLT", b"acTL", b"fcTL", b"fdAT",
}  # fmt: skip
"""Chunks that change how a PNG looks, besides those without which it can't be read."""

_WEBP = {b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
_GIF = {b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012"}
"""Applications whose extensions change how a GIF looks: how often it runs, and its colour profile."""

_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
"""The end of a JPEG's scan: RST markers and stuffed zeros belong to it."""


def stripped(file: bytes) -> bytes:
    """The file without metadata, whichever of the four it is; any other as it is."""
    if file.startswith(b"\xff\xd8\xff"):
        return b"".join(_jpeg(file))
    if file.startswith(_PNG):
        return b"".join(_png(file))
    if file.startswith(b"RIFF") and file[8:12] == b"WEBP":
        body = b"".join(_webp(file))
        return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body
    if file.startswith((b"GIF87a", b"GIF89a")):
        return b"".join(_gif(file))
    return file


def _jpeg(file: bytes) -> Iterator[bytes]:
    yield file[:2]
    at = 2
    while at + 4 <= len(file):
        marker = file[at + 1]
        if file[at] != 0xFF:
            return  # no segment begins here: what follows is nothing that is shown
        if marker == 0xFF:  # fill
            at += 1
            continue
        if marker == 0xD9:
            break
        end = at + 2 + int.from_bytes(file[at + 2 : at + 4], "big")
        if marker == 0xDA:
            found = _MARKER.search(file, end)
            end = found.start() if found else len(file)
        if _is_shown(marker, file[at + 4 : at + 16]):
            yield file[at:end]
        at = end
    yield b"\xff\xd9"  # what stands behind it, more pictures or a film, goes too


def _is_shown(marker: int, begins: bytes) -> bool:
    """Whether a segment of a JPEG changes how it looks: of APP0 to APP15 and COM few do."""
    if marker == 0xE0:
        return begins.startswith(b"JFIF\0")
    if marker == 0xE2:
        return begins.startswith(b"ICC_PROFILE\0")
    return marker == 0xEE or not (0xE0 <= marker <= 0xEF or marker == 0xFE)


def _png(file: bytes) -> Iterator[bytes]:
    yield _PNG
    at = len(_PNG)
    while at + 12 <= len(file):
        kind = file[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(file[at : at + 4], "big")
        if kind[:1].isupper() or kind in _SHOWN:
            yield file[at:end]
        if kind == b"IEND":
            return
        at = end


def _webp(file: bytes) -> Iterator[bytes]:
    at = 12
    stop = min(len(file), 8 + int.from_bytes(file[4:8], "little"))
    while at + 8 <= stop:
        kind, size = file[at : at + 4], int.from_bytes(file[at + 4 : at + 8], "little")
        end = at + 8 + size + size % 2
        if kind == b"VP8X":  # its flags name EXIF and XMP
            yield file[at : at + 8] + bytes([file[at + 8] & ~0x0C]) + file[at + 9 : end]
        elif kind in _WEBP:
            yield file[at:end]
        at = end


def _gif(file: bytes) -> Iterator[bytes]:
    at = 13 + _colours(file, 10)
    yield file[:at]
    while at < len(file):
        kind = file[at]
        if kind == 0x3B:
            yield file[at : at + 1]  # what stands behind it goes too
            return
        if kind == 0x2C:
            begins = at + 11 + _colours(file, at + 9)
        elif kind == 0x21:
            begins = at + 2
        else:
            return  # no block begins here: what follows is nothing that is shown
        end = begins
        while end < len(file) and file[end]:
            end += 1 + file[end]
        end += 1
        label = file[at + 1 : at + 2] if kind == 0x21 else b""
        if label != b"\xfe" and (label != b"\xff" or file[at + 3 : at + 14] in _GIF):
            yield file[at:end]
        at = end


def _colours(file: bytes, at: int) -> int:
    """Bytes of the table of colours that a GIF's flags announce."""
    flags = file[at] if at < len(file) else 0
    return 3 << (flags % 8 + 1) if flags & 0x80 else 0
