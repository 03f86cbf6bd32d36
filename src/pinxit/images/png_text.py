"""Read the text and XMP in a PNG without decoding a pixel."""

import os
import struct
import zlib
from pathlib import Path

from pinxit.errors import PictureError
from pinxit.images.reading import reading

MAX_TEXT_BYTES = 4 * 1024 * 1024
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def read_text(path: Path | bytes) -> dict[str, str]:
    """The text chunks of a PNG by keyword (XMP under "XML:com.adobe.xmp"), without decoding a pixel.

    At most 4 MB of text are read, compressed text counted unpacked. Raises PictureError for anything but a sound PNG.
    """
    texts: dict[str, str] = {}
    room = MAX_TEXT_BYTES
    with reading(path) as (stream, _name):
        if stream.read(8) != _SIGNATURE:
            raise PictureError("not a PNG picture, so it carries no recipe")
        while True:
            length, kind = struct.unpack(">I4s", stream.read(8))
            if kind == b"IEND":
                return texts
            if kind not in (b"tEXt", b"zTXt", b"iTXt"):
                stream.seek(length + 4, os.SEEK_CUR)
                continue
            if length > room:
                raise PictureError(f"it holds more than {MAX_TEXT_BYTES:,} bytes of text")
            body = stream.read(length)
            (checksum,) = struct.unpack(">I", stream.read(4))
            if len(body) < length or zlib.crc32(kind + body) != checksum:
                raise PictureError("damaged text in the PNG (wrong checksum)")
            keyword, value = _text_of(kind, body, room)
            room -= length + len(value)
            if room < 0:
                raise PictureError(f"it holds more than {MAX_TEXT_BYTES:,} bytes of text")
            texts.setdefault(keyword, value)


def _text_of(kind: bytes, body: bytes, room: int) -> tuple[str, str]:
    """Keyword and value of one tEXt, zTXt or iTXt chunk (PNG specification, 11.3.3)."""
    keyword, _, rest = body.partition(b"\0")
    if kind == b"tEXt":
        return keyword.decode("latin-1"), rest.decode("latin-1")
    if kind == b"zTXt":
        return keyword.decode("latin-1"), _unpack(rest[1:], room).decode("latin-1")
    compressed = rest[:1] == b"\1"
    _language, _, rest = rest[2:].partition(b"\0")
    _translated, _, rest = rest.partition(b"\0")
    return keyword.decode("latin-1"), (_unpack(rest, room) if compressed else rest).decode("utf-8", "replace")


def _unpack(packed: bytes, room: int) -> bytes:
    unpacker = zlib.decompressobj()
    content = unpacker.decompress(packed, room + 1)
    if len(content) > room:
        raise PictureError(f"it holds more than {MAX_TEXT_BYTES:,} bytes of text")
    return content
