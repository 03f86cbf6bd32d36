"""A sheet of photographs in the manner of paintings, to look at: a row for each photograph, a column for each painting.

    python -m bench.style_sheet sheet.jpg --contents a.png b.png --styles x.png y.png [--size 256] [--features FILE]

What is in the documentation was made so, from astronaut, chelsea and coffee of scikit-image (public domain and CC0) and
paintings by Hokusai, van Gogh and Kandinsky (public domain) as they lie in Debian's gcompris-qt-data.
"""

import argparse
import time
from pathlib import Path

from PIL import Image

import pinxit
from pinxit.images.sheets import contact_sheet, shrunk


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.style_sheet")
    parser.add_argument("out", type=Path)
    parser.add_argument("--contents", type=Path, nargs="+", required=True)
    parser.add_argument("--styles", type=Path, nargs="+", required=True)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--features", type=Path)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument(
        "--keep", type=Path, default=Path("sheet-cells"), help="cells are kept here; the same words go on"
    )
    arguments = parser.parse_args()
    arguments.keep.mkdir(parents=True, exist_ok=True)
    side = arguments.size
    cells = [Image.new("RGB", (side, side), "#f4f1ea")]
    cells += [shrunk(Image.open(path).convert("RGB"), side, side) for path in arguments.styles]
    for content in arguments.contents:
        cells.append(shrunk(Image.open(content).convert("RGB"), side, side))
        for painting in arguments.styles:
            seen_by = arguments.features.stem if arguments.features else "light"
            name = f"{content.stem}-{painting.stem}-{side}-{arguments.steps}-{seen_by}"
            kept = arguments.keep / f"{name}.png"
            if kept.exists():
                cells.append(Image.open(kept).convert("RGB"))
                continue
            began = time.process_time()
            made = pinxit.style(content, painting, size=side, steps=arguments.steps, features=arguments.features)
            print(
                content.stem, painting.stem, made.score, f"{time.process_time() - began:.1f} s of one core", flush=True
            )
            made.save(kept)
            cells.append(made.image)
    contact_sheet(cells, len(arguments.styles) + 1).save(arguments.out, quality=80)


if __name__ == "__main__":
    main()
