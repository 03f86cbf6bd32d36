"""Open and save one picture safely: limits, rotation, colour profile, alpha, provenance.

Reading: the first bytes choose one of six Pillow decoders (PNG, JPEG, WebP, GIF, TIFF, BMP), HEIC or SVG; no other
decoder can be reached, whatever the file is called. Size limits are checked on the header, before a pixel is decoded.

Of an animated GIF, WebP or APNG the first frame is the picture: the others are nearly copies of it, and a set of
near-copies trains a generator badly. The pages of a TIFF are different pictures, so each becomes one (`open_pages`).
A JPEG that carries further pictures behind the first (phones write these) is read as its first, by the plain JPEG
decoder.
"""

import io
import struct
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from pinxit.errors import PictureError
from pinxit.images.colour import from_premultiplied as from_premultiplied
from pinxit.images.colour import to_plain
from pinxit.images.colour import to_premultiplied as to_premultiplied
from pinxit.images.png_text import read_text as read_text
from pinxit.images.reading import MAX_FILE_BYTES as MAX_FILE_BYTES
from pinxit.images.reading import MAX_PIXELS, check_size, reading
from pinxit.images.reading import open_regular_file as open_regular_file
from pinxit.images.writing import write_atomically as write_atomically

MAX_PAGES = 1000
PICTURE_SUFFIXES = frozenset(
    (
        ".png",
        ".apng",
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".webp",
        ".gif",
        ".tif",
        ".tiff",
        ".bmp",
        ".heic",
        ".heif",
        ".svg",
    )
)
XMP_KEYWORD = "XML:com.adobe.xmp"

_DECODERS = {
    "PNG": PngImagePlugin.PngImageFile,
    "JPEG": JpegImagePlugin.JpegImageFile,
    "WebP": WebPImagePlugin.WebPImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
}
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"BM", "BMP"),
)
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Sixteen threads that each hold a 100-megapixel picture would not fit in memory: the big ones take turns.
_BIG_PIXELS = 30_000_000
_big_picture_turn = threading.Lock()


def kind_of(head: bytes) -> str | None:
    """What the first bytes (64 or more) say a file is: "PNG", "JPEG", ..., "HEIC", "SVG", or None."""
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return "HEIC"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<svg") or (start.startswith((b"<?xml", b"<!--", b"<!DOCTYPE svg")) and b"<svg" in head):
        return "SVG"
    return None


def open_picture(
    source: Path | bytes,
    *,
    max_pixels: int = MAX_PIXELS,
    at_least: tuple[int, int] | None = None,
    page: int = 0,
    name: str = "",
) -> Image.Image:
    """Read one picture -> mode "L", "RGB" or "RGBA" (only if transparent somewhere), 8 bits, sRGB, the right way up.

    `at_least` (width, height): big JPEGs may be decoded smaller, but never below it; SVGs are painted to cover it.
    `page` counts from 0 and matters for TIFF only. `name` is what bytes are called. Raises PictureError with a plain
    reason.
    """
    with reading(source) as (stream, file_name):
        return _read_page(stream, name or file_name, max_pixels, at_least, page)


def open_pages(source: Path | bytes, *, max_pixels: int = MAX_PIXELS) -> Iterator[Image.Image]:
    """Each page of a TIFF as a picture; of every other kind the one picture `open_picture` gives."""
    for page in range(count_pages(source)):
        yield open_picture(source, max_pixels=max_pixels, page=page)


def count_pages(source: Path | bytes) -> int:
    """How many pictures `open_pages` gives: 1, or the pages of a TIFF (at most 1,000). Reads headers only."""
    with reading(source) as (stream, _name):
        if kind_of(_head(stream)) != "TIFF":
            return 1
        return len(_tiff_pages(_DECODERS["TIFF"](stream)))


def _head(stream) -> bytes:
    head = stream.read(4096)
    stream.seek(0)
    return head


def _read_page(stream, name: str, max_pixels: int, at_least: tuple[int, int] | None, page: int) -> Image.Image:
    head = _head(stream)
    if not head:
        raise PictureError("the file is empty (0 bytes)")
    kind = kind_of(head)
    if kind == "SVG":
        from pinxit.images.vector import paint_svg

        return to_plain(paint_svg(stream.read(), at_least, max_pixels))
    if kind == "HEIC":
        return to_plain(_open_heic(stream, max_pixels))
    if kind is None:
        raise PictureError("not a PNG, JPEG, WebP, GIF, TIFF, BMP, HEIC or SVG picture")
    picture = _DECODERS[kind](stream)
    if kind == "JPEG" and "mp" in picture.info and Path(name).suffix.lower() in PICTURE_SUFFIXES - _JPEG_SUFFIXES:
        raise PictureError(f"several pictures in one file (MPO) under the name of another kind ({Path(name).suffix})")
    if kind == "TIFF":
        pages = _tiff_pages(picture)
        if page >= len(pages):
            raise PictureError(f"there is no page {page + 1}: it has {len(pages)}")
        picture.seek(pages[page])
    check_size(picture.size, max_pixels)
    with _big_picture_turn if picture.width * picture.height > _BIG_PIXELS else nullcontext():
        return _decode(picture, at_least)


_JPEG_SUFFIXES = frozenset((".jpg", ".jpeg", ".jpe", ".jfif"))


