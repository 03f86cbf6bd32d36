"""Every kind of picture a person may bring, good or bad: a plain 8-bit picture, or one sentence why not."""

import io
import os
import struct
import sys
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from pinxit.errors import PictureError, PinxitError
from pinxit.images.files import (
    count_pages,
    from_premultiplied,
    open_pages,
    open_picture,
    read_header,
    read_text,
    save_png,
    to_premultiplied,
    write_atomically,
)

NOISE = np.random.RandomState(0).randint(0, 256, (64, 48, 3), dtype=np.uint8)


def encoded(picture, kind, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format=kind, **options)
    return buffer.getvalue()


def png_header(width: int, height: int, depth: int, colour: int) -> bytes:
    """A PNG whose header claims a size; what follows is a little valid data."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "TIFF", "BMP", "JPEG"])
def test_common_kinds_open_whatever_the_file_is_called(tmp_path, kind):
    path = tmp_path / "名前 with spaces"
    path.write_bytes(encoded(Image.fromarray(NOISE), kind))
    picture = open_picture(path)
    assert (picture.mode, picture.size) == ("RGB", (48, 64))


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("1", "L"), ("L", "L"), ("LA", "RGBA"), ("P", "RGBA"), ("RGB", "RGB"), ("RGBA", "RGBA"), ("I;16", "L")],
)
def test_png_modes_become_plain(mode, expected):
    if mode == "I;16":
        picture = Image.fromarray(np.full((8, 8), 65535, np.uint16))
    else:
        picture = Image.new("RGBA", (8, 8), (250, 250, 250, 100)).convert(mode)
    assert open_picture(encoded(picture, "PNG")).mode == expected


def test_sixteen_bits_keep_their_brightness():
    picture = Image.fromarray(np.array([[0, 32896, 65535]], np.uint16))
    assert np.asarray(open_picture(encoded(picture, "PNG"))).tolist() == [[0, 128, 255]]


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_becomes_rgb(kind):
    picture = open_picture(encoded(Image.new("RGB", (16, 16), (200, 30, 30)).convert("CMYK"), kind))
    assert picture.mode == "RGB"
    assert np.abs(np.asarray(picture).astype(int) - (200, 30, 30)).max() < 12


def test_palette_without_transparency_and_opaque_alpha_become_rgb():
    assert open_picture(encoded(Image.fromarray(NOISE).quantize(16), "PNG")).mode == "RGB"
    assert open_picture(encoded(Image.fromarray(NOISE).convert("RGBA"), "PNG")).mode == "RGB"


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_is_taken(kind):
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    content = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
    pages = list(open_pages(content))
    assert len(pages) == 1
    assert np.abs(np.asarray(pages[0].convert("RGB"))[10, 10].astype(int) - (255, 0, 0)).max() < 8


def test_pages_of_a_tiff_become_pictures():
    pages = [Image.new("L", (10 + page, 10), page * 20) for page in range(3)]
    content = encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    assert [page.size for page in open_pages(content)] == [(10, 10), (11, 10), (12, 10)]
    assert count_pages(content) == 3
    with pytest.raises(PictureError, match="no page 4"):
        open_picture(content, page=3)


@pytest.mark.parametrize("turn", range(1, 9))
def test_exif_rotation_is_applied(turn):
    upright = Image.new("RGB", (40, 24), "white")
    upright.paste((255, 0, 0), (0, 0, 20, 12))  # red at the top left
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the stored picture is the inverse of the turn
    stored = upright.transpose(Image.Transpose(undo[turn])) if turn > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = turn
    picture = open_picture(encoded(stored, "JPEG", exif=exif, quality=95))
    assert picture.size == (40, 24)
    assert np.abs(np.asarray(picture)[4, 6].astype(int) - (255, 0, 0)).max() < 20


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_damaged_exif_does_not_cost_the_picture():
    assert open_picture(encoded(Image.fromarray(NOISE), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")).size == (48, 64)


def test_colour_profile_is_applied_and_a_damaged_one_ignored():
    grey = Image.new("RGB", (8, 8), (128, 128, 128))
    lab_profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    assert open_picture(encoded(grey, "PNG", icc_profile=lab_profile)).mode == "RGB"
    assert open_picture(encoded(grey, "PNG", icc_profile=b"junk" * 50)).getpixel((0, 0)) == (128, 128, 128)


@pytest.mark.parametrize(("width", "height", "depth", "colour"), [(20_000, 20_000, 8, 2), (50_000, 50_000, 1, 0)])
def test_a_huge_picture_is_refused_from_its_header(width, height, depth, colour):
    with pytest.raises(PictureError, match=f"{width:,} x {height:,} pixels"):
        open_picture(png_header(width, height, depth, colour))


@pytest.mark.skipif(sys.platform == "win32", reason="no resource module")
def test_refusing_a_huge_picture_costs_no_memory():
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(PictureError):
        open_picture(png_header(50_000, 50_000, 1, 0))
    head = b"VP8X" + struct.pack("<I", 10) + b"\x10\0\0\0" + (16383).to_bytes(3, "little") * 2
    with pytest.raises(PictureError):  # a WebP of the largest size the format can claim
        open_picture(b"RIFF" + struct.pack("<I", len(head) + 4) + b"WEBP" + head)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # KiB on Linux


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP"])
@pytest.mark.parametrize("share", [0.03, 0.4, 0.9])
def test_cut_short_is_refused(kind, share):
    content = encoded(Image.fromarray(NOISE), kind)
    with pytest.raises(PictureError, match="damaged or cut short"):
        open_picture(content[: int(len(content) * share)])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "0 bytes"),
        (b"<html><body>not found</body></html>", "not a PNG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "not a PNG"),
        (b"%PDF-1.7\n", "not a PNG"),
        (b"8BPS\0\1" + b"\0" * 100, "not a PNG"),
        (b"DDS |\0\0\0" + b"\0" * 200, "not a PNG"),
        (b"SIMPLE  =                    T" + b" " * 3000, "not a PNG"),
        (b"#EXTM3U\nhttp://169.254.169.254/\n", "not a PNG"),
    ],
)
def test_other_decoders_cannot_be_reached(tmp_path, content, reason):
    path = tmp_path / "innocent.png"
    path.write_bytes(content)
    with pytest.raises(PictureError, match=reason):
        open_picture(path)


def test_several_pictures_in_one_jpeg(tmp_path):
    content = encoded(Image.fromarray(NOISE), "MPO", save_all=True, append_images=[Image.new("RGB", (30, 30))])
    for name in ("phone.jpg", "phone.png"):
        (tmp_path / name).write_bytes(content)
    assert open_picture(tmp_path / "phone.jpg").size == (48, 64)
    with pytest.raises(PictureError, match="MPO"):
        open_picture(tmp_path / "phone.png")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in the file system")
def test_a_pipe_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(PictureError, match="not an ordinary file"):
        open_picture(tmp_path / "pipe.png")


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(PictureError, match="no such file"):
        open_picture(tmp_path / "nothing.png")
    with pytest.raises(PictureError):
        open_picture(tmp_path)


def test_large_jpegs_may_be_decoded_smaller_but_never_too_small():
    content = encoded(Image.new("RGB", (1600, 1200), "navy"), "JPEG")
    width, height = open_picture(content, at_least=(128, 128)).size
    assert 128 <= height <= width < 800


def test_headers_say_what_is_odd():
    assert read_header(encoded(Image.new("CMYK", (8, 8)), "JPEG")).mode == "CMYK"
    assert read_header(encoded(Image.fromarray(np.zeros((8, 8), np.uint16)), "PNG")).sixteen_bits
    assert not read_header(encoded(Image.fromarray(NOISE), "PNG")).sixteen_bits


def test_premultiplied_and_back():
    alpha = np.repeat(np.arange(256, dtype=np.uint8), 256)
    colour = np.tile(np.arange(256, dtype=np.uint8), 256)
    straight = np.stack([colour, colour, colour, alpha], axis=-1)
    multiplied = to_premultiplied(straight)
    assert np.abs(multiplied[:, 0] - colour * (alpha / 255.0)).max() <= 0.5
    assert (multiplied[:, 0] <= alpha).all()
    back = from_premultiplied(multiplied)
    room = 255 / (2 * np.maximum(alpha.astype(float), 1)) + 0.5  # what rounding to 8 bits has lost
    assert (np.abs(back[:, 0].astype(float) - colour) <= room)[alpha > 0].all()
    assert (from_premultiplied(np.array([[200, 0, 0, 100]], np.uint8)) == [[255, 0, 0, 100]]).all()
    assert (from_premultiplied(np.array([[7, 7, 7, 0]], np.uint8)) == 0).all()


def test_text_and_xmp_come_back_without_decoding(tmp_path):
    path = tmp_path / "picture.png"
    recipe = {"pinxit": '{"seed": 7}', "名": "ü 木", "Evil": '"><img src=x onerror=alert(1)>'}
    recipe = {key if key.isascii() else "Title": value for key, value in recipe.items()}
    save_png(NOISE, path, text=recipe, xmp="<x:xmpmeta>é</x:xmpmeta>")
    assert read_text(path) == recipe | {"XML:com.adobe.xmp": "<x:xmpmeta>é</x:xmpmeta>"}
    assert (np.asarray(Image.open(path)) == NOISE).all()
    for shape in [(5, 6), (5, 6, 1), (5, 6, 4)]:
        save_png(np.zeros(shape, np.uint8), path)
        assert read_text(path) == {}


def test_text_is_bounded_and_damage_is_named(tmp_path):
    path = tmp_path / "bomb.png"
    packed = zlib.compress(b"a" * 50_000_000)
    body = b"comment\0\0" + packed
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    whole = png_header(4, 4, 8, 0)
    path.write_bytes(whole[:33] + chunk + whole[33:])
    with pytest.raises(PictureError, match="bytes of text"):
        read_text(path)
    path.write_bytes(whole[:33] + chunk[:-1] + b"!" + whole[33:])
    with pytest.raises(PictureError, match="checksum"):
        read_text(path)
    path.write_bytes(b"GIF89a")
    with pytest.raises(PictureError, match="not a PNG"):
        read_text(path)


def test_writing_replaces_whole_and_leaves_nothing_aside(tmp_path):
    path = tmp_path / "file.bin"
    for content in (b"old", b"new"):
        write_atomically(path, content)
    assert path.read_bytes() == b"new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file.bin"]


def test_a_folder_that_cannot_be_written_is_one_paragraph(tmp_path):
    with pytest.raises(PinxitError, match="There is no folder"):
        save_png(NOISE, tmp_path / "missing" / "a.png")
    if hasattr(os, "geteuid") and os.geteuid() != 0:
        tmp_path.chmod(0o500)
        with pytest.raises(PinxitError, match="may not be written"):
            save_png(NOISE, tmp_path / "a.png")
        tmp_path.chmod(0o700)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a full device")
def test_a_full_disk_is_one_paragraph():
    from pathlib import Path

    from pinxit.images.writing import cannot_write

    with pytest.raises(OSError, match="space") as caught, open("/dev/full", "wb", buffering=0) as stream:
        stream.write(b"x")
    assert "The disk is full" in str(cannot_write(Path("out/a.png"), caught.value))


@pytest.mark.skipif(sys.platform == "win32", reason="no file size limit to stand in for a full disk")
def test_a_failed_write_keeps_the_old_file(tmp_path):
    import resource
    import signal

    path = tmp_path / "file.bin"
    write_atomically(path, b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
        with pytest.raises(PinxitError, match="could not be written"):
            write_atomically(path, b"x" * 5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_width_of_116_is_not_sixteen_bits():
    """A BMP's decoder is told the length of a line: that is a number of bytes, not of bits."""
    for kind in ("BMP", "PNG", "TIFF"):
        assert not read_header(encoded(Image.new("L", (116, 16), 9), kind)).sixteen_bits
    assert read_header(encoded(Image.new("I;16", (116, 16), 999), "PNG")).sixteen_bits


def test_a_photograph_from_a_telephone(tmp_path):
    pillow_heif = pytest.importorskip("pillow_heif")
    picture = Image.new("RGB", (64, 48), (200, 30, 30))
    picture.paste((20, 20, 220), (0, 0, 32, 48))
    path = tmp_path / "IMG_0001.HEIC"
    pillow_heif.from_pillow(picture).save(path, quality=90)
    opened = open_picture(path)
    assert (opened.mode, opened.size) == ("RGB", (64, 48))
    assert np.abs(np.asarray(opened).astype(int) - np.asarray(picture).astype(int)).mean() < 6
    assert read_header(path).kind == "HEIC"
    with pytest.raises(PictureError):
        open_picture(path.read_bytes()[:300])
