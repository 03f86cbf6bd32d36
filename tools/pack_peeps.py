"""Pack the drawn peeps: PNGs and their labels into the one zip file that pinxit ships.

    python tools/pack_peeps.py                      tools/draw_peeps/drawn/ -> src/pinxit/data/peeps.zip
    python tools/pack_peeps.py --sheet sheet.png    and a sheet of the first hundred, to look at

The same drawings and the same Pillow give the same bytes: names are sorted and every date is fixed. Pictures are
lossless WebP with straight alpha. Each channel is rounded to 64 levels first (at most 2/255 off, seen by nobody, a
tenth of the size saved), and colour under fully transparent pixels is set to zero.
"""

import argparse
import io
import json
import zipfile
from pathlib import Path

import numpy
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
DRAWN = ROOT / "tools" / "draw_peeps" / "drawn"
PACKED = ROOT / "src" / "pinxit" / "data" / "peeps.zip"
DATA_CARD = ROOT / "docs" / "data" / "peeps.md"
LARGEST = 8_000_000  # bytes
LEVELS = 64  # per channel
FIXED_DATE = (2026, 1, 1, 0, 0, 0)


def read_drawing(path: Path) -> Image.Image:
    """A drawn PNG as RGBA, gently rounded, colour zero where alpha is zero."""
    pixels = numpy.array(Image.open(path).convert("RGBA"))  # (H, W, 4) uint8
    levels = numpy.rint(pixels / 255 * (LEVELS - 1))
    pixels = numpy.rint(levels * 255 / (LEVELS - 1)).astype(numpy.uint8)
    pixels[pixels[..., 3] == 0] = 0
    return Image.fromarray(pixels)


def lossless_webp(picture: Image.Image) -> bytes:
    """The picture as lossless WebP; pressing harder than this takes minutes and saves nothing."""
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", lossless=True, quality=75, method=4, exact=True)
    return buffer.getvalue()


def add(archive: zipfile.ZipFile, name: str, content: bytes, compression: int = zipfile.ZIP_STORED) -> None:
    """Write one member with a fixed date and plain permissions, so that the archive's bytes repeat."""
    member = zipfile.ZipInfo(name, FIXED_DATE)
    member.compress_type = compression
    member.create_system = 3
    member.external_attr = 0o644 << 16
    archive.writestr(member, content)


def contact_sheet(pictures: list[Image.Image], columns: int = 13) -> Image.Image:
    """Pictures side by side on white."""
    width, height = pictures[0].size
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGBA", (columns * width, rows * height), "white")
    for place, picture in enumerate(pictures):
        sheet.alpha_composite(picture, (place % columns * width, place // columns * height))
    return sheet.convert("RGB")


def main() -> None:
    """Read the drawings, write the zip, say how large it is."""
    parser = argparse.ArgumentParser(description="Pack the drawn peeps into the zip file that pinxit ships.")
    parser.add_argument("--sheet", type=Path, help="also write a sheet of the first 104 pictures here")
    options = parser.parse_args()

    metadata = (DRAWN / "metadata.jsonl").read_bytes()
    names = [json.loads(line)["file_name"] for line in metadata.splitlines()]
    drawings = [read_drawing(DRAWN / name.replace(".webp", ".png")) for name in names]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, drawing in zip(names, drawings, strict=True):
            add(archive, name, lossless_webp(drawing))
        add(archive, "metadata.jsonl", metadata, zipfile.ZIP_DEFLATED)
        add(archive, "DATA_CARD.md", DATA_CARD.read_bytes(), zipfile.ZIP_DEFLATED)
    packed = buffer.getvalue()
    if len(packed) > LARGEST:
        raise SystemExit(f"The zip would have {len(packed):,} bytes; at most {LARGEST:,} are allowed. Nothing written.")
    PACKED.write_bytes(packed)
    print(f"{PACKED.relative_to(ROOT)}: {len(names):,} pictures, {len(packed):,} bytes")
    if options.sheet:
        contact_sheet(drawings[:104]).save(options.sheet)


if __name__ == "__main__":
    main()
