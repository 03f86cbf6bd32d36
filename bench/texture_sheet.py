"""A sheet of textures, to look at: a row for each sample, with its texture laid twice by twice, and its normal map so too.

python -m bench.texture_sheet sheet.webp SAMPLE … [--size 256] [--start patches] [--features FILE]
"""

import argparse
import time
from pathlib import Path

import numpy as np
from PIL import Image

import pinxit
from pinxit.images.relief import height_of, normals_of
from pinxit.images.sheets import contact_sheet, shrunk


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.texture_sheet")
    parser.add_argument("out", type=Path)
    parser.add_argument("samples", type=Path, nargs="+")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--start", default="patches")
    parser.add_argument("--features", type=Path)
    parser.add_argument("--cell", type=int, default=192)
    arguments = parser.parse_args()
    cells = []
    for path in arguments.samples:
        began = time.process_time()
        made = pinxit.texture(
            path, size=arguments.size, seamless=True, start=arguments.start, features=arguments.features
        )
        print(path.stem, made.seams, f"{time.process_time() - began:.1f} s of one core", flush=True)
        normals = Image.fromarray(normals_of(height_of(made.image)))
        cells.append(shrunk(Image.open(path).convert("RGB"), arguments.cell, arguments.cell))
        for picture in (made.image, normals):
            tiled = Image.fromarray(np.tile(np.asarray(picture), (2, 2, 1)))
            cells.append(tiled.resize((arguments.cell,) * 2, Image.Resampling.LANCZOS))
    contact_sheet(cells, 6 if len(arguments.samples) > 3 else 3).save(arguments.out, quality=45)


if __name__ == "__main__":
    main()