@dataclass(frozen=True)
class Header:
    """What a file says of its picture before a pixel is decoded; `size` (width, height) is as stored, not turned."""

    kind: str
    mode: str
    size: tuple[int, int] | None
    frames: int
    sixteen_bits: bool


def read_frames(source: Path | bytes, *, most: int, max_pixels: int) -> Iterator[Image.Image]:
    """Each frame of a moving GIF, APNG or WebP, as `open_picture` gives pictures; nothing where there is only one.

    Raises PictureError for more than `most` frames, for more than `max_pixels` in all of them, and for a broken file.
    """
    with reading(source) as (stream, _name):
        kind = kind_of(_head(stream))
        if kind not in ("GIF", "PNG", "WebP"):
            return
        picture = _DECODERS[kind](stream)
        check_size(picture.size)
        count = int(getattr(picture, "n_frames", 1))
        if count > most or count * picture.width * picture.height > max_pixels:
            raise PictureError(
                f"it has {count:,} frames of {picture.width}x{picture.height}; at most {most:,} frames and "
                f"{max_pixels // 1_000_000:,} megapixels in all can be read. Cut it, make it smaller or leave out frames"
            )
        for place in range(count if count > 1 else 0):
            picture.seek(place)
            yield to_plain(picture.copy())


def read_header(source: Path | bytes) -> Header:
    """Kind, mode and size of a picture from its header alone. Raises PictureError."""
    with reading(source) as (stream, _name):
        kind = kind_of(_head(stream))
        if kind not in _DECODERS:
            return Header(kind or "unknown", "", None, 1, False)
        picture = _DECODERS[kind](stream)
        check_size(picture.size)
        packing = picture.tile[0][3] if picture.tile else ""  # such as "RGB;16B", or a tuple that begins with it
        packing = packing[0] if isinstance(packing, tuple) and packing else packing
        deep = picture.mode.startswith(("I", "F")) or (isinstance(packing, str) and packing[-4:-1] == ";16")
        return Header(kind, picture.mode, picture.size, getattr(picture, "n_frames", 1), deep)


def _decode(picture: ImageFile.ImageFile, at_least: tuple[int, int] | None) -> Image.Image:
    turn = _turn_of(picture)
    if at_least and picture.format == "JPEG":
        picture.draft(picture.mode, at_least if turn is None or turn < 5 else (at_least[1], at_least[0]))
    picture.load()
    plain = to_plain(picture)
    return plain.transpose(_TURNS[turn]) if turn else plain


def _turn_of(picture: ImageFile.ImageFile) -> int | None:
    """The EXIF orientation 2..8, or None for upright or damaged EXIF."""
    try:
        turn = picture.getexif().get(0x0112)
    except (OSError, SyntaxError, ValueError, KeyError, TypeError, struct.error):
        if picture.format == "PNG":
            raise  # asking a PNG for its EXIF decodes it: this is a damaged picture, not damaged EXIF
        return None
    return turn if turn in _TURNS else None


def _tiff_pages(picture: TiffImagePlugin.TiffImageFile) -> list[int]:
    """Frame numbers of the real pages: previews (reduced copies) and masks that a TIFF may carry are left out."""
    pages = []
    for frame in range(MAX_PAGES):
        try:
            picture.seek(frame)
        except EOFError:
            break
        kind = picture.tag_v2.get(254, 0)
        if not (isinstance(kind, int) and kind & 0b101):
            pages.append(frame)
    return pages or [0]


def _open_heic(stream, max_pixels: int) -> Image.Image:
    try:
        import pillow_heif
    except ImportError:
        raise PictureError("a HEIC picture; to read these: pip install 'pinxit[heic]'") from None
    heic = pillow_heif.open_heif(stream, convert_hdr_to_8bit=True)
    check_size(heic.size, max_pixels)
    return heic.to_pillow()  # the library has already turned it the right way up


def save_png(
    picture: Image.Image | np.ndarray, path: Path, text: dict[str, str] | None = None, xmp: str | None = None
) -> None:
    """Write a PNG, whole or not at all, with text and XMP in it; `picture` as for `to_png`.

    Raises PinxitError if the disk is full or the folder is read-only.
    """
    write_atomically(path, to_png(picture, text, xmp))


def to_png(
    picture: Image.Image | np.ndarray,
    text: dict[str, str] | None = None,
    xmp: str | None = None,
    paper: tuple[int, bytes] | None = None,
) -> bytes:
    """A PNG with text and XMP in it.

    `picture`: a Pillow picture, or uint8 (H, W), (H, W, 1), (H, W, 3) or straight RGBA (H, W, 4).
    `paper`: for print, pixels an inch and a colour profile.
    """
    if isinstance(picture, np.ndarray):
        assert picture.dtype == np.uint8
        picture = Image.fromarray(picture[..., 0] if picture.ndim == 3 and picture.shape[-1] == 1 else picture)
    chunks = PngImagePlugin.PngInfo()
    for key, value in (text or {}).items():
        if value.isascii():
            chunks.add_text(key, value)
        else:
            chunks.add_itxt(key, value)
    if xmp is not None:
        chunks.add_itxt(XMP_KEYWORD, xmp)
    buffer = io.BytesIO()
    more = {} if paper is None else {"dpi": (paper[0], paper[0]), "icc_profile": paper[1]}
    picture.save(buffer, format="PNG", pnginfo=chunks, **more)
    return buffer.getvalue()
