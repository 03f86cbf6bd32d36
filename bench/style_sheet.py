"""A sheet of photographs in the manner of paintings, to look at: a row for each photograph, a column for each painting.

    python -m bench.style_sheet sheet.jpg --contents a.png b.png --styles x.png y.png [--size 256] [--features FILE]
    python -m bench.style_sheet sheet.jpg --contents a.png b.png --styles x.png y.png --with MODEL

With a model a painting is a manner that it knows by this name, or else shown to it (`any_style`). Below the sheet the distances
are averaged, measured alike for all methods: by EfficientNet-Lite0.

What is in the documentation was made so, from astronaut, chelsea and coffee of scikit-image (public domain and CC0) and
paintings by Hokusai, van Gogh and Kandinsky (public domain) as they lie in Debian's gcompris-qt-data.
"""

import argparse
import time
from pathlib import Path

import torch
from PIL import Image

import pinxit
from pinxit.generation.stylize import measure
from pinxit.images.sheets import contact_sheet, shrunk


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.style_sheet")
    parser.add_argument("out", type=Path)
    parser.add_argument("--contents", type=Path, nargs="+", required=True)
    parser.add_argument("--styles", type=Path, nargs="+", required=True)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--features", type=Path)
    parser.add_argument("--with", dest="model", help="a model of the family fast_style, instead of optimising")
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument(
        "--keep", type=Path, default=Path("sheet-cells"), help="cells are kept here; the same words go on"
    )
    arguments = parser.parse_args()
    arguments.keep.mkdir(parents=True, exist_ok=True)
    side = arguments.size
    model = pinxit.load(arguments.model) if arguments.model else None
    cells = [Image.new("RGB", (side, side), "#f4f1ea")]
    cells += [shrunk(Image.open(path).convert("RGB"), side, side) for path in arguments.styles]
    scores: list[dict[str, float]] = []
    for content in arguments.contents:
        cells.append(shrunk(Image.open(content).convert("RGB"), side, side))
        for painting in arguments.styles:
            how = Path(arguments.model).name if model else f"{arguments.steps}-{seen_by(arguments.features)}"
            kept = arguments.keep / f"{content.stem}-{painting.stem}-{side}-{how}.png"
            if not kept.exists():
                began = time.process_time()
                if model:
                    manner = painting.stem if painting.stem in model.manners else painting
                    made = pinxit.restyle(content, model, manner, size=side)
                else:
                    made = pinxit.style(
                        content, painting, size=side, steps=arguments.steps, features=arguments.features
                    )
                print(content.stem, painting.stem, f"{time.process_time() - began:.1f} s of one core", flush=True)
                made.save(kept)
            cells.append(Image.open(kept).convert("RGB"))
            scores.append(distances(kept, content, painting))
    contact_sheet(cells, len(arguments.styles) + 1).save(arguments.out, quality=80)
    for name in scores[0]:
        print(f"mean {name} distance: {sum(score[name] for score in scores) / len(scores):.3f}")


def seen_by(features: Path | None) -> str:
    return features.stem if features else "light"


def distances(made: Path, content: Path, painting: Path) -> dict[str, float]:
    """By EfficientNet-Lite0, whatever painted the picture."""
    painted, *others = (Image.open(path).convert("RGB") for path in (made, content, painting))
    return measure(
        painted, others[0].resize(painted.size, Image.Resampling.LANCZOS), others[1:], [1.0], torch.device("cpu")
    )


if __name__ == "__main__":
    main()
