"""How well a model squeezes pictures: PSNR and SSIM of what it draws back, against JPEG and WebP at equal bytes.

    python -m bench.compression MODEL [PICTURES]        prints a table, writes bench/results/compression*.json

The pictures are held-back ones of the model's training (or all of PICTURES), laid on white, because JPEG has no alpha. The
model's bytes are an estimate, by a perfect entropy coder with the model's own statistics (`generation/coding.py`), for latents
rounded to several steps; the model file itself, which sender and receiver must both have, is not counted, and its size is told
beside. JPEG and WebP get their best case as well: all pictures in one file, edge to edge in a long strip, so that headers and
tables are paid once (JPEG optimised and progressive; WebP lossy, slowest search), and pictures are halved before where that is
better. Where even
their lowest quality takes more bytes than the model, that is what they are shown at, and the row says so.
"""

import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import pinxit
from bench.measure import write
from pinxit.data.of_a_run import open_pictures_for
from pinxit.data.packed import Packed
from pinxit.generation.coding import decode, encode, squeeze
from pinxit.generation.model import Model
from pinxit.scoring.fidelity import on_white, psnr, ssim

STEPS = (0.1, 0.25, 0.5, 1.0)
MOST = 200


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit("Which model? python -m bench.compression MODEL [PICTURES]")
    model = pinxit.load(sys.argv[1])
    against = sys.argv[2] if len(sys.argv) > 2 else None
    packed = open_pictures_for(model.path, model.about_data, model.settings, against, print)
    indices = np.arange(len(packed)) if against else packed.held_back
    figures = compare(model, packed, indices[:MOST])
    kind = "-vq" if getattr(model.settings, "vq", False) else ""
    write(f"compression{kind}", {"model": Path(sys.argv[1]).name, "file_bytes": model.path.stat().st_size, **figures})


def compare(model: Model, packed: Packed, indices: np.ndarray) -> dict[str, Any]:
    """The table, printed and as figures."""
    pictures = packed.pictures(indices)
    shown = on_white(pictures)
    classes = np.full((len(indices), len(model.canvas.classes)), -1, np.int64)
    codes = encode(model, pictures, classes)
    ladders = {kind: ladder(kind, shown) for kind in ("JPEG", "WEBP")}
    rows = []
    for step in STEPS if codes.dtype.kind == "f" else STEPS[:1]:
        squeezed = squeeze(model, codes, step)
        name = f"{model.family}, rounded to {step:g}" if codes.dtype.kind == "f" else f"{model.family}, vq"
        size = float(squeezed.bits.mean() / 8)
        rows.append(row(name, size, shown, on_white(decode(model, squeezed.codes, classes))))
        rows += [row_of_file(kind, found, size, shown) for kind, found in ladders.items()]
    print(f"{len(indices)} pictures, {packed.size[0]}x{packed.size[1]}, over white")
    print(f"{'':42}{'bytes':>9}{'bits/pixel':>12}{'PSNR dB':>9}{'SSIM':>8}")
    for one in rows:
        per_pixel = 8 * one["bytes"] / (packed.size[0] * packed.size[1])
        print(f"{one['name']:42}{one['bytes']:9.1f}{per_pixel:12.3f}{one['psnr']:9.2f}{one['ssim']:8.4f}")
    return {"pictures": len(indices), "size": list(packed.size), "rows": rows}


def row(name: str, size: float, shown: np.ndarray, drawn: np.ndarray) -> dict[str, Any]:
    return {
        "name": name,
        "bytes": round(size, 1),
        "psnr": round(float(psnr(shown, drawn).mean()), 2),
        "ssim": round(float(ssim(shown, drawn).mean()), 4),
    }


Ladder = list[tuple[float, np.ndarray]]
"""Bytes a picture and what is read back, at every third quality, in full size and halved before and doubled after."""


def ladder(kind: str, shown: np.ndarray) -> Ladder:
    lowest = 1 if kind == "JPEG" else 0
    return [squeezed_file(kind, quality, shown, by) for by in (1, 2) for quality in range(lowest, 100, 3)]


def row_of_file(kind: str, found: Ladder, size: float, shown: np.ndarray) -> dict[str, Any]:
    """The one nearest to the originals (PSNR) that takes at most `size` bytes a picture; else the smallest there is."""
    fitting = [one for one in found if one[0] <= size]
    best = max(fitting, key=lambda one: psnr(shown, one[1]).mean()) if fitting else min(found, key=lambda one: one[0])
    halved = ", halved" if next(place for place, one in enumerate(found) if one is best) >= len(found) // 2 else ""
    return row(f"  {kind}{halved}, {'at most as many' if fitting else 'its fewest'} bytes", best[0], shown, best[1])


def squeezed_file(kind: str, quality: int, shown: np.ndarray, by: int) -> tuple[float, np.ndarray]:
    """Bytes a picture, and what is read back; `by`: sides are divided by this before and multiplied after."""
    count, height, width, channels = shown.shape
    tall = shown.reshape(count * height, width, channels)
    strip = Image.fromarray(tall[..., 0] if channels == 1 else tall)
    small = strip.resize((width // by, count * height // by), Image.Resampling.LANCZOS) if by > 1 else strip
    how = {"JPEG": {"optimize": True, "progressive": True}, "WEBP": {"method": 6}}[kind]
    stored = io.BytesIO()
    small.save(stored, kind, quality=quality, **how)
    length = stored.tell()
    back = Image.open(stored).convert(strip.mode)
    back = back.resize(strip.size, Image.Resampling.LANCZOS) if by > 1 else back
    return length / count, np.asarray(back).reshape(count, height, width, -1)


if __name__ == "__main__":
    main()
