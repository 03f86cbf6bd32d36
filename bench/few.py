"""Two hundred pictures only: does training hold, and does it copy?

    python -m bench.few train --minutes 20 [--set name=value]     quality-runs/few-…
    python -m bench.few judge RUN                                 into results/

200 peeps, chosen by a fixed seed, are saved as a folder of their own and trained on as anybody's pictures would be. Painted
pictures are compared with 500 peeps that nothing was chosen by, and copies are counted against the 200, beside the same share
of those 500.
"""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import pinxit
from bench.measure import wait_until_quiet, write
from bench.quality import COUNT, RUNS, pictures
from pinxit.generation.measuring import paint_afresh
from pinxit.images.colour import from_premultiplied
from pinxit.scoring.scores import score
from pinxit.scoring.spaces import default_space
from pinxit.settings import parse_assignments

FEW, FOLDER = 200, RUNS / "peeps-200"


def chosen() -> np.ndarray:
    """Indices of the pictures that are trained on."""
    return np.sort(np.random.RandomState(0).permutation(pictures(alpha=True).train)[:FEW])


def make_folder() -> Path:
    if not FOLDER.exists():
        FOLDER.mkdir(parents=True)
        for number, picture in enumerate(from_premultiplied(pictures(alpha=True).pictures(chosen()))):
            Image.fromarray(picture).save(FOLDER / f"{number:03d}.png")
    return FOLDER


def judge(run: Path) -> None:
    packed = replace(pictures(alpha=True), train=chosen())
    model = pinxit.load(run)
    found = score(packed, paint_afresh(model, COUNT), default_space())[0]
    print(*found.lines(), sep="\n")
    seen, minutes = model.header["seen"], round(float(model.header["seconds"]) / 60, 1)
    write("few", {"pictures": FEW, "run": run.name, "seen": seen, "minutes": minutes, "score": found.to_json()})


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.few")
    parser.add_argument("what", choices=("train", "judge"))
    parser.add_argument("run", nargs="?", type=Path)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--set", action="append", default=[])
    asked = parser.parse_args()
    run = asked.run or RUNS / f"few-{asked.minutes:g}m"
    if asked.what == "train":
        values: dict[str, Any] = {"minutes": asked.minutes, "alpha": True} | parse_assignments(asked.set)
        folder = make_folder()
        print(f"others use {wait_until_quiet()} of this machine")
        pinxit.train(folder, out=run, start="none", **{"report": False} | values)
    judge(run)


if __name__ == "__main__":
    main()
