"""Pictures for paper: so many millimetres at so many pixels an inch, as PNG, TIFF or PDF, the colour profile inside."""

import io
import zlib
from functools import cache

import numpy as np
from PIL import Image, ImageCms

from pinxit.errors import UsageError
from pinxit.export.saving_settings import LARGEST_SIDE, SavingSettings
from pinxit.images.files import to_png

INCH = 25.4
SOFT = 150
"""Own pixels an inch below which edges look soft in a hand."""
MOST_PIXELS = 200_000_000


@cache
def srgb() -> bytes:
    """The profile of sRGB, in which all pictures of pinxit are."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def for_paper(picture: Image.Image, settings: SavingSettings) -> tuple[Image.Image, str]:
    """A picture with as many pixels as its print has, and what should be known of it."""
    if settings.width_mm is None:
        width_mm = picture.width / settings.dpi * INCH
        return picture, f"{width_mm:.0f} mm wide at {settings.dpi} pixels an inch"
    width = max(1, round(settings.width_mm / INCH * settings.dpi))
    height = max(1, round(width * picture.height / picture.width))
    if max(width, height) > LARGEST_SIDE or width * height > MOST_PIXELS:
        raise UsageError(
            f"{settings.width_mm:g} mm at {settings.dpi} pixels an inch are {width:,} x {height:,} pixels; at most "
            f"{LARGEST_SIDE:,} on a side and {MOST_PIXELS // 10**6} million in all are written. Print smaller, or with "
            "fewer dpi."
        )
    own = picture.width / (settings.width_mm / INCH)
    told = f"{settings.width_mm:g} x {settings.width_mm * picture.height / picture.width:.0f} mm, {width} x {height} pixels"
    soft = f"; it has {own:.0f} pixels of its own an inch, below {SOFT} edges look soft" if own < SOFT else ""
    return resized(picture, (width, height)), told + soft


def resized(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Another size, smoothly, without fringes where it is clear."""
    if picture.mode != "RGBA":
        return picture.resize(size, Image.Resampling.LANCZOS)
    return picture.convert("RGBa").resize(size, Image.Resampling.LANCZOS).convert("RGBA")


def print_png(
    picture: Image.Image, settings: SavingSettings, text: dict[str, str], xmp: str | None
) -> tuple[bytes, str]:
    """A PNG that knows its size on paper."""
    image, told = for_paper(picture.convert("RGB") if picture.mode == "L" else picture, settings)
    return to_png(image, text, xmp, paper=(settings.dpi, srgb())), told


def print_tiff(picture: Image.Image, settings: SavingSettings, xmp: str | None) -> tuple[bytes, str]:
    """A TIFF, packed without loss; what is clear stays clear."""
    image, told = for_paper(picture.convert("RGB") if picture.mode == "L" else picture, settings)
    buffer = io.BytesIO()
    tags = {} if xmp is None else {700: xmp.encode()}
    image.save(
        buffer, "TIFF", compression="tiff_adobe_deflate", dpi=(settings.dpi, settings.dpi), icc_profile=srgb(),
        tiffinfo=tags,
    )  # fmt: skip
    return buffer.getvalue(), told


def print_pdf(picture: Image.Image, settings: SavingSettings, xmp: str | None) -> tuple[bytes, str]:
    """One page as large as the picture, without loss; what is clear stays clear.

    Source: ISO 32000-1:2008, 7.5 (structure), 8.6.5.5 (ICCBased), 8.9.5 (images), 11.6.5.3 (soft masks).
    """
    image, told = for_paper(picture, settings)
    points = (image.width * 72 / settings.dpi, image.height * 72 / settings.dpi)
    if settings.width_mm is not None:
        points = (settings.width_mm / INCH * 72, settings.width_mm / INCH * 72 * image.height / image.width)
    values = np.asarray(image.convert("RGBA"))
    drawn = f"q {points[0]:.4f} 0 0 {points[1]:.4f} 0 0 cm /P Do Q".encode()
    size = f"/Type /XObject /Subtype /Image /Width {image.width} /Height {image.height} /BitsPerComponent 8"
    clear = image.mode == "RGBA"
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R{' /Metadata 8 0 R' if xmp else ''} >>".encode(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {points[0]:.4f} {points[1]:.4f}] /Contents 4 0 R "
        "/Resources << /XObject << /P 5 0 R >> >> >>".encode(),
        stream("", drawn),
        stream(f"{size} /ColorSpace [/ICCBased 6 0 R]{' /SMask 7 0 R' if clear else ''}", values[..., :3].tobytes()),
        stream("/N 3 /Alternate /DeviceRGB", srgb()),
        stream(f"{size} /ColorSpace /DeviceGray", values[..., 3].tobytes()) if clear else b"null",
        plain_stream("/Type /Metadata /Subtype /XML", xmp.encode()) if xmp else b"null",
    ]
    return assembled(objects), told


def stream(about: str, content: bytes) -> bytes:
    """A packed stream object."""
    return plain_stream(f"{about} /Filter /FlateDecode", zlib.compress(content, 6))


def plain_stream(about: str, content: bytes) -> bytes:
    """A stream object as it is."""
    return f"<< {about} /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream"


def assembled(objects: list[bytes]) -> bytes:
    """The PDF file of objects 1, 2, …; the first is its catalog."""
    written, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    written += (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\n"
        f"startxref\n{len(written)}\n%%EOF\n"
    ).encode()
    return bytes(written)
